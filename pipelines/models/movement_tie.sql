/*
title = "Movements of one source row"
title_zh = "同一来源行产生的多笔变动"
what = "Where one row of a source made several movements, the order among them."
what_zh = "来源中一行产生多笔变动时，各笔之间的先后。"
grain = ["location_code", "movement_id"]
*/
-- Apart from the ledger, since sorting every movement by its number costs as much as all else of the ledger together
-- (measured on 10 million), and the number decides for these alone.
WITH shared_row AS (
    SELECT file_id, row_no
    FROM core.stock_movement
    GROUP BY file_id, row_no
    HAVING COUNT(*) > 1
)

SELECT
    m.location_code,
    m.product_code,
    m.movement_id,
    CAST(DATE_TRUNC('month', m.occurred_at) AS DATE) AS month,
    ROW_NUMBER() OVER (PARTITION BY m.file_id, m.row_no ORDER BY m.movement_id, m.location_code) AS tie_no,
    m.file_id,
    m.row_no
FROM core.stock_movement AS m
JOIN shared_row AS r ON r.file_id = m.file_id AND r.row_no = m.row_no;
/* cases
[[case]]
name = "only rows that made several"
expect = [{ movement_id = "M1a", tie_no = 1 }, { movement_id = "M1b", tie_no = 2 }]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty | file_id | row_no
S01           | M1b         | 2025-03-02 08:00:00 | P1           | transfer_out  | -3        | 1       | 2
S01           | M1a         | 2025-03-02 08:00:00 | P1           | transfer_in   | 4         | 1       | 2
S01           | M2          | 2025-03-02 08:00:00 | P1           | transfer_in   | 4         | 1       | 3
S01           | M3          | 2025-03-02 08:00:00 | P1           | transfer_in   | 4         | 2       | 2
'''
*/
