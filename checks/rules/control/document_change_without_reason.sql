/*
title = "Document changed without a reason"
title_zh = "修改单据未填原因"
severity = "medium"
assertion = "authorisation"
why = "A change without a reason cannot be told from one that hides something: nobody can check it afterwards."
why_zh = "没有原因的修改与掩盖差错无从区分，事后无法核查。"
fix = "Ask who made the change why, write the reason into the log, and make the field obligatory in the POS."
fix_zh = "向修改人核实并补填原因，同时在系统中将原因设为必填。"
message = "{document_no}: {changed_by} changed {field} from {old_value} to {new_value} without a reason"
message_zh = "{document_no}：{changed_by} 将 {field} 由 {old_value} 改为 {new_value}，未填原因"
grain = ["change_id"]
population = """
SELECT c.change_id
FROM core.document_change AS c
WHERE (c.changed_at IS NULL OR CAST(c.changed_at AS DATE) <= $as_of)
  AND EXISTS (SELECT 1 FROM core.document_change AS r WHERE r.reason IS NOT NULL)
"""
not_applicable = "No log of changes is loaded, or none of its rows has a reason: the export does not carry them."
not_applicable_zh = "没有载入修正日志，或日志中没有任何原因（导出数据不含原因）。"
*/
-- A dash or "none" is no reason. The location is that of the document, where it can be told.
WITH place AS (
    SELECT change_id, NULLIF(MIN(location_code), '') AS location_code
    FROM mart.change_document
    WHERE candidates = 1
    GROUP BY change_id
)

SELECT
    p.location_code,
    c.document_no,
    c.document_line_no,
    CAST(c.changed_at AS DATE) AS occurred_date,
    c.change_id,
    c.document_type,
    c.field,
    c.old_value,
    c.new_value,
    c.changed_by,
    c.changed_at,
    c.approved_by,
    c.reason AS stated_reason,
    c.file_id,
    c.row_no
FROM core.document_change AS c
LEFT JOIN place AS p ON p.change_id = c.change_id
WHERE (c.changed_at IS NULL OR CAST(c.changed_at AS DATE) <= $as_of)
  AND (c.reason IS NULL OR c.reason IN ('', '-', '--', '.', '/', '无', '没有', 'N/A', 'n/a', 'NA', 'None', 'none'))
  AND EXISTS (SELECT 1 FROM core.document_change AS r WHERE r.reason IS NOT NULL);
/* cases
[[case]]
name = "no reason, or only a dash"
expect = [
    { change_id = "1", location_code = "S01", document_no = "R1", changed_by = "E2", occurred_date = 2025-03-03 },
    { change_id = "2", location_code = "", document_no = "X9", stated_reason = "-" },
]
tables.receipt_line = '''
location_code | receipt_no | line_no | received_qty | received_at
S01           | R1         | 1       | 10           | 2025-03-02 09:00:00
'''
tables.document_change = '''
change_id | document_type | document_no | field        | old_value | new_value | changed_by | changed_at          | reason
1         | receipt       | R1          | received_qty | 4         | 5         | E2         | 2025-03-03 09:00:00 |
2         | transfer      | X9          | moved_qty    | 4         | 5         | E2         |                     | -
3         | receipt       | R1          | unit_cost    | 4         | 5         | E2         | 2025-03-03 09:00:00 | price of the order
'''

[[case]]
name = "a log that keeps no reasons"
expect = []
tables.document_change = '''
change_id | document_type | document_no | field        | old_value | new_value | changed_by | changed_at
1         | receipt       | R1          | received_qty | 4         | 5         | E2         | 2025-03-03 09:00:00
2         | receipt       | R2          | received_qty | 4         | 5         | E2         | 2025-03-03 09:00:00
'''
*/
