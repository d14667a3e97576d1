/*
title = "Documents in the order of their numbers"
title_zh = "按编号排列的单据"
what = "Each document that has a counter, with the one before it in its series and the numbers between the two."
what_zh = "每张带流水号的单据、同系列的前一张单据及两者之间的编号。"
grain = ["document_type", "location_code", "document_no"]
*/
-- series_location_code: whose series it is; empty where locations draw their numbers from one counter, as orders do.
--   They do so where their ranges run into each other and (almost) no number is used twice.
-- prefix, family, number, entered_at, document_date, is_late_entry: see document_register.
-- previous_no, previous_number, previous_date: the document before it in the series. step: number − previous_number.
-- missing_from_no, missing_to_no: the first and the last number between the two, written as the series writes them.
WITH numbered AS (
    SELECT * FROM mart.document_register WHERE number IS NOT NULL
),

span AS (
    SELECT document_type, family, prefix, location_code, MIN(number) AS least, MAX(number) AS most
    FROM numbered
    GROUP BY document_type, family, prefix, location_code
),

joint_span AS (
    SELECT
        document_type,
        family,
        prefix,
        SUM(most - least + 1) AS spans,
        MAX(most) - MIN(least) + 1 AS whole_span,
        COUNT(*) AS locations
    FROM span
    GROUP BY document_type, family, prefix
),

repeated AS (
    SELECT document_type, family, COUNT(*) AS numbers, COUNT(*) FILTER (locations > 1) AS shared_numbers
    FROM (
        SELECT document_type, family, prefix, number, COUNT(DISTINCT location_code) AS locations
        FROM numbered
        GROUP BY document_type, family, prefix, number
    )
    GROUP BY document_type, family
),

shared AS (
    SELECT j.document_type, j.family
    FROM joint_span AS j
    JOIN repeated AS r ON r.document_type = j.document_type AND r.family = j.family
    WHERE j.locations > 1
    GROUP BY j.document_type, j.family
    HAVING SUM(j.spans) > SUM(j.whole_span) AND MAX(r.shared_numbers) * 50 <= MAX(r.numbers)
),

placed AS (
    SELECT
        n.*,
        CASE WHEN s.family IS NULL THEN n.location_code ELSE '' END AS series_location_code
    FROM numbered AS n
    LEFT JOIN shared AS s ON s.document_type = n.document_type AND s.family = n.family
),

followed AS (
    SELECT
        *,
        LAG(document_no) OVER series AS previous_no,
        LAG(number) OVER series AS previous_number,
        LAG(width) OVER series AS previous_width,
        LAG(document_date) OVER series AS previous_date
    FROM placed
    WINDOW series AS (
        PARTITION BY document_type, series_location_code, prefix ORDER BY number, entered_at, location_code, document_no
    )
)

SELECT
    document_type,
    location_code,
    document_no,
    series_location_code,
    prefix,
    family,
    number,
    entered_at,
    document_date,
    is_late_entry,
    previous_no,
    previous_number,
    previous_date,
    number - previous_number AS step,
    CASE
        WHEN number - previous_number > 1 THEN
            head || LPAD(
                CAST(previous_number + 1 AS VARCHAR),
                CAST(GREATEST(previous_width, LENGTH(CAST(previous_number + 1 AS VARCHAR))) AS INTEGER), '0'
            ) || tail
    END AS missing_from_no,
    CASE
        WHEN number - previous_number > 1 THEN
            head || LPAD(
                CAST(number - 1 AS VARCHAR),
                CAST(GREATEST(previous_width, LENGTH(CAST(number - 1 AS VARCHAR))) AS INTEGER), '0'
            ) || tail
    END AS missing_to_no,
    file_id,
    row_no
FROM followed;
/* cases
[[case]]
name = "each location its own counter; the numbers between are written as the series writes them"
expect = [
    { location_code = "S01", document_no = "RK-0098", step = "" },
    { location_code = "S01", document_no = "RK-0101", step = 3, missing_from_no = "RK-0099", missing_to_no = "RK-0100", previous_no = "RK-0098" },
    { location_code = "S02", document_no = "RK-0098", step = "", series_location_code = "S02" },
    { location_code = "S02", document_no = "RK-0101", step = 3 },
    { location_code = "S02", document_no = "9", step = "" },
    { location_code = "S02", document_no = "12", step = 3, missing_from_no = "10", missing_to_no = "11" },
]
tables.receipt_line = '''
location_code | receipt_no | line_no | received_qty | received_at
S01           | RK-0098    | 1       | 1            | 2025-03-04 09:00:00
S01           | RK-0101    | 1       | 1            | 2025-03-05 09:00:00
S02           | RK-0098    | 1       | 1            | 2025-03-04 09:00:00
S02           | RK-0101    | 1       | 1            | 2025-03-05 09:00:00
S02           | 9          | 1       | 1            | 2025-03-04 09:00:00
S02           | 12         | 1       | 1            | 2025-03-05 09:00:00
'''

[[case]]
name = "one counter for two locations"
expect = [
    { location_code = "S01", document_no = "RK-1", step = "", series_location_code = "" },
    { location_code = "S02", document_no = "RK-2", step = 1, series_location_code = "" },
    { location_code = "S01", document_no = "RK-4", step = 2, missing_from_no = "RK-3" },
    { location_code = "S02", document_no = "RK-5", step = 1 },
]
tables.receipt_line = '''
location_code | receipt_no | line_no | received_qty | received_at
S01           | RK-1       | 1       | 1            | 2025-03-04 09:00:00
S02           | RK-2       | 1       | 1            | 2025-03-04 09:00:00
S01           | RK-4       | 1       | 1            | 2025-03-04 09:00:00
S02           | RK-5       | 1       | 1            | 2025-03-04 09:00:00
'''
*/
