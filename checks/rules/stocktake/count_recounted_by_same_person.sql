/*
title = "Recounted by the person who counted"
title_zh = "初盘与复盘为同一人"
severity = "medium"
assertion = "authorisation"
why = "A recount by the same person repeats the same mistake, or the same wish: nobody has checked the quantity."
why_zh = "同一人复盘只会重复同样的差错或意图，数量实际上没有经过他人核对。"
fix = "Have somebody else recount these products, without showing the first quantity, before the difference is posted."
fix_zh = "差异入账前，另派一人在不看初盘数的情况下重新清点这些商品。"
message = "Count {document_no}: {person} recounted {line_count} of their own counts, goods worth {amount_at_risk}"
message_zh = "盘点单 {document_no}：{person} 复盘了自己清点的 {line_count} 项，涉及货值 {amount_at_risk}"
grain = ["location_code", "document_no", "person"]
population = "SELECT * FROM mart.count_pair"
needs = ["first_counter", "second_counter"]
not_applicable = "No recount is loaded."
not_applicable_zh = "没有复盘记录。"
*/
-- One finding per document and person. A later round by the counter of the round before is a recount too. A number typed
-- in other capitals is the same person. At risk is the value of what was recounted.
SELECT
    location_code,
    CASE WHEN MIN(product_code) = MAX(product_code) THEN MIN(product_code) END AS product_code,
    count_no AS document_no,
    CAST(MIN(second_at) AS DATE) AS occurred_date,
    CAST(SUM(second_qty * unit_cost) AS DECIMAL(18, 4)) AS amount_at_risk,
    second_counter AS person,
    COUNT(*) AS line_count,
    COUNT(*) FILTER (WHERE difference_qty <> 0) AS changed_lines,
    CAST(SUM(ABS(difference_qty) * unit_cost) AS DECIMAL(18, 4)) AS changed_value,
    MIN(file_id) AS file_id,
    MIN(row_no) AS row_no
FROM mart.count_pair
WHERE is_same_person
GROUP BY location_code, count_no, second_counter;
/* cases
[[case]]
name = "on the line, in other capitals, and in a later round: one finding per document and person"
expect = [
  { document_no = "C1", person = "E1", line_count = 3, changed_lines = 2, amount_at_risk = 17, changed_value = 3 },
  { document_no = "C2", person = "E2", line_count = 1, product_code = "P4" },
]
tables.count_line = '''
location_code | count_no | line_no | product_code | counted_at          | counted_qty | counted_by | recounted_qty | recounted_by | round_no | unit_cost
S01           | C1       | 1       | P1           | 2025-03-03 20:00:00 | 10          | E1         | 9             | E1           |          | 1
S01           | C1       | 2       | P2           | 2025-03-03 20:00:00 | 4           | E1         | 4             | e1           |          | 1
S01           | C1       | 3       | P3           | 2025-03-03 20:00:00 | 3           | E1         |               |              | 1        | 2
S01           | C1       | 4       | P3           | 2025-03-03 21:00:00 | 2           | E1         |               |              | 2        | 2
S01           | C2       | 1       | P4           | 2025-03-04 20:00:00 | 3           | E2         | 3             | E2           |          |
S01           | C2       | 2       | P5           | 2025-03-04 20:00:00 | 3           | E2         | 3             | E1           |          |
'''

[[case]]
name = "by somebody else, nobody named, no recount, two places of one product, a cancelled count"
expect = []
tables.count_line = '''
location_code | count_no | line_no | product_code | counted_at          | counted_qty | counted_by | recounted_qty | recounted_by | round_no | status
S01           | C1       | 1       | P1           | 2025-03-03 20:00:00 | 10          | E1         | 9             | E2           |          | approved
S01           | C1       | 2       | P2           | 2025-03-03 20:00:00 | 10          |            | 9             |              |          | approved
S01           | C1       | 3       | P3           | 2025-03-03 20:00:00 | 10          | E1         |               | E1           |          | approved
S01           | C1       | 4       | P4           | 2025-03-03 20:00:00 | 10          | E1         |               |              | 1        | approved
S01           | C1       | 5       | P4           | 2025-03-03 20:05:00 | 5           | E1         |               |              | 1        | approved
S01           | C1       | 6       | P5           | 2025-03-03 20:00:00 | 5           | E1         |               |              | 1        | approved
S01           | C1       | 7       | P5           | 2025-03-03 20:00:00 | 5           | E2         |               |              | 2        | approved
S01           | C2       | 1       | P1           | 2025-03-03 20:00:00 | 10          | E1         | 9             | E1           |          | cancelled
'''
*/
