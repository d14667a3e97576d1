"""From the table of a file to text batches of core tables: by renaming columns, or by the SQL of a feed.

Everything stays text here. A file that is a core table already streams straight through; where SQL is needed its rows
are first laid down as Parquet beside the lake, so that joins and windows see the whole file in bounded memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from workbench.casting import carried, unpacked
from workbench.contracts import Table
from workbench.detection import CONTENT_KEYS, POSITION_KEYS, Detection
from workbench.errors import ConfigurationError
from workbench.lake import quoted

if TYPE_CHECKING:
    import duckdb

    from workbench.reading import RawTable

# Two row groups of DuckDB's own size: enough for fixed costs to vanish, few enough for cores to take turns.
BATCH_ROWS = 2 * 122_880

_SPACES = (" ", "\t", "\n", "\r", "\u00a0", "\u3000")


@dataclass(frozen=True)
class Mapped:
    """Text batches of one core table: `row_no` and the columns of the table that the file speaks of."""

    table: str
    present: tuple[str, ...]
    batches: Callable[[], Iterator[pl.DataFrame]]


class Intake:
    """The rows of one raw table, with blank and misshapen ones counted and set apart."""

    def __init__(self, raw: RawTable) -> None:
        self.raw = raw
        self.cells = [f"c{i}" for i in range(len(raw.header))]
        self.read = 0
        self.blank = 0
        self.misshapen: list[pl.DataFrame] = []

    def batches(self) -> Iterator[pl.DataFrame]:
        """Good rows, from the start at each call; the counts are of the last complete pass."""
        self.read = self.blank = 0
        self.misshapen = []
        for batch in self.raw.batches(BATCH_ROWS):
            self.read += len(batch)
            # Looking at one column tells of most batches that no row is blank, at a tenth of the cost.
            if self.cells and all(_may_be_empty(batch[c]) for c in (self.cells[-1], self.cells[0])):
                empty = pl.all_horizontal(pl.col(c).str.strip_chars().fill_null("") == "" for c in self.cells)
                blank = batch.select((empty & pl.col("problem").is_null()).alias("b")).to_series()
                self.blank += int(blank.sum())
                batch = batch.filter(~blank)
            if batch["problem"].null_count() < len(batch):
                self.misshapen.append(
                    batch.filter(pl.col("problem").is_not_null()).select(
                        "row_no",
                        pl.lit(None, dtype=pl.String).alias("column_name"),
                        pl.col("problem").alias("rule"),
                        pl.lit(None, dtype=pl.String).alias("value"),
                    )
                )
                batch = batch.filter(pl.col("problem").is_null())
            if len(batch):
                yield batch.drop("problem")


def _may_be_empty(cells: pl.Series) -> bool:
    return bool(cells.null_count()) or any(cells.str.starts_with(space).any() for space in _SPACES)


def needs_sql(detection: Detection, table: Table | None) -> bool:
    """Whether rows must be seen together: a feed's SQL, or keys made from position or content."""
    if detection.feed is not None or table is None:
        return True
    return any(k not in detection.columns.values() for k in table.key if k in POSITION_KEYS | CONTENT_KEYS)


def renamed(detection: Detection, intake: Intake) -> Mapped:
    """The batches of a file that is a core table already."""
    names = {f"c{position}": column for position, column in detection.columns.items()}

    def batches() -> Iterator[pl.DataFrame]:
        for batch in intake.batches():
            yield batch.select("row_no", *names).rename(names)

    return Mapped(detection.table, tuple(names.values()), batches)


def lay_down(intake: Intake, folder: Path, name: str) -> list[Path]:
    """Write the good rows of a raw table as Parquet, columns named by the header."""
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    # A column of the file that is called like the engine's own is of no use to any SQL.
    names = {f"c{i}": name for i, name in enumerate(intake.raw.header) if name and name.lower() != "row_no"}
    for batch in intake.batches():
        path = folder / f"{name}-{len(paths)}.parquet"
        batch.select("row_no", *names).rename(names).write_parquet(path, compression="lz4")
        paths.append(path)
    return paths or [empty_table(folder, name, tuple(names.values()))]


def empty_table(folder: Path, name: str, columns: Sequence[str]) -> Path:
    """A table without rows, for SQL that joins what is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-0.parquet"
    pl.DataFrame(schema={"row_no": pl.Int64(), **{c: pl.String() for c in columns}}).write_parquet(path)
    return path


def open_workshop(folder: Path, tables: dict[str, list[Path]], file_date: str = "") -> duckdb.DuckDBPyConnection:
    """A DuckDB of its own with laid-down tables as views: a source's SQL never sees the lake."""
    import duckdb

    con = duckdb.connect(config={"autoinstall_known_extensions": "false"})
    con.execute(f"SET temp_directory = {quoted(folder / 'spill')}")
    if file_date:
        con.execute(f"SET VARIABLE file_date = DATE {quoted(file_date)}")
    for name, paths in tables.items():
        listing = ", ".join(quoted(p) for p in paths)
        con.execute(f'CREATE VIEW "{name}" AS SELECT * FROM read_parquet([{listing}])')
    return con


def by_feed(
    detection: Detection, con: duckdb.DuckDBPyConnection, contracts: dict[str, Table], folder: Path
) -> list[Mapped]:
    """What a feed's SELECTs make of its rows; ConfigurationError where the source's SQL is wrong."""
    import duckdb

    feed = detection.feed
    assert feed is not None
    result = []
    for name, sql in feed.tables.items():
        if name not in contracts:
            raise ConfigurationError(
                f"Feed {feed.name} of {detection.source.name} makes {name}, which is no core table."
            )
        try:
            columns = con.sql(sql).columns
            unknown = [c for c in columns if c != "row_no" and c not in contracts[name].columns]
            if unknown or "row_no" not in columns:
                raise ConfigurationError(
                    f"Feed {feed.name} of {detection.source.name} selects {unknown or 'no row_no'} for {name}: select "
                    "row_no and columns of the table."
                )
            result.append(_copied(con, sql, name, [c for c in columns if c != "row_no"], folder))
        except duckdb.Error as error:
            raise ConfigurationError(
                f"The SQL of feed {feed.name} of {detection.source.name} fails: {error}"
            ) from error
    return result


def with_keys(detection: Detection, con: duckdb.DuckDBPyConnection, table: Table, folder: Path) -> Mapped:
    """A core table whose file has no line or movement numbers: they are made from position or content."""
    headers = detection.raw.header
    named = {column: headers[position] for position, column in detection.columns.items()}
    selected = [f'"{header}" AS "{column}"' for column, header in named.items()]
    made = [k for k in table.key if k not in named and k in POSITION_KEYS | CONTENT_KEYS]
    for key in made:
        if key in POSITION_KEYS:
            parts = ", ".join(f'trim("{named[k]}")' for k in table.key if k in named) or "1"
            selected.append(f'CAST(row_number() OVER (PARTITION BY {parts} ORDER BY row_no) AS VARCHAR) AS "{key}"')
        else:
            cells = ", ".join(f"coalesce(trim(\"{header}\"), '')" for _, header in sorted(named.items()))
            content = f"md5(concat_ws(chr(31), {cells}))"
            occurrence = f"row_number() OVER (PARTITION BY {content} ORDER BY row_no)"
            selected.append(f"{content} || '-' || CAST({occurrence} AS VARCHAR) AS \"{key}\"")
    return _copied(con, f"SELECT row_no, {', '.join(selected)} FROM raw", table.name, [*named, *made], folder)


def scanned(mapped: Mapped, table: Table) -> Mapped:
    """The same batches with the scans in their barcode columns taken apart; columns that only scans fill come in."""
    barcodes = [table.columns[c] for c in mapped.present if table.columns[c].kind == "barcode"]
    if not barcodes:
        return mapped
    # A column of which neither the file nor any scan speaks stays absent: a later export must not wipe out what an
    # earlier one said. Only a file that lacks such a column is read once more for this.
    lacking = {t for c in barcodes for t in c.carries.values()} - set(mapped.present)
    filled: set[str] = set()
    if lacking:
        for batch in mapped.batches():
            filled |= carried(batch, barcodes) & lacking
            if filled == lacking:
                break
    present = (*mapped.present, *(c for c in table.columns if c in filled))

    def batches() -> Iterator[pl.DataFrame]:
        for batch in mapped.batches():
            yield unpacked(batch, barcodes, present)

    return Mapped(mapped.table, present, batches)


def unclaimed(detection: Detection, con: duckdb.DuckDBPyConnection, mapped: Sequence[Mapped], folder: Path) -> int:
    """Rows of a feed that became no core row, all declared as ignored; ConfigurationError for any that are not."""
    feed = detection.feed
    assert feed is not None
    claimed = " UNION ALL ".join(
        f"SELECT row_no FROM read_parquet({quoted(folder / f'mapped-{m.table}.parquet')})" for m in mapped
    )
    rest = f"raw WHERE row_no NOT IN ({claimed})" if mapped else "raw WHERE true"
    declared = f"coalesce(({feed.ignored}), false)" if feed.ignored else "false"
    row = con.execute(f"SELECT count(*), min(row_no) FILTER (WHERE NOT {declared}) FROM {rest}").fetchone()
    assert row is not None
    if row[1] is not None:
        raise ConfigurationError(
            f"Feed {feed.name} of {detection.source.name} drops row {row[1]} in silence: make a core row of it or "
            "declare it under `ignored`."
        )
    return int(row[0])


def _copied(con: duckdb.DuckDBPyConnection, sql: str, table: str, columns: list[str], folder: Path) -> Mapped:
    path = folder / f"mapped-{table}.parquet"
    texts = ", ".join(f'CAST("{c}" AS VARCHAR) AS "{c}"' for c in columns)
    con.execute(f"COPY (SELECT CAST(row_no AS BIGINT) AS row_no, {texts} FROM ({sql})) TO {quoted(path)}")

    def batches() -> Iterator[pl.DataFrame]:
        yield from pl.scan_parquet(path).collect_batches(chunk_size=BATCH_ROWS, maintain_order=True)

    return Mapped(table, tuple(columns), batches)
