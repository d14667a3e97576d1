/*
title = "Transfer received differs from transfer sent"
title_zh = "调拨收发数量不符"
severity = "high"
assertion = "accuracy"
why = "Goods that were sent and did not arrive in full are lost on the way, or one side was entered wrongly: one of the two books is off."
why_zh = "发出与收到不一致：途中短少，或有一方录错，两处账面必有一处不实。"
fix = "Compare the transfer document with both entries and the goods. Correct the side that is wrong; a loss on the way is written off with a reason."
fix_zh = "以调拨单和实物核对双方记录，更正错误的一方；途中损耗注明原因报损。"
message = "Transfer {document_no} of {product_code}, {location_code} to {receiver_code}: {expected_qty} sent, {actual_qty} received ({difference_qty})"
message_zh = "调拨单 {document_no}（{product_code}，{location_code} 至 {receiver_code}）：发出 {expected_qty}，收到 {actual_qty}（差 {difference_qty}）"
grain = ["location_code", "document_no", "product_code", "receiver_code"]
population = "SELECT * FROM mart.transfer_match WHERE state = 'both'"
not_applicable = "No transfer has both its sides in the books."
not_applicable_zh = "没有收发双方都已入账的调拨。"

[params]
days = 3
tolerance_qty = 0

[param_notes]
days = "Days after the last dispatch under which more of it may still arrive."
tolerance_qty = "Difference in base units that does not count, for goods that lose weight on the way."

[param_notes_zh]
days = "最后一次发货后多少天之内，其余的货仍可能到达。"
tolerance_qty = "允许的差异（基本单位），用于途中会失重的商品。"
*/
-- Batches and lines of one product are summed: what is told apart on one side need not be on the other.
SELECT
    m.sender_code AS location_code,
    m.product_code,
    m.document_no,
    CAST(m.sent_at AS DATE) AS occurred_date,
    m.sent_qty AS expected_qty,
    m.received_qty AS actual_qty,
    m.received_qty - m.sent_qty AS difference_qty,
    CAST(ABS(m.received_qty - m.sent_qty) * COALESCE(c.unit_cost, p.purchase_price) AS DECIMAL(18, 4)) AS amount_at_risk,
    m.receiver_code,
    m.last_sent_at,
    m.received_at,
    m.last_received_at,
    m.file_id,
    m.row_no
FROM mart.transfer_match AS m
LEFT JOIN mart.last_cost AS c ON c.location_code = m.sender_code AND c.product_code = m.product_code
LEFT JOIN core.product AS p ON p.product_code = m.product_code
WHERE m.state = 'both'
  AND ABS(m.received_qty - m.sent_qty) > $tolerance_qty
  AND DATE_DIFF('day', CAST(m.last_sent_at AS DATE), $as_of) >= $days;
/* cases
[[case]]
name = "less and more than was sent, one finding per document and product over its batches"
expect = [
  { location_code = "W01", document_no = "D1", product_code = "P1", expected_qty = 8, actual_qty = 7, difference_qty = -1, amount_at_risk = 2, receiver_code = "S01" },
  { location_code = "W01", document_no = "D2", product_code = "P1", expected_qty = 5, actual_qty = 6, difference_qty = 1 },
]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | batch_no | movement_type | moved_qty | unit_cost | document_no | counter_location_code
W01           | M1          | 2025-03-01 08:00:00 | P1           | B1       | transfer_out  | -5        | 2         | D1          | S01
W01           | M2          | 2025-03-01 08:00:00 | P1           | B2       | transfer_out  | -3        | 2         | D1          | S01
S01           | M3          | 2025-03-02 08:00:00 | P1           | B1       | transfer_in   | 7         |           | D1          | W01
W01           | M4          | 2025-03-01 08:00:00 | P1           | B1       | transfer_out  | -5        | 2         | D2          | S01
S01           | M5          | 2025-03-02 08:00:00 | P1           | B1       | transfer_in   | 6         |           | D2          | W01
'''

[[case]]
name = "equal over two deliveries and other batches, the rest still on the way, a side that is missing, a loss within the tolerance"
expect = []
as_of = 2025-03-10
params = { tolerance_qty = 0.5 }
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | batch_no | movement_type | moved_qty | document_no | counter_location_code
W01           | M1          | 2025-03-01 08:00:00 | P1           | B1       | transfer_out  | -8        | D1          | S01
S01           | M2          | 2025-03-02 08:00:00 | P1           | B1       | transfer_in   | 5         | D1          | W01
S01           | M3          | 2025-03-03 08:00:00 | P1           | B2       | transfer_in   | 3         | D1          | W01
W01           | M4          | 2025-03-08 08:00:00 | P1           | B1       | transfer_out  | -8        | D2          | S01
S01           | M5          | 2025-03-09 08:00:00 | P1           | B1       | transfer_in   | 5         | D2          | W01
W01           | M6          | 2025-03-01 08:00:00 | P1           | B1       | transfer_out  | -8        | D3          | S01
W01           | M7          | 2025-03-01 08:00:00 | P2           |          | transfer_out  | -8        | D4          | S01
S01           | M8          | 2025-03-02 08:00:00 | P2           |          | transfer_in   | 7.6       | D4          | W01
'''
*/
