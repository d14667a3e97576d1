"""Loads that were let in without a look: judged afterwards, as if each had come to the gate when it came."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest

from tests.unit.gates.conftest import Gated
from tests.unit.gates.test_door import lines
from workbench.quarantine import release, waiting
from workbench.reloading import judge_loads

pytestmark = pytest.mark.slow


def judged(gated: Gated) -> list[tuple[int, str]]:
    project = gated.shop.project
    gate = project.gate(gated.court)
    gated.shop.now += dt.timedelta(minutes=1)
    return [(r.file_id, r.status) for r in judge_loads(project, gate)]


def books(gated: Gated) -> dict[str, list[str]]:
    """All that loads have put into the books, whenever that was."""
    state = gated.shop.state(without=("loaded_at", "loaded_by", "judged_at", "held_at", "seconds"))
    return {
        name: rows for name, rows in state.items() if name.startswith("core.") or name in ("ops.file", "ops.reject")
    }


def test_what_passes_is_in_the_books_as_it_was(gated: Gated) -> None:
    shop = gated.shop
    shop.load("product.csv", "product_code,product_name\n" + "".join(f"P{n},Tea {n}\n" for n in range(7)))
    shop.load("receipt_line.csv", lines(0, 30) + "S01,,1,P1,3,6,2025-03-01\n")
    # Some known, some revised, one new, one that repeats another with other content.
    second = lines(0, 10) + lines(10, 31, qty=4).split("\n", 1)[1] + "S01,R030,1,P2,9,18,2025-03-02\n"
    shop.load("receipt_line.csv", second)
    before = books(gated)
    assert judged(gated) == [(1, "loaded"), (2, "loaded"), (3, "loaded")]
    assert books(gated) == before
    assert gated.verdict(3, "rows_vs_export") == "pass"
    # What was judged is not judged again.
    assert judged(gated) == []


def test_what_fails_leaves_the_books_and_later_loads_stand_on_what_was_before(gated: Gated) -> None:
    """The half export revises rows; the whole one after it repeats those revisions, and so counted them as known."""
    shop = gated.shop
    shop.load("receipt_line.csv", lines(0, 40))
    half = lines(0, 20, qty=4)
    shop.load("receipt_line.csv", half)
    whole = shop.load("receipt_line.csv", half + lines(20, 40).split("\n", 1)[1] + "S01,R99,1,P1,3,6,2025-03-02\n")
    assert (whole.known, whole.accepted) == (40, 1)
    assert judged(gated) == [(1, "loaded"), (2, "held"), (3, "loaded")]
    assert shop.rows("SELECT count(*), count(*) FILTER (file_id = 2), sum(received_qty) FROM core.receipt_line") == [
        (41, 0, 20 * 4 + 21 * 3)
    ]
    assert shop.rows("SELECT rows_accepted, rows_known FROM ops.file WHERE file_id = 3") == [(21, 20)]
    assert [h.file_id for h in waiting(shop.project)] == [2]
    release(shop.project, "2", "it was right", shop.project.act("Li"))
    assert shop.rows("SELECT rows_accepted, rows_known FROM ops.file WHERE file_id = 2") == [(0, 20)]


@pytest.mark.slow
def test_what_rules_have_seen_stays_and_is_measured(gated: Gated) -> None:
    shop = gated.shop
    shop.load("receipt_line.csv", lines(0, 40))
    shop.load("receipt_line.csv", lines(0, 12))
    shop.now += dt.timedelta(hours=1)
    shop.check()
    shop.now += dt.timedelta(hours=1)
    snapshot = books(gated)
    shop.load("receipt_line.csv", lines(0, 5, qty=2))
    assert judged(gated) == [(3, "held")]
    assert books(gated) == snapshot
    assert shop.rows("SELECT file_id, value FROM ops.gate WHERE figure = 'rows' ORDER BY 1") == [
        (1, 40),
        (2, 12),
        (3, 5),
    ]


@pytest.mark.slow
def test_cut_off_while_judging_no_load_is_lost(gated: Gated, monkeypatch: pytest.MonkeyPatch) -> None:
    import workbench.reloading

    shop = gated.shop
    shop.load("receipt_line.csv", lines(0, 40))
    before = books(gated)

    def cut_off(*arguments: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(workbench.reloading, "load", cut_off)
        with pytest.raises(KeyboardInterrupt):
            judged(gated)
    assert shop.rows("SELECT file_id, status FROM ops.held") == [(1, "judging")]
    assert judged(gated) == [(1, "loaded")]
    assert books(gated) == before


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 4, 9])
def test_any_loads_that_overlap_are_in_the_books_as_they_were(gated: Gated, seed: int) -> None:
    """Known, revised, repeated and rejected rows, columns that come and go; nothing is expected that could fail."""
    lots, shop = random.Random(seed), gated.shop
    figures = ("rows_vs_export", "rejected_share", "repeated_share")
    shop.configure("".join(f"[gates.load.{figure}]\nenabled = false\n" for figure in figures))
    for number in range(4):
        optional = [c for c in ("unit_cost", "supplier_code") if lots.random() < 0.6]
        names = ["location_code", "receipt_no", "line_no", "product_code", "received_qty", "received_at", *optional]
        rows: list[list[object]] = [list(names)]
        for _ in range(12):
            receipt = lots.choice(["", *(f"R{n}" for n in range(8))])
            qty = lots.choice(["1", "2", "2.125", "x"])
            cells = {"unit_cost": lots.choice(["1.5", "", "2"]), "supplier_code": lots.choice(["V1", ""])}
            rows.append(
                ["S1", receipt, 1, lots.choice(["P1", "P2"]), qty, "2025-03-01 10:00", *map(cells.get, optional)]
            )
        shop.load(f"receipt_line_{number}.csv", rows)
    before = books(gated)
    assert [status for _, status in judged(gated)] == ["loaded"] * 4
    assert books(gated) == before
