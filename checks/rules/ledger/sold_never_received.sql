/*
title = "Sold, yet never received"
title_zh = "有销售而从未入库"
severity = "medium"
assertion = "existence"
why = "Nothing of this product ever came into the location's book: its receipt was never entered, or the till sells it under the wrong code while another product's stock stays too high."
why_zh = "该商品在本店从未入账：要么漏录入库，要么收银用错了商品编码，使另一商品的库存虚高。"
fix = "Look at the goods on the shelf: enter the missing receipt, or correct the code at the till and move the sales to the right product."
fix_zh = "查看货架实物：漏录的补录入库；编码用错的，更正收银编码并调整到正确的商品。"
message = "{product_code} at {location_code}: {sold_qty} sold since {occurred_date}, and nothing ever came in"
message_zh = "{location_code} 的 {product_code}：自 {occurred_date} 起售出 {sold_qty}，从未有过入库"
grain = ["location_code", "product_code"]
consequence_of = ["delivery_without_receipt", "receipt_movement_missing"]
population = """
SELECT o.location_code, o.product_code
FROM mart.ledger_opening AS o
JOIN mart.ledger_span AS s ON s.location_code = o.location_code
WHERE o.batch_no = '' AND s.arrivals > 0 AND s.sales > 0
"""
not_applicable = "No location has both receipts and sales in its ledger."
not_applicable_zh = "没有门店的流水同时含入库和销售。"

[params]
days = 3
max_unopened_share = 0.1

[param_notes]
days = "Days after the first sale within which the receipt may still be entered."
max_unopened_share = "Where a location states no openings: share of the products sold there that may lack any arrival. Above it they were in stock before the ledger began."

[param_notes_zh]
days = "首次销售后多少天内补录入库仍算及时。"
max_unopened_share = "门店没有期初记录时，所售商品中允许从无到货的比例；超过则说明这些商品在记账之前就有库存。"
*/
-- Whatever adds stock is an arrival: opening, receipt, transfer, adjustment, count gain. An opening derived above zero is
-- stock that was there before the ledger. Where an opening is unknown, and the location states none for any product, a
-- few such products are remarkable and many only show where the ledger begins; a single one is always reported.
WITH product_ledger AS (
    SELECT
        location_code,
        UPPER(product_code) AS product_key,
        MIN(CASE WHEN sales > 0 THEN product_code END) AS product_code,
        SUM(sold_qty) AS sold_qty,
        SUM(sale_amount) AS sale_amount,
        SUM(sales) AS sales,
        SUM(arrivals) AS arrivals,
        MIN(first_sold_at) AS first_sold_at,
        MAX(last_sold_at) AS last_sold_at
    FROM mart.ledger_month
    GROUP BY location_code, UPPER(product_code)
),

opening AS (
    SELECT
        location_code,
        UPPER(product_code) AS product_key,
        MAX(opening_qty) AS opening_qty,
        MIN(opening_basis) AS opening_basis
    FROM mart.ledger_opening
    WHERE batch_no = ''
    GROUP BY location_code, UPPER(product_code)
),

sold AS (
    SELECT
        l.*,
        o.opening_basis,
        s.openings > 0 OR o.opening_basis <> 'unknown' AS is_opening_known,
        l.arrivals = 0 AND COALESCE(o.opening_qty, 0) <= 0 AS is_never_received
    FROM product_ledger AS l
    JOIN opening AS o ON o.location_code = l.location_code AND o.product_key = l.product_key
    JOIN mart.ledger_span AS s ON s.location_code = l.location_code
    WHERE l.sold_qty > 0 AND s.arrivals > 0
),

location AS (
    SELECT
        location_code,
        COUNT(*) AS products,
        COUNT(CASE WHEN is_never_received AND NOT is_opening_known THEN 1 END) AS unopened
    FROM sold
    GROUP BY location_code
)

SELECT
    s.location_code,
    s.product_code,
    CAST(s.first_sold_at AS DATE) AS occurred_date,
    CAST(0 AS DECIMAL(18, 3)) AS expected_qty,
    CAST(s.sold_qty AS DECIMAL(18, 3)) AS actual_qty,
    CAST(s.sold_qty AS DECIMAL(18, 3)) AS difference_qty,
    CAST(s.sold_qty * COALESCE(c.unit_cost, p.purchase_price) AS DECIMAL(18, 4)) AS amount_at_risk,
    CAST(s.sold_qty AS DECIMAL(18, 3)) AS sold_qty,
    s.sale_amount,
    s.sales,
    s.last_sold_at,
    s.opening_basis,
    p.product_code IS NOT NULL AS is_in_master
FROM sold AS s
JOIN location AS l ON l.location_code = s.location_code
LEFT JOIN mart.last_cost AS c ON c.location_code = s.location_code AND c.product_code = s.product_code
LEFT JOIN core.product AS p ON p.product_code = s.product_code
WHERE s.is_never_received
  AND DATE_DIFF('day', CAST(s.first_sold_at AS DATE), $as_of) >= $days
  AND (s.is_opening_known OR l.unopened = 1 OR l.unopened <= $max_unopened_share * l.products);
/* cases
[[case]]
name = "sold without any arrival: where openings are stated, where a report shows there can have been none, and a lone one"
expect = [
  { location_code = "S01", product_code = "P2", occurred_date = 2025-03-02, sold_qty = 3, sales = 2, amount_at_risk = 6, opening_basis = "unknown" },
  { location_code = "S01", product_code = "P3", sold_qty = 1, opening_basis = "derived_snapshot" },
  { location_code = "S02", product_code = "P2", sold_qty = 1 },
]
tables.product = '''
product_code | purchase_price
P2           | 2
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty
S01           | M1          | 2025-03-01 08:00:00 | P1           | opening       | 10
S01           | M2          | 2025-03-01 09:00:00 | P1           | receipt       | 10
S01           | M3          | 2025-03-02 08:00:00 | P2           | sale          | -4
S01           | M4          | 2025-03-02 09:00:00 | P2           | sale          | -1
S01           | M5          | 2025-03-03 09:00:00 | P2           | sale_return   | 2
S01           | M6          | 2025-03-03 09:00:00 | P3           | sale          | -1
S02           | M1          | 2025-03-01 09:00:00 | P1           | receipt       | 10
S02           | M2          | 2025-03-02 09:00:00 | P1           | sale          | -1
S02           | M3          | 2025-03-02 09:00:00 | P2           | sale          | -1
'''
tables.stock_on_hand = '''
as_of_date | location_code | product_code | batch_no | on_hand_qty
2025-03-31 | S01           | P3           |          | -1
'''

[[case]]
name = "arrived by any way, in other capitals, in stock before, voided, sold yesterday, a ledger without arrivals or that began with stock"
expect = []
as_of = 2025-03-10
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty
S01           | M1          | 2025-03-01 09:00:00 | P1           | transfer_in   | 10
S01           | M2          | 2025-03-02 09:00:00 | p1           | sale          | -1
S01           | M3          | 2025-03-02 09:00:00 | P2           | count_gain    | 5
S01           | M4          | 2025-03-02 10:00:00 | P2           | sale          | -1
S01           | M5          | 2025-03-02 10:00:00 | P3           | sale          | -1
S01           | M6          | 2025-03-02 10:00:00 | P4           | sale          | -1
S01           | M7          | 2025-03-02 10:01:00 | P4           | sale          | 1
S01           | M8          | 2025-03-09 10:00:00 | P5           | sale          | -1
S02           | M1          | 2025-03-02 10:00:00 | P1           | sale          | -1
S03           | M1          | 2025-03-01 10:00:00 | P1           | receipt       | 5
S03           | M2          | 2025-03-02 10:00:00 | P1           | sale          | -1
S03           | M3          | 2025-03-02 10:00:00 | P2           | sale          | -1
S03           | M4          | 2025-03-02 10:00:00 | P3           | sale          | -1
'''
tables.stock_on_hand = '''
as_of_date | location_code | product_code | batch_no | on_hand_qty
2025-03-09 | S01           | P3           |          | 4
'''
*/
