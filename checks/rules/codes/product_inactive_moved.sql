/*
title = "Discontinued product still coming in"
title_zh = "停售商品仍在入库"
severity = "medium"
assertion = "existence"
why = "Goods that were to be run down are bought again: they will stand on the shelf until they are written off."
why_zh = "本应清库的商品又在进货，最终只能积压报损。"
fix = "Ask who ordered it. Stop open orders and return what can be returned; if the product is sold again after all, set it active."
fix_zh = "查明由谁订货；停止未到订单，可退则退；若确需恢复销售，将档案改为在售。"
message = "{product_code} is discontinued: {moved_qty} {kind} from {occurred_date} to {last_date} ({documents} documents, first {document_no})"
message_zh = "{product_code} 已停售，{occurred_date} 至 {last_date} 仍{kind} {moved_qty}（{documents} 张单据，首张 {document_no}）"
words."receipt" = ["received", "入库"]
words."sale" = ["sold", "售出"]
grain = ["location_code", "product_code", "kind"]
population = "SELECT * FROM core.product WHERE status = 'discontinued'"
not_applicable = "No product is marked discontinued."
not_applicable_zh = "没有标记为停售的商品。"

[params]
days = 30
include_sales = false

[param_notes]
days = "Days looked back from the day of the check; the master does not say since when a product is discontinued."
include_sales = "Whether sales count too; selling off what is left is commonly meant."

[param_notes_zh]
days = "从检查日往前看的天数；商品档案不记载何时停用。"
include_sales = "销售是否也算；停售商品清仓通常是有意的。"
*/
-- Receipts by the receipt documents, else by movements of type receipt; the same goods are not counted from both. What
-- was reversed in the window came to nothing. Transfers of what is left, and returns to the supplier, are in order.
WITH document AS (
    SELECT
        e.location_code,
        e.product_code,
        'receipt' AS kind,
        e.receipt_no AS document_no,
        e.supplier_code,
        CAST(e.received_at AS DATE) AS moved_date,
        e.accepted_base_qty AS moved_qty,
        e.line_value AS value,
        e.file_id,
        e.row_no
    FROM mart.receipt_effective AS e
    JOIN core.product AS p ON p.product_code = e.product_code
    WHERE p.status = 'discontinued'
      AND e.receipt_type <> 'return'
      AND CAST(e.received_at AS DATE) <= $as_of
      AND CAST(e.received_at AS DATE) + $days > $as_of
),

covered AS (
    SELECT DISTINCT location_code, product_code
    FROM document
),

posted AS (
    SELECT
        m.location_code,
        m.product_code,
        m.movement_type AS kind,
        COALESCE(m.document_no, m.movement_id) AS document_no,
        NULL AS supplier_code,
        CAST(m.occurred_at AS DATE) AS moved_date,
        m.moved_qty,
        COALESCE(ABS(m.sale_amount), ABS(m.moved_qty) * COALESCE(m.unit_cost, p.purchase_price)) AS value,
        m.file_id,
        m.row_no
    FROM core.stock_movement AS m
    JOIN core.product AS p ON p.product_code = m.product_code
    LEFT JOIN covered AS c ON c.location_code = m.location_code AND c.product_code = m.product_code
    WHERE p.status = 'discontinued'
      AND ((m.movement_type = 'receipt' AND c.location_code IS NULL) OR (m.movement_type = 'sale' AND $include_sales))
      AND CAST(m.occurred_at AS DATE) <= $as_of
      AND CAST(m.occurred_at AS DATE) + $days > $as_of
),

moved AS (
    SELECT * FROM document
    UNION ALL
    SELECT * FROM posted
),

placed AS (
    SELECT *, ROW_NUMBER() OVER (
        PARTITION BY location_code, product_code, kind ORDER BY moved_date, document_no, file_id, row_no
    ) AS place
    FROM moved
)

SELECT
    location_code,
    product_code,
    MIN(CASE WHEN place = 1 THEN supplier_code END) AS supplier_code,
    MIN(CASE WHEN place = 1 THEN document_no END) AS document_no,
    MIN(moved_date) AS occurred_date,
    0 AS expected_qty,
    SUM(moved_qty) AS actual_qty,
    SUM(moved_qty) AS difference_qty,
    ABS(SUM(CASE WHEN moved_qty < 0 THEN -ABS(value) ELSE ABS(value) END)) AS amount_at_risk,
    kind,
    SUM(moved_qty) AS moved_qty,
    MAX(moved_date) AS last_date,
    COUNT(DISTINCT document_no) AS documents,
    MIN(CASE WHEN place = 1 THEN file_id END) AS file_id,
    MIN(CASE WHEN place = 1 THEN row_no END) AS row_no
FROM placed
GROUP BY location_code, product_code, kind
HAVING (kind = 'receipt' AND SUM(moved_qty) > 0) OR (kind = 'sale' AND SUM(moved_qty) < 0);
/* cases
[[case]]
name = "two receipts and their movements, and a movement without a receipt document: each once"
expect = [
  { location_code = "S01", product_code = "P1", document_no = "R1", moved_qty = 15, documents = 2, amount_at_risk = 30, occurred_date = 2025-05-20, last_date = 2025-06-01 },
  { location_code = "S02", product_code = "P1", moved_qty = 4, document_no = "G7" },
]
as_of = 2025-06-01
tables.product = '''
product_code | status
P1           | discontinued
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | product_code | received_qty | unit_cost | received_at         | status
S01           | R1         | 1       | P1           | 10           | 2         | 2025-05-20 09:00:00 | approved
S01           | R2         | 1       | P1           | 5            | 2         | 2025-06-01 09:00:00 | approved
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | document_no
S01           | M1          | 2025-05-20 09:00:00 | P1           | receipt       | 10        | R1
S02           | M1          | 2025-05-20 09:00:00 | P1           | receipt       | 4         | G7
'''

[[case]]
name = "sold off, sent on, returned, received long ago, reversed, an active product, a draft"
expect = []
as_of = 2025-06-01
tables.product = '''
product_code | status
P1           | discontinued
P2           | active
P3           | discontinued
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | receipt_type | product_code | received_qty | received_at         | status
S01           | R1         | 1       | normal       | P1           | 10           | 2025-05-01 09:00:00 | approved
S01           | R2         | 1       | return       | P1           | 5            | 2025-05-20 09:00:00 | approved
S01           | R3         | 1       | normal       | P2           | 5            | 2025-05-20 09:00:00 | approved
S01           | R4         | 1       | normal       | P1           | 5            | 2025-05-20 09:00:00 | draft
S01           | R5         | 1       | normal       | P3           | 5            | 2025-05-20 09:00:00 | approved
S01           | R6         | 1       | normal       | P3           | -5           | 2025-05-21 09:00:00 | approved
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type   | moved_qty
S01           | M1          | 2025-05-20 09:00:00 | P1           | sale            | -2
S01           | M2          | 2025-05-20 09:00:00 | P1           | transfer_out    | -2
S02           | M1          | 2025-05-21 09:00:00 | P1           | transfer_in     | 2
S01           | M3          | 2025-05-20 09:00:00 | P1           | purchase_return | -5
'''

[[case]]
name = "sales where the shop wants to hear of them"
expect = [{ product_code = "P1", kind = "sale", moved_qty = -2, amount_at_risk = 6 }]
as_of = 2025-06-01
params = { include_sales = true }
tables.product = '''
product_code | status
P1           | discontinued
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | sale_amount
S01           | M1          | 2025-05-20 09:00:00 | P1           | sale          | -2        | 6
'''
*/
