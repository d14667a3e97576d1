/*
title = "Stock on hand by batch"
title_zh = "分批次现有库存"
what = "Per location, product and batch the stock at the end of the day asked for, with its dates."
what_zh = "每个门店、商品、批号在查询日日终的库存及生产日期、有效期。"
grain = ["location_code", "product_code", "batch_no"]
*/
-- From the ledger where it runs per batch and its opening is known, else from the newest on-hand report that lists the
-- product by batch. Where neither is, at_least_qty is what the batch's own movements leave whatever its opening was.
WITH moved AS (
    SELECT
        location_code,
        product_code,
        ledger_batch_no AS batch_no,
        SUM(moved_qty) AS net_qty,
        MIN(lowest_net_qty) AS lowest_qty,
        MAX(last_moved_at) AS last_moved_at
    FROM mart.ledger_summary
    WHERE ledger_batch_no <> ''
    GROUP BY location_code, product_code, ledger_batch_no
),

ledger AS (
    SELECT
        m.location_code,
        m.product_code,
        m.batch_no,
        CASE WHEN o.unexplained_qty = 0 THEN o.opening_qty + m.net_qty END AS on_hand_qty,
        m.net_qty - LEAST(m.lowest_qty, 0) AS at_least_qty,
        m.last_moved_at
    FROM moved AS m
    JOIN mart.ledger_opening AS o
        ON o.location_code = m.location_code AND o.product_code = m.product_code AND o.batch_no = m.batch_no
),

reported AS (
    SELECT location_code, product_code, batch_no, as_of_date, on_hand_qty
    FROM core.stock_on_hand
    WHERE as_of_date <= $as_of AND on_hand_qty IS NOT NULL AND COALESCE(batch_no, '') <> ''
    QUALIFY as_of_date = MAX(as_of_date) OVER (PARTITION BY location_code, product_code)
),

stock AS (
    SELECT
        COALESCE(l.location_code, r.location_code) AS location_code,
        COALESCE(l.product_code, r.product_code) AS product_code,
        COALESCE(l.batch_no, r.batch_no) AS batch_no,
        COALESCE(l.on_hand_qty, r.on_hand_qty) AS on_hand_qty,
        CASE
            WHEN l.on_hand_qty IS NOT NULL THEN 'ledger'
            WHEN r.on_hand_qty IS NOT NULL THEN 'snapshot'
            ELSE 'unknown'
        END AS basis,
        l.at_least_qty,
        r.as_of_date AS reported_date,
        l.last_moved_at
    FROM ledger AS l
    FULL JOIN reported AS r
        ON r.location_code = l.location_code AND r.product_code = l.product_code AND r.batch_no = l.batch_no
)

SELECT
    s.location_code,
    s.product_code,
    s.batch_no,
    -- Stock in base units; NULL where unknown.
    CAST(s.on_hand_qty AS DECIMAL(18, 3)) AS on_hand_qty,
    -- ledger, snapshot or unknown.
    s.basis,
    -- Stock there is at the least, whatever the opening was; NULL without a ledger by batch.
    CAST(s.at_least_qty AS DECIMAL(18, 3)) AS at_least_qty,
    COALESCE(c.unit_cost, p.purchase_price) AS unit_cost,
    CAST(s.on_hand_qty * COALESCE(c.unit_cost, p.purchase_price) AS DECIMAL(18, 4)) AS on_hand_value,
    -- Day of the on-hand report.
    s.reported_date,
    s.last_moved_at,
    d.produced_date,
    d.expiry_date,
    d.expiry_source,
    -- Shelf life: of the product, else of this batch by its dates; NULL where unknown.
    COALESCE(p.shelf_life_days, CASE WHEN d.produced_date <= d.expiry_date THEN d.expiry_date - d.produced_date END)
        AS shelf_life_days
FROM stock AS s
LEFT JOIN mart.batch_date AS d ON d.product_code = s.product_code AND d.batch_no = s.batch_no
LEFT JOIN mart.last_cost AS c ON c.location_code = s.location_code AND c.product_code = s.product_code
LEFT JOIN core.product AS p ON p.product_code = s.product_code;
/* cases
[[case]]
name = "per batch from the ledger; a report that leaves a batch out says it is gone"
expect = [
  { product_code = "P1", batch_no = "B1", on_hand_qty = 6, basis = "ledger" },
  { product_code = "P2", batch_no = "B2", on_hand_qty = 5, basis = "snapshot" },
  { product_code = "P3", batch_no = "B3", on_hand_qty = "", basis = "unknown", at_least_qty = 8 },
]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | batch_no | movement_type | moved_qty
S01           | M1          | 2025-03-01 08:00:00 | P1           | B1       | opening       | 10
S01           | M2          | 2025-03-02 08:00:00 | P1           | B1       | sale          | -4
S01           | M3          | 2025-03-01 08:00:00 | P3           | B3       | receipt       | 10
S01           | M4          | 2025-03-02 08:00:00 | P3           | B3       | sale          | -2
'''
tables.stock_on_hand = '''
as_of_date | location_code | product_code | batch_no | on_hand_qty
2025-02-28 | S01           | P2           | B1       | 9
2025-03-31 | S01           | P2           | B2       | 5
'''
*/
