"""Proposals and the audit log in PostgreSQL: the same races, and the same guards."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.proposals.test_races import check_hundred, check_one_wins, register
from workbench.settings import StoreSettings
from workbench.store.audit import verify
from workbench.store.connection import Store

pytestmark = pytest.mark.postgres


@pytest.fixture
def store(catalogue: str, tmp_path: Path) -> Store:
    store = Store(tmp_path, StoreSettings(address=catalogue))
    register(store)
    return store


@pytest.mark.slow
def test_many_writers_lose_nothing(store: Store, catalogue: str) -> None:
    check_hundred(store, catalogue)


@pytest.mark.slow
def test_of_two_decisions_one_wins(store: Store, catalogue: str) -> None:
    check_one_wins(store, catalogue)


def test_the_log_refuses_changes_and_shows_those_made_behind_its_back(store: Store, catalogue: str) -> None:
    import psycopg

    with psycopg.connect(catalogue, autocommit=True) as con:
        for statement in ("UPDATE audit_entry SET who = 'x'", "DELETE FROM audit_entry"):
            with pytest.raises(psycopg.errors.RaiseException, match="never changed"):
                con.execute(statement)
        con.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_no_update")
        con.execute("UPDATE audit_entry SET who = 'x' WHERE entry_no = 2")
    assert [(f.entry_no, f.kind) for f in verify(store, [])] == [(2, "edited"), (0, "unguarded")]
