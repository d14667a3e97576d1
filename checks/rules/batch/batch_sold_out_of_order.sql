/*
title = "A younger batch sold while an older one was in stock"
title_zh = "未按先到期先出销售"
severity = "low"
assertion = "valuation"
why = "The older goods stay behind and expire on the shelf, while the fresh ones go first."
why_zh = "新货先卖，旧货滞留货架直至过期。"
fix = "Put the older batch in front when filling the shelf, and check that the till takes the batch that is really sold."
fix_zh = "补货时旧批次在前；并核对收银记录的批号是否为实际售出的批次。"
message = "{product_code}: {sold_qty} of batch {batch_no} (expires {expiry_date}) sold in {sales} sales while batch {older_batch_no} (expires {older_expiry_date}) was in stock"
message_zh = "{product_code}：批号 {batch_no}（{expiry_date} 到期）售出 {sold_qty}（{sales} 笔），当时更早到期的批号 {older_batch_no}（{older_expiry_date} 到期）仍有库存"
grain = ["location_code", "product_code", "batch_no"]
population = """
SELECT l.product_code, d.expiry_date
FROM mart.stock_ledger AS l
LEFT JOIN mart.batch_date AS d ON d.product_code = l.product_code AND d.batch_no = l.ledger_batch_no
WHERE l.ledger_batch_no <> '' AND l.movement_type = 'sale' AND l.moved_qty < 0
"""
needs = ["expiry_date"]
not_applicable = "No ledger with sales is kept by batch: load movements that all name their batch."
not_applicable_zh = "没有按批次的销售流水：请导入每笔都带批号的库存变动。"

[params]
min_older_qty = 0

[param_notes]
min_older_qty = "The older batch counts as in stock above this quantity; more where a few damaged pieces commonly stay behind."
*/
-- First expired, first out. Pairs of batches are chosen by their times as wholes, and only the older batches of such
-- pairs are looked at movement by movement and drawn together into stretches in stock: a join of sales with movements
-- would grow with their product. An older batch is in stock at a sale when it was so before that moment and still after
-- it, so a ticket that takes the last of the old and the first of the new is in order. What is expired may not be sold
-- and holds nothing up. Voids are taken off. Batches whose opening is unknown are left out.
WITH batch AS (
    SELECT
        l.location_code,
        l.product_code,
        l.ledger_batch_no AS batch_no,
        d.expiry_date,
        MIN(CASE WHEN l.running_qty > $min_older_qty THEN l.occurred_at END) AS stocked_at,
        MIN(CASE WHEN l.movement_type = 'sale' AND l.moved_qty < 0 THEN l.occurred_at END) AS first_sold_at,
        MAX(CASE WHEN l.movement_type = 'sale' AND l.moved_qty < 0 THEN l.occurred_at END) AS last_sold_at,
        MAX(CASE WHEN l.running_qty > $min_older_qty THEN l.ledger_no END) AS last_stocked_no,
        MAX(l.ledger_no) AS last_no,
        MAX(l.occurred_at) AS last_moved_at
    FROM mart.stock_ledger AS l
    JOIN mart.batch_date AS d ON d.product_code = l.product_code AND d.batch_no = l.ledger_batch_no
    WHERE l.ledger_batch_no <> '' AND l.running_qty IS NOT NULL AND l.unexplained_qty = 0
      AND d.expiry_date IS NOT NULL
    GROUP BY l.location_code, l.product_code, l.ledger_batch_no, d.expiry_date
),

pair AS (
    SELECT
        y.location_code,
        y.product_code,
        y.batch_no,
        y.expiry_date,
        o.batch_no AS older_batch_no,
        o.expiry_date AS older_expiry_date
    FROM batch AS y
    JOIN batch AS o ON o.location_code = y.location_code AND o.product_code = y.product_code
    WHERE o.expiry_date < y.expiry_date
      AND o.stocked_at < y.last_sold_at
      AND CAST(y.first_sold_at AS DATE) <= o.expiry_date
      AND (o.last_stocked_no = o.last_no OR y.first_sold_at < o.last_moved_at)
),

older AS (
    SELECT DISTINCT location_code, product_code, older_batch_no
    FROM pair
),

moment AS (
    SELECT
        l.location_code,
        l.product_code,
        l.ledger_batch_no AS batch_no,
        l.occurred_at,
        l.ledger_no,
        l.running_qty
    FROM mart.stock_ledger AS l
    JOIN older AS o
        ON o.location_code = l.location_code
        AND o.product_code = l.product_code
        AND o.older_batch_no = l.ledger_batch_no
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY l.location_code, l.product_code, l.ledger_batch_no, l.occurred_at ORDER BY l.ledger_no DESC
    ) = 1
),

marked AS (
    SELECT
        location_code,
        product_code,
        batch_no,
        occurred_at,
        running_qty,
        LEAD(occurred_at) OVER (PARTITION BY location_code, product_code, batch_no ORDER BY ledger_no) AS next_at,
        SUM(CASE WHEN running_qty > $min_older_qty THEN 0 ELSE 1 END) OVER (
            PARTITION BY location_code, product_code, batch_no ORDER BY ledger_no
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS stretch_no
    FROM moment
),

stretch AS (
    SELECT
        location_code,
        product_code,
        batch_no,
        stretch_no,
        MIN(occurred_at) AS from_at,
        MAX(COALESCE(next_at, CAST('9999-12-31 00:00:00' AS TIMESTAMP))) AS until_at,
        MAX(running_qty) AS highest_qty,
        MIN(running_qty) AS lowest_qty
    FROM marked
    WHERE running_qty > $min_older_qty
    GROUP BY location_code, product_code, batch_no, stretch_no
),

passed_over AS (
    SELECT
        l.location_code,
        l.product_code,
        p.batch_no,
        p.expiry_date,
        l.movement_id,
        l.occurred_at,
        l.moved_qty,
        l.document_no,
        p.older_batch_no,
        p.older_expiry_date,
        s.lowest_qty,
        l.file_id,
        l.row_no
    FROM mart.stock_ledger AS l
    JOIN pair AS p
        ON p.location_code = l.location_code AND p.product_code = l.product_code AND p.batch_no = l.ledger_batch_no
    JOIN stretch AS s
        ON s.location_code = p.location_code AND s.product_code = p.product_code AND s.batch_no = p.older_batch_no
    WHERE l.movement_type = 'sale'
      AND CAST(l.occurred_at AS DATE) <= p.older_expiry_date
      AND l.occurred_at > s.from_at
      AND l.occurred_at < s.until_at
    -- Each sale once, against the batch that should have gone first.
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY l.location_code, l.product_code, p.batch_no, l.movement_id
        ORDER BY p.older_expiry_date, p.older_batch_no, s.from_at
    ) = 1
),

placed AS (
    SELECT *, ROW_NUMBER() OVER (
        PARTITION BY location_code, product_code, batch_no
        ORDER BY CASE WHEN moved_qty < 0 THEN 0 ELSE 1 END, occurred_at, movement_id
    ) AS place
    FROM passed_over
)

SELECT
    f.location_code,
    f.product_code,
    f.batch_no,
    MIN(CASE WHEN f.place = 1 THEN f.document_no END) AS document_no,
    CAST(MIN(f.occurred_at) AS DATE) AS occurred_date,
    0 AS expected_qty,
    -SUM(f.moved_qty) AS actual_qty,
    -SUM(f.moved_qty) AS difference_qty,
    LEAST(-SUM(f.moved_qty), MIN(CASE WHEN f.place = 1 THEN f.lowest_qty END))
        * COALESCE(MIN(c.unit_cost), MIN(p.purchase_price)) AS amount_at_risk,
    -SUM(f.moved_qty) AS sold_qty,
    COUNT(CASE WHEN f.moved_qty < 0 THEN 1 END) AS sales,
    MIN(f.expiry_date) AS expiry_date,
    MIN(CASE WHEN f.place = 1 THEN f.older_batch_no END) AS older_batch_no,
    MIN(CASE WHEN f.place = 1 THEN f.older_expiry_date END) AS older_expiry_date,
    MIN(CASE WHEN f.place = 1 THEN f.lowest_qty END) AS older_left_qty,
    COUNT(DISTINCT f.older_batch_no) AS older_batches,
    CAST(MAX(f.occurred_at) AS DATE) AS last_date,
    MIN(CASE WHEN f.place = 1 THEN f.file_id END) AS file_id,
    MIN(CASE WHEN f.place = 1 THEN f.row_no END) AS row_no
FROM placed AS f
LEFT JOIN mart.last_cost AS c ON c.location_code = f.location_code AND c.product_code = f.product_code
LEFT JOIN core.product AS p ON p.product_code = f.product_code
GROUP BY f.location_code, f.product_code, f.batch_no
HAVING SUM(f.moved_qty) < 0;
/* cases
[[case]]
name = "two sales of the younger, one before the older ran out and one after its next arrival: one finding per batch sold"
expect = [{ product_code = "P1", batch_no = "B2", document_no = "T1", sold_qty = 5, sales = 2, older_batch_no = "B1", occurred_date = 2025-03-02, last_date = 2025-03-06, older_left_qty = 2, amount_at_risk = 4 }]
tables.batch = '''
product_code | batch_no | expiry_date
P1           | B1       | 2025-06-01
P1           | B2       | 2025-07-01
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | batch_no | movement_type | moved_qty | unit_cost | document_no
S01           | M1          | 2025-03-01 08:00:00 | P1           | B1       | opening       | 4         | 2         |
S01           | M2          | 2025-03-01 08:00:00 | P1           | B2       | opening       | 20        | 2         |
S01           | M3          | 2025-03-02 08:00:00 | P1           | B2       | sale          | -3        |           | T1
S01           | M4          | 2025-03-03 08:00:00 | P1           | B1       | sale          | -2        |           | T2
S01           | M5          | 2025-03-03 09:00:00 | P1           | B1       | sale          | -2        |           | T3
S01           | M6          | 2025-03-04 08:00:00 | P1           | B2       | sale          | -4        |           | T4
S01           | M7          | 2025-03-05 08:00:00 | P1           | B1       | transfer_in   | 6         | 2         | D1
S01           | M8          | 2025-03-06 08:00:00 | P1           | B2       | sale          | -2        |           | T5
'''

[[case]]
name = "in order, both on one ticket, the older expired or not yet there, dates alike, a void, a transfer, another store's stock"
expect = []
tables.batch = '''
product_code | batch_no | expiry_date
P1           | B1       | 2025-06-01
P1           | B2       | 2025-07-01
P2           | B1       | 2025-03-02
P2           | B2       | 2025-07-01
P3           | B1       | 2025-06-01
P3           | B2       | 2025-07-01
P4           | B1       | 2025-06-01
P4           | B2       | 2025-06-01
P5           | B1       | 2025-06-01
P5           | B2       | 2025-07-01
P6           | B1       | 2025-06-01
P6           | B2       | 2025-07-01
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | batch_no | movement_type | moved_qty | document_no
S01           | M1          | 2025-03-01 08:00:00 | P1           | B1       | opening       | 4         |
S01           | M2          | 2025-03-01 08:00:00 | P1           | B2       | opening       | 20        |
S01           | M3          | 2025-03-02 08:00:00 | P1           | B1       | sale          | -1        | T1
S01           | M4          | 2025-03-03 08:00:00 | P1           | B2       | sale          | -2        | T2
S01           | M5          | 2025-03-03 08:00:00 | P1           | B1       | sale          | -3        | T2
S01           | M6          | 2025-03-04 08:00:00 | P1           | B2       | sale          | -4        | T4
S01           | M7          | 2025-03-01 08:00:00 | P2           | B1       | opening       | 4         |
S01           | M8          | 2025-03-01 08:00:00 | P2           | B2       | opening       | 4         |
S01           | M9          | 2025-03-03 08:00:00 | P2           | B2       | sale          | -4        | T5
S01           | N1          | 2025-03-01 08:00:00 | P3           | B2       | opening       | 4         |
S01           | N2          | 2025-03-03 08:00:00 | P3           | B2       | sale          | -1        | T6
S01           | N3          | 2025-03-03 08:00:00 | P3           | B1       | receipt       | 5         | R1
S01           | N4          | 2025-03-01 08:00:00 | P4           | B1       | opening       | 4         |
S01           | N5          | 2025-03-01 08:00:00 | P4           | B2       | opening       | 4         |
S01           | N6          | 2025-03-03 08:00:00 | P4           | B2       | sale          | -1        | T7
S01           | N7          | 2025-03-01 08:00:00 | P5           | B2       | opening       | 4         |
S01           | N8          | 2025-03-03 08:00:00 | P5           | B2       | transfer_out  | -1        | D1
S01           | N9          | 2025-03-04 08:00:00 | P5           | B2       | sale          | -1        | T8
S01           | Q1          | 2025-03-01 08:00:00 | P6           | B1       | opening       | 4         |
S01           | Q2          | 2025-03-01 08:00:00 | P6           | B2       | opening       | 4         |
S01           | Q3          | 2025-03-02 08:00:00 | P6           | B2       | sale          | -1        | T9
S01           | Q4          | 2025-03-02 08:01:00 | P6           | B2       | sale          | 1         | T9
S02           | N8          | 2025-03-01 08:00:00 | P5           | B1       | opening       | 9         |
'''

[[case]]
name = "a few pieces of the older that nobody buys, where the shop says so"
expect = []
params = { min_older_qty = 2 }
tables.batch = '''
product_code | batch_no | expiry_date
P1           | B1       | 2025-06-01
P1           | B2       | 2025-07-01
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | batch_no | movement_type | moved_qty
S01           | M1          | 2025-03-01 08:00:00 | P1           | B1       | opening       | 2
S01           | M2          | 2025-03-01 08:00:00 | P1           | B2       | opening       | 20
S01           | M3          | 2025-03-02 08:00:00 | P1           | B2       | sale          | -3
'''
*/
