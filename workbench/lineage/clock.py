"""Where the day asked for stands in a statement: which rows of which tables can change by its passing alone."""

from __future__ import annotations

import re

from sqlglot import exp

from workbench.lineage.expressions import bare
from workbench.lineage.trees import own_tables, table_name

_CLOCK = "as_of"


def clock_of(tree: exp.Expr) -> dict[str, tuple[str, ...]] | None:
    """Conditions in which the day asked for meets columns of one table; None where it stands anywhere else."""
    found: dict[str, list[str]] = {}
    for placeholder in tree.find_all(exp.Placeholder):
        if placeholder.name != _CLOCK:
            continue
        condition = placeholder.find_ancestor(exp.Predicate)
        select = placeholder.find_ancestor(exp.Select)
        if condition is None or select is None or condition.find_ancestor(exp.Select) is not select:
            return None
        tables = {t.alias_or_name: t for t in own_tables(select) if t.args.get("db")}
        aliases = {column.table for column in condition.find_all(exp.Column)}
        if len(aliases) != 1 or not aliases <= set(tables) or condition.find(exp.Query, exp.AggFunc, exp.Window):
            return None
        name = table_name(tables[aliases.pop()])
        found.setdefault(name, []).append(re.sub(r":([a-z_][a-z0-9_]*)", r"$\1", bare(condition)))
    return {table: tuple(dict.fromkeys(conditions)) for table, conditions in found.items()}
