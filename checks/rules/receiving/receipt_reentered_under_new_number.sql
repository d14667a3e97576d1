/*
title = "Receipt entered again with another delivery note number"
title_zh = "更换送货单号重复录入的入库单"
severity = "critical"
assertion = "existence"
why = "Goods that came once are in the book twice, and the changed number hides it from a check by delivery note."
why_zh = "只到货一次却记了两次，且单号写法不同，按送货单号查重无法发现。"
fix = "Lay both documents beside the supplier's paper. If the goods came once, reverse the later one and correct the number."
fix_zh = "把两张单据与供应商原始单据对照。若只到货一次，红冲较晚的一张并更正单号。"
message = "Receipt {document_no} (delivery note {delivery_note_no}) repeats {twin_receipt_no} (delivery note {twin_delivery_note_no}): all {line_count} lines agree ({match_method})"
message_zh = "入库单 {document_no}（送货单 {delivery_note_no}）与 {twin_receipt_no}（送货单 {twin_delivery_note_no}）重复：{line_count} 行全部一致（{match_method}）"
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
-- The delivery note number differs in spelling, is missing on one of the two, or looks mistyped, and every line is the
-- same; see the model receipt_duplicate. The same note to the letter is receipt_entered_twice, never both.
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
    COALESCE(d.delivery_note_no, '-') AS delivery_note_no,
    COALESCE(d.twin_delivery_note_no, '-') AS twin_delivery_note_no,
    d.entered_at,
    d.twin_received_at,
    d.twin_entered_at,
    'receipt_over_order' AS instead_of,
    d.file_id,
    d.row_no
FROM mart.receipt_duplicate AS d
WHERE d.duplicate_kind = 'reentered';
/* cases
[[case]]
name = "the note in another spelling, missing, and with two digits swapped"
expect = [
    { document_no = "R2", twin_receipt_no = "R1", match_method = "note_spelling" },
    { document_no = "R4", twin_receipt_no = "R3", match_method = "note_missing" },
    { document_no = "R6", twin_receipt_no = "R5", match_method = "note_mistyped" },
]
tables.purchase_order_line = '''
po_no | line_no | product_code | ordered_date | ordered_qty
PO2   | 1       | P2           | 2025-03-01   | 10
PO3   | 1       | P3           | 2025-03-01   | 10
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | delivery_note_no | supplier_code | product_code | batch_no | received_qty | received_at
S01           | R1         | 1       |       | DN-2025-O1       | V1            | P1           | B1       | 10           | 2025-03-02 09:00:00
S01           | R2         | 1       |       | dn2025 01        | V1            | P1           | B1       | 10           | 2025-03-04 09:00:00
S01           | R3         | 1       | PO2   | DN1007           | V1            | P2           |          | 10           | 2025-03-02 09:00:00
S01           | R4         | 1       | PO2   |                  | V1            | P2           |          | 10           | 2025-03-03 09:00:00
S01           | R5         | 1       | PO3   | DN1023           | V1            | P3           |          | 10           | 2025-03-02 09:00:00
S01           | R6         | 1       | PO3   | DN1032           | V1            | P3           |          | 10           | 2025-03-03 09:00:00
'''

[[case]]
name = "a number that is no delivery note of the supplier, under an order that was complete"
expect = [{ document_no = "R2", match_method = "note_mistyped" }]
tables.purchase_order_line = '''
po_no | line_no | product_code | ordered_date | ordered_qty
PO1   | 1       | P1           | 2025-03-01   | 10
'''
tables.delivery_note_line = '''
supplier_code | delivery_note_no | line_no | product_code | delivered_date | delivered_qty
V1            | DN1023           | 1       | P1           | 2025-03-02     | 10
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | delivery_note_no | supplier_code | product_code | received_qty | received_at
S01           | R1         | 1       | PO1   | DN1023           | V1            | P1           | 10           | 2025-03-02 09:00:00
S01           | R2         | 1       | PO1   | DN1024           | V1            | P1           | 10           | 2025-03-02 10:00:00
'''

[[case]]
name = "two real deliveries under neighbouring notes, also where the order is exceeded; daily bread without a note"
expect = []
tables.purchase_order_line = '''
po_no | line_no | product_code | ordered_date | ordered_qty
PO1   | 1       | P1           | 2025-03-01   | 10
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | delivery_note_no | supplier_code | product_code | received_qty | received_at
S01           | R1         | 1       | PO1   | DN1023           | V1            | P1           | 10           | 2025-03-02 09:00:00
S01           | R2         | 1       | PO1   | DN1024           | V1            | P1           | 10           | 2025-03-02 15:00:00
S01           | R3         | 1       |       |                  | V2            | P2           | 20           | 2025-03-02 06:00:00
S01           | R4         | 1       |       |                  | V2            | P2           | 20           | 2025-03-03 06:00:00
S01           | R5         | 1       |       |                  | V2            | P2           | 20           | 2025-03-03 16:00:00
'''

[[case]]
name = "two swapped digits, but both notes are known; and a copy that was sent back"
expect = []
tables.delivery_note_line = '''
supplier_code | delivery_note_no | line_no | product_code | delivered_date | delivered_qty
V1            | DN1023           | 1       | P1           | 2025-03-02     | 10
V1            | DN1032           | 1       | P1           | 2025-03-02     | 10
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | receipt_type | delivery_note_no | supplier_code | product_code | received_qty | received_at
S01           | R1         | 1       | normal       | DN1023           | V1            | P1           | 10           | 2025-03-02 09:00:00
S01           | R2         | 1       | normal       | DN1032           | V1            | P1           | 10           | 2025-03-02 15:00:00
S01           | R3         | 1       | normal       | DN-77            | V1            | P2           | 10           | 2025-03-03 09:00:00
S01           | R4         | 1       | normal       | DN77             | V1            | P2           | 10           | 2025-03-03 15:00:00
S01           | R5         | 1       | return       | DN77             | V1            | P2           | 10           | 2025-03-04 15:00:00
'''
*/
