"""AdventureWorks through the command line: every figure that was computed from the files independently."""

from collections import Counter

import pytest

AS_OF = "2025-12-31"


@pytest.fixture(scope="session")
def folder(data_set):
    return data_set("adventureworks")


@pytest.fixture(scope="session")
def shop(open_shop, folder):
    made = open_shop("adventureworks")
    made.ingest(folder)
    made.check(AS_OF)
    return made


def test_every_row_of_every_file_is_accounted_for(shop) -> None:
    files = {f["file"]: f for f in shop.answer("files")}

    assert {f["source"] for f in files.values()} == {"adventureworks"}
    assert len(files) == 17
    assert all(f["read"] == f["accepted"] + f["ignored"] for f in files.values())
    assert files["PurchaseOrderDetail.csv"]["accepted"] == 8845
    assert files["ProductModel.csv"]["read"] == 128


def test_no_rule_fails_to_run(shop) -> None:
    assert shop.rows("SELECT rule_id, detail FROM ops.outcome WHERE status = 'error'") == []


def test_order_lines(shop) -> None:
    assert shop.one(
        "SELECT count(*), count(DISTINCT po_no), sum(ordered_qty), "
        "count(*) FILTER (expected_date < ordered_date), max(expected_date) FROM core.purchase_order_line"
    ) == (8845, 4012, 2348637, 7, "2025-10-21")
    assert (
        shop.rows(
            "SELECT po_no FROM core.purchase_order_line GROUP BY po_no, product_code HAVING count(*) > 1"
        ).__len__()
        == 2
    )


def test_quantities_received(shop) -> None:
    assert shop.one(
        "SELECT sum(received_qty), sum(rejected_qty), sum(received_qty - rejected_qty), "
        "count(*) FILTER (rejected_qty > 0) FROM core.receipt_line"
    ) == (2327299, 72700, 2254599, 563)


def test_order_lines_of_which_nothing_reached_the_stock(shop) -> None:
    assert shop.one(
        "SELECT count(*) FROM core.purchase_order_line AS o LEFT JOIN core.receipt_line AS r "
        "ON r.po_no = o.po_no AND r.po_line_no = o.line_no "
        "WHERE coalesce(r.received_qty - coalesce(r.rejected_qty, 0), 0) = 0"
    ) == (141,)


def test_model_has_the_same_quantities_per_order_line(shop) -> None:
    assert shop.one(
        "SELECT count(*), sum(ordered_qty), sum(received_qty), sum(rejected_qty), sum(accepted_qty), "
        "count(*) FILTER (received_qty < ordered_qty), count(*) FILTER (received_qty > ordered_qty) "
        "FROM mart.order_line_status"
    ) == (8845, 2348637, 2327299, 72700, 2254599, 380, 0)


def test_less_received_than_ordered(shop) -> None:
    found = shop.findings("receipt_under_order")

    assert len(found) == 380
    assert Counter(f["evidence"]["order_status"] for f in found)["closed"] == 355


def test_nothing_over_and_nothing_overdue(shop) -> None:
    assert shop.outcome("receipt_over_order") == ("pass", 0)
    assert shop.outcome("order_overdue") == ("pass", 0)


def test_received_on_orders_that_are_not_approved(shop) -> None:
    found = shop.findings("receipt_on_unapproved_order")

    assert Counter(f["evidence"]["order_status"] for f in found) == {"pending": 477, "rejected": 142}


def test_price_is_compared_with_what_was_paid_last_and_not_with_the_standard(shop) -> None:
    assert len(shop.findings("receipt_price_differs_from_order")) == 1


def test_same_product_on_two_lines_is_no_duplicate(shop) -> None:
    for rule in ("receipt_entered_twice", "receipt_reentered_under_new_number"):
        assert shop.findings(rule) == []


def test_bins_and_products_in_stock(shop) -> None:
    assert shop.one("SELECT count(*), count(DISTINCT product_code) FROM core.stock_on_hand") == (1069, 432)
    assert shop.one("SELECT count(*) FROM core.product") == (504,)


TOTALS = "(SELECT product_code, sum(on_hand_qty) AS qty FROM core.stock_on_hand GROUP BY 1)"


def test_products_below_their_safety_level(shop) -> None:
    assert shop.one(
        f"SELECT count(*) FROM {TOTALS} JOIN core.product USING (product_code) WHERE qty < min_stock_qty"
    ) == (69,)


def test_level_of_a_product_is_of_the_company_and_not_of_each_storage_area(shop) -> None:
    assert len({f["product_code"] for f in shop.findings("stock_below_minimum")}) == 69


def test_products_below_the_reorder_point_can_be_told_from_the_original(shop) -> None:
    # The reorder point has no column in core; the file's own cells can be read back all the same.
    points = {
        row["product_id"]: int(row["reorder_point"])
        for row in shop.answer("source", "Product.csv", *map(str, range(1, 505)))
    }
    held = dict(shop.rows(f"SELECT product_code, qty FROM {TOTALS}"))

    assert sum(qty < points[code] for code, qty in held.items()) == 7
    assert sum(held.get(code, 0) < point for code, point in points.items()) == 79


def test_order_lines_of_products_off_sale(shop) -> None:
    assert shop.one(
        "SELECT count(*) FROM core.purchase_order_line JOIN core.product AS p USING (product_code) "
        "WHERE p.status = 'discontinued'"
    ) == (22,)


def test_loading_again_changes_nothing(shop, folder, changes_nothing) -> None:
    changes_nothing(shop, AS_OF, folder)


def test_order_of_rows_does_not_matter(shop, folder, shuffled, open_shop) -> None:
    other = open_shop("shuffled")
    # Descriptions run over many lines in this one, which says nothing about stock.
    other.ingest(shuffled(folder, has_header=False, but=["ProductModel.csv"]))
    other.check(AS_OF)

    assert other.says() == shop.says()
