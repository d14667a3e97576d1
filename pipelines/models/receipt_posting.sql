/*
title = "Receipts against their stock movements"
title_zh = "入库单与库存变动核对"
what = "Per receipt and product what was accepted and what the stock ledger posted under the receipt's number."
what_zh = "按入库单、商品列出验收数量与库存流水中以该单号记账的数量。"
grain = ["location_code", "receipt_no", "product_key"]
*/
-- Receipts that count, up to as_of; a missing product has no ledger. receipt_no, product_code: as landed (smallest
--   spelling). is_pending: some line waits for approval, which posts nothing yet. received_at: arrival. posted_after: when
--   it can have been posted at the earliest: arrival, entry or approval, whichever came last.
-- received_qty, rejected_qty, accepted_qty: base units, returns negative. unit_cost: highest. file_id, row_no: origin.
-- movement_count, moved_qty: movements of the types receipt, purchase_return and adjustment with the receipt's number and
--   product. distinct_moved_qty: the same with what one device sent twice under one sequence number counted once.
-- is_numbered: the location posts receipts under their numbers, a tenth of them at least. is_ledger_known: besides, the
--   location × product has a ledger and the receipt lies within the span of the location's movements. Otherwise no
--   movement proves nothing.
WITH receipt AS (
    SELECT
        e.location_code,
        MIN(e.receipt_no) AS receipt_no,
        UPPER(e.receipt_no) AS receipt_key,
        MIN(e.product_code) AS product_code,
        e.product_key,
        MIN(e.batch_no) AS batch_no,
        MIN(e.supplier_code) AS supplier_code,
        MIN(e.line_no) AS line_no,
        MAX(CASE WHEN e.status = 'pending' THEN 1 ELSE 0 END) = 1 AS is_pending,
        MIN(e.received_at) AS received_at,
        MAX(GREATEST(e.received_at, e.entered_at, COALESCE(r.approved_at, e.entered_at))) AS posted_after,
        CAST(SUM(e.received_base_qty) AS DECIMAL(18, 3)) AS received_qty,
        CAST(SUM(e.rejected_base_qty) AS DECIMAL(18, 3)) AS rejected_qty,
        CAST(SUM(e.accepted_base_qty) AS DECIMAL(18, 3)) AS accepted_qty,
        COUNT(*) = COUNT(e.accepted_base_qty) AS is_qty_known,
        MAX(e.unit_cost) AS unit_cost,
        MIN(e.file_id) AS file_id,
        MIN(e.row_no) AS row_no
    FROM mart.receipt_effective AS e
    INNER JOIN core.receipt_line AS r
        ON e.location_code = r.location_code AND e.receipt_no = r.receipt_no AND e.line_no = r.line_no
    WHERE e.product_key IS NOT NULL AND CAST(e.received_at AS DATE) <= $as_of
    GROUP BY e.location_code, UPPER(e.receipt_no), e.product_key
),

movement AS (
    SELECT
        location_code,
        UPPER(document_no) AS receipt_key,
        UPPER(product_code) AS product_key,
        movement_type,
        batch_no,
        document_line_no,
        moved_qty,
        unit_cost,
        occurred_at,
        device_id,
        device_seq,
        COUNT(*) AS copies
    FROM core.stock_movement
    WHERE movement_type IN ('receipt', 'purchase_return', 'adjustment')
      AND document_no IS NOT NULL AND product_code IS NOT NULL AND moved_qty IS NOT NULL
      AND CAST(occurred_at AS DATE) <= $as_of
    GROUP BY
        location_code, UPPER(document_no), UPPER(product_code), movement_type, batch_no, document_line_no, moved_qty,
        unit_cost, occurred_at, device_id, device_seq
),

posted AS (
    SELECT
        location_code,
        receipt_key,
        product_key,
        SUM(copies) AS movement_count,
        CAST(SUM(moved_qty * copies) AS DECIMAL(18, 3)) AS moved_qty,
        CAST(
            SUM(CASE WHEN device_id IS NOT NULL AND device_seq IS NOT NULL THEN moved_qty ELSE moved_qty * copies END)
            AS DECIMAL(18, 3)
        ) AS distinct_moved_qty,
        MAX(CASE WHEN movement_type <> 'adjustment' THEN 1 ELSE 0 END) = 1 AS is_posted
    FROM movement
    GROUP BY location_code, receipt_key, product_key
),

span AS (
    SELECT location_code, MIN(occurred_at) AS first_moved_at, MAX(occurred_at) AS last_moved_at
    FROM core.stock_movement
    WHERE CAST(occurred_at AS DATE) <= $as_of
    GROUP BY location_code
),

ledger AS (
    SELECT DISTINCT location_code, UPPER(product_code) AS product_key
    FROM mart.ledger_opening
),

matched AS (
    SELECT
        r.*,
        p.movement_count,
        p.moved_qty,
        p.distinct_moved_qty,
        COALESCE(p.is_posted, FALSE) AS is_posted,
        l.product_key IS NOT NULL
        AND COALESCE(r.received_at >= s.first_moved_at AND r.posted_after <= s.last_moved_at, FALSE) AS is_covered
    FROM receipt AS r
    LEFT JOIN posted AS p
        ON r.location_code = p.location_code AND r.receipt_key = p.receipt_key AND r.product_key = p.product_key
    LEFT JOIN span AS s ON r.location_code = s.location_code
    LEFT JOIN ledger AS l ON r.location_code = l.location_code AND r.product_key = l.product_key
),

-- A ledger that numbers its postings by itself, or by the order, says nothing about single receipts; where both count
-- from one, a few numbers agree by chance.
numbered AS (
    SELECT location_code
    FROM matched
    WHERE is_covered OR is_posted
    GROUP BY location_code
    HAVING SUM(CASE WHEN is_posted THEN 10 ELSE 0 END) >= COUNT(*)
)

SELECT
    m.location_code,
    m.receipt_no,
    m.product_code,
    m.product_key,
    m.batch_no,
    m.supplier_code,
    m.line_no,
    m.is_pending,
    m.received_at,
    m.posted_after,
    m.received_qty,
    m.rejected_qty,
    CASE WHEN m.is_qty_known THEN m.accepted_qty END AS accepted_qty,
    m.unit_cost,
    CAST(COALESCE(m.movement_count, 0) AS BIGINT) AS movement_count,
    CAST(COALESCE(m.moved_qty, 0) AS DECIMAL(18, 3)) AS moved_qty,
    CAST(COALESCE(m.distinct_moved_qty, 0) AS DECIMAL(18, 3)) AS distinct_moved_qty,
    n.location_code IS NOT NULL AS is_numbered,
    m.is_covered AND n.location_code IS NOT NULL AS is_ledger_known,
    m.file_id,
    m.row_no
FROM matched AS m
LEFT JOIN numbered AS n ON m.location_code = n.location_code;
/* cases
[[case]]
name = "lines of one product are one posting; another number space, another shop and a copy sent twice are kept apart"
expect = [
    { location_code = "S01", receipt_no = "R1", accepted_qty = 9, movement_count = 2, moved_qty = 9, is_ledger_known = true },
    { location_code = "S01", receipt_no = "R2", accepted_qty = 5, movement_count = 0, moved_qty = 0, is_ledger_known = true },
    { location_code = "S01", receipt_no = "R3", accepted_qty = 4, movement_count = 2, moved_qty = 8, distinct_moved_qty = 4 },
    { location_code = "S01", receipt_no = "R4", movement_count = 0, is_ledger_known = false },
    { location_code = "S02", receipt_no = "R1", movement_count = 0, is_ledger_known = false },
]
tables.receipt_line = '''
location_code | receipt_no | line_no | product_code | batch_no | received_qty | rejected_qty | received_at         | approved_at
S01           | R1         | 1       | P1           | B1       | 6            | 1            | 2025-03-02 09:00:00 |
S01           | R1         | 2       | p1           | B2       | 4            |              | 2025-03-02 09:00:00 |
S01           | R2         | 1       | P1           | B2       | 5            |              | 2025-03-02 09:00:00 |
S01           | R3         | 1       | P1           | B2       | 4            |              | 2025-03-03 09:00:00 |
S01           | R4         | 1       | P1           | B2       | 4            |              | 2025-03-03 09:00:00 | 2025-03-06 09:00:00
S02           | R1         | 1       | P1           | B1       | 10           |              | 2025-03-02 09:00:00 |
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | document_no | device_id | device_seq
S01           | M1          | 2025-03-01 08:00:00 | P1           | opening       | 2         |             |           |
S01           | M2          | 2025-03-02 10:00:00 | P1           | receipt       | 5         | r1          |           |
S01           | M3          | 2025-03-02 10:00:00 | P1           | receipt       | 4         | r1          |           |
S01           | M4          | 2025-03-02 11:00:00 | P1           | sale          | -5        | R2          |           |
S01           | M5          | 2025-03-03 11:00:00 | P1           | receipt       | 4         | R3          | D1        | 7
S01           | M6          | 2025-03-03 11:00:00 | P1           | receipt       | 4         | R3          | D1        | 7
S01           | M7          | 2025-03-05 11:00:00 | P1           | sale          | -1        | T9          |           |
S02           | M1          | 2025-03-01 08:00:00 | P1           | receipt       | 2         | GR-77       |           |
S02           | M2          | 2025-03-09 08:00:00 | P1           | sale          | -2        | T1          |           |
'''
*/
