"""Files that are refused, folders, and workbooks of several sheets."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

HEADER = ["location_code", "receipt_no", "line_no", "product_code", "received_qty", "unit_cost", "received_at"]


def receipt(number: int, qty: object = 5, cost: object = "1.5", product: str = "P1", line: object = 1) -> list[object]:
    return ["L1", f"R{number:03}", line, product, qty, cost, "2025-01-03 10:00:00"]


def content(shop: Any, table: str = "receipt_line") -> list[tuple[Any, ...]]:
    """A core table without where its rows came from."""
    return sorted(shop.rows(f"SELECT * EXCLUDE (file_id, row_no) FROM core.{table}"), key=str)


def numbers(report: Any) -> tuple[int, ...]:
    return report.read, report.accepted, report.rejected, report.known, report.blank


# --- refused files ---------------------------------------------------------------------------------------------------


def remains(shop: Any) -> list[str]:
    var = shop.root / "var"
    return sorted(
        str(p.relative_to(var)) for part in ("files", "staging", "lake") for p in (var / part).rglob("*") if p.is_file()
    )


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("receipt_line.csv", "receipt_no,line_no,received_at\nR1,1,2025-01-03\n", "received_qty"),
        ("receipt_line.csv", "receipt_no,line_no,received_qty,received_at\nR1,1,5,03/01/2025\n", "day-first"),
        ("入库单.csv", "商品编码,实收数量\nP1,5\n", "receipt_no"),
        ("nothing.csv", "a,b\n1,2\n", "not recognised"),
        ("empty.csv", "", "empty"),
        ("product.csv", "%PDF-1.4 and so on", "PDF"),
    ],
)
def test_a_refused_file_leaves_nothing_behind_and_says_why(shop: Any, name: str, text: str, said: str) -> None:
    before, snapshots, files = shop.state(), shop.snapshots(), remains(shop)
    path = shop.file(name, text)
    report = shop.ingest(path)
    assert report.status == "refused"
    assert said in report.message
    assert name in report.message
    assert "\n" not in report.message
    assert report.message.endswith(".")
    assert (shop.state(), shop.snapshots(), remains(shop)) == (before, snapshots, files)
    assert shop.run("ingest", path).code == 12


def test_a_missing_column_is_named_in_both_languages(shop: Any) -> None:
    report = shop.load("receipt_line.csv", "receipt_no,line_no,received_at\nR1,1,2025-01-03\n")
    assert "received_qty (实收数量)" in report.message
    assert "receipt_no, line_no, received_at" in report.message


def test_one_refused_file_does_not_hold_up_the_others(shop: Any) -> None:
    good = shop.file("receipt_line.csv", [HEADER, receipt(1)])
    bad = shop.file("nonsense.csv", "a,b\n1,2\n")
    ran = shop.run("ingest", bad, good, shop.inbox / "absent.csv", "--json")
    assert ran.code == 12
    assert [(r["file_name"], r["status"]) for r in ran.json] == [
        ("nonsense.csv", "refused"),
        ("absent.csv", "refused"),
        ("receipt_line.csv", "loaded"),
    ]


def test_the_same_bytes_under_a_name_that_says_nothing(shop: Any) -> None:
    """What is refused under one name must not take the original away from what is loaded under another."""
    good = shop.file("stock_on_hand.csv", "as_of_date,location_code,product_code,on_hand_qty\n2025-01-03,L1,P1,03\n")
    text = good.read_text()
    other = shop.file("receipt_line.csv", text)
    reports = shop.ingest(good, other)
    assert sorted(r.status for r in reports) == ["loaded", "refused"]
    assert shop.one("SELECT count(*) FROM core.stock_on_hand") == 1
    assert shop.run("source", "1", "2", "--json").json[0]["on_hand_qty"] == "03"


def test_the_same_content_twice_in_one_command(shop: Any) -> None:
    one = shop.file("receipt_line.csv", [HEADER, receipt(1)])
    two = shop.file("入库单.csv", one.read_text())
    assert [r.status for r in shop.ingest(one, two)] == ["loaded", "seen"]


def test_a_folder_is_loaded_with_its_notes_skipped(shop: Any) -> None:
    shop.file("drop/receipt_line.csv", [HEADER, receipt(1)])
    shop.file("drop/deeper/product.csv", "product_code,product_name\nP1,Milk\n")
    shop.file("drop/README.txt", "Dear colleague, here are the files.\n")
    shop.file("drop/.hidden.csv", "x")
    shop.file("drop/~$receipt_line.xlsx", "x")
    reports = shop.ingest(shop.inbox / "drop")
    assert sorted((r.file_name, r.status) for r in reports) == [
        ("README.txt", "skipped"),
        ("product.csv", "loaded"),
        ("receipt_line.csv", "loaded"),
    ]


def test_said_things_override_what_is_found(shop: Any) -> None:
    text = "receipt_no;line_no;received_qty;received_at\nR1;1;5;2025-01-03\n"
    report = shop.load("x.csv", text, table="receipt_line", source="native")
    assert (report.status, report.feed) == ("loaded", "receipt_line")
    assert "There is no core table" in shop.load("y.csv", text + " ", table="nonsense").message
    assert "There is no source" in shop.load("y.csv", text + " ", source="nonsense").message


# --- workbooks -------------------------------------------------------------------------------------------------------


def write_workbook(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path)) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


PRODUCTS: list[list[object]] = [["product_code", "product_name"], ["P1", "Milk"]]


def test_a_workbook_of_several_sheets_is_one_load(shop: Any) -> None:
    path = write_workbook(
        shop.inbox / "month.xlsx",
        {"入库单": [list(HEADER), receipt(1)], "商品档案": PRODUCTS, "Notes": [["hello", "you"]]},
    )
    before = shop.snapshots()
    reports = shop.ingest(path)
    assert [(r.sheet, r.status, r.feed) for r in reports] == [
        ("入库单", "loaded", "receipt_line"),
        ("商品档案", "loaded", "product"),
        ("Notes", "skipped", ""),
    ]
    assert shop.snapshots() == before + 1
    assert shop.rows("SELECT file_id, sheet FROM ops.file ORDER BY 1") == [(1, "入库单"), (2, "商品档案")]
    assert shop.run("source", "2", "2", "--json").json[0]["product_name"] == "Milk"


@pytest.mark.parametrize("adopt", [1, 1_000_000])
def test_a_fault_in_the_second_sheet_takes_the_first_back(
    shop: Any, monkeypatch: pytest.MonkeyPatch, adopt: int
) -> None:
    monkeypatch.setattr("workbench.landing.ADOPT_FROM_ROWS", adopt)
    undecided = [["receipt_no", "line_no", "received_qty", "received_at"], ["R1", 1, 5, "03/01/2025"]]
    path = write_workbook(shop.inbox / "month.xlsx", {"product": PRODUCTS, "receipt_line": undecided})
    before, files = shop.state(), remains(shop)
    report = shop.ingest(path)
    assert report.status == "refused"
    assert (shop.state(), remains(shop)) == (before, files)


def test_one_sheet_may_be_chosen(shop: Any) -> None:
    path = write_workbook(shop.inbox / "month.xlsx", {"a": PRODUCTS, "product": PRODUCTS})
    assert shop.run("ingest", path, "--sheet", "product").code == 0
    assert shop.rows("SELECT sheet FROM ops.file") == [("product",)]


def test_mended_rejects_are_loaded_and_their_reasons_left_alone(shop: Any) -> None:
    import openpyxl

    rows = [receipt(1), receipt(2, qty="See ASN"), receipt(3, cost="ERROR", product="007")]
    shop.load("receipt_line.csv", [HEADER, *rows])
    target = shop.inbox / "mend receipt_line.xlsx"
    ran = shop.run("rejects", "--export", target, "--json")
    assert ran.json == {"rows": 2, "path": str(target)}
    book = openpyxl.load_workbook(target)
    assert book.sheetnames == ["rows", "why"]
    assert [c.value for c in book["rows"][3]][1:6] == ["R003", "1", "007", "5", "ERROR"]
    assert "See ASN" in [c.value for c in book["why"][2]]
    book["rows"]["E2"], book["rows"]["F3"] = "12", "1.25"
    book.save(target)
    report = shop.ingest(target)
    assert (report.status, report.sheet, *numbers(report)) == ("loaded", "rows", 2, 2, 0, 0, 0)
    assert shop.rows("SELECT receipt_no, product_code, received_qty, unit_cost FROM core.receipt_line ORDER BY 1") == [
        ("R001", "P1", Decimal(5), Decimal("1.5")),
        ("R002", "P1", Decimal(12), Decimal("1.5")),
        ("R003", "007", Decimal(5), Decimal("1.25")),
    ]


def test_rejects_may_be_mended_as_csv(shop: Any) -> None:
    shop.load("receipt_line.csv", [HEADER, receipt(2, qty="x", product="007")])
    target = shop.inbox / "receipt_line mended.csv"
    assert shop.run("rejects", "1", "--export", target).code == 0
    target.write_text(target.read_text("utf-8-sig").replace(",x,", ",4,"), "utf-8")
    assert shop.ingest(target).accepted == 1
    assert shop.rows("SELECT product_code, received_qty FROM core.receipt_line") == [("007", Decimal(4))]


def test_nothing_to_mend(shop: Any) -> None:
    shop.load("receipt_line.csv", [HEADER, receipt(1)])
    assert shop.run("rejects").err == "No row was rejected.\n"
    assert shop.run("rejects", "--export", shop.inbox / "x.xlsx").code == 2
    none = shop.run("rejects", "1", "--export", shop.inbox / "x.xlsx")
    assert none.code == 12
    assert not os.path.exists(shop.inbox / "x.xlsx")
