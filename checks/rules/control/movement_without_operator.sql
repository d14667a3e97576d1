/*
title = "Movement without an operator"
title_zh = "库存变动没有操作人"
severity = "low"
assertion = "authorisation"
why = "Stock changed and nobody is named: if it is wrong there is no one to ask."
why_zh = "库存发生变化却没有记录操作人，出错时无人可问。"
fix = "Find the device and the shift it came from and note the operator; see that nobody can post without signing in."
fix_zh = "按设备和班次查明操作人并补记，确保未登录不能记账。"
message = "{movement_type} {movement_id} of {difference_qty} {product_code} names no operator"
message_zh = "{movement_type} {movement_id}：{product_code} {difference_qty}，没有操作人"
words.receipt = ["Receipt", "入库"]
words.sale = ["Sale", "销售"]
words.sale_return = ["Sales return", "销售退货"]
words.purchase_return = ["Return to the supplier", "采购退货"]
words.transfer_in = ["Transfer in", "调入"]
words.transfer_out = ["Transfer out", "调出"]
words.adjustment = ["Adjustment", "调整"]
words.count_gain = ["Count gain", "盘盈"]
words.count_loss = ["Count loss", "盘亏"]
words.write_off = ["Write-off", "报损"]
words.consumption = ["Consumption", "领用"]
grain = ["location_code", "movement_id"]
population = """
SELECT m.location_code, m.movement_id
FROM core.stock_movement AS m
JOIN (
    SELECT location_code
    FROM core.stock_movement
    WHERE movement_type <> 'opening' AND operator IS NOT NULL
    GROUP BY location_code
) AS o ON o.location_code = m.location_code
WHERE m.movement_type <> 'opening' AND CAST(m.occurred_at AS DATE) <= $as_of
"""
not_applicable = "No movement names an operator."
not_applicable_zh = "库存变动都没有操作人。"

[params]
max_missing_share = 0.5
min_movements = 20

[param_notes]
max_missing_share = "Where more of a location's movements of one type than this name nobody, the source does not keep operators for them."
min_movements = "Fewer movements of one type at a location than this are judged whatever their share."

[param_notes_zh]
max_missing_share = "门店某类变动没有操作人的超过此比例时，说明系统不登记这类操作人。"
min_movements = "门店某类变动少于此数时，无论比例多少都作判断。"
*/
-- Judged where the location names operators and movements of this type have one somewhere: self-checkout tills and
-- postings made by the system name nobody, and that is how they work.
WITH kind AS (
    SELECT location_code, movement_type, COUNT(*) AS movements, COUNT(operator) AS named
    FROM core.stock_movement
    WHERE movement_type <> 'opening' AND CAST(occurred_at AS DATE) <= $as_of
    GROUP BY location_code, movement_type
),

named_location AS (
    SELECT location_code FROM kind GROUP BY location_code HAVING SUM(named) > 0
),

named_type AS (
    SELECT movement_type FROM kind GROUP BY movement_type HAVING SUM(named) > 0
),

judged AS (
    SELECT k.location_code, k.movement_type
    FROM kind AS k
    JOIN named_location AS l ON l.location_code = k.location_code
    JOIN named_type AS t ON t.movement_type = k.movement_type
    WHERE k.named < k.movements
      AND (
          k.movements < $min_movements
          OR k.movements - k.named <= CAST($max_missing_share AS DECIMAL(9, 6)) * k.movements
      )
)

SELECT
    m.location_code,
    m.product_code,
    m.batch_no,
    m.document_no,
    m.document_line_no,
    CAST(m.occurred_at AS DATE) AS occurred_date,
    m.moved_qty AS difference_qty,
    CAST(ABS(m.moved_qty) * COALESCE(m.unit_cost, c.unit_cost, p.purchase_price) AS DECIMAL(18, 4)) AS amount_at_risk,
    m.movement_id,
    m.movement_type,
    m.occurred_at,
    m.device_id,
    m.file_id,
    m.row_no
FROM core.stock_movement AS m
JOIN judged AS j ON j.location_code = m.location_code AND j.movement_type = m.movement_type
LEFT JOIN mart.last_cost AS c ON c.location_code = m.location_code AND c.product_code = m.product_code
LEFT JOIN core.product AS p ON p.product_code = m.product_code
WHERE m.operator IS NULL AND CAST(m.occurred_at AS DATE) <= $as_of;
/* cases
[[case]]
name = "nobody named where others are; the only write-off of a store, where another store names who wrote off"
expect = [
    { movement_id = "M2", difference_qty = -2, amount_at_risk = 6, movement_type = "sale" },
    { movement_id = "M4", movement_type = "write_off" },
]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | unit_cost | operator
S01           | M1          | 2025-03-02 09:00:00 | P1           | sale          | -1        | 3         | E1
S01           | M2          | 2025-03-02 09:01:00 | P1           | sale          | -2        | 3         |
S01           | M3          | 2025-03-02 09:02:00 | P1           | sale          | -2        | 3         | E1
S01           | M4          | 2025-03-02 09:03:00 | P1           | write_off     | -2        | 3         |
S02           | M5          | 2025-03-02 09:03:00 | P1           | write_off     | -2        | 3         | E2
'''

[[case]]
name = "an opening, a store that names nobody, a type that nowhere names anybody"
expect = []
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | operator
S01           | M1          | 2025-03-01 00:00:00 | P1           | opening       | 10        |
S01           | M2          | 2025-03-02 09:01:00 | P1           | receipt       | 2         | E1
S01           | M3          | 2025-03-02 09:01:00 | P1           | sale          | -2        |
S02           | M4          | 2025-03-02 09:01:00 | P1           | receipt       | 2         |
'''

[[case]]
name = "self-checkout: most sales name nobody"
params = { min_movements = 3 }
expect = []
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | operator
S01           | M1          | 2025-03-02 09:01:00 | P1           | sale          | -2        | E1
S01           | M2          | 2025-03-02 09:01:00 | P1           | sale          | -2        |
S01           | M3          | 2025-03-02 09:01:00 | P1           | sale          | -2        |
'''
*/
