/*
title = "Stock enough for too long"
title_zh = "库存可销天数过长"
severity = "low"
assertion = "valuation"
why = "At the present rate the stock lasts far beyond what can be planned: the money is tied up, and part of it will expire or be marked down."
why_zh = "按目前的销售速度，库存够卖的时间远超计划期：资金被占用，其中一部分终将过期或降价。"
fix = "Stop ordering it, move some to places that sell it faster, promote it, or agree a return with the supplier."
fix_zh = "暂停订货，调往动销更快的门店，做促销，或与供应商协商退货。"
message = "{product_code} at {location_code}: {actual_qty} in stock last {cover_days} days ({sold_qty} sold in {window_days} days); {difference_qty} beyond {max_days} days, worth {amount_at_risk}"
message_zh = "{location_code} 的 {product_code}：库存 {actual_qty} 可销 {cover_days} 天（{window_days} 天内售出 {sold_qty}）；超出 {max_days} 天用量 {difference_qty}，金额 {amount_at_risk}"
grain = ["location_code", "product_code"]
consequence_of = ["receipt_entered_twice", "receipt_reentered_under_new_number", "receipt_pack_factor_error", "receipt_over_order", "stock_above_maximum"]
ageing = ["occurred_date"]
population = """
SELECT h.location_code, h.product_code, h.on_hand_qty
FROM mart.on_hand AS h
JOIN mart.ledger_span AS s ON s.location_code = h.location_code
WHERE s.sales + s.dispatches + s.consumptions > 0
  AND DATE_DIFF('day', s.first_moved_on, s.covered_until) >= $window_days
"""
needs = ["on_hand_qty"]
not_applicable = "No location's ledger with sales or dispatches reaches over as many days."
not_applicable_zh = "没有门店含销售或调出的流水达到所需天数。"

[params]
window_days = 90
max_days = 180

[param_notes]
window_days = "Days over which the daily sales are averaged."
max_days = "Days of sales that the stock may last."

[param_notes_zh]
window_days = "按多少天计算日均销量。"
max_days = "库存最多可供销售的天数。"
*/
-- Cover = stock ÷ average daily sales of the window, worked out in whole thousandths. The window ends on the last day the
-- location's ledger tells of. Sales as in stock_not_moving, whose finding a product without any is. A product that was
-- sold out at the end of some day of the window, or came new, is left out: its sales say little of the demand.
WITH place AS (
    SELECT location_code, covered_until, is_sending
    FROM mart.selling_place
    WHERE DATE_DIFF('day', first_moved_on, covered_until) >= $window_days
),

moved AS (
    SELECT
        m.location_code,
        UPPER(m.product_code) AS product_key,
        p.covered_until,
        SUM(m.moved_qty) AS net_qty,
        -SUM(
            CASE
                WHEN m.movement_type IN ('sale', 'sale_return', 'consumption') THEN m.moved_qty
                WHEN m.movement_type = 'transfer_out' AND p.is_sending THEN m.moved_qty
                ELSE 0
            END
        ) AS sold_qty
    FROM core.stock_movement AS m
    JOIN place AS p ON p.location_code = m.location_code
    WHERE DATE_DIFF('day', CAST(m.occurred_at AS DATE), p.covered_until) < $window_days
      AND CAST(m.occurred_at AS DATE) <= $as_of
    GROUP BY m.location_code, UPPER(m.product_code), p.covered_until
),

candidate AS (
    SELECT
        h.location_code,
        h.product_code,
        m.product_key,
        h.on_hand_qty,
        h.unit_cost,
        h.last_sold_at,
        h.basis,
        m.sold_qty,
        m.covered_until,
        h.on_hand_qty - m.net_qty AS start_qty
    FROM mart.on_hand AS h
    JOIN moved AS m ON m.location_code = h.location_code AND m.product_key = UPPER(h.product_code)
    WHERE m.sold_qty > 0
      AND h.on_hand_qty * $window_days > m.sold_qty * $max_days
      AND h.on_hand_qty - m.net_qty > 0
),

-- Only the few candidates' movements are followed day by day.
day AS (
    SELECT c.location_code, c.product_code, c.start_qty, CAST(m.occurred_at AS DATE) AS on_day, SUM(m.moved_qty) AS moved_qty
    FROM candidate AS c
    JOIN core.stock_movement AS m ON m.location_code = c.location_code AND UPPER(m.product_code) = c.product_key
    WHERE DATE_DIFF('day', CAST(m.occurred_at AS DATE), c.covered_until) < $window_days
      AND CAST(m.occurred_at AS DATE) <= $as_of
    GROUP BY c.location_code, c.product_code, c.start_qty, CAST(m.occurred_at AS DATE)
),

balance AS (
    SELECT
        location_code,
        product_code,
        start_qty + SUM(moved_qty) OVER (
            PARTITION BY location_code, product_code ORDER BY on_day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS end_qty
    FROM day
),

lowest AS (
    SELECT location_code, product_code, MIN(end_qty) AS lowest_qty
    FROM balance
    GROUP BY location_code, product_code
),

measured AS (
    SELECT
        c.*,
        l.lowest_qty,
        CAST(
            CAST(CAST(c.sold_qty * 1000 AS BIGINT) * $max_days // NULLIF($window_days, 0) AS DECIMAL(15, 0)) * 0.001
            AS DECIMAL(18, 3)
        ) AS needed_qty,
        CAST(CAST(c.on_hand_qty * 1000 AS BIGINT) * $window_days // NULLIF(CAST(c.sold_qty * 1000 AS BIGINT), 0) AS INTEGER)
            AS cover_days
    FROM candidate AS c
    JOIN lowest AS l ON l.location_code = c.location_code AND l.product_code = c.product_code
    WHERE l.lowest_qty > 0
)

SELECT
    m.location_code,
    m.product_code,
    m.covered_until AS occurred_date,
    m.needed_qty AS expected_qty,
    m.on_hand_qty AS actual_qty,
    m.on_hand_qty - m.needed_qty AS difference_qty,
    CAST((m.on_hand_qty - m.needed_qty) * m.unit_cost AS DECIMAL(18, 4)) AS amount_at_risk,
    m.cover_days,
    CAST(m.sold_qty AS DECIMAL(18, 3)) AS sold_qty,
    $window_days AS window_days,
    $max_days AS max_days,
    CAST(m.lowest_qty AS DECIMAL(18, 3)) AS lowest_qty,
    CAST(m.last_sold_at AS DATE) AS last_sold_on,
    m.basis,
    r.category,
    r.status AS product_status
FROM measured AS m
LEFT JOIN core.product AS r ON r.product_code = m.product_code;
/* cases
[[case]]
name = "a product that sells ten times too slowly, and one of a warehouse by what it sends"
expect = [
  { location_code = "S01", product_code = "P1", actual_qty = 98, expected_qty = 4, difference_qty = 94, amount_at_risk = 188, cover_days = 490, sold_qty = 2 },
  { location_code = "W01", product_code = "P1", actual_qty = 95, expected_qty = 10, cover_days = 190 },
]
as_of = 2025-03-21
params = { window_days = 10, max_days = 20 }
tables.location = '''
location_code | location_type
W01           | warehouse
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | unit_cost
S01           | M1          | 2025-03-01 08:00:00 | P1           | opening       | 100       | 2
S01           | M2          | 2025-03-15 08:00:00 | P1           | sale          | -3        |
S01           | M3          | 2025-03-21 08:00:00 | P1           | sale_return   | 1         |
W01           | M1          | 2025-03-01 08:00:00 | P1           | opening       | 100       | 2
W01           | M2          | 2025-03-18 08:00:00 | P1           | transfer_out  | -5        |
'''

[[case]]
name = "exactly the longest cover, sold out meanwhile, new, without any sale, a transfer between stores, a ledger too short"
expect = []
as_of = 2025-03-21
params = { window_days = 10, max_days = 20 }
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty
S01           | M1          | 2025-03-01 08:00:00 | P1           | opening       | 30
S01           | M2          | 2025-03-15 08:00:00 | P1           | sale          | -10
S01           | M3          | 2025-03-01 08:00:00 | P2           | opening       | 1
S01           | M4          | 2025-03-13 08:00:00 | P2           | sale          | -1
S01           | M5          | 2025-03-20 08:00:00 | P2           | receipt       | 90
S01           | M6          | 2025-03-20 08:00:00 | P3           | receipt       | 90
S01           | M7          | 2025-03-21 08:00:00 | P3           | sale          | -1
S01           | M8          | 2025-03-01 08:00:00 | P4           | opening       | 90
S01           | M9          | 2025-03-15 08:00:00 | P4           | transfer_out  | -1
S02           | M1          | 2025-03-15 08:00:00 | P1           | opening       | 90
S02           | M2          | 2025-03-21 08:00:00 | P1           | sale          | -1
'''
*/
