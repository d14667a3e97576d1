/*
title = "Delivery note without a receipt"
title_zh = "有送货单而无入库"
severity = "high"
assertion = "completeness"
why = "The goods were handed over and are in no book: they are sold below zero or disappear, and the supplier will bill them."
why_zh = "货已交接却没有入账：要么卖成负库存，要么不知去向，而供应商照样开票。"
fix = "Ask who signed the delivery note and find the goods. If they came, enter a late receipt; if not, tell the supplier before the invoice arrives."
fix_zh = "查送货单由谁签收、货在哪里。已到的补录入库；未到的在收到发票前通知供应商。"
message = "Delivery note {document_no} of {supplier_code}, {occurred_date}: {expected_qty} delivered, nothing received after {days_open} days"
message_zh = "供应商 {supplier_code} 的送货单 {document_no}（{occurred_date}）：送货 {expected_qty}，{days_open} 天后仍无入库"
correction.kind = "reenter_receipt"
correction.reason_code = "late_document"
grain = ["supplier_code", "document_no"]
ageing = ["days_open"]
population = """
SELECT d.supplier_code, d.delivery_note_no
FROM core.delivery_note_line AS d
INNER JOIN (
    SELECT
        location_code,
        CAST(MIN(received_at) AS DATE) AS first_date,
        COUNT(delivery_note_key) > 0 AS is_note_kept,
        COUNT(po_key) > 0 AS is_order_kept
    FROM mart.receipt_effective
    GROUP BY location_code
    UNION ALL
    SELECT
        '' AS location_code,
        CAST(MIN(received_at) AS DATE) AS first_date,
        COUNT(delivery_note_key) > 0 AS is_note_kept,
        COUNT(po_key) > 0 AS is_order_kept
    FROM mart.receipt_effective
    HAVING MAX(location_code) <> ''
) AS l ON COALESCE(d.location_code, '') = l.location_code
WHERE d.delivered_date >= l.first_date AND d.delivered_date + $grace_days < $as_of AND d.delivered_qty > 0
  AND (l.is_note_kept OR (l.is_order_kept AND d.po_no IS NOT NULL))
GROUP BY d.supplier_code, d.delivery_note_no
"""
not_applicable = "No delivery note is of a location and time for which receipts with note or order numbers are loaded."
not_applicable_zh = "没有送货单所属门店和时期载入了带送货单号或订单号的入库单。"

[params]
grace_days = 3
match_days = 7

[param_notes]
grace_days = "Days after the delivery before its receipt is missed."
match_days = "Days around the delivery within which a receipt of the same goods without a known note number is taken for it."

[param_notes_zh]
grace_days = "送货后多少天之内未入库不算缺。"
match_days = "送货日前后多少天之内，没有注明已知送货单号的同样商品入库视为这次送货。"
*/
-- A note is received when any receipt that counts cites its number, however spelled. Not missing either: goods that came
-- under the note's order on receipts which cite no note that is loaded (laid end to end over the notes that are open,
-- oldest first), an order on which all notes together are received in full, and the same goods in the same quantity on
-- such a receipt of the supplier, or under the number, within some days. Notes of before the first receipt loaded for
-- the location are not judged.
WITH receiving AS (
    SELECT
        location_code,
        CAST(MIN(received_at) AS DATE) AS first_date,
        COUNT(delivery_note_key) > 0 AS is_note_kept,
        COUNT(po_key) > 0 AS is_order_kept
    FROM mart.receipt_effective
    GROUP BY location_code
    UNION ALL
    -- For notes that name no location.
    SELECT
        '' AS location_code,
        CAST(MIN(received_at) AS DATE) AS first_date,
        COUNT(delivery_note_key) > 0 AS is_note_kept,
        COUNT(po_key) > 0 AS is_order_kept
    FROM mart.receipt_effective
    HAVING MAX(location_code) <> ''
),

note_line AS (
    SELECT
        d.supplier_code,
        UPPER(d.supplier_code) AS supplier_key,
        n.number_key AS note_key,
        d.delivery_note_no,
        d.po_no,
        UPPER(d.po_no) AS po_key,
        COALESCE(d.location_code, '') AS location_code,
        d.product_code,
        UPPER(d.product_code) AS product_key,
        d.delivered_date,
        d.delivered_qty,
        d.file_id,
        d.row_no
    FROM core.delivery_note_line AS d
    INNER JOIN mart.document_number AS n ON d.delivery_note_no = n.document_no
    WHERE n.number_key IS NOT NULL
),

cited AS (
    SELECT DISTINCT delivery_note_key AS note_key, UPPER(supplier_code) AS supplier_key, po_key
    FROM mart.receipt_effective
    WHERE delivery_note_key IS NOT NULL
),

known_note AS (
    SELECT DISTINCT supplier_key, note_key FROM note_line
),

-- Receipt lines that could belong to a note nobody cites.
stray AS (
    SELECT
        r.location_code,
        UPPER(r.supplier_code) AS supplier_key,
        r.delivery_note_key AS note_key,
        r.po_key,
        r.product_key,
        r.received_base_qty,
        CAST(r.received_at AS DATE) AS received_date
    FROM mart.receipt_effective AS r
    LEFT JOIN known_note AS k ON r.delivery_note_key = k.note_key AND UPPER(r.supplier_code) = k.supplier_key
    WHERE k.note_key IS NULL AND r.received_base_qty > 0 AND r.product_key IS NOT NULL
),

-- A receipt that names another supplier, or none, is the note's when the order is; one without either, when the number is.
open_note AS (
    SELECT n.supplier_code, n.note_key
    FROM note_line AS n
    INNER JOIN receiving AS l ON n.location_code = l.location_code
    LEFT JOIN (SELECT DISTINCT note_key, supplier_key FROM cited WHERE supplier_key IS NOT NULL) AS c
        ON n.note_key = c.note_key AND n.supplier_key = c.supplier_key
    LEFT JOIN (SELECT DISTINCT note_key, po_key FROM cited WHERE po_key IS NOT NULL) AS o
        ON n.note_key = o.note_key AND n.po_key = o.po_key
    LEFT JOIN (SELECT DISTINCT note_key FROM cited WHERE supplier_key IS NULL) AS u ON n.note_key = u.note_key
    GROUP BY n.supplier_code, n.note_key
    HAVING COUNT(c.note_key) = 0 AND COUNT(o.note_key) = 0 AND COUNT(u.note_key) = 0
       AND MIN(n.delivered_date) >= MAX(l.first_date)
       AND SUM(n.delivered_qty) > 0
       AND (BOOL_OR(l.is_note_kept) OR (BOOL_OR(l.is_order_kept) AND COUNT(n.po_key) > 0))
),

open_line AS (
    SELECT
        n.*,
        SUM(n.delivered_qty) OVER (
            PARTITION BY n.po_key, n.product_key
            ORDER BY n.delivered_date, n.note_key, n.supplier_code, n.file_id, n.row_no
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) - n.delivered_qty AS before_qty
    FROM note_line AS n
    INNER JOIN open_note AS o ON n.supplier_code = o.supplier_code AND n.note_key = o.note_key
),

on_order AS (
    SELECT po_key, product_key, SUM(received_base_qty) AS received_qty
    FROM mart.receipt_effective
    WHERE po_key IS NOT NULL AND product_key IS NOT NULL
    GROUP BY po_key, product_key
),

delivered AS (
    SELECT po_key, product_key, SUM(delivered_qty) AS delivered_qty
    FROM note_line
    WHERE po_key IS NOT NULL AND product_key IS NOT NULL
    GROUP BY po_key, product_key
),

stray_order AS (
    SELECT po_key, product_key, SUM(received_base_qty) AS stray_qty
    FROM stray
    WHERE po_key IS NOT NULL
    GROUP BY po_key, product_key
),

same_goods AS (
    SELECT DISTINCT n.supplier_code, n.note_key
    FROM open_line AS n
    INNER JOIN stray AS s ON n.product_key = s.product_key AND n.delivered_qty = s.received_base_qty
    WHERE (n.supplier_key = s.supplier_key OR s.supplier_key IS NULL OR n.note_key = s.note_key)
      AND (n.location_code = s.location_code OR n.location_code = '')
      AND (n.po_key IS NULL OR s.po_key IS NULL)
      AND s.received_date <= n.delivered_date + $match_days AND n.delivered_date <= s.received_date + $match_days
),

judged AS (
    SELECT
        n.*,
        COALESCE(s.stray_qty > n.before_qty, FALSE) AS is_reached,
        COALESCE(r.received_qty >= d.delivered_qty, FALSE) AS is_order_received,
        COALESCE(p.unit_price, c.unit_cost, m.purchase_price) AS unit_price
    FROM open_line AS n
    LEFT JOIN stray_order AS s ON n.po_key = s.po_key AND n.product_key = s.product_key
    LEFT JOIN on_order AS r ON n.po_key = r.po_key AND n.product_key = r.product_key
    LEFT JOIN delivered AS d ON n.po_key = d.po_key AND n.product_key = d.product_key
    LEFT JOIN (
        SELECT UPPER(po_no) AS po_key, product_key, MAX(unit_price) AS unit_price
        FROM mart.order_line_status
        GROUP BY UPPER(po_no), product_key
    ) AS p ON n.po_key = p.po_key AND n.product_key = p.product_key
    LEFT JOIN mart.last_cost AS c ON n.location_code = c.location_code AND n.product_code = c.product_code
    LEFT JOIN core.product AS m ON n.product_code = m.product_code
)

SELECT
    MIN(j.location_code) AS location_code,
    CASE
        WHEN COUNT(DISTINCT j.product_code) = 1 AND COUNT(*) = COUNT(j.product_code) THEN MIN(j.product_code)
    END AS product_code,
    j.supplier_code,
    MIN(j.delivery_note_no) AS document_no,
    MIN(j.delivered_date) AS occurred_date,
    CAST(SUM(j.delivered_qty) AS DECIMAL(18, 3)) AS expected_qty,
    CAST(0 AS DECIMAL(18, 3)) AS actual_qty,
    CAST(-SUM(j.delivered_qty) AS DECIMAL(18, 3)) AS difference_qty,
    CAST(SUM(j.delivered_qty * j.unit_price) AS DECIMAL(18, 4)) AS amount_at_risk,
    DATE_DIFF('day', MIN(j.delivered_date), $as_of) AS days_open,
    MIN(j.po_no) AS po_no,
    COUNT(*) AS line_count,
    MIN(j.file_id) AS file_id,
    MIN(j.row_no) AS row_no
FROM judged AS j
LEFT JOIN same_goods AS g ON j.supplier_code = g.supplier_code AND j.note_key = g.note_key
GROUP BY j.supplier_code, j.note_key
HAVING COUNT(g.note_key) = 0 AND NOT BOOL_OR(j.is_reached) AND NOT BOOL_AND(j.is_order_received)
   AND MIN(j.delivered_date) + $grace_days < $as_of;
/* cases
[[case]]
name = "nobody entered the note; the order's other delivery was, with its number or without; valued at the order's price"
expect = [
    { supplier_code = "V1", document_no = "DN-2", location_code = "S01", product_code = "P1", expected_qty = 10, difference_qty = -10, amount_at_risk = 20, days_open = 6, po_no = "PO1", line_count = 1 },
    { supplier_code = "V2", document_no = "100", product_code = "", expected_qty = 9, line_count = 2 },
    { supplier_code = "V1", document_no = "DN-4", expected_qty = 12 },
]
as_of = 2025-03-11
tables.purchase_order_line = '''
po_no | line_no | supplier_code | product_code | ordered_date | ordered_qty | unit_price
PO1   | 1       | V1            | P1           | 2025-03-01   | 20          | 2
'''
tables.delivery_note_line = '''
supplier_code | delivery_note_no | line_no | po_no | location_code | product_code | delivered_date | delivered_qty
V1            | DN-1             | 1       | PO1   | S01           | P1           | 2025-03-03     | 10
V1            | DN-2             | 1       | PO1   | S01           | P1           | 2025-03-05     | 10
V1            | DN-3             | 1       | PO2   | S01           | P1           | 2025-03-03     | 11
V1            | DN-4             | 1       | PO2   | S01           | P1           | 2025-03-05     | 12
V2            | 100              | 1       |       | S01           | P2           | 2025-03-05     | 4
V2            | 100              | 2       |       | S01           | P3           | 2025-03-05     | 5
V1            | 100              | 1       |       | S01           | P2           | 2025-03-05     | 7
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | delivery_note_no | supplier_code | product_code | received_qty | received_at
S01           | R1         | 1       | PO1   | dn1              | V1            | P1           | 10           | 2025-03-03 09:00:00
S01           | R2         | 1       |       | 100              | V1            | P2           | 7            | 2025-03-06 09:00:00
S01           | R3         | 1       | PO2   |                  | V1            | P1           | 10           | 2025-03-03 09:00:00
'''

[[case]]
name = "another spelling, supplier in other capitals or left out, no number or a mistyped one on the order, a known note cited twice, the same goods without an order, under the wrong supplier, entered short"
expect = []
tables.delivery_note_line = '''
supplier_code | delivery_note_no | line_no | po_no | location_code | product_code | delivered_date | delivered_qty
V1            | DN-01            | 1       | PO1   | S01           | P1           | 2025-03-03     | 10
V1            | DN-02            | 1       | PO2   | S01           | P1           | 2025-03-03     | 10
V1            | DN-03            | 1       | PO3   | S01           | P1           | 2025-03-03     | 10
V1            | DN-03            | 2       | PO3   | S01           | P2           | 2025-03-03     | 4
V1            | DN-04            | 1       | PO4   | S01           | P1           | 2025-03-03     | 10
V1            | DN-05            | 1       | PO5   | S01           | P1           | 2025-03-03     | 6
V1            | DN-06            | 1       | PO5   | S01           | P1           | 2025-03-04     | 7
V1            | DN-07            | 1       |       | S01           | P7           | 2025-03-03     | 24
V1            | DN-08            | 1       |       | S01           | P8           | 2025-03-03     | 3
V1            | DN-09            | 1       | PO9   | S01           | P9           | 2025-03-03     | 5
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | delivery_note_no | supplier_code | product_code | received_qty | received_at
S01           | R1         | 1       |       | dn O1            | v1            | P1           | 10           | 2025-03-03 09:00:00
S01           | R2         | 1       |       | DN02             |               | P1           | 9            | 2025-03-03 09:00:00
S01           | R3         | 1       | PO3   |                  | V1            | P1           | 8            | 2025-03-03 09:00:00
S01           | R4         | 1       | po4   | DN-40            | V1            | P1           | 10           | 2025-03-03 09:00:00
S01           | R5         | 1       | PO5   | DN-05            | V1            | P1           | 6            | 2025-03-03 09:00:00
S01           | R6         | 1       | PO5   | DN-05            | V1            | P1           | 7            | 2025-03-04 09:00:00
S01           | R7         | 1       |       | D7               | V1            | P7           | 24           | 2025-03-04 09:00:00
S01           | R8         | 1       |       | DN-08            | V9            | P8           | 3            | 2025-03-04 09:00:00
S01           | R9         | 1       | PO9   | DN-09            | V9            | P99          | 4            | 2025-03-04 09:00:00
'''

[[case]]
name = "delivered yesterday, before the receipts begin, at a shop without receipts, at one that keeps no numbers, a note without a number"
expect = []
as_of = 2025-03-08
tables.delivery_note_line = '''
supplier_code | delivery_note_no | line_no | location_code | product_code | delivered_date | delivered_qty
V1            | DN-1             | 1       | S01           | P1           | 2025-03-05     | 10
V1            | DN-2             | 1       | S01           | P1           | 2025-03-01     | 11
V1            | DN-3             | 1       | S02           | P1           | 2025-03-03     | 12
V1            | DN-4             | 1       | S03           | P1           | 2025-03-03     | 13
V1            | 无               | 1       | S01           | P1           | 2025-03-03     | 14
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | delivery_note_no | supplier_code | product_code | received_qty | received_at
S01           | R1         | 1       | DN-0             | V1            | P1           | 5            | 2025-03-02 09:00:00
S03           | R1         | 1       |                  | V1            | P1           | 5            | 2025-03-02 09:00:00
'''
*/
