"""Every claim about the catalogue's models and rules, tried on random rows of all tables: none may be wrong."""

from __future__ import annotations

import datetime as dt
import itertools
import os
import random
from pathlib import Path
from typing import Any

import duckdb
import pytest

from workbench.lineage import trace
from workbench.models import bound, build_models
from workbench.sources import load_module

HERE = Path(__file__).parent
histories: Any = load_module(HERE / "histories.py", "histories")
restriction: Any = load_module(HERE.parent / "unit" / "lineage" / "restriction.py", "restriction")

SEEDS = range(int(os.environ.get("LINEAGE_SEEDS", "1")))
AS_OF = dt.date(2025, 3, 28)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_no_rows_prove_a_claim_about_the_catalogue_wrong(seed: int, contracts: Any, catalogue: Any) -> None:
    dice, serial = random.Random(seed), itertools.count(1)
    con = duckdb.connect(config={"threads": 1})
    con.execute("CREATE SCHEMA core; CREATE SCHEMA mart")
    for table in contracts.values():
        con.execute(table.ddl())
        histories.write_rows(con, table, histories.rows_of(table, dice.randrange(3, 30), dice, serial), 1)
    models = catalogue.models_for(frozenset(f"mart.{name}" for name in catalogue.models))
    build_models(con, models, {"as_of": AS_OF})
    schema: dict[str, dict[str, dict[str, str]]] = {}
    for name, table, column, kind in con.execute(
        "SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns ORDER BY ALL"
    ).fetchall():
        schema.setdefault(name, {}).setdefault(table, {})[column] = kind
    wrong = {}
    for name, subject in [*catalogue.models.items(), *catalogue.rules.items()]:
        values = {"as_of": AS_OF, **getattr(subject, "params", {})}
        lineage, given = trace(subject.sql, schema), bound(subject.file.parameters, values)
        claims = restriction.false_claims(
            con, subject.sql, lineage, given, lambda found: dice.sample(found, min(2, len(found)))
        )
        if lineage.clock:
            claims += restriction.changes_without_turning(con, subject.sql, lineage, given, AS_OF + dt.timedelta(9))
        if claims:
            wrong[name] = claims
    assert wrong == {}
