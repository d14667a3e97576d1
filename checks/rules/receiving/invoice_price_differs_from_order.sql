/*
title = "Invoice price differs from the order"
title_zh = "发票价与订单价不符"
severity = "medium"
assertion = "valuation"
why = "Paying a price nobody agreed is money lost on every piece, and the next invoice will repeat it."
why_zh = "按未经商定的价格付款，每件都是损失，下一张发票还会照此开出。"
fix = "Ask the buyer which price was agreed. Pay the agreed one and ask for a credit note, or amend the order with an approval."
fix_zh = "向采购确认约定价格：按约定价付款并要求供应商开红字，或经审批修改订单。"
message = "Invoice {document_no} line {document_line_no}: {invoice_price} billed, order {po_no} line {po_line_no} says {order_price}"
message_zh = "发票 {document_no} 第 {document_line_no} 行：开票单价 {invoice_price}，采购订单 {po_no} 第 {po_line_no} 行单价 {order_price}"
grain = ["supplier_code", "document_no", "document_line_no"]
population = """
SELECT i.supplier_code, i.invoice_no, i.line_no, i.unit_price, MAX(s.unit_price) AS order_price
FROM mart.invoice_effective AS i
INNER JOIN mart.order_allocation AS a
    ON a.document_kind = 'invoice' AND i.supplier_code = a.supplier_code AND i.invoice_no = a.document_no
    AND i.line_no = a.document_line_no
INNER JOIN mart.order_line_status AS s ON a.po_no = s.po_no AND a.po_line_no = s.line_no
WHERE i.invoiced_qty > 0
GROUP BY i.supplier_code, i.invoice_no, i.line_no, i.unit_price
"""
needs = ["unit_price", "order_price"]
not_applicable = "No invoice line could be matched to an order line."
not_applicable_zh = "没有可与订单行匹配的发票行。"

[params]
tolerance_share = 0.005
tolerance_price = 0

[param_notes]
tolerance_share = "Share of the order's price by which the billed price may differ; 0.005 leaves room for prices converted from packs."
tolerance_price = "Amount per base unit by which the billed price may differ."

[param_notes_zh]
tolerance_share = "发票单价允许偏离订单价的比例；0.005 是为按整箱价折算留的余地。"
tolerance_price = "每基本单位允许相差的金额。"
*/
-- Prices are per base unit on both sides. Where the order has the product on several lines at different prices, the
-- split between them is a convention: the nearest price is compared. Credit notes correct prices and are not compared;
-- an invoice entered twice is compared once.
WITH matched AS (
    SELECT DISTINCT a.supplier_code, a.document_no, a.document_line_no, a.po_no, a.po_line_no, a.is_ambiguous
    FROM mart.order_allocation AS a
    INNER JOIN mart.invoice_effective AS i
        ON a.supplier_code = i.supplier_code AND a.document_no = i.invoice_no AND a.document_line_no = i.line_no
    INNER JOIN mart.order_line_status AS s ON a.po_no = s.po_no AND a.po_line_no = s.line_no
    WHERE a.document_kind = 'invoice' AND i.invoiced_qty > 0
      AND ABS(i.unit_price - s.unit_price) > s.unit_price * $tolerance_share
      AND ABS(i.unit_price - s.unit_price) > $tolerance_price
),

candidate AS (
    SELECT supplier_code, document_no, document_line_no, po_no, po_line_no
    FROM matched
    WHERE NOT is_ambiguous
    UNION
    SELECT m.supplier_code, m.document_no, m.document_line_no, o.po_no, o.line_no AS po_line_no
    FROM matched AS m
    INNER JOIN mart.order_line_status AS s ON m.po_no = s.po_no AND m.po_line_no = s.line_no
    INNER JOIN mart.order_line_status AS o ON UPPER(s.po_no) = UPPER(o.po_no) AND s.product_key = o.product_key
    WHERE m.is_ambiguous
),

nearest AS (
    SELECT
        i.supplier_code,
        i.invoice_no,
        i.line_no,
        i.product_code,
        i.receipt_no,
        i.invoiced_date,
        i.invoiced_qty,
        i.unit_price AS invoice_price,
        i.file_id,
        i.row_no,
        s.location_code,
        s.po_no,
        s.line_no AS po_line_no,
        s.unit_price AS order_price,
        s.pack_qty,
        COUNT(*) OVER (PARTITION BY i.supplier_code, i.invoice_no, i.line_no) > 1 AS is_ambiguous
    FROM candidate AS c
    INNER JOIN mart.invoice_effective AS i
        ON c.supplier_code = i.supplier_code AND c.document_no = i.invoice_no AND c.document_line_no = i.line_no
    INNER JOIN mart.order_line_status AS s ON c.po_no = s.po_no AND c.po_line_no = s.line_no
    WHERE i.invoiced_qty > 0 AND i.unit_price IS NOT NULL AND s.unit_price IS NOT NULL
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY i.supplier_code, i.invoice_no, i.line_no
        ORDER BY ABS(i.unit_price - s.unit_price), s.line_no, s.po_no
    ) = 1
)

SELECT
    n.location_code,
    n.product_code,
    n.supplier_code,
    n.invoice_no AS document_no,
    n.line_no AS document_line_no,
    n.invoiced_date AS occurred_date,
    n.invoiced_qty AS actual_qty,
    CAST(ABS(n.invoice_price - n.order_price) * n.invoiced_qty AS DECIMAL(18, 4)) AS amount_at_risk,
    n.invoice_price,
    n.order_price,
    n.invoice_price - n.order_price AS price_difference,
    n.po_no,
    n.po_line_no,
    n.receipt_no,
    n.pack_qty,
    -- The price of a whole pack was billed for one unit, or the other way round.
    COALESCE(
        n.pack_qty > 1
        AND (n.invoice_price = n.order_price * n.pack_qty OR n.invoice_price * n.pack_qty = n.order_price), FALSE
    ) AS is_pack_price,
    n.is_ambiguous,
    n.file_id,
    n.row_no
FROM nearest AS n
WHERE ABS(n.invoice_price - n.order_price) > n.order_price * $tolerance_share
  AND ABS(n.invoice_price - n.order_price) > $tolerance_price
  AND NOT EXISTS (
      SELECT 1 FROM mart.invoice_duplicate AS d
      WHERE d.supplier_code = n.supplier_code AND d.invoice_no = n.invoice_no
  );
/* cases
[[case]]
name = "billed at 2.50 where 2.00 was ordered, the order known through the receipt; a pack's price for a piece; a copy once"
expect = [
    { document_no = "I1", document_line_no = 1, supplier_code = "V1", po_no = "PO1", po_line_no = 1, invoice_price = 2.5, order_price = 2, amount_at_risk = 5, is_pack_price = false },
    { document_no = "I2", document_line_no = 1, po_no = "PO1", po_line_no = 2, invoice_price = 36, is_pack_price = true },
    { document_no = "I5", po_no = "PO3", amount_at_risk = 4 },
]
tables.purchase_order_line = '''
po_no | line_no | supplier_code | product_code | ordered_date | ordered_qty | pack_qty | unit_price
PO1   | 1       | V1            | P1           | 2025-03-01   | 10          |          | 2.00
PO1   | 2       | V1            | P2           | 2025-03-01   | 24          | 12       | 3.00
PO3   | 1       | V1            | P4           | 2025-03-01   | 4           |          | 5.00
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | supplier_code | product_code | received_qty | received_at
S01           | R1         | 1       | PO1   | V1            | P1           | 10           | 2025-03-02 09:00:00
'''
tables.invoice_line = '''
supplier_code | invoice_no | line_no | po_no | receipt_no | product_code | invoiced_date | invoiced_qty | unit_price
V1            | I1         | 1       |       | R1         | P1           | 2025-03-05    | 10           | 2.50
V1            | I2         | 1       | po1   |            | p2           | 2025-03-05    | 2            | 36.00
V1            | I5         | 1       | PO3   |            | P4           | 2025-03-07    | 4            | 6.00
V1            | i-5        | 1       | PO3   |            | P4           | 2025-03-09    | 4            | 6.00
'''

[[case]]
name = "rounding, no price, a credit note, another supplier's invoice of the same number, two lines at two prices"
expect = []
tables.purchase_order_line = '''
po_no | line_no | supplier_code | product_code | ordered_date | ordered_qty | unit_price
PO1   | 1       | V1            | P1           | 2025-03-01   | 10          | 3.3333
PO1   | 2       | V1            | P2           | 2025-03-01   | 10          | 3.00
PO2   | 1       | V1            | P3           | 2025-03-01   | 10          | 5.00
PO2   | 2       | V1            | P3           | 2025-03-01   | 10          | 4.00
'''
tables.invoice_line = '''
supplier_code | invoice_no | line_no | po_no | product_code | invoiced_date | invoiced_qty | unit_price
V1            | I1         | 1       | PO1   | P1           | 2025-03-05    | 10           | 3.33
V1            | I1         | 2       | PO1   | P2           | 2025-03-05    | 10           |
V1            | I2         | 1       | PO1   | P2           | 2025-03-06    | -1           | 9.00
V2            | I2         | 1       |       | P2           | 2025-03-06    | 7            | 9.00
V1            | I3         | 1       | PO2   | P3           | 2025-03-05    | 10           | 4.00
V1            | I3         | 2       | PO2   | P3           | 2025-03-05    | 10           | 5.00
'''
*/
