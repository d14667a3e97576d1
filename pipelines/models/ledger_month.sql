/*
title = "Movements summed by month"
title_zh = "按月汇总的库存变动"
what = "Per location, product, batch and month the number and the sum of the movements, and the first of them."
what_zh = "每个门店、商品、批号、月份的库存变动笔数、合计及首笔时间。"
grain = ["location_code", "product_code", "batch_no", "month"]
*/
-- What came before is read from here rather than from every movement: a night changes the sums of its own month only.
SELECT
    location_code,
    product_code,
    -- Empty where the movement names none.
    COALESCE(batch_no, '') AS batch_no,
    -- Its first day.
    CAST(DATE_TRUNC('month', occurred_at) AS DATE) AS month,
    COUNT(*) AS movements,
    CAST(SUM(moved_qty) AS DECIMAL(18, 3)) AS net_qty,
    MIN(occurred_at) AS first_moved_at,
    -- The first opening movement, the first movement that reports a balance; NULL where none does.
    MIN(CASE WHEN movement_type = 'opening' THEN occurred_at END) AS opened_at,
    MIN(CASE WHEN reported_balance_qty IS NOT NULL THEN occurred_at END) AS reported_at,
    -- Sold less returned, for how much, in how many sales, from when to when; and in how many movements goods arrived.
    CAST(
        -SUM(CASE WHEN movement_type IN ('sale', 'sale_return') THEN moved_qty ELSE 0 END) AS DECIMAL(18, 3)
    ) AS sold_qty,
    CAST(
        SUM(CASE WHEN movement_type IN ('sale', 'sale_return') THEN sale_amount END) AS DECIMAL(18, 4)
    ) AS sale_amount,
    COUNT(CASE WHEN movement_type = 'sale' THEN 1 END) AS sales,
    MIN(CASE WHEN movement_type = 'sale' THEN occurred_at END) AS first_sold_at,
    MAX(CASE WHEN movement_type = 'sale' THEN occurred_at END) AS last_sold_at,
    COUNT(CASE WHEN moved_qty > 0 AND movement_type NOT IN ('sale', 'sale_return') THEN 1 END) AS arrivals
FROM core.stock_movement
WHERE product_code IS NOT NULL
  AND moved_qty IS NOT NULL
  AND CAST(occurred_at AS DATE) <= $as_of
GROUP BY location_code, product_code, COALESCE(batch_no, ''), CAST(DATE_TRUNC('month', occurred_at) AS DATE);
/* cases
[[case]]
name = "by batch and month; what lies after the day asked for, or has no product, is left out"
expect = [
  { product_code = "P1", batch_no = "B1", month = 2025-03-01, movements = 2, net_qty = 7, opened_at = "2025-03-01 08:00:00", reported_at = "2025-03-31 23:59:00" },
  { product_code = "P1", batch_no = "B1", month = 2025-04-01, movements = 1, net_qty = -1, opened_at = "" },
  { product_code = "P1", batch_no = "", month = 2025-04-01, movements = 1, net_qty = -2 },
]
as_of = 2025-04-02
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | batch_no | movement_type | moved_qty | reported_balance_qty
S01           | M1          | 2025-03-01 08:00:00 | P1           | B1       | opening       | 10        |
S01           | M2          | 2025-03-31 23:59:00 | P1           | B1       | sale          | -3        | 7
S01           | M3          | 2025-04-01 00:00:00 | P1           | B1       | sale          | -1        |
S01           | M4          | 2025-04-02 08:00:00 | P1           |          | sale          | -2        |
S01           | M5          | 2025-04-03 08:00:00 | P1           |          | sale          | -2        |
S01           | M6          | 2025-04-02 08:00:00 |              |          | sale          | -2        |
'''
*/
