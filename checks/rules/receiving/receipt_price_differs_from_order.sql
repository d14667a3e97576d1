/*
title = "Receipt price differs from the order"
title_zh = "入库价与订单价不符"
severity = "medium"
assertion = "valuation"
why = "Stock is valued and the supplier paid at a price nobody agreed; margins are computed from it."
why_zh = "库存计价和货款采用了未经商定的价格，毛利也据此计算。"
fix = "Ask the buyer which price was agreed. Correct the receipt's cost, or the order with an approval, and claim the difference."
fix_zh = "向采购确认约定价格，更正入库成本，或经审批修改订单，并向供应商追回差额。"
message = "Receipt {document_no} line {document_line_no}: cost {unit_cost}, order {po_no} line {po_line_no} says {order_price}"
message_zh = "入库单 {document_no} 第 {document_line_no} 行：成本 {unit_cost}，采购订单 {po_no} 第 {po_line_no} 行单价 {order_price}"
correction.kind = "change_price"
correction.value = "order_price"
correction.reason_code = "entry_error"
grain = ["location_code", "document_no", "document_line_no"]
population = """
SELECT r.location_code, r.receipt_no, r.line_no, r.unit_cost, MAX(s.unit_price) AS order_price
FROM mart.receipt_effective AS r
INNER JOIN mart.order_allocation AS a
    ON a.document_kind = 'receipt' AND r.location_code = a.location_code AND r.receipt_no = a.document_no
    AND r.line_no = a.document_line_no
INNER JOIN mart.order_line_status AS s ON a.po_no = s.po_no AND a.po_line_no = s.line_no
WHERE r.received_base_qty > 0
GROUP BY r.location_code, r.receipt_no, r.line_no, r.unit_cost
"""
needs = ["unit_cost", "order_price"]
not_applicable = "No receipt line could be matched to an order line."
not_applicable_zh = "没有可与订单行匹配的入库行。"

[params]
tolerance_share = 0.005
tolerance_price = 0

[param_notes]
tolerance_share = "Share of the order's price by which the cost may differ; 0.005 leaves room for prices converted from packs."
tolerance_price = "Amount per base unit by which the cost may differ."

[param_notes_zh]
tolerance_share = "入库成本允许偏离订单价的比例；0.005 是为按整箱价折算留的余地。"
tolerance_price = "每基本单位允许相差的金额。"
*/
-- Prices are per base unit on both sides. Where the order has the product on several lines at different prices, the
-- split between them is a convention: the nearest price is compared. A receipt entered twice is compared once.
WITH matched AS (
    SELECT DISTINCT a.location_code, a.document_no, a.document_line_no, a.po_no, a.po_line_no, a.is_ambiguous
    FROM mart.order_allocation AS a
    INNER JOIN mart.receipt_effective AS r
        ON a.location_code = r.location_code AND a.document_no = r.receipt_no AND a.document_line_no = r.line_no
    INNER JOIN mart.order_line_status AS s ON a.po_no = s.po_no AND a.po_line_no = s.line_no
    WHERE a.document_kind = 'receipt' AND r.received_base_qty > 0
      AND ABS(r.unit_cost - s.unit_price) > s.unit_price * $tolerance_share
      AND ABS(r.unit_cost - s.unit_price) > $tolerance_price
),

candidate AS (
    SELECT location_code, document_no, document_line_no, po_no, po_line_no
    FROM matched
    WHERE NOT is_ambiguous
    UNION
    SELECT m.location_code, m.document_no, m.document_line_no, o.po_no, o.line_no AS po_line_no
    FROM matched AS m
    INNER JOIN mart.order_line_status AS s ON m.po_no = s.po_no AND m.po_line_no = s.line_no
    INNER JOIN mart.order_line_status AS o ON UPPER(s.po_no) = UPPER(o.po_no) AND s.product_key = o.product_key
    WHERE m.is_ambiguous
),

nearest AS (
    SELECT
        r.location_code,
        r.receipt_no,
        r.line_no,
        r.product_code,
        r.batch_no,
        r.supplier_code AS receipt_supplier_code,
        r.received_at,
        r.received_base_qty,
        r.unit_cost,
        r.file_id,
        r.row_no,
        s.po_no,
        s.line_no AS po_line_no,
        s.supplier_code,
        s.unit_price AS order_price,
        s.pack_qty,
        COUNT(*) OVER (PARTITION BY r.location_code, r.receipt_no, r.line_no) > 1 AS is_ambiguous
    FROM candidate AS c
    INNER JOIN mart.receipt_effective AS r
        ON c.location_code = r.location_code AND c.document_no = r.receipt_no AND c.document_line_no = r.line_no
    INNER JOIN mart.order_line_status AS s ON c.po_no = s.po_no AND c.po_line_no = s.line_no
    WHERE r.received_base_qty > 0 AND r.unit_cost IS NOT NULL AND s.unit_price IS NOT NULL
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY r.location_code, r.receipt_no, r.line_no
        ORDER BY ABS(r.unit_cost - s.unit_price), s.line_no, s.po_no
    ) = 1
)

SELECT
    n.location_code,
    n.product_code,
    n.batch_no,
    COALESCE(n.receipt_supplier_code, n.supplier_code) AS supplier_code,
    n.receipt_no AS document_no,
    n.line_no AS document_line_no,
    CAST(n.received_at AS DATE) AS occurred_date,
    CAST(ABS(n.unit_cost - n.order_price) * n.received_base_qty AS DECIMAL(18, 4)) AS amount_at_risk,
    n.received_base_qty AS actual_qty,
    n.unit_cost,
    n.order_price,
    n.unit_cost - n.order_price AS price_difference,
    n.po_no,
    n.po_line_no,
    n.pack_qty,
    -- The price of a whole pack was entered for one unit, or the other way round.
    COALESCE(n.pack_qty > 1 AND (n.unit_cost = n.order_price * n.pack_qty OR n.unit_cost * n.pack_qty = n.order_price), FALSE)
        AS is_pack_price,
    n.is_ambiguous,
    n.file_id,
    n.row_no
FROM nearest AS n
WHERE ABS(n.unit_cost - n.order_price) > n.order_price * $tolerance_share
  AND ABS(n.unit_cost - n.order_price) > $tolerance_price
  AND NOT EXISTS (
      SELECT 1 FROM mart.receipt_duplicate AS d
      WHERE d.location_code = n.location_code AND d.receipt_no = n.receipt_no
  );
/* cases
[[case]]
name = "the cost is 2.50 where 2.00 was ordered"
expect = [{ document_no = "R1", document_line_no = 1, po_no = "PO1", po_line_no = 1, supplier_code = "V1", unit_cost = 2.5, order_price = 2, amount_at_risk = 5 }]
tables.purchase_order_line = '''
po_no | line_no | supplier_code | product_code | ordered_date | ordered_qty | unit_price
PO1   | 1       | V1            | P1           | 2025-03-01   | 10          | 2.00
PO1   | 2       | V1            | P2           | 2025-03-01   | 10          | 3.00
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | product_code | received_qty | unit_cost | received_at
S01           | R1         | 1       | PO1   | P1           | 10           | 2.50      | 2025-03-02 09:00:00
S01           | R1         | 2       | PO1   | P2           | 10           | 3.00      | 2025-03-02 09:00:00
'''

[[case]]
name = "rounding from packs, a missing cost, and two order lines of one product at two prices"
expect = []
tables.purchase_order_line = '''
po_no | line_no | product_code | ordered_date | ordered_qty | unit_price
PO1   | 1       | P1           | 2025-03-01   | 10          | 3.3333
PO1   | 2       | P2           | 2025-03-01   | 10          | 3.00
PO2   | 1       | P3           | 2025-03-01   | 10          | 5.00
PO2   | 2       | P3           | 2025-03-01   | 10          | 4.00
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | product_code | received_qty | unit_cost | received_at
S01           | R1         | 1       | PO1   | P1           | 10           | 3.33      | 2025-03-02 09:00:00
S01           | R1         | 2       | PO1   | P2           | 10           |           | 2025-03-02 09:00:00
S01           | R2         | 1       | PO2   | P3           | 10           | 4.00      | 2025-03-02 09:00:00
S01           | R2         | 2       | PO2   | P3           | 10           | 5.00      | 2025-03-02 09:00:00
'''
*/
