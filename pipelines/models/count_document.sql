/*
title = "Stocktake documents"
title_zh = "盘点单汇总"
what = "Per stocktake when and by whom it was counted, what it found gross and net against the book, and a key by which two of equal content are equal."
what_zh = "每张盘点单的起止时间、盘点人、与账面的毛差异和净差异，以及内容相同者相等的比较键。"
grain = ["location_code", "count_no"]
*/
-- Gross adds the amounts of gains and losses, net lets them cancel: both, since a net of nothing can hide much. Only
-- lines with a book and a cost make the three values. Cancelled lines and those without product or moment are left out.
WITH line AS (
    SELECT
        location_code,
        count_no,
        MIN(counted_at) AS started_at,
        MAX(counted_at) AS ended_at,
        COUNT(*) AS lines,
        MAX(COALESCE(round_no, 1)) AS rounds,
        COUNT(DISTINCT UPPER(counted_by)) AS counters,
        MIN(UPPER(counted_by)) AS first_counter,
        MAX(UPPER(counted_by)) AS last_counter,
        COUNT(*) FILTER (WHERE status = 'open') AS open_lines,
        MAX(approved_by) AS approved_by,
        MIN(file_id) AS file_id,
        MIN(row_no) AS row_no
    FROM core.count_line
    WHERE product_code IS NOT NULL
      AND counted_at IS NOT NULL
      AND COALESCE(recounted_qty, counted_qty) IS NOT NULL
      AND (status IS NULL OR status <> 'cancelled')
      AND CAST(counted_at AS DATE) <= $as_of
    GROUP BY location_code, count_no
),

total AS (
    SELECT
        location_code,
        count_no,
        COUNT(*) AS items,
        COUNT(DISTINCT product_code) AS products,
        MD5(
            STRING_AGG(
                UPPER(product_code) || '|' || UPPER(batch_no) || '|' || CAST(final_qty AS VARCHAR),
                ';' ORDER BY UPPER(product_code), UPPER(batch_no), final_qty
            )
        ) AS content_key
    FROM mart.count_total
    GROUP BY location_code, count_no
),

compared AS (
    SELECT
        location_code,
        count_no,
        COUNT(variance_qty) AS compared_items,
        COUNT(*) FILTER (WHERE variance_qty <> 0) AS differing_items,
        SUM(ABS(book_qty * unit_cost)) FILTER (WHERE book_qty > 0) AS book_value,
        SUM(ABS(variance_value)) AS gross_value,
        SUM(variance_value) AS net_value
    FROM mart.count_result
    GROUP BY location_code, count_no
)

SELECT
    l.location_code,
    l.count_no,
    -- First and last moment of counting.
    l.started_at,
    l.ended_at,
    l.lines,
    -- Products and batches counted, and products.
    t.items,
    t.products,
    l.rounds,
    -- How many people counted; 0 where nobody is named.
    l.counters,
    l.first_counter,
    l.last_counter,
    -- Whether a line is still open.
    l.open_lines > 0 AS is_open,
    l.approved_by,
    -- Items held against a book, and those that differ from it.
    c.compared_items,
    c.differing_items,
    -- Book at cost, and the variances at cost added without and with their sign.
    CAST(c.book_value AS DECIMAL(18, 4)) AS book_value,
    CAST(c.gross_value AS DECIMAL(18, 4)) AS gross_value,
    CAST(c.net_value AS DECIMAL(18, 4)) AS net_value,
    -- Equal for documents that give the same quantities of the same products and batches.
    t.content_key,
    l.file_id,
    l.row_no
FROM line AS l
JOIN total AS t ON t.location_code = l.location_code AND t.count_no = l.count_no
JOIN compared AS c ON c.location_code = l.location_code AND c.count_no = l.count_no;
/* cases
[[case]]
name = "gross and net apart; who counted; cancelled ones left out"
expect = [
  { count_no = "C1", items = 3, products = 2, lines = 3, counters = 2, compared_items = 3, differing_items = 2, book_value = 45, gross_value = 5, net_value = -1, is_open = false, started_at = "2025-03-03 20:00:00", ended_at = "2025-03-03 20:09:00" },
  { count_no = "C2", items = 1, is_open = true, counters = 0, compared_items = 0, gross_value = "" },
]
tables.count_line = '''
location_code | count_no | line_no | product_code | batch_no | counted_at          | book_qty | counted_qty | counted_by | unit_cost | status
S01           | C1       | 1       | P1           | B1       | 2025-03-03 20:00:00 | 10       | 7           | E1         | 1         | approved
S01           | C1       | 2       | P1           | B2       | 2025-03-03 20:05:00 | 5        | 7           | e1         | 1         | approved
S01           | C1       | 3       | P2           |          | 2025-03-03 20:09:00 | 6        | 6           | E2         | 5         | approved
S01           | C2       | 1       | P2           |          | 2025-03-04 20:09:00 |          | 6           |            | 5         | open
S01           | C3       | 1       | P2           |          | 2025-03-04 20:09:00 | 6        | 6           |            | 5         | cancelled
'''
*/
