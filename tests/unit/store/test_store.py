"""The operations store: made late and once, migrated, in WAL, each decision with its author, none ever lost."""

from __future__ import annotations

import datetime as dt
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest

from workbench.errors import ConfigurationError, UsageError
from workbench.settings import StoreSettings
from workbench.store.act import Act
from workbench.store.connection import VERSION_TABLE, Store
from workbench.store.decisions import (
    Subject,
    add_known_good,
    assign,
    dismiss,
    history,
    in_force,
    remove_known_good,
    undismiss,
)

NOW = dt.datetime(2025, 4, 1, 8, 0)
ME = Act("me", NOW)
LATER = dt.date(2025, 12, 31)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "var", StoreSettings())


def subject(finding_id: str = "f1", content: str = "h1") -> Subject:
    return Subject(finding_id, "some_rule", content, "{}")


# --- the database ----------------------------------------------------------------------------------------------------


def test_nothing_is_made_before_it_is_needed(store: Store) -> None:
    assert not store.exists
    assert in_force(store, "finding_dismissal") == history(store, "known_good") == []
    assert not store.path.parent.exists()
    dismiss(store, [subject()], "fine", LATER, ME)
    assert store.exists
    assert store.version() == "v0003_alerts"


def test_it_is_written_ahead_so_that_readers_never_wait(store: Store) -> None:
    dismiss(store, [subject()], "fine", LATER, ME)
    con = sqlite3.connect(store.path)
    assert con.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    con.close()
    with store.writing():
        assert len(in_force(store, "finding_dismissal")) == 1


def test_migrations_make_what_the_code_uses(store: Store) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from workbench.store.tables import metadata

    with store.writing() as con:
        context = MigrationContext.configure(con, opts={"version_table": VERSION_TABLE, "compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_a_migration_that_fails_leaves_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    import workbench.store.connection as connection

    def broken(con: Any) -> None:
        con.exec_driver_sql("CREATE TABLE half (x)")
        raise RuntimeError("power cut")

    whole = connection._migrate
    monkeypatch.setattr(connection, "_migrate", broken)
    with pytest.raises(RuntimeError):
        dismiss(store, [subject()], "fine", LATER, ME)
    monkeypatch.setattr(connection, "_migrate", whole)
    dismiss(store, [subject()], "fine", LATER, ME)
    con = sqlite3.connect(store.path)
    tables = {name for (name,) in con.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    con.close()
    assert "half" not in tables
    assert {"finding_dismissal", VERSION_TABLE} <= tables


def test_many_at_once_make_one_store_and_lose_nothing(tmp_path: Path) -> None:
    failures: list[BaseException] = []

    def work(name: str) -> None:
        try:
            own = Store(tmp_path / "var", StoreSettings())
            for number in range(5):
                dismiss(own, [subject(f"{name}-{number}")], "fine", LATER, Act(name, NOW))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(f"t{i}",)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(in_force(Store(tmp_path / "var", StoreSettings()), "finding_dismissal")) == 20


def test_a_store_of_a_newer_program_is_left_alone(store: Store) -> None:
    dismiss(store, [subject()], "fine", LATER, ME)
    con = sqlite3.connect(store.path)
    con.execute(f"UPDATE {VERSION_TABLE} SET version_num = 'v9999_future'")
    con.commit()
    con.close()
    with pytest.raises(ConfigurationError, match="newer workbench"):
        in_force(Store(store.path.parent, StoreSettings()), "known_good")


def test_a_file_that_is_no_database_is_one_sentence(store: Store) -> None:
    store.path.parent.mkdir()
    store.path.write_text("not a database, but long enough to be read as one" * 20)
    with pytest.raises(ConfigurationError, match="restore it from a backup"):
        in_force(store, "known_good")


def test_a_server_that_is_not_there_is_one_sentence_without_a_password(tmp_path: Path) -> None:
    away = Store(tmp_path, StoreSettings(address="host=127.0.0.1 port=1 user=x password=geheim dbname=x"))
    with pytest.raises(ConfigurationError, match="cannot be reached") as caught:
        in_force(away, "known_good")
    assert "geheim" not in str(caught.value)
    assert "geheim" not in away.place


# --- decisions -------------------------------------------------------------------------------------------------------


def test_a_decision_says_who_when_why_and_until(store: Store) -> None:
    dismiss(store, [subject()], "  agreed  ", LATER, ME)
    (entry,) = in_force(store, "finding_dismissal")
    told = {k: entry[k] for k in ("finding_id", "reason", "until_date", "dismissed_by", "dismissed_at", "ended_at")}
    assert told == {
        "finding_id": "f1",
        "reason": "agreed",
        "until_date": LATER,
        "dismissed_by": "me",
        "dismissed_at": NOW,
        "ended_at": None,
    }


def test_a_decision_is_ended_and_never_lost(store: Store) -> None:
    dismiss(store, [subject(), subject("f2")], "first", LATER, ME)
    dismiss(store, [subject()], "second", LATER, Act("you", NOW + dt.timedelta(hours=1)))
    undismiss(store, ["f1"], "", Act("she", NOW + dt.timedelta(hours=2)))
    assert [e["finding_id"] for e in in_force(store, "finding_dismissal")] == ["f2"]
    told = [
        (e["finding_id"], e["reason"], e["ended_by"], e["ended_reason"]) for e in history(store, "finding_dismissal")
    ]
    assert told == [
        ("f1", "first", "you", "dismissed anew"),
        ("f2", "first", None, None),
        ("f1", "second", "she", "taken back"),
    ]


def test_taking_back_what_is_not_dismissed_takes_back_nothing(store: Store) -> None:
    dismiss(store, [subject()], "fine", LATER, ME)
    with pytest.raises(UsageError, match="Finding f9 is not dismissed"):
        undismiss(store, ["f1", "f9"], "", ME)
    assert len(in_force(store, "finding_dismissal")) == 1


def test_thousands_at_once(store: Store) -> None:
    many = [subject(f"f{i}") for i in range(2000)]
    dismiss(store, many, "fine", LATER, ME)
    dismiss(store, many, "again", LATER, ME)
    assert len(in_force(store, "finding_dismissal")) == 2000
    assert len(history(store, "finding_dismissal")) == 4000


@pytest.mark.parametrize(
    ("reason", "until", "said"),
    [("", LATER, "reason is needed"), (" \t", LATER, "reason is needed"), ("x", dt.date(2025, 3, 31), "is past")],
)
def test_a_decision_needs_a_reason_and_a_day_to_come(store: Store, reason: str, until: dt.date, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        dismiss(store, [subject()], reason, until, ME)
    with pytest.raises(UsageError, match=said):
        add_known_good(store, "some_rule", {"product_code": "P1"}, reason, until, ME)
    dismiss(store, [subject()], "today is not past", NOW.date(), ME)


def test_a_finding_is_one_person_s(store: Store) -> None:
    assign(store, ["f1", "f2"], "Li", "look", ME)
    assign(store, ["f1"], "Wang", "", ME)
    assert {e["finding_id"]: e["assigned_to"] for e in in_force(store, "finding_assignment")} == {
        "f1": "Wang",
        "f2": "Li",
    }
    assign(store, ["f1"], "", "", ME)
    assert [e["finding_id"] for e in in_force(store, "finding_assignment")] == ["f2"]
    assert [e["ended_reason"] for e in history(store, "finding_assignment")] == ["given to Wang", None, "taken away"]


def test_the_list_of_what_is_known_to_be_good(store: Store) -> None:
    number = add_known_good(store, "some_rule", {"product_code": "P1", "location_code": "S01"}, "x", LATER, ME)
    with pytest.raises(UsageError, match=f"as no. {number}"):
        add_known_good(store, "some_rule", {"location_code": "S01", "product_code": "P1"}, "x", LATER, ME)
    with pytest.raises(UsageError, match="at least one value"):
        add_known_good(store, "some_rule", {}, "x", LATER, ME)
    other = add_known_good(store, "some_rule", {"product_code": "P1"}, "x", LATER, ME)
    remove_known_good(store, number, "", ME)
    assert [e["known_good_id"] for e in in_force(store, "known_good")] == [other]
    with pytest.raises(UsageError, match=f"no no. {number}"):
        remove_known_good(store, number, "", ME)


def test_an_entry_that_ran_out_may_be_added_anew(store: Store) -> None:
    first = add_known_good(store, "some_rule", {"product_code": "P1"}, "x", NOW.date(), ME)
    tomorrow = Act("me", NOW + dt.timedelta(days=1))
    second = add_known_good(store, "some_rule", {"product_code": "P1"}, "x", LATER, tomorrow)
    assert [e["known_good_id"] for e in in_force(store, "known_good")] == [second]
    assert history(store, "known_good")[0]["ended_reason"] == "added anew"
    assert first != second
