/*
title = "Receipt approved by the person who entered it"
title_zh = "入库单由经办人自行审核"
severity = "high"
assertion = "authorisation"
why = "One person alone can bring goods into the book that never came, or a quantity that was not delivered: nobody else has looked."
why_zh = "一人即可让未到货或数量不符的商品入账，没有第二人核对（不相容职务未分离）。"
fix = "Have another person compare the receipt with the delivery note and the goods, and take the right to approve own documents away."
fix_zh = "由他人对照送货单和实物复核该单，并在系统中取消“审核本人单据”的权限。"
message = "Receipt {document_no} was entered by {created_by} and approved by {approved_by} ({same_person}), worth {amount_at_risk}"
message_zh = "入库单 {document_no} 由 {created_by} 录入、{approved_by} 审核（{same_person}），金额 {amount_at_risk}"
words.same_account = ["the same account", "同一账号"]
words.same_name = ["two accounts of one name", "同一姓名的两个账号"]
grain = ["location_code", "document_no"]
population = """
SELECT location_code, receipt_no, MAX(created_by) AS created_by, MAX(approved_by) AS approved_by
FROM core.receipt_line
WHERE status IS NULL OR status = 'approved'
GROUP BY location_code, receipt_no
"""
needs = ["created_by", "approved_by"]
not_applicable = "No approved receipt is loaded."
not_applicable_zh = "没有载入已审核的入库单。"
*/
-- Two accounts are one person where the staff list gives both the same name.
WITH person AS (
    SELECT UPPER(staff_code) AS staff_key, MIN(UPPER(REPLACE(staff_name, ' ', ''))) AS name_key
    FROM core.staff
    GROUP BY UPPER(staff_code)
),

judged AS (
    SELECT
        r.*,
        CASE
            WHEN UPPER(r.created_by) = UPPER(r.approved_by) THEN 'same_account'
            WHEN m.name_key = a.name_key THEN 'same_name'
        END AS same_person
    FROM core.receipt_line AS r
    LEFT JOIN person AS m ON m.staff_key = UPPER(r.created_by)
    LEFT JOIN person AS a ON a.staff_key = UPPER(r.approved_by)
    WHERE r.status IS NULL OR r.status = 'approved'
)

SELECT
    location_code,
    receipt_no AS document_no,
    MIN(supplier_code) AS supplier_code,
    CAST(MIN(received_at) AS DATE) AS occurred_date,
    CAST(SUM(COALESCE(line_amount, received_qty * unit_cost)) AS DECIMAL(18, 4)) AS amount_at_risk,
    MIN(created_by) AS created_by,
    MIN(approved_by) AS approved_by,
    MIN(same_person) AS same_person,
    MIN(approved_at) AS approved_at,
    COUNT(*) AS line_count,
    MIN(file_id) AS file_id,
    MIN(row_no) AS row_no
FROM judged
WHERE same_person IS NOT NULL
GROUP BY location_code, receipt_no;
/* cases
[[case]]
name = "one account, once in other capitals, and a second account of the same person: one finding per document"
expect = [
    { document_no = "R1", same_person = "same_account", line_count = 2, amount_at_risk = 35 },
    { document_no = "R2", same_person = "same_name", approved_by = "E9" },
]
tables.staff = '''
staff_code | staff_name
E1         | Li Na
E2         | Wang Wei
E9         | LiNa
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | product_code | received_qty | unit_cost | line_amount | received_at         | created_by | approved_by | status
S01           | R1         | 1       | P1           | 10           | 2         | 20          | 2025-03-02 09:00:00 | E1         | e1          | approved
S01           | R1         | 2       | P2           | 5            | 3         |             | 2025-03-02 09:00:00 | E1         | e1          | approved
S01           | R2         | 1       | P2           | 5            | 3         |             | 2025-03-02 09:00:00 | E1         | E9          |
'''

[[case]]
name = "another person, nobody named, accounts without names, not approved yet, and a receipt that was sent back"
expect = []
tables.staff = '''
staff_code | staff_name
E1         | Li Na
E2         | Wang Wei
E3         |
E4         |
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | received_qty | received_at         | created_by | approved_by | status
S01           | R1         | 1       | 10           | 2025-03-02 09:00:00 | E1         | E2          | approved
S01           | R2         | 1       | 10           | 2025-03-02 09:00:00 | E1         |             | approved
S01           | R3         | 1       | 10           | 2025-03-02 09:00:00 | E3         | E4          | approved
S01           | R4         | 1       | 10           | 2025-03-02 09:00:00 | E1         | E1          | pending
S01           | R5         | 1       | 10           | 2025-03-02 09:00:00 | E1         | E1          | rejected
S01           | R6         | 1       | 10           | 2025-03-02 09:00:00 |            |             | approved
'''
*/
