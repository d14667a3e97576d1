/*
title = "What stocktakes posted"
title_zh = "盘点差异入账情况"
what = "Per stocktake, product and batch the variance, and what the count itself posted to the ledger."
what_zh = "每张盘点单、商品、批号的差异，以及该盘点单实际记入库存流水的数量。"
grain = ["location_code", "count_no", "product_code", "batch_no"]
*/
-- A count's postings are gains, losses and adjustments under its number; several are summed. A product counted as a
-- whole takes the postings of all its batches. Only locations that post counts under their number are here: elsewhere
-- nothing can be said about a posting that is not found. Lines without a known variance are left out.
WITH posted AS (
    SELECT
        location_code,
        UPPER(document_no) AS count_key,
        product_code,
        ledger_batch_no AS batch_no,
        SUM(moved_qty) AS posted_qty,
        COUNT(*) AS postings,
        MIN(occurred_at) AS posted_at,
        MIN(movement_id) AS movement_id
    FROM mart.stock_ledger
    WHERE movement_type IN ('count_gain', 'count_loss', 'adjustment') AND document_no IS NOT NULL
    GROUP BY location_code, UPPER(document_no), product_code, ledger_batch_no
),

whole AS (
    SELECT
        location_code,
        count_key,
        product_code,
        SUM(posted_qty) AS posted_qty,
        SUM(postings) AS postings,
        MIN(posted_at) AS posted_at,
        MIN(movement_id) AS movement_id
    FROM posted
    GROUP BY location_code, count_key, product_code
),

posting_location AS (
    SELECT DISTINCT d.location_code
    FROM mart.count_document AS d
    JOIN posted AS p ON p.location_code = d.location_code AND p.count_key = UPPER(d.count_no)
)

SELECT
    r.location_code,
    r.count_no,
    r.product_code,
    r.batch_no,
    r.counted_at,
    r.book_basis,
    r.book_qty,
    r.stated_book_qty,
    r.final_qty,
    -- Counted − book.
    r.variance_qty,
    -- NULL where nothing was posted.
    CAST(COALESCE(b.posted_qty, w.posted_qty) AS DECIMAL(18, 3)) AS posted_qty,
    COALESCE(b.postings, w.postings, 0) AS postings,
    COALESCE(b.posted_at, w.posted_at) AS posted_at,
    COALESCE(b.movement_id, w.movement_id) AS movement_id,
    r.unit_cost,
    d.is_open,
    d.approved_by,
    r.file_id,
    r.row_no
FROM mart.count_result AS r
JOIN mart.count_document AS d ON d.location_code = r.location_code AND d.count_no = r.count_no
JOIN posting_location AS l ON l.location_code = r.location_code
LEFT JOIN posted AS b
    ON b.location_code = r.location_code
    AND b.count_key = UPPER(r.count_no)
    AND b.product_code = r.product_code
    AND b.batch_no = r.batch_no
    AND r.batch_no <> ''
LEFT JOIN whole AS w
    ON w.location_code = r.location_code
    AND w.count_key = UPPER(r.count_no)
    AND w.product_code = r.product_code
    AND r.batch_no = ''
WHERE r.variance_qty IS NOT NULL;
/* cases
[[case]]
name = "postings by batch and as a whole, several summed, none, and a location that posts nothing under the number"
expect = [
  { product_code = "P1", batch_no = "B1", variance_qty = -1, posted_qty = -1, postings = 1 },
  { product_code = "P1", batch_no = "B2", variance_qty = 2, posted_qty = "", postings = 0 },
  { product_code = "P2", batch_no = "", variance_qty = 3, posted_qty = 3, postings = 2 },
  { product_code = "P3", variance_qty = 0, posted_qty = "" },
]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | batch_no | movement_type | moved_qty | document_no
S01           | M1          | 2025-03-01 08:00:00 | P1           | B1       | opening       | 10        |
S01           | M2          | 2025-03-01 08:00:00 | P1           | B2       | opening       | 5         |
S01           | M3          | 2025-03-03 22:00:00 | P1           | B1       | count_loss    | -1        | c1
S01           | M4          | 2025-03-01 08:00:00 | P2           | B1       | opening       | 5         |
S01           | M5          | 2025-03-03 22:00:00 | P2           | B1       | count_gain    | 2         | C1
S01           | M6          | 2025-03-03 22:00:00 | P2           | B2       | adjustment    | 1         | C1
S01           | M7          | 2025-03-03 22:00:00 | P2           | B2       | receipt       | 9         | C1
S01           | M8          | 2025-03-01 08:00:00 | P3           |          | opening       | 5         |
S02           | M9          | 2025-03-01 08:00:00 | P3           |          | opening       | 5         |
S02           | N1          | 2025-03-03 22:00:00 | P3           |          | count_loss    | -1        |
'''
tables.count_line = '''
location_code | count_no | line_no | product_code | batch_no | counted_at          | counted_qty
S01           | C1       | 1       | P1           | B1       | 2025-03-03 20:00:00 | 9
S01           | C1       | 2       | P1           | B2       | 2025-03-03 20:00:00 | 7
S01           | C1       | 3       | P2           |          | 2025-03-03 20:00:00 | 8
S01           | C1       | 4       | P3           |          | 2025-03-03 20:00:00 | 5
S02           | C1       | 1       | P3           |          | 2025-03-03 20:00:00 | 4
'''
*/
