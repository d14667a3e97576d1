/*
title = "ABC classes by usage value"
title_zh = "按耗用金额的 ABC 分类"
what = "Per location and product the class by usage value of the last twelve months: A makes the first 80 %, B the next 15 %, C the rest."
what_zh = "每个门店、商品按近十二个月耗用成本金额分类：A 类占前 80%，B 类占其后 15%，其余为 C 类。"
grain = ["location_code", "product_code"]
*/
-- Products in falling order of usage value belong to A until those before them make 80 %, to B until 95 %: the product
-- that reaches the limit still belongs to the class. Nothing used, or used at no known cost: C.
-- Only the class is kept: the sums it follows from, in usage_value, change every night for every product of a location.
WITH ranked AS (
    SELECT
        *,
        SUM(usage_value) OVER (PARTITION BY location_code) AS total_value,
        SUM(usage_value) OVER usage - usage_value AS value_before
    FROM mart.usage_value
    WINDOW usage AS (
        PARTITION BY location_code ORDER BY usage_value DESC, product_code
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
)

SELECT
    location_code,
    product_code,
    -- A, B or C.
    CASE
        WHEN usage_value = 0 THEN 'C'
        WHEN value_before * 100 < total_value * 80 THEN 'A'
        WHEN value_before * 100 < total_value * 95 THEN 'B'
        ELSE 'C'
    END AS abc_class
FROM ranked;
/* cases
[[case]]
name = "by value and not by quantity; a return is less usage, a year is twelve months, no usage is C"
as_of = 2025-12-31
expect = [
  { location_code = "S01", product_code = "P1", abc_class = "A" },
  { location_code = "S01", product_code = "P2", abc_class = "A" },
  { location_code = "S01", product_code = "P3", abc_class = "B" },
  { location_code = "S01", product_code = "P4", abc_class = "C" },
  { location_code = "S01", product_code = "P5", abc_class = "C" },
]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | unit_cost
S01           | M1          | 2025-06-01 08:00:00 | P1           | sale          | -7        | 10
S01           | M2          | 2025-06-02 08:00:00 | P1           | sale_return   | 1         | 10
S01           | M3          | 2024-12-31 08:00:00 | P1           | sale          | -90       | 10
S01           | M4          | 2025-01-01 08:00:00 | P2           | sale          | -25       | 1
S01           | M5          | 2025-06-01 08:00:00 | P3           | consumption   | -12       | 1
S01           | M6          | 2025-06-01 08:00:00 | P4           | sale          | -30       |
S01           | M7          | 2025-06-01 08:00:00 | P5           | write_off     | -99       | 9
S01           | M8          | 2025-06-01 08:00:00 | P5           | transfer_out  | -99       | 9
'''
tables.product = '''
product_code | purchase_price
P4           | 0.1
'''

[[case]]
name = "the warehouse by what it sends out; a voided sale is no usage; one product alone is A"
expect = [
  { location_code = "W01", product_code = "P1", abc_class = "A" },
  { location_code = "W01", product_code = "P2", abc_class = "B" },
  { location_code = "S01", product_code = "P1", abc_class = "A" },
  { location_code = "S01", product_code = "P2", abc_class = "C" },
]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | unit_cost
W01           | M1          | 2025-06-01 08:00:00 | P1           | transfer_out  | -90       | 1
W01           | M2          | 2025-06-01 08:00:00 | P2           | transfer_out  | -10       | 1
S01           | M3          | 2025-06-01 08:00:00 | P1           | sale          | -5        | 1
S01           | M4          | 2025-06-01 08:00:00 | P2           | sale          | -2        | 9
S01           | M5          | 2025-06-01 08:01:00 | P2           | sale          | 2         | 9
'''
*/
