/*
title = "Stocktakes against the book"
title_zh = "盘点结果与账面"
what = "Per stocktake, product and batch what was counted, the book at that moment and the variance."
what_zh = "每张盘点单、商品、批号的实盘数、盘点时点账面数及差异。"
grain = ["location_code", "count_no", "product_code", "batch_no"]
*/
-- Computed book: opening and the movements before the count, without those the count itself posted. Stated book: what the
-- POS printed on the count. The computed one decides; the stated one where the ledger is unknown or unexplained, and
-- where the opening was derived from this very count, since that ledger agrees with the count by construction.
-- A first count with nothing before it is an opening. Lines by batch of a product whose ledger is not by batch are summed.
WITH counted AS (
    SELECT
        c.location_code,
        c.count_no,
        c.product_code,
        CASE WHEN o.is_batch_kept = FALSE THEN '' ELSE c.batch_no END AS batch_no,
        SUM(c.final_qty) AS final_qty,
        SUM(c.counted_qty) AS counted_qty,
        SUM(c.recounted_qty) AS recounted_qty,
        SUM(c.stated_book_qty) AS stated_book_qty,
        MAX(c.counted_at) AS counted_at,
        MAX(c.round_no) AS round_no,
        SUM(c.lines) AS lines,
        MAX(c.unit_cost) AS unit_cost,
        MIN(c.file_id) AS file_id,
        MIN(c.row_no) AS row_no
    FROM mart.count_total AS c
    LEFT JOIN mart.ledger_opening AS o
        ON o.location_code = c.location_code AND o.product_code = c.product_code AND o.batch_no = ''
    GROUP BY c.location_code, c.count_no, c.product_code, CASE WHEN o.is_batch_kept = FALSE THEN '' ELSE c.batch_no END
),

-- Whole months before are read as sums; the month of the count and the one before it movement by movement, since
-- what the count itself posted may lie there before its moment and must not be mistaken for the book.
near AS (
    SELECT *, CAST(DATE_TRUNC('month', counted_at) AS DATE) AS month FROM counted
    UNION ALL
    SELECT *, CAST(DATE_TRUNC('month', counted_at) - INTERVAL 1 MONTH AS DATE) AS month FROM counted
),

piece AS (
    SELECT n.location_code, n.count_no, n.product_code, n.batch_no, l.moved_qty, 1 AS movements
    FROM near AS n
    JOIN mart.stock_ledger AS l
        ON l.location_code = n.location_code AND l.product_code = n.product_code AND l.month = n.month
    WHERE l.occurred_at < n.counted_at
      AND (n.batch_no = '' OR l.ledger_batch_no = n.batch_no)
      AND COALESCE(l.document_no, '') <> n.count_no
    UNION ALL
    SELECT c.location_code, c.count_no, c.product_code, c.batch_no, m.net_qty, m.movements
    FROM counted AS c
    JOIN mart.ledger_month AS m ON m.location_code = c.location_code AND m.product_code = c.product_code
    WHERE m.month < CAST(DATE_TRUNC('month', c.counted_at) - INTERVAL 1 MONTH AS DATE)
      AND (c.batch_no = '' OR m.batch_no = c.batch_no)
),

moved AS (
    SELECT
        location_code,
        count_no,
        product_code,
        batch_no,
        SUM(moved_qty) AS moved_qty,
        CAST(SUM(movements) AS BIGINT) AS movements
    FROM piece
    GROUP BY location_code, count_no, product_code, batch_no
),

ledger AS (
    SELECT
        c.location_code,
        c.count_no,
        c.product_code,
        c.batch_no,
        COALESCE(m.moved_qty, 0) AS moved_qty,
        COALESCE(m.movements, 0) AS movements_before,
        o.opening_qty,
        o.opening_basis,
        o.unexplained_qty,
        COALESCE(o.anchor_kind = 'count' AND o.anchor_no = c.count_no, FALSE) AS is_own_anchor,
        -- A batch no movement names, of a product all of whose batches are in a ledger with a stated opening: book zero.
        o.location_code IS NULL
        AND p.is_batch_kept
        AND p.opening_basis = 'stated'
        AND p.first_moved_at < c.counted_at AS is_unknown_batch
    FROM counted AS c
    JOIN mart.ledger_opening AS p
        ON p.location_code = c.location_code AND p.product_code = c.product_code AND p.batch_no = ''
    LEFT JOIN mart.ledger_opening AS o
        ON o.location_code = c.location_code AND o.product_code = c.product_code AND o.batch_no = c.batch_no
    LEFT JOIN moved AS m
        ON m.location_code = c.location_code
        AND m.count_no = c.count_no
        AND m.product_code = c.product_code
        AND m.batch_no = c.batch_no
),

placed AS (
    SELECT
        c.*,
        COALESCE(l.movements_before, 0) AS movements_before,
        l.opening_basis,
        CASE
            WHEN l.is_unknown_batch THEN 0
            WHEN l.is_own_anchor OR l.unexplained_qty > 0 THEN NULL
            WHEN l.movements_before = 0 AND l.opening_basis = 'stated' THEN NULL
            ELSE l.opening_qty + l.moved_qty
        END AS computed_book_qty,
        COALESCE(
            l.movements_before = 0 AND (l.is_own_anchor OR l.opening_basis IN ('stated', 'unknown')), FALSE
        ) AS is_nothing_before
    FROM counted AS c
    LEFT JOIN ledger AS l
        ON l.location_code = c.location_code
        AND l.count_no = c.count_no
        AND l.product_code = c.product_code
        AND l.batch_no = c.batch_no
),

judged AS (
    SELECT
        *,
        CASE
            WHEN computed_book_qty IS NOT NULL THEN 'computed'
            WHEN is_nothing_before AND COALESCE(stated_book_qty, 0) = 0 THEN 'opening'
            WHEN stated_book_qty IS NOT NULL THEN 'stated'
            WHEN opening_basis = 'derived_count' THEN 'opening'
            ELSE 'unknown'
        END AS book_basis
    FROM placed
)

SELECT
    j.location_code,
    j.count_no,
    j.product_code,
    -- Empty where the product was counted, or is compared, as a whole.
    j.batch_no,
    j.counted_at,
    j.round_no,
    j.lines,
    -- The quantity that stands, and the first count and the recount behind it.
    CAST(j.final_qty AS DECIMAL(18, 3)) AS final_qty,
    CAST(j.counted_qty AS DECIMAL(18, 3)) AS counted_qty,
    CAST(j.recounted_qty AS DECIMAL(18, 3)) AS recounted_qty,
    CAST(j.computed_book_qty AS DECIMAL(18, 3)) AS computed_book_qty,
    CAST(j.stated_book_qty AS DECIMAL(18, 3)) AS stated_book_qty,
    -- computed, stated, opening (a first count) or unknown.
    j.book_basis,
    -- The book the count is held against; NULL for an opening or an unknown book.
    CAST(
        CASE j.book_basis WHEN 'computed' THEN j.computed_book_qty WHEN 'stated' THEN j.stated_book_qty END
        AS DECIMAL(18, 3)
    ) AS book_qty,
    -- Counted − book: above zero a gain.
    CAST(
        j.final_qty
        - CASE j.book_basis WHEN 'computed' THEN j.computed_book_qty WHEN 'stated' THEN j.stated_book_qty END
        AS DECIMAL(18, 3)
    ) AS variance_qty,
    COALESCE(j.unit_cost, k.unit_cost, p.purchase_price) AS unit_cost,
    CAST(
        (
            j.final_qty
            - CASE j.book_basis WHEN 'computed' THEN j.computed_book_qty WHEN 'stated' THEN j.stated_book_qty END
        ) * COALESCE(j.unit_cost, k.unit_cost, p.purchase_price)
        AS DECIMAL(18, 4)
    ) AS variance_value,
    j.opening_basis,
    j.movements_before,
    j.file_id,
    j.row_no
FROM judged AS j
LEFT JOIN mart.last_cost AS k ON k.location_code = j.location_code AND k.product_code = j.product_code
LEFT JOIN core.product AS p ON p.product_code = j.product_code;
/* cases
[[case]]
name = "computed, stated, opening and unknown"
expect = [
  { product_code = "P1", book_basis = "computed", book_qty = 8, stated_book_qty = 9, variance_qty = -1, variance_value = -2 },
  { product_code = "P2", book_basis = "stated", book_qty = 5, variance_qty = 1 },
  { product_code = "P3", book_basis = "opening", variance_qty = "" },
  { product_code = "P4", book_basis = "unknown", variance_qty = "" },
  { product_code = "P5", book_basis = "opening", variance_qty = "" },
]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | unit_cost | document_no
S01           | M1          | 2025-03-01 08:00:00 | P1           | opening       | 10        | 2         |
S01           | M2          | 2025-03-02 08:00:00 | P1           | sale          | -2        |           | T1
S01           | M3          | 2025-03-03 20:00:00 | P1           | count_loss    | -1        |           | C1
S01           | M4          | 2025-03-04 08:00:00 | P1           | sale          | -3        |           | T2
S01           | M5          | 2025-03-03 20:00:00 | P3           | count_gain    | 30        |           | C1
S01           | M6          | 2025-03-01 20:00:00 | P5           | sale          | -1        |           | T3
'''
tables.count_line = '''
location_code | count_no | line_no | product_code | counted_at          | book_qty | counted_qty | status
S01           | C1       | 1       | P1           | 2025-03-03 20:00:00 | 9        | 7           | approved
S01           | C1       | 2       | P2           | 2025-03-03 20:00:00 | 5        | 6           | approved
S01           | C1       | 3       | P3           | 2025-03-03 20:00:00 | 0        | 30          | approved
S01           | C1       | 4       | P4           | 2025-03-03 20:00:00 |          | 6           | approved
S01           | C1       | 5       | P5           | 2025-03-03 20:00:00 |          | 6           | approved
'''

[[case]]
name = "after a first count that opened the ledger the next one has a book"
expect = [
  { count_no = "C1", book_basis = "opening", variance_qty = "" },
  { count_no = "C2", book_basis = "computed", book_qty = 17, variance_qty = -2 },
]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | document_no
S01           | M1          | 2025-03-02 08:00:00 | P1           | sale          | -3        | T1
'''
tables.count_line = '''
location_code | count_no | line_no | product_code | counted_at          | counted_qty
S01           | C1       | 1       | P1           | 2025-03-01 20:00:00 | 20
S01           | C2       | 1       | P1           | 2025-03-31 20:00:00 | 15
'''

[[case]]
name = "a product counted as a whole whose ledger is by batch, and by batch whose ledger is not"
expect = [
  { product_code = "P1", batch_no = "", book_qty = 15, variance_qty = 0 },
  { product_code = "P2", batch_no = "", book_qty = 9, variance_qty = 1 },
]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | batch_no | movement_type | moved_qty
S01           | M1          | 2025-03-01 08:00:00 | P1           | B1       | opening       | 10
S01           | M2          | 2025-03-02 08:00:00 | P1           | B2       | receipt       | 5
S01           | M3          | 2025-03-01 08:00:00 | P2           | B1       | opening       | 10
S01           | M4          | 2025-03-02 08:00:00 | P2           |          | sale          | -1
'''
tables.count_line = '''
location_code | count_no | line_no | product_code | batch_no | counted_at          | counted_qty
S01           | C1       | 1       | P1           |          | 2025-03-31 20:00:00 | 15
S01           | C1       | 2       | P2           | B1       | 2025-03-31 20:00:00 | 6
S01           | C1       | 3       | P2           | B2       | 2025-03-31 20:00:00 | 4
'''
*/
