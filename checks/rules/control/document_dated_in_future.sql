/*
title = "Document dated in the future"
title_zh = "单据日期在未来"
severity = "high"
assertion = "cutoff"
why = "A document dated ahead falls out of this period: stock, sales and what is owed to the supplier are wrong until that day."
why_zh = "日期填到未来的单据不会计入本期：到那天之前，库存、销售和应付账款都不准。"
fix = "Look at the paper for the real date, mostly a mistyped day, month or year, and correct it."
fix_zh = "查看原始单据的实际日期（多为日、月、年录错），予以更正。"
message = "{document_type} {document_no} is dated {dated_at}, {cause}"
message_zh = "{document_type} {document_no} 的日期为 {dated_at}，{cause}"
words.receipt = ["Receipt", "入库单"]
words.movement = ["Movement", "库存变动"]
words.order = ["Order", "采购订单"]
words.count = ["Count", "盘点单"]
words.invoice = ["Invoice", "发票"]
words.after_today = ["which has not come yet", "尚未到来"]
words.after_entry = ["later than it was entered", "晚于录入时间"]
grain = ["document_type", "location_code", "supplier_code", "document_no"]
population = """
SELECT location_code, receipt_no AS document_no
FROM core.receipt_line
WHERE status IS NULL OR status NOT IN ('draft', 'rejected', 'cancelled')
GROUP BY location_code, receipt_no
UNION ALL
SELECT location_code, movement_id FROM core.stock_movement
UNION ALL
SELECT '', po_no FROM core.purchase_order_line WHERE status IS NULL OR status <> 'cancelled' GROUP BY po_no
UNION ALL
SELECT location_code, count_no
FROM core.count_line
WHERE status IS NULL OR status <> 'cancelled'
GROUP BY location_code, count_no
UNION ALL
SELECT supplier_code, invoice_no FROM core.invoice_line GROUP BY supplier_code, invoice_no
"""
not_applicable = "No documents are loaded."
not_applicable_zh = "没有载入单据。"

[params]
days = 1
max_share = 0.05
min_documents = 10

[param_notes]
days = "Days by which a document may be dated after it was entered; one leaves room for clocks in other time zones."
max_share = "Where more of all documents than this, and more than min_documents, are dated after the day of the check, the check looks back at an earlier day, and it does not judge documents without a moment of entry."
min_documents = "Where more documents and movements than this were entered after the day of the check, it looks back likewise."

[param_notes_zh]
days = "单据日期允许晚于录入时间的天数；留一天是为不同时区的时钟。"
max_share = "日期晚于检查日的单据超过此比例且多于 min_documents 时，视为按过去某日回看，没有录入时间的单据不作判断。"
min_documents = "检查日之后录入的单据和变动多于此数时，同样视为回看。"
*/
-- Where an earlier day is looked at, later documents are no fault unless they were entered by that day, or are dated after
-- their own entry. A movement whose receipt or count is found here is a consequence of it.
WITH receipt AS (
    SELECT
        'receipt' AS document_type,
        location_code,
        receipt_no AS document_no,
        MIN(supplier_code) AS named_supplier,
        MAX(received_at) AS dated_at,
        MAX(recorded_at) AS recorded_at,
        SUM(COALESCE(line_amount, received_qty * unit_cost)) AS amount,
        MIN(created_by) AS person,
        MIN(file_id) AS file_id,
        MIN(row_no) AS row_no
    FROM core.receipt_line
    WHERE status IS NULL OR status NOT IN ('draft', 'rejected', 'cancelled')
    GROUP BY location_code, receipt_no
),

stocktake AS (
    SELECT
        'count' AS document_type,
        location_code,
        count_no AS document_no,
        MAX(counted_at) AS dated_at,
        MIN(counted_by) AS person,
        MIN(file_id) AS file_id,
        MIN(row_no) AS row_no
    FROM core.count_line
    WHERE status IS NULL OR status <> 'cancelled'
    GROUP BY location_code, count_no
),

purchase AS (
    SELECT
        'order' AS document_type,
        po_no AS document_no,
        MIN(supplier_code) AS named_supplier,
        CASE WHEN MIN(location_code) = MAX(location_code) THEN MIN(location_code) END AS named_location,
        MAX(CAST(ordered_date AS TIMESTAMP)) AS dated_at,
        SUM(ordered_qty * unit_price) AS amount,
        MIN(created_by) AS person,
        MIN(file_id) AS file_id,
        MIN(row_no) AS row_no
    FROM core.purchase_order_line
    WHERE status IS NULL OR status <> 'cancelled'
    GROUP BY po_no
),

invoice AS (
    SELECT
        'invoice' AS document_type,
        supplier_code,
        invoice_no AS document_no,
        MAX(CAST(invoiced_date AS TIMESTAMP)) AS dated_at,
        SUM(COALESCE(invoiced_amount, invoiced_qty * unit_price)) AS amount,
        MIN(file_id) AS file_id,
        MIN(row_no) AS row_no
    FROM core.invoice_line
    GROUP BY supplier_code, invoice_no
),

ahead_movement AS (
    SELECT
        location_code,
        COALESCE(document_no, movement_id) AS document_no,
        MAX(occurred_at) AS dated_at,
        MAX(recorded_at) AS recorded_at,
        SUM(ABS(COALESCE(sale_amount, moved_qty * unit_cost))) AS amount,
        CASE WHEN MIN(product_code) = MAX(product_code) THEN MIN(product_code) END AS product_code,
        MIN(operator) AS person,
        MIN(file_id) AS file_id,
        MIN(row_no) AS row_no
    FROM core.stock_movement
    WHERE CAST(occurred_at AS DATE) > $as_of
       OR occurred_at > recorded_at + INTERVAL '1' DAY * CAST($days AS INTEGER)
    GROUP BY location_code, COALESCE(document_no, movement_id)
),

document AS (
    SELECT
        document_type, location_code, named_supplier AS supplier_code, document_no, CAST(NULL AS VARCHAR) AS product_code,
        dated_at, recorded_at, amount, person, file_id, row_no
    FROM receipt
    UNION ALL
    SELECT document_type, location_code, NULL, document_no, NULL, dated_at, NULL, NULL, person, file_id, row_no
    FROM stocktake
    UNION ALL
    SELECT
        document_type, named_location, named_supplier, document_no, NULL, dated_at, NULL, amount, person, file_id, row_no
    FROM purchase
    UNION ALL
    SELECT document_type, NULL, supplier_code, document_no, NULL, dated_at, NULL, amount, NULL, file_id, row_no
    FROM invoice
),

ahead_document AS (
    SELECT *
    FROM document
    WHERE CAST(dated_at AS DATE) > $as_of
       OR dated_at > recorded_at + INTERVAL '1' DAY * CAST($days AS INTEGER)
),

ahead AS (
    SELECT
        document_type, location_code, supplier_code, document_no, product_code,
        dated_at, recorded_at, amount, person, file_id, row_no
    FROM ahead_document
    UNION ALL
    SELECT
        'movement', m.location_code, NULL, m.document_no, m.product_code,
        m.dated_at, m.recorded_at, m.amount, m.person, m.file_id, m.row_no
    FROM ahead_movement AS m
    WHERE NOT EXISTS (
        SELECT 1 FROM ahead_document AS d
        WHERE d.location_code = m.location_code
          AND UPPER(d.document_no) = UPPER(m.document_no)
          AND d.document_type IN ('receipt', 'count')
    )
),

-- Whether the data go on after the day of the check: what was entered later says so, or how much is dated later.
total AS (
    SELECT
        COUNT(*) AS documents,
        SUM(CASE WHEN CAST(recorded_at AS DATE) > $as_of THEN 1 ELSE 0 END) AS entered_later,
        SUM(CASE WHEN recorded_at IS NULL AND CAST(dated_at AS DATE) > $as_of THEN 1 ELSE 0 END) AS dated_later
    FROM document
    UNION ALL
    SELECT
        COUNT(*),
        SUM(CASE WHEN CAST(recorded_at AS DATE) > $as_of THEN 1 ELSE 0 END),
        SUM(CASE WHEN recorded_at IS NULL AND CAST(occurred_at AS DATE) > $as_of THEN 1 ELSE 0 END)
    FROM core.stock_movement
),

look_back AS (
    SELECT SUM(documents) AS documents
    FROM total
    HAVING SUM(entered_later) > $min_documents
        OR (SUM(dated_later) > $min_documents
            AND SUM(dated_later) > CAST($max_share AS DECIMAL(9, 6)) * SUM(documents))
)

SELECT
    a.location_code,
    a.product_code,
    a.supplier_code,
    a.document_no,
    CAST(a.dated_at AS DATE) AS occurred_date,
    CAST(a.amount AS DECIMAL(18, 4)) AS amount_at_risk,
    a.document_type,
    CASE
        WHEN a.dated_at > a.recorded_at + INTERVAL '1' DAY * CAST($days AS INTEGER) THEN 'after_entry'
        ELSE 'after_today'
    END AS cause,
    a.dated_at,
    a.recorded_at,
    a.person,
    a.file_id,
    a.row_no
FROM ahead AS a
WHERE CAST(a.recorded_at AS DATE) <= $as_of
   OR a.dated_at > a.recorded_at + INTERVAL '1' DAY * CAST($days AS INTEGER)
   OR NOT EXISTS (SELECT 1 FROM look_back AS b WHERE b.documents > 0);
/* cases
[[case]]
name = "each kind of document after the day of the check, and dated long after it was entered"
as_of = 2025-03-31
expect = [
    { document_type = "receipt", document_no = "R1", occurred_date = 2026-03-02, cause = "after_today", amount_at_risk = 20 },
    { document_type = "receipt", document_no = "R2", occurred_date = 2025-03-20, cause = "after_entry" },
    { document_type = "receipt", document_no = "R3", cause = "after_today" },
    { document_type = "order", document_no = "PO1", location_code = "S01" },
    { document_type = "count", document_no = "C1", location_code = "S01" },
    { document_type = "invoice", document_no = "I1", supplier_code = "V1" },
    { document_type = "movement", document_no = "T1", product_code = "P1", amount_at_risk = 3 },
    { document_type = "movement", document_no = "M3" },
]
tables.receipt_line = '''
location_code | receipt_no | line_no | received_qty | unit_cost | received_at         | recorded_at
S01           | R1         | 1       | 10           | 2         | 2026-03-02 09:00:00 |
S01           | R2         | 1       | 10           | 2         | 2025-03-20 09:00:00 | 2025-03-02 09:30:00
S01           | R3         | 1       | 10           | 2         | 2025-04-20 09:00:00 | 2025-04-20 09:30:00
'''
tables.purchase_order_line = '''
po_no | line_no | location_code | ordered_date | expected_date | ordered_qty
PO1   | 1       | S01           | 2025-12-01   | 2025-12-04    | 1
'''
tables.count_line = '''
location_code | count_no | line_no | counted_at          | counted_qty
S01           | C1       | 1       | 2025-04-01 20:00:00 | 1
'''
tables.invoice_line = '''
supplier_code | invoice_no | line_no | invoiced_date | invoiced_qty
V1            | I1         | 1       | 2025-05-01    | 1
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | recorded_at         | product_code | movement_type | moved_qty | sale_amount | document_no
S01           | M1          | 2025-04-20 09:00:00 | 2025-03-20 09:00:00 | P1           | sale          | -1        | 3           | T1
S01           | M2          | 2026-03-02 09:05:00 |                     | P1           | receipt       | 10        |             | R1
S01           | M3          | 2025-04-20 09:00:00 |                     | P1           | adjustment    | 1         |             |
'''

[[case]]
name = "on the day itself, a clock ahead by a time zone, goods still expected, a cancelled document"
as_of = 2025-03-31
expect = []
tables.receipt_line = '''
location_code | receipt_no | line_no | received_qty | received_at         | recorded_at         | status
S01           | R1         | 1       | 10           | 2025-03-31 23:00:00 |                     |
S01           | R2         | 1       | 10           | 2025-03-20 09:00:00 | 2025-03-20 01:00:00 |
S01           | R3         | 1       | 10           | 2026-03-02 09:00:00 |                     | cancelled
'''
tables.purchase_order_line = '''
po_no | line_no | location_code | ordered_date | expected_date | ordered_qty
PO1   | 1       | S01           | 2025-03-31   | 2025-04-10    | 1
'''

[[case]]
name = "a look back at an earlier day: what came later is not in the future"
as_of = 2025-03-01
params = { min_documents = 2 }
expect = []
tables.receipt_line = '''
location_code | receipt_no | line_no | received_qty | received_at
S01           | R1         | 1       | 10           | 2025-02-01 09:00:00
S01           | R2         | 1       | 10           | 2025-03-02 09:00:00
S01           | R3         | 1       | 10           | 2025-03-03 09:00:00
S01           | R4         | 1       | 10           | 2025-03-04 09:00:00
'''

[[case]]
name = "a look back told by what was entered later; what was entered before and dated after stays"
as_of = 2025-03-01
params = { min_documents = 1 }
expect = [{ document_no = "R1", document_type = "receipt" }]
tables.receipt_line = '''
location_code | receipt_no | line_no | received_qty | received_at         | recorded_at
S01           | R1         | 1       | 10           | 2025-03-02 09:00:00 | 2025-03-01 20:00:00
S01           | R2         | 1       | 10           | 2025-03-03 09:00:00 | 2025-03-03 09:10:00
S01           | R3         | 1       | 10           | 2025-03-04 09:00:00 | 2025-03-04 09:10:00
'''
tables.count_line = '''
location_code | count_no | line_no | counted_at          | counted_qty
S01           | C1       | 1       | 2025-03-03 20:00:00 | 1
'''
*/
