/*
title = "Order line overdue, nothing received"
title_zh = "订单行逾期未到货"
severity = "medium"
assertion = "completeness"
why = "The shelf runs empty while the order still counts as on its way, or the goods came and were never entered."
why_zh = "货架缺货而订单仍算在途；或者货已到却从未入库。"
fix = "Ask the supplier. If the goods came, enter a late receipt; if not, set a new date or cancel the line and reorder."
fix_zh = "询问供应商。若已到货，补录入库；否则改期，或取消该行并重新订货。"
message = "Order {document_no} line {document_line_no}: {expected_qty} due on {occurred_date}, nothing received for {days_overdue} days"
message_zh = "采购订单 {document_no} 第 {document_line_no} 行：{expected_qty} 应于 {occurred_date} 到货，已逾期 {days_overdue} 天未入库"
grain = ["document_no", "document_line_no"]
consequence_of = ["delivery_without_receipt"]
ageing = ["days_overdue"]
population = "SELECT * FROM mart.order_line_status WHERE is_receiving_known AND (status IS NULL OR status IN ('approved', 'closed')) AND (ordered_qty IS NULL OR ordered_qty > 0)"
needs = ["expected_date", "ordered_qty"]
not_applicable = "No receipts are loaded for the locations that ordered."
not_applicable_zh = "订货门店没有载入入库单。"

[params]
grace_days = 0

[param_notes]
grace_days = "Days after the expected date during which a line does not yet count as overdue."

[param_notes_zh]
grace_days = "预计到货日之后多少天之内还不算逾期。"
*/
-- An order that is draft, pending, rejected or cancelled is not due. A line with some receipt is receipt_under_order.
SELECT
    s.location_code,
    s.product_code,
    s.supplier_code,
    s.po_no AS document_no,
    s.line_no AS document_line_no,
    s.expected_date AS occurred_date,
    s.ordered_qty AS expected_qty,
    s.net_received_qty AS actual_qty,
    s.net_received_qty - s.ordered_qty AS difference_qty,
    CAST(s.ordered_qty * s.unit_price AS DECIMAL(18, 4)) AS amount_at_risk,
    s.status AS order_status,
    s.ordered_date,
    DATE_DIFF('day', s.expected_date, $as_of) AS days_overdue,
    s.delivered_qty,
    s.invoiced_qty,
    s.file_id,
    s.row_no
FROM mart.order_line_status AS s
WHERE s.is_receiving_known
  AND (s.status IS NULL OR s.status IN ('approved', 'closed'))
  AND s.ordered_qty > 0
  AND s.receipt_count = 0
  AND s.expected_date + $grace_days < $as_of;
/* cases
[[case]]
name = "nothing received after the expected date; a draft receipt is none"
expect = [{ document_no = "PO1", document_line_no = 2, expected_qty = 5, actual_qty = 0, days_overdue = 5, amount_at_risk = 10 }]
as_of = 2025-03-10
tables.purchase_order_line = '''
po_no | line_no | location_code | product_code | ordered_date | expected_date | ordered_qty | unit_price | status
PO1   | 1       | S01           | P1           | 2025-03-01   | 2025-03-05    | 10          | 2          | approved
PO1   | 2       | S01           | P2           | 2025-03-01   | 2025-03-05    | 5           | 2          | approved
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | product_code | received_qty | received_at         | status
S01           | R1         | 1       | PO1   | P1           | 4            | 2025-03-02 09:00:00 | approved
S01           | R2         | 1       | PO1   | P2           | 5            | 2025-03-02 09:00:00 | draft
'''

[[case]]
name = "due today, without a date, not approved, cancelled, or at a location whose receipts are not loaded"
expect = []
as_of = 2025-03-10
tables.purchase_order_line = '''
po_no | line_no | location_code | product_code | ordered_date | expected_date | ordered_qty | status
PO1   | 1       | S01           | P1           | 2025-03-01   | 2025-03-10    | 10          | approved
PO2   | 1       | S01           | P1           | 2025-03-01   |               | 10          | approved
PO3   | 1       | S01           | P1           | 2025-03-01   | 2025-03-05    | 10          | pending
PO4   | 1       | S01           | P1           | 2025-03-01   | 2025-03-05    | 10          | cancelled
PO5   | 1       | S02           | P1           | 2025-03-01   | 2025-03-05    | 10          | approved
PO6   | 1       | S01           | P1           | 2025-03-01   | 2025-03-05    | 10          | rejected
PO7   | 1       | S01           | P1           | 2025-03-01   | 2025-03-05    | 10          | draft
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | product_code | received_qty | received_at
S01           | R1         | 1       | PO9   | P1           | 4            | 2025-03-02 09:00:00
'''
*/
