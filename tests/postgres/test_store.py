"""The operations store in PostgreSQL: the same decisions, the same schema, several who decide at once."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path

import pytest

from tests.conftest import Shop
from workbench.alerts.sending import _LOCK_NUMBER, SendingInProgressError, send_due
from workbench.settings import StoreSettings
from workbench.store import alerting
from workbench.store.act import Act
from workbench.store.connection import VERSION_TABLE, Store
from workbench.store.decisions import Subject, add_known_good, assign, dismiss, history, in_force, undismiss

pytestmark = pytest.mark.postgres
NOW = dt.datetime(2025, 4, 1, 8, 0)
ME = Act("me", NOW)
LATER = dt.date(2025, 12, 31)


def subject(finding_id: str) -> Subject:
    return Subject(finding_id, "some_rule", "h", "{}")


def test_decisions_as_on_sqlite(catalogue: str, tmp_path: Path) -> None:
    store = Store(tmp_path, StoreSettings(address=catalogue))
    assert store.exists
    assert in_force(store, "finding_dismissal") == []
    dismiss(store, [subject("f1"), subject("f2")], "好的", LATER, ME)
    dismiss(store, [subject("f1")], "again", LATER, ME)
    undismiss(store, ["f2"], "", ME)
    assign(store, ["f1"], "李明", "", ME)
    assert add_known_good(store, "some_rule", {"product_code": "P1"}, "x", LATER, ME) == 1
    assert [(e["finding_id"], e["until_date"]) for e in in_force(store, "finding_dismissal")] == [("f1", LATER)]
    assert [e["reason"] for e in history(store, "finding_dismissal")] == ["好的", "好的", "again"]
    assert [e["assigned_to"] for e in in_force(store, "finding_assignment")] == ["李明"]
    assert not (tmp_path / "ops.sqlite").exists()


def test_what_was_sent_and_acknowledged_as_on_sqlite(catalogue: str, tmp_path: Path) -> None:
    store = Store(tmp_path, StoreSettings(address=catalogue))
    keys = [("finding", "f1", "1"), ("trouble", "run_failed/", "2025-04-01 08:00:00")]
    sent, failed, cut = (alerting.begin(store, c, "mail", "digest", "zh", keys[:n], NOW) for n, c in enumerate("abc"))
    alerting.end(store, sent, True, 1, "", NOW)
    alerting.end(store, failed, False, 4, "没有应答", NOW)
    assert alerting.end_interrupted(store) == 1
    assert alerting.acknowledge(store, [("f1", "1", "")], "好", ME) == 1
    memory = alerting.recall(store)
    assert memory.failing == {"b": "没有应答"}
    assert memory.told == {}
    assert memory.doubtful == {"c": frozenset(keys), "mail": frozenset(keys)}
    assert memory.acknowledged == {("f1", "1")}
    assert [m["items"] for m in alerting.messages(store, subject="f1")] == [2, 1]
    assert cut == alerting.messages(store, "mail", limit=1)[0]["message_id"]


def test_machines_that_share_a_store_do_not_send_at_the_same_time(shop: Shop, catalogue: str) -> None:
    shop.configure(f"[store]\naddress = '{catalogue}'\n[alerts.channels]\nhook = 'json://127.0.0.1:1/x'\n")
    with Store(shop.root, StoreSettings(address=catalogue)).only_one(_LOCK_NUMBER) as is_alone:
        assert is_alone
        with pytest.raises(SendingInProgressError, match="Another machine"):
            send_due(shop.project)
    assert send_due(shop.project).messages == []


def test_migrations_make_what_the_code_uses(catalogue: str, tmp_path: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from workbench.store.tables import metadata

    with Store(tmp_path, StoreSettings(address=catalogue)).writing() as con:
        context = MigrationContext.configure(con, opts={"version_table": VERSION_TABLE, "compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_many_at_once_make_one_store_and_lose_nothing(catalogue: str, tmp_path: Path) -> None:
    failures: list[BaseException] = []

    def work(name: str) -> None:
        try:
            own = Store(tmp_path, StoreSettings(address=catalogue))
            for number in range(5):
                dismiss(own, [subject(f"{name}-{number}")], "fine", LATER, ME)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(f"t{i}",)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(in_force(Store(tmp_path, StoreSettings(address=catalogue)), "finding_dismissal")) == 20


def test_lake_and_store_in_one_database(shop: Shop, catalogue: str) -> None:
    shop.close()
    shop.configure(f"[lake]\ncatalogue = '{catalogue}'\n[store]\naddress = '{catalogue}'\n")
    shop.load("receipt_line.csv", "location_code,receipt_no,line_no,received_qty,received_at\nL1,R1,1,20,2025-01-03\n")
    assert shop.run("check", "--as-of", "2025-03-31").code == 10
    (found,) = shop.findings()
    ran = shop.run("dismiss", found["finding_id"], "--reason", "fine", "--until", "2999-12-31")
    assert ran.code == 0, ran.err
    assert shop.run("check", "--as-of", "2025-03-31").code == 0
    ran = shop.run("doctor", "--json")
    assert ran.code == 0, ran.out
    assert any(f["check"] == "store" and "1 dismissed" in f["detail"] for f in ran.json)
