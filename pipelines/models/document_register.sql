/*
title = "Documents and their numbers taken apart"
title_zh = "单据及其编号的拆分"
what = "Each receipt, stocktake and order with its number parted into series and counter, whatever its status."
what_zh = "每张入库单、盘点单、采购订单（不论状态），单号拆成系列与流水两部分。"
grain = ["document_type", "location_code", "document_no"]
*/
-- document_type: receipt, count or order. location_code: empty for orders, which the chain numbers together.
-- entered_at: when the system learnt of it, else the document's own date. document_date: its own date.
-- prefix: what stands before the counter, upper case, with a date that heads the digits and with what stands behind
--   them (after a #). family: the prefix with every digit as 9, so that the days of one numbering belong together.
-- number, width: the counter and how many digits it is written with; NULL where the number has none.
-- head, tail: as written around the counter. is_late_entry: entered to replace a lost document.
-- Digits that begin with the document's own day, month or year (4 of 5 documents of the same form agree) begin with a
-- date: 250304017 is number 017 of 4 March 2025, and 250304 alone is no counter. One day either way is allowed for
-- documents entered past midnight. Receipts that bear the number of their order (most of the same form do) have no
-- counter of their own.
WITH document AS (
    SELECT
        'receipt' AS document_type,
        location_code,
        receipt_no AS document_no,
        MIN(COALESCE(recorded_at, received_at)) AS entered_at,
        CAST(MIN(received_at) AS DATE) AS document_date,
        COALESCE(BOOL_OR(receipt_type = 'late_entry'), FALSE) AS is_late_entry,
        COALESCE(
            BOOL_OR(
                receipt_no = po_no OR (
                    STARTS_WITH(receipt_no, po_no) AND SUBSTR(receipt_no, LENGTH(po_no) + 1, 1) IN ('-', '/', '_', '.')
                )
            ),
            FALSE
        ) AS is_named_by_order,
        MIN(file_id) AS file_id,
        MIN(row_no) AS row_no
    FROM core.receipt_line
    GROUP BY location_code, receipt_no
    UNION ALL
    SELECT
        'count', location_code, count_no, MIN(counted_at), CAST(MIN(counted_at) AS DATE), FALSE, FALSE,
        MIN(file_id), MIN(row_no)
    FROM core.count_line
    GROUP BY location_code, count_no
    UNION ALL
    SELECT
        'order', '', po_no, CAST(MIN(ordered_date) AS TIMESTAMP), MIN(ordered_date), FALSE, FALSE, MIN(file_id), MIN(row_no)
    FROM core.purchase_order_line
    GROUP BY po_no
),

parted AS (
    SELECT
        *,
        REGEXP_EXTRACT(document_no, '^(.*?)([0-9]{1,18})([^0-9]*)$', 1) AS letters,
        REGEXP_EXTRACT(document_no, '^(.*?)([0-9]{1,18})([^0-9]*)$', 2) AS digits,
        REGEXP_EXTRACT(document_no, '^(.*?)([0-9]{1,18})([^0-9]*)$', 3) AS tail,
        STRFTIME(document_date, '%Y%m%d') AS own_day,
        STRFTIME(document_date - 1, '%Y%m%d') AS day_before,
        STRFTIME(document_date + 1, '%Y%m%d') AS day_after,
        STRFTIME(entered_at, '%Y%m%d') AS entry_day
    FROM document
),

shaped AS (
    SELECT
        *,
        REGEXP_REPLACE(UPPER(letters), '[0-9]', '9', 'g') || '#' || UPPER(tail) AS shape,
        LENGTH(digits) AS digit_count,
        LEFT(digits, 8) IN (own_day, day_before, day_after, entry_day)
            AS is_ymd,
        LEFT(digits, 6) IN (SUBSTR(own_day, 3), SUBSTR(day_before, 3), SUBSTR(day_after, 3), SUBSTR(entry_day, 3))
            AS is_short_ymd,
        LEFT(digits, 6) IN (LEFT(own_day, 6), LEFT(day_before, 6), LEFT(day_after, 6), LEFT(entry_day, 6))
            AS is_ym,
        LEFT(digits, 4) IN (SUBSTR(own_day, 3, 4), SUBSTR(day_before, 3, 4), SUBSTR(day_after, 3, 4), SUBSTR(entry_day, 3, 4))
            AS is_short_ym,
        LEFT(digits, 4) IN (LEFT(own_day, 4), LEFT(day_before, 4), LEFT(day_after, 4), LEFT(entry_day, 4))
            AS is_y
    FROM parted
),

-- Width of the date at the head of the digits, the longest form that fits.
dated AS (
    SELECT
        document_type,
        shape,
        digit_count,
        2 * COUNT(*) FILTER (is_named_by_order) > COUNT(*) AS are_named_by_order,
        CASE
            WHEN 5 * COUNT(*) FILTER (is_ymd) >= 4 * COUNT(*) THEN 8
            WHEN 5 * COUNT(*) FILTER (is_short_ymd) >= 4 * COUNT(*) THEN 6
            WHEN 5 * COUNT(*) FILTER (is_ym) >= 4 * COUNT(*) THEN 6
            WHEN 5 * COUNT(*) FILTER (is_short_ym) >= 4 * COUNT(*) THEN 4
            WHEN 5 * COUNT(*) FILTER (is_y) >= 4 * COUNT(*) THEN 4
            ELSE 0
        END AS date_width
    FROM shaped
    GROUP BY document_type, shape, digit_count
)

SELECT
    s.document_type,
    s.location_code,
    s.document_no,
    s.entered_at,
    s.document_date,
    s.is_late_entry,
    UPPER(s.letters) || LEFT(s.digits, d.date_width) || '#' || UPPER(s.tail) AS prefix,
    REGEXP_REPLACE(UPPER(s.letters) || LEFT(s.digits, d.date_width), '[0-9]', '9', 'g') || '#' || UPPER(s.tail) AS family,
    CASE WHEN NOT d.are_named_by_order THEN CAST(NULLIF(SUBSTR(s.digits, d.date_width + 1), '') AS BIGINT) END AS number,
    NULLIF(s.digit_count - d.date_width, 0) AS width,
    s.letters || LEFT(s.digits, d.date_width) AS head,
    s.tail,
    s.file_id,
    s.row_no
FROM shaped AS s
JOIN dated AS d ON d.document_type = s.document_type AND d.shape = s.shape AND d.digit_count = s.digit_count;
/* cases
[[case]]
name = "a counter, a counter of the month, a number that is a date, and one without digits"
expect = [
    { document_no = "RK-0012", prefix = "RK-#", number = 12, width = 4, is_late_entry = false },
    { document_no = "rk-0013", prefix = "RK-#", number = 13, family = "RK-#", is_late_entry = true },
    { document_no = "RKX", number = "", width = "" },
    { document_no = "PD250328", prefix = "PD250328#", number = "", family = "PD999999#" },
    { document_no = "PO250301", prefix = "PO2503#", number = 1, width = 2, location_code = "", head = "PO2503" },
    { document_no = "PO250417", prefix = "PO2504#", number = 17, family = "PO9999#" },
]
tables.receipt_line = '''
location_code | receipt_no | line_no | receipt_type | received_qty | received_at         | status
S01           | RK-0012    | 1       |              | 1            | 2025-03-04 09:00:00 | cancelled
S01           | rk-0013    | 1       | late_entry   | 1            | 2025-03-04 09:00:00 |
S01           | RKX        | 1       |              | 1            | 2025-03-04 09:00:00 |
'''
tables.count_line = '''
location_code | count_no | line_no | counted_at          | counted_qty
S01           | PD250328 | 1       | 2025-03-28 20:00:00 | 1
'''
tables.purchase_order_line = '''
po_no    | line_no | location_code | ordered_date | ordered_qty
PO250301 | 1       | S01           | 2025-03-04   | 1
PO250417 | 1       | S02           | 2025-04-20   | 1
'''

[[case]]
name = "the day at the head of the digits, one entered past midnight, and letters behind the counter"
expect = [
    { document_no = "RK20250304001", prefix = "RK20250304#", number = 1, width = 3 },
    { document_no = "RK20250304002", prefix = "RK20250304#", number = 2, family = "RK99999999#" },
    { document_no = "0017-A", prefix = "#-A", number = 17, tail = "-A" },
]
tables.receipt_line = '''
location_code | receipt_no    | line_no | received_qty | received_at         | recorded_at
S01           | RK20250304001 | 1       | 1            | 2025-03-04 09:00:00 |
S01           | RK20250304002 | 1       | 1            | 2025-03-05 00:10:00 | 2025-03-05 00:20:00
S01           | 0017-A        | 1       | 1            | 2025-03-04 09:00:00 |
'''

[[case]]
name = "receipts that bear their order's number have no counter; one of a series that happens to equal its order's has"
expect = [
    { document_no = "PO7-1", number = "" },
    { document_no = "PO8-1", number = "" },
    { document_no = "11", number = 11 },
    { document_no = "12", number = 12 },
]
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | received_qty | received_at
S01           | PO7-1      | 1       | PO7   | 1            | 2025-03-04 09:00:00
S01           | PO8-1      | 1       | PO8   | 1            | 2025-03-04 09:00:00
S01           | 11         | 1       | 11    | 1            | 2025-03-04 09:00:00
S01           | 12         | 1       | 10    | 1            | 2025-03-04 09:00:00
'''
*/
