/*
title = "Stock in the scope of stocktakes"
title_zh = "盘点范围内的在库商品"
what = "Per stocktake each product that the book had in stock at its location from the first to the last moment of counting, and whether it was counted."
what_zh = "每张盘点单进行期间账面始终有库存的商品，以及是否被盘点。"
grain = ["location_code", "count_no", "product_code"]
*/
-- A product that sold out or came in while the count was on could rightly be on the sheet or not.
WITH counted AS (
    SELECT DISTINCT location_code, count_no, product_code FROM mart.count_total
),

scope AS (
    SELECT
        s.*,
        c.product_code IS NOT NULL AS is_counted,
        COUNT(*) OVER (PARTITION BY s.location_code, s.count_no) AS products_in_stock,
        COUNT(c.product_code) OVER (PARTITION BY s.location_code, s.count_no) AS products_counted
    FROM mart.count_book AS s
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
    s.book_qty,
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
