/*
title = "The book of each product at each stocktake"
title_zh = "各盘点单期间各商品的账面数"
what = "Per stocktake and product of its location the book when the count began and when it ended."
what_zh = "每张盘点单所在门店各商品在盘点开始与结束时的账面数。"
grain = ["location_code", "count_no", "product_code"]
*/
-- The book as in count_result, of the product with all its batches; where it is unknown or unexplained the product is
-- left out. A stated opening is stock from its own moment only. Spot counts, of fewer than a tenth of the location's
-- products with a ledger, are left out: they have nothing to say about what they do not list.
-- Whole months before are read as sums, the month of the count and the one before it movement by movement, without what
-- the count itself posted.
WITH carried AS (
    SELECT location_code, COUNT(*) AS products
    FROM mart.ledger_opening
    WHERE batch_no = ''
    GROUP BY location_code
),

known AS (
    SELECT
        location_code,
        product_code,
        MAX(CASE WHEN batch_no = '' THEN opening_qty END) AS opening_qty,
        MIN(first_moved_at) AS first_moved_at,
        MAX(CASE WHEN batch_no = '' THEN opening_basis END) AS opening_basis
    FROM mart.ledger_opening
    GROUP BY location_code, product_code
    HAVING MAX(CASE WHEN batch_no = '' THEN opening_qty END) IS NOT NULL AND SUM(unexplained_qty) = 0
),

listed AS (
    SELECT
        d.location_code,
        d.count_no,
        k.product_code,
        d.started_at,
        d.ended_at,
        CAST(DATE_TRUNC('month', d.started_at) AS DATE) AS month,
        k.opening_qty
    FROM mart.count_document AS d
    JOIN carried AS c ON c.location_code = d.location_code
    JOIN known AS k ON k.location_code = d.location_code
    WHERE d.products * 10 >= c.products
      AND (k.opening_basis <> 'stated' OR k.first_moved_at < d.started_at)
),

near AS (
    SELECT *, month AS near_month FROM listed
    UNION ALL
    SELECT *, CAST(month - INTERVAL 1 MONTH AS DATE) AS near_month FROM listed
    UNION ALL
    SELECT *, CAST(DATE_TRUNC('month', ended_at) AS DATE) AS near_month
    FROM listed
    WHERE CAST(DATE_TRUNC('month', ended_at) AS DATE) > month
),

piece AS (
    SELECT
        n.location_code,
        n.count_no,
        n.product_code,
        CASE WHEN l.occurred_at < n.started_at THEN l.moved_qty ELSE 0 END AS before_qty,
        l.moved_qty AS until_qty
    FROM near AS n
    JOIN mart.stock_ledger AS l
        ON l.location_code = n.location_code AND l.product_code = n.product_code AND l.month = n.near_month
    WHERE l.occurred_at < n.ended_at AND COALESCE(l.document_no, '') <> n.count_no
    UNION ALL
    SELECT l.location_code, l.count_no, l.product_code, m.net_qty, m.net_qty
    FROM listed AS l
    JOIN mart.ledger_month AS m ON m.location_code = l.location_code AND m.product_code = l.product_code
    WHERE m.month < CAST(l.month - INTERVAL 1 MONTH AS DATE)
),

moved AS (
    SELECT location_code, count_no, product_code, SUM(before_qty) AS before_qty, SUM(until_qty) AS until_qty
    FROM piece
    GROUP BY location_code, count_no, product_code
)

SELECT
    l.location_code,
    l.count_no,
    l.product_code,
    l.started_at,
    l.ended_at,
    CAST(l.opening_qty + COALESCE(m.before_qty, 0) AS DECIMAL(18, 3)) AS book_qty,
    CAST(l.opening_qty + COALESCE(m.until_qty, 0) AS DECIMAL(18, 3)) AS book_after_qty
FROM listed AS l
LEFT JOIN moved AS m
    ON m.location_code = l.location_code AND m.count_no = l.count_no AND m.product_code = l.product_code;
/* cases
[[case]]
name = "at the beginning and at the end, from sums of earlier months and from movements near the count"
expect = [{ product_code = "P1", book_qty = 6, book_after_qty = 5 }, { product_code = "P2", book_qty = 3, book_after_qty = 3 }]
as_of = 2025-06-30
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | document_no
S01           | M1          | 2025-01-01 08:00:00 | P1           | opening       | 10        |
S01           | M2          | 2025-02-01 08:00:00 | P1           | sale          | -3        | T1
S01           | M3          | 2025-06-01 08:00:00 | P1           | sale          | -1        | T2
S01           | M4          | 2025-06-01 08:10:00 | P1           | count_loss    | -2        | C1
S01           | M5          | 2025-06-01 20:30:00 | P1           | sale          | -1        | T3
S01           | M6          | 2025-06-01 22:00:00 | P1           | sale          | -1        | T4
S01           | M7          | 2025-01-01 08:00:00 | P2           | opening       | 3         |
'''
tables.count_line = '''
location_code | count_no | line_no | product_code | counted_at          | counted_qty | status
S01           | C1       | 1       | P1           | 2025-06-01 20:00:00 | 4           | approved
S01           | C1       | 2       | P2           | 2025-06-01 21:00:00 | 3           | approved
'''
*/
