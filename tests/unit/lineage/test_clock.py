"""Which rows the passing of days can turn: where that can be said, and where anything may change."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from typing import Any

import duckdb
import pytest

from workbench.lineage import Lineage, trace
from workbench.sources import load_module

restriction: Any = load_module(Path(__file__).with_name("restriction.py"), "restriction")

DAY = dt.date(2025, 3, 1)

COLUMNS = {"k": "VARCHAR", "n": "VARCHAR", "j": "INTEGER", "d": "DATE"}
SCHEMA = {"core": {"a": COLUMNS, "b": COLUMNS}}
JOINED = "SELECT a.k FROM core.a LEFT JOIN core.b ON a.k = b.k"

TOLD = {
    "none": ("SELECT k FROM core.a", {}),
    "where": ("SELECT k FROM core.a WHERE d < $as_of", {"core.a": ("d < $as_of",)}),
    "or": ("SELECT k FROM core.a WHERE j = 1 OR NOT d + j < $as_of", {"core.a": ("d + j < $as_of",)}),
    "case": ("SELECT k, CASE WHEN d < $as_of THEN 1 END AS y FROM core.a", {"core.a": ("d < $as_of",)}),
    "with parameters": (
        "SELECT k FROM core.a WHERE d BETWEEN $as_of - $days AND $as_of AND n <> 'as_of'",
        {"core.a": ("d BETWEEN $as_of - $days AND $as_of",)},
    ),
    "beside the like of one": (
        "SELECT k FROM core.a WHERE CASE WHEN n = 'x:as_of $days' THEN d ELSE d + 1 END < $as_of",
        {"core.a": ("CASE WHEN n = 'x:as_of $days' THEN d ELSE d + 1 END < $as_of",)},
    ),
    "twice": (
        "SELECT k FROM core.a WHERE d < $as_of AND d > $as_of - 9",
        {"core.a": ("d < $as_of", "d > $as_of - 9")},
    ),
    "two tables": (
        "SELECT a.k FROM core.a JOIN core.b ON a.k = b.k AND b.d < $as_of WHERE a.d < $as_of",
        {"core.a": ("d < $as_of",), "core.b": ("d < $as_of",)},
    ),
    "exists": (
        "SELECT k FROM core.a WHERE NOT EXISTS (SELECT 1 FROM core.b WHERE b.k = a.k AND b.d < $as_of)",
        {"core.b": ("d < $as_of",)},
    ),
    "having": (
        "SELECT k, d FROM core.a GROUP BY k, d HAVING d < $as_of", {"core.a": ("d < $as_of",)},
    ),
    "within": ("WITH q AS (SELECT k FROM core.a WHERE d < $as_of) SELECT k FROM q", {"core.a": ("d < $as_of",)}),
    "in on": (f"{JOINED} AND b.d < $as_of", {"core.b": ("d < $as_of",)}),
    "of what may be missing": (f"{JOINED} WHERE b.d < $as_of OR b.k IS NULL", {"core.b": ("d < $as_of",)}),
}  # fmt: skip
ANYWHERE = {
    "as a value": "SELECT k, $as_of AS day FROM core.a",
    "in arithmetic": "SELECT k, $as_of - d AS days FROM core.a",
    "against two tables": "SELECT a.k FROM core.a JOIN core.b ON a.k = b.k AND a.d + b.j < $as_of",
    "against a query": "SELECT q.k FROM (SELECT k, MAX(d) AS d FROM core.a GROUP BY k) AS q WHERE q.d < $as_of",
    "against an aggregate": "SELECT k FROM core.a GROUP BY k HAVING MAX(d) < $as_of",
    "against a window": "SELECT k FROM core.a QUALIFY MAX(d) OVER (PARTITION BY k) < $as_of",
    "against nothing": "SELECT k FROM core.a WHERE $as_of > DATE '2025-01-01'",
    "in the values of a query": "SELECT k FROM core.a WHERE $as_of IN (SELECT d FROM core.b)",
    "against the outer row": "SELECT k FROM core.a WHERE EXISTS (SELECT 1 FROM core.b WHERE b.k = a.k AND a.d < $as_of)",
    "of what may be missing, filled up": f"{JOINED} WHERE COALESCE(b.d, DATE '2025-01-01') < $as_of",
    "of what may be missing, distinct": f"{JOINED} WHERE b.d IS DISTINCT FROM $as_of",
}


@pytest.mark.parametrize("name", TOLD)
def test_what_turns_with_the_day(name: str) -> None:
    sql, expected = TOLD[name]
    assert trace(sql, SCHEMA).clock == expected


@pytest.mark.parametrize("name", ANYWHERE)
def test_where_anything_can_change_with_the_day(name: str) -> None:
    assert trace(ANYWHERE[name], SCHEMA).clock is None


@pytest.mark.parametrize("name", TOLD)
def test_nothing_changes_while_no_row_turns(name: str) -> None:
    dice = random.Random(name)
    sql = TOLD[name][0]
    lineage = trace(sql, SCHEMA)
    con = duckdb.connect()
    con.execute("CREATE SCHEMA core")
    for table in ("a", "b"):
        con.execute(f"CREATE TABLE core.{table} (k VARCHAR, n VARCHAR, j INTEGER, d DATE)")
        rows = [[dice.choice("pqr"), "x", dice.randrange(3), DAY + dt.timedelta(dice.randrange(9))] for _ in range(30)]
        con.executemany(f"INSERT INTO core.{table} VALUES (?, ?, ?, ?)", [*rows, [None] * 4, ["q", None, 1, None]])
    values = {"as_of": DAY + dt.timedelta(4), **({"days": 2} if "$days AND" in sql else {})}
    if lineage.clock:
        assert restriction.changes_without_turning(con, sql, lineage, values, DAY + dt.timedelta(6)) == []


def test_tables_and_their_columns_are_all_told() -> None:
    lineage = trace("SELECT a.k FROM (core.a JOIN core.b ON a.k = b.k) WHERE a.j = 1", SCHEMA)
    assert set(lineage.tables) == {"core.a", "core.b"}
    assert trace("SELECT k FROM core.a WHERE j = 1", SCHEMA).tables == {"core.a": {"k", "j"}}


def test_what_was_proved_can_be_kept() -> None:
    for sql in (f"{JOINED} WHERE a.d < $as_of", "SELECT k, $as_of AS day FROM core.a"):
        lineage = trace(sql, SCHEMA)
        assert Lineage.from_json(lineage.as_json()) == lineage


def test_columns_by_table() -> None:
    lineage = trace("SELECT a.k, UPPER(a.n) AS m, b.j FROM core.a JOIN core.b ON a.k = b.k", SCHEMA)
    assert lineage.keys("core.a") == {"k": "k", "m": "UPPER(n)"}
    assert lineage.keys("core.b") == {"k": "k", "j": "j"}
    assert lineage.keys("core.c") == {}
