/*
title = "Order lines with what came of them"
title_zh = "订单行执行情况"
what = "Each order line with what was delivered, received, rejected, accepted and invoiced on it, over all its documents."
what_zh = "每个订单行的送货、入库、拒收、验收与开票数量合计。"
grain = ["po_no", "line_no"]
*/
-- po_no, line_no: key. supplier_code … approved_by, file_id, row_no: as ordered. product_key: upper case.
-- delivered_qty, received_qty, rejected_qty, accepted_qty, invoiced_qty: sums of order_allocation (0 where nothing).
-- duplicate_qty: of received, what came by receipts that repeat another. net_received_qty: received without these.
-- receipt_count: receipts with a quantity above zero. receipt_no, receipt_line_no: the last of them; received_at: its
--   arrival, first_received_at: that of the first; receipt_location_code: where. receipt_file_id, receipt_row_no: origin.
-- is_ambiguous: the order has the product on several lines, so the split between them is a convention.
-- is_receiving_known: receipts are loaded for the order's location, so that no receipt means none came.
WITH receipt_piece AS (
    SELECT a.*, d.receipt_no AS duplicate_no
    FROM mart.order_allocation AS a
    LEFT JOIN mart.receipt_duplicate AS d ON a.location_code = d.location_code AND a.document_no = d.receipt_no
    WHERE a.document_kind = 'receipt' AND a.po_no IS NOT NULL
),

received AS (
    SELECT
        po_no,
        po_line_no,
        SUM(claimed_qty) AS received_qty,
        SUM(accepted_qty) AS accepted_qty,
        SUM(CASE WHEN duplicate_no IS NOT NULL THEN claimed_qty ELSE 0 END) AS duplicate_qty,
        MIN(CASE WHEN claimed_qty > 0 THEN claimed_at END) AS first_received_at,
        MAX(CASE WHEN is_ambiguous THEN 1 ELSE 0 END) = 1 AS is_ambiguous
    FROM receipt_piece
    GROUP BY po_no, po_line_no
),

receipt_number AS (
    SELECT po_no, po_line_no, COUNT(*) AS receipt_count
    FROM (
        SELECT DISTINCT po_no, po_line_no, location_code, document_no FROM receipt_piece WHERE claimed_qty > 0
    ) AS r
    GROUP BY po_no, po_line_no
),

last_receipt AS (
    SELECT *
    FROM receipt_piece
    WHERE claimed_qty > 0
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY po_no, po_line_no
        ORDER BY claimed_at DESC, LENGTH(document_no) DESC, document_no DESC, document_line_no DESC, location_code
    ) = 1
),

other AS (
    SELECT
        po_no,
        po_line_no,
        SUM(CASE WHEN document_kind = 'delivery' THEN claimed_qty ELSE 0 END) AS delivered_qty,
        SUM(CASE WHEN document_kind = 'invoice' THEN claimed_qty ELSE 0 END) AS invoiced_qty
    FROM mart.order_allocation
    WHERE document_kind <> 'receipt' AND po_no IS NOT NULL
    GROUP BY po_no, po_line_no
)

SELECT
    p.po_no,
    p.line_no,
    p.supplier_code,
    COALESCE(p.location_code, '') AS location_code,
    p.product_code,
    UPPER(p.product_code) AS product_key,
    p.status,
    p.ordered_date,
    p.expected_date,
    p.ordered_qty,
    p.pack_qty,
    p.unit_price,
    p.created_by,
    p.approved_by,
    CAST(COALESCE(o.delivered_qty, 0) AS DECIMAL(18, 3)) AS delivered_qty,
    CAST(COALESCE(r.received_qty, 0) AS DECIMAL(18, 3)) AS received_qty,
    CAST(COALESCE(r.received_qty - r.accepted_qty, 0) AS DECIMAL(18, 3)) AS rejected_qty,
    CAST(COALESCE(r.accepted_qty, 0) AS DECIMAL(18, 3)) AS accepted_qty,
    CAST(COALESCE(r.duplicate_qty, 0) AS DECIMAL(18, 3)) AS duplicate_qty,
    CAST(COALESCE(r.received_qty - r.duplicate_qty, 0) AS DECIMAL(18, 3)) AS net_received_qty,
    CAST(COALESCE(o.invoiced_qty, 0) AS DECIMAL(18, 3)) AS invoiced_qty,
    COALESCE(n.receipt_count, 0) AS receipt_count,
    r.first_received_at,
    l.claimed_at AS received_at,
    l.location_code AS receipt_location_code,
    l.document_no AS receipt_no,
    l.document_line_no AS receipt_line_no,
    l.file_id AS receipt_file_id,
    l.row_no AS receipt_row_no,
    COALESCE(r.is_ambiguous, FALSE) AS is_ambiguous,
    g.location_code IS NOT NULL
    OR COALESCE((SELECT MIN(location_code) FROM mart.receiving_location) = '', FALSE)
    OR (COALESCE(p.location_code, '') = '' AND (SELECT COUNT(*) FROM mart.receiving_location) > 0) AS is_receiving_known,
    p.file_id,
    p.row_no
FROM core.purchase_order_line AS p
LEFT JOIN received AS r ON p.po_no = r.po_no AND p.line_no = r.po_line_no
LEFT JOIN receipt_number AS n ON p.po_no = n.po_no AND p.line_no = n.po_line_no
LEFT JOIN last_receipt AS l ON p.po_no = l.po_no AND p.line_no = l.po_line_no
LEFT JOIN other AS o ON p.po_no = o.po_no AND p.line_no = o.po_line_no
LEFT JOIN mart.receiving_location AS g ON COALESCE(p.location_code, '') = g.location_code;
