/*
title = "Movement dated back into a closed period"
title_zh = "库存变动倒填到已结账期间"
severity = "medium"
assertion = "cutoff"
why = "An entry made afterwards changes a book that was already counted or closed: the variance found then is no longer the real one."
why_zh = "事后录入的变动改动了已盘点或已结账的账面，当时得出的差异不再真实。"
fix = "Ask who entered it why it came so late; if the goods really moved then, note it at the count, otherwise date it to the day of entry."
fix_zh = "向录入人了解延迟原因：属实的在盘点记录中说明，否则改为录入当日的日期。"
message = "{movement_type} of {difference_qty} {product_code} on {occurred_at} was entered {recorded_at}, {cause} ({closed_by})"
message_zh = "{product_code} {movement_type} {difference_qty}，发生于 {occurred_at}，录入于 {recorded_at}，{cause}（{closed_by}）"
words.counted = ["after the product had been counted", "商品已于其间盘点"]
words.month_closed = ["after the end of its month", "已跨月"]
words.receipt = ["Receipt", "入库"]
words.sale = ["Sale", "销售"]
words.sale_return = ["Sales return", "销售退货"]
words.purchase_return = ["Return to the supplier", "采购退货"]
words.transfer_in = ["Transfer in", "调入"]
words.transfer_out = ["Transfer out", "调出"]
words.adjustment = ["Adjustment", "调整"]
words.write_off = ["Write-off", "报损"]
words.consumption = ["Consumption", "领用"]
grain = ["location_code", "movement_id"]
population = """
SELECT m.location_code, m.movement_id, m.recorded_at
FROM core.stock_movement AS m
LEFT JOIN (
    SELECT location_code
    FROM core.stock_movement
    WHERE recorded_at IS NOT NULL AND occurred_at IS NOT NULL AND movement_type NOT IN ('opening', 'count_gain', 'count_loss')
    GROUP BY location_code
    HAVING SUM(CASE WHEN recorded_at > occurred_at + INTERVAL '1' DAY * CAST($days AS INTEGER) THEN 1 ELSE 0 END)
        > GREATEST($max_late, CAST($max_share AS DECIMAL(9, 6)) * COUNT(*))
) AS u ON u.location_code = m.location_code
WHERE u.location_code IS NULL
  AND m.movement_type NOT IN ('opening', 'count_gain', 'count_loss')
  AND CAST(m.occurred_at AS DATE) <= $as_of
"""
needs = ["recorded_at"]
not_applicable = "No movement says when it was entered, or most of a location's were entered together (a migration)."
not_applicable_zh = "库存变动没有录入时间，或整批集中录入（数据迁移）。"

[params]
days = 3
max_share = 0.2
max_late = 20

[param_notes]
days = "Days between happening and entry that are ordinary work."
max_share = "Where more of a location's movements than this, and more than max_late, were entered later, the moment of entry is that of a migration: not judged."
max_late = "Up to this many late movements are judged whatever their share."

[param_notes_zh]
days = "从发生到录入，多少天以内属于正常。"
max_share = "门店迟录的变动超过此比例且多于 max_late 时，录入时间应是数据迁移的时间，不作判断。"
max_late = "迟录笔数不超过此数时，无论比例多少都作判断。"
*/
-- What a count posts is dated to the count by nature; openings likewise. A count closes the book of a product unless it
-- is still open or was cancelled. Where both hold, the count is named.
WITH late AS (
    SELECT *
    FROM core.stock_movement
    WHERE movement_type NOT IN ('opening', 'count_gain', 'count_loss')
      AND recorded_at > occurred_at + INTERVAL '1' DAY * CAST($days AS INTEGER)
),

late_total AS (
    SELECT location_code, COUNT(*) AS late_movements
    FROM late
    GROUP BY location_code
),

clocked AS (
    SELECT location_code, COUNT(*) AS movements
    FROM core.stock_movement
    WHERE recorded_at IS NOT NULL AND occurred_at IS NOT NULL
      AND movement_type NOT IN ('opening', 'count_gain', 'count_loss')
    GROUP BY location_code
),

judged AS (
    SELECT l.location_code
    FROM late_total AS l
    JOIN clocked AS c ON c.location_code = l.location_code
    WHERE l.late_movements <= GREATEST($max_late, CAST($max_share AS DECIMAL(9, 6)) * c.movements)
),

backdated AS (
    SELECT l.*
    FROM late AS l
    JOIN judged AS j ON j.location_code = l.location_code
    WHERE CAST(l.occurred_at AS DATE) <= $as_of
),

counted AS (
    SELECT
        b.location_code,
        b.movement_id,
        c.count_no,
        c.counted_at,
        ROW_NUMBER() OVER (
            PARTITION BY b.location_code, b.movement_id ORDER BY c.counted_at, c.count_no, c.line_no
        ) AS count_order
    FROM backdated AS b
    JOIN core.count_line AS c ON c.location_code = b.location_code AND UPPER(c.product_code) = UPPER(b.product_code)
    WHERE c.counted_at > b.occurred_at AND c.counted_at < b.recorded_at
      AND (c.status IS NULL OR c.status = 'approved')
      AND UPPER(c.count_no) <> UPPER(COALESCE(b.document_no, ''))
)

SELECT
    b.location_code,
    b.product_code,
    b.batch_no,
    b.document_no,
    b.document_line_no,
    CAST(b.occurred_at AS DATE) AS occurred_date,
    b.moved_qty AS difference_qty,
    CAST(ABS(b.moved_qty) * COALESCE(b.unit_cost, k.unit_cost, p.purchase_price) AS DECIMAL(18, 4)) AS amount_at_risk,
    b.movement_id,
    b.movement_type,
    b.occurred_at,
    b.recorded_at,
    CASE WHEN c.count_no IS NULL THEN 'month_closed' ELSE 'counted' END AS cause,
    COALESCE(c.count_no, SUBSTR(CAST(CAST(b.occurred_at AS DATE) AS VARCHAR), 1, 7)) AS closed_by,
    c.counted_at,
    b.operator,
    b.reason,
    b.file_id,
    b.row_no
FROM backdated AS b
LEFT JOIN counted AS c
    ON c.location_code = b.location_code AND c.movement_id = b.movement_id AND c.count_order = 1
LEFT JOIN mart.last_cost AS k ON k.location_code = b.location_code AND k.product_code = b.product_code
LEFT JOIN core.product AS p ON p.product_code = b.product_code
WHERE c.count_no IS NOT NULL
   OR DATE_TRUNC('month', b.occurred_at) < DATE_TRUNC('month', b.recorded_at);
/* cases
[[case]]
name = "entered after the product was counted, and after the end of the month"
expect = [
    { movement_id = "M1", cause = "counted", closed_by = "C1", difference_qty = 5, amount_at_risk = 10 },
    { movement_id = "M2", cause = "month_closed", closed_by = "2025-02" },
]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | recorded_at         | product_code | movement_type | moved_qty | unit_cost
S01           | M1          | 2025-03-02 09:00:00 | 2025-03-12 09:00:00 | P1           | receipt       | 5         | 2
S01           | M2          | 2025-02-27 09:00:00 | 2025-03-03 10:00:00 | P2           | write_off     | -1        | 2
S01           | M3          | 2025-03-02 09:00:00 | 2025-03-02 09:01:00 | P1           | sale          | -1        |
'''
tables.count_line = '''
location_code | count_no | line_no | product_code | counted_at          | counted_qty | status
S01           | C1       | 1       | P1           | 2025-03-10 20:00:00 | 10          | approved
S01           | C2       | 1       | P1           | 2025-03-11 20:00:00 | 10          | approved
'''

[[case]]
name = "late within the month and no count between, counted before or after, another product, a cancelled or open count, the count's own posting, over the month's end within three days"
expect = []
tables.stock_movement = '''
location_code | movement_id | occurred_at         | recorded_at         | product_code | movement_type | moved_qty | document_no
S01           | M1          | 2025-03-02 09:00:00 | 2025-03-12 09:00:00 | P1           | receipt       | 5         | R1
S01           | M2          | 2025-03-02 09:00:00 | 2025-03-12 09:00:00 | P2           | receipt       | 5         | R1
S01           | M3          | 2025-03-10 20:00:00 | 2025-04-12 09:00:00 | P3           | count_loss    | -5        | C1
S01           | M4          | 2025-03-31 20:00:00 | 2025-04-02 09:00:00 | P3           | sale          | -5        | T1
S01           | M5          | 2025-01-31 20:00:00 | 2025-04-02 09:00:00 | P3           | opening       | 9         |
'''
tables.count_line = '''
location_code | count_no | line_no | product_code | counted_at          | counted_qty | status
S01           | C1       | 1       | P1           | 2025-03-01 20:00:00 | 10          | approved
S01           | C2       | 1       | P1           | 2025-03-13 20:00:00 | 10          | approved
S01           | C3       | 1       | P2           | 2025-03-10 20:00:00 | 10          | cancelled
S01           | C4       | 1       | P2           | 2025-03-10 20:00:00 | 10          | open
S02           | C5       | 1       | P2           | 2025-03-10 20:00:00 | 10          | approved
S01           | C1       | 2       | P3           | 2025-03-10 20:00:00 | 10          | approved
'''

[[case]]
name = "a migration: the history was entered on one day"
params = { max_late = 1 }
expect = []
tables.stock_movement = '''
location_code | movement_id | occurred_at         | recorded_at         | product_code | movement_type | moved_qty
S01           | M1          | 2025-02-02 09:00:00 | 2025-06-01 09:00:00 | P1           | receipt       | 5
S01           | M2          | 2025-02-03 09:00:00 | 2025-06-01 09:00:00 | P1           | sale          | -1
S01           | M3          | 2025-06-02 09:00:00 | 2025-06-02 09:00:00 | P1           | sale          | -1
'''
*/
