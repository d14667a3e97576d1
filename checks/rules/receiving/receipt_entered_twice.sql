/*
title = "Receipt entered twice"
title_zh = "入库单重复录入"
severity = "critical"
assertion = "existence"
why = "The book shows goods that came once as if they had come twice; the supplier may be paid twice and the next count shows a loss."
why_zh = "只到货一次却记了两次：可能重复付款，下次盘点出现盘亏。"
fix = "Compare both documents with the delivery note. If the goods came once, cancel or reverse the later one."
fix_zh = "把两张单据与送货单核对。若只到货一次，作废或红冲较晚录入的一张。"
message = "Receipt {document_no} repeats {twin_receipt_no}: all {line_count} lines agree ({match_method}, {actual_qty} pieces, {amount_at_risk})"
message_zh = "入库单 {document_no} 与 {twin_receipt_no} 重复：{line_count} 行全部一致（{match_method}，数量 {actual_qty}，金额 {amount_at_risk}）"
words.same_note = ["same delivery note", "同一送货单"]
words.same_order = ["same order", "同一采购订单"]
words.note_spelling = ["the number is spelled differently", "单号写法不同"]
words.note_missing = ["the delivery note was left out", "缺送货单号"]
words.note_mistyped = ["the delivery note was mistyped", "送货单号录错"]
correction.kind = "void_receipt"
correction.reason_code = "duplicate"
grain = ["location_code", "document_no"]
population = "SELECT location_code, receipt_no FROM mart.receipt_effective WHERE received_base_qty > 0 GROUP BY location_code, receipt_no"
not_applicable = "No receipts are loaded."
not_applicable_zh = "没有载入入库单。"
*/
-- Same delivery note, or same order where neither names a note, and every line the same; see the model receipt_duplicate
-- for what counts as a real second delivery. Another spelling of the note is receipt_reentered_under_new_number.
SELECT
    d.location_code,
    d.receipt_no AS document_no,
    d.supplier_code,
    CAST(d.received_at AS DATE) AS occurred_date,
    CAST(0 AS DECIMAL(18, 3)) AS expected_qty,
    d.duplicate_qty AS actual_qty,
    d.duplicate_qty AS difference_qty,
    d.duplicate_value AS amount_at_risk,
    d.twin_receipt_no,
    d.match_method,
    d.match_score,
    d.line_count,
    d.batch_lines,
    d.cost_lines,
    d.po_no,
    d.delivery_note_no,
    d.twin_delivery_note_no,
    d.entered_at,
    d.twin_received_at,
    d.twin_entered_at,
    'receipt_over_order' AS instead_of,
    d.file_id,
    d.row_no
FROM mart.receipt_duplicate AS d
WHERE d.duplicate_kind = 'entered_twice';
/* cases
[[case]]
name = "one delivery note received twice: one finding for the document, not per line; the later entered is named"
expect = [{ document_no = "R1", twin_receipt_no = "R2", line_count = 2, match_method = "same_note", match_score = 100, actual_qty = 15, amount_at_risk = 35 }]
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | delivery_note_no | supplier_code | product_code | batch_no | received_qty | unit_cost | received_at         | recorded_at
S01           | R1         | 1       | PO1   | D1               | V1            | P2           | B2       | 5            | 3         | 2025-03-02 09:00:00 | 2025-03-03 08:00:00
S01           | R1         | 2       | PO1   | D1               | V1            | P1           | B1       | 10           | 2         | 2025-03-02 09:00:00 | 2025-03-03 08:00:00
S01           | R2         | 1       | PO1   | D1               | V1            | P1           | B1       | 10           | 2         | 2025-03-02 09:00:00 | 2025-03-02 09:05:00
S01           | R2         | 2       | PO1   | D1               | V1            | P2           | B2       | 5            | 3         | 2025-03-02 09:00:00 | 2025-03-02 09:05:00
'''

[[case]]
name = "three copies are two findings"
expect = [{ document_no = "R2", twin_receipt_no = "R1" }, { document_no = "R3", twin_receipt_no = "R1" }]
tables.receipt_line = '''
location_code | receipt_no | line_no | delivery_note_no | supplier_code | product_code | received_qty | received_at
S01           | R1         | 1       | D1               | V1            | P1           | 10           | 2025-03-02 09:00:00
S01           | R2         | 1       | D1               | V1            | P1           | 10           | 2025-03-02 09:00:00
S01           | R3         | 1       | D1               | V1            | P1           | 10           | 2025-03-02 09:00:00
'''

[[case]]
name = "no delivery notes: the same lines under one order that was complete already"
expect = [{ document_no = "R2", match_method = "same_order" }]
tables.purchase_order_line = '''
po_no | line_no | product_code | ordered_date | ordered_qty
PO1   | 1       | P1           | 2025-03-01   | 10
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | product_code | received_qty | received_at
S01           | R1         | 1       | PO1   | P1           | 10           | 2025-03-02 09:00:00
S01           | R2         | 1       | PO1   | P1           | 10           | 2025-03-04 09:00:00
'''

[[case]]
name = "equal partial deliveries complete an order, with and without delivery notes"
expect = []
tables.purchase_order_line = '''
po_no | line_no | product_code | ordered_date | ordered_qty
PO1   | 1       | P1           | 2025-03-01   | 10
PO2   | 1       | P1           | 2025-03-01   | 10
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | delivery_note_no | supplier_code | product_code | received_qty | received_at
S01           | R1         | 1       | PO1   | DN1001           | V1            | P1           | 5            | 2025-03-02 09:00:00
S01           | R2         | 1       | PO1   | DN1002           | V1            | P1           | 5            | 2025-03-02 15:00:00
S01           | R3         | 1       | PO2   |                  | V1            | P1           | 5            | 2025-03-05 09:00:00
S01           | R4         | 1       | PO2   |                  | V1            | P1           | 5            | 2025-03-06 09:00:00
'''

[[case]]
name = "two real deliveries of the same goods on one day under two notes, and one note that covers two pallets"
expect = []
tables.delivery_note_line = '''
supplier_code | delivery_note_no | line_no | product_code | delivered_date | delivered_qty
V1            | DN1003           | 1       | P1           | 2025-03-05     | 10
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | delivery_note_no | supplier_code | product_code | received_qty | received_at
S01           | R1         | 1       | DN1001           | V1            | P1           | 20           | 2025-03-02 09:00:00
S01           | R2         | 1       | DN1002           | V1            | P1           | 20           | 2025-03-02 15:00:00
S01           | R3         | 1       | DN1003           | V1            | P1           | 5            | 2025-03-05 09:00:00
S01           | R4         | 1       | DN1003           | V1            | P1           | 5            | 2025-03-05 09:10:00
'''

[[case]]
name = "other batch or other quantity, another shop, another supplier with the same note number, one note for two orders"
expect = []
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | delivery_note_no | supplier_code | product_code | batch_no | received_qty | received_at
S01           | R1         | 1       |       | D1               | V1            | P1           | B1       | 10           | 2025-03-02 09:00:00
S01           | R2         | 1       |       | D1               | V1            | P1           | B2       | 10           | 2025-03-02 09:10:00
S01           | R3         | 1       |       | D1               | V1            | P1           | B1       | 11           | 2025-03-02 09:20:00
S02           | R1         | 1       |       | D1               | V1            | P1           | B1       | 10           | 2025-03-02 09:00:00
S01           | R4         | 1       |       | D1               | V2            | P1           | B1       | 10           | 2025-03-02 09:00:00
S01           | R5         | 1       | PO1   | D7               | V1            | P1           | B1       | 10           | 2025-03-02 09:00:00
S01           | R6         | 1       | PO2   | D7               | V1            | P1           | B1       | 10           | 2025-03-02 09:00:00
'''

[[case]]
name = "reversed: by a return, by cancelling, or received, reversed and rightly received again"
expect = []
tables.receipt_line = '''
location_code | receipt_no | line_no | receipt_type | delivery_note_no | supplier_code | product_code | received_qty | received_at         | status
S01           | R1         | 1       | normal       | D1               | V1            | P1           | 10           | 2025-03-02 09:00:00 | approved
S01           | R2         | 1       | normal       | D1               | V1            | P1           | 10           | 2025-03-02 10:00:00 | approved
S01           | R3         | 1       | return       | D1               | V1            | P1           | 10           | 2025-03-02 11:00:00 | approved
S01           | R4         | 1       | normal       | D2               | V1            | P2           | 10           | 2025-03-03 09:00:00 | approved
S01           | R5         | 1       | normal       | D2               | V1            | P2           | 10           | 2025-03-03 10:00:00 | cancelled
S01           | R6         | 1       | normal       | D3               | V1            | P3           | 10           | 2025-03-04 09:00:00 | approved
S01           | R7         | 1       | normal       | D3               | V1            | P3           | -10          | 2025-03-04 10:00:00 | approved
S01           | R8         | 1       | normal       | D3               | V1            | P3           | 10           | 2025-03-04 11:00:00 | approved
'''
*/
