"""SQL that users write: read-only, with no way to a file, an extension or a setting."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import duckdb

from workbench.errors import InputRefused, UsageError
from workbench.lake import Lake, quoted

# Functions in FROM can do more than read: DuckLake's own tidy up files, others read them. These do neither.
_TABLE_FUNCTIONS = frozenset(
    [
        "duckdb_columns",
        "duckdb_functions",
        "duckdb_tables",
        "ducklake_snapshots",
        "ducklake_table_changes",
        "ducklake_table_deletions",
        "ducklake_table_info",
        "ducklake_table_insertions",
        "generate_series",
        "range",
        "repeat",
        "unnest",
    ]
)


def run_query(
    lake: Lake, query: str, snapshot: int | None = None, at: dt.datetime | None = None
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and rows of one SELECT, on the newest state or as of a snapshot or moment.

    Raises UsageError for anything but one SELECT, InputRefused with DuckDB's own reason when it cannot be answered.
    """
    con = lake.read(snapshot, at)
    try:
        statements = con.extract_statements(query)
        if len(statements) != 1:
            raise UsageError(f"One SELECT is wanted and {len(statements)} statements were given.")
        # EXPLAIN ANALYZE runs what it explains, a COPY to a file too.
        if statements[0].type != duckdb.StatementType.SELECT:
            raise UsageError(f"Only SELECT can be run here, and this is {statements[0].type.name}.")
        _refuse_table_functions(con, statements[0].query)
        # The lake's own files stay readable; nothing else on this machine is.
        con.execute(f"SET allowed_directories = [{quoted(lake.data_path + '/')}, {quoted(f'{lake.var}/')}]")
        con.execute("SET enable_external_access = false")
        con.execute("SET lock_configuration = true")
        cursor = con.execute(statements[0])
        return _distinct([d[0] for d in cursor.description or []]), cursor.fetchall()
    except duckdb.Error as error:
        raise InputRefused(f"The query cannot be answered: {str(error).strip().splitlines()[0]}") from error
    finally:
        con.close()


def _distinct(names: list[str]) -> list[str]:
    """Two columns of one name would be one in JSON."""
    result: list[str] = []
    for name in names:
        unique, number = name, 1
        while unique in result:
            number += 1
            unique = f"{name}_{number}"
        result.append(unique)
    return result


def _refuse_table_functions(con: duckdb.DuckDBPyConnection, query: str) -> None:
    row = con.execute("SELECT json_serialize_sql(?)", [query]).fetchone()
    tree = json.loads(row[0]) if row else {}
    if tree.get("error", True):
        raise UsageError("Only SELECT can be run here, and this is another statement.")
    strangers = sorted(set(_table_functions(tree)) - _TABLE_FUNCTIONS)
    if strangers:
        raise UsageError(f"{strangers[0]} cannot be used here: select from the tables of core, mart and ops.")


def _table_functions(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if node.get("type") == "TABLE_FUNCTION":
            yield str(node["function"]["function_name"]).lower()
        node = list(node.values())
    if isinstance(node, list):
        for part in node:
            yield from _table_functions(part)
