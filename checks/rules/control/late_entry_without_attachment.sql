/*
title = "Late entry without its paper"
title_zh = "补录单缺少附件"
severity = "medium"
assertion = "completeness"
why = "A receipt entered afterwards replaces one that was lost; without a scan or photo nothing shows that the goods ever came."
why_zh = "补录的入库单用来替代遗失的原单；没有扫描件或照片，就无法证明货物确实到过。"
fix = "Get the supplier's delivery note or a signed statement from the store and attach it; otherwise reverse the entry."
fix_zh = "向供应商索取送货单或由门店签字说明，补传附件；无法证明的应冲回。"
message = "Late entry {document_no} ({actual_qty} pieces, {amount_at_risk}) has no attachment"
message_zh = "补录入库单 {document_no}（数量 {actual_qty}，金额 {amount_at_risk}）没有附件"
grain = ["location_code", "document_no"]
population = """
SELECT r.location_code, r.receipt_no
FROM core.receipt_line AS r
WHERE r.receipt_type = 'late_entry' AND (r.status IS NULL OR r.status NOT IN ('draft', 'rejected', 'cancelled'))
  AND EXISTS (SELECT 1 FROM core.receipt_line AS a WHERE a.attachment IS NOT NULL)
GROUP BY r.location_code, r.receipt_no
"""
not_applicable = "There are no late entries, or no receipt at all has an attachment: the export does not carry them."
not_applicable_zh = "没有补录入库单，或所有入库单都没有附件（导出数据不含附件）。"
*/
-- One attachment on any line is the document's.
WITH late AS (
    SELECT *
    FROM core.receipt_line
    WHERE receipt_type = 'late_entry' AND (status IS NULL OR status NOT IN ('draft', 'rejected', 'cancelled'))
)

SELECT
    l.location_code,
    l.receipt_no AS document_no,
    MIN(l.supplier_code) AS supplier_code,
    CAST(MIN(l.received_at) AS DATE) AS occurred_date,
    CAST(SUM(l.received_qty) AS DECIMAL(18, 3)) AS actual_qty,
    CAST(SUM(COALESCE(l.line_amount, l.received_qty * l.unit_cost)) AS DECIMAL(18, 4)) AS amount_at_risk,
    COUNT(*) AS line_count,
    MIN(l.recorded_at) AS recorded_at,
    MIN(l.created_by) AS created_by,
    MIN(l.approved_by) AS approved_by,
    MIN(l.note) AS note,
    MIN(l.file_id) AS file_id,
    MIN(l.row_no) AS row_no
FROM late AS l
WHERE EXISTS (SELECT 1 FROM core.receipt_line AS a WHERE a.attachment IS NOT NULL)
GROUP BY l.location_code, l.receipt_no
HAVING COUNT(l.attachment) = 0;
/* cases
[[case]]
name = "no line has an attachment: one finding per document"
expect = [{ document_no = "R1", line_count = 2, actual_qty = 15, amount_at_risk = 35 }]
tables.receipt_line = '''
location_code | receipt_no | line_no | receipt_type | product_code | received_qty | unit_cost | received_at         | attachment | status
S01           | R1         | 1       | late_entry   | P1           | 10           | 2         | 2025-03-02 09:00:00 |            | approved
S01           | R1         | 2       | late_entry   | P2           | 5            | 3         | 2025-03-02 09:00:00 |            | pending
S02           | R2         | 1       | normal       | P2           | 5            | 3         | 2025-03-02 09:00:00 | R2.jpg     | approved
'''

[[case]]
name = "one scan for the whole document, a cancelled one, and an ordinary receipt without a photo"
expect = []
tables.receipt_line = '''
location_code | receipt_no | line_no | receipt_type | received_qty | received_at         | attachment | status
S01           | R1         | 1       | late_entry   | 10           | 2025-03-02 09:00:00 |            | approved
S01           | R1         | 2       | late_entry   | 5            | 2025-03-02 09:00:00 | R1.pdf     | approved
S01           | R2         | 1       | late_entry   | 5            | 2025-03-02 09:00:00 |            | cancelled
S01           | R3         | 1       | normal       | 5            | 2025-03-02 09:00:00 |            | approved
'''

[[case]]
name = "an export that carries no attachments"
expect = []
tables.receipt_line = '''
location_code | receipt_no | line_no | receipt_type | received_qty | received_at         | status
S01           | R1         | 1       | late_entry   | 10           | 2025-03-02 09:00:00 | approved
S01           | R2         | 1       | normal       | 10           | 2025-03-02 09:00:00 | approved
'''
*/
