/*
title = "Near-expiry band of each batch"
title_zh = "各批次的临期标准"
what = "Per product and batch its shelf life and the days before expiry from which it counts as near expiry."
what_zh = "每个商品、批号的保质期及到期前多少天算临期。"
grain = ["product_code", "batch_no"]
*/
-- The shelf life is the product's, else this batch's own by its two dates. Bands are looked up once per shelf life.
WITH life AS (
    SELECT
        d.product_code,
        d.batch_no,
        COALESCE(
            CASE WHEN p.shelf_life_days > 0 THEN p.shelf_life_days END,
            CASE WHEN d.produced_date < d.expiry_date THEN d.expiry_date - d.produced_date END
        ) AS shelf_life_days
    FROM mart.batch_date AS d
    LEFT JOIN core.product AS p ON p.product_code = d.product_code
),

banded AS (
    SELECT l.shelf_life_days, b.warn_days, b.removal_days, b.source
    FROM (SELECT DISTINCT shelf_life_days FROM life WHERE shelf_life_days IS NOT NULL) AS l
    JOIN mart.expiry_band AS b
        ON b.min_shelf_life_days <= l.shelf_life_days
        AND COALESCE(b.max_shelf_life_days, l.shelf_life_days) >= l.shelf_life_days
)

SELECT
    l.product_code,
    l.batch_no,
    -- In days; NULL where unknown, and then there is no band.
    l.shelf_life_days,
    -- Days before expiry from which the batch is near it.
    b.warn_days,
    -- Days before expiry on which it leaves the shelf; NULL where nobody says.
    b.removal_days,
    -- shop or customary: whose band it is.
    b.source AS band_source
FROM life AS l
LEFT JOIN banded AS b ON b.shelf_life_days = l.shelf_life_days;
/* cases
[[case]]
name = "by the product, else by its two dates, else unknown"
expect = [
  { product_code = "P1", batch_no = "B1", shelf_life_days = 365, warn_days = 45, band_source = "customary" },
  { product_code = "P2", batch_no = "B1", shelf_life_days = 15, warn_days = 4 },
  { product_code = "P3", batch_no = "B1", shelf_life_days = "", warn_days = "" },
]
tables.product = '''
product_code | shelf_life_days
P1           | 365
P2           | 0
'''
tables.batch = '''
product_code | batch_no | produced_date | expiry_date
P1           | B1       | 2025-01-01    | 2025-02-01
P2           | B1       | 2025-01-01    | 2025-01-16
P3           | B1       |               | 2025-02-01
'''
*/
