/*
title = "Locations whose receipts are loaded"
title_zh = "已载入入库单的门店"
what = "Every location that some receipt names; the empty one where receipts name none."
what_zh = "入库单中出现过的门店；未写门店的记为空。"
grain = ["location_code"]
*/
-- A table of its own, since it hardly ever changes while receipts come every day.
SELECT
    COALESCE(location_code, '') AS location_code,
    -- When its first receipt arrived.
    MIN(received_at) AS first_received_at
FROM core.receipt_line
GROUP BY COALESCE(location_code, '');
/* cases
[[case]]
name = "each location once"
expect = [{ location_code = "" }, { location_code = "S01" }]
tables.receipt_line = '''
location_code | receipt_no | line_no | received_qty | received_at
S01           | R1         | 1       | 1            | 2025-03-01 09:00:00
S01           | R2         | 1       | 1            | 2025-03-01 09:00:00
              | R3         | 1       | 1            | 2025-03-01 09:00:00
'''
*/
