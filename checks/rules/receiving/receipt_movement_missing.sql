/*
title = "Receipt without a stock movement"
title_zh = "入库单未记库存"
severity = "critical"
assertion = "completeness"
why = "The goods are on the shelf and not in the book: stock shows too little, sales run it below zero, and the buyer orders again."
why_zh = "货在架上而账上没有：库存偏少、越卖越负，采购还会重复订货。"
fix = "Check whether the receipt was posted under another number. If not, post it now, dated when the goods arrived."
fix_zh = "查是否以别的单号记了账；若没有，按到货时间补记入库。"
message = "Receipt {document_no}: {expected_qty} of {product_code} accepted, the stock ledger has no movement for it"
message_zh = "入库单 {document_no}：验收 {product_code} 共 {expected_qty}，库存流水中没有对应变动"
correction.kind = "adjust_quantity"
correction.qty = "-difference_qty"
correction.reason_code = "entry_error"
grain = ["location_code", "document_no", "product_code"]
population = "SELECT * FROM mart.receipt_posting WHERE is_ledger_known AND NOT is_pending AND (accepted_qty IS NULL OR accepted_qty <> 0)"
needs = ["accepted_qty"]
not_applicable = "No stock ledger is loaded that posts receipts under their numbers."
not_applicable_zh = "没有载入以入库单号记账的库存流水。"
*/
-- Per receipt and product; only where the location's ledger covers the product and the time, see receipt_posting. A
-- receipt that repeats another is rightly not posted.
SELECT
    r.location_code,
    r.product_code,
    r.batch_no,
    r.supplier_code,
    r.receipt_no AS document_no,
    r.line_no AS document_line_no,
    CAST(r.received_at AS DATE) AS occurred_date,
    r.accepted_qty AS expected_qty,
    CAST(0 AS DECIMAL(18, 3)) AS actual_qty,
    -r.accepted_qty AS difference_qty,
    CAST(ABS(r.accepted_qty) * COALESCE(r.unit_cost, c.unit_cost, p.purchase_price) AS DECIMAL(18, 4)) AS amount_at_risk,
    r.rejected_qty,
    r.file_id,
    r.row_no
FROM mart.receipt_posting AS r
LEFT JOIN mart.last_cost AS c ON r.location_code = c.location_code AND r.product_code = c.product_code
LEFT JOIN core.product AS p ON r.product_code = p.product_code
WHERE r.is_ledger_known AND NOT r.is_pending AND r.accepted_qty <> 0 AND r.movement_count = 0
  AND NOT EXISTS (
      SELECT 1 FROM mart.receipt_duplicate AS d
      WHERE d.location_code = r.location_code AND d.receipt_no = r.receipt_no
  );
/* cases
[[case]]
name = "one product of a receipt was posted, the other not; a return that was not posted"
expect = [
    { location_code = "S01", document_no = "R1", product_code = "P2", expected_qty = 5, difference_qty = -5, amount_at_risk = 15 },
    { document_no = "R2", product_code = "P1", expected_qty = -3, difference_qty = 3, amount_at_risk = 6 },
]
tables.receipt_line = '''
location_code | receipt_no | line_no | receipt_type | product_code | received_qty | unit_cost | received_at         | status
S01           | R1         | 1       | normal       | P1           | 10           | 2         | 2025-03-02 09:00:00 | approved
S01           | R1         | 2       | normal       | P2           | 5            | 3         | 2025-03-02 09:00:00 | approved
S01           | R2         | 1       | return       | P1           | 3            | 2         | 2025-03-03 09:00:00 |
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | document_no
S01           | M1          | 2025-03-01 08:00:00 | P1           | opening       | 2         |
S01           | M2          | 2025-03-01 08:00:00 | P2           | opening       | 2         |
S01           | M3          | 2025-03-02 10:00:00 | P1           | receipt       | 10        | R1
S01           | M4          | 2025-03-09 10:00:00 | P1           | sale          | -1        | T1
'''

[[case]]
name = "pending, draft, all rejected, a copy, before the ledger or after it, a product without ledger, a shop whose ledger has other numbers"
expect = []
tables.receipt_line = '''
location_code | receipt_no | line_no | delivery_note_no | product_code | received_qty | rejected_qty | received_at         | recorded_at         | status
S01           | R1         | 1       | D1               | P1           | 10           |              | 2025-03-02 09:00:00 |                     | approved
S01           | R2         | 1       | D1               | P1           | 10           |              | 2025-03-02 11:00:00 |                     | approved
S01           | R3         | 1       | D3               | P1           | 7            |              | 2025-03-03 09:00:00 |                     | pending
S01           | R4         | 1       | D4               | P1           | 6            |              | 2025-03-03 09:00:00 |                     | draft
S01           | R5         | 1       | D5               | P1           | 5            | 5            | 2025-03-03 09:00:00 |                     | approved
S01           | R6         | 1       | D6               | P1           | 4            |              | 2025-02-03 09:00:00 |                     | approved
S01           | R7         | 1       | D7               | P1           | 3            |              | 2025-03-09 09:00:00 | 2025-03-10 08:00:00 | approved
S01           | R8         | 1       | D8               | P9           | 2            |              | 2025-03-03 09:00:00 |                     | approved
S02           | R1         | 1       | D1               | P1           | 10           |              | 2025-03-02 09:00:00 |                     | approved
S03           | R1         | 1       | D1               | P1           | 10           |              | 2025-03-02 09:00:00 |                     | approved
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | document_no
S01           | M1          | 2025-03-01 08:00:00 | P1           | opening       | 2         |
S01           | M3          | 2025-03-02 10:00:00 | P1           | receipt       | 10        | R1
S01           | M4          | 2025-03-09 10:00:00 | P1           | sale          | -1        | T1
S02           | M1          | 2025-03-01 08:00:00 | P1           | opening       | 2         |
S02           | M2          | 2025-03-02 10:00:00 | P1           | receipt       | 10        | 500017
S02           | M3          | 2025-03-09 10:00:00 | P1           | sale          | -1        | T1
'''
*/
