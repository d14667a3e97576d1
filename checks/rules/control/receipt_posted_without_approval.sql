/*
title = "Receipt in the book without an approval"
title_zh = "入库单未经审核即入账"
severity = "critical"
assertion = "authorisation"
why = "Goods are in the book that nobody has confirmed: the stock may not exist, and the supplier will be paid for it."
why_zh = "账上的库存没有人确认：货物可能并不存在，却要付款给供应商。"
fix = "Check the goods and the delivery note; then approve the receipt, or take its posting back with an entry that names it."
fix_zh = "核对实物和送货单：属实则补办审核，不实则以注明单号的分录冲回。"
message = "Receipt {document_no} ({receipt_status}): {actual_qty} in the book, {approval_gap}"
message_zh = "入库单 {document_no}（{receipt_status}）：已入账 {actual_qty}，{approval_gap}"
words.draft = ["draft", "草稿"]
words.pending = ["pending", "待审核"]
words.rejected = ["rejected", "已驳回"]
words.cancelled = ["cancelled", "已作废"]
words.approved = ["approved", "已审核"]
words.posted = ["posted though it is not approved", "单据未获审核"]
words.nameless = ["nobody is named as approver", "没有审核人"]
grain = ["location_code", "document_no"]
population = """
SELECT r.location_code, r.receipt_no, MAX(r.status) AS status
FROM core.receipt_line AS r
JOIN (
    SELECT location_code
    FROM core.stock_movement
    WHERE movement_type IN ('receipt', 'purchase_return') AND document_no IS NOT NULL
    UNION
    SELECT location_code
    FROM core.receipt_line
    WHERE status = 'approved' AND approved_by IS NOT NULL
) AS c ON c.location_code = r.location_code
GROUP BY r.location_code, r.receipt_no
"""
needs = ["status"]
not_applicable = "No location has movements that name their receipts, or receipts that name who approved them."
not_applicable_zh = "没有注明单号的入库变动，也没有注明审核人的入库单。"
*/
-- posted: the goods of a draft, pending, rejected or cancelled receipt were moved and not moved back under its number.
-- nameless: approved by nobody, where the location's receipts name an approver, counted from the first one that does.
WITH unapproved AS (
    SELECT
        r.location_code,
        r.receipt_no,
        UPPER(r.receipt_no) AS document_key,
        UPPER(r.product_code) AS product_key,
        MIN(r.product_code) AS product_code,
        MIN(r.supplier_code) AS supplier_code,
        MIN(r.status) AS receipt_status,
        MAX(r.unit_cost) AS unit_cost,
        MIN(r.created_by) AS created_by,
        MIN(r.approved_by) AS approved_by,
        MIN(r.file_id) AS file_id,
        MIN(r.row_no) AS row_no
    FROM core.receipt_line AS r
    WHERE r.status IN ('draft', 'pending', 'rejected', 'cancelled')
      AND r.product_code IS NOT NULL
      AND NOT EXISTS (
          SELECT 1 FROM core.receipt_line AS c
          WHERE c.location_code = r.location_code AND c.receipt_no = r.receipt_no
            AND UPPER(c.product_code) = UPPER(r.product_code)
            AND (c.status IS NULL OR c.status = 'approved')
      )
    GROUP BY r.location_code, r.receipt_no, UPPER(r.product_code)
),

-- A reversal under the receipt's own number is an adjustment or a return to the supplier.
moved AS (
    SELECT
        u.location_code,
        u.receipt_no,
        u.product_key,
        SUM(m.moved_qty) AS moved_qty,
        MIN(m.occurred_at) AS posted_at,
        MIN(m.movement_id) AS movement_id,
        MAX(m.unit_cost) AS moved_cost
    FROM unapproved AS u
    JOIN core.stock_movement AS m
        ON m.location_code = u.location_code
        AND UPPER(m.document_no) = u.document_key
        AND UPPER(m.product_code) = u.product_key
    WHERE m.movement_type IN ('receipt', 'purchase_return', 'adjustment')
      AND CAST(m.occurred_at AS DATE) <= $as_of
    GROUP BY u.location_code, u.receipt_no, u.product_key
    HAVING SUM(m.moved_qty) <> 0 AND SUM(CASE WHEN m.movement_type = 'adjustment' THEN 0 ELSE 1 END) > 0
),

approving AS (
    SELECT location_code, MIN(received_at) AS first_received_at
    FROM core.receipt_line
    WHERE status = 'approved' AND approved_by IS NOT NULL
    GROUP BY location_code
),

nameless AS (
    SELECT r.*
    FROM core.receipt_line AS r
    JOIN approving AS a ON a.location_code = r.location_code
    WHERE r.status = 'approved'
      AND r.approved_by IS NULL
      AND r.received_at >= a.first_received_at
      AND NOT EXISTS (
          SELECT 1 FROM core.receipt_line AS c
          WHERE c.location_code = r.location_code AND c.receipt_no = r.receipt_no
            AND (c.approved_by IS NOT NULL OR c.status IS NULL OR c.status <> 'approved')
      )
)

SELECT
    u.location_code,
    u.receipt_no AS document_no,
    CASE WHEN COUNT(*) = 1 THEN MIN(u.product_code) END AS product_code,
    MIN(u.supplier_code) AS supplier_code,
    CAST(MIN(m.posted_at) AS DATE) AS occurred_date,
    0 AS expected_qty,
    CAST(SUM(m.moved_qty) AS DECIMAL(18, 3)) AS actual_qty,
    CAST(SUM(m.moved_qty) AS DECIMAL(18, 3)) AS difference_qty,
    CAST(SUM(ABS(m.moved_qty) * COALESCE(u.unit_cost, m.moved_cost)) AS DECIMAL(18, 4)) AS amount_at_risk,
    'posted' AS approval_gap,
    MIN(u.receipt_status) AS receipt_status,
    COUNT(*) AS product_count,
    MIN(m.movement_id) AS movement_id,
    MIN(u.created_by) AS created_by,
    MIN(u.approved_by) AS approved_by,
    MIN(u.file_id) AS file_id,
    MIN(u.row_no) AS row_no
FROM unapproved AS u
JOIN moved AS m
    ON m.location_code = u.location_code AND m.receipt_no = u.receipt_no AND m.product_key = u.product_key
GROUP BY u.location_code, u.receipt_no
UNION ALL
SELECT
    r.location_code,
    r.receipt_no,
    CASE WHEN COUNT(*) = 1 THEN MIN(r.product_code) END,
    MIN(r.supplier_code),
    CAST(MIN(r.received_at) AS DATE),
    0,
    CAST(SUM(r.received_qty) AS DECIMAL(18, 3)),
    CAST(SUM(r.received_qty) AS DECIMAL(18, 3)),
    CAST(SUM(COALESCE(r.line_amount, r.received_qty * r.unit_cost)) AS DECIMAL(18, 4)),
    'nameless',
    'approved',
    COUNT(*),
    NULL,
    MIN(r.created_by),
    NULL,
    MIN(r.file_id),
    MIN(r.row_no)
FROM nameless AS r
GROUP BY r.location_code, r.receipt_no;
/* cases
[[case]]
name = "pending, rejected or cancelled and yet in the book; approved by nobody where others are named"
expect = [
    { document_no = "R1", approval_gap = "posted", receipt_status = "pending", actual_qty = 15, amount_at_risk = 35, product_count = 2 },
    { document_no = "R2", approval_gap = "posted", receipt_status = "rejected", actual_qty = 4, product_code = "P1" },
    { document_no = "R3", approval_gap = "posted", receipt_status = "cancelled", actual_qty = 1 },
    { document_no = "R5", approval_gap = "nameless", receipt_status = "approved", actual_qty = 7 },
]
tables.receipt_line = '''
location_code | receipt_no | line_no | product_code | received_qty | unit_cost | received_at         | approved_by | status
S01           | R1         | 1       | P1           | 10           | 2         | 2025-03-02 09:00:00 |             | pending
S01           | R1         | 2       | P2           | 5            | 3         | 2025-03-02 09:00:00 |             | pending
S01           | R2         | 1       | P1           | 4            |           | 2025-03-02 09:00:00 | E2          | rejected
S01           | R3         | 1       | P1           | 4            |           | 2025-03-02 09:00:00 | E2          | cancelled
S01           | R4         | 1       | P1           | 4            |           | 2025-03-02 09:00:00 | E2          | approved
S01           | R5         | 1       | P1           | 7            |           | 2025-03-02 09:00:00 |             | approved
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type   | moved_qty | document_no
S01           | M1          | 2025-03-02 10:00:00 | P1           | receipt         | 10        | r1
S01           | M2          | 2025-03-02 10:00:00 | P2           | receipt         | 5         | r1
S01           | M3          | 2025-03-02 10:00:00 | P1           | receipt         | 4         | R2
S01           | M4          | 2025-03-02 10:00:00 | P1           | receipt         | 4         | R3
S01           | M5          | 2025-03-03 10:00:00 | P1           | purchase_return | -3        | R3
S01           | M6          | 2025-03-02 10:00:00 | P1           | receipt         | 4         | R4
'''

[[case]]
name = "pending and not posted; cancelled and taken back; one refused line of an approved receipt; a ticket with the same number; unknown status"
expect = []
tables.receipt_line = '''
location_code | receipt_no | line_no | product_code | received_qty | received_at         | approved_by | status
S01           | R1         | 1       | P1           | 10           | 2025-03-02 09:00:00 |             | pending
S01           | R2         | 1       | P1           | 4            | 2025-03-02 09:00:00 | E2          | cancelled
S01           | R3         | 1       | P1           | 6            | 2025-03-02 09:00:00 | E2          | approved
S01           | R3         | 2       | P1           | 1            | 2025-03-02 09:00:00 | E2          | rejected
S01           | 1001       | 1       | P1           | 4            | 2025-03-02 09:00:00 |             | draft
S01           | R5         | 1       | P1           | 4            | 2025-03-02 09:00:00 |             |
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | document_no
S01           | M1          | 2025-03-02 10:00:00 | P1           | receipt       | 4         | R2
S01           | M2          | 2025-03-02 11:00:00 | P1           | adjustment    | -4        | R2
S01           | M3          | 2025-03-02 10:00:00 | P1           | receipt       | 6         | R3
S01           | M4          | 2025-03-02 10:00:00 | P1           | sale          | -1        | 1001
S01           | M5          | 2025-03-02 10:00:00 | P1           | receipt       | 4         | R5
S02           | M6          | 2025-03-02 10:00:00 | P1           | receipt       | 10        | R1
'''

[[case]]
name = "a shop that names no approvers, and receipts from before it began to"
expect = []
tables.receipt_line = '''
location_code | receipt_no | line_no | product_code | received_qty | received_at         | approved_by | status
S01           | R1         | 1       | P1           | 10           | 2025-03-02 09:00:00 |             | approved
S02           | R1         | 1       | P1           | 10           | 2025-03-02 09:00:00 |             | approved
S02           | R2         | 1       | P1           | 10           | 2025-03-03 09:00:00 | E2          | approved
'''
*/
