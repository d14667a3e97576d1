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
-- location has in stock today are dropped before the ledger is read for them, which it is once per document of a location.
WITH stocked AS (
    SELECT location_code, COUNT(*) AS products
    FROM mart.on_hand
    WHERE on_hand_qty > 0
    GROUP BY location_code
),

document AS (
    SELECT d.location_code, d.count_no, d.started_at, d.ended_at
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

moved AS (
    SELECT
        d.location_code,
        d.count_no,
        m.product_code,
        SUM(m.moved_qty) FILTER (WHERE m.occurred_at < d.started_at) AS before_qty,
        SUM(m.moved_qty) AS until_qty
    FROM mart.stock_ledger AS m
    JOIN document AS d ON d.location_code = m.location_code
    WHERE m.occurred_at < d.ended_at AND COALESCE(m.document_no, '') <> d.count_no
    GROUP BY d.location_code, d.count_no, m.product_code
),

stock AS (
    SELECT
        d.location_code,
        d.count_no,
        k.product_code,
        d.started_at,
        d.ended_at,
        k.opening_qty + COALESCE(m.before_qty, 0) AS book_qty,
        k.opening_qty + COALESCE(m.until_qty, 0) AS book_after_qty
    FROM document AS d
    JOIN known AS k ON k.location_code = d.location_code
    LEFT JOIN moved AS m
        ON m.location_code = d.location_code AND m.count_no = d.count_no AND m.product_code = k.product_code
    -- A stated opening is stock from its own moment only.
    WHERE k.opening_basis <> 'stated' OR k.first_moved_at < d.started_at
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
*/
