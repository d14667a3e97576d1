"""The books as corrected: schema `corrected` has every core table and every model, with the adjusting entries in them.

Where no entry matters to a table it is a view of the reported one; else it is made by the model's own SQL over
corrected tables. Entries that were undone, or that the POS has taken over, are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from workbench.models import bound
from workbench.resident import replaced_tables

if TYPE_CHECKING:
    import duckdb

    from workbench.catalogue import Catalogue
    from workbench.contracts import Table

SCHEMA = "corrected"
IN_FORCE = (
    "(SELECT * FROM core.adjustment AS e WHERE e.entry = 'applied' AND NOT EXISTS"
    " (SELECT 1 FROM core.adjustment AS r WHERE r.reverses_adjustment_id = e.adjustment_id))"
)
# How entries come into a core table. A re-entered receipt is a late entry; its number is the adjusting entry's.
_MOVEMENTS = f"""
SELECT * FROM core.stock_movement
UNION ALL BY NAME
SELECT adjustment_id AS movement_id, location_code, product_code, NULLIF(batch_no, '') AS batch_no, movement_type,
    moved_qty, unit_cost, occurred_at, recorded_at, 'P' || proposal_id AS document_no, line_no AS document_line_no,
    proposed_by AS operator, reason
FROM {IN_FORCE}
WHERE moved_qty <> 0
"""
_FIELDS = ("product_code", "batch_no", "expiry_date", "unit_cost")
_RECEIPTS = f"""
SELECT r.* REPLACE (
    CASE WHEN v.document_no IS NOT NULL THEN 'cancelled' ELSE r.status END AS status,
    {", ".join(f"COALESCE(c.new_{name}, r.{name}) AS {name}" for name in _FIELDS)})
FROM core.receipt_line AS r
LEFT JOIN (SELECT DISTINCT location_code, document_no FROM {IN_FORCE} WHERE kind = 'void_receipt') AS v
    ON v.location_code = r.location_code AND v.document_no = r.receipt_no
LEFT JOIN (
    SELECT location_code, document_no, document_line_no,
        {
    ", ".join(
        f"CAST(max(new_value) FILTER (WHERE field = '{name}') AS {kind}) AS new_{name}"
        for name, kind in zip(_FIELDS, ("VARCHAR", "VARCHAR", "DATE", "DECIMAL(18, 4)"), strict=True)
    )
}
    FROM {IN_FORCE}
    WHERE field <> ''
    GROUP BY ALL
) AS c
    ON c.location_code = r.location_code AND c.document_no = r.receipt_no AND c.document_line_no = r.line_no
UNION ALL BY NAME
SELECT location_code, 'P' || proposal_id AS receipt_no, line_no, 'late_entry' AS receipt_type, product_code,
    NULLIF(batch_no, '') AS batch_no, moved_qty AS received_qty, unit_cost, occurred_at AS received_at, recorded_at,
    document_no AS delivery_note_no, 'approved' AS status, proposed_by AS created_by, approved_by, reason AS note
FROM {IN_FORCE}
WHERE kind = 'reenter_receipt'
"""
_CORE = {"core.stock_movement": _MOVEMENTS, "core.receipt_line": _RECEIPTS}


def build_corrected(con: duckdb.DuckDBPyConnection, contracts: Mapping[str, Table], catalogue: Catalogue) -> list[str]:
    """Make the schema anew within the open transaction; names of the models that differ from the reported ones.

    As of the day of the last check; models that no check has built yet are left out.
    """
    con.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    kinds = dict(
        con.execute(
            "SELECT table_name, table_type FROM information_schema.tables"
            f" WHERE table_catalog = 'lake' AND table_schema = '{SCHEMA}'"
        ).fetchall()
    )
    row = con.execute(f"SELECT count(*) FILTER (WHERE moved_qty <> 0), count(*) FROM {IN_FORCE}").fetchone()
    moves, entries = row or (0, 0)
    touched = {"core.stock_movement"} if moves else set()
    touched |= {"core.receipt_line"} if entries else set()
    # Where a model completes a core table under the same name, the model is what people read.
    for name in sorted(contracts.keys() - catalogue.models.keys()):
        table = f"core.{name}"
        _replace(con, kinds, name, "VIEW", _CORE[table] if table in touched else f"SELECT * FROM {table}")
    day = con.execute("SELECT as_of FROM ops.run ORDER BY run_id DESC LIMIT 1").fetchone()
    if day is None:
        return []
    present = {
        name
        for (name,) in con.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_catalog = 'lake' AND table_schema = 'mart'"
        ).fetchall()
    }
    made = []
    for model in catalogue.models_for(frozenset(f"mart.{name}" for name in catalogue.models)):
        if model.name not in present:
            continue
        other = model.tables & touched
        if not other:
            _replace(con, kinds, model.name, "VIEW", f"SELECT * FROM mart.{model.name}")
            continue
        touched.add(f"mart.{model.name}")
        sql = replaced_tables(model.sql, {table: f"{SCHEMA}.{table.split('.')[1]}" for table in other})
        values = bound(model.file.parameters, {"as_of": day[0]})
        _replace(con, kinds, model.name, "TABLE", sql, values)
        made.append(model.name)
    return made


def _replace(
    con: duckdb.DuckDBPyConnection,
    kinds: Mapping[str, str],
    name: str,
    kind: str,
    sql: str,
    values: Mapping[str, object] | None = None,
) -> None:
    before = kinds.get(name)
    if before is not None and (before == "VIEW") != (kind == "VIEW"):
        con.execute(f"DROP {'VIEW' if before == 'VIEW' else 'TABLE'} {SCHEMA}.{name}")
    con.execute(f"CREATE OR REPLACE {kind} {SCHEMA}.{name} AS {sql}", dict(values or {}))
