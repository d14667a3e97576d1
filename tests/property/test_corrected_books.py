"""Corrections in the books, whichever and in whatever order: totals are conserved, and undone they leave no trace."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.contracts import Table
from workbench.corrections.applying import enter, reverse
from workbench.corrections.entries import corrected_tables
from workbench.proposals.shapes import Line, Proposal
from workbench.store.act import Act
from workbench.tables import ensure_tables

NOW = dt.datetime(2025, 4, 1, 9)
LOCATIONS, PRODUCTS, RECEIPTS = ("S01", "S02"), ("P1", "P2", "P3"), ("R1", "R2")
QUANTITIES = st.integers(-9, 9).filter(bool).map(Decimal)
ONE_LOCATION, ONE_PRODUCT = st.sampled_from(LOCATIONS), st.sampled_from(PRODUCTS)


def moved(kind: str, movement_type: str, quantities: st.SearchStrategy[Decimal]) -> st.SearchStrategy[Proposal]:
    line = st.builds(
        Line,
        location_code=ONE_LOCATION,
        product_code=ONE_PRODUCT,
        movement_type=st.just(movement_type),
        moved_qty=quantities,
        document_no=st.sampled_from(["", "T1"]),
    )
    lines = st.lists(line, min_size=1, max_size=3).map(tuple)
    return st.builds(Proposal, st.just(kind), lines, st.just("r"))


def changed(field: str, old: st.SearchStrategy[str], new: st.SearchStrategy[str]) -> st.SearchStrategy[Proposal]:
    line = st.builds(
        Line,
        location_code=ONE_LOCATION,
        document_no=st.sampled_from(RECEIPTS),
        document_line_no=st.sampled_from(["", "1", "2"]),
        field=st.just(field),
        old_value=old,
        new_value=new,
    )
    return st.builds(Proposal, st.just(f"change_{field}"), st.tuples(line), st.just("r"))


def voided() -> st.SearchStrategy[Proposal]:
    line = st.builds(
        Line,
        location_code=ONE_LOCATION,
        product_code=ONE_PRODUCT,
        movement_type=st.just("adjustment"),
        moved_qty=st.just(Decimal(-10)),
        document_no=st.sampled_from(RECEIPTS),
    )
    return st.builds(Proposal, st.just("void_receipt"), st.tuples(line), st.just("r"))


PROPOSALS = st.lists(
    st.one_of(
        moved("adjust_quantity", "adjustment", QUANTITIES),
        moved("write_off", "write_off", st.integers(-9, -1).map(Decimal)),
        moved("complete_transfer", "transfer_in", st.integers(1, 9).map(Decimal)),
        moved("reenter_receipt", "receipt", st.integers(1, 9).map(Decimal)),
        changed("product_code", ONE_PRODUCT, st.sampled_from([*PRODUCTS, "P9"])),
        changed("unit_cost", st.sampled_from(["", "2.50"]), st.sampled_from(["3.10", "0.99"])),
        voided(),
    ),
    min_size=1,
    max_size=6,
)


@pytest.fixture(scope="module")
def lake(contracts: dict[str, Table]) -> Iterator[duckdb.DuckDBPyConnection]:
    con = duckdb.connect()
    con.execute("ATTACH ':memory:' AS lake")
    con.execute("USE lake")
    ensure_tables(con, contracts)
    con.execute("CREATE SCHEMA corrected")
    for table, columns in (
        ("product", "'P' || p AS product_code"),
        (
            "receipt_line",
            "'S0' || s AS location_code, 'R' || r AS receipt_no, p AS line_no, 'P' || p AS product_code,"
            " 10 AS received_qty, 2.5 AS unit_cost, TIMESTAMP '2025-03-01 09:00:00' AS received_at",
        ),
        (
            "stock_movement",
            "'S0' || s AS location_code, s || 'M' || r || p AS movement_id, 'P' || p AS product_code, 10 AS moved_qty,"
            " 'receipt' AS movement_type, 'R' || r AS document_no, p AS document_line_no, 2.5 AS unit_cost,"
            " TIMESTAMP '2025-03-01 09:00:00' AS occurred_at",
        ),
        (
            "stock_on_hand",
            "DATE '2025-03-31' AS as_of_date, 'S0' || s AS location_code, 'P' || p AS product_code, '' AS batch_no,"
            " 10 * r AS on_hand_qty",
        ),
    ):
        rows = "range(1, 3) AS l(s), range(1, 3) AS d(r), range(1, 4) AS g(p)"
        kept = {"product": "s = 1 AND r = 1", "stock_on_hand": "r = 1"}.get(table, "true")
        con.execute(
            f"INSERT INTO core.{table} BY NAME SELECT {columns}, 1 AS file_id, row_number() OVER () AS row_no"
            f" FROM {rows} WHERE {kept}"
        )
    yield con
    con.close()


def totals(con: duckdb.DuckDBPyConnection, sql: str) -> tuple[int, Decimal]:
    row = con.execute(f"SELECT count(*), coalesce(sum(moved_qty), 0) FROM ({sql})").fetchone()
    assert row is not None
    return row[0], row[1]


@settings(max_examples=40, deadline=None)
@given(proposals=PROPOSALS, data=st.data())
def test_totals_are_conserved_and_undoing_everything_leaves_no_trace(
    lake: duckdb.DuckDBPyConnection, proposals: list[Proposal], data: st.DataObject
) -> None:
    lake.execute("DELETE FROM core.adjustment")
    before = totals(lake, "SELECT * FROM core.stock_movement")
    receipts = totals(lake, "SELECT *, 0 AS moved_qty FROM core.receipt_line")[0]
    reported = totals(lake, "SELECT on_hand_qty AS moved_qty FROM core.stock_on_hand")[1]
    kept = [Proposal(p.kind, p.lines, p.reason, proposal_id=number) for number, p in enumerate(proposals, 1)]
    for proposal in kept:
        enter(lake, proposal, "wang", Act("li", NOW))
    order = data.draw(st.permutations(kept))
    in_force = list(kept)
    for undone in [None, *order]:
        if undone is not None:
            reverse(lake, undone.proposal_id, "undone", NOW)
            # Twice is once.
            reverse(lake, undone.proposal_id, "undone", NOW)
            in_force.remove(undone)
        tables = corrected_tables(lake)
        effects = [line.moved_qty for p in in_force for line in p.lines if line.moved_qty]
        shown = totals(lake, tables.get("stock_movement", "SELECT * FROM core.stock_movement"))
        assert shown == (before[0] + len(effects), before[1] + sum(effects))
        receipt_sql = tables.get("receipt_line", "SELECT * FROM core.receipt_line")
        reentered = sum(len(p.lines) for p in in_force if p.kind == "reenter_receipt")
        assert totals(lake, f"SELECT *, 0 AS moved_qty FROM ({receipt_sql})")[0] == receipts + reentered
        report_sql = tables.get("stock_on_hand", "SELECT * FROM core.stock_on_hand")
        assert totals(lake, f"SELECT on_hand_qty AS moved_qty FROM ({report_sql})")[1] == reported
    assert corrected_tables(lake) == {}
    assert lake.execute("SELECT sum(moved_qty), count(*) % 2 FROM core.adjustment").fetchone() in ((0, 0), (None, 0))
