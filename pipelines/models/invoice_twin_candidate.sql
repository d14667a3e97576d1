/*
title = "Pairs of invoices that may be the same"
title_zh = "疑似重复的发票对"
what = "Pairs of invoices of a supplier whose numbers differ only in spelling, or with equal fingerprints for one order, receipt or day."
what_zh = "同一供应商中号码仅写法不同，或特征值相同且订单、入库单或日期相同的发票对。"
grain = ["supplier_code", "twin_invoice_no", "invoice_no"]
*/
-- twin_invoice_no is the earlier. Whether the pair is a duplicate is decided in invoice_duplicate.
WITH invoice AS (
    SELECT * FROM mart.invoice_document WHERE is_invoice
)

SELECT l.supplier_code, e.invoice_no AS twin_invoice_no, l.invoice_no
FROM invoice AS e
INNER JOIN invoice AS l ON e.supplier_code = l.supplier_code AND e.invoice_key = l.invoice_key
WHERE e.entry_no < l.entry_no
  AND (e.total_value = l.total_value OR e.invoiced_date = l.invoiced_date
       OR e.po_key = l.po_key OR e.receipt_no = l.receipt_no)
UNION
SELECT l.supplier_code, e.invoice_no AS twin_invoice_no, l.invoice_no
FROM invoice AS e
INNER JOIN invoice AS l
    ON e.supplier_code = l.supplier_code AND e.po_key = l.po_key AND e.line_count = l.line_count
    AND e.total_qty = l.total_qty AND e.total_value = l.total_value
    AND e.first_product = l.first_product AND e.last_product = l.last_product
WHERE e.entry_no < l.entry_no
UNION
SELECT l.supplier_code, e.invoice_no AS twin_invoice_no, l.invoice_no
FROM invoice AS e
INNER JOIN invoice AS l
    ON e.supplier_code = l.supplier_code AND e.receipt_no = l.receipt_no AND e.line_count = l.line_count
    AND e.total_qty = l.total_qty AND e.total_value = l.total_value
    AND e.first_product = l.first_product AND e.last_product = l.last_product
WHERE e.entry_no < l.entry_no
UNION
SELECT l.supplier_code, e.invoice_no AS twin_invoice_no, l.invoice_no
FROM invoice AS e
INNER JOIN invoice AS l
    ON e.supplier_code = l.supplier_code AND e.invoiced_date = l.invoiced_date AND e.line_count = l.line_count
    AND e.total_qty = l.total_qty AND e.total_value = l.total_value
    AND e.first_product = l.first_product AND e.last_product = l.last_product
WHERE e.entry_no < l.entry_no AND e.total_value > 0;
/* cases
[[case]]
name = "another spelling of the number makes a pair; another supplier does not"
expect = [{ twin_invoice_no = "I-1", invoice_no = "I1" }]
tables.invoice_line = '''
supplier_code | invoice_no | line_no | product_code | invoiced_date | invoiced_qty | unit_price
V1            | I-1        | 1       | P1           | 2025-03-05    | 10           | 2
V1            | I1         | 1       | P1           | 2025-03-06    | 10           | 2
V2            | I1         | 1       | P1           | 2025-03-06    | 10           | 2
'''
*/
