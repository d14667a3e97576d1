/*
title = "Invoice lines with what they bill"
title_zh = "发票明细及其对应单据"
what = "Supplier invoice lines with comparable keys and the order and receipt they bill, as far as they name one."
what_zh = "供应商发票行，附可比较的键及其所对应的订单与入库单。"
grain = ["supplier_code", "invoice_no", "line_no"]
*/
-- supplier_code, invoice_no, line_no: key. invoice_key: see document_number.
-- po_no: the order named, else that of the receipt named where it has just one. po_key: upper case. po_line_no: as landed.
-- receipt_no: as landed. receipt_location_code: where that receipt is; NULL where none, or several, have the number.
-- product_code, invoiced_date, invoiced_qty, unit_price: as landed. product_key: upper case.
-- line_value: invoiced_amount, else quantity × price.
WITH receipt_document AS (
    SELECT
        receipt_no,
        COALESCE(supplier_code, '') AS supplier_code,
        COUNT(DISTINCT location_code) AS location_count,
        MIN(location_code) AS location_code,
        COUNT(DISTINCT po_key) AS po_count,
        MIN(po_no) AS po_no
    FROM mart.receipt_effective
    GROUP BY receipt_no, COALESCE(supplier_code, '')
),

named AS (
    SELECT
        i.*,
        CASE
            WHEN COALESCE(s.location_count, a.location_count) = 1 THEN COALESCE(s.location_code, a.location_code)
        END AS receipt_location_code,
        COALESCE(i.po_no, CASE WHEN COALESCE(s.po_count, a.po_count) = 1 THEN COALESCE(s.po_no, a.po_no) END)
            AS billed_po_no
    FROM core.invoice_line AS i
    LEFT JOIN receipt_document AS s ON i.receipt_no = s.receipt_no AND i.supplier_code = s.supplier_code
    LEFT JOIN receipt_document AS a ON i.receipt_no = a.receipt_no AND a.supplier_code = ''
)

SELECT
    v.supplier_code,
    v.invoice_no,
    n.number_key AS invoice_key,
    v.line_no,
    v.billed_po_no AS po_no,
    UPPER(v.billed_po_no) AS po_key,
    v.po_line_no,
    v.receipt_no,
    v.receipt_location_code,
    v.product_code,
    UPPER(v.product_code) AS product_key,
    v.invoiced_date,
    v.invoiced_qty,
    v.unit_price,
    CAST(COALESCE(v.invoiced_amount, v.invoiced_qty * v.unit_price) AS DECIMAL(18, 4)) AS line_value,
    v.file_id,
    v.row_no
FROM named AS v
LEFT JOIN mart.document_number AS n ON v.invoice_no = n.document_no;
/* cases
[[case]]
name = "an invoice that names only a receipt bills the receipt's order"
expect = [{ invoice_no = "I1", po_no = "PO1", receipt_location_code = "S01", line_value = 20 }]
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | supplier_code | product_code | received_qty | received_at
S01           | R1         | 1       | PO1   | V1            | P1           | 10           | 2025-03-01 09:00:00
'''
tables.invoice_line = '''
supplier_code | invoice_no | line_no | receipt_no | product_code | invoiced_date | invoiced_qty | unit_price
V1            | I1         | 1       | R1         | P1           | 2025-03-02    | 10           | 2
'''
*/
