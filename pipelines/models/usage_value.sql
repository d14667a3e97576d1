/*
title = "Usage of the last twelve months"
title_zh = "近十二个月耗用"
what = "Per location and product what was sold and consumed in the month of the day asked for and the eleven before it, and its value at cost."
what_zh = "每个门店、商品在查询日所在月及之前十一个月的销售与耗用数量及成本金额。"
grain = ["location_code", "product_code"]
*/
-- Usage is sales less returns, and consumption; at a location that neither sells nor consumes (a warehouse) it is what
-- was sent out. At the movement's own cost, else at the last known one.
WITH moved AS (
    SELECT
        location_code,
        product_code,
        SUM(uses) AS uses,
        SUM(used_qty) AS used_qty,
        SUM(used_value) AS used_value,
        SUM(used_unvalued_qty) AS used_unvalued_qty,
        SUM(sent_qty) AS sent_qty,
        SUM(sent_value) AS sent_value,
        SUM(sent_unvalued_qty) AS sent_unvalued_qty
    FROM mart.ledger_summary
    WHERE month + INTERVAL 12 MONTH > $as_of
    GROUP BY location_code, product_code
)

SELECT
    o.location_code,
    o.product_code,
    CAST(
        COALESCE(CASE WHEN b.is_sent THEN m.sent_qty ELSE m.used_qty END, 0) AS DECIMAL(18, 3)
    ) AS used_qty,
    -- Zero where nothing was used, or at no known cost.
    CAST(
        GREATEST(
            COALESCE(CASE WHEN b.is_sent THEN m.sent_value ELSE m.used_value END, 0)
            + COALESCE(CASE WHEN b.is_sent THEN m.sent_unvalued_qty ELSE m.used_unvalued_qty END, 0)
            * COALESCE(c.unit_cost, p.purchase_price, 0),
            0
        ) AS DECIMAL(18, 4)
    ) AS usage_value
FROM mart.ledger_opening AS o
LEFT JOIN mart.usage_basis AS b ON b.location_code = o.location_code
LEFT JOIN moved AS m ON m.location_code = o.location_code AND m.product_code = o.product_code
LEFT JOIN mart.last_cost AS c ON c.location_code = o.location_code AND c.product_code = o.product_code
LEFT JOIN core.product AS p ON p.product_code = o.product_code
WHERE o.batch_no = '';
/* cases
[[case]]
name = "a return is less usage, the month a year ago is out, what states no cost is at the usual one"
as_of = 2025-12-31
expect = [
  { location_code = "S01", product_code = "P1", usage_value = 60, used_qty = 6 },
  { location_code = "S01", product_code = "P4", usage_value = 3, used_qty = 30 },
  { location_code = "S01", product_code = "P5", usage_value = 0, used_qty = 0 },
  { location_code = "W01", product_code = "P1", usage_value = 90, used_qty = 90 },
]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | unit_cost
S01           | M1          | 2025-06-01 08:00:00 | P1           | sale          | -7        | 10
S01           | M2          | 2025-06-02 08:00:00 | P1           | sale_return   | 1         | 10
S01           | M3          | 2024-12-31 08:00:00 | P1           | sale          | -90       | 10
S01           | M6          | 2025-01-01 08:00:00 | P4           | sale          | -30       |
S01           | M7          | 2025-06-01 08:00:00 | P5           | write_off     | -99       | 9
S01           | M8          | 2025-06-01 08:00:00 | P5           | transfer_out  | -99       | 9
W01           | M9          | 2025-06-01 08:00:00 | P1           | transfer_out  | -90       | 1
'''
tables.product = '''
product_code | purchase_price
P4           | 0.1
'''
*/
