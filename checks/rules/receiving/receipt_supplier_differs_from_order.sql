/*
title = "Receipt names another supplier than the order"
title_zh = "入库供应商与采购订单不符"
severity = "high"
assertion = "accuracy"
why = "The wrong supplier is credited: one is paid for goods it did not send, the other's invoice matches nothing."
why_zh = "应付账款记到了别家：一家没送货却收到货款，另一家的发票无从核对。"
fix = "Look at the delivery note. Correct the supplier on the receipt, or the order number if the goods belong to another order."
fix_zh = "查看送货单，更正入库单上的供应商；若货属于另一订单，更正订单号。"
message = "Receipt {document_no} is entered for supplier {supplier_code}, order {po_no} was placed with {order_supplier_code}"
message_zh = "入库单 {document_no} 的供应商是 {supplier_code}，采购订单 {po_no} 的供应商是 {order_supplier_code}"
grain = ["location_code", "document_no", "po_no"]
population = """
SELECT r.location_code, r.receipt_no, o.po_key, MIN(r.supplier_code) AS supplier_code,
    MIN(o.supplier_code) AS order_supplier_code
FROM core.receipt_line AS r
INNER JOIN (
    SELECT UPPER(po_no) AS po_key, CASE WHEN COUNT(*) = COUNT(supplier_code) THEN MIN(supplier_code) END AS supplier_code
    FROM core.purchase_order_line
    GROUP BY UPPER(po_no)
) AS o ON UPPER(r.po_no) = o.po_key
WHERE (r.status IS NULL OR r.status NOT IN ('draft', 'rejected', 'cancelled'))
  AND (r.receipt_type IS NULL OR r.receipt_type <> 'return')
GROUP BY r.location_code, r.receipt_no, o.po_key
"""
needs = ["supplier_code", "order_supplier_code"]
not_applicable = "No receipt names an order that is loaded."
not_applicable_zh = "没有入库单指明已载入的订单。"
*/
-- The receipt's own supplier, as landed: the models fill a missing one from the order. An order placed with several
-- suppliers may be delivered by any of them; one that has a line without supplier says nothing. Goods that were taken
-- back in full under the same order and supplier are settled; a receipt entered twice is that rule's finding.
WITH ordered AS (
    SELECT
        UPPER(po_no) AS po_key,
        MIN(po_no) AS po_no,
        MIN(supplier_code) AS supplier_code
    FROM core.purchase_order_line
    GROUP BY UPPER(po_no)
    HAVING COUNT(*) = COUNT(supplier_code)
),

order_supplier AS (
    SELECT DISTINCT UPPER(po_no) AS po_key, UPPER(supplier_code) AS supplier_key
    FROM core.purchase_order_line
    WHERE supplier_code IS NOT NULL
),

other AS (
    SELECT
        e.location_code,
        e.receipt_no,
        e.line_no,
        e.product_code,
        e.po_key,
        o.po_no,
        r.supplier_code,
        UPPER(r.supplier_code) AS supplier_key,
        o.supplier_code AS order_supplier_code,
        e.receipt_type,
        e.received_at,
        e.received_base_qty,
        e.line_value,
        e.file_id,
        e.row_no
    FROM mart.receipt_effective AS e
    INNER JOIN core.receipt_line AS r
        ON e.location_code = r.location_code AND e.receipt_no = r.receipt_no AND e.line_no = r.line_no
    INNER JOIN ordered AS o ON e.po_key = o.po_key
    LEFT JOIN order_supplier AS s ON e.po_key = s.po_key AND UPPER(r.supplier_code) = s.supplier_key
    WHERE r.supplier_code IS NOT NULL AND s.po_key IS NULL
      AND NOT EXISTS (
          SELECT 1 FROM mart.receipt_duplicate AS d
          WHERE d.location_code = e.location_code AND d.receipt_no = e.receipt_no
      )
),

kept AS (
    SELECT location_code, po_key, supplier_key
    FROM other
    GROUP BY location_code, po_key, supplier_key
    HAVING SUM(received_base_qty) > 0
)

SELECT
    x.location_code,
    CASE
        WHEN COUNT(DISTINCT x.product_code) = 1 AND COUNT(*) = COUNT(x.product_code) THEN MIN(x.product_code)
    END AS product_code,
    MIN(x.supplier_code) AS supplier_code,
    x.receipt_no AS document_no,
    CAST(MIN(x.received_at) AS DATE) AS occurred_date,
    CAST(SUM(x.received_base_qty) AS DECIMAL(18, 3)) AS actual_qty,
    CAST(SUM(x.line_value) AS DECIMAL(18, 4)) AS amount_at_risk,
    x.po_no,
    MIN(x.order_supplier_code) AS order_supplier_code,
    COUNT(*) AS line_count,
    MIN(x.file_id) AS file_id,
    MIN(x.row_no) AS row_no
FROM other AS x
INNER JOIN kept AS k
    ON x.location_code = k.location_code AND x.po_key = k.po_key AND x.supplier_key = k.supplier_key
WHERE x.receipt_type <> 'return' AND x.received_base_qty > 0
GROUP BY x.location_code, x.receipt_no, x.po_no;
/* cases
[[case]]
name = "one finding per receipt and order, not per line"
expect = [
    { location_code = "S01", document_no = "R1", po_no = "PO1", supplier_code = "V2", order_supplier_code = "V1", line_count = 2, amount_at_risk = 35 },
    { document_no = "R2", po_no = "PO2", supplier_code = "V1", order_supplier_code = "V2", product_code = "P1" },
]
tables.purchase_order_line = '''
po_no | line_no | supplier_code | product_code | ordered_date | ordered_qty
PO1   | 1       | V1            | P1           | 2025-03-01   | 10
PO1   | 2       | V1            | P2           | 2025-03-01   | 5
PO2   | 1       | V2            | P1           | 2025-03-01   | 4
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | supplier_code | product_code | received_qty | unit_cost | received_at
S01           | R1         | 1       | PO1   | V2            | P1           | 10           | 2         | 2025-03-02 09:00:00
S01           | R1         | 2       | PO1   | V2            | P2           | 5            | 3         | 2025-03-02 09:00:00
S01           | R2         | 1       | PO2   | V1            | P1           | 4            | 2         | 2025-03-03 09:00:00
'''

[[case]]
name = "other capitals, no supplier on the receipt or on the order, one of two suppliers, reversed, cancelled"
expect = []
tables.purchase_order_line = '''
po_no | line_no | supplier_code | product_code | ordered_date | ordered_qty
PO1   | 1       | v1            | P1           | 2025-03-01   | 10
PO2   | 1       |               | P1           | 2025-03-01   | 10
PO3   | 1       | V1            | P1           | 2025-03-01   | 10
PO3   | 2       | V2            | P2           | 2025-03-01   | 10
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | receipt_type | po_no | supplier_code | product_code | received_qty | received_at         | status
S01           | R1         | 1       | normal       | po1   | V1            | P1           | 4            | 2025-03-02 09:00:00 | approved
S01           | R2         | 1       | normal       | PO1   |               | P1           | 3            | 2025-03-03 09:00:00 | approved
S01           | R3         | 1       | normal       | PO2   | V2            | P1           | 10           | 2025-03-02 09:00:00 | approved
S01           | R4         | 1       | normal       | PO3   | v2            | P1           | 10           | 2025-03-02 09:00:00 | approved
S01           | R5         | 1       | normal       | PO1   | V9            | P1           | 2            | 2025-03-04 09:00:00 | approved
S01           | R6         | 1       | return       | PO1   | V9            | P1           | 2            | 2025-03-04 10:00:00 | approved
S01           | R7         | 1       | normal       | PO1   | V1            | P1           | 2            | 2025-03-04 11:00:00 | approved
S01           | R8         | 1       | normal       | PO1   | V9            | P1           | 1            | 2025-03-05 11:00:00 | cancelled
'''
*/
