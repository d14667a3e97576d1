/*
title = "Goods received on an order that is not approved"
title_zh = "在未审批的订单上入库"
severity = "high"
assertion = "authorisation"
why = "Goods were taken in that nobody with the authority agreed to buy: the approval is missing, late or was refused."
why_zh = "货物入库时采购尚未获批准：审批缺失、滞后，或已被驳回。"
fix = "Have the order approved now, with the reason for the delay, or send the goods back."
fix_zh = "补办审批并说明延误原因，或将货物退回。"
message = "Order {document_no} line {document_line_no} is {order_status}, yet {actual_qty} were received"
message_zh = "采购订单 {document_no} 第 {document_line_no} 行状态为 {order_status}，却已入库 {actual_qty}"
words.pending = ["pending", "待审核"]
words.rejected = ["rejected", "驳回"]
grain = ["document_no", "document_line_no"]
population = "SELECT * FROM mart.order_line_status WHERE receipt_count > 0"
needs = ["status"]
not_applicable = "No order line that is loaded has a receipt."
not_applicable_zh = "已载入的采购订单行均没有对应的入库。"
*/
-- Unapproved is pending or rejected; an empty status is unknown. Goods that all went back are no longer received.
SELECT
    COALESCE(s.receipt_location_code, s.location_code) AS location_code,
    s.product_code,
    s.supplier_code,
    s.po_no AS document_no,
    s.line_no AS document_line_no,
    CAST(s.first_received_at AS DATE) AS occurred_date,
    s.ordered_qty AS expected_qty,
    s.received_qty AS actual_qty,
    CAST(s.received_qty * s.unit_price AS DECIMAL(18, 4)) AS amount_at_risk,
    s.status AS order_status,
    s.created_by,
    s.approved_by,
    s.receipt_no,
    s.receipt_line_no,
    s.receipt_count,
    s.receipt_file_id AS file_id,
    s.receipt_row_no AS row_no
FROM mart.order_line_status AS s
WHERE s.status IN ('pending', 'rejected')
  AND s.receipt_count > 0
  AND s.received_qty > 0;
/* cases
[[case]]
name = "received while the order is pending or rejected: one finding per order line, not per receipt"
expect = [
    { document_no = "PO1", document_line_no = 1, order_status = "pending", actual_qty = 10, amount_at_risk = 20 },
    { document_no = "PO2", document_line_no = 1, order_status = "rejected", actual_qty = 3 },
]
tables.purchase_order_line = '''
po_no | line_no | product_code | ordered_date | ordered_qty | unit_price | status
PO1   | 1       | P1           | 2025-03-01   | 10          | 2          | pending
PO2   | 1       | P1           | 2025-03-01   | 3           | 2          | rejected
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | product_code | received_qty | received_at
S01           | R1         | 1       | PO1   | P1           | 6            | 2025-03-02 09:00:00
S01           | R2         | 1       | PO1   | P1           | 4            | 2025-03-03 09:00:00
S01           | R3         | 1       | PO2   | P1           | 3            | 2025-03-03 09:00:00
'''

[[case]]
name = "approved, closed or unknown; or all sent back; or only a draft receipt"
expect = []
tables.purchase_order_line = '''
po_no | line_no | product_code | ordered_date | ordered_qty | status
PO1   | 1       | P1           | 2025-03-01   | 10          | approved
PO2   | 1       | P1           | 2025-03-01   | 10          | closed
PO3   | 1       | P1           | 2025-03-01   | 10          |
PO4   | 1       | P1           | 2025-03-01   | 10          | rejected
PO5   | 1       | P1           | 2025-03-01   | 10          | pending
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | receipt_type | po_no | product_code | received_qty | received_at         | status
S01           | R1         | 1       | normal       | PO1   | P1           | 10           | 2025-03-02 09:00:00 | approved
S01           | R2         | 1       | normal       | PO2   | P1           | 10           | 2025-03-02 09:00:00 | approved
S01           | R3         | 1       | normal       | PO3   | P1           | 10           | 2025-03-02 09:00:00 | approved
S01           | R4         | 1       | normal       | PO4   | P1           | 10           | 2025-03-02 09:00:00 | approved
S01           | R5         | 1       | return       | PO4   | P1           | 10           | 2025-03-03 09:00:00 | approved
S01           | R6         | 1       | normal       | PO5   | P1           | 10           | 2025-03-02 09:00:00 | draft
'''
*/
