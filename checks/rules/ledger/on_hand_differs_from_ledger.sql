/*
title = "On-hand report differs from the ledger"
title_zh = "库存余额与流水账不符"
severity = "high"
assertion = "accuracy"
why = "What the POS says is in stock cannot be reached by the movements it exported: a movement is missing or wrong, or the figure itself is."
why_zh = "系统库存余额无法由导出的库存变动推得：有变动缺失或错误，或余额本身有误。"
fix = "Look at the movements since the report before. If the next report agrees again, the figure was mistyped; else find the missing document, or count."
fix_zh = "检查上一次余额以来的变动。若下一次余额恢复一致，则为余额录入错误；否则查找缺失单据或安排盘点。"
message = "{product_code} on {occurred_date}: reported {actual_qty}, expected {expected_qty}; the difference changed by {difference_qty}"
message_zh = "{product_code} 于 {occurred_date}：余额 {actual_qty}，应为 {expected_qty}，差异变动 {difference_qty}"
correction.kind = "adjust_quantity"
correction.qty = "difference_qty"
correction.reason_code = "entry_error"
grain = ["location_code", "product_code", "batch_no", "occurred_date", "kind"]
consequence_of = ["movement_duplicated_by_sync", "balance_differs_from_reported", "receipt_movement_missing", "receipt_movement_qty_differs", "count_adjustment_missing", "count_adjustment_differs_from_variance"]
population = """
SELECT location_code, product_code, batch_no, as_of_date, on_hand_qty, ledger_qty FROM mart.on_hand_check
UNION ALL
SELECT location_code, product_code, batch_no, anchor_date, anchor_qty, moved_until_anchor_qty
FROM mart.ledger_opening
WHERE unexplained_qty > 0 AND anchor_kind <> 'snapshot'
"""
not_applicable = "No product has both a ledger and an on-hand report."
not_applicable_zh = "没有商品同时具备库存流水和库存余额。"
*/
-- Each change of the difference is a finding, not each day on which it lasts. What was expected is the ledger and the
-- difference there was before. A ledger that would have to start below zero is one finding, of the balance that shows it.
WITH unexplained_batch AS (
    SELECT DISTINCT location_code, product_code
    FROM mart.ledger_opening
    WHERE unexplained_qty > 0 AND batch_no <> ''
),

differing AS (
    SELECT
        location_code,
        product_code,
        batch_no,
        as_of_date AS occurred_date,
        'report' AS kind,
        ledger_qty + previous_difference_qty AS expected_qty,
        on_hand_qty AS actual_qty,
        difference_qty - previous_difference_qty AS difference_qty,
        ledger_qty,
        difference_qty AS whole_difference_qty,
        previous_difference_qty,
        previous_date,
        -- The next report is back at the former difference: this figure was likely mistyped.
        COALESCE(next_difference_qty = previous_difference_qty, FALSE) AS is_reverted_next,
        -- This report is back at the difference before the last one: the last figure was likely mistyped.
        previous_date IS NOT NULL AND difference_qty = second_previous_difference_qty AS is_reverting_previous,
        opening_basis,
        file_id,
        row_no
    FROM mart.on_hand_check
    WHERE difference_qty <> previous_difference_qty
    UNION ALL
    SELECT
        o.location_code,
        o.product_code,
        o.batch_no,
        o.anchor_date,
        'no opening explains it',
        o.moved_until_anchor_qty,
        o.anchor_qty,
        -o.unexplained_qty,
        o.moved_until_anchor_qty,
        -o.unexplained_qty,
        0,
        NULL,
        FALSE,
        FALSE,
        o.opening_basis,
        NULL,
        NULL
    FROM mart.ledger_opening AS o
    LEFT JOIN unexplained_batch AS b ON b.location_code = o.location_code AND b.product_code = o.product_code
    WHERE o.unexplained_qty > 0
      AND (o.is_ledger_key OR b.product_code IS NULL)
)

SELECT
    d.location_code,
    d.product_code,
    d.batch_no,
    d.occurred_date,
    d.expected_qty,
    d.actual_qty,
    d.difference_qty,
    ABS(d.difference_qty) * COALESCE(c.unit_cost, p.purchase_price) AS amount_at_risk,
    d.kind,
    d.ledger_qty,
    d.whole_difference_qty,
    d.previous_difference_qty,
    d.previous_date,
    d.is_reverted_next,
    d.is_reverting_previous,
    d.opening_basis,
    d.file_id,
    d.row_no
FROM differing AS d
LEFT JOIN mart.last_cost AS c ON c.location_code = d.location_code AND c.product_code = d.product_code
LEFT JOIN core.product AS p ON p.product_code = d.product_code;
/* cases
[[case]]
name = "a lasting difference is one finding, a mistyped figure is there and back"
expect = [
  { product_code = "P1", occurred_date = 2025-03-03, expected_qty = 5, actual_qty = 4, difference_qty = -1, is_reverted_next = false },
  { product_code = "P2", occurred_date = 2025-03-03, expected_qty = 5, actual_qty = 15, difference_qty = 10, is_reverted_next = true },
  { product_code = "P2", occurred_date = 2025-03-04, expected_qty = 15, actual_qty = 5, difference_qty = -10, is_reverting_previous = true },
]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty
S01           | M1          | 2025-03-01 08:00:00 | P1           | opening       | 10
S01           | M2          | 2025-03-02 08:00:00 | P1           | sale          | -2
S01           | M3          | 2025-03-03 23:59:59 | P1           | sale          | -3
S01           | M4          | 2025-03-04 00:00:00 | P1           | receipt       | 7
S01           | M5          | 2025-03-02 00:00:00 | P2           | sale          | -1
'''
tables.stock_on_hand = '''
as_of_date | location_code | product_code | batch_no | on_hand_qty
2025-03-01 | S01           | P1           |          | 10
2025-03-03 | S01           | P1           |          | 4
2025-03-04 | S01           | P1           |          | 11
2025-03-05 | S01           | P1           |          | 11
2025-03-01 | S01           | P2           |          | 6
2025-03-02 | S01           | P2           |          | 5
2025-03-03 | S01           | P2           |          | 15
2025-03-04 | S01           | P2           |          | 5
'''

[[case]]
name = "no opening explains a report, a reported balance or a count; later ones with the same difference follow from it"
expect = [
  { product_code = "P1", occurred_date = 2025-03-31, kind = "no opening explains it", expected_qty = 85, actual_qty = 4, difference_qty = -81 },
  { product_code = "P2", occurred_date = 2025-03-01, difference_qty = -3 },
  { product_code = "P3", occurred_date = 2025-03-02, difference_qty = -2 },
]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | reported_balance_qty
S01           | M1          | 2025-03-01 08:00:00 | P1           | sale          | -5        |
S01           | M2          | 2025-03-02 08:00:00 | P1           | receipt       | 90        |
S01           | M3          | 2025-03-01 08:00:00 | P2           | receipt       | 10        | 7
S01           | M4          | 2025-03-01 08:00:00 | P3           | receipt       | 10        |
'''
tables.stock_on_hand = '''
as_of_date | location_code | product_code | batch_no | on_hand_qty
2025-03-31 | S01           | P1           |          | 4
2025-04-30 | S01           | P1           |          | 4
2025-03-31 | S01           | P2           |          | 7
2025-03-31 | S01           | P3           |          | 8
'''
tables.count_line = '''
location_code | count_no | line_no | product_code | counted_at          | counted_qty
S01           | C1       | 1       | P3           | 2025-03-02 20:00:00 | 8
'''

[[case]]
name = "a derived opening, a report by product of a ledger by batch, a transfer, and a product without a ledger"
expect = []
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | batch_no | movement_type | moved_qty
S01           | M1          | 2025-03-01 08:00:00 | P1           |          | sale          | -5
S01           | M2          | 2025-03-02 08:00:00 | P1           |          | transfer_in   | 9
S01           | M3          | 2025-03-01 08:00:00 | P2           | B1       | opening       | 9
S01           | M4          | 2025-03-01 09:00:00 | P2           | B2       | receipt       | 4
S01           | M5          | 2026-03-01 09:00:00 | P2           | B2       | sale          | -4
'''
tables.stock_on_hand = '''
as_of_date | location_code | product_code | batch_no | on_hand_qty
2025-03-01 | S01           | P1           |          | 1
2025-03-03 | S01           | P1           |          | 10
2025-03-31 | S01           | P2           |          | 13
2025-03-31 | S01           | P3           |          | 5
2025-04-30 | S01           | P3           |          | 9
'''
*/
