/*
title = "Where each ledger starts"
title_zh = "各库存账的期初"
what = "Per location and product, and per batch where every movement has one, the stock before the first movement, and how it is known: stated by an opening movement, or derived from the earliest balance anyone saw."
what_zh = "每个门店、商品（每笔变动都有批号时再分批号）首笔变动之前的库存及其依据：期初单据，或由最早的一个可核对余额倒推。"
grain = ["location_code", "product_code", "batch_no"]
*/
-- Every location × product has a row with the empty batch, and each of its batches one more where batches are kept.
-- The opening is stated when an opening is among the movements of the first instant; a batch that has none then began at
-- zero. Otherwise opening = anchor − movements up to the anchor, for the earliest anchor: of one day, balances reported
-- on movements and counts by their time (a reported one first), then the snapshot of that day's end. A count's own
-- postings belong to its anchor: after them the book shows what was counted.
-- A snapshot that lists a product by batch says zero for the batches it leaves out; a product it leaves out is unknown.
-- An opening below zero cannot be: the ledger then starts at zero and unexplained_qty is what no opening explains.
WITH moved AS (
    SELECT
        location_code,
        product_code,
        batch_no,
        MIN(first_moved_at) AS first_moved_at,
        MIN(opened_at) AS opened_at,
        MIN(reported_at) AS reported_at
    FROM mart.ledger_month
    GROUP BY location_code, product_code, batch_no
),

pair AS (
    SELECT
        location_code,
        product_code,
        MIN(first_moved_at) AS first_moved_at,
        MIN(reported_at) AS reported_at,
        COUNT(*) FILTER (WHERE batch_no = '') = 0 AS is_batch_kept,
        COALESCE(MIN(opened_at) = MIN(first_moved_at), FALSE) AS is_stated
    FROM moved
    GROUP BY location_code, product_code
),

ledger_key AS (
    SELECT
        location_code,
        product_code,
        '' AS batch_no,
        first_moved_at,
        CASE WHEN is_batch_kept THEN NULL ELSE reported_at END AS reported_at,
        is_batch_kept,
        NOT is_batch_kept AS is_ledger_key,
        is_stated
    FROM pair
    UNION ALL
    SELECT
        m.location_code,
        m.product_code,
        m.batch_no,
        m.first_moved_at,
        m.reported_at,
        p.is_batch_kept,
        TRUE AS is_ledger_key,
        p.is_stated
    FROM moved AS m
    JOIN pair AS p ON p.location_code = m.location_code AND p.product_code = m.product_code
    WHERE p.is_batch_kept
),

-- The first movement that reports a balance; reading only the movements of that instant spares a sort of all of them.
reported AS (
    SELECT
        k.location_code,
        k.product_code,
        k.batch_no,
        m.occurred_at,
        COALESCE(m.recorded_at, m.occurred_at) AS known_at,
        m.file_id,
        m.row_no,
        m.movement_id,
        m.reported_balance_qty
    FROM ledger_key AS k
    JOIN core.stock_movement AS m
        ON m.location_code = k.location_code
        AND m.product_code = k.product_code
        AND m.occurred_at = k.reported_at
    WHERE NOT k.is_stated
      AND k.is_ledger_key
      AND m.reported_balance_qty IS NOT NULL
      AND m.moved_qty IS NOT NULL
      AND (NOT k.is_batch_kept OR m.batch_no = k.batch_no)
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY k.location_code, k.product_code, k.batch_no
        ORDER BY COALESCE(m.recorded_at, m.occurred_at), m.file_id, m.row_no, m.movement_id
    ) = 1
),

snapshot AS (
    SELECT
        s.location_code,
        s.product_code,
        COALESCE(s.batch_no, '') AS batch_no,
        s.as_of_date,
        s.on_hand_qty,
        p.is_batch_kept
    FROM core.stock_on_hand AS s
    JOIN pair AS p ON p.location_code = s.location_code AND p.product_code = s.product_code
    WHERE s.as_of_date <= $as_of
      AND s.on_hand_qty IS NOT NULL
      AND NOT p.is_stated
),

first_listed AS (
    SELECT location_code, product_code, MIN(as_of_date) AS as_of_date
    FROM snapshot
    WHERE is_batch_kept AND batch_no <> ''
    GROUP BY location_code, product_code
),

anchor AS (
    SELECT
        location_code,
        product_code,
        batch_no,
        CAST(occurred_at AS DATE) AS anchor_date,
        0 AS day_part,
        occurred_at AS anchor_at,
        1 AS kind_no,
        'reported' AS anchor_kind,
        movement_id AS anchor_no,
        reported_balance_qty AS anchor_qty,
        known_at,
        file_id,
        row_no
    FROM reported
    UNION ALL
    SELECT location_code, product_code, '', as_of_date, 1, NULL, 2, 'snapshot', NULL, SUM(on_hand_qty), NULL, NULL, NULL
    FROM snapshot
    GROUP BY location_code, product_code, as_of_date
    UNION ALL
    SELECT location_code, product_code, batch_no, as_of_date, 1, NULL, 2, 'snapshot', NULL, on_hand_qty, NULL, NULL, NULL
    FROM snapshot
    WHERE is_batch_kept AND batch_no <> ''
    UNION ALL
    SELECT
        k.location_code, k.product_code, k.batch_no, f.as_of_date, 1, NULL, 2, 'snapshot', NULL, 0, NULL, NULL, NULL
    FROM ledger_key AS k
    JOIN first_listed AS f ON f.location_code = k.location_code AND f.product_code = k.product_code
    LEFT JOIN snapshot AS s
        ON s.location_code = k.location_code
        AND s.product_code = k.product_code
        AND s.batch_no = k.batch_no
        AND s.as_of_date = f.as_of_date
    WHERE k.batch_no <> '' AND s.as_of_date IS NULL
    UNION ALL
    SELECT
        c.location_code,
        c.product_code,
        CASE WHEN p.is_batch_kept THEN c.batch_no ELSE '' END,
        CAST(MAX(c.counted_at) AS DATE),
        0,
        MAX(c.counted_at),
        3,
        'count',
        c.count_no,
        SUM(c.final_qty),
        NULL,
        NULL,
        NULL
    FROM mart.count_total AS c
    JOIN pair AS p ON p.location_code = c.location_code AND p.product_code = c.product_code
    WHERE NOT p.is_stated
    GROUP BY c.location_code, c.product_code, CASE WHEN p.is_batch_kept THEN c.batch_no ELSE '' END, c.count_no
),

first_anchor AS (
    SELECT a.*, k.is_batch_kept
    FROM anchor AS a
    JOIN ledger_key AS k
        ON k.location_code = a.location_code AND k.product_code = a.product_code AND k.batch_no = a.batch_no
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY a.location_code, a.product_code, a.batch_no
        ORDER BY a.anchor_date, a.day_part, a.anchor_at, a.kind_no, a.anchor_no
    ) = 1
),

-- One anchor per ledger, so this join multiplies nothing.
moved_until AS (
    SELECT a.location_code, a.product_code, a.batch_no, SUM(m.moved_qty) AS moved_qty
    FROM first_anchor AS a
    JOIN core.stock_movement AS m ON m.location_code = a.location_code AND m.product_code = a.product_code
    WHERE (a.batch_no = '' OR m.batch_no = a.batch_no)
      AND m.moved_qty IS NOT NULL
      AND CAST(m.occurred_at AS DATE) <= $as_of
      AND CASE a.anchor_kind
          WHEN 'snapshot' THEN CAST(m.occurred_at AS DATE) <= a.anchor_date
          WHEN 'count' THEN m.occurred_at < a.anchor_at OR COALESCE(m.document_no, '') = a.anchor_no
          ELSE m.occurred_at < a.anchor_at
              OR (
                  m.occurred_at = a.anchor_at
                  AND (
                      COALESCE(m.recorded_at, m.occurred_at) < a.known_at
                      OR (COALESCE(m.recorded_at, m.occurred_at) = a.known_at AND m.file_id < a.file_id)
                      OR (COALESCE(m.recorded_at, m.occurred_at) = a.known_at AND m.file_id = a.file_id AND m.row_no < a.row_no)
                      OR (
                          COALESCE(m.recorded_at, m.occurred_at) = a.known_at
                          AND m.file_id = a.file_id
                          AND m.row_no = a.row_no
                          AND m.movement_id <= a.anchor_no
                      )
                  )
              )
          END
    GROUP BY a.location_code, a.product_code, a.batch_no
),

derived AS (
    SELECT
        k.location_code,
        k.product_code,
        k.batch_no,
        k.is_batch_kept,
        k.is_ledger_key,
        k.is_stated,
        k.first_moved_at,
        a.anchor_kind,
        a.anchor_date,
        a.anchor_at,
        a.anchor_no,
        a.anchor_qty,
        CASE WHEN a.anchor_kind IS NOT NULL THEN COALESCE(u.moved_qty, 0) END AS moved_until_anchor_qty,
        CASE WHEN k.is_stated THEN 0 ELSE a.anchor_qty - COALESCE(u.moved_qty, 0) END AS derived_qty
    FROM ledger_key AS k
    LEFT JOIN first_anchor AS a
        ON a.location_code = k.location_code AND a.product_code = k.product_code AND a.batch_no = k.batch_no
    LEFT JOIN moved_until AS u
        ON u.location_code = k.location_code AND u.product_code = k.product_code AND u.batch_no = k.batch_no
),

-- A product whose batches are all known is known too.
batch_sum AS (
    SELECT location_code, product_code, SUM(GREATEST(derived_qty, 0)) AS opening_qty, MIN(anchor_kind) AS anchor_kind
    FROM derived
    WHERE is_ledger_key AND is_batch_kept
    GROUP BY location_code, product_code
    HAVING COUNT(*) FILTER (WHERE derived_qty IS NULL) = 0
),

-- A product that began at nothing began at nothing in each of its batches.
nothing AS (
    SELECT location_code, product_code, 0 AS opening_qty, anchor_kind
    FROM derived
    WHERE NOT is_ledger_key AND derived_qty = 0 AND NOT is_stated
)

SELECT
    d.location_code,
    d.product_code,
    -- Empty for the location × product as a whole.
    d.batch_no,
    -- Whether batches are kept for the location × product, and whether the ledger runs at the level of this row.
    d.is_batch_kept,
    d.is_ledger_key,
    -- Stock before the first movement; NULL where unknown.
    CAST(
        CASE WHEN d.derived_qty < 0 THEN 0 ELSE COALESCE(d.derived_qty, b.opening_qty, n.opening_qty) END
        AS DECIMAL(18, 3)
    ) AS opening_qty,
    -- stated, derived_reported, derived_snapshot, derived_count or unknown.
    CASE
        WHEN d.is_stated THEN 'stated'
        WHEN d.anchor_kind IS NOT NULL THEN 'derived_' || d.anchor_kind
        WHEN b.anchor_kind IS NOT NULL THEN 'derived_' || b.anchor_kind
        WHEN n.anchor_kind IS NOT NULL THEN 'derived_' || n.anchor_kind
        ELSE 'unknown'
    END AS opening_basis,
    -- What no opening can explain: how far below zero the derived opening would be; 0 otherwise.
    CAST(CASE WHEN d.derived_qty < 0 THEN -d.derived_qty ELSE 0 END AS DECIMAL(18, 3)) AS unexplained_qty,
    -- What the opening was derived from: the balance seen, when, and the count or movement that shows it.
    d.anchor_kind,
    d.anchor_date,
    d.anchor_at,
    d.anchor_no,
    CAST(d.anchor_qty AS DECIMAL(18, 3)) AS anchor_qty,
    CAST(d.moved_until_anchor_qty AS DECIMAL(18, 3)) AS moved_until_anchor_qty,
    d.first_moved_at
FROM derived AS d
LEFT JOIN batch_sum AS b
    ON b.location_code = d.location_code
    AND b.product_code = d.product_code
    AND d.batch_no = ''
    AND d.is_batch_kept
LEFT JOIN nothing AS n
    ON n.location_code = d.location_code
    AND n.product_code = d.product_code
    AND d.batch_no <> '';
/* cases
[[case]]
name = "stated, from a reported balance, a report, a count, and unknown"
expect = [
  { product_code = "P1", opening_basis = "stated", opening_qty = 0 },
  { product_code = "P2", opening_basis = "derived_reported", opening_qty = 11, anchor_no = "M4", anchor_qty = 8 },
  { product_code = "P3", opening_basis = "derived_snapshot", opening_qty = 6, anchor_date = 2025-03-05 },
  { product_code = "P4", opening_basis = "derived_count", opening_qty = 13, anchor_no = "C1" },
  { product_code = "P5", opening_basis = "unknown", opening_qty = "" },
  { product_code = "P6", opening_basis = "derived_snapshot", opening_qty = 0, unexplained_qty = 3 },
]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | reported_balance_qty | document_no
S01           | M1          | 2025-03-01 08:00:00 | P1           | sale          | -1        |                      |
S01           | M2          | 2025-03-01 08:00:00 | P1           | opening       | 10        |                      |
S01           | M3          | 2025-03-01 08:00:00 | P2           | sale          | -1        |                      |
S01           | M4          | 2025-03-02 08:00:00 | P2           | sale          | -2        | 8                    |
S01           | M5          | 2025-03-03 08:00:00 | P2           | sale          | -1        | 7                    |
S01           | M6          | 2025-03-05 23:00:00 | P3           | sale          | -2        |                      |
S01           | M7          | 2025-03-06 00:00:00 | P3           | sale          | -2        |                      |
S01           | M8          | 2025-03-01 08:00:00 | P4           | sale          | -2        |                      |
S01           | M9          | 2025-03-02 20:00:00 | P4           | count_loss    | -1        |                      | C1
S01           | N1          | 2025-03-01 08:00:00 | P5           | receipt       | 5         |                      |
S01           | N2          | 2025-03-01 08:00:00 | P6           | receipt       | 5         |                      |
S01           | N3          | 2026-03-01 08:00:00 | P7           | receipt       | 5         |                      |
'''
tables.stock_on_hand = '''
as_of_date | location_code | product_code | batch_no | on_hand_qty
2025-03-03 | S01           | P2           |          | 3
2025-03-05 | S01           | P3           |          | 4
2025-03-09 | S01           | P4           |          | 4
2025-03-01 | S01           | P6           |          | 2
2026-03-01 | S01           | P5           |          | 2
'''
tables.count_line = '''
location_code | count_no | line_no | product_code | counted_at          | counted_qty
S01           | C1       | 1       | P4           | 2025-03-02 20:00:00 | 10
S01           | C2       | 1       | P3           | 2025-03-06 20:00:00 | 1
'''

[[case]]
name = "by batch: a report that lists the product by batch says zero for the batch it leaves out"
expect = [
  { batch_no = "", opening_basis = "derived_snapshot", opening_qty = 12, is_ledger_key = false },
  { batch_no = "B1", opening_basis = "derived_snapshot", opening_qty = 9, is_ledger_key = true },
  { batch_no = "B2", opening_basis = "derived_snapshot", opening_qty = 3, is_ledger_key = true },
]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | batch_no | movement_type | moved_qty
S01           | M1          | 2025-03-01 08:00:00 | P1           | B1       | sale          | -1
S01           | M2          | 2025-03-01 08:00:00 | P1           | B2       | sale          | -3
'''
tables.stock_on_hand = '''
as_of_date | location_code | product_code | batch_no | on_hand_qty
2025-03-05 | S01           | P1           | B1       | 8
'''

[[case]]
name = "by batch with a report of the product alone: the product is known, its batches are not"
expect = [
  { batch_no = "", opening_basis = "derived_snapshot", opening_qty = 12 },
  { batch_no = "B1", opening_basis = "unknown", opening_qty = "" },
  { batch_no = "B2", opening_basis = "unknown", opening_qty = "" },
]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | batch_no | movement_type | moved_qty
S01           | M1          | 2025-03-01 08:00:00 | P1           | B1       | sale          | -1
S01           | M2          | 2025-03-01 08:00:00 | P1           | B2       | sale          | -3
'''
tables.stock_on_hand = '''
as_of_date | location_code | product_code | batch_no | on_hand_qty
2025-03-05 | S01           | P1           |          | 8
'''

[[case]]
name = "by batch with a report that shows the product began at nothing: so did its batches"
expect = [
  { batch_no = "", opening_basis = "derived_snapshot", opening_qty = 0 },
  { batch_no = "B1", opening_basis = "derived_snapshot", opening_qty = 0 },
  { batch_no = "B2", opening_basis = "derived_snapshot", opening_qty = 0 },
]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | batch_no | movement_type | moved_qty
S01           | M1          | 2025-03-01 08:00:00 | P1           | B1       | receipt       | 6
S01           | M2          | 2025-03-01 08:00:00 | P1           | B2       | receipt       | 4
S01           | M3          | 2025-03-02 08:00:00 | P1           | B2       | sale          | -2
'''
tables.stock_on_hand = '''
as_of_date | location_code | product_code | batch_no | on_hand_qty
2025-03-05 | S01           | P1           |          | 8
'''
*/
