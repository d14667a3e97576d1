/*
title = "Goods about to expire"
title_zh = "临期商品"
severity = "medium"
assertion = "valuation"
why = "What is not sold by its last good day is lost; marked down or moved in time, most of it is saved."
why_zh = "到期前未售出即成损失；及时折价或调拨可挽回大部分。"
fix = "Move the batch to the front, mark it down, or send it to a store that sells more of it."
fix_zh = "前置陈列、折价促销，或调往销量更大的门店。"
message = "{product_code} batch {batch_no}: {actual_qty} in stock, {days_left} days to {expiry_date}"
message_zh = "{product_code} 批号 {batch_no}：库存 {actual_qty}，距 {expiry_date} 到期还有 {days_left} 天"
grain = ["location_code", "product_code", "batch_no"]
population = "SELECT * FROM mart.batch_on_hand WHERE COALESCE(on_hand_qty, at_least_qty) > 0"
needs = ["expiry_date"]
not_applicable = "No batch is known to be in stock: load movements or on-hand reports with batch numbers."
not_applicable_zh = "没有已知在库的批次：请导入带批号的库存变动或库存余额。"

[params]
band_days_1y = 45
band_days_6m = 20
band_days_90d = 15
band_days_30d = 10
band_days_16d = 5
band_days_short = 4
band_days_unknown = 30

[param_notes]
band_days_1y = "Days before expiry for a shelf life of 365 days or more."
band_days_6m = "For a shelf life of 180 to 364 days."
band_days_90d = "For a shelf life of 90 to 179 days."
band_days_30d = "For a shelf life of 30 to 89 days."
band_days_16d = "For a shelf life of 16 to 29 days."
band_days_short = "For a shelf life of 15 days or less."
band_days_unknown = "Where the shelf life is unknown."
*/
-- The shelf life is the product's, else this batch's own by its two dates.
WITH banded AS (
    SELECT
        location_code,
        product_code,
        batch_no,
        COALESCE(on_hand_qty, at_least_qty) AS stock_qty,
        unit_cost,
        produced_date,
        expiry_date,
        days_left,
        shelf_life_days,
        CASE
            WHEN shelf_life_days IS NULL OR shelf_life_days <= 0 THEN $band_days_unknown
            WHEN shelf_life_days >= 365 THEN $band_days_1y
            WHEN shelf_life_days >= 180 THEN $band_days_6m
            WHEN shelf_life_days >= 90 THEN $band_days_90d
            WHEN shelf_life_days >= 30 THEN $band_days_30d
            WHEN shelf_life_days >= 16 THEN $band_days_16d
            ELSE $band_days_short
        END AS band_days,
        basis,
        reported_date,
        last_moved_at,
        expiry_source
    FROM mart.batch_on_hand
    WHERE expiry_date >= $as_of
)

SELECT
    location_code,
    product_code,
    batch_no,
    expiry_date AS occurred_date,
    stock_qty AS actual_qty,
    stock_qty * unit_cost AS amount_at_risk,
    expiry_date,
    days_left,
    band_days,
    shelf_life_days,
    produced_date,
    basis,
    reported_date,
    last_moved_at,
    expiry_source
FROM banded
WHERE stock_qty > 0 AND days_left <= band_days;
/* cases
[[case]]
name = "within the band of its shelf life, to the day"
expect = [
  { product_code = "P1", batch_no = "B1", days_left = 45, band_days = 45, amount_at_risk = 20 },
  { product_code = "P2", batch_no = "B1", days_left = 0, band_days = 4 },
  { product_code = "P3", batch_no = "B1", days_left = 30, band_days = 30 },
  { product_code = "P4", batch_no = "B1", days_left = 10, band_days = 10, shelf_life_days = 60 },
]
as_of = 2025-06-01
tables.product = '''
product_code | shelf_life_days
P1           | 365
P2           | 7
'''
tables.batch = '''
product_code | batch_no | produced_date | expiry_date
P1           | B1       |               | 2025-07-16
P1           | B2       |               | 2025-07-17
P2           | B1       |               | 2025-06-01
P2           | B2       |               | 2025-06-06
P3           | B1       |               | 2025-07-01
P4           | B1       | 2025-04-12    | 2025-06-11
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | batch_no | movement_type | moved_qty | unit_cost
S01           | M1          | 2025-03-01 08:00:00 | P1           | B1       | opening       | 10        | 2
S01           | M2          | 2025-03-01 08:00:00 | P1           | B2       | opening       | 10        | 2
S01           | M3          | 2025-03-01 08:00:00 | P2           | B1       | opening       | 10        |
S01           | M4          | 2025-03-01 08:00:00 | P2           | B2       | opening       | 10        |
S01           | M5          | 2025-03-01 08:00:00 | P3           | B1       | opening       | 10        |
S01           | M6          | 2025-03-01 08:00:00 | P4           | B1       | opening       | 10        |
'''

[[case]]
name = "already expired, sold out, or a shop with a narrower band"
expect = []
as_of = 2025-06-01
params = { band_days_unknown = 7 }
tables.batch = '''
product_code | batch_no | produced_date | expiry_date
P1           | B1       |               | 2025-05-31
P1           | B2       |               | 2025-06-05
P1           | B3       |               | 2025-06-09
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | batch_no | movement_type | moved_qty
S01           | M1          | 2025-03-01 08:00:00 | P1           | B1       | opening       | 10
S01           | M2          | 2025-03-01 08:00:00 | P1           | B2       | opening       | 10
S01           | M3          | 2025-03-02 08:00:00 | P1           | B2       | sale          | -10
S01           | M4          | 2025-03-01 08:00:00 | P1           | B3       | opening       | 10
'''
*/
