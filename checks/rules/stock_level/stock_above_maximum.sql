/*
title = "Stock above its maximum"
title_zh = "库存高于上限"
severity = "low"
assertion = "valuation"
why = "Money and space are tied up in goods beyond what the shop wants to hold, and what lies long expires or is marked down."
why_zh = "超出上限的货占用资金和场地，放久了还会过期或折价。"
fix = "Stop ordering it, move some to a place that is short, or promote it. If the level is out of date, raise it."
fix_zh = "暂停订货，调往缺货的门店，或做促销。若上限已不合适，请调整。"
message = "{product_code} ({held_by} {location_code}): {actual_qty} in stock, maximum {expected_qty}; {difference_qty} too many, worth {amount_at_risk}"
message_zh = "{product_code}（{held_by} {location_code}）：库存 {actual_qty}，上限 {expected_qty}，多出 {difference_qty}，金额 {amount_at_risk}"
grain = ["location_code", "product_code"]
consequence_of = ["receipt_entered_twice", "receipt_reentered_under_new_number", "receipt_pack_factor_error", "receipt_over_order", "movement_duplicated_by_sync"]
ageing = ["occurred_date"]
population = "SELECT * FROM mart.stock_against_level WHERE max_stock_qty > 0 AND COALESCE(min_stock_qty, 0) <= max_stock_qty"
needs = ["on_hand_qty"]
not_applicable = "No product in stock has a maximum."
not_applicable_zh = "有库存记录的商品都没有设置上限。"

[words]
location = ["at", "门店"]
company = ["all locations", "全公司"]
*/
-- A maximum below the minimum is a typing error in the master data and says nothing about the stock.
SELECT
    location_code,
    product_code,
    COALESCE(reported_date, $as_of) AS occurred_date,
    max_stock_qty AS expected_qty,
    on_hand_qty AS actual_qty,
    on_hand_qty - max_stock_qty AS difference_qty,
    CAST((on_hand_qty - max_stock_qty) * unit_cost AS DECIMAL(18, 4)) AS amount_at_risk,
    CASE WHEN location_code = '' THEN 'company' ELSE 'location' END AS held_by,
    level_basis,
    locations,
    min_stock_qty,
    is_discontinued,
    basis,
    reported_date
FROM mart.stock_against_level
WHERE max_stock_qty > 0 AND COALESCE(min_stock_qty, 0) <= max_stock_qty AND on_hand_qty > max_stock_qty;
/* cases
[[case]]
name = "a location's own maximum, and one of the company held against the sum over its locations"
expect = [
  { location_code = "S01", product_code = "P1", expected_qty = 10, actual_qty = 13, difference_qty = 3, amount_at_risk = 6, level_basis = "location" },
  { location_code = "", product_code = "P2", expected_qty = 10, actual_qty = 11, locations = 2, level_basis = "company" },
]
tables.product = '''
product_code | max_stock_qty | purchase_price
P1           | 99            | 2
P2           | 10            |
'''
tables.stock_level = '''
location_code | product_code | max_stock_qty
S01           | P1           | 10
'''
tables.stock_on_hand = '''
as_of_date | location_code | product_code | batch_no | on_hand_qty
2025-03-31 | S01           | P1           | B1       | 6
2025-03-31 | S01           | P1           | B2       | 7
2025-03-31 | S01           | P2           |          | 6
2025-03-31 | S02           | P2           |          | 5
'''

[[case]]
name = "at the maximum, no maximum set, a maximum below the minimum, a place without a level of its own"
expect = []
tables.product = '''
product_code | min_stock_qty | max_stock_qty
P1           |               | 10
P2           |               | 0
P3           | 50            | 10
P4           |               | 1
'''
tables.stock_level = '''
location_code | product_code | max_stock_qty
S01           | P4           | 10
'''
tables.stock_on_hand = '''
as_of_date | location_code | product_code | batch_no | on_hand_qty
2025-03-31 | S01           | P1           |          | 10
2025-03-31 | S01           | P2           |          | 99
2025-03-31 | S01           | P3           |          | 60
2025-03-31 | S02           | P4           |          | 60
'''
*/
