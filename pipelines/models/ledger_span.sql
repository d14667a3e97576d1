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
    -- Last day the ledger tells of: its last movement. A ledger of a few movements is no measure of the days it covers.
    CASE WHEN COUNT(*) < 20 THEN $as_of ELSE CAST(MAX(occurred_at) AS DATE) END AS covered_until,
    COUNT(*) FILTER (WHERE movement_type = 'opening') AS openings,
    COUNT(*) FILTER (WHERE movement_type IN ('receipt', 'transfer_in')) AS arrivals,
    COUNT(*) FILTER (WHERE movement_type = 'sale') AS sales,
    COUNT(*) FILTER (WHERE movement_type = 'transfer_out') AS dispatches,
    COUNT(*) FILTER (WHERE movement_type = 'consumption') AS consumptions
FROM core.stock_movement
WHERE CAST(occurred_at AS DATE) <= $as_of
GROUP BY location_code;
/* cases
[[case]]
name = "up to the day asked for"
expect = [{ location_code = "S01", movements = 2, first_moved_on = 2025-03-01, last_moved_on = 2025-03-05, covered_until = 2025-12-31, openings = 1, arrivals = 0, sales = 1 }]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty
S01           | M1          | 2025-03-01 08:00:00 | P1           | opening       | 10
S01           | M2          | 2025-03-05 08:00:00 | P1           | sale          | -1
S01           | M3          | 2026-03-05 08:00:00 | P1           | receipt       | 1
'''

[[case]]
name = "twenty movements are a measure of the days"
expect = [{ location_code = "S01", movements = 20, covered_until = 2025-03-20 }]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty
S01           | M01         | 2025-03-01 08:00:00 | P1           | sale          | -1
S01           | M02         | 2025-03-02 08:00:00 | P1           | sale          | -1
S01           | M03         | 2025-03-03 08:00:00 | P1           | sale          | -1
S01           | M04         | 2025-03-04 08:00:00 | P1           | sale          | -1
S01           | M05         | 2025-03-05 08:00:00 | P1           | sale          | -1
S01           | M06         | 2025-03-06 08:00:00 | P1           | sale          | -1
S01           | M07         | 2025-03-07 08:00:00 | P1           | sale          | -1
S01           | M08         | 2025-03-08 08:00:00 | P1           | sale          | -1
S01           | M09         | 2025-03-09 08:00:00 | P1           | sale          | -1
S01           | M10         | 2025-03-10 08:00:00 | P1           | sale          | -1
S01           | M11         | 2025-03-11 08:00:00 | P1           | sale          | -1
S01           | M12         | 2025-03-12 08:00:00 | P1           | sale          | -1
S01           | M13         | 2025-03-13 08:00:00 | P1           | sale          | -1
S01           | M14         | 2025-03-14 08:00:00 | P1           | sale          | -1
S01           | M15         | 2025-03-15 08:00:00 | P1           | sale          | -1
S01           | M16         | 2025-03-16 08:00:00 | P1           | sale          | -1
S01           | M17         | 2025-03-17 08:00:00 | P1           | sale          | -1
S01           | M18         | 2025-03-18 08:00:00 | P1           | sale          | -1
S01           | M19         | 2025-03-19 08:00:00 | P1           | sale          | -1
S01           | M20         | 2025-03-20 08:00:00 | P1           | sale          | -1
'''
*/
