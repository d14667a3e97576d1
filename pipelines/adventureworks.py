"""AdventureWorks: purchasing and stock of a bicycle maker, tab-separated files without header or quoting.

Codes are the numeric ids by which the files refer to each other. Quantities and prices are per piece as found.
The files name storage areas for stock but no place for orders and receipts: these belong to the one plant.
"""

from __future__ import annotations

from workbench.sources import Feed, Source

PLANT = "plant"
LOOKUP = "read together with the files that refer to it"
NO_STOCK = "says nothing about stock, orders or receipts"


def _feed(
    stem: str,
    name: str,
    columns: str,
    tables: dict[str, str] | None = None,
    *,
    needs: tuple[str, ...] = (),
    wants: tuple[str, ...] = (),
    unused: str = "",
    because: str = "",
    delimiter: str = "\t",
) -> Feed:
    """A feed of this shape; without `tables` every row of it is ignored, and `because` says why."""
    return Feed(
        name=name,
        tables=tables or {},
        columns=tuple(columns.split()),
        files=(f"{stem}.csv", f"{stem}.tsv", f"{stem}.txt"),
        headerless=True,
        delimiter=delimiter,
        quoted=False,
        needs=needs,
        wants=wants,
        unused_columns=tuple(unused.split()),
        ignored="" if tables else "true",
        ignored_because=because,
    )


def _day(column: str) -> str:
    """A day from a timestamp's text; text that is none stays as found, so that the contract names it."""
    return f"coalesce(CAST(TRY_CAST({column} AS DATE) AS VARCHAR), {column})"


# A lookup with the same key twice must not multiply lines: the later row counts.
HEADERS = """(
    SELECT * FROM purchase_order_header QUALIFY row_number() OVER (PARTITION BY po_id ORDER BY row_no DESC) = 1
)"""
VENDOR_TERMS = """(
    SELECT * FROM product_vendor
    QUALIFY row_number() OVER (PARTITION BY product_id, vendor_id ORDER BY row_no DESC) = 1
)"""

ORDER_LINES = f"""
SELECT
    raw.row_no,
    raw.po_id AS po_no,
    raw.line_id AS line_no,
    h.vendor_id AS supplier_code,
    '{PLANT}' AS location_code,
    raw.product_id AS product_code,
    {_day("h.ordered_at")} AS ordered_date,
    {_day("raw.due_at")} AS expected_date,
    raw.ordered_qty,
    raw.unit_price,
    h.employee AS created_by,
    CASE h.status
        WHEN '1' THEN 'pending'
        WHEN '2' THEN 'approved'
        WHEN '3' THEN 'rejected'
        WHEN '4' THEN 'closed'
        ELSE h.status
    END AS status
FROM raw
LEFT JOIN {HEADERS} AS h USING (po_id)
"""

# The order line itself carries what came in; there is no receipt document, hence no maker, approver or status.
# received_at: no file has the day of arrival. The vendor's ship date is present on every order and never before the
# order; the line's own modified_at lies before the ship date on 8,788 lines and a year after the last due date on 57.
# unit_cost: the vendor record keeps the cost at the last receipt of the product from that vendor; it is the only
# cost at receipt in these files, so for earlier receipts it is the latest known one, not a document of that day.
RECEIPT_LINES = f"""
SELECT
    raw.row_no,
    '{PLANT}' AS location_code,
    raw.po_id AS receipt_no,
    raw.line_id AS line_no,
    'normal' AS receipt_type,
    raw.po_id AS po_no,
    raw.line_id AS po_line_no,
    h.vendor_id AS supplier_code,
    raw.product_id AS product_code,
    raw.received_qty,
    raw.rejected_qty,
    v.last_cost AS unit_cost,
    h.shipped_at AS received_at
FROM raw
LEFT JOIN {HEADERS} AS h USING (po_id)
LEFT JOIN {VENDOR_TERMS} AS v ON v.product_id = raw.product_id AND v.vendor_id = h.vendor_id
WHERE raw.received_qty IS NOT NULL AND TRY_CAST(raw.received_qty AS DECIMAL(18, 4)) IS DISTINCT FROM 0
"""

# Each bin was last written on a day of its own; together they are the stock on the day of the newest change.
STOCK_ON_HAND = f"""
SELECT
    row_no,
    {_day("(SELECT max(modified_at) FROM raw)")} AS as_of_date,
    location_id AS location_code,
    product_id AS product_code,
    qty AS on_hand_qty
FROM raw
"""

# min_stock_qty: the safety level, which the maker defines as the minimum quantity; it is meant for the whole company,
# not per storage area, hence not stock_level. The reorder point (lower than it) has no column in core.
# purchase_price: parts that are bought have standard cost 0, so the cost at the newest receipt comes first.
# retail_price: 0 marks what is not sold. status: an end of sale after the file's own newest change is active.
PRODUCTS = """
SELECT
    raw.row_no,
    raw.product_id AS product_code,
    raw.name AS product_name,
    nullif(concat_ws(' / ', c.name, s.name), '') AS category,
    nullif(concat_ws(' ', raw.number, raw.size, raw.size_unit), '') AS spec,
    coalesce(v.last_cost, CASE WHEN TRY_CAST(raw.standard_cost AS DECIMAL(18, 4)) = 0 THEN NULL
                               ELSE raw.standard_cost END) AS purchase_price,
    CASE WHEN TRY_CAST(raw.list_price AS DECIMAL(18, 4)) = 0 THEN NULL ELSE raw.list_price END AS retail_price,
    raw.safety_stock AS min_stock_qty,
    CASE
        WHEN coalesce(raw.discontinued, raw.sell_end) IS NULL THEN 'active'
        WHEN TRY_CAST(coalesce(raw.discontinued, raw.sell_end) AS TIMESTAMP) <= newest.changed_at THEN 'discontinued'
        WHEN TRY_CAST(coalesce(raw.discontinued, raw.sell_end) AS TIMESTAMP) > newest.changed_at THEN 'active'
        ELSE coalesce(raw.discontinued, raw.sell_end)
    END AS status
FROM raw
CROSS JOIN (SELECT max(TRY_CAST(modified_at AS TIMESTAMP)) AS changed_at FROM raw) AS newest
LEFT JOIN (
    SELECT * FROM product_subcategory QUALIFY row_number() OVER (PARTITION BY subcategory_id ORDER BY row_no DESC) = 1
) AS s ON s.subcategory_id = raw.subcategory
LEFT JOIN (
    SELECT * FROM product_category QUALIFY row_number() OVER (PARTITION BY category_id ORDER BY row_no DESC) = 1
) AS c ON c.category_id = s.category_id
LEFT JOIN (
    SELECT * FROM product_vendor
    QUALIFY row_number() OVER (PARTITION BY product_id ORDER BY last_at DESC NULLS LAST, vendor_id) = 1
) AS v ON v.product_id = raw.product_id
"""

# A vendor has a lead time per product (six vendors have several): the longest is the one to plan with.
SUPPLIERS = """
SELECT
    raw.row_no,
    raw.vendor_id AS supplier_code,
    raw.name AS supplier_name,
    CAST((
        SELECT max(TRY_CAST(t.lead_days AS INTEGER)) FROM product_vendor AS t WHERE t.vendor_id = raw.vendor_id
    ) AS VARCHAR) AS lead_time_days
FROM raw
"""

# Stores and work centres of the plant alike hold stock; none of them sells.
LOCATIONS = """
SELECT row_no, location_id AS location_code, name AS location_name, 'warehouse' AS location_type FROM raw
"""

source = Source(
    name="adventureworks",
    title="AdventureWorks (purchasing and stock)",
    title_zh="AdventureWorks 采购与库存",
    feeds=(
        _feed(
            "PurchaseOrderDetail",
            "purchase_order_detail",
            "po_id line_id due_at ordered_qty product_id unit_price line_total received_qty rejected_qty stocked_qty "
            "modified_at",
            {"purchase_order_line": ORDER_LINES, "receipt_line": RECEIPT_LINES},
            needs=("purchase_order_header", "product_vendor"),
            unused="line_total stocked_qty modified_at",
        ),
        _feed(
            "PurchaseOrderHeader",
            "purchase_order_header",
            "po_id revision status employee vendor_id ship_method ordered_at shipped_at subtotal tax freight total "
            "modified_at",
            unused="revision ship_method subtotal tax freight total modified_at",
            because=LOOKUP,
        ),
        _feed(
            "ProductInventory",
            "product_inventory",
            "product_id location_id shelf bin qty guid modified_at",
            {"stock_on_hand": STOCK_ON_HAND},
            unused="shelf bin guid",
        ),
        _feed(
            "Product",
            "product",
            "product_id name number make finished color safety_stock reorder_point standard_cost list_price size "
            "size_unit weight_unit weight days line class style subcategory model sell_start sell_end discontinued "
            "guid modified_at",
            {"product": PRODUCTS},
            wants=("product_subcategory", "product_category", "product_vendor"),
            unused="make finished color reorder_point weight_unit weight days line class style model sell_start guid",
        ),
        _feed(
            "Vendor",
            "vendor",
            "vendor_id account name rating preferred active url modified_at",
            {"supplier": SUPPLIERS},
            wants=("product_vendor",),
            unused="account rating preferred active url modified_at",
        ),
        _feed(
            "ProductVendor",
            "product_vendor",
            "product_id vendor_id lead_days standard_price last_cost last_at min_qty max_qty on_order unit modified_at",
            unused="standard_price min_qty max_qty on_order unit modified_at",
            because=LOOKUP,
        ),
        _feed(
            "Location",
            "location",
            "location_id name cost_rate availability modified_at",
            {"location": LOCATIONS},
            unused="cost_rate availability modified_at",
        ),
        _feed("ProductCategory", "product_category", "category_id name guid modified_at", because=LOOKUP),
        _feed(
            "ProductSubcategory",
            "product_subcategory",
            "subcategory_id category_id name guid modified_at",
            because=LOOKUP,
        ),
        # Its cells are parted by `+|`, its rows end with `&|` and a new line, and descriptions run over many lines.
        _feed(
            "ProductModel",
            "product_model",
            "model_id name description instructions guid modified_at",
            because=NO_STOCK,
            delimiter="+|",
        ),
        _feed("UnitMeasure", "unit_measure", "unit name modified_at", because=LOOKUP),
        _feed("ShipMethod", "ship_method", "ship_method name base_rate rate guid modified_at", because=NO_STOCK),
        _feed("ScrapReason", "scrap_reason", "reason_id name modified_at", because=NO_STOCK),
        _feed(
            "SpecialOffer",
            "special_offer",
            "offer_id description discount type category starts_at ends_at min_qty max_qty guid modified_at",
            because=NO_STOCK,
        ),
        _feed("SpecialOfferProduct", "special_offer_product", "offer_id product_id guid modified_at", because=NO_STOCK),
        _feed(
            "ProductCostHistory",
            "product_cost_history",
            "product_id starts_at ends_at standard_cost modified_at",
            because="the standard cost in force is on the product itself",
        ),
        _feed(
            "ProductListPriceHistory",
            "product_list_price_history",
            "product_id starts_at ends_at list_price modified_at",
            because="the price in force is on the product itself",
        ),
    ),
)
