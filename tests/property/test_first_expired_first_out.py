"""The rule on sales out of order, held against the definition worked out sale by sale on random histories."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.cases import open_case
from workbench.catalogue import Catalogue
from workbench.contracts import Table
from workbench.header import Case
from workbench.models import bound

AS_OF = dt.date(2025, 12, 31)
START = dt.datetime(2025, 3, 1, 8)
BATCHES = ("B0", "B1", "B2", "B3")


class Moved(NamedTuple):
    """One movement of the only product of the only store."""

    at: dt.datetime
    batch: str
    kind: str
    qty: int


steps = st.lists(
    st.tuples(
        st.sampled_from([0, 0, 3, 10]),
        st.sampled_from(BATCHES),
        st.sampled_from(["sale", "sale", "sale", "void", "receipt"]),
        st.integers(1, 4),
    ),
    min_size=5,
    max_size=30,
)


def history(openings: list[int], steps_taken: list[tuple[int, str, str, int]]) -> list[Moved]:
    """Movements in order; nothing is sold that is not there, so that every balance is one."""
    moved = [Moved(START, batch, "opening", qty) for batch, qty in zip(BATCHES, openings, strict=True)]
    balance = dict(zip(BATCHES, openings, strict=True))
    at = START + dt.timedelta(hours=1)
    for hours, batch, kind, qty in steps_taken:
        at += dt.timedelta(hours=hours)
        signed = -min(qty, balance[batch]) if kind == "sale" else qty
        balance[batch] += signed
        if signed:
            moved.append(Moved(at, batch, "receipt" if kind == "receipt" else "sale", signed))
    return moved


def stays_in_stock(moved: list[Moved], batch: str, at: dt.datetime) -> bool:
    """Above zero before the moment, after it, and all through it."""
    before = sum(m.qty for m in moved if m.batch == batch and m.at < at)
    balances = [before]
    for m in moved:
        if m.batch == batch and m.at == at:
            balances.append(balances[-1] + m.qty)
    return min(balances) > 0


def by_definition(moved: list[Moved], expiry: dict[str, dt.date]) -> dict[str, tuple[int, int]]:
    """Quantity and number of sales of each batch while one that expires earlier was in stock."""
    sold: dict[str, list[int]] = {}
    for m in moved:
        due = (b for b in BATCHES if expiry[b] < expiry[m.batch] and m.at.date() <= expiry[b])
        if m.kind == "sale" and any(stays_in_stock(moved, b, m.at) for b in due):
            total = sold.setdefault(m.batch, [0, 0])
            total[0] -= m.qty
            total[1] += m.qty < 0
    return {batch: (qty, sales) for batch, (qty, sales) in sold.items() if qty > 0}


@settings(max_examples=40, deadline=None)
@given(
    openings=st.lists(st.integers(0, 4), min_size=4, max_size=4),
    lives=st.lists(st.sampled_from([2, 3, 5, 9, 30]), min_size=4, max_size=4),
    taken=steps,
)
def test_sales_out_of_order_are_those_of_the_definition(
    openings: list[int],
    lives: list[int],
    taken: list[tuple[int, str, str, int]],
    contracts: dict[str, Table],
    catalogue: Catalogue,
) -> None:
    expiry = {b: START.date() + dt.timedelta(days) for b, days in zip(BATCHES, lives, strict=True)}
    moved = history(openings, taken)
    tables = {
        "batch": [{"product_code": "P1", "batch_no": b, "expiry_date": str(day)} for b, day in expiry.items()],
        "stock_movement": [
            {
                "movement_id": f"M{number:03}",
                "occurred_at": str(m.at),
                "product_code": "P1",
                "batch_no": m.batch,
                "movement_type": m.kind,
                "moved_qty": str(m.qty),
            }
            for number, m in enumerate(moved)
        ],
    }
    rule = catalogue.rules["batch_sold_out_of_order"]
    con = open_case(Case("random", tables, []), contracts, catalogue, rule.tables)
    values = bound(rule.file.parameters, {"as_of": AS_OF, **rule.params})
    found = con.execute(f"SELECT batch_no, sold_qty, sales FROM ({rule.sql})", values).fetchall()
    con.close()
    assert {batch: (int(qty), sales) for batch, qty, sales in found} == by_definition(moved, expiry)
