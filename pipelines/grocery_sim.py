"""Grocery simulator: till tape, procurement, write-offs and daily stock of one small grocery, as CSV.

The book of this shop is: stock of yesterday + deliveries by delivery date − till lines that are no refunds
− write-offs (among them the month-end counts). The movements made here add up to exactly that.
"""

from __future__ import annotations

from workbench.sources import Feed, Source

STORE = "store"
SUPPLIER = "supplier"
# No file says when in the day goods arrive or are thrown away. What keeps the day's order plausible: deliveries before
# opening (8), goods thrown away after closing (19), the count last.
DELIVERED, DISCARDED, COUNTED = "06:00:00", "21:00:00", "22:00:00"

STOCK_ON_HAND = f"""
SELECT row_no, date AS as_of_date, '{STORE}' AS location_code, uid AS product_code, on_hand AS on_hand_qty
FROM raw
"""

# A till that sends a receipt twice repeats its lines to the letter, and honest receipts may hold equal lines too:
# the id is the line's content and which of its equals it is, so it does not hang on the order of the file.
# Hour 0 is the till's placeholder for an unknown hour: noon, so that the sale comes after the day's delivery.
# Lines that refer to an earlier receipt are refunds: money goes back, the goods do not return to the shelf.
# A mis-ring and its void are a sale and its opposite.
SALES = f"""
SELECT
    row_no,
    '{STORE}' AS location_code,
    concat_ws('/', 'till', receipt_id, uid, qty, unit_price, promo, ref_receipt_id) || '/' || row_number() OVER (
        PARTITION BY receipt_id, uid, qty, unit_price, promo, ref_receipt_id
        ORDER BY date, hour, payment, customer_id, row_no
    ) AS movement_id,
    date || ' ' || CASE WHEN hour = '0' THEN '12' WHEN length(hour) = 1 THEN '0' || hour ELSE hour END || ':00:00'
        AS occurred_at,
    uid AS product_code,
    CASE WHEN ref_receipt_id IS NULL THEN 'sale' ELSE 'sale_return' END AS movement_type,
    CASE
        WHEN TRY_CAST(qty AS DECIMAL(18, 3)) IS NULL THEN qty
        WHEN ref_receipt_id IS NULL THEN CAST(-TRY_CAST(qty AS DECIMAL(18, 3)) AS VARCHAR)
        ELSE '0'
    END AS moved_qty,
    CAST(TRY_CAST(qty AS DECIMAL(18, 3)) * TRY_CAST(unit_price AS DECIMAL(18, 4)) AS VARCHAR) AS sale_amount,
    receipt_id AS document_no,
    CASE WHEN ref_receipt_id IS NOT NULL THEN 'refund of receipt ' || ref_receipt_id || ', goods not put back' END
        AS reason,
    'till' AS device_id,
    receipt_id AS device_seq
FROM raw
"""

# Procurement is the ledger of supplier invoices as posted, a line per invoice and product; the goods come with it. It
# has no number, so the number is made of what tells two invoices apart: product, day of delivery, day of posting (an
# invoice posted twice has the same delivery and another posting), and a count where even these agree.
DELIVERIES = """
    SELECT
        *,
        concat_ws('/', uid, delivery_date, posted_date) || '/' || row_number() OVER (
            PARTITION BY uid, delivery_date, posted_date ORDER BY order_date, qty, unit_cost, row_no
        ) AS paper_no
    FROM raw
"""

# No file names a supplier, and an invoice without one has no key: all are of one supplier, as all is in one store.
# Orders have no file; the day of the order stands for its number, since invoices are the same only within one order.
INVOICE_LINES = f"""
SELECT
    row_no,
    '{SUPPLIER}' AS supplier_code,
    paper_no AS invoice_no,
    1 AS line_no,
    order_date AS po_no,
    uid AS product_code,
    delivery_date AS invoiced_date,
    qty AS invoiced_qty,
    unit_cost AS unit_price,
    CAST(TRY_CAST(qty AS DECIMAL(18, 3)) * TRY_CAST(unit_cost AS DECIMAL(18, 4)) AS VARCHAR) AS invoiced_amount
FROM ({DELIVERIES})
"""

RECEIPT_MOVEMENTS = f"""
SELECT
    row_no,
    '{STORE}' AS location_code,
    'in/' || paper_no AS movement_id,
    delivery_date || ' {DELIVERED}' AS occurred_at,
    posted_date || ' {DELIVERED}' AS recorded_at,
    uid AS product_code,
    'receipt' AS movement_type,
    qty AS moved_qty,
    unit_cost,
    paper_no AS document_no,
    1 AS document_line_no
FROM ({DELIVERIES})
"""

# `units` is what leaves the book: the month-end count has either sign, all else is thrown away.
WRITE_OFFS = f"""
SELECT
    row_no,
    '{STORE}' AS location_code,
    concat_ws('/', 'out', date, uid, reason) || '/' || row_number() OVER (
        PARTITION BY date, uid, reason ORDER BY units, row_no
    ) AS movement_id,
    date || CASE reason WHEN 'stock_count' THEN ' {COUNTED}' ELSE ' {DISCARDED}' END AS occurred_at,
    uid AS product_code,
    CASE
        WHEN reason IN ('spoilage', 'damage') THEN 'write_off'
        WHEN reason = 'stock_count' AND TRY_CAST(units AS DECIMAL(18, 3)) < 0 THEN 'count_gain'
        WHEN reason = 'stock_count' THEN 'count_loss'
        ELSE coalesce(reason, 'no reason given')
    END AS movement_type,
    coalesce(CAST(-TRY_CAST(units AS DECIMAL(18, 3)) AS VARCHAR), units) AS moved_qty,
    reason
FROM raw
"""

# The list of prices is the only list of products; codes begin with the department (`AB-SPI-001`: AB).
NEWEST_PRICES = "SELECT arg_max(p.row_no, (p.date, p.row_no)) FROM raw AS p GROUP BY p.uid"
PRODUCTS = f"""
SELECT
    raw.row_no,
    raw.uid AS product_code,
    split_part(raw.uid, '-', 1) AS category,
    c.unit_cost AS purchase_price,
    raw.price AS retail_price
FROM raw
LEFT JOIN (
    SELECT uid, arg_max(unit_cost, (delivery_date, row_no)) AS unit_cost FROM procurement GROUP BY uid
) AS c USING (uid)
WHERE raw.row_no IN ({NEWEST_PRICES})
"""


def _ignored(name: str, columns: str, because: str, unused: str = "") -> Feed:
    """A file that is recognised and knowingly not loaded."""
    return Feed(
        name=name,
        tables={},
        columns=tuple(columns.split()),
        files=(f"*{name}*",),
        unused_columns=tuple(unused.split()),
        ignored="true",
        ignored_because=because,
    )


source = Source(
    name="grocery_sim",
    title="Grocery simulator",
    title_zh="杂货店模拟数据",
    feeds=(
        Feed(
            name="inventory_eod",
            tables={"stock_on_hand": STOCK_ON_HAND},
            columns=("uid", "on_hand", "date"),
            files=("*inventory_eod*",),
        ),
        Feed(
            name="receipts",
            tables={"stock_movement": SALES},
            columns=(
                *("receipt_id", "hour", "payment", "customer_id", "uid"),
                *("qty", "unit_price", "promo", "ref_receipt_id", "date"),
            ),
            files=("*receipts*",),
        ),
        Feed(
            name="procurement",
            tables={"invoice_line": INVOICE_LINES, "stock_movement": RECEIPT_MOVEMENTS},
            columns=("uid", "qty", "unit_cost", "order_date", "delivery_date", "posted_date"),
            files=("*procurement*",),
        ),
        Feed(
            name="write_offs",
            tables={"stock_movement": WRITE_OFFS},
            columns=("uid", "units", "date", "reason"),
            files=("*write_offs*",),
        ),
        Feed(
            name="price_history",
            tables={"product": PRODUCTS},
            columns=("uid", "price", "date"),
            files=("*price_history*",),
            wants=("procurement",),
            ignored=f"row_no NOT IN ({NEWEST_PRICES})",
            ignored_because="an earlier price of the product; the newest one is its shelf price",
        ),
        _ignored(
            "locations",
            "location_id shelf_capacity_units shelf_slots",
            "sites that were to let when the shop was planned, not stores of the shop",
            "rent setup_cost operational_needs",
        ),
        _ignored(
            "calendar",
            "date dow closed",
            "days of the year; nothing about stock",
            "month week season holiday pre_holiday",
        ),
        _ignored("weather", "date temp_C rain_mm wet", "weather; nothing about stock"),
        _ignored(
            "promotions",
            "type category depth start_date end_date",
            "planned price cuts; the till lines already carry the price paid",
            "n_skus flyer_cost",
        ),
        _ignored(
            "cost_sheet",
            "month revenue procurement",
            "monthly accounts of the shop, not stock",
            "year rent wages payroll_tax utilities storage flyers vat revenue_tax credit_interest credit_balance cash",
        ),
        _ignored(
            "tax_statement",
            "year vat_remitted profit_tax",
            "yearly tax statement, not stock",
            "revenue_tax_remitted payroll_tax profit_before_tax profit_after_tax",
        ),
    ),
)
