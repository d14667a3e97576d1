/*
title = "Ledgers at the start of each month"
title_zh = "各月月初的流水账余额"
what = "Per ledger and month with movements, what was moved before that month."
what_zh = "每本库存账在有变动的每个月月初之前的变动合计。"
grain = ["location_code", "product_code", "batch_no", "month"]
*/
-- One ledger per location × product, per batch where batches are kept (see ledger_opening). Without the opening itself.
WITH ledger AS (
    SELECT
        m.location_code,
        m.product_code,
        CASE WHEN o.is_batch_kept THEN m.batch_no ELSE '' END AS batch_no,
        m.month,
        SUM(m.net_qty) AS net_qty,
        SUM(m.movements) AS movements
    FROM mart.ledger_month AS m
    JOIN mart.ledger_opening AS o
        ON o.location_code = m.location_code AND o.product_code = m.product_code AND o.batch_no = ''
    GROUP BY m.location_code, m.product_code, CASE WHEN o.is_batch_kept THEN m.batch_no ELSE '' END, m.month
)

SELECT
    location_code,
    product_code,
    batch_no,
    month,
    CAST(
        COALESCE(
            SUM(net_qty) OVER (
                PARTITION BY location_code, product_code, batch_no ORDER BY month
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ), 0
        ) AS DECIMAL(18, 3)
    ) AS before_qty,
    CAST(
        COALESCE(
            SUM(movements) OVER (
                PARTITION BY location_code, product_code, batch_no ORDER BY month
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ), 0
        ) AS BIGINT
    ) AS before_movements
FROM ledger;
/* cases
[[case]]
name = "by batch where every movement has one, else as a whole"
expect = [
  { product_code = "P1", batch_no = "B1", month = 2025-03-01, before_qty = 0, before_movements = 0 },
  { product_code = "P1", batch_no = "B1", month = 2025-05-01, before_qty = 7, before_movements = 2 },
  { product_code = "P2", batch_no = "", month = 2025-03-01, before_qty = 0 },
  { product_code = "P2", batch_no = "", month = 2025-04-01, before_qty = 4 },
]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | batch_no | movement_type | moved_qty
S01           | M1          | 2025-03-01 08:00:00 | P1           | B1       | opening       | 10
S01           | M2          | 2025-03-31 23:59:00 | P1           | B1       | sale          | -3
S01           | M3          | 2025-05-01 00:00:00 | P1           | B1       | sale          | -1
S01           | M4          | 2025-03-02 08:00:00 | P2           | B1       | receipt       | 4
S01           | M5          | 2025-04-02 08:00:00 | P2           |          | sale          | -2
'''
*/
