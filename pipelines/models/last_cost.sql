/*
title = "Last known cost"
title_zh = "最近已知成本"
what = "Per location and product the newest cost that a movement or a receipt states."
what_zh = "每个门店、商品在库存变动或入库单上最近出现的成本单价。"
grain = ["location_code", "product_code"]
*/
-- Costs of zero say nothing. Where one moment states several, the highest stands: a loss is not made to look small.
WITH stated AS (
    SELECT location_code, product_code, stated_at, unit_cost
    FROM mart.ledger_summary
    WHERE unit_cost > 0
    UNION ALL
    SELECT location_code, product_code, received_at, unit_cost
    FROM core.receipt_line
    WHERE unit_cost > 0
      AND product_code IS NOT NULL
      AND (status IS NULL OR status NOT IN ('draft', 'rejected', 'cancelled'))
      AND CAST(received_at AS DATE) <= $as_of
),

ranked AS (
    SELECT
        *,
        MAX(stated_at) OVER (PARTITION BY location_code, product_code) AS newest_at
    FROM stated
)

SELECT
    location_code,
    product_code,
    -- Cost per base unit.
    MAX(unit_cost) AS unit_cost,
    -- When it was stated.
    MAX(stated_at) AS stated_at
FROM ranked
WHERE stated_at = newest_at
GROUP BY location_code, product_code;
/* cases
[[case]]
name = "the newer of movement and receipt; a draft and a cost of zero say nothing"
expect = [{ product_code = "P1", unit_cost = 3.5 }, { product_code = "P2", unit_cost = 2 }]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | unit_cost
S01           | M1          | 2025-03-01 08:00:00 | P1           | receipt       | 10        | 3
S01           | M2          | 2025-03-02 08:00:00 | P2           | receipt       | 10        | 2
S01           | M3          | 2025-03-03 08:00:00 | P2           | sale          | -1        | 0
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | product_code | received_qty | received_at         | unit_cost | status
S01           | R1         | 1       | P1           | 6            | 2025-03-05 09:00:00 | 3.5       | approved
S01           | R2         | 1       | P1           | 6            | 2025-03-06 09:00:00 | 9         | draft
'''
*/
