/*
title = "Stock movement differs from the receipt"
title_zh = "入库记账数量与验收数量不符"
severity = "high"
assertion = "accuracy"
why = "From this receipt on the book is wrong by the difference, and the next count will show it without saying where it came from."
why_zh = "自这张入库单起，账上就差了这个数，下次盘点会盘出差异却查不到来由。"
fix = "Find out which of the two is right and correct the book by one entry that names the receipt."
fix_zh = "查清哪个数字正确，以一笔注明该入库单号的调整更正库存。"
message = "Receipt {document_no}, product {product_code}: {expected_qty} accepted, {actual_qty} posted to stock"
message_zh = "入库单 {document_no} 商品 {product_code}：验收 {expected_qty}，记入库存 {actual_qty}"
grain = ["location_code", "document_no", "product_code"]
population = "SELECT * FROM mart.receipt_posting WHERE movement_count > 0 AND is_numbered AND NOT is_pending"
needs = ["accepted_qty"]
not_applicable = "No stock movement carries the number of a receipt that is loaded."
not_applicable_zh = "没有库存变动注明已载入的入库单号。"
*/
-- All movements under the receipt's number and product are summed, corrections included; batches are not told apart.
-- Where ledger and receipts share a number by chance alone nothing is compared, see receipt_posting. What one device sent
-- twice is movement_duplicated_by_sync, a receipt entered twice is that rule's finding.
SELECT
    r.location_code,
    r.product_code,
    r.batch_no,
    r.supplier_code,
    r.receipt_no AS document_no,
    r.line_no AS document_line_no,
    CAST(r.received_at AS DATE) AS occurred_date,
    r.accepted_qty AS expected_qty,
    r.moved_qty AS actual_qty,
    CAST(r.moved_qty - r.accepted_qty AS DECIMAL(18, 3)) AS difference_qty,
    CAST(
        CAST(ABS(r.moved_qty - r.accepted_qty) AS DECIMAL(18, 3)) * COALESCE(r.unit_cost, c.unit_cost, p.purchase_price)
        AS DECIMAL(18, 4)
    ) AS amount_at_risk,
    r.movement_count,
    r.rejected_qty,
    -- The rejected goods were posted too.
    r.rejected_qty <> 0 AND r.moved_qty = r.received_qty AS is_rejected_posted,
    r.file_id,
    r.row_no
FROM mart.receipt_posting AS r
LEFT JOIN mart.last_cost AS c ON r.location_code = c.location_code AND r.product_code = c.product_code
LEFT JOIN core.product AS p ON r.product_code = p.product_code
WHERE r.movement_count > 0 AND r.is_numbered AND NOT r.is_pending
  AND r.moved_qty <> r.accepted_qty AND r.distinct_moved_qty <> r.accepted_qty
  AND NOT EXISTS (
      SELECT 1 FROM mart.receipt_duplicate AS d
      WHERE d.location_code = r.location_code AND d.receipt_no = r.receipt_no
  );
/* cases
[[case]]
name = "one digit lost, the rejected goods posted too, half of a return; the cost is the last one known where the receipt has none"
expect = [
    { location_code = "S01", document_no = "R1", product_code = "P1", expected_qty = 100, actual_qty = 10, difference_qty = -90, amount_at_risk = 180 },
    { document_no = "R2", product_code = "P1", expected_qty = 8, actual_qty = 10, is_rejected_posted = true },
    { document_no = "R3", product_code = "P2", expected_qty = -4, actual_qty = -2, difference_qty = 2, amount_at_risk = 14 },
]
tables.receipt_line = '''
location_code | receipt_no | line_no | receipt_type | product_code | received_qty | rejected_qty | unit_cost | received_at
S01           | R1         | 1       | normal       | P1           | 100          |              | 2         | 2025-03-02 09:00:00
S01           | R2         | 1       | normal       | P1           | 10           | 2            | 2         | 2025-03-03 09:00:00
S01           | R3         | 1       | return       | P2           | 4            |              |           | 2025-03-04 09:00:00
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type   | moved_qty | unit_cost | document_no
S01           | M1          | 2025-03-02 10:00:00 | P1           | receipt         | 10        |           | R1
S01           | M2          | 2025-03-03 10:00:00 | P1           | receipt         | 10        |           | R2
S01           | M3          | 2025-03-04 10:00:00 | P2           | purchase_return | -2        | 7         | R3
'''

[[case]]
name = "one movement per batch, a posting that was put right, a copy of a device, a reversal under its own number, a sale of that number, a pending receipt"
expect = []
tables.receipt_line = '''
location_code | receipt_no | line_no | receipt_type | product_code | batch_no | received_qty | received_at         | status
S01           | R1         | 1       | normal       | P1           | B1       | 6            | 2025-03-02 09:00:00 | approved
S01           | R1         | 2       | normal       | P1           | B2       | 4            | 2025-03-02 09:00:00 | approved
S01           | R2         | 1       | normal       | P2           |          | 9            | 2025-03-02 09:00:00 | approved
S01           | R3         | 1       | normal       | P3           |          | 8            | 2025-03-02 09:00:00 | approved
S01           | R4         | 1       | normal       | P4           |          | 7            | 2025-03-02 09:00:00 | approved
S01           | R5         | 1       | return       | P4           |          | 7            | 2025-03-02 09:00:00 | approved
S01           | R6         | 1       | normal       | P5           |          | 6            | 2025-03-02 09:00:00 | pending
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | batch_no | movement_type   | moved_qty | document_no | device_id | device_seq
S01           | M1          | 2025-03-02 10:00:00 | P1           | B1       | receipt         | 6         | R1          |           |
S01           | M2          | 2025-03-02 10:00:00 | P1           | B2       | receipt         | 4         | R1          |           |
S01           | M3          | 2025-03-02 10:00:00 | P2           |          | receipt         | 6         | R2          |           |
S01           | M4          | 2025-03-03 10:00:00 | P2           |          | adjustment      | 3         | R2          |           |
S01           | M5          | 2025-03-02 10:00:00 | P3           |          | receipt         | 8         | R3          | D1        | 5
S01           | M6          | 2025-03-02 10:00:00 | P3           |          | receipt         | 8         | R3          | D1        | 5
S01           | M7          | 2025-03-02 10:00:00 | P4           |          | receipt         | 7         | R4          |           |
S01           | M8          | 2025-03-02 12:00:00 | P4           |          | purchase_return | -7        | R5          |           |
S01           | M9          | 2025-03-02 12:00:00 | P1           |          | sale            | -1        | R1          |           |
S01           | N1          | 2025-03-02 12:00:00 | P5           |          | receipt         | 5         | R6          |           |
'''

[[case]]
name = "the ledger counts its own postings, and one number of eleven agrees by chance"
expect = []
tables.receipt_line = '''
location_code | receipt_no | line_no | product_code | received_qty | received_at
S02           | 1          | 1       | P1           | 41           | 2025-03-02 09:00:00
S02           | 2          | 1       | P1           | 42           | 2025-03-03 09:00:00
S02           | 3          | 1       | P1           | 43           | 2025-03-04 09:00:00
S02           | 4          | 1       | P1           | 44           | 2025-03-05 09:00:00
S02           | 5          | 1       | P1           | 45           | 2025-03-06 09:00:00
S02           | 6          | 1       | P1           | 46           | 2025-03-07 09:00:00
S02           | 7          | 1       | P1           | 47           | 2025-03-08 09:00:00
S02           | 8          | 1       | P1           | 48           | 2025-03-09 09:00:00
S02           | 9          | 1       | P1           | 49           | 2025-03-10 09:00:00
S02           | 10         | 1       | P1           | 50           | 2025-03-11 09:00:00
S02           | 11         | 1       | P1           | 51           | 2025-03-12 09:00:00
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | document_no
S02           | M1          | 2025-03-01 08:00:00 | P1           | opening       | 5         |
S02           | M2          | 2025-03-02 10:00:00 | P1           | receipt       | 41        | 7
S02           | M3          | 2025-03-31 10:00:00 | P1           | sale          | -1        | 501
'''
*/
