/*
title = "Receipts, delivery notes and invoices allocated to order lines"
title_zh = "入库、送货与发票在订单行上的分配"
what = "Every receipt, delivery note and invoice line split over the order lines it answers; the pieces of a line always add up to the line."
what_zh = "把每一行入库、送货、发票拆分到所对应的订单行；各段之和恒等于原行。"
grain = ["document_kind", "location_code", "supplier_code", "document_no", "document_line_no", "po_key", "po_no", "po_line_no"]
*/
-- document_kind: receipt, delivery or invoice. location_code (empty for invoices), supplier_code, document_no,
--   document_line_no: the line that is split. file_id, row_no: its origin. claimed_at: arrival, delivery or invoice date.
-- po_key: the order the line names, in capitals. po_no, po_line_no: the order line the piece goes to; NULL where none.
-- claimed_qty: the piece, signed (returns are negative). accepted_qty: of it, accepted (receipts; else the same).
-- match_method: order_line (the document names the line), only_line (one line of the order has the product), allocated
--   (several have it), unmatched. is_ambiguous: several lines could take it, so the split is a convention.
--
-- Method: lines that name their order line go there. The others are laid end to end per order and product, in order of
-- arrival, and the order's lines likewise, each as long as what it still lacks; a piece is where two intervals overlap.
-- The first line reaches down and the last one up without end, so that returns and surplus stay in, and nothing is
-- counted twice. A named line counts only where it is of the same product: else the product decides.
WITH order_line AS (
    SELECT
        po_no,
        line_no AS po_line_no,
        UPPER(po_no) AS po_key,
        UPPER(product_code) AS product_key,
        COALESCE(ordered_qty, 0) AS ordered_qty,
        ROW_NUMBER() OVER (PARTITION BY UPPER(po_no), line_no ORDER BY po_no) AS spelling_no
    FROM core.purchase_order_line
),

product_line AS (
    SELECT po_key, product_key, COUNT(*) AS line_count, MIN(po_no) AS po_no, MIN(po_line_no) AS po_line_no
    FROM order_line
    WHERE product_key IS NOT NULL
    GROUP BY po_key, product_key
),

claim AS (
    SELECT
        'receipt' AS document_kind,
        location_code,
        supplier_code,
        receipt_no AS document_no,
        line_no AS document_line_no,
        po_key,
        po_line_no,
        product_key,
        COALESCE(received_base_qty, 0) AS claimed_qty,
        COALESCE(accepted_base_qty, 0) AS accepted_qty,
        received_at AS claimed_at,
        entered_at,
        file_id,
        row_no
    FROM mart.receipt_effective
    UNION ALL
    SELECT
        'delivery' AS document_kind,
        COALESCE(location_code, '') AS location_code,
        supplier_code,
        delivery_note_no AS document_no,
        line_no AS document_line_no,
        UPPER(po_no) AS po_key,
        po_line_no,
        UPPER(product_code) AS product_key,
        COALESCE(delivered_qty, 0) AS claimed_qty,
        COALESCE(delivered_qty, 0) AS accepted_qty,
        CAST(delivered_date AS TIMESTAMP) AS claimed_at,
        CAST(delivered_date AS TIMESTAMP) AS entered_at,
        file_id,
        row_no
    FROM core.delivery_note_line
    UNION ALL
    SELECT
        'invoice' AS document_kind,
        '' AS location_code,
        supplier_code,
        invoice_no AS document_no,
        line_no AS document_line_no,
        po_key,
        po_line_no,
        product_key,
        COALESCE(invoiced_qty, 0) AS claimed_qty,
        COALESCE(invoiced_qty, 0) AS accepted_qty,
        CAST(invoiced_date AS TIMESTAMP) AS claimed_at,
        CAST(invoiced_date AS TIMESTAMP) AS entered_at,
        file_id,
        row_no
    FROM mart.invoice_effective
),

named AS (
    SELECT
        c.*,
        CASE WHEN o.product_key = c.product_key OR o.product_key IS NULL OR c.product_key IS NULL THEN o.po_no END
            AS named_po_no,
        CASE WHEN o.product_key = c.product_key OR o.product_key IS NULL OR c.product_key IS NULL THEN o.po_line_no END
            AS named_line_no,
        COALESCE(p.line_count, 0) AS line_count,
        p.po_no AS only_po_no,
        p.po_line_no AS only_line_no
    FROM claim AS c
    -- Only equalities here: with any other condition the engine compares every pair.
    LEFT JOIN (SELECT * FROM order_line WHERE spelling_no = 1) AS o
        ON c.po_key = o.po_key AND c.po_line_no = o.po_line_no
    LEFT JOIN product_line AS p ON c.po_key = p.po_key AND c.product_key = p.product_key
),

named_total AS (
    SELECT
        document_kind,
        po_key,
        named_po_no,
        named_line_no,
        CAST(SUM(claimed_qty) AS DECIMAL(18, 3)) AS claimed_qty
    FROM named
    WHERE named_po_no IS NOT NULL AND line_count > 1
    GROUP BY document_kind, po_key, named_po_no, named_line_no
),

flow AS (
    SELECT
        n.*,
        CAST(
            SUM(n.claimed_qty) OVER (
                PARTITION BY n.document_kind, n.po_key, n.product_key
                ORDER BY
                    n.claimed_at, n.entered_at, LENGTH(n.document_no), n.document_no, n.document_line_no,
                    n.location_code, n.supplier_code
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
            ) AS DECIMAL(18, 3)
        ) AS after_qty
    FROM named AS n
    WHERE n.named_po_no IS NULL AND n.line_count > 1
),

asked AS (
    SELECT DISTINCT document_kind, po_key, product_key FROM flow
),

room AS (
    SELECT
        a.document_kind,
        a.po_key,
        a.product_key,
        o.po_no,
        o.po_line_no,
        GREATEST(o.ordered_qty - COALESCE(t.claimed_qty, 0), 0) AS room_qty
    FROM asked AS a
    INNER JOIN order_line AS o ON a.po_key = o.po_key AND a.product_key = o.product_key
    LEFT JOIN named_total AS t
        ON a.document_kind = t.document_kind AND a.po_key = t.po_key
        AND o.po_no = t.named_po_no AND o.po_line_no = t.named_line_no
),

-- The first line has no floor and the last one no ceiling: the largest DECIMAL(18,3) stands for "without end".
line_end AS (
    SELECT
        r.*,
        CAST(
            SUM(r.room_qty) OVER (
                PARTITION BY r.document_kind, r.po_key, r.product_key ORDER BY r.po_line_no, r.po_no
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
            ) AS DECIMAL(18, 3)
        ) AS end_qty,
        ROW_NUMBER() OVER (PARTITION BY r.document_kind, r.po_key, r.product_key ORDER BY r.po_line_no, r.po_no)
            AS position,
        COUNT(*) OVER (PARTITION BY r.document_kind, r.po_key, r.product_key) AS line_count
    FROM room AS r
),

span AS (
    SELECT
        document_kind,
        po_key,
        product_key,
        po_no,
        po_line_no,
        position,
        line_count,
        CASE WHEN position = 1 THEN -999999999999999.999 ELSE end_qty - room_qty END AS low_qty,
        CASE WHEN position = line_count THEN 999999999999999.999 ELSE end_qty END AS high_qty
    FROM line_end
),

piece AS (
    SELECT
        f.document_kind,
        f.location_code,
        f.supplier_code,
        f.document_no,
        f.document_line_no,
        f.po_key,
        s.po_no,
        s.po_line_no,
        s.position,
        f.claimed_qty AS whole_qty,
        LEAST(GREATEST(f.after_qty, s.low_qty), s.high_qty)
        - LEAST(GREATEST(f.after_qty - f.claimed_qty, s.low_qty), s.high_qty) AS claimed_qty,
        -- Accepted goods come first within the line, so the rejected ones sit on the order line filled last.
        LEAST(GREATEST(f.after_qty - f.claimed_qty + f.accepted_qty, s.low_qty), s.high_qty)
        - LEAST(GREATEST(f.after_qty - f.claimed_qty, s.low_qty), s.high_qty) AS accepted_qty,
        f.claimed_at,
        f.file_id,
        f.row_no
    FROM flow AS f
    INNER JOIN span AS s
        ON f.document_kind = s.document_kind AND f.po_key = s.po_key AND f.product_key = s.product_key
)

SELECT
    document_kind,
    location_code,
    supplier_code,
    document_no,
    document_line_no,
    po_key,
    CASE WHEN named_po_no IS NOT NULL THEN named_po_no WHEN line_count = 1 THEN only_po_no END AS po_no,
    CASE WHEN named_po_no IS NOT NULL THEN named_line_no WHEN line_count = 1 THEN only_line_no END AS po_line_no,
    CAST(claimed_qty AS DECIMAL(18, 3)) AS claimed_qty,
    CAST(accepted_qty AS DECIMAL(18, 3)) AS accepted_qty,
    CASE
        WHEN named_po_no IS NOT NULL THEN 'order_line'
        WHEN line_count = 1 THEN 'only_line'
        ELSE 'unmatched'
    END AS match_method,
    FALSE AS is_ambiguous,
    claimed_at,
    file_id,
    row_no
FROM named
WHERE named_po_no IS NOT NULL OR line_count <= 1
UNION ALL
SELECT
    document_kind,
    location_code,
    supplier_code,
    document_no,
    document_line_no,
    po_key,
    po_no,
    po_line_no,
    CAST(claimed_qty AS DECIMAL(18, 3)) AS claimed_qty,
    CAST(accepted_qty AS DECIMAL(18, 3)) AS accepted_qty,
    'allocated' AS match_method,
    TRUE AS is_ambiguous,
    claimed_at,
    file_id,
    row_no
FROM piece
WHERE claimed_qty <> 0 OR accepted_qty <> 0 OR (whole_qty = 0 AND position = 1);
/* cases
[[case]]
name = "the same product on two order lines: the first is filled, then the second, and the surplus stays on the last"
expect = [
    { document_no = "R1", po_line_no = 1, claimed_qty = 10, accepted_qty = 10, match_method = "allocated", is_ambiguous = true },
    { document_no = "R1", po_line_no = 2, claimed_qty = 2, accepted_qty = 1 },
    { document_no = "R2", po_line_no = 2, claimed_qty = 9, accepted_qty = 9 },
]
tables.purchase_order_line = '''
po_no | line_no | product_code | ordered_date | ordered_qty
PO1   | 1       | P1           | 2025-03-01   | 10
PO1   | 2       | P1           | 2025-03-01   | 5
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | product_code | received_qty | rejected_qty | received_at
S01           | R1         | 1       | PO1   | p1           | 12           | 1            | 2025-03-02 09:00:00
S01           | R2         | 1       | PO1   | P1           | 9            |              | 2025-03-03 09:00:00
'''

[[case]]
name = "a return takes back from the line that was filled last"
expect = [
    { document_no = "R1", po_line_no = 1, claimed_qty = 10 },
    { document_no = "R1", po_line_no = 2, claimed_qty = 5 },
    { document_no = "R2", po_line_no = 2, claimed_qty = -5 },
    { document_no = "R2", po_line_no = 1, claimed_qty = -1 },
]
tables.purchase_order_line = '''
po_no | line_no | product_code | ordered_date | ordered_qty
PO1   | 1       | P1           | 2025-03-01   | 10
PO1   | 2       | P1           | 2025-03-01   | 5
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | receipt_type | po_no | product_code | received_qty | received_at
S01           | R1         | 1       | normal       | PO1   | P1           | 15           | 2025-03-02 09:00:00
S01           | R2         | 1       | return       | PO1   | P1           | 6            | 2025-03-03 09:00:00
'''

[[case]]
name = "a named line is taken where it is of the product; one that is not falls back on the product; a stranger stays unmatched"
expect = [
    { document_no = "R1", po_line_no = 2, claimed_qty = 5, match_method = "order_line", is_ambiguous = false },
    { document_no = "R2", po_line_no = 1, claimed_qty = 4, match_method = "only_line" },
    { document_no = "R3", po_no = "", claimed_qty = 3, match_method = "unmatched" },
]
tables.purchase_order_line = '''
po_no | line_no | product_code | ordered_date | ordered_qty
PO1   | 1       | P1           | 2025-03-01   | 10
PO1   | 2       | P2           | 2025-03-01   | 5
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | po_no | po_line_no | product_code | received_qty | received_at
S01           | R1         | 1       | PO1   | 2          | P2           | 5            | 2025-03-02 09:00:00
S01           | R2         | 1       | PO1   | 2          | P1           | 4            | 2025-03-03 09:00:00
S01           | R3         | 1       | PO1   |            | P9           | 3            | 2025-03-03 09:00:00
'''
*/
