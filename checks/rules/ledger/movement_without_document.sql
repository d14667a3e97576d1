/*
title = "Movement without a document"
title_zh = "库存变动无单据"
severity = "medium"
assertion = "existence"
why = "Stock changed and no paper says why: nobody can tell whether the goods came, went, or only the figure did."
why_zh = "库存变了却没有凭证：无法判断是货物真的进出，还是只改了数字。"
fix = "Find the document and enter its number or load it; if there is none, reverse the movement or have it approved afterwards."
fix_zh = "查找单据，补填单号或补录单据；确无单据的，冲销该笔变动或补办审批。"
message = "{movement_type} of {product_code}, {actual_qty}, on {occurred_date} by {operator}: {reason_found} ({document_no})"
message_zh = "{product_code} 的{movement_type} {actual_qty}（{occurred_date}，操作人 {operator}）：{reason_found}（{document_no}）"
grain = ["location_code", "movement_id"]
population = """
SELECT m.location_code, m.movement_id, m.movement_type
FROM core.stock_movement AS m
JOIN (
    SELECT location_code, movement_type
    FROM core.stock_movement
    WHERE CAST(occurred_at AS DATE) <= $as_of
    GROUP BY location_code, movement_type
    HAVING COUNT(NULLIF(document_no, '')) > 0
) AS n ON n.location_code = m.location_code AND n.movement_type = m.movement_type
WHERE m.movement_type <> 'opening' AND CAST(m.occurred_at AS DATE) <= $as_of
"""
not_applicable = "No movement carries a document number."
not_applicable_zh = "库存变动没有单据号。"

[params]
min_numbered_share = 0.5

[param_notes]
min_numbered_share = "Share of a location's movements of one kind that must carry a number, or name a document that is loaded; below it the kind is not numbered there, or not by these documents."

[param_notes_zh]
min_numbered_share = "门店某类变动中带单号、或所指单据已载入的，至少要达到此比例才检查；低于此数说明当地这类变动不编单号，或不用这些单据。"

[words]
no_number = ["no document number", "无单据号"]
no_such_document = ["no such document is loaded", "单据不存在"]
sale = ["Sale", "销售"]
sale_return = ["Sale return", "销售退货"]
receipt = ["Receipt", "入库"]
purchase_return = ["Purchase return", "采购退货"]
transfer_in = ["Transfer in", "调入"]
transfer_out = ["Transfer out", "调出"]
adjustment = ["Adjustment", "调整"]
write_off = ["Write-off", "报损"]
consumption = ["Consumption", "领用"]
count_gain = ["Count gain", "盘盈"]
count_loss = ["Count loss", "盘亏"]
*/
-- A kind of movement is tested where the location numbers it as a rule; a kind of fewer than ten movements there goes by
-- the whole chain. Whether the document exists is asked of receipts and stocktakes, within the days for which the
-- location's documents are loaded; a document in any state exists (its state is for other rules).
-- A stocktake's posting without a number is count_adjustment_missing's affair.
WITH kind AS (
    SELECT
        location_code,
        movement_type,
        COUNT(*) AS movements,
        COUNT(NULLIF(document_no, '')) AS numbered
    FROM core.stock_movement
    WHERE movement_type <> 'opening' AND CAST(occurred_at AS DATE) <= $as_of
    GROUP BY location_code, movement_type
),

chain AS (
    SELECT movement_type, SUM(movements) AS movements, SUM(numbered) AS numbered
    FROM kind
    GROUP BY movement_type
),

numbered_kind AS (
    SELECT k.location_code, k.movement_type
    FROM kind AS k
    JOIN chain AS c ON c.movement_type = k.movement_type
    WHERE k.movement_type NOT IN ('count_gain', 'count_loss')
      AND CASE
          WHEN k.movements >= 10 THEN k.numbered >= $min_numbered_share * k.movements AND k.numbered > 0
          ELSE c.numbered >= $min_numbered_share * c.movements AND c.numbered > 0
      END
),

loaded AS (
    SELECT
        COALESCE(location_code, '') AS location_code,
        'receipt' AS document_kind,
        UPPER(receipt_no) AS document_key,
        CAST(MIN(received_at) AS DATE) AS first_on,
        CAST(MAX(received_at) AS DATE) AS last_on
    FROM core.receipt_line
    GROUP BY COALESCE(location_code, ''), UPPER(receipt_no)
    UNION ALL
    SELECT
        COALESCE(location_code, ''),
        'count',
        UPPER(count_no),
        CAST(MIN(counted_at) AS DATE),
        CAST(MAX(counted_at) AS DATE)
    FROM core.count_line
    GROUP BY COALESCE(location_code, ''), UPPER(count_no)
),

loaded_days AS (
    SELECT location_code, document_kind, MIN(first_on) AS first_on, MAX(last_on) AS last_on
    FROM loaded
    GROUP BY location_code, document_kind
),

-- Movements of documents of which there is a table, each document once.
cited AS (
    SELECT
        m.location_code,
        m.movement_type,
        CASE WHEN m.movement_type IN ('receipt', 'purchase_return') THEN 'receipt' ELSE 'count' END AS document_kind,
        UPPER(m.document_no) AS document_key
    FROM core.stock_movement AS m
    WHERE m.movement_type IN ('receipt', 'purchase_return', 'count_gain', 'count_loss')
      AND COALESCE(m.document_no, '') <> ''
      AND CAST(m.occurred_at AS DATE) <= $as_of
    GROUP BY m.location_code, m.movement_type, UPPER(m.document_no)
),

stray AS (
    SELECT
        c.location_code,
        c.movement_type,
        c.document_kind,
        c.document_key,
        d.document_key IS NOT NULL AS is_loaded
    FROM cited AS c
    LEFT JOIN loaded AS d
        ON d.location_code = c.location_code
        AND d.document_kind = c.document_kind
        AND d.document_key = c.document_key
),

-- Where most numbers lead nowhere the movements name other papers than those loaded.
linked_kind AS (
    SELECT s.location_code, s.movement_type, s.document_kind, d.first_on, d.last_on
    FROM stray AS s
    JOIN loaded_days AS d ON d.location_code = s.location_code AND d.document_kind = s.document_kind
    GROUP BY s.location_code, s.movement_type, s.document_kind, d.first_on, d.last_on
    HAVING SUM(CASE WHEN s.is_loaded THEN 1 ELSE 0 END) >= $min_numbered_share * COUNT(*)
       AND SUM(CASE WHEN s.is_loaded THEN 1 ELSE 0 END) > 0
),

undocumented AS (
    SELECT
        m.location_code,
        m.movement_id,
        m.product_code,
        m.batch_no,
        m.document_no,
        m.document_line_no,
        m.occurred_at,
        m.moved_qty,
        m.unit_cost,
        m.sale_amount,
        m.movement_type,
        m.operator,
        m.reason,
        m.file_id,
        m.row_no,
        'no_number' AS reason_found
    FROM core.stock_movement AS m
    JOIN numbered_kind AS k ON k.location_code = m.location_code AND k.movement_type = m.movement_type
    WHERE COALESCE(m.document_no, '') = ''
      AND COALESCE(m.moved_qty, 1) <> 0
      AND CAST(m.occurred_at AS DATE) <= $as_of
    UNION ALL
    SELECT
        m.location_code,
        m.movement_id,
        m.product_code,
        m.batch_no,
        m.document_no,
        m.document_line_no,
        m.occurred_at,
        m.moved_qty,
        m.unit_cost,
        m.sale_amount,
        m.movement_type,
        m.operator,
        m.reason,
        m.file_id,
        m.row_no,
        'no_such_document'
    FROM core.stock_movement AS m
    JOIN linked_kind AS k ON k.location_code = m.location_code AND k.movement_type = m.movement_type
    JOIN stray AS s
        ON s.location_code = m.location_code
        AND s.movement_type = m.movement_type
        AND s.document_key = UPPER(m.document_no)
    WHERE NOT s.is_loaded
      AND COALESCE(m.moved_qty, 1) <> 0
      AND CAST(m.occurred_at AS DATE) BETWEEN k.first_on AND k.last_on
      AND CAST(m.occurred_at AS DATE) <= $as_of
)

SELECT
    u.location_code,
    u.product_code,
    u.batch_no,
    u.document_no,
    u.document_line_no,
    CAST(u.occurred_at AS DATE) AS occurred_date,
    u.moved_qty AS actual_qty,
    CAST(
        ABS(COALESCE(u.moved_qty * COALESCE(u.unit_cost, c.unit_cost, p.purchase_price), u.sale_amount))
        AS DECIMAL(18, 4)
    ) AS amount_at_risk,
    u.movement_id,
    u.movement_type,
    u.reason_found,
    u.operator,
    u.reason,
    u.file_id,
    u.row_no
FROM undocumented AS u
LEFT JOIN mart.last_cost AS c ON c.location_code = u.location_code AND c.product_code = u.product_code
LEFT JOIN core.product AS p ON p.product_code = u.product_code;
/* cases
[[case]]
name = "no number, on kinds that have one elsewhere; a receipt nobody entered and a stocktake that is not there"
expect = [
  { movement_id = "M3", reason_found = "no_number", movement_type = "receipt", actual_qty = 4, amount_at_risk = 8 },
  { movement_id = "M4", reason_found = "no_such_document", document_no = "R9" },
  { movement_id = "M6", reason_found = "no_number", movement_type = "write_off" },
  { movement_id = "M9", reason_found = "no_such_document", document_no = "C9" },
]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | unit_cost | document_no
S01           | M1          | 2025-03-01 08:00:00 | P1           | opening       | 10        |           |
S01           | M2          | 2025-03-02 09:00:00 | P1           | receipt       | 10        | 2         | r1
S01           | M3          | 2025-03-03 09:00:00 | P1           | receipt       | 4         | 2         |
S01           | M4          | 2025-03-03 09:00:00 | P1           | receipt       | 5         | 2         | R9
S01           | MA          | 2025-03-05 09:00:00 | P1           | receipt       | 1         | 2         | R2
S01           | M5          | 2025-03-03 09:00:00 | P1           | write_off     | -1        |           | X1
S01           | M6          | 2025-03-03 10:00:00 | P1           | write_off     | -1        |           |
S01           | M8          | 2025-03-04 20:00:00 | P1           | count_loss    | -1        |           | C1
S01           | M9          | 2025-03-04 20:00:00 | P2           | count_loss    | -1        |           | C9
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | product_code | received_qty | received_at         | status
S01           | R1         | 1       | P1           | 10           | 2025-03-02 09:00:00 | cancelled
S01           | R2         | 1       | P1           | 1            | 2025-03-05 09:00:00 | approved
'''
tables.count_line = '''
location_code | count_no | line_no | product_code | counted_at          | counted_qty
S01           | C1       | 1       | P1           | 2025-03-04 20:00:00 | 9
'''

[[case]]
name = "openings, postings of a stocktake, kinds that nobody numbers, receipts from before those loaded, a shop without receipts"
expect = []
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | document_no
S01           | M1          | 2025-03-01 08:00:00 | P1           | opening       | 10        |
S01           | M2          | 2025-03-01 09:00:00 | P1           | receipt       | 10        | R0
S01           | M3          | 2025-03-02 09:00:00 | P1           | receipt       | 10        | R1
S01           | M4          | 2025-03-03 09:00:00 | P1           | adjustment    | -1        |
S01           | M5          | 2025-03-03 09:00:00 | P1           | count_gain    | 1         |
S01           | M6          | 2025-03-03 09:00:00 | P1           | write_off     | 0         |
S02           | M1          | 2025-03-03 09:00:00 | P1           | receipt       | 5         | R5
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | product_code | received_qty | received_at
S01           | R1         | 1       | P1           | 10           | 2025-03-02 09:00:00
'''

[[case]]
name = "movements that name the delivery note and not the receipt"
expect = []
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | document_no
S01           | M1          | 2025-03-02 09:00:00 | P1           | receipt       | 10        | DN1
S01           | M2          | 2025-03-03 09:00:00 | P1           | receipt       | 10        | DN2
S01           | M3          | 2025-03-04 09:00:00 | P1           | receipt       | 10        | R3
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | delivery_note_no | product_code | received_qty | received_at
S01           | R1         | 1       | DN1              | P1           | 10           | 2025-03-02 09:00:00
S01           | R2         | 1       | DN2              | P1           | 10           | 2025-03-03 09:00:00
S01           | R3         | 1       | DN3              | P1           | 10           | 2025-03-04 09:00:00
'''
*/
