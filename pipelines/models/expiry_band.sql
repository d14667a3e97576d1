/*
title = "Near-expiry bands"
title_zh = "临期标准"
what = "How many days before expiry goods of a given shelf life count as near it: the shop's own table where one is loaded, else the bands customary in Chinese retail."
what_zh = "不同保质期的商品在到期前多少天算临期：已导入门店自己的临期标准则以其为准，否则采用零售业惯用标准。"
grain = ["min_shelf_life_days"]
*/
-- The customary bands: shelf life of a year or more 45 days, half a year 20, 90 days 15, 30 days 10, 16 days 5, less 4
-- (notices of provincial market regulators and chains' own rules; sources differ by a few days). A shop's table stands
-- alone and is never mixed with them; a shelf life shorter than its shortest takes that band.
WITH own AS (
    SELECT min_shelf_life_days, warn_days, removal_days, 'shop' AS source
    FROM core.expiry_band
    WHERE warn_days IS NOT NULL
),

customary AS (
    SELECT 365 AS min_shelf_life_days, 45 AS warn_days
    UNION ALL SELECT 180, 20
    UNION ALL SELECT 90, 15
    UNION ALL SELECT 30, 10
    UNION ALL SELECT 16, 5
    UNION ALL SELECT 0, 4
),

band AS (
    SELECT min_shelf_life_days, warn_days, removal_days, source
    FROM own
    UNION ALL
    SELECT min_shelf_life_days, warn_days, NULL, 'customary'
    FROM customary
    WHERE NOT EXISTS (SELECT 1 FROM own)
)

SELECT
    -- Shortest shelf life of the band in days; the shortest band begins at 0.
    CASE WHEN ROW_NUMBER() OVER (ORDER BY min_shelf_life_days) = 1 THEN 0 ELSE min_shelf_life_days END
        AS min_shelf_life_days,
    -- Longest shelf life of the band in days; NULL in the longest band.
    LEAD(min_shelf_life_days) OVER (ORDER BY min_shelf_life_days) - 1 AS max_shelf_life_days,
    -- Days before expiry from which goods are near it.
    warn_days,
    -- Days before expiry on which goods leave the shelf; NULL where nobody says.
    removal_days,
    -- shop or customary.
    source
FROM band;
/* cases
[[case]]
name = "customary where the shop says nothing"
expect = [
  { min_shelf_life_days = 0, max_shelf_life_days = 15, warn_days = 4, source = "customary" },
  { min_shelf_life_days = 16, max_shelf_life_days = 29, warn_days = 5 },
  { min_shelf_life_days = 30, max_shelf_life_days = 89, warn_days = 10 },
  { min_shelf_life_days = 90, max_shelf_life_days = 179, warn_days = 15 },
  { min_shelf_life_days = 180, max_shelf_life_days = 364, warn_days = 20 },
  { min_shelf_life_days = 365, max_shelf_life_days = "", warn_days = 45, removal_days = "" },
]

[[case]]
name = "the shop's own table alone, its shortest band reaching down to nothing"
expect = [
  { min_shelf_life_days = 0, max_shelf_life_days = 179, warn_days = 12, removal_days = 3, source = "shop" },
  { min_shelf_life_days = 180, max_shelf_life_days = "", warn_days = 60, removal_days = "" },
]
tables.expiry_band = '''
min_shelf_life_days | warn_days | removal_days
180                 | 60        |
30                  | 12        | 3
7                   |           | 1
'''
*/
