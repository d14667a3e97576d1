"""What has changed in the tables of the lake since a run, as temporary tables of rows and of the keys they touch.

Core tables change by loading, marts by being built, both also by the mere passing of days: a row whose condition on
`$as_of` turns from false to true has come, whether or not it lay there before. Who reads which table is not known here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench.header import parameters_of
from workbench.lake import changed_rows, changed_tables, snapshot_of_runs
from workbench.models import row_count

if TYPE_CHECKING:
    import duckdb


# Stands for a table of rows of which there are none.
NOTHING = ""


@dataclass(frozen=True)
class Touched:
    """Key values that changes touch: a temporary table with one column per key, `columns`, each row once."""

    table: str
    columns: tuple[str, ...]
    count: int
    # Smallest and largest value of dates and whole numbers: lets the lake leave out files by their statistics.
    ranges: Mapping[str, tuple[dt.date | int, dt.date | int]]


@dataclass
class Changes:
    """Changes up to this moment, including what this run itself has built."""

    con: duckdb.DuckDBPyConnection
    runs: Mapping[int, int]
    newest: int
    _rows: dict[tuple[Any, ...], str] = field(default_factory=dict)
    _fresh: dict[str, list[str]] = field(default_factory=dict)
    _touched: dict[tuple[Any, ...], Touched] = field(default_factory=dict)
    _changed: dict[int, set[str]] = field(default_factory=dict)
    _counts: dict[str, int] = field(default_factory=dict)
    _number: int = 0

    @classmethod
    def until_now(cls, con: duckdb.DuckDBPyConnection) -> Changes:
        """What the lake's snapshots can tell."""
        runs, newest = snapshot_of_runs(con)
        return cls(con, runs, newest)

    def knows(self, run_id: int) -> bool:
        """Whether the snapshot of that run is still there."""
        return run_id in self.runs

    def built(self, table: str, delta: str) -> None:
        """A mart was brought up to date in this run; `delta` is a temporary table of the rows that came and went."""
        self._fresh.setdefault(table, []).append(delta)

    def rows(self, table: str, run_id: int) -> str:
        """A temporary table of the rows of `table` that came or went since that run; NOTHING where none did."""
        snapshot, fresh = self.runs[run_id], tuple(self._fresh.get(table, ()))
        key = (table, snapshot)
        if key not in self._rows:
            self._rows[key] = self._committed(table, snapshot)
        if (*key, *fresh) not in self._rows:
            parts = [part for part in (self._rows[key], *fresh) if part != NOTHING]
            name = parts[0]
            if len(parts) > 1:
                name = self.name("delta")
                union = " UNION ALL BY NAME ".join(f"SELECT * FROM {part}" for part in parts)
                self.con.execute(f"CREATE TEMP TABLE {name} AS {union}")
            self._rows[*key, *fresh] = name
        return self._rows[*key, *fresh]

    def turned(
        self, table: str, place: str, conditions: Sequence[str], old: Mapping[str, Any], new: Mapping[str, Any]
    ) -> str:
        """A temporary table of the rows of which some condition answers otherwise under new parameters than old.

        `place` is what to read for the table.
        """
        key = ("turned", table, place, *conditions, *sorted(map(str, old.items())), *sorted(map(str, new.items())))
        if key not in self._rows:
            values: dict[str, Any] = {}
            tests = []
            for condition in conditions:
                sides = []
                for side, parameters in (("old", old), ("new", new)):
                    text = condition
                    for name in sorted(parameters_of(condition), key=len, reverse=True):
                        text = text.replace(f"${name}", f"${side}_{name}")
                        values[f"{side}_{name}"] = parameters[name]
                    sides.append(f"({text})")
                tests.append(f"{sides[0]} IS DISTINCT FROM {sides[1]}")
            name = self.name("turned")
            sql = f"CREATE TEMP TABLE {name} AS SELECT * FROM {place} WHERE {' OR '.join(tests)}"
            self.con.execute(sql, values)
            self._rows[key] = name
        return self._rows[key]

    def count(self, rows: str) -> int:
        """How many rows a temporary table has."""
        if rows == NOTHING:
            return 0
        if rows not in self._counts:
            self._counts[rows] = row_count(self.con, rows)
        return self._counts[rows]

    def touched(self, parts: Sequence[tuple[str, Mapping[str, str]]]) -> Touched:
        """The key values in some tables of rows, each given with its keys (column → expression over the rows).

        The keys of all parts have the same names.
        """
        columns = tuple(sorted(parts[0][1]))
        cached = tuple((rows, tuple((c, keys[c]) for c in columns)) for rows, keys in parts)
        if cached not in self._touched:
            name = self.name("touched")
            union = " UNION ".join(f"SELECT {_selected(keys, columns)} FROM {rows}" for rows, keys in parts)
            self.con.execute(f"CREATE TEMP TABLE {name} AS SELECT DISTINCT * FROM ({union})")
            kinds = {n: kind for n, kind, *_ in self.con.execute(f"DESCRIBE {name}").fetchall()}
            ranged = [c for c in columns if kinds[c] in ("DATE", "INTEGER")]
            ends = "".join(f', min("{c}"), max("{c}"), count("{c}")' for c in ranged)
            row = self.con.execute(f"SELECT count(*){ends} FROM {name}").fetchone()
            assert row is not None
            ranges = {c: (row[1 + 3 * i], row[2 + 3 * i]) for i, c in enumerate(ranged) if row[3 + 3 * i] == row[0] > 0}
            self._touched[cached] = Touched(name, columns, int(row[0]), ranges)
        return self._touched[cached]

    def name(self, purpose: str) -> str:
        """A name for a temporary table that nothing else has."""
        self._number += 1
        return f"{purpose}_{self._number}"

    def _committed(self, table: str, snapshot: int) -> str:
        if snapshot not in self._changed:
            self._changed[snapshot] = changed_tables(self.con, snapshot) if snapshot < self.newest else set()
        if table.split(".")[1] not in self._changed[snapshot]:
            return NOTHING
        name = self.name("delta")
        sql = changed_rows(table, snapshot, self.newest)
        self.con.execute(f"CREATE TEMP TABLE {name} AS SELECT * EXCLUDE (snapshot_id, rowid, change_type) FROM ({sql})")
        return name


def _selected(keys: Mapping[str, str], columns: Sequence[str]) -> str:
    return ", ".join(f'{keys[c]} AS "{c}"' for c in columns)
