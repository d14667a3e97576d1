"""The books as corrected: schema `corrected` has every core table and every model, with the adjusting entries in them.

Where no entry matters to a table it is a view of the reported one; else it is made by the model's own SQL over
corrected tables. Entries that were undone, or that the POS has taken over, are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from workbench.corrections.entries import corrected_tables
from workbench.models import bound
from workbench.resident import replaced_tables

if TYPE_CHECKING:
    import duckdb

    from workbench.catalogue import Catalogue
    from workbench.contracts import Table

SCHEMA = "corrected"


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
    corrected = corrected_tables(con)
    touched = {f"core.{name}" for name in corrected}
    # Where a model completes a core table under the same name, the model is what people read.
    for name in sorted(contracts.keys() - catalogue.models.keys()):
        _replace(con, kinds, name, "VIEW", corrected.get(name, f"SELECT * FROM core.{name}"))
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
