"""Files on their way into the lake: accounted for row by row, known, revised, repeated, refused."""

from __future__ import annotations

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


# --- what becomes of a row -------------------------------------------------------------------------------------------


def test_every_row_is_accounted_for_and_found_again(shop: Any) -> None:
    lines = [HEADER, receipt(1), ["", "", "", "", "", "", ""], receipt(2, qty="See ASN"), receipt(3), receipt(3)]
    text = (
        "".join(",".join(map(str, line)) + "\n" for line in lines)
        + "L1,R004\n"
        + "\n"
        + "L1,R005,1,P1,5,1,2025-01-03,x\n"
    )
    report = shop.load("receipt_line.csv", text)
    assert (report.status, *numbers(report)) == ("loaded", 8, 2, 3, 1, 2)
    assert shop.rows("SELECT file_id, row_no, receipt_no FROM core.receipt_line ORDER BY row_no") == [
        (1, 2, "R001"),
        (1, 5, "R003"),
    ]
    assert shop.rows("SELECT row_no, column_name, rule, value FROM ops.reject ORDER BY row_no") == [
        (4, "received_qty", "not_a_number", "See ASN"),
        (7, None, "row_too_short", None),
        (9, None, "row_too_long", None),
    ]
    assert shop.rows(
        "SELECT rows_read, rows_accepted, rows_rejected, rows_known, rows_blank, rows_ignored FROM ops.file"
    ) == [(8, 2, 3, 1, 2, 0)]


def test_a_row_with_two_faults_is_one_rejected_row_with_two_reasons(shop: Any) -> None:
    report = shop.load("receipt_line.csv", [HEADER, ["L1", "", "x", "P1", "y", "1", "2025-01-03"], receipt(2)])
    assert numbers(report) == (2, 1, 1, 0, 0)
    reasons = shop.rows("SELECT column_name, rule FROM ops.reject ORDER BY 1")
    assert reasons == [
        ("line_no", "not_a_whole_number"),
        ("receipt_no", "key_is_empty"),
        ("received_qty", "not_a_number"),
    ]


def test_contract_faults_are_named(shop: Any) -> None:
    header = ["location_code", "movement_id", "occurred_at", "movement_type", "moved_qty"]
    report = shop.load(
        "stock_movement.csv",
        [
            header,
            ["L1", "1", "2025-01-03", "receipt", "-1"],
            ["L1", "2", "2025-01-03", "theft", "1"],
            ["L1", "3", "2025-01-03", "write_off", "1"],
            ["L1", "4", "2025-01-03", "receipt", "0"],
            ["L1", "5", "2025-01-03", "sale", "1"],
        ],
    )
    assert (report.accepted, report.rejected) == (2, 3)
    assert shop.rows("SELECT row_no, rule, value FROM ops.reject ORDER BY 1") == [
        (2, "sign_contradicts_type", "-1.000"),
        (3, "not_an_allowed_value", "theft"),
        (4, "sign_contradicts_type", "1.000"),
    ]
    counted = shop.load("count_line.csv", "count_no,product_code,counted_at,counted_qty\nC1,P1,2025-01-03,-2\n")
    assert (counted.accepted, counted.rejected) == (0, 1)
    assert shop.one("SELECT rule FROM ops.reject WHERE table_name = 'count_line'") == "below_zero"


def test_an_empty_cell_of_a_required_column_is_no_reason_to_reject(shop: Any) -> None:
    report = shop.load("receipt_line.csv", [HEADER, receipt(1, qty="")])
    assert numbers(report) == (1, 1, 0, 0, 0)
    assert shop.one("SELECT received_qty FROM core.receipt_line") is None


def test_rows_of_blanks_are_blank_wherever_they_stand(shop: Any) -> None:
    rows = [HEADER, receipt(1), [" "] * 7, receipt(2), ["\u3000"] * 7]
    assert numbers(shop.load("receipt_line.csv", rows)) == (4, 2, 0, 0, 2)


def test_a_file_of_nothing_but_its_header(shop: Any) -> None:
    report = shop.load("receipt_line.csv", [HEADER])
    assert (report.status, *numbers(report)) == ("loaded", 0, 0, 0, 0, 0)


def test_source_shows_the_very_cells(shop: Any) -> None:
    shop.load("receipt_line.csv", [[*HEADER, "odd name"], [*receipt(1, qty=" ００5 "), "=1+1"], [*receipt(2), "x"]])
    (row,) = shop.run("source", "1", "2", "--json").json
    assert row["received_qty"] == " ００5 "
    assert row["receipt_no"] == "R001"
    assert row["row_no"] == 2
    shown = shop.run("source", "receipt_line.csv", "3")
    assert shown.code == 0
    assert "R002" in shown.out
    none = shop.run("source", "1", "99")
    assert none.code == 12
    assert "has no row 99" in none.err
    assert shop.run("source", "nowhere.csv", "1").code == 12


@pytest.mark.parametrize("header", ["row_no", "problem", "c0", 'say "hi"', "it's", "Row_No", "file_id"])
def test_a_column_may_have_any_name(shop: Any, header: str) -> None:
    quoted = '"' + header.replace('"', '""') + '"'
    text = f"receipt_no,product_code,received_qty,received_at,{quoted}\nR1,P1,5,2025-01-03,mine\nR1,P2,x,2025-01-03,\n"
    report = shop.load("receipt_line.csv", text)
    assert numbers(report) == (2, 1, 1, 0, 0)
    assert report.unknown_columns == (header,)
    (row,) = shop.run("source", "1", "2", "--json").json
    assert "mine" in row.values()
    mended = shop.inbox / "mend.xlsx"
    assert shop.run("rejects", "--export", mended).code == 0


def test_unknown_columns_are_reported_and_never_dropped_in_silence(shop: Any) -> None:
    path = shop.file("receipt_line.csv", [[*HEADER, "Colour", ""], [*receipt(1), "red", "x"]])
    ran = shop.run("ingest", path)
    assert ran.code == 0
    assert "Colour" in ran.err
    assert shop.one("SELECT unknown_columns FROM ops.file") == '["Colour", "(column 9, no name)"]'
