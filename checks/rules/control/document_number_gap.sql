/*
title = "Document numbers missing from a series"
title_zh = "单据编号不连续"
severity = "medium"
assertion = "completeness"
why = "A number that was drawn and is not in the books may be a receipt, count or order that was deleted or never handed in."
why_zh = "编号已经占用而账上没有：单据可能被删除，或一直没有上交录入。"
fix = "Look for the number among the rejected rows of the load and in the POS, voided documents included; ask who drew it and file the answer."
fix_zh = "先查导入时被拒收的行和系统中的作废单据；仍无下落的，查明领号人并记录原因。"
message = "Between {previous_no} and {next_no} is missing: {missing_numbers} ({missing_count})"
message_zh = "{previous_no} 与 {next_no} 之间缺号：{missing_numbers}（共 {missing_count} 个）"
grain = ["location_code", "document_type", "document_no"]
population = """
SELECT s.document_no
FROM mart.document_sequence AS s
JOIN (
    SELECT document_type, series_location_code, family
    FROM mart.document_sequence
    GROUP BY document_type, series_location_code, family
    HAVING COUNT(*) >= $min_documents
       AND 2 * COUNT(step) >= COUNT(*)
       AND 10 * SUM(CASE WHEN step > $max_gap + 1 THEN 1 ELSE 0 END) <= COUNT(step)
       AND SUM(CASE WHEN step BETWEEN 2 AND $max_gap + 1 THEN step - 1 ELSE 0 END)
           <= CAST($max_missing_share AS DECIMAL(9, 6))
           * (COUNT(*) + SUM(CASE WHEN step BETWEEN 2 AND $max_gap + 1 THEN step - 1 ELSE 0 END))
) AS f
    ON f.document_type = s.document_type AND f.series_location_code = s.series_location_code AND f.family = s.family
"""
not_applicable = "No series of documents is long and consecutive enough to be numbered without gaps."
not_applicable_zh = "没有足够长且连续编号的单据系列。"

[params]
min_documents = 10
max_missing_share = 0.2
max_gap = 20

[param_notes]
min_documents = "Documents a numbering must have before it is judged."
max_missing_share = "Where more of the numbers than this are missing, the numbering is not meant to be consecutive."
max_gap = "A longer jump is a new start of the counter, not a gap."

[param_notes_zh]
min_documents = "一个编号系列至少要有多少张单据才作判断。"
max_missing_share = "缺号超过此比例的，该编号本来就不要求连续。"
max_gap = "一次跳过的号码多于此数，视为重新起号，不算断号。"
*/
-- A cancelled or a draft document has its number: it is there. One finding per range of missing numbers. Daily and
-- monthly numberings are judged over all their days together. At most one step in ten may be a new start. Numbers that a
-- transfer, a write-off or the like has drawn from the same counter are not missing.
WITH judged AS (
    SELECT document_type, series_location_code, family
    FROM mart.document_sequence
    GROUP BY document_type, series_location_code, family
    HAVING COUNT(*) >= $min_documents
       AND 2 * COUNT(step) >= COUNT(*)
       AND 10 * SUM(CASE WHEN step > $max_gap + 1 THEN 1 ELSE 0 END) <= COUNT(step)
       AND SUM(CASE WHEN step BETWEEN 2 AND $max_gap + 1 THEN step - 1 ELSE 0 END)
           <= CAST($max_missing_share AS DECIMAL(9, 6))
           * (COUNT(*) + SUM(CASE WHEN step BETWEEN 2 AND $max_gap + 1 THEN step - 1 ELSE 0 END))
)

SELECT
    s.series_location_code AS location_code,
    s.missing_from_no AS document_no,
    s.previous_date AS occurred_date,
    s.document_type,
    CASE
        WHEN s.missing_from_no = s.missing_to_no THEN s.missing_from_no
        ELSE s.missing_from_no || ' – ' || s.missing_to_no
    END AS missing_numbers,
    s.missing_to_no,
    s.step - 1 AS missing_count,
    s.previous_no,
    s.document_no AS next_no,
    s.document_date AS next_date,
    s.file_id,
    s.row_no
FROM mart.document_sequence AS s
JOIN judged AS j
    ON j.document_type = s.document_type AND j.series_location_code = s.series_location_code AND j.family = s.family
WHERE s.step BETWEEN 2 AND $max_gap + 1
  AND NOT EXISTS (
      SELECT 1 FROM core.stock_movement AS m
      WHERE m.location_code = s.location_code AND m.document_no = s.missing_from_no
        AND m.movement_type IN (
            'transfer_in', 'transfer_out', 'write_off', 'adjustment', 'consumption', 'purchase_return'
        )
  )
  AND NOT EXISTS (
      SELECT 1 FROM core.stock_movement AS m
      WHERE m.location_code = s.location_code AND m.document_no = s.missing_to_no
        AND m.movement_type IN (
            'transfer_in', 'transfer_out', 'write_off', 'adjustment', 'consumption', 'purchase_return'
        )
  );
/* cases
[[case]]
name = "one number and a range; the cancelled 0003, the draft 0005 and the transfer 0014 are there"
expect = [
    { location_code = "S01", document_type = "receipt", document_no = "RK-0007", missing_to_no = "RK-0007", missing_count = 1, previous_no = "RK-0006", next_no = "RK-0008" },
    { location_code = "S01", document_type = "receipt", document_no = "RK-0010", missing_numbers = "RK-0010 – RK-0011", missing_count = 2 },
]
params = { max_missing_share = 0.25 }
tables.receipt_line = '''
location_code | receipt_no | line_no | received_qty | received_at         | status
S01           | RK-0001    | 1       | 1            | 2025-03-01 09:00:00 | approved
S01           | RK-0002    | 1       | 1            | 2025-03-02 09:00:00 | approved
S01           | RK-0002    | 2       | 1            | 2025-03-02 09:00:00 | approved
S01           | RK-0003    | 1       | 1            | 2025-03-03 09:00:00 | cancelled
S01           | RK-0004    | 1       | 1            | 2025-03-04 09:00:00 | approved
S01           | RK-0005    | 1       | 1            | 2025-03-05 09:00:00 | draft
S01           | RK-0006    | 1       | 1            | 2025-03-06 09:00:00 | approved
S01           | RK-0008    | 1       | 1            | 2025-03-08 09:00:00 | approved
S01           | RK-0009    | 1       | 1            | 2025-03-09 09:00:00 | approved
S01           | RK-0012    | 1       | 1            | 2025-03-12 09:00:00 | approved
S01           | RK-0013    | 1       | 1            | 2025-03-13 09:00:00 | approved
S01           | RK-0015    | 1       | 1            | 2025-03-15 09:00:00 | approved
S01           | RK-0016    | 1       | 1            | 2025-03-16 09:00:00 | approved
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | document_no
S01           | M1          | 2025-03-07 09:00:00 | P1           | receipt       | 1         | RK-0007
S01           | M2          | 2025-03-14 09:00:00 | P1           | transfer_out  | -1        | RK-0014
'''

[[case]]
name = "numbers of the day or month, each starting anew: judged together"
expect = [
    { location_code = "", document_type = "order", document_no = "PO250303", missing_count = 1 },
]
tables.purchase_order_line = '''
po_no    | line_no | location_code | ordered_date | ordered_qty
PO250301 | 1       | S01           | 2025-03-04   | 1
PO250302 | 1       | S02           | 2025-03-05   | 1
PO250304 | 1       | S01           | 2025-03-06   | 1
PO250305 | 1       | S02           | 2025-03-07   | 1
PO250306 | 1       | S01           | 2025-03-08   | 1
PO250401 | 1       | S02           | 2025-04-04   | 1
PO250402 | 1       | S01           | 2025-04-05   | 1
PO250403 | 1       | S02           | 2025-04-06   | 1
PO250501 | 1       | S01           | 2025-05-04   | 1
PO250502 | 1       | S02           | 2025-05-05   | 1
'''

[[case]]
name = "a short series, numbers drawn at random, and stocktakes numbered by their day"
expect = []
tables.receipt_line = '''
location_code | receipt_no | line_no | received_qty | received_at
S01           | RK-0001    | 1       | 1            | 2025-03-01 09:00:00
S01           | RK-0003    | 1       | 1            | 2025-03-02 09:00:00
S02           | 1002       | 1       | 1            | 2025-03-01 09:00:00
S02           | 1007       | 1       | 1            | 2025-03-02 09:00:00
S02           | 1010       | 1       | 1            | 2025-03-03 09:00:00
S02           | 1011       | 1       | 1            | 2025-03-03 09:00:00
S02           | 1019       | 1       | 1            | 2025-03-04 09:00:00
S02           | 1024       | 1       | 1            | 2025-03-05 09:00:00
S02           | 1025       | 1       | 1            | 2025-03-06 09:00:00
S02           | 1031       | 1       | 1            | 2025-03-07 09:00:00
S02           | 1040       | 1       | 1            | 2025-03-08 09:00:00
S02           | 1055       | 1       | 1            | 2025-03-09 09:00:00
'''
tables.count_line = '''
location_code | count_no | line_no | counted_at          | counted_qty
S01           | 20250303 | 1       | 2025-03-03 20:00:00 | 1
S01           | 20250304 | 1       | 2025-03-04 20:00:00 | 1
S01           | 20250305 | 1       | 2025-03-05 20:00:00 | 1
S01           | 20250306 | 1       | 2025-03-06 20:00:00 | 1
S01           | 20250307 | 1       | 2025-03-07 20:00:00 | 1
S01           | 20250308 | 1       | 2025-03-08 20:00:00 | 1
S01           | 20250310 | 1       | 2025-03-10 20:00:00 | 1
S01           | 20250311 | 1       | 2025-03-11 20:00:00 | 1
S01           | 20250312 | 1       | 2025-03-12 20:00:00 | 1
S01           | 20250313 | 1       | 2025-03-13 20:00:00 | 1
S01           | 20250314 | 1       | 2025-03-14 20:00:00 | 1
'''

[[case]]
name = "one counter of two stores, and a counter that goes on elsewhere after a new start"
expect = []
tables.receipt_line = '''
location_code | receipt_no | line_no | received_qty | received_at
S01           | RK-01      | 1       | 1            | 2025-03-01 09:00:00
S02           | RK-02      | 1       | 1            | 2025-03-01 09:00:00
S02           | RK-03      | 1       | 1            | 2025-03-02 09:00:00
S01           | RK-04      | 1       | 1            | 2025-03-02 09:00:00
S02           | RK-05      | 1       | 1            | 2025-03-03 09:00:00
S01           | RK-06      | 1       | 1            | 2025-03-04 09:00:00
S02           | RK-07      | 1       | 1            | 2025-03-05 09:00:00
S01           | RK-08      | 1       | 1            | 2025-03-06 09:00:00
S02           | RK-09      | 1       | 1            | 2025-03-07 09:00:00
S01           | RK-10      | 1       | 1            | 2025-03-08 09:00:00
S01           | RK-500     | 1       | 1            | 2025-03-08 09:00:00
S02           | RK-501     | 1       | 1            | 2025-03-09 09:00:00
'''
*/
