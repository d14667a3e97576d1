"""Loads before the gate: what passes, what is flagged, what is held, and that nothing held is seen by anybody."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.unit.gates.conftest import Gated
from workbench.errors import InputRefused, UsageError
from workbench.quarantine import discard, release, waiting

HEADER = "location_code,receipt_no,line_no,product_code,received_qty,line_amount,received_at\n"


def lines(first: int, last: int, qty: int = 3) -> str:
    return HEADER + "".join(f"S01,R{n:03},1,P{n % 7},{qty},{qty * 2},2025-03-01\n" for n in range(first, last))


def test_a_first_load_passes_and_its_figures_are_kept(gated: Gated) -> None:
    report = gated.load("receipt_line.csv", lines(0, 40))
    assert (report.status, report.verdict, report.accepted) == ("loaded", "pass", 40)
    assert gated.verdict(report.file_id, "rows_vs_weekday") == "not_applicable"
    assert gated.verdict(report.file_id, "repeated_share") == "pass"
    assert gated.shop.one("SELECT value FROM ops.gate WHERE figure = 'rows'") == 40


def test_half_an_export_is_held_unseen_and_seen_after_its_release(gated: Gated) -> None:
    """The rule of the shop of tests finds quantities above ten; the half export raises two of them."""
    shop = gated.shop
    gated.load("receipt_line.csv", lines(0, 40))
    half = lines(0, 18) + "S01,R018,1,P4,12,24,2025-03-01\nS01,R900,1,P4,99,198,2025-03-02\n"
    report = gated.load("receipt_line.csv", half)
    assert (report.status, report.read, report.held, report.accepted) == ("held", 20, 20, 0)
    assert "rows_vs_export" in report.message
    assert shop.rows("SELECT count(*), max(received_qty) FROM core.receipt_line") == [(40, 3)]
    shop.check()
    assert shop.findings() == []
    (held,) = waiting(shop.project)
    assert (held.file_id, held.file_name, held.status) == (2, "receipt_line.csv", "held")
    # Somebody sends it again: it is known, and waits.
    again = gated.load("again.csv", half)
    assert (again.status, again.file_id) == ("seen", 2)

    _, (let_in,) = release(shop.project, "2", "the store closed at noon", shop.project.act("Li"))
    assert (let_in.status, let_in.file_id) == ("loaded", 2)
    assert (let_in.read, let_in.accepted, let_in.known) == (20, 2, 18)
    shop.check()
    assert sorted(f["document_no"] for f in shop.findings()) == ["R018", "R900"]
    assert waiting(shop.project) == []
    assert shop.rows("SELECT status, decided_by, reason FROM ops.held") == [
        ("released", "Li", "the store closed at noon")
    ]
    from workbench.store.audit import entries

    (entry,) = entries(shop.project.store, "load")
    assert (entry["action"], entry["subject"], entry["who"]) == ("load.released", "load/2", "Li")


def test_what_came_meanwhile_stays_when_an_older_load_is_released(gated: Gated) -> None:
    shop = gated.shop
    gated.load("receipt_line.csv", lines(0, 40))
    gated.load("receipt_line.csv", lines(0, 10, qty=4))
    newer = gated.load("receipt_line.csv", lines(0, 41, qty=5))
    assert (newer.status, newer.file_id) == ("loaded", 3)
    _, (let_in,) = release(shop.project, "2", "sound", shop.project.act("Li"))
    assert (let_in.read, let_in.known, let_in.accepted) == (10, 10, 0)
    assert shop.rows("SELECT DISTINCT received_qty, file_id FROM core.receipt_line") == [(5, 3)]
    revised = "SELECT count(*) FROM core.revision WHERE old_file_id = {} AND new_file_id = 3"
    assert (shop.one(revised.format(2)), shop.one(revised.format(1))) == (10, 40)


def test_a_weekday_is_compared_with_the_same_weekday(gated: Gated) -> None:
    for week in range(3):
        gated.receipts(7 * week, rows=40)
        gated.receipts(7 * week + 1, rows=10)
    assert gated.receipts(21, rows=38).status == "loaded"
    assert gated.receipts(22, rows=11).verdict == "pass"
    assert gated.receipts(28, rows=19).status == "held"
    flagged = gated.receipts(29, rows=6)
    assert (flagged.status, flagged.verdict) == ("loaded", "warn")
    assert gated.verdict(flagged.file_id, "rows_vs_weekday") == "warn"
    # What is held is no measure for what comes.
    assert gated.receipts(35, rows=39).verdict == "pass"


def test_a_column_that_is_suddenly_empty_or_gone_is_flagged(gated: Gated) -> None:
    gated.receipts(0)
    empty = gated.receipts(1, supplier_code="")
    assert (empty.status, empty.verdict) == ("loaded", "warn")
    where = f"file_id = {empty.file_id} AND figure = 'largest_fill_drop'"
    assert gated.shop.rows(f"SELECT verdict, detail, value FROM ops.gate WHERE {where}") == [
        ("warn", "supplier_code", 1)
    ]
    gone = gated.load("receipt_line_2025-01-03.csv", lines(0, 20))
    assert gated.verdict(gone.file_id, "largest_fill_drop") == "warn"


@pytest.mark.parametrize(
    ("stated", "status", "verdict"), [("120", "loaded", "pass"), ("121", "loaded", "pass"), ("180", "held", "fail")]
)
def test_a_total_below_the_lines_is_added_up_again(gated: Gated, stated: str, status: str, verdict: str) -> None:
    if stated == "121":
        verdict = "warn"
    report = gated.load("receipt_line.csv", lines(0, 40) + f"合计,,,,{stated},240.00,\n")
    assert gated.verdict(report.file_id, "control_total") == verdict
    assert report.status == status
    if status == "held":
        assert "received_qty: 180" in report.message
    else:
        assert (report.read, report.accepted, report.rejected) == (41, 40, 1)


def test_a_total_below_the_lines_may_be_a_shorter_row(gated: Gated) -> None:
    report = gated.load("receipt_line.csv", lines(0, 40) + "Total:,,,,120\n")
    assert gated.verdict(report.file_id, "control_total") == "pass"
    assert (report.accepted, report.rejected) == (40, 1)


def test_costs_in_another_unit_and_unknown_products_are_seen(gated: Gated) -> None:
    products = [["product_code", "product_name"], *([f"P{n}", f"Tea {n}"] for n in range(9))]
    gated.load("product.csv", products)
    gated.load("receipt_line.csv", lines(0, 40).replace("line_amount", "unit_cost"))
    cents = lines(100, 140).replace("line_amount", "unit_cost").replace(",6,2025", ",600,2025")
    report = gated.load("receipt_line_2025-03-02.csv", cents.replace(",P", ",X"))
    assert gated.verdict(report.file_id, "unknown.product_code") == "fail"
    report = gated.load("receipt_line_2025-03-03.csv", cents)
    assert (report.status, gated.verdict(report.file_id, "level.unit_cost")) == ("held", "fail")


@pytest.mark.slow
def test_a_load_that_is_late_or_dated_in_the_future_is_flagged(gated: Gated) -> None:
    for night in range(3):
        gated.receipts(night)
    late = dt.date(2025, 1, 4) - dt.timedelta(days=6)
    gated.shop.now = dt.datetime(2025, 1, 4)
    cells = "".join(f"S01,L{n},1,P1,3,6,{late}\n" for n in range(20)) + "S01,L99,1,P1,3,6,2031-01-01\n"
    report = gated.load("receipt_line_2025-01-04.csv", HEADER + cells)
    assert (gated.verdict(report.file_id, "days_late"), report.status) == ("warn", "loaded")
    assert gated.verdict(report.file_id, "dates_outside_share") == "warn"


def test_a_broken_expectation_is_an_error_and_holds_nothing_back(gated: Gated) -> None:
    gated.shop.configure("[gates.load.no_such_figure]\nfail = { min = 1 }\n[gates.load.rows]\n")
    report = gated.load("receipt_line.csv", lines(0, 40))
    assert (report.status, report.verdict) == ("loaded", "error")
    assert (gated.verdict(1, "no_such_figure"), gated.verdict(1, "rows")) == ("error", "error")


def test_a_shop_changes_limits_or_turns_an_expectation_off(gated: Gated) -> None:
    gated.load("receipt_line.csv", lines(0, 40))
    gated.shop.configure("[gates.load.rows_vs_export]\nwarn = { min = 0.1 }\nfail = { min = 0.1 }\n")
    assert gated.load("receipt_line.csv", lines(0, 20)).verdict == "pass"
    gated.shop.configure("[gates.load.rows_vs_export]\nenabled = false\n")
    assert gated.load("receipt_line.csv", lines(0, 3)).verdict == "pass"


@pytest.mark.slow
def test_a_workbook_is_held_as_a_whole(gated: Gated) -> None:
    import openpyxl

    def book(name: str, receipts: int) -> object:
        workbook = openpyxl.Workbook()
        for sheet, header, row in (
            ("product", ["product_code", "product_name"], ["P{}", "Tea"]),
            ("receipt_line", HEADER.strip().split(","), ["S01", "R{}", "1", "P1", "3", "6", "2025-03-01"]),
        ):
            page = workbook.create_sheet(sheet)
            page.append(header)
            for n in range(receipts if sheet == "receipt_line" else receipts + 5):
                page.append([cell.format(n) for cell in row])
        del workbook["Sheet"]
        path = gated.shop.inbox / name
        workbook.save(path)
        from workbench.ingest import ingest

        project = gated.shop.project
        return ingest([path], project.workplace(project.gate(gated.court)))

    assert [r.status for r in book("books.xlsx", 30)] == ["loaded", "loaded"]  # type: ignore[attr-defined]
    (held,) = book("books.xlsx", 9)  # type: ignore[misc]
    assert (held.status, held.file_id, held.held) == ("held", 3, 9 + 14)
    # The numbers of both sheets stay free for it.
    assert gated.load("supplier.csv", "supplier_code,supplier_name\nV1,Tea house\n").file_id == 5
    _, reports = release(gated.shop.project, "books.xlsx", "sound", gated.shop.project.act("Li"))
    assert [(r.file_id, r.status) for r in reports] == [(3, "loaded"), (4, "loaded")]


@pytest.mark.slow
def test_a_decision_needs_a_reason_and_a_load_that_waits(gated: Gated) -> None:
    project = gated.shop.project
    gated.load("receipt_line.csv", lines(0, 40))
    gated.load("receipt_line.csv", lines(0, 10))
    with pytest.raises(UsageError, match="--reason"):
        release(project, "2", " ", project.act("Li"))
    with pytest.raises(InputRefused, match="No load '9'"):
        release(project, "9", "x", project.act("Li"))
    assert discard(project, "2", "cut off", project.act("Li")).file_id == 2
    assert waiting(project) == []
    with pytest.raises(InputRefused, match="was discarded already, by Li"):
        discard(project, "2", "cut off", project.act("Li"))
    # Somebody thinks better of it.
    release(project, "2", "it was right", project.act("Wang"))
    assert gated.shop.rows("SELECT status, decided_by FROM ops.held") == [("released", "Wang")]
