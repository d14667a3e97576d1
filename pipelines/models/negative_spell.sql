/*
title = "Spells of negative stock"
title_zh = "负库存时段"
what = "Every uninterrupted stretch of time in which a balance was below zero."
what_zh = "结存低于零的每一段连续时间。"
grain = ["location_code", "product_code", "batch_no", "started_at"]
*/
-- Balances are looked at between moments, after the last movement of each: below zero for no time at all is an artefact
-- of the order in which movements of one moment are listed. Ledgers whose opening is unknown or unexplained are left out.
WITH suspect AS (
    SELECT DISTINCT location_code, product_code, ledger_batch_no
    FROM mart.ledger_summary
    WHERE lowest_qty < 0
),

moment AS (
    SELECT
        l.location_code,
        l.product_code,
        l.ledger_batch_no AS batch_no,
        l.occurred_at,
        l.ledger_no,
        l.running_qty,
        l.opening_basis,
        l.document_no,
        l.movement_id,
        l.file_id,
        l.row_no
    FROM mart.stock_ledger AS l
    JOIN suspect AS s
        ON s.location_code = l.location_code
        AND s.product_code = l.product_code
        AND s.ledger_batch_no = l.ledger_batch_no
    WHERE l.unexplained_qty = 0
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY l.location_code, l.product_code, l.ledger_batch_no, l.occurred_at ORDER BY l.ledger_no DESC
    ) = 1
),

marked AS (
    SELECT
        *,
        ledger_no - LAG(ledger_no, 1, 0) OVER ledger AS movements,
        LEAD(occurred_at) OVER ledger AS next_at,
        COUNT(*) FILTER (WHERE running_qty >= 0) OVER (
            PARTITION BY location_code, product_code, batch_no ORDER BY ledger_no
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS spell_no
    FROM moment
    WINDOW ledger AS (PARTITION BY location_code, product_code, batch_no ORDER BY ledger_no)
),

below AS (
    SELECT
        *,
        ROW_NUMBER() OVER (PARTITION BY location_code, product_code, batch_no, spell_no ORDER BY ledger_no) AS place
    FROM marked
    WHERE running_qty < 0
),

spell AS (
    SELECT
        location_code,
        product_code,
        batch_no,
        MIN(occurred_at) AS started_at,
        CASE WHEN COUNT(*) = COUNT(next_at) THEN MAX(next_at) END AS ended_at,
        MIN(running_qty) AS lowest_qty,
        SUM(movements) AS movements,
        MAX(opening_basis) AS opening_basis,
        MAX(document_no) FILTER (WHERE place = 1) AS document_no,
        MAX(movement_id) FILTER (WHERE place = 1) AS movement_id,
        MAX(file_id) FILTER (WHERE place = 1) AS file_id,
        MAX(row_no) FILTER (WHERE place = 1) AS row_no
    FROM below
    GROUP BY location_code, product_code, batch_no, spell_no
)

SELECT
    location_code,
    product_code,
    batch_no,
    started_at,
    -- When the balance was back at zero or above; NULL while it is still below.
    ended_at,
    CAST(started_at AS DATE) AS first_date,
    -- Last day on which a moment was below zero; NULL while it is still below.
    CAST(ended_at AS DATE) AS last_date,
    lowest_qty,
    movements,
    opening_basis,
    -- The movement that took the balance below zero.
    document_no,
    movement_id,
    file_id,
    row_no
FROM spell;
