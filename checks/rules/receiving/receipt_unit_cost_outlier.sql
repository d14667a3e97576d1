/*
title = "Unit cost far from what the product usually costs"
title_zh = "成本单价明显偏离常见水平"
severity = "medium"
assertion = "valuation"
why = "A misplaced decimal point or a pack's price taken for a piece's distorts the stock's value and the margin of every sale that follows."
why_zh = "小数点错位或把整箱价当成单件价，会扭曲库存价值和之后每笔销售的毛利。"
fix = "Compare the cost with the delivery note and the last invoices. Correct it if it was mistyped; ask the buyer if the price really changed."
fix_zh = "与送货单和近期发票核对成本：录错的更正；价格确有变动的向采购确认。"
message = "Receipt {document_no} line {document_line_no}: {product_code} at {unit_cost}, usually {median_cost} ({receipt_count} receipts)"
message_zh = "入库单 {document_no} 第 {document_line_no} 行：{product_code} 成本 {unit_cost}，通常为 {median_cost}（{receipt_count} 次入库）"
grain = ["location_code", "document_no", "document_line_no"]
population = """
SELECT r.location_code, r.receipt_no, r.line_no, r.unit_cost
FROM mart.receipt_effective AS r
INNER JOIN (
    SELECT product_key
    FROM (
        SELECT DISTINCT product_key, location_code, receipt_no, unit_cost
        FROM mart.receipt_effective
        WHERE receipt_type <> 'return' AND received_base_qty > 0 AND unit_cost > 0 AND product_key IS NOT NULL
    ) AS c
    GROUP BY product_key
    HAVING COUNT(*) >= $min_sample
) AS p ON r.product_key = p.product_key
WHERE r.receipt_type <> 'return' AND r.received_base_qty > 0
"""
needs = ["unit_cost"]
not_applicable = "No product has enough receipts with a cost to say what is usual."
not_applicable_zh = "没有商品有足够多带成本的入库记录，无法判断常见水平。"

[params]
limit = 6
ratio = 1.5
min_sample = 8
agreed_share = 0.005
level_share = 0.05

[param_notes]
limit = "Modified z-score from which a cost is out of the ordinary; 3.5 in the source, higher here since costs move in steps."
ratio = "How many times the median above or below a cost must be besides."
min_sample = "Receipts of the product with a cost, at the least."
agreed_share = "Share of the order's price within which the order explains the cost."
level_share = "Share within which the receipt before or after has the same cost: a new price level, no slip."

[param_notes_zh]
limit = "成本的修正 z 值达到多少算异常；文献用 3.5，成本常按台阶变动，此处取得较高。"
ratio = "成本还须高于或低于中位数多少倍。"
min_sample = "该商品至少要有多少次带成本的入库。"
agreed_share = "成本与订单价相差在此比例之内，说明订单就是这个价。"
level_share = "前一次或后一次入库的成本相差在此比例之内，说明是新的价位，不是录入错误。"
*/
-- Modified z-score 0.6745 × |x − median| / MAD (Iglewicz and Hoaglin, How to Detect and Handle Outliers, 1993), over the
-- costs of one product at all locations, one per receipt and cost. The MAD is taken as 1 % of the median at the least,
-- since most costs never move. Gifts at cost zero, returns and repeated receipts are left out. A price that the order
-- agreed, or that the receipt before or after repeats, is a change of price and no slip.
WITH line AS (
    SELECT r.*
    FROM mart.receipt_effective AS r
    WHERE r.receipt_type <> 'return' AND r.received_base_qty > 0 AND r.unit_cost > 0 AND r.product_key IS NOT NULL
      AND NOT EXISTS (
          SELECT 1 FROM mart.receipt_duplicate AS d
          WHERE d.location_code = r.location_code AND d.receipt_no = r.receipt_no
      )
),

purchase AS (
    SELECT product_key, location_code, receipt_no, unit_cost, MIN(received_at) AS received_at
    FROM line
    GROUP BY product_key, location_code, receipt_no, unit_cost
),

centre AS (
    SELECT product_key, COUNT(*) AS receipt_count, CAST(MEDIAN(unit_cost) AS DECIMAL(18, 4)) AS median_cost
    FROM purchase
    GROUP BY product_key
    HAVING COUNT(*) >= $min_sample
),

spread AS (
    SELECT
        c.product_key,
        c.receipt_count,
        c.median_cost,
        CAST(MEDIAN(CAST(ABS(p.unit_cost - c.median_cost) AS DECIMAL(18, 4))) AS DECIMAL(18, 4)) AS mad_cost
    FROM purchase AS p
    INNER JOIN centre AS c ON p.product_key = c.product_key
    GROUP BY c.product_key, c.receipt_count, c.median_cost
),

far AS (
    SELECT p.product_key, p.location_code, p.receipt_no, p.unit_cost, s.receipt_count, s.median_cost, s.mad_cost
    FROM purchase AS p
    INNER JOIN spread AS s ON p.product_key = s.product_key
    WHERE CAST(0.6745 AS DECIMAL(5, 4)) * ABS(p.unit_cost - s.median_cost)
        > GREATEST(s.mad_cost, s.median_cost * CAST(0.01 AS DECIMAL(3, 2))) * $limit
      AND (p.unit_cost > s.median_cost * $ratio OR p.unit_cost * $ratio < s.median_cost)
),

sequence AS (
    SELECT
        p.product_key,
        p.location_code,
        p.receipt_no,
        p.unit_cost,
        LAG(p.unit_cost) OVER (
            PARTITION BY p.product_key ORDER BY p.received_at, p.location_code, p.receipt_no, p.unit_cost
        ) AS cost_before,
        LEAD(p.unit_cost) OVER (
            PARTITION BY p.product_key ORDER BY p.received_at, p.location_code, p.receipt_no, p.unit_cost
        ) AS cost_after
    FROM purchase AS p
    WHERE EXISTS (SELECT 1 FROM far AS f WHERE f.product_key = p.product_key)
),

agreed AS (
    SELECT DISTINCT r.location_code, r.receipt_no, r.line_no
    FROM line AS r
    INNER JOIN far AS f
        ON r.product_key = f.product_key AND r.location_code = f.location_code AND r.receipt_no = f.receipt_no
    INNER JOIN mart.order_line_status AS s ON r.po_key = UPPER(s.po_no) AND r.product_key = s.product_key
    WHERE ABS(r.unit_cost - s.unit_price) <= s.unit_price * $agreed_share
)

SELECT
    r.location_code,
    r.product_code,
    r.batch_no,
    r.supplier_code,
    r.receipt_no AS document_no,
    r.line_no AS document_line_no,
    CAST(r.received_at AS DATE) AS occurred_date,
    r.received_base_qty AS actual_qty,
    CAST(ABS(r.unit_cost - f.median_cost) * r.accepted_base_qty AS DECIMAL(18, 4)) AS amount_at_risk,
    r.unit_cost,
    f.median_cost,
    f.mad_cost,
    f.receipt_count,
    q.cost_before,
    q.cost_after,
    r.po_no,
    r.file_id,
    r.row_no
FROM far AS f
INNER JOIN line AS r
    ON f.product_key = r.product_key AND f.location_code = r.location_code AND f.receipt_no = r.receipt_no
    AND f.unit_cost = r.unit_cost
INNER JOIN sequence AS q
    ON f.product_key = q.product_key AND f.location_code = q.location_code AND f.receipt_no = q.receipt_no
    AND f.unit_cost = q.unit_cost
LEFT JOIN agreed AS a ON r.location_code = a.location_code AND r.receipt_no = a.receipt_no AND r.line_no = a.line_no
WHERE a.receipt_no IS NULL
  AND COALESCE(ABS(q.cost_before - f.unit_cost) > f.unit_cost * $level_share, TRUE)
  AND COALESCE(ABS(q.cost_after - f.unit_cost) > f.unit_cost * $level_share, TRUE);
/* cases
[[case]]
name = "a decimal point misplaced in one of eight receipts"
expect = [{ location_code = "S02", document_no = "R8", document_line_no = 1, product_code = "P1", unit_cost = 21, median_cost = 2.1, mad_cost = 0.1, receipt_count = 8, amount_at_risk = 189 }]
tables.receipt_line = '''
location_code | receipt_no | line_no | product_code | received_qty | unit_cost | received_at
S01           | R1         | 1       | P1           | 10           | 2.00      | 2025-01-02 09:00:00
S01           | R2         | 1       | P1           | 10           | 2.00      | 2025-01-09 09:00:00
S01           | R3         | 1       | p1           | 10           | 2.10      | 2025-01-16 09:00:00
S01           | R4         | 1       | P1           | 10           | 2.10      | 2025-01-23 09:00:00
S02           | R5         | 1       | P1           | 10           | 2.10      | 2025-01-30 09:00:00
S02           | R6         | 1       | P1           | 10           | 2.20      | 2025-02-06 09:00:00
S02           | R7         | 1       | P1           | 10           | 2.20      | 2025-02-13 09:00:00
S02           | R8         | 1       | P1           | 10           | 21.00     | 2025-02-10 09:00:00
'''

[[case]]
name = "a promotion the order agreed, a new price that stays, gifts and returns; a product with seven receipts"
expect = []
tables.purchase_order_line = '''
po_no | line_no | product_code | ordered_date | ordered_qty | unit_price
PO1   | 1       | P1           | 2025-01-20   | 10          | 1.00
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | receipt_type | po_no | product_code | received_qty | unit_cost | received_at
S01           | R1         | 1       | normal       |       | P1           | 10           | 2.00      | 2025-01-02 09:00:00
S01           | R2         | 1       | normal       |       | P1           | 10           | 2.00      | 2025-01-09 09:00:00
S01           | R3         | 1       | normal       |       | P1           | 10           | 2.00      | 2025-01-16 09:00:00
S01           | R4         | 1       | normal       | PO1   | P1           | 10           | 1.00      | 2025-01-23 09:00:00
S01           | R5         | 1       | normal       |       | P1           | 10           | 2.00      | 2025-01-24 09:00:00
S01           | R5         | 2       | normal       |       | P1           | 1            | 0.00      | 2025-01-24 09:00:00
S01           | R6         | 1       | normal       |       | P1           | 10           | 2.00      | 2025-01-25 09:00:00
S01           | R7         | 1       | normal       |       | P1           | 10           | 2.00      | 2025-01-26 09:00:00
S01           | R8         | 1       | normal       |       | P1           | 10           | 2.00      | 2025-01-27 09:00:00
S01           | R9         | 1       | return       |       | P1           | 10           | 9.00      | 2025-01-28 09:00:00
S01           | R10        | 1       | normal       |       | P1           | 10           | 4.00      | 2025-01-29 09:00:00
S01           | R11        | 1       | normal       |       | P1           | 11           | 4.10      | 2025-01-30 09:00:00
S01           | Q1         | 1       | normal       |       | P2           | 10           | 2.00      | 2025-01-02 09:00:00
S01           | Q2         | 1       | normal       |       | P2           | 10           | 2.00      | 2025-01-03 09:00:00
S01           | Q3         | 1       | normal       |       | P2           | 10           | 2.00      | 2025-01-04 09:00:00
S01           | Q4         | 1       | normal       |       | P2           | 10           | 2.00      | 2025-01-05 09:00:00
S01           | Q5         | 1       | normal       |       | P2           | 10           | 2.00      | 2025-01-06 09:00:00
S01           | Q6         | 1       | normal       |       | P2           | 10           | 2.00      | 2025-01-07 09:00:00
S01           | Q7         | 1       | normal       |       | P2           | 10           | 20.00     | 2025-01-08 09:00:00
'''
*/
