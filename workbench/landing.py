"""Landing one core table of one file: text batches in; typed, judged, told apart from what is known, and stored.

Rows are staged as Parquet beside the lake, so memory does not grow with the file. Within the caller's transaction
they then become part of the lake: at once when every key is new, else after re-exports, revisions and repeated keys
are told apart.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from workbench.casting import Readings, cast
from workbench.contracts import MAY_BE_EMPTY_IN_KEY, Table
from workbench.lake import Lake, quoted

if TYPE_CHECKING:
    import duckdb

CONTRACT_RULES = {
    "not_nullable": "key_is_empty",
    "isin": "not_an_allowed_value",
    "greater_than_or_equal_to": "below_zero",
}
REJECT_SCHEMA = {"row_no": pl.Int64, "column_name": pl.String, "rule": pl.String, "value": pl.String}

# Below this a file of its own is not worth its metadata: DuckLake keeps small inserts in the catalogue or one file.
ADOPT_FROM_ROWS = 100_000


@dataclass(frozen=True)
class Landed:
    """What became of the rows offered to one core table; `offered` is the sum of the others but `revised`."""

    table: str
    offered: int
    accepted: int
    revised: int
    rejected: int
    known: int
    repeated: int


@dataclass(frozen=True)
class _Judged:
    """A batch after typing and contract: what was wrong, and where the rest was staged."""

    offered: int
    bad: pl.DataFrame
    path: Path | None
    staged: int
    hashes: pl.Series
    is_plain: bool


class Landing:
    """One core table of one file, filled batch by batch and then stored."""

    def __init__(
        self,
        table: Table,
        file_id: int,
        folder: Path,
        present: Sequence[str],
        readings: Readings,
        words: Mapping[str, Mapping[str, str]],
    ) -> None:
        self.table = table
        self.file_id = file_id
        self.folder = folder
        self.present = [c for c in table.columns if c in present]
        self.readings = readings
        self.words = words
        # Columns of which the file does not speak are all null and nothing is to be judged: they cost no time.
        self.stored = [c for c in table.columns if c in self.present or c in table.key or c == "location_code"]
        self.schema = table.schema.remove_columns([c for c in table.columns if c not in self.stored])
        self.offered = 0
        self.staged: list[Path] = []
        self.rejects: list[Path] = []
        self.rows_staged = 0
        self.rejected = 0
        self._hashes: list[pl.Series] = []
        folder.mkdir(parents=True, exist_ok=True)

    def add_all(self, batches: Iterable[pl.DataFrame]) -> Iterator[bool]:
        """Type and judge batches (`row_no` and the columns present, as text) on all cores, in their order.

        Yields for each batch whether it was plain to read; stopping early leaves the rest undone.
        """
        workers = os.cpu_count() or 1
        with ThreadPoolExecutor(workers) as pool:
            waiting: deque[Future[_Judged]] = deque()
            try:
                for number, batch in enumerate(batches):
                    waiting.append(pool.submit(self._judge, number, batch))
                    # One batch more than there are cores keeps them busy and the memory bounded.
                    if len(waiting) > workers:
                        yield self._absorb(waiting.popleft().result())
                while waiting:
                    yield self._absorb(waiting.popleft().result())
            finally:
                for future in waiting:
                    future.cancel()

    def _judge(self, number: int, batch: pl.DataFrame) -> _Judged:
        """Everything that can be done with a batch alone; runs beside other batches and changes nothing shared."""
        result = cast(batch, [self.table.columns[name] for name in self.present], self.readings, self.words)
        frame = self._completed(result.frame)
        rejects = [result.failures.select("position", pl.col("column").alias("column_name"), "rule", "value")]
        judged = self._contradicted(frame)
        if judged is not None:
            rejects.append(judged)
        bad = pl.concat(rejects).unique(["position", "column_name"], keep="first", maintain_order=True)
        rows = batch["row_no"].gather(bad["position"].to_list())
        bad = bad.with_columns(rows.alias("row_no"))
        frame = frame.select(batch["row_no"], *self.stored)
        if len(bad):
            frame = frame.filter(~pl.int_range(pl.len(), dtype=pl.Int64).is_in(bad["position"].unique().implode()))
        path = None
        hashes = pl.Series(dtype=pl.UInt64)
        if len(frame):
            path = self.folder / f"f{self.file_id}-{self.table.name}-{number}.parquet"
            frame = frame.select(pl.lit(self.file_id, dtype=pl.Int32).alias("file_id"), "row_no", *self.stored)
            # Row groups of DuckDB's own size, so that its statistics prune and its threads share the work.
            frame.write_parquet(path, compression="snappy", row_group_size=122_880)
            hashes = frame.select(pl.struct(self.table.key).hash(seed=0)).to_series()
        return _Judged(len(batch), bad, path, len(frame), hashes, result.is_plain)

    def _absorb(self, judged: _Judged) -> bool:
        self.offered += judged.offered
        if len(judged.bad):
            self.rejected += judged.bad["position"].n_unique()
            self._write_rejects(judged.bad.select(REJECT_SCHEMA.keys()))
        if judged.path is not None:
            self.staged.append(judged.path)
            self.rows_staged += judged.staged
            self._hashes.append(judged.hashes)
        return judged.is_plain

    def reject_rows(self, frame: pl.DataFrame) -> None:
        """Reject rows that never became a row of the table: `row_no`, `column_name`, `rule`, `value`."""
        if len(frame):
            self.offered += frame["row_no"].n_unique()
            self.rejected += frame["row_no"].n_unique()
            self._write_rejects(frame.select(REJECT_SCHEMA.keys()))

    def store(self, con: duckdb.DuckDBPyConnection, lake: Lake) -> Landed:
        """Put what was accepted into the lake, within the open transaction, and say what became of every row."""
        known = repeated = revised = 0
        if self.rows_staged:
            if self._has_known_or_repeated(con):
                known, repeated, revised = self._store_apart(con)
            elif lake.is_local and self.rows_staged >= ADOPT_FROM_ROWS:
                lake.adopt(con, self.table.name, self.staged)
            else:
                con.execute(f"INSERT INTO core.{self.table.name} BY NAME SELECT * FROM {self.source()} ORDER BY row_no")
        self._store_rejects(con)
        accepted = self.offered - self.rejected - known - repeated
        landed = Landed(self.table.name, self.offered, accepted, revised, self.rejected, known + repeated, repeated)
        found = self._count(con, f"SELECT count(*) FROM core.{self.table.name} WHERE file_id = {self.file_id}")
        if found != accepted:
            raise AssertionError(f"{self.table.name}: {accepted} rows accepted and {found} stored")
        con.execute(
            "INSERT INTO ops.file_table VALUES (?, ?, ?, ?, ?, ?, ?)",
            [self.file_id, self.table.name, accepted, revised, self.rejected, known + repeated, repeated],
        )
        return landed

    def _completed(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The columns to store, with the empty text where emptiness is a value."""
        columns = [self.table.columns[name] for name in self.stored]
        absent = [pl.lit(None, dtype=c.dtype).alias(c.name) for c in columns if c.name not in frame.columns]
        filled = [
            pl.col(c.name).fill_null("")
            for c in columns
            if c.name == "location_code" or (c.is_key and c.name in MAY_BE_EMPTY_IN_KEY)
        ]
        return frame.with_columns(absent).with_columns(filled).select(self.stored)

    def _contradicted(self, frame: pl.DataFrame) -> pl.DataFrame | None:
        from pandera.errors import SchemaErrors

        try:
            self.schema.validate(frame, lazy=True)
        except SchemaErrors as errors:
            cases: pl.DataFrame = errors.failure_cases
            if cases["index"].null_count():
                raise AssertionError(f"contract {self.table.name} judged a batch as a whole: {cases}") from errors
            rule = pl.col("check").str.replace(r"\(.*", "")
            return cases.select(
                pl.col("index").cast(pl.Int64).alias("position"),
                pl.col("column").cast(pl.String).alias("column_name"),
                rule.replace(CONTRACT_RULES).alias("rule"),
                pl.when(pl.col("check") == "not_nullable").then(None).otherwise(pl.col("failure_case")).alias("value"),
            )
        return None

    def _write_rejects(self, frame: pl.DataFrame) -> None:
        path = self.folder / f"reject-{len(self.rejects)}.parquet"
        frame.cast(pl.Schema(REJECT_SCHEMA)).write_parquet(path)
        self.rejects.append(path)

    def source(self) -> str:
        """The rows that were accepted so far, as something to select from."""
        return f"read_parquet([{', '.join(quoted(p) for p in self.staged)}])"

    def _count(self, con: duckdb.DuckDBPyConnection, sql: str) -> int:
        row = con.execute(sql).fetchone()
        return int(row[0]) if row else 0

    def _has_known_or_repeated(self, con: duckdb.DuckDBPyConnection) -> bool:
        hashes = pl.concat(self._hashes)
        self._hashes = []
        # Hashes of keys: a collision only sends the file the slower way, which compares the keys themselves.
        if hashes.n_unique() != len(hashes):
            return True
        if not self._count(con, f"SELECT count(*) FROM (SELECT 1 FROM core.{self.table.name} LIMIT 1)"):
            return False
        return bool(
            self._count(
                con,
                f"SELECT count(*) FROM (SELECT 1 FROM core.{self.table.name} c"
                f" SEMI JOIN {self.source()} s ON {self._same_key('c', 's')} LIMIT 1)",
            )
        )

    def _same_key(self, left: str, right: str) -> str:
        return " AND ".join(f'{left}."{k}" = {right}."{k}"' for k in self.table.key)

    def _store_apart(self, con: duckdb.DuckDBPyConnection) -> tuple[int, int, int]:
        """Tell re-exports, revisions and repeated keys apart and store what is new; known, repeated, revised."""
        name, key = self.table.name, ", ".join(f'"{k}"' for k in self.table.key)
        compared = [c for c in self.present if c not in self.table.key]
        content = f"md5(concat_ws(chr(31), {', '.join([*(_shown(c) for c in compared), repr('')])}))"
        absent = [c for c in self.table.columns.values() if c.name not in self.stored]
        columns = ", ".join(["SELECT *", *(f'CAST(NULL AS {c.sql_type}) AS "{c.name}"' for c in absent)])
        # `n` and not `row_no` names an arriving row: a source may make several rows of one.
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE arriving AS {columns}, row_number() OVER () AS n, {content} AS content_hash"
            f" FROM {self.source()}"
        )
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE ranked AS SELECT n, row_no, content_hash,"
            f" row_number() OVER (PARTITION BY {key} ORDER BY content_hash, row_no, n) AS rank,"
            f" first_value(content_hash) OVER (PARTITION BY {key} ORDER BY content_hash, row_no, n) AS kept_hash"
            f" FROM arriving QUALIFY count(*) OVER (PARTITION BY {key}) > 1"
        )
        # Which of two contents under one key is right cannot be known from the file: one is kept, chosen by content
        # so that the order of rows does not matter, and the others are shown to somebody who can decide.
        repeated = self._count(con, "SELECT count(*) FROM ranked WHERE rank > 1 AND content_hash = kept_hash")
        conflicts = con.sql(
            "SELECT row_no, CAST(NULL AS VARCHAR) AS column_name, 'key_repeated_with_other_content' AS rule,"
            " CAST(NULL AS VARCHAR) AS value FROM ranked WHERE rank > 1 AND content_hash <> kept_hash ORDER BY row_no"
        ).pl()
        if len(conflicts):
            self.rejected += len(conflicts)
            self._write_rejects(conflicts)
        same = " AND ".join(f'c."{c}" IS NOT DISTINCT FROM a."{c}"' for c in compared) or "true"
        # A load that was let out of quarantine is older than what came meanwhile: that stays.
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE met AS SELECT a.n, a.row_no, c.file_id AS old_file_id,"
            f" c.row_no AS old_row_no, ({same}) OR c.file_id > {self.file_id} AS is_same, NOT ({same}) AS is_other"
            f" FROM arriving a JOIN core.{name} c ON {self._same_key('a', 'c')}"
            " WHERE a.n NOT IN (SELECT n FROM ranked WHERE rank > 1)"
        )
        self._keep_superseded(con)
        known = self._count(con, "SELECT count(*) FROM met WHERE is_same")
        revised = self._count(con, "SELECT count(*) FROM met WHERE NOT is_same")
        con.execute("CREATE TEMP TABLE IF NOT EXISTS known_row (row_no BIGINT)")
        con.execute(
            "INSERT INTO known_row SELECT row_no FROM met WHERE is_same"
            " UNION ALL SELECT row_no FROM ranked WHERE rank > 1 AND content_hash = kept_hash"
        )
        con.execute(
            "DELETE FROM arriving WHERE n IN (SELECT n FROM met WHERE is_same)"
            " OR n IN (SELECT n FROM ranked WHERE rank > 1)"
        )
        if revised:
            self._keep_revisions(con)
        con.execute(
            f"INSERT INTO core.{name} BY NAME SELECT * EXCLUDE (n, content_hash) FROM arriving ORDER BY row_no, n"
        )
        con.execute("DROP TABLE arriving; DROP TABLE ranked; DROP TABLE met;")
        return known, repeated, revised

    def _keep_superseded(self, con: duckdb.DuckDBPyConnection) -> None:
        """Rows that a newer load has revised before they came are kept as what they are: earlier revisions."""
        name = self.table.name
        keys = ", ".join(f"'{k}', CAST(a.\"{k}\" AS VARCHAR)" for k in self.table.key)
        con.execute(
            f"INSERT INTO core.revision BY NAME SELECT '{name}' AS table_name, CAST(json_object({keys}) AS VARCHAR)"
            f" AS business_key, {self.file_id} AS old_file_id, a.row_no AS old_row_no, m.old_file_id AS new_file_id,"
            " m.old_row_no AS new_row_no, CAST(to_json(a) AS VARCHAR) AS old_content"
            " FROM (SELECT * EXCLUDE (content_hash) FROM arriving) a JOIN met m USING (n)"
            " WHERE m.is_same AND m.is_other ORDER BY a.row_no, n"
        )

    def _keep_revisions(self, con: duckdb.DuckDBPyConnection) -> None:
        """Old rows move to core.revision; what the new file does not speak of is carried over from them."""
        name = self.table.name
        keys = ", ".join(f"'{k}', CAST(c.\"{k}\" AS VARCHAR)" for k in self.table.key)
        # After the known ones are gone, every arriving row with a key in core is a revision.
        met = f"core.{name} c JOIN arriving a ON {self._same_key('a', 'c')}"
        con.execute(
            f"INSERT INTO core.revision BY NAME SELECT '{name}' AS table_name,"
            f" CAST(json_object({keys}) AS VARCHAR) AS business_key, c.file_id AS old_file_id, c.row_no AS old_row_no,"
            f" {self.file_id} AS new_file_id, a.row_no AS new_row_no, CAST(to_json(c) AS VARCHAR) AS old_content"
            f" FROM {met} ORDER BY a.row_no, a.n"
        )
        absent = [c for c in self.table.columns if c not in self.present and c not in self.table.key]
        if absent:
            carried = ", ".join(f'"{c}" = c."{c}"' for c in absent)
            con.execute(f"UPDATE arriving SET {carried} FROM core.{name} c WHERE {self._same_key('arriving', 'c')}")
        con.execute(f"DELETE FROM core.{name} c USING arriving a WHERE {self._same_key('a', 'c')}")

    def _store_rejects(self, con: duckdb.DuckDBPyConnection) -> None:
        if self.rejects:
            con.execute(
                f"INSERT INTO ops.reject BY NAME SELECT {self.file_id} AS file_id, '{self.table.name}' AS table_name, *"
                f" FROM read_parquet([{', '.join(quoted(p) for p in self.rejects)}]) ORDER BY row_no, column_name"
            )


def _shown(column: str) -> str:
    """A cell for hashing: null and the empty text must differ."""
    return f"coalesce('v' || CAST(\"{column}\" AS VARCHAR), 'n')"


def summed(landed: Sequence[Landed]) -> dict[str, Any]:
    """Facts for the snapshot's message."""
    return {one.table: {"accepted": one.accepted, "rejected": one.rejected, "known": one.known} for one in landed}
