/*
title = "Expired goods in stock"
title_zh = "过期商品仍在库"
severity = "critical"
assertion = "valuation"
why = "Goods past their last good day must not be sold, and are worth nothing in the book."
why_zh = "过期商品不得销售，账面价值应为零。"
fix = "Take the batch off the shelf today, then write it off or return it; if the shelf is empty, correct the book."
fix_zh = "当天下架该批次，办理报损或退货；若货架上已无实物，则更正账面。"
message = "{product_code} batch {batch_no}: {actual_qty} in stock, expired {expiry_date}"
message_zh = "{product_code} 批号 {batch_no}：库存 {actual_qty}，已于 {expiry_date} 过期"
correction.kind = "write_off"
correction.qty = "-actual_qty"
correction.reason_code = "expired"
grain = ["location_code", "product_code", "batch_no"]
consequence_of = ["received_expired", "residual_life_too_short", "batch_sold_out_of_order"]
ageing = ["days_expired"]
population = "SELECT * FROM mart.batch_on_hand WHERE COALESCE(on_hand_qty, at_least_qty) > 0"
needs = ["expiry_date"]
not_applicable = "No batch is known to be in stock: load movements or on-hand reports with batch numbers."
not_applicable_zh = "没有已知在库的批次：请导入带批号的库存变动或库存余额。"
*/
-- Where the opening of a batch is unknown, what its own movements leave at the least is in stock.
SELECT
    location_code,
    product_code,
    batch_no,
    expiry_date AS occurred_date,
    0 AS expected_qty,
    COALESCE(on_hand_qty, at_least_qty) AS actual_qty,
    COALESCE(on_hand_qty, at_least_qty) AS difference_qty,
    COALESCE(on_hand_qty, at_least_qty) * unit_cost AS amount_at_risk,
    expiry_date,
    produced_date,
    DATE_DIFF('day', expiry_date, $as_of) AS days_expired,
    basis,
    reported_date,
    last_moved_at,
    expiry_source
FROM mart.batch_on_hand
WHERE expiry_date < $as_of
  AND COALESCE(on_hand_qty, at_least_qty) > 0;
/* cases
[[case]]
name = "expired yesterday, from the ledger and from a report"
expect = [
  { product_code = "P1", batch_no = "B1", actual_qty = 6, amount_at_risk = 12, days_expired = 1, basis = "ledger" },
  { product_code = "P2", batch_no = "B1", actual_qty = 3, basis = "snapshot" },
  { product_code = "P3", batch_no = "B1", actual_qty = 8, basis = "unknown" },
]
as_of = 2025-06-01
tables.batch = '''
product_code | batch_no | produced_date | expiry_date
P1           | B1       |               | 2025-05-31
P2           | B1       |               | 2025-05-31
P3           | B1       |               | 2025-05-31
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | batch_no | movement_type | moved_qty | unit_cost
S01           | M1          | 2025-03-01 08:00:00 | P1           | B1       | opening       | 10        | 2
S01           | M2          | 2025-03-02 08:00:00 | P1           | B1       | sale          | -4        |
S01           | M3          | 2025-03-02 08:00:00 | P3           | B1       | receipt       | 8         |
'''
tables.stock_on_hand = '''
as_of_date | location_code | product_code | batch_no | on_hand_qty
2025-05-31 | S01           | P2           | B1       | 3
'''

[[case]]
name = "good on its last day, sold out, gone from the newest report, and without a date"
expect = []
as_of = 2025-06-01
tables.batch = '''
product_code | batch_no | produced_date | expiry_date
P1           | B1       |               | 2025-06-01
P1           | B2       |               | 2025-05-01
P2           | B1       |               | 2025-05-01
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | batch_no | movement_type | moved_qty
S01           | M1          | 2025-03-01 08:00:00 | P1           | B1       | opening       | 10
S01           | M2          | 2025-03-01 08:00:00 | P1           | B2       | opening       | 10
S01           | M3          | 2025-03-02 08:00:00 | P1           | B2       | write_off     | -10
S01           | M4          | 2025-03-02 08:00:00 | P3           | B3       | opening       | 10
'''
tables.stock_on_hand = '''
as_of_date | location_code | product_code | batch_no | on_hand_qty
2025-04-30 | S01           | P2           | B1       | 3
2025-05-31 | S01           | P2           | B2       | 3
'''
*/
