"""A chain for benchmarks, written straight into a lake by SQL: orderly, of any size, the same each time.

Sixty shops, four thousand products, sales that fall off from product to product; deliveries with order, note, receipt,
invoice and movement; transfers, write-offs, a stocktake of one shop each day. Nothing in it is wrong.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from workbench.tables import ensure_tables

FIRST_DAY = dt.date(2025, 1, 1)
SHOPS = 60
PRODUCTS = 4000
DELIVERIES = 5  # a day and shop, of four lines each
COUNTED = 400  # products of the shop that counts that day

_MASTER = [
    """INSERT INTO core.product BY NAME SELECT 0 AS file_id, i AS row_no, printf('P%05d', i) AS product_code,
    'Product ' || i AS product_name, 'C' || (i % 40) AS category, 'piece' AS unit, 2 + i % 17 AS purchase_price,
    4 + i % 17 AS retail_price, false AS is_batch_tracked, 'active' AS status FROM range(1, {products} + 1) AS r (i)""",
    """INSERT INTO core.product_barcode BY NAME SELECT 0 AS file_id, i AS row_no, code || CAST((10 - (
        3 * (CAST(code[2] AS INT) + CAST(code[4] AS INT) + CAST(code[6] AS INT) + CAST(code[8] AS INT)
        + CAST(code[10] AS INT) + CAST(code[12] AS INT)) + CAST(code[1] AS INT) + CAST(code[3] AS INT)
        + CAST(code[5] AS INT) + CAST(code[7] AS INT) + CAST(code[9] AS INT) + CAST(code[11] AS INT)) % 10) % 10
        AS VARCHAR) AS barcode, printf('P%05d', i) AS product_code, 1 AS pack_qty
    FROM (SELECT i, printf('6901234%05d', i) AS code FROM range(1, {products} + 1) AS r (i))""",
    """INSERT INTO core.location BY NAME SELECT 0 AS file_id, i AS row_no, printf('S%02d', i) AS location_code,
    'Shop ' || i AS location_name, 'store' AS location_type FROM range(1, {shops} + 1) AS r (i)""",
    """INSERT INTO core.supplier BY NAME SELECT 0 AS file_id, i AS row_no, printf('V%02d', i) AS supplier_code,
    'Supplier ' || i AS supplier_name, 2 AS lead_time_days FROM range(20) AS r (i)""",
    """INSERT INTO core.staff BY NAME SELECT 0 AS file_id, row_number() OVER () AS row_no, code AS staff_code,
    code AS staff_name, role, shop AS location_code, true AS is_active FROM (
        SELECT printf('%s%02d', k, i) AS code, role, printf('S%02d', i) AS shop FROM range(1, {shops} + 1) AS r (i),
        (VALUES ('K', 'cashier'), ('L', 'clerk'), ('M', 'manager')) AS kinds (k, role))""",
    """INSERT INTO core.stock_movement BY NAME SELECT 0 AS file_id, row_number() OVER () AS row_no,
    printf('S%02d', s) AS location_code, printf('S%02d-P%05d-0', s, p) AS movement_id,
    TIMESTAMP '{first}' AS occurred_at, TIMESTAMP '{first}' AS recorded_at, printf('P%05d', p) AS product_code,
    'opening' AS movement_type,
    20 + CAST(ceil(2 * 240 * {sales} * (sqrt(p / {products}) - sqrt((p - 1) / {products}))) AS INTEGER) AS moved_qty,
    2 + p % 17 AS unit_cost, printf('M%02d', s) AS operator
    FROM range(1, {shops} + 1) AS a (s), range(1, {products} + 1) AS b (p)""",
]

# Lines of what is delivered on the days asked for: shop s, day d, delivery n, line l.
_LINE = """(SELECT s, d, n, l, printf('S%02d', s) AS shop, CAST(DATE '{first}' + CAST(d AS INTEGER) AS DATE) AS day,
    printf('V%02d', (s + n) % 20) AS supplier, d * {deliveries} + n AS seq,
    printf('P%05d', 1 + (s * 131 + d * 37 + n * 11 + l * 997) % {products}) AS product,
    2 + (s * 131 + d * 37 + n * 11 + l * 997) % {products} % 17 + CAST(0 AS DECIMAL(18, 4)) AS base_cost
    FROM range(1, {shops} + 1) AS a (s), range({start}, {stop}) AS b (d), range({deliveries}) AS c (n),
    range(1, 5) AS e (l))"""

_DAYS = [
    """INSERT INTO core.purchase_order_line BY NAME SELECT {file} AS file_id, row_number() OVER () AS row_no,
    printf('PO%s%06d', shop, seq + 1) AS po_no, l AS line_no, supplier AS supplier_code, shop AS location_code,
    product AS product_code, day - 2 AS ordered_date, day AS expected_date, 4 AS ordered_qty, 5 AS unit_price,
    printf('L%02d', s) AS created_by, printf('M%02d', s) AS approved_by, 'closed' AS status FROM {line}""",
    """INSERT INTO core.delivery_note_line BY NAME SELECT {file} AS file_id, row_number() OVER () AS row_no,
    supplier AS supplier_code, printf('N%s%06d', shop, seq) AS delivery_note_no, l AS line_no,
    printf('PO%s%06d', shop, seq + 1) AS po_no, shop AS location_code, product AS product_code, day AS delivered_date,
    4 AS delivered_qty FROM {line}""",
    """INSERT INTO core.receipt_line BY NAME SELECT {file} AS file_id, row_number() OVER () AS row_no,
    shop AS location_code, printf('RK%06d', seq + 1) AS receipt_no, l AS line_no, 'normal' AS receipt_type,
    printf('PO%s%06d', shop, seq + 1) AS po_no, printf('N%s%06d', shop, seq) AS delivery_note_no,
    supplier AS supplier_code, product AS product_code, 4 AS received_qty, 0 AS rejected_qty, 5 AS unit_cost,
    20 AS line_amount, day + INTERVAL 9 HOUR AS received_at, day + INTERVAL 9 HOUR AS recorded_at,
    printf('L%02d', s) AS created_by, printf('M%02d', s) AS approved_by, day + INTERVAL 10 HOUR AS approved_at,
    'approved' AS status FROM {line}""",
    """INSERT INTO core.invoice_line BY NAME SELECT {file} AS file_id, row_number() OVER () AS row_no,
    supplier AS supplier_code, printf('F%s%06d', shop, seq) AS invoice_no, l AS line_no,
    printf('PO%s%06d', shop, seq + 1) AS po_no, printf('RK%06d', seq + 1) AS receipt_no, product AS product_code,
    day AS invoiced_date, 4 AS invoiced_qty, 5 AS unit_price, 20 AS invoiced_amount FROM {line}""",
    """INSERT INTO core.stock_movement BY NAME SELECT {file} AS file_id, row_number() OVER () AS row_no,
    shop AS location_code, printf('%s-%d-R%d-%d', shop, d, n, l) AS movement_id, day + INTERVAL 10 HOUR AS occurred_at,
    day + INTERVAL 10 HOUR AS recorded_at, product AS product_code, 'receipt' AS movement_type, 4 AS moved_qty,
    5 AS unit_cost, printf('RK%06d', seq + 1) AS document_no, l AS document_line_no, printf('L%02d', s) AS operator
    FROM {line}""",
    # A product's share of the sales falls with the square root of its number.
    """INSERT INTO core.stock_movement BY NAME SELECT {file} AS file_id, 10000000 + row_number() OVER () AS row_no,
    printf('S%02d', s) AS location_code, printf('S%02d-%d-%d', s, d, i) AS movement_id,
    sold_at AS occurred_at, sold_at + INTERVAL 1 SECOND AS recorded_at,
    printf('P%05d', 1 + CAST(floor({products} * u * u) AS INTEGER)) AS product_code, 'sale' AS movement_type,
    -(1 + i % 3) AS moved_qty, 5 AS unit_cost, 9 AS sale_amount, printf('T%02d-%d-%d', s, d, i // 4) AS document_no,
    i % 4 AS document_line_no, printf('K%02d', s) AS operator, printf('D%02d', s) AS device_id,
    d * {sales} + i AS device_seq
    FROM (SELECT s, d, i,
        DATE '{first}' + CAST(d AS INTEGER) + INTERVAL 11 HOUR + to_seconds(i * 36000 // {sales}) AS sold_at,
        (hash(s, d, i) % 1000003) / 1000003.0 AS u
        FROM range(1, {shops} + 1) AS a (s), range({start}, {stop}) AS b (d), range({sales}) AS c (i))
    ORDER BY occurred_at""",
]


def write_master(con: Any, contracts: Any, movements_a_day: int) -> None:
    """Products, shops, people and the opening of every shop's stock, enough for eight months of sales."""
    ensure_tables(con, contracts)
    for sql in _MASTER:
        sales = movements_a_day // SHOPS - 4 * DELIVERIES
        con.execute(sql.format(shops=SHOPS, products=PRODUCTS, first=FIRST_DAY, sales=sales))


def write_days(con: Any, start: int, stop: int, movements_a_day: int, file_id: int) -> None:
    """All documents and movements of the days `start` to `stop` (exclusive), as one file would bring them."""
    values = {
        "shops": SHOPS, "products": PRODUCTS, "first": FIRST_DAY, "deliveries": DELIVERIES, "start": start,
        "stop": stop, "file": file_id, "sales": movements_a_day // SHOPS - 4 * DELIVERIES,
    }  # fmt: skip
    for sql in _DAYS:
        con.execute(sql.format(line=_LINE.format(**values), **values))
