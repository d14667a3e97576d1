/*
title = "One batch with two expiry dates"
title_zh = "同一批次有多个有效期"
severity = "high"
assertion = "accuracy"
why = "The book cannot say when this batch expires: part of it will be sold too late, or cleared too early."
why_zh = "账上无法判断该批次何时到期：部分会过期仍销售，或被提前清退。"
fix = "Read the date off the goods of this batch and correct the document or the batch master that is wrong; if they really are two batches, number them apart."
fix_zh = "核对该批次实物上的日期，更正录错的入库单或批次档案；若确为两批货，分别编批号。"
message = "{product_code} batch {batch_no} has {expiry_dates} expiry dates, from {first_expiry_date} ({first_source}) to {last_expiry_date} ({last_source})"
message_zh = "{product_code} 批号 {batch_no} 有 {expiry_dates} 个有效期，最早 {first_expiry_date}（{first_source}），最晚 {last_expiry_date}（{last_source}）"
words."batch master" = ["batch master", "批次档案"]
grain = ["product_key", "batch_key"]
population = """
SELECT UPPER(product_code) AS product_key, UPPER(batch_no) AS batch_key
FROM (
    SELECT product_code, batch_no, expiry_date FROM core.receipt_line
    WHERE (status IS NULL OR status NOT IN ('draft', 'rejected', 'cancelled'))
      AND (received_at IS NULL OR CAST(received_at AS DATE) <= $as_of)
    UNION ALL
    SELECT product_code, batch_no, expiry_date FROM core.batch
) AS stated
WHERE product_code IS NOT NULL AND COALESCE(batch_no, '') <> '' AND expiry_date IS NOT NULL
GROUP BY UPPER(product_code), UPPER(batch_no)
"""
not_applicable = "No batch is stated with an expiry date."
not_applicable_zh = "没有带有效期的批次。"
*/
-- Stated by receipts that count and by the batch master. At risk is what was received of the batch.
WITH stated AS (
    SELECT
        UPPER(product_code) AS product_key,
        UPPER(batch_no) AS batch_key,
        product_code,
        batch_no,
        location_code,
        supplier_code,
        receipt_no AS document_no,
        received_at,
        expiry_date,
        CASE WHEN receipt_type = 'return' THEN 0 ELSE received_qty END AS received_qty,
        CASE WHEN receipt_type = 'return' THEN 0 ELSE COALESCE(line_amount, received_qty * unit_cost) END AS line_value
    FROM core.receipt_line
    WHERE (status IS NULL OR status NOT IN ('draft', 'rejected', 'cancelled'))
      AND (received_at IS NULL OR CAST(received_at AS DATE) <= $as_of)
      AND product_code IS NOT NULL
      AND COALESCE(batch_no, '') <> ''
      AND expiry_date IS NOT NULL
    UNION ALL
    SELECT
        UPPER(product_code),
        UPPER(batch_no),
        product_code,
        batch_no,
        NULL,
        NULL,
        NULL,
        NULL,
        expiry_date,
        NULL,
        NULL
    FROM core.batch
    WHERE COALESCE(batch_no, '') <> '' AND expiry_date IS NOT NULL
),

disputed AS (
    SELECT
        product_key,
        batch_key,
        COUNT(DISTINCT expiry_date) AS expiry_dates,
        MIN(expiry_date) AS first_expiry_date,
        MAX(expiry_date) AS last_expiry_date
    FROM stated
    GROUP BY product_key, batch_key
    HAVING COUNT(DISTINCT expiry_date) > 1
),

-- One document for each date; the master where no receipt says it.
source AS (
    SELECT
        s.product_key,
        s.batch_key,
        s.expiry_date,
        COALESCE(MIN(s.document_no), 'batch master') AS source
    FROM stated AS s
    JOIN disputed AS d ON d.product_key = s.product_key AND d.batch_key = s.batch_key
    GROUP BY s.product_key, s.batch_key, s.expiry_date
)

SELECT
    CASE WHEN COUNT(DISTINCT s.location_code) = 1 THEN MIN(s.location_code) END AS location_code,
    MIN(s.product_code) AS product_code,
    MIN(s.batch_no) AS batch_no,
    CASE WHEN COUNT(DISTINCT s.supplier_code) = 1 THEN MIN(s.supplier_code) END AS supplier_code,
    CAST(MIN(s.received_at) AS DATE) AS occurred_date,
    SUM(s.received_qty) AS actual_qty,
    ABS(SUM(s.line_value)) AS amount_at_risk,
    s.product_key,
    s.batch_key,
    d.expiry_dates,
    d.first_expiry_date,
    d.last_expiry_date,
    COUNT(DISTINCT s.supplier_code) AS suppliers,
    COUNT(s.document_no) AS receipt_lines,
    f.source AS first_source,
    l.source AS last_source
FROM stated AS s
JOIN disputed AS d ON d.product_key = s.product_key AND d.batch_key = s.batch_key
JOIN source AS f
    ON f.product_key = d.product_key AND f.batch_key = d.batch_key AND f.expiry_date = d.first_expiry_date
JOIN source AS l ON l.product_key = d.product_key AND l.batch_key = d.batch_key AND l.expiry_date = d.last_expiry_date
GROUP BY
    s.product_key, s.batch_key, d.expiry_dates, d.first_expiry_date, d.last_expiry_date, f.source, l.source;
/* cases
[[case]]
name = "two receipts that disagree, in other capitals, and a receipt against the master"
expect = [
  { product_code = "P1", batch_no = "B1", first_expiry_date = 2025-06-01, last_expiry_date = 2025-07-01, first_source = "R1", last_source = "R2", amount_at_risk = 30, actual_qty = 15, location_code = "" },
  { product_code = "P2", batch_no = "B1", expiry_dates = 2, first_source = "batch master", last_source = "R1", location_code = "S01" },
]
tables.batch = '''
product_code | batch_no | expiry_date
P2           | B1       | 2025-06-02
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | product_code | batch_no | expiry_date | received_qty | unit_cost | received_at         | status
S01           | R1         | 1       | P1           | B1       | 2025-06-01  | 10           | 2         | 2025-02-05 09:00:00 | approved
S02           | R2         | 1       | p1           | b1       | 2025-07-01  | 5            | 2         | 2025-02-06 09:00:00 |
S01           | R1         | 2       | P2           | B1       | 2025-06-03  | 5            |           | 2025-02-05 09:00:00 | approved
S01           | R1         | 3       | P2           | B1       | 2025-06-03  | 5            |           | 2025-02-05 09:00:00 | approved
'''

[[case]]
name = "one date on several receipts, none on one, another product's batch of that number, no batch, a cancelled receipt"
expect = []
tables.batch = '''
product_code | batch_no | expiry_date
P1           | B1       | 2025-06-01
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | product_code | batch_no | expiry_date | received_qty | received_at         | status
S01           | R1         | 1       | P1           | B1       | 2025-06-01  | 10           | 2025-02-05 09:00:00 | approved
S02           | R2         | 1       | P1           | B1       |             | 5            | 2025-02-06 09:00:00 | approved
S02           | R2         | 2       | P2           | B1       | 2025-07-01  | 5            | 2025-02-06 09:00:00 | approved
S02           | R2         | 3       | P3           |          | 2025-07-01  | 5            | 2025-02-06 09:00:00 | approved
S02           | R2         | 4       | P3           |          | 2025-08-01  | 5            | 2025-02-06 09:00:00 | approved
S02           | R3         | 1       | P1           | B1       | 2026-06-01  | 5            | 2025-02-06 09:00:00 | cancelled
'''
*/
