/*
title = "Line without a product code"
title_zh = "单据行缺少商品编码"
severity = "high"
assertion = "completeness"
why = "Goods received without a code belong to no product: the book is short of them and every later count will show a gain."
why_zh = "没有商品编码的入库无法归入任何商品：账面少计，之后每次盘点都会出现盘盈。"
fix = "Find the product from the delivery note, order line or barcode and correct the line's code."
fix_zh = "根据送货单、订单行或条码查明商品，更正该行的商品编码。"
message = "Receipt {document_no} line {document_line_no} has no product code ({actual_qty} pieces)"
message_zh = "入库单 {document_no} 第 {document_line_no} 行没有商品编码（数量 {actual_qty}）"
grain = ["location_code", "document_no", "document_line_no"]
population = "SELECT * FROM core.receipt_line WHERE status IS NULL OR status NOT IN ('draft', 'rejected', 'cancelled')"
*/
SELECT
    location_code,
    receipt_no AS document_no,
    line_no AS document_line_no,
    supplier_code,
    barcode,
    CAST(received_at AS DATE) AS occurred_date,
    received_qty AS actual_qty,
    COALESCE(line_amount, received_qty * unit_cost) AS amount_at_risk,
    file_id,
    row_no
FROM core.receipt_line
WHERE product_code IS NULL
  AND (status IS NULL OR status NOT IN ('draft', 'rejected', 'cancelled'));
/* cases
[[case]]
name = "a received line without a code"
expect = [{ document_no = "R1", document_line_no = 2, actual_qty = 12 }]
tables.receipt_line = '''
location_code | receipt_no | line_no | product_code | received_qty | received_at         | status
S01           | R1         | 1       | P1           | 6            | 2025-03-01 09:00:00 | approved
S01           | R1         | 2       |              | 12           | 2025-03-01 09:00:00 | approved
'''

[[case]]
name = "a draft moves no stock and is not looked at"
expect = []
tables.receipt_line = '''
location_code | receipt_no | line_no | product_code | received_qty | received_at         | status
S01           | R1         | 1       |              | 6            | 2025-03-01 09:00:00 | draft
'''
*/
