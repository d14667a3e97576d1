/*
title = "Stock on hand"
title_zh = "现有库存"
what = "Per location and product the stock at the end of the day asked for, from the ledger where its opening is known, else from the newest on-hand report."
what_zh = "每个门店、商品在查询日日终的库存：期初已知的以流水账为准，否则取最近一次库存余额。"
grain = ["location_code", "product_code"]
*/
-- A ledger that no opening explains proves nothing, so the newest report stands there too. Where nothing is known,
-- on_hand_qty is NULL, not zero; at_least_qty still holds, since no opening is below zero.
WITH ledger AS (
    SELECT
        location_code,
        product_code,
        ledger_batch_no,
        SUM(moved_qty) AS net_qty,
        MIN(lowest_net_qty) AS lowest_qty,
        MAX(last_moved_at) AS last_moved_at,
        MAX(last_sold_at) AS last_sold_at
    FROM mart.ledger_summary
    GROUP BY location_code, product_code, ledger_batch_no
),

moved AS (
    SELECT
        location_code,
        product_code,
        SUM(net_qty) AS net_qty,
        SUM(net_qty - LEAST(lowest_qty, 0)) AS at_least_qty,
        MAX(last_moved_at) AS last_moved_at,
        MAX(last_sold_at) AS last_sold_at
    FROM ledger
    GROUP BY location_code, product_code
),

unexplained AS (
    SELECT location_code, product_code, SUM(unexplained_qty) AS unexplained_qty
    FROM mart.ledger_opening
    GROUP BY location_code, product_code
),

reported AS (
    SELECT location_code, product_code, as_of_date, SUM(on_hand_qty) AS on_hand_qty
    FROM core.stock_on_hand
    WHERE as_of_date <= $as_of AND on_hand_qty IS NOT NULL
    GROUP BY location_code, product_code, as_of_date
    QUALIFY ROW_NUMBER() OVER (PARTITION BY location_code, product_code ORDER BY as_of_date DESC) = 1
),

stock AS (
    SELECT
        COALESCE(m.location_code, r.location_code) AS location_code,
        COALESCE(m.product_code, r.product_code) AS product_code,
        CASE
            WHEN o.opening_qty IS NOT NULL AND u.unexplained_qty = 0 THEN o.opening_qty + m.net_qty
            ELSE r.on_hand_qty
        END AS on_hand_qty,
        CASE
            WHEN o.opening_qty IS NOT NULL AND u.unexplained_qty = 0 THEN 'ledger'
            WHEN r.on_hand_qty IS NOT NULL THEN 'snapshot'
            ELSE 'unknown'
        END AS basis,
        m.at_least_qty,
        r.as_of_date AS reported_date,
        m.last_moved_at,
        m.last_sold_at
    FROM moved AS m
    JOIN mart.ledger_opening AS o
        ON o.location_code = m.location_code AND o.product_code = m.product_code AND o.batch_no = ''
    JOIN unexplained AS u ON u.location_code = m.location_code AND u.product_code = m.product_code
    FULL JOIN reported AS r ON r.location_code = m.location_code AND r.product_code = m.product_code
)

SELECT
    s.location_code,
    s.product_code,
    -- Stock in base units; NULL where unknown.
    CAST(s.on_hand_qty AS DECIMAL(18, 3)) AS on_hand_qty,
    -- ledger, snapshot or unknown.
    s.basis,
    -- Stock there is at the least, whatever the opening was.
    CAST(s.at_least_qty AS DECIMAL(18, 3)) AS at_least_qty,
    COALESCE(c.unit_cost, p.purchase_price) AS unit_cost,
    CAST(s.on_hand_qty * COALESCE(c.unit_cost, p.purchase_price) AS DECIMAL(18, 4)) AS on_hand_value,
    -- Day of the newest on-hand report.
    s.reported_date,
    s.last_moved_at,
    s.last_sold_at
FROM stock AS s
LEFT JOIN mart.last_cost AS c ON c.location_code = s.location_code AND c.product_code = s.product_code
LEFT JOIN core.product AS p ON p.product_code = s.product_code;
/* cases
[[case]]
name = "from the ledger, from the newest report, and unknown"
expect = [
  { product_code = "P1", on_hand_qty = 7, basis = "ledger", on_hand_value = 14 },
  { product_code = "P2", on_hand_qty = 4, basis = "snapshot", reported_date = 2025-03-31 },
  { product_code = "P3", on_hand_qty = "", basis = "unknown", at_least_qty = 3 },
]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | unit_cost
S01           | M1          | 2025-03-01 08:00:00 | P1           | opening       | 10        | 2
S01           | M2          | 2025-03-02 08:00:00 | P1           | sale          | -3        |
S01           | M3          | 2025-03-02 08:00:00 | P3           | sale          | -2        |
S01           | M4          | 2025-03-03 08:00:00 | P3           | receipt       | 3         |
'''
tables.stock_on_hand = '''
as_of_date | location_code | product_code | batch_no | on_hand_qty
2025-02-28 | S01           | P2           |          | 9
2025-03-31 | S01           | P2           | B1       | 3
2025-03-31 | S01           | P2           | B2       | 1
'''
*/
