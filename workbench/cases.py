"""Running the cases of a rule or a model: little tables in, expected rows out, in a DuckDB of their own.

The same cases are the rule's tests and its documentation.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from workbench.catalogue import Catalogue, Model, Rule
from workbench.errors import ConfigurationError
from workbench.header import Case
from workbench.models import bound, build_models

if TYPE_CHECKING:
    import duckdb

    from workbench.contracts import Table

DEFAULT_AS_OF = dt.date(2025, 12, 31)


def open_case(case: Case, contracts: Mapping[str, Table], catalogue: Catalogue, tables: frozenset[str]) -> Any:
    """A DuckDB with the case's rows in core, and the models that `tables` ask for built on them."""
    import duckdb

    con = duckdb.connect()
    con.execute("CREATE SCHEMA core; CREATE SCHEMA mart;")
    for table in contracts.values():
        con.execute(table.ddl())
    for name, rows in case.tables.items():
        _fill(con, name, rows, contracts, case)
    build_models(con, catalogue.models_for(tables), values_of(case, {}))
    return con


def values_of(case: Case, defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Parameter values of a case: its own over the defaults; `as_of` is the last day of 2025 unless said."""
    return {"as_of": DEFAULT_AS_OF, **defaults, **case.settings}


def run_case(subject: Rule | Model, case: Case, contracts: Mapping[str, Table], catalogue: Catalogue) -> list[str]:
    """Run one case; the differences, a sentence each, none when the case holds."""
    is_rule = isinstance(subject, Rule)
    tables = subject.tables if is_rule else frozenset({f"mart.{subject.file.name}"})
    sql = subject.sql if is_rule else f"SELECT * FROM mart.{subject.file.name}"
    con = open_case(case, contracts, catalogue, tables)
    values = values_of(case, subject.params if isinstance(subject, Rule) else {})
    parameters = subject.file.parameters if is_rule else frozenset()
    cursor = con.execute(sql, bound(parameters, values))
    names = [d[0] for d in cursor.description]
    got = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    con.close()
    return _differences(case, got)


def _fill(
    con: duckdb.DuckDBPyConnection,
    name: str,
    rows: list[dict[str, str | None]],
    contracts: Mapping[str, Table],
    case: Case,
) -> None:
    table = contracts.get(name)
    if table is None:
        raise ConfigurationError(f"Case {case.name!r} fills {name}, which is no core table.")
    for number, row in enumerate(rows, start=1):
        filled = dict(row)
        for column in table.columns.values():
            if column.name == "location_code" or (column.is_key and column.name == "batch_no"):
                filled[column.name] = filled.get(column.name) or ""
        unknown = set(filled) - set(table.columns) - {"file_id", "row_no"}
        if unknown:
            raise ConfigurationError(f"Case {case.name!r}: {name} has no column {sorted(unknown)[0]}.")
        filled.setdefault("file_id", "1")
        filled.setdefault("row_no", str(number))
        columns = ", ".join(f'"{c}"' for c in filled)
        con.execute(
            f"INSERT INTO core.{name} ({columns}) VALUES ({', '.join('?' for _ in filled)})", list(filled.values())
        )


def _differences(case: Case, got: list[dict[str, Any]]) -> list[str]:
    """Expected and found rows that have no partner; the order of rows says nothing."""
    missing = []
    left = list(got)
    for wanted in case.expect:
        partner = next((row for row in left if _agrees(wanted, row)), None)
        if partner is None:
            missing.append(wanted)
        else:
            left.remove(partner)
    return [f"expected and not found: {row}" for row in missing] + [f"found and not expected: {row}" for row in left]


def _agrees(wanted: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    for name, value in wanted.items():
        if name not in row:
            return False
        found = row[name]
        if isinstance(value, (int, Decimal)) and not isinstance(value, bool) and found is not None:
            if isinstance(found, str) or Decimal(str(found)) != Decimal(value):
                return False
        elif value == "" and found is None:
            continue
        elif found != value and str(found) != str(value):
            return False
    return True
