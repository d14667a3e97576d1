"""The sample: made again it is the same, and the rules find in it what was planted and nothing else."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from workbench.catalogue import Catalogue
from workbench.demo import DemoReport, run_demo

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"
EXPORTS = sorted(p for p in SAMPLE.iterdir() if p.suffix in (".csv", ".xlsx"))
PLANTED = """receipt_over_order receipt_under_order receipt_price_differs_from_order receipt_pack_factor_error
    receipt_without_order receipt_on_unapproved_order order_overdue receipt_differs_from_delivery_note
    receipt_entered_twice receipt_reentered_under_new_number invoice_qty_differs_from_receipt invoice_entered_twice
    product_code_missing product_code_unknown barcode_check_digit_wrong batch_no_missing expiry_date_missing
    expiry_before_production batch_expiring_soon batch_expired_on_hand balance_negative balance_differs_from_reported
    on_hand_differs_from_ledger movement_duplicated_by_sync count_variance reject""".split()


@pytest.fixture(scope="module")
def made_again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    subprocess.run([sys.executable, "-B", str(SAMPLE / "make_sample.py"), str(folder)], check=True)
    return folder


@pytest.fixture(scope="module")
def key() -> list[dict[str, str]]:
    with (SAMPLE / "answer_key.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoReport:
    return run_demo(tmp_path_factory.mktemp("demo") / "chain")


def cells(path: Path) -> list[tuple[str, tuple[object, ...]]]:
    book = openpyxl.load_workbook(path)
    found = [(sheet.title, row) for sheet in book.worksheets for row in sheet.iter_rows(values_only=True)]
    book.close()
    return found


@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: path.name)
def test_made_again_is_the_same(path: Path, made_again: Path) -> None:
    again = made_again / path.name
    if path.suffix == ".csv":
        assert again.read_bytes() == path.read_bytes()
    else:
        assert cells(again) == cells(path)


def test_nothing_else_is_made(made_again: Path) -> None:
    assert sorted(p.name for p in made_again.iterdir()) == sorted(p.name for p in EXPORTS)


def test_key_names_every_planted_rule_and_the_catalogue_knows_it(
    key: list[dict[str, str]], catalogue: Catalogue
) -> None:
    rules = {line["rule_id"] for line in key}
    assert rules == set(PLANTED)
    assert rules - {"reject"} <= set(catalogue.rules)
    assert all(line["note"] and line["note_zh"] for line in key)


def test_every_planted_defect_is_found(demo: DemoReport) -> None:
    assert demo.planted == 29
    assert demo.missed == []


def test_nothing_is_found_that_was_not_planted(demo: DemoReport) -> None:
    assert [(f["rule_id"], f["document_no"], f["product_code"], f["message"]) for f in demo.extra] == []


def test_every_file_is_known_and_every_header_used(demo: DemoReport) -> None:
    assert {report.file_name for report in demo.files} == {p.name for p in EXPORTS} - {"answer_key.csv"}
    assert {report.status for report in demo.files} == {"loaded"}
    assert [report.unknown_columns for report in demo.files if report.unknown_columns] == []


def test_unreadable_rows_are_rejected_and_no_others(demo: DemoReport, key: list[dict[str, str]]) -> None:
    planted = sorted(line["document_no"] for line in key if line["rule_id"] == "reject")
    assert planted == ["JS-0230-01", "PO250325", "RKW01-0003"]
    assert {r.file_name: r.rejected for r in demo.files if r.rejected} == {
        "delivery_notes.csv": 1,
        "入库单.xlsx": 1,
        "采购订单.csv": 1,
    }
