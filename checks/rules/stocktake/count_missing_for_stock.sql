/*
title = "Stock left out of a full count"
title_zh = "全盘遗漏在库商品"
severity = "medium"
assertion = "completeness"
why = "A product that nobody looked for keeps whatever the book says: a full count is no proof of the stock it left out."
why_zh = "没有去清点的商品只能沿用账面数；遗漏的部分，全盘不能证明其存在。"
fix = "Count these products now, each with its place; where there is nothing on the shelf, post the loss from that count."
fix_zh = "立即补盘这些商品并核对货位；货架上没有的，按补盘结果入账盘亏。"
message = "Count {document_no} took in {products_counted} of {products_in_stock} products in stock, but not {product_code}: {expected_qty} in the book"
message_zh = "盘点单 {document_no} 盘点了 {products_in_stock} 个在库商品中的 {products_counted} 个，遗漏 {product_code}：账面 {expected_qty}"
grain = ["location_code", "document_no", "product_code"]
population = "SELECT * FROM mart.count_scope WHERE products_counted >= CAST($full_share AS DECIMAL(9, 6)) * products_in_stock"
not_applicable = "No count took in enough of the stock of its location to be a full one, or the ledger does not show what was in stock."
not_applicable_zh = "没有覆盖面达到全盘的盘点，或无法由流水账得知当时的在库商品。"

[params]
full_share = 0.5
other_count_days = 3

[param_notes]
full_share = "A count is full when it takes in at least this share of the products in stock at its location."
other_count_days = "A product that another count of the location took in within this many days is not left out."

[param_notes_zh]
full_share = "盘到的商品至少占该店有库存商品的此比例，才算全盘。"
other_count_days = "多少天之内该店另一次盘点已盘到的商品，不算漏盘。"
*/
-- A full count may be written on several sheets: what another document of those days counted is not missing.
SELECT
    s.location_code,
    s.product_code,
    s.count_no AS document_no,
    CAST(s.ended_at AS DATE) AS occurred_date,
    s.book_qty AS expected_qty,
    CAST(s.book_qty * s.unit_cost AS DECIMAL(18, 4)) AS amount_at_risk,
    s.products_in_stock,
    s.products_counted,
    s.started_at,
    s.ended_at,
    s.unit_cost
FROM mart.count_scope AS s
WHERE NOT s.is_counted
  AND s.products_counted >= CAST($full_share AS DECIMAL(9, 6)) * s.products_in_stock
  AND NOT EXISTS (
      SELECT 1
      FROM mart.count_total AS o
      WHERE o.location_code = s.location_code
        AND o.product_code = s.product_code
        AND o.count_no <> s.count_no
        AND CAST(o.counted_at AS DATE) + $other_count_days >= CAST(s.started_at AS DATE)
        AND CAST(s.ended_at AS DATE) + $other_count_days >= CAST(o.counted_at AS DATE)
  );
/* cases
[[case]]
name = "one product of three left out of a full count"
expect = [{ document_no = "C1", product_code = "P3", expected_qty = 4, amount_at_risk = 20, products_in_stock = 3, products_counted = 2 }]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | batch_no | movement_type | moved_qty | unit_cost
S01           | M1          | 2025-03-01 08:00:00 | P1           |          | opening       | 10        | 2
S01           | M2          | 2025-03-01 08:00:00 | P2           |          | opening       | 10        | 2
S01           | M3          | 2025-03-01 08:00:00 | P3           |          | opening       | 5         | 5
S01           | M4          | 2025-03-02 08:00:00 | P3           |          | sale          | -1        |
S02           | M5          | 2025-03-01 08:00:00 | P3           |          | opening       | 10        | 2
'''
tables.count_line = '''
location_code | count_no | line_no | product_code | counted_at          | counted_qty
S01           | C1       | 1       | P1           | 2025-03-03 20:00:00 | 10
S01           | C1       | 2       | P2           | 2025-03-03 21:00:00 | 10
'''

[[case]]
name = "a spot count; on a second sheet the next day; sold out or received meanwhile; another batch; an unknown opening; a cancelled count"
expect = []
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | batch_no | movement_type | moved_qty
S01           | M1          | 2025-03-01 08:00:00 | P1           |          | opening       | 10
S01           | M2          | 2025-03-01 08:00:00 | P2           | B1       | opening       | 10
S01           | M3          | 2025-03-01 08:00:00 | P2           | B2       | opening       | 10
S01           | M4          | 2025-03-01 08:00:00 | P3           |          | opening       | 5
S01           | M5          | 2025-03-01 08:00:00 | P4           |          | opening       | 1
S01           | M6          | 2025-03-03 20:30:00 | P4           |          | sale          | -1
S01           | M7          | 2025-03-04 20:30:00 | P5           |          | receipt       | 9
S02           | M8          | 2025-03-01 08:00:00 | P1           |          | opening       | 10
S02           | M9          | 2025-03-01 08:00:00 | P2           |          | opening       | 10
S02           | N1          | 2025-03-01 08:00:00 | P3           |          | opening       | 10
'''
tables.count_line = '''
location_code | count_no | line_no | product_code | batch_no | counted_at          | counted_qty | status
S01           | C1       | 1       | P1           |          | 2025-03-03 20:00:00 | 10          | approved
S01           | C1       | 2       | P2           | B1       | 2025-03-03 21:00:00 | 10          | approved
S01           | C2       | 1       | P3           |          | 2025-03-04 21:00:00 | 5           | approved
S01           | C3       | 1       | P1           |          | 2025-03-20 20:00:00 | 10          | cancelled
S01           | C3       | 2       | P2           |          | 2025-03-20 20:00:00 | 10          | cancelled
S02           | C1       | 1       | P1           |          | 2025-03-03 20:00:00 | 10          | approved
'''
*/
