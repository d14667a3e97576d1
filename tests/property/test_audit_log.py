"""Whatever is changed behind the program's back in the audit log is found, and at the entry where it was done."""

from __future__ import annotations

import datetime as dt
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.settings import StoreSettings
from workbench.store.act import Act
from workbench.store.audit import Anchor, entries, head, record, seal, verify
from workbench.store.connection import Store

NOW = dt.datetime(2025, 4, 1, 8, 0)
COUNT = 9
COLUMNS = ("recorded_at", "who", "place", "action", "subject", "before", "after")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("log")
    store = Store(folder, StoreSettings())
    for number in range(COUNT):
        with store.writing() as con:
            act = Act(f"p{number % 3}", NOW + dt.timedelta(minutes=number), "here")
            record(con, act, "thing.done", f"thing/{number}", {"n": number}, {"n": number + 1, "text": "好"})
    with sqlite3.connect(store.path) as plain:
        plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    plain.close()
    return store.path


@contextmanager
def tampered(template: Path) -> Iterator[tuple[Store, sqlite3.Connection]]:
    """A copy of the store, and a way past its guards that puts them back afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder), StoreSettings())
        store.path.write_bytes(template.read_bytes())
        con = sqlite3.connect(store.path, isolation_level=None)
        guards = [sql for (sql,) in con.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'")]
        for event in ("update", "delete"):
            con.execute(f"DROP TRIGGER audit_entry_no_{event}")
        yield store, con
        for sql in guards:
            con.execute(sql)
        con.close()


def restored(con: sqlite3.Connection) -> None:
    for event in ("UPDATE", "DELETE"):
        con.execute(
            f"CREATE TRIGGER IF NOT EXISTS audit_entry_no_{event.lower()} BEFORE {event} ON audit_entry"
            " BEGIN SELECT RAISE(ABORT, 'x'); END"
        )


def test_a_whole_log_has_no_fault(template: Path) -> None:
    with tampered(template) as (store, con):
        restored(con)
        number, newest = head(store)
        assert number == COUNT
        assert verify(store, [Anchor(number, newest, "run 1")]) == []
        con.execute("DROP TRIGGER audit_entry_no_update")
        con.execute("DROP TRIGGER audit_entry_no_delete")


def test_the_database_itself_refuses_changes(template: Path) -> None:
    con = sqlite3.connect(template, isolation_level=None)
    for statement in ("UPDATE audit_entry SET who = 'x' WHERE entry_no = 3", "DELETE FROM audit_entry"):
        with pytest.raises(sqlite3.IntegrityError, match="never changed"):
            con.execute(statement)
    con.close()


def test_guards_that_are_gone_are_said(template: Path) -> None:
    with tampered(template) as (store, _):
        assert [f.kind for f in verify(store, [])] == ["unguarded"]


@settings(max_examples=40, deadline=None)
@given(number=st.integers(1, COUNT), column=st.sampled_from(COLUMNS), is_sealed_anew=st.booleans())
def test_an_edit_is_found_where_it_was_done(template: Path, number: int, column: str, is_sealed_anew: bool) -> None:
    with tampered(template) as (store, con):
        anchor = Anchor(*head(store), "run 1")
        con.execute(f'UPDATE audit_entry SET "{column}" = "{column}" || \'x\' WHERE entry_no = ?', [number])
        if is_sealed_anew:
            (entry,) = [e for e in entries(store) if e["entry_no"] == number]
            con.execute("UPDATE audit_entry SET entry_hash = ? WHERE entry_no = ?", [seal(entry), number])
        fault = verify(store, [anchor])[0]
        assert fault.entry_no == number
        assert fault.kind == ("rewritten" if is_sealed_anew and number == COUNT else "edited")


@settings(max_examples=20, deadline=None)
@given(number=st.integers(1, COUNT), is_closed_up=st.booleans())
def test_a_deletion_is_found_where_it_was_done(template: Path, number: int, is_closed_up: bool) -> None:
    with tampered(template) as (store, con):
        anchor = Anchor(*head(store), "run 1")
        con.execute("DELETE FROM audit_entry WHERE entry_no = ?", [number])
        if is_closed_up:
            con.execute("UPDATE audit_entry SET entry_no = -entry_no + 1 WHERE entry_no > ?", [number])
            con.execute("UPDATE audit_entry SET entry_no = -entry_no WHERE entry_no < 0")
        fault = verify(store, [anchor])[0]
        assert (fault.kind, fault.entry_no) == ("cut_off" if number == COUNT else "deleted", number)


@settings(max_examples=20, deadline=None)
@given(first=st.integers(1, COUNT), second=st.integers(1, COUNT))
def test_a_swap_is_found_where_it_was_done(template: Path, first: int, second: int) -> None:
    first, second = sorted((first, second))
    if first == second:
        return
    with tampered(template) as (store, con):
        for a, b in ((first, -1), (second, first), (-1, second)):
            con.execute("UPDATE audit_entry SET entry_no = ? WHERE entry_no = ?", [b, a])
        fault = verify(store, [])[0]
        assert (fault.kind, fault.entry_no, fault.other) == ("moved", first, second)


@settings(max_examples=20, deadline=None)
@given(number=st.integers(1, COUNT), is_sealed=st.booleans())
def test_an_insertion_is_found_where_it_was_done(template: Path, number: int, is_sealed: bool) -> None:
    with tampered(template) as (store, con):
        rows = entries(store)
        before = rows[number - 2]["entry_hash"] if number > 1 else ""
        con.execute("UPDATE audit_entry SET entry_no = -entry_no - 1 WHERE entry_no >= ?", [number])
        con.execute("UPDATE audit_entry SET entry_no = -entry_no WHERE entry_no < 0")
        made = {**rows[number - 1], "entry_no": number, "who": "forger", "previous_hash": before}
        made["entry_hash"] = seal(made) if is_sealed else "0" * 64
        names = ", ".join(f'"{name}"' for name in made)
        con.execute(f"INSERT INTO audit_entry ({names}) VALUES ({', '.join('?' * len(made))})", list(made.values()))
        fault = verify(store, [])[0]
        assert (fault.kind, fault.entry_no) == ("inserted", number)


@settings(max_examples=15, deadline=None)
@given(kept=st.integers(0, COUNT - 1))
def test_a_tail_cut_off_is_found_by_what_a_run_wrote_down(template: Path, kept: int) -> None:
    with tampered(template) as (store, con):
        anchor = Anchor(*head(store), "run 7")
        con.execute("DELETE FROM audit_entry WHERE entry_no > ?", [kept])
        fault = verify(store, [anchor])[0]
        assert (fault.kind, fault.entry_no, fault.other, fault.place) == ("cut_off", COUNT, kept, "run 7")
