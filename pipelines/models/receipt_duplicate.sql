/*
title = "Receipts entered more than once"
title_zh = "重复录入的入库单"
what = "Receipts that repeat an earlier one line by line and are not reversed, each with its earlier twin and the evidence."
what_zh = "逐行重复之前单据且尚未冲销的入库单，附其首张单据及证据。"
grain = ["location_code", "receipt_no"]
*/
-- location_code, receipt_no: the extra document, the later entered. twin_receipt_no: its earliest twin.
-- duplicate_kind: entered_twice (same delivery note, or same order where neither has one) or reentered (the delivery
--   note number differs in spelling, is missing or mistyped). match_method: same_note, same_order, note_spelling,
--   note_missing, note_mistyped.
-- supplier_code, po_no, delivery_note_no, received_at, entered_at and the same with twin_: of both documents.
-- line_count: lines, all of which match in product and quantity; batch_lines, cost_lines: how many also agree there.
-- match_score: 50 for the lines, +10 batches, +10 costs, +15 same order, +15 same delivery note (10 if only in spelling).
-- duplicate_qty, duplicate_value: what is in the books once too often. file_id, row_no: first line of the document.
--
-- Method: documents of a location are compared only with those of equal number of lines, total, smallest and largest
-- product and quantity, which share the delivery note, the order, or supplier and days; then line by line.
-- What speaks for a real second delivery wins: a loaded delivery note or an order that covers both, two notes that
-- are both known, different orders. Of k copies and r reversals with the same lines k − r stay, the latest ones.
-- The candidates come from receipt_twin_candidate, in a table of its own: everything here then touches few documents.
WITH suspect AS (
    SELECT location_code, receipt_no FROM mart.receipt_twin_candidate
    UNION
    SELECT location_code, twin_receipt_no AS receipt_no FROM mart.receipt_twin_candidate
    UNION
    SELECT location_code, receipt_no FROM mart.receipt_document WHERE is_reversal
),

line AS (
    SELECT
        r.location_code,
        r.receipt_no,
        COALESCE(r.product_key, r.barcode, '') AS product_key,
        COALESCE(r.batch_no, '') AS batch_no,
        ABS(r.received_base_qty) AS line_qty,
        COALESCE(r.unit_cost, -1) AS unit_cost
    FROM mart.receipt_effective AS r
    INNER JOIN suspect AS s ON r.location_code = s.location_code AND r.receipt_no = s.receipt_no
    WHERE r.received_base_qty <> 0
),

item AS (
    SELECT location_code, receipt_no, product_key, line_qty, COUNT(*) AS times
    FROM line
    GROUP BY location_code, receipt_no, product_key, line_qty
),

batch_item AS (
    SELECT location_code, receipt_no, product_key, line_qty, batch_no, COUNT(*) AS times
    FROM line
    GROUP BY location_code, receipt_no, product_key, line_qty, batch_no
),

cost_item AS (
    SELECT location_code, receipt_no, product_key, line_qty, unit_cost, COUNT(*) AS times
    FROM line
    GROUP BY location_code, receipt_no, product_key, line_qty, unit_cost
),

item_match AS (
    SELECT c.location_code, c.twin_receipt_no, c.receipt_no, SUM(LEAST(e.times, l.times)) AS matched
    FROM mart.receipt_twin_candidate AS c
    INNER JOIN item AS e ON c.location_code = e.location_code AND c.twin_receipt_no = e.receipt_no
    INNER JOIN item AS l
        ON c.location_code = l.location_code AND c.receipt_no = l.receipt_no
        AND e.product_key = l.product_key AND e.line_qty = l.line_qty
    GROUP BY c.location_code, c.twin_receipt_no, c.receipt_no
),

batch_match AS (
    SELECT c.location_code, c.twin_receipt_no, c.receipt_no, SUM(LEAST(e.times, l.times)) AS matched
    FROM mart.receipt_twin_candidate AS c
    INNER JOIN batch_item AS e ON c.location_code = e.location_code AND c.twin_receipt_no = e.receipt_no
    INNER JOIN batch_item AS l
        ON c.location_code = l.location_code AND c.receipt_no = l.receipt_no
        AND e.product_key = l.product_key AND e.line_qty = l.line_qty AND e.batch_no = l.batch_no
    GROUP BY c.location_code, c.twin_receipt_no, c.receipt_no
),

cost_match AS (
    SELECT c.location_code, c.twin_receipt_no, c.receipt_no, SUM(LEAST(e.times, l.times)) AS matched
    FROM mart.receipt_twin_candidate AS c
    INNER JOIN cost_item AS e ON c.location_code = e.location_code AND c.twin_receipt_no = e.receipt_no
    INNER JOIN cost_item AS l
        ON c.location_code = l.location_code AND c.receipt_no = l.receipt_no
        AND e.product_key = l.product_key AND e.line_qty = l.line_qty AND e.unit_cost = l.unit_cost
    GROUP BY c.location_code, c.twin_receipt_no, c.receipt_no
),

pair AS (
    SELECT
        e.location_code,
        e.receipt_no AS twin_receipt_no,
        e.entry_no AS twin_entry_no,
        l.receipt_no,
        l.entry_no,
        l.line_count,
        COALESCE(b.matched, 0) AS batch_lines,
        COALESCE(k.matched, 0) AS cost_lines,
        e.supplier_code,
        e.note_key AS twin_note_key,
        l.note_key,
        e.delivery_note_no = l.delivery_note_no AS is_same_spelling,
        e.received_date = l.received_date AS is_same_day,
        COALESCE(e.po_key = l.po_key, FALSE) AS is_same_order,
        COALESCE(e.po_key <> l.po_key, FALSE) AS is_other_order,
        l.po_key
    FROM item_match AS m
    LEFT JOIN mart.receipt_document AS e ON m.location_code = e.location_code AND m.twin_receipt_no = e.receipt_no
    LEFT JOIN mart.receipt_document AS l ON m.location_code = l.location_code AND m.receipt_no = l.receipt_no
    LEFT JOIN batch_match AS b
        ON m.location_code = b.location_code AND m.twin_receipt_no = b.twin_receipt_no AND m.receipt_no = b.receipt_no
    LEFT JOIN cost_match AS k
        ON m.location_code = k.location_code AND m.twin_receipt_no = k.twin_receipt_no AND m.receipt_no = k.receipt_no
    WHERE m.matched = l.line_count
      AND (COALESCE(b.matched, 0) = l.line_count OR e.batched_count = 0 OR l.batched_count = 0)
      AND (e.supplier_code = l.supplier_code OR e.supplier_code = '' OR l.supplier_code = '')
),

ordered AS (
    SELECT UPPER(po_no) AS po_key, UPPER(product_code) AS product_key, SUM(ordered_qty) AS ordered_qty
    FROM core.purchase_order_line
    WHERE UPPER(po_no) IN (SELECT po_key FROM pair) AND product_code IS NOT NULL
    GROUP BY UPPER(po_no), UPPER(product_code)
),

order_flow AS (
    SELECT
        l.po_key,
        COALESCE(l.product_key, '') AS product_key,
        l.location_code,
        l.receipt_no,
        SUM(l.received_base_qty) AS received_qty,
        SUM(SUM(l.received_base_qty)) OVER (
            PARTITION BY l.po_key, COALESCE(l.product_key, '')
            ORDER BY MIN(n.entered_at), MIN(n.received_at), LENGTH(l.receipt_no), l.receipt_no, l.location_code
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS after_qty
    FROM mart.receipt_effective AS l
    INNER JOIN mart.receipt_document AS n ON l.location_code = n.location_code AND l.receipt_no = n.receipt_no
    WHERE l.po_key IN (SELECT po_key FROM pair)
    GROUP BY l.po_key, COALESCE(l.product_key, ''), l.location_code, l.receipt_no
),

-- Does the document exceed its order? Either each of its products does, or one was complete before it came.
order_cover AS (
    SELECT
        f.location_code,
        f.receipt_no,
        COUNT(CASE WHEN f.after_qty > o.ordered_qty THEN 1 END) = COUNT(*)
        OR COUNT(CASE WHEN f.after_qty - f.received_qty >= o.ordered_qty THEN 1 END) > 0 AS is_surplus
    FROM order_flow AS f
    INNER JOIN ordered AS o ON f.po_key = o.po_key AND f.product_key = o.product_key
    GROUP BY f.location_code, f.receipt_no
),

delivered AS (
    SELECT
        d.supplier_code,
        n.number_key AS note_key,
        UPPER(d.product_code) AS product_key,
        SUM(d.delivered_qty) AS delivered_qty
    FROM core.delivery_note_line AS d
    INNER JOIN mart.document_number AS n ON d.delivery_note_no = n.document_no
    GROUP BY d.supplier_code, n.number_key, UPPER(d.product_code)
),

known_note AS (
    SELECT DISTINCT supplier_code, note_key FROM delivered WHERE note_key IS NOT NULL
),

note_flow AS (
    SELECT
        n.supplier_code,
        n.note_key,
        COALESCE(l.product_key, '') AS product_key,
        l.location_code,
        l.receipt_no,
        SUM(SUM(l.received_base_qty)) OVER (
            PARTITION BY n.supplier_code, n.note_key, COALESCE(l.product_key, '')
            ORDER BY MIN(n.entered_at), MIN(n.received_at), LENGTH(l.receipt_no), l.receipt_no, l.location_code
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS after_qty
    FROM mart.receipt_effective AS l
    INNER JOIN mart.receipt_document AS n ON l.location_code = n.location_code AND l.receipt_no = n.receipt_no
    WHERE n.note_key IN (SELECT note_key FROM pair)
    GROUP BY n.supplier_code, n.note_key, COALESCE(l.product_key, ''), l.location_code, l.receipt_no
),

note_cover AS (
    SELECT
        f.location_code,
        f.receipt_no,
        COUNT(CASE WHEN f.after_qty <= COALESCE(d.delivered_qty, 0) THEN 1 END) = COUNT(*) AS is_covered
    FROM note_flow AS f
    INNER JOIN known_note AS k ON f.supplier_code = k.supplier_code AND f.note_key = k.note_key
    LEFT JOIN delivered AS d
        ON f.supplier_code = d.supplier_code AND f.note_key = d.note_key AND f.product_key = d.product_key
    GROUP BY f.location_code, f.receipt_no
),

weighed AS (
    SELECT
        p.*,
        o.is_surplus,
        o.is_surplus IS NOT NULL AS is_order_known,
        COALESCE(c.is_covered, FALSE) AS is_covered,
        c.is_covered IS NOT NULL AS is_note_loaded,
        COALESCE(p.note_key = p.twin_note_key, FALSE) AS is_same_note,
        p.note_key IS NULL AND p.twin_note_key IS NULL AS is_without_note,
        p.note_key IS NULL OR p.twin_note_key IS NULL AS is_note_missing,
        ke.note_key IS NOT NULL AND kl.note_key IS NOT NULL AS are_both_known,
        -- One number is a delivery note of the supplier that is loaded and the other is none.
        (ke.note_key IS NULL) <> (kl.note_key IS NULL) AND p.note_key <> p.twin_note_key AS is_one_unknown,
        -- Two digits swapped, one character lost or doubled, a lost prefix, or one wrong character that is not among
        -- the last two: neighbouring numbers of a series differ there.
        p.note_key <> p.twin_note_key AND LEAST(LENGTH(p.note_key), LENGTH(p.twin_note_key)) >= 4 AND (
            (
                LENGTH(p.note_key) = LENGTH(p.twin_note_key)
                AND LEVENSHTEIN(p.note_key, p.twin_note_key) = 2
                AND LENGTH(REPLACE(p.note_key, '0', '')) = LENGTH(REPLACE(p.twin_note_key, '0', ''))
                AND LENGTH(REPLACE(p.note_key, '1', '')) = LENGTH(REPLACE(p.twin_note_key, '1', ''))
                AND LENGTH(REPLACE(p.note_key, '2', '')) = LENGTH(REPLACE(p.twin_note_key, '2', ''))
                AND LENGTH(REPLACE(p.note_key, '3', '')) = LENGTH(REPLACE(p.twin_note_key, '3', ''))
                AND LENGTH(REPLACE(p.note_key, '4', '')) = LENGTH(REPLACE(p.twin_note_key, '4', ''))
                AND LENGTH(REPLACE(p.note_key, '5', '')) = LENGTH(REPLACE(p.twin_note_key, '5', ''))
                AND LENGTH(REPLACE(p.note_key, '6', '')) = LENGTH(REPLACE(p.twin_note_key, '6', ''))
                AND LENGTH(REPLACE(p.note_key, '7', '')) = LENGTH(REPLACE(p.twin_note_key, '7', ''))
                AND LENGTH(REPLACE(p.note_key, '8', '')) = LENGTH(REPLACE(p.twin_note_key, '8', ''))
                AND LENGTH(REPLACE(p.note_key, '9', '')) = LENGTH(REPLACE(p.twin_note_key, '9', ''))
            )
            OR (LENGTH(p.note_key) <> LENGTH(p.twin_note_key) AND LEVENSHTEIN(p.note_key, p.twin_note_key) = 1)
            OR RIGHT(p.note_key, LENGTH(p.twin_note_key)) = p.twin_note_key
            OR RIGHT(p.twin_note_key, LENGTH(p.note_key)) = p.note_key
            OR (
                LENGTH(p.note_key) = LENGTH(p.twin_note_key) AND LENGTH(p.note_key) >= 5
                AND LEVENSHTEIN(p.note_key, p.twin_note_key) = 1
                AND RIGHT(p.note_key, 2) = RIGHT(p.twin_note_key, 2)
            )
        ) AS is_mistyped
    FROM pair AS p
    LEFT JOIN order_cover AS o ON p.location_code = o.location_code AND p.receipt_no = o.receipt_no
    LEFT JOIN note_cover AS c ON p.location_code = c.location_code AND p.receipt_no = c.receipt_no
    LEFT JOIN known_note AS ke ON p.supplier_code = ke.supplier_code AND p.twin_note_key = ke.note_key
    LEFT JOIN known_note AS kl ON p.supplier_code = kl.supplier_code AND p.note_key = kl.note_key
),

judged AS (
    SELECT
        w.*,
        CASE
            WHEN is_same_note AND is_covered THEN NULL
            WHEN is_same_note AND is_other_order AND NOT is_note_loaded THEN NULL
            WHEN is_same_note AND is_same_spelling THEN 'same_note'
            WHEN is_same_note THEN 'note_spelling'
            WHEN is_other_order OR are_both_known THEN NULL
            WHEN is_same_order AND is_order_known AND NOT is_surplus THEN NULL
            WHEN is_same_order AND NOT is_order_known AND NOT is_same_day THEN NULL
            WHEN is_same_order AND is_without_note AND (is_order_known OR cost_lines = line_count) THEN 'same_order'
            WHEN is_without_note AND (is_same_order OR line_count = 1) THEN NULL
            WHEN is_note_missing AND (is_same_order OR is_same_day OR line_count >= 3) THEN 'note_missing'
            WHEN is_mistyped AND (is_same_order OR is_same_day) THEN 'note_mistyped'
            WHEN is_one_unknown AND is_same_order AND is_order_known THEN 'note_mistyped'
        END AS match_method
    FROM weighed AS w
),

twin AS (
    SELECT
        j.*,
        CASE WHEN match_method IN ('same_note', 'same_order') THEN 'entered_twice' ELSE 'reentered' END AS duplicate_kind
    FROM judged AS j
    WHERE match_method IS NOT NULL
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY location_code, receipt_no
        ORDER BY CASE WHEN match_method IN ('same_note', 'same_order') THEN 0 ELSE 1 END, twin_entry_no
    ) = 1
),

-- Each reversal takes back one copy of the newest document before it that has the same lines and no other reference.
reversal_pair AS (
    SELECT
        r.location_code,
        r.receipt_no AS reversal_no,
        t.receipt_no,
        t.twin_receipt_no,
        e.entry_no AS twin_entry_no
    FROM twin AS t
    LEFT JOIN mart.receipt_document AS e ON t.location_code = e.location_code AND t.twin_receipt_no = e.receipt_no
    INNER JOIN mart.receipt_document AS r
        ON e.location_code = r.location_code AND e.line_count = r.line_count AND e.total_qty = r.total_qty
        AND e.first_product = r.first_product AND e.last_product = r.last_product
        AND e.least_qty = r.least_qty AND e.most_qty = r.most_qty
    INNER JOIN item AS a ON e.location_code = a.location_code AND e.receipt_no = a.receipt_no
    INNER JOIN item AS b
        ON r.location_code = b.location_code AND r.receipt_no = b.receipt_no
        AND a.product_key = b.product_key AND a.line_qty = b.line_qty
    WHERE r.is_reversal AND r.entry_no > e.entry_no
      AND (r.supplier_code = e.supplier_code OR r.supplier_code = '' OR e.supplier_code = '')
      AND (r.po_key IS NULL OR e.po_key IS NULL OR r.po_key = e.po_key)
      AND (r.note_key IS NULL OR e.note_key IS NULL OR t.note_key IS NULL
           OR r.note_key = e.note_key OR r.note_key = t.note_key OR r.po_key = e.po_key)
    GROUP BY r.location_code, r.receipt_no, t.receipt_no, t.twin_receipt_no, e.entry_no, e.line_count
    HAVING SUM(LEAST(a.times, b.times)) = e.line_count
),

reversal AS (
    SELECT *
    FROM reversal_pair
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY location_code, reversal_no ORDER BY twin_entry_no DESC, receipt_no
    ) = 1
),

reversed AS (
    SELECT location_code, twin_receipt_no, COUNT(*) AS reversal_count
    FROM reversal
    GROUP BY location_code, twin_receipt_no
),

copy AS (
    SELECT
        t.*,
        COALESCE(v.reversal_count, 0) AS reversal_count,
        ROW_NUMBER() OVER (PARTITION BY t.location_code, t.twin_receipt_no ORDER BY t.entry_no DESC) AS newest_no,
        COUNT(*) OVER (PARTITION BY t.location_code, t.twin_receipt_no) AS copy_count
    FROM twin AS t
    LEFT JOIN reversed AS v ON t.location_code = v.location_code AND t.twin_receipt_no = v.twin_receipt_no
),

open_copy AS (
    SELECT * FROM copy WHERE newest_no <= copy_count - reversal_count
),

origin AS (
    SELECT r.location_code, r.receipt_no, r.file_id, r.row_no
    FROM mart.receipt_effective AS r
    INNER JOIN open_copy AS c ON r.location_code = c.location_code AND r.receipt_no = c.receipt_no
    QUALIFY ROW_NUMBER() OVER (PARTITION BY r.location_code, r.receipt_no ORDER BY r.line_no) = 1
)

SELECT
    c.location_code,
    c.receipt_no,
    c.duplicate_kind,
    c.match_method,
    c.twin_receipt_no,
    NULLIF(CASE WHEN l.supplier_code = '' THEN e.supplier_code ELSE l.supplier_code END, '') AS supplier_code,
    l.po_no,
    e.po_no AS twin_po_no,
    l.delivery_note_no,
    e.delivery_note_no AS twin_delivery_note_no,
    c.line_count,
    CAST(c.batch_lines AS BIGINT) AS batch_lines,
    CAST(c.cost_lines AS BIGINT) AS cost_lines,
    50 + CASE WHEN c.batch_lines = c.line_count THEN 10 ELSE 0 END
    + CASE WHEN c.cost_lines = c.line_count THEN 10 ELSE 0 END
    + CASE WHEN c.is_same_order THEN 15 ELSE 0 END
    + CASE c.match_method WHEN 'same_note' THEN 15 WHEN 'note_spelling' THEN 10 ELSE 0 END AS match_score,
    l.received_at,
    e.received_at AS twin_received_at,
    l.entered_at,
    e.entered_at AS twin_entered_at,
    l.total_qty AS duplicate_qty,
    l.total_value AS duplicate_value,
    o.file_id,
    o.row_no
FROM open_copy AS c
LEFT JOIN mart.receipt_document AS l ON c.location_code = l.location_code AND c.receipt_no = l.receipt_no
LEFT JOIN mart.receipt_document AS e ON c.location_code = e.location_code AND c.twin_receipt_no = e.receipt_no
LEFT JOIN origin AS o ON c.location_code = o.location_code AND c.receipt_no = o.receipt_no;
