/*
title = "Days and the on-hand reports that follow them"
title_zh = "各日期之后最近的库存余额日"
what = "For each day on which a location moved anything, the next day on which it reported its stock."
what_zh = "每个门店有库存变动的每一天，及其当天或之后最近一次报送库存余额的日期。"
grain = ["location_code", "on_day"]
*/
WITH report_day AS (
    SELECT DISTINCT location_code, as_of_date
    FROM core.stock_on_hand
    WHERE as_of_date <= $as_of AND on_hand_qty IS NOT NULL
),

-- A location that never reports needs no calendar.
day AS (
    SELECT l.location_code, CAST(l.occurred_at AS DATE) AS on_day, 0 AS is_report
    FROM mart.stock_ledger AS l
    WHERE EXISTS (SELECT 1 FROM report_day AS r WHERE r.location_code = l.location_code)
    GROUP BY l.location_code, CAST(l.occurred_at AS DATE)
    UNION ALL
    SELECT location_code, as_of_date, 1 FROM report_day
)

SELECT location_code, on_day, report_day
FROM (
    SELECT
        location_code,
        on_day,
        is_report,
        MIN(CASE WHEN is_report = 1 THEN on_day END) OVER (
            PARTITION BY location_code ORDER BY on_day DESC, is_report DESC
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS report_day
    FROM day
) AS looked_up
WHERE is_report = 0 AND report_day IS NOT NULL;
/* cases
[[case]]
name = "the report of the day itself, else the next one; nothing after the last"
expect = [
  { on_day = 2025-03-01, report_day = 2025-03-02 },
  { on_day = 2025-03-02, report_day = 2025-03-02 },
  { on_day = 2025-03-03, report_day = 2025-03-31 },
]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty
S01           | M1          | 2025-03-01 08:00:00 | P1           | opening       | 10
S01           | M2          | 2025-03-02 08:00:00 | P1           | sale          | -1
S01           | M3          | 2025-03-03 08:00:00 | P1           | sale          | -1
S01           | M4          | 2025-04-01 08:00:00 | P1           | sale          | -1
S02           | M5          | 2025-04-01 08:00:00 | P1           | opening       | 1
'''
tables.stock_on_hand = '''
as_of_date | location_code | product_code | on_hand_qty
2025-03-02 | S01           | P1           | 9
2025-03-31 | S01           | P1           | 8
'''
*/
