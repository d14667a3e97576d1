/*
title = "ABC classes by usage value"
title_zh = "按耗用金额的 ABC 分类"
what = "Per location and product the class by what was sold and consumed at cost over the year up to the day asked for: A makes the first 80 %, B the next 15 %, C the rest."
what_zh = "每个门店、商品按查询日前一年的销售与耗用成本金额分类：A 类占前 80%，B 类占其后 15%，其余为 C 类。"
grain = ["location_code", "product_code"]
*/
-- Usage is sales less returns, and consumption; at a location that neither sells nor consumes (a warehouse) it is what
-- was sent out. At the movement's own cost, else at the last known one. Products in falling order of usage value belong
-- to A until those before them make 80 %, to B until 95 %: the product that reaches the limit still belongs to the class.
-- Nothing used, or used at no known cost: C. A year is 365 days.
WITH moved AS (
    SELECT
        location_code,
        product_code,
        movement_type = 'transfer_out' AS is_sent,
        -SUM(moved_qty) AS used_qty,
        -SUM(moved_value) FILTER (WHERE unit_cost > 0) AS valued_amount,
        -SUM(moved_qty) FILTER (WHERE unit_cost IS NULL OR unit_cost <= 0) AS unvalued_qty
    FROM mart.stock_ledger
    WHERE movement_type IN ('sale', 'sale_return', 'consumption', 'transfer_out')
      AND CAST(occurred_at AS DATE) + 365 > $as_of
    GROUP BY location_code, product_code, movement_type = 'transfer_out'
),

basis AS (
    SELECT location_code, BOOL_AND(is_sent) AS is_sent
    FROM moved
    GROUP BY location_code
),

valued AS (
    SELECT
        o.location_code,
        o.product_code,
        COALESCE(u.used_qty, 0) AS used_qty,
        GREATEST(
            COALESCE(u.valued_amount, 0)
            + COALESCE(u.unvalued_qty, 0) * COALESCE(c.unit_cost, p.purchase_price, 0),
            0
        ) AS usage_value
    FROM mart.ledger_opening AS o
    LEFT JOIN basis AS b ON b.location_code = o.location_code
    LEFT JOIN moved AS u
        ON u.location_code = o.location_code AND u.product_code = o.product_code AND u.is_sent = b.is_sent
    LEFT JOIN mart.last_cost AS c ON c.location_code = o.location_code AND c.product_code = o.product_code
    LEFT JOIN core.product AS p ON p.product_code = o.product_code
    WHERE o.batch_no = ''
),

ranked AS (
    SELECT
        *,
        SUM(usage_value) OVER (PARTITION BY location_code) AS total_value,
        SUM(usage_value) OVER usage - usage_value AS value_before,
        ROW_NUMBER() OVER usage AS usage_rank
    FROM valued
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
    END AS abc_class,
    -- Quantity used over the year, and its value at cost.
    CAST(used_qty AS DECIMAL(18, 3)) AS used_qty,
    CAST(usage_value AS DECIMAL(18, 4)) AS usage_value,
    -- Place within the location, the largest value first, and what the products before it make.
    usage_rank,
    CAST(value_before AS DECIMAL(18, 4)) AS value_before,
    CAST(total_value AS DECIMAL(18, 4)) AS total_value
FROM ranked;
/* cases
[[case]]
name = "by value and not by quantity; a return is less usage, a year is 365 days, no usage is C"
as_of = 2025-12-31
expect = [
  { location_code = "S01", product_code = "P1", abc_class = "A", usage_value = 60, used_qty = 6 },
  { location_code = "S01", product_code = "P2", abc_class = "A", usage_value = 25, value_before = 60 },
  { location_code = "S01", product_code = "P3", abc_class = "B", usage_value = 12, value_before = 85 },
  { location_code = "S01", product_code = "P4", abc_class = "C", usage_value = 3, value_before = 97, total_value = 100 },
  { location_code = "S01", product_code = "P5", abc_class = "C", usage_value = 0 },
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
  { location_code = "W01", product_code = "P1", abc_class = "A", usage_value = 90 },
  { location_code = "W01", product_code = "P2", abc_class = "B", usage_value = 10 },
  { location_code = "S01", product_code = "P1", abc_class = "A", usage_value = 5 },
  { location_code = "S01", product_code = "P2", abc_class = "C", usage_value = 0 },
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
