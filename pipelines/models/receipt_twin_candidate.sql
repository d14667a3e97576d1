/*
title = "Pairs of receipts that may be the same"
title_zh = "疑似重复的入库单对"
what = "Pairs of receipts of a location with equal fingerprints that share a delivery note, an order, or supplier and days."
what_zh = "同一门店中特征值相同、且送货单、订单或供应商与日期相同的入库单对。"
grain = ["location_code", "twin_receipt_no", "receipt_no"]
*/
-- twin_receipt_no was entered before receipt_no. Whether the pair is a duplicate is decided in receipt_duplicate.
-- Fixed here: 92 days for a shared note number, 7 days for documents of three or more lines without other link.
WITH receipt AS (
    SELECT * FROM mart.receipt_document WHERE is_receipt
)

SELECT l.location_code, e.receipt_no AS twin_receipt_no, l.receipt_no
FROM receipt AS e
INNER JOIN receipt AS l
    ON e.location_code = l.location_code AND e.note_key = l.note_key AND e.line_count = l.line_count
    AND e.total_qty = l.total_qty AND e.first_product = l.first_product AND e.last_product = l.last_product
    AND e.least_qty = l.least_qty AND e.most_qty = l.most_qty
WHERE e.entry_no < l.entry_no
  AND e.received_date <= l.received_date + 92 AND l.received_date <= e.received_date + 92
UNION
SELECT l.location_code, e.receipt_no AS twin_receipt_no, l.receipt_no
FROM receipt AS e
INNER JOIN receipt AS l
    ON e.location_code = l.location_code AND e.po_key = l.po_key AND e.line_count = l.line_count
    AND e.total_qty = l.total_qty AND e.first_product = l.first_product AND e.last_product = l.last_product
    AND e.least_qty = l.least_qty AND e.most_qty = l.most_qty
WHERE e.entry_no < l.entry_no
UNION
SELECT l.location_code, e.receipt_no AS twin_receipt_no, l.receipt_no
FROM receipt AS e
INNER JOIN receipt AS l
    ON e.location_code = l.location_code AND e.supplier_code = l.supplier_code AND e.line_count = l.line_count
    AND e.total_qty = l.total_qty AND e.first_product = l.first_product AND e.last_product = l.last_product
    AND e.least_qty = l.least_qty AND e.most_qty = l.most_qty AND e.received_date = l.received_date
WHERE e.entry_no < l.entry_no AND (e.po_key IS NULL OR l.po_key IS NULL)
UNION
SELECT l.location_code, e.receipt_no AS twin_receipt_no, l.receipt_no
FROM receipt AS e
INNER JOIN receipt AS l
    ON e.location_code = l.location_code AND e.supplier_code = l.supplier_code AND e.line_count = l.line_count
    AND e.total_qty = l.total_qty AND e.first_product = l.first_product AND e.last_product = l.last_product
    AND e.least_qty = l.least_qty AND e.most_qty = l.most_qty
WHERE e.entry_no < l.entry_no AND e.line_count >= 3
  AND (e.po_key IS NULL OR l.po_key IS NULL) AND (e.note_key IS NULL OR l.note_key IS NULL)
  AND e.received_date <= l.received_date + 7 AND l.received_date <= e.received_date + 7;
/* cases
[[case]]
name = "same lines and note make a pair; other quantities do not"
expect = [{ twin_receipt_no = "R1", receipt_no = "R2" }]
tables.receipt_line = '''
location_code | receipt_no | line_no | delivery_note_no | product_code | received_qty | received_at
S01           | R1         | 1       | D1               | P1           | 10           | 2025-03-02 09:00:00
S01           | R2         | 1       | D1               | P1           | 10           | 2025-03-03 09:00:00
S01           | R3         | 1       | D1               | P1           | 11           | 2025-03-03 09:00:00
'''
*/
