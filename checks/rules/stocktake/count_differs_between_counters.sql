/*
title = "Two counters disagree"
title_zh = "两人盘点结果不一致"
severity = "medium"
assertion = "accuracy"
why = "Two people counted the same goods and found different quantities: one of them is wrong, and the book is set by the second."
why_zh = "两人清点同一批货物而数量不同：必有一人数错，而账面以后一次为准。"
fix = "Count once more with both present; look for a second place, an opened case or a unit taken for a pack, then keep what both sign."
fix_zh = "两人到场再数一次；检查是否漏了其他货位、拆箱或单位看错，以双方签字的数量为准。"
message = "Count {document_no}: {first_counter} found {expected_qty} of {product_code}, {second_counter} {actual_qty}, difference {difference_qty}"
message_zh = "盘点单 {document_no}：{product_code} 由 {first_counter} 盘得 {expected_qty}，{second_counter} 盘得 {actual_qty}，相差 {difference_qty}"
grain = ["location_code", "document_no", "product_code", "batch_no"]
population = "SELECT * FROM mart.count_pair WHERE NOT is_same_person"
needs = ["first_counter", "second_counter"]
not_applicable = "Nothing was counted a second time by another person."
not_applicable_zh = "没有由他人复盘的记录。"

[params]
tolerance_qty = 0.0
tolerance_share = 0.0

[param_notes]
tolerance_qty = "Differences up to this many base units are accepted."
tolerance_share = "Differences up to this share of the first count are accepted, 0.01 for one percent; the wider tolerance holds."

[param_notes_zh]
tolerance_qty = "差异不超过此数（基本单位）的可以接受。"
tolerance_share = "差异不超过初盘数量此比例的可以接受，0.01 即 1%；取较宽的一项。"
*/
-- One finding per product and batch, the widest difference where there were several recounts. What was sold or received
-- between two rounds is in the expected quantity.
SELECT
    location_code,
    product_code,
    batch_no,
    count_no AS document_no,
    CAST(second_at AS DATE) AS occurred_date,
    first_qty + moved_between_qty AS expected_qty,
    second_qty AS actual_qty,
    difference_qty,
    CAST(ABS(difference_qty) * unit_cost AS DECIMAL(18, 4)) AS amount_at_risk,
    first_counter,
    second_counter,
    CASE WHEN is_recount THEN 'recount' ELSE 'round' END AS second_count,
    second_round_no,
    first_qty,
    moved_between_qty,
    first_at,
    second_at,
    unit_cost,
    file_id,
    row_no
FROM mart.count_pair
WHERE NOT is_same_person
  AND first_counter IS NOT NULL
  AND second_counter IS NOT NULL
  AND ABS(difference_qty) > GREATEST(
      CAST($tolerance_qty AS DECIMAL(18, 3)), CAST($tolerance_share AS DECIMAL(9, 6)) * first_qty
  )
QUALIFY ROW_NUMBER() OVER (
    PARTITION BY location_code, count_no, product_code, batch_no
    ORDER BY ABS(difference_qty) DESC, second_round_no, is_recount DESC
) = 1;
/* cases
[[case]]
name = "a recount and a round by somebody else; the widest of several"
expect = [
  { document_no = "C1", product_code = "P1", expected_qty = 10, actual_qty = 8, difference_qty = -2, amount_at_risk = 6, first_counter = "E1", second_counter = "E2", second_count = "recount" },
  { document_no = "C1", product_code = "P2", expected_qty = 5, actual_qty = 9, difference_qty = 4, second_count = "round", second_round_no = 3 },
]
tables.count_line = '''
location_code | count_no | line_no | product_code | counted_at          | counted_qty | counted_by | recounted_qty | recounted_by | round_no | unit_cost
S01           | C1       | 1       | P1           | 2025-03-03 20:00:00 | 10          | E1         | 8             | E2           |          | 3
S01           | C1       | 2       | P2           | 2025-03-03 20:00:00 | 6           | E1         |               |              | 1        |
S01           | C1       | 3       | P2           | 2025-03-03 21:00:00 | 5           | E2         |               |              | 2        |
S01           | C1       | 4       | P2           | 2025-03-03 22:00:00 | 9           | E3         |               |              | 3        |
'''

[[case]]
name = "they agree; a sale between the rounds; the same person; nobody named; a cancelled count; one counter of two places"
expect = []
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | document_no
S01           | M1          | 2025-03-01 08:00:00 | P2           | opening       | 9         |
S01           | M2          | 2025-03-03 20:30:00 | P2           | sale          | -2        | T1
'''
tables.count_line = '''
location_code | count_no | line_no | product_code | counted_at          | counted_qty | counted_by | recounted_qty | recounted_by | round_no | status
S01           | C1       | 1       | P1           | 2025-03-03 20:00:00 | 10          | E1         | 10            | E2           |          | approved
S01           | C1       | 2       | P2           | 2025-03-03 20:00:00 | 9           | E1         |               |              | 1        | approved
S01           | C1       | 3       | P2           | 2025-03-03 21:00:00 | 7           | E2         |               |              | 2        | approved
S01           | C1       | 4       | P3           | 2025-03-03 20:00:00 | 9           | E1         | 8             | E1           |          | approved
S01           | C1       | 5       | P4           | 2025-03-03 20:00:00 | 9           |            | 8             | E1           |          | approved
S01           | C2       | 1       | P1           | 2025-03-03 20:00:00 | 10          | E1         | 9             | E2           |          | cancelled
S01           | C3       | 1       | P5           | 2025-03-03 20:00:00 | 3           | E1         |               |              | 1        | approved
S01           | C3       | 2       | P5           | 2025-03-03 20:00:00 | 5           | E2         |               |              | 1        | approved
'''

[[case]]
name = "within the shop's tolerance"
expect = [{ product_code = "P2" }]
params = { tolerance_qty = 1, tolerance_share = 0.02 }
tables.count_line = '''
location_code | count_no | line_no | product_code | counted_at          | counted_qty | counted_by | recounted_qty | recounted_by
S01           | C1       | 1       | P1           | 2025-03-03 20:00:00 | 100         | E1         | 98            | E2
S01           | C1       | 2       | P2           | 2025-03-03 20:00:00 | 10          | E1         | 8             | E2
'''
*/
