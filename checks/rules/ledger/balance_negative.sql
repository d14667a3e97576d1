/*
title = "Stock below zero in the book"
title_zh = "账面负库存"
severity = "high"
assertion = "existence"
why = "A shelf cannot hold less than nothing: goods were sold or sent off before their receipt was entered, entered twice as gone, or never received in the book."
why_zh = "货架上的数量不可能小于零：可能先售后录入库、重复出库，或入库从未入账。"
fix = "Look at the movements around the first day: enter the missing receipt, correct a wrong quantity or batch, or count the product."
fix_zh = "查看首日前后的变动：补录缺失的入库、更正错误的数量或批号，或对该商品盘点。"
message = "{product_code} was below zero from {occurred_date} for {days} days, at the lowest {actual_qty}"
message_zh = "{product_code} 自 {occurred_date} 起账面为负，共 {days} 天，最低 {actual_qty}"
grain = ["location_code", "product_code", "batch_no", "occurred_date", "started_at"]
consequence_of = ["receipt_pack_factor_error", "movement_duplicated_by_sync", "receipt_movement_missing", "receipt_movement_qty_differs", "delivery_without_receipt", "receipt_differs_from_delivery_note"]
ageing = ["days", "last_date"]
population = "SELECT * FROM mart.ledger_opening WHERE is_ledger_key AND opening_basis <> 'unknown' AND unexplained_qty = 0"
not_applicable = "No ledger has a known opening: load opening movements, an on-hand report or a count."
not_applicable_zh = "没有任何流水账的期初已知：请导入期初单据、库存余额或盘点单。"
*/
SELECT
    s.location_code,
    s.product_code,
    s.batch_no,
    s.document_no,
    s.first_date AS occurred_date,
    0 AS expected_qty,
    s.lowest_qty AS actual_qty,
    s.lowest_qty AS difference_qty,
    -s.lowest_qty * COALESCE(c.unit_cost, p.purchase_price) AS amount_at_risk,
    s.lowest_qty,
    CAST(COALESCE(s.last_date, $as_of) - s.first_date + 1 AS INTEGER) AS days,
    s.started_at,
    s.ended_at,
    COALESCE(s.last_date, $as_of) AS last_date,
    s.movements,
    s.opening_basis,
    s.movement_id,
    s.file_id,
    s.row_no
FROM mart.negative_spell AS s
LEFT JOIN mart.last_cost AS c ON c.location_code = s.location_code AND c.product_code = s.product_code
LEFT JOIN core.product AS p ON p.product_code = s.product_code;
/* cases
[[case]]
name = "one finding per spell, with its lowest balance and days"
expect = [
  { product_code = "P1", occurred_date = 2025-03-02, lowest_qty = -5, days = 4, movements = 2, document_no = "T1" },
  { product_code = "P1", occurred_date = 2025-03-07, lowest_qty = -1, days = 4, ended_at = "" },
]
as_of = 2025-03-10
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | document_no
S01           | M1          | 2025-03-01 08:00:00 | P1           | opening       | 10        |
S01           | M2          | 2025-03-02 08:00:00 | P1           | sale          | -12       | T1
S01           | M3          | 2025-03-03 08:00:00 | P1           | sale          | -3        | T2
S01           | M4          | 2025-03-05 08:00:00 | P1           | receipt       | 5         | R1
S01           | M5          | 2025-03-07 08:00:00 | P1           | sale          | -1        | T3
S01           | M6          | 2025-03-11 08:00:00 | P1           | sale          | -9        | T4
'''

[[case]]
name = "a negative batch shows although the product as a whole is not"
expect = [{ product_code = "P1", batch_no = "B1", occurred_date = 2025-03-02, lowest_qty = -2 }]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | batch_no | movement_type | moved_qty
S01           | M1          | 2025-03-01 08:00:00 | P1           | B1       | opening       | 10
S01           | M2          | 2025-03-01 08:00:00 | P1           | B2       | opening       | 10
S01           | M3          | 2025-03-02 08:00:00 | P1           | B1       | sale          | -12
'''

[[case]]
name = "one movement without a batch makes the ledger one of the product"
expect = []
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | batch_no | movement_type | moved_qty
S01           | M1          | 2025-03-01 08:00:00 | P1           | B1       | opening       | 10
S01           | M2          | 2025-03-01 08:00:00 | P1           | B2       | opening       | 10
S01           | M3          | 2025-03-02 08:00:00 | P1           | B1       | sale          | -12
S01           | M4          | 2025-03-03 08:00:00 | P1           |          | sale          | -1
'''

[[case]]
name = "a sale and a receipt of one moment, a voided sale and a transfer that empties the shelf"
expect = []
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty
S01           | M1          | 2025-03-01 08:00:00 | P1           | opening       | 1
S01           | M2          | 2025-03-02 08:00:00 | P1           | sale          | -3
S01           | M3          | 2025-03-02 08:00:00 | P1           | receipt       | 5
S01           | M4          | 2025-03-03 08:00:00 | P1           | sale          | -9
S01           | M5          | 2025-03-03 08:00:00 | P1           | sale          | 9
S01           | M6          | 2025-03-04 08:00:00 | P1           | transfer_out  | -3
'''

[[case]]
name = "an unknown opening, one derived from a later report, and one that nothing explains"
expect = []
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty
S01           | M1          | 2025-03-01 08:00:00 | P1           | sale          | -5
S01           | M2          | 2025-03-01 08:00:00 | P2           | sale          | -5
S01           | M3          | 2025-03-01 08:00:00 | P3           | sale          | -5
S01           | M4          | 2025-03-02 08:00:00 | P3           | receipt       | 90
'''
tables.stock_on_hand = '''
as_of_date | location_code | product_code | batch_no | on_hand_qty
2025-03-31 | S01           | P2           |          | 4
2025-03-31 | S01           | P3           |          | 4
'''
*/
