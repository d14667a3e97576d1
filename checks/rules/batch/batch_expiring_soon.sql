/*
title = "Goods about to expire"
title_zh = "临期商品"
severity = "medium"
assertion = "valuation"
why = "What is not sold by its last good day is lost; marked down or moved in time, most of it is saved."
why_zh = "到期前未售出即成损失；及时折价或调拨可挽回大部分。"
fix = "Move the batch to the front, mark it down, or send it to a store that sells more of it."
fix_zh = "前置陈列、折价促销，或调往销量更大的门店。"
message = "{product_code} batch {batch_no}: {actual_qty} in stock, {days_left} days to {expiry_date}: {stage}"
message_zh = "{product_code} 批号 {batch_no}：库存 {actual_qty}，距 {expiry_date} 到期还有 {days_left} 天，{stage}"
words."sell off" = ["sell it off", "应尽快促销"]
words."take off" = ["take it off the shelf", "应下架"]
grain = ["location_code", "product_code", "batch_no"]
consequence_of = ["residual_life_too_short", "batch_sold_out_of_order"]
ageing = ["days_left"]
population = "SELECT * FROM mart.batch_on_hand WHERE COALESCE(on_hand_qty, at_least_qty) > 0"
needs = ["expiry_date"]
not_applicable = "No batch is known to be in stock: load movements or on-hand reports with batch numbers."
not_applicable_zh = "没有已知在库的批次：请导入带批号的库存变动或库存余额。"

[params]
band_days_unknown = 30

[param_notes]
band_days_unknown = "Days before expiry where the shelf life is unknown; for known ones load the table expiry_band."

[param_notes_zh]
band_days_unknown = "保质期未知时，到期前多少天算临期；保质期已知的，请载入 expiry_band 表。"
*/
-- How near is near depends on the shelf life: mart.expiry_band, the shop's own table or else the customary bands.
SELECT
    s.location_code,
    s.product_code,
    s.batch_no,
    s.expiry_date AS occurred_date,
    COALESCE(s.on_hand_qty, s.at_least_qty) AS actual_qty,
    COALESCE(s.on_hand_qty, s.at_least_qty) * s.unit_cost AS amount_at_risk,
    s.expiry_date,
    DATE_DIFF('day', $as_of, s.expiry_date) AS days_left,
    COALESCE(b.warn_days, $band_days_unknown) AS band_days,
    b.removal_days,
    CASE WHEN DATE_DIFF('day', $as_of, s.expiry_date) <= b.removal_days THEN 'take off' ELSE 'sell off' END AS stage,
    b.band_source,
    b.shelf_life_days,
    s.produced_date,
    s.basis,
    s.reported_date,
    s.last_moved_at,
    s.expiry_source
FROM mart.batch_on_hand AS s
LEFT JOIN mart.batch_band AS b ON b.product_code = s.product_code AND b.batch_no = s.batch_no
WHERE s.expiry_date >= $as_of
  AND COALESCE(s.on_hand_qty, s.at_least_qty) > 0
  AND DATE_DIFF('day', $as_of, s.expiry_date) <= COALESCE(b.warn_days, $band_days_unknown);
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

[[case]]
name = "the shop's own table: a wider band for long lives, a day on which goods leave the shelf"
expect = [
  { product_code = "P1", days_left = 60, band_days = 60, stage = "sell off", band_source = "shop" },
  { product_code = "P2", days_left = 2, band_days = 3, removal_days = 2, stage = "take off" },
]
as_of = 2025-06-01
tables.expiry_band = '''
min_shelf_life_days | warn_days | removal_days
180                 | 60        | 10
1                   | 3         | 2
'''
tables.product = '''
product_code | shelf_life_days
P1           | 365
P2           | 60
P3           | 60
'''
tables.batch = '''
product_code | batch_no | expiry_date
P1           | B1       | 2025-07-31
P2           | B1       | 2025-06-03
P3           | B1       | 2025-06-09
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | batch_no | movement_type | moved_qty
S01           | M1          | 2025-03-01 08:00:00 | P1           | B1       | opening       | 10
S01           | M2          | 2025-03-01 08:00:00 | P2           | B1       | opening       | 10
S01           | M3          | 2025-03-01 08:00:00 | P3           | B1       | opening       | 10
'''
*/
