"""Wide World Importers through the command line: every figure that was computed from the files independently."""

import pytest

AS_OF = "2016-06-30"
NEVER_RECEIVED = {
    *(("2073", item) for item in ("77", "78", "80", "86", "95", "98")),
    *(("2074", item) for item in ("184", "193", "204")),
}


@pytest.fixture(scope="session")
def folder(data_set):
    return data_set("wwi")


@pytest.fixture(scope="session")
def shop(open_shop, folder):
    made = open_shop("wwi")
    made.ingest(folder)
    made.check(AS_OF)
    return made


def test_every_row_of_every_file_is_accounted_for(shop) -> None:
    files = {f["file"]: f for f in shop.answer("files")}

    assert {f["source"] for f in files.values()} == {"wwi"}
    assert len(files) == 15
    assert all(f["read"] == f["accepted"] + f["ignored"] for f in files.values())
    assert files["Sales.InvoiceLines.parquet"]["read"] == 228265


def test_no_rule_fails_to_run(shop) -> None:
    assert shop.rows("SELECT rule_id, detail FROM ops.outcome WHERE status = 'error'") == []


def test_movements(shop) -> None:
    assert shop.rows(
        "SELECT movement_type, count(*), sum(moved_qty), count(*) FILTER (moved_qty = 0) "
        "FROM core.stock_movement WHERE movement_type IN ('sale', 'receipt') GROUP BY 1 ORDER BY 1"
    ) == [("receipt", 8358, 139418326, 0), ("sale", 228265, -8950628, 0)]
    assert shop.one(
        "SELECT count(*), sum(moved_qty), count(*) FILTER (moved_qty = 0) "
        "FROM core.stock_movement WHERE movement_type IN ('count_gain', 'count_loss')"
    ) == (44, -18, 4)
    assert shop.one("SELECT count(*) FROM core.stock_movement") == (236667,)


def test_every_issue_has_its_invoice_line(shop) -> None:
    assert shop.one(
        "SELECT count(*) FROM core.stock_movement "
        "WHERE movement_type = 'sale' AND sale_amount IS NOT NULL AND unit_cost IS NOT NULL"
    ) == (228265,)


def test_receipts_agree_with_orders_in_units(shop) -> None:
    assert shop.one(
        "SELECT count(*), count(r.receipt_no), count(*) FILTER (received_qty = ordered_qty), "
        "count(*) FILTER (received_qty * pack_qty = ordered_qty) "
        "FROM core.purchase_order_line AS o "
        "LEFT JOIN core.receipt_line AS r ON r.po_no = o.po_no AND r.po_line_no = o.line_no"
    ) == (8367, 8358, 8358, 120)


@pytest.mark.parametrize(
    "rule",
    [
        *("receipt_over_order", "receipt_under_order", "receipt_pack_factor_error", "receipt_on_unapproved_order"),
        *("receipt_without_order", "receipt_entered_twice", "receipt_reentered_under_new_number"),
        "invoice_entered_twice",
    ],
)
def test_nothing_else_is_wrong_with_receipts(shop, rule) -> None:
    assert shop.outcome(rule) == ("pass", 0)


@pytest.mark.parametrize(
    "rule",
    [
        *("receipt_movement_missing", "receipt_movement_qty_differs", "receipt_product_not_on_order"),
        *("receipt_supplier_differs_from_order", "invoice_without_receipt"),
    ],
)
def test_receipts_agree_with_movements_orders_and_invoices(shop, rule) -> None:
    assert shop.outcome(rule) == ("pass", 0)


def test_order_lines_never_received(shop) -> None:
    found = shop.findings("order_overdue")

    assert {(f["document_no"], f["product_code"]) for f in found} == NEVER_RECEIVED
    assert len(found) == 9


def test_receipts_that_no_opening_explains(shop) -> None:
    found = shop.findings("on_hand_differs_from_ledger")

    assert {f["product_code"] for f in found} == {item for _, item in NEVER_RECEIVED}
    assert len(found) == 9


def test_ledger_that_starts_without_an_opening_is_no_flood_of_negative_balances(shop) -> None:
    # Opening zero would put the balance below zero on 222,236 rows. Derived from the stock on hand it is never below.
    # The nine items whose opening would be below zero are above, once each, and not here again.
    assert shop.outcome("balance_negative") == ("pass", 0)


def test_invoices_against_orders(shop) -> None:
    assert shop.one(
        "WITH ordered AS ("
        "SELECT po_no, sum(ordered_qty * unit_price) AS amount FROM core.purchase_order_line GROUP BY 1) "
        "SELECT count(*), count(invoiced_amount), count(*) FILTER (abs(invoiced_amount - amount) < 0.005) "
        "FROM ordered LEFT JOIN core.invoice_line USING (po_no)"
    ) == (2074, 2072, 2072)


def test_invoices_of_which_suppliers_reuse_the_numbers(shop) -> None:
    # That they are no duplicates of each other is above.
    assert shop.one("SELECT count(*), count(DISTINCT (supplier_code, invoice_no)) FROM core.invoice_line") == (
        2072,
        1974,
    )


def test_items_without_barcode(shop) -> None:
    assert shop.one(
        "SELECT count(*) FILTER (barcode IS NULL), count(*) FROM core.product LEFT JOIN core.product_barcode "
        "USING (product_code)"
    ) == (219, 227)


def test_stock_against_its_levels(shop) -> None:
    assert shop.one(
        "SELECT count(*), count(*) FILTER (on_hand_qty < min_stock_qty), count(*) FILTER (on_hand_qty > max_stock_qty) "
        "FROM core.stock_on_hand JOIN core.stock_level USING (location_code, product_code)"
    ) == (227, 2, 221)


@pytest.mark.parametrize(("rule", "number"), [("stock_below_minimum", 2), ("stock_above_maximum", 221)])
def test_items_outside_their_levels(shop, rule, number) -> None:
    assert len(shop.findings(rule)) == number


def test_loading_again_changes_nothing(shop, folder, changes_nothing) -> None:
    changes_nothing(shop, AS_OF, folder)


def test_order_of_rows_does_not_matter(shop, folder, shuffled, open_shop) -> None:
    other = open_shop("shuffled")
    other.ingest(shuffled(folder, has_header=True))
    other.check(AS_OF)

    assert other.says() == shop.says()
