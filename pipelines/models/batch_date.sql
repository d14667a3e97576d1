/*
title = "Dates of batches"
title_zh = "批次日期"
what = "Per product and batch the day of production and the last good day, from the batch master or else from receipts."
what_zh = "每个商品、批号的生产日期与有效期：以批次档案为准，否则取自入库单。"
grain = ["product_code", "batch_no"]
*/
-- Where receipts disagree the earliest expiry stands (goods are taken off the shelf too early rather than too late);
-- that they disagree is another rule's finding. Each date is taken from the master where the master has it.
WITH received AS (
    SELECT
        product_code,
        batch_no,
        MIN(produced_date) AS produced_date,
        MIN(expiry_date) AS expiry_date,
        COUNT(DISTINCT expiry_date) AS expiry_dates
    FROM core.receipt_line
    WHERE product_code IS NOT NULL
      AND COALESCE(batch_no, '') <> ''
      AND (status IS NULL OR status NOT IN ('draft', 'rejected', 'cancelled'))
      AND (received_at IS NULL OR CAST(received_at AS DATE) <= $as_of)
    GROUP BY product_code, batch_no
),

named AS (
    SELECT product_code, batch_no FROM received
    UNION
    SELECT product_code, batch_no FROM core.batch WHERE COALESCE(batch_no, '') <> ''
)

SELECT
    n.product_code,
    n.batch_no,
    COALESCE(b.produced_date, r.produced_date) AS produced_date,
    -- Last day the goods are good.
    COALESCE(b.expiry_date, r.expiry_date) AS expiry_date,
    -- Where the expiry date is from: batch, receipt, or NULL where nobody states it.
    CASE WHEN b.expiry_date IS NOT NULL THEN 'batch' WHEN r.expiry_date IS NOT NULL THEN 'receipt' END AS expiry_source,
    -- How many different expiry dates receipts state.
    COALESCE(r.expiry_dates, 0) AS expiry_dates
FROM named AS n
LEFT JOIN received AS r ON r.product_code = n.product_code AND r.batch_no = n.batch_no
LEFT JOIN core.batch AS b ON b.product_code = n.product_code AND b.batch_no = n.batch_no;
/* cases
[[case]]
name = "the master wins, then the earliest receipt that counts"
expect = [
  { product_code = "P1", batch_no = "B1", expiry_date = 2025-06-30, produced_date = 2025-01-01, expiry_source = "batch" },
  { product_code = "P1", batch_no = "B2", expiry_date = 2025-07-01, expiry_source = "receipt", expiry_dates = 2 },
]
tables.batch = '''
product_code | batch_no | produced_date | expiry_date
P1           | B1       |               | 2025-06-30
'''
tables.receipt_line = '''
location_code | receipt_no | line_no | product_code | batch_no | produced_date | expiry_date | received_qty | received_at         | status
S01           | R1         | 1       | P1           | B1       | 2025-01-01    | 2025-06-01  | 5            | 2025-02-01 09:00:00 | approved
S01           | R1         | 2       | P1           | B2       |               | 2025-08-01  | 5            | 2025-02-01 09:00:00 | approved
S01           | R2         | 1       | P1           | B2       |               | 2025-07-01  | 5            | 2025-02-02 09:00:00 | pending
S01           | R3         | 1       | P1           | B2       |               | 2025-01-01  | 5            | 2025-02-02 09:00:00 | cancelled
S01           | R4         | 1       | P1           |          |               | 2025-01-01  | 5            | 2025-02-02 09:00:00 | approved
'''
*/
