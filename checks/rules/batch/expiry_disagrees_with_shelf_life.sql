/*
title = "Expiry date disagrees with the shelf life"
title_zh = "有效期与保质期不符"
severity = "medium"
assertion = "accuracy"
why = "One of the three is wrong: good stock is thrown away too early, or goods stay on the shelf past their day."
why_zh = "生产日期、有效期、保质期三者必有一错：要么好货提前下架，要么过期仍在销售。"
fix = "Read both dates off the package and correct the receipt; where they are right, correct the product's shelf life."
fix_zh = "核对实物包装上的两个日期并更正入库单；日期无误则更正商品档案的保质期。"
message = "Receipt {document_no} line {document_line_no}: {product_code} produced {produced_date}, expires {expiry_date}: {stated_days} days instead of {shelf_life_days}"
message_zh = "入库单 {document_no} 第 {document_line_no} 行：{product_code} 生产 {produced_date}，到期 {expiry_date}，相隔 {stated_days} 天，保质期应为 {shelf_life_days} 天"
grain = ["location_code", "document_no", "document_line_no"]
population = """
SELECT r.produced_date, r.expiry_date
FROM core.receipt_line AS r
JOIN core.product AS p ON p.product_code = r.product_code
WHERE p.shelf_life_days > 0
  AND (r.receipt_type IS NULL OR r.receipt_type <> 'return')
  AND (r.status IS NULL OR r.status NOT IN ('draft', 'rejected', 'cancelled'))
  AND (r.received_at IS NULL OR CAST(r.received_at AS DATE) <= $as_of)
"""
needs = ["produced_date", "expiry_date"]
not_applicable = "No receipt is of a product with a known shelf life."
not_applicable_zh = "入库单中没有已知保质期的商品。"

[params]
tolerance_days = 2
tolerance_share = 0.03

[param_notes]
tolerance_days = "Days by which the two may differ; the greater of this and tolerance_share holds."
tolerance_share = "Share of the shelf life by which they may differ: months have 28 to 31 days."

[param_notes_zh]
tolerance_days = "两者允许相差的天数；与 tolerance_share 取较大者。"
tolerance_share = "允许相差占保质期的比例：每月 28 至 31 天，按月计会有出入。"
*/
-- Of goods that keep 90 days or more often only month and year are printed: an expiry on the last day of a month may be
-- up to a month later than the days say. An expiry before production is another rule's finding.
WITH dated AS (
    SELECT
        r.location_code,
        r.product_code,
        r.batch_no,
        r.supplier_code,
        r.receipt_no,
        r.line_no,
        r.received_at,
        r.received_qty,
        r.line_amount,
        r.unit_cost,
        r.produced_date,
        r.expiry_date,
        p.shelf_life_days,
        DATE_DIFF('day', r.produced_date, r.expiry_date) AS stated_days,
        DATE_DIFF('day', r.produced_date, r.expiry_date) - p.shelf_life_days AS difference_days,
        GREATEST($tolerance_days, $tolerance_share * p.shelf_life_days) AS allowed_days,
        CASE
            WHEN p.shelf_life_days >= 90 AND EXTRACT(DAY FROM r.expiry_date + 1) = 1 THEN 30
            ELSE 0
        END AS month_days,
        r.file_id,
        r.row_no
    FROM core.receipt_line AS r
    JOIN core.product AS p ON p.product_code = r.product_code
    WHERE p.shelf_life_days > 0
      AND r.produced_date <= r.expiry_date
      AND (r.receipt_type IS NULL OR r.receipt_type <> 'return')
      AND (r.status IS NULL OR r.status NOT IN ('draft', 'rejected', 'cancelled'))
      AND (r.received_at IS NULL OR CAST(r.received_at AS DATE) <= $as_of)
)

SELECT
    location_code,
    product_code,
    batch_no,
    supplier_code,
    receipt_no AS document_no,
    line_no AS document_line_no,
    CAST(received_at AS DATE) AS occurred_date,
    received_qty AS actual_qty,
    ABS(COALESCE(line_amount, received_qty * unit_cost)) AS amount_at_risk,
    produced_date,
    expiry_date,
    stated_days,
    shelf_life_days,
    difference_days,
    produced_date + CAST(shelf_life_days AS INTEGER) AS computed_expiry_date,
    file_id,
    row_no
FROM dated
WHERE difference_days < -allowed_days OR difference_days > allowed_days + month_days;
/* cases
[[case]]
name = "a year of difference, a month too short, and two days beyond a short life's tolerance"
expect = [
  { document_no = "R1", document_line_no = 1, stated_days = 730, shelf_life_days = 365, difference_days = 365, amount_at_risk = 10 },
  { document_no = "R1", document_line_no = 2, difference_days = -30, computed_expiry_date = 2025-07-31 },
  { document_no = "R1", document_line_no = 3, difference_days = 3 },
]
tables.product = '''
product_code | shelf_life_days
P1           | 365
P2           | 180
P3           | 7
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | product_code | produced_date | expiry_date | received_qty | unit_cost | received_at         | status
S01           | R1         | 1       | P1           | 2025-01-01    | 2027-01-01  | 5            | 2         | 2025-02-05 09:00:00 | approved
S01           | R1         | 2       | P2           | 2025-02-01    | 2025-07-01  | 5            |           | 2025-02-05 09:00:00 | approved
S01           | R1         | 3       | P3           | 2025-02-01    | 2025-02-11  | 5            |           | 2025-02-05 09:00:00 | approved
'''

[[case]]
name = "lives of 12, 6 and 1 months to the day, less a day, to the end of the month; a missing date, an order of dates, a draft"
expect = []
tables.product = '''
product_code | shelf_life_days
P1           | 360
P2           | 180
P3           | 30
P4           | 365
P5           |
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | product_code | produced_date | expiry_date | received_qty | received_at         | status
S01           | R1         | 1       | P1           | 2025-01-01    | 2026-01-01  | 5            | 2025-02-05 09:00:00 | approved
S01           | R1         | 2       | P4           | 2025-01-01    | 2025-12-31  | 5            | 2025-02-05 09:00:00 | approved
S01           | R1         | 3       | P2           | 2025-01-31    | 2025-07-31  | 5            | 2025-02-05 09:00:00 | approved
S01           | R1         | 4       | P3           | 2025-02-01    | 2025-03-01  | 5            | 2025-02-05 09:00:00 | approved
S01           | R1         | 5       | P4           | 2025-01-05    | 2026-01-31  | 5            | 2025-02-05 09:00:00 | approved
S01           | R1         | 6       | P4           |               | 2029-01-31  | 5            | 2025-02-05 09:00:00 | approved
S01           | R1         | 7       | P4           | 2025-03-01    | 2025-01-31  | 5            | 2025-02-05 09:00:00 | approved
S01           | R1         | 8       | P5           | 2025-01-01    | 2029-01-31  | 5            | 2025-02-05 09:00:00 | approved
S01           | R2         | 1       | P4           | 2025-01-01    | 2029-01-31  | 5            | 2025-02-05 09:00:00 | draft
'''
*/
