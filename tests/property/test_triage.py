"""Suppressed and shown together are all, whatever was decided in whatever order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.settings import StoreSettings
from workbench.store.act import Act
from workbench.store.connection import Store
from workbench.store.decisions import add_known_good, assign, dismiss, in_force, remove_known_good, undismiss
from workbench.tables import OPS_TABLES
from workbench.triage.listing import Filter, count_suppressed, triaged_findings
from workbench.triage.suppression import load_triage, subject_of, suppressed_counts

TODAY = dt.date(2025, 4, 1)
STATUSES = ["open", "reopened", "resolved"]


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """Twelve findings of three rules in three statuses, without a lake around them."""
    con = duckdb.connect()
    con.execute("CREATE SCHEMA ops")
    columns = OPS_TABLES["ops.finding"]
    con.execute(f"CREATE TABLE ops.finding ({', '.join(f'{n} {k}' for n, k in columns.items())})")
    for number in range(12):
        values = {
            "finding_id": f"f{number}",
            "rule_id": f"rule_{number % 3}",
            "severity": "high",
            "status": STATUSES[number % 4 if number % 4 < 3 else 0],
            "product_code": f"P{number % 5}",
            "evidence": "{}",
            "evidence_hash": "h",
        }
        con.execute(
            f"INSERT INTO ops.finding ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})",
            list(values.values()),
        )
    yield con
    con.close()


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("dismiss"), st.integers(0, 11), st.integers(0, 5)),
        st.tuples(st.just("undismiss"), st.integers(0, 11), st.just(0)),
        st.tuples(st.just("assign"), st.integers(0, 11), st.integers(0, 2)),
        st.tuples(st.just("know"), st.integers(0, 2), st.integers(0, 5)),
        st.tuples(st.just("forget"), st.integers(1, 4), st.just(0)),
    ),
    max_size=8,
)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS, days=st.integers(0, 6))
def test_suppressed_and_shown_are_all(con: Any, tmp_path: Path, acts: list[Any], days: int) -> None:
    store = Store(tmp_path, StoreSettings())
    store.path.unlink(missing_ok=True)
    rows = con.execute("SELECT * FROM ops.finding ORDER BY finding_id").fetchall()
    findings = {row[0]: dict(zip(OPS_TABLES["ops.finding"], row, strict=True)) for row in rows}
    for what, which, value in acts:
        act = Act("me", dt.datetime.combine(TODAY, dt.time()))
        until = TODAY + dt.timedelta(value)
        if what == "dismiss":
            dismiss(store, [subject_of(findings[f"f{which}"])], "x", until, act)
        elif what == "undismiss" and any(d["finding_id"] == f"f{which}" for d in in_force(store, "finding_dismissal")):
            undismiss(store, [f"f{which}"], "", act)
        elif what == "assign":
            assign(store, [f"f{which}"], ["", "Li", "Wang"][value], "", act)
        elif what == "know":
            condition = {"product_code": f"P{value}"}
            if not any(k["rule_id"] == f"rule_{which}" and f'"P{value}"' in k["conditions"]
                       for k in in_force(store, "known_good")):  # fmt: skip
                add_known_good(store, f"rule_{which}", condition, "x", until, act)
        elif what == "forget" and any(k["known_good_id"] == which for k in in_force(store, "known_good")):
            remove_known_good(store, which, "", act)
    today = TODAY + dt.timedelta(days)
    load_triage(con, store, today, {})
    every = {row[0] for row in triaged_findings(con, Filter(statuses=STATUSES), None)[1]}
    assert every == set(findings)
    for wanted in (Filter(), Filter(statuses=STATUSES), Filter(rules=["rule_1"]), Filter(product="p2")):
        ids = [[row[0] for row in triaged_findings(con, wanted, kind)[1]] for kind in (False, True, None)]
        shown, hidden, both = ids
        assert sorted(shown + hidden) == sorted(both)
        assert not set(shown) & set(hidden)
        assert sum(count_suppressed(con, wanted).values()) == len(hidden)
    counts = suppressed_counts(con, store, today, {})
    unresolved = sum(f["status"] != "resolved" for f in findings.values())
    assert counts.total + sum(counts.shown.values()) == unresolved
