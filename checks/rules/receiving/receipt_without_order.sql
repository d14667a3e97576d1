/*
title = "Receipt without an order"
title_zh = "无采购订单的入库"
severity = "medium"
assertion = "authorisation"
why = "Nobody agreed to buy these goods, or nobody can tell: price and quantity cannot be checked against anything."
why_zh = "无人商定采购，或无从查证：数量和价格都没有核对依据。"
fix = "Find the order and enter its number, or have the buyer approve the purchase afterwards."
fix_zh = "查找并补填订单号，或由采购事后审批。"
message = "Receipt {document_no}: {line_count} lines worth {amount_at_risk} name no order that is known ({cited_po_no})"
message_zh = "入库单 {document_no}：{line_count} 行、金额 {amount_at_risk}，没有对应的采购订单（{cited_po_no}）"
grain = ["location_code", "document_no"]
population = """
SELECT r.location_code, r.receipt_no
FROM mart.receipt_effective AS r
WHERE r.receipt_type = 'normal' AND r.received_base_qty > 0
  AND EXISTS (
      SELECT 1 FROM core.purchase_order_line AS p
      WHERE COALESCE(p.location_code, '') = r.location_code OR COALESCE(p.location_code, '') = '')
GROUP BY r.location_code, r.receipt_no
"""
not_applicable = "No orders are loaded for the locations that received."
not_applicable_zh = "收货门店没有载入采购订单。"
*/
-- One finding per receipt, with those of its lines that name no order or one that is not loaded. Late entries have
-- their own rule, returns need no order, a repeated receipt is that rule's finding.
WITH ordering_location AS (
    SELECT DISTINCT COALESCE(location_code, '') AS location_code FROM core.purchase_order_line
),

loaded_order AS (
    SELECT DISTINCT UPPER(po_no) AS po_key FROM core.purchase_order_line
),

stray AS (
    SELECT r.*
    FROM mart.receipt_effective AS r
    LEFT JOIN loaded_order AS o ON r.po_key = o.po_key
    WHERE r.receipt_type = 'normal' AND r.received_base_qty > 0 AND o.po_key IS NULL
      AND (EXISTS (SELECT 1 FROM ordering_location AS g WHERE g.location_code = r.location_code)
           OR EXISTS (SELECT 1 FROM ordering_location AS g WHERE g.location_code = ''))
      AND NOT EXISTS (
          SELECT 1 FROM mart.receipt_duplicate AS d
          WHERE d.location_code = r.location_code AND d.receipt_no = r.receipt_no
      )
)

SELECT
    location_code,
    receipt_no AS document_no,
    CASE WHEN COUNT(DISTINCT product_code) = 1 AND COUNT(*) = COUNT(product_code) THEN MIN(product_code) END AS product_code,
    MIN(supplier_code) AS supplier_code,
    CAST(MIN(received_at) AS DATE) AS occurred_date,
    CAST(SUM(received_base_qty) AS DECIMAL(18, 3)) AS actual_qty,
    CAST(SUM(line_value) AS DECIMAL(18, 4)) AS amount_at_risk,
    COUNT(*) AS line_count,
    COALESCE(MIN(po_no), '-') AS cited_po_no,
    CASE WHEN MIN(po_no) IS NULL THEN 'no_number' ELSE 'order_not_loaded' END AS order_reference,
    MIN(delivery_note_no) AS delivery_note_no,
    MIN(file_id) AS file_id,
    MIN(row_no) AS row_no
FROM stray
GROUP BY location_code, receipt_no;
/* cases
[[case]]
name = "no order number, or one that nobody placed: one finding per receipt"
expect = [
    { document_no = "R1", line_count = 2, actual_qty = 15, amount_at_risk = 35, order_reference = "no_number" },
    { document_no = "R2", line_count = 1, cited_po_no = "PO9", order_reference = "order_not_loaded", product_code = "P1" },
]
tables.purchase_order_line = '''
po_no | line_no | location_code | product_code | ordered_date | ordered_qty
PO1   | 1       | S01           | P1           | 2025-03-01   | 10
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | delivery_note_no | supplier_code | product_code | received_qty | unit_cost | received_at
S01           | R1         | 1       |       | D1               | V1            | P1           | 10           | 2         | 2025-03-02 09:00:00
S01           | R1         | 2       |       | D1               | V1            | P2           | 5            | 3         | 2025-03-02 09:00:00
S01           | R2         | 1       | PO9   | D2               | V1            | P1           | 4            | 2         | 2025-03-02 09:00:00
'''

[[case]]
name = "the order in other capitals, a late entry, a return, a cancelled receipt, and a shop without any orders"
expect = []
tables.purchase_order_line = '''
po_no | line_no | location_code | product_code | ordered_date | ordered_qty
po1   | 1       | S01           | P1           | 2025-03-01   | 10
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | receipt_type | po_no | product_code | received_qty | received_at         | status
S01           | R1         | 1       | normal       | PO1   | P1           | 10           | 2025-03-02 09:00:00 | approved
S01           | R2         | 1       | late_entry   |       | P1           | 5            | 2025-03-02 09:00:00 | approved
S01           | R3         | 1       | return       |       | P1           | 4            | 2025-03-02 09:00:00 | approved
S01           | R4         | 1       | normal       |       | P1           | 3            | 2025-03-02 09:00:00 | cancelled
S02           | R5         | 1       | normal       |       | P1           | 3            | 2025-03-02 09:00:00 | approved
'''

[[case]]
name = "orders without a location count for every location"
expect = [{ location_code = "S02", document_no = "R5" }]
tables.purchase_order_line = '''
po_no | line_no | product_code | ordered_date | ordered_qty
PO1   | 1       | P1           | 2025-03-01   | 10
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | product_code | received_qty | received_at
S01           | R1         | 1       | PO1   | P1           | 10           | 2025-03-02 09:00:00
S02           | R5         | 1       |       | P1           | 3            | 2025-03-02 09:00:00
'''
*/
