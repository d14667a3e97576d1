/*
title = "On-hand reports against the ledger"
title_zh = "库存余额与流水账核对"
what = "Every on-hand figure the POS reported, beside the ledger at the end of that day."
what_zh = "每一条系统库存余额与当日日终流水账结存的对照。"
grain = ["location_code", "product_code", "batch_no", "as_of_date"]
*/
-- A report without batches of a product whose ledger runs per batch is compared with the sum of the batches, and one by
-- batch of a product whose ledger does not is summed. Reports dated before a stated opening have no ledger to meet.
-- Movements are first summed up to the next day on which the location reported anything (report_calendar): that leaves
-- a row per ledger and report, however many movements there are.
WITH report AS (
    SELECT
        s.location_code,
        s.product_code,
        s.as_of_date,
        CASE
            WHEN o.is_batch_kept AND MIN(COALESCE(s.batch_no, '')) OVER (
                PARTITION BY s.location_code, s.product_code, s.as_of_date
            ) <> '' THEN s.batch_no
            ELSE ''
        END AS batch_no,
        s.on_hand_qty,
        s.file_id,
        s.row_no
    FROM core.stock_on_hand AS s
    JOIN mart.ledger_opening AS o
        ON o.location_code = s.location_code AND o.product_code = s.product_code AND o.batch_no = ''
    WHERE s.as_of_date <= $as_of
      AND s.on_hand_qty IS NOT NULL
      AND (o.opening_basis <> 'stated' OR s.as_of_date >= CAST(o.first_moved_at AS DATE))
),

snapshot AS (
    SELECT
        location_code,
        product_code,
        batch_no,
        as_of_date,
        SUM(on_hand_qty) AS on_hand_qty,
        MIN(file_id) AS file_id,
        MIN(row_no) AS row_no
    FROM report
    GROUP BY location_code, product_code, batch_no, as_of_date
),

moved AS (
    SELECT l.location_code, l.product_code, l.ledger_batch_no, c.report_day, SUM(l.moved_qty) AS moved_qty
    FROM mart.stock_ledger AS l
    JOIN mart.report_calendar AS c ON c.location_code = l.location_code AND c.on_day = CAST(l.occurred_at AS DATE)
    GROUP BY l.location_code, l.product_code, l.ledger_batch_no, c.report_day
),

event AS (
    SELECT location_code, product_code, ledger_batch_no AS batch_no, report_day AS on_day, moved_qty, 0 AS is_report,
        CAST(NULL AS DECIMAL(18, 3)) AS on_hand_qty, CAST(NULL AS INTEGER) AS file_id, CAST(NULL AS BIGINT) AS row_no
    FROM moved
    UNION ALL
    SELECT location_code, product_code, '', report_day, SUM(moved_qty), 0, NULL, NULL, NULL
    FROM moved
    WHERE ledger_batch_no <> ''
    GROUP BY location_code, product_code, report_day
    UNION ALL
    SELECT location_code, product_code, batch_no, as_of_date, 0, 1, on_hand_qty, file_id, row_no
    FROM snapshot
),

carried AS (
    SELECT
        location_code,
        product_code,
        batch_no,
        on_day,
        is_report,
        on_hand_qty,
        file_id,
        row_no,
        SUM(moved_qty) OVER (
            PARTITION BY location_code, product_code, batch_no ORDER BY on_day, is_report
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS net_qty
    FROM event
),

compared AS (
    SELECT
        e.location_code,
        e.product_code,
        e.batch_no,
        e.on_day AS as_of_date,
        e.on_hand_qty,
        o.opening_qty + e.net_qty AS ledger_qty,
        e.on_hand_qty - o.opening_qty - e.net_qty AS difference_qty,
        o.opening_basis,
        o.unexplained_qty,
        o.anchor_kind = 'snapshot' AND o.anchor_date = e.on_day AS is_anchor,
        e.file_id,
        e.row_no
    FROM carried AS e
    JOIN mart.ledger_opening AS o
        ON o.location_code = e.location_code AND o.product_code = e.product_code AND o.batch_no = e.batch_no
    WHERE e.is_report = 1 AND o.opening_qty IS NOT NULL
)

SELECT
    location_code,
    product_code,
    -- Empty where the product is compared as a whole.
    batch_no,
    as_of_date,
    CAST(on_hand_qty AS DECIMAL(18, 3)) AS on_hand_qty,
    -- Balance of the ledger at the end of that day.
    CAST(ledger_qty AS DECIMAL(18, 3)) AS ledger_qty,
    -- Reported − ledger.
    CAST(difference_qty AS DECIMAL(18, 3)) AS difference_qty,
    -- The difference at the report before; at the first one what no opening explains, else 0.
    CAST(
        COALESCE(
            LAG(difference_qty) OVER (PARTITION BY location_code, product_code, batch_no ORDER BY as_of_date),
            -unexplained_qty
        ) AS DECIMAL(18, 3)
    ) AS previous_difference_qty,
    -- The difference at the report before that one.
    CAST(
        COALESCE(
            LAG(difference_qty, 2) OVER (PARTITION BY location_code, product_code, batch_no ORDER BY as_of_date),
            -unexplained_qty
        ) AS DECIMAL(18, 3)
    ) AS second_previous_difference_qty,
    -- The difference at the next report; NULL at the last.
    CAST(
        LEAD(difference_qty) OVER (PARTITION BY location_code, product_code, batch_no ORDER BY as_of_date)
        AS DECIMAL(18, 3)
    ) AS next_difference_qty,
    LAG(as_of_date) OVER (PARTITION BY location_code, product_code, batch_no ORDER BY as_of_date) AS previous_date,
    opening_basis,
    -- Whether the opening was derived from this very report.
    COALESCE(is_anchor, FALSE) AS is_anchor,
    file_id,
    row_no
FROM compared;
/* cases
[[case]]
name = "by batch, as a sum of batches, and before a stated opening"
expect = [
  { product_code = "P1", batch_no = "B1", as_of_date = 2025-03-31, ledger_qty = 6, difference_qty = -1 },
  { product_code = "P2", batch_no = "", as_of_date = 2025-03-31, ledger_qty = 15, difference_qty = 0 },
]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | batch_no | movement_type | moved_qty
S01           | M1          | 2025-03-01 08:00:00 | P1           | B1       | opening       | 10
S01           | M2          | 2025-03-02 08:00:00 | P1           | B1       | sale          | -4
S01           | M3          | 2025-03-01 08:00:00 | P2           | B1       | opening       | 10
S01           | M4          | 2025-03-02 08:00:00 | P2           | B2       | receipt       | 5
S01           | M5          | 2025-04-01 00:00:00 | P2           | B2       | sale          | -5
'''
tables.stock_on_hand = '''
as_of_date | location_code | product_code | batch_no | on_hand_qty
2025-02-28 | S01           | P1           | B1       | 9
2025-03-31 | S01           | P1           | B1       | 5
2025-03-31 | S01           | P2           |          | 15
2025-03-31 | S01           | P9           |          | 4
'''
*/
