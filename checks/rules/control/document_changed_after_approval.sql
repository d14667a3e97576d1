/*
title = "Receipt changed after its approval"
title_zh = "审核后修改入库单"
severity = "high"
assertion = "authorisation"
why = "What was approved is not what stands in the book: a change that nobody else has seen undoes the approval."
why_zh = "账上的内容已不是当初审核的内容：未经他人复核的修改使审核失效。"
fix = "Compare the old and the new value with the delivery note; have the change approved by another person, or reverse it."
fix_zh = "对照送货单核对修改前后的数值，由他人补审；无依据的应冲回。"
message = "Receipt {document_no}: {changed_by} changed {field} from {old_value} to {new_value} after the approval ({approved_at}); {cause}"
message_zh = "入库单 {document_no}：{changed_by} 在审核（{approved_at}）之后将 {field} 由 {old_value} 改为 {new_value}；{cause}"
words.nobody_approved = ["nobody approved the change", "修改未经审核"]
words.self_approved = ["the same person approved the change", "修改人自行审核"]
grain = ["change_id"]
population = """
SELECT c.change_id, c.changed_at
FROM core.document_change AS c
JOIN mart.change_document AS d ON d.change_id = c.change_id AND d.document_type = 'receipt'
JOIN core.receipt_line AS r ON r.location_code = d.location_code AND r.receipt_no = d.document_no
WHERE r.approved_at IS NOT NULL
GROUP BY c.change_id, c.changed_at
"""
needs = ["changed_at"]
not_applicable = "No change is loaded of a receipt whose moment of approval is known."
not_applicable_zh = "没有针对已知审核时间的入库单的修改记录。"

[params]
harmless_fields = "note,attachment,备注,附件"

[param_notes]
harmless_fields = "Fields that may be changed after the approval, parted by commas."

[param_notes_zh]
harmless_fields = "审批后允许修改的字段，用逗号分隔。"
*/
-- Where several locations have a receipt of the number and it cannot be told which is meant, the change counts if it is
-- later than the approval of each. The approval itself, where the log has it, is no change of what was approved.
WITH receipt AS (
    SELECT
        location_code,
        receipt_no,
        MAX(approved_at) AS approved_at,
        MIN(approved_by) AS approver,
        MIN(supplier_code) AS supplier_code,
        SUM(COALESCE(line_amount, received_qty * unit_cost)) AS amount
    FROM core.receipt_line
    GROUP BY location_code, receipt_no
    HAVING COUNT(approved_at) > 0
),

changed AS (
    SELECT
        d.change_id,
        MAX(r.approved_at) AS approved_at,
        MIN(r.approver) AS approver,
        CASE WHEN COUNT(*) = 1 THEN MIN(r.location_code) END AS location_code,
        CASE WHEN COUNT(*) = 1 THEN MIN(r.receipt_no) END AS receipt_no,
        CASE WHEN COUNT(*) = 1 THEN MIN(r.supplier_code) END AS supplier_code,
        CASE WHEN COUNT(*) = 1 THEN MIN(r.amount) END AS amount
    FROM mart.change_document AS d
    JOIN receipt AS r ON r.location_code = d.location_code AND r.receipt_no = d.document_no
    WHERE d.document_type = 'receipt'
    GROUP BY d.change_id
)

SELECT
    r.location_code,
    l.product_code,
    r.supplier_code,
    c.document_no,
    c.document_line_no,
    CAST(c.changed_at AS DATE) AS occurred_date,
    CAST(COALESCE(l.line_amount, l.received_qty * l.unit_cost, r.amount) AS DECIMAL(18, 4)) AS amount_at_risk,
    c.change_id,
    c.field,
    c.old_value,
    c.new_value,
    c.changed_by,
    c.changed_at,
    r.approved_at,
    r.approver,
    c.reason,
    CASE WHEN c.approved_by IS NULL THEN 'nobody_approved' ELSE 'self_approved' END AS cause,
    c.file_id,
    c.row_no
FROM core.document_change AS c
JOIN changed AS r ON r.change_id = c.change_id
LEFT JOIN core.receipt_line AS l
    ON l.location_code = r.location_code AND l.receipt_no = r.receipt_no AND l.line_no = c.document_line_no
WHERE c.changed_at > r.approved_at
  AND CAST(c.changed_at AS DATE) <= $as_of
  AND (c.approved_by IS NULL OR UPPER(c.approved_by) = UPPER(c.changed_by))
  AND STRPOS(
      ',' || UPPER(REPLACE(REPLACE($harmless_fields, '，', ','), ' ', '')) || ',',
      ',' || UPPER(REPLACE(COALESCE(c.field, ''), ' ', '')) || ','
  ) = 0
  AND NOT (
      UPPER(COALESCE(c.field, '')) IN ('STATUS', '状态')
      AND UPPER(COALESCE(c.new_value, '')) IN ('APPROVED', '已审核', '审核通过', '审核')
  );
/* cases
[[case]]
name = "a quantity after the approval, approved by nobody or by who changed it; of two stores with the number that of the person"
expect = [
    { change_id = "1", location_code = "S01", document_no = "R1", document_line_no = 2, cause = "nobody_approved", product_code = "P2", amount_at_risk = 15 },
    { change_id = "2", location_code = "S01", document_no = "r1", cause = "self_approved", amount_at_risk = 35 },
    { change_id = "3", location_code = "S02", document_no = "R2", cause = "nobody_approved" },
]
tables.staff = '''
staff_code | location_code
E5         | S02
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | product_code | received_qty | unit_cost | received_at         | approved_by | approved_at         | status
S01           | R1         | 1       | P1           | 10           | 2         | 2025-03-02 09:00:00 | E1          | 2025-03-02 12:00:00 | approved
S01           | R1         | 2       | P2           | 5            | 3         | 2025-03-02 09:00:00 | E1          | 2025-03-02 12:00:00 | approved
S01           | R2         | 1       | P2           | 5            | 3         | 2025-03-09 09:00:00 | E1          | 2025-03-09 12:00:00 | approved
S02           | R2         | 1       | P2           | 5            | 3         | 2025-03-02 09:00:00 | E1          | 2025-03-02 12:00:00 | approved
'''
tables.document_change = '''
change_id | document_type | document_no | document_line_no | field        | old_value | new_value | changed_by | changed_at          | reason | approved_by
1         | 入库单        | R1          | 2                | received_qty | 4         | 5         | E2         | 2025-03-03 09:00:00 | typo   |
2         |               | r1          |                  | supplier     | V1        | V2        | E2         | 2025-03-03 09:00:00 |        | e2
3         | receipt       | R2          |                  | received_qty | 4         | 5         | E5         | 2025-03-03 09:00:00 |        |
'''

[[case]]
name = "before the approval, approved by another, a remark, the approval itself, another kind of document, an unknown moment, not approved"
expect = []
tables.receipt_line = '''
location_code | receipt_no | line_no | received_qty | received_at         | approved_by | approved_at         | status
S01           | R1         | 1       | 10           | 2025-03-02 09:00:00 | E1          | 2025-03-02 12:00:00 | approved
S01           | R2         | 1       | 10           | 2025-03-02 09:00:00 | E1          |                     | approved
S01           | R3         | 1       | 10           | 2025-03-02 09:00:00 | E1          | 2025-03-02 12:00:00 | approved
S02           | R3         | 1       | 10           | 2025-03-09 09:00:00 | E1          | 2025-03-09 12:00:00 | approved
'''
tables.document_change = '''
change_id | document_type  | document_no | field        | new_value | changed_by | changed_at          | approved_by
1         | receipt        | R1          | received_qty | 5         | E2         | 2025-03-02 11:00:00 |
2         | receipt        | R1          | received_qty | 5         | E2         | 2025-03-03 09:00:00 | E1
3         | receipt        | R1          | Note         | late      | E2         | 2025-03-03 09:00:00 |
4         | receipt        | R1          | 状态         | 已审核    | E1         | 2025-03-02 12:00:01 |
5         | Purchase Order | R1          | ordered_qty  | 5         | E2         | 2025-03-03 09:00:00 |
6         | receipt        | R1          | received_qty | 5         | E2         |                     |
7         | receipt        | R2          | received_qty | 5         | E2         | 2025-03-03 09:00:00 |
8         | receipt        | R3          | received_qty | 5         | E2         | 2025-03-03 09:00:00 |
'''
*/
