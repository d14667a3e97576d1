/*
title = "Count difference never posted"
title_zh = "盘点差异未入账"
severity = "high"
assertion = "completeness"
why = "The count was approved and the book was not corrected: it goes on showing stock that is not there, or hiding stock that is."
why_zh = "盘点已审核而账面未更正：账上继续虚列不存在的库存，或漏列实际存在的库存。"
fix = "Look whether the posting failed or was made under another number; if not, post the difference of this count."
fix_zh = "检查差异是否过账失败或记在别的单号下；若没有，补记本盘点单的差异。"
message = "Count {document_no}: the difference of {expected_qty} of {product_code} ({counted_qty} counted, {book_qty} in the book) was not posted within {days_since} days"
message_zh = "盘点单 {document_no}：{product_code} 差异 {expected_qty}（实盘 {counted_qty}，账面 {book_qty}）已过 {days_since} 天仍未入账"
correction.kind = "adjust_quantity"
correction.qty = "-difference_qty"
correction.reason_code = "count_result"
grain = ["location_code", "document_no", "product_code", "batch_no"]
consequence_of = ["count_variance"]
ageing = ["days_since"]
population = "SELECT * FROM mart.count_posting WHERE NOT is_open AND variance_qty <> 0"
not_applicable = "No closed count with a difference at a location that posts its counts under their number."
not_applicable_zh = "没有已审核且有差异的盘点，或门店未按盘点单号入账。"

[params]
days = 3
tolerance_qty = 0.0

[param_notes]
days = "Days after the count within which its difference is to be posted."
tolerance_qty = "Differences up to this many base units need no posting."

[param_notes_zh]
days = "盘点后多少天之内应将差异入账。"
tolerance_qty = "差异不超过此数（基本单位）的无须入账。"
*/
-- Open counts are still being worked on. A posting of another quantity is the finding of another rule.
SELECT
    location_code,
    product_code,
    batch_no,
    count_no AS document_no,
    CAST(counted_at AS DATE) AS occurred_date,
    variance_qty AS expected_qty,
    CAST(0 AS DECIMAL(18, 3)) AS actual_qty,
    -variance_qty AS difference_qty,
    CAST(ABS(variance_qty) * unit_cost AS DECIMAL(18, 4)) AS amount_at_risk,
    final_qty AS counted_qty,
    book_qty,
    book_basis,
    stated_book_qty,
    DATE_DIFF('day', CAST(counted_at AS DATE), $as_of) AS days_since,
    approved_by,
    counted_at,
    unit_cost,
    file_id,
    row_no
FROM mart.count_posting
WHERE NOT is_open
  AND postings = 0
  AND variance_qty <> 0
  AND ABS(variance_qty) > CAST($tolerance_qty AS DECIMAL(18, 3))
  AND CAST(counted_at AS DATE) + $days < $as_of;
/* cases
[[case]]
name = "approved, differing, not posted, while others of the location are"
as_of = 2025-03-07
expect = [{ document_no = "C1", product_code = "P1", expected_qty = -2, actual_qty = 0, amount_at_risk = 6, book_qty = 10, counted_qty = 8, days_since = 4 }]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | unit_cost | document_no
S01           | M1          | 2025-03-01 08:00:00 | P1           | opening       | 10        | 3         |
S01           | M2          | 2025-03-01 08:00:00 | P2           | opening       | 10        | 3         |
S01           | M3          | 2025-03-03 22:00:00 | P2           | count_gain    | 1         | 3         | C1
S01           | M4          | 2025-03-01 08:00:00 | P3           | opening       | 10        | 3         |
'''
tables.count_line = '''
location_code | count_no | line_no | product_code | counted_at          | counted_qty | status
S01           | C1       | 1       | P1           | 2025-03-03 20:00:00 | 8           | approved
S01           | C1       | 2       | P2           | 2025-03-03 20:00:00 | 11          | approved
S01           | C1       | 3       | P3           | 2025-03-03 20:00:00 | 10          | approved
'''

[[case]]
name = "still within the days; an open and a cancelled count; posted as an adjustment; a first count; a location that does not post counts"
as_of = 2025-03-07
expect = []
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | document_no
S01           | M1          | 2025-03-01 08:00:00 | P1           | opening       | 10        |
S01           | M2          | 2025-03-01 08:00:00 | P2           | opening       | 10        |
S01           | M3          | 2025-03-03 22:00:00 | P2           | adjustment    | 1         | C1
S01           | M4          | 2025-03-01 08:00:00 | P3           | opening       | 10        |
S02           | M5          | 2025-03-01 08:00:00 | P3           | opening       | 10        |
S02           | M6          | 2025-03-03 22:00:00 | P3           | count_loss    | -1        | A77
'''
tables.count_line = '''
location_code | count_no | line_no | product_code | counted_at          | counted_qty | status
S01           | C1       | 1       | P2           | 2025-03-03 20:00:00 | 11          | approved
S01           | C1       | 2       | P9           | 2025-03-03 20:00:00 | 11          | approved
S01           | C2       | 1       | P1           | 2025-03-04 20:00:00 | 8           | approved
S01           | C3       | 1       | P1           | 2025-03-03 20:00:00 | 8           | open
S01           | C4       | 1       | P1           | 2025-03-03 20:00:00 | 8           | cancelled
S02           | C1       | 1       | P3           | 2025-03-03 20:00:00 | 9           | approved
'''
*/
