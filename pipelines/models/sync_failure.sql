/*
title = "Failed and delayed submissions"
title_zh = "提交失败与同步延迟"
what = "Every event of a device that could not send, with the next offline upload of the same device and whether the document it names has arrived in the books."
what_zh = "设备每次提交失败或同步延迟，及该设备之后的首次离线上传，和所涉单据是否已入账。"
grain = ["event_id"]
*/
-- A document counts as arrived when a movement or a receipt of the location carries its number, whoever sent it.
WITH event AS (
    SELECT
        event_id,
        COALESCE(location_code, '') AS location_code,
        device_id,
        occurred_at,
        event_type,
        staff_code,
        NULLIF(document_no, '') AS document_no,
        file_id,
        row_no,
        MIN(CASE WHEN event_type = 'offline_upload' THEN occurred_at END) OVER (
            PARTITION BY UPPER(COALESCE(location_code, '')), UPPER(device_id)
            ORDER BY occurred_at
            RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
        ) AS next_upload_at
    FROM core.sync_event
    WHERE device_id IS NOT NULL
      AND occurred_at IS NOT NULL
      AND event_type IN ('submit_failed', 'sync_delayed', 'offline_upload')
      AND CAST(occurred_at AS DATE) <= $as_of
),

failure AS (
    SELECT * FROM event WHERE event_type <> 'offline_upload'
),

awaited AS (
    SELECT DISTINCT location_code, UPPER(document_no) AS document_key
    FROM failure
    WHERE document_no IS NOT NULL
),

arrived AS (
    SELECT w.location_code, w.document_key
    FROM awaited AS w
    JOIN core.stock_movement AS m ON m.location_code = w.location_code AND UPPER(m.document_no) = w.document_key
    UNION
    SELECT w.location_code, w.document_key
    FROM awaited AS w
    JOIN core.receipt_line AS r
        ON COALESCE(r.location_code, '') = w.location_code AND UPPER(r.receipt_no) = w.document_key
)

SELECT
    f.event_id,
    f.location_code,
    f.device_id,
    f.event_type,
    f.occurred_at,
    CAST(f.occurred_at AS DATE) AS failed_on,
    f.staff_code,
    f.document_no,
    -- The device's first offline upload since; NULL where none followed.
    f.next_upload_at,
    CAST(
        DATE_DIFF('day', CAST(f.occurred_at AS DATE), CAST(f.next_upload_at AS DATE)) * 1440
        + (EXTRACT(hour FROM f.next_upload_at) - EXTRACT(hour FROM f.occurred_at)) * 60
        + EXTRACT(minute FROM f.next_upload_at) - EXTRACT(minute FROM f.occurred_at)
        AS BIGINT
    ) AS minutes_to_upload,
    -- NULL where the event names no document.
    CASE WHEN f.document_no IS NOT NULL THEN a.document_key IS NOT NULL END AS is_document_arrived,
    f.file_id,
    f.row_no
FROM failure AS f
LEFT JOIN arrived AS a ON a.location_code = f.location_code AND a.document_key = UPPER(f.document_no);
/* cases
[[case]]
name = "the next upload of the same device; a document that arrived by another way"
expect = [
  { event_id = "E1", minutes_to_upload = 90, is_document_arrived = true },
  { event_id = "E3", minutes_to_upload = "", is_document_arrived = false },
  { event_id = "E4", minutes_to_upload = "", is_document_arrived = "" },
]
tables.sync_event = '''
event_id | location_code | device_id | occurred_at         | event_type     | document_no
E1       | S01           | D1        | 2025-03-01 23:00:00 | submit_failed  | t1
E2       | S01           | d1        | 2025-03-02 00:30:00 | offline_upload |
E3       | S01           | D1        | 2025-03-02 09:00:00 | submit_failed  | T2
E4       | S02           | D1        | 2025-03-01 23:00:00 | sync_delayed   |
E5       | S01           | D1        | 2025-03-01 23:00:00 | login          |
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | document_no
S01           | M1          | 2025-03-01 22:59:00 | P1           | sale          | -1        | T1
'''
*/
