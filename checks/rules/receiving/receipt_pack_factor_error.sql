/*
title = "Packs entered as pieces, or pieces as packs"
title_zh = "箱数与件数混淆"
severity = "high"
assertion = "accuracy"
why = "The book is wrong by a whole multiple: every later count, reorder and cost of this product starts from a wrong quantity."
why_zh = "账面数量相差整数倍：之后的盘点、补货和成本都以错误数量为起点。"
fix = "Check the delivery note and count. Correct the receipt to the quantity in base units, and the barcode's pack quantity where it misled."
fix_zh = "核对送货单并清点，把入库数更正为基本单位的数量；若条码的包装数量有误，一并更正。"
message = "Order {document_no} line {document_line_no}: receipt {receipt_no} says {entered_qty} where {meant_qty} were outstanding, a factor of {pack_qty} (the pack)"
message_zh = "采购订单 {document_no} 第 {document_line_no} 行：入库单 {receipt_no} 记 {entered_qty}，应为 {meant_qty}，相差一个包装数 {pack_qty}"
correction.kind = "adjust_quantity"
correction.qty = "-difference_qty"
correction.reason_code = "entry_error"
grain = ["document_no", "document_line_no"]
population = """
SELECT * FROM mart.order_line_status AS s
WHERE s.receipt_count > 0 AND (s.status IS NULL OR s.status NOT IN ('draft', 'cancelled'))
  AND (s.pack_qty > 1 OR EXISTS (
      SELECT 1 FROM core.product_barcode AS b WHERE UPPER(b.product_code) = s.product_key AND b.pack_qty > 1))
"""
needs = ["ordered_qty"]
not_applicable = "No received order line has a product with a known pack of more than one."
not_applicable_zh = "已入库的订单行中没有已知包装数大于 1 的商品。"
*/
-- One finding per order line, in place of receipt_over_order or receipt_under_order, which instead_of names.
SELECT
    e.location_code,
    s.product_code,
    s.supplier_code,
    e.po_no AS document_no,
    e.line_no AS document_line_no,
    CAST(s.received_at AS DATE) AS occurred_date,
    s.ordered_qty AS expected_qty,
    s.net_received_qty AS actual_qty,
    s.net_received_qty - s.ordered_qty AS difference_qty,
    CAST(ABS(s.net_received_qty - s.ordered_qty) * s.unit_price AS DECIMAL(18, 4)) AS amount_at_risk,
    e.receipt_no,
    e.receipt_line_no,
    e.entered_qty,
    e.meant_qty,
    e.pack_qty,
    e.pack_source,
    e.direction,
    e.instead_of,
    e.file_id,
    e.row_no
FROM mart.receipt_pack_error AS e
INNER JOIN mart.order_line_status AS s ON e.po_no = s.po_no AND e.line_no = s.line_no
WHERE s.status IS NULL OR s.status NOT IN ('draft', 'cancelled');
/* cases
[[case]]
name = "20 cases of 12 entered as 20 pieces; 60 pieces entered times 6"
expect = [
    { document_no = "PO1", document_line_no = 1, expected_qty = 240, actual_qty = 20, pack_qty = 12, pack_source = "order", direction = "packs_as_pieces", instead_of = "receipt_under_order", receipt_no = "R1" },
    { document_no = "PO2", document_line_no = 1, expected_qty = 60, actual_qty = 360, pack_qty = 6, pack_source = "barcode", direction = "pieces_as_packs", instead_of = "receipt_over_order" },
]
tables.purchase_order_line = '''
po_no | line_no | product_code | ordered_date | ordered_qty | pack_qty
PO1   | 1       | P1           | 2025-03-01   | 240         | 12
PO2   | 1       | P2           | 2025-03-01   | 60          |
'''
tables.product_barcode = '''
barcode       | product_code | pack_qty
6901234567892 | P2           | 1
6901234567893 | p2           | 6
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | product_code | received_qty | received_at
S01           | R1         | 1       | PO1   | P1           | 20           | 2025-03-02 09:00:00
S01           | R2         | 1       | PO2   | P2           | 360          | 2025-03-02 09:00:00
'''

[[case]]
name = "the second of two partial deliveries was entered in cases"
expect = [{ document_no = "PO1", receipt_no = "R2", entered_qty = 10, meant_qty = 120, actual_qty = 130 }]
tables.purchase_order_line = '''
po_no | line_no | product_code | ordered_date | ordered_qty | pack_qty
PO1   | 1       | P1           | 2025-03-01   | 240         | 12
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | delivery_note_no | product_code | received_qty | received_at
S01           | R1         | 1       | PO1   | D1               | P1           | 120          | 2025-03-02 09:00:00
S01           | R2         | 1       | PO1   | D2               | P1           | 10           | 2025-03-03 09:00:00
'''

[[case]]
name = "complete, short by something else, or a pack of one"
expect = []
tables.purchase_order_line = '''
po_no | line_no | product_code | ordered_date | ordered_qty | pack_qty
PO1   | 1       | P1           | 2025-03-01   | 24          | 12
PO2   | 1       | P1           | 2025-03-01   | 24          | 12
PO3   | 1       | P2           | 2025-03-01   | 24          | 1
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | product_code | received_qty | received_at
S01           | R1         | 1       | PO1   | P1           | 24           | 2025-03-02 09:00:00
S01           | R2         | 1       | PO2   | P1           | 12           | 2025-03-02 09:00:00
S01           | R3         | 1       | PO3   | P2           | 2            | 2025-03-02 09:00:00
'''

[[case]]
name = "half of an open order that is still to come, with a pack of two"
expect = []
as_of = 2025-03-03
tables.purchase_order_line = '''
po_no | line_no | product_code | ordered_date | expected_date | ordered_qty | pack_qty | status
PO1   | 1       | P1           | 2025-03-01   | 2025-03-10    | 12          | 2        | approved
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | product_code | received_qty | received_at
S01           | R1         | 1       | PO1   | P1           | 6            | 2025-03-02 09:00:00
'''
*/
