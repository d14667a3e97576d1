/*
title = "Less received than ordered"
title_zh = "入库数量少于订货数量"
severity = "medium"
assertion = "completeness"
why = "The goods are missing on the shelf, or they are there and not in the book; the supplier may bill the full quantity."
why_zh = "货架缺货，或者货到了却没有入账；供应商可能仍按全数开票。"
fix = "Ask the supplier about the rest. If it came, enter a late receipt; if it will not come, close the line and check the invoice."
fix_zh = "向供应商询问余数。若已到货，补录入库；若不再送，关闭该行并核对发票。"
message = "Order {document_no} line {document_line_no}: {actual_qty} received of {expected_qty} ordered"
message_zh = "采购订单 {document_no} 第 {document_line_no} 行：订货 {expected_qty}，实收 {actual_qty}"
grain = ["document_no", "document_line_no"]
consequence_of = ["receipt_pack_factor_error", "receipt_differs_from_delivery_note"]
population = "SELECT * FROM mart.order_line_status WHERE receipt_count > 0 AND (status IS NULL OR status NOT IN ('draft', 'cancelled')) AND (COALESCE(status, '') = 'closed' OR expected_date IS NULL OR expected_date < $as_of)"
needs = ["ordered_qty"]
not_applicable = "No order line that is closed or past its expected date has a receipt."
not_applicable_zh = "没有已关闭或已过预计到货日且有入库的订单行。"

[params]
tolerance_qty = 0
tolerance_share = 0

[param_notes]
tolerance_qty = "Base units by which a line may fall short."
tolerance_share = "Share of the ordered quantity by which a line may fall short, 0.05 for 5 %."

[param_notes_zh]
tolerance_qty = "一行允许少于订购数量多少（基本单位）。"
tolerance_share = "允许少于订购数量的比例，0.05 即 5%。"
*/
-- A line without any receipt is order_overdue; packs entered as pieces are receipt_pack_factor_error. What a repeated
-- receipt adds fills no order. Orders still pending or rejected are compared too: the goods came.
SELECT
    COALESCE(s.receipt_location_code, s.location_code) AS location_code,
    s.product_code,
    s.supplier_code,
    s.po_no AS document_no,
    s.line_no AS document_line_no,
    COALESCE(s.expected_date, CAST(s.received_at AS DATE)) AS occurred_date,
    s.ordered_qty AS expected_qty,
    s.net_received_qty AS actual_qty,
    s.net_received_qty - s.ordered_qty AS difference_qty,
    CAST((s.ordered_qty - s.net_received_qty) * s.unit_price AS DECIMAL(18, 4)) AS amount_at_risk,
    s.status AS order_status,
    s.expected_date,
    s.receipt_no,
    s.receipt_line_no,
    s.receipt_count,
    s.rejected_qty,
    s.delivered_qty,
    s.invoiced_qty,
    s.duplicate_qty,
    s.is_ambiguous,
    s.receipt_file_id AS file_id,
    s.receipt_row_no AS row_no
FROM mart.order_line_status AS s
WHERE s.receipt_count > 0
  AND (s.status IS NULL OR s.status NOT IN ('draft', 'cancelled'))
  AND (COALESCE(s.status, '') = 'closed' OR s.expected_date < $as_of)
  AND s.ordered_qty - s.net_received_qty > $tolerance_qty
  AND s.ordered_qty - s.net_received_qty > s.ordered_qty * $tolerance_share
  AND NOT EXISTS (SELECT 1 FROM mart.receipt_pack_error AS e WHERE e.po_no = s.po_no AND e.line_no = s.line_no);
/* cases
[[case]]
name = "short when the expected date is past, and short when the order is closed"
expect = [
    { document_no = "PO1", document_line_no = 1, expected_qty = 10, actual_qty = 7, difference_qty = -3, amount_at_risk = 6 },
    { document_no = "PO2", document_line_no = 1, actual_qty = 9 },
]
tables.purchase_order_line = '''
po_no | line_no | supplier_code | location_code | product_code | ordered_date | expected_date | ordered_qty | unit_price | status
PO1   | 1       | V1            | S01           | P1           | 2025-03-01   | 2025-03-05    | 10          | 2          | approved
PO2   | 1       | V1            | S01           | P1           | 2025-03-01   |               | 10          | 2          | closed
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | product_code | received_qty | received_at
S01           | R1         | 1       | PO1   | P1           | 7            | 2025-03-02 09:00:00
S01           | R2         | 1       | PO2   | P1           | 9            | 2025-03-02 09:00:00
'''

[[case]]
name = "returned goods are no longer received"
expect = [{ document_no = "PO1", expected_qty = 10, actual_qty = 8 }]
tables.purchase_order_line = '''
po_no | line_no | product_code | ordered_date | expected_date | ordered_qty | status
PO1   | 1       | P1           | 2025-03-01   | 2025-03-05    | 10          | approved
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | receipt_type | po_no | product_code | received_qty | received_at
S01           | R1         | 1       | normal       | PO1   | P1           | 10           | 2025-03-02 09:00:00
S01           | R2         | 1       | return       | PO1   | P1           | 2            | 2025-03-03 09:00:00
'''

[[case]]
name = "several receipts complete the order, one of them with goods that were rejected"
expect = []
tables.purchase_order_line = '''
po_no | line_no | product_code | ordered_date | expected_date | ordered_qty | status
PO1   | 1       | P1           | 2025-03-01   | 2025-03-05    | 10          | closed
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | product_code | received_qty | rejected_qty | received_at
S01           | R1         | 1       | PO1   | P1           | 6            | 2            | 2025-03-02 09:00:00
S01           | R2         | 1       | PO1   | P1           | 4            |              | 2025-03-03 09:00:00
'''

[[case]]
name = "still open on the expected day itself, none received at all, or the order cancelled"
expect = []
as_of = 2025-03-05
tables.purchase_order_line = '''
po_no | line_no | product_code | ordered_date | expected_date | ordered_qty | status
PO1   | 1       | P1           | 2025-03-01   | 2025-03-05    | 10          | approved
PO2   | 1       | P1           | 2025-03-01   | 2025-03-02    | 10          | approved
PO3   | 1       | P1           | 2025-03-01   | 2025-03-02    | 10          | cancelled
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | product_code | received_qty | received_at
S01           | R1         | 1       | PO1   | P1           | 6            | 2025-03-02 09:00:00
S01           | R3         | 1       | PO3   | P1           | 6            | 2025-03-02 09:00:00
'''

[[case]]
name = "the second line of the same product is filled by the surplus of the first"
expect = [{ document_no = "PO1", document_line_no = 2, expected_qty = 5, actual_qty = 2, is_ambiguous = true }]
tables.purchase_order_line = '''
po_no | line_no | product_code | ordered_date | expected_date | ordered_qty | status
PO1   | 1       | P1           | 2025-03-01   | 2025-03-05    | 10          | closed
PO1   | 2       | P1           | 2025-03-01   | 2025-03-05    | 5           | closed
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | product_code | received_qty | received_at
S01           | R1         | 1       | PO1   | P1           | 12           | 2025-03-02 09:00:00
'''

[[case]]
name = "cases entered as pieces are a pack error, not a short delivery"
expect = []
tables.purchase_order_line = '''
po_no | line_no | product_code | ordered_date | expected_date | ordered_qty | pack_qty | status
PO1   | 1       | P1           | 2025-03-01   | 2025-03-05    | 240         | 12       | closed
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | product_code | received_qty | received_at
S01           | R1         | 1       | PO1   | P1           | 20           | 2025-03-02 09:00:00
'''
*/
