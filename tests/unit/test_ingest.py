"""Files on their way into the lake: accounted for row by row, known, revised, repeated, refused."""

from __future__ import annotations

import datetime as dt
import os
import random
from collections.abc import Callable
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


# --- the same rows again ---------------------------------------------------------------------------------------------


def test_the_same_file_three_times_changes_nothing(shop: Any) -> None:
    path = shop.file("receipt_line.csv", [HEADER, *(receipt(i) for i in range(1, 6))])
    assert shop.ingest(path).status == "loaded"
    before, snapshots = shop.state(), shop.snapshots()
    for name in ("receipt_line.csv", "another name.csv"):
        report = shop.ingest(path.rename(path.with_name(name)) if path.name != name else path)
        path = path.with_name(name)
        assert report.status == "seen"
        assert "receipt_line.csv" in report.message
    assert shop.state() == before
    assert shop.snapshots() == snapshots


def test_a_re_export_is_known(shop: Any) -> None:
    shop.load("receipt_line.csv", [HEADER, *(receipt(i) for i in range(1, 4))])
    report = shop.load("receipt_line.csv", [HEADER, *(receipt(i, qty="5.000", cost="1.50") for i in range(1, 4))])
    assert (report.status, *numbers(report)) == ("loaded", 3, 0, 0, 3, 0)
    assert shop.rows("SELECT DISTINCT file_id FROM core.receipt_line") == [(1,)]
    assert shop.one("SELECT count(*) FROM core.revision") == 0


def test_overlapping_exports_hold_each_row_once(shop: Any) -> None:
    shop.load("receipt_line.csv", [HEADER, *(receipt(i) for i in range(1, 11))])
    report = shop.load("receipt_line.csv", [HEADER, *(receipt(i) for i in range(5, 16))])
    assert numbers(report) == (11, 5, 0, 6, 0)
    assert shop.rows("SELECT file_id, count(*) FROM core.receipt_line GROUP BY 1 ORDER BY 1") == [(1, 10), (2, 5)]


def test_a_revision_shows_the_newest_and_keeps_the_old(shop: Any) -> None:
    shop.load("receipt_line.csv", [HEADER, receipt(1), receipt(2)])
    report = shop.load("receipt_line.csv", [HEADER, receipt(1), receipt(2, qty=7)])
    assert numbers(report) == (2, 1, 0, 1, 0)
    assert report.revised == 1
    assert shop.rows("SELECT receipt_no, received_qty, file_id, row_no FROM core.receipt_line ORDER BY 1") == [
        ("R001", Decimal(5), 1, 2),
        ("R002", Decimal(7), 2, 3),
    ]
    ((table, key, old_file, old_row, new_file, new_row, old),) = shop.rows("SELECT * FROM core.revision")
    assert (table, old_file, old_row, new_file, new_row) == ("receipt_line", 1, 3, 2, 3)
    assert '"receipt_no":"R002"' in key
    assert '"received_qty":5' in old
    assert shop.rows("SELECT rows_accepted, rows_revised, rows_known FROM ops.file_table WHERE file_id = 2") == [
        (1, 1, 1)
    ]


def test_three_states_of_a_row_leave_two_revisions(shop: Any) -> None:
    for qty in (5, 6, 7):
        shop.load("receipt_line.csv", [HEADER, receipt(1, qty=qty)])
    assert shop.one("SELECT received_qty FROM core.receipt_line") == 7
    assert shop.one("SELECT count(*) FROM core.revision") == 2


def test_a_key_twice_in_one_file_is_no_revision(shop: Any) -> None:
    report = shop.load("receipt_line.csv", [HEADER, receipt(1), receipt(2), receipt(1), receipt(2, qty=9)])
    assert numbers(report) == (4, 2, 1, 1, 0)
    assert (report.repeated, report.revised) == (1, 0)
    assert shop.one("SELECT rule FROM ops.reject") == "key_repeated_with_other_content"
    assert shop.one("SELECT count(*) FROM core.revision") == 0


def test_which_of_two_contents_is_kept_does_not_depend_on_their_order(new_shop: Callable[[], Any]) -> None:
    kept = set()
    for order in ((5, 9, 5), (9, 5, 5), (5, 5, 9)):
        shop = new_shop()
        report = shop.load("receipt_line.csv", [HEADER, *(receipt(2, qty=q) for q in order)])
        assert report.accepted + report.rejected + report.known == 3
        kept.add((shop.one("SELECT received_qty FROM core.receipt_line"), report.accepted))
    assert len(kept) == 1


def test_shuffled_rows_make_the_same_table(new_shop: Callable[[], Any]) -> None:
    rows = [receipt(i, qty=i) for i in range(1, 20)] + [receipt(3, qty=99), receipt(4, qty=4)]
    states = []
    for seed in (0, 1):
        shop = new_shop()
        random.Random(seed).shuffle(rows)
        shop.load("receipt_line.csv", [HEADER, *rows])
        states.append(content(shop))
    assert states[0] == states[1]


def test_a_narrower_re_export_keeps_what_it_does_not_speak_of(shop: Any) -> None:
    shop.load("receipt_line.csv", [HEADER, receipt(1), receipt(2)])
    narrow = ["location_code", "receipt_no", "line_no", "received_qty", "received_at"]
    report = shop.load(
        "receipt_line.csv",
        [narrow, ["L1", "R001", 1, 5, "2025-01-03 10:00:00"], ["L1", "R002", 1, 8, "2025-01-03 10:00:00"]],
    )
    assert numbers(report) == (2, 1, 0, 1, 0)
    assert shop.rows("SELECT receipt_no, product_code, unit_cost, received_qty FROM core.receipt_line ORDER BY 1") == [
        ("R001", "P1", Decimal("1.5"), Decimal(5)),
        ("R002", "P1", Decimal("1.5"), Decimal(8)),
    ]


def test_an_emptied_cell_is_a_revision(shop: Any) -> None:
    shop.load("receipt_line.csv", [HEADER, receipt(1)])
    report = shop.load("receipt_line.csv", [HEADER, receipt(1, cost="")])
    assert report.revised == 1
    assert shop.one("SELECT unit_cost FROM core.receipt_line") is None


def test_documents_of_two_locations_are_two_documents(shop: Any) -> None:
    other = ["L2", *receipt(1)[1:]]
    assert numbers(shop.load("receipt_line.csv", [HEADER, receipt(1), other])) == (2, 2, 0, 0, 0)


# --- big files and batches -------------------------------------------------------------------------------------------


def mixed(seed: int, count: int) -> list[list[object]]:
    dice = random.Random(seed)
    rows: list[list[object]] = []
    for i in range(count):
        kind = dice.random()
        qty: object = "x" if kind < 0.1 else dice.randint(1, 50)
        rows.append([""] * 7 if kind > 0.95 else receipt(i if kind < 0.8 else dice.randint(0, count), qty=qty))
    return rows


def test_the_way_of_big_files_makes_the_same_table(
    new_shop: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [
        [HEADER, *(receipt(i) for i in range(1, 30))],
        [HEADER, *(receipt(i) for i in range(31, 60))],
        [HEADER, *(receipt(i, qty=6) for i in range(50, 70))],
        [HEADER, *mixed(7, 80)],
    ]
    states = []
    for least in (1_000_000, 1):
        monkeypatch.setattr("workbench.landing.ADOPT_FROM_ROWS", least)
        shop = new_shop()
        for rows in files:
            shop.load("receipt_line.csv", rows)
        states.append(shop.state())
    assert states[0] == states[1]


def test_small_batches_make_the_same_table(new_shop: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    states = []
    for batch_rows in (500_000, 7):
        monkeypatch.setattr("workbench.mapping.BATCH_ROWS", batch_rows)
        shop = new_shop()
        shop.load("receipt_line.csv", [HEADER, *mixed(3, 60)])
        shop.load("receipt_line.csv", [HEADER, *mixed(4, 60)])
        states.append(shop.state())
    assert states[0] == states[1]


@pytest.mark.parametrize("adopt", [1, 1_000_000])
def test_a_doubt_in_a_later_batch_reads_the_whole_file_again(
    shop: Any, monkeypatch: pytest.MonkeyPatch, adopt: int
) -> None:
    monkeypatch.setattr("workbench.mapping.BATCH_ROWS", 3)
    monkeypatch.setattr("workbench.landing.ADOPT_FROM_ROWS", adopt)
    rows = [receipt(i, cost="2") for i in range(10)] + [receipt(10, cost='"2,5"'), receipt(11, cost='"1.234,5"')]
    report = shop.load("receipt_line.csv", [HEADER, *rows])
    assert numbers(report) == (12, 12, 0, 0, 0)
    assert shop.one("SELECT sum(unit_cost) FROM core.receipt_line") == Decimal("1257")


def test_a_contradiction_between_batches_refuses_the_file(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.mapping.BATCH_ROWS", 3)
    rows = [receipt(i, cost="2.5") for i in range(10)] + [receipt(10, cost='"2,5"')]
    report = shop.load("receipt_line.csv", [HEADER, *rows])
    assert report.status == "refused"
    assert "unit_cost" in report.message
    assert shop.one("SELECT count(*) FROM core.receipt_line") == 0


def test_codes_that_became_numbers_are_mended_and_dates_decided(shop: Any) -> None:
    header = ["product_code", "product_name", "purchase_price"]
    shop.load("product.csv", [header, ["17850.00", "A", "1"], ["13047.00", "B", "2"]])
    assert shop.rows("SELECT product_code FROM core.product ORDER BY 1") == [("13047",), ("17850",)]
    rows = [["R1", 1, 5, "03/01/2025"], ["R2", 1, 5, "25/01/2025"]]
    shop.load("receipt_line.csv", [["receipt_no", "line_no", "received_qty", "received_at"], *rows])
    assert shop.one("SELECT min(received_at) FROM core.receipt_line") == dt.datetime(2025, 1, 3)


def test_the_user_says_the_order_of_dates(shop: Any) -> None:
    path = shop.file(
        "receipt_line.csv", [["receipt_no", "line_no", "received_qty", "received_at"], ["R1", 1, 5, "03/01/2025"]]
    )
    refused = shop.run("ingest", path)
    assert refused.code == 12
    assert "--date-order" in refused.err
    assert shop.run("ingest", path, "--date-order", "mdy").code == 0
    assert shop.one("SELECT received_at FROM core.receipt_line") == dt.datetime(2025, 3, 1)
    assert shop.run("ingest", path, "--date-order", "wrong").code == 2


# --- keys that the engine makes --------------------------------------------------------------------------------------


def test_line_numbers_by_position_within_the_document(shop: Any) -> None:
    header = ["receipt_no", "product_code", "received_qty", "received_at"]
    rows = [["R1", "A", 1], ["R2", "B", 1], ["R1", "C", 1], [" R1 ", "D", 1]]
    assert shop.load("receipt_line.csv", [header, *([*r, "2025-01-03"] for r in rows)]).accepted == 4
    assert shop.rows("SELECT receipt_no, line_no, product_code FROM core.receipt_line ORDER BY ALL") == [
        ("R1", 1, "A"),
        ("R1", 2, "C"),
        ("R1", 3, "D"),
        ("R2", 1, "B"),
    ]
    again = shop.load("receipt_line.csv", [header, *([*r, "2025-01-03"] for r in rows), ["R3", "E", 1, "2025-01-03"]])
    assert numbers(again) == (5, 1, 0, 4, 0)


MOVEMENTS = ["location_code", "occurred_at", "product_code", "movement_type", "moved_qty"]


def sale(minute: int, product: str = "P1") -> list[object]:
    return ["L1", f"2025-01-03 10:{minute:02}:00", product, "sale", -1]


def test_movement_numbers_by_content_and_occurrence(shop: Any) -> None:
    # Two sales alike in one minute are two sales.
    rows = [sale(1), sale(1), sale(2)]
    assert shop.load("stock_movement.csv", [MOVEMENTS, *rows]).accepted == 3
    again = shop.load("stock_movement.csv", [MOVEMENTS, *reversed(rows), sale(3)])
    assert numbers(again) == (4, 1, 0, 3, 0)
    third = shop.load("stock_movement.csv", [MOVEMENTS, sale(1), sale(1), sale(1)])
    assert numbers(third) == (3, 1, 0, 2, 0)
    assert shop.one("SELECT sum(moved_qty) FROM core.stock_movement") == -5


def test_movement_numbers_do_not_depend_on_how_a_value_is_written(shop: Any) -> None:
    shop.load("stock_movement.csv", [MOVEMENTS, sale(1)])
    report = shop.load("stock_movement.csv", [MOVEMENTS, ["L1", "2025-01-03 10:01:00 ", "P1", " sale", " -1"]])
    assert numbers(report) == (1, 0, 0, 1, 0)


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
