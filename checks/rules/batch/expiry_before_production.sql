/*
title = "Expiry before production"
title_zh = "有效期早于生产日期"
severity = "medium"
assertion = "accuracy"
why = "One of the two dates is mistyped, so the batch will be called expired too early or too late."
why_zh = "两个日期必有一个录入错误，该批次会被过早或过晚判为过期。"
fix = "Read both dates off the goods and correct them."
fix_zh = "核对实物上的两个日期并更正。"
message = "{product_code} batch {batch_no}: expires {expiry_date}, before it was produced {produced_date}"
message_zh = "{product_code} 批号 {batch_no}：有效期 {expiry_date} 早于生产日期 {produced_date}"
grain = ["kind", "location_code", "document_no", "document_line_no", "product_code", "batch_no"]
population = """
SELECT product_code, batch_no, produced_date, expiry_date
FROM core.receipt_line
WHERE (status IS NULL OR status NOT IN ('draft', 'rejected', 'cancelled'))
  AND (received_at IS NULL OR CAST(received_at AS DATE) <= $as_of)
UNION ALL
SELECT product_code, batch_no, produced_date, expiry_date FROM core.batch
"""
needs = ["produced_date", "expiry_date"]
*/
-- Goods that expire on the day they are made are unusual, not impossible.
SELECT
    'receipt' AS kind,
    location_code,
    product_code,
    batch_no,
    supplier_code,
    receipt_no AS document_no,
    line_no AS document_line_no,
    CAST(received_at AS DATE) AS occurred_date,
    received_qty AS actual_qty,
    COALESCE(line_amount, received_qty * unit_cost) AS amount_at_risk,
    produced_date,
    expiry_date,
    file_id,
    row_no
FROM core.receipt_line
WHERE expiry_date < produced_date
  AND (status IS NULL OR status NOT IN ('draft', 'rejected', 'cancelled'))
  AND (received_at IS NULL OR CAST(received_at AS DATE) <= $as_of)
UNION ALL
SELECT
    'batch master', NULL, product_code, batch_no, NULL, NULL, NULL, expiry_date, NULL, NULL, produced_date, expiry_date,
    file_id, row_no
FROM core.batch
WHERE expiry_date < produced_date;
/* cases
[[case]]
name = "on a receipt and in the batch master"
expect = [
  { kind = "receipt", document_no = "R1", document_line_no = 1, product_code = "P1", batch_no = "B1", expiry_date = 2025-01-31 },
  { kind = "batch master", product_code = "P2", batch_no = "B9" },
]
tables.batch = '''
product_code | batch_no | produced_date | expiry_date
P2           | B9       | 2025-02-01    | 2025-01-01
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | product_code | batch_no | produced_date | expiry_date | received_qty | received_at         | status
S01           | R1         | 1       | P1           | B1       | 2025-02-01    | 2025-01-31  | 5            | 2025-02-05 09:00:00 | approved
'''

[[case]]
name = "the same day, one date unknown, a rejected receipt"
expect = []
tables.receipt_line = '''
location_code | receipt_no | line_no | product_code | batch_no | produced_date | expiry_date | received_qty | received_at         | status
S01           | R1         | 1       | P1           | B1       | 2025-02-01    | 2025-02-01  | 5            | 2025-02-05 09:00:00 | approved
S01           | R1         | 2       | P1           | B2       |               | 2025-02-01  | 5            | 2025-02-05 09:00:00 | approved
S01           | R2         | 1       | P1           | B3       | 2025-02-01    | 2025-01-01  | 5            | 2025-02-05 09:00:00 | rejected
'''
*/
