/*
title = "Branded product under the shop's own barcode only"
title_zh = "品牌商品只有店内码"
severity = "low"
assertion = "completeness"
why = "The maker's barcode on the package is not known, so every piece must be labelled again, and a scan of the package fails."
why_zh = "商品原厂条码未建档，每件都要重新贴标，直接扫包装则识别不了。"
fix = "Scan the package and enter its barcode for this product."
fix_zh = "扫描商品包装，补录原厂条码。"
message = "{product_code} {product_name} of brand {brand} has only the shop's own barcode {barcode}"
message_zh = "{product_code} {product_name}（品牌 {brand}）只有店内码 {barcode}"
grain = ["product_code"]
population = """
SELECT p.product_code
FROM core.product AS p
WHERE COALESCE(p.brand, '') <> ''
  AND (p.status IS NULL OR p.status <> 'discontinued')
  AND EXISTS (SELECT 1 FROM core.product_barcode AS b WHERE UPPER(b.product_code) = UPPER(p.product_code))
"""
not_applicable = "No product has both a brand and a barcode."
not_applicable_zh = "没有同时填写品牌和条码的商品。"

[params]
own_brands = ""
weighed_units = "kg,g,lb,oz,千克,公斤,克,斤,两"

[param_notes]
own_brands = "The shop's own brands, parted by commas: they may live under its own codes."
weighed_units = "Units of goods sold by weight, parted by commas: the shop labels them itself."

[param_notes_zh]
own_brands = "自有品牌，用逗号分隔：可以使用店内码。"
weighed_units = "称重商品的计量单位，用逗号分隔：这类商品由门店自行贴码。"
*/
-- In-store codes: prefix 02 (of twelve digits: 2) and 20 to 29, of eight-digit codes 0 and 2 (GS1 General Specifications). Other numbers of
-- the shop, such as short codes at the scale, are no barcode of a package either way and are passed over.
WITH coded AS (
    SELECT
        UPPER(product_code) AS product_key,
        MIN(barcode) AS barcode,
        COUNT(*) AS barcodes,
        COUNT(
            CASE
                WHEN SUBSTR(LPAD(barcode, 14, '0'), 1, 3)
                    IN ('002', '020', '021', '022', '023', '024', '025', '026', '027', '028', '029')
                    AND LENGTH(barcode) IN (12, 13, 14) THEN 1
                WHEN LENGTH(barcode) = 8 AND SUBSTR(barcode, 1, 1) IN ('0', '2') THEN 1
            END
        ) AS in_store_codes
    FROM core.product_barcode
    WHERE TRANSLATE(barcode, '0123456789', '') = '' AND LENGTH(barcode) IN (8, 12, 13, 14)
    GROUP BY UPPER(product_code)
)

SELECT
    p.product_code,
    p.product_name,
    p.brand,
    p.category,
    p.unit,
    c.barcode,
    c.barcodes,
    p.file_id,
    p.row_no
FROM core.product AS p
JOIN coded AS c ON c.product_key = UPPER(p.product_code)
WHERE c.in_store_codes = c.barcodes
  AND COALESCE(p.brand, '') <> ''
  AND (p.status IS NULL OR p.status <> 'discontinued')
  AND INSTR(',' || UPPER(REPLACE($own_brands, ', ', ',')) || ',', ',' || UPPER(p.brand) || ',') = 0
  AND (
      COALESCE(p.unit, '') = ''
      OR INSTR(',' || UPPER(REPLACE($weighed_units, ', ', ',')) || ',', ',' || UPPER(p.unit) || ',') = 0
  );
/* cases
[[case]]
name = "all its codes are the shop's own"
expect = [
  { product_code = "P1", brand = "Lux", barcode = "0212345678905", barcodes = 3 },
  { product_code = "P2", barcode = "20123451" },
]
tables.product = '''
product_code | product_name | brand | unit | status
P1           | Soap         | Lux   | pc   | active
P2           | Cream        | Lux   |      |
'''
tables.product_barcode = '''
barcode       | product_code
2000001234567 | P1
0212345678905 | P1
212345678905  | P1
20123451      | p2
'''

[[case]]
name = "the maker's code beside it, a case of the maker's, no brand, own brand, sold by weight, discontinued, a short code alone"
expect = []
params = { own_brands = "Good Day, Home" }
tables.product = '''
product_code | product_name | brand | unit | status
P1           | Soap         | Lux   | pc   | active
P2           | Cream        | Lux   | pc   | active
P3           | Apples       |       | pc   | active
P4           | Rice         | home  | pc   | active
P5           | Cheese       | Alp   | KG   | active
P6           | Shampoo      | Lux   | pc   | discontinued
P7           | Comb         | Lux   | pc   | active
'''
tables.product_barcode = '''
barcode        | product_code
2000001234567 | P1
6901234567892 | P1
26901234567896 | P2
2000001234574 | P3
2000001234581 | P4
2512345000009 | P5
2000001234598 | P6
00712         | P7
'''
*/
