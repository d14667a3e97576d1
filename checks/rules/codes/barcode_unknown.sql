/*
title = "Scanned barcode that no product has"
title_zh = "扫描的条码未建档"
severity = "medium"
assertion = "completeness"
why = "At the till this barcode will not be found: the goods are sold under another code or typed by hand, and both stocks go wrong."
why_zh = "收银时扫不到该条码，只能手工输入或按其他商品销售，两种商品的库存都会出错。"
fix = "Look at the goods. Enter the barcode for its product, with its pack quantity if it is a carton; if it belongs to another product, correct the receipt."
fix_zh = "核对实物：为对应商品补录条码（箱码须填包装数量）；若属另一商品，更正入库单。"
message = "Receipt {document_no} line {document_line_no}: barcode {barcode}, received as {product_code}, belongs to no product"
message_zh = "入库单 {document_no} 第 {document_line_no} 行：条码 {barcode}（按 {product_code} 入库）不属于任何商品"
grain = ["location_code", "document_no", "document_line_no"]
population = """
SELECT r.barcode
FROM core.receipt_line AS r
WHERE r.barcode IS NOT NULL
  AND (r.status IS NULL OR r.status NOT IN ('draft', 'rejected', 'cancelled'))
  AND (r.received_at IS NULL OR CAST(r.received_at AS DATE) <= $as_of)
  AND EXISTS (SELECT 1 FROM core.product_barcode)
"""
not_applicable = "No receipt carries a barcode, or no barcodes of products are loaded."
not_applicable_zh = "入库单没有条码，或没有导入商品条码。"
*/
-- Codes are compared as GTINs: with leading zeros or without, EAN-13, UPC-A and GTIN-14 of one number are one code.
-- Of a GS1 element string that ingest could not read the GTIN alone is compared. A label that the shop prints with a
-- weight or a price in it (in-store prefix 20 to 29, GS1 General Specifications) is known by its first seven digits,
-- where the master holds these with zeros behind.
WITH scanned AS (
    SELECT
        location_code,
        product_code,
        supplier_code,
        batch_no,
        receipt_no,
        line_no,
        received_at,
        received_qty,
        line_amount,
        unit_cost,
        barcode,
        CASE WHEN SUBSTR(barcode, 1, 4) = '(01)' THEN SUBSTR(barcode, 5, 14) ELSE barcode END AS code,
        file_id,
        row_no
    FROM core.receipt_line
    WHERE barcode IS NOT NULL
      AND (status IS NULL OR status NOT IN ('draft', 'rejected', 'cancelled'))
      AND (received_at IS NULL OR CAST(received_at AS DATE) <= $as_of)
),

keyed AS (
    SELECT
        *,
        CASE
            WHEN TRANSLATE(code, '0123456789', '') = '' AND LENGTH(code) BETWEEN 8 AND 14 THEN LPAD(code, 14, '0')
            ELSE UPPER(code)
        END AS barcode_key,
        CASE
            WHEN TRANSLATE(code, '0123456789', '') = '' AND LENGTH(code) = 13 AND SUBSTR(code, 1, 1) = '2'
                THEN SUBSTR(code, 1, 7)
        END AS label_key
    FROM scanned
),

known AS (
    SELECT DISTINCT
        CASE
            WHEN TRANSLATE(barcode, '0123456789', '') = '' AND LENGTH(barcode) BETWEEN 8 AND 14 THEN LPAD(barcode, 14, '0')
            ELSE UPPER(barcode)
        END AS barcode_key
    FROM core.product_barcode
),

label AS (
    SELECT DISTINCT SUBSTR(barcode, 1, 7) AS label_key
    FROM core.product_barcode
    WHERE SUBSTR(barcode, 1, 1) = '2'
      AND TRANSLATE(barcode, '0123456789', '') = ''
      AND (LENGTH(barcode) = 7 OR (LENGTH(barcode) = 13 AND SUBSTR(barcode, 8, 5) = '00000'))
)

SELECT
    k.location_code,
    k.product_code,
    k.batch_no,
    k.supplier_code,
    k.receipt_no AS document_no,
    k.line_no AS document_line_no,
    CAST(k.received_at AS DATE) AS occurred_date,
    k.received_qty AS actual_qty,
    ABS(COALESCE(k.line_amount, k.received_qty * k.unit_cost)) AS amount_at_risk,
    k.barcode,
    k.barcode_key,
    k.file_id,
    k.row_no
FROM keyed AS k
LEFT JOIN known AS n ON n.barcode_key = k.barcode_key
LEFT JOIN label AS l ON l.label_key = k.label_key
WHERE n.barcode_key IS NULL
  AND l.label_key IS NULL
  AND EXISTS (SELECT 1 FROM core.product_barcode);
/* cases
[[case]]
name = "a code nobody entered, a carton's own code, the GTIN of an element string, a label of a product that has none"
expect = [
  { document_no = "R1", document_line_no = 1, barcode = "6909999999995", amount_at_risk = 10 },
  { document_no = "R1", document_line_no = 2, barcode = "16901234567899" },
  { document_no = "R1", document_line_no = 3, barcode_key = "06909999999995" },
  { document_no = "R1", document_line_no = 4, barcode = "2599999012348" },
]
tables.product_barcode = '''
barcode       | product_code
6901234567892 | P1
2512345000009 | P2
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | product_code | barcode                          | received_qty | unit_cost | received_at
S01           | R1         | 1       | P1           | 6909999999995                    | 5            | 2         | 2025-03-02 09:00:00
S01           | R1         | 2       | P1           | 16901234567899                   | 5            |           | 2025-03-02 09:00:00
S01           | R1         | 3       | P1           | (01)06909999999995(17)269999     | 5            |           | 2025-03-02 09:00:00
S01           | R1         | 4       | P2           | 2599999012348                    | 5            |           | 2025-03-02 09:00:00
'''

[[case]]
name = "with and without leading zeros, UPC-A as EAN-13, an element string, a weighed label, letters in capitals, no scan, a draft"
expect = []
tables.product_barcode = '''
barcode        | product_code
06901234567892 | P1
036000291452   | P2
2512345000009  | P3
plu-7          | P4
96385074       | P5
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | product_code | barcode                      | received_qty | received_at         | status
S01           | R1         | 1       | P1           | 6901234567892                | 5            | 2025-03-02 09:00:00 | approved
S01           | R1         | 2       | P2           | 0036000291452                | 5            | 2025-03-02 09:00:00 | approved
S01           | R1         | 3       | P1           | (01)06901234567892(17)269999 | 5            | 2025-03-02 09:00:00 | approved
S01           | R1         | 4       | P3           | 2512345012348                | 5            | 2025-03-02 09:00:00 | approved
S01           | R1         | 5       | P4           | PLU-7                        | 5            | 2025-03-02 09:00:00 | approved
S01           | R1         | 6       | P5           | 00000096385074               | 5            | 2025-03-02 09:00:00 | approved
S01           | R1         | 7       | P5           |                              | 5            | 2025-03-02 09:00:00 | approved
S01           | R2         | 1       | P5           | 6909999999995                | 5            | 2025-03-02 09:00:00 | draft
'''

[[case]]
name = "without barcodes of products nothing is unknown"
expect = []
tables.receipt_line = '''
location_code | receipt_no | line_no | product_code | barcode       | received_qty | received_at
S01           | R1         | 1       | P1           | 6909999999995 | 5            | 2025-03-02 09:00:00
'''
*/
