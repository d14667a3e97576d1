/*
title = "Counts and their recounts"
title_zh = "初盘与复盘对照"
what = "Every quantity of a stocktake that was counted a second time, as a recount on the line or in a later round, beside the first."
what_zh = "盘点单中被再次清点的数量（同一行的复盘或后一轮盘点）与前一次的对照。"
grain = ["location_code", "count_no", "product_code", "batch_no", "second_round_no", "is_recount"]
*/
-- A recount stands on the line of its count; of the lines of a product those alone are added up that were recounted.
-- A round is held against the round before it, each by what it came to. What moved between two rounds is no
-- difference: it is added to the first. A recount on the line has no moment of its own, so nothing is added there.
-- Several counters of one round are written together, the first and the last of them.
WITH line AS (
    SELECT
        location_code,
        count_no,
        product_code,
        COALESCE(batch_no, '') AS batch_no,
        COALESCE(round_no, 1) AS round_no,
        counted_at,
        counted_qty,
        recounted_qty,
        counted_by,
        recounted_by,
        unit_cost,
        file_id,
        row_no
    FROM core.count_line
    WHERE product_code IS NOT NULL
      AND counted_at IS NOT NULL
      AND COALESCE(recounted_qty, counted_qty) IS NOT NULL
      AND (status IS NULL OR status <> 'cancelled')
      AND CAST(counted_at AS DATE) <= $as_of
),

recount AS (
    SELECT
        location_code,
        count_no,
        product_code,
        batch_no,
        round_no AS second_round_no,
        TRUE AS is_recount,
        SUM(counted_qty) AS first_qty,
        SUM(recounted_qty) AS second_qty,
        CASE
            WHEN MIN(UPPER(counted_by)) = MAX(UPPER(counted_by)) THEN MIN(UPPER(counted_by))
            ELSE MIN(UPPER(counted_by)) || '+' || MAX(UPPER(counted_by))
        END AS first_counter,
        CASE
            WHEN MIN(UPPER(recounted_by)) = MAX(UPPER(recounted_by)) THEN MIN(UPPER(recounted_by))
            ELSE MIN(UPPER(recounted_by)) || '+' || MAX(UPPER(recounted_by))
        END AS second_counter,
        BOOL_OR(COALESCE(UPPER(counted_by) = UPPER(recounted_by), FALSE)) AS is_same_person,
        MIN(counted_at) AS first_at,
        MAX(counted_at) AS second_at,
        MAX(unit_cost) AS unit_cost,
        MIN(file_id) AS file_id,
        MIN(row_no) AS row_no
    FROM line
    WHERE recounted_qty IS NOT NULL AND counted_qty IS NOT NULL
    GROUP BY location_code, count_no, product_code, batch_no, round_no
),

several AS (
    SELECT location_code, count_no, product_code, batch_no
    FROM line
    GROUP BY location_code, count_no, product_code, batch_no
    HAVING MIN(round_no) < MAX(round_no)
),

taken AS (
    SELECT
        l.location_code,
        l.count_no,
        l.product_code,
        l.batch_no,
        l.round_no,
        SUM(COALESCE(recounted_qty, counted_qty)) AS final_qty,
        CASE
            WHEN MIN(UPPER(counted_by)) = MAX(UPPER(counted_by)) THEN MIN(UPPER(counted_by))
            ELSE MIN(UPPER(counted_by)) || '+' || MAX(UPPER(counted_by))
        END AS counter,
        MAX(counted_at) AS counted_at,
        MAX(unit_cost) AS unit_cost,
        MIN(file_id) AS file_id,
        MIN(row_no) AS row_no
    FROM line AS l
    JOIN several AS s
        ON s.location_code = l.location_code
        AND s.count_no = l.count_no
        AND s.product_code = l.product_code
        AND s.batch_no = l.batch_no
    GROUP BY l.location_code, l.count_no, l.product_code, l.batch_no, l.round_no
),

followed AS (
    SELECT
        *,
        LAG(final_qty) OVER rounds AS first_qty,
        LAG(counter) OVER rounds AS first_counter,
        LAG(counted_at) OVER rounds AS first_at
    FROM taken
    WINDOW rounds AS (PARTITION BY location_code, count_no, product_code, batch_no ORDER BY round_no)
),

between_rounds AS (
    SELECT f.location_code, f.count_no, f.product_code, f.batch_no, f.round_no, SUM(m.moved_qty) AS moved_qty
    FROM followed AS f
    JOIN mart.stock_ledger AS m ON m.location_code = f.location_code AND m.product_code = f.product_code
    WHERE f.first_qty IS NOT NULL
      AND m.occurred_at >= f.first_at
      AND m.occurred_at < f.counted_at
      AND (f.batch_no = '' OR m.batch_no = f.batch_no)
      AND COALESCE(m.document_no, '') <> f.count_no
    GROUP BY f.location_code, f.count_no, f.product_code, f.batch_no, f.round_no
),

pair AS (
    SELECT *, CAST(0 AS DECIMAL(18, 3)) AS moved_between_qty
    FROM recount
    UNION ALL
    SELECT
        f.location_code,
        f.count_no,
        f.product_code,
        f.batch_no,
        f.round_no,
        FALSE,
        f.first_qty,
        f.final_qty,
        f.first_counter,
        f.counter,
        COALESCE(f.first_counter = f.counter, FALSE),
        f.first_at,
        f.counted_at,
        f.unit_cost,
        f.file_id,
        f.row_no,
        COALESCE(b.moved_qty, 0)
    FROM followed AS f
    LEFT JOIN between_rounds AS b
        ON b.location_code = f.location_code
        AND b.count_no = f.count_no
        AND b.product_code = f.product_code
        AND b.batch_no = f.batch_no
        AND b.round_no = f.round_no
    WHERE f.first_qty IS NOT NULL
)

SELECT
    q.location_code,
    q.count_no,
    q.product_code,
    q.batch_no,
    q.second_round_no,
    -- Whether it is a recount on the line; else it is a later round.
    q.is_recount,
    CAST(q.first_qty AS DECIMAL(18, 3)) AS first_qty,
    CAST(q.second_qty AS DECIMAL(18, 3)) AS second_qty,
    -- What moved between the two rounds.
    CAST(q.moved_between_qty AS DECIMAL(18, 3)) AS moved_between_qty,
    -- Second − first, less what moved between.
    CAST(q.second_qty - q.first_qty - q.moved_between_qty AS DECIMAL(18, 3)) AS difference_qty,
    -- In capitals; NULL where nobody is named.
    q.first_counter,
    q.second_counter,
    q.is_same_person,
    q.first_at,
    q.second_at,
    COALESCE(q.unit_cost, k.unit_cost, p.purchase_price) AS unit_cost,
    q.file_id,
    q.row_no
FROM pair AS q
LEFT JOIN mart.last_cost AS k ON k.location_code = q.location_code AND k.product_code = q.product_code
LEFT JOIN core.product AS p ON p.product_code = q.product_code;
/* cases
[[case]]
name = "a recount of one of two places, and a later round after a sale"
expect = [
  { product_code = "P1", is_recount = true, first_qty = 3, second_qty = 4, difference_qty = 1, first_counter = "E1", second_counter = "E2", is_same_person = false },
  { product_code = "P2", is_recount = false, second_round_no = 2, first_qty = 8, second_qty = 5, moved_between_qty = -2, difference_qty = -1, is_same_person = true },
]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | document_no
S01           | M1          | 2025-03-01 08:00:00 | P2           | opening       | 9         |
S01           | M2          | 2025-03-03 20:30:00 | P2           | sale          | -2        | T1
S01           | M3          | 2025-03-03 20:40:00 | P2           | count_loss    | -1        | C1
S01           | M4          | 2025-03-03 21:00:00 | P2           | sale          | -1        | T2
'''
tables.count_line = '''
location_code | count_no | line_no | product_code | counted_at          | counted_qty | counted_by | recounted_qty | recounted_by | round_no
S01           | C1       | 1       | P1           | 2025-03-03 20:00:00 | 6           | E1         |               |              | 1
S01           | C1       | 2       | P1           | 2025-03-03 20:01:00 | 3           | E1         | 4             | E2           | 1
S01           | C1       | 3       | P2           | 2025-03-03 20:00:00 | 8           | E1         |               |              | 1
S01           | C1       | 4       | P2           | 2025-03-03 21:00:00 | 5           | e1         |               |              | 2
'''
*/
