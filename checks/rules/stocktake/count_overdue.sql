/*
title = "Location not counted for too long"
title_zh = "门店久未盘点"
severity = "low"
assertion = "completeness"
why = "Losses that nobody looks for grow, and the longer ago they happened the less can be found out about them."
why_zh = "无人盘点，损失会越积越多；时间越久，原因越难查清。"
fix = "Plan a count of the location, beginning with the products of class A; shorten the interval where counts find much."
fix_zh = "安排该门店盘点，先盘 A 类商品；差异大的门店应缩短盘点周期。"
message = "{location_code}: {count_state} {last_count_date}, {days_since} days ago; {products_in_stock} products in stock worth {amount_at_risk}"
message_zh = "{location_code}：{count_state} {last_count_date}，距今 {days_since} 天；在库商品 {products_in_stock} 个，货值 {amount_at_risk}"
words.last_counted = ["last counted on", "上次盘点"]
words.never_counted = ["never counted, on record since", "从未盘点，建账于"]
grain = ["location_code"]
ageing = ["days_since"]
population = """
SELECT h.location_code
FROM mart.on_hand AS h
LEFT JOIN core.location AS l ON l.location_code = h.location_code
WHERE COALESCE(h.on_hand_qty, h.at_least_qty) > 0
  AND COALESCE(l.location_type, '') <> 'transit'
  AND EXISTS (SELECT 1 FROM mart.count_document)
GROUP BY h.location_code
"""
not_applicable = "No count is loaded, or nothing is in stock."
not_applicable_zh = "没有载入盘点单，或没有库存。"

[params]
days = 92

[param_notes]
days = "A location with stock is to be counted at least once in this many days; 92 is a quarter."

[param_notes_zh]
days = "有库存的门店至少每隔多少天盘点一次；92 天即一个季度。"
*/
-- Any count that was not cancelled is a count, a spot count too. A location that was never counted is late once its
-- records go back further than the interval. Goods in transit cannot be counted.
WITH stock AS (
    SELECT
        h.location_code,
        COUNT(*) AS products_in_stock,
        SUM(h.on_hand_value) AS stock_value,
        MIN(h.reported_date) AS reported_date
    FROM mart.on_hand AS h
    LEFT JOIN core.location AS l ON l.location_code = h.location_code
    WHERE COALESCE(h.on_hand_qty, h.at_least_qty) > 0
      AND COALESCE(l.location_type, '') <> 'transit'
    GROUP BY h.location_code
),

began AS (
    SELECT location_code, MIN(first_date) AS first_date
    FROM (
        SELECT location_code, CAST(MIN(first_moved_at) AS DATE) AS first_date
        FROM mart.ledger_opening
        GROUP BY location_code
        UNION ALL
        SELECT location_code, MIN(as_of_date) AS first_date
        FROM core.stock_on_hand
        WHERE as_of_date <= $as_of
        GROUP BY location_code
    ) AS record
    GROUP BY location_code
),

chain AS (
    SELECT COUNT(*) AS documents FROM mart.count_document
),

counted AS (
    SELECT location_code, CAST(MAX(ended_at) AS DATE) AS last_count_date, COUNT(*) AS documents
    FROM mart.count_document
    GROUP BY location_code
),

last_document AS (
    SELECT location_code, count_no, items
    FROM mart.count_document
    QUALIFY ROW_NUMBER() OVER (PARTITION BY location_code ORDER BY ended_at DESC, count_no DESC) = 1
)

SELECT
    s.location_code,
    l.count_no AS document_no,
    COALESCE(c.last_count_date, b.first_date) AS occurred_date,
    CAST(s.stock_value AS DECIMAL(18, 4)) AS amount_at_risk,
    CASE WHEN c.last_count_date IS NULL THEN 'never_counted' ELSE 'last_counted' END AS count_state,
    COALESCE(c.last_count_date, b.first_date) AS last_count_date,
    DATE_DIFF('day', COALESCE(c.last_count_date, b.first_date), $as_of) AS days_since,
    s.products_in_stock,
    COALESCE(c.documents, 0) AS documents,
    l.items AS last_count_items
FROM stock AS s
CROSS JOIN chain AS n
LEFT JOIN counted AS c ON c.location_code = s.location_code
LEFT JOIN last_document AS l ON l.location_code = s.location_code
LEFT JOIN began AS b ON b.location_code = s.location_code
WHERE n.documents > 0
  AND COALESCE(c.last_count_date, b.first_date) + $days < $as_of;
/* cases
[[case]]
name = "counted 93 days ago, and never counted; a cancelled count is none"
as_of = 2025-06-30
expect = [
  { location_code = "S01", document_no = "C1", count_state = "last_counted", days_since = 93, occurred_date = 2025-03-29, amount_at_risk = 20, products_in_stock = 1 },
  { location_code = "S02", count_state = "never_counted", days_since = 121, document_no = "" },
]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | unit_cost
S01           | M1          | 2025-03-01 08:00:00 | P1           | opening       | 10        | 2
S02           | M2          | 2025-03-01 08:00:00 | P1           | opening       | 10        |
'''
tables.count_line = '''
location_code | count_no | line_no | product_code | counted_at          | counted_qty | status
S01           | C1       | 1       | P1           | 2025-03-29 20:00:00 | 10          | approved
S02           | C2       | 1       | P1           | 2025-06-29 20:00:00 | 10          | cancelled
'''

[[case]]
name = "counted 92 days ago; a spot count; a new shop; an empty one; goods in transit"
as_of = 2025-06-30
expect = []
tables.location = '''
location_code | location_type
T01           | transit
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty
S01           | M1          | 2025-03-01 08:00:00 | P1           | opening       | 10
S02           | M2          | 2025-03-01 08:00:00 | P1           | opening       | 10
S02           | M3          | 2025-03-01 08:00:00 | P2           | opening       | 10
S03           | M4          | 2025-06-01 08:00:00 | P1           | opening       | 10
S04           | M5          | 2025-03-01 08:00:00 | P1           | opening       | 10
S04           | M6          | 2025-03-02 08:00:00 | P1           | sale          | -10
T01           | M7          | 2025-03-01 08:00:00 | P1           | opening       | 10
'''
tables.count_line = '''
location_code | count_no | line_no | product_code | counted_at          | counted_qty | status
S01           | C1       | 1       | P1           | 2025-03-30 20:00:00 | 10          | approved
S02           | C1       | 1       | P2           | 2025-06-01 20:00:00 | 10          | open
'''

[[case]]
name = "a chain of which no count is loaded"
as_of = 2025-06-30
expect = []
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty
S01           | M1          | 2025-03-01 08:00:00 | P1           | opening       | 10
'''
*/
