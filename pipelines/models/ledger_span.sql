/*
title = "How far each location's movements reach"
title_zh = "各门店库存变动的覆盖范围"
what = "Per location the first and last day on which anything moved, and of which kinds there are movements at all."
what_zh = "每个门店库存变动的首日、末日，以及各类变动的笔数。"
grain = ["location_code"]
*/
-- What a location's export does not hold proves nothing: rules ask here before they miss something.
SELECT
    location_code,
    COUNT(*) AS movements,
    CAST(MIN(occurred_at) AS DATE) AS first_moved_on,
    CAST(MAX(occurred_at) AS DATE) AS last_moved_on,
    COUNT(*) FILTER (WHERE movement_type = 'opening') AS openings,
    COUNT(*) FILTER (WHERE movement_type IN ('receipt', 'transfer_in')) AS arrivals,
    COUNT(*) FILTER (WHERE movement_type = 'sale') AS sales,
    COUNT(*) FILTER (WHERE movement_type = 'transfer_out') AS sent
FROM core.stock_movement
WHERE CAST(occurred_at AS DATE) <= $as_of
GROUP BY location_code;
/* cases
[[case]]
name = "up to the day asked for"
expect = [{ location_code = "S01", movements = 2, first_moved_on = 2025-03-01, last_moved_on = 2025-03-05, openings = 1, arrivals = 0, sales = 1 }]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty
S01           | M1          | 2025-03-01 08:00:00 | P1           | opening       | 10
S01           | M2          | 2025-03-05 08:00:00 | P1           | sale          | -1
S01           | M3          | 2026-03-05 08:00:00 | P1           | receipt       | 1
'''
*/
