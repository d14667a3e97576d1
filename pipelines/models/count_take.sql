/*
title = "What each counter wrote down"
title_zh = "各盘点人的实盘记录"
what = "Per stocktake, product, batch, round and counter the first count, beside the book that the counter could have copied."
what_zh = "每张盘点单、商品、批号、轮次、盘点人的初盘数，以及盘点人可能照抄的账面数。"
grain = ["location_code", "count_no", "product_code", "batch_no", "round_no", "counted_by"]
*/
-- The book beside it is the one the POS printed on the count, else the one worked out from the ledger. There is none
-- where several people counted the product in one round, since each of them saw a part of it.
WITH line AS (
    SELECT
        location_code,
        count_no,
        product_code,
        COALESCE(batch_no, '') AS batch_no,
        COALESCE(round_no, 1) AS round_no,
        UPPER(counted_by) AS counted_by,
        SUM(counted_qty) AS counted_qty,
        CASE WHEN MIN(book_qty) = MAX(book_qty) THEN MAX(book_qty) ELSE SUM(book_qty) END AS stated_book_qty,
        COUNT(*) AS lines,
        MIN(counted_at) AS counted_at,
        MAX(unit_cost) AS unit_cost,
        MIN(file_id) AS file_id,
        MIN(row_no) AS row_no
    FROM core.count_line
    WHERE product_code IS NOT NULL
      AND counted_at IS NOT NULL
      AND counted_qty IS NOT NULL
      AND (status IS NULL OR status <> 'cancelled')
      AND CAST(counted_at AS DATE) <= $as_of
    GROUP BY
        location_code, count_no, product_code, COALESCE(batch_no, ''), COALESCE(round_no, 1), UPPER(counted_by)
),

shared AS (
    SELECT location_code, count_no, product_code, batch_no, round_no
    FROM line
    GROUP BY location_code, count_no, product_code, batch_no, round_no
    HAVING COUNT(*) > 1
)

SELECT
    s.location_code,
    s.count_no,
    s.product_code,
    s.batch_no,
    s.round_no,
    -- In capitals; NULL where nobody is named.
    s.counted_by,
    CAST(s.counted_qty AS DECIMAL(18, 3)) AS counted_qty,
    -- NULL where there is no book, or several people counted the product in this round.
    CAST(
        CASE WHEN h.count_no IS NULL THEN COALESCE(s.stated_book_qty, r.computed_book_qty) END AS DECIMAL(18, 3)
    ) AS book_qty,
    CASE
        WHEN h.count_no IS NOT NULL THEN NULL
        WHEN s.stated_book_qty IS NOT NULL THEN 'stated'
        WHEN r.computed_book_qty IS NOT NULL THEN 'computed'
    END AS book_basis,
    s.counted_at,
    s.lines,
    COALESCE(s.unit_cost, k.unit_cost, p.purchase_price) AS unit_cost,
    s.file_id,
    s.row_no
FROM line AS s
LEFT JOIN shared AS h
    ON h.location_code = s.location_code
    AND h.count_no = s.count_no
    AND h.product_code = s.product_code
    AND h.batch_no = s.batch_no
    AND h.round_no = s.round_no
LEFT JOIN mart.count_result AS r
    ON r.location_code = s.location_code
    AND r.count_no = s.count_no
    AND r.product_code = s.product_code
    AND r.batch_no = s.batch_no
LEFT JOIN mart.last_cost AS k ON k.location_code = s.location_code AND k.product_code = s.product_code
LEFT JOIN core.product AS p ON p.product_code = s.product_code;
/* cases
[[case]]
name = "stated before computed; two places of one counter are one take; two people in a round have no book"
expect = [
  { product_code = "P1", counted_by = "E1", counted_qty = 9, book_qty = 9, book_basis = "stated", lines = 2 },
  { product_code = "P2", counted_by = "E1", counted_qty = 4, book_qty = 5, book_basis = "computed" },
  { product_code = "P3", counted_by = "E1", counted_qty = 4, book_qty = "" },
  { product_code = "P3", counted_by = "E2", counted_qty = 2, book_qty = "" },
  { product_code = "P4", counted_by = "", round_no = 1, counted_qty = 1, book_qty = 3 },
  { product_code = "P4", counted_by = "E2", round_no = 2, counted_qty = 3, book_qty = 3 },
]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty
S01           | M1          | 2025-03-01 08:00:00 | P1           | opening       | 10
S01           | M2          | 2025-03-01 08:00:00 | P2           | opening       | 5
'''
tables.count_line = '''
location_code | count_no | line_no | product_code | counted_at          | book_qty | counted_qty | recounted_qty | counted_by | round_no | status
S01           | C1       | 1       | P1           | 2025-03-03 20:00:00 | 9        | 6           | 7             | E1         |          | approved
S01           | C1       | 2       | P1           | 2025-03-03 20:00:00 | 9        | 3           |               | e1         |          | approved
S01           | C1       | 3       | P2           | 2025-03-03 20:00:00 |          | 4           |               | E1         |          | approved
S01           | C1       | 4       | P3           | 2025-03-03 20:00:00 | 6        | 4           |               | E1         |          | approved
S01           | C1       | 5       | P3           | 2025-03-03 20:00:00 | 6        | 2           |               | E2         |          | approved
S01           | C1       | 6       | P4           | 2025-03-03 20:00:00 | 3        | 1           |               |            | 1        | approved
S01           | C1       | 7       | P4           | 2025-03-03 20:00:00 | 3        | 3           |               | E2         | 2        | approved
S01           | C2       | 1       | P4           | 2025-03-03 20:00:00 | 3        | 3           |               | E2         | 1        | cancelled
'''
*/
