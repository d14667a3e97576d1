"""Small tables of the lake, copied into memory for the length of a run, and SQL rewritten to read the copies.

Each look into the lake's catalogue costs some ten milliseconds, which is most of what checking a small shop takes:
a hundred rules over the same few tables look a thousand times. Large tables stay where they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from workbench.lake import table_sizes

if TYPE_CHECKING:
    import duckdb

# Bytes of Parquet; some hundred thousand rows of few columns.
SMALL = 4_000_000
_TABLE = re.compile(
    r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\""
    r"|\b(?P<table>(?:core|mart)\.[a-z_][a-z0-9_]*)\b"
    r"(?=(?:\s|--[^\n]*\n|/\*.*?\*/)+(?P<following>[A-Za-z_]+|\")|)",
    flags=re.DOTALL,
)
# What may follow a table that has no alias.
_CLAUSES = frozenset(
    """WHERE JOIN INNER LEFT RIGHT FULL CROSS NATURAL SEMI ANTI ASOF POSITIONAL ON USING GROUP ORDER HAVING UNION EXCEPT
    INTERSECT QUALIFY WINDOW LIMIT OFFSET FETCH TABLESAMPLE PIVOT UNPIVOT SELECT""".split()
)


class Residents:
    """The copies of one run, made when first asked for. Whoever changes a table of the lake must `forget` it."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        self._sizes = table_sizes(con)
        self._names: dict[str, str] = {}
        self._number = 0

    def is_small(self, table: str) -> bool:
        """Whether a table (`schema.name`) is small enough to be copied."""
        return self._sizes.get(table.split(".")[1], 0) <= SMALL

    def name(self, table: str) -> str:
        """What to read in place of a table (`schema.name`): its copy, or itself where it is large."""
        if table not in self._names and self.is_small(table):
            self._number += 1
            copy = f"resident_{self._number}_{table.split('.')[1]}"
            # A plain copy needs no optimising; for a table that never had a row, looking for statistics of each of
            # its columns in the catalogue takes 3 ms a column, 100 ms in all.
            self._con.execute("PRAGMA disable_optimizer")
            try:
                self._con.execute(f"CREATE TEMP TABLE {copy} AS SELECT * FROM {table}")
            finally:
                self._con.execute("PRAGMA enable_optimizer")
            self._names[table] = copy
        return self._names.get(table, table)

    def adopt(self, table: str, copy: str) -> None:
        """Read a temporary table, which from now on is ours, in place of a table of which it holds every row."""
        self.forget(table)
        if self.is_small(table):
            self._names[table] = copy
        else:
            self._con.execute(f"DROP TABLE {copy}")

    def forget(self, table: str, is_large: bool = False) -> None:
        """The table has changed: what is read of it next is read anew."""
        copy = self._names.pop(table, None)
        if copy is not None:
            self._con.execute(f"DROP TABLE {copy}")
        if is_large:
            self._sizes[table.split(".")[1]] = SMALL + 1

    def sql(self, sql: str, tables: frozenset[str], others: Mapping[str, str] | None = None) -> str:
        """A statement that reads copies, and `others` in place of the tables they name."""
        replacements = dict(others or {})
        for table in sorted(tables - set(replacements)):
            name = self.name(table)
            if name != table:
                replacements[table] = name
        return replaced_tables(sql, replacements)


def replaced_tables(sql: str, replacements: Mapping[str, str]) -> str:
    """The SQL with tables replaced by other tables or queries; a table without an alias keeps its name as one."""

    def replaced(match: re.Match[str]) -> str:
        table, following = match["table"], match["following"]
        if table is None or table not in replacements:
            return match[0]
        alias = "" if following and following.upper() not in _CLAUSES else f" AS {table.split('.')[1]}"
        return replacements[table] + alias

    return _TABLE.sub(replaced, sql) if replacements else sql
