/*
title = "Transfers, both sides"
title_zh = "调拨收发对照"
what = "Per transfer document and product what was sent and what arrived, with the state of the two sides."
what_zh = "每张调拨单、商品的发出数与收到数，以及收发两方的状态。"
grain = ["sender_code", "receiver_code", "document_no", "product_code"]
*/
-- Both sides carry the number of one document; codes are compared in capitals. A side that does not name the other takes
-- it from there, where the document has only one. A number is unique within its sender only: where several sent to one
-- place under the same number, the sender parts them, otherwise a sender that the receiving side names differently (a
-- place of transit) does no harm. A receiving place may book what arrives as a receipt under the transfer's number.
WITH sent_document AS (
    SELECT DISTINCT UPPER(document_no) AS document_key, UPPER(product_code) AS product_key
    FROM core.stock_movement
    WHERE movement_type = 'transfer_out' AND document_no IS NOT NULL AND product_code IS NOT NULL
),

movement AS (
    SELECT
        m.movement_type = 'transfer_out' AS is_sent,
        m.movement_type <> 'receipt' AS is_transfer,
        m.location_code,
        UPPER(m.location_code) AS location_key,
        NULLIF(m.counter_location_code, '') AS counter_code,
        UPPER(m.document_no) AS document_key,
        UPPER(m.product_code) AS product_key,
        m.document_no,
        m.product_code,
        m.moved_qty,
        m.occurred_at,
        m.file_id,
        m.row_no
    FROM core.stock_movement AS m
    LEFT JOIN sent_document AS d
        ON d.document_key = UPPER(m.document_no) AND d.product_key = UPPER(m.product_code)
    WHERE m.movement_type IN ('transfer_out', 'transfer_in', 'receipt')
      AND (m.movement_type <> 'receipt' OR d.document_key IS NOT NULL)
      AND m.document_no IS NOT NULL
      AND m.product_code IS NOT NULL
      AND m.moved_qty IS NOT NULL
      AND CAST(m.occurred_at AS DATE) <= $as_of
),

side AS (
    SELECT
        is_sent,
        location_key,
        document_key,
        product_key,
        UPPER(counter_code) AS counter_key,
        MIN(location_code) AS location_code,
        MIN(counter_code) AS counter_code,
        MIN(document_no) AS document_no,
        MIN(product_code) AS product_code,
        is_transfer,
        ABS(SUM(moved_qty)) AS moved_qty,
        MIN(occurred_at) AS first_at,
        MAX(occurred_at) AS last_at,
        MIN(file_id) AS file_id,
        MIN(row_no) AS row_no
    FROM movement
    GROUP BY is_sent, is_transfer, location_key, document_key, product_key, UPPER(counter_code)
),

only_place AS (
    SELECT is_sent, document_key, product_key, MIN(location_key) AS location_key, MIN(location_code) AS location_code
    FROM side
    WHERE is_transfer
    GROUP BY is_sent, document_key, product_key
    HAVING MIN(location_key) = MAX(location_key)
),

named AS (
    SELECT
        s.*,
        COALESCE(s.counter_key, CASE WHEN o.location_key <> s.location_key THEN o.location_key END) AS other_key,
        COALESCE(s.counter_code, CASE WHEN o.location_key <> s.location_key THEN o.location_code END) AS other_code
    FROM side AS s
    LEFT JOIN only_place AS o
        ON o.document_key = s.document_key AND o.product_key = s.product_key AND o.is_sent <> s.is_sent
),

shared_number AS (
    SELECT other_key AS receiver_key, document_key
    FROM named
    WHERE is_sent AND other_key IS NOT NULL
    GROUP BY other_key, document_key
    HAVING COUNT(DISTINCT location_key) > 1
),

sent AS (
    SELECT
        n.other_key AS receiver_key,
        n.document_key,
        n.product_key,
        CASE WHEN h.receiver_key IS NULL THEN '' ELSE n.location_key END AS sender_slot,
        MIN(n.location_key) AS sender_key,
        MIN(n.location_code) AS sender_code,
        MIN(n.other_code) AS receiver_code,
        MIN(n.document_no) AS document_no,
        MIN(n.product_code) AS product_code,
        SUM(n.moved_qty) AS moved_qty,
        MIN(n.first_at) AS first_at,
        MAX(n.last_at) AS last_at,
        MIN(n.file_id) AS file_id,
        MIN(n.row_no) AS row_no
    FROM named AS n
    LEFT JOIN shared_number AS h ON h.receiver_key = n.other_key AND h.document_key = n.document_key
    WHERE n.is_sent
    GROUP BY
        n.other_key, n.document_key, n.product_key, CASE WHEN h.receiver_key IS NULL THEN '' ELSE n.location_key END,
        CASE WHEN n.other_key IS NULL THEN n.location_key ELSE '' END
),

received AS (
    SELECT
        n.location_key AS receiver_key,
        n.document_key,
        n.product_key,
        CASE WHEN h.receiver_key IS NULL THEN '' ELSE COALESCE(n.other_key, '') END AS sender_slot,
        MIN(n.other_key) AS sender_key,
        MIN(n.other_code) AS sender_code,
        MIN(n.location_code) AS receiver_code,
        MIN(n.document_no) AS document_no,
        MIN(n.product_code) AS product_code,
        MAX(CASE WHEN n.is_transfer THEN 1 ELSE 0 END) AS is_transfer,
        -- A receipt is the arrival only where no transfer is.
        COALESCE(SUM(CASE WHEN n.is_transfer THEN n.moved_qty END), SUM(n.moved_qty)) AS moved_qty,
        MIN(n.first_at) AS first_at,
        MAX(n.last_at) AS last_at,
        MIN(n.file_id) AS file_id,
        MIN(n.row_no) AS row_no
    FROM named AS n
    LEFT JOIN shared_number AS h ON h.receiver_key = n.location_key AND h.document_key = n.document_key
    WHERE NOT n.is_sent
    GROUP BY
        n.location_key, n.document_key, n.product_key,
        CASE WHEN h.receiver_key IS NULL THEN '' ELSE COALESCE(n.other_key, '') END
),

both_sides AS (
    SELECT
        COALESCE(s.sender_code, r.sender_code) AS sender_code,
        COALESCE(s.sender_key, r.sender_key) AS sender_key,
        COALESCE(s.receiver_code, r.receiver_code) AS receiver_code,
        COALESCE(s.receiver_key, r.receiver_key) AS receiver_key,
        COALESCE(s.document_no, r.document_no) AS document_no,
        COALESCE(s.document_key, r.document_key) AS document_key,
        COALESCE(s.product_code, r.product_code) AS product_code,
        COALESCE(s.product_key, r.product_key) AS product_key,
        s.moved_qty AS sent_qty,
        r.moved_qty AS received_qty,
        s.first_at AS sent_at,
        s.last_at AS last_sent_at,
        r.first_at AS received_at,
        r.last_at AS last_received_at,
        COALESCE(s.file_id, r.file_id) AS file_id,
        COALESCE(s.row_no, r.row_no) AS row_no
    FROM sent AS s
    FULL JOIN received AS r
        ON r.receiver_key = s.receiver_key
        AND r.document_key = s.document_key
        AND r.product_key = s.product_key
        AND r.sender_slot = s.sender_slot
    -- A receipt under a number that happens to be a transfer's, at a place nothing was sent to, is an ordinary receipt.
    WHERE s.document_key IS NOT NULL OR r.is_transfer = 1
),

-- The other half of a side that stands alone: the sender took the goods back, or they arrived somewhere else.
alone AS (
    SELECT document_key, product_key, receiver_key, receiver_code, received_qty, sender_key
    FROM both_sides
    WHERE sent_qty IS NULL
),

taken_back AS (
    SELECT document_key, product_key, receiver_key AS sender_key, SUM(received_qty) AS received_qty
    FROM alone
    GROUP BY document_key, product_key, receiver_key
),

elsewhere AS (
    SELECT document_key, product_key, MIN(receiver_code) AS receiver_code, MIN(sender_key) AS sender_key
    FROM alone
    GROUP BY document_key, product_key
),

unarrived AS (
    SELECT document_key, product_key, MIN(sender_key) AS sender_key, SUM(sent_qty) AS sent_qty
    FROM both_sides
    WHERE received_qty IS NULL
    GROUP BY document_key, product_key
),

-- A place where none of five or more documents has its other side numbers them by itself: nothing can be said there.
-- A ledger of a few movements is no measure of the days it covers.
answering AS (
    SELECT
        CASE WHEN f.is_sent THEN b.receiver_key ELSE b.sender_key END AS other_key,
        f.is_sent,
        COUNT(DISTINCT b.document_key) AS documents,
        COUNT(CASE WHEN b.sent_qty IS NOT NULL AND b.received_qty IS NOT NULL THEN 1 END) AS matched
    FROM both_sides AS b
    CROSS JOIN (SELECT TRUE AS is_sent UNION ALL SELECT FALSE AS is_sent) AS f
    WHERE CASE WHEN f.is_sent THEN b.sent_qty ELSE b.received_qty END IS NOT NULL
    GROUP BY CASE WHEN f.is_sent THEN b.receiver_key ELSE b.sender_key END, f.is_sent
),

span AS (
    SELECT
        UPPER(location_code) AS location_key,
        SUM(movements) AS movements,
        MIN(first_moved_on) AS first_moved_on,
        MAX(last_moved_on) AS last_moved_on,
        MAX(covered_until) AS covered_until
    FROM mart.ledger_span
    GROUP BY UPPER(location_code)
)

SELECT
    -- Where it left; NULL where only an arrival is known that names no sender.
    b.sender_code,
    -- Where it was meant to go; NULL where nobody says.
    b.receiver_code,
    b.document_no,
    b.product_code,
    -- NULL where the side is missing.
    CAST(b.sent_qty AS DECIMAL(18, 3)) AS sent_qty,
    CAST(b.received_qty AS DECIMAL(18, 3)) AS received_qty,
    -- both; not_received; never_sent; taken_back: the sender has it again; elsewhere: it arrived at another place.
    CASE
        WHEN b.sent_qty IS NOT NULL AND b.received_qty IS NOT NULL THEN 'both'
        WHEN b.received_qty IS NULL AND t.received_qty = b.sent_qty THEN 'taken_back'
        WHEN b.received_qty IS NULL AND COALESCE(e.sender_key, b.sender_key) = b.sender_key THEN
            CASE WHEN e.receiver_code IS NULL THEN 'not_received' ELSE 'elsewhere' END
        WHEN b.received_qty IS NULL THEN 'not_received'
        WHEN u.sender_key = b.receiver_key AND u.sent_qty = b.received_qty THEN 'taken_back'
        WHEN u.sender_key = COALESCE(b.sender_key, u.sender_key) THEN 'elsewhere'
        ELSE 'never_sent'
    END AS state,
    -- Where a document that went elsewhere arrived.
    CASE
        WHEN b.received_qty IS NULL AND COALESCE(e.sender_key, b.sender_key) = b.sender_key THEN e.receiver_code
    END AS arrived_at_code,
    b.sent_at,
    b.last_sent_at,
    b.received_at,
    b.last_received_at,
    -- Whether the other side could have told: it has a ledger that covers the day, and uses the numbers of this side.
    (
        b.sent_qty IS NOT NULL AND b.received_qty IS NOT NULL
        OR COALESCE(
            (a.matched > 0 OR a.documents < 5)
            AND (
                p.movements < 20
                OR (
                    p.first_moved_on <= CAST(COALESCE(b.sent_at, b.received_at) AS DATE)
                    AND p.covered_until >= CAST(COALESCE(b.last_sent_at, b.last_received_at) AS DATE)
                )
            ),
            FALSE
        )
    ) AS is_comparable,
    -- Last day of the other side's ledger.
    p.last_moved_on AS other_side_until,
    b.file_id,
    b.row_no
FROM both_sides AS b
LEFT JOIN answering AS a
    ON a.other_key = CASE WHEN b.sent_qty IS NULL THEN b.sender_key ELSE b.receiver_key END
    AND a.is_sent = (b.sent_qty IS NOT NULL)
LEFT JOIN span AS p ON p.location_key = CASE WHEN b.sent_qty IS NULL THEN b.sender_key ELSE b.receiver_key END
LEFT JOIN taken_back AS t
    ON t.document_key = b.document_key AND t.product_key = b.product_key AND t.sender_key = b.sender_key
LEFT JOIN elsewhere AS e
    ON e.document_key = b.document_key AND e.product_key = b.product_key
LEFT JOIN unarrived AS u
    ON u.document_key = b.document_key AND u.product_key = b.product_key;
/* cases
[[case]]
name = "both sides, one missing, in other capitals, several lines and batches, a receipt that is the arrival"
expect = [
  { document_no = "D1", sender_code = "W01", receiver_code = "S01", sent_qty = 8, received_qty = 8, state = "both" },
  { document_no = "D2", sent_qty = 3, received_qty = "", state = "not_received" },
  { document_no = "D3", sender_code = "W01", receiver_code = "S01", sent_qty = "", received_qty = 4, state = "never_sent" },
  { document_no = "D4", sent_qty = 6, received_qty = 6, state = "both" },
]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | batch_no | movement_type | moved_qty | document_no | counter_location_code
W01           | M1          | 2025-03-01 08:00:00 | P1           | B1       | transfer_out  | -5        | D1          | S01
W01           | M2          | 2025-03-01 08:00:00 | P1           | B2       | transfer_out  | -3        | D1          | S01
S01           | M3          | 2025-03-02 08:00:00 | p1           |          | transfer_in   | 8         | d1          | w01
W01           | M4          | 2025-03-01 08:00:00 | P1           |          | transfer_out  | -3        | D2          | S01
S01           | M5          | 2025-03-01 08:00:00 | P1           |          | transfer_in   | 4         | D3          | W01
W01           | M6          | 2025-03-01 08:00:00 | P1           |          | transfer_out  | -6        | D4          | S01
S01           | M7          | 2025-03-02 08:00:00 | P1           |          | receipt       | 6         | D4          |
S02           | M8          | 2025-03-02 08:00:00 | P1           |          | receipt       | 60        | D2          |
S01           | M9          | 2025-03-09 08:00:00 | P1           |          | receipt       | 60        | D1          |
'''

[[case]]
name = "a side that does not name the other, one number of two senders, taken back, arrived elsewhere, over a place of transit"
expect = [
  { document_no = "D1", sender_code = "W01", receiver_code = "S01", sent_qty = 5, received_qty = 5 },
  { document_no = "D2", sender_code = "W01", receiver_code = "S01", sent_qty = 5, received_qty = 5 },
  { document_no = "D3", sender_code = "W01", receiver_code = "S01", sent_qty = 5, received_qty = 5 },
  { document_no = "D3", sender_code = "W02", receiver_code = "S01", sent_qty = 7, received_qty = 6 },
  { document_no = "D4", sender_code = "W01", receiver_code = "S01", state = "taken_back" },
  { document_no = "D4", sender_code = "S01", receiver_code = "W01", state = "taken_back" },
  { document_no = "D5", sender_code = "W01", receiver_code = "S01", state = "elsewhere", arrived_at_code = "S02" },
  { document_no = "D5", sender_code = "W01", receiver_code = "S02", state = "elsewhere", arrived_at_code = "" },
  { document_no = "D6", sender_code = "W01", receiver_code = "S01", sent_qty = 5, received_qty = 5, state = "both" },
  { document_no = "D7", sender_code = "W01", receiver_code = "", sent_qty = 5, state = "not_received" },
]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | document_no | counter_location_code
W01           | M1          | 2025-03-01 08:00:00 | P1           | transfer_out  | -5        | D1          |
S01           | M2          | 2025-03-02 08:00:00 | P1           | transfer_in   | 5         | D1          |
W01           | M3          | 2025-03-01 08:00:00 | P1           | transfer_out  | -5        | D2          | S01
S01           | M4          | 2025-03-02 08:00:00 | P1           | transfer_in   | 5         | D2          |
W01           | M5          | 2025-03-01 08:00:00 | P1           | transfer_out  | -5        | D3          | S01
W02           | M5          | 2025-03-01 08:00:00 | P1           | transfer_out  | -7        | D3          | S01
S01           | M6          | 2025-03-02 08:00:00 | P1           | transfer_in   | 5         | D3          | W01
S01           | M7          | 2025-03-02 08:00:00 | P1           | transfer_in   | 6         | D3          | W02
W01           | M8          | 2025-03-01 08:00:00 | P1           | transfer_out  | -5        | D4          | S01
W01           | M9          | 2025-03-01 09:00:00 | P1           | transfer_in   | 5         | D4          | S01
W01           | N1          | 2025-03-01 08:00:00 | P1           | transfer_out  | -5        | D5          | S01
S02           | N2          | 2025-03-02 08:00:00 | P1           | transfer_in   | 5         | D5          | W01
W01           | N3          | 2025-03-01 08:00:00 | P1           | transfer_out  | -5        | D6          | S01
S01           | N4          | 2025-03-02 08:00:00 | P1           | transfer_in   | 5         | D6          | VAN
W01           | N5          | 2025-03-01 08:00:00 | P1           | transfer_out  | -5        | D7          |
'''
*/
