/*
title = "Product code that is not in the product master"
title_zh = "商品编码不在商品档案中"
severity = "high"
assertion = "existence"
why = "Stock under a code nobody knows is on no list: it is not counted, not reordered, and its cost and price are unknown."
why_zh = "编码不在档案中的库存不会被盘点、补货，成本和售价也无从得知。"
fix = "Find what the code stands for. Correct the lines if it was mistyped, or create the product."
fix_zh = "查明该编码对应的商品；录错的更正单据，确有此商品的补建档案。"
message = "Product code {product_code} is used on {line_count} lines and is not in the product master (first: {first_table} {first_document_no})"
message_zh = "商品编码 {product_code} 出现在 {line_count} 行单据中，却不在商品档案里（首次：{first_table} {first_document_no}）"
words.purchase_order_line = ["order", "采购订单"]
words.receipt_line = ["receipt", "入库单"]
words.delivery_note_line = ["delivery note", "送货单"]
words.invoice_line = ["invoice", "发票"]
words.stock_movement = ["movement", "库存变动"]
words.count_line = ["stocktake", "盘点单"]
words.stock_on_hand = ["on-hand report", "库存余额"]
correction.kind = "change_product_code"
correction.everywhere = true
correction.reason_code = "entry_error"
grain = ["product_key"]
population = """
SELECT UPPER(u.product_code) AS product_key
FROM (
    SELECT product_code FROM core.receipt_line WHERE status IS NULL OR status NOT IN ('draft', 'rejected', 'cancelled')
    UNION
    SELECT product_code FROM core.purchase_order_line
    WHERE status IS NULL OR status NOT IN ('draft', 'rejected', 'cancelled')
    UNION
    SELECT product_code FROM core.delivery_note_line
    UNION
    SELECT product_code FROM core.invoice_line
    UNION
    SELECT product_code FROM core.stock_movement
    UNION
    SELECT product_code FROM core.count_line WHERE status IS NULL OR status <> 'cancelled'
    UNION
    SELECT product_code FROM core.stock_on_hand
) AS u
WHERE u.product_code IS NOT NULL AND EXISTS (SELECT 1 FROM core.product)
GROUP BY UPPER(u.product_code)
"""
not_applicable = "No product master is loaded."
not_applicable_zh = "没有载入商品档案。"
*/
-- One finding per code, compared without regard to capitals. At risk is the largest of the values it has on orders, on
-- receipts, on invoices and as stock: these are the same goods seen several times, not to be added.
WITH known AS (
    SELECT DISTINCT UPPER(product_code) AS product_key FROM core.product
),

-- A report of stock speaks of its day alone and is not restated: what an older one says is over.
newest_report AS (
    SELECT COALESCE(location_code, '') AS location_code, MAX(as_of_date) AS as_of_date
    FROM core.stock_on_hand
    WHERE as_of_date <= $as_of
    GROUP BY COALESCE(location_code, '')
),

used AS (
    SELECT UPPER(t.product_code) AS product_key, t.product_code, 'receipt_line' AS used_in, 1 AS table_rank,
        COALESCE(t.location_code, '') AS location_code, t.supplier_code, t.receipt_no AS document_no,
        t.line_no AS document_line_no, CAST(t.received_at AS DATE) AS used_date,
        CAST(ABS(COALESCE(t.line_amount, t.received_qty * t.unit_cost)) AS DECIMAL(18, 4)) AS line_value,
        t.file_id, t.row_no
    FROM core.receipt_line AS t
    LEFT JOIN known AS k ON UPPER(t.product_code) = k.product_key
    WHERE k.product_key IS NULL AND (t.status IS NULL OR t.status NOT IN ('draft', 'rejected', 'cancelled'))
    UNION ALL
    SELECT UPPER(t.product_code) AS product_key, t.product_code, 'purchase_order_line' AS used_in, 2 AS table_rank,
        COALESCE(t.location_code, '') AS location_code, t.supplier_code, t.po_no AS document_no,
        t.line_no AS document_line_no, t.ordered_date AS used_date,
        CAST(t.ordered_qty * t.unit_price AS DECIMAL(18, 4)) AS line_value, t.file_id, t.row_no
    FROM core.purchase_order_line AS t
    LEFT JOIN known AS k ON UPPER(t.product_code) = k.product_key
    WHERE k.product_key IS NULL AND (t.status IS NULL OR t.status NOT IN ('draft', 'rejected', 'cancelled'))
    UNION ALL
    SELECT UPPER(t.product_code) AS product_key, t.product_code, 'delivery_note_line' AS used_in, 3 AS table_rank,
        COALESCE(t.location_code, '') AS location_code, t.supplier_code, t.delivery_note_no AS document_no,
        t.line_no AS document_line_no, t.delivered_date AS used_date, NULL AS line_value, t.file_id, t.row_no
    FROM core.delivery_note_line AS t
    LEFT JOIN known AS k ON UPPER(t.product_code) = k.product_key
    WHERE k.product_key IS NULL
    UNION ALL
    SELECT UPPER(t.product_code) AS product_key, t.product_code, 'invoice_line' AS used_in, 4 AS table_rank,
        '' AS location_code, t.supplier_code, t.invoice_no AS document_no,
        t.line_no AS document_line_no, t.invoiced_date AS used_date,
        CAST(ABS(COALESCE(t.invoiced_amount, t.invoiced_qty * t.unit_price)) AS DECIMAL(18, 4)) AS line_value,
        t.file_id, t.row_no
    FROM core.invoice_line AS t
    LEFT JOIN known AS k ON UPPER(t.product_code) = k.product_key
    WHERE k.product_key IS NULL
    UNION ALL
    SELECT UPPER(t.product_code) AS product_key, t.product_code, 'stock_movement' AS used_in, 5 AS table_rank,
        COALESCE(t.location_code, '') AS location_code, NULL AS supplier_code,
        COALESCE(t.document_no, t.movement_id) AS document_no, t.document_line_no,
        CAST(t.occurred_at AS DATE) AS used_date, NULL AS line_value, t.file_id, t.row_no
    FROM core.stock_movement AS t
    LEFT JOIN known AS k ON UPPER(t.product_code) = k.product_key
    WHERE k.product_key IS NULL
    UNION ALL
    SELECT UPPER(t.product_code) AS product_key, t.product_code, 'count_line' AS used_in, 6 AS table_rank,
        COALESCE(t.location_code, '') AS location_code, NULL AS supplier_code, t.count_no AS document_no,
        t.line_no AS document_line_no, CAST(t.counted_at AS DATE) AS used_date,
        CAST(t.counted_qty * t.unit_cost AS DECIMAL(18, 4)) AS line_value, t.file_id, t.row_no
    FROM core.count_line AS t
    LEFT JOIN known AS k ON UPPER(t.product_code) = k.product_key
    WHERE k.product_key IS NULL AND (t.status IS NULL OR t.status <> 'cancelled')
    UNION ALL
    SELECT UPPER(t.product_code) AS product_key, t.product_code, 'stock_on_hand' AS used_in, 7 AS table_rank,
        COALESCE(t.location_code, '') AS location_code, NULL AS supplier_code, NULL AS document_no,
        NULL AS document_line_no, t.as_of_date AS used_date, NULL AS line_value, t.file_id, t.row_no
    FROM core.stock_on_hand AS t
    INNER JOIN newest_report AS n ON COALESCE(t.location_code, '') = n.location_code AND t.as_of_date = n.as_of_date
    LEFT JOIN known AS k ON UPPER(t.product_code) = k.product_key
    WHERE k.product_key IS NULL
),

first_use AS (
    SELECT *
    FROM used
    WHERE product_key IS NOT NULL
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY product_key
        ORDER BY used_date NULLS LAST, table_rank, LENGTH(document_no), document_no, document_line_no, location_code,
            supplier_code, file_id, row_no
    ) = 1
),

total AS (
    SELECT
        product_key,
        CASE WHEN COUNT(DISTINCT location_code) = 1 THEN MIN(location_code) END AS location_code,
        MIN(supplier_code) AS supplier_code,
        COUNT(*) AS line_count,
        COUNT(CASE WHEN used_in = 'receipt_line' THEN 1 END) AS receipt_line_count,
        COUNT(CASE WHEN used_in = 'purchase_order_line' THEN 1 END) AS order_line_count,
        COUNT(CASE WHEN used_in = 'delivery_note_line' THEN 1 END) AS delivery_line_count,
        COUNT(CASE WHEN used_in = 'invoice_line' THEN 1 END) AS invoice_line_count,
        COUNT(CASE WHEN used_in = 'stock_movement' THEN 1 END) AS movement_count,
        COUNT(CASE WHEN used_in = 'count_line' THEN 1 END) AS count_line_count,
        COUNT(CASE WHEN used_in = 'stock_on_hand' THEN 1 END) AS on_hand_count,
        GREATEST(
            COALESCE(SUM(CASE WHEN used_in = 'receipt_line' THEN line_value END), 0),
            COALESCE(SUM(CASE WHEN used_in = 'purchase_order_line' THEN line_value END), 0),
            COALESCE(SUM(CASE WHEN used_in = 'invoice_line' THEN line_value END), 0),
            COALESCE(SUM(CASE WHEN used_in = 'count_line' THEN line_value END), 0)
        ) AS amount_at_risk
    FROM used
    WHERE product_key IS NOT NULL
    GROUP BY product_key
)

SELECT
    t.location_code,
    f.product_code,
    t.supplier_code,
    f.document_no,
    f.document_line_no,
    f.used_date AS occurred_date,
    CAST(t.amount_at_risk AS DECIMAL(18, 4)) AS amount_at_risk,
    t.product_key,
    t.line_count,
    f.used_in AS first_table,
    COALESCE(f.document_no, '-') AS first_document_no,
    t.receipt_line_count,
    t.order_line_count,
    t.delivery_line_count,
    t.invoice_line_count,
    t.movement_count,
    t.count_line_count,
    t.on_hand_count,
    f.file_id,
    f.row_no
FROM total AS t
INNER JOIN first_use AS f ON t.product_key = f.product_key
WHERE EXISTS (SELECT 1 FROM core.product);
/* cases
[[case]]
name = "a code that nobody knows on an order, two receipts and the stock card: one finding"
expect = [{ product_code = "X9", line_count = 4, receipt_line_count = 2, order_line_count = 1, movement_count = 1, first_table = "purchase_order_line", document_no = "PO1", amount_at_risk = 30, location_code = "S01" }]
tables.product = '''
product_code | product_name
P1           | Tea
'''
tables.purchase_order_line = '''
po_no | line_no | location_code | product_code | ordered_date | ordered_qty | unit_price
PO1   | 1       | S01           | X9           | 2025-03-01   | 10          | 2
PO1   | 2       | S01           | P1           | 2025-03-01   | 10          | 2
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | product_code | received_qty | unit_cost | received_at
S01           | R1         | 1       | X9           | 10           | 2         | 2025-03-02 09:00:00
S01           | R2         | 1       | x9           | 5            | 2         | 2025-03-03 09:00:00
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | movement_type | product_code | moved_qty
S01           | M1          | 2025-03-03 10:00:00 | sale          | X9           | -1
'''

[[case]]
name = "known in other capitals, no code at all, or only on a draft"
expect = []
tables.product = '''
product_code | product_name
ab-1         | Tea
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | product_code | received_qty | received_at         | status
S01           | R1         | 1       | AB-1         | 10           | 2025-03-02 09:00:00 | approved
S01           | R1         | 2       |              | 10           | 2025-03-02 09:00:00 | approved
S01           | R2         | 1       | X9           | 5            | 2025-03-03 09:00:00 | draft
'''

[[case]]
name = "only in the newest report of stock of each place does a code count"
expect = [{ product_code = "X8", location_code = "S02", on_hand_count = 1 }]
tables.product = '''
product_code | product_name
P1           | Tea
'''
tables.stock_on_hand = '''
as_of_date | location_code | product_code | on_hand_qty
2025-03-01 | S01           | X9           | 5
2025-03-02 | S01           | P1           | 5
2025-03-01 | S02           | X8           | 5
'''

[[case]]
name = "without a product master nothing is unknown"
expect = []
tables.receipt_line = '''
location_code | receipt_no | line_no | product_code | received_qty | received_at
S01           | R1         | 1       | X9           | 10           | 2025-03-02 09:00:00
'''
*/
