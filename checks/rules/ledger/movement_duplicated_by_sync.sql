/*
title = "Submission posted more than once by synchronisation"
title_zh = "同步重传导致重复记账"
severity = "critical"
assertion = "existence"
why = "A device that got no answer sent its document again and the book took it twice: stock and sales are off by the whole document."
why_zh = "设备未收到回执而重发单据，账上记了两次：库存和销售都多计（或少计）整张单据。"
fix = "Reverse the extra copy with one entry that names this document, and check the device's connection at that time."
fix_zh = "以一笔冲销分录冲回多出的一份并注明单据号，检查该设备当时的网络。"
message = "{document_no} of device {device_id} was posted {copies} times ({lines} lines, {difference_qty} too much)"
message_zh = "设备 {device_id} 的单据 {document_no} 被记账 {copies} 次（{lines} 行，多计 {difference_qty}）"
correction.kind = "adjust_quantity"
correction.qty = "-difference_qty"
correction.reason_code = "duplicate"
grain = ["location_code", "device_id", "document_no", "device_seq"]
population = "SELECT * FROM core.stock_movement WHERE device_id IS NOT NULL AND device_seq IS NOT NULL AND CAST(occurred_at AS DATE) <= $as_of"
needs = ["product_code", "moved_qty"]
not_applicable = "No movement carries a device and its sequence number."
not_applicable_zh = "库存变动中没有设备号和设备流水号。"
*/
-- A submission is what one device sent under one sequence number for one document. It is a copy as a whole: every
-- distinct line must occur in multiples of two, or of three. A line's own number is part of the line, so that a ticket
-- with the same product on two numbered lines is no copy. Where the sequence counts movements, one document's findings
-- are drawn together. Only submissions of two or more movements are sorted.
WITH repeated AS (
    SELECT location_code, device_id, device_seq
    FROM core.stock_movement
    WHERE device_id IS NOT NULL AND device_seq IS NOT NULL AND CAST(occurred_at AS DATE) <= $as_of
    GROUP BY location_code, device_id, device_seq
    HAVING COUNT(*) > 1
),

line AS (
    SELECT
        m.location_code,
        m.device_id,
        m.device_seq,
        COALESCE(m.document_no, '') AS document_no,
        m.document_line_no,
        m.product_code,
        m.batch_no,
        m.movement_type,
        m.moved_qty,
        m.unit_cost,
        m.sale_amount,
        m.occurred_at,
        COUNT(*) AS occurrences,
        MIN(m.movement_id) AS movement_id,
        MIN(m.file_id) AS file_id,
        MAX(m.row_no) AS row_no
    FROM core.stock_movement AS m
    JOIN repeated AS r
        ON r.location_code = m.location_code AND r.device_id = m.device_id AND r.device_seq = m.device_seq
    WHERE CAST(m.occurred_at AS DATE) <= $as_of
    GROUP BY
        m.location_code, m.device_id, m.device_seq, COALESCE(m.document_no, ''), m.document_line_no, m.product_code,
        m.batch_no, m.movement_type, m.moved_qty, m.unit_cost, m.sale_amount, m.occurred_at
),

submission AS (
    SELECT
        location_code,
        device_id,
        device_seq,
        document_no,
        CASE
            WHEN MIN(occurrences) = MAX(occurrences) THEN MIN(occurrences)
            WHEN SUM(occurrences % 2) = 0 THEN 2
            ELSE 3
        END AS copies
    FROM line
    GROUP BY location_code, device_id, device_seq, document_no
    HAVING MIN(occurrences) > 1
       AND (
           SUM(occurrences % 2) = 0
           OR SUM(occurrences % 3) = 0
           OR MIN(occurrences) = MAX(occurrences)
       )
),

-- The original quantity by whole numbers: of every `copies` equal lines the first is real.
original AS (
    SELECT
        l.location_code,
        l.device_id,
        l.device_seq,
        l.document_no,
        s.copies,
        COUNT(*) AS lines,
        SUM(l.moved_qty * l.occurrences) AS posted_qty,
        MIN(l.occurred_at) AS occurred_at,
        MIN(l.movement_id) AS movement_id,
        MIN(l.file_id) AS file_id,
        MAX(l.row_no) AS row_no,
        CASE WHEN MIN(l.product_code) = MAX(l.product_code) THEN MIN(l.product_code) END AS product_code,
        SUM(l.moved_qty * (l.occurrences // NULLIF(s.copies, 0))) AS real_qty,
        SUM(
            COALESCE(l.sale_amount, l.moved_qty * COALESCE(l.unit_cost, p.purchase_price))
            * (l.occurrences - l.occurrences // NULLIF(s.copies, 0))
        ) AS extra_amount
    FROM line AS l
    JOIN submission AS s
        ON s.location_code = l.location_code
        AND s.device_id = l.device_id
        AND s.device_seq = l.device_seq
        AND s.document_no = l.document_no
    LEFT JOIN core.product AS p ON p.product_code = l.product_code
    GROUP BY l.location_code, l.device_id, l.device_seq, l.document_no, s.copies
)

SELECT
    location_code,
    CASE WHEN MIN(product_code) = MAX(product_code) AND COUNT(*) = COUNT(product_code) THEN MIN(product_code) END
        AS product_code,
    NULLIF(document_no, '') AS document_no,
    CAST(MIN(occurred_at) AS DATE) AS occurred_date,
    SUM(real_qty) AS expected_qty,
    SUM(posted_qty) AS actual_qty,
    SUM(posted_qty) - SUM(real_qty) AS difference_qty,
    ABS(SUM(extra_amount)) AS amount_at_risk,
    device_id,
    MIN(device_seq) AS device_seq,
    MAX(copies) AS copies,
    SUM(lines) AS lines,
    MIN(movement_id) AS movement_id,
    MIN(file_id) AS file_id,
    MAX(row_no) AS row_no
FROM original
GROUP BY location_code, device_id, document_no, CASE WHEN document_no = '' THEN device_seq ELSE 0 END;
/* cases
[[case]]
name = "a ticket uploaded twice is one finding, not one per line; a void on it is two ordinary lines"
expect = [{ document_no = "T1", device_seq = 7, copies = 2, lines = 4, expected_qty = -3, actual_qty = -6, difference_qty = -3, amount_at_risk = 9 }]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | sale_amount | document_no | device_id | device_seq
S01           | M1          | 2025-03-01 08:00:00 | P1           | sale          | -1        | 3           | T1          | D1        | 7
S01           | M2          | 2025-03-01 08:00:00 | P2           | sale          | -2        | 6           | T1          | D1        | 7
S01           | M3          | 2025-03-01 08:00:00 | P3           | sale          | -2        | 6           | T1          | D1        | 7
S01           | M4          | 2025-03-01 08:00:00 | P3           | sale          | 2         | -6          | T1          | D1        | 7
S01           | M5          | 2025-03-01 08:00:00 | P1           | sale          | -1        | 3           | T1          | D1        | 7
S01           | M6          | 2025-03-01 08:00:00 | P2           | sale          | -2        | 6           | T1          | D1        | 7
S01           | M7          | 2025-03-01 08:00:00 | P3           | sale          | -2        | 6           | T1          | D1        | 7
S01           | M8          | 2025-03-01 08:00:00 | P3           | sale          | 2         | -6          | T1          | D1        | 7
S01           | M9          | 2025-03-01 09:00:00 | P1           | sale          | -1        | 3           | T2          | D1        | 8
'''

[[case]]
name = "three uploads, an honest pair of equal lines uploaded twice, and a sequence that counts movements"
expect = [
  { document_no = "T1", copies = 3, difference_qty = -4 },
  { document_no = "T2", copies = 2, expected_qty = -3, difference_qty = -3 },
  { document_no = "T3", device_seq = 10, copies = 2, lines = 2, difference_qty = -5 },
]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | document_no | device_id | device_seq
S01           | M1          | 2025-03-01 08:00:00 | P1           | sale          | -2        | T1          | D1        | 7
S01           | M2          | 2025-03-01 08:00:00 | P1           | sale          | -2        | T1          | D1        | 7
S01           | M3          | 2025-03-01 08:00:00 | P1           | sale          | -2        | T1          | D1        | 7
S01           | M4          | 2025-03-01 09:00:00 | P1           | sale          | -1        | T2          | D1        | 8
S01           | M5          | 2025-03-01 09:00:00 | P1           | sale          | -1        | T2          | D1        | 8
S01           | M6          | 2025-03-01 09:00:00 | P2           | sale          | -1        | T2          | D1        | 8
S01           | M7          | 2025-03-01 09:00:00 | P1           | sale          | -1        | T2          | D1        | 8
S01           | M8          | 2025-03-01 09:00:00 | P1           | sale          | -1        | T2          | D1        | 8
S01           | M9          | 2025-03-01 09:00:00 | P2           | sale          | -1        | T2          | D1        | 8
S01           | N1          | 2025-03-01 10:00:00 | P1           | sale          | -2        | T3          | D1        | 10
S01           | N2          | 2025-03-01 10:00:00 | P1           | sale          | -2        | T3          | D1        | 10
S01           | N3          | 2025-03-01 10:00:00 | P2           | sale          | -3        | T3          | D1        | 11
S01           | N4          | 2025-03-01 10:00:00 | P2           | sale          | -3        | T3          | D1        | 11
'''

[[case]]
name = "equal sales under two numbers, one number for different content, numbered lines of one product, a sale and its void"
expect = []
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | document_no | document_line_no | device_id | device_seq
S01           | M1          | 2025-03-01 08:00:00 | P1           | sale          | -2        | T1          |                  | D1        | 7
S01           | M2          | 2025-03-01 08:00:00 | P1           | sale          | -2        | T2          |                  | D1        | 8
S01           | M3          | 2025-03-01 08:00:00 | P1           | sale          | -2        | T3          |                  | D1        | 9
S01           | M4          | 2025-03-01 08:00:00 | P1           | sale          | -3        | T3          |                  | D1        | 9
S01           | M5          | 2025-03-01 08:00:00 | P1           | sale          | -1        | T4          | 1                | D1        | 10
S01           | M6          | 2025-03-01 08:00:00 | P1           | sale          | -1        | T4          | 2                | D1        | 10
S01           | M7          | 2025-03-01 08:00:00 | P1           | sale          | -1        | T5          |                  | D1        | 11
S01           | M8          | 2025-03-01 08:00:00 | P1           | sale          | 1         | T5          |                  | D1        | 11
S01           | M9          | 2025-03-01 08:00:00 | P1           | sale          | -1        | T6          |                  |           |
S01           | N1          | 2025-03-01 08:00:00 | P1           | sale          | -1        | T6          |                  |           |
S02           | M1          | 2025-03-01 08:00:00 | P1           | sale          | -2        | T1          |                  | D1        | 7
'''
*/
