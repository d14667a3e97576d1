"""Wide World Importers: small files made here, and the figures of the real ones."""

from datetime import date, datetime
from decimal import Decimal

import duckdb
import pytest

TYPES = """
TransactionTypeID | TransactionTypeName
9 | Stock Transfer
10 | Stock Issue
11 | Stock Receipt
12 | Stock Adjustment at Stocktake
13 | Customer Contra
"""
ITEMS = """
StockItemID|StockItemName|SupplierID|UnitPackageID|LeadTimeDays|QuantityPerOuter|Brand|Size|Barcode|UnitPrice
77 | Jacket | 4 | 7 | 20 | 12 | | XL | | 18
80 | Mug | 4 | 7 | 14 | 3 | Northwind | | 8302039293929 | 13
"""
ORDERS = """
PurchaseOrderID | SupplierID | OrderDate | ExpectedDeliveryDate | IsOrderFinalized
5 | 4 | 2013-01-01 00:00:00 | 2013-01-15 00:00:00 | true
"""
LINES = """
PurchaseOrderLineID|PurchaseOrderID|StockItemID|OrderedOuters|ExpectedUnitPricePerOuter|IsOrderLineFinalized
1 | 5 | 77 | 10 | 38.4 | true
2 | 5 | 80 | 10 | 10 | false
"""
INVOICES = """
InvoiceLineID | InvoiceID | StockItemID | Quantity | ExtendedPrice | TaxAmount | LineProfit
1 | 3 | 77 | 10 | 2645.0 | 345.0 | 850.0
"""
MOVED = (
    "StockItemTransactionID|StockItemID|TransactionTypeID|InvoiceID|SupplierID|PurchaseOrderID|TransactionOccurredWhen"
    "|Quantity|LastEditedBy|LastEditedWhen\n"
)


def moved(number, kind, quantity, invoice="", order=""):
    supplier = "4" if order else ""
    moment = "2013-01-02 07:00:00"
    return f"{number} | 77 | {kind} | {invoice} | {supplier} | {order} | {moment} | {quantity} | 7 | {moment}\n"


@pytest.fixture
def movements(runner):
    made = runner("wwi").text("transaction_types", TYPES)
    return made.text("purchase_order_lines", LINES).text("invoice_lines", INVOICES)


def run(movements, content):
    return (
        movements.text("purchase_orders", ORDERS)
        .text("stock_items", ITEMS)
        .empty("package_types", "stock_item_holdings", "stock_groups", "stock_item_stock_groups")
        .text("stock_item_transactions", MOVED + content)
        .run()
    )


def test_order_is_converted_from_outers_to_units(runner) -> None:
    made = runner("wwi").text("purchase_order_lines", LINES).text("purchase_orders", ORDERS).text("stock_items", ITEMS)
    done = made.empty("package_types", "stock_item_holdings", "stock_groups", "stock_item_stock_groups").run()

    assert done.rows(
        "SELECT product_code, ordered_qty, pack_qty, unit_price, expected_date, status FROM core.purchase_order_line"
    ) == [
        ("77", Decimal(120), Decimal(12), Decimal("3.2"), date(2013, 1, 15), "closed"),
        ("80", Decimal(30), Decimal(3), Decimal("3.3333"), date(2013, 1, 15), "approved"),
    ]


def test_sale_takes_amount_and_cost_from_its_invoice_line(movements) -> None:
    done = run(movements, moved(1, 10, -10, invoice=3))

    assert done.rows(
        "SELECT movement_id, movement_type, moved_qty, unit_cost, sale_amount, document_no FROM core.stock_movement"
    ) == [("1", "sale", Decimal(-10), Decimal(145), Decimal(2300), "3")]


def test_receipt_and_its_movement_bear_one_number(movements) -> None:
    done = run(movements, moved(2, 11, 120, order=5))

    assert done.rows(
        "SELECT receipt_no, line_no, po_no, po_line_no, supplier_code, received_qty, received_at FROM core.receipt_line"
    ) == [("5-20130102", 2, "5", 1, "4", Decimal(120), datetime(2013, 1, 2, 7))]
    assert done.rows("SELECT document_no, document_line_no, moved_qty FROM core.stock_movement") == [
        ("5-20130102", 2, Decimal(120))
    ]


def test_stocktake_and_transfer_go_by_sign(movements) -> None:
    done = run(movements, moved(1, 12, -5) + moved(2, 12, 0) + moved(3, 9, -1) + moved(4, 9, 1))

    assert [r[0] for r in done.rows("SELECT movement_type FROM core.stock_movement ORDER BY movement_id")] == [
        *("count_loss", "count_gain", "transfer_out", "transfer_in")
    ]


def test_type_that_moves_no_stock_is_refused_by_name(movements) -> None:
    done = run(movements, moved(1, 13, -5) + moved(2, 99, -5))

    assert [(r[2], r[4]) for r in done.refused] == [(1, "Customer Contra"), (2, "type 99")]


def test_holdings_are_stock_at_the_newest_change_and_levels(runner) -> None:
    holdings = """
    StockItemID | QuantityOnHand | LastCostPrice | ReorderLevel | TargetStockLevel | LastEditedWhen
    77 | 40 | 7 | 5 | 20 | 2016-05-30 07:00:00
    80 | 2 | 3.5 | 5 | 20 | 2016-05-31 12:00:00
    """
    done = runner("wwi").text("stock_item_holdings", holdings).run()

    assert done.rows("SELECT as_of_date, product_code, on_hand_qty FROM core.stock_on_hand ORDER BY product_code") == [
        (date(2016, 5, 31), "77", Decimal(40)),
        (date(2016, 5, 31), "80", Decimal(2)),
    ]
    assert done.one("SELECT min(min_stock_qty), max(max_stock_qty) FROM core.stock_level") == (5, 20)


def test_item_has_all_its_groups_as_category(runner) -> None:
    made = runner("wwi").text("stock_items", ITEMS).empty("stock_item_holdings")
    made.text("package_types", "PackageTypeID | PackageTypeName\n7 | Each")
    made.text("stock_groups", "StockGroupID | StockGroupName\n2 | Clothing\n10 | Novelty")
    made.text("stock_item_stock_groups", "StockItemStockGroupID|StockItemID|StockGroupID\n1 | 77 | 10\n2 | 77 | 2")
    done = made.run()

    assert done.rows("SELECT product_code, category, unit, spec, brand FROM core.product ORDER BY 1") == [
        ("77", "Clothing / Novelty", "Each", "XL", None),
        ("80", None, "Each", None, "Northwind"),
    ]
    assert done.rows("SELECT barcode, product_code FROM core.product_barcode") == [("8302039293929", "80")]


def test_invoice_is_a_line_and_a_payment_is_not(runner) -> None:
    content = """
    SupplierTransactionID|SupplierID|TransactionTypeID|PurchaseOrderID|SupplierInvoiceNumber|TransactionDate|AmountExcludingTax
    134 | 4 | 5 | 5 | 7290 | 2013-01-02 00:00:00 | 313.5
    135 | 4 | 7 | | | 2013-01-03 00:00:00 | -313.5
    136 | 4 | 6 | 5 | 7291 | 2013-01-03 00:00:00 | -3.5
    137 | 4 | 2 | 5 | 7292 | 2013-01-03 00:00:00 | 9
    """
    done = runner("wwi").text("supplier_transactions", content).run()

    assert done.rows("SELECT invoice_no, line_no, po_no, invoiced_amount FROM core.invoice_line ORDER BY line_no") == [
        ("7290", 134, "5", Decimal("313.5")),
        ("7291", 136, "5", Decimal("-3.5")),
    ]
    assert done.unaccounted["supplier_transactions"] == []
    assert [r[2:] for r in done.refused] == [(4, "line_no", "transaction type 2")]


def test_items_and_movements_load_without_the_files_that_enrich_them(runner) -> None:
    made = runner("wwi").text("stock_items", ITEMS).text("transaction_types", TYPES)
    made.text("stock_item_transactions", MOVED + moved(1, 10, -10, invoice=3) + moved(2, 11, 120, order=5))
    done = made.run()

    assert done.rows("SELECT product_code, category, unit FROM core.product ORDER BY 1") == [
        ("77", None, None),
        ("80", None, None),
    ]
    assert done.rows("SELECT movement_id, unit_cost FROM core.stock_movement ORDER BY 1") == [("1", None), ("2", None)]
    assert done.rows("SELECT po_no, po_line_no FROM core.receipt_line") == [("5", None)]


@pytest.fixture(scope="module")
def real(runner, shared, sources):
    made = runner("wwi")
    for path in sorted((shared / "wwi").glob("*.parquet")):
        header = [row[0] for row in duckdb.sql(f"DESCRIBE FROM '{path}'").fetchall()]
        (feed,) = (f for f in sources["wwi"].feeds if f.matches_header(header))
        assert set(header) == set(feed.columns) | set(feed.unused_columns)
        made.parquet(feed.name, path)
    return made.run()


def test_real_files_load_whole(real, contracts) -> None:
    assert real.refused == []
    assert not any(real.unaccounted.values())
    assert not any(real.same_key(table) for table in contracts.values())


def test_real_movements(real) -> None:
    by_type = "SELECT count(*), sum(moved_qty), count(*) FILTER (moved_qty = 0) FROM core.stock_movement WHERE "
    assert real.one(by_type + "movement_type = 'sale'") == (228265, -8950628, 0)
    assert real.one(by_type + "movement_type = 'receipt'") == (8358, 139418326, 0)
    assert real.one(by_type + "movement_type IN ('count_gain', 'count_loss')") == (44, -18, 4)
    assert real.one(by_type + "true")[0] == 236667
    assert real.one(by_type + "movement_type = 'sale' AND (sale_amount IS NULL OR unit_cost IS NULL)")[0] == 0


def test_real_receipts_agree_with_orders_in_units(real) -> None:
    assert real.one(
        "SELECT count(*), count(r.receipt_no), count(*) FILTER (received_qty = ordered_qty), "
        "count(*) FILTER (received_qty = ordered_qty / pack_qty), count(*) FILTER (received_qty > ordered_qty), "
        "count(*) FILTER (r.product_code <> o.product_code OR r.supplier_code <> o.supplier_code) "
        "FROM core.purchase_order_line AS o "
        "LEFT JOIN core.receipt_line AS r ON r.po_no = o.po_no AND r.po_line_no = o.line_no"
    ) == (8367, 8358, 8358, 120, 0, 0)


def test_real_stock_and_levels(real) -> None:
    assert real.one(
        "SELECT count(*), min(as_of_date), count(*) FILTER (on_hand_qty < min_stock_qty), "
        "count(*) FILTER (on_hand_qty > max_stock_qty) "
        "FROM core.stock_on_hand JOIN core.stock_level USING (location_code, product_code)"
    ) == (227, date(2016, 5, 31), 2, 221)


def test_real_invoices_equal_their_orders(real) -> None:
    assert real.one(
        "WITH ordered AS ("
        "SELECT po_no, sum(ordered_qty * unit_price) AS amount FROM core.purchase_order_line GROUP BY 1) "
        "SELECT count(*), count(invoiced_amount), count(*) FILTER (abs(invoiced_amount - amount) < 0.005) "
        "FROM ordered LEFT JOIN core.invoice_line USING (po_no)"
    ) == (2074, 2072, 2072)


def test_real_masters(real) -> None:
    assert real.one("SELECT count(*) FROM core.product_barcode") == (8,)
    assert real.one("SELECT count(*), count(category), count(purchase_price) FROM core.product") == (227, 227, 227)
    assert real.one("SELECT count(*) FROM core.supplier") == (13,)
