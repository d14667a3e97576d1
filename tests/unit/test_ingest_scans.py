"""Scans in barcode columns on their way into the lake: the GTIN stays, the rest fills what is empty."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from workbench.casting import unpacked
from workbench.contracts import Column, Contract, Table, column
from workbench.errors import ConfigurationError

HEADER = ["location_code", "receipt_no", "line_no", "product_code", "received_qty", "received_at", "barcode"]
SCAN = "(01)06901234567892(17)261200(10)A1(37)24"


def receipt(number: int, barcode: str, *more: str) -> list[object]:
    return ["L1", f"R{number:03}", 1, "P1", 5, "2025-01-03 10:00:00", barcode, *more]


def landed(shop: Any) -> list[tuple[Any, ...]]:
    return shop.rows("SELECT barcode, batch_no, produced_date, expiry_date FROM core.receipt_line ORDER BY receipt_no")


def test_a_scan_fills_empty_cells_and_never_a_filled_one(shop: Any) -> None:
    more = ["batch_no", "produced_date", "expiry_date"]
    report = shop.load(
        "receipt_line.csv",
        [
            [*HEADER, *more],
            receipt(1, SCAN, "", "", ""),
            receipt(2, SCAN, "B7", "", "2027-01-31"),
            receipt(3, "6901234567892", "", "", ""),
            receipt(4, "(01)06901234567893(10)A1", " ", "", "n/a"),
            receipt(5, "]d2010690123456789211250601" + "10A2\x1d3724", "null", "", ""),
        ],
    )
    assert (report.accepted, report.rejected) == (5, 0)
    assert landed(shop) == [
        ("6901234567892", "A1", None, dt.date(2026, 12, 31)),
        ("6901234567892", "B7", None, dt.date(2027, 1, 31)),
        ("6901234567892", None, None, None),
        ("(01)06901234567893(10)A1", None, None, None),
        ("6901234567892", "A2", dt.date(2025, 6, 1), None),
    ]


def test_a_file_without_the_columns_gets_those_that_its_scans_speak_of(shop: Any) -> None:
    shop.load("receipt_line.csv", [HEADER, receipt(1, SCAN), receipt(2, "6901234567892")])
    assert landed(shop) == [
        ("6901234567892", "A1", None, dt.date(2026, 12, 31)),
        ("6901234567892", None, None, None),
    ]


def test_dates_of_scans_stand_beside_dates_of_another_order(shop: Any) -> None:
    header = [*HEADER, "expiry_date"]
    early = SCAN.replace("261200", "260901")
    shop.load("receipt_line.csv", [header, receipt(1, early, ""), receipt(2, SCAN, "31/01/2027")])
    assert [row[3] for row in landed(shop)] == [dt.date(2026, 9, 1), dt.date(2027, 1, 31)]


def test_a_rejected_row_names_what_the_file_says(shop: Any) -> None:
    report = shop.load("receipt_line.csv", [[*HEADER, "expiry_date"], receipt(1, SCAN, "soon"), receipt(2, SCAN, "")])
    assert (report.accepted, report.rejected) == (1, 1)
    assert shop.rows("SELECT column_name, value FROM ops.reject") == [("expiry_date", "soon")]


def test_a_later_export_without_scans_wipes_nothing_out(shop: Any) -> None:
    shop.load("receipt_line.csv", [HEADER, receipt(1, SCAN)])
    again = shop.load("receipt_line_2.csv", [HEADER, receipt(1, "6901234567892"), receipt(2, "6901234567892")])
    assert (again.accepted, again.known, again.revised) == (1, 1, 0)
    assert landed(shop)[0] == ("6901234567892", "A1", None, dt.date(2026, 12, 31))


def test_the_original_stays_in_the_archive(shop: Any) -> None:
    shop.load("receipt_line.csv", [HEADER, receipt(1, SCAN)])
    kept = [path.read_bytes() for path in (shop.root / "var" / "files").rglob("*") if path.is_file()]
    assert any(SCAN.encode() in content for content in kept)


def test_plain_codes_never_reach_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.casting.scans.read_scan", lambda text: pytest.fail(text))
    scanned = Column("barcode", "barcode", "", "", False, False, (), pl.String(), {"batch": "batch_no"})
    batch = pl.DataFrame({"barcode": ["6901234567892", "", None, "ABC-1 (x)", "02000001234567"]})
    assert unpacked(batch, [scanned], ["barcode"]).equals(batch)


def test_a_barcode_carries_only_to_columns_that_exist() -> None:
    class Odd(Contract):
        """A contract with a slip."""

        barcode: pl.String = column("barcode", "条码", "Barcode", carries={"batch": "lot"})

    with pytest.raises(ConfigurationError, match="lot, which is no column"):
        _ = Table("odd", "Odd", "怪", Odd).columns
