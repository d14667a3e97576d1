/*
title = "Stock that does not move"
title_zh = "滞销库存"
severity = "low"
assertion = "valuation"
why = "Money lies on the shelf and earns nothing, the place is taken from goods that sell, and what lies long expires or is worth less than the book says."
why_zh = "资金压在货架上没有产出，还占用畅销品的位置；久放会过期或贬值，账面价值可能偏高。"
fix = "See whether the goods are really there and can be seen. Then promote, mark down, return to the supplier, move to a place that sells them, or write down."
fix_zh = "先确认实物还在且陈列得当，再考虑促销、降价、退供应商、调往有销售的门店，或计提减值。"
message = "{product_code} at {location_code}: {actual_qty} in stock, none left in the {days} days up to {ledger_until}; last sold {last_sold_on}; value {amount_at_risk}"
message_zh = "{location_code} 的 {product_code}：库存 {actual_qty}，截至 {ledger_until} 的 {days} 天内没有售出；最近销售 {last_sold_on}；金额 {amount_at_risk}"
grain = ["location_code", "product_code"]
ageing = ["ledger_until", "days_since_sold"]
population = """
SELECT h.location_code, h.product_code, h.on_hand_qty
FROM mart.on_hand AS h
JOIN mart.ledger_span AS s ON s.location_code = h.location_code
WHERE s.sales + s.dispatches + s.consumptions > 0
  AND DATE_DIFF('day', s.first_moved_on, s.covered_until) >= $days
"""
needs = ["on_hand_qty"]
not_applicable = "No location's ledger with sales or dispatches reaches over as many days."
not_applicable_zh = "没有门店含销售或调出的流水达到所需天数。"

[params]
days = 90

[param_notes]
days = "Days without any sale after which stock counts as not moving; 30, 60 and 90 are common."

[param_notes_zh]
days = "多少天没有销售算滞销；常用 30、60、90。"
*/
-- The days are counted back from the last day the location's ledger tells of, so that data which is not loaded yet does not
-- look like goods nobody wants. Only what was in stock when those days began: new goods and goods that were sold out are
-- left alone. Sales are net of returns and voids; use counts as a sale, and where goods are sent on (a warehouse, or a
-- place without sales) so does a transfer out. Goods on the way are nowhere to be sold.
WITH place AS (
    SELECT location_code, covered_until, is_sending
    FROM mart.selling_place
    WHERE DATE_DIFF('day', first_moved_on, covered_until) >= $days
),

moved AS (
    SELECT
        m.location_code,
        UPPER(m.product_code) AS product_key,
        SUM(m.moved_qty) AS net_qty,
        -SUM(
            CASE
                WHEN m.movement_type IN ('sale', 'sale_return', 'consumption') THEN m.moved_qty
                WHEN m.movement_type = 'transfer_out' AND p.is_sending THEN m.moved_qty
                ELSE 0
            END
        ) AS left_qty
    FROM core.stock_movement AS m
    JOIN place AS p ON p.location_code = m.location_code
    WHERE DATE_DIFF('day', CAST(m.occurred_at AS DATE), p.covered_until) < $days
      AND CAST(m.occurred_at AS DATE) <= $as_of
    GROUP BY m.location_code, UPPER(m.product_code)
)

SELECT
    h.location_code,
    h.product_code,
    CAST(h.last_sold_at AS DATE) AS occurred_date,
    CAST(0 AS DECIMAL(18, 3)) AS expected_qty,
    h.on_hand_qty AS actual_qty,
    h.on_hand_qty AS difference_qty,
    h.on_hand_value AS amount_at_risk,
    $days AS days,
    p.covered_until AS ledger_until,
    CAST(h.last_sold_at AS DATE) AS last_sold_on,
    DATE_DIFF('day', CAST(h.last_sold_at AS DATE), p.covered_until) AS days_since_sold,
    CAST(h.on_hand_qty - COALESCE(m.net_qty, 0) AS DECIMAL(18, 3)) AS held_throughout_qty,
    CAST(COALESCE(m.net_qty, 0) AS DECIMAL(18, 3)) AS net_moved_qty,
    h.last_moved_at,
    h.basis,
    h.reported_date,
    r.category,
    r.status AS product_status
FROM mart.on_hand AS h
JOIN place AS p ON p.location_code = h.location_code
LEFT JOIN moved AS m ON m.location_code = h.location_code AND m.product_key = UPPER(h.product_code)
LEFT JOIN core.product AS r ON r.product_code = h.product_code
WHERE h.on_hand_qty > 0
  AND COALESCE(m.left_qty, 0) <= 0
  AND h.on_hand_qty - COALESCE(m.net_qty, 0) > 0;
/* cases
[[case]]
name = "no sale for the days, also where more came in or a sale was voided, goods never moved at all, a warehouse that sends nothing"
expect = [
  { location_code = "S01", product_code = "P1", actual_qty = 9, amount_at_risk = 18, last_sold_on = 2025-03-05, days_since_sold = 16 },
  { location_code = "S01", product_code = "P2", actual_qty = 14, held_throughout_qty = 10 },
  { location_code = "S01", product_code = "P9", actual_qty = 3, basis = "snapshot", last_sold_on = "" },
  { location_code = "W01", product_code = "P1", actual_qty = 50 },
]
as_of = 2025-03-21
params = { days = 10 }
tables.location = '''
location_code | location_type
W01           | warehouse
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | unit_cost
S01           | M1          | 2025-03-01 08:00:00 | P1           | opening       | 10        | 2
S01           | M2          | 2025-03-05 08:00:00 | P1           | sale          | -1        |
S01           | M3          | 2025-03-01 08:00:00 | P2           | opening       | 10        | 2
S01           | M4          | 2025-03-15 08:00:00 | P2           | receipt       | 4         | 2
S01           | M5          | 2025-03-15 09:00:00 | P2           | sale          | -2        |
S01           | M6          | 2025-03-15 09:01:00 | P2           | sale          | 2         |
S01           | M7          | 2025-03-01 08:00:00 | P3           | opening       | 9         | 2
S01           | M8          | 2025-03-21 09:00:00 | P3           | sale          | -1        |
W01           | M1          | 2025-03-01 08:00:00 | P1           | opening       | 50        | 2
W01           | M2          | 2025-03-01 08:00:00 | P3           | opening       | 50        | 2
W01           | M3          | 2025-03-18 08:00:00 | P3           | transfer_out  | -5        |
'''
tables.stock_on_hand = '''
as_of_date | location_code | product_code | batch_no | on_hand_qty
2025-03-21 | S01           | P9           |          | 3
'''

[[case]]
name = "new goods, sold out and back, used up in the kitchen, sold out, a ledger too short, a place that only receives, goods on the way"
expect = []
as_of = 2025-03-21
params = { days = 10 }
tables.location = '''
location_code | location_type
T01           | transit
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty
S01           | M1          | 2025-03-01 08:00:00 | P1           | opening       | 10
S01           | M2          | 2025-03-05 08:00:00 | P1           | sale          | -10
S01           | M3          | 2025-03-20 08:00:00 | P1           | receipt       | 30
S01           | M4          | 2025-03-18 08:00:00 | P2           | receipt       | 30
S01           | M5          | 2025-03-01 08:00:00 | P3           | opening       | 30
S01           | M6          | 2025-03-19 08:00:00 | P3           | consumption   | -3
S01           | M7          | 2025-03-01 08:00:00 | P4           | opening       | 5
S01           | M8          | 2025-03-02 08:00:00 | P4           | sale          | -5
S02           | M1          | 2025-03-15 08:00:00 | P1           | opening       | 5
S02           | M2          | 2025-03-21 08:00:00 | P2           | sale          | -5
S03           | M1          | 2025-03-01 08:00:00 | P1           | opening       | 5
S03           | M2          | 2025-03-21 08:00:00 | P1           | receipt       | 5
T01           | M1          | 2025-03-01 08:00:00 | P1           | opening       | 5
T01           | M2          | 2025-03-21 08:00:00 | P2           | transfer_out  | -5
'''
*/
