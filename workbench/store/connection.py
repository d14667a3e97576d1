"""Opening the store: late, in its newest form, one transaction at a time for those who write.

What the rows mean is the business of the modules beside this one.
"""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import ConfigurationError, InputRefused
from workbench.lake import without_password
from workbench.settings import StoreSettings

if TYPE_CHECKING:
    import sqlalchemy as sa

VERSION_TABLE = "workbench_version"
MIGRATIONS = Path(__file__).parent / "migrations"
_WAIT_SECONDS = 30
# Any number does, as long as nobody else in that database uses it: "stor" in ASCII.
_LOCK_NUMBER = 0x73746F72


class Store:
    """A project's store. Cheap to make; nothing is opened, and SQLAlchemy not imported, before it is needed."""

    def __init__(self, var: Path, settings: StoreSettings) -> None:
        self.path = var / "ops.sqlite"
        self.settings = settings
        self._is_up_to_date = False

    @property
    def is_postgres(self) -> bool:
        """Whether it is the team's PostgreSQL."""
        return self.settings.address != "sqlite"

    @property
    def exists(self) -> bool:
        """Whether somebody has decided anything here before (a PostgreSQL store is asked only when opened)."""
        return self.is_postgres or self.path.exists()

    @property
    def place(self) -> str:
        """Where it is, as it may be shown."""
        return without_password(self.settings.address) if self.is_postgres else str(self.path)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """One transaction that reads. Makes the store where there is none."""
        self._bring_up_to_date()
        with self._connected("DEFERRED") as con:
            yield con

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """One transaction that writes, all or nothing, and the only one: others wait for it on either database."""
        import sqlalchemy as sa

        self._bring_up_to_date()
        with self._connected("IMMEDIATE") as con:
            if self.is_postgres:
                con.execute(sa.text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK_NUMBER})
            yield con

    @contextmanager
    def only_one(self, number: int) -> Iterator[bool]:
        """Whether nobody else holds this number in the team's PostgreSQL; held as long as the block lasts, given back
        when the program is killed. On SQLite always true: a lock file in the project serves there.
        """
        import sqlalchemy as sa

        if not self.is_postgres:
            yield True
            return
        with self._connected("DEFERRED") as con:
            yield bool(con.execute(sa.text("SELECT pg_try_advisory_xact_lock(:number)"), {"number": number}).scalar())

    def version(self) -> str:
        """The migration it stands at; ConfigurationError when it cannot be opened."""
        with self._connected("DEFERRED") as con:
            return _version(con)

    @contextmanager
    def _connected(self, mode: str) -> Iterator[sa.Connection]:
        import sqlalchemy as sa

        try:
            with self._engine.connect() as con:
                con = con.execution_options(sqlite_mode=mode)
                with con.begin():
                    yield con
        except sa.exc.IntegrityError as error:
            # On SQLite writers wait for each other; on PostgreSQL the index lets one of two through.
            raise InputRefused("Somebody else decided about the same at this moment: look again.") from error
        except sa.exc.OperationalError as error:
            raise self._unreachable(error) from error
        except sa.exc.DatabaseError as error:
            if isinstance(error.orig, sqlite3.DatabaseError) and "not a database" in str(error.orig):
                raise self._unreachable(error) from error
            raise

    @cached_property
    def _engine(self) -> sa.Engine:
        import sqlalchemy as sa

        # No pool: a command opens the store once or twice, and nothing stays open behind its back.
        if self.is_postgres:
            return sa.create_engine("postgresql+psycopg://", creator=self._postgres(), poolclass=sa.pool.NullPool)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(
            f"sqlite:///{self.path}", connect_args={"timeout": _WAIT_SECONDS}, poolclass=sa.pool.NullPool
        )
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine

    def _postgres(self) -> Callable[[], Any]:
        try:
            import psycopg
        except ImportError as error:
            raise ConfigurationError(
                "[store] address names PostgreSQL and its driver is missing: install the package psycopg[binary]."
            ) from error

        def connect() -> Any:
            """Connect, and wait for a place where all that the server has are taken at this moment."""
            deadline = time.monotonic() + _WAIT_SECONDS
            while True:
                try:
                    return psycopg.connect(self.settings.address, connect_timeout=_WAIT_SECONDS)
                except psycopg.OperationalError as error:
                    is_full = "too many clients" in str(error) or "connection slots" in str(error)
                    if not is_full or time.monotonic() >= deadline:
                        raise
                time.sleep(random.uniform(0.05, 0.2))

        return connect

    def _bring_up_to_date(self) -> None:
        """Migrate where the store is older than this program; asking costs one small query, once."""
        import sqlalchemy as sa

        if self._is_up_to_date:
            return
        known = _known_versions()
        with self._connected("DEFERRED") as con:
            version = _version(con)
        if version and version not in known:
            raise ConfigurationError(
                f"The store {self.place} was written by a newer workbench ({version}): update this one."
            )
        if version != known[-1]:
            with self._connected("IMMEDIATE") as con:
                if self.is_postgres:
                    con.execute(sa.text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK_NUMBER})
                # Two may come here at once: the second waited, and finds nothing left to do.
                if _version(con) != known[-1]:
                    _migrate(con)
        self._is_up_to_date = True

    def _unreachable(self, error: sa.exc.DatabaseError) -> ConfigurationError | InputRefused:
        reason = without_password(str(error.orig).strip().splitlines()[0])
        if "locked" in reason:
            return InputRefused(f"Somebody has been writing to {self.place} for {_WAIT_SECONDS} s: try again.")
        if self.is_postgres:
            return ConfigurationError(f"The store cannot be reached, see [store] address in the settings: {reason}")
        return ConfigurationError(f"The store {self.place} cannot be opened, restore it from a backup: {reason}")


def _known_versions() -> list[str]:
    """Names of the migrations in their order: a migration's name is its file's."""
    return sorted(path.stem for path in (MIGRATIONS / "versions").glob("v*.py"))


def _version(con: sa.Connection) -> str:
    import sqlalchemy as sa

    if not sa.inspect(con).has_table(VERSION_TABLE):
        return ""
    return str(con.execute(sa.text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar() or "")


def _migrate(con: sa.Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = con
    command.upgrade(config, "head")


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # Transactions are begun below and not by Python's driver, which begins none for a SELECT or a CREATE TABLE.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(con: sa.Connection) -> None:
    con.exec_driver_sql(f"BEGIN {con.get_execution_options().get('sqlite_mode', 'DEFERRED')}")
