"""Wide World Importers: a wholesale warehouse; its tables as Parquet or CSV with the database's column names.

Orders are placed in outer packs and stock is kept in single units: quantities and prices of orders are converted by the
item's quantity per outer. There is one warehouse and the tables give it no code.
"""

from __future__ import annotations

from workbench.sources import Feed, Source

WAREHOUSE = "warehouse"
LOOKUP = "read together with the files that refer to it"


def _day(column: str) -> str:
    """A day from a timestamp's text; text that is none stays as found, so that the contract names it."""
    return f"coalesce(CAST(TRY_CAST({column} AS DATE) AS VARCHAR), {column})"


def _money(column: str) -> str:
    return f"TRY_CAST({column} AS DECIMAL(18, 4))"


def _qty(column: str) -> str:
    return f"TRY_CAST({column} AS DECIMAL(18, 3))"


def _per_unit(amount: str, quantity: str) -> str:
    """`amount` ÷ `quantity` to four decimals, half up: in whole numbers, since DuckDB divides decimals as floats.

    Both arguments are decimals (four and three decimals); null for a quantity of zero or less.
    """
    numerator = f"2000 * CAST({amount} * 10000 AS HUGEINT)"
    thousandths = f"CAST({quantity} * 1000 AS HUGEINT)"
    rounded = f"({numerator} + {thousandths}) // (2 * {thousandths})"
    return (
        f"CASE WHEN {quantity} > 0 THEN CAST(CAST({rounded} AS DECIMAL(30, 0)) * CAST(0.0001 AS DECIMAL(4, 4)) "
        "AS VARCHAR) END"
    )


def _one_per_key(feed: str, *key: str) -> str:
    """A lookup with one row per key, the later one: a key that is there twice must not multiply rows."""
    return f"(SELECT * FROM {feed} QUALIFY row_number() OVER (PARTITION BY {', '.join(key)} ORDER BY row_no DESC) = 1)"


# The system has no approval: an order that is entered is placed, until its line is finalised.
ORDER_LINES = f"""
SELECT
    raw.row_no,
    raw.PurchaseOrderID AS po_no,
    raw.PurchaseOrderLineID AS line_no,
    o.SupplierID AS supplier_code,
    '{WAREHOUSE}' AS location_code,
    raw.StockItemID AS product_code,
    {_day("o.OrderDate")} AS ordered_date,
    {_day("o.ExpectedDeliveryDate")} AS expected_date,
    CASE WHEN {_qty("raw.OrderedOuters")} IS NULL THEN raw.OrderedOuters
         ELSE CAST(CAST({_qty("raw.OrderedOuters")} * {_qty("i.QuantityPerOuter")} AS DECIMAL(18, 3)) AS VARCHAR)
    END AS ordered_qty,
    i.QuantityPerOuter AS pack_qty,
    CASE WHEN {_money("raw.ExpectedUnitPricePerOuter")} IS NULL THEN raw.ExpectedUnitPricePerOuter
         ELSE {_per_unit(_money("raw.ExpectedUnitPricePerOuter"), _qty("i.QuantityPerOuter"))}
    END AS unit_price,
    CASE lower(raw.IsOrderLineFinalized)
        WHEN 'true' THEN 'closed'
        WHEN '1' THEN 'closed'
        WHEN 'false' THEN 'approved'
        WHEN '0' THEN 'approved'
        ELSE raw.IsOrderLineFinalized
    END AS status
FROM raw
LEFT JOIN {_one_per_key("purchase_orders", "PurchaseOrderID")} AS o USING (PurchaseOrderID)
LEFT JOIN {_one_per_key("stock_items", "StockItemID")} AS i USING (StockItemID)
"""

TYPES = _one_per_key("transaction_types", "TransactionTypeID")

# A delivery has no number of its own: what came in for one order on one day is one receipt.
RECEIPT_NO = "raw.PurchaseOrderID || '-' || left(replace(raw.TransactionOccurredWhen, '-', ''), 8)"

COST_OF_LINE = "CAST({} - {} - {} AS DECIMAL(18, 4))".format(
    *(_money(f"s.{column}") for column in ("ExtendedPrice", "TaxAmount", "LineProfit"))
)

# Types are taken by name; a type that moves no stock by its name stays as found, for the contract to refuse.
# A stocktake's adjustment is the difference found by counting, so it is a gain or a loss of the count.
# Amount and cost of a sale are on the invoice line of the same item, which agrees with the issue in quantity; the
# invoice line itself is no second movement.
MOVEMENTS = f"""
SELECT
    raw.row_no,
    '{WAREHOUSE}' AS location_code,
    raw.StockItemTransactionID AS movement_id,
    raw.TransactionOccurredWhen AS occurred_at,
    raw.LastEditedWhen AS recorded_at,
    raw.StockItemID AS product_code,
    CASE
        WHEN t.TransactionTypeName = 'Stock Issue' THEN 'sale'
        WHEN t.TransactionTypeName = 'Stock Receipt' THEN 'receipt'
        WHEN t.TransactionTypeName = 'Stock Transfer' AND {_qty("raw.Quantity")} < 0 THEN 'transfer_out'
        WHEN t.TransactionTypeName = 'Stock Transfer' THEN 'transfer_in'
        WHEN t.TransactionTypeName = 'Stock Adjustment at Stocktake' AND {_qty("raw.Quantity")} < 0 THEN 'count_loss'
        WHEN t.TransactionTypeName = 'Stock Adjustment at Stocktake' THEN 'count_gain'
        ELSE coalesce(t.TransactionTypeName, 'type ' || raw.TransactionTypeID)
    END AS movement_type,
    raw.Quantity AS moved_qty,
    {_per_unit(COST_OF_LINE, _qty("s.Quantity"))} AS unit_cost,
    CAST({_money("s.ExtendedPrice")} - {_money("s.TaxAmount")} AS VARCHAR) AS sale_amount,
    CASE WHEN t.TransactionTypeName = 'Stock Receipt' THEN {RECEIPT_NO} ELSE raw.InvoiceID END AS document_no,
    CASE WHEN t.TransactionTypeName = 'Stock Receipt' THEN raw.StockItemTransactionID END AS document_line_no,
    raw.LastEditedBy AS operator,
    CASE WHEN t.TransactionTypeName = 'Stock Adjustment at Stocktake' THEN t.TransactionTypeName END AS reason
FROM raw
LEFT JOIN {TYPES} AS t USING (TransactionTypeID)
LEFT JOIN (
    SELECT InvoiceID, StockItemID, any_value(Quantity) AS Quantity, any_value(ExtendedPrice) AS ExtendedPrice,
           any_value(TaxAmount) AS TaxAmount, any_value(LineProfit) AS LineProfit
    FROM invoice_lines GROUP BY InvoiceID, StockItemID HAVING count(*) = 1
) AS s ON s.InvoiceID = raw.InvoiceID AND s.StockItemID = raw.StockItemID
"""

# The transaction's id is the line number, since a file need not hold all lines of a delivery. Every row was last edited
# when it occurred, so the editor is who entered it. No cost stands on a receipt. The order's line is named where the
# item is on the order once.
RECEIPT_LINES = f"""
SELECT
    raw.row_no,
    '{WAREHOUSE}' AS location_code,
    {RECEIPT_NO} AS receipt_no,
    raw.StockItemTransactionID AS line_no,
    'normal' AS receipt_type,
    raw.PurchaseOrderID AS po_no,
    l.line_no AS po_line_no,
    raw.SupplierID AS supplier_code,
    raw.StockItemID AS product_code,
    raw.Quantity AS received_qty,
    raw.TransactionOccurredWhen AS received_at,
    raw.LastEditedWhen AS recorded_at,
    raw.LastEditedBy AS created_by
FROM raw
JOIN {TYPES} AS t USING (TransactionTypeID)
LEFT JOIN (
    SELECT PurchaseOrderID, StockItemID, any_value(PurchaseOrderLineID) AS line_no
    FROM purchase_order_lines GROUP BY PurchaseOrderID, StockItemID HAVING count(*) = 1
) AS l ON l.PurchaseOrderID = raw.PurchaseOrderID AND l.StockItemID = raw.StockItemID
WHERE t.TransactionTypeName = 'Stock Receipt'
"""

# LastEditedWhen says when an item's figure last changed; the file as a whole is the stock after the last change in it.
STOCK_ON_HAND = f"""
SELECT
    row_no,
    {_day("(SELECT max(LastEditedWhen) FROM raw)")} AS as_of_date,
    '{WAREHOUSE}' AS location_code,
    StockItemID AS product_code,
    QuantityOnHand AS on_hand_qty
FROM raw
"""

STOCK_LEVELS = f"""
SELECT
    row_no,
    '{WAREHOUSE}' AS location_code,
    StockItemID AS product_code,
    ReorderLevel AS min_stock_qty,
    TargetStockLevel AS max_stock_qty
FROM raw
"""

# An item is in one to four groups: all of them, in the order of their numbers, are its category.
PRODUCTS = f"""
SELECT
    raw.row_no,
    raw.StockItemID AS product_code,
    raw.StockItemName AS product_name,
    g.category,
    raw.Brand AS brand,
    raw.Size AS spec,
    p.PackageTypeName AS unit,
    h.LastCostPrice AS purchase_price,
    raw.UnitPrice AS retail_price
FROM raw
LEFT JOIN {_one_per_key("package_types", "PackageTypeID")} AS p ON p.PackageTypeID = raw.UnitPackageID
LEFT JOIN {_one_per_key("stock_item_holdings", "StockItemID")} AS h ON h.StockItemID = raw.StockItemID
LEFT JOIN (
    SELECT m.StockItemID, string_agg(n.StockGroupName, ' / ' ORDER BY TRY_CAST(n.StockGroupID AS INTEGER)) AS category
    FROM {_one_per_key("stock_item_stock_groups", "StockItemID", "StockGroupID")} AS m
    JOIN {_one_per_key("stock_groups", "StockGroupID")} AS n USING (StockGroupID)
    GROUP BY m.StockItemID
) AS g ON g.StockItemID = raw.StockItemID
"""

PRODUCT_BARCODES = """
SELECT row_no, Barcode AS barcode, StockItemID AS product_code, 1 AS pack_qty FROM raw WHERE Barcode IS NOT NULL
"""

# Lead times are kept per item: the longest of a supplier's items is the one to plan with.
SUPPLIERS = """
SELECT
    raw.row_no,
    raw.SupplierID AS supplier_code,
    raw.SupplierName AS supplier_name,
    CAST((
        SELECT max(TRY_CAST(i.LeadTimeDays AS INTEGER)) FROM stock_items AS i WHERE i.SupplierID = raw.SupplierID
    ) AS VARCHAR) AS lead_time_days
FROM raw
"""

# Money paid to a supplier and money paid back.
PAYMENTS = "'7', '8'"

# An invoice bills a whole order in one amount before tax, without products; a credit note takes back in the same way.
# Suppliers reuse their four-digit numbers (2,072 invoices bear 1,974), so the transaction's id, as the line number,
# keeps them apart. A type that is neither these nor a payment stands where the contract refuses it with its text.
INVOICE_LINES = f"""
SELECT
    row_no,
    SupplierID AS supplier_code,
    SupplierInvoiceNumber AS invoice_no,
    CASE WHEN TransactionTypeID IN ('5', '6') THEN SupplierTransactionID
         ELSE 'transaction type ' || coalesce(TransactionTypeID, 'missing') END AS line_no,
    PurchaseOrderID AS po_no,
    {_day("TransactionDate")} AS invoiced_date,
    AmountExcludingTax AS invoiced_amount
FROM raw
WHERE TransactionTypeID IS NULL OR TransactionTypeID NOT IN ({PAYMENTS})
"""

EDITED = "LastEditedBy LastEditedWhen"


def _feed(
    name: str,
    columns: str,
    tables: dict[str, str] | None = None,
    *,
    needs: tuple[str, ...] = (),
    wants: tuple[str, ...] = (),
    unused: str = "",
    ignored: str = "",
    because: str = "",
) -> Feed:
    """A feed known by its header, of which columns enough are named that no other system's table is taken for it.

    Without `tables` every row of it is ignored, and `because` says why.
    """
    return Feed(
        name=name,
        tables=tables or {},
        columns=tuple(columns.split()),
        needs=needs,
        wants=wants,
        unused_columns=tuple(unused.split()),
        ignored=ignored if tables else "true",
        ignored_because=because,
    )


source = Source(
    name="wwi",
    title="Wide World Importers",
    title_zh="Wide World Importers 批发仓库",
    feeds=(
        _feed(
            "purchase_order_lines",
            "PurchaseOrderLineID PurchaseOrderID StockItemID OrderedOuters ExpectedUnitPricePerOuter "
            "IsOrderLineFinalized",
            {"purchase_order_line": ORDER_LINES},
            needs=("purchase_orders", "stock_items"),
            unused=f"Description ReceivedOuters PackageTypeID LastReceiptDate {EDITED}",
        ),
        _feed(
            "purchase_orders",
            "PurchaseOrderID SupplierID OrderDate ExpectedDeliveryDate IsOrderFinalized",
            unused="DeliveryMethodID ContactPersonID SupplierReference Comments InternalComments " + EDITED,
            because=LOOKUP,
        ),
        _feed(
            "stock_item_transactions",
            "StockItemTransactionID StockItemID TransactionTypeID InvoiceID SupplierID PurchaseOrderID "
            "TransactionOccurredWhen Quantity LastEditedBy LastEditedWhen",
            {"stock_movement": MOVEMENTS, "receipt_line": RECEIPT_LINES},
            needs=("transaction_types",),
            wants=("purchase_order_lines", "invoice_lines"),
            unused="CustomerID",
        ),
        _feed(
            "stock_item_holdings",
            "StockItemID QuantityOnHand LastCostPrice ReorderLevel TargetStockLevel LastEditedWhen",
            {"stock_on_hand": STOCK_ON_HAND, "stock_level": STOCK_LEVELS},
            unused="BinLocation LastStocktakeQuantity LastEditedBy",
        ),
        _feed(
            "stock_items",
            "StockItemID StockItemName SupplierID UnitPackageID LeadTimeDays QuantityPerOuter Brand Size Barcode "
            "UnitPrice",
            {"product": PRODUCTS, "product_barcode": PRODUCT_BARCODES},
            wants=("package_types", "stock_item_holdings", "stock_groups", "stock_item_stock_groups"),
            unused="ColorID OuterPackageID IsChillerStock TaxRate RecommendedRetailPrice TypicalWeightPerUnit "
            "MarketingComments InternalComments Photo CustomFields Tags SearchDetails LastEditedBy ValidFrom ValidTo",
        ),
        _feed(
            "suppliers",
            "SupplierID SupplierName SupplierCategoryID PaymentDays",
            {"supplier": SUPPLIERS},
            wants=("stock_items",),
            unused="PrimaryContactPersonID AlternateContactPersonID DeliveryMethodID DeliveryCityID "
            "PostalCityID SupplierReference BankAccountName BankAccountBranch BankAccountCode BankAccountNumber "
            "BankInternationalCode InternalComments PhoneNumber FaxNumber WebsiteURL DeliveryAddressLine1 "
            "DeliveryAddressLine2 DeliveryPostalCode DeliveryLocation PostalAddressLine1 PostalAddressLine2 "
            "PostalPostalCode LastEditedBy ValidFrom ValidTo",
        ),
        _feed(
            "supplier_transactions",
            "SupplierTransactionID SupplierID TransactionTypeID PurchaseOrderID SupplierInvoiceNumber TransactionDate "
            "AmountExcludingTax",
            {"invoice_line": INVOICE_LINES},
            unused="PaymentMethodID TaxAmount TransactionAmount OutstandingBalance FinalizationDate IsFinalized "
            + EDITED,
            ignored=f"TransactionTypeID IN ({PAYMENTS})",
            because="a payment to a supplier or a refund by one, not an invoice",
        ),
        _feed(
            "invoice_lines",
            "InvoiceLineID InvoiceID StockItemID Quantity ExtendedPrice TaxAmount LineProfit",
            unused=f"Description PackageTypeID UnitPrice TaxRate {EDITED}",
            because="what was sold is already a stock issue; amount and cost are read from here",
        ),
        _feed(
            "order_lines",
            "OrderLineID OrderID StockItemID PickedQuantity",
            unused=f"Description PackageTypeID Quantity UnitPrice TaxRate PickingCompletedWhen {EDITED}",
            because="a customer's order moves no stock until goods are issued",
        ),
        _feed(
            "orders",
            "OrderID CustomerID OrderDate PickedByPersonID BackorderOrderID",
            unused="SalespersonPersonID ContactPersonID ExpectedDeliveryDate "
            "CustomerPurchaseOrderNumber IsUndersupplyBackordered Comments DeliveryInstructions InternalComments "
            f"PickingCompletedWhen {EDITED}",
            because="a customer's order moves no stock until goods are issued",
        ),
        _feed(
            "transaction_types",
            "TransactionTypeID TransactionTypeName",
            unused="LastEditedBy ValidFrom ValidTo",
            because=LOOKUP,
        ),
        _feed(
            "package_types", "PackageTypeID PackageTypeName", unused="LastEditedBy ValidFrom ValidTo", because=LOOKUP
        ),
        _feed("stock_groups", "StockGroupID StockGroupName", unused="LastEditedBy ValidFrom ValidTo", because=LOOKUP),
        _feed(
            "stock_item_stock_groups",
            "StockItemStockGroupID StockItemID StockGroupID",
            unused=EDITED,
            because=LOOKUP,
        ),
        _feed(
            "supplier_categories",
            "SupplierCategoryID SupplierCategoryName",
            unused="LastEditedBy ValidFrom ValidTo",
            because="kinds of suppliers; nothing about stock, orders or receipts",
        ),
    ),
)
