/*
title = "Document number out of order with its date"
title_zh = "单据编号与录入时间顺序不符"
severity = "low"
assertion = "cutoff"
why = "Numbers are given one after the other: a later number that was entered earlier was dated back, or the number was kept aside."
why_zh = "编号依次产生：编号在后而时间在前，说明单据被倒填日期，或编号曾被预留。"
fix = "Ask who entered the document when, and look at what both documents changed around the end of a period or a count."
fix_zh = "向录入人核实实际录入时间，并检查两张单据在期末或盘点前后的影响。"
message = "{document_no} was entered {entered_at}, before {previous_no} with the lower number ({previous_entered_at})"
message_zh = "{document_no} 录入于 {entered_at}，早于编号更小的 {previous_no}（{previous_entered_at}）"
grain = ["location_code", "document_type", "document_no"]
population = """
SELECT s.document_no
FROM mart.document_sequence AS s
JOIN (
    SELECT series_location_code, family
    FROM mart.document_sequence
    WHERE document_type = 'receipt'
    GROUP BY series_location_code, family
    HAVING COUNT(*) >= $min_documents
       AND 2 * COUNT(step) >= COUNT(*)
       AND 10 * SUM(CASE WHEN step > $max_gap + 1 THEN 1 ELSE 0 END) <= COUNT(step)
       AND SUM(CASE WHEN step BETWEEN 2 AND $max_gap + 1 THEN step - 1 ELSE 0 END)
           <= CAST($max_missing_share AS DECIMAL(9, 6))
           * (COUNT(*) + SUM(CASE WHEN step BETWEEN 2 AND $max_gap + 1 THEN step - 1 ELSE 0 END))
) AS f
    ON f.series_location_code = s.series_location_code AND f.family = s.family
WHERE s.document_type = 'receipt' AND NOT s.is_late_entry
"""
not_applicable = "No receipts are numbered one after the other."
not_applicable_zh = "没有按顺序编号的入库单。"

[params]
tolerance_hours = 24
min_documents = 10
max_missing_share = 0.2
max_gap = 20

[param_notes]
tolerance_hours = "Hours by which a later number may have been entered earlier."
min_documents = "Documents a numbering must have before it is judged."
max_missing_share = "Where more of the numbers than this are missing, the numbering is not meant to be consecutive."
max_gap = "A longer jump is a new start of the counter."

[param_notes_zh]
tolerance_hours = "号码较大的单据允许提前录入的小时数。"
min_documents = "一个编号系列至少要有多少张单据才作判断。"
max_missing_share = "缺号超过此比例的，该编号本来就不要求连续。"
max_gap = "一次跳过的号码多于此数，视为重新起号。"
*/
-- Receipts alone: the number of an order or of a count sheet is drawn when it is planned, and nothing records that.
-- Each document is held against the one with the number before it, late entries left out.
WITH judged AS (
    SELECT series_location_code, family
    FROM mart.document_sequence
    WHERE document_type = 'receipt'
    GROUP BY series_location_code, family
    HAVING COUNT(*) >= $min_documents
       AND 2 * COUNT(step) >= COUNT(*)
       AND 10 * SUM(CASE WHEN step > $max_gap + 1 THEN 1 ELSE 0 END) <= COUNT(step)
       AND SUM(CASE WHEN step BETWEEN 2 AND $max_gap + 1 THEN step - 1 ELSE 0 END)
           <= CAST($max_missing_share AS DECIMAL(9, 6))
           * (COUNT(*) + SUM(CASE WHEN step BETWEEN 2 AND $max_gap + 1 THEN step - 1 ELSE 0 END))
),

followed AS (
    SELECT
        s.*,
        LAG(s.document_no) OVER (
            PARTITION BY s.series_location_code, s.prefix ORDER BY s.number, s.entered_at, s.location_code, s.document_no
        ) AS earlier_no,
        LAG(s.number) OVER (
            PARTITION BY s.series_location_code, s.prefix ORDER BY s.number, s.entered_at, s.location_code, s.document_no
        ) AS earlier_number,
        LAG(s.entered_at) OVER (
            PARTITION BY s.series_location_code, s.prefix ORDER BY s.number, s.entered_at, s.location_code, s.document_no
        ) AS earlier_entered_at
    FROM mart.document_sequence AS s
    JOIN judged AS j ON j.series_location_code = s.series_location_code AND j.family = s.family
    WHERE s.document_type = 'receipt' AND NOT s.is_late_entry
)

SELECT
    location_code,
    document_no,
    CAST(entered_at AS DATE) AS occurred_date,
    document_type,
    entered_at,
    earlier_no AS previous_no,
    earlier_entered_at AS previous_entered_at,
    document_date,
    file_id,
    row_no
FROM followed
WHERE number - earlier_number BETWEEN 1 AND $max_gap + 1
  AND entered_at + INTERVAL '1' HOUR * CAST($tolerance_hours AS INTEGER) < earlier_entered_at;
/* cases
[[case]]
name = "RK-05 dated three days before RK-04"
expect = [{ document_no = "RK-05", previous_no = "RK-04", occurred_date = 2025-03-02 }]
tables.receipt_line = '''
location_code | receipt_no | line_no | received_qty | received_at         | recorded_at
S01           | RK-01      | 1       | 1            | 2025-03-01 09:00:00 | 2025-03-01 10:00:00
S01           | RK-02      | 1       | 1            | 2025-03-02 09:00:00 | 2025-03-02 10:00:00
S01           | RK-03      | 1       | 1            | 2025-03-03 09:00:00 | 2025-03-03 10:00:00
S01           | RK-04      | 1       | 1            | 2025-03-05 09:00:00 | 2025-03-05 10:00:00
S01           | RK-05      | 1       | 1            | 2025-03-02 09:00:00 | 2025-03-02 09:30:00
S01           | RK-06      | 1       | 1            | 2025-03-06 09:00:00 | 2025-03-06 10:00:00
S01           | RK-07      | 1       | 1            | 2025-03-07 09:00:00 | 2025-03-07 10:00:00
S01           | RK-08      | 1       | 1            | 2025-03-08 09:00:00 | 2025-03-08 10:00:00
S01           | RK-09      | 1       | 1            | 2025-03-09 09:00:00 | 2025-03-09 10:00:00
S01           | RK-10      | 1       | 1            | 2025-03-10 09:00:00 | 2025-03-10 10:00:00
'''

[[case]]
name = "entered in order though the goods came earlier, within a day, a late entry, and another store's counter"
expect = []
tables.receipt_line = '''
location_code | receipt_no | line_no | receipt_type | received_qty | received_at         | recorded_at
S01           | RK-01      | 1       |              | 1            | 2025-03-01 09:00:00 | 2025-03-01 10:00:00
S01           | RK-02      | 1       |              | 1            | 2025-02-20 09:00:00 | 2025-03-02 10:00:00
S01           | RK-03      | 1       |              | 1            | 2025-03-03 09:00:00 | 2025-03-03 10:00:00
S01           | RK-04      | 1       |              | 1            | 2025-03-05 09:00:00 | 2025-03-05 10:00:00
S01           | RK-05      | 1       |              | 1            | 2025-03-04 10:00:00 | 2025-03-04 10:00:00
S01           | RK-06      | 1       | late_entry   | 1            | 2025-03-01 09:00:00 | 2025-03-01 10:00:00
S01           | RK-07      | 1       |              | 1            | 2025-03-07 09:00:00 | 2025-03-07 10:00:00
S01           | RK-08      | 1       |              | 1            | 2025-03-08 09:00:00 | 2025-03-08 10:00:00
S01           | RK-09      | 1       |              | 1            | 2025-03-09 09:00:00 | 2025-03-09 10:00:00
S01           | RK-10      | 1       |              | 1            | 2025-03-10 09:00:00 | 2025-03-10 10:00:00
S02           | RK-01      | 1       |              | 1            | 2025-01-01 09:00:00 | 2025-01-01 10:00:00
S02           | RK-10      | 1       |              | 1            | 2025-01-02 09:00:00 | 2025-01-02 10:00:00
'''
*/
