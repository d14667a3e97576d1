"""The lake: the one module that knows it is DuckLake over DuckDB.

Opening it for reading or writing, one writer at a time, a snapshot with author and message for each write, and
reading as of a snapshot. What the tables mean is others' business.
"""

from __future__ import annotations

import datetime as dt
import importlib
import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from workbench.errors import ConfigurationError, InputRefused, WorkbenchError
from workbench.settings import LakeSettings
from workbench.storage import hindrance, writing_to

SCHEMAS = ("core", "mart", "ops")
_EXTENSIONS = {"sqlite": "sqlite_scanner", "postgres": "postgres_scanner"}

# Any number does, as long as nobody else in that database uses it: "lake" in ASCII.
_LOCK_NUMBER = 0x6C616B65

Notify = Callable[[str], None]
# What every snapshot bears witness to beside its own facts.
Witness = Callable[[], Mapping[str, Any]]


@dataclass(frozen=True)
class Snapshot:
    """One committed state of the lake."""

    snapshot_id: int
    committed_at: dt.datetime
    author: str
    message: str
    extra: Mapping[str, Any]


class Writer:
    """A connection that may write, good for as long as the lock is held."""

    def __init__(self, con: duckdb.DuckDBPyConnection, adopted: list[Path], witness: Witness) -> None:
        self.con = con
        self._adopted = adopted
        self._witness = witness

    @contextmanager
    def transaction(self, author: str, message: str, extra: dict[str, Any]) -> Iterator[None]:
        """One transaction that becomes one snapshot, or nothing; `extra` may be filled in until its end."""
        self._adopted.clear()
        self.con.execute("BEGIN")
        try:
            yield
            facts = json.dumps({**self._witness(), **extra}, ensure_ascii=False, sort_keys=True, default=str)
            self.con.execute("CALL lake.set_commit_message(?, ?, extra_info => ?)", [author, message, facts])
        except BaseException:
            _roll_back(self.con)
            for file in self._adopted:
                file.unlink(missing_ok=True)
            raise
        try:
            self.con.execute("COMMIT")
        except BaseException:
            # A commit that was cut off may have happened, so its files stay.
            _roll_back(self.con)
            raise


class LakeBusyError(WorkbenchError):
    """Somebody else is writing and did not finish in time."""


def quoted(text: str | os.PathLike[str]) -> str:
    """A text as an SQL literal."""
    return "'" + str(text).replace("'", "''") + "'"


def without_password(text: str) -> str:
    """An address, or a message that holds one, as it may be shown."""
    hidden = re.sub(r"(?i)(password\s*=\s*)('(?:[^'\\]|\\.)*'|[^\s'\"]+)", r"\1***", text)
    return re.sub(r"(://[^/\s:@]*):[^/\s@]*@", r"\1:***@", hidden)


class Lake:
    """A lake in a project folder. Cheap to make; nothing is opened before it is needed."""

    def __init__(
        self,
        root: Path,
        settings: LakeSettings,
        notify: Notify = lambda message: None,
        witness: Witness = dict,
    ) -> None:
        self.root = root
        self.witness = witness
        self.settings = settings
        self.notify = notify
        self.var = root / "var"
        self.data_path = self._data_path()
        self._adopted: list[Path] = []

    @property
    def is_local(self) -> bool:
        """Whether the data lies in a folder (and not in an object store)."""
        return "://" not in self.settings.data_path

    @property
    def is_postgres(self) -> bool:
        """Whether the catalogue is PostgreSQL."""
        return self.settings.catalogue != "sqlite"

    @property
    def exists(self) -> bool:
        """Whether somebody has written here before (a PostgreSQL catalogue is asked only when opened)."""
        return self.is_postgres or (self.var / "catalog.sqlite").exists()

    def read(self, version: int | None = None, at: dt.datetime | None = None) -> duckdb.DuckDBPyConnection:
        """A connection that can only read, on the newest snapshot or as of `version` or the moment `at` (UTC).

        Raises ConfigurationError where no lake is, InputRefused where there is no such snapshot.
        """
        if not self.exists:
            raise ConfigurationError(f"There is no lake in {self.var}: load something first with `workbench ingest`.")
        options = ["READ_ONLY"]
        if version is not None:
            options.append(f"SNAPSHOT_VERSION {int(version)}")
        elif at is not None:
            options.append(f"SNAPSHOT_TIME {quoted(at.isoformat(sep=' '))}")
        try:
            return self._attach(options)
        except duckdb.Error as error:
            if version is None and at is None:
                raise
            wanted = f"snapshot {version}" if version is not None else f"state at {at}"
            raise InputRefused(f"The lake has no {wanted}: `workbench snapshots` lists what it has.") from error

    @contextmanager
    def writer(self) -> Iterator[Writer]:
        """Hold the right to write, for one transaction after another. Waits for another writer, saying so.

        Raises LakeBusyError when the other writer does not finish within `lock_timeout_seconds`.
        """
        with self.lock():
            con = self._attach([])
            try:
                yield Writer(con, self._adopted, self.witness)
            finally:
                con.close()

    @contextmanager
    def write(self, author: str, message: str, extra: dict[str, Any]) -> Iterator[duckdb.DuckDBPyConnection]:
        """One transaction that becomes one snapshot, or nothing."""
        with self.writer() as writer, writer.transaction(author, message, extra):
            yield writer.con

    def attach_to(self, con: duckdb.DuckDBPyConnection, name: str, version: int) -> None:
        """Attach this lake as of a snapshot, to be read beside others. Raises InputRefused where there is none."""
        load_extension(con, _EXTENSIONS["postgres" if self.is_postgres else "sqlite"])
        address, options = self._address()
        options += ["READ_ONLY", f"SNAPSHOT_VERSION {int(version)}"]
        try:
            con.execute(f"ATTACH {quoted(address)} AS {name} ({', '.join(options)})")
        except duckdb.Error as error:
            raise InputRefused(
                f"The lake has no snapshot {version} any more: `workbench snapshots` lists what it has."
            ) from error

    def snapshots(self, con: duckdb.DuckDBPyConnection) -> list[Snapshot]:
        """All snapshots, oldest first."""
        rows = con.execute(
            "SELECT snapshot_id, snapshot_time AT TIME ZONE 'UTC', author, commit_message, commit_extra_info"
            " FROM ducklake_snapshots('lake') ORDER BY snapshot_id"
        ).fetchall()
        return [Snapshot(r[0], r[1], r[2] or "", r[3] or "", json.loads(r[4]) if r[4] else {}) for r in rows]

    def adopt(self, con: duckdb.DuckDBPyConnection, table: str, files: list[Path]) -> None:
        """Make Parquet files of a core table, written beside the lake, part of it without copying a byte.

        The files move into the table's folder; the lake owns them from then on. Only for a local data path.
        """
        folder = Path(self.data_path) / "core" / table
        folder.mkdir(parents=True, exist_ok=True)
        for file in files:
            # The same load may come again, and its earlier rows are read by earlier snapshots.
            target = folder / file.name
            while target.exists():
                target = target.with_name(f"{target.stem}x{target.suffix}")
            file.replace(target)
            self._adopted.append(target)
            con.execute(
                f"CALL ducklake_add_data_files('lake', {quoted(table)}, {quoted(target)},"
                " schema => 'core', allow_missing => true)"
            )

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the right to write; it comes back by itself even when the process is killed.

        A file lock within the folder; with a shared PostgreSQL catalogue a lock there as well, since other machines
        have folders of their own. Raises LakeBusyError when neither comes free within `lock_timeout_seconds`.
        """
        from filelock import FileLock, Timeout

        self.var.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.var / "lake.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            self._say_waiting()
            try:
                lock.acquire(timeout=self.settings.lock_timeout_seconds)
            except Timeout as error:
                raise self._busy() from error
        try:
            if self.is_postgres:
                with self._shared_lock():
                    yield
            else:
                yield
        finally:
            lock.release()

    @contextmanager
    def _shared_lock(self) -> Iterator[None]:
        """PostgreSQL's advisory lock, held by a transaction of its own: it ends with the connection, however."""
        con = duckdb.connect(config={"autoinstall_known_extensions": "false"})
        try:
            load_extension(con, "postgres_scanner")
            try:
                con.execute(f"ATTACH {quoted(self.settings.catalogue)} AS catalogue (TYPE postgres, READ_ONLY)")
            except duckdb.Error as error:
                raise self._unreachable(error) from error
            con.execute("BEGIN")
            question = f"SELECT pg_try_advisory_xact_lock({_LOCK_NUMBER})"
            deadline = time.monotonic() + self.settings.lock_timeout_seconds
            is_waiting = False
            while con.execute(f"SELECT * FROM postgres_query('catalogue', {quoted(question)})").fetchone() != (True,):
                if not is_waiting:
                    self._say_waiting()
                    is_waiting = True
                if time.monotonic() >= deadline:
                    raise self._busy()
                time.sleep(0.2)
            yield
        finally:
            con.close()

    def _say_waiting(self) -> None:
        seconds = self.settings.lock_timeout_seconds
        self.notify(f"Another process is writing to {self._place()}; waiting up to {seconds} s for it to finish …")

    def _busy(self) -> LakeBusyError:
        return LakeBusyError(
            f"Another process has been writing to {self._place()} for more than {self.settings.lock_timeout_seconds} s:"
            " wait for it, or look for a process that hangs."
        )

    def _unreachable(self, error: duckdb.Error) -> ConfigurationError:
        reason = without_password(str(error).strip().splitlines()[0])
        if self.is_postgres:
            return ConfigurationError(
                f"The catalogue cannot be reached, see [lake] catalogue in the settings: {reason}"
            )
        return ConfigurationError(
            f"The catalogue {self.var / 'catalog.sqlite'} cannot be opened, restore it from a backup: {reason}"
        )

    def _place(self) -> str:
        return "the shared catalogue" if self.is_postgres else str(self.var)

    def _data_path(self) -> str:
        path = self.settings.data_path
        if not self.is_local:
            return path
        return str((self.root / path).resolve())

    def _address(self) -> tuple[str, list[str]]:
        """Where the catalogue is for DuckDB, and how it is attached whatever for."""
        # The settings say where the data is, also after the whole folder was moved.
        options = [f"DATA_PATH {quoted(self.data_path + '/')}", "OVERRIDE_DATA_PATH true"]
        if self.is_postgres:
            return f"ducklake:postgres:{self.settings.catalogue}", options
        return f"ducklake:sqlite:{self.var / 'catalog.sqlite'}", [*options, "META_JOURNAL_MODE 'WAL'"]

    def _attach(self, options: list[str]) -> duckdb.DuckDBPyConnection:
        kind = "postgres" if self.is_postgres else "sqlite"
        con = duckdb.connect(config={"autoinstall_known_extensions": "false"})
        load_extension(con, _EXTENSIONS[kind])
        load_extension(con, "ducklake")
        # DuckDB makes the folder when it first needs room on disk, but none above it.
        spill = self.var / "tmp" / "duckdb"
        if "READ_ONLY" not in options:
            spill.parent.mkdir(parents=True, exist_ok=True)
        con.execute(f"SET temp_directory = {quoted(spill)}")
        con.execute("SET TimeZone = 'UTC'")
        if self.settings.memory_limit:
            con.execute(f"SET memory_limit = {quoted(self.settings.memory_limit)}")
        if self.settings.threads:
            con.execute(f"SET threads = {self.settings.threads}")
        if not self.is_postgres:
            self.var.mkdir(parents=True, exist_ok=True)
        address, always = self._address()
        options = [*always, *options]
        try:
            con.execute(f"ATTACH {quoted(address)} AS lake ({', '.join(options)})")
        except duckdb.Error as error:
            con.close()
            is_about_snapshot = any(option.startswith("SNAPSHOT") for option in options)
            # A writer that finds the disk full has nothing wrong with its catalogue.
            is_broken = self.is_postgres or "READ_ONLY" in options or "not a database" in str(error)
            # Who only reads is told that the database is read-only where it is no database at all.
            reason = "" if self.is_postgres else hindrance(error)
            if reason and not ("READ_ONLY" in options and reason == "readonly database"):
                with writing_to(self.var):
                    raise
            if is_broken and not is_about_snapshot:
                raise self._unreachable(error) from error
            raise
        con.execute("USE lake")
        return con


def snapshot_of_runs(con: duckdb.DuckDBPyConnection) -> tuple[dict[int, int], int]:
    """The snapshot that each run of the rules committed, by run, and the newest snapshot of all."""
    rows = con.execute(
        "SELECT snapshot_id, json_extract_string(commit_extra_info, '$.run_id') FROM ducklake_snapshots('lake')"
    ).fetchall()
    runs = {int(run): int(snapshot) for snapshot, run in rows if run is not None}
    return runs, max((int(snapshot) for snapshot, _ in rows), default=0)


def table_sizes(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Bytes of the Parquet files of each table, by its name without schema; what the catalogue itself holds is left
    out. Of tables of one name in two schemas the larger counts.
    """
    rows = con.execute(
        "SELECT table_name, max(file_size_bytes) FROM ducklake_table_info('lake') GROUP BY table_name"
    ).fetchall()
    return {str(name): int(size or 0) for name, size in rows}


def changed_tables(con: duckdb.DuckDBPyConnection, after: int) -> set[str]:
    """Names of the tables that snapshots after one changed."""
    ids = dict(con.execute("SELECT CAST(table_id AS VARCHAR), table_name FROM ducklake_table_info('lake')").fetchall())
    changed = set()
    for (changes,) in con.execute(
        "SELECT changes FROM ducklake_snapshots('lake') WHERE snapshot_id > ?", [after]
    ).fetchall():
        for places in (changes or {}).values():
            for place in places:
                # Created tables and schemas are told by name, and are new to every reader.
                if place.isdigit():
                    changed.add(ids.get(place, ""))
    return changed


def changed_rows(table: str, after: int, until: int) -> str:
    """A SELECT of the rows that came to or left a table (`schema.name`) in the snapshots after one up to another.

    A row that was replaced is there twice, as it was and as it is. Beside the table's columns there are those of
    DuckLake: snapshot_id, rowid, change_type.
    """
    schema, name = table.split(".")
    return f"SELECT * FROM ducklake_table_changes('lake', {quoted(schema)}, {quoted(name)}, {after + 1}, {until})"


def load_extension(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """Load an extension from its wheel, without any download; from DuckDB's own folder where there is no wheel."""
    try:
        package = importlib.import_module(f"duckdb_extension_{name}")
        folder = Path(str(package.__file__)).parent / "extensions"
        con.execute(f"LOAD {quoted(next(folder.glob(f'*/{name}.duckdb_extension')))}")
    except (ImportError, StopIteration):
        try:
            con.execute(f"INSTALL {name}; LOAD {name};")
        except duckdb.Error as error:
            raise ConfigurationError(
                f"DuckDB's extension {name} is missing: install the package duckdb-extension-{name.replace('_', '-')} "
                "of DuckDB's version."
            ) from error


def _roll_back(con: duckdb.DuckDBPyConnection) -> None:
    # After a failed statement DuckDB may have ended the transaction by itself.
    try:
        con.execute("ROLLBACK")
    except duckdb.Error:
        return
