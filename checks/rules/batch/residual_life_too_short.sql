/*
title = "Too little shelf life left at receipt"
title_zh = "收货时剩余保质期不足"
severity = "medium"
assertion = "valuation"
why = "What arrives old must be sold in less time: more of it is marked down or thrown away, at the shop's cost and not the supplier's."
why_zh = "到货已偏陈旧，可售时间变短，折价和报损增多，损失由门店而非供应商承担。"
fix = "Refuse such goods at the door; for these, ask the supplier for a credit or an exchange, and move them to the front."
fix_zh = "此类货物应当场拒收；已收的向供应商索赔或换货，并前置陈列、优先销售。"
message = "Receipt {document_no} line {document_line_no}: {product_code} had {left_days} of {life_days} days left, {required_days} were due"
message_zh = "入库单 {document_no} 第 {document_line_no} 行：{product_code} 保质期 {life_days} 天，收货时剩余 {left_days} 天，应不少于 {required_days} 天"
grain = ["location_code", "document_no", "document_line_no"]
population = """
SELECT
    r.expiry_date,
    COALESCE(
        CASE WHEN p.shelf_life_days > 0 THEN p.shelf_life_days END,
        CASE WHEN r.produced_date < r.expiry_date THEN DATE_DIFF('day', r.produced_date, r.expiry_date) END
    ) AS life_days,
    CASE WHEN COALESCE(s.min_residual_life, $default_share) > 0 THEN COALESCE(s.min_residual_life, $default_share) END
        AS due_share
FROM core.receipt_line AS r
JOIN mart.receipt_effective AS e
    ON e.location_code = r.location_code AND e.receipt_no = r.receipt_no AND e.line_no = r.line_no
LEFT JOIN core.product AS p ON p.product_code = r.product_code
LEFT JOIN core.supplier AS s ON s.supplier_code = e.supplier_code
WHERE e.accepted_base_qty > 0 AND e.receipt_type <> 'return' AND CAST(r.received_at AS DATE) <= $as_of
"""
needs = ["expiry_date", "life_days", "due_share"]
not_applicable = "No goods were accepted on a receipt."
not_applicable_zh = "没有实际收货的入库单。"

[params]
default_share = 0.3333

[param_notes]
default_share = "Share of the shelf life due where the supplier promises none; 0 to test promises alone."

[param_notes_zh]
default_share = "供应商未作承诺时，到货应剩余的保质期比例；0 表示只检查有承诺的。"
*/
-- Share left = (expiry − receipt) ÷ shelf life: the product's, else this line's own by its two dates. Days due are
-- rounded down, so that a promise of two thirds written as 0.67 takes no day from anybody. Goods that had expired are
-- another rule's finding.
WITH aged AS (
    SELECT
        r.location_code,
        r.product_code,
        r.batch_no,
        e.supplier_code,
        r.receipt_no,
        r.line_no,
        CAST(r.received_at AS DATE) AS received_date,
        e.accepted_base_qty,
        r.unit_cost,
        e.line_value,
        r.expiry_date,
        r.produced_date,
        DATE_DIFF('day', CAST(r.received_at AS DATE), r.expiry_date) AS left_days,
        COALESCE(
            CASE WHEN p.shelf_life_days > 0 THEN p.shelf_life_days END,
            CASE WHEN r.produced_date < r.expiry_date THEN DATE_DIFF('day', r.produced_date, r.expiry_date) END
        ) AS life_days,
        COALESCE(s.min_residual_life, $default_share) AS due_share,
        CASE WHEN s.min_residual_life IS NOT NULL THEN 'supplier' ELSE 'default' END AS due_by,
        r.file_id,
        r.row_no
    FROM core.receipt_line AS r
    JOIN mart.receipt_effective AS e
        ON e.location_code = r.location_code AND e.receipt_no = r.receipt_no AND e.line_no = r.line_no
    LEFT JOIN core.product AS p ON p.product_code = r.product_code
    LEFT JOIN core.supplier AS s ON s.supplier_code = e.supplier_code
    WHERE e.accepted_base_qty > 0
      AND e.receipt_type <> 'return'
      AND CAST(r.received_at AS DATE) <= $as_of
)

SELECT
    location_code,
    product_code,
    batch_no,
    supplier_code,
    receipt_no AS document_no,
    line_no AS document_line_no,
    received_date AS occurred_date,
    accepted_base_qty AS actual_qty,
    COALESCE(accepted_base_qty * unit_cost, line_value) AS amount_at_risk,
    produced_date,
    expiry_date,
    left_days,
    life_days,
    CAST(FLOOR(due_share * life_days) AS INTEGER) AS required_days,
    due_share,
    due_by,
    file_id,
    row_no
FROM aged
WHERE left_days >= 0
  AND due_share > 0
  AND left_days < FLOOR(due_share * life_days);
/* cases
[[case]]
name = "a day short of the supplier's two thirds, known through the order; short of the default; a life known by two dates"
expect = [
  { document_no = "R1", document_line_no = 1, supplier_code = "V1", left_days = 19, required_days = 20, due_by = "supplier", amount_at_risk = 8 },
  { document_no = "R1", document_line_no = 2, supplier_code = "V1", left_days = 10 },
  { document_no = "R2", document_line_no = 1, supplier_code = "V2", left_days = 9, life_days = 30, required_days = 12, due_by = "default" },
  { document_no = "R2", document_line_no = 2, product_code = "P9", life_days = 100, required_days = 40 },
]
params = { default_share = 0.4 }
tables.supplier = '''
supplier_code | min_residual_life
V1            | 0.67
V2            |
'''
tables.product = '''
product_code | shelf_life_days
P1           | 30
'''
tables.purchase_order_line = '''
po_no | line_no | supplier_code | product_code | ordered_date | ordered_qty
PO1   | 1       | V1            | P1           | 2025-02-01   | 10
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | supplier_code | product_code | produced_date | expiry_date | received_qty | rejected_qty | unit_cost | received_at         | status
S01           | R1         | 1       |       | V1            | P1           |               | 2025-02-20  | 5            | 1            | 2         | 2025-02-01 09:00:00 | approved
S01           | R1         | 2       | PO1   |               | P1           |               | 2025-02-11  | 5            |              |           | 2025-02-01 09:00:00 | approved
S01           | R2         | 1       |       | V2            | P1           |               | 2025-02-10  | 5            |              |           | 2025-02-01 09:00:00 | approved
S01           | R2         | 2       |       |               | P9           | 2024-11-22    | 2025-03-02  | 5            |              |           | 2025-02-01 09:00:00 | approved
'''

[[case]]
name = "two thirds to the day, more than the default, expired, no date, no life, all rejected, sent back"
expect = []
tables.supplier = '''
supplier_code | min_residual_life
V1            | 0.67
'''
tables.product = '''
product_code | shelf_life_days
P1           | 30
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | receipt_type | supplier_code | product_code | expiry_date | received_qty | rejected_qty | received_at         | status
S01           | R1         | 1       | normal       | V1            | P1           | 2025-02-21  | 5            |              | 2025-02-01 09:00:00 | approved
S01           | R1         | 2       | normal       | V2            | P1           | 2025-02-10  | 5            |              | 2025-02-01 09:00:00 | approved
S01           | R1         | 3       | normal       | V1            | P1           | 2025-01-30  | 5            |              | 2025-02-01 09:00:00 | approved
S01           | R1         | 4       | normal       | V1            | P1           |             | 5            |              | 2025-02-01 09:00:00 | approved
S01           | R1         | 5       | normal       | V1            | P2           | 2025-02-03  | 5            |              | 2025-02-01 09:00:00 | approved
S01           | R1         | 6       | normal       | V1            | P1           | 2025-02-03  | 5            | 5            | 2025-02-01 09:00:00 | approved
S01           | R2         | 1       | return       | V1            | P1           | 2025-02-03  | 5            |              | 2025-02-01 09:00:00 | approved
'''
*/
