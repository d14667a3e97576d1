/*
title = "Ledgers summed by month"
title_zh = "按月汇总的库存流水账"
what = "Per ledger and month what was moved, the lowest balance, the last movement and sale, what was used, and the newest cost."
what_zh = "每本库存账每月的变动合计、最低结存、最后变动与销售时间、耗用量及最近成本。"
grain = ["location_code", "product_code", "ledger_batch_no", "month"]
*/
-- What a ledger came to is read from here: few rows, of which a night changes those of its own month.
-- Costs of zero say nothing. Where one moment states several, the highest stands: a loss is not made to look small.
WITH costed AS (
    SELECT
        *,
        MAX(CASE WHEN unit_cost > 0 THEN occurred_at END) OVER (
            PARTITION BY location_code, product_code, ledger_batch_no, month
        ) AS stated_at
    FROM mart.stock_ledger
)

SELECT
    location_code,
    product_code,
    ledger_batch_no,
    month,
    COUNT(*) AS movements,
    CAST(SUM(moved_qty) AS DECIMAL(18, 3)) AS moved_qty,
    -- Lowest sum of the movements, and lowest balance, after any movement of the month.
    MIN(net_qty) AS lowest_net_qty,
    MIN(running_qty) AS lowest_qty,
    MAX(occurred_at) AS last_moved_at,
    MAX(CASE WHEN movement_type = 'sale' THEN occurred_at END) AS last_sold_at,
    -- The newest cost above zero that a movement states, and when it does.
    MAX(stated_at) AS stated_at,
    MAX(CASE WHEN occurred_at = stated_at AND unit_cost > 0 THEN unit_cost END) AS unit_cost,
    -- Sold and consumed less returned; of it at the movements' own cost, and the quantity that states none.
    COUNT(CASE WHEN movement_type IN ('sale', 'sale_return', 'consumption') THEN 1 END) AS uses,
    CAST(
        -SUM(CASE WHEN movement_type IN ('sale', 'sale_return', 'consumption') THEN moved_qty ELSE 0 END)
        AS DECIMAL(18, 3)
    ) AS used_qty,
    CAST(
        -SUM(
            CASE
                WHEN movement_type IN ('sale', 'sale_return', 'consumption') AND unit_cost > 0 THEN moved_value ELSE 0
            END
        ) AS DECIMAL(18, 4)
    ) AS used_value,
    CAST(
        -SUM(
            CASE
                WHEN movement_type IN ('sale', 'sale_return', 'consumption') AND COALESCE(unit_cost, 0) <= 0 THEN moved_qty
                ELSE 0
            END
        ) AS DECIMAL(18, 3)
    ) AS used_unvalued_qty,
    -- The same of what was sent to other locations.
    COUNT(CASE WHEN movement_type = 'transfer_out' THEN 1 END) AS sendings,
    CAST(-SUM(CASE WHEN movement_type = 'transfer_out' THEN moved_qty ELSE 0 END) AS DECIMAL(18, 3)) AS sent_qty,
    CAST(
        -SUM(CASE WHEN movement_type = 'transfer_out' AND unit_cost > 0 THEN moved_value ELSE 0 END) AS DECIMAL(18, 4)
    ) AS sent_value,
    CAST(
        -SUM(CASE WHEN movement_type = 'transfer_out' AND COALESCE(unit_cost, 0) <= 0 THEN moved_qty ELSE 0 END)
        AS DECIMAL(18, 3)
    ) AS sent_unvalued_qty
FROM costed
GROUP BY location_code, product_code, ledger_batch_no, month;
/* cases
[[case]]
name = "lowest balance, use with and without a cost, and the highest of the newest costs"
expect = [
  { month = 2025-03-01, movements = 4, moved_qty = 6, lowest_net_qty = -1, lowest_qty = 9, used_qty = 4, used_value = 6, used_unvalued_qty = 1, unit_cost = 3, last_sold_at = "2025-03-03 08:00:00" },
  { month = 2025-04-01, movements = 1, lowest_qty = 14, sent_qty = 2, unit_cost = "" },
]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | unit_cost
S01           | M1          | 2025-03-01 08:00:00 | P1           | sale          | -1        |
S01           | M2          | 2025-03-02 08:00:00 | P1           | receipt       | 10        | 2.5
S01           | M3          | 2025-03-03 08:00:00 | P1           | sale          | -3        | 2
S01           | M4          | 2025-03-03 08:00:00 | P1           | adjustment    | 0         | 3
S01           | M5          | 2025-04-03 08:00:00 | P1           | transfer_out  | -2        |
'''
tables.stock_on_hand = '''
as_of_date | location_code | product_code | on_hand_qty
2025-04-30 | S01           | P1           | 14
'''
*/
