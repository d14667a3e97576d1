/*
title = "Adjustments bunch just below the approval limit"
title_zh = "调整金额集中在审批限额以下"
severity = "low"
assertion = "authorisation"
why = "Amounts that crowd just under the limit suggest that postings are cut to size so that nobody need approve them."
why_zh = "金额集中在限额以下，可能是为避开审批而拆分或控制金额。"
fix = "Look through these postings with the store manager: what was written off, on which days, and do several belong together?"
fix_zh = "与店长逐笔查看：调整了什么、分布在哪些日期、是否本为一笔。"
message = "{operator} at {location_code}: {just_below} postings between {lower_bound} and {approval_limit}, {next_below} in the equal range below"
message_zh = "{location_code} {operator}：{just_below} 笔金额在 {lower_bound} 至 {approval_limit} 之间，其下同宽区间 {next_below} 笔"
grain = ["location_code", "operator"]
population = """
SELECT location_code, operator
FROM core.stock_movement
WHERE movement_type IN ('adjustment', 'write_off') AND operator IS NOT NULL AND moved_qty <> 0 AND $limit > 0
GROUP BY location_code, operator
"""
not_applicable = "The shop has set no limit, or no adjustment names who posted it. Set limit in the rule's parameters."
not_applicable_zh = "未设置审批限额（参数 limit），或调整没有操作人。"

[params]
limit = 0
critical = 6.635
min_sample = 10

[param_notes]
limit = "Amount from which an adjustment or write-off needs an approval; 0: not set, the rule is off."
critical = "z² above which the excess is reported; 6.635 is passed by chance once in 200 (one-sided)."
min_sample = "Postings in both ranges together that are needed for a judgement."

[param_notes_zh]
limit = "调整或报损达到此金额须审批；0 表示未设定，规则不启用。"
critical = "z² 超过此值才报告；6.635 表示纯属偶然的概率为二百分之一（单侧）。"
min_sample = "两个金额区间合计至少要有的笔数，不足则不判断。"
*/
-- Method: postings worth 90–100 % of the limit against those worth 80–90 %. Without a limit the lower range holds as many
-- or more, so the share of the upper one is at most one half: z² = (a − b)² / (a + b), normal approximation to the
-- binomial (sign test; Dixon and Mood, J. Amer. Statist. Assoc. 41, 1946). Counting just under a threshold: Nigrini,
-- Forensic Analytics, 2nd ed. 2020; the comparison of neighbouring bins: McCrary, J. Econometrics 142, 2008.
-- A posting is a document with all its lines, or a movement that names none.
WITH posting AS (
    SELECT
        m.location_code,
        UPPER(m.operator) AS operator,
        COALESCE(m.document_no, m.movement_id) AS posting_no,
        SUM(ABS(m.moved_qty) * COALESCE(m.unit_cost, c.unit_cost, p.purchase_price)) AS amount,
        COUNT(*) - COUNT(COALESCE(m.unit_cost, c.unit_cost, p.purchase_price)) AS unpriced_lines,
        MIN(CAST(m.occurred_at AS DATE)) AS posted_date
    FROM core.stock_movement AS m
    LEFT JOIN mart.last_cost AS c ON c.location_code = m.location_code AND c.product_code = m.product_code
    LEFT JOIN core.product AS p ON p.product_code = m.product_code
    WHERE m.movement_type IN ('adjustment', 'write_off')
      AND m.operator IS NOT NULL
      AND m.moved_qty <> 0
      AND CAST(m.occurred_at AS DATE) <= $as_of
      AND $limit > 0
    GROUP BY m.location_code, UPPER(m.operator), COALESCE(m.document_no, m.movement_id)
),

near AS (
    SELECT
        location_code,
        operator,
        SUM(CASE WHEN amount >= CAST($limit AS DECIMAL(18, 4)) * CAST(0.9 AS DECIMAL(2, 1)) THEN 1 ELSE 0 END) AS just_below,
        SUM(CASE WHEN amount < CAST($limit AS DECIMAL(18, 4)) * CAST(0.9 AS DECIMAL(2, 1)) THEN 1 ELSE 0 END) AS next_below,
        SUM(
            CASE WHEN amount >= CAST($limit AS DECIMAL(18, 4)) * CAST(0.9 AS DECIMAL(2, 1)) THEN amount ELSE 0 END
        ) AS amount,
        MIN(posting_no) AS first_posting_no,
        MAX(posting_no) AS last_posting_no,
        MIN(posted_date) AS first_date,
        MAX(posted_date) AS last_date
    FROM posting
    WHERE unpriced_lines = 0
      AND amount >= CAST($limit AS DECIMAL(18, 4)) * CAST(0.8 AS DECIMAL(2, 1))
      AND amount < $limit
    GROUP BY location_code, operator
)

SELECT
    location_code,
    last_date AS occurred_date,
    CAST(amount AS DECIMAL(18, 4)) AS amount_at_risk,
    operator,
    just_below,
    next_below,
    CAST(CAST($limit AS DECIMAL(18, 4)) * CAST(0.9 AS DECIMAL(2, 1)) AS DECIMAL(18, 2)) AS lower_bound,
    CAST($limit AS DECIMAL(18, 2)) AS approval_limit,
    first_posting_no,
    last_posting_no,
    first_date
FROM near
WHERE just_below + next_below >= $min_sample
  AND just_below > next_below
  AND (just_below - next_below) * (just_below - next_below) > CAST($critical AS DECIMAL(9, 3)) * (just_below + next_below);
/* cases
[[case]]
name = "ten of ten just below the limit, one of them a document of two lines"
params = { limit = 500 }
expect = [{ location_code = "S01", operator = "E1", just_below = 10, next_below = 0, amount_at_risk = 4860 }]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | unit_cost | operator | document_no
S01           | M01         | 2025-03-01 09:00:00 | P1           | write_off     | -48       | 10        | E1       | A1
S01           | M02         | 2025-03-02 09:00:00 | P1           | write_off     | -49       | 10        | e1       | A2
S01           | M03         | 2025-03-03 09:00:00 | P1           | adjustment    | 48        | 10        | E1       | A3
S01           | M04         | 2025-03-04 09:00:00 | P1           | write_off     | -49       | 10        | E1       | A4
S01           | M05         | 2025-03-05 09:00:00 | P1           | write_off     | -48       | 10        | E1       | A5
S01           | M06         | 2025-03-06 09:00:00 | P1           | write_off     | -49       | 10        | E1       | A6
S01           | M07         | 2025-03-07 09:00:00 | P1           | write_off     | -48       | 10        | E1       | A7
S01           | M08         | 2025-03-08 09:00:00 | P1           | write_off     | -49       | 10        | E1       | A8
S01           | M09         | 2025-03-09 09:00:00 | P1           | write_off     | -49       | 10        | E1       |
S01           | M10         | 2025-03-10 09:00:00 | P1           | write_off     | -24       | 10        | E1       | A10
S01           | M11         | 2025-03-10 09:00:00 | P2           | write_off     | -25       | 10        | E1       | A10
S01           | M12         | 2025-03-10 09:00:00 | P2           | write_off     | -50       | 10        | E1       | A12
S01           | M13         | 2025-03-10 09:00:00 | P2           | write_off     | -48       | 10        | E2       | A13
'''

[[case]]
name = "no limit set"
expect = []
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | unit_cost | operator | document_no
S01           | M01         | 2025-03-01 09:00:00 | P1           | write_off     | -48       | 10        | E1       | A1
'''

[[case]]
name = "as many in the range below"
params = { limit = 500, min_sample = 4, critical = 1 }
expect = []
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | unit_cost | operator | document_no
S01           | M01         | 2025-03-01 09:00:00 | P1           | write_off     | -48       | 10        | E1       | A1
S01           | M02         | 2025-03-02 09:00:00 | P1           | write_off     | -49       | 10        | E1       | A2
S01           | M03         | 2025-03-03 09:00:00 | P1           | write_off     | -45       | 10        | E1       | A3
S01           | M04         | 2025-03-04 09:00:00 | P1           | write_off     | -41       | 10        | E1       | A4
S01           | M05         | 2025-03-05 09:00:00 | P1           | write_off     | -44       | 10        | E1       | A5
'''
*/
