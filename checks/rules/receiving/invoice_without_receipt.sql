/*
title = "Invoice for goods that were never received"
title_zh = "未收到货的发票"
severity = "critical"
assertion = "existence"
why = "The supplier is paid for goods that nobody saw arrive."
why_zh = "为没有人见到的货付款。"
fix = "Stop the payment. Ask for the signed delivery note: if the goods came, enter a late receipt; if not, return the invoice."
fix_zh = "先停止付款，索要签收的送货单：货已到的补录入库，未到的退回发票。"
message = "Invoice {document_no} of {supplier_code} over {amount_at_risk} bills {reference_no}: {reason}"
message_zh = "供应商 {supplier_code} 的发票 {document_no}（金额 {amount_at_risk}）针对 {reference_no} 开票：{reason}"
words.nothing_received = ["nothing was received on this order", "该采购订单没有任何入库"]
words.unknown_order = ["no such order and no receipt for it", "没有该采购订单，也没有对应入库"]
words.unknown_receipt = ["there is no such receipt", "没有该入库单"]
words.void_receipt = ["the receipt was never approved or was cancelled", "该入库单未生效或已作废"]
grain = ["supplier_code", "document_no"]
population = """
SELECT DISTINCT i.supplier_code, i.invoice_no
FROM mart.invoice_effective AS i
INNER JOIN mart.invoice_document AS v ON i.supplier_code = v.supplier_code AND i.invoice_no = v.invoice_no
LEFT JOIN (
    SELECT UPPER(supplier_code) AS supplier_key, CAST(MIN(received_at) AS DATE) AS first_date
    FROM mart.receipt_effective
    GROUP BY UPPER(supplier_code)
) AS s ON UPPER(i.supplier_code) = s.supplier_key
LEFT JOIN (
    SELECT UPPER(po_no) AS po_key, MIN(ordered_date) AS ordered_date
    FROM mart.order_line_status
    WHERE is_receiving_known
    GROUP BY UPPER(po_no)
) AS o ON i.po_key = o.po_key
CROSS JOIN (
    SELECT
        CAST(MIN(received_at) AS DATE) AS first_date,
        CAST(MIN(CASE WHEN supplier_code IS NULL THEN received_at END) AS DATE) AS unnamed_first_date
    FROM mart.receipt_effective
) AS t
WHERE v.is_invoice AND (i.receipt_no IS NOT NULL OR i.po_key IS NOT NULL)
  AND (s.first_date + $grace_days <= i.invoiced_date OR t.unnamed_first_date + $grace_days <= i.invoiced_date
       OR (o.po_key IS NOT NULL
           AND (t.first_date + $grace_days <= i.invoiced_date OR t.first_date <= o.ordered_date)))
"""
not_applicable = "No invoice names an order or a receipt at a time for which receipts are loaded."
not_applicable_zh = "没有发票指明采购订单或入库单，或没有载入相应时期的入库单。"

[params]
grace_days = 7
match_days = 31

[param_notes]
grace_days = "Days after the invoice, and after the order's expected date, before goods are missed; also the days after the first receipt loaded from which invoices are judged."
match_days = "Days around the invoice within which an unbilled receipt of the same supplier, product and quantity is taken for the one that is meant."

[param_notes_zh]
grace_days = "发票日及订单预计到货日之后多少天，未到货才算缺；也是载入首张入库单后多少天才开始检查发票。"
match_days = "发票日前后多少天之内，同一供应商、商品和数量的未开票入库视为所指的那次入库。"
*/
-- An invoice names a receipt or an order. Not missing: a receipt re-entered under another number on the same order, as
-- far as the order's other invoices leave some of it; an unbilled receipt of the same goods; what a credit note took
-- back; what is billed before it is due. Judged are suppliers with receipts, and orders at a location with receipts; not
-- the first days loaded, whose goods may have come before, unless the order is younger than the first receipt. Another
-- product or quantity than received is invoice_qty_differs_from_receipt, a repeated invoice is invoice_entered_twice.
WITH receiving AS (
    SELECT UPPER(COALESCE(supplier_code, '')) AS supplier_key, CAST(MIN(received_at) AS DATE) AS first_date
    FROM mart.receipt_effective
    GROUP BY UPPER(COALESCE(supplier_code, ''))
),

receiving_start AS (
    SELECT
        MIN(first_date) AS first_date,
        MIN(CASE WHEN supplier_key = '' THEN first_date END) AS unnamed_first_date
    FROM receiving
),

loaded_order AS (
    SELECT
        UPPER(po_no) AS po_key,
        MIN(location_code) AS location_code,
        MIN(ordered_date) AS ordered_date,
        MAX(expected_date) AS expected_date,
        MAX(CASE WHEN is_receiving_known THEN 1 ELSE 0 END) = 1 AS is_receiving_known
    FROM mart.order_line_status
    GROUP BY UPPER(po_no)
),

known_receipt AS (
    SELECT DISTINCT UPPER(receipt_no) AS receipt_key FROM mart.receipt_effective
),

void_receipt AS (
    SELECT DISTINCT UPPER(receipt_no) AS receipt_key
    FROM core.receipt_line
    WHERE status IN ('draft', 'rejected', 'cancelled')
),

-- Per order and product, and with the empty product per order.
received AS (
    SELECT po_key, product_key, SUM(received_base_qty) AS received_qty
    FROM mart.receipt_effective
    WHERE po_key IS NOT NULL AND product_key IS NOT NULL AND received_base_qty > 0
    GROUP BY po_key, product_key
    UNION ALL
    SELECT po_key, '' AS product_key, SUM(received_base_qty) AS received_qty
    FROM mart.receipt_effective
    WHERE po_key IS NOT NULL AND received_base_qty > 0
    GROUP BY po_key
),

line AS (
    SELECT
        i.supplier_code,
        i.invoice_no,
        i.product_code,
        i.product_key,
        i.po_no,
        i.po_key,
        i.receipt_no,
        UPPER(i.receipt_no) AS receipt_key,
        k.receipt_key IS NOT NULL AS is_receipt_known,
        i.invoiced_date,
        i.invoiced_qty,
        i.line_value,
        v.is_invoice,
        i.file_id,
        i.row_no
    FROM mart.invoice_effective AS i
    INNER JOIN mart.invoice_document AS v ON i.supplier_code = v.supplier_code AND i.invoice_no = v.invoice_no
    LEFT JOIN known_receipt AS k ON UPPER(i.receipt_no) = k.receipt_key
    WHERE (i.receipt_no IS NOT NULL OR i.po_key IS NOT NULL)
      AND NOT EXISTS (
          SELECT 1 FROM mart.invoice_duplicate AS d
          WHERE d.supplier_code = i.supplier_code AND d.invoice_no = i.invoice_no
      )
),

billed AS (
    SELECT po_key, product_key, SUM(invoiced_qty) AS billed_qty
    FROM line
    WHERE po_key IS NOT NULL AND product_key IS NOT NULL AND (receipt_key IS NULL OR is_receipt_known)
    GROUP BY po_key, product_key
    UNION ALL
    SELECT po_key, '' AS product_key, SUM(invoiced_qty) AS billed_qty
    FROM line
    WHERE po_key IS NOT NULL AND (receipt_key IS NULL OR is_receipt_known)
    GROUP BY po_key
),

unbacked AS (
    SELECT
        l.*,
        o.location_code,
        o.expected_date,
        CASE
            WHEN l.receipt_key IS NOT NULL AND x.receipt_key IS NOT NULL THEN 'void_receipt'
            WHEN l.receipt_key IS NOT NULL THEN 'unknown_receipt'
            WHEN o.po_key IS NOT NULL THEN 'nothing_received'
            ELSE 'unknown_order'
        END AS reason
    FROM line AS l
    LEFT JOIN loaded_order AS o ON l.po_key = o.po_key
    LEFT JOIN void_receipt AS x ON l.receipt_key = x.receipt_key
    LEFT JOIN received AS w ON l.po_key = w.po_key AND w.product_key = ''
    LEFT JOIN received AS g ON l.po_key = g.po_key AND COALESCE(l.product_key, '') = g.product_key
    LEFT JOIN billed AS b ON l.po_key = b.po_key AND COALESCE(l.product_key, '') = b.product_key
    LEFT JOIN receiving AS s ON UPPER(l.supplier_code) = s.supplier_key
    CROSS JOIN receiving_start AS t
    WHERE NOT l.is_receipt_known
      AND (
          (l.receipt_key IS NULL AND w.po_key IS NULL)
          OR (l.receipt_key IS NOT NULL AND COALESCE(g.received_qty, 0) - COALESCE(b.billed_qty, 0) <= 0)
      )
      AND (
          s.first_date + $grace_days <= l.invoiced_date
          OR t.unnamed_first_date + $grace_days <= l.invoiced_date
          OR (
              o.is_receiving_known
              AND (t.first_date + $grace_days <= l.invoiced_date OR t.first_date <= o.ordered_date)
          )
      )
),

-- Receipts that no invoice names, neither by their number nor by their order.
unbilled AS (
    SELECT
        UPPER(r.supplier_code) AS supplier_key,
        r.product_key,
        r.received_base_qty,
        r.accepted_base_qty,
        CAST(r.received_at AS DATE) AS received_date
    FROM mart.receipt_effective AS r
    LEFT JOIN (SELECT DISTINCT receipt_key FROM line WHERE receipt_key IS NOT NULL) AS n
        ON UPPER(r.receipt_no) = n.receipt_key
    LEFT JOIN (SELECT DISTINCT po_key FROM line WHERE po_key IS NOT NULL) AS p ON r.po_key = p.po_key
    WHERE r.received_base_qty > 0 AND n.receipt_key IS NULL AND p.po_key IS NULL
),

stand_in AS (
    SELECT DISTINCT l.file_id, l.row_no
    FROM unbacked AS l
    INNER JOIN unbilled AS r ON UPPER(l.supplier_code) = r.supplier_key AND l.product_key = r.product_key
    WHERE (l.invoiced_qty = r.received_base_qty OR l.invoiced_qty = r.accepted_base_qty)
      AND r.received_date <= l.invoiced_date + $match_days AND l.invoiced_date <= r.received_date + $match_days
),

missing AS (
    SELECT u.*, COALESCE(u.receipt_key, u.po_key) AS reference_key
    FROM unbacked AS u
    LEFT JOIN stand_in AS s ON u.file_id = s.file_id AND u.row_no = s.row_no
    WHERE s.file_id IS NULL
),

uncredited AS (
    SELECT supplier_code, reference_key
    FROM missing
    GROUP BY supplier_code, reference_key
    HAVING SUM(COALESCE(line_value, invoiced_qty, 1)) > 0
)

SELECT
    MIN(m.location_code) AS location_code,
    CASE
        WHEN COUNT(DISTINCT m.product_code) = 1 AND COUNT(*) = COUNT(m.product_code) THEN MIN(m.product_code)
    END AS product_code,
    m.supplier_code,
    m.invoice_no AS document_no,
    MIN(m.invoiced_date) AS occurred_date,
    CAST(0 AS DECIMAL(18, 3)) AS expected_qty,
    CAST(SUM(m.invoiced_qty) AS DECIMAL(18, 3)) AS actual_qty,
    CAST(SUM(m.line_value) AS DECIMAL(18, 4)) AS amount_at_risk,
    MIN(m.reason) AS reason,
    MIN(COALESCE(m.receipt_no, m.po_no)) AS reference_no,
    MIN(m.po_no) AS po_no,
    MIN(m.receipt_no) AS receipt_no,
    COUNT(*) AS line_count,
    MIN(m.file_id) AS file_id,
    MIN(m.row_no) AS row_no
FROM missing AS m
INNER JOIN uncredited AS c ON m.supplier_code = c.supplier_code AND m.reference_key = c.reference_key
WHERE m.is_invoice
  AND m.invoiced_date + $grace_days < $as_of
  AND (m.expected_date IS NULL OR m.expected_date + $grace_days < $as_of)
GROUP BY m.supplier_code, m.invoice_no;
/* cases
[[case]]
name = "an order without receipts, a receipt that does not exist, one that was cancelled, an order nobody placed, a supplier known by its order alone"
expect = [
    { supplier_code = "V1", document_no = "I1", location_code = "S01", reason = "nothing_received", reference_no = "PO2", amount_at_risk = 35, line_count = 2 },
    { supplier_code = "V1", document_no = "I2", reason = "unknown_receipt", reference_no = "R77", amount_at_risk = 20 },
    { supplier_code = "V1", document_no = "I3", reason = "void_receipt", reference_no = "R3" },
    { supplier_code = "V1", document_no = "I4", reason = "unknown_order", reference_no = "PO88" },
    { supplier_code = "V7", document_no = "I5", reason = "nothing_received", reference_no = "PO5" },
]
tables.purchase_order_line = '''
po_no | line_no | supplier_code | location_code | product_code | ordered_date | ordered_qty
PO1   | 1       | V1            | S01           | P1           | 2025-03-01   | 10
PO2   | 1       | V1            | S01           | P1           | 2025-03-10   | 10
PO2   | 2       | V1            | S01           | P2           | 2025-03-10   | 5
PO5   | 1       | V7            | S01           | P2           | 2025-03-03   | 5
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | supplier_code | product_code | received_qty | received_at         | status
S01           | R1         | 1       | PO1   | V1            | P1           | 10           | 2025-03-02 09:00:00 | approved
S01           | R3         | 1       |       | V1            | P3           | 9            | 2025-03-12 09:00:00 | cancelled
'''
tables.invoice_line = '''
supplier_code | invoice_no | line_no | po_no | receipt_no | product_code | invoiced_date | invoiced_qty | unit_price
V1            | I0         | 1       | PO1   | R1         | P1           | 2025-03-12    | 10           | 2
V1            | I1         | 1       | PO2   |            | P1           | 2025-03-15    | 10           | 2
V1            | I1         | 2       | PO2   |            | P2           | 2025-03-15    | 5            | 3
V1            | C1         | 1       | PO2   |            | P1           | 2025-03-16    | -1           | 2
V1            | I2         | 1       | PO1   | R77        | P1           | 2025-03-16    | 10           | 2
V1            | I3         | 1       |       | R3         | P3           | 2025-03-17    | 9            | 2
V1            | I4         | 1       | PO88  |            | P4           | 2025-03-18    | 9            | 2
V7            | I5         | 1       | PO5   |            | P2           | 2025-03-06    | 5            | 2
'''

[[case]]
name = "a cancelled receipt entered again on its order or without one, the receipt of an order that forgot its number, a credited invoice, no reference, a supplier of services, invoices of the first days"
expect = []
tables.purchase_order_line = '''
po_no | line_no | supplier_code | product_code | ordered_date | ordered_qty
PO1   | 1       | V1            | P1           | 2025-03-01   | 10
PO2   | 1       | V1            | P2           | 2025-03-01   | 7
PO3   | 1       | V1            | P3           | 2025-03-01   | 6
PO0   | 1       | V1            | P7           | 2025-02-25   | 6
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | supplier_code | product_code | received_qty | rejected_qty | received_at         | status
S01           | R1         | 1       | PO1   | V1            | P1           | 10           |              | 2025-03-02 09:00:00 | cancelled
S01           | R2         | 1       | po1   | v1            | P1           | 10           |              | 2025-03-02 10:00:00 | approved
S01           | R3         | 1       |       | V1            | P5           | 4            |              | 2025-03-11 10:00:00 | rejected
S01           | R4         | 1       |       | V1            | P5           | 4            |              | 2025-03-12 10:00:00 | approved
S01           | R5         | 1       |       | V1            | P2           | 8            | 1            | 2025-03-12 10:00:00 | approved
'''
tables.invoice_line = '''
supplier_code | invoice_no | line_no | po_no | receipt_no | product_code | invoiced_date | invoiced_qty | unit_price
V1            | I1         | 1       | PO1   | r1         | P1           | 2025-03-12    | 10           | 2
V1            | I2         | 1       |       | R3         | P5           | 2025-03-15    | 4            | 2
V1            | I3         | 1       | PO2   |            | P2           | 2025-03-15    | 7            | 2
V1            | I4         | 1       | PO3   |            | P3           | 2025-03-15    | 6            | 2
V1            | C4         | 1       | PO3   |            | P3           | 2025-03-18    | -6           | 2
V1            | I5         | 1       |       |            | P9           | 2025-03-15    | 6            | 2
V8            | I6         | 1       | SV-1  |            |              | 2025-03-15    | 1            | 900
V1            | I7         | 1       | PO0   |            | P7           | 2025-03-05    | 6            | 2
V1            | I8         | 1       | PO1   |            | P1           | 2025-03-15    | 3            | 2
'''

[[case]]
name = "billed before it is due, and billed a week ago"
expect = []
as_of = 2025-03-25
tables.purchase_order_line = '''
po_no | line_no | supplier_code | product_code | ordered_date | expected_date | ordered_qty
PO1   | 1       | V1            | P1           | 2025-03-01   | 2025-03-02    | 10
PO2   | 1       | V1            | P1           | 2025-03-01   | 2025-03-20    | 10
PO3   | 1       | V1            | P1           | 2025-03-01   | 2025-03-12    | 10
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | supplier_code | product_code | received_qty | received_at
S01           | R1         | 1       | PO1   | V1            | P1           | 10           | 2025-03-02 09:00:00
'''
tables.invoice_line = '''
supplier_code | invoice_no | line_no | po_no | product_code | invoiced_date | invoiced_qty | unit_price
V1            | I2         | 1       | PO2   | P1           | 2025-03-10    | 8            | 2
V1            | I3         | 1       | PO3   | P1           | 2025-03-18    | 8            | 2
'''
*/
