"""What a column follows, construct by construct, and that nothing is claimed that rows could prove wrong."""

from __future__ import annotations

import datetime as dt
import functools
import os
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.lineage import Lineage, trace
from workbench.sources import load_module

HERE = Path(__file__).parent
plain: Any = load_module(HERE / "statements.py", "statements")
nested: Any = load_module(HERE / "nested.py", "nested")
restriction: Any = load_module(HERE / "restriction.py", "restriction")

SCHEMA = {"core": {table.split(".")[1]: plain.COLUMNS for table in plain.TABLES}}
# A hundred times as many in a hunt.
EXAMPLES = int(os.environ.get("LINEAGE_EXAMPLES", "20"))
STATEMENTS = {**plain.STATEMENTS, **nested.STATEMENTS}

_MOMENTS = [dt.datetime(2025, 1, 31, 9), dt.datetime(2025, 2, 1), dt.datetime(2025, 2, 1, 9)]
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["p", "p", "P", "q", None]),
        st.sampled_from(["p", "q", None]),
        st.sampled_from([1, 2, None]),
        st.sampled_from([*(m.date() for m in _MOMENTS[:2]), None]),
        st.sampled_from([*_MOMENTS, None]),
        st.sampled_from([0, 1, None]),
    ),
    max_size=6,
)


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_column_follows_what_can_be_proved_and_no_more(name: str) -> None:
    sql, expected = STATEMENTS[name]
    assert trace(sql, SCHEMA).follows["k"] == expected


@functools.cache
def tables() -> Any:
    con = duckdb.connect()
    con.execute("CREATE SCHEMA core")
    for table in plain.TABLES:
        con.execute(f"CREATE TABLE {table} ({', '.join(f'{n} {kind}' for n, kind in plain.COLUMNS.items())})")
    return con


@functools.cache
def lineage_of(name: str) -> Lineage:
    return trace(STATEMENTS[name][0], SCHEMA)


@settings(max_examples=EXAMPLES, deadline=None)
@given(ROWS, ROWS, ROWS, st.lists(st.sampled_from(sorted(STATEMENTS)), min_size=6, max_size=6, unique=True))
def test_no_rows_prove_a_claim_wrong(a: list[Any], b: list[Any], c: list[Any], names: list[str]) -> None:
    con = tables()
    for table, rows in zip(plain.TABLES, (a, b, c), strict=True):
        con.execute(f"DELETE FROM {table}")
        if rows:
            con.executemany(f"INSERT INTO {table} VALUES (?, ?, ?, ?, ?, ?)", rows)
    wrong = {n: restriction.false_claims(con, STATEMENTS[n][0], lineage_of(n), {}) for n in names}
    assert {n: claims for n, claims in wrong.items() if claims} == {}
