"""What the next exports show of a correction, and what then becomes of it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from tests.conftest import Shop
from tests.unit.corrections.conftest import (
    DAY,
    HEADER,
    act,
    adjusted,
    applied,
    cut_off,
    later,
    on_hand,
    same_books,
    status,
)
from workbench.corrections import applying
from workbench.corrections.verifying import verify
from workbench.proposals import deciding
from workbench.proposals.shapes import Line, Proposal


def test_the_pos_takes_a_correction_over_and_it_counts_once(sample: Shop) -> None:
    number = applied(sample, "movement_duplicated_by_sync")
    (line,) = next(p for p in deciding.proposals(sample.project) if p.proposal_id == number).lines
    before = on_hand(sample, "corrected")
    assert [v.outcome for v in verify(sample.project, act(sample, "wang"))] == ["waiting"]
    sample.now += dt.timedelta(days=1)
    row = (
        f"{line.location_code},A1,2025-03-31 22:00:00,{line.product_code},,adjustment,{line.moved_qty},TZ1,E003,twice\n"
    )
    sample.load("stock_movement.csv", HEADER + row)
    sample.check(as_of=DAY)
    assert [v.outcome for v in verify(sample.project, act(sample, "wang"))] == ["arrived"]
    assert status(sample, number) == "verified"
    assert on_hand(sample, "corrected") == on_hand(sample, "mart") == before
    same_books(sample)


def test_a_pos_that_did_something_else_is_told(sample: Shop) -> None:
    numbers = adjusted(sample, (-2, "040001"), (-4, "040003"), (3, "040002"), (3, "040002"))
    later(sample, days=9)
    rows = "".join(
        f"S01,X{i},2025-03-31 22:00:00,{product},,adjustment,{quantity},TZ{i},E003,x\n"
        for i, (product, quantity) in enumerate([("040001", 2), ("040003", -1), ("040002", 3)])
    )
    sample.load("stock_movement.csv", HEADER + rows)
    results = {v.proposal_id: v for v in verify(sample.project, act(sample, "wang"))}
    # One movement of three answers one of two corrections alike, the older.
    assert [results[n].outcome for n in numbers] == ["contradicted", "partly", "arrived", "missing"]
    assert results[numbers[1]].found_qty == -1
    assert "X0" in results[numbers[0]].found
    # What answered one of them yesterday does not answer the other tomorrow.
    later(sample, days=10)
    again = {v.proposal_id: v for v in verify(sample.project, act(sample, "wang"))}
    assert again[numbers[3]].outcome == "missing"
    assert status(sample, numbers[2]) == "verified"


@pytest.mark.parametrize(("adjustment", "receipt"), [(-2, 24), (3, 3)])
def test_ordinary_business_is_no_answer(sample: Shop, adjustment: int, receipt: int) -> None:
    adjusted(sample, (adjustment, "040001"))
    later(sample)
    row = f"S01,R1,2025-04-01 09:00:00,040001,,receipt,{receipt},RK-NEW,E003,\n"
    sample.load("stock_movement.csv", HEADER + row)
    assert [v.outcome for v in verify(sample.project, act(sample, "wang"))] == ["missing"]


def test_a_receipt_that_is_cancelled_without_a_movement_is_said_to_be_half_done(sample: Shop) -> None:
    number = applied(sample, "receipt_entered_twice")
    later(sample)
    columns = list(sample.project.contracts["receipt_line"].columns)
    rows = sample.rows(f"SELECT {', '.join(columns)} FROM core.receipt_line WHERE receipt_no = 'RKS02-0006'")
    cancelled = [["cancelled" if n == "status" else v for n, v in zip(columns, row, strict=True)] for row in rows]
    sample.load("receipt_line.csv", [columns, *cancelled])
    (result,) = verify(sample.project, act(sample, "wang"))
    assert (result.proposal_id, result.outcome, result.why) == (number, "partly", "cancelled_but_not_reversed")
    ran = sample.run("--lang", "zh", "verify", "--as", "wang")
    assert "已作废" in ran.out


def test_a_corrected_expiry_goes_for_the_batch_master_too(sample: Shop) -> None:
    ((location, receipt, line_no, product, batch, old),) = sample.rows(
        "SELECT location_code, receipt_no, line_no, product_code, batch_no, expiry_date FROM core.receipt_line"
        " WHERE batch_no <> '' AND expiry_date IS NOT NULL AND location_code = 'S01' ORDER BY ALL LIMIT 1"
    )
    sample.load("batch.csv", f"product_code,batch_no,produced_date,expiry_date\n{product},{batch},,{old}\n")
    sample.check(as_of=DAY)
    line = Line(
        location, product, batch, "", Decimal(0), None, None, receipt, str(line_no), "expiry_date", str(old),
        "2027-01-31",
    )  # fmt: skip
    proposals = [Proposal("change_expiry_date", (line,), "the label says so")]
    (made,) = deciding.propose(sample.project, proposals, act(sample, "li"), is_submitted=True)
    deciding.decide(sample.project, made.proposal_id, act(sample, "wang"), is_approved=True)
    applying.apply(sample.project, [made.proposal_id], act(sample, "wang"))
    where = f"product_code = '{product}' AND batch_no = '{batch}'"
    new = [(dt.date(2027, 1, 31),)]
    assert sample.rows(f"SELECT DISTINCT expiry_date FROM corrected.batch_date WHERE {where}") == new
    receipt_line = f"receipt_no = '{receipt}' AND line_no = {line_no} AND location_code = '{location}'"
    assert sample.rows(f"SELECT expiry_date FROM corrected.receipt_line WHERE {receipt_line}") == new


def test_a_movement_after_an_undoing_that_was_cut_off_answers_nothing(
    sample: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    (number,) = adjusted(sample, (-2, "040001"))

    with cut_off(monkeypatch):
        applying.undo(sample.project, number, "it was there", act(sample, "wang"))
    later(sample)
    sample.load("stock_movement.csv", HEADER + "S01,A1,2025-03-31 22:00:00,040001,,adjustment,-2,TZ1,E003,x\n")
    assert verify(sample.project, act(sample, "wang")) == []
    assert status(sample, number) == "withdrawn"
