/*
title = "A younger batch sold while an older one was in stock"
title_zh = "未按先到期先出销售"
severity = "low"
assertion = "valuation"
why = "The older goods stay behind and expire on the shelf, while the fresh ones go first."
why_zh = "新货先卖，旧货滞留货架直至过期。"
fix = "Put the older batch in front when filling the shelf, and check that the till takes the batch that is really sold."
fix_zh = "补货时旧批次在前；并核对收银记录的批号是否为实际售出的批次。"
message = "{product_code}: {sold_qty} of batch {batch_no} (expires {expiry_date}) sold in {sales} sales while an older batch was in stock, first {older_batch_no} (expires {older_expiry_date})"
message_zh = "{product_code}：批号 {batch_no}（{expiry_date} 到期）售出 {sold_qty}（{sales} 笔）时，更早到期的批次仍有库存，首先是 {older_batch_no}（{older_expiry_date} 到期）"
grain = ["location_code", "product_code", "batch_no"]
population = """
SELECT d.expiry_date, CASE WHEN l.unexplained_qty = 0 THEN l.running_qty END AS running_qty
FROM mart.stock_ledger AS l
LEFT JOIN mart.batch_date AS d ON d.product_code = l.product_code AND d.batch_no = l.ledger_batch_no
WHERE l.ledger_batch_no <> '' AND l.movement_type = 'sale' AND l.moved_qty < 0
"""
needs = ["expiry_date", "running_qty"]
not_applicable = "No ledger with sales is kept by batch: load movements that all name their batch."
not_applicable_zh = "没有按批次的销售流水：请导入每笔都带批号的库存变动。"

[params]
min_older_qty = 0

[param_notes]
min_older_qty = "The older batch counts as in stock above this quantity; more where a few damaged pieces commonly stay behind."

[param_notes_zh]
min_older_qty = "较早批次的库存超过此数才算仍有货；常有少量破损品留存的，可调大。"
*/
-- First expired, first out. Pairs of batches are chosen by their times as wholes; only the older batches of such pairs
-- are drawn together into stretches in stock, and the stretches that hold for one younger batch are merged, so that each
-- sale meets at most one: a join of sales with movements would grow with their product. An older batch is in stock at a
-- sale when it was so before that moment and still after it, so a ticket that takes the last of the old and the first of
-- the new is in order. What is expired may not be sold and holds nothing up. Voids are taken off. Batches whose opening
-- is unknown are left out.
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

marked AS (
    SELECT
        l.location_code,
        l.product_code,
        l.ledger_batch_no AS batch_no,
        l.occurred_at,
        l.running_qty,
        LEAD(l.occurred_at) OVER (
            PARTITION BY l.location_code, l.product_code, l.ledger_batch_no ORDER BY l.ledger_no
        ) AS next_at,
        SUM(CASE WHEN l.running_qty > $min_older_qty THEN 0 ELSE 1 END) OVER (
            PARTITION BY l.location_code, l.product_code, l.ledger_batch_no ORDER BY l.ledger_no
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS stretch_no
    FROM mart.stock_ledger AS l
    JOIN older AS o
        ON o.location_code = l.location_code
        AND o.product_code = l.product_code
        AND o.older_batch_no = l.ledger_batch_no
),

stretch AS (
    SELECT
        location_code,
        product_code,
        batch_no,
        MIN(occurred_at) AS from_at,
        MAX(COALESCE(next_at, CAST('9999-12-31 00:00:00' AS TIMESTAMP))) AS until_at,
        MIN(running_qty) AS lowest_qty
    FROM marked
    WHERE running_qty > $min_older_qty
    GROUP BY location_code, product_code, batch_no, stretch_no
),

held AS (
    SELECT
        p.location_code,
        p.product_code,
        p.batch_no,
        p.expiry_date,
        p.older_batch_no,
        p.older_expiry_date,
        s.from_at,
        LEAST(s.until_at, CAST(p.older_expiry_date + 1 AS TIMESTAMP)) AS until_at,
        s.lowest_qty
    FROM pair AS p
    JOIN stretch AS s
        ON s.location_code = p.location_code AND s.product_code = p.product_code AND s.batch_no = p.older_batch_no
    WHERE s.from_at < s.until_at
),

apart AS (
    SELECT *, MAX(until_at) OVER (
        PARTITION BY location_code, product_code, batch_no
        ORDER BY from_at, until_at, older_expiry_date, older_batch_no
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS held_until
    FROM held
),

numbered AS (
    SELECT *, SUM(CASE WHEN from_at < held_until THEN 0 ELSE 1 END) OVER (
        PARTITION BY location_code, product_code, batch_no
        ORDER BY from_at, until_at, older_expiry_date, older_batch_no
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS merged_no
    FROM apart
),

merged AS (
    SELECT location_code, product_code, batch_no, MIN(from_at) AS from_at, MAX(until_at) AS until_at
    FROM numbered
    GROUP BY location_code, product_code, batch_no, merged_no
),

passed_over AS (
    SELECT
        l.location_code,
        l.product_code,
        l.ledger_batch_no AS batch_no,
        MIN(CASE WHEN l.moved_qty < 0 THEN l.occurred_at END) AS first_at,
        MAX(CASE WHEN l.moved_qty < 0 THEN l.occurred_at END) AS last_at,
        COUNT(CASE WHEN l.moved_qty < 0 THEN 1 END) AS sales,
        -SUM(l.moved_qty) AS sold_qty
    FROM mart.stock_ledger AS l
    JOIN merged AS m
        ON m.location_code = l.location_code AND m.product_code = l.product_code AND m.batch_no = l.ledger_batch_no
    WHERE l.movement_type = 'sale' AND l.occurred_at > m.from_at AND l.occurred_at < m.until_at
    GROUP BY l.location_code, l.product_code, l.ledger_batch_no
    HAVING SUM(l.moved_qty) < 0
),

first_sale AS (
    SELECT
        f.location_code,
        f.product_code,
        f.batch_no,
        MIN(l.document_no) AS document_no,
        MIN(l.file_id) AS file_id,
        MIN(l.row_no) AS row_no
    FROM passed_over AS f
    JOIN mart.stock_ledger AS l
        ON l.location_code = f.location_code
        AND l.product_code = f.product_code
        AND l.ledger_batch_no = f.batch_no
        AND l.occurred_at = f.first_at
    WHERE l.movement_type = 'sale' AND l.moved_qty < 0
    GROUP BY f.location_code, f.product_code, f.batch_no
),

-- The batch that should have gone first at the first of these sales.
due AS (
    SELECT
        f.location_code,
        f.product_code,
        f.batch_no,
        h.expiry_date,
        h.older_batch_no,
        h.older_expiry_date,
        h.lowest_qty
    FROM passed_over AS f
    JOIN held AS h
        ON h.location_code = f.location_code AND h.product_code = f.product_code AND h.batch_no = f.batch_no
    WHERE f.first_at > h.from_at AND f.first_at < h.until_at
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY f.location_code, f.product_code, f.batch_no
        ORDER BY h.older_expiry_date, h.older_batch_no, h.from_at
    ) = 1
)

SELECT
    f.location_code,
    f.product_code,
    f.batch_no,
    s.document_no,
    CAST(f.first_at AS DATE) AS occurred_date,
    0 AS expected_qty,
    f.sold_qty AS actual_qty,
    f.sold_qty AS difference_qty,
    LEAST(f.sold_qty, d.lowest_qty) * COALESCE(c.unit_cost, p.purchase_price) AS amount_at_risk,
    f.sold_qty,
    f.sales,
    d.expiry_date,
    d.older_batch_no,
    d.older_expiry_date,
    d.lowest_qty AS older_left_qty,
    CAST(f.last_at AS DATE) AS last_date,
    s.file_id,
    s.row_no
FROM passed_over AS f
JOIN first_sale AS s
    ON s.location_code = f.location_code AND s.product_code = f.product_code AND s.batch_no = f.batch_no
JOIN due AS d
    ON d.location_code = f.location_code AND d.product_code = f.product_code AND d.batch_no = f.batch_no
LEFT JOIN mart.last_cost AS c ON c.location_code = f.location_code AND c.product_code = f.product_code
LEFT JOIN core.product AS p ON p.product_code = f.product_code;
/* cases
[[case]]
name = "two sales of the younger, one before the older ran out and one after its next arrival; two older ones at once, then one"
expect = [
  { product_code = "P2", batch_no = "B3", sold_qty = 3, sales = 2, older_batch_no = "B1", older_left_qty = 1, occurred_date = 2025-03-03 },
  { product_code = "P1", batch_no = "B2", document_no = "T1", sold_qty = 5, sales = 2, older_batch_no = "B1", occurred_date = 2025-03-02, last_date = 2025-03-06, older_left_qty = 2, amount_at_risk = 4 },
]
tables.batch = '''
product_code | batch_no | expiry_date
P1           | B1       | 2025-06-01
P1           | B2       | 2025-07-01
P2           | B1       | 2025-03-04
P2           | B2       | 2025-06-01
P2           | B3       | 2025-07-01
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
S01           | N1          | 2025-03-01 08:00:00 | P2           | B1       | opening       | 1         |           |
S01           | N2          | 2025-03-02 08:00:00 | P2           | B2       | receipt       | 1         |           |
S01           | N3          | 2025-03-02 08:00:00 | P2           | B3       | receipt       | 9         |           |
S01           | N4          | 2025-03-03 08:00:00 | P2           | B3       | sale          | -1        |           | T6
S01           | N5          | 2025-03-05 08:00:00 | P2           | B3       | sale          | -2        |           | T7
S01           | N6          | 2025-03-06 08:00:00 | P2           | B2       | sale          | -1        |           | T8
S01           | N7          | 2025-03-07 08:00:00 | P2           | B3       | sale          | -4        |           | T9
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
