/*
title = "More of a batch left than ever came in"
title_zh = "批次超卖"
severity = "high"
assertion = "existence"
why = "Goods cannot leave that never came: the batch on some sale or receipt is wrong, and no recall or expiry check can be trusted."
why_zh = "没有入库的货不可能出库：某些销售或入库的批号有误，召回和效期管理都不可靠。"
fix = "Compare with the product's other batches: what is missing here usually stands too high there. Correct the batch, or enter the missing receipt."
fix_zh = "与该商品其他批次核对：此处短缺的通常多记在别的批次。更正批号，或补录缺失的入库。"
message = "{product_code} batch {batch_no}: {out_qty} went out and {in_qty} came in ({other_batches_qty} on hand in other batches)"
message_zh = "{product_code} 批号 {batch_no}：累计入 {in_qty}，累计出 {out_qty}（其他批次结存 {other_batches_qty}）"
grain = ["location_code", "product_code", "batch_no"]
consequence_of = ["receipt_pack_factor_error", "movement_duplicated_by_sync", "receipt_movement_missing", "receipt_movement_qty_differs", "delivery_without_receipt", "balance_negative"]
population = """
SELECT location_code, product_code, batch_no,
    CASE WHEN unexplained_qty = 0 THEN opening_qty END AS opening_qty
FROM mart.ledger_opening
WHERE batch_no <> ''
"""
needs = ["opening_qty"]
not_applicable = "No ledger is kept by batch: load movements that all name their batch."
not_applicable_zh = "没有按批次的库存账：请导入每笔都带批号的库存变动。"
*/
-- Over the whole history to the day asked for: the order of movements plays no part, so goods sold an hour before their
-- receipt was entered are no matter here (that is a spell of negative stock). Where the opening is unknown nothing is
-- said. What came in are the opening and all movements that add; a return or a void takes from what went out.
WITH total AS (
    SELECT
        l.location_code,
        l.product_code,
        l.ledger_batch_no AS batch_no,
        l.opening_qty,
        l.opening_basis,
        SUM(l.moved_qty) AS net_qty,
        -SUM(
            CASE
                WHEN l.movement_type IN ('sale', 'sale_return', 'purchase_return', 'transfer_out', 'write_off', 'consumption')
                    OR l.moved_qty < 0 THEN l.moved_qty
                ELSE 0
            END
        ) AS out_qty,
        COUNT(*) AS movements,
        MIN(l.occurred_at) AS first_moved_at,
        MAX(l.occurred_at) AS last_moved_at
    FROM mart.stock_ledger AS l
    WHERE l.ledger_batch_no <> '' AND l.unexplained_qty = 0 AND l.opening_qty IS NOT NULL
    GROUP BY l.location_code, l.product_code, l.ledger_batch_no, l.opening_qty, l.opening_basis
),

balanced AS (
    SELECT
        *,
        SUM(opening_qty + net_qty) OVER (PARTITION BY location_code, product_code) - opening_qty - net_qty
            AS other_batches_qty
    FROM total
)

SELECT
    b.location_code,
    b.product_code,
    b.batch_no,
    CAST(b.last_moved_at AS DATE) AS occurred_date,
    b.opening_qty + b.net_qty + b.out_qty AS expected_qty,
    b.out_qty AS actual_qty,
    -(b.opening_qty + b.net_qty) AS difference_qty,
    -(b.opening_qty + b.net_qty) * COALESCE(c.unit_cost, p.purchase_price) AS amount_at_risk,
    b.opening_qty + b.net_qty + b.out_qty AS in_qty,
    b.out_qty,
    b.opening_qty,
    b.opening_basis,
    b.other_batches_qty,
    b.movements,
    b.first_moved_at,
    b.last_moved_at
FROM balanced AS b
LEFT JOIN mart.last_cost AS c ON c.location_code = b.location_code AND c.product_code = b.product_code
LEFT JOIN core.product AS p ON p.product_code = b.product_code
WHERE b.opening_qty + b.net_qty < 0;
/* cases
[[case]]
name = "sales of one batch rung up under another"
expect = [{ product_code = "P1", batch_no = "B1", in_qty = 10, out_qty = 13, difference_qty = 3, amount_at_risk = 6, other_batches_qty = 12, movements = 4 }]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | batch_no | movement_type | moved_qty | unit_cost
S01           | M1          | 2025-03-01 08:00:00 | P1           | B1       | opening       | 10        | 2
S01           | M2          | 2025-03-02 08:00:00 | P1           | B2       | receipt       | 12        | 2
S01           | M3          | 2025-03-03 08:00:00 | P1           | B1       | sale          | -9        |
S01           | M4          | 2025-03-04 08:00:00 | P1           | B1       | sale_return   | 1         |
S01           | M5          | 2025-03-05 08:00:00 | P1           | B1       | write_off     | -5        |
'''

[[case]]
name = "sold out, sold before its receipt was entered, brought back, an unknown opening, no ledger by batch"
expect = []
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | batch_no | movement_type | moved_qty
S01           | M1          | 2025-03-01 08:00:00 | P1           | B1       | opening       | 10
S01           | M2          | 2025-03-02 08:00:00 | P1           | B1       | sale          | -10
S01           | M3          | 2025-03-02 08:00:00 | P1           | B2       | sale          | -3
S01           | M4          | 2025-03-03 08:00:00 | P1           | B2       | receipt       | 3
S01           | M5          | 2025-03-02 08:00:00 | P2           | B1       | sale          | -3
S01           | M6          | 2025-03-01 08:00:00 | P3           | B1       | opening       | 1
S01           | M7          | 2025-03-02 08:00:00 | P3           | B1       | sale          | -3
S01           | M8          | 2025-03-02 08:00:00 | P3           |          | sale          | 1
'''
*/
