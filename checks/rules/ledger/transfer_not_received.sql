/*
title = "Transfer with one side only"
title_zh = "调拨只有一方记账"
severity = "high"
assertion = "completeness"
why = "Goods that left one place and reached no other are lost, or stand in the wrong book: one location shows stock it lacks, another lacks stock it has."
why_zh = "货从一处发出却未在另一处入账：要么途中丢失，要么一方账面虚增、另一方账面短少。"
fix = "Ask both ends for the transfer document. If the goods arrived, enter the missing side under the same number; if they did not, ask who carried them."
fix_zh = "向收发双方索要调拨单。货已到的，按同一单号补录缺失的一方；货未到的，查问承运人。"
message = "Transfer {document_no} of {product_code}, {sender_code} to {receiver_code} on {occurred_date}: {sent_qty} sent, {received_qty} received ({direction}) after {days_open} days"
message_zh = "调拨单 {document_no}（{product_code}，{occurred_date} 由 {sender_code} 至 {receiver_code}）：发出 {sent_qty}，收到 {received_qty}（{direction}），已过 {days_open} 天"
correction.kind = "complete_transfer"
correction.qty = "-difference_qty"
correction.location = "other_location_code"
correction.reason_code = "transfer_error"
grain = ["location_code", "document_no", "product_code", "direction", "other_location_code"]
ageing = ["days_open"]
population = "SELECT * FROM mart.transfer_match WHERE is_comparable"
not_applicable = "No transfer names a document and another location whose ledger is loaded."
not_applicable_zh = "没有同时注明单据号和对方门店、且对方流水已载入的调拨。"

[params]
days = 7

[param_notes]
days = "Days that goods may be on the way before the missing side counts as missing."

[param_notes_zh]
days = "货物在途允许的天数，超过后缺少的一方才算缺。"

[words]
not_received = ["no arrival", "未收货"]
never_sent = ["no dispatch", "未发货"]
elsewhere = ["arrived at another location", "到了别的门店"]
*/
-- location_code is the place whose book has its side. Goods that arrived elsewhere are one finding, of the place that
-- sent them; a dispatch that the sender took back under its number is none.
WITH open_transfer AS (
    SELECT
        m.*,
        CASE WHEN m.sent_qty IS NULL THEN m.receiver_code ELSE m.sender_code END AS location_code,
        CASE WHEN m.sent_qty IS NULL THEN m.sender_code ELSE m.receiver_code END AS other_location_code,
        CAST(COALESCE(m.last_sent_at, m.last_received_at) AS DATE) AS moved_on
    FROM mart.transfer_match AS m
    WHERE m.is_comparable
      AND (m.state IN ('not_received', 'never_sent') OR (m.state = 'elsewhere' AND m.received_qty IS NULL))
)

SELECT
    t.location_code,
    t.product_code,
    t.document_no,
    t.moved_on AS occurred_date,
    COALESCE(t.sent_qty, t.received_qty) AS expected_qty,
    CAST(0 AS DECIMAL(18, 3)) AS actual_qty,
    -COALESCE(t.sent_qty, t.received_qty) AS difference_qty,
    CAST(COALESCE(t.sent_qty, t.received_qty) * COALESCE(c.unit_cost, p.purchase_price) AS DECIMAL(18, 4)) AS amount_at_risk,
    t.state AS direction,
    t.sender_code,
    t.receiver_code,
    t.other_location_code,
    COALESCE(t.sent_qty, 0) AS sent_qty,
    COALESCE(t.received_qty, 0) AS received_qty,
    t.arrived_at_code,
    DATE_DIFF('day', t.moved_on, $as_of) AS days_open,
    t.other_side_until,
    t.file_id,
    t.row_no
FROM open_transfer AS t
LEFT JOIN mart.last_cost AS c ON c.location_code = t.location_code AND c.product_code = t.product_code
LEFT JOIN core.product AS p ON p.product_code = t.product_code
WHERE DATE_DIFF('day', t.moved_on, $as_of) >= $days;
/* cases
[[case]]
name = "one product of a document never arrives; an arrival nobody sent; goods that went to another store are one finding"
expect = [
  { location_code = "W01", document_no = "D1", product_code = "P2", expected_qty = 3, actual_qty = 0, difference_qty = -3, amount_at_risk = 6, direction = "not_received", days_open = 9 },
  { location_code = "S01", document_no = "D2", product_code = "P1", expected_qty = 4, direction = "never_sent", sender_code = "W01" },
  { location_code = "W01", document_no = "D3", product_code = "P1", direction = "elsewhere", receiver_code = "S01", arrived_at_code = "S02" },
]
as_of = 2025-03-10
tables.product = '''
product_code | purchase_price
P2           | 2
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | document_no | counter_location_code
W01           | M1          | 2025-03-01 08:00:00 | P1           | transfer_out  | -5        | D1          | S01
W01           | M2          | 2025-03-01 08:00:00 | P2           | transfer_out  | -3        | D1          | S01
S01           | M3          | 2025-03-02 08:00:00 | P1           | transfer_in   | 5         | D1          | W01
S01           | M4          | 2025-03-02 08:00:00 | P1           | transfer_in   | 4         | D2          | W01
W01           | M5          | 2025-03-01 08:00:00 | P1           | transfer_out  | -2        | D3          | S01
S02           | M6          | 2025-03-02 08:00:00 | P1           | transfer_in   | 2         | D3          | W01
'''

[[case]]
name = "still on the way, taken back, to a place without a ledger, without a number, a different quantity, booked as a receipt"
expect = []
as_of = 2025-03-10
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | document_no | counter_location_code
W01           | M1          | 2025-03-04 08:00:00 | P1           | transfer_out  | -5        | D1          | S01
W01           | M2          | 2025-03-01 08:00:00 | P1           | transfer_out  | -3        | D2          | S01
W01           | M3          | 2025-03-01 09:00:00 | P1           | transfer_in   | 3         | D2          | S01
W01           | M4          | 2025-03-01 08:00:00 | P1           | transfer_out  | -5        | D3          | S09
W01           | M5          | 2025-03-01 08:00:00 | P1           | transfer_out  | -5        |             | S01
W01           | M6          | 2025-03-01 08:00:00 | P1           | transfer_out  | -5        | D4          | S01
S01           | M7          | 2025-03-02 08:00:00 | P1           | transfer_in   | 4         | D4          | W01
W01           | M8          | 2025-03-01 08:00:00 | P1           | transfer_out  | -5        | D5          | S01
S01           | M9          | 2025-03-02 08:00:00 | P1           | receipt       | 5         | D5          |
'''

[[case]]
name = "a store that numbers its arrivals by itself"
expect = []
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | document_no | counter_location_code
W01           | M1          | 2025-03-01 08:00:00 | P1           | transfer_out  | -5        | D1          | S01
W01           | M2          | 2025-03-02 08:00:00 | P1           | transfer_out  | -5        | D2          | S01
W01           | M3          | 2025-03-03 08:00:00 | P1           | transfer_out  | -5        | D3          | S01
W01           | M4          | 2025-03-04 08:00:00 | P1           | transfer_out  | -5        | D4          | S01
W01           | M5          | 2025-03-05 08:00:00 | P1           | transfer_out  | -5        | D5          | S01
S01           | M1          | 2025-03-01 18:00:00 | P1           | transfer_in   | 5         | ZR-1        | W01
S01           | M2          | 2025-03-02 18:00:00 | P1           | transfer_in   | 5         | ZR-2        | W01
S01           | M3          | 2025-03-03 18:00:00 | P1           | transfer_in   | 5         | ZR-3        | W01
S01           | M4          | 2025-03-04 18:00:00 | P1           | transfer_in   | 5         | ZR-4        | W01
S01           | M5          | 2025-03-05 18:00:00 | P1           | transfer_in   | 5         | ZR-5        | W01
'''
*/
