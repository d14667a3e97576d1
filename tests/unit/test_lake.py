"""The lake: snapshots, going back in time, a lock, a folder that moves, a broken catalogue."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from typing import Any

import pytest

from workbench.errors import ConfigurationError, InputRefused
from workbench.lake import Lake, LakeBusyError, without_password
from workbench.settings import LakeSettings

HEADER = "location_code,receipt_no,line_no,product_code,received_qty,received_at\n"
COUNT = "SELECT count(*) AS n FROM core.receipt_line"


def receipts(*numbers: int, qty: int = 20) -> str:
    return HEADER + "".join(f"L1,R{n},1,P1,{qty},2025-01-03\n" for n in numbers)


def load(shop: Any, *numbers: int, qty: int = 20) -> Any:
    return shop.load("receipt_line.csv", receipts(*numbers, qty=qty))


def test_each_load_is_a_snapshot_with_author_message_and_hash(shop: Any) -> None:
    shop.configure("[shop]\nauthor = '王芳'\n")
    before = shop.snapshots()
    load(shop, 1, 2)
    load(shop, 3)
    made = shop.project.lake.snapshots(shop.con)[before:]
    assert [(s.author, s.message) for s in made] == [("王芳", "ingest receipt_line.csv")] * 2
    hashes = [h for (h,) in shop.rows("SELECT sha256 FROM ops.file ORDER BY file_id")]
    assert [s.extra["sha256"] for s in made] == hashes
    assert made[0].extra["tables"] == [{"receipt_line": {"accepted": 2, "rejected": 0, "known": 0}}]
    assert made[0].committed_at < made[1].committed_at


def test_every_past_state_can_be_read_again(shop: Any) -> None:
    load(shop, 1, 2)
    first = shop.project.lake.snapshots(shop.con)[-1]
    time.sleep(0.01)
    load(shop, 2, 3, qty=7)
    lake = shop.project.lake
    con = lake.read(version=first.snapshot_id)
    assert con.execute("SELECT receipt_no, received_qty FROM core.receipt_line ORDER BY 1").fetchall() == [
        ("R1", 20),
        ("R2", 20),
    ]
    con.close()
    con = lake.read(at=first.committed_at + dt.timedelta(milliseconds=5))
    assert con.execute(COUNT).fetchall() == [(2,)]
    con.close()
    assert shop.one(COUNT) == 3
    with pytest.raises(InputRefused, match="workbench snapshots"):
        lake.read(version=9999)
    with pytest.raises(InputRefused, match="state at"):
        lake.read(at=dt.datetime(2001, 1, 1))
    assert shop.run("sql", COUNT, "--at", "2001-01-01").code == 12
    assert shop.run("sql", COUNT, "--at", "yesterday").code == 2
    moment = (first.committed_at + dt.timedelta(milliseconds=5)).isoformat()
    assert shop.run("sql", COUNT, "--at", moment, "--json").json == [{"n": 2}]


def test_a_transaction_is_one_snapshot_or_nothing(shop: Any) -> None:
    lake = shop.project.lake
    before = shop.snapshots()
    with pytest.raises(RuntimeError), lake.write("me", "half", {}) as con:
        con.execute("INSERT INTO core.product (product_code) VALUES ('P1')")
        raise RuntimeError
    assert (shop.snapshots(), shop.one("SELECT count(*) FROM core.product")) == (before, 0)
    with lake.write("me", 'it\'s "whole"', {"a": "ß'"}) as con:
        con.execute("INSERT INTO core.product (product_code) VALUES ('P1')")
        con.execute("INSERT INTO core.supplier (supplier_code) VALUES ('S1')")
    last = lake.snapshots(shop.con)[-1]
    assert shop.snapshots() == before + 1
    assert (last.message, last.extra) == ('it\'s "whole"', {"a": "ß'"})


def test_a_reader_cannot_write(shop: Any) -> None:
    import duckdb

    with pytest.raises(duckdb.Error, match="read-only"):
        shop.con.execute("DELETE FROM core.product")


def test_readers_see_the_last_whole_state_while_somebody_writes(shop: Any) -> None:
    load(shop, 1)
    with shop.project.lake.write("me", "long", {}) as con:
        con.execute("DELETE FROM core.receipt_line")
        other = shop.project.lake.read()
        assert other.execute(COUNT).fetchall() == [(1,)]
        other.close()
    assert shop.one(COUNT) == 0


def test_the_second_writer_waits_and_says_so(shop: Any) -> None:
    said: list[str] = []
    lake = Lake(shop.root, LakeSettings(lock_timeout_seconds=0), said.append)
    with shop.project.lake.lock(), pytest.raises(LakeBusyError, match="for more than 0 s"), lake.lock():
        pytest.fail("two writers at once")
    assert "waiting up to 0 s" in said[0]
    with lake.lock():
        pass


def test_files_are_adopted_and_read_like_others(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.landing.ADOPT_FROM_ROWS", 1)
    load(shop, *range(50))
    folder = shop.root / "var" / "lake" / "core" / "receipt_line"
    assert [p.name for p in folder.iterdir()] == ["f1-receipt_line-0.parquet"]
    load(shop, 3, qty=8)
    assert shop.rows("SELECT sum(received_qty), count(*) FROM core.receipt_line") == [(49 * 20 + 8, 50)]


def test_a_moved_project_still_opens(shop: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.landing.ADOPT_FROM_ROWS", 1)
    load(shop, 1, 2)
    shop.check()
    shop.close()
    shop.root = shop.root.rename(tmp_path / "moved away")
    assert shop.one(COUNT) == 2
    assert load(shop, 2, 3).accepted == 1
    assert shop.check().still_open == 2
    assert shop.run("source", "1", "2").code == 0


def test_a_column_that_a_contract_has_gained_is_added(shop: Any) -> None:
    with shop.project.lake.write("me", "an older contract", {}) as con:
        con.execute("ALTER TABLE core.product DROP COLUMN brand")
    shop.close()
    assert not all(f["is_ok"] for f in shop.run("doctor", "--json").json)
    shop.load("product.csv", "product_code,brand\nP1,B\n")
    assert shop.rows("SELECT brand FROM core.product") == [("B",)]


def test_no_lake_yet(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="workbench ingest"):
        Lake(tmp_path, LakeSettings()).read()


@pytest.mark.parametrize("content", [b"", b"this is no database" * 100])
def test_a_broken_catalogue_is_one_sentence(shop: Any, content: bytes) -> None:
    shop.close()
    for part in (shop.root / "var").glob("catalog.sqlite*"):
        part.unlink()
    (shop.root / "var" / "catalog.sqlite").write_bytes(content)
    for arguments in (["sql", COUNT], ["findings"], ["doctor"]):
        ran = shop.run(*arguments)
        assert ran.code == 14, (arguments, ran.err)
        assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://me:geheim@db/stock", "postgresql://me:***@db/stock"),
        ("host=db password=geheim user=me", "host=db password=*** user=me"),
        ("password = 'ge heim' user=me", "password = *** user=me"),
        ("sqlite", "sqlite"),
    ],
)
def test_no_password_is_ever_shown(address: str, shown: str) -> None:
    assert without_password(address) == shown
