/*
title = "One account at two places at once"
title_zh = "同一账号同时在两处使用"
severity = "medium"
assertion = "authorisation"
why = "An account that several people use answers for nobody: who sold, counted or received cannot be told any more."
why_zh = "账号多人共用，无法确认是谁销售、盘点或收货，责任无从追究。"
fix = "Ask both stores who was signed in; give everyone an account of their own and change the password."
fix_zh = "向两家门店核实当时的操作人，一人一号，并修改密码。"
message = "Account {staff_code} was used at {from_location_code} at {from_at} and at {location_code} at {to_at} ({changes} times that day)"
message_zh = "账号 {staff_code}：{from_at} 在 {from_location_code}，{to_at} 又在 {location_code}（当日 {changes} 次）"
grain = ["staff_code", "occurred_date"]
population = """
WITH used AS (
    SELECT DISTINCT staff_code, location_code
    FROM core.sync_event
    WHERE event_type = 'login' AND staff_code IS NOT NULL AND location_code <> ''
    UNION
    SELECT DISTINCT operator, location_code
    FROM core.stock_movement
    WHERE movement_type IN ('sale', 'sale_return') AND operator IS NOT NULL AND location_code <> ''
)
SELECT UPPER(u.staff_code) AS staff_code
FROM used AS u
WHERE EXISTS (SELECT 1 FROM used AS o HAVING MIN(o.location_code) <> MAX(o.location_code))
GROUP BY UPPER(u.staff_code)
"""
not_applicable = "No log-in and no sale names who did it and where, or there is one location only."
not_applicable_zh = "登录记录和销售流水没有注明人员和门店，或只有一家门店。"

[params]
minutes = 10
system_accounts = "system,系统"

[param_notes]
minutes = "Minutes within which nobody gets from one store to the other."
system_accounts = "Accounts that are no persons, such as self-checkout or an online shop, parted by commas."

[param_notes_zh]
minutes = "多少分钟之内不可能从一家店赶到另一家店。"
system_accounts = "不是真人的账号，例如自助收银或网店，用逗号分隔。"
*/
-- What needs a person on the spot: signing in and selling. Transfers, receipts and corrections are also posted from an
-- office. Two devices at one location are no sign. A moment of exactly midnight is a date without a clock.
-- If any two uses lie within the window, some two neighbouring ones do.
WITH sold AS (
    SELECT operator, location_code, CAST(occurred_at AS DATE) AS used_date
    FROM core.stock_movement
    WHERE movement_type IN ('sale', 'sale_return') AND operator IS NOT NULL AND location_code <> ''
    GROUP BY operator, location_code, CAST(occurred_at AS DATE)
),

place AS (
    SELECT UPPER(staff_code) AS staff_code, location_code, CAST(occurred_at AS DATE) AS used_date
    FROM core.sync_event
    WHERE event_type = 'login' AND staff_code IS NOT NULL AND location_code <> ''
    UNION ALL
    SELECT UPPER(operator), location_code, used_date
    FROM sold
),

-- Only days with two places are looked at closely: movements are many.
travelled AS (
    SELECT staff_code, used_date
    FROM place
    WHERE used_date <= $as_of
      AND STRPOS(
          ',' || UPPER(REPLACE(REPLACE($system_accounts, '，', ','), ' ', '')) || ',',
          ',' || REPLACE(staff_code, ' ', '') || ','
      ) = 0
    GROUP BY staff_code, used_date
    HAVING MIN(location_code) <> MAX(location_code)
),

spelling AS (
    SELECT DISTINCT s.operator, t.staff_code, t.used_date
    FROM sold AS s
    JOIN travelled AS t ON t.staff_code = UPPER(s.operator) AND t.used_date = s.used_date
),

used AS (
    SELECT t.staff_code, t.used_date, e.location_code, e.occurred_at, e.file_id, e.row_no
    FROM core.sync_event AS e
    JOIN travelled AS t ON t.staff_code = UPPER(e.staff_code) AND t.used_date = CAST(e.occurred_at AS DATE)
    WHERE e.event_type = 'login' AND e.location_code <> ''
    UNION ALL
    SELECT s.staff_code, s.used_date, m.location_code, m.occurred_at, m.file_id, m.row_no
    FROM core.stock_movement AS m
    JOIN spelling AS s ON s.operator = m.operator AND s.used_date = CAST(m.occurred_at AS DATE)
    WHERE m.movement_type IN ('sale', 'sale_return') AND m.location_code <> ''
),

event AS (
    SELECT staff_code, used_date, location_code, occurred_at, MIN(file_id) AS file_id, MIN(row_no) AS row_no
    FROM used
    WHERE occurred_at > CAST(used_date AS TIMESTAMP)
    GROUP BY staff_code, used_date, location_code, occurred_at
),

followed AS (
    SELECT
        *,
        LAG(location_code) OVER (
            PARTITION BY staff_code, used_date ORDER BY occurred_at, location_code
        ) AS from_location_code,
        LAG(occurred_at) OVER (PARTITION BY staff_code, used_date ORDER BY occurred_at, location_code) AS from_at
    FROM event
),

jump AS (
    SELECT
        *,
        COUNT(*) OVER (PARTITION BY staff_code, used_date) AS changes,
        ROW_NUMBER() OVER (PARTITION BY staff_code, used_date ORDER BY occurred_at, location_code) AS jump_no
    FROM followed
    WHERE UPPER(location_code) <> UPPER(from_location_code)
      AND occurred_at <= from_at + INTERVAL '1' MINUTE * CAST($minutes AS INTEGER)
)

SELECT
    location_code,
    used_date AS occurred_date,
    staff_code,
    from_location_code,
    from_at,
    occurred_at AS to_at,
    changes,
    file_id,
    row_no
FROM jump
WHERE jump_no = 1;
/* cases
[[case]]
name = "signed in at two stores within five minutes; selling at two at once: one finding per day"
expect = [
    { staff_code = "E1", occurred_date = 2025-03-03, from_location_code = "S01", location_code = "S02", changes = 1 },
    { staff_code = "E2", occurred_date = 2025-03-03, from_location_code = "S01", location_code = "S02", changes = 3 },
    { staff_code = "E2", occurred_date = 2025-03-04, from_location_code = "S02", location_code = "S01" },
]
tables.sync_event = '''
event_id | location_code | device_id | occurred_at         | event_type | staff_code
1        | S01           | D1        | 2025-03-03 08:00:00 | login      | E1
2        | S02           | D2        | 2025-03-03 08:05:00 | login      | e1
3        | S02           | D2        | 2025-03-04 08:00:00 | login      | E2
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | operator
S01           | M1          | 2025-03-03 08:00:00 | P1           | sale          | -1        | E2
S02           | M2          | 2025-03-03 08:00:30 | P1           | sale          | -1        | E2
S01           | M3          | 2025-03-03 08:03:00 | P1           | sale          | -1        | E2
S02           | M4          | 2025-03-03 08:04:00 | P1           | sale          | -1        | E2
S01           | M5          | 2025-03-04 08:09:00 | P1           | sale          | -1        | E2
'''

[[case]]
name = "lent to another store, two devices of one store, both ends of a transfer, no clock, self-checkout, other events"
expect = []
tables.sync_event = '''
event_id | location_code | device_id | occurred_at         | event_type     | staff_code
1        | S01           | D1        | 2025-03-03 08:00:00 | login          | E1
2        | S02           | D2        | 2025-03-03 08:30:00 | login          | E1
3        | S01           | D1        | 2025-03-04 08:00:00 | login          | E1
4        | S01           | D3        | 2025-03-04 08:01:00 | login          | E1
5        | S02           | D2        | 2025-03-04 08:01:00 | offline_upload | E1
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | operator
W01           | M1          | 2025-03-03 08:00:00 | P1           | transfer_out  | -1        | E2
S01           | M2          | 2025-03-03 08:00:00 | P1           | transfer_in   | 1         | E2
S01           | M3          | 2025-03-05 00:00:00 | P1           | sale          | -1        | E3
S02           | M4          | 2025-03-05 00:00:00 | P1           | sale          | -1        | E3
S01           | M5          | 2025-03-05 09:00:00 | P1           | sale          | -1        | System
S02           | M6          | 2025-03-05 09:00:00 | P1           | sale          | -1        | system
'''
*/
