/*
title = "Product master with gaps"
title_zh = "商品档案不完整"
severity = "low"
assertion = "completeness"
why = "A product without name, category or unit is missing from reports by category and is mistaken for another when ordering and counting."
why_zh = "缺少名称、类别或单位的商品不会出现在分类报表中，订货和盘点时也容易弄错。"
fix = "Complete the product from its package or the supplier's list."
fix_zh = "根据实物包装或供应商资料补全商品档案。"
message = "{product_code} {product_name} lacks {missing_fields}"
message_zh = "{product_code} {product_name} 缺少{missing_fields}"
words."product_name" = ["its name", "名称"]
words."category" = ["its category", "类别"]
words."unit" = ["its unit", "单位"]
words."product_name, category" = ["its name and category", "名称、类别"]
words."product_name, unit" = ["its name and unit", "名称、单位"]
words."category, unit" = ["its category and unit", "类别、单位"]
words."product_name, category, unit" = ["its name, category and unit", "名称、类别、单位"]
grain = ["product_code"]
population = "SELECT * FROM core.product WHERE status IS NULL OR status <> 'discontinued'"
not_applicable = "No product master is loaded."
not_applicable_zh = "没有导入商品档案。"

[params]
min_filled_share = 0.5

[param_notes]
min_filled_share = "A field is asked for where at least this share of the products fills it: a shop that keeps no units lacks none."

[param_notes_zh]
min_filled_share = "填写该字段的商品达到此比例才要求填写：从不登记单位的店不算缺单位。"
*/
WITH kept AS (
    SELECT
        COUNT(NULLIF(product_name, '')) AS names,
        COUNT(NULLIF(category, '')) AS categories,
        COUNT(NULLIF(unit, '')) AS units,
        GREATEST($min_filled_share * COUNT(*), 1) AS wanted
    FROM core.product
    WHERE status IS NULL OR status <> 'discontinued'
),

gap AS (
    SELECT
        p.product_code,
        p.product_name,
        p.category,
        p.unit,
        CONCAT_WS(
            ', ',
            CASE WHEN COALESCE(p.product_name, '') = '' AND k.names >= k.wanted THEN 'product_name' END,
            CASE WHEN COALESCE(p.category, '') = '' AND k.categories >= k.wanted THEN 'category' END,
            CASE WHEN COALESCE(p.unit, '') = '' AND k.units >= k.wanted THEN 'unit' END
        ) AS missing_fields,
        p.file_id,
        p.row_no
    FROM core.product AS p
    CROSS JOIN kept AS k
    WHERE p.status IS NULL OR p.status <> 'discontinued'
)

SELECT product_code, product_name, category, unit, missing_fields, file_id, row_no
FROM gap
WHERE missing_fields <> '';
/* cases
[[case]]
name = "one field and several"
expect = [
  { product_code = "P2", missing_fields = "category" },
  { product_code = "P3", missing_fields = "product_name, unit" },
]
tables.product = '''
product_code | product_name | category | unit | status
P1           | Tea          | drinks   | box  | active
P2           | Milk         |          | box  |
P3           |              | drinks   |      | active
P4           | Salt         | spices   | bag  | active
'''

[[case]]
name = "a field that nobody fills, or hardly anybody, and a discontinued product"
expect = []
tables.product = '''
product_code | product_name | category | unit | status
P1           | Tea          | drinks   |      | active
P2           | Milk         |          |      | active
P3           | Salt         |          |      | active
P4           |              |          |      | discontinued
'''
*/
