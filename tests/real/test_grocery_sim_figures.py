"""Simulated years of a grocery through the command line, held against the simulator's own key of planted defects."""

import csv
import datetime as dt
import os
from collections import Counter
from pathlib import Path

import pytest

AS_OF = "2025-12-31"


def years() -> list[Path]:
    """Every simulated year: in the cache a folder per seed; the variable names one year or a folder of such."""
    named = os.environ.get("WORKBENCH_GROCERY_SIM", "")
    roots = [Path(__file__).parents[2] / ".cache" / "grocery-sim-data", *([Path(named)] if named else [])]
    folders = [folder for root in roots for folder in (root, *sorted(root.glob("*")))]
    found = [f for f in folders if (f / "visible").is_dir() and (f / "hidden" / "imperfections.csv").is_file()]
    return list({f.name: f for f in found}.values())


@pytest.fixture(scope="session", params=years() or [None], ids=lambda f: f.name if f else "no-year")
def year(request):
    if request.param is None:
        pytest.skip("no simulated year in .cache/grocery-sim-data nor in the folder that WORKBENCH_GROCERY_SIM names")
    return request.param


@pytest.fixture(scope="session")
def shop(open_shop, year):
    made = open_shop(f"grocery-{year.name}")
    made.ingest(year / "visible")
    made.check(AS_OF)
    return made


@pytest.fixture(scope="session")
def planted(year):
    with (year / "hidden" / "imperfections.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return lambda kind: [(row["key"], row["date"]) for row in rows if row["kind"] == kind]


def test_every_row_of_every_file_is_accounted_for(shop) -> None:
    files = shop.answer("files")

    assert {f["source"] for f in files} == {"grocery_sim"}
    assert len(files) == 11
    assert all(f["read"] == f["accepted"] + f["ignored"] for f in files)


def test_no_rule_fails_to_run(shop) -> None:
    assert shop.rows("SELECT rule_id, detail FROM ops.outcome WHERE status = 'error'") == []


def test_every_invoice_posted_twice_is_found_once_and_no_other(shop, planted) -> None:
    found = shop.findings("invoice_entered_twice")
    invoices = {
        number: (product, day)
        for number, product, day in shop.rows("SELECT invoice_no, product_code, invoiced_date FROM core.invoice_line")
    }

    assert Counter(invoices[f["document_no"]] for f in found) == Counter(planted("dup_invoice"))


def test_an_invoice_posted_twice_is_no_receipt_entered_twice(shop) -> None:
    assert shop.findings("receipt_entered_twice") == []
    assert shop.findings("receipt_reentered_under_new_number") == []


def test_every_till_receipt_sent_twice_is_found_once_and_no_other(shop, planted) -> None:
    found = shop.findings("movement_duplicated_by_sync")

    assert Counter(f["document_no"] for f in found) == Counter(key for key, _ in planted("dup_receipt"))


def test_stock_differs_on_the_days_of_typos_there_and_back_and_on_no_other(shop, planted) -> None:
    found = shop.findings("on_hand_differs_from_ledger")
    typos = [(key, dt.date.fromisoformat(day)) for key, day in planted("snapshot_typo")]
    expected = Counter((key, (day + dt.timedelta(days=n)).isoformat()) for key, day in typos for n in (0, 1))

    assert Counter((f["product_code"], f["occurred_date"]) for f in found) == expected


@pytest.mark.parametrize("rule", ["invoice_without_receipt", "receipt_movement_missing", "movement_without_document"])
def test_shop_without_receipts_has_none_that_are_missing(shop, rule) -> None:
    assert shop.findings(rule) == []


def test_every_product_that_ends_a_day_below_zero_has_a_spell_below_zero_then(shop, planted) -> None:
    typos = set(planted("snapshot_typo"))
    below = {
        (product, day)
        for product, day in shop.rows("SELECT product_code, as_of_date FROM core.stock_on_hand WHERE on_hand_qty < 0")
        if (product, day) not in typos
    }
    covered = {
        (f["product_code"], (dt.date.fromisoformat(f["occurred_date"]) + dt.timedelta(days=n)).isoformat())
        for f in shop.findings("balance_negative")
        for n in range(int(f["evidence"]["days"]))
    }

    assert below <= covered
    assert {product for product, _ in covered} == {product for product, _ in below}


@pytest.mark.parametrize("year", years()[:1] or [None], indirect=True, ids=lambda f: f.name if f else "no-year")
def test_loading_again_changes_nothing(shop, year, changes_nothing) -> None:
    changes_nothing(shop, AS_OF, year / "visible")


@pytest.mark.parametrize("year", years()[:1] or [None], indirect=True, ids=lambda f: f.name if f else "no-year")
def test_order_of_rows_does_not_matter(shop, year, shuffled, open_shop) -> None:
    other = open_shop("shuffled")
    other.ingest(shuffled(year / "visible", has_header=True))
    other.check(AS_OF)

    assert other.says() == shop.says()
