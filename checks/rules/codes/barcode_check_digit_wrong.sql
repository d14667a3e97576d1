/*
title = "Barcode with a wrong check digit"
title_zh = "条码校验位错误"
severity = "low"
assertion = "accuracy"
why = "No scanner will ever read this code: it was typed by hand and mistyped, so sales and receipts of the product go elsewhere."
why_zh = "扫描枪永远读不出这个条码：系手工录错，该商品的销售和入库会记到别处。"
fix = "Scan the product itself and correct the barcode."
fix_zh = "扫描实物，更正条码。"
message = "Barcode {barcode} of product {product_code} ends in {check_digit}, the check digit should be {right_check_digit}"
message_zh = "商品 {product_code} 的条码 {barcode} 末位为 {check_digit}，校验位应为 {right_check_digit}"
grain = ["barcode"]
population = """
SELECT
    barcode,
    CASE WHEN TRANSLATE(barcode, '0123456789', '') = '' AND LENGTH(barcode) IN (8, 12, 13, 14)
        AND SUBSTR(LPAD(barcode, 14, '0'), 2, 2) NOT IN ('02', '20', '21', '22', '23', '24', '25', '26', '27', '28', '29')
        AND NOT (LENGTH(barcode) = 8 AND SUBSTR(barcode, 1, 1) IN ('0', '2')) THEN barcode END AS gtin
FROM (
    SELECT barcode FROM core.product_barcode WHERE barcode IS NOT NULL
    UNION
    SELECT barcode FROM core.receipt_line
    WHERE barcode IS NOT NULL AND (status IS NULL OR status NOT IN ('draft', 'rejected', 'cancelled'))
) AS b
"""
needs = ["gtin"]
not_applicable = "No barcodes are loaded."
not_applicable_zh = "没有载入条码。"
*/
-- GTIN-8, -12, -13 and -14: weights 3, 1, 3 … from the digit before the last leftwards (GS1 General Specifications).
-- Codes of other lengths or with letters, and in-store codes (prefix 02 and 20 to 29; GTIN-8 with 0 or 2), which shops
-- number as they like, are not tested. Digits are looked up by position: a cast would fail on a letter.
WITH used AS (
    SELECT barcode, product_code, 'product_barcode' AS used_in, '' AS location_code, NULL AS document_no,
        NULL AS supplier_code, file_id, row_no
    FROM core.product_barcode
    WHERE barcode IS NOT NULL
    UNION ALL
    SELECT barcode, product_code, 'receipt_line' AS used_in, COALESCE(location_code, '') AS location_code,
        receipt_no AS document_no, supplier_code, file_id, row_no
    FROM core.receipt_line
    WHERE barcode IS NOT NULL AND (status IS NULL OR status NOT IN ('draft', 'rejected', 'cancelled'))
),

code AS (
    SELECT
        barcode,
        LPAD(barcode, 14, '0') AS gtin,
        MIN(CASE WHEN used_in = 'product_barcode' THEN product_code END) AS master_product_code,
        MIN(product_code) AS product_code,
        MIN(supplier_code) AS supplier_code,
        COUNT(CASE WHEN used_in = 'receipt_line' THEN 1 END) AS receipt_line_count,
        COUNT(CASE WHEN used_in = 'product_barcode' THEN 1 END) AS master_count,
        MIN(document_no) AS first_receipt_no,
        MIN(file_id) AS file_id,
        MIN(row_no) AS row_no
    FROM used
    WHERE TRANSLATE(barcode, '0123456789', '') = '' AND LENGTH(barcode) IN (8, 12, 13, 14)
      AND SUBSTR(LPAD(barcode, 14, '0'), 2, 2)
          NOT IN ('02', '20', '21', '22', '23', '24', '25', '26', '27', '28', '29')
      AND NOT (LENGTH(barcode) = 8 AND SUBSTR(barcode, 1, 1) IN ('0', '2'))
    GROUP BY barcode
),

weighed AS (
    SELECT
        c.*,
        3 * (
            INSTR('123456789', SUBSTR(gtin, 1, 1)) + INSTR('123456789', SUBSTR(gtin, 3, 1))
            + INSTR('123456789', SUBSTR(gtin, 5, 1)) + INSTR('123456789', SUBSTR(gtin, 7, 1))
            + INSTR('123456789', SUBSTR(gtin, 9, 1)) + INSTR('123456789', SUBSTR(gtin, 11, 1))
            + INSTR('123456789', SUBSTR(gtin, 13, 1))
        )
        + INSTR('123456789', SUBSTR(gtin, 2, 1)) + INSTR('123456789', SUBSTR(gtin, 4, 1))
        + INSTR('123456789', SUBSTR(gtin, 6, 1)) + INSTR('123456789', SUBSTR(gtin, 8, 1))
        + INSTR('123456789', SUBSTR(gtin, 10, 1)) + INSTR('123456789', SUBSTR(gtin, 12, 1)) AS weighted_sum,
        INSTR('123456789', SUBSTR(gtin, 14, 1)) AS check_digit
    FROM code AS c
)

SELECT
    COALESCE(master_product_code, product_code) AS product_code,
    supplier_code,
    barcode,
    check_digit,
    (10 - weighted_sum % 10) % 10 AS right_check_digit,
    master_count,
    receipt_line_count,
    first_receipt_no,
    file_id,
    row_no
FROM weighed
WHERE (10 - weighted_sum % 10) % 10 <> check_digit;
/* cases
[[case]]
name = "one wrong digit in each length, in the master and on a receipt: one finding per barcode"
expect = [
    { barcode = "6901234567893", product_code = "P1", check_digit = 3, right_check_digit = 2, receipt_line_count = 1 },
    { barcode = "96385075", product_code = "P2", right_check_digit = 4 },
    { barcode = "036000291453", product_code = "P3", right_check_digit = 2 },
    { barcode = "16901234567898", product_code = "P4", right_check_digit = 9 },
]
tables.product_barcode = '''
barcode        | product_code
6901234567893  | P1
96385075       | P2
036000291453   | P3
16901234567898 | P4
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | product_code | barcode       | received_qty | received_at
S01           | R1         | 1       | P1           | 6901234567893 | 4            | 2025-03-02 09:00:00
'''

[[case]]
name = "right digits, in-store codes, letters and other lengths, and a cancelled receipt"
expect = []
tables.product_barcode = '''
barcode        | product_code
6901234567892  | P1
96385074       | P2
036000291452   | P3
16901234567899 | P4
2000001234567  | P5
0212345678905  | P6
212345678901   | P7
ABC4567890123  | P8
12345          | P9
20123451       | P9
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | product_code | barcode       | received_qty | received_at         | status
S01           | R1         | 1       | P1           | 6901234567893 | 4            | 2025-03-02 09:00:00 | cancelled
'''
*/
