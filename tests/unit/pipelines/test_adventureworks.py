"""AdventureWorks: small files made here, and the figures of the real ones."""

from datetime import date, datetime
from decimal import Decimal

import pytest

HEADERS = """
1 | 0 | 4 | 258 | 1580 | 3 | 2022-04-15 00:00:00.000 | 2022-04-24 00:00:00.000 | | | | | 2022-04-24 00:00:00.000
2 | 0 | 9 | 258 | 1496 | 3 | 2022-04-16 00:00:00.000 | 2022-04-25 00:00:00.000 | | | | | 2022-04-25 00:00:00.000
"""
TERMS = """
7 | 1580 | 17 | 10.0000 | 12.0000 | 2022-08-28 00:00:00.000 | 1 | 5 | | CS | 2022-08-28 00:00:00.000
7 | 1496 | 45 | 10.0000 | 13.0000 | 2023-08-28 00:00:00.000 | 1 | 5 | | CS | 2022-08-28 00:00:00.000
8 | 1496 | 30 | 10.0000 | 11.0000 | 2022-08-28 00:00:00.000 | 1 | 5 | | CS | 2022-08-28 00:00:00.000
"""


@pytest.fixture
def orders(runner):
    return runner("adventureworks").text("purchase_order_header", HEADERS).text("product_vendor", TERMS)


def detail(line):
    return f"1 | {line} | 2022-04-29 00:00:00.000 | 4 | 7 | 12.5 | 50 | 3.00 | 1.00 | 2.00 | 2022-04-22 00:00:00.000"


def test_order_line_takes_vendor_and_status_from_its_header(orders) -> None:
    done = orders.text("purchase_order_detail", detail(11)).run()

    assert done.rows(
        "SELECT po_no, line_no, supplier_code, ordered_date, expected_date, ordered_qty, unit_price, status "
        "FROM core.purchase_order_line"
    ) == [("1", 11, "1580", date(2022, 4, 15), date(2022, 4, 29), Decimal(4), Decimal("12.5"), "closed")]


def test_what_came_in_is_a_receipt_with_rejected_goods_and_the_vendors_last_cost(orders) -> None:
    done = orders.text("purchase_order_detail", detail(11)).run()

    assert done.rows(
        "SELECT receipt_no, po_no, po_line_no, received_qty, rejected_qty, unit_cost, received_at "
        "FROM core.receipt_line"
    ) == [("1", "1", 11, Decimal(3), Decimal(1), Decimal(12), datetime(2022, 4, 24))]


@pytest.mark.parametrize("received", [".00", ""])
def test_nothing_received_is_no_receipt(orders, received) -> None:
    done = orders.text("purchase_order_detail", detail(11).replace("3.00 |", f"{received} |")).run()

    assert done.one("SELECT count(*) FROM core.receipt_line") == (0,)
    assert done.unaccounted["purchase_order_detail"] == []


def test_unknown_status_and_unreadable_quantity_are_refused_with_their_text(orders) -> None:
    content = f"{detail(11).replace('3.00 |', 'three |')}\n2{detail(12)[1:]}"

    done = orders.text("purchase_order_detail", content).run()

    assert done.refused == [
        ("purchase_order_detail", "purchase_order_line", 2, "status", "9"),
        ("purchase_order_detail", "receipt_line", 1, "received_qty", "three"),
    ]


def test_line_of_an_unknown_order_is_kept(orders) -> None:
    done = orders.text("purchase_order_detail", "9" + detail(11)[1:]).run()

    assert done.rows("SELECT po_no, supplier_code, status FROM core.purchase_order_line") == [("9", None, None)]


def test_a_header_that_is_there_twice_does_not_multiply_lines(runner) -> None:
    made = (
        runner("adventureworks").text("purchase_order_header", HEADERS + HEADERS.strip()).text("product_vendor", TERMS)
    )

    assert made.text("purchase_order_detail", detail(11)).run().same_key(made.contracts["receipt_line"]) == []


def test_every_bin_is_stock_on_the_day_of_the_newest_change(runner) -> None:
    bins = """
    7 | 1 | A | 1 | 408 | x | 2019-03-31 00:00:00.000
    7 | 6 | B | 5 | 0 | y | 2025-08-11 00:00:00.000
    """
    done = runner("adventureworks").text("product_inventory", bins).run()

    assert done.rows(
        "SELECT as_of_date, location_code, product_code, on_hand_qty FROM core.stock_on_hand ORDER BY location_code"
    ) == [(date(2025, 8, 11), "1", "7", Decimal(408)), (date(2025, 8, 11), "6", "7", Decimal(0))]


def test_product_is_off_sale_once_its_last_day_of_sale_is_past(runner) -> None:
    product = (
        "{} | P | AA-1 | 0 | 1 | | 100 | 75 | .0000 | {} | | | | | 0 | | | | {} | | 2019-04-30 00:00:00 | {} | | g | {}"
    )
    rows = [
        product.format(7, ".0000", "", "", "2025-02-07 10:01:36.827"),
        product.format(8, "9.99", "1", "2024-05-28 00:00:00.000", "2025-02-07 10:01:36.827"),
        product.format(9, "9.99", "", "2025-05-28 00:00:00.000", "2025-02-07 10:01:36.827"),
    ]
    made = runner("adventureworks").text("product", "\n".join(rows)).text("product_vendor", TERMS)
    made.text("product_category", "4 | Accessories | g | 2019-04-30 00:00:00.000")
    made.text("product_subcategory", "1 | 4 | Helmets | g | 2019-04-30 00:00:00.000")

    assert made.run().rows(
        "SELECT product_code, category, purchase_price, retail_price, min_stock_qty, status "
        "FROM core.product ORDER BY 1"
    ) == [
        ("7", None, Decimal(13), None, Decimal(100), "active"),
        ("8", "Accessories / Helmets", Decimal(11), Decimal("9.99"), Decimal(100), "discontinued"),
        ("9", None, None, Decimal("9.99"), Decimal(100), "active"),
    ]


def test_supplier_has_the_longest_lead_time_of_its_products(runner) -> None:
    vendors = "1496 | A | Advanced | 1 | 1 | 1 | | 2022-04-24 00:00:00.000"
    done = runner("adventureworks").text("product_vendor", TERMS).text("vendor", vendors).run()

    assert done.rows("SELECT supplier_code, lead_time_days FROM core.supplier") == [("1496", 45)]


def test_products_and_vendors_load_without_the_files_that_enrich_them(runner) -> None:
    made = runner("adventureworks").text("vendor", "1496 | A | Advanced | 1 | 1 | 1 | | 2022-04-24 00:00:00.000")
    made.text(
        "product", "7 | P | AA-1 | 0 | 1 | | 100 | 75 | 3 | 9 |" + " |" * 8 + " 1 | | | | | g | 2025-02-07 10:01:36.827"
    )
    done = made.run()

    assert done.rows("SELECT product_code, category, purchase_price FROM core.product") == [("7", None, Decimal(3))]
    assert done.rows("SELECT supplier_code, lead_time_days FROM core.supplier") == [("1496", None)]


def test_each_file_is_one_feed(sources) -> None:
    names = "PurchaseOrderDetail PurchaseOrderHeader ProductInventory Product ProductVendor ProductModel SpecialOffer"
    for name in names.split():
        assert len([f for f in sources["adventureworks"].feeds if f.matches_name(f"{name}.csv")]) == 1
    assert not sources["adventureworks"].feed("product").matches_name("product_barcode.csv")


@pytest.fixture(scope="module")
def real(runner, shared, sources):
    made = runner("adventureworks")
    for feed in sources["adventureworks"].feeds:
        if feed.delimiter == "\t":
            path = next(p for p in sorted((shared / "adventureworks").glob("*.csv")) if feed.matches_name(p.name))
            made.csv(feed.name, path)
    return made.run()


def test_real_files_load_whole(real, contracts) -> None:
    assert real.refused == []
    assert not any(real.unaccounted.values())
    assert not any(real.same_key(table) for table in contracts.values())


def test_real_order_lines(real) -> None:
    assert real.one(
        "SELECT count(*), count(DISTINCT po_no), sum(ordered_qty), count(*) FILTER (expected_date < ordered_date) "
        "FROM core.purchase_order_line"
    ) == (8845, 4012, 2348637, 7)
    assert real.one(
        "SELECT count(*) FROM ("
        "SELECT po_no, product_code FROM core.purchase_order_line GROUP BY ALL HAVING count(*) > 1)"
    ) == (2,)


def test_real_receipts_against_orders(real) -> None:
    assert real.one(
        "SELECT sum(received_qty), sum(rejected_qty), sum(received_qty - rejected_qty), "
        "count(*) FILTER (received_qty < ordered_qty), count(*) FILTER (received_qty > ordered_qty), "
        "count(*) FILTER (o.status = 'pending'), count(*) FILTER (o.status = 'rejected'), "
        "count(*) FILTER (o.status = 'closed' AND received_qty < ordered_qty) "
        "FROM core.purchase_order_line AS o "
        "JOIN core.receipt_line AS r ON r.po_no = o.po_no AND r.po_line_no = o.line_no"
    ) == (2327299, 72700, 2254599, 380, 0, 477, 142, 355)


def test_real_price_differs_from_the_vendors_last_cost_once(real) -> None:
    # A second line differs by rounding: 50.2600 on the order, 50.2635 with the vendor.
    assert real.one(
        "SELECT count(*) FILTER (abs(unit_cost - unit_price) > 0.01), count(*) FILTER (unit_cost <> unit_price) "
        "FROM core.purchase_order_line AS o "
        "JOIN core.receipt_line AS r ON r.po_no = o.po_no AND r.po_line_no = o.line_no"
    ) == (1, 2)


def test_real_stock(real) -> None:
    assert real.one("SELECT count(*), count(DISTINCT product_code), max(as_of_date) FROM core.stock_on_hand") == (
        1069,
        432,
        date(2025, 8, 11),
    )
    below = "SELECT count(*) FROM (SELECT product_code, sum(on_hand_qty) AS qty FROM core.stock_on_hand GROUP BY 1) "
    assert real.one(f"{below} JOIN core.product USING (product_code) WHERE qty < min_stock_qty") == (69,)
    assert real.one(
        f"{below} JOIN main.product ON product_id = product_code WHERE qty < CAST(reorder_point AS INTEGER)"
    ) == (7,)


def test_real_order_lines_of_discontinued_products(real) -> None:
    assert real.one(
        "SELECT count(*) FROM core.purchase_order_line JOIN core.product AS p USING (product_code) "
        "WHERE p.status = 'discontinued'"
    ) == (22,)
