/*
title = "Reported balance differs from the ledger"
title_zh = "系统结存与流水账不符"
severity = "high"
assertion = "accuracy"
why = "The balance that the POS shows after a movement is not the sum of its movements: one is missing, was changed or counted twice."
why_zh = "系统显示的变动后结存不等于各笔变动之和：有变动缺失、被修改或重复计入。"
fix = "Start at this movement, the first that differs: compare the POS's own stock card before and after it, and export again what is missing."
fix_zh = "从这笔首个不符的变动查起：核对系统库存卡片前后的记录，重新导出缺失部分。"
message = "{product_code}: the POS shows {actual_qty} after {movement_id}, the ledger {expected_qty}"
message_zh = "{product_code}：变动 {movement_id} 后系统结存 {actual_qty}，流水账 {expected_qty}"
grain = ["location_code", "movement_id"]
consequence_of = ["movement_duplicated_by_sync"]
population = "SELECT * FROM mart.stock_ledger WHERE reported_balance_qty IS NOT NULL AND running_qty IS NOT NULL"
not_applicable = "No movement reports a balance."
not_applicable_zh = "库存变动中没有结存数量。"
*/
-- Only ledgers with some difference are sorted. What no opening explains is another finding, so it is where such a
-- ledger's difference starts from.
WITH suspect AS (
    SELECT DISTINCT location_code, product_code, ledger_batch_no
    FROM mart.stock_ledger
    WHERE reported_balance_qty <> running_qty
),

compared AS (
    SELECT
        l.location_code,
        l.product_code,
        l.ledger_batch_no,
        l.movement_id,
        l.document_no,
        l.occurred_at,
        l.running_qty,
        l.reported_balance_qty,
        l.opening_basis,
        l.file_id,
        l.row_no,
        l.reported_balance_qty - l.running_qty AS difference_qty,
        COALESCE(
            LAG(l.reported_balance_qty - l.running_qty) OVER (
                PARTITION BY l.location_code, l.product_code, l.ledger_batch_no ORDER BY l.ledger_no
            ),
            -l.unexplained_qty
        ) AS previous_difference_qty
    FROM mart.stock_ledger AS l
    JOIN suspect AS s
        ON s.location_code = l.location_code
        AND s.product_code = l.product_code
        AND s.ledger_batch_no = l.ledger_batch_no
    WHERE l.reported_balance_qty IS NOT NULL AND l.running_qty IS NOT NULL
)

SELECT
    m.location_code,
    m.product_code,
    m.ledger_batch_no AS batch_no,
    m.document_no,
    o.document_line_no,
    CAST(m.occurred_at AS DATE) AS occurred_date,
    m.running_qty AS expected_qty,
    m.reported_balance_qty AS actual_qty,
    m.difference_qty,
    ABS(m.difference_qty - m.previous_difference_qty) * COALESCE(c.unit_cost, p.purchase_price) AS amount_at_risk,
    m.movement_id,
    m.previous_difference_qty,
    m.opening_basis,
    m.file_id,
    m.row_no
FROM compared AS m
JOIN core.stock_movement AS o ON o.location_code = m.location_code AND o.movement_id = m.movement_id
LEFT JOIN mart.last_cost AS c ON c.location_code = m.location_code AND c.product_code = m.product_code
LEFT JOIN core.product AS p ON p.product_code = m.product_code
WHERE m.difference_qty <> 0 AND m.difference_qty <> m.previous_difference_qty;
/* cases
[[case]]
name = "the first differing movement, and again when the difference changes"
expect = [
  { movement_id = "M3", expected_qty = 5, actual_qty = 4, difference_qty = -1 },
  { movement_id = "M5", expected_qty = 3, actual_qty = 0, difference_qty = -3, previous_difference_qty = -1 },
]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | reported_balance_qty
S01           | M1          | 2025-03-01 08:00:00 | P1           | opening       | 10        | 10
S01           | M2          | 2025-03-02 08:00:00 | P1           | sale          | -2        | 8
S01           | M3          | 2025-03-03 08:00:00 | P1           | sale          | -3        | 4
S01           | M4          | 2025-03-04 08:00:00 | P1           | sale          | -1        | 3
S01           | M5          | 2025-03-05 08:00:00 | P1           | sale          | -1        | 0
S01           | M6          | 2025-03-06 08:00:00 | P1           | receipt       | 10        | 13
'''

[[case]]
name = "an opening derived from the first reported balance, a gap in reporting, and a return to agreement"
expect = [{ movement_id = "M6", difference_qty = 2 }]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | reported_balance_qty
S01           | M1          | 2025-03-01 08:00:00 | P1           | sale          | -1        |
S01           | M2          | 2025-03-02 08:00:00 | P1           | sale          | -2        | 8
S01           | M3          | 2025-03-03 08:00:00 | P1           | sale          | -3        |
S01           | M4          | 2025-03-04 08:00:00 | P1           | sale          | -1        | 4
S01           | M5          | 2025-03-01 08:00:00 | P2           | sale          | -1        | 5
S01           | M6          | 2025-03-02 08:00:00 | P2           | sale          | -1        | 6
S01           | M7          | 2025-03-03 08:00:00 | P2           | sale          | -1        | 3
'''

[[case]]
name = "the system learnt of a movement later: order of recording within a moment"
expect = []
tables.stock_movement = '''
location_code | movement_id | occurred_at         | recorded_at         | product_code | movement_type | moved_qty | reported_balance_qty
S01           | M1          | 2025-03-01 08:00:00 |                     | P1           | opening       | 10        | 10
S01           | M2          | 2025-03-02 08:00:00 | 2025-03-02 09:00:00 | P1           | sale          | -2        | 7
S01           | M3          | 2025-03-02 08:00:00 | 2025-03-02 08:00:00 | P1           | sale          | -1        | 9
'''

[[case]]
name = "what no opening explains is found elsewhere"
expect = []
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | reported_balance_qty
S01           | M1          | 2025-03-01 08:00:00 | P1           | receipt       | 10        | 7
S01           | M2          | 2025-03-02 08:00:00 | P1           | sale          | -2        | 5
'''
*/
