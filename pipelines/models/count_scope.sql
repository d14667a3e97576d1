/*
title = "Stock in the scope of stocktakes"
title_zh = "盘点范围内的在库商品"
what = "Per stocktake each product that the book had in stock at its location from the first to the last moment of counting, and whether it was counted."
what_zh = "每张盘点单进行期间账面始终有库存的商品，以及是否被盘点。"
grain = ["location_code", "count_no", "product_code"]
*/
-- The book as in count_result, of the product with all its batches; where it is unknown or unexplained the product is
-- left out. A product that sold out or came in while the count was on could rightly be on the sheet or not.
-- A spot count has nothing to say about what it left out: documents that list less than a tenth of the products the
-- location has in stock today are dropped.
-- The ledger is not joined with every later count. Its days are numbered by how many counts had begun by then (step), the
-- movements summed by step, and the sums added up along the steps; the days of a count itself are read apart, to the moment,
-- and without what the count posted on them.
WITH stocked AS (
    SELECT location_code, COUNT(*) AS products
    FROM mart.on_hand
    WHERE on_hand_qty > 0
    GROUP BY location_code
),

document AS (
    SELECT
        d.location_code,
        d.count_no,
        d.started_at,
        d.ended_at,
        CAST(d.started_at AS DATE) AS started_date,
        CAST(d.ended_at AS DATE) AS ended_date,
        COUNT(*) OVER (
            PARTITION BY d.location_code ORDER BY CAST(d.started_at AS DATE)
            RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS step
    FROM mart.count_document AS d
    LEFT JOIN stocked AS s ON s.location_code = d.location_code
    WHERE d.products * 10 >= COALESCE(s.products, 0)
),

known AS (
    SELECT
        location_code,
        product_code,
        MAX(opening_qty) FILTER (WHERE batch_no = '') AS opening_qty,
        MIN(first_moved_at) AS first_moved_at,
        MAX(opening_basis) FILTER (WHERE batch_no = '') AS opening_basis
    FROM mart.ledger_opening
    GROUP BY location_code, product_code
    HAVING MAX(opening_qty) FILTER (WHERE batch_no = '') IS NOT NULL AND SUM(unexplained_qty) = 0
),

moved_day AS (
    SELECT DISTINCT location_code, CAST(occurred_at AS DATE) AS moved_date FROM mart.stock_ledger
),

day_step AS (
    SELECT m.location_code, m.moved_date, COUNT(*) FILTER (WHERE d.started_date <= m.moved_date) AS step
    FROM moved_day AS m
    JOIN document AS d ON d.location_code = m.location_code
    GROUP BY m.location_code, m.moved_date
),

step_sum AS (
    SELECT m.location_code, m.product_code, s.step, SUM(m.moved_qty) AS moved_qty
    FROM mart.stock_ledger AS m
    JOIN day_step AS s ON s.location_code = m.location_code AND s.moved_date = CAST(m.occurred_at AS DATE)
    GROUP BY m.location_code, m.product_code, s.step
),

-- Every known product at every count, placed behind the last step before the count's own day.
along AS (
    SELECT location_code, product_code, step, NULL AS count_no, moved_qty
    FROM step_sum
    UNION ALL
    SELECT d.location_code, k.product_code, d.step - 1, d.count_no, 0
    FROM document AS d
    JOIN known AS k ON k.location_code = d.location_code
    -- A stated opening is stock from its own moment only.
    WHERE k.opening_basis <> 'stated' OR k.first_moved_at < d.started_at
),

before_day AS (
    SELECT location_code, count_no, product_code, moved_qty
    FROM (
        SELECT
            location_code,
            count_no,
            product_code,
            SUM(moved_qty) OVER (
                PARTITION BY location_code, product_code ORDER BY step
                RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
            ) AS moved_qty
        FROM along
    ) AS summed
    WHERE count_no IS NOT NULL
),

count_day AS (
    SELECT d.location_code, d.count_no, d.started_at, d.ended_at, m.moved_date
    FROM document AS d
    JOIN moved_day AS m ON m.location_code = d.location_code
    WHERE m.moved_date >= d.started_date AND m.moved_date <= d.ended_date
),

on_day AS (
    SELECT
        d.location_code,
        d.count_no,
        m.product_code,
        SUM(m.moved_qty) FILTER (WHERE m.occurred_at < d.started_at) AS before_qty,
        SUM(m.moved_qty) AS until_qty
    FROM mart.stock_ledger AS m
    JOIN count_day AS d ON d.location_code = m.location_code AND d.moved_date = CAST(m.occurred_at AS DATE)
    WHERE m.occurred_at < d.ended_at AND COALESCE(m.document_no, '') <> d.count_no
    GROUP BY d.location_code, d.count_no, m.product_code
),

stock AS (
    SELECT
        b.location_code,
        b.count_no,
        b.product_code,
        d.started_at,
        d.ended_at,
        k.opening_qty + b.moved_qty + COALESCE(o.before_qty, 0) AS book_qty,
        k.opening_qty + b.moved_qty + COALESCE(o.until_qty, 0) AS book_after_qty
    FROM before_day AS b
    JOIN document AS d ON d.location_code = b.location_code AND d.count_no = b.count_no
    JOIN known AS k ON k.location_code = b.location_code AND k.product_code = b.product_code
    LEFT JOIN on_day AS o
        ON o.location_code = b.location_code AND o.count_no = b.count_no AND o.product_code = b.product_code
),

counted AS (
    SELECT DISTINCT location_code, count_no, product_code FROM mart.count_total
),

scope AS (
    SELECT
        s.*,
        c.product_code IS NOT NULL AS is_counted,
        COUNT(*) OVER (PARTITION BY s.location_code, s.count_no) AS products_in_stock,
        COUNT(c.product_code) OVER (PARTITION BY s.location_code, s.count_no) AS products_counted
    FROM stock AS s
    LEFT JOIN counted AS c
        ON c.location_code = s.location_code AND c.count_no = s.count_no AND c.product_code = s.product_code
    WHERE s.book_qty > 0 AND s.book_after_qty > 0
)

SELECT
    s.location_code,
    s.count_no,
    s.product_code,
    s.started_at,
    s.ended_at,
    -- The book when the count began.
    CAST(s.book_qty AS DECIMAL(18, 3)) AS book_qty,
    s.is_counted,
    -- Products in stock at the location, and how many of them the document counted.
    s.products_in_stock,
    s.products_counted,
    COALESCE(k.unit_cost, p.purchase_price) AS unit_cost
FROM scope AS s
LEFT JOIN mart.last_cost AS k ON k.location_code = s.location_code AND k.product_code = s.product_code
LEFT JOIN core.product AS p ON p.product_code = s.product_code;
/* cases
[[case]]
name = "in stock throughout: neither sold out before, nor during, nor received afterwards"
expect = [
  { count_no = "C1", product_code = "P1", book_qty = 10, is_counted = true, products_in_stock = 2, products_counted = 1 },
  { count_no = "C1", product_code = "P2", book_qty = 7, is_counted = false },
]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | batch_no | movement_type | moved_qty | document_no
S01           | M1          | 2025-03-01 08:00:00 | P1           |          | opening       | 10        |
S01           | M2          | 2025-03-01 08:00:00 | P2           | B1       | opening       | 5         |
S01           | M3          | 2025-03-02 08:00:00 | P2           | B2       | receipt       | 2         |
S01           | M4          | 2025-03-01 08:00:00 | P3           |          | opening       | 2         |
S01           | M5          | 2025-03-03 19:00:00 | P3           |          | sale          | -2        |
S01           | M6          | 2025-03-01 08:00:00 | P4           |          | opening       | 2         |
S01           | M7          | 2025-03-03 20:30:00 | P4           |          | sale          | -2        |
S01           | M8          | 2025-03-03 20:30:00 | P5           |          | receipt       | 5         |
S01           | M9          | 2025-03-04 08:00:00 | P6           |          | opening       | 5         |
'''
tables.count_line = '''
location_code | count_no | line_no | product_code | counted_at          | counted_qty
S01           | C1       | 1       | P1           | 2025-03-03 20:00:00 | 10
S01           | C1       | 2       | P9           | 2025-03-03 21:00:00 | 10
'''

[[case]]
name = "several counts: two begun on one day, one that takes three days, and what each found in stock"
expect = [
  { count_no = "C1", product_code = "P1", book_qty = 10 },
  { count_no = "C2", product_code = "P1", book_qty = 8 },
  { count_no = "C2", product_code = "P2", book_qty = 5, is_counted = true },
  { count_no = "C3", product_code = "P1", book_qty = 7, is_counted = true, products_in_stock = 1 },
  { count_no = "C4", product_code = "P1", book_qty = 3 },
  { count_no = "C4", product_code = "P2", book_qty = 1 },
]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | document_no
S01           | M1          | 2025-03-01 08:00:00 | P1           | opening       | 10        |
S01           | M2          | 2025-03-03 12:00:00 | P1           | sale          | -2        | T1
S01           | M3          | 2025-03-03 12:30:00 | P2           | receipt       | 5         | R1
S01           | M4          | 2025-03-05 12:00:00 | P1           | sale          | -1        | T2
S01           | M5          | 2025-03-11 12:00:00 | P1           | sale          | -4        | T3
S01           | M6          | 2025-03-11 12:00:00 | P2           | sale          | -5        | T3
S01           | M7          | 2025-03-12 21:00:00 | P2           | count_gain    | 1         | C3
S01           | M8          | 2025-04-01 08:00:00 | P1           | sale          | -3        | T4
'''
tables.count_line = '''
location_code | count_no | line_no | product_code | counted_at          | counted_qty
S01           | C1       | 1       | P1           | 2025-03-03 09:00:00 | 10
S01           | C2       | 1       | P2           | 2025-03-03 20:00:00 | 5
S01           | C3       | 1       | P1           | 2025-03-10 20:00:00 | 7
S01           | C3       | 2       | P2           | 2025-03-12 20:00:00 | 1
S01           | C4       | 1       | P1           | 2025-03-31 20:00:00 | 3
S01           | C4       | 2       | P2           | 2025-03-31 20:00:00 | 1
'''
*/
