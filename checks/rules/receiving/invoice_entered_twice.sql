/*
title = "Supplier invoice entered twice"
title_zh = "供应商发票重复录入"
severity = "critical"
assertion = "existence"
why = "The supplier is paid twice for the same goods."
why_zh = "同一批货会重复付款。"
fix = "Compare both with the supplier's paper. Cancel the later one, or recover the payment if it was made."
fix_zh = "把两张发票与原件核对，作废较晚的一张；若已付款，追回货款。"
message = "Invoice {document_no} of {supplier_code} repeats {twin_invoice_no}: {matching_lines} of {line_count} lines agree ({match_method}, {amount_at_risk})"
message_zh = "供应商 {supplier_code} 的发票 {document_no} 与 {twin_invoice_no} 重复：{line_count} 行中 {matching_lines} 行一致（{match_method}，金额 {amount_at_risk}）"
words.number_spelling = ["the number is spelled differently", "发票号写法不同"]
words.same_receipt = ["same receipt", "同一入库单"]
words.same_order = ["same order", "同一采购订单"]
words.same_date = ["same day", "同一天"]
grain = ["supplier_code", "document_no"]
population = "SELECT supplier_code, invoice_no FROM mart.invoice_effective GROUP BY supplier_code, invoice_no"
not_applicable = "No invoices are loaded."
not_applicable_zh = "没有载入发票。"
*/
-- Another spelling of the same number, or the same lines under another number for the same receipt, order or day; see
-- the model invoice_duplicate. Invoices that bill an order or receipt in equal parts are not repeated.
SELECT
    d.supplier_code,
    d.invoice_no AS document_no,
    d.invoiced_date AS occurred_date,
    d.duplicate_qty AS actual_qty,
    d.duplicate_value AS amount_at_risk,
    d.twin_invoice_no,
    d.match_method,
    d.matching_lines,
    d.line_count,
    d.po_no,
    d.receipt_no,
    d.twin_invoiced_date,
    d.file_id,
    d.row_no
FROM mart.invoice_duplicate AS d;
/* cases
[[case]]
name = "the number in another spelling; the same lines for one receipt and for one day under other numbers"
expect = [
    { document_no = "inv 001", twin_invoice_no = "INV-001", match_method = "number_spelling", amount_at_risk = 20 },
    { document_no = "I21", twin_invoice_no = "I20", match_method = "same_receipt" },
    { document_no = "I31", twin_invoice_no = "I30", match_method = "same_date" },
]
tables.invoice_line = '''
supplier_code | invoice_no | line_no | po_no | receipt_no | product_code | invoiced_date | invoiced_qty | unit_price
V1            | INV-001    | 1       |       |            | P1           | 2025-03-05    | 10           | 2
V1            | inv 001    | 1       |       |            | P1           | 2025-03-09    | 10           | 2
V1            | I20        | 1       |       | R1         | P1           | 2025-03-05    | 5            | 2
V1            | I21        | 1       |       | R1         | P1           | 2025-03-09    | 5            | 2
V1            | I30        | 1       |       |            | P1           | 2025-03-15    | 5            | 2
V1            | I30        | 2       |       |            | P2           | 2025-03-15    | 6            | 2
V1            | I31        | 1       |       |            | P2           | 2025-03-15    | 6            | 2
V1            | I31        | 2       |       |            | P1           | 2025-03-15    | 5            | 2
'''

[[case]]
name = "three copies are two findings"
expect = [{ document_no = "I2", twin_invoice_no = "I1" }, { document_no = "I3", twin_invoice_no = "I1" }]
tables.invoice_line = '''
supplier_code | invoice_no | line_no | po_no | product_code | invoiced_date | invoiced_qty | unit_price
V1            | I1         | 1       | PO1   | P1           | 2025-03-05    | 10           | 2
V1            | I2         | 1       | PO1   | P1           | 2025-03-06    | 10           | 2
V1            | I3         | 1       | PO1   | P1           | 2025-03-07    | 10           | 2
'''

[[case]]
name = "an order billed in equal halves, two receipts billed apart, other suppliers, other days, a copy that was credited"
expect = []
tables.purchase_order_line = '''
po_no | line_no | product_code | ordered_date | ordered_qty
PO1   | 1       | P1           | 2025-03-01   | 10
'''
tables.invoice_line = '''
supplier_code | invoice_no | line_no | po_no | receipt_no | product_code | invoiced_date | invoiced_qty | unit_price
V1            | I1         | 1       | PO1   |            | P1           | 2025-03-05    | 5            | 2
V1            | I2         | 1       | PO1   |            | P1           | 2025-03-09    | 5            | 2
V1            | I3         | 1       | PO2   | R1         | P1           | 2025-03-05    | 7            | 2
V1            | I4         | 1       | PO2   | R2         | P1           | 2025-03-05    | 7            | 2
V2            | I1         | 1       |       |            | P1           | 2025-03-05    | 5            | 2
V1            | I5         | 1       |       |            | P1           | 2025-03-15    | 9            | 2
V1            | I6         | 1       |       |            | P1           | 2025-03-16    | 9            | 2
V1            | I7         | 1       | PO3   |            | P1           | 2025-03-16    | 8            | 2
V1            | I8         | 1       | PO3   |            | P1           | 2025-03-17    | 8            | 2
V1            | I9         | 1       | PO3   |            | P1           | 2025-03-18    | -8           | 2
'''
*/
