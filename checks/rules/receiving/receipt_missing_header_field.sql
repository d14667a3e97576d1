/*
title = "Receipt lacks a field of its header"
title_zh = "入库单表头信息缺失"
severity = "medium"
assertion = "completeness"
why = "Without place, supplier, time or name the receipt can be checked against nothing, and nobody can be asked about it."
why_zh = "缺少门店、供应商、时间或经办人，这张单无从核对，也不知道该问谁。"
fix = "Look up the paper receipt or delivery note and fill in what is missing. Make the field obligatory in the till if it happens often."
fix_zh = "查原始入库单或送货单补填；若经常发生，在系统中把该字段设为必填。"
message = "Receipt {document_no} lacks{lacks_location}{lacks_supplier}{lacks_creator}{lacks_time}"
message_zh = "入库单 {document_no} 缺少{lacks_location}{lacks_supplier}{lacks_creator}{lacks_time}"
words.location = [" [location]", "【门店】"]
words.supplier = [" [supplier]", "【供应商】"]
words.creator = [" [who entered it]", "【经办人】"]
words.time = [" [time of arrival]", "【入库时间】"]
grain = ["location_code", "document_no"]
population = "SELECT location_code, receipt_no FROM mart.receipt_effective GROUP BY location_code, receipt_no"
not_applicable = "No receipts are loaded."
not_applicable_zh = "没有载入入库单。"
*/
-- A field is asked for only where its source keeps it: some receipt of the same file fills it, or, where a file holds
-- this one receipt alone, some receipt of the same location. The supplier may come from the order, and one line that
-- states a field states it for the document.
WITH document AS (
    SELECT
        e.location_code,
        e.receipt_no,
        NULLIF(e.location_code, '') AS stated_location,
        MIN(e.supplier_code) AS supplier_code,
        MIN(r.supplier_code) AS stated_supplier,
        MIN(r.created_by) AS created_by,
        MIN(e.received_at) AS received_at,
        MIN(r.recorded_at) AS recorded_at,
        COUNT(*) AS line_count,
        CAST(SUM(e.received_base_qty) AS DECIMAL(18, 3)) AS received_qty,
        CAST(SUM(e.line_value) AS DECIMAL(18, 4)) AS line_value,
        MIN(e.po_no) AS po_no,
        MIN(e.delivery_note_no) AS delivery_note_no,
        MIN(e.file_id) AS file_id,
        MIN(e.row_no) AS row_no
    FROM mart.receipt_effective AS e
    INNER JOIN core.receipt_line AS r
        ON e.location_code = r.location_code AND e.receipt_no = r.receipt_no AND e.line_no = r.line_no
    GROUP BY e.location_code, e.receipt_no
),

in_file AS (
    SELECT
        file_id,
        COUNT(*) AS receipts,
        COUNT(stated_location) AS locations,
        COUNT(stated_supplier) AS suppliers,
        COUNT(created_by) AS creators,
        COUNT(received_at) AS times
    FROM document
    GROUP BY file_id
),

in_location AS (
    SELECT
        location_code,
        COUNT(stated_supplier) AS suppliers,
        COUNT(created_by) AS creators,
        COUNT(received_at) AS times
    FROM document
    GROUP BY location_code
),

lacking AS (
    SELECT
        d.*,
        d.stated_location IS NULL AND f.locations > 0 AS is_location_missing,
        d.supplier_code IS NULL
        AND (f.suppliers > 0 OR (f.receipts = 1 AND d.location_code <> '' AND l.suppliers > 0)) AS is_supplier_missing,
        d.created_by IS NULL
        AND (f.creators > 0 OR (f.receipts = 1 AND d.location_code <> '' AND l.creators > 0)) AS is_creator_missing,
        d.received_at IS NULL
        AND (f.times > 0 OR (f.receipts = 1 AND d.location_code <> '' AND l.times > 0)) AS is_time_missing
    FROM document AS d
    INNER JOIN in_file AS f ON d.file_id = f.file_id
    INNER JOIN in_location AS l ON d.location_code = l.location_code
)

SELECT
    x.location_code,
    x.supplier_code,
    x.receipt_no AS document_no,
    CAST(COALESCE(x.received_at, x.recorded_at) AS DATE) AS occurred_date,
    x.received_qty AS actual_qty,
    x.line_value AS amount_at_risk,
    CONCAT_WS(
        ', ',
        CASE WHEN x.is_location_missing THEN 'location_code' END,
        CASE WHEN x.is_supplier_missing THEN 'supplier_code' END,
        CASE WHEN x.is_creator_missing THEN 'created_by' END,
        CASE WHEN x.is_time_missing THEN 'received_at' END
    ) AS missing_fields,
    CASE WHEN x.is_location_missing THEN 'location' ELSE '' END AS lacks_location,
    CASE WHEN x.is_supplier_missing THEN 'supplier' ELSE '' END AS lacks_supplier,
    CASE WHEN x.is_creator_missing THEN 'creator' ELSE '' END AS lacks_creator,
    CASE WHEN x.is_time_missing THEN 'time' ELSE '' END AS lacks_time,
    x.line_count,
    x.po_no,
    x.delivery_note_no,
    x.created_by,
    x.file_id,
    x.row_no
FROM lacking AS x
WHERE x.is_location_missing OR x.is_supplier_missing OR x.is_creator_missing OR x.is_time_missing;
/* cases
[[case]]
name = "one finding per receipt, whatever it lacks; a file of one receipt is held against its location"
expect = [
    { location_code = "", document_no = "R2", missing_fields = "location_code", lacks_location = "location", line_count = 2, amount_at_risk = 8 },
    { location_code = "S01", document_no = "R3", missing_fields = "supplier_code, created_by", occurred_date = 2025-03-04 },
    { location_code = "S01", document_no = "R4", missing_fields = "created_by" },
    { location_code = "S01", document_no = "R5", missing_fields = "received_at" },
]
tables.receipt_line = '''
location_code | receipt_no | line_no | supplier_code | product_code | received_qty | unit_cost | received_at         | created_by | file_id | row_no
S01           | R1         | 1       | V1            | P1           | 10           | 2         | 2025-03-02 09:00:00 | E1         | 1       | 1
''            | R2         | 1       | V1            | P1           | 3            | 2         | 2025-03-03 09:00:00 | E1         | 1       | 2
''            | R2         | 2       | V1            | P2           | 1            | 2         | 2025-03-03 09:00:00 | E1         | 1       | 3
S01           | R3         | 1       |               | P1           | 10           | 2         | 2025-03-04 09:00:00 |            | 1       | 4
S01           | R4         | 1       | V1            | P1           | 10           | 2         | 2025-03-05 09:00:00 |            | 2       | 1
S01           | R5         | 1       | V1            | P1           | 10           | 2         |                     | E1         | 1       | 6
'''

[[case]]
name = "the supplier known from the order, a name on one line only, a column its source does not keep, a cancelled receipt"
expect = []
tables.purchase_order_line = '''
po_no | line_no | supplier_code | product_code | ordered_date | ordered_qty
PO1   | 1       | V1            | P1           | 2025-03-01   | 10
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | supplier_code | product_code | received_qty | received_at         | created_by | status    | file_id | row_no
S01           | R1         | 1       |       | V1            | P1           | 10           | 2025-03-02 09:00:00 | E1         | approved  | 1       | 1
S01           | R2         | 1       | PO1   |               | P1           | 10           | 2025-03-03 09:00:00 | E1         | approved  | 1       | 2
S01           | R2         | 2       | PO1   |               | P2           | 10           | 2025-03-03 09:00:00 |            | approved  | 1       | 3
S01           | R3         | 1       |       |               | P2           | 10           | 2025-03-03 09:00:00 |            | cancelled | 1       | 4
S01           | R8         | 1       |       |               | P1           | 10           | 2025-03-05 09:00:00 |            | approved  | 2       | 1
S01           | R9         | 1       | PO1   |               | P1           | 10           | 2025-03-06 09:00:00 |            | approved  | 2       | 2
'''
*/
