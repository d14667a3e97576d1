/*
title = "Invoice bills another quantity than was accepted"
title_zh = "发票数量与验收数量不符"
severity = "high"
assertion = "accuracy"
why = "Paying for what did not come or was rejected is money lost; goods billed short will be billed later, when nobody remembers."
why_zh = "为未到或拒收的货付款就是损失；少开的部分日后补开时已无从查证。"
fix = "Compare invoice, receipt and delivery note. Ask the supplier for a credit note or the missing invoice, or correct the receipt."
fix_zh = "核对发票、入库单和送货单，要求供应商开红字或补开发票，或更正入库单。"
message = "Invoice {document_no}, product {product_code}: {actual_qty} billed for {basis} {basis_no}, {expected_qty} accepted"
message_zh = "发票 {document_no} 商品 {product_code}：针对 {basis_no} 开票 {actual_qty}，验收 {expected_qty}"
words.receipt = ["receipt", "入库单"]
words.order = ["order", "采购订单"]
grain = ["supplier_code", "location_code", "basis", "basis_no", "product_code"]
consequence_of = ["receipt_entered_twice", "receipt_reentered_under_new_number", "receipt_pack_factor_error", "receipt_differs_from_delivery_note"]
population = """
SELECT i.*
FROM mart.invoice_effective AS i
WHERE (i.receipt_no IS NOT NULL AND i.receipt_location_code IS NOT NULL)
   OR (i.receipt_no IS NULL AND EXISTS (SELECT 1 FROM mart.receipt_effective AS r WHERE r.po_key = i.po_key))
"""
needs = ["product_code", "invoiced_qty"]
not_applicable = "No invoice names a receipt that is loaded or an order with receipts."
not_applicable_zh = "没有发票指明已载入的入库单或已有入库的订单。"

[params]
tolerance_qty = 0
tolerance_share = 0

[param_notes]
tolerance_qty = "Base units by which billed may differ from accepted."
tolerance_share = "Share of the accepted quantity by which billed may differ."

[param_notes_zh]
tolerance_qty = "开票数量与验收数量允许相差多少（基本单位）。"
tolerance_share = "开票数量允许偏离验收数量的比例。"
*/
-- Billed is compared with accepted (received less rejected), since rejected goods are not to be paid. An invoice that
-- names a receipt is held against that receipt, else against all receipts of its order, over all its invoices. Invoices
-- for the order that cover just its first receipts, or one of them, are partial billing, not a difference.
WITH billed_line AS (
    SELECT
        i.*,
        CASE WHEN i.receipt_no IS NOT NULL THEN 'receipt' ELSE 'order' END AS basis,
        CASE WHEN i.receipt_no IS NOT NULL THEN i.receipt_no ELSE i.po_key END AS basis_no,
        COALESCE(i.receipt_location_code, '') AS basis_location
    FROM mart.invoice_effective AS i
    WHERE i.product_key IS NOT NULL AND i.invoiced_qty IS NOT NULL
      AND (i.receipt_location_code IS NOT NULL OR (i.receipt_no IS NULL AND i.po_key IS NOT NULL))
      AND NOT EXISTS (
          SELECT 1 FROM mart.invoice_duplicate AS d
          WHERE d.supplier_code = i.supplier_code AND d.invoice_no = i.invoice_no
      )
),

billed AS (
    SELECT
        supplier_code,
        basis,
        basis_no,
        basis_location,
        product_key,
        CAST(SUM(invoiced_qty) AS DECIMAL(18, 3)) AS billed_qty,
        MAX(unit_price) AS unit_price,
        COUNT(DISTINCT invoice_no) AS invoice_count
    FROM billed_line
    GROUP BY supplier_code, basis, basis_no, basis_location, product_key
),

receipt AS (
    SELECT r.*
    FROM mart.receipt_effective AS r
    WHERE r.product_key IS NOT NULL
      AND NOT EXISTS (
          SELECT 1 FROM mart.receipt_duplicate AS d
          WHERE d.location_code = r.location_code AND d.receipt_no = r.receipt_no
      )
),

known AS (
    SELECT DISTINCT 'receipt' AS basis, receipt_no AS basis_no, location_code AS basis_location FROM receipt
    UNION ALL
    SELECT DISTINCT 'order' AS basis, po_key AS basis_no, '' AS basis_location FROM receipt WHERE po_key IS NOT NULL
),

per_receipt AS (
    SELECT
        location_code,
        receipt_no,
        po_key,
        product_key,
        MIN(received_at) AS received_at,
        CAST(SUM(accepted_base_qty) AS DECIMAL(18, 3)) AS accepted_qty,
        CAST(SUM(rejected_base_qty) AS DECIMAL(18, 3)) AS rejected_qty,
        MAX(unit_cost) AS unit_cost
    FROM receipt
    GROUP BY location_code, receipt_no, po_key, product_key
),

accepted AS (
    SELECT
        'receipt' AS basis,
        receipt_no AS basis_no,
        location_code AS basis_location,
        product_key,
        SUM(accepted_qty) AS accepted_qty,
        SUM(rejected_qty) AS rejected_qty,
        MAX(unit_cost) AS unit_cost,
        MIN(location_code) AS location_code
    FROM per_receipt
    GROUP BY receipt_no, location_code, product_key
    UNION ALL
    SELECT
        'order' AS basis,
        po_key AS basis_no,
        '' AS basis_location,
        product_key,
        SUM(accepted_qty) AS accepted_qty,
        SUM(rejected_qty) AS rejected_qty,
        MAX(unit_cost) AS unit_cost,
        MIN(location_code) AS location_code
    FROM per_receipt
    WHERE po_key IS NOT NULL
    GROUP BY po_key, product_key
),

difference AS (
    SELECT
        b.*,
        CAST(COALESCE(a.accepted_qty, 0) AS DECIMAL(18, 3)) AS accepted_qty,
        CAST(COALESCE(a.rejected_qty, 0) AS DECIMAL(18, 3)) AS rejected_qty,
        a.unit_cost,
        a.location_code
    FROM billed AS b
    INNER JOIN known AS k
        ON b.basis = k.basis AND b.basis_no = k.basis_no AND b.basis_location = k.basis_location
    LEFT JOIN accepted AS a
        ON b.basis = a.basis AND b.basis_no = a.basis_no AND b.basis_location = a.basis_location
        AND b.product_key = a.product_key
    WHERE ABS(b.billed_qty - COALESCE(a.accepted_qty, 0)) > $tolerance_qty
      AND ABS(b.billed_qty - COALESCE(a.accepted_qty, 0)) > ABS(COALESCE(a.accepted_qty, 0)) * $tolerance_share
),

-- Only for the differences from here on: numbering every invoice and receipt would cost more than all else.
last_invoice AS (
    SELECT
        i.supplier_code, i.basis, i.basis_no, i.basis_location, i.product_key, i.product_code, i.invoice_no,
        i.line_no, i.po_no, i.invoiced_date, i.file_id, i.row_no
    FROM billed_line AS i
    INNER JOIN difference AS d
        ON i.supplier_code = d.supplier_code AND i.basis = d.basis AND i.basis_no = d.basis_no
        AND i.basis_location = d.basis_location AND i.product_key = d.product_key
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY i.supplier_code, i.basis, i.basis_no, i.basis_location, i.product_key
        ORDER BY i.invoiced_date DESC, LENGTH(i.invoice_no) DESC, i.invoice_no DESC, i.line_no DESC
    ) = 1
),

running AS (
    SELECT
        po_key,
        product_key,
        accepted_qty,
        CAST(
            SUM(accepted_qty) OVER (
                PARTITION BY po_key, product_key
                ORDER BY received_at, LENGTH(receipt_no), receipt_no, location_code
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
            ) AS DECIMAL(18, 3)
        ) AS running_qty
    FROM per_receipt
    WHERE po_key IN (SELECT basis_no FROM difference WHERE basis = 'order')
),

-- What an invoice for part of an order's receipts may come to.
partial AS (
    SELECT 'order' AS basis, po_key AS basis_no, product_key, accepted_qty AS partial_qty FROM running
    UNION
    SELECT 'order' AS basis, po_key AS basis_no, product_key, running_qty AS partial_qty FROM running
),

pack_error AS (
    SELECT 'receipt' AS basis, r.receipt_no AS basis_no, r.location_code AS basis_location, r.product_key
    FROM mart.receipt_pack_error AS e
    INNER JOIN mart.receipt_effective AS r
        ON e.location_code = r.location_code AND e.receipt_no = r.receipt_no AND e.receipt_line_no = r.line_no
    UNION
    SELECT 'order' AS basis, r.po_key AS basis_no, '' AS basis_location, r.product_key
    FROM mart.receipt_pack_error AS e
    INNER JOIN mart.receipt_effective AS r
        ON e.location_code = r.location_code AND e.receipt_no = r.receipt_no AND e.receipt_line_no = r.line_no
)

SELECT
    d.location_code,
    l.product_code,
    d.supplier_code,
    l.invoice_no AS document_no,
    l.line_no AS document_line_no,
    l.invoiced_date AS occurred_date,
    d.accepted_qty AS expected_qty,
    d.billed_qty AS actual_qty,
    CAST(d.billed_qty - d.accepted_qty AS DECIMAL(18, 3)) AS difference_qty,
    CAST(
        CAST(ABS(d.billed_qty - d.accepted_qty) AS DECIMAL(18, 3)) * COALESCE(d.unit_price, d.unit_cost)
        AS DECIMAL(18, 4)
    ) AS amount_at_risk,
    d.basis,
    d.basis_no,
    l.po_no,
    d.invoice_count,
    d.rejected_qty,
    d.rejected_qty > 0 AND d.billed_qty = d.accepted_qty + d.rejected_qty AS is_rejected_billed,
    l.file_id,
    l.row_no
FROM difference AS d
INNER JOIN last_invoice AS l
    ON d.supplier_code = l.supplier_code AND d.basis = l.basis AND d.basis_no = l.basis_no
    AND d.basis_location = l.basis_location AND d.product_key = l.product_key
LEFT JOIN partial AS p
    ON d.basis = p.basis AND d.basis_no = p.basis_no AND d.product_key = p.product_key AND d.billed_qty = p.partial_qty
LEFT JOIN pack_error AS e
    ON d.basis = e.basis AND d.basis_no = e.basis_no AND d.basis_location = e.basis_location
    AND d.product_key = e.product_key
WHERE (p.partial_qty IS NULL OR d.billed_qty > d.accepted_qty)
  AND e.basis IS NULL;
/* cases
[[case]]
name = "billed for ten, eight accepted of the ten that came; and billed for more than the order's receipts"
expect = [
    { document_no = "I1", product_code = "P1", basis = "receipt", basis_no = "R1", expected_qty = 8, actual_qty = 10, difference_qty = 2, amount_at_risk = 4, is_rejected_billed = true },
    { document_no = "I2", product_code = "P1", basis = "order", basis_no = "PO2", expected_qty = 9, actual_qty = 12 },
]
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | supplier_code | product_code | received_qty | rejected_qty | received_at
S01           | R1         | 1       | PO1   | V1            | P1           | 10           | 2            | 2025-03-02 09:00:00
S01           | R2         | 1       | PO2   | V1            | P1           | 4            |              | 2025-03-02 09:00:00
S01           | R3         | 1       | PO2   | V1            | P1           | 5            |              | 2025-03-03 09:00:00
'''
tables.invoice_line = '''
supplier_code | invoice_no | line_no | po_no | receipt_no | product_code | invoiced_date | invoiced_qty | unit_price
V1            | I1         | 1       |       | R1         | P1           | 2025-03-05    | 10           | 2
V1            | I2         | 1       | PO2   |            | P1           | 2025-03-05    | 12           | 2
'''

[[case]]
name = "several receipts on one invoice, two invoices for one receipt, partial billing, no receipt loaded"
expect = []
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | supplier_code | product_code | received_qty | rejected_qty | received_at
S01           | R1         | 1       | PO1   | V1            | P1           | 10           | 2            | 2025-03-02 09:00:00
S01           | R2         | 1       | PO1   | V1            | P1           | 4            |              | 2025-03-03 09:00:00
S01           | R3         | 1       | PO2   | V1            | P1           | 6            |              | 2025-03-03 09:00:00
S01           | R4         | 1       | PO3   | V1            | P1           | 6            |              | 2025-03-03 09:00:00
S01           | R5         | 1       | PO3   | V1            | P1           | 7            |              | 2025-03-04 09:00:00
'''
tables.invoice_line = '''
supplier_code | invoice_no | line_no | po_no | receipt_no | product_code | invoiced_date | invoiced_qty | unit_price
V1            | I1         | 1       | PO1   |            | P1           | 2025-03-05    | 12           | 2
V1            | I2         | 1       |       | R3         | P1           | 2025-03-05    | 4            | 2
V1            | I3         | 1       |       | R3         | P1           | 2025-03-06    | 2            | 2
V1            | I4         | 1       | PO3   |            | P1           | 2025-03-06    | 6            | 2
V1            | I5         | 1       | PO9   |            | P1           | 2025-03-06    | 6            | 2
'''

[[case]]
name = "an invoice entered twice is the duplicate's finding"
expect = []
tables.receipt_line = '''
location_code | receipt_no | line_no | supplier_code | product_code | received_qty | received_at
S01           | R1         | 1       | V1            | P1           | 10           | 2025-03-02 09:00:00
'''
tables.invoice_line = '''
supplier_code | invoice_no | line_no | receipt_no | product_code | invoiced_date | invoiced_qty | unit_price
V1            | INV-1      | 1       | R1         | P1           | 2025-03-05    | 10           | 2
V1            | INV1       | 1       | R1         | P1           | 2025-03-09    | 10           | 2
'''
*/
