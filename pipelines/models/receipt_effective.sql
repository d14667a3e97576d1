/*
title = "Receipt lines that count"
title_zh = "有效入库明细"
what = "Receipt lines that move stock, with signed quantities: drafts, rejected and cancelled receipts are left out, a return counts negative."
what_zh = "真正影响库存的入库行，数量带符号：不含草稿、驳回和作废的单据，退货为负。"
grain = ["location_code", "receipt_no", "line_no"]
*/
-- location_code, receipt_no, line_no: key of the line; an empty location is the empty text.
-- receipt_type: normal where the source says nothing.
-- po_no, po_line_no, delivery_note_no, product_code, barcode, batch_no: as landed.
-- po_key, product_key: upper case, for matching. delivery_note_key: see document_number.
-- supplier_code: as landed, else the supplier of the order the line names.
-- received_base_qty: what arrived in base units; a return is negative, whichever sign the source wrote. A negative
--   quantity on a normal receipt is a reversal and stays negative.
-- rejected_base_qty: of these, rejected (0 where nothing is said), same sign. accepted_base_qty: received − rejected.
-- unit_cost, line_amount: as landed, line_amount signed like the quantity. line_value: line_amount, else quantity × cost.
-- received_at: arrival. entered_at: when the system learnt of it, else arrival; orders documents among themselves.
-- file_id, row_no: origin.
WITH order_supplier AS (
    SELECT
        UPPER(po_no) AS po_key,
        MIN(supplier_code) AS supplier_code
    FROM core.purchase_order_line
    GROUP BY UPPER(po_no)
),

signed AS (
    SELECT
        r.*,
        CASE WHEN r.receipt_type = 'return' THEN -ABS(r.received_qty) ELSE r.received_qty END AS received_base_qty,
        CASE
            WHEN r.receipt_type = 'return' OR r.received_qty < 0 THEN -ABS(COALESCE(r.rejected_qty, 0))
            ELSE COALESCE(r.rejected_qty, 0)
        END AS rejected_base_qty,
        CASE
            WHEN r.receipt_type = 'return' OR r.received_qty < 0 THEN -ABS(r.line_amount)
            ELSE r.line_amount
        END AS signed_amount
    FROM core.receipt_line AS r
    WHERE r.status IS NULL OR r.status NOT IN ('draft', 'rejected', 'cancelled')
)

SELECT
    COALESCE(s.location_code, '') AS location_code,
    s.receipt_no,
    s.line_no,
    COALESCE(s.receipt_type, 'normal') AS receipt_type,
    s.status,
    s.po_no,
    UPPER(s.po_no) AS po_key,
    s.po_line_no,
    s.delivery_note_no,
    n.number_key AS delivery_note_key,
    COALESCE(s.supplier_code, o.supplier_code) AS supplier_code,
    s.product_code,
    UPPER(s.product_code) AS product_key,
    s.barcode,
    s.batch_no,
    s.received_base_qty,
    s.rejected_base_qty,
    s.received_base_qty - s.rejected_base_qty AS accepted_base_qty,
    s.unit_cost,
    s.signed_amount AS line_amount,
    CAST(COALESCE(s.signed_amount, s.received_base_qty * s.unit_cost) AS DECIMAL(18, 4)) AS line_value,
    s.received_at,
    COALESCE(s.recorded_at, s.received_at) AS entered_at,
    s.file_id,
    s.row_no
FROM signed AS s
LEFT JOIN mart.document_number AS n ON s.delivery_note_no = n.document_no
LEFT JOIN order_supplier AS o ON UPPER(s.po_no) = o.po_key;
/* cases
[[case]]
name = "a return is negative whichever way the source writes it, a cancelled receipt is left out"
expect = [
    { receipt_no = "R1", received_base_qty = 10, rejected_base_qty = 2, accepted_base_qty = 8 },
    { receipt_no = "R2", received_base_qty = -3, accepted_base_qty = -3 },
    { receipt_no = "R3", received_base_qty = -4, accepted_base_qty = -4 },
    { receipt_no = "R4", received_base_qty = -5, accepted_base_qty = -5 },
]
tables.receipt_line = '''
location_code | receipt_no | line_no | receipt_type | product_code | received_qty | rejected_qty | received_at         | status
S01           | R1         | 1       | normal       | P1           | 10           | 2            | 2025-03-01 09:00:00 | approved
S01           | R2         | 1       | return       | P1           | 3            |              | 2025-03-02 09:00:00 | approved
S01           | R3         | 1       | return       | P1           | -4           |              | 2025-03-02 09:00:00 |
S01           | R4         | 1       |              | P1           | -5           |              | 2025-03-02 09:00:00 | pending
S01           | R5         | 1       | normal       | P1           | 6            |              | 2025-03-02 09:00:00 | cancelled
'''
*/
