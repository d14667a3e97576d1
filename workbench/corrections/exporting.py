"""Corrections in force as files in the layout of the core tables, with Chinese or English headers, for the POS.

Quantities go as stock movements, changed fields as a log of changes. What the POS has taken over is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbench.corrections.books import IN_FORCE
from workbench.errors import ConfigurationError

if TYPE_CHECKING:
    import duckdb

    from workbench.contracts import Table

_MOVEMENTS = f"""
SELECT location_code, adjustment_id AS movement_id, occurred_at, recorded_at, product_code,
    NULLIF(batch_no, '') AS batch_no, movement_type, moved_qty, unit_cost, 'P' || proposal_id AS document_no,
    line_no AS document_line_no, proposed_by AS operator, reason
FROM {IN_FORCE}
WHERE moved_qty <> 0
ORDER BY proposal_id, line_no
"""
_CHANGES = f"""
SELECT adjustment_id AS change_id, 'receipt' AS document_type, document_no, document_line_no, field, old_value,
    new_value, proposed_by AS changed_by, recorded_at AS changed_at, reason, approved_by
FROM {IN_FORCE}
WHERE field <> ''
ORDER BY proposal_id, line_no
"""
_FILES = {
    "stock_movement": ("stock_movement", "库存变化记录", _MOVEMENTS),
    "document_change": ("document_change", "修正日志", _CHANGES),
}


def exported(
    con: duckdb.DuckDBPyConnection, contracts: Mapping[str, Table], language: str
) -> dict[str, tuple[list[str], list[tuple[Any, ...]]]]:
    """Headers and rows of each file that has any, by its name without ending.

    Raises ConfigurationError where nothing was ever applied.
    """
    present = con.execute(
        "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'core' AND table_name = 'adjustment'"
    ).fetchone()
    if present == (0,):
        raise ConfigurationError("No correction was ever applied here: `workbench apply` brings approved ones in.")
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
