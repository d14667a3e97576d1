/*
title = "Places whose goods are meant to leave"
title_zh = "商品应当流出的地点"
what = "Per location from which goods are sold, used or sent on, the days its ledger covers and what counts there as leaving."
what_zh = "有销售、消耗或调出的每个地点：流水覆盖的日期，以及当地何种变动算作流出。"
grain = ["location_code"]
*/
-- Goods on the way are nowhere to be sold: places of transit are left out.
SELECT
    s.location_code,
    s.first_moved_on,
    s.covered_until,
    -- Whether a transfer out counts as a sale does: at a warehouse, and where nothing is sold.
    COALESCE(l.location_type = 'warehouse', FALSE) OR s.sales = 0 AS is_sending
FROM mart.ledger_span AS s
LEFT JOIN core.location AS l ON l.location_code = s.location_code
WHERE COALESCE(l.location_type, '') <> 'transit'
  AND s.sales + s.dispatches + s.consumptions > 0;
/* cases
[[case]]
name = "a shop sells, a warehouse sends on, and so does a place that only sends; transit and a place that only takes in are left out"
expect = [
  { location_code = "S01", is_sending = false },
  { location_code = "S02", is_sending = true },
  { location_code = "W01", is_sending = true },
]
tables.location = '''
location_code | location_type
S01           | store
W01           | warehouse
T01           | transit
'''
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty
S01           | M1          | 2025-03-02 08:00:00 | P1           | sale          | -1
S01           | M2          | 2025-03-02 08:00:00 | P1           | transfer_out  | -1
S02           | M3          | 2025-03-02 08:00:00 | P1           | transfer_out  | -1
W01           | M4          | 2025-03-02 08:00:00 | P1           | sale          | -1
T01           | M5          | 2025-03-02 08:00:00 | P1           | transfer_out  | -1
S03           | M6          | 2025-03-02 08:00:00 | P1           | receipt       | 1
'''
*/
