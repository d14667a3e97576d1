/*
title = "Delivery notes against receipts"
title_zh = "送货单与入库核对"
what = "Delivered against received per delivery note, product and, where both sides know it, batch."
what_zh = "按送货单、商品（双方均有批号时按批号）核对送货与入库数量。"
grain = ["supplier_code", "delivery_note_key", "product_key", "batch_no"]
*/
-- supplier_code, delivery_note_no, delivery_note_key: the note (spelling: that of the supplier). po_no: order it answers.
-- product_code, product_key; batch_no: empty where one of the sides has no batch for this product on this note.
-- delivered_qty: per the note. received_qty: what arrived, rejected goods included, on receipts that cite the note,
--   returns taken off, repeated receipts left out. rejected_qty: of it.
-- receipt_count: receipts citing the note at all; 0 means none does. location_code, receipt_no, received_at: the last
--   one. delivered_date. unit_cost: highest cost received, NULL where none. file_id, row_no: first line of the note.
WITH note_line AS (
    SELECT
        d.supplier_code,
        n.number_key AS note_key,
        d.delivery_note_no,
        d.po_no,
        COALESCE(d.location_code, '') AS location_code,
        d.product_code,
        UPPER(d.product_code) AS product_key,
        d.batch_no,
        d.delivered_date,
        d.delivered_qty,
        d.file_id,
        d.row_no
    FROM core.delivery_note_line AS d
    INNER JOIN mart.document_number AS n ON d.delivery_note_no = n.document_no
    WHERE n.number_key IS NOT NULL AND d.product_code IS NOT NULL
),

note AS (
    SELECT
        supplier_code,
        note_key,
        MIN(delivery_note_no) AS delivery_note_no,
        MIN(po_no) AS po_no,
        MIN(location_code) AS location_code,
        MIN(delivered_date) AS delivered_date,
        MIN(file_id) AS file_id,
        MIN(row_no) AS row_no,
        COUNT(*) OVER (PARTITION BY note_key) AS supplier_count
    FROM note_line
    GROUP BY supplier_code, note_key
),

-- A receipt that names no supplier is taken for the only supplier that uses the number.
receipt_line AS (
    SELECT
        n.supplier_code,
        n.note_key,
        r.location_code,
        r.receipt_no,
        r.product_code,
        r.product_key,
        r.batch_no,
        r.received_base_qty,
        r.rejected_base_qty,
        r.unit_cost,
        r.received_at
    FROM mart.receipt_effective AS r
    INNER JOIN note AS n
        ON r.delivery_note_key = n.note_key
        AND (r.supplier_code = n.supplier_code OR (r.supplier_code IS NULL AND n.supplier_count = 1))
    WHERE r.product_key IS NOT NULL
      AND NOT EXISTS (
          SELECT 1 FROM mart.receipt_duplicate AS d
          WHERE d.location_code = r.location_code AND d.receipt_no = r.receipt_no
      )
),

side AS (
    SELECT
        supplier_code, note_key, product_key, product_code, batch_no, delivered_qty AS delivered_qty,
        CAST(0 AS DECIMAL(18, 3)) AS received_qty, CAST(0 AS DECIMAL(18, 3)) AS rejected_qty,
        CAST(NULL AS DECIMAL(18, 4)) AS unit_cost
    FROM note_line
    UNION ALL
    SELECT
        supplier_code, note_key, product_key, product_code, batch_no, CAST(0 AS DECIMAL(18, 3)) AS delivered_qty,
        received_base_qty AS received_qty, rejected_base_qty AS rejected_qty, unit_cost
    FROM receipt_line
),

batched AS (
    SELECT
        s.*,
        COUNT(*) OVER (PARTITION BY supplier_code, note_key, product_key)
        = COUNT(batch_no) OVER (PARTITION BY supplier_code, note_key, product_key) AS is_batch_known
    FROM side AS s
),

total AS (
    SELECT
        supplier_code,
        note_key,
        product_key,
        MIN(product_code) AS product_code,
        CASE WHEN is_batch_known THEN batch_no ELSE '' END AS batch_no,
        SUM(delivered_qty) AS delivered_qty,
        SUM(received_qty) AS received_qty,
        SUM(rejected_qty) AS rejected_qty,
        MAX(unit_cost) AS unit_cost
    FROM batched
    GROUP BY supplier_code, note_key, product_key, CASE WHEN is_batch_known THEN batch_no ELSE '' END
),

receipt_number AS (
    SELECT supplier_code, note_key, COUNT(*) AS receipt_count
    FROM (SELECT DISTINCT supplier_code, note_key, location_code, receipt_no FROM receipt_line) AS r
    GROUP BY supplier_code, note_key
),

last_receipt AS (
    SELECT supplier_code, note_key, location_code, receipt_no, received_at
    FROM receipt_line
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY supplier_code, note_key
        ORDER BY received_at DESC, LENGTH(receipt_no) DESC, receipt_no DESC, location_code
    ) = 1
)

SELECT
    t.supplier_code,
    n.delivery_note_no,
    t.note_key AS delivery_note_key,
    n.po_no,
    COALESCE(l.location_code, n.location_code) AS location_code,
    t.product_code,
    t.product_key,
    t.batch_no,
    n.delivered_date,
    CAST(t.delivered_qty AS DECIMAL(18, 3)) AS delivered_qty,
    CAST(t.received_qty AS DECIMAL(18, 3)) AS received_qty,
    CAST(t.rejected_qty AS DECIMAL(18, 3)) AS rejected_qty,
    t.unit_cost,
    COALESCE(c.receipt_count, 0) AS receipt_count,
    l.receipt_no,
    l.received_at,
    n.file_id,
    n.row_no
FROM total AS t
INNER JOIN note AS n ON t.supplier_code = n.supplier_code AND t.note_key = n.note_key
LEFT JOIN receipt_number AS c ON t.supplier_code = c.supplier_code AND t.note_key = c.note_key
LEFT JOIN last_receipt AS l ON t.supplier_code = l.supplier_code AND t.note_key = l.note_key;
