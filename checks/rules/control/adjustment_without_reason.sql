/*
title = "Adjustment without a reason"
title_zh = "库存调整未填原因"
severity = "medium"
assertion = "authorisation"
why = "Stock was changed by hand and nobody can say why: loss, theft and mistakes look alike."
why_zh = "库存被人工调整而没有说明：损耗、偷盗和差错无从区分。"
fix = "Ask who posted it and write the reason in; make the reason obligatory in the POS."
fix_zh = "向操作人核实并补填原因，在系统中将原因设为必填。"
message = "{movement_type} {movement_id} of {difference_qty} {product_code} by {operator} has no reason"
message_zh = "{movement_type} {movement_id}：{product_code} {difference_qty}，操作人 {operator}，未填原因"
words.adjustment = ["Adjustment", "库存调整"]
words.write_off = ["Write-off", "报损"]
grain = ["location_code", "movement_id"]
population = """
SELECT m.location_code, m.movement_id
FROM core.stock_movement AS m
WHERE m.movement_type IN ('adjustment', 'write_off') AND m.moved_qty <> 0 AND CAST(m.occurred_at AS DATE) <= $as_of
  AND EXISTS (
      SELECT 1 FROM core.stock_movement AS r
      WHERE r.movement_type IN ('adjustment', 'write_off') AND r.reason IS NOT NULL)
"""
not_applicable = "There are no adjustments or write-offs, or none at all has a reason: the export does not carry them."
not_applicable_zh = "没有调整或报损，或全部没有原因（导出数据不含原因）。"
*/
-- Results of a count have the count as their reason. A dash or "none" is no reason.
SELECT
    m.location_code,
    m.product_code,
    m.batch_no,
    m.document_no,
    m.document_line_no,
    CAST(m.occurred_at AS DATE) AS occurred_date,
    m.moved_qty AS difference_qty,
    CAST(ABS(m.moved_qty) * COALESCE(m.unit_cost, k.unit_cost, p.purchase_price) AS DECIMAL(18, 4)) AS amount_at_risk,
    m.movement_id,
    m.movement_type,
    m.operator,
    m.reason AS stated_reason,
    m.file_id,
    m.row_no
FROM core.stock_movement AS m
LEFT JOIN mart.last_cost AS k ON k.location_code = m.location_code AND k.product_code = m.product_code
LEFT JOIN core.product AS p ON p.product_code = m.product_code
WHERE m.movement_type IN ('adjustment', 'write_off')
  AND m.moved_qty <> 0
  AND CAST(m.occurred_at AS DATE) <= $as_of
  AND (m.reason IS NULL OR m.reason IN ('', '-', '--', '.', '/', '无', '没有', 'N/A', 'n/a', 'NA', 'None', 'none'))
  AND EXISTS (
      SELECT 1 FROM core.stock_movement AS r
      WHERE r.movement_type IN ('adjustment', 'write_off') AND r.reason IS NOT NULL
  );
/* cases
[[case]]
name = "no reason, or only a dash"
expect = [
    { movement_id = "M1", movement_type = "adjustment", difference_qty = 5, amount_at_risk = 10, operator = "E1" },
    { movement_id = "M2", movement_type = "write_off", difference_qty = -3, amount_at_risk = 12, stated_reason = "-" },
]
tables.product = '''
product_code | purchase_price
P2           | 4
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | unit_cost | operator | reason
S01           | M1          | 2025-03-02 09:00:00 | P1           | adjustment    | 5         | 2         | E1       |
S01           | M2          | 2025-03-02 09:00:00 | P2           | write_off     | -3        |           | E1       | -
S01           | M3          | 2025-03-02 09:00:00 | P2           | write_off     | -3        |           | E1       | broken
'''

[[case]]
name = "of nothing, other kinds of movement, after the day of the check"
as_of = 2025-03-31
expect = []
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | reason
S01           | M1          | 2025-03-02 09:00:00 | P1           | adjustment    | 0         |
S01           | M2          | 2025-03-02 09:00:00 | P1           | count_loss    | -1        |
S01           | M3          | 2025-03-02 09:00:00 | P1           | sale          | -1        |
S01           | M4          | 2025-04-02 09:00:00 | P1           | adjustment    | -1        |
S01           | M5          | 2025-03-02 09:00:00 | P1           | adjustment    | -1        | torn
'''

[[case]]
name = "an export that carries no reasons"
expect = []
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | reason
S01           | M1          | 2025-03-02 09:00:00 | P1           | adjustment    | 5         |
S01           | M2          | 2025-03-02 09:00:00 | P1           | sale          | -1        | voided
'''
*/
