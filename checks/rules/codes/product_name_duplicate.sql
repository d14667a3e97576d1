/*
title = "Product entered twice"
title_zh = "商品重复建档"
severity = "low"
assertion = "accuracy"
why = "Receipts go to one record and sales to the other: one stands too high, the other below zero, and both are ordered."
why_zh = "入库记在一个档案、销售记在另一个：一个虚高、一个为负，还会重复订货。"
fix = "Compare the two. If they are one product, keep one code, move the stock over and set the other discontinued; if not, tell them apart by size or name."
fix_zh = "核对两个档案：同一商品则保留一个编码、合并库存并停用另一个；不是则在规格或名称上区分。"
message = "{product_code} looks like {first_product_code}: {reason} ({product_name})"
message_zh = "{product_code} 与 {first_product_code} 疑似重复：{reason}（{product_name}）"
words."same code" = ["the codes differ only in capitals", "编码仅大小写不同"]
words."same name" = ["same name, size, unit and brand", "名称、规格、单位、品牌均相同"]
grain = ["product_code"]
population = "SELECT * FROM core.product WHERE status IS NULL OR status <> 'discontinued'"
not_applicable = "No product master is loaded."
not_applicable_zh = "没有导入商品档案。"

[params]
max_same = 5

[param_notes]
max_same = "More products than this under one name are variants that the name does not tell apart, not entries made twice."

[param_notes_zh]
max_same = "同名商品超过此数，视为名称未区分的不同规格，而非重复建档。"
*/
-- Names are compared without spaces and capitals. One finding per extra product, its code being the later in order; what
-- has the code of another but for capitals is that finding alone.
WITH active AS (
    SELECT
        product_code,
        product_name,
        spec,
        unit,
        brand,
        UPPER(product_code) AS code_key,
        UPPER(REPLACE(product_name, ' ', '')) AS name_key,
        UPPER(REPLACE(COALESCE(spec, ''), ' ', '')) AS spec_key,
        UPPER(REPLACE(COALESCE(unit, ''), ' ', '')) AS unit_key,
        UPPER(REPLACE(COALESCE(brand, ''), ' ', '')) AS brand_key,
        file_id,
        row_no
    FROM core.product
    WHERE status IS NULL OR status <> 'discontinued'
),

same_code AS (
    SELECT *, FIRST_VALUE(product_code) OVER (PARTITION BY code_key ORDER BY product_code) AS code_first
    FROM active
),

same_name AS (
    SELECT
        *,
        FIRST_VALUE(product_code) OVER (
            PARTITION BY name_key, spec_key, unit_key, brand_key ORDER BY product_code
        ) AS name_first,
        COUNT(*) OVER (PARTITION BY name_key, spec_key, unit_key, brand_key) AS entries
    FROM same_code
    WHERE name_key <> '' AND product_code = code_first
)

SELECT
    product_code,
    product_name,
    spec,
    unit,
    brand,
    'same code' AS reason,
    code_first AS first_product_code,
    file_id,
    row_no
FROM same_code
WHERE product_code <> code_first
UNION ALL
SELECT
    product_code,
    product_name,
    spec,
    unit,
    brand,
    'same name',
    name_first,
    file_id,
    row_no
FROM same_name
WHERE product_code <> name_first AND entries <= $max_same;
/* cases
[[case]]
name = "other spaces and capitals; three of one; codes in other capitals, whatever they are called"
expect = [
  { product_code = "P2", first_product_code = "P1", reason = "same name" },
  { product_code = "P3", first_product_code = "P1", reason = "same name" },
  { product_code = "ab1", first_product_code = "AB1", reason = "same code" },
]
tables.product = '''
product_code | product_name | spec  | unit | brand | status
P1           | Green Tea    | 500ml | btl  | Lux   | active
P2           | green tea    | 500ML | btl  | lux   |
P3           | GreenTea     | 500ml | btl  | Lux   | active
AB1          | Salt         |       |      |       |
ab1          | Sea salt     |       |      |       |
'''

[[case]]
name = "another size, unit or brand, no name, a discontinued predecessor, and variants under one name"
expect = []
params = { max_same = 2 }
tables.product = '''
product_code | product_name | spec  | unit | brand | status
P1           | Green Tea    | 500ml | btl  | Lux   | active
P2           | Green Tea    | 1l    | btl  | Lux   | active
P3           | Green Tea    | 500ml | case | Lux   | active
P4           | Green Tea    | 500ml | btl  | Alp   | active
P5           | Green Tea    | 500ml | btl  | Lux   | discontinued
P6           |              |       |      |       | active
P7           |              |       |      |       | active
T1           | T-shirt      |       | pc   | Lux   | active
T2           | T-shirt      |       | pc   | Lux   | active
T3           | T-shirt      |       | pc   | Lux   | active
'''
*/
