/*
title = "Count posted another difference than it found"
title_zh = "盘点入账数与差异数不符"
severity = "high"
assertion = "accuracy"
why = "After the posting the book still does not show what was counted, so the next count will find the rest and nobody will know why."
why_zh = "入账后账面仍不等于实盘数，余下的差异到下次盘点才会出现，且无从查证。"
fix = "Compare the book the count was posted against with the ledger at that moment, then post the rest with a reference to this count."
fix_zh = "比对过账时采用的账面与当时的流水账，再补记其余差异并注明本盘点单号。"
message = "Count {document_no}: {product_code} was off by {expected_qty} ({counted_qty} counted, {book_qty} in the book), {actual_qty} was posted"
message_zh = "盘点单 {document_no}：{product_code} 差异应为 {expected_qty}（实盘 {counted_qty}，账面 {book_qty}），实际入账 {actual_qty}"
grain = ["location_code", "document_no", "product_code", "batch_no"]
consequence_of = ["count_variance"]
population = "SELECT * FROM mart.count_posting WHERE postings > 0"
not_applicable = "No count has posted a difference under its number."
not_applicable_zh = "没有按盘点单号入账的盘点差异。"

[params]
tolerance_qty = 0.0

[param_notes]
tolerance_qty = "Postings that are off by up to this many base units are accepted."

[param_notes_zh]
tolerance_qty = "入账数量与差异相差不超过此数（基本单位）的可以接受。"
*/
-- The variance is against the book worked out from the ledger, whatever the POS took for its book; where they part, the
-- POS posts another quantity, and the evidence shows both books.
SELECT
    location_code,
    product_code,
    batch_no,
    count_no AS document_no,
    CAST(posted_at AS DATE) AS occurred_date,
    variance_qty AS expected_qty,
    posted_qty AS actual_qty,
    posted_qty - variance_qty AS difference_qty,
    CAST(ABS(posted_qty - variance_qty) * unit_cost AS DECIMAL(18, 4)) AS amount_at_risk,
    final_qty AS counted_qty,
    book_qty,
    book_basis,
    stated_book_qty,
    postings,
    movement_id,
    counted_at,
    posted_at,
    approved_by,
    unit_cost,
    file_id,
    row_no
FROM mart.count_posting
WHERE postings > 0
  AND ABS(posted_qty - variance_qty) > CAST($tolerance_qty AS DECIMAL(18, 3));
/* cases
[[case]]
name = "less than found, the wrong sign, and a posting where the ledger agrees with the count"
expect = [
  { product_code = "P1", expected_qty = -3, actual_qty = -2, difference_qty = 1, amount_at_risk = 4, book_qty = 10, counted_qty = 7 },
  { product_code = "P2", expected_qty = -3, actual_qty = 3, difference_qty = 6 },
  { product_code = "P3", expected_qty = 0, actual_qty = -1, difference_qty = -1, stated_book_qty = 11, book_qty = 10 },
]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | unit_cost | document_no
S01           | M1          | 2025-03-01 08:00:00 | P1           | opening       | 10        | 4         |
S01           | M2          | 2025-03-01 08:00:00 | P2           | opening       | 10        | 4         |
S01           | M3          | 2025-03-01 08:00:00 | P3           | opening       | 10        | 4         |
S01           | M4          | 2025-03-03 22:00:00 | P1           | count_loss    | -2        |           | C1
S01           | M5          | 2025-03-03 22:00:00 | P2           | count_gain    | 3         |           | C1
S01           | M6          | 2025-03-03 22:00:00 | P3           | count_loss    | -1        |           | C1
'''
tables.count_line = '''
location_code | count_no | line_no | product_code | counted_at          | book_qty | counted_qty | status
S01           | C1       | 1       | P1           | 2025-03-03 20:00:00 | 9        | 7           | approved
S01           | C1       | 2       | P2           | 2025-03-03 20:00:00 | 10       | 7           | approved
S01           | C1       | 3       | P3           | 2025-03-03 20:00:00 | 11       | 10          | approved
'''

[[case]]
name = "posted right, in two parts, before the moment of counting, by batch for a whole, as a recount corrected it; nothing posted; an opening"
expect = []
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | batch_no | movement_type | moved_qty | document_no
S01           | M1          | 2025-03-01 08:00:00 | P1           |          | opening       | 10        |
S01           | M2          | 2025-03-03 22:00:00 | P1           |          | count_loss    | -2        | C1
S01           | M3          | 2025-03-04 22:00:00 | P1           |          | count_loss    | -1        | C1
S01           | M4          | 2025-03-01 08:00:00 | P2           |          | opening       | 10        |
S01           | M5          | 2025-03-03 19:00:00 | P2           |          | count_gain    | 1         | C1
S01           | M6          | 2025-03-01 08:00:00 | P3           | B1       | opening       | 10        |
S01           | M7          | 2025-03-01 08:00:00 | P3           | B2       | opening       | 10        |
S01           | M8          | 2025-03-03 22:00:00 | P3           | B1       | count_loss    | -1        | C1
S01           | M9          | 2025-03-03 22:00:00 | P3           | B2       | count_loss    | -2        | C1
S01           | N1          | 2025-03-01 08:00:00 | P4           |          | opening       | 10        |
S01           | N2          | 2025-03-03 22:00:00 | P4           |          | count_loss    | -1        | C1
S01           | N3          | 2025-03-03 22:00:00 | P5           |          | count_gain    | 30        | C1
S01           | N4          | 2025-03-01 08:00:00 | P6           |          | opening       | 10        |
'''
tables.count_line = '''
location_code | count_no | line_no | product_code | counted_at          | book_qty | counted_qty | recounted_qty | status
S01           | C1       | 1       | P1           | 2025-03-03 20:00:00 |          | 7           |               | approved
S01           | C1       | 2       | P2           | 2025-03-03 20:00:00 |          | 11          |               | approved
S01           | C1       | 3       | P3           | 2025-03-03 20:00:00 |          | 17          |               | approved
S01           | C1       | 4       | P4           | 2025-03-03 20:00:00 |          | 8           | 9             | approved
S01           | C1       | 5       | P5           | 2025-03-03 20:00:00 | 0        | 30          |               | approved
S01           | C1       | 6       | P6           | 2025-03-03 20:00:00 |          | 9           |               | approved
'''
*/
