/*
title = "Received after its expiry date"
title_zh = "收货时已过期"
severity = "critical"
assertion = "existence"
why = "Goods that had expired on arrival cannot be sold: what was paid for them is lost, and on the shelf they are a danger."
why_zh = "到货时已过期的商品不能销售：货款白付，上架更有食品安全风险。"
fix = "Look at the goods now. If the date is right, take them off the shelf, return them and claim the credit; if it was mistyped, correct the receipt."
fix_zh = "立即核对实物：确已过期的下架退货并索赔；日期录错的更正入库单。"
message = "Receipt {document_no} line {document_line_no}: {actual_qty} of {product_code} expired {expiry_date}, {days_expired} days before they were received"
message_zh = "入库单 {document_no} 第 {document_line_no} 行：{product_code} 数量 {actual_qty}，有效期 {expiry_date}，收货时已过期 {days_expired} 天"
grain = ["location_code", "document_no", "document_line_no"]
population = """
SELECT *
FROM core.receipt_line
WHERE received_qty - COALESCE(rejected_qty, 0) > 0
  AND (receipt_type IS NULL OR receipt_type <> 'return')
  AND (status IS NULL OR status NOT IN ('draft', 'rejected', 'cancelled'))
  AND (received_at IS NULL OR CAST(received_at AS DATE) <= $as_of)
"""
needs = ["expiry_date", "received_at"]
not_applicable = "No goods were accepted on a receipt."
not_applicable_zh = "没有实际收货的入库单。"
*/
-- On its last good day a batch is still good. Goods that were rejected at the door, and reversals, were not taken in.
SELECT
    location_code,
    product_code,
    batch_no,
    supplier_code,
    receipt_no AS document_no,
    line_no AS document_line_no,
    CAST(received_at AS DATE) AS occurred_date,
    0 AS expected_qty,
    received_qty - COALESCE(rejected_qty, 0) AS actual_qty,
    received_qty - COALESCE(rejected_qty, 0) AS difference_qty,
    CASE
        WHEN unit_cost IS NOT NULL THEN (received_qty - COALESCE(rejected_qty, 0)) * unit_cost
        ELSE line_amount
    END AS amount_at_risk,
    expiry_date,
    produced_date,
    DATE_DIFF('day', expiry_date, CAST(received_at AS DATE)) AS days_expired,
    file_id,
    row_no
FROM core.receipt_line
WHERE expiry_date < CAST(received_at AS DATE)
  AND received_qty - COALESCE(rejected_qty, 0) > 0
  AND (receipt_type IS NULL OR receipt_type <> 'return')
  AND (status IS NULL OR status NOT IN ('draft', 'rejected', 'cancelled'))
  AND CAST(received_at AS DATE) <= $as_of;
/* cases
[[case]]
name = "a day past its date, part of it rejected"
expect = [{ document_no = "R1", document_line_no = 1, days_expired = 1, actual_qty = 8, amount_at_risk = 16 }]
tables.receipt_line = '''
location_code | receipt_no | line_no | product_code | batch_no | expiry_date | received_qty | rejected_qty | unit_cost | received_at         | status
S01           | R1         | 1       | P1           | B1       | 2025-02-04  | 10           | 2            | 2         | 2025-02-05 09:00:00 | approved
'''

[[case]]
name = "on its last day, without a date, all rejected, sent back, reversed, a draft"
expect = []
tables.receipt_line = '''
location_code | receipt_no | line_no | receipt_type | product_code | batch_no | expiry_date | received_qty | rejected_qty | received_at         | status
S01           | R1         | 1       | normal       | P1           | B1       | 2025-02-05  | 10           |              | 2025-02-05 21:00:00 | approved
S01           | R1         | 2       | normal       | P1           | B2       |             | 10           |              | 2025-02-05 21:00:00 | approved
S01           | R1         | 3       | normal       | P1           | B3       | 2025-02-01  | 10           | 10           | 2025-02-05 21:00:00 | approved
S01           | R2         | 1       | return       | P1           | B3       | 2025-02-01  | 10           |              | 2025-02-05 21:00:00 | approved
S01           | R3         | 1       |              | P1           | B3       | 2025-02-01  | -10          |              | 2025-02-05 21:00:00 | approved
S01           | R4         | 1       | normal       | P1           | B3       | 2025-02-01  | 10           |              | 2025-02-05 21:00:00 | draft
'''
*/
