/*
title = "Received product is not on the order"
title_zh = "入库商品不在采购订单上"
severity = "high"
assertion = "accuracy"
why = "Goods nobody ordered are paid for and fill the shelf, or the wrong code was entered and two products are wrong in the book."
why_zh = "要么为没订的货付了款、占了货架，要么录错了编码，账上有两种商品同时出错。"
fix = "Look at the goods. If the code is wrong, correct the receipt; if the supplier sent something else, return it or have the buyer add it to the order."
fix_zh = "核对实物。编码录错的更正入库单；供应商发错的退回，或由采购补加到订单上。"
message = "Receipt {document_no} line {document_line_no}: {actual_qty} of {product_code} received, which order {po_no} does not have"
message_zh = "入库单 {document_no} 第 {document_line_no} 行：收到 {product_code} 共 {actual_qty}，采购订单 {po_no} 上没有该商品"
grain = ["location_code", "document_no", "document_line_no"]
population = """
SELECT r.*
FROM mart.receipt_effective AS r
INNER JOIN (
    SELECT UPPER(po_no) AS po_key FROM core.purchase_order_line GROUP BY UPPER(po_no) HAVING COUNT(*) = COUNT(product_code)
) AS o ON r.po_key = o.po_key
WHERE r.receipt_type <> 'return' AND r.received_base_qty > 0
"""
needs = ["product_code"]
not_applicable = "No receipt names an order that is loaded with its products."
not_applicable_zh = "没有入库单指明已载入且列有商品的订单。"
*/
-- An order that is not loaded is receipt_without_order. Where a line of the order lacks its product, nobody can say what
-- is not on it. Goods that were taken back in full under the same order are settled; a receipt entered twice is that
-- rule's finding.
WITH whole_order AS (
    SELECT UPPER(po_no) AS po_key
    FROM core.purchase_order_line
    GROUP BY UPPER(po_no)
    HAVING COUNT(*) = COUNT(product_code)
),

order_product AS (
    SELECT DISTINCT UPPER(po_no) AS po_key, UPPER(product_code) AS product_key
    FROM core.purchase_order_line
    WHERE product_code IS NOT NULL
),

stray AS (
    SELECT r.*
    FROM mart.receipt_effective AS r
    INNER JOIN whole_order AS w ON r.po_key = w.po_key
    LEFT JOIN order_product AS o ON r.po_key = o.po_key AND r.product_key = o.product_key
    WHERE r.product_key IS NOT NULL AND o.po_key IS NULL
      AND NOT EXISTS (
          SELECT 1 FROM mart.receipt_duplicate AS d
          WHERE d.location_code = r.location_code AND d.receipt_no = r.receipt_no
      )
),

kept AS (
    SELECT location_code, po_key, product_key, SUM(received_base_qty) AS received_qty
    FROM stray
    GROUP BY location_code, po_key, product_key
    HAVING SUM(received_base_qty) > 0
),

-- What the order still waits for: often that is what the line means, above all where the quantity is the same.
waiting AS (
    SELECT
        k.location_code,
        k.po_key,
        k.product_key,
        COUNT(*) AS waiting_lines,
        MIN(s.product_code) AS waiting_product_code,
        MIN(CASE WHEN s.ordered_qty = k.received_qty THEN s.product_code END) AS equal_product_code
    FROM kept AS k
    INNER JOIN mart.order_line_status AS s ON k.po_key = UPPER(s.po_no)
    WHERE s.receipt_count = 0
    GROUP BY k.location_code, k.po_key, k.product_key
)

SELECT
    r.location_code,
    r.product_code,
    r.batch_no,
    r.supplier_code,
    r.receipt_no AS document_no,
    r.line_no AS document_line_no,
    CAST(r.received_at AS DATE) AS occurred_date,
    r.received_base_qty AS actual_qty,
    r.line_value AS amount_at_risk,
    r.po_no,
    r.po_line_no,
    COALESCE(w.equal_product_code, CASE WHEN w.waiting_lines = 1 THEN w.waiting_product_code END) AS likely_product_code,
    COALESCE(w.waiting_lines, 0) AS waiting_lines,
    r.unit_cost,
    r.file_id,
    r.row_no
FROM stray AS r
INNER JOIN kept AS k ON r.location_code = k.location_code AND r.po_key = k.po_key AND r.product_key = k.product_key
LEFT JOIN waiting AS w
    ON r.location_code = w.location_code AND r.po_key = w.po_key AND r.product_key = w.product_key
WHERE r.receipt_type <> 'return' AND r.received_base_qty > 0;
/* cases
[[case]]
name = "another product than ordered; the one still to come in that quantity is named beside it"
expect = [{ location_code = "S01", document_no = "R1", document_line_no = 2, product_code = "P9", po_no = "PO1", actual_qty = 5, amount_at_risk = 15, waiting_lines = 2, likely_product_code = "P3" }]
tables.purchase_order_line = '''
po_no | line_no | product_code | ordered_date | ordered_qty
PO1   | 1       | P1           | 2025-03-01   | 10
PO1   | 2       | P2           | 2025-03-01   | 8
PO1   | 3       | P3           | 2025-03-01   | 5
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | product_code | received_qty | unit_cost | received_at
S01           | R1         | 1       | PO1   | P1           | 10           | 2         | 2025-03-02 09:00:00
S01           | R1         | 2       | PO1   | P9           | 5            | 3         | 2025-03-02 09:00:00
'''

[[case]]
name = "other capitals, a return, a reversed line, an unknown order, no product, a rejected receipt"
expect = []
tables.purchase_order_line = '''
po_no | line_no | product_code | ordered_date | ordered_qty
po1   | 1       | ab1          | 2025-03-01   | 10
PO2   | 1       | P1           | 2025-03-01   | 10
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | receipt_type | po_no | product_code | received_qty | received_at         | status
S01           | R1         | 1       | normal       | PO1   | AB1          | 10           | 2025-03-02 09:00:00 | approved
S01           | R1         | 2       | normal       | PO1   |              | 10           | 2025-03-02 09:00:00 | approved
S01           | R2         | 1       | normal       | PO2   | P9           | 5            | 2025-03-02 10:00:00 | approved
S01           | R3         | 1       | return       | PO2   | P9           | 5            | 2025-03-03 09:00:00 | approved
S01           | R4         | 1       | normal       | PO2   | P1           | 5            | 2025-03-03 10:00:00 | approved
S01           | R5         | 1       | return       | PO2   | P8           | 5            | 2025-03-03 09:00:00 | approved
S01           | R6         | 1       | normal       | PO9   | P8           | 5            | 2025-03-03 09:00:00 | approved
S01           | R7         | 1       | normal       | PO2   | P7           | 5            | 2025-03-03 09:00:00 | rejected
'''

[[case]]
name = "an order with a line that lacks its product: what is not on it cannot be said"
expect = []
tables.purchase_order_line = '''
po_no | line_no | product_code | ordered_date | ordered_qty
PO1   | 1       | P1           | 2025-03-01   | 10
PO1   | 2       |              | 2025-03-01   | 5
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | product_code | received_qty | received_at
S01           | R1         | 1       | PO1   | P2           | 5            | 2025-03-02 09:00:00
'''
*/
