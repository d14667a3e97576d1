/*
title = "Stocktake entered twice"
title_zh = "盘点单重复录入"
severity = "high"
assertion = "existence"
why = "Each copy posts its differences: what was missing once is taken off the book twice."
why_zh = "重复的盘点单会各自入账差异：少一次的货在账上被减两次。"
fix = "Cancel the later document, and reverse what it has posted."
fix_zh = "作废后录入的盘点单，并冲回其已入账的差异。"
message = "Count {document_no} repeats {twin_document_no} of the same day: all {item_count} quantities agree"
message_zh = "盘点单 {document_no} 与同日的 {twin_document_no} 重复：{item_count} 项数量全部相同"
grain = ["location_code", "document_no"]
population = "SELECT * FROM mart.count_document"
not_applicable = "No count is loaded."
not_applicable_zh = "没有载入盘点单。"

[params]
min_lines = 2

[param_notes]
min_lines = "Documents with fewer quantities are copies only if they were also counted at the same moment."

[param_notes_zh]
min_lines = "数量行少于此数的盘点单，只有盘点时间也相同才算重复录入。"
*/
-- Copies give the same quantities of the same products and batches, by the same people, begun on the same day. Another
-- counter, or another round, makes an independent recount; one person who counts a product in the morning and again in
-- the evening makes two spot counts. The copy is the one counted, or loaded, later.
WITH keyed AS (
    SELECT
        *,
        CAST(started_at AS DATE) AS started_date,
        COALESCE(first_counter, '') || '+' || COALESCE(last_counter, '') AS people,
        CASE WHEN items < $min_lines THEN started_at END AS moment
    FROM mart.count_document
),

placed AS (
    SELECT
        *,
        FIRST_VALUE(count_no) OVER copies AS twin_document_no,
        FIRST_VALUE(started_at) OVER copies AS twin_started_at,
        ROW_NUMBER() OVER copies AS copy_no
    FROM keyed
    WINDOW copies AS (
        PARTITION BY location_code, started_date, content_key, rounds, people, moment
        ORDER BY started_at, file_id, row_no, count_no
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
)

SELECT
    location_code,
    count_no AS document_no,
    started_date AS occurred_date,
    gross_value AS amount_at_risk,
    twin_document_no,
    items AS item_count,
    copy_no,
    first_counter AS counter,
    differing_items,
    net_value,
    started_at,
    twin_started_at,
    approved_by,
    file_id,
    row_no
FROM placed
WHERE copy_no > 1;
/* cases
[[case]]
name = "the same quantities in another order an hour later; a third copy; one quantity at the same moment"
expect = [
  { document_no = "C2", twin_document_no = "C1", item_count = 2, amount_at_risk = 6, copy_no = 2 },
  { document_no = "C3", twin_document_no = "C1", copy_no = 3 },
  { document_no = "C5", twin_document_no = "C4", item_count = 1 },
]
tables.count_line = '''
location_code | count_no | line_no | product_code | counted_at          | book_qty | counted_qty | unit_cost | counted_by
S01           | C1       | 1       | P1           | 2025-03-03 20:00:00 | 10       | 7           | 2         | E1
S01           | C1       | 2       | P2           | 2025-03-03 20:05:00 | 5        | 5           | 2         | E1
S01           | C2       | 1       | P2           | 2025-03-03 21:05:00 | 5        | 5           | 2         | E1
S01           | C2       | 2       | p1           | 2025-03-03 21:00:00 | 10       | 7           | 2         | e1
S01           | C3       | 1       | P1           | 2025-03-03 22:00:00 | 10       | 4           | 2         | E1
S01           | C3       | 2       | P1           | 2025-03-03 22:00:00 | 10       | 3           | 2         | E1
S01           | C3       | 3       | P2           | 2025-03-03 22:00:00 | 5        | 5           | 2         | E1
S01           | C4       | 1       | P7           | 2025-03-05 20:00:00 | 5        | 5           | 2         | E1
S01           | C5       | 1       | P7           | 2025-03-05 20:00:00 | 5        | 5           | 2         | E1
'''

[[case]]
name = "a recount by another, a second round, a spot count repeated, other quantities, another batch, another shop, the next day, a cancelled copy"
expect = []
tables.count_line = '''
location_code | count_no | line_no | product_code | batch_no | counted_at          | counted_qty | counted_by | round_no | status
S01           | C1       | 1       | P1           | B1       | 2025-03-03 20:00:00 | 7           | E1         | 1        | approved
S01           | C1       | 2       | P2           |          | 2025-03-03 20:00:00 | 5           | E1         | 1        | approved
S01           | C2       | 1       | P1           | B1       | 2025-03-03 21:00:00 | 7           | E2         | 1        | approved
S01           | C2       | 2       | P2           |          | 2025-03-03 21:00:00 | 5           | E2         | 1        | approved
S01           | C3       | 1       | P1           | B1       | 2025-03-03 21:00:00 | 7           | E1         | 2        | approved
S01           | C3       | 2       | P2           |          | 2025-03-03 21:00:00 | 5           | E1         | 2        | approved
S01           | C4       | 1       | P3           |          | 2025-03-03 09:00:00 | 5           | E1         | 1        | approved
S01           | C5       | 1       | P3           |          | 2025-03-03 18:00:00 | 5           | E1         | 1        | approved
S01           | C6       | 1       | P1           | B1       | 2025-03-03 20:00:00 | 7           | E1         | 1        | approved
S01           | C6       | 2       | P2           |          | 2025-03-03 20:00:00 | 6           | E1         | 1        | approved
S01           | C7       | 1       | P1           | B2       | 2025-03-03 20:00:00 | 7           | E1         | 1        | approved
S01           | C7       | 2       | P2           |          | 2025-03-03 20:00:00 | 5           | E1         | 1        | approved
S02           | C1       | 1       | P1           | B1       | 2025-03-03 20:00:00 | 7           | E1         | 1        | approved
S02           | C1       | 2       | P2           |          | 2025-03-03 20:00:00 | 5           | E1         | 1        | approved
S01           | C8       | 1       | P1           | B1       | 2025-03-04 20:00:00 | 7           | E1         | 1        | approved
S01           | C8       | 2       | P2           |          | 2025-03-04 20:00:00 | 5           | E1         | 1        | approved
S01           | C9       | 1       | P1           | B1       | 2025-03-03 20:00:00 | 7           | E1         | 1        | cancelled
S01           | C9       | 2       | P2           |          | 2025-03-03 20:00:00 | 5           | E1         | 1        | cancelled
'''
*/
