/*
title = "Movements of one source row"
title_zh = "同一来源行产生的多笔变动"
what = "Where one row of a source made several movements, the order among them."
what_zh = "来源中一行产生多笔变动时，各笔之间的先后。"
grain = ["location_code", "movement_id"]
*/
-- Apart from the ledger, since sorting every movement by its number costs as much as all else of the ledger together
-- (measured on 10 million), and the number decides for these alone.
WITH numbered AS (
    SELECT
        location_code,
        product_code,
        movement_id,
        CAST(DATE_TRUNC('month', occurred_at) AS DATE) AS month,
        ROW_NUMBER() OVER (PARTITION BY file_id, row_no ORDER BY movement_id, location_code) AS tie_no,
        COUNT(*) OVER (PARTITION BY file_id, row_no) AS movements,
        file_id,
        row_no
    FROM core.stock_movement
)

SELECT location_code, product_code, movement_id, month, tie_no, file_id, row_no
FROM numbered
WHERE movements > 1;
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
