"""The tables of the lake that the engine keeps for itself (`ops`), and making all tables where they are missing.

Core tables come from the contracts, marts from the models.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

    from workbench.contracts import Table

OPS_TABLES: dict[str, dict[str, str]] = {
    "core.revision": {
        "table_name": "VARCHAR",
        "business_key": "VARCHAR",
        "old_file_id": "INTEGER",
        "old_row_no": "BIGINT",
        "new_file_id": "INTEGER",
        "new_row_no": "BIGINT",
        "old_content": "VARCHAR",
    },
    "ops.file": {
        "file_id": "INTEGER",
        "sha256": "VARCHAR",
        "file_name": "VARCHAR",
        "sheet": "VARCHAR",
        "size_bytes": "BIGINT",
        "source": "VARCHAR",
        "feed": "VARCHAR",
        "dialect": "VARCHAR",
        "header": "VARCHAR",
        "unknown_columns": "VARCHAR",
        "rows_read": "BIGINT",
        "rows_accepted": "BIGINT",
        "rows_rejected": "BIGINT",
        "rows_known": "BIGINT",
        "rows_blank": "BIGINT",
        "rows_ignored": "BIGINT",
        "loaded_at": "TIMESTAMP",
        "loaded_by": "VARCHAR",
        "choice": "VARCHAR",
    },
    "ops.file_table": {
        "file_id": "INTEGER",
        "table_name": "VARCHAR",
        "rows_accepted": "BIGINT",
        "rows_revised": "BIGINT",
        "rows_rejected": "BIGINT",
        "rows_known": "BIGINT",
        "rows_repeated": "BIGINT",
    },
    "ops.reject": {
        "file_id": "INTEGER",
        "row_no": "BIGINT",
        "table_name": "VARCHAR",
        "column_name": "VARCHAR",
        "rule": "VARCHAR",
        "value": "VARCHAR",
    },
    # Figures of loads and runs with their verdicts; a figure without a verdict is only kept to know what is usual.
    "ops.gate": {
        "file_id": "INTEGER",
        "run_id": "INTEGER",
        "suite": "VARCHAR",
        "table_name": "VARCHAR",
        "series": "VARCHAR",
        "day": "DATE",
        "figure": "VARCHAR",
        "value": "DECIMAL(28,6)",
        "detail": "VARCHAR",
        "warn_min": "DECIMAL(28,6)",
        "warn_max": "DECIMAL(28,6)",
        "fail_min": "DECIMAL(28,6)",
        "fail_max": "DECIMAL(28,6)",
        "verdict": "VARCHAR",
        "judged_at": "TIMESTAMP",
    },
    # Loads in quarantine: no row of them is in core, and their numbers are kept free until they are let in.
    "ops.held": {
        "file_id": "INTEGER",
        "tables": "INTEGER",
        "sha256": "VARCHAR",
        "file_name": "VARCHAR",
        "choice": "VARCHAR",
        "rows_read": "BIGINT",
        "reasons": "VARCHAR",
        "held_at": "TIMESTAMP",
        "held_by": "VARCHAR",
        "status": "VARCHAR",
        "decided_at": "TIMESTAMP",
        "decided_by": "VARCHAR",
        "reason": "VARCHAR",
    },
    # Entries by which approved corrections come into the books; only ever added, and undone by the opposite.
    "core.adjustment": {
        "adjustment_id": "VARCHAR",
        "proposal_id": "INTEGER",
        "line_no": "INTEGER",
        "kind": "VARCHAR",
        "entry": "VARCHAR",
        "location_code": "VARCHAR",
        "product_code": "VARCHAR",
        "batch_no": "VARCHAR",
        "movement_type": "VARCHAR",
        "moved_qty": "DECIMAL(18,3)",
        "unit_cost": "DECIMAL(18,4)",
        "occurred_at": "TIMESTAMP",
        "recorded_at": "TIMESTAMP",
        "document_no": "VARCHAR",
        "document_line_no": "BIGINT",
        "field": "VARCHAR",
        "old_value": "VARCHAR",
        "new_value": "VARCHAR",
        "reason_code": "VARCHAR",
        "reason": "VARCHAR",
        "proposed_by": "VARCHAR",
        "approved_by": "VARCHAR",
        "reverses_adjustment_id": "VARCHAR",
    },
    # What became of each correction that was applied, as last looked at; arrived ones keep their finding resolved.
    "ops.correction": {
        "proposal_id": "INTEGER",
        "kind": "VARCHAR",
        "finding_id": "VARCHAR",
        "evidence_hash": "VARCHAR",
        "outcome": "VARCHAR",
        "expected_qty": "DECIMAL(18,3)",
        "found_qty": "DECIMAL(18,3)",
        "found": "VARCHAR",
        "why": "VARCHAR",
        # A JSON list of location/movement_id: a movement answers one correction.
        "answered_by": "VARCHAR",
        "checked_at": "TIMESTAMP",
    },
    "ops.run": {
        "run_id": "INTEGER",
        "as_of": "DATE",
        "started_at": "TIMESTAMP",
        "seconds": "DECIMAL(12,3)",
        "run_by": "VARCHAR",
        "status": "VARCHAR",
        "rules": "INTEGER",
        "tested": "BIGINT",
        "violated": "BIGINT",
        "new": "BIGINT",
        "still_open": "BIGINT",
        "resolved": "BIGINT",
        "reopened": "BIGINT",
        "parameters": "VARCHAR",
    },
    "ops.outcome": {
        "run_id": "INTEGER",
        "rule_id": "VARCHAR",
        "rule_digest": "VARCHAR",
        "severity": "VARCHAR",
        "status": "VARCHAR",
        "population": "BIGINT",
        "tested": "BIGINT",
        "violated": "BIGINT",
        "amount_at_risk": "DECIMAL(18,4)",
        "seconds": "DECIMAL(12,3)",
        "detail": "VARCHAR",
        "scope": "VARCHAR",
    },
    "ops.evaluation": {
        "consumer": "VARCHAR",
        "digest": "VARCHAR",
        "parameters": "VARCHAR",
        "as_of": "DATE",
        "run_id": "INTEGER",
        "epoch": "INTEGER",
    },
    "ops.lineage": {"consumer": "VARCHAR", "fingerprint": "VARCHAR", "lineage": "VARCHAR"},
    # Every time a finding came back after it was resolved; `ops.finding` says only that it did.
    "ops.reopening": {"finding_id": "VARCHAR", "run_id": "INTEGER"},
    "ops.finding": {
        "finding_id": "VARCHAR",
        "rule_id": "VARCHAR",
        "severity": "VARCHAR",
        "status": "VARCHAR",
        "location_code": "VARCHAR",
        "product_code": "VARCHAR",
        "batch_no": "VARCHAR",
        "supplier_code": "VARCHAR",
        "document_no": "VARCHAR",
        "document_line_no": "BIGINT",
        "occurred_date": "DATE",
        "expected_qty": "DECIMAL(18,3)",
        "actual_qty": "DECIMAL(18,3)",
        "difference_qty": "DECIMAL(18,3)",
        "amount_at_risk": "DECIMAL(18,4)",
        "message": "VARCHAR",
        "message_zh": "VARCHAR",
        "evidence": "VARCHAR",
        "first_seen_run": "INTEGER",
        "last_seen_run": "INTEGER",
        "resolved_run": "INTEGER",
        "evidence_hash": "VARCHAR",
    },
}


def has_table(con: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Whether the lake has a table, like `core.adjustment`: older lakes, and new ones, lack some."""
    schema, table = name.split(".")
    question = "SELECT count(*) FROM information_schema.tables WHERE table_schema = '{}' AND table_name = '{}'"
    return con.execute(question.format(schema, table)).fetchone() != (0,)


def ensure_tables(con: duckdb.DuckDBPyConnection, contracts: Mapping[str, Table]) -> None:
    """Create what is missing and add columns that a contract has gained; cheap when all is there."""
    present: dict[str, set[str]] = {}
    for schema, table, name in con.execute(
        "SELECT table_schema, table_name, column_name FROM information_schema.columns WHERE table_catalog = 'lake'"
    ).fetchall():
        present.setdefault(f"{schema}.{table}", set()).add(name)
    for schema in ("core", "mart", "ops"):
        con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    wanted = {f"core.{t.name}": {c.name: c.sql_type for c in t.columns.values()} for t in contracts.values()}
    for name, columns in wanted.items():
        wanted[name] = {"file_id": "INTEGER", "row_no": "BIGINT", **columns}
    for name, columns in {**wanted, **OPS_TABLES}.items():
        if name not in present:
            con.execute(f"CREATE TABLE {name} ({_columns(columns)})")
            continue
        for column, sql_type in columns.items():
            if column not in present[name]:
                con.execute(f'ALTER TABLE {name} ADD COLUMN "{column}" {sql_type}')


def _columns(columns: Mapping[str, str]) -> str:
    return ", ".join(f'"{name}" {sql_type}' for name, sql_type in columns.items())
