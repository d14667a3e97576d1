/*
title = "More received than ordered"
title_zh = "入库数量超过订货数量"
severity = "medium"
assertion = "accuracy"
why = "Goods nobody ordered are paid for and fill the shelf, or the receipt holds a typing error and the book shows stock that is not there."
why_zh = "未订的货要付款、占货架；或者是录入错误，账面上多出并不存在的库存。"
fix = "Count what is there against the delivery note. If it came, have the buyer accept it or send it back; if not, correct the receipt."
fix_zh = "对照送货单清点实物。若确实到货，由采购确认或退货；若没有，更正入库单。"
message = "Order {document_no} line {document_line_no}: {actual_qty} received, {expected_qty} ordered ({difference_qty} too many)"
message_zh = "采购订单 {document_no} 第 {document_line_no} 行：实收 {actual_qty}，订货 {expected_qty}，多收 {difference_qty}"
grain = ["document_no", "document_line_no"]
consequence_of = ["receipt_entered_twice", "receipt_reentered_under_new_number"]
population = "SELECT * FROM mart.order_line_status WHERE receipt_count > 0 AND (status IS NULL OR status NOT IN ('draft', 'cancelled'))"
needs = ["ordered_qty"]
not_applicable = "No order line that is loaded has a receipt."
not_applicable_zh = "已载入的采购订单行均没有对应的入库。"

[params]
tolerance_qty = 0
tolerance_share = 0

[param_notes]
tolerance_qty = "Base units by which a line may exceed the order."
tolerance_share = "Share of the ordered quantity by which it may be exceeded, 0.05 for 5 %."

[param_notes_zh]
tolerance_qty = "一行允许超出订购数量多少（基本单位）。"
tolerance_share = "允许超出订购数量的比例，0.05 即 5%。"
*/
-- Received counts rejected goods too. What a repeated receipt adds is that receipt's finding, and a pack mistaken for a
-- piece is receipt_pack_factor_error: neither is an over-receipt as well.
SELECT
    COALESCE(s.receipt_location_code, s.location_code) AS location_code,
    s.product_code,
    s.supplier_code,
    s.po_no AS document_no,
    s.line_no AS document_line_no,
    CAST(s.received_at AS DATE) AS occurred_date,
    s.ordered_qty AS expected_qty,
    s.net_received_qty AS actual_qty,
    s.net_received_qty - s.ordered_qty AS difference_qty,
    CAST((s.net_received_qty - s.ordered_qty) * s.unit_price AS DECIMAL(18, 4)) AS amount_at_risk,
    s.status AS order_status,
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
  AND s.net_received_qty - s.ordered_qty > $tolerance_qty
  AND s.net_received_qty - s.ordered_qty > s.ordered_qty * $tolerance_share
  AND NOT EXISTS (SELECT 1 FROM mart.receipt_pack_error AS e WHERE e.po_no = s.po_no AND e.line_no = s.line_no);
/* cases
[[case]]
name = "two receipts together exceed the order"
expect = [{ location_code = "S01", document_no = "PO1", document_line_no = 1, supplier_code = "V1", expected_qty = 10, actual_qty = 13, difference_qty = 3, amount_at_risk = 6, receipt_no = "R2" }]
tables.purchase_order_line = '''
po_no | line_no | supplier_code | location_code | product_code | ordered_date | ordered_qty | unit_price | status
PO1   | 1       | V1            | S01           | P1           | 2025-03-01   | 10          | 2          | approved
PO1   | 2       | V1            | S01           | P2           | 2025-03-01   | 10          | 2          | approved
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | delivery_note_no | product_code | received_qty | received_at
S01           | R1         | 1       | PO1   | D1               | P1           | 6            | 2025-03-02 09:00:00
S01           | R2         | 1       | PO1   | D2               | P1           | 7            | 2025-03-03 09:00:00
S01           | R2         | 2       | PO1   | D2               | P2           | 10           | 2025-03-03 09:00:00
'''

[[case]]
name = "rejected goods arrived too: they count as received"
expect = [{ document_no = "PO1", actual_qty = 12, rejected_qty = 2 }]
tables.purchase_order_line = '''
po_no | line_no | product_code | ordered_date | ordered_qty
PO1   | 1       | P1           | 2025-03-01   | 10
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | product_code | received_qty | rejected_qty | received_at
S01           | R1         | 1       | PO1   | P1           | 12           | 2            | 2025-03-02 09:00:00
'''

[[case]]
name = "the surplus was sent back, and a cancelled receipt moves nothing"
expect = []
tables.purchase_order_line = '''
po_no | line_no | product_code | ordered_date | ordered_qty
PO1   | 1       | P1           | 2025-03-01   | 10
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | receipt_type | po_no | product_code | received_qty | received_at         | status
S01           | R1         | 1       | normal       | PO1   | P1           | 13           | 2025-03-02 09:00:00 | approved
S01           | R2         | 1       | return       | PO1   | P1           | 3            | 2025-03-03 09:00:00 | approved
S01           | R3         | 1       | normal       | PO1   | P1           | 10           | 2025-03-03 09:00:00 | cancelled
'''

[[case]]
name = "the same product on two order lines is received in one line"
expect = []
tables.purchase_order_line = '''
po_no | line_no | product_code | ordered_date | ordered_qty
PO1   | 1       | P1           | 2025-03-01   | 10
PO1   | 2       | P1           | 2025-03-01   | 5
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | product_code | received_qty | received_at
S01           | R1         | 1       | PO1   | P1           | 15           | 2025-03-02 09:00:00
'''

[[case]]
name = "split batches on one receipt and equal partial deliveries complete the order"
expect = []
tables.purchase_order_line = '''
po_no | line_no | product_code | ordered_date | ordered_qty
PO1   | 1       | P1           | 2025-03-01   | 20
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | delivery_note_no | product_code | batch_no | received_qty | received_at
S01           | R1         | 1       | PO1   | D1               | P1           | B1       | 5            | 2025-03-02 09:00:00
S01           | R1         | 2       | PO1   | D1               | P1           | B2       | 5            | 2025-03-02 09:00:00
S01           | R2         | 1       | PO1   | D2               | P1           | B1       | 5            | 2025-03-03 09:00:00
S01           | R2         | 2       | PO1   | D2               | P1           | B2       | 5            | 2025-03-03 09:00:00
'''

[[case]]
name = "over only because a receipt was entered twice: that is the duplicate's finding"
expect = []
tables.purchase_order_line = '''
po_no | line_no | product_code | ordered_date | ordered_qty
PO1   | 1       | P1           | 2025-03-01   | 10
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | delivery_note_no | product_code | received_qty | received_at
S01           | R1         | 1       | PO1   | D1               | P1           | 10           | 2025-03-02 09:00:00
S01           | R2         | 1       | PO1   | D1               | P1           | 10           | 2025-03-02 11:00:00
'''

[[case]]
name = "within the tolerance of the shop"
expect = []
params = { tolerance_share = 0.05 }
tables.purchase_order_line = '''
po_no | line_no | product_code | ordered_date | ordered_qty
PO1   | 1       | P1           | 2025-03-01   | 100
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | product_code | received_qty | received_at
S01           | R1         | 1       | PO1   | P1           | 105          | 2025-03-02 09:00:00
'''
*/
