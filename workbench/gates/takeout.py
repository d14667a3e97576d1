"""Taking a load out of the books again, as if it had never come: its rows go, the rows that it revised come back.

Exact for the newest load; of several the newest goes first. Only what has not been judged is taken out, to be loaded
anew through the gate.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from workbench.contracts import Table

if TYPE_CHECKING:
    import duckdb


def take_out(con: duckdb.DuckDBPyConnection, file_id: int, contracts: Mapping[str, Table]) -> None:
    """Remove one table of a load, within the open transaction; its original and its figures stay."""
    tables = con.execute("SELECT DISTINCT table_name FROM ops.file_table WHERE file_id = ?", [file_id]).fetchall()
    for (name,) in tables:
        con.execute(f"DELETE FROM core.{name} WHERE file_id = {file_id}")
        _restore(con, file_id, contracts[name])
    for table in ("ops.file", "ops.file_table", "ops.reject"):
        con.execute(f"DELETE FROM {table} WHERE file_id = {file_id}")


def _restore(con: duckdb.DuckDBPyConnection, file_id: int, table: Table) -> None:
    mine = f"table_name = '{table.name}' AND new_file_id = {file_id}"
    # Several earlier contents of one key were all revised by this load where one of them left quarantine late.
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE coming_back AS SELECT * FROM core.revision WHERE {mine}"
        " QUALIFY row_number() OVER (PARTITION BY business_key ORDER BY old_file_id DESC, old_row_no DESC) = 1"
    )
    columns = ", ".join(
        f'CAST(json_extract_string(old_content, \'$."{c.name}"\') AS {c.sql_type}) AS "{c.name}"'
        for c in table.columns.values()
    )
    con.execute(
        f"INSERT INTO core.{table.name} BY NAME"
        f" SELECT old_file_id AS file_id, old_row_no AS row_no, {columns} FROM coming_back"
    )
    con.execute(
        f"DELETE FROM core.revision AS r USING coming_back AS b WHERE r.table_name = b.table_name"
        f" AND r.business_key = b.business_key AND r.new_file_id = {file_id}"
        " AND r.old_file_id = b.old_file_id AND r.old_row_no = b.old_row_no"
    )
    con.execute(
        "UPDATE core.revision AS r SET new_file_id = b.old_file_id, new_row_no = b.old_row_no FROM coming_back AS b"
        f" WHERE r.table_name = b.table_name AND r.business_key = b.business_key AND r.new_file_id = {file_id}"
    )
    # And contents that were older than this load's when they left quarantine.
    con.execute(f"DELETE FROM core.revision WHERE table_name = '{table.name}' AND old_file_id = {file_id}")
    con.execute("DROP TABLE coming_back")
