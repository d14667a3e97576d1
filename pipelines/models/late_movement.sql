/*
title = "Movements recorded late"
title_zh = "延迟录入的库存变动"
what = "Every movement that the system learnt of more than an hour after it happened, and whether it falls into a book that was closed meanwhile."
what_zh = "录入时间晚于发生时间一小时以上的库存变动，以及其所属账期是否已经盘点或结账。"
grain = ["location_code", "movement_id"]
*/
-- How late is too late is for the rules to say. A book is closed by a stocktake of the product between the two moments
-- (its own postings apart), or by the end of the month. Openings are left out: they are entered when a shop goes live.
WITH late AS (
    SELECT
        location_code,
        movement_id,
        occurred_at,
        recorded_at,
        product_code,
        UPPER(product_code) AS product_key,
        document_no,
        file_id,
        row_no,
        CAST(
            DATE_DIFF('day', CAST(occurred_at AS DATE), CAST(recorded_at AS DATE)) * 1440
            + (EXTRACT(hour FROM recorded_at) - EXTRACT(hour FROM occurred_at)) * 60
            + EXTRACT(minute FROM recorded_at) - EXTRACT(minute FROM occurred_at)
            AS BIGINT
        ) AS minutes_late
    FROM core.stock_movement
    WHERE recorded_at > occurred_at
      AND movement_type <> 'opening'
      AND CAST(occurred_at AS DATE) <= $as_of
),

-- Few movements are late and a product is counted a few times a year: this join stays small.
counted AS (
    SELECT
        l.location_code,
        l.movement_id,
        l.product_key,
        l.file_id,
        l.row_no,
        MIN(c.counted_at) AS counted_at
    FROM late AS l
    JOIN mart.count_total AS c
        ON c.location_code = l.location_code AND UPPER(c.product_code) = l.product_key
    WHERE l.minutes_late > 60
      AND c.counted_at > l.occurred_at
      AND c.counted_at <= l.recorded_at
      AND UPPER(c.count_no) <> COALESCE(UPPER(l.document_no), '')
    GROUP BY l.location_code, l.movement_id, l.product_key, l.file_id, l.row_no
)

SELECT
    l.location_code,
    l.movement_id,
    l.product_code,
    l.product_key,
    l.occurred_at,
    l.recorded_at,
    -- Hours from happening to being recorded, each begun one counted: above 24 means more than a day.
    CAST((l.minutes_late + 59) // 60 AS INTEGER) AS hours_late,
    -- Whether it changes a book already closed: counted since, or of an earlier month.
    (c.counted_at IS NOT NULL OR DATE_TRUNC('month', l.occurred_at) < DATE_TRUNC('month', l.recorded_at)) AS is_backdated,
    -- What closed it: count, month, or NULL.
    CASE
        WHEN c.counted_at IS NOT NULL THEN 'count'
        WHEN DATE_TRUNC('month', l.occurred_at) < DATE_TRUNC('month', l.recorded_at) THEN 'month'
    END AS closed_by,
    -- The first stocktake of the product since it happened; NULL where none.
    c.counted_at,
    l.file_id,
    l.row_no
FROM late AS l
LEFT JOIN counted AS c
    ON c.location_code = l.location_code
    AND c.movement_id = l.movement_id
    AND c.product_key = l.product_key
    AND c.file_id = l.file_id
    AND c.row_no = l.row_no
WHERE l.minutes_late > 60;
/* cases
[[case]]
name = "hours begun, over days and months; counted since, by another count than its own, and not by a cancelled one"
expect = [
  { movement_id = "M2", hours_late = 2, is_backdated = false, closed_by = "" },
  { movement_id = "M3", hours_late = 24, is_backdated = false },
  { movement_id = "M4", hours_late = 25, is_backdated = false },
  { movement_id = "M5", hours_late = 9, is_backdated = true, closed_by = "month" },
  { movement_id = "M6", hours_late = 96, is_backdated = true, closed_by = "count", counted_at = "2025-03-12 20:00:00" },
  { movement_id = "M7", hours_late = 96, is_backdated = false },
  { movement_id = "M8", hours_late = 96, is_backdated = false },
]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | recorded_at         | product_code | movement_type | moved_qty | document_no
S01           | M1          | 2025-03-01 08:00:00 | 2025-03-01 09:00:00 | P1           | sale          | -1        | T1
S01           | M2          | 2025-03-01 08:00:00 | 2025-03-01 09:01:00 | P1           | sale          | -1        | T1
S01           | M3          | 2025-03-01 08:00:00 | 2025-03-02 08:00:00 | P1           | sale          | -1        | T1
S01           | M4          | 2025-03-01 08:00:00 | 2025-03-02 08:01:00 | P1           | sale          | -1        | T1
S01           | M5          | 2025-03-31 23:00:00 | 2025-04-01 08:00:00 | P1           | sale          | -1        | T2
S01           | M6          | 2025-03-12 08:00:00 | 2025-03-16 08:00:00 | p1           | sale          | -1        | T3
S01           | M7          | 2025-03-12 08:00:00 | 2025-03-16 08:00:00 | P2           | sale          | -1        | T3
S01           | M8          | 2025-03-12 08:00:00 | 2025-03-16 08:00:00 | P1           | count_loss    | -1        | C1
S01           | M9          | 2025-03-12 08:00:00 |                     | P1           | sale          | -1        | T3
S01           | N1          | 2025-03-12 08:00:00 | 2025-04-16 08:00:00 | P1           | opening       | 9         |
'''
tables.count_line = '''
location_code | count_no | line_no | product_code | counted_at          | counted_qty | status
S01           | C1       | 1       | P1           | 2025-03-12 20:00:00 | 9           | approved
S01           | C2       | 1       | P2           | 2025-03-12 20:00:00 | 9           | cancelled
'''
*/
