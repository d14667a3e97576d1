/*
title = "Receipts as whole documents"
title_zh = "入库单（整单）"
what = "One row per receipt with its references and a fingerprint of its lines, by which repeated documents are found."
what_zh = "每张入库单一行：引用的单号与行的特征值，用于查找重复单据。"
grain = ["location_code", "receipt_no"]
*/
-- Only lines with a quantity other than zero. supplier_code: empty where unknown. po_key, note_key: for matching.
-- line_count, batched_count: lines, and those with a batch. total_qty, total_value: sums of absolute quantities, of values.
-- first_product, last_product, least_qty, most_qty: with line_count and total_qty the fingerprint of the lines.
-- received_at, received_date, entered_at: earliest of the lines. is_receipt, is_reversal: all quantities above, below zero.
-- entry_no: order within the location in which the documents were entered (then arrival, then number).
WITH line AS (
    SELECT
        location_code,
        receipt_no,
        COALESCE(product_key, barcode, '') AS product_key,
        COALESCE(batch_no, '') AS batch_no,
        ABS(received_base_qty) AS line_qty,
        received_base_qty,
        COALESCE(unit_cost, -1) AS unit_cost,
        line_value,
        supplier_code,
        po_no,
        po_key,
        delivery_note_no,
        delivery_note_key,
        received_at,
        entered_at
    FROM mart.receipt_effective
    WHERE received_base_qty <> 0
),

document AS (
    SELECT
        location_code,
        receipt_no,
        COALESCE(MIN(supplier_code), '') AS supplier_code,
        MIN(po_no) AS po_no,
        MIN(po_key) AS po_key,
        MIN(delivery_note_no) AS delivery_note_no,
        MIN(delivery_note_key) AS note_key,
        COUNT(*) AS line_count,
        COUNT(CASE WHEN batch_no <> '' THEN 1 END) AS batched_count,
        CAST(SUM(line_qty) AS DECIMAL(18, 3)) AS total_qty,
        CAST(SUM(line_value) AS DECIMAL(18, 4)) AS total_value,
        MIN(product_key) AS first_product,
        MAX(product_key) AS last_product,
        MIN(line_qty) AS least_qty,
        MAX(line_qty) AS most_qty,
        MIN(received_at) AS received_at,
        CAST(MIN(received_at) AS DATE) AS received_date,
        MIN(entered_at) AS entered_at,
        MIN(received_base_qty) > 0 AS is_receipt,
        MAX(received_base_qty) < 0 AS is_reversal
    FROM line
    GROUP BY location_code, receipt_no
)

SELECT
    d.*,
    ROW_NUMBER() OVER (
        PARTITION BY location_code ORDER BY entered_at, received_at, LENGTH(receipt_no), receipt_no
    ) AS entry_no
FROM document AS d;
/* cases
[[case]]
name = "a receipt and its return have the same fingerprint"
expect = [
    { receipt_no = "R1", line_count = 2, total_qty = 15, first_product = "P1", last_product = "P2", least_qty = 5, most_qty = 10, is_receipt = true, entry_no = 1 },
    { receipt_no = "R2", line_count = 2, total_qty = 15, first_product = "P1", last_product = "P2", least_qty = 5, most_qty = 10, is_reversal = true, entry_no = 2 },
]
tables.receipt_line = '''
location_code | receipt_no | line_no | receipt_type | product_code | received_qty | received_at
S01           | R1         | 1       | normal       | P1           | 10           | 2025-03-02 09:00:00
S01           | R1         | 2       | normal       | P2           | 5            | 2025-03-02 09:00:00
S01           | R2         | 1       | return       | P2           | 5            | 2025-03-03 09:00:00
S01           | R2         | 2       | return       | P1           | 10           | 2025-03-03 09:00:00
'''
*/
