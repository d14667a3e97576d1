"""Running a source's feeds without the engine: files as text into DuckDB, the SELECTs, typed rows into `core`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest

from workbench.contracts import MAY_BE_EMPTY_IN_KEY, Column, Table
from workbench.sources import Feed, Source, find_sources

REPOSITORY = Path(__file__).resolve().parents[3]
SHARED = REPOSITORY.parent / "shared" / "data"


@dataclass
class Loaded:
    """What a source made of some files: `core` tables in `con`, and what did not get there."""

    con: duckdb.DuckDBPyConnection
    refused: list[tuple[str, str, int, str, str]] = field(default_factory=list)
    unaccounted: dict[str, list[int]] = field(default_factory=dict)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.con.execute(sql).fetchall()

    def same_key(self, table: Table) -> list[tuple[Any, ...]]:
        """Business keys of a core table that more than one row has."""
        key = ", ".join(f"coalesce({c}, '')" if c in MAY_BE_EMPTY_IN_KEY else c for c in table.key)
        return self.rows(f"SELECT {key}, count(*) FROM core.{table.name} GROUP BY ALL HAVING count(*) > 1")

    def one(self, sql: str) -> tuple[Any, ...]:
        (row,) = self.rows(sql)
        return row


class Runner:
    """Loads files feed by feed, in any order, and then runs every feed's SELECTs."""

    def __init__(self, source: Source, contracts: Mapping[str, Table]) -> None:
        self.source = source
        self.contracts = contracts
        self.loaded = Loaded(duckdb.connect())
        self.loaded.con.execute("CREATE SCHEMA core")
        for table in contracts.values():
            self.loaded.con.execute(table.ddl())
        self.given: list[Feed] = []

    def text(self, name: str, content: str) -> Runner:
        """A file written out by the test: cells parted by `|`, blanks around them dropped, empty cells null."""
        feed = self.source.feed(name)
        lines = [[c.strip() or None for c in line.split("|")] for line in content.strip().splitlines()]
        header = list(feed.columns) if feed.headerless else [str(h) for h in lines.pop(0)]
        assert feed.matches_header(header), f"{name} lacks {set(feed.columns) - set(header)}"
        self._table(feed, header)
        for number, cells in enumerate(lines, start=1):
            assert len(cells) == len(header), f"{name}, line {number}: {len(cells)} cells, {len(header)} headers"
            marks = ", ".join("?" for _ in range(len(header) + 1))
            self.loaded.con.execute(f'INSERT INTO main."{name}" VALUES ({marks})', [number, *cells])
        return self

    def empty(self, *names: str) -> Runner:
        """Feeds that are needed and have no rows."""
        for name in names:
            self._table(self.source.feed(name), list(self.source.feed(name).columns))
        return self

    def csv(self, name: str, path: Path) -> Runner:
        feed = self.source.feed(name)
        assert feed.matches_name(path.name)
        names = ", ".join(f"'{c}'" for c in feed.columns)
        shape = f"header = false, names = [{names}], delim = '\t', quote = '', escape = ''" if feed.headerless else ""
        self.loaded.con.execute(
            f'CREATE TABLE main."{name}" AS SELECT row_number() OVER () AS row_no, * '
            f"FROM read_csv('{path}', all_varchar = true, nullstr = '' {', ' + shape if shape else ''})"
        )
        return self._is_given(feed)

    def parquet(self, name: str, path: Path) -> Runner:
        """Integers plain, whole DOUBLEs without a fraction, timestamps to the second, as the reader gives them."""
        feed = self.source.feed(name)
        described = self.loaded.con.execute(f"DESCRIBE FROM '{path}'").fetchall()
        cells = []
        for column, dtype, *_ in described:
            whole = f'CASE WHEN "{column}" = floor("{column}") THEN CAST(CAST("{column}" AS BIGINT) AS VARCHAR) END'
            plain = f'CAST("{column}" AS VARCHAR)'
            cells.append(f'coalesce({whole}, {plain}) AS "{column}"' if dtype == "DOUBLE" else f'{plain} AS "{column}"')
        self.loaded.con.execute(
            f"CREATE TABLE main.\"{name}\" AS SELECT row_number() OVER () AS row_no, {', '.join(cells)} FROM '{path}'"
        )
        return self._is_given(feed)

    def sheet(self, name: str, path: Path) -> Runner:
        """A workbook with an instruction in its first row."""
        import fastexcel

        feed = self.source.feed(name)
        frame = fastexcel.read_excel(path).load_sheet(0, header_row=1, dtypes="string").to_polars()
        self._table(feed, [c.strip() for c in frame.columns])
        for number, cells in enumerate(frame.rows(), start=3):
            marks = ", ".join("?" for _ in range(len(cells) + 1))
            self.loaded.con.execute(f'INSERT INTO main."{name}" VALUES ({marks})', [number, *cells])
        return self

    def run(self) -> Loaded:
        for feed in self.given:
            assert all(self._exists(need) for need in feed.needs), f"{feed.name} needs {feed.needs}"
            self._lay_out_wanted(feed)
            self.loaded.con.execute(f'CREATE OR REPLACE TEMP VIEW raw AS FROM main."{feed.name}"')
            made = ["SELECT NULL::BIGINT AS row_no"]
            for table, sql in feed.tables.items():
                self._fill(feed, self.contracts[table], sql)
                made.append(f"SELECT row_no FROM ({sql})")
            self.loaded.unaccounted[feed.name] = [
                row[0]
                for row in self.loaded.rows(
                    f"SELECT row_no FROM raw WHERE NOT coalesce(({feed.ignored or 'false'}), false) "
                    f"EXCEPT ({' UNION ALL '.join(made)}) ORDER BY 1"
                )
            ]
        return self.loaded

    def _lay_out_wanted(self, feed: Feed) -> None:
        """A wanted feed of which there is no file is an empty table."""
        for want in feed.wants:
            if not self._exists(want):
                columns = ", ".join(f'"{c}" VARCHAR' for c in self.source.feed(want).columns)
                self.loaded.con.execute(f'CREATE TABLE main."{want}" (row_no BIGINT, {columns})')

    def _exists(self, name: str) -> bool:
        return bool(
            self.loaded.rows(
                f"SELECT 1 FROM information_schema.tables WHERE table_schema = 'main' AND table_name = '{name}'"
            )
        )

    def _table(self, feed: Feed, header: list[str]) -> None:
        columns = ", ".join(f'"{c}" VARCHAR' for c in header)
        self.loaded.con.execute(f'CREATE TABLE main."{feed.name}" (row_no BIGINT, {columns})')
        self._is_given(feed)

    def _is_given(self, feed: Feed) -> Runner:
        header = {r[0] for r in self.loaded.rows(f'DESCRIBE main."{feed.name}"')} - {"row_no"}
        assert feed.matches_header(header), f"{feed.name} lacks {set(feed.columns) - header}"
        self.given.append(feed)
        return self

    def _fill(self, feed: Feed, table: Table, sql: str) -> None:
        con = self.loaded.con
        con.execute(f"CREATE OR REPLACE TEMP TABLE made AS {sql}")
        names = [r[0] for r in con.execute("DESCRIBE made").fetchall()]
        strangers = set(names) - {"row_no"} - set(table.columns)
        assert "row_no" in names and not strangers, f"{feed.name} -> {table.name}: {strangers}"
        types = {r[0]: r[1] for r in con.execute("DESCRIBE made").fetchall()}
        assert not {"DOUBLE", "FLOAT"} & set(types.values()), f"{feed.name} -> {table.name}: floating point"
        columns = [table.columns[n] for n in names if n != "row_no"]
        bad = []
        for column in columns:
            found = con.execute(f"SELECT row_no, CAST({column.name} AS VARCHAR) FROM made WHERE {_is_bad(column)}")
            bad += [(feed.name, table.name, no, column.name, value) for no, value in found.fetchall()]
        self.loaded.refused += bad
        refused_rows = ", ".join(sorted({str(no) for _, _, no, _, _ in bad})) or "-1"
        cells = ", ".join(f"TRY_CAST({c.name} AS {c.sql_type}) AS {c.name}" for c in columns)
        con.execute(
            f"INSERT INTO core.{table.name} BY NAME SELECT 1 AS file_id, row_no, {cells} FROM made "
            f"WHERE row_no NOT IN ({refused_rows})"
        )


def _is_bad(column: Column) -> str:
    """What the contract would refuse in this column: unreadable, no allowed value, or an empty part of the key."""
    name = column.name
    unreadable = f"{name} IS NOT NULL AND TRY_CAST({name} AS {column.sql_type}) IS NULL"
    if column.choices:
        unreadable = f"{name} NOT IN ({', '.join(repr(c) for c in column.choices)})"
    if column.is_key and name not in ("location_code", "batch_no"):
        return f"{name} IS NULL OR ({unreadable})"
    return unreadable


@pytest.fixture(scope="session")
def sources() -> dict[str, Source]:
    return find_sources(REPOSITORY / "pipelines")


@pytest.fixture(scope="session")
def runner(sources: dict[str, Source], contracts: dict[str, Table]) -> Callable[[str], Runner]:
    return lambda name: Runner(sources[name], contracts)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of data sets that nobody here wrote; it lies beside the repository and is not always there."""
    if not SHARED.is_dir():
        pytest.skip(f"no data sets in {SHARED}")
    return SHARED
