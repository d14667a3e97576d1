/*
title = "Sold after its expiry date"
title_zh = "销售过期商品"
severity = "critical"
assertion = "existence"
why = "Selling expired goods endangers customers, is fined by law, and shows that nobody cleared the shelf in time."
why_zh = "销售过期食品危害顾客健康、依法受罚，也说明货架没有及时清理。"
fix = "Take what is left of the batch off the shelf at once. If the goods sold were of another batch, correct the batch on the sales."
fix_zh = "立即将该批次剩余商品下架；若实际售出的是其他批次，更正销售记录上的批号。"
message = "{product_code} batch {batch_no}: {sold_qty} sold from {occurred_date} to {last_date}, expired {expiry_date}"
message_zh = "{product_code} 批号 {batch_no}：有效期 {expiry_date}，{occurred_date} 至 {last_date} 仍售出 {sold_qty}"
grain = ["location_code", "product_code", "batch_no"]
consequence_of = ["received_expired"]
population = """
SELECT m.product_code, d.expiry_date
FROM core.stock_movement AS m
LEFT JOIN mart.batch_date AS d ON d.product_code = m.product_code AND d.batch_no = m.batch_no
WHERE m.movement_type = 'sale' AND m.batch_no <> '' AND CAST(m.occurred_at AS DATE) <= $as_of
"""
needs = ["expiry_date"]
not_applicable = "No sale names a batch."
not_applicable_zh = "销售记录没有批号。"
*/
-- Net of voids and of what customers brought back after that day. On its last good day a batch may be sold.
WITH late AS (
    SELECT
        m.location_code,
        m.product_code,
        m.batch_no,
        m.movement_type,
        m.occurred_at,
        m.moved_qty,
        m.sale_amount,
        m.document_no,
        m.document_line_no,
        d.expiry_date,
        d.expiry_source,
        d.expiry_dates,
        m.file_id,
        m.row_no,
        ROW_NUMBER() OVER (
            PARTITION BY m.location_code, m.product_code, m.batch_no
            ORDER BY CASE WHEN m.movement_type = 'sale' AND m.moved_qty < 0 THEN 0 ELSE 1 END, m.occurred_at, m.movement_id
        ) AS place
    FROM core.stock_movement AS m
    JOIN mart.batch_date AS d ON d.product_code = m.product_code AND d.batch_no = m.batch_no
    WHERE m.movement_type IN ('sale', 'sale_return')
      AND CAST(m.occurred_at AS DATE) > d.expiry_date
      AND CAST(m.occurred_at AS DATE) <= $as_of
),

sold AS (
    SELECT
        location_code,
        product_code,
        batch_no,
        expiry_date,
        expiry_source,
        expiry_dates,
        MIN(CASE WHEN place = 1 THEN document_no END) AS document_no,
        MIN(CASE WHEN place = 1 THEN document_line_no END) AS document_line_no,
        MIN(CASE WHEN movement_type = 'sale' AND moved_qty < 0 THEN CAST(occurred_at AS DATE) END) AS first_date,
        MAX(CASE WHEN movement_type = 'sale' AND moved_qty < 0 THEN CAST(occurred_at AS DATE) END) AS last_date,
        COUNT(CASE WHEN movement_type = 'sale' AND moved_qty < 0 THEN 1 END) AS sales,
        -SUM(moved_qty) AS sold_qty,
        SUM(CASE WHEN movement_type = 'sale' THEN sale_amount ELSE -ABS(sale_amount) END) AS sold_amount,
        MIN(CASE WHEN place = 1 THEN file_id END) AS file_id,
        MIN(CASE WHEN place = 1 THEN row_no END) AS row_no
    FROM late
    GROUP BY location_code, product_code, batch_no, expiry_date, expiry_source, expiry_dates
    HAVING SUM(moved_qty) < 0
)

SELECT
    s.location_code,
    s.product_code,
    s.batch_no,
    s.document_no,
    s.document_line_no,
    s.first_date AS occurred_date,
    0 AS expected_qty,
    s.sold_qty AS actual_qty,
    s.sold_qty AS difference_qty,
    COALESCE(s.sold_amount, s.sold_qty * COALESCE(c.unit_cost, p.purchase_price)) AS amount_at_risk,
    s.sold_qty,
    s.expiry_date,
    s.last_date,
    DATE_DIFF('day', s.expiry_date, s.last_date) AS days_expired,
    s.sales,
    s.expiry_source,
    s.expiry_dates,
    s.file_id,
    s.row_no
FROM sold AS s
LEFT JOIN mart.last_cost AS c ON c.location_code = s.location_code AND c.product_code = s.product_code
LEFT JOIN core.product AS p ON p.product_code = s.product_code;
/* cases
[[case]]
name = "sold on two days after its date, one void and one return taken off: one finding per batch"
expect = [
  { location_code = "S01", product_code = "P1", batch_no = "B1", document_no = "T2", occurred_date = 2025-03-02, last_date = 2025-03-04, sold_qty = 3, sales = 3, amount_at_risk = 9, days_expired = 3 },
  { location_code = "S02", product_code = "P1", batch_no = "B1", sold_qty = 1, amount_at_risk = 2 },
]
tables.product = '''
product_code | purchase_price
P1           | 2
'''
tables.batch = '''
product_code | batch_no | expiry_date
P1           | B1       | 2025-03-01
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | batch_no | movement_type | moved_qty | sale_amount | document_no
S01           | M1          | 2025-03-01 20:00:00 | P1           | B1       | sale          | -7        | 21          | T1
S01           | M2          | 2025-03-02 08:00:00 | P1           | B1       | sale          | -2        | 6           | T2
S01           | M3          | 2025-03-03 08:00:00 | P1           | B1       | sale          | -1        | 3           | T3
S01           | M4          | 2025-03-03 08:00:00 | P1           | B1       | sale          | 1         | -3          | T3
S01           | M5          | 2025-03-04 08:00:00 | P1           | B1       | sale          | -2        | 6           | T4
S01           | M6          | 2025-03-05 08:00:00 | P1           | B1       | sale_return   | 1         | 3           | T5
S02           | M1          | 2025-03-05 08:00:00 | P1           | B1       | sale          | -1        |             | T1
'''

[[case]]
name = "on its last day, voided, another batch, no date known, written off and sent back when expired"
expect = []
tables.batch = '''
product_code | batch_no | expiry_date
P1           | B1       | 2025-03-01
P1           | B2       | 2025-06-01
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | batch_no | movement_type   | moved_qty
S01           | M1          | 2025-03-01 20:00:00 | P1           | B1       | sale            | -7
S01           | M2          | 2025-03-02 08:00:00 | P1           | B2       | sale            | -2
S01           | M3          | 2025-03-03 08:00:00 | P1           | B1       | sale            | -1
S01           | M4          | 2025-03-03 08:00:00 | P1           | B1       | sale            | 1
S01           | M5          | 2025-03-04 08:00:00 | P1           | B1       | write_off       | -2
S01           | M6          | 2025-03-04 08:00:00 | P1           | B1       | purchase_return | -2
S01           | M7          | 2025-03-04 08:00:00 | P1           | B9       | sale            | -2
S01           | M8          | 2025-03-04 08:00:00 | P1           |          | sale            | -2
S01           | M9          | 2025-03-05 08:00:00 | P1           | B1       | sale_return     | 1
'''
*/
