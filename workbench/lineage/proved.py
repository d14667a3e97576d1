"""What was proved of a statement: which columns of its answer follow which tables, and what turns with the day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Lineage:
    """What was proved of one statement.

    `follows[column][table]` is the expression over the table's columns that the column follows. `columns` are those
    of the answer, `tables` all tables read (`schema.name`) with the columns used of each.
    `clock[table]` are conditions over the table's columns and parameters in which the day asked for occurs; `None`
    when it occurs anywhere else, so that any row can change with the day.
    """

    columns: tuple[str, ...]
    tables: Mapping[str, frozenset[str]]
    follows: Mapping[str, Mapping[str, str]]
    clock: Mapping[str, tuple[str, ...]] | None

    def keys(self, table: str) -> dict[str, str]:
        """Columns of the answer that follow the table, with their expressions."""
        return {column: ways[table] for column, ways in self.follows.items() if table in ways}

    def as_json(self) -> dict[str, Any]:
        """Plain values, to be kept."""
        return {
            "columns": list(self.columns),
            "tables": {table: sorted(columns) for table, columns in self.tables.items()},
            "follows": {column: dict(ways) for column, ways in self.follows.items()},
            "clock": None if self.clock is None else {t: list(c) for t, c in self.clock.items()},
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Lineage:
        """What `as_json` made."""
        clock = value["clock"]
        return cls(
            tuple(value["columns"]),
            {table: frozenset(columns) for table, columns in value["tables"].items()},
            value["follows"],
            None if clock is None else {t: tuple(c) for t, c in clock.items()},
        )
