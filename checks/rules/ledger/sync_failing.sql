/*
title = "Device keeps failing to synchronise"
title_zh = "设备持续同步失败"
severity = "medium"
assertion = "completeness"
why = "What a device could not send is not in the book: sales and receipts of those hours are missing, and when staff enter them again they may come twice."
why_zh = "设备未能上传的单据不在账上：这段时间的销售和入库缺失，人工补录又可能造成重复。"
fix = "Have the device upload what it holds, compare its last documents with the book, and mend its connection."
fix_zh = "让设备上传积压单据，将其最后几张单据与账面核对，并修复网络。"
message = "{device_id} at {location_code} failed {failures} times and was delayed {delays} times on {occurred_date}; no upload followed in time, {documents_missing} of the documents named are not in the book"
message_zh = "{location_code} 的设备 {device_id} 于 {occurred_date} 提交失败 {failures} 次、同步延迟 {delays} 次，其后未及时上传；所涉单据中 {documents_missing} 张未入账"
grain = ["location_code", "device_id", "occurred_date"]
population = "SELECT location_code, device_id, failed_on FROM mart.sync_failure GROUP BY location_code, device_id, failed_on"
not_applicable = "No device has reported a failed or delayed submission."
not_applicable_zh = "没有设备上报过提交失败或同步延迟。"

[params]
min_failures = 3
min_delays = 5
hours = 24

[param_notes]
min_failures = "Failed submissions of a device on one day from which it counts as failing."
min_delays = "Delayed submissions of a device on one day from which it counts as failing."
hours = "Hours within which an offline upload of the same device makes good what failed."

[param_notes_zh]
min_failures = "一台设备一天提交失败达到此次数，算同步异常。"
min_delays = "一台设备一天同步延迟达到此次数，算同步异常。"
hours = "同一设备在多少小时之内补传，算已弥补。"
*/
-- One or two failures are the ordinary life of a network, and so are many that an upload made good. Where the day is not
-- over yet the finding stands until the upload comes.
WITH unmended AS (
    SELECT f.*
    FROM mart.sync_failure AS f
    WHERE f.minutes_to_upload IS NULL OR f.minutes_to_upload > 60 * $hours
)

SELECT
    location_code,
    MIN(document_no) AS document_no,
    failed_on AS occurred_date,
    device_id,
    COUNT(CASE WHEN event_type = 'submit_failed' THEN 1 END) AS failures,
    COUNT(CASE WHEN event_type = 'sync_delayed' THEN 1 END) AS delays,
    MIN(occurred_at) AS first_failed_at,
    MAX(occurred_at) AS last_failed_at,
    MIN(next_upload_at) AS next_upload_at,
    COUNT(DISTINCT UPPER(document_no)) AS documents_named,
    COUNT(DISTINCT CASE WHEN NOT is_document_arrived THEN UPPER(document_no) END) AS documents_missing,
    MIN(staff_code) AS staff_code,
    MIN(file_id) AS file_id,
    MIN(row_no) AS row_no
FROM unmended
GROUP BY location_code, device_id, failed_on
HAVING COUNT(CASE WHEN event_type = 'submit_failed' THEN 1 END) >= $min_failures
    OR COUNT(CASE WHEN event_type = 'sync_delayed' THEN 1 END) >= $min_delays;
/* cases
[[case]]
name = "three failures and no upload, or one two days later or of another device: a finding per device and day"
expect = [
  { device_id = "D1", occurred_date = 2025-03-01, failures = 3, documents_named = 2, documents_missing = 1, document_no = "T1" },
  { device_id = "D2", occurred_date = 2025-03-01, failures = 3, documents_missing = 0, next_upload_at = "2025-03-03 09:00:00" },
]
tables.sync_event = '''
event_id | location_code | device_id | occurred_at         | event_type     | document_no
E1       | S01           | D1        | 2025-03-01 08:00:00 | submit_failed  | T1
E2       | S01           | D1        | 2025-03-01 08:05:00 | submit_failed  | T1
E3       | S01           | D1        | 2025-03-01 08:10:00 | submit_failed  | T2
E4       | S01           | D2        | 2025-03-01 08:00:00 | submit_failed  |
E5       | S01           | D2        | 2025-03-01 08:05:00 | submit_failed  |
E6       | S01           | D2        | 2025-03-01 08:10:00 | submit_failed  |
E7       | S01           | D2        | 2025-03-03 09:00:00 | offline_upload |
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | document_no
S01           | M1          | 2025-03-01 08:00:00 | P1           | sale          | -1        | T2
'''

[[case]]
name = "made good within the day, two failures, failures spread over days, a few delays, log-ins"
expect = []
tables.sync_event = '''
event_id | location_code | device_id | occurred_at         | event_type
E1       | S01           | D1        | 2025-03-01 22:00:00 | submit_failed
E2       | S01           | D1        | 2025-03-01 22:05:00 | submit_failed
E3       | S01           | D1        | 2025-03-01 22:10:00 | submit_failed
E4       | S01           | D1        | 2025-03-02 08:00:00 | offline_upload
E5       | S01           | D1        | 2025-03-05 08:00:00 | submit_failed
E6       | S01           | D1        | 2025-03-05 09:00:00 | submit_failed
E7       | S01           | D1        | 2025-03-06 09:00:00 | submit_failed
E8       | S01           | D2        | 2025-03-05 08:00:00 | sync_delayed
E9       | S01           | D2        | 2025-03-05 09:00:00 | sync_delayed
F1       | S01           | D2        | 2025-03-05 10:00:00 | login
F2       | S01           | D2        | 2025-03-05 11:00:00 | login
F3       | S01           | D2        | 2025-03-05 12:00:00 | login
'''
*/
