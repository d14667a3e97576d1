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
PLANTED = """delivery_without_receipt invoice_entered_twice invoice_price_differs_from_order invoice_qty_differs_from_receipt
    invoice_without_receipt order_overdue receipt_differs_from_delivery_note receipt_entered_twice
    receipt_line_amount_wrong receipt_missing_header_field receipt_movement_missing receipt_movement_qty_differs
    receipt_on_unapproved_order receipt_over_order receipt_pack_factor_error receipt_price_differs_from_order
    receipt_product_not_on_order receipt_reentered_under_new_number receipt_supplier_differs_from_order
    receipt_under_order receipt_without_order barcode_check_digit_wrong barcode_on_many_products barcode_unknown
    in_store_code_on_branded_product product_code_missing product_code_unknown product_inactive_moved
    product_master_incomplete product_name_duplicate batch_expired_on_hand batch_expiring_soon batch_no_missing
    batch_oversold batch_sold_out_of_order batch_with_two_expiry_dates expiry_before_production expiry_date_missing
    expiry_disagrees_with_shelf_life residual_life_too_short sold_after_expiry adjustment_reversed
    adjustment_without_reason document_change_without_reason document_changed_after_approval
    document_dated_in_future document_number_gap late_entry_without_attachment movement_backdated
    movement_without_operator receipt_by_unauthorised_staff receipt_posted_without_approval receipt_self_approved
    staff_account_shared balance_differs_from_reported balance_negative movement_duplicated_by_sync
    movement_recorded_late movement_without_document on_hand_differs_from_ledger sold_never_received sync_failing
    transfer_not_received transfer_qty_differs count_adjustment_differs_from_variance count_adjustment_missing
    count_differs_between_counters count_entered_twice count_missing_for_stock count_movement_during_count
    count_recounted_by_same_person count_variance stock_above_maximum stock_below_minimum reject""".split()


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
    assert demo.planted == 84
    assert demo.missed == []


def test_nothing_is_found_that_was_not_planted(demo: DemoReport) -> None:
    assert [(f["rule_id"], f["document_no"], f["product_code"], f["message"]) for f in demo.extra] == []


def test_every_file_is_known_and_every_header_used(demo: DemoReport) -> None:
    assert {report.file_name for report in demo.files} == {p.name for p in EXPORTS} - {"answer_key.csv"}
    assert {report.status for report in demo.files} == {"loaded"}
    assert [report.unknown_columns for report in demo.files if report.unknown_columns] == []


def test_unreadable_rows_are_rejected_and_no_others(demo: DemoReport, key: list[dict[str, str]]) -> None:
    planted = sorted(line["document_no"] for line in key if line["rule_id"] == "reject")
    assert planted == ["JS-0230-01", "PO250346", "RKW01-0003"]
    assert {r.file_name: r.rejected for r in demo.files if r.rejected} == {
        "delivery_notes.csv": 1,
        "入库单.xlsx": 1,
        "采购订单.csv": 1,
    }
