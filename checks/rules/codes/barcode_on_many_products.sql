/*
title = "One barcode on several products"
title_zh = "一个条码对应多个商品"
severity = "high"
assertion = "accuracy"
why = "The till takes the first it finds: one product is sold as the other, and the stock of both goes wrong."
why_zh = "收银只会取其中一个：甲商品按乙商品销售，两者库存都不准。"
fix = "Scan the goods to see whose barcode it is and delete the others; if two records are one product, merge them."
fix_zh = "扫描实物确认条码归属，删除其余条目；若为同一商品的重复档案则合并。"
message = "Barcode {barcode} stands for {products} products: {product_list}"
message_zh = "条码 {barcode} 对应 {products} 个商品：{product_list}"
grain = ["barcode_key"]
population = "SELECT * FROM core.product_barcode WHERE barcode IS NOT NULL AND product_code IS NOT NULL"
not_applicable = "No barcodes of products are loaded."
not_applicable_zh = "没有导入商品条码。"
*/
-- Codes are compared as GTINs, leading zeros aside. A discontinued product may have left its barcode to its successor.
-- Product codes that differ only in capitals are one product here.
WITH gone AS (
    SELECT UPPER(product_code) AS product_key
    FROM core.product
    GROUP BY UPPER(product_code)
    HAVING COUNT(*) = COUNT(CASE WHEN status = 'discontinued' THEN 1 END)
),

used AS (
    SELECT
        b.barcode,
        CASE
            WHEN TRANSLATE(b.barcode, '0123456789', '') = '' AND LENGTH(b.barcode) BETWEEN 8 AND 14
                THEN LPAD(b.barcode, 14, '0')
            ELSE UPPER(b.barcode)
        END AS barcode_key,
        UPPER(b.product_code) AS product_key,
        b.product_code,
        b.file_id,
        b.row_no
    FROM core.product_barcode AS b
    LEFT JOIN gone AS g ON g.product_key = UPPER(b.product_code)
    WHERE b.barcode IS NOT NULL AND b.product_code IS NOT NULL AND g.product_key IS NULL
),

once AS (
    SELECT
        barcode_key,
        product_key,
        MIN(barcode) AS barcode,
        MIN(product_code) AS product_code,
        MAX(file_id) AS file_id,
        MAX(row_no) AS row_no
    FROM used
    GROUP BY barcode_key, product_key
)

SELECT
    MAX(product_code) AS product_code,
    MIN(barcode) AS barcode,
    barcode_key,
    COUNT(*) AS products,
    STRING_AGG(product_code, ', ' ORDER BY product_code) AS product_list,
    MAX(file_id) AS file_id,
    MAX(row_no) AS row_no
FROM once
GROUP BY barcode_key
HAVING COUNT(*) > 1;
/* cases
[[case]]
name = "two products share a code, one with a leading zero; three share the shop's own code"
expect = [
  { barcode = "06901234567892", products = 2, product_list = "P1, P2", product_code = "P2" },
  { barcode = "2000001234567", products = 3, product_list = "P3, P4, P5" },
]
tables.product = '''
product_code | status
P1           | active
P2           |
'''
tables.product_barcode = '''
barcode        | product_code
6901234567892  | P1
06901234567892 | P2
2000001234567  | P3
2000001234567  | P4
2000001234567  | P5
'''

[[case]]
name = "several codes of one product, other capitals, a discontinued predecessor"
expect = []
tables.product = '''
product_code | status
P1           | active
P2           | discontinued
'''
tables.product_barcode = '''
barcode        | product_code | pack_qty
6901234567892  | P1           | 1
16901234567899 | P1           | 12
06901234567892 | p1           | 1
6901234567892  | P2           | 1
'''
*/
