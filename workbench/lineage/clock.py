"""Where the day asked for stands in a statement: which rows of which tables can change by its passing alone."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from workbench.lineage.expressions import bare
from workbench.lineage.joined import Joined
from workbench.lineage.trees import own_tables, table_name

_CLOCK = "as_of"
# What is NULL where a column in it is.
_STRICT = (
    *(exp.Column, exp.Identifier, exp.Literal, exp.Placeholder, exp.Paren, exp.Cast, exp.DataType, exp.DataTypeParam),
    *(exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Between, exp.Add, exp.Sub, exp.Mul, exp.Neg),
    *(exp.Interval, exp.Var, exp.DateTrunc, exp.TimestampTrunc),
)


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
        alias = aliases.pop()
        if alias in _optional(select) and not all(isinstance(node, _STRICT) for node in condition.walk()):
            return None  # Where there is no row of the table, the condition can turn all the same.
        found.setdefault(table_name(tables[alias]), []).append(bare(condition))
    return {table: tuple(dict.fromkeys(conditions)) for table, conditions in found.items()}


def _optional(select: exp.Select) -> set[str]:
    """Aliases that an outer join of a SELECT may leave without a row."""
    joined = Joined()
    known = set(_aliases(select.args.get("from_")))
    for join in select.args.get("joins") or []:
        alias = join.this.alias_or_name
        joined.add_join(join, known, alias)
        known.add(alias)
    return set(joined.optional)


def _aliases(node: exp.Expr | None) -> Iterator[str]:
    if node is not None:
        yield node.this.alias_or_name
