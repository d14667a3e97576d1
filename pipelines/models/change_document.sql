/*
title = "Documents that changes are about"
title_zh = "修正日志所指的单据"
what = "For each row of the log of changes the document it is about, with its location, which the log does not name."
what_zh = "修正日志每一行所指的单据及其门店（日志本身不含门店）。"
grain = ["change_id", "document_type", "location_code", "document_no"]
*/
-- document_type: receipt, count or order; document_no, location_code: of the document. candidates: how many documents
-- the change can be about; above 1 where several locations have the number and who changed it works at none of them.
-- A kind of document that the log names must agree; an unknown word for it says nothing.
WITH home AS (
    SELECT UPPER(staff_code) AS staff_key, MIN(location_code) AS location_code
    FROM core.staff
    GROUP BY UPPER(staff_code)
    HAVING MIN(location_code) = MAX(location_code)
),

change AS (
    SELECT
        change_id,
        UPPER(document_no) AS document_key,
        UPPER(changed_by) AS staff_key,
        CASE
            WHEN REGEXP_MATCHES(document_type, 'receipt|入库|收货', 'i') THEN 'receipt'
            WHEN REGEXP_MATCHES(document_type, 'count|stocktak|盘点', 'i') THEN 'count'
            WHEN REGEXP_MATCHES(document_type, 'invoice|发票|账单|transfer|调拨|movement|流水|delivery|送货', 'i') THEN 'other'
            WHEN REGEXP_MATCHES(document_type, 'order|订单|订货', 'i') THEN 'order'
        END AS named_type
    FROM core.document_change
    WHERE document_no IS NOT NULL
),

candidate AS (
    SELECT
        c.change_id,
        r.document_type,
        r.location_code,
        r.document_no,
        COALESCE(UPPER(h.location_code) = UPPER(r.location_code), FALSE) AS is_home
    FROM change AS c
    JOIN mart.document_register AS r ON UPPER(r.document_no) = c.document_key
    LEFT JOIN home AS h ON h.staff_key = c.staff_key
    WHERE c.named_type IS NULL OR c.named_type = r.document_type
)

SELECT
    change_id,
    document_type,
    location_code,
    document_no,
    COUNT(*) OVER (PARTITION BY change_id, is_home) AS candidates
FROM candidate
QUALIFY is_home = BOOL_OR(is_home) OVER (PARTITION BY change_id);
/* cases
[[case]]
name = "by number and kind; of several locations that of the person; else all of them"
expect = [
    { change_id = "1", document_type = "receipt", location_code = "S01", document_no = "R1", candidates = 1 },
    { change_id = "2", document_type = "receipt", location_code = "S01", candidates = 2 },
    { change_id = "2", document_type = "receipt", location_code = "S02", candidates = 2 },
    { change_id = "3", document_type = "count", location_code = "S01", document_no = "R1" },
]
tables.staff = '''
staff_code | location_code
E1         | S01
E3         | W01
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | received_qty | received_at
S01           | R1         | 1       | 1            | 2025-03-04 09:00:00
S02           | R1         | 1       | 1            | 2025-03-04 09:00:00
'''
tables.count_line = '''
location_code | count_no | line_no | counted_at          | counted_qty
S01           | R1       | 1       | 2025-03-28 20:00:00 | 1
'''
tables.document_change = '''
change_id | document_type  | document_no | changed_by
1         | Goods receipt  | r1          | e1
2         | 入库单         | R1          | E3
3         | 盘点单         | R1          |
4         | Purchase order | R1          | E1
5         | 调拨单         | R1          | E1
'''
*/
