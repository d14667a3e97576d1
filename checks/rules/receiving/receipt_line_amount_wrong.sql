/*
title = "Line amount is not quantity times cost"
title_zh = "入库金额与数量、单价不符"
severity = "medium"
assertion = "valuation"
why = "One of the three figures is wrong: stock is valued at one of them, the supplier paid at another."
why_zh = "数量、单价、金额中必有一个是错的：库存按其中一个计价，货款却按另一个支付。"
fix = "Compare the line with the delivery note and the order, and correct whichever of quantity, cost and amount was mistyped."
fix_zh = "与送货单和订单核对，更正录错的数量、单价或金额。"
message = "Receipt {document_no} line {document_line_no}: amount {line_amount}, but {received_qty} at {unit_cost} make {expected_amount}"
message_zh = "入库单 {document_no} 第 {document_line_no} 行：金额 {line_amount}，而 {received_qty} × {unit_cost} = {expected_amount}"
grain = ["location_code", "document_no", "document_line_no"]
population = "SELECT * FROM mart.receipt_effective"
needs = ["received_base_qty", "unit_cost", "line_amount"]
not_applicable = "No receipts are loaded."
not_applicable_zh = "没有载入入库单。"

[params]
tolerance_price = 0.01
tolerance_share = 0.005

[param_notes]
tolerance_price = "Amount per base unit by which a cost may be rounded."
tolerance_share = "Share of the computed amount by which the line may differ."

[param_notes_zh]
tolerance_price = "每基本单位成本允许的四舍五入差额。"
tolerance_share = "行金额允许偏离计算金额的比例。"
*/
-- The amount may be of what arrived or of what was accepted. Signs are aligned by the model, since sources write the
-- amount of a return either way. Exports that repeat the document's total on every line are right where that total is.
-- A receipt entered twice is looked at once.
WITH totalled AS (
    SELECT location_code, receipt_no
    FROM mart.receipt_effective
    GROUP BY location_code, receipt_no
    HAVING COUNT(*) > 1 AND COUNT(*) = COUNT(line_amount) AND COUNT(*) = COUNT(unit_cost)
       AND MIN(line_amount) = MAX(line_amount)
       AND ABS(MIN(line_amount) - SUM(received_base_qty * unit_cost)) <= GREATEST(
           SUM(ABS(received_base_qty)) * $tolerance_price, ABS(SUM(received_base_qty * unit_cost)) * $tolerance_share
       )
)

SELECT
    r.location_code,
    r.product_code,
    r.batch_no,
    r.supplier_code,
    r.receipt_no AS document_no,
    r.line_no AS document_line_no,
    CAST(r.received_at AS DATE) AS occurred_date,
    CAST(ABS(r.line_amount - r.received_base_qty * r.unit_cost) AS DECIMAL(18, 4)) AS amount_at_risk,
    r.line_amount,
    CAST(r.received_base_qty * r.unit_cost AS DECIMAL(18, 4)) AS expected_amount,
    r.received_base_qty AS received_qty,
    r.rejected_base_qty AS rejected_qty,
    r.unit_cost,
    r.file_id,
    r.row_no
FROM mart.receipt_effective AS r
LEFT JOIN totalled AS t ON r.location_code = t.location_code AND r.receipt_no = t.receipt_no
WHERE t.receipt_no IS NULL
  AND ABS(r.line_amount - r.received_base_qty * r.unit_cost) > ABS(r.received_base_qty) * $tolerance_price
  AND ABS(r.line_amount - r.received_base_qty * r.unit_cost)
  > ABS(r.received_base_qty * r.unit_cost) * $tolerance_share
  AND (
      ABS(r.line_amount - r.accepted_base_qty * r.unit_cost) > ABS(r.accepted_base_qty) * $tolerance_price
      AND ABS(r.line_amount - r.accepted_base_qty * r.unit_cost)
      > ABS(r.accepted_base_qty * r.unit_cost) * $tolerance_share
  )
  AND NOT EXISTS (
      SELECT 1 FROM mart.receipt_duplicate AS d
      WHERE d.location_code = r.location_code AND d.receipt_no = r.receipt_no
  );
/* cases
[[case]]
name = "digits swapped in the amount, and an amount for goods that did not come"
expect = [
    { location_code = "S01", document_no = "R1", document_line_no = 1, line_amount = 213, expected_amount = 231, amount_at_risk = 18 },
    { document_no = "R1", document_line_no = 2, line_amount = 5, expected_amount = 0, amount_at_risk = 5 },
]
tables.receipt_line = '''
location_code | receipt_no | line_no | product_code | received_qty | unit_cost | line_amount | received_at
S01           | R1         | 1       | P1           | 10           | 23.10     | 213.00      | 2025-03-02 09:00:00
S01           | R1         | 2       | P2           | 0            | 5.00      | 5.00        | 2025-03-02 09:00:00
S01           | R1         | 3       | P3           | 2            | 5.00      | 10.00       | 2025-03-02 09:00:00
'''

[[case]]
name = "rounded costs and amounts, rejected goods left out, a return in either sign, a gift, a figure missing, the document's total on each line"
expect = []
tables.receipt_line = '''
location_code | receipt_no | line_no | receipt_type | product_code | received_qty | rejected_qty | unit_cost | line_amount | received_at
S01           | R1         | 1       | normal       | P1           | 3            |              | 3.33      | 10.00       | 2025-03-02 09:00:00
S01           | R1         | 2       | normal       | P2           | 1.235        |              | 19.99     | 24.69       | 2025-03-02 09:00:00
S01           | R1         | 3       | normal       | P3           | 10           | 2            | 5.00      | 40.00       | 2025-03-02 09:00:00
S01           | R1         | 4       | normal       | P4           | 10           | 2            | 5.00      | 50.00       | 2025-03-02 09:00:00
S01           | R1         | 5       | normal       | P5           | 10           |              | 0.00      | 0.00        | 2025-03-02 09:00:00
S01           | R1         | 6       | normal       | P6           | 10           |              |           | 70.00       | 2025-03-02 09:00:00
S01           | R1         | 7       | normal       | P7           | 1000         |              | 99.99     | 100000.00   | 2025-03-02 09:00:00
S01           | R2         | 1       | return       | P1           | 3            |              | 4.00      | 12.00       | 2025-03-03 09:00:00
S01           | R2         | 2       | return       | P2           | 3            |              | 4.00      | -12.00      | 2025-03-03 09:00:00
S01           | R2         | 3       | return       | P3           | -3           |              | 4.00      | -12.00      | 2025-03-03 09:00:00
S01           | R3         | 1       | normal       | P1           | 3            |              | 4.00      | 37.00       | 2025-03-03 09:00:00
S01           | R3         | 2       | normal       | P2           | 5            |              | 5.00      | 37.00       | 2025-03-03 09:00:00
'''
*/
