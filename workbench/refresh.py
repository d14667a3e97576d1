"""Bringing the tables of `mart` up to date: only the keys that changed where that can be proved, else as a whole.

What came and went is kept as a temporary table, so that the models and rules that read a mart follow in their turn.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbench.errors import RuleFailed
from workbench.evaluation import Evaluations, Plan, restricted, where_touched
from workbench.models import bound, row_count

if TYPE_CHECKING:
    import duckdb

    from workbench.catalogue import Model
    from workbench.changes import Touched
    from workbench.lineage import Lineage

# Above this a mart is replaced rather than compared row by row with what it was.
COMPARED_ROWS = 2_000_000
# Where more than this share of a mart is touched it is worked out as a whole, unless it is small.
LARGEST_SHARE = 0.5
FEW_ROWS = 100_000
_AMBIGUOUS = Plan("everything", "its grain does not tell its rows apart")


def refresh_models(book: Evaluations, models: Sequence[Model]) -> dict[str, float]:
    """Bring models, each after those it reads, up to date; seconds of those whose rows were worked out anew."""
    built: dict[str, float] = {}
    present = set(book.tables().get("mart", {}))
    for model in models:
        started = time.perf_counter()
        values = {"as_of": book.as_of}
        consumer = f"mart.{model.name}"
        grain = tuple(model.file.header.get("grain", ()))
        plan, lineage = book.plan(consumer, model.sql, model.file.digest, {}, grain)
        if model.name not in present:
            plan = Plan("everything", "it is not there")
        if plan.kind == "parts" and lineage is not None:
            plan = _refresh_parts(book, model, plan, lineage, grain, values)
        is_whole = plan.kind == "everything"
        if is_whole:
            is_compared = model.name in present and not book.is_full and plan is not _AMBIGUOUS
            is_whole = _rebuild(book, model, grain, values, is_compared)
        if plan.kind != "nothing":
            built[model.name] = time.perf_counter() - started
        book.done(consumer, model.file.digest, {}, is_whole)
    return built


def _refresh_parts(
    book: Evaluations, model: Model, plan: Plan, lineage: Lineage, grain: Sequence[str], values: dict[str, Any]
) -> Plan:
    """Replace the rows of touched keys; answers the plan that was carried out in the end."""
    table = f"mart.{model.name}"
    for part in plan.parts:
        old, new = book.changes.name("old"), book.changes.name("new")
        con = book.con
        condition = where_touched(part, "t")
        place = book.residents.name(table)
        _run(con, model, f"CREATE TEMP TABLE {old} AS SELECT * FROM {place} AS t WHERE {condition}{_bounds(part)}", {})
        if book.changes.count(old) > LARGEST_SHARE * max(row_count(con, place), FEW_ROWS):
            return Plan("everything", "most of it is touched")
        _run(
            con,
            model,
            f"CREATE TEMP TABLE {new} AS SELECT * FROM ("
            f"{restricted(model.sql, model.tables, lineage, part, book.residents)}) AS t WHERE {condition}",
            bound(model.file.parameters, values),
        )
        if not _apply(book, model, old, new, grain):
            return _AMBIGUOUS
        con.execute(f"DROP TABLE {old}")
        con.execute(f"DROP TABLE {new}")
    return plan


def _bounds(part: Touched) -> str:
    def literal(value: Any) -> str:
        return str(value) if isinstance(value, int) else f"DATE '{value}'"

    return "".join(f' AND t."{c}" BETWEEN {literal(a)} AND {literal(b)}' for c, (a, b) in part.ranges.items())


def _apply(book: Evaluations, model: Model, old: str, new: str, grain: Sequence[str]) -> bool:
    """Turn the old rows into the new ones, touching only rows that differ; false where the grain is not unique."""
    con, table = book.con, f"mart.{model.name}"
    gone, come, delta = (book.changes.name(p) for p in ("gone", "come", "delta"))
    tests = " AND ".join(f't."{c}" IS NOT DISTINCT FROM g."{c}"' for c in grain)
    if row_count(con, old):
        if not grain or not _part(book, old, new, gone, come, grain, tests):
            return False
    else:
        con.execute(f"CREATE TEMP TABLE {gone} AS SELECT * FROM {old}")
        con.execute(f"CREATE TEMP TABLE {come} AS SELECT * FROM {new}")
    leaving, coming = row_count(con, gone), row_count(con, come)
    if leaving:
        deleted = con.execute(f"DELETE FROM {table} AS t USING {gone} AS g WHERE {tests}").fetchone()
        if deleted != (leaving,):
            return False  # A row that nothing touched has the same grain and went too.
    if coming:
        con.execute(f"INSERT INTO {table} BY NAME SELECT * FROM {come}")
    if leaving or coming:
        changed = [name for name, rows in ((gone, leaving), (come, coming)) if rows]
        con.execute(f"CREATE TEMP TABLE {delta} AS " + " UNION ALL ".join(f"SELECT * FROM {name}" for name in changed))
        book.changes.built(table, delta)
        book.residents.forget(table)
    for name in (gone, come):
        con.execute(f"DROP TABLE {name}")
    return True


def _part(book: Evaluations, old: str, new: str, gone: str, come: str, grain: Sequence[str], tests: str) -> bool:
    """Make the tables of the rows that only the old or only the new has; false where the grain is not unique.

    Rows of one grain are compared column by column: EXCEPT ALL, which hashes whole rows, takes four times as long.
    """
    con, pair = book.con, book.changes.name("pair")
    columns = [str(row[0]) for row in con.execute(f"DESCRIBE {new}").fetchall()]
    differ = " OR ".join(f't."{c}" IS DISTINCT FROM g."{c}"' for c in columns if c not in grain) or "false"
    con.execute(
        f"CREATE TEMP TABLE {pair} AS SELECT t.rowid AS old_row, g.rowid AS new_row, {differ} AS is_other"
        f" FROM {old} AS t FULL JOIN {new} AS g ON {tests}"
    )
    con.execute(
        f"CREATE TEMP TABLE {gone} AS SELECT * FROM {old} WHERE rowid IN"
        f" (SELECT old_row FROM {pair} WHERE new_row IS NULL OR is_other)"
    )
    con.execute(
        f"CREATE TEMP TABLE {come} AS SELECT * FROM {new} WHERE rowid IN"
        f" (SELECT new_row FROM {pair} WHERE old_row IS NULL OR is_other)"
    )
    # A grain that several rows have pairs each with each, and so some row more than once.
    row = con.execute(f"SELECT count(old_row), count(new_row) FROM {pair}").fetchone()
    con.execute(f"DROP TABLE {pair}")
    return row == (row_count(con, old), row_count(con, new))


def _rebuild(book: Evaluations, model: Model, grain: Sequence[str], values: dict[str, Any], is_present: bool) -> bool:
    """Work the whole model out; true where it was replaced, false where only the rows that differ were."""
    table = f"mart.{model.name}"
    sql = book.residents.sql(model.sql, model.tables)
    if is_present and grain:
        place = book.residents.name(table)
        if row_count(book.con, place) <= COMPARED_ROWS:
            new = book.changes.name("new")
            _run(book.con, model, f"CREATE TEMP TABLE {new} AS {sql}", bound(model.file.parameters, values))
            if _shape(book.con, new) == _shape(book.con, table):
                old = place
                if place == table:
                    old = book.changes.name("old")
                    book.con.execute(f"CREATE TEMP TABLE {old} AS SELECT * FROM {table}")
                if _apply(book, model, old, new, grain):
                    if old != place:
                        book.con.execute(f"DROP TABLE {old}")
                    book.residents.adopt(table, new)
                    return False
    _run(book.con, model, f"CREATE OR REPLACE TABLE {table} AS {sql}", bound(model.file.parameters, values))
    book.residents.forget(table, is_large=row_count(book.con, table) > FEW_ROWS)
    return True


def _shape(con: duckdb.DuckDBPyConnection, table: str) -> list[tuple[Any, ...]]:
    return [row[:2] for row in con.execute(f"DESCRIBE {table}").fetchall()]


def _run(con: duckdb.DuckDBPyConnection, model: Model, sql: str, values: dict[str, Any]) -> None:
    import duckdb

    try:
        con.execute(sql, values)
    except duckdb.Error as error:
        raise RuleFailed(f"The model {model.file.path} cannot be built: {error}") from error
