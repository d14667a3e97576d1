/*
title = "Stock against its levels"
title_zh = "库存与上下限对照"
what = "Stock on hand beside the lowest and highest stock wanted: per location where the levels are given per location, else for the company as a whole."
what_zh = "现有库存与库存上下限的对照：门店有单独上下限的按门店，否则按全公司合计。"
grain = ["location_code", "product_code"]
*/
-- A level on the product itself is meant for the company: it is held against the sum over all locations. A product whose
-- levels are given for some locations has none anywhere else. A product without any stock row at a location is unknown
-- there, not zero, and a company whose stock is unknown at one location is unknown as a whole.
-- Zero is how systems write that no level is set. Codes are compared in capitals.
WITH location_level AS (
    SELECT
        UPPER(location_code) AS location_key,
        UPPER(product_code) AS product_key,
        MAX(CASE WHEN min_stock_qty > 0 THEN min_stock_qty END) AS min_stock_qty,
        MAX(CASE WHEN max_stock_qty > 0 THEN max_stock_qty END) AS max_stock_qty
    FROM core.stock_level
    WHERE min_stock_qty > 0 OR max_stock_qty > 0
    GROUP BY UPPER(location_code), UPPER(product_code)
),

levelled AS (
    SELECT DISTINCT product_key FROM location_level
),

company_level AS (
    SELECT
        p.product_code,
        UPPER(p.product_code) AS product_key,
        CASE WHEN p.min_stock_qty > 0 THEN p.min_stock_qty END AS min_stock_qty,
        CASE WHEN p.max_stock_qty > 0 THEN p.max_stock_qty END AS max_stock_qty
    FROM core.product AS p
    LEFT JOIN levelled AS l ON l.product_key = UPPER(p.product_code)
    WHERE l.product_key IS NULL AND (p.min_stock_qty > 0 OR p.max_stock_qty > 0)
),

company_stock AS (
    SELECT
        c.product_code,
        c.min_stock_qty,
        c.max_stock_qty,
        -- The one place that holds it, else the company.
        CASE WHEN COUNT(DISTINCT h.location_code) = 1 THEN MIN(h.location_code) ELSE '' END AS location_code,
        CASE WHEN COUNT(*) = COUNT(h.on_hand_qty) THEN SUM(h.on_hand_qty) END AS on_hand_qty,
        MAX(h.unit_cost) AS unit_cost,
        COUNT(DISTINCT h.location_code) AS locations,
        CASE WHEN MIN(h.basis) = MAX(h.basis) THEN MIN(h.basis) ELSE 'mixed' END AS basis,
        MIN(h.reported_date) AS reported_date
    FROM company_level AS c
    JOIN mart.on_hand AS h ON UPPER(h.product_code) = c.product_key
    GROUP BY c.product_code, c.min_stock_qty, c.max_stock_qty
),

stock AS (
    SELECT
        h.location_code,
        h.product_code,
        h.on_hand_qty,
        l.min_stock_qty,
        l.max_stock_qty,
        h.unit_cost,
        1 AS locations,
        h.basis,
        h.reported_date,
        'location' AS level_basis
    FROM mart.on_hand AS h
    JOIN location_level AS l
        ON l.location_key = UPPER(h.location_code) AND l.product_key = UPPER(h.product_code)
    UNION ALL
    SELECT
        location_code,
        product_code,
        on_hand_qty,
        min_stock_qty,
        max_stock_qty,
        unit_cost,
        locations,
        basis,
        reported_date,
        'company'
    FROM company_stock
)

SELECT
    -- Empty for the company where several locations hold the product.
    s.location_code,
    s.product_code,
    -- NULL where unknown.
    CAST(s.on_hand_qty AS DECIMAL(18, 3)) AS on_hand_qty,
    -- NULL where no such level is set.
    s.min_stock_qty,
    s.max_stock_qty,
    s.unit_cost,
    -- location or company: whom the levels are meant for.
    s.level_basis,
    -- How many locations hold the product.
    s.locations,
    -- ledger, snapshot, unknown or mixed.
    s.basis,
    s.reported_date,
    COALESCE(p.status = 'discontinued', FALSE) AS is_discontinued
FROM stock AS s
LEFT JOIN core.product AS p ON p.product_code = s.product_code;
/* cases
[[case]]
name = "a level of the location, one of the company over two places and over one, none beside a location's"
expect = [
  { location_code = "S01", product_code = "P1", on_hand_qty = 4, min_stock_qty = 5, max_stock_qty = "", level_basis = "location" },
  { location_code = "", product_code = "P2", on_hand_qty = 9, min_stock_qty = 5, level_basis = "company", locations = 2 },
  { location_code = "S02", product_code = "P3", on_hand_qty = 3, level_basis = "company", is_discontinued = true },
]
tables.product = '''
product_code | min_stock_qty | max_stock_qty | status
P1           | 50            |               | active
P2           | 5             | 0             | active
P3           | 5             | 9             | discontinued
P4           | 5             | 9             | active
'''
tables.stock_level = '''
location_code | product_code | min_stock_qty | max_stock_qty
s01           | p1           | 5             | 0
'''
tables.stock_on_hand = '''
as_of_date | location_code | product_code | batch_no | on_hand_qty
2025-03-31 | S01           | P1           |          | 4
2025-03-31 | S02           | P1           |          | 4
2025-03-31 | S01           | P2           |          | 4
2025-03-31 | S02           | P2           |          | 5
2025-03-31 | S02           | P3           |          | 3
'''

[[case]]
name = "unknown at one place is unknown for the company"
expect = [{ location_code = "", product_code = "P1", on_hand_qty = "", basis = "mixed" }]
tables.product = '''
product_code | min_stock_qty
P1           | 5
'''
tables.stock_on_hand = '''
as_of_date | location_code | product_code | batch_no | on_hand_qty
2025-03-31 | S01           | P1           |          | 4
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty
S02           | M1          | 2025-03-01 08:00:00 | P1           | sale          | -1
'''
*/
