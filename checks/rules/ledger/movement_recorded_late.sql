/*
title = "Movement recorded late"
title_zh = "库存变动延迟录入"
severity = "low"
assertion = "cutoff"
why = "Until it was entered the book showed another stock than the shelf: orders, sales checks and counts of those hours were made on a wrong figure."
why_zh = "录入之前账面与货架不符，其间的订货、销售核对和盘点都以错误的库存为依据。"
fix = "Ask why it came so late: a device without network, or a document kept aside. If it recurs, have documents entered on the day."
fix_zh = "查明延迟原因：设备断网，或单据积压。若反复发生，要求当日录入。"
message = "{movement_type} of {product_code}, {moved_qty}, happened on {occurred_at} and was recorded {hours_late} hours later ({cause})"
message_zh = "{product_code} 的{movement_type} {moved_qty} 发生于 {occurred_at}，{hours_late} 小时后才录入（{cause}）"
grain = ["location_code", "movement_id"]
population = """
SELECT m.location_code, m.movement_id, m.recorded_at
FROM core.stock_movement AS m
JOIN (
    SELECT location_code
    FROM core.stock_movement
    WHERE CAST(occurred_at AS DATE) <= $as_of
    GROUP BY location_code
    HAVING COUNT(recorded_at) > 0
) AS l ON l.location_code = m.location_code
WHERE m.movement_type NOT IN ('opening', 'count_gain', 'count_loss') AND CAST(m.occurred_at AS DATE) <= $as_of
"""
needs = ["recorded_at"]
not_applicable = "No movement says when it was recorded."
not_applicable_zh = "库存变动没有录入时间。"

[params]
hours = 24
backdated_days = 3
max_late_share = 0.5

[param_notes]
hours = "Hours within which a movement has to be recorded."
backdated_days = "The days of movement_backdated: what is late by more and changes a closed book is that rule's finding."
max_late_share = "Where more than this share of a location's movements is late (of 100 or more), the recording time is that of an import and says nothing."

[param_notes_zh]
hours = "变动应在多少小时之内录入。"
backdated_days = "与 movement_backdated 的天数一致：迟于此数且改动了已结账目的，由该规则报告。"
max_late_share = "门店变动（不少于 100 笔）迟录超过此比例时，录入时间应是导入的时间，不能说明问题。"

[words]
offline = ["its device was offline", "设备曾离线"]
unexplained = ["no offline upload explains it", "无离线上传记录"]
sale = ["Sale", "销售"]
sale_return = ["Sale return", "销售退货"]
receipt = ["Receipt", "入库"]
purchase_return = ["Purchase return", "采购退货"]
transfer_in = ["Transfer in", "调入"]
transfer_out = ["Transfer out", "调出"]
adjustment = ["Adjustment", "调整"]
write_off = ["Write-off", "报损"]
consumption = ["Consumption", "领用"]
*/
-- A stocktake's postings follow its approval and an opening the day a shop goes live: both are rightly late. A late
-- movement that an offline upload of its location explains is one all the same; the evidence says so.
WITH recorded AS (
    SELECT m.location_code, COUNT(m.recorded_at) AS movements
    FROM core.stock_movement AS m
    WHERE CAST(m.occurred_at AS DATE) <= $as_of
    GROUP BY m.location_code
),

late AS (
    SELECT l.location_code, COUNT(*) AS late_movements
    FROM mart.late_movement AS l
    WHERE l.hours_late > $hours
    GROUP BY l.location_code
),

telling AS (
    SELECT t.location_code
    FROM late AS t
    JOIN recorded AS r ON r.location_code = t.location_code
    WHERE r.movements < 100 OR t.late_movements <= $max_late_share * r.movements
),

uploaded AS (
    SELECT UPPER(location_code) AS location_key, CAST(occurred_at AS DATE) AS uploaded_on
    FROM core.sync_event
    WHERE event_type = 'offline_upload'
    GROUP BY UPPER(location_code), CAST(occurred_at AS DATE)
)

SELECT
    l.location_code,
    l.product_code,
    m.batch_no,
    m.document_no,
    m.document_line_no,
    CAST(l.occurred_at AS DATE) AS occurred_date,
    CAST(ABS(m.moved_qty) * COALESCE(m.unit_cost, c.unit_cost, p.purchase_price) AS DECIMAL(18, 4)) AS amount_at_risk,
    l.movement_id,
    m.movement_type,
    m.moved_qty,
    l.occurred_at,
    l.recorded_at,
    l.hours_late,
    CASE WHEN u.location_key IS NULL THEN 'unexplained' ELSE 'offline' END AS cause,
    m.operator,
    m.device_id,
    m.file_id,
    m.row_no
FROM mart.late_movement AS l
JOIN telling AS t ON t.location_code = l.location_code
JOIN core.stock_movement AS m ON m.location_code = l.location_code AND m.movement_id = l.movement_id
LEFT JOIN uploaded AS u
    ON u.location_key = UPPER(l.location_code) AND u.uploaded_on = CAST(l.recorded_at AS DATE)
LEFT JOIN mart.last_cost AS c ON c.location_code = l.location_code AND c.product_code = l.product_code
LEFT JOIN core.product AS p ON p.product_code = l.product_code
WHERE l.hours_late > $hours
  AND NOT (l.is_backdated AND l.hours_late > 24 * $backdated_days)
  AND m.movement_type NOT IN ('count_gain', 'count_loss');
/* cases
[[case]]
name = "a day and a minute late, a week within an open month, late over the month's end by less than backdating"
expect = [
  { movement_id = "M1", document_no = "T1", hours_late = 25, cause = "unexplained", amount_at_risk = 4 },
  { movement_id = "M2", hours_late = 168, cause = "offline" },
  { movement_id = "M3", hours_late = 60 },
]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | recorded_at         | product_code | movement_type | moved_qty | unit_cost | document_no
S01           | M1          | 2025-03-01 08:00:00 | 2025-03-02 08:01:00 | P1           | sale          | -2        | 2         | T1
S01           | M2          | 2025-03-03 08:00:00 | 2025-03-10 08:00:00 | P1           | sale          | -2        | 2         | T2
S01           | M3          | 2025-03-30 20:00:00 | 2025-04-02 08:00:00 | P1           | sale          | -2        | 2         | T3
'''
tables.sync_event = '''
event_id | location_code | device_id | occurred_at         | event_type
E1       | S01           | D1        | 2025-03-10 07:59:00 | offline_upload
'''

[[case]]
name = "within a day, backdated into a counted book or a closed month, a stocktake's posting, an opening, no time recorded"
expect = []
tables.stock_movement = '''
location_code | movement_id | occurred_at         | recorded_at         | product_code | movement_type | moved_qty | document_no
S01           | M1          | 2025-03-01 08:00:00 | 2025-03-02 08:00:00 | P1           | sale          | -2        | T1
S01           | M2          | 2025-03-03 08:00:00 | 2025-03-10 08:00:00 | P1           | sale          | -2        | T2
S01           | M3          | 2025-03-28 20:00:00 | 2025-04-02 08:00:00 | P2           | sale          | -2        | T3
S01           | M4          | 2025-03-05 20:00:00 | 2025-03-07 08:00:00 | P1           | count_loss    | -1        | C1
S01           | M5          | 2025-03-01 00:00:00 | 2025-03-03 08:00:00 | P1           | opening       | 9         |
S01           | M6          | 2025-03-01 00:00:00 |                     | P1           | sale          | -1        | T4
'''
tables.count_line = '''
location_code | count_no | line_no | product_code | counted_at          | counted_qty | status
S01           | C1       | 1       | P1           | 2025-03-05 20:00:00 | 9           | approved
'''
*/
