/*
title = "Stock ledger with running balance"
title_zh = "库存流水账（含结存）"
what = "Every movement in the order in which the book learnt of it, with the balance after it."
what_zh = "按发生顺序排列的每笔库存变动及变动后的结存。"
grain = ["location_code", "movement_id"]
*/
-- One ledger per location × product, per batch where every movement of the location × product has one. Order: when it
-- happened, when the system learnt of it (at once, where not recorded), position in the source, number.
-- Movements without a product, a moment or a quantity belong to no ledger.
-- Sorting by the number costs as much as all else together (measured on 10 million), and it decides
-- only where one source row made several movements: for those alone it is turned into tie_no.
WITH shared_row AS (
    SELECT file_id, row_no
    FROM core.stock_movement
    GROUP BY file_id, row_no
    HAVING COUNT(*) > 1
),

tie AS (
    SELECT
        m.location_code,
        m.movement_id,
        ROW_NUMBER() OVER (PARTITION BY m.location_code, m.product_code ORDER BY m.movement_id) AS tie_no
    FROM core.stock_movement AS m
    JOIN shared_row AS r ON r.file_id = m.file_id AND r.row_no = m.row_no
),

ordered AS (
    SELECT
        CASE WHEN p.is_batch_kept THEN b.ledger_id ELSE p.ledger_id END AS ledger_id,
        m.movement_id,
        m.batch_no,
        m.occurred_at,
        m.movement_type,
        m.moved_qty,
        m.unit_cost,
        m.sale_amount,
        m.document_no,
        m.document_line_no,
        m.reported_balance_qty,
        m.file_id,
        m.row_no,
        ROW_NUMBER() OVER ledger AS ledger_no,
        SUM(m.moved_qty) OVER ledger AS net_qty
    FROM core.stock_movement AS m
    JOIN mart.ledger_opening AS p
        ON p.location_code = m.location_code AND p.product_code = m.product_code AND p.batch_no = ''
    LEFT JOIN mart.ledger_opening AS b
        ON b.location_code = m.location_code
        AND b.product_code = m.product_code
        AND b.batch_no = m.batch_no
        AND b.batch_no <> ''
    LEFT JOIN tie AS t ON t.location_code = m.location_code AND t.movement_id = m.movement_id
    WHERE m.moved_qty IS NOT NULL
      AND CAST(m.occurred_at AS DATE) <= $as_of
    WINDOW ledger AS (
        PARTITION BY CASE WHEN p.is_batch_kept THEN b.ledger_id ELSE p.ledger_id END
        ORDER BY m.occurred_at, COALESCE(m.recorded_at, m.occurred_at), m.file_id, m.row_no, t.tie_no
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
)

SELECT
    k.location_code,
    k.product_code,
    -- The batch whose ledger this is; empty where the ledger runs per product.
    k.batch_no AS ledger_batch_no,
    o.batch_no,
    o.movement_id,
    o.occurred_at,
    o.movement_type,
    o.moved_qty,
    -- Position in the ledger from 1.
    o.ledger_no,
    -- Sum of the movements so far; the balance is this and the opening.
    CAST(o.net_qty AS DECIMAL(18, 3)) AS net_qty,
    -- Balance after the movement; NULL where the opening is unknown.
    CAST(k.opening_qty + o.net_qty AS DECIMAL(18, 3)) AS running_qty,
    k.opening_qty,
    k.opening_basis,
    -- Above 0: no opening explains the ledger, and its balance proves nothing.
    k.unexplained_qty,
    o.unit_cost,
    -- The movement at its own cost; NULL where it states none.
    CAST(o.moved_qty * o.unit_cost AS DECIMAL(18, 4)) AS moved_value,
    o.sale_amount,
    o.document_no,
    o.document_line_no,
    o.reported_balance_qty,
    o.file_id,
    o.row_no
FROM ordered AS o
JOIN mart.ledger_opening AS k ON k.ledger_id = o.ledger_id;
