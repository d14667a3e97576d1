"""Building the tables of `mart` from their SELECTs, in dependency order, on any DuckDB connection.

The SELECTs live in `pipelines/models/`; what of a model must be built again is the question of `refresh`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from workbench.errors import RuleFailed

if TYPE_CHECKING:
    import duckdb

    from workbench.catalogue import Model


def bound(parameters: frozenset[str], values: Mapping[str, Any]) -> dict[str, Any]:
    """Just the values a statement asks for: DuckDB refuses superfluous ones."""
    return {name: values[name] for name in parameters}


def row_count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    """How many rows a table has."""
    row = con.execute(f"SELECT count(*) FROM {table}").fetchone()
    assert row is not None
    return int(row[0])


def build_models(con: duckdb.DuckDBPyConnection, models: Iterable[Model], values: Mapping[str, Any]) -> None:
    """Make each model a table of `mart`; RuleFailed names the model whose SQL cannot run."""
    import duckdb

    for model in models:
        try:
            con.execute(
                f"CREATE OR REPLACE TABLE mart.{model.name} AS {model.sql}", bound(model.file.parameters, values)
            )
        except duckdb.Error as error:
            raise RuleFailed(f"The model {model.file.path} cannot be built: {error}") from error
