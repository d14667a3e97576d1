/*
title = "Supplier invoices entered more than once"
title_zh = "重复录入的供应商发票"
what = "Invoices that repeat an earlier one of the supplier and are not credited, each with its earlier twin and the evidence."
what_zh = "重复之前发票且尚未红冲的供应商发票，附其首张发票及证据。"
grain = ["supplier_code", "invoice_no"]
*/
-- supplier_code, invoice_no: the extra document, the later by date, then number. twin_invoice_no: its earliest twin.
-- match_method: number_spelling (the number differs only in spelling, and total, day, order or receipt is the same),
--   same_receipt, same_order, same_date (same lines under another number).
-- po_no, receipt_no, invoiced_date, twin_invoiced_date, line_count, matching_lines, duplicate_value; file_id, row_no: first line.
-- What speaks for two real invoices wins: different receipts, or an order or receipt that covers both.
-- Of k copies and r credit notes with the same lines k − r stay, the latest ones.
WITH suspect AS (
    SELECT supplier_code, invoice_no FROM mart.invoice_twin_candidate
    UNION
    SELECT supplier_code, twin_invoice_no AS invoice_no FROM mart.invoice_twin_candidate
),

suspect_line AS (
    SELECT
        l.supplier_code,
        l.invoice_no,
        l.po_key,
        l.receipt_no,
        COALESCE(l.product_key, '') AS product_key,
        COALESCE(ABS(l.invoiced_qty), 0) AS line_qty,
        COALESCE(ABS(l.line_value), 0) AS abs_value
    FROM mart.invoice_effective AS l
    INNER JOIN suspect AS s ON l.supplier_code = s.supplier_code AND l.invoice_no = s.invoice_no
),

item AS (
    SELECT supplier_code, invoice_no, product_key, line_qty, abs_value, COUNT(*) AS times
    FROM suspect_line
    GROUP BY supplier_code, invoice_no, product_key, line_qty, abs_value
),

item_match AS (
    SELECT c.supplier_code, c.twin_invoice_no, c.invoice_no, SUM(LEAST(e.times, l.times)) AS matched
    FROM mart.invoice_twin_candidate AS c
    INNER JOIN item AS e ON c.supplier_code = e.supplier_code AND c.twin_invoice_no = e.invoice_no
    INNER JOIN item AS l
        ON c.supplier_code = l.supplier_code AND c.invoice_no = l.invoice_no
        AND e.product_key = l.product_key AND e.line_qty = l.line_qty AND e.abs_value = l.abs_value
    GROUP BY c.supplier_code, c.twin_invoice_no, c.invoice_no
),

ordered AS (
    SELECT UPPER(po_no) AS po_key, UPPER(product_code) AS product_key, SUM(ordered_qty) AS ordered_qty
    FROM core.purchase_order_line
    WHERE product_code IS NOT NULL AND UPPER(po_no) IN (SELECT po_key FROM suspect_line)
    GROUP BY UPPER(po_no), UPPER(product_code)
),

accepted AS (
    SELECT receipt_no, product_key, SUM(accepted_base_qty) AS accepted_qty
    FROM mart.receipt_effective
    WHERE receipt_no IN (SELECT receipt_no FROM suspect_line) AND product_key IS NOT NULL
    GROUP BY receipt_no, product_key
),

order_flow AS (
    SELECT
        l.po_key,
        l.product_key,
        l.supplier_code,
        l.invoice_no,
        SUM(SUM(l.invoiced_qty)) OVER (
            PARTITION BY l.supplier_code, l.po_key, l.product_key ORDER BY MIN(n.entry_no)
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS after_qty
    FROM mart.invoice_effective AS l
    INNER JOIN mart.invoice_document AS n ON l.supplier_code = n.supplier_code AND l.invoice_no = n.invoice_no
    WHERE l.po_key IN (SELECT po_key FROM suspect_line)
    GROUP BY l.po_key, l.product_key, l.supplier_code, l.invoice_no
),

receipt_flow AS (
    SELECT
        l.receipt_no,
        l.product_key,
        l.supplier_code,
        l.invoice_no,
        SUM(SUM(l.invoiced_qty)) OVER (
            PARTITION BY l.supplier_code, l.receipt_no, l.product_key ORDER BY MIN(n.entry_no)
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS after_qty
    FROM mart.invoice_effective AS l
    INNER JOIN mart.invoice_document AS n ON l.supplier_code = n.supplier_code AND l.invoice_no = n.invoice_no
    WHERE l.receipt_no IN (SELECT receipt_no FROM suspect_line)
    GROUP BY l.receipt_no, l.product_key, l.supplier_code, l.invoice_no
),

order_cover AS (
    SELECT f.supplier_code, f.invoice_no, COUNT(CASE WHEN f.after_qty <= o.ordered_qty THEN 1 END) = COUNT(*) AS is_covered
    FROM order_flow AS f
    INNER JOIN ordered AS o ON f.po_key = o.po_key AND f.product_key = o.product_key
    GROUP BY f.supplier_code, f.invoice_no
),

receipt_cover AS (
    SELECT f.supplier_code, f.invoice_no, COUNT(CASE WHEN f.after_qty <= a.accepted_qty THEN 1 END) = COUNT(*) AS is_covered
    FROM receipt_flow AS f
    INNER JOIN accepted AS a ON f.receipt_no = a.receipt_no AND f.product_key = a.product_key
    GROUP BY f.supplier_code, f.invoice_no
),

judged AS (
    SELECT
        c.supplier_code,
        c.twin_invoice_no,
        e.entry_no AS twin_entry_no,
        c.invoice_no,
        l.entry_no,
        COALESCE(m.matched, 0) AS matching_lines,
        CASE
            WHEN e.invoice_key = l.invoice_key THEN 'number_spelling'
            WHEN COALESCE(m.matched, 0) < l.line_count THEN NULL
            WHEN e.receipt_no <> l.receipt_no OR e.po_key <> l.po_key THEN NULL
            WHEN COALESCE(r.is_covered, FALSE) THEN NULL
            WHEN e.receipt_no = l.receipt_no THEN 'same_receipt'
            WHEN COALESCE(o.is_covered, FALSE) THEN NULL
            WHEN e.po_key = l.po_key THEN 'same_order'
            WHEN e.invoiced_date = l.invoiced_date THEN 'same_date'
        END AS match_method
    FROM mart.invoice_twin_candidate AS c
    LEFT JOIN mart.invoice_document AS e ON c.supplier_code = e.supplier_code AND c.twin_invoice_no = e.invoice_no
    LEFT JOIN mart.invoice_document AS l ON c.supplier_code = l.supplier_code AND c.invoice_no = l.invoice_no
    LEFT JOIN item_match AS m
        ON c.supplier_code = m.supplier_code AND c.twin_invoice_no = m.twin_invoice_no AND c.invoice_no = m.invoice_no
    LEFT JOIN order_cover AS o ON c.supplier_code = o.supplier_code AND c.invoice_no = o.invoice_no
    LEFT JOIN receipt_cover AS r ON c.supplier_code = r.supplier_code AND c.invoice_no = r.invoice_no
),

twin AS (
    SELECT *
    FROM judged
    WHERE match_method IS NOT NULL
    QUALIFY ROW_NUMBER() OVER (PARTITION BY supplier_code, invoice_no ORDER BY twin_entry_no) = 1
),

credit AS (
    SELECT r.supplier_code, r.invoice_no AS credit_no, t.twin_invoice_no
    FROM twin AS t
    LEFT JOIN mart.invoice_document AS e ON t.supplier_code = e.supplier_code AND t.twin_invoice_no = e.invoice_no
    INNER JOIN mart.invoice_document AS r
        ON e.supplier_code = r.supplier_code AND e.line_count = r.line_count AND e.total_qty = r.total_qty
        AND e.total_value = r.total_value AND e.first_product = r.first_product AND e.last_product = r.last_product
    WHERE r.is_credit AND r.entry_no > e.entry_no
      AND (r.po_key IS NULL OR e.po_key IS NULL OR r.po_key = e.po_key)
      AND (r.receipt_no IS NULL OR e.receipt_no IS NULL OR r.receipt_no = e.receipt_no)
    QUALIFY ROW_NUMBER() OVER (PARTITION BY r.supplier_code, r.invoice_no ORDER BY e.entry_no DESC, t.invoice_no) = 1
),

credited AS (
    SELECT supplier_code, twin_invoice_no, COUNT(*) AS credit_count
    FROM credit
    GROUP BY supplier_code, twin_invoice_no
),

copy AS (
    SELECT
        t.*,
        COALESCE(v.credit_count, 0) AS credit_count,
        ROW_NUMBER() OVER (PARTITION BY t.supplier_code, t.twin_invoice_no ORDER BY t.entry_no DESC) AS newest_no,
        COUNT(*) OVER (PARTITION BY t.supplier_code, t.twin_invoice_no) AS copy_count
    FROM twin AS t
    LEFT JOIN credited AS v ON t.supplier_code = v.supplier_code AND t.twin_invoice_no = v.twin_invoice_no
),

open_copy AS (
    SELECT * FROM copy WHERE newest_no <= copy_count - credit_count
)

SELECT
    c.supplier_code,
    c.invoice_no,
    c.match_method,
    c.twin_invoice_no,
    l.po_no,
    l.receipt_no,
    l.invoiced_date,
    e.invoiced_date AS twin_invoiced_date,
    l.line_count,
    CAST(c.matching_lines AS BIGINT) AS matching_lines,
    l.total_qty AS duplicate_qty,
    l.total_value AS duplicate_value,
    l.file_id,
    l.row_no
FROM open_copy AS c
LEFT JOIN mart.invoice_document AS l ON c.supplier_code = l.supplier_code AND c.invoice_no = l.invoice_no
LEFT JOIN mart.invoice_document AS e ON c.supplier_code = e.supplier_code AND c.twin_invoice_no = e.invoice_no;
