/*
title = "Order lines received in packs instead of pieces, or the reverse"
title_zh = "入库件数与箱数混淆的订单行"
what = "Order lines whose receipt differs from what was outstanding by exactly a known pack of the product."
what_zh = "入库数与未到数正好相差一个已知包装规格倍数的订单行。"
grain = ["po_no", "line_no"]
*/
-- po_no, line_no: the order line. location_code, receipt_no, receipt_line_no, file_id, row_no: the receipt line with the
--   error. pack_qty: the pack; pack_source: order, barcode or receipt_barcode, whichever knows it.
-- entered_qty: what the receipt says; meant_qty: what completes the order line; direction: packs_as_pieces or
--   pieces_as_packs. instead_of: the rule that would fire otherwise.
-- Too little is judged only where the rest is no longer to come: the order is closed, its day is past, or nobody says.
-- Half of an open order is a partial delivery, whatever the pack.
WITH line AS (
    SELECT * FROM mart.order_line_status
    WHERE net_received_qty <> ordered_qty AND net_received_qty > 0 AND ordered_qty > 0 AND product_key IS NOT NULL
      AND (
          net_received_qty > ordered_qty OR status = 'closed' OR expected_date IS NULL OR expected_date < $as_of
      )
),

piece AS (
    SELECT
        l.po_no,
        l.line_no,
        l.product_key,
        l.ordered_qty,
        l.net_received_qty,
        a.location_code,
        a.document_no AS receipt_no,
        a.document_line_no AS receipt_line_no,
        a.file_id,
        a.row_no,
        a.claimed_at,
        a.claimed_qty AS entered_qty,
        l.ordered_qty - (l.net_received_qty - a.claimed_qty) AS meant_qty
    FROM line AS l
    INNER JOIN mart.order_allocation AS a
        ON l.po_no = a.po_no AND l.line_no = a.po_line_no AND a.document_kind = 'receipt' AND a.claimed_qty > 0
    WHERE NOT EXISTS (
        SELECT 1 FROM mart.receipt_duplicate AS d
        WHERE d.location_code = a.location_code AND d.receipt_no = a.document_no
    )
),

pack AS (
    SELECT po_no, line_no, pack_qty, 'order' AS pack_source, 1 AS source_rank FROM line WHERE pack_qty > 1
    UNION
    SELECT l.po_no, l.line_no, b.pack_qty, 'barcode' AS pack_source, 2 AS source_rank
    FROM line AS l
    INNER JOIN core.product_barcode AS b ON l.product_key = UPPER(b.product_code)
    WHERE b.pack_qty > 1
    UNION
    SELECT p.po_no, p.line_no, b.pack_qty, 'receipt_barcode' AS pack_source, 3 AS source_rank
    FROM piece AS p
    INNER JOIN mart.receipt_effective AS r
        ON p.location_code = r.location_code AND p.receipt_no = r.receipt_no AND p.receipt_line_no = r.line_no
    INNER JOIN core.product_barcode AS b ON r.barcode = b.barcode
    WHERE b.pack_qty > 1
)

SELECT
    p.po_no,
    p.line_no,
    p.location_code,
    p.receipt_no,
    p.receipt_line_no,
    k.pack_qty,
    k.pack_source,
    p.entered_qty,
    CAST(p.meant_qty AS DECIMAL(18, 3)) AS meant_qty,
    CASE WHEN p.entered_qty < p.meant_qty THEN 'packs_as_pieces' ELSE 'pieces_as_packs' END AS direction,
    CASE
        WHEN p.net_received_qty < p.ordered_qty THEN 'receipt_under_order'
        ELSE 'receipt_over_order'
    END AS instead_of,
    p.file_id,
    p.row_no
FROM piece AS p
INNER JOIN pack AS k ON p.po_no = k.po_no AND p.line_no = k.line_no
WHERE p.entered_qty * k.pack_qty = p.meant_qty OR p.entered_qty = p.meant_qty * k.pack_qty
QUALIFY ROW_NUMBER() OVER (
    PARTITION BY p.po_no, p.line_no
    ORDER BY k.source_rank, k.pack_qty, p.claimed_at, LENGTH(p.receipt_no), p.receipt_no, p.receipt_line_no,
        p.location_code
) = 1;
