"""Corrections in the books: what they change there, by whom, and that they go out again without a trace."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.conftest import Shop
from tests.unit.corrections.conftest import (
    DAY,
    HEADER,
    act,
    adjusted,
    applied,
    cut_off,
    on_hand,
    proposed,
    same_books,
    status,
)
from workbench.corrections import applying
from workbench.errors import DecisionRefused
from workbench.proposals import deciding

pytestmark = pytest.mark.slow


def test_a_voided_receipt_leaves_the_corrected_books_and_comes_back_when_undone(sample: Shop) -> None:
    reported = on_hand(sample, "mart")
    number = applied(sample, "receipt_entered_twice")
    assert on_hand(sample, "mart") == reported
    corrected = on_hand(sample, "corrected")
    different = {key: corrected[key] - reported[key] for key in reported if corrected[key] != reported[key]}
    assert different == {("S02", "010002"): Decimal(-24)}
    assert sample.rows("SELECT DISTINCT status FROM corrected.receipt_line WHERE receipt_no = 'RKS02-0006'") == [
        ("cancelled",)
    ]
    with pytest.raises(DecisionRefused, match=r"may not approve"):
        applying.undo(sample.project, number, "found", act(sample, "li"))
    applying.undo(sample.project, number, "found", act(sample, "wang"))
    same_books(sample)
    assert sample.one("SELECT sum(moved_qty) FROM core.adjustment") == 0
    assert sample.run("verify-log").code == 0


def test_a_write_off_and_a_transfer_change_stock_and_value_by_what_was_proposed(sample: Shop) -> None:
    numbers = [applied(sample, rule_id) for rule_id in ("batch_expired_on_hand", "transfer_not_received")]
    effects = {p.proposal_id: p for p in deciding.proposals(sample.project)}
    assert [effects[n].qty_effect for n in numbers] == [Decimal(-5), Decimal(12)]
    totals = "SELECT sum(on_hand_qty), sum(on_hand_value) FROM {}.on_hand"
    ((before, before_value),) = sample.rows(totals.format("mart"))
    ((after, after_value),) = sample.rows(totals.format("corrected"))
    assert after - before == sum(effects[n].qty_effect for n in numbers)
    assert abs((after_value - before_value) - sum(effects[n].amount_effect for n in numbers)) < Decimal("0.01")


def test_a_lost_receipt_is_entered_again_with_its_paper(sample: Shop, tmp_path: Path) -> None:
    paper = tmp_path / "note.jpg"
    paper.write_bytes(b"LY-0327-99")
    number = applied(sample, "delivery_without_receipt", "--attach", str(paper))
    rows = sample.rows(
        "SELECT location_code, product_code, received_qty, receipt_type FROM corrected.receipt_line"
        f" WHERE receipt_no = 'P{number}'"
    )
    assert rows == [("S01", "010003", Decimal(24), "late_entry")]


def test_cut_off_between_the_books_and_the_store_it_is_finished_once(
    sample: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = proposed(sample, "batch_expired_on_hand")

    with cut_off(monkeypatch):
        applying.apply(sample.project, [number], act(sample, "wang"))
    assert status(sample, number) == "approved"
    said = [f["detail"] for f in sample.run("--json", "doctor").json if f["check"] == "corrections"]
    assert len(said) == 1
    assert f"disagree about proposal {number}" in said[0]
    with pytest.raises(DecisionRefused, match="in the books already"):
        deciding.withdraw(sample.project, number, "no", act(sample, "li"))
    applying.apply(sample.project, [number], act(sample, "wang"))
    assert status(sample, number) == "applied"
    assert sample.rows("SELECT adjustment_id, moved_qty FROM core.adjustment") == [(f"P{number}-1", Decimal(-5))]
    said = [f["detail"] for f in sample.run("--json", "doctor").json if f["check"] == "corrections"]
    assert said == ["1 proposals, store, books and log agree"]


def test_only_what_is_approved_comes_into_the_books_and_by_who_may(sample: Shop) -> None:
    number = proposed(sample, "batch_expired_on_hand")
    assert sample.run("apply", str(number), "--as", "li").code == 15
    assert sample.run("apply", "99", "--as", "wang").code == 2
    assert sample.run("apply", "--as", "wang").code == 2
    assert sample.run("apply", str(number), "--as", "wang").code == 0
    ran = sample.run("apply", str(number), "--as", "wang")
    assert (ran.code, "is applied" in ran.err) == (15, True)
    assert sample.one("SELECT count(*) FROM core.adjustment") == 1


def test_a_cut_off_log_is_found_by_what_the_lake_saw(sample: Shop) -> None:
    import sqlite3

    applied(sample, "batch_expired_on_hand")
    with sqlite3.connect(sample.project.store.path, isolation_level=None) as con:
        trigger = "audit_entry_no_delete"
        (sql,) = con.execute("SELECT sql FROM sqlite_master WHERE name = ?", [trigger]).fetchone()
        con.execute(f"DROP TRIGGER {trigger}")
        con.execute("DELETE FROM audit_entry WHERE entry_no > 3")
        con.execute(sql)
    con.close()
    ran = sample.run("verify-log")
    assert ran.code == 10
    assert "the log ends at 3: its tail was cut off" in ran.err


def test_cut_off_while_it_is_undone_it_is_out_of_the_books_and_stays_out(
    sample: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    (number,) = adjusted(sample, (-2, "040001"))

    with cut_off(monkeypatch):
        applying.undo(sample.project, number, "it was there", act(sample, "wang"))
    assert status(sample, number) == "applied"
    same_books(sample)
    assert applying.undo(sample.project, number, "again", act(sample, "wang")).status == "withdrawn"
    assert sample.one("SELECT count(*) FROM core.adjustment") == 2
    same_books(sample)


def test_a_check_after_it_leaves_the_correction_in_the_books(sample: Shop) -> None:
    adjusted(sample, (-2, "040001"))
    sample.load("stock_movement.csv", HEADER + "S01,R9,2025-03-31 09:00:00,040002,,receipt,7,RK-9,E003,\n")
    assert sample.run("check", "--as-of", str(DAY), "--fail-on", "never").code == 0
    different = sample.rows(
        "SELECT c.product_code, c.on_hand_qty - m.on_hand_qty FROM corrected.on_hand AS c"
        " JOIN mart.on_hand AS m USING (location_code, product_code) WHERE c.on_hand_qty <> m.on_hand_qty"
    )
    assert different == [("040001", Decimal(-2))]
