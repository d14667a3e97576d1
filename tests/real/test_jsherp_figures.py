"""jshERP's published templates through the command line."""

import pytest

AS_OF = "2026-01-02"


@pytest.fixture(scope="session")
def folder(data_set):
    return data_set("jsherp")


@pytest.fixture(scope="session")
def shop(open_shop, folder):
    made = open_shop("jsherp")
    made.reports = made.ingest(folder, "--date", AS_OF)
    made.check(AS_OF)
    return made


def test_each_template_is_known_and_every_row_accounted_for(shop) -> None:
    feeds = {r["file_name"]: (r["status"], r["feed"], r["read"], r["rejected"]) for r in shop.reports}

    assert feeds == {
        "LICENSE": ("skipped", "", 0, 0),
        "goods_template.xls": ("loaded", "goods", 2, 0),
        "vendor_template.xls": ("loaded", "vendors", 2, 0),
        "customer_template.xls": ("loaded", "customers", 2, 0),
        "member_template.xls": ("loaded", "members", 2, 0),
        **{
            f"{name}_template.xls": ("loaded", "document_lines", 2, 0)
            for name in ("apply_item", "buy_sale_item", "in_out_item", "order_item")
        },
    }
    assert all(r["read"] == r["accepted"] + r["ignored"] for r in shop.reports)


def test_no_column_is_unknown(shop) -> None:
    assert {r["file_name"]: r["unknown_columns"] for r in shop.reports if r["unknown_columns"]} == {}


def test_goods_are_known_by_their_base_barcode(shop) -> None:
    assert shop.one("SELECT count(*) FROM core.product") == (2,)
    assert shop.rows("SELECT barcode, product_code, pack_qty FROM core.product_barcode ORDER BY 1") == [
        ("2001", "2001", 1),
        ("2011", "2011", 1),
    ]


def test_stock_of_five_warehouses_stands_side_by_side(shop) -> None:
    assert shop.one(
        "SELECT count(*), count(DISTINCT location_code), sum(on_hand_qty), min(as_of_date) FROM core.stock_on_hand"
    ) == (10, 5, 150, AS_OF)


def test_no_rule_fails_to_run(shop) -> None:
    assert shop.rows("SELECT rule_id, detail FROM ops.outcome WHERE status = 'error'") == []


def test_stock_without_a_day_is_rejected_and_the_goods_are_not(open_shop, folder) -> None:
    shop = open_shop("undated")
    (report,) = shop.ingest(folder / "goods_template.xls")

    assert (report["read"], report["rejected"]) == (2, 2)
    assert shop.one("SELECT count(*) FROM core.product") == (2,)
    assert shop.one("SELECT count(*) FROM core.stock_on_hand") == (0,)


def test_loading_again_changes_nothing(shop, folder, changes_nothing) -> None:
    changes_nothing(shop, AS_OF, folder)
