/*
title = "Received without an expiry date"
title_zh = "入库缺少有效期"
severity = "medium"
assertion = "completeness"
why = "Without its last good day a batch is never called near expiry or expired, and is found too late."
why_zh = "没有有效期，系统无法提示临期或过期，只能在为时已晚时发现。"
fix = "Read the date off the goods or the delivery note and complete the receipt or the batch master."
fix_zh = "根据实物或送货单补录入库单或批次档案中的有效期。"
message = "Receipt {document_no} line {document_line_no}: {actual_qty} of {product_code} without an expiry date"
message_zh = "入库单 {document_no} 第 {document_line_no} 行：{product_code} 数量 {actual_qty}，缺少有效期"
correction.kind = "change_expiry_date"
correction.reason_code = "entry_error"
grain = ["location_code", "document_no", "document_line_no"]
population = """
SELECT r.*
FROM core.receipt_line AS r
JOIN core.product AS p ON p.product_code = r.product_code
WHERE (p.is_batch_tracked OR p.shelf_life_days > 0)
  AND (r.receipt_type IS NULL OR r.receipt_type <> 'return')
  AND (r.status IS NULL OR r.status NOT IN ('draft', 'rejected', 'cancelled'))
  AND (r.received_at IS NULL OR CAST(r.received_at AS DATE) <= $as_of)
"""
not_applicable = "No receipt is of a product with batches or a shelf life."
not_applicable_zh = "入库单中没有批次管理或有保质期的商品。"
*/
-- A date known from the batch master or from another receipt of the same batch is a date known.
SELECT
    r.location_code,
    r.product_code,
    r.batch_no,
    r.supplier_code,
    r.receipt_no AS document_no,
    r.line_no AS document_line_no,
    CAST(r.received_at AS DATE) AS occurred_date,
    r.received_qty AS actual_qty,
    COALESCE(r.line_amount, r.received_qty * r.unit_cost) AS amount_at_risk,
    r.produced_date,
    p.shelf_life_days,
    p.is_batch_tracked,
    r.file_id,
    r.row_no
FROM core.receipt_line AS r
JOIN core.product AS p ON p.product_code = r.product_code
LEFT JOIN mart.batch_date AS d ON d.product_code = r.product_code AND d.batch_no = r.batch_no
WHERE r.expiry_date IS NULL
  AND d.expiry_date IS NULL
  AND (p.is_batch_tracked OR p.shelf_life_days > 0)
  AND (r.receipt_type IS NULL OR r.receipt_type <> 'return')
  AND (r.status IS NULL OR r.status NOT IN ('draft', 'rejected', 'cancelled'))
  AND (r.received_at IS NULL OR CAST(r.received_at AS DATE) <= $as_of);
/* cases
[[case]]
name = "a product with batches and one with a shelf life"
expect = [
  { document_no = "R1", document_line_no = 1, product_code = "P1", actual_qty = 5 },
  { document_no = "R1", document_line_no = 2, product_code = "P2" },
]
tables.product = '''
product_code | is_batch_tracked | shelf_life_days
P1           | true             |
P2           | false            | 30
P3           | false            |
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | product_code | batch_no | expiry_date | received_qty | received_at         | status
S01           | R1         | 1       | P1           | B1       |             | 5            | 2025-02-05 09:00:00 | approved
S01           | R1         | 2       | P2           |          |             | 5            | 2025-02-05 09:00:00 | approved
S01           | R1         | 3       | P3           |          |             | 5            | 2025-02-05 09:00:00 | approved
'''

[[case]]
name = "known from the batch master or another receipt, a return, a draft, a product that does not spoil"
expect = []
tables.product = '''
product_code | is_batch_tracked
P1           | true
P3           | false
'''
tables.batch = '''
product_code | batch_no | produced_date | expiry_date
P1           | B1       |               | 2025-12-31
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | product_code | batch_no | expiry_date | received_qty | received_at         | status   | receipt_type
S01           | R1         | 1       | P1           | B1       |             | 5            | 2025-02-05 09:00:00 | approved | normal
S01           | R1         | 2       | P1           | B2       | 2025-12-01  | 5            | 2025-02-05 09:00:00 | approved | normal
S01           | R2         | 1       | P1           | B2       |             | 5            | 2025-02-06 09:00:00 | approved | normal
S01           | R3         | 1       | P1           | B3       |             | 5            | 2025-02-06 09:00:00 | approved | return
S01           | R4         | 1       | P1           | B3       |             | 5            | 2025-02-06 09:00:00 | draft    | normal
S01           | R5         | 1       | P3           |          |             | 5            | 2025-02-06 09:00:00 | approved | normal
'''
*/
