/*
title = "Receipt by somebody who may not receive"
title_zh = "无权限人员经办或审核入库"
severity = "high"
assertion = "authorisation"
why = "A receipt entered or approved by an unknown, closed or wrong account has no one who answers for the goods."
why_zh = "由不存在、已停用或岗位不符的账号录入或审核的入库，货物无人负责。"
fix = "Find out who used the account, have an authorised person check the receipt against the goods, and correct the rights in the POS."
fix_zh = "查明实际操作人，由有权限的人员对照实物复核，并在系统中更正账号权限。"
message = "Receipt {document_no}, {part} {person}: {cause}"
message_zh = "入库单 {document_no}，{part} {person}：{cause}"
words.created = ["entered by", "经办人"]
words.approved = ["approved by", "审核人"]
words.created_and_approved = ["entered and approved by", "经办并审核"]
words.unknown_staff = ["not in the staff list", "员工档案中没有此人"]
words.inactive_staff = ["the account is closed", "账号已停用"]
words.wrong_role = ["the role may not receive goods", "岗位无入库权限"]
words.other_location = ["works at another store", "属于其他门店"]
grain = ["location_code", "document_no", "person"]
population = """
SELECT r.location_code, r.receipt_no, MAX(COALESCE(r.created_by, r.approved_by)) AS person
FROM core.receipt_line AS r
WHERE (r.status IS NULL OR r.status NOT IN ('draft', 'rejected', 'cancelled'))
  AND EXISTS (SELECT 1 FROM core.staff AS s WHERE s.staff_code IS NOT NULL)
GROUP BY r.location_code, r.receipt_no
"""
needs = ["person"]
not_applicable = "No staff list or no receipts are loaded."
not_applicable_zh = "没有载入员工档案或入库单。"

[params]
receiving_roles = ""
forbidden_roles = "cashier,收银员,收银"
roaming_roles = "area manager,regional manager,auditor,admin,区域经理,督导,审计,管理员"
system_accounts = "system,系统"
idle_days = 30
regular_documents = 5

[param_notes]
receiving_roles = "Roles that may enter or approve receipts, parted by commas; empty: every role that is not forbidden."
forbidden_roles = "Roles that may not, parted by commas."
roaming_roles = "Roles that may do so at every location."
system_accounts = "Accounts that are no persons, such as an interface that posts receipts."
idle_days = "Days without a receipt after which an account counts as no longer in regular use."
regular_documents = "A closed account with this many receipts, none further apart than that, was in regular use: it was closed later."

[param_notes_zh]
receiving_roles = "可以录入或审批入库的岗位，用逗号分隔；留空表示除禁止岗位外都可以。"
forbidden_roles = "不得录入或审批入库的岗位，用逗号分隔。"
roaming_roles = "可以在任何门店录入或审批入库的岗位。"
system_accounts = "不是真人的账号，例如自动入库的接口。"
idle_days = "多少天没有入库记录的账号，不再算经常使用。"
regular_documents = "已停用的账号若有这么多张入库单，且间隔都不超过上述天数，说明当时仍在正常使用，是后来才停用的。"
*/
-- A person is known by account or by name. Receipts of a location are judged where some person on them is known or works
-- there; elsewhere the list covers others. One cause each, the gravest. The staff list says that an account is closed and
-- not since when, so receipts of its regular use are left alone. Who works at a warehouse or an office serves all stores.
WITH listed AS (
    SELECT
        UPPER(REPLACE(staff_code, ' ', '')) AS person_key,
        ',' || UPPER(REPLACE(role, ' ', '')) || ',' AS role_key,
        UPPER(location_code) AS home_key,
        is_active
    FROM core.staff
    UNION ALL
    SELECT
        UPPER(REPLACE(staff_name, ' ', '')),
        ',' || UPPER(REPLACE(role, ' ', '')) || ',',
        UPPER(location_code),
        is_active
    FROM core.staff
    WHERE staff_name IS NOT NULL AND UPPER(REPLACE(staff_name, ' ', '')) <> UPPER(REPLACE(staff_code, ' ', ''))
),

-- Of two persons with one name only what holds for both is known.
known AS (
    SELECT
        person_key,
        CASE WHEN MIN(role_key) = MAX(role_key) THEN MIN(role_key) END AS role_key,
        CASE WHEN MIN(home_key) = MAX(home_key) THEN NULLIF(MIN(home_key), '') END AS home_key,
        BOOL_OR(is_active) AS is_active
    FROM listed
    GROUP BY person_key
),

involved AS (
    SELECT
        *,
        created_by AS person,
        1 AS is_maker,
        CASE WHEN UPPER(created_by) = UPPER(approved_by) THEN 1 ELSE 0 END AS is_approver
    FROM core.receipt_line
    WHERE created_by IS NOT NULL
    UNION ALL
    SELECT *, approved_by AS person, 0 AS is_maker, 1 AS is_approver
    FROM core.receipt_line
    WHERE approved_by IS NOT NULL AND (created_by IS NULL OR UPPER(created_by) <> UPPER(approved_by))
),

document AS (
    SELECT
        location_code,
        receipt_no,
        UPPER(REPLACE(person, ' ', '')) AS person_key,
        MIN(person) AS person,
        MAX(is_maker) AS is_maker,
        MAX(is_approver) AS is_approver,
        MIN(supplier_code) AS supplier_code,
        MIN(received_at) AS received_at,
        SUM(COALESCE(line_amount, received_qty * unit_cost)) AS amount,
        MIN(file_id) AS file_id,
        MIN(row_no) AS row_no
    FROM involved
    WHERE status IS NULL OR status NOT IN ('draft', 'rejected', 'cancelled')
    GROUP BY location_code, receipt_no, UPPER(REPLACE(person, ' ', ''))
),

covered AS (
    SELECT d.location_code
    FROM document AS d
    JOIN known AS k ON k.person_key = d.person_key
    UNION
    SELECT location_code FROM core.staff WHERE location_code <> ''
),

closed AS (
    SELECT
        d.location_code,
        d.receipt_no,
        d.person_key,
        d.received_at,
        CAST(d.received_at AS DATE) AS received_date,
        LAG(CAST(d.received_at AS DATE)) OVER (
            PARTITION BY d.person_key ORDER BY d.received_at, d.location_code, d.receipt_no
        ) AS previous_date
    FROM document AS d
    JOIN known AS k ON k.person_key = d.person_key
    WHERE NOT k.is_active
),

spell AS (
    SELECT
        location_code,
        receipt_no,
        person_key,
        SUM(CASE WHEN received_date <= previous_date + CAST($idle_days AS INTEGER) THEN 0 ELSE 1 END) OVER (
            PARTITION BY person_key ORDER BY received_at, location_code, receipt_no
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS spell_no
    FROM closed
),

sized AS (
    SELECT
        location_code,
        receipt_no,
        person_key,
        COUNT(*) OVER (PARTITION BY person_key, spell_no) AS documents
    FROM spell
),

judged AS (
    SELECT
        d.*,
        k.role_key,
        k.home_key,
        CASE
            WHEN k.person_key IS NULL THEN 'unknown_staff'
            WHEN z.documents < $regular_documents THEN 'inactive_staff'
            WHEN STRPOS(',' || UPPER(REPLACE(REPLACE($forbidden_roles, '，', ','), ' ', '')) || ',', k.role_key) > 0
                THEN 'wrong_role'
            WHEN $receiving_roles <> ''
                AND STRPOS(
                    ',' || UPPER(REPLACE(REPLACE($receiving_roles, '，', ','), ' ', '')) || ',', k.role_key
                ) = 0
                THEN 'wrong_role'
            WHEN k.home_key <> UPPER(d.location_code)
                AND h.location_type = 'store'
                AND COALESCE(STRPOS(
                    ',' || UPPER(REPLACE(REPLACE($roaming_roles, '，', ','), ' ', '')) || ',', k.role_key
                ), 0) = 0
                THEN 'other_location'
        END AS cause
    FROM document AS d
    JOIN covered AS c ON c.location_code = d.location_code
    LEFT JOIN known AS k ON k.person_key = d.person_key
    LEFT JOIN sized AS z
        ON z.location_code = d.location_code AND z.receipt_no = d.receipt_no AND z.person_key = d.person_key
    LEFT JOIN core.location AS h ON UPPER(h.location_code) = k.home_key
)

SELECT
    location_code,
    receipt_no AS document_no,
    supplier_code,
    CAST(received_at AS DATE) AS occurred_date,
    CAST(amount AS DECIMAL(18, 4)) AS amount_at_risk,
    person_key AS person,
    CASE WHEN is_maker = 0 THEN 'approved' WHEN is_approver = 0 THEN 'created' ELSE 'created_and_approved' END AS part,
    cause,
    REPLACE(role_key, ',', '') AS role,
    home_key AS home_location_code,
    file_id,
    row_no
FROM judged
WHERE cause IS NOT NULL
  AND STRPOS(',' || UPPER(REPLACE(REPLACE($system_accounts, '，', ','), ' ', '')) || ',', ',' || person_key || ',') = 0;
/* cases
[[case]]
name = "unknown, closed, a cashier, from another store"
expect = [
    { document_no = "R1", person = "E7", cause = "unknown_staff", part = "created", amount_at_risk = 20 },
    { document_no = "R2", person = "E3", cause = "inactive_staff", part = "created" },
    { document_no = "R3", person = "E4", cause = "wrong_role", part = "created_and_approved", role = "CASHIER", amount_at_risk = 20 },
    { document_no = "R4", person = "E5", cause = "other_location", part = "approved", home_location_code = "S02" },
]
tables.location = '''
location_code | location_type
S01           | store
S02           | store
'''
tables.staff = '''
staff_code | staff_name | role    | location_code | is_active
E1         | Li Na      | manager | S01           | true
E2         | Wang Wei   | clerk   | S01           | true
E3         | Sun Hao    | clerk   | S01           | false
E4         | Zhou Tao   | Cashier | S01           | true
E5         | He Ping    | manager | S02           | true
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | received_qty | unit_cost | received_at         | created_by | approved_by | status
S01           | R1         | 1       | 10           | 2         | 2025-03-02 09:00:00 | E7         | E1          | approved
S01           | R2         | 1       | 10           | 2         | 2025-03-02 09:00:00 | E3         | E1          | approved
S01           | R3         | 1       | 10           | 2         | 2025-03-02 09:00:00 | E4         | e4          | approved
S01           | R4         | 1       | 10           | 2         | 2025-03-02 09:00:00 | E2         | E5          | approved
'''

[[case]]
name = "named by name; a warehouse's clerk, an area manager and the interface at a store; a store whose staff is not listed; a draft"
expect = []
tables.location = '''
location_code | location_type
S01           | store
S02           | store
W01           | warehouse
'''
tables.staff = '''
staff_code | staff_name | role         | location_code | is_active
E1         | Li Na      | manager      | S01           | true
E2         | Wang Wei   | clerk        | W01           | true
E3         | Sun Hao    | area manager | S02           | true
E4         | Zhou Tao   |              |               |
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | received_qty | received_at         | created_by | approved_by | status
S01           | R1         | 1       | 10           | 2025-03-02 09:00:00 | LI NA      | e3          | approved
S01           | R2         | 1       | 10           | 2025-03-02 09:00:00 | E2         | E4          | approved
S01           | R3         | 1       | 10           | 2025-03-02 09:00:00 | System     | E1          | approved
S03           | R4         | 1       | 10           | 2025-03-02 09:00:00 | Z9         | Z8          | approved
S01           | R5         | 1       | 10           | 2025-03-02 09:00:00 | E7         |             | draft
S01           | R6         | 1       | 10           | 2025-03-02 09:00:00 |            |             | approved
'''

[[case]]
name = "who left after regular work is left alone until the account wakes up again"
expect = [{ document_no = "R6", cause = "inactive_staff", occurred_date = 2025-06-02 }]
tables.staff = '''
staff_code | role  | location_code | is_active
E1         | clerk | S01           | false
E2         | clerk | S01           | true
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | received_qty | received_at         | created_by
S01           | R1         | 1       | 10           | 2025-03-02 09:00:00 | E1
S01           | R2         | 1       | 10           | 2025-03-04 09:00:00 | E1
S01           | R3         | 1       | 10           | 2025-03-09 09:00:00 | E1
S01           | R4         | 1       | 10           | 2025-03-20 09:00:00 | E1
S01           | R5         | 1       | 10           | 2025-04-02 09:00:00 | E1
S01           | R6         | 1       | 10           | 2025-06-02 09:00:00 | E1
'''

[[case]]
name = "only the roles the shop has named"
expect = [{ document_no = "R2", cause = "wrong_role" }]
params = { receiving_roles = "stock clerk，manager" }
tables.staff = '''
staff_code | role        | location_code | is_active
E1         | Stock Clerk | S01           | true
E2         | buyer       | S01           | true
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | received_qty | received_at         | created_by
S01           | R1         | 1       | 10           | 2025-03-02 09:00:00 | E1
S01           | R2         | 1       | 10           | 2025-03-02 09:00:00 | E2
'''
*/
