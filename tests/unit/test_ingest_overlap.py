"""The same rows again, big files and batches, and the keys that the engine makes."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from decimal import Decimal
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
