/*
title = "Adjustment taken back a few days later"
title_zh = "库存调整短期内反向冲回"
severity = "low"
assertion = "existence"
why = "Stock that is changed and changed back leaves the balance as it was: a shortage can be hidden over the day of a count that way."
why_zh = "调整后又反向调回，余额不变：可能借此在盘点日掩盖短缺。"
fix = "Look whether a count or the end of a month lies between the two, and ask who posted them; a correction belongs under the first one's number."
fix_zh = "查看两笔之间是否有盘点或月末，并询问操作人；更正应使用原单号冲销。"
message = "{product_code}: {previous_qty} on {previous_at} ({previous_no}), {difference_qty} on {occurred_at} ({document_no})"
message_zh = "{product_code}：{previous_at} 调整 {previous_qty}（{previous_no}），{occurred_at} 调整 {difference_qty}（{document_no}）"
grain = ["location_code", "movement_id"]
population = """
SELECT location_code, movement_id, product_code
FROM core.stock_movement
WHERE movement_type = 'adjustment' AND moved_qty <> 0 AND CAST(occurred_at AS DATE) <= $as_of
"""
needs = ["product_code"]
not_applicable = "There are no adjustments."
not_applicable_zh = "没有库存调整。"

[params]
days = 7

[param_notes]
days = "Days within which the second adjustment follows the first."

[param_notes_zh]
days = "第二笔调整在第一笔之后多少天内算冲回。"
*/
-- Neighbouring adjustments of one product, batch and size with opposite signs, each used for one pair. An open reversal,
-- under the first one's number or with that number in its reason, is how a mistake is corrected. What a count posts is
-- no adjustment.
WITH adjustment AS (
    SELECT
        location_code,
        movement_id,
        product_code,
        COALESCE(batch_no, '') AS batch_no,
        ABS(moved_qty) AS size_qty,
        moved_qty,
        unit_cost,
        occurred_at,
        document_no,
        operator,
        reason,
        file_id,
        row_no
    FROM core.stock_movement
    WHERE movement_type = 'adjustment'
      AND moved_qty <> 0
      AND product_code IS NOT NULL
      AND CAST(occurred_at AS DATE) <= $as_of
),

followed AS (
    SELECT
        *,
        LAG(moved_qty) OVER size AS previous_qty,
        LAG(occurred_at) OVER size AS previous_at,
        LAG(document_no) OVER size AS previous_document_no,
        LAG(movement_id) OVER size AS previous_movement_id,
        LAG(operator) OVER size AS previous_operator,
        LAG(reason) OVER size AS previous_reason
    FROM adjustment
    WINDOW size AS (
        PARTITION BY location_code, product_code, batch_no, size_qty ORDER BY occurred_at, file_id, row_no, movement_id
    )
),

linked AS (
    SELECT
        *,
        CASE
            WHEN moved_qty + previous_qty = 0
                AND occurred_at <= previous_at + INTERVAL '1' DAY * CAST($days AS INTEGER)
                AND COALESCE(UPPER(document_no) <> UPPER(previous_document_no), TRUE)
                AND COALESCE(STRPOS(UPPER(reason), UPPER(previous_document_no)), 0) = 0
                THEN 0
            ELSE 1
        END AS is_start
    FROM followed
),

chained AS (
    SELECT
        *,
        SUM(is_start) OVER (
            PARTITION BY location_code, product_code, batch_no, size_qty
            ORDER BY occurred_at, file_id, row_no, movement_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS chain_no
    FROM linked
),

placed AS (
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY location_code, product_code, batch_no, size_qty, chain_no
            ORDER BY occurred_at, file_id, row_no, movement_id
        ) AS place_no
    FROM chained
)

SELECT
    a.location_code,
    a.product_code,
    NULLIF(a.batch_no, '') AS batch_no,
    COALESCE(a.document_no, a.movement_id) AS document_no,
    CAST(a.occurred_at AS DATE) AS occurred_date,
    a.moved_qty AS difference_qty,
    CAST(a.size_qty * COALESCE(a.unit_cost, c.unit_cost, p.purchase_price) AS DECIMAL(18, 4)) AS amount_at_risk,
    a.movement_id,
    a.occurred_at,
    a.operator,
    a.reason,
    COALESCE(a.previous_document_no, a.previous_movement_id) AS previous_no,
    a.previous_movement_id,
    a.previous_qty,
    a.previous_at,
    a.previous_operator,
    a.previous_reason,
    a.file_id,
    a.row_no
FROM placed AS a
LEFT JOIN mart.last_cost AS c ON c.location_code = a.location_code AND c.product_code = a.product_code
LEFT JOIN core.product AS p ON p.product_code = a.product_code
WHERE a.place_no % 2 = 0;
/* cases
[[case]]
name = "up before the count and down after it; twice over is two pairs; batches apart"
expect = [
    { movement_id = "M2", document_no = "A2", previous_no = "A1", difference_qty = -5, previous_qty = 5, amount_at_risk = 10 },
    { movement_id = "M4", document_no = "M4", previous_no = "A3" },
    { movement_id = "M6", batch_no = "B1", difference_qty = 2 },
]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | batch_no | movement_type | moved_qty | unit_cost | document_no
S01           | M1          | 2025-03-01 09:00:00 | P1           |          | adjustment    | 5         | 2         | A1
S01           | M2          | 2025-03-04 09:00:00 | P1           |          | adjustment    | -5        | 2         | A2
S01           | M3          | 2025-03-06 09:00:00 | P1           |          | adjustment    | 5         | 2         | A3
S01           | M4          | 2025-03-09 09:00:00 | P1           |          | adjustment    | -5        | 2         |
S01           | M5          | 2025-03-01 09:00:00 | P2           | B1       | adjustment    | -2        | 2         | A4
S01           | M6          | 2025-03-02 09:00:00 | P2           | B1       | adjustment    | 2         | 2         | A5
S01           | M7          | 2025-03-02 10:00:00 | P2           | B2       | adjustment    | -2        | 2         | A6
'''

[[case]]
name = "under the same number, its number in the reason, weeks later, another size, another store, the same sign, a count's posting"
expect = []
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | document_no | reason
S01           | M1          | 2025-03-01 09:00:00 | P1           | adjustment    | 5         | A1          | found
S01           | M2          | 2025-03-02 09:00:00 | P1           | adjustment    | -5        | a1          | mistake
S01           | M3          | 2025-03-01 09:00:00 | P2           | adjustment    | 5         | A3          | found
S01           | M4          | 2025-03-02 09:00:00 | P2           | adjustment    | -5        | A4          | 冲销 A3
S01           | M5          | 2025-03-01 09:00:00 | P3           | adjustment    | 5         | A5          |
S01           | M6          | 2025-03-09 09:00:00 | P3           | adjustment    | -5        | A6          |
S01           | M7          | 2025-03-01 09:00:00 | P4           | adjustment    | 5         | A7          |
S01           | M8          | 2025-03-02 09:00:00 | P4           | adjustment    | -4        | A8          |
S02           | M9          | 2025-03-02 09:00:00 | P4           | adjustment    | -5        | A9          |
S01           | N1          | 2025-03-02 09:00:00 | P4           | adjustment    | 5         | B1          |
S01           | N2          | 2025-03-02 09:00:00 | P4           | count_loss    | -5        | C1          |
'''
*/
