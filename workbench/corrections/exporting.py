"""Corrections in force as files in the layout of the core tables, with Chinese or English headers, for the POS.

Quantities go as stock movements, re-entered receipts also as such, changed fields as a log of changes. What the POS has
taken over is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbench.corrections.entries import IN_FORCE, MOVED, REENTERED
from workbench.errors import ConfigurationError
from workbench.tables import has_table

if TYPE_CHECKING:
    import duckdb

    from workbench.contracts import Table

_MOVEMENTS = f"{MOVED} ORDER BY document_no, movement_id"
_RECEIPTS = f"{REENTERED} ORDER BY receipt_no, line_no"
_CHANGES = f"""
SELECT adjustment_id AS change_id, 'receipt' AS document_type, document_no, document_line_no, field, old_value,
    new_value, proposed_by AS changed_by, recorded_at AS changed_at, reason, approved_by
FROM {IN_FORCE}
WHERE field <> ''
ORDER BY proposal_id, line_no
"""
_FILES = {
    "stock_movement": ("stock_movement", "库存变化记录", _MOVEMENTS),
    "receipt_line": ("receipt_line", "入库单", _RECEIPTS),
    "document_change": ("document_change", "修正日志", _CHANGES),
}


def exported(
    con: duckdb.DuckDBPyConnection, contracts: Mapping[str, Table], language: str
) -> dict[str, tuple[list[str], list[tuple[Any, ...]]]]:
    """Headers and rows of each file that has any, by its name without ending.

    Raises ConfigurationError where nothing was ever applied.
    """
    require_applied(con)
    files = {}
    for table, (english, chinese, sql) in _FILES.items():
        cursor = con.execute(sql)
        names = [d[0] for d in cursor.description or []]
        rows = cursor.fetchall()
        if rows:
            columns = contracts[table].columns
            headers = [columns[name].title_zh if language == "zh" else name for name in names]
            files[chinese if language == "zh" else english] = (headers, rows)
    return files


def require_applied(con: duckdb.DuckDBPyConnection) -> None:
    """ConfigurationError where nothing was ever applied."""
    if not has_table(con, "core.adjustment"):
        raise ConfigurationError("No correction was ever applied here: `workbench apply` brings approved ones in.")
