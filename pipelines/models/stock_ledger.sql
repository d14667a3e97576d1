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
-- What else a movement says is in core.stock_movement: each column carried here is paid for in the sort.
-- The order runs within a month, on top of what was moved before it (ledger_carry): movements of a month change that
-- month alone. Rows of a source that made several movements are told apart by movement_tie.
WITH ordered AS (
    SELECT
        m.location_code,
        m.product_code,
        CASE WHEN p.is_batch_kept THEN m.batch_no ELSE '' END AS ledger_batch_no,
        CAST(DATE_TRUNC('month', m.occurred_at) AS DATE) AS month,
        m.movement_id,
        m.batch_no,
        m.occurred_at,
        m.movement_type,
        m.moved_qty,
        m.unit_cost,
        m.document_no,
        m.reported_balance_qty,
        m.file_id,
        m.row_no,
        ROW_NUMBER() OVER ledger AS ledger_no,
        SUM(m.moved_qty) OVER ledger AS net_qty
    FROM core.stock_movement AS m
    JOIN mart.ledger_opening AS p
        ON p.location_code = m.location_code AND p.product_code = m.product_code AND p.batch_no = ''
    LEFT JOIN mart.movement_tie AS t
        ON t.location_code = m.location_code
        AND t.product_code = m.product_code
        AND t.movement_id = m.movement_id
        AND t.month = CAST(DATE_TRUNC('month', m.occurred_at) AS DATE)
    WHERE m.moved_qty IS NOT NULL
      AND CAST(m.occurred_at AS DATE) <= $as_of
    WINDOW ledger AS (
        PARTITION BY
            m.location_code,
            m.product_code,
            CASE WHEN p.is_batch_kept THEN m.batch_no ELSE '' END,
            CAST(DATE_TRUNC('month', m.occurred_at) AS DATE)
        ORDER BY m.occurred_at, COALESCE(m.recorded_at, m.occurred_at), m.file_id, m.row_no, t.tie_no
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
)

SELECT
    o.location_code,
    o.product_code,
    -- The batch whose ledger this is; empty where the ledger runs per product.
    o.ledger_batch_no,
    -- First day of the month of the movement.
    o.month,
    o.batch_no,
    o.movement_id,
    o.occurred_at,
    o.movement_type,
    o.moved_qty,
    -- Position in the ledger from 1.
    c.before_movements + o.ledger_no AS ledger_no,
    -- Sum of the movements so far; the balance is this and the opening.
    CAST(c.before_qty + o.net_qty AS DECIMAL(18, 3)) AS net_qty,
    -- Balance after the movement; NULL where the opening is unknown.
    CAST(k.opening_qty + c.before_qty + o.net_qty AS DECIMAL(18, 3)) AS running_qty,
    k.opening_qty,
    k.opening_basis,
    -- Above 0: no opening explains the ledger, and its balance proves nothing.
    k.unexplained_qty,
    o.unit_cost,
    -- The movement at its own cost; NULL where it states none.
    CAST(o.moved_qty * o.unit_cost AS DECIMAL(18, 4)) AS moved_value,
    o.document_no,
    o.reported_balance_qty,
    o.file_id,
    o.row_no
FROM ordered AS o
JOIN mart.ledger_carry AS c
    ON c.location_code = o.location_code
    AND c.product_code = o.product_code
    AND c.batch_no = o.ledger_batch_no
    AND c.month = o.month
JOIN mart.ledger_opening AS k
    ON k.location_code = o.location_code AND k.product_code = o.product_code AND k.batch_no = o.ledger_batch_no;
/* cases
[[case]]
name = "order within a moment: when recorded, then position in the source, then number"
expect = [
  { movement_id = "M1", ledger_no = 1, net_qty = 10, running_qty = 10, moved_value = 25 },
  { movement_id = "M4", ledger_no = 2, running_qty = 9 },
  { movement_id = "M3", ledger_no = 3, running_qty = 7 },
  { movement_id = "M2", ledger_no = 4, running_qty = 4 },
  { movement_id = "M6", ledger_no = 5, running_qty = 3 },
  { movement_id = "M5", ledger_no = 6, running_qty = 1 },
]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | recorded_at         | product_code | movement_type | moved_qty | unit_cost | file_id | row_no
S01           | M1          | 2025-03-01 08:00:00 |                     | P1           | opening       | 10        | 2.5       | 1       | 1
S01           | M2          | 2025-03-02 08:00:00 | 2025-03-02 09:00:00 | P1           | sale          | -3        |           | 1       | 2
S01           | M3          | 2025-03-02 08:00:00 | 2025-03-02 08:30:00 | P1           | sale          | -2        |           | 1       | 3
S01           | M4          | 2025-03-02 08:00:00 |                     | P1           | sale          | -1        |           | 1       | 4
S01           | M6          | 2025-03-03 08:00:00 |                     | P1           | sale          | -1        |           | 1       | 6
S01           | M5          | 2025-03-03 08:00:00 |                     | P1           | sale          | -2        |           | 2       | 1
S01           | M8          | 2025-03-03 08:00:00 |                     |              | sale          | -2        |           | 2       | 2
S01           | M9          | 2026-03-03 08:00:00 |                     | P1           | sale          | -2        |           | 2       | 3
'''

[[case]]
name = "two movements made from one source row go by their number"
expect = [{ movement_id = "M1a", ledger_no = 1, net_qty = 4 }, { movement_id = "M1b", ledger_no = 2, net_qty = 1, running_qty = "" }]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | file_id | row_no
S01           | M1b         | 2025-03-02 08:00:00 | P1           | transfer_out  | -3        | 1       | 2
S01           | M1a         | 2025-03-02 08:00:00 | P1           | transfer_in   | 4         | 1       | 2
'''

[[case]]
name = "per batch where every movement has one, else per product; a derived opening is in the balance"
expect = [
  { movement_id = "M1", ledger_batch_no = "B1", running_qty = 5, opening_basis = "stated" },
  { movement_id = "M2", ledger_batch_no = "B2", running_qty = 2, opening_basis = "stated" },
  { movement_id = "M3", ledger_batch_no = "", running_qty = 9, opening_basis = "derived_snapshot" },
  { movement_id = "M4", ledger_batch_no = "", running_qty = 7, opening_qty = 10 },
]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | batch_no | movement_type | moved_qty
S01           | M1          | 2025-03-01 08:00:00 | P1           | B1       | opening       | 5
S01           | M2          | 2025-03-02 08:00:00 | P1           | B2       | receipt       | 2
S01           | M3          | 2025-03-01 08:00:00 | P2           | B1       | sale          | -1
S01           | M4          | 2025-03-02 08:00:00 | P2           |          | sale          | -2
'''
tables.stock_on_hand = '''
as_of_date | location_code | product_code | batch_no | on_hand_qty
2025-03-31 | S01           | P2           |          | 7
'''
*/
