/*
title = "What each stocktake counted"
title_zh = "各盘点单的实盘结果"
what = "Per stocktake, product and batch the quantity that stands: the last round decides, a recount overrides the first count, several lines of one product are summed."
what_zh = "每张盘点单、商品、批号的最终实盘数量：多轮以最后一轮为准，有复盘数以复盘数为准，同一商品多行合计。"
grain = ["location_code", "count_no", "product_code", "batch_no"]
*/
-- Cancelled stocktakes and lines without a product, a moment or a quantity are left out. A line's moment is when it was
-- counted; where a product took several lines its moment is the last of them. A book quantity repeated on each line of a
-- product is one figure; different ones are parts of a whole and summed.
WITH line AS (
    SELECT
        location_code,
        count_no,
        product_code,
        COALESCE(batch_no, '') AS batch_no,
        COALESCE(round_no, 1) AS round_no,
        counted_at,
        book_qty,
        counted_qty,
        recounted_qty,
        unit_cost,
        file_id,
        row_no,
        MAX(COALESCE(round_no, 1)) OVER (
            PARTITION BY location_code, count_no, product_code, COALESCE(batch_no, '')
        ) AS last_round
    FROM core.count_line
    WHERE product_code IS NOT NULL
      AND counted_at IS NOT NULL
      AND COALESCE(recounted_qty, counted_qty) IS NOT NULL
      AND (status IS NULL OR status <> 'cancelled')
      AND CAST(counted_at AS DATE) <= $as_of
)

SELECT
    location_code,
    count_no,
    product_code,
    batch_no,
    -- The quantity that stands, and the first count and the recount behind it.
    CAST(SUM(COALESCE(recounted_qty, counted_qty)) AS DECIMAL(18, 3)) AS final_qty,
    CAST(SUM(counted_qty) AS DECIMAL(18, 3)) AS counted_qty,
    CAST(SUM(recounted_qty) AS DECIMAL(18, 3)) AS recounted_qty,
    -- What the POS says the book was; NULL where it says nothing.
    CAST(
        CASE WHEN MIN(book_qty) = MAX(book_qty) THEN MAX(book_qty) ELSE SUM(book_qty) END AS DECIMAL(18, 3)
    ) AS stated_book_qty,
    MAX(counted_at) AS counted_at,
    MAX(round_no) AS round_no,
    COUNT(*) AS lines,
    MAX(unit_cost) AS unit_cost,
    MIN(file_id) AS file_id,
    MIN(row_no) AS row_no
FROM line
WHERE round_no = last_round
GROUP BY location_code, count_no, product_code, batch_no;
/* cases
[[case]]
name = "last round, recount and two lines of one product"
expect = [
  { count_no = "C1", product_code = "P1", final_qty = 9, lines = 2, stated_book_qty = 10, round_no = 1 },
  { count_no = "C1", product_code = "P2", final_qty = 7, counted_qty = 7, round_no = 2 },
  { count_no = "C1", product_code = "P3", final_qty = 4, counted_qty = 5, recounted_qty = 4 },
]
tables.count_line = '''
location_code | count_no | line_no | product_code | counted_at          | book_qty | counted_qty | recounted_qty | round_no | status
S01           | C1       | 1       | P1           | 2025-03-01 20:00:00 | 10       | 6           |               |          | approved
S01           | C1       | 2       | P1           | 2025-03-01 20:05:00 | 10       | 3           |               |          | approved
S01           | C1       | 3       | P2           | 2025-03-01 20:00:00 | 8        | 6           |               | 1        | approved
S01           | C1       | 4       | P2           | 2025-03-01 21:00:00 | 8        | 7           |               | 2        | approved
S01           | C1       | 5       | P3           | 2025-03-01 20:00:00 | 4        | 5           | 4             | 1        | approved
S01           | C2       | 1       | P1           | 2025-03-02 20:00:00 | 9        | 1           |               | 1        | cancelled
S01           | C3       | 1       | P1           | 2026-03-02 20:00:00 | 9        | 1           |               | 1        | approved
'''
*/
