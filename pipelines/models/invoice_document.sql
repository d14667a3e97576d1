/*
title = "Supplier invoices as whole documents"
title_zh = "供应商发票（整单）"
what = "One row per invoice with its references and a fingerprint of its lines, by which repeated invoices are found."
what_zh = "每张发票一行：引用的单号与行的特征值，用于查找重复发票。"
grain = ["supplier_code", "invoice_no"]
*/
-- invoice_key, po_key, po_no, receipt_no, invoiced_date: smallest of the lines. file_id, row_no: origin.
-- line_count, total_qty, total_value (absolute), first_product, last_product: the fingerprint of the lines.
-- is_invoice, is_credit: all lines above, below zero. entry_no: order within the supplier by date, then number.
WITH line AS (
    SELECT
        supplier_code,
        invoice_no,
        invoice_key,
        line_no,
        po_key,
        po_no,
        receipt_no,
        COALESCE(product_key, '') AS product_key,
        COALESCE(ABS(invoiced_qty), 0) AS line_qty,
        COALESCE(ABS(line_value), 0) AS abs_value,
        COALESCE(invoiced_qty, 0) AS invoiced_qty,
        COALESCE(line_value, 0) AS line_value,
        COALESCE(line_value, invoiced_qty, 0) AS sign_value,
        invoiced_date,
        file_id,
        row_no
    FROM mart.invoice_effective
),

document AS (
    SELECT
        supplier_code,
        invoice_no,
        MIN(invoice_key) AS invoice_key,
        MIN(po_key) AS po_key,
        MIN(po_no) AS po_no,
        MIN(receipt_no) AS receipt_no,
        MIN(invoiced_date) AS invoiced_date,
        COUNT(*) AS line_count,
        CAST(SUM(line_qty) AS DECIMAL(18, 3)) AS total_qty,
        CAST(SUM(abs_value) AS DECIMAL(18, 4)) AS total_value,
        MIN(product_key) AS first_product,
        MAX(product_key) AS last_product,
        MIN(file_id) AS file_id,
        MIN(row_no) AS row_no,
        MIN(sign_value) >= 0 AND MAX(sign_value) > 0 AS is_invoice,
        MAX(sign_value) < 0 AS is_credit
    FROM line
    GROUP BY supplier_code, invoice_no
)

SELECT
    d.*,
    ROW_NUMBER() OVER (
        PARTITION BY supplier_code ORDER BY invoiced_date, LENGTH(invoice_no), invoice_no
    ) AS entry_no
FROM document AS d;
/* cases
[[case]]
name = "an invoice and its credit note have the same fingerprint"
expect = [
    { invoice_no = "I1", line_count = 1, total_qty = 10, total_value = 20, is_invoice = true, entry_no = 1 },
    { invoice_no = "I2", line_count = 1, total_qty = 10, total_value = 20, is_credit = true, entry_no = 2 },
]
tables.invoice_line = '''
supplier_code | invoice_no | line_no | product_code | invoiced_date | invoiced_qty | unit_price
V1            | I1         | 1       | P1           | 2025-03-05    | 10           | 2
V1            | I2         | 1       | P1           | 2025-03-06    | -10          | 2
'''
*/
