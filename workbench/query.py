"""SQL that users write: read-only, with no way to a file, an extension or a setting."""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb

from workbench.errors import InputRefused, UsageError
from workbench.lake import Lake


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
        if statements[0].type != duckdb.StatementType.SELECT and statements[0].type != duckdb.StatementType.EXPLAIN:
            raise UsageError(f"Only SELECT can be run here, and this is {statements[0].type.name}.")
        # The lake's own files stay readable; nothing else on this machine is.
        con.execute(f"SET allowed_directories = ['{lake.data_path}/', '{lake.var}/']")
        con.execute("SET enable_external_access = false")
        con.execute("SET lock_configuration = true")
        cursor = con.execute(statements[0])
        names = [d[0] for d in cursor.description or []]
        return names, cursor.fetchall()
    except duckdb.Error as error:
        raise InputRefused(f"The query cannot be answered: {str(error).strip().splitlines()[0]}") from error
    finally:
        con.close()
