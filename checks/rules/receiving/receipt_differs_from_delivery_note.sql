/*
title = "Receipt differs from the delivery note"
title_zh = "入库与送货单不符"
severity = "high"
assertion = "accuracy"
why = "What the supplier says was delivered is what the supplier will bill; the difference is goods lost, unpaid or mistyped."
why_zh = "供应商将按送货单开票；差额意味着少收、多收或录入错误。"
fix = "Check the signed delivery note. Claim what did not come, or correct the receipt where it was mistyped."
fix_zh = "查看签收的送货单。缺少的向供应商索赔，录错的更正入库单。"
message = "Delivery note {document_no}, product {product_code}: {expected_qty} delivered, {actual_qty} received"
message_zh = "送货单 {document_no} 商品 {product_code}：送货 {expected_qty}，实收 {actual_qty}"
grain = ["supplier_code", "document_no", "product_code", "batch_no"]
population = "SELECT * FROM mart.delivery_match WHERE receipt_count > 0"
needs = ["product_code"]
not_applicable = "No delivery note that is loaded is cited by a receipt."
not_applicable_zh = "没有被入库单引用的送货单。"

[params]
tolerance_qty = 0
tolerance_share = 0

[param_notes]
tolerance_qty = "Base units by which received may differ from delivered."
tolerance_share = "Share of the delivered quantity by which received may differ."

[param_notes_zh]
tolerance_qty = "入库数量与送货数量允许相差多少（基本单位）。"
tolerance_share = "入库数量允许偏离送货数量的比例。"
*/
-- Received counts rejected goods: they arrived. All receipts citing the note are summed, repeated ones left out. A note
-- that no receipt cites is delivery_without_receipt; a pack taken for a piece is receipt_pack_factor_error.
SELECT
    m.location_code,
    m.product_code,
    m.batch_no,
    m.supplier_code,
    m.delivery_note_no AS document_no,
    COALESCE(CAST(m.received_at AS DATE), m.delivered_date) AS occurred_date,
    m.delivered_qty AS expected_qty,
    m.received_qty AS actual_qty,
    m.received_qty - m.delivered_qty AS difference_qty,
    CAST(
        ABS(m.received_qty - m.delivered_qty) * COALESCE(m.unit_cost, o.unit_price) AS DECIMAL(18, 4)
    ) AS amount_at_risk,
    m.po_no,
    m.receipt_no,
    m.receipt_count,
    m.rejected_qty,
    m.delivered_date,
    m.file_id,
    m.row_no
FROM mart.delivery_match AS m
LEFT JOIN (
    SELECT UPPER(po_no) AS po_key, product_key, MAX(unit_price) AS unit_price
    FROM mart.order_line_status
    GROUP BY UPPER(po_no), product_key
) AS o ON UPPER(m.po_no) = o.po_key AND m.product_key = o.product_key
WHERE m.receipt_count > 0
  AND ABS(m.received_qty - m.delivered_qty) > $tolerance_qty
  AND ABS(m.received_qty - m.delivered_qty) > m.delivered_qty * $tolerance_share
  AND NOT EXISTS (
      SELECT 1
      FROM mart.receipt_pack_error AS e
      INNER JOIN mart.receipt_effective AS r
          ON e.location_code = r.location_code AND e.receipt_no = r.receipt_no AND e.receipt_line_no = r.line_no
      WHERE r.delivery_note_key = m.delivery_note_key AND r.product_key = m.product_key
        AND r.supplier_code = m.supplier_code
  );
/* cases
[[case]]
name = "ten delivered, eight received; a product of the note that is on no receipt; one that is not on the note"
expect = [
    { document_no = "DN-1", product_code = "P1", expected_qty = 10, actual_qty = 8, difference_qty = -2, amount_at_risk = 4 },
    { document_no = "DN-1", product_code = "P2", expected_qty = 5, actual_qty = 0 },
    { document_no = "DN-1", product_code = "P3", expected_qty = 0, actual_qty = 5 },
]
tables.delivery_note_line = '''
supplier_code | delivery_note_no | line_no | location_code | product_code | delivered_date | delivered_qty
V1            | DN-1             | 1       | S01           | P1           | 2025-03-02     | 10
V1            | DN-1             | 2       | S01           | P2           | 2025-03-02     | 5
V1            | DN-2             | 1       | S01           | P2           | 2025-03-02     | 5
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | delivery_note_no | supplier_code | product_code | received_qty | unit_cost | received_at
S01           | R1         | 1       | dn1              | V1            | P1           | 8            | 2         | 2025-03-02 09:00:00
S01           | R1         | 2       | dn1              | V1            | P3           | 5            | 2         | 2025-03-02 09:00:00
'''

[[case]]
name = "two receipts make up the note, rejected goods arrived too, a batch that only one side knows"
expect = []
tables.delivery_note_line = '''
supplier_code | delivery_note_no | line_no | product_code | batch_no | delivered_date | delivered_qty
V1            | DN-1             | 1       | P1           | B1       | 2025-03-02     | 6
V1            | DN-1             | 2       | P1           | B2       | 2025-03-02     | 4
V1            | DN-1             | 3       | P2           | B7       | 2025-03-02     | 5
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | delivery_note_no | supplier_code | product_code | batch_no | received_qty | rejected_qty | received_at
S01           | R1         | 1       | DN-1             | V1            | P1           | B1       | 6            | 1            | 2025-03-02 09:00:00
S01           | R2         | 1       | DN-1             |               | P1           | B2       | 4            |              | 2025-03-03 09:00:00
S01           | R2         | 2       | DN-1             |               | P2           |          | 5            |              | 2025-03-03 09:00:00
'''

[[case]]
name = "a note received twice is the duplicate's finding; another supplier's note of the same number is another note"
expect = []
tables.delivery_note_line = '''
supplier_code | delivery_note_no | line_no | product_code | delivered_date | delivered_qty
V1            | 100              | 1       | P1           | 2025-03-02     | 10
V2            | 100              | 1       | P1           | 2025-03-02     | 7
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | delivery_note_no | supplier_code | product_code | received_qty | received_at
S01           | R1         | 1       | 100              | V1            | P1           | 10           | 2025-03-02 09:00:00
S01           | R2         | 1       | 100              | V1            | P1           | 10           | 2025-03-02 10:00:00
S01           | R3         | 1       | 100              | V2            | P1           | 7            | 2025-03-02 11:00:00
'''
*/
