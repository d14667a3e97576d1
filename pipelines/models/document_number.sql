/*
title = "Document numbers and their spelling-free form"
title_zh = "单据号及其去写法差异的形式"
what = "Each delivery note and supplier invoice number in use, with the key by which two spellings of it are equal."
what_zh = "每个送货单号和发票号，以及使不同写法相等的比较键。"
grain = ["document_no"]
*/
-- document_no: the number as landed.
-- number_key: upper case; without blanks - / . _ # ; O read as 0, I and L as 1; leading zeros dropped. NULL for what
--   stands for "no number" (0, NA, NONE, 无 …).
-- The key is for comparing within one supplier only: it is meant to be coarse, other evidence decides.
WITH number AS (
    SELECT delivery_note_no AS document_no FROM core.receipt_line WHERE delivery_note_no IS NOT NULL
    UNION
    SELECT delivery_note_no AS document_no FROM core.delivery_note_line
    UNION
    SELECT invoice_no AS document_no FROM core.invoice_line
),

folded AS (
    SELECT
        document_no,
        LTRIM(TRANSLATE(UPPER(document_no), 'OIL -/._#', '011'), '0') AS number_key
    FROM number
)

SELECT
    document_no,
    CASE
        WHEN number_key IN ('', 'NA', 'NU11', 'N0NE', 'N', '无', '没有', '暂无', '无单', '无号') THEN NULL
        ELSE number_key
    END AS number_key
FROM folded;
/* cases
[[case]]
name = "spelling falls away, the number stays"
expect = [
    { document_no = "DN-0012", number_key = "DN0012" },
    { document_no = "dn 0O12", number_key = "DN0012" },
    { document_no = "000450", number_key = "450" },
    { document_no = "无", number_key = "" },
]
tables.delivery_note_line = '''
supplier_code | delivery_note_no | line_no | delivered_date | delivered_qty
V1            | DN-0012          | 1       | 2025-03-01     | 1
V1            | dn 0O12          | 1       | 2025-03-01     | 1
V1            | 000450           | 1       | 2025-03-01     | 1
V1            | 无               | 1       | 2025-03-01     | 1
'''
*/
