/*
title = "Batch-tracked goods without a batch number"
title_zh = "批次管理商品缺少批号"
severity = "medium"
assertion = "completeness"
why = "Without its batch, stock cannot be recalled, aged or cleared by expiry, and the book by batch is wrong."
why_zh = "缺少批号，商品无法追溯、召回或按有效期处理，批次账也不准确。"
fix = "Read the batch off the goods or the delivery note and complete the document; make the field obligatory in the POS."
fix_zh = "根据实物或送货单补录批号；并在收银系统中将批号设为必填。"
message = "{kind} {document_no}: {actual_qty} of {product_code} without a batch number ({movements} entries)"
message_zh = "{kind} {document_no}：{product_code} 数量 {actual_qty} 缺少批号（{movements} 笔）"
words."receipt line" = ["receipt line", "入库单行"]
words."receipt" = ["receipt", "入库"]
words."sale" = ["sale", "销售"]
words."sale_return" = ["sale return", "销售退货"]
words."purchase_return" = ["purchase return", "采购退货"]
words."transfer_in" = ["transfer in", "调拨入库"]
words."transfer_out" = ["transfer out", "调拨出库"]
words."adjustment" = ["adjustment", "调整"]
words."count_gain" = ["count gain", "盘盈"]
words."count_loss" = ["count loss", "盘亏"]
words."write_off" = ["write-off", "报损"]
words."consumption" = ["consumption", "领用"]
words."opening" = ["opening", "期初"]
correction.kind = "change_batch"
correction.reason_code = "entry_error"
grain = ["location_code", "product_code", "kind", "receipt_no", "document_line_no"]
population = """
SELECT r.product_code
FROM core.receipt_line AS r
JOIN core.product AS p ON p.product_code = r.product_code
WHERE p.is_batch_tracked
  AND (r.status IS NULL OR r.status NOT IN ('draft', 'rejected', 'cancelled'))
  AND (r.received_at IS NULL OR CAST(r.received_at AS DATE) <= $as_of)
UNION ALL
SELECT m.product_code
FROM core.stock_movement AS m
JOIN core.product AS p ON p.product_code = m.product_code
WHERE p.is_batch_tracked AND CAST(m.occurred_at AS DATE) <= $as_of
"""
not_applicable = "No receipt or movement is of a product with batches."
not_applicable_zh = "入库单和库存变动中没有批次管理的商品。"
*/
-- Receipts: one finding per line. Movements: one per product and type, since a till that leaves batches out does so on
-- every ticket; document_no is then the first. A receipt's movement is not named beside its line. Tills commonly do not
-- record batches: sales, their returns and consumption count only where the location names batches on some of them.
WITH tracked AS (
    SELECT product_code FROM core.product WHERE is_batch_tracked
),

received AS (
    SELECT r.*
    FROM core.receipt_line AS r
    JOIN tracked AS t ON t.product_code = r.product_code
    WHERE COALESCE(r.batch_no, '') = ''
      AND (r.status IS NULL OR r.status NOT IN ('draft', 'rejected', 'cancelled'))
      AND (r.received_at IS NULL OR CAST(r.received_at AS DATE) <= $as_of)
),

till AS (
    SELECT DISTINCT m.location_code, m.movement_type
    FROM core.stock_movement AS m
    JOIN tracked AS t ON t.product_code = m.product_code
    WHERE COALESCE(m.batch_no, '') <> ''
      AND m.movement_type IN ('sale', 'sale_return', 'consumption')
      AND CAST(m.occurred_at AS DATE) <= $as_of
),

moved AS (
    SELECT m.*, ROW_NUMBER() OVER (
        PARTITION BY m.location_code, m.product_code, m.movement_type ORDER BY m.occurred_at, m.movement_id
    ) AS place
    FROM core.stock_movement AS m
    JOIN tracked AS t ON t.product_code = m.product_code
    LEFT JOIN till AS s ON s.location_code = m.location_code AND s.movement_type = m.movement_type
    WHERE COALESCE(m.batch_no, '') = ''
      AND CAST(m.occurred_at AS DATE) <= $as_of
      AND (m.movement_type NOT IN ('sale', 'sale_return', 'consumption') OR s.location_code IS NOT NULL)
      AND NOT EXISTS (
          SELECT 1
          FROM received AS r
          WHERE r.location_code = m.location_code
            AND r.receipt_no = m.document_no
            AND r.product_code = m.product_code
      )
)

SELECT
    location_code,
    product_code,
    supplier_code,
    receipt_no AS document_no,
    line_no AS document_line_no,
    CAST(received_at AS DATE) AS occurred_date,
    received_qty AS actual_qty,
    COALESCE(line_amount, received_qty * unit_cost) AS amount_at_risk,
    'receipt line' AS kind,
    receipt_no,
    1 AS movements,
    CAST(received_at AS DATE) AS last_date,
    expiry_date,
    file_id,
    row_no
FROM received
UNION ALL
SELECT
    location_code,
    product_code,
    NULL,
    MAX(document_no) FILTER (WHERE place = 1),
    NULL,
    CAST(MIN(occurred_at) AS DATE),
    SUM(moved_qty),
    ABS(SUM(moved_qty * unit_cost)),
    movement_type,
    NULL,
    COUNT(*),
    CAST(MAX(occurred_at) AS DATE),
    NULL,
    MAX(file_id) FILTER (WHERE place = 1),
    MAX(row_no) FILTER (WHERE place = 1)
FROM moved
GROUP BY location_code, product_code, movement_type;
/* cases
[[case]]
name = "a receipt line, named once with its movement; write-offs drawn together; some sales without"
expect = [
  { kind = "receipt line", document_no = "R1", document_line_no = 1, product_code = "P1", actual_qty = 5 },
  { kind = "write_off", document_no = "W1", product_code = "P1", actual_qty = -3, movements = 2, occurred_date = 2025-02-06 },
  { kind = "sale", product_code = "P1", movements = 1 },
]
tables.product = '''
product_code | is_batch_tracked
P1           | true
P2           | false
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | product_code | batch_no | received_qty | received_at         | status
S01           | R1         | 1       | P1           |          | 5            | 2025-02-05 09:00:00 | approved
S01           | R1         | 2       | P1           | B2       | 5            | 2025-02-05 09:00:00 | approved
S01           | R1         | 3       | P2           |          | 5            | 2025-02-05 09:00:00 | approved
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | batch_no | movement_type | moved_qty | document_no
S01           | M1          | 2025-02-05 09:00:00 | P1           |          | receipt       | 5         | R1
S01           | M2          | 2025-02-06 09:00:00 | P1           |          | write_off     | -1        | W1
S01           | M3          | 2025-02-07 09:00:00 | P1           |          | write_off     | -2        | W2
S01           | M4          | 2025-02-07 10:00:00 | P1           | B2       | sale          | -1        | T1
S01           | M5          | 2025-02-07 11:00:00 | P1           |          | sale          | -1        | T2
'''

[[case]]
name = "a till that never records batches, a draft receipt, a product without batches"
expect = []
tables.product = '''
product_code | is_batch_tracked
P1           | true
P2           | false
P3           |
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | product_code | batch_no | received_qty | received_at         | status
S01           | R1         | 1       | P1           |          | 5            | 2025-02-05 09:00:00 | draft
S01           | R2         | 1       | P3           |          | 5            | 2025-02-05 09:00:00 | approved
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | batch_no | movement_type | moved_qty | document_no
S01           | M1          | 2025-02-05 09:00:00 | P1           | B1       | receipt       | 5         | R3
S01           | M4          | 2025-02-07 10:00:00 | P1           |          | sale          | -1        | T1
S01           | M5          | 2025-02-07 11:00:00 | P2           |          | sale          | -1        | T2
'''
*/
