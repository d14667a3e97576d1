/*
title = "Write-offs concentrated on one person"
title_zh = "报损集中于一人"
severity = "low"
assertion = "existence"
why = "Write-offs are the entry by which stock disappears without a sale. Where one of several people enters far more of them than of the other work, a second pair of eyes is worth having."
why_zh = "报损是不经销售而减少库存的分录。多人经手而一人录入的报损远高于其其他工作的占比时，值得请第二人复核。"
fix = "Ask how write-offs are assigned there. Look through the evidence of a sample of them with somebody who did not enter them, and rotate or countersign."
fix_zh = "先了解该店报损的分工；抽取一部分，由未经手的人核对凭证，并考虑轮岗或双人签字。"
message = "{operator} entered {write_offs} of {location_write_offs} write-offs at {location_code} in {window_days} days; {expected_write_offs} would match the share of the other work; value {amount_at_risk}"
message_zh = "{location_code} 近 {window_days} 天的 {location_write_offs} 次报损中，{operator} 录入 {write_offs} 次，按其其他工作的占比约为 {expected_write_offs} 次；金额 {amount_at_risk}"
grain = ["location_code", "operator"]
population = """
SELECT location_code, UPPER(operator) AS operator
FROM core.stock_movement
WHERE movement_type = 'write_off' AND operator IS NOT NULL
  AND CAST(occurred_at AS DATE) <= $as_of AND DATE_DIFF('day', CAST(occurred_at AS DATE), $as_of) < $window_days
GROUP BY location_code, UPPER(operator)
"""
not_applicable = "No write-off names the person who entered it."
not_applicable_zh = "报损记录没有操作人。"

[params]
window_days = 365
min_sample = 20
min_operators = 3
min_share = 0.5
critical = 10.83

[param_notes]
window_days = "Days up to the day of the check that are looked at."
min_sample = "Write-offs of a location below which nothing is said."
min_operators = "People who write off at the location below which nothing is said: with fewer it is an assignment."
min_share = "Share of the write-offs, and of their value, that one person must reach."
critical = "Critical value of z squared: 10.83 is a probability of 0.001 by chance."

[param_notes_zh]
window_days = "从检查日往前看的天数。"
min_sample = "门店报损少于此笔数时不作判断。"
min_operators = "门店报损人数少于此数时不作判断：人少时多半是分工如此。"
min_share = "一人的报损在笔数和金额上都要达到的比例。"
critical = "z² 的临界值：10.83 表示纯属偶然的概率为千分之一。"
*/
-- One-sample z test of a proportion with continuity correction (Fleiss, Levin and Paik, Statistical Methods for Rates
-- and Proportions, 3rd ed. 2003, chapter 2), in whole numbers: with k of n write-offs and an expected share a / b,
--   z² = (2 (k·b − n·a) − b)² / (4 n·a·(b − a)).
-- The expected share is the greater of one among those who write off there and the person's share of the other entries
-- made by hand (all but sales, openings and stocktakes). A write-off counts once per document, else once per day, since
-- lines of one document are no independent events.
WITH entry AS (
    SELECT
        m.location_code,
        UPPER(m.operator) AS operator,
        m.movement_type = 'write_off' AS is_write_off,
        COALESCE(UPPER(m.document_no), CAST(CAST(m.occurred_at AS DATE) AS VARCHAR)) AS entry_key,
        m.product_code,
        m.moved_qty,
        m.unit_cost,
        m.occurred_at
    FROM core.stock_movement AS m
    WHERE m.movement_type NOT IN ('sale', 'sale_return', 'opening', 'count_gain', 'count_loss')
      AND m.operator IS NOT NULL
      AND CAST(m.occurred_at AS DATE) <= $as_of
      AND DATE_DIFF('day', CAST(m.occurred_at AS DATE), $as_of) < $window_days
),

person AS (
    SELECT
        e.location_code,
        e.operator,
        COUNT(DISTINCT CASE WHEN e.is_write_off THEN e.entry_key END) AS write_offs,
        COUNT(DISTINCT CASE WHEN NOT e.is_write_off THEN e.entry_key END) AS other_entries,
        COALESCE(
            SUM(CASE WHEN e.is_write_off THEN ABS(e.moved_qty) * COALESCE(e.unit_cost, c.unit_cost, p.purchase_price) END), 0
        ) AS write_off_value,
        MAX(CASE WHEN e.is_write_off THEN e.occurred_at END) AS last_at
    FROM entry AS e
    LEFT JOIN mart.last_cost AS c ON c.location_code = e.location_code AND c.product_code = e.product_code
    LEFT JOIN core.product AS p ON p.product_code = e.product_code
    GROUP BY e.location_code, e.operator
),

location AS (
    SELECT
        location_code,
        SUM(write_offs) AS write_offs,
        SUM(other_entries) AS other_entries,
        SUM(write_off_value) AS write_off_value,
        COUNT(CASE WHEN write_offs > 0 THEN 1 END) AS operators
    FROM person
    GROUP BY location_code
),

share AS (
    SELECT
        q.location_code,
        q.operator,
        q.write_off_value,
        l.write_off_value AS location_value,
        q.last_at,
        l.operators,
        CAST(q.write_offs AS DECIMAL(9, 0)) AS k,
        CAST(l.write_offs AS DECIMAL(9, 0)) AS n,
        CAST(CASE WHEN q.other_entries * l.operators > l.other_entries THEN q.other_entries ELSE 1 END AS DECIMAL(9, 0))
            AS a,
        CAST(
            CASE WHEN q.other_entries * l.operators > l.other_entries THEN l.other_entries ELSE l.operators END
            AS DECIMAL(9, 0)
        ) AS b,
        q.other_entries,
        l.other_entries AS location_other_entries
    FROM person AS q
    JOIN location AS l ON l.location_code = q.location_code
    WHERE q.write_offs > 0 AND l.write_offs >= $min_sample AND l.operators >= $min_operators
)

SELECT
    location_code,
    CAST(last_at AS DATE) AS occurred_date,
    CAST(write_off_value AS DECIMAL(18, 4)) AS amount_at_risk,
    operator,
    CAST(k AS INTEGER) AS write_offs,
    CAST(n AS INTEGER) AS location_write_offs,
    -- Rounded half up.
    (2 * CAST(n * a AS BIGINT) + CAST(b AS BIGINT)) // NULLIF(2 * CAST(b AS BIGINT), 0) AS expected_write_offs,
    CAST(location_value AS DECIMAL(18, 4)) AS location_write_off_value,
    other_entries,
    location_other_entries,
    operators AS people_who_write_off,
    $window_days AS window_days
FROM share
WHERE k >= $min_share * n
  AND write_off_value >= $min_share * location_value
  AND 2 * (k * b - n * a) > b
  AND (2 * (k * b - n * a) - b) * (2 * (k * b - n * a) - b) > $critical * 4 * (n * a * (b - a));
/* cases
[[case]]
name = "six of eight entries where a third would be expected"
expect = [{ location_code = "S01", operator = "E1", write_offs = 6, location_write_offs = 8, expected_write_offs = 3, amount_at_risk = 18, people_who_write_off = 3 }]
params = { min_sample = 8, critical = 3.84 }
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | unit_cost | document_no | operator
S01           | M01         | 2025-06-01 08:00:00 | P1           | write_off     | -1        | 3         |             | e1
S01           | M02         | 2025-06-02 08:00:00 | P1           | write_off     | -1        | 3         |             | E1
S01           | M03         | 2025-06-03 08:00:00 | P1           | write_off     | -1        | 3         |             | E1
S01           | M04         | 2025-06-04 08:00:00 | P1           | write_off     | -1        | 3         |             | E1
S01           | M05         | 2025-06-05 08:00:00 | P1           | write_off     | -1        | 3         |             | E1
S01           | M06         | 2025-06-06 08:00:00 | P1           | write_off     | -1        | 3         |             | E1
S01           | M07         | 2025-06-01 08:00:00 | P1           | write_off     | -1        | 2         |             | E2
S01           | M08         | 2025-06-02 08:00:00 | P1           | write_off     | -1        | 2         |             | E3
S01           | M09         | 2025-06-01 08:00:00 | P1           | receipt       | 5         | 2         | R1          | E1
S01           | M10         | 2025-06-01 08:00:00 | P1           | receipt       | 5         | 2         | R2          | E2
S01           | M11         | 2025-06-01 08:00:00 | P1           | receipt       | 5         | 2         | R3          | E3
'''

[[case]]
name = "a person who does most of all the work, two people only, six lines of one document, most entries and little value"
expect = []
params = { min_sample = 8, critical = 3.84 }
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | unit_cost | document_no | operator
S01           | M01         | 2025-06-01 08:00:00 | P1           | write_off     | -1        | 2         |             | E1
S01           | M02         | 2025-06-02 08:00:00 | P1           | write_off     | -1        | 2         |             | E1
S01           | M03         | 2025-06-03 08:00:00 | P1           | write_off     | -1        | 2         |             | E1
S01           | M04         | 2025-06-04 08:00:00 | P1           | write_off     | -1        | 2         |             | E1
S01           | M05         | 2025-06-05 08:00:00 | P1           | write_off     | -1        | 2         |             | E1
S01           | M06         | 2025-06-06 08:00:00 | P1           | write_off     | -1        | 2         |             | E1
S01           | M07         | 2025-06-01 08:00:00 | P1           | write_off     | -1        | 2         |             | E2
S01           | M08         | 2025-06-02 08:00:00 | P1           | write_off     | -1        | 2         |             | E3
S01           | M09         | 2025-06-01 08:00:00 | P1           | receipt       | 5         | 2         | R1          | E1
S01           | M10         | 2025-06-02 08:00:00 | P1           | receipt       | 5         | 2         | R2          | E1
S01           | M11         | 2025-06-03 08:00:00 | P1           | receipt       | 5         | 2         | R3          | E1
S01           | M12         | 2025-06-01 08:00:00 | P1           | receipt       | 5         | 2         | R4          | E2
S02           | M13         | 2025-06-01 08:00:00 | P1           | write_off     | -1        | 2         |             | E1
S02           | M14         | 2025-06-02 08:00:00 | P1           | write_off     | -1        | 2         |             | E1
S02           | M15         | 2025-06-03 08:00:00 | P1           | write_off     | -1        | 2         |             | E1
S02           | M16         | 2025-06-04 08:00:00 | P1           | write_off     | -1        | 2         |             | E1
S02           | M17         | 2025-06-05 08:00:00 | P1           | write_off     | -1        | 2         |             | E1
S02           | M18         | 2025-06-06 08:00:00 | P1           | write_off     | -1        | 2         |             | E1
S02           | M19         | 2025-06-07 08:00:00 | P1           | write_off     | -1        | 2         |             | E1
S02           | M20         | 2025-06-01 08:00:00 | P1           | write_off     | -1        | 2         |             | E2
S03           | M21         | 2025-06-01 08:00:00 | P1           | write_off     | -1        | 2         | X1          | E1
S03           | M22         | 2025-06-01 08:00:00 | P1           | write_off     | -1        | 2         | X1          | E1
S03           | M23         | 2025-06-01 08:00:00 | P1           | write_off     | -1        | 2         | X1          | E1
S03           | M24         | 2025-06-01 08:00:00 | P1           | write_off     | -1        | 2         | X1          | E1
S03           | M25         | 2025-06-01 08:00:00 | P1           | write_off     | -1        | 2         | X1          | E1
S03           | M26         | 2025-06-01 08:00:00 | P1           | write_off     | -1        | 2         | X1          | E1
S03           | M27         | 2025-06-01 08:00:00 | P1           | write_off     | -1        | 2         | X2          | E2
S03           | M28         | 2025-06-02 08:00:00 | P1           | write_off     | -1        | 2         | X3          | E3
S04           | M29         | 2025-06-01 08:00:00 | P1           | write_off     | -1        | 2         |             | E1
S04           | M30         | 2025-06-02 08:00:00 | P1           | write_off     | -1        | 2         |             | E1
S04           | M31         | 2025-06-03 08:00:00 | P1           | write_off     | -1        | 2         |             | E1
S04           | M32         | 2025-06-04 08:00:00 | P1           | write_off     | -1        | 2         |             | E1
S04           | M33         | 2025-06-05 08:00:00 | P1           | write_off     | -1        | 2         |             | E1
S04           | M34         | 2025-06-06 08:00:00 | P1           | write_off     | -1        | 2         |             | E1
S04           | M35         | 2025-06-01 08:00:00 | P1           | write_off     | -1        | 9         |             | E2
S04           | M36         | 2025-06-02 08:00:00 | P1           | write_off     | -1        | 9         |             | E3
'''

[[case]]
name = "the same six of eight are too few by default"
expect = []
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | unit_cost | document_no | operator
S01           | M01         | 2025-06-01 08:00:00 | P1           | write_off     | -1        | 3         |             | e1
S01           | M02         | 2025-06-02 08:00:00 | P1           | write_off     | -1        | 3         |             | E1
S01           | M03         | 2025-06-03 08:00:00 | P1           | write_off     | -1        | 3         |             | E1
S01           | M04         | 2025-06-04 08:00:00 | P1           | write_off     | -1        | 3         |             | E1
S01           | M05         | 2025-06-05 08:00:00 | P1           | write_off     | -1        | 3         |             | E1
S01           | M06         | 2025-06-06 08:00:00 | P1           | write_off     | -1        | 3         |             | E1
S01           | M07         | 2025-06-01 08:00:00 | P1           | write_off     | -1        | 2         |             | E2
S01           | M08         | 2025-06-02 08:00:00 | P1           | write_off     | -1        | 2         |             | E3
S01           | M09         | 2025-06-01 08:00:00 | P1           | receipt       | 5         | 2         | R1          | E1
S01           | M10         | 2025-06-01 08:00:00 | P1           | receipt       | 5         | 2         | R2          | E2
S01           | M11         | 2025-06-01 08:00:00 | P1           | receipt       | 5         | 2         | R3          | E3
'''
*/
