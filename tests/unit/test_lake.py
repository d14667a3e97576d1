"""The lake: snapshots, going back in time, a lock, a folder that moves, a catalogue in PostgreSQL."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
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


# --- PostgreSQL ------------------------------------------------------------------------------------------------------


def as_postgres() -> dict[str, Any]:
    """PostgreSQL will not run as root."""
    return {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a PostgreSQL of the tests' own; Debian keeps its programs out of the way."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    where = shutil.which("initdb")
    bin_folder = Path(where).parent if where else (programs[0] if programs else None)
    if bin_folder is None:
        pytest.skip("PostgreSQL's server programs are not installed")
    if os.geteuid() == 0:
        import pwd

        try:
            pwd.getpwnam("postgres")
        except KeyError:
            pytest.skip("PostgreSQL does not run as root and there is no account postgres")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
    if as_postgres():
        shutil.chown(folder, "postgres", "postgres")
    data = folder / "data"
    log = folder / "log"
    try:
        subprocess.run(
            [bin_folder / "initdb", "-D", data, "-U", "stock", "-A", "trust", "-E", "UTF8", "--no-sync"],
            check=True, capture_output=True, cwd=folder, **as_postgres(),
        )  # fmt: skip
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
        subprocess.run(
            [bin_folder / "pg_ctl", "-D", data, "-l", log, "-o", options, "-w", "start"],
            check=True, capture_output=True, cwd=folder, **as_postgres(),
        )  # fmt: skip
        yield f"host=127.0.0.1 port={port} user=stock"
        subprocess.run(
            [bin_folder / "pg_ctl", "-D", data, "-m", "immediate", "stop"],
            check=True, capture_output=True, cwd=folder, **as_postgres(),
        )  # fmt: skip
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def catalogue_of(server: str) -> Callable[[str], str]:
    """An empty database, by name."""
    import psycopg

    def make(name: str) -> str:
        with psycopg.connect(f"{server} dbname=postgres", autocommit=True) as con:
            con.execute(f'CREATE DATABASE "{name}"')
        return f"{server} dbname={name}"

    return make


def use(shop: Any, address: str, data_path: Path | None = None, timeout: int = 60) -> Any:
    where = f"data_path = '{data_path}'\n" if data_path else ""
    shop.close()
    shop.configure(f"[lake]\ncatalogue = '{address}'\nlock_timeout_seconds = {timeout}\n{where}")
    return shop


@pytest.mark.postgres
def test_postgresql_gives_the_same_as_sqlite(new_shop: Any, catalogue_of: Any) -> None:
    states = []
    for shop in (new_shop(), use(new_shop(), catalogue_of("same"))):
        load(shop, 1, 2, 3)
        load(shop, 2, 3, 4, qty=30)
        shop.load("receipt_line.csv", receipts(9) + "L1,R10,1,P1,x,2025-01-03\n")
        assert shop.run("check", "--as-of", "2025-03-31").code == 10
        shop.check()
        assert shop.run("rejects", "--json").json[0]["value"] == "x"
        state = shop.state()
        # Where the check ran by itself and by the command line, the account's name stands on it.
        state["mart"] = []
        states.append((state, shop.findings()))
        first = next(s for s in shop.project.lake.snapshots(shop.con) if s.message.startswith("ingest"))
        old = shop.project.lake.read(version=first.snapshot_id)
        assert old.execute(COUNT).fetchall() == [(3,)]
        old.close()
        old = shop.project.lake.read(at=first.committed_at)
        assert old.execute(COUNT).fetchall() == [(3,)]
        old.close()
    assert states[0] == states[1]


@pytest.mark.postgres
def test_two_folders_on_one_catalogue_take_turns(new_shop: Any, catalogue_of: Any, tmp_path: Path) -> None:
    """Two machines: a file lock in each folder says nothing of the other."""
    address, data = catalogue_of("turns"), tmp_path / "data"
    one, two = use(new_shop(), address, data), use(new_shop(), address, data)
    load(one, 0)
    processes = [
        shop.start("ingest", shop.file(f"receipt_line {name} {i}.csv", receipts(*range(n, n + 5))))
        for i in range(2)
        for shop, name, n in ((one, "one", 100 * i + 10), (two, "two", 100 * i + 50))
    ]
    for process in processes:
        _, err = process.communicate(timeout=180)
        assert process.returncode == 0, err
    assert one.one(COUNT) == 21
    assert two.rows("SELECT file_id FROM ops.file ORDER BY 1") == [(i,) for i in range(1, 6)]
    with one.project.lake.lock():
        waiting = use(two, address, data, timeout=0).start("ingest", two.file("receipt_line z.csv", receipts(999)))
        _, err = waiting.communicate(timeout=120)
    assert "Another process is writing to the shared catalogue" in err
    assert waiting.returncode == 1
    assert two.ingest(two.inbox / "receipt_line z.csv").status == "loaded"


@pytest.mark.postgres
def test_sql_on_postgresql_reads_and_nothing_else(shop: Any, catalogue_of: Any) -> None:
    use(shop, catalogue_of("sql"))
    load(shop, 1)
    assert shop.run("sql", COUNT, "--json").json == [{"n": 1}]
    before = shop.state()
    for attempt in (
        "SELECT * FROM postgres_query('__ducklake_metadata_lake', 'DELETE FROM ducklake_snapshot RETURNING 1')",
        "CALL postgres_execute('__ducklake_metadata_lake', 'DROP TABLE ducklake_snapshot')",
        "DELETE FROM __ducklake_metadata_lake.public.ducklake_snapshot",
    ):
        assert shop.run("sql", attempt).code in (2, 12)
    assert shop.state() == before


@pytest.mark.postgres
def test_a_catalogue_without_tables_or_server_is_one_sentence(shop: Any, catalogue_of: Any) -> None:
    for address in (catalogue_of("empty"), "host=127.0.0.1 port=1 user=stock password=secret dbname=none"):
        use(shop, address)
        for arguments in (["sql", COUNT], ["findings"], ["doctor"]):
            ran = shop.run(*arguments)
            assert ran.code == 14, (arguments, ran.out, ran.err)
            assert "Traceback" not in ran.err
            assert "secret" not in ran.out + ran.err
