/*
title = "Stock below its minimum"
title_zh = "库存低于下限"
severity = "low"
assertion = "completeness"
why = "The shelf will be empty before the next delivery: sales are lost, and customers with them."
why_zh = "下次到货之前货架可能断货，损失销售和顾客。"
fix = "Order, or transfer from a place that has enough. If the level is out of date or the product discontinued, change the level."
fix_zh = "订货，或从库存充足的门店调拨。若下限已不合适或商品已停售，请调整或清除下限。"
message = "{product_code} ({held_by} {location_code}): {actual_qty} in stock, minimum {expected_qty}"
message_zh = "{product_code}（{held_by} {location_code}）：库存 {actual_qty}，下限 {expected_qty}"
grain = ["location_code", "product_code"]
consequence_of = ["order_overdue", "delivery_without_receipt", "receipt_under_order", "receipt_movement_missing"]
ageing = ["occurred_date"]
population = "SELECT * FROM mart.stock_against_level WHERE min_stock_qty > 0 AND (NOT is_discontinued OR $include_discontinued)"
needs = ["on_hand_qty"]
not_applicable = "No product in stock has a minimum."
not_applicable_zh = "有库存记录的商品都没有设置下限。"

[params]
include_discontinued = true

[param_notes]
include_discontinued = "Whether a discontinued product that still has a minimum counts: false where products run out with their minimum left on them."

[param_notes_zh]
include_discontinued = "停用商品仍设有最低库存时是否也算；停用后有意卖空而未清最低库存的，设为 false。"

[words]
location = ["at", "门店"]
company = ["all locations", "全公司"]
*/
-- A discontinued product that still has a minimum is either ordered again or has its minimum taken off. The cost of the missing quantity is what an order would need.
SELECT
    location_code,
    product_code,
    COALESCE(reported_date, $as_of) AS occurred_date,
    min_stock_qty AS expected_qty,
    on_hand_qty AS actual_qty,
    on_hand_qty - min_stock_qty AS difference_qty,
    CAST((min_stock_qty - on_hand_qty) * unit_cost AS DECIMAL(18, 4)) AS amount_at_risk,
    CASE WHEN location_code = '' THEN 'company' ELSE 'location' END AS held_by,
    level_basis,
    locations,
    max_stock_qty,
    is_discontinued,
    basis,
    reported_date
FROM mart.stock_against_level
WHERE min_stock_qty > 0 AND (NOT is_discontinued OR $include_discontinued) AND on_hand_qty < min_stock_qty;
/* cases
[[case]]
name = "a location's own minimum from the ledger, and one of the company held against the sum over its locations"
expect = [
  { location_code = "S01", product_code = "P1", expected_qty = 10, actual_qty = 7, difference_qty = -3, amount_at_risk = 6, level_basis = "location", basis = "ledger" },
  { location_code = "", product_code = "P2", expected_qty = 10, actual_qty = 9, locations = 2, level_basis = "company" },
  { location_code = "S02", product_code = "P3", expected_qty = 4, actual_qty = 0, is_discontinued = true },
]
tables.product = '''
product_code | min_stock_qty | status
P1           | 1             | active
P2           | 10            | active
P3           | 4             | discontinued
'''
tables.stock_level = '''
location_code | product_code | min_stock_qty
S01           | P1           | 10
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | unit_cost
S01           | M1          | 2025-03-01 08:00:00 | P1           | opening       | 10        | 2
S01           | M2          | 2025-03-02 08:00:00 | P1           | sale          | -3        |
'''
tables.stock_on_hand = '''
as_of_date | location_code | product_code | batch_no | on_hand_qty
2025-03-31 | S01           | P2           |          | 4
2025-03-31 | S02           | P2           |          | 5
2025-03-31 | S02           | P3           |          | 0
'''

[[case]]
name = "at the minimum, enough over all places, no stock row, discontinued, a minimum of zero, stock unknown"
expect = []
params = { include_discontinued = false }
tables.product = '''
product_code | min_stock_qty | status
P1           | 10            | active
P2           | 10            | active
P3           | 10            | discontinued
P4           | 0             | active
P5           | 10            | active
'''
tables.stock_on_hand = '''
as_of_date | location_code | product_code | batch_no | on_hand_qty
2025-03-31 | S01           | P1           |          | 4
2025-03-31 | S02           | P1           |          | 6
2025-03-31 | S01           | P3           |          | 1
2025-03-31 | S01           | P4           |          | 0
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty
S01           | M1          | 2025-03-01 08:00:00 | P5           | sale          | -1
'''
*/
