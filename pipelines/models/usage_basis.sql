/*
title = "What counts as usage at each location"
title_zh = "各门店的耗用口径"
what = "Per location whether usage is what it sells and consumes or, where it does neither, what it sends to others."
what_zh = "每个门店的耗用按销售与消耗计；既不销售也不消耗的（如仓库）按调出计。"
grain = ["location_code"]
*/
-- Over the month of the day asked for and the eleven before it.
SELECT location_code, SUM(uses) = 0 AS is_sent
FROM mart.ledger_summary
WHERE month + INTERVAL 12 MONTH > $as_of
GROUP BY location_code;
/* cases
[[case]]
name = "a shop sells, a warehouse sends"
expect = [{ location_code = "S01", is_sent = false }, { location_code = "W01", is_sent = true }]
tables.stock_movement = '''
location_code | movement_id | occurred_at         | product_code | movement_type | moved_qty
S01           | M1          | 2025-06-01 08:00:00 | P1           | sale          | -7
S01           | M2          | 2025-06-01 08:00:00 | P1           | transfer_out  | -7
W01           | M3          | 2025-06-01 08:00:00 | P1           | transfer_out  | -7
'''
*/
