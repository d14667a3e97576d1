"""Finding one's way in a parsed statement: what belongs to a SELECT itself and what to queries within it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlglot
from sqlglot import exp


def table_name(table: exp.Table) -> str:
    """`schema.name`, or the bare name of what has no schema."""
    return f"{table.db}.{table.name}" if table.args.get("db") else table.name


def own_nodes(tree: exp.Expr, kind: type[exp.Expr]) -> Iterator[Any]:
    """Nodes of a SELECT that are its own, not those of queries within it."""
    stack: list[exp.Expr] = [
        child
        for name, value in tree.args.items()
        if name not in ("with_", "from_")
        for child in (value if isinstance(value, list) else [value])
        if isinstance(child, exp.Expr)
    ]
    while stack:
        node = stack.pop()
        if isinstance(node, exp.Query):
            continue
        if isinstance(node, kind):
            yield node
        stack.extend(c for c in node.iter_expressions())


def subqueries(tree: exp.Select) -> Iterator[exp.Expr]:
    """Queries in conditions and columns, outermost only; those of FROM and WITH are sources already."""
    stack: list[exp.Expr] = []
    for name, value in tree.args.items():
        if name in ("with_", "from_"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, exp.Join):
                stack += [c for c in (child.args.get("on"),) if c is not None]
            elif isinstance(child, exp.Expr):
                stack.append(child)
    while stack:
        node = stack.pop()
        if isinstance(node, (exp.Subquery, exp.Query)):
            yield node
        else:
            stack.extend(node.iter_expressions())


def own_tables(select: exp.Select) -> Iterator[exp.Table]:
    """Tables that a SELECT reads itself, by FROM and JOIN."""
    from_ = select.args.get("from_")
    for node in [from_, *(select.args.get("joins") or [])]:
        if node is not None and isinstance(node.this, exp.Table):
            yield node.this


def columns_used(tree: exp.Expr) -> dict[str, frozenset[str]]:
    """Tables of the lake, and the columns used of each anywhere in the statement."""
    # Also those in a place where nothing is proved of them: a change of theirs must not go unseen.
    used: dict[str, set[str]] = {name: set() for name in tables_within(tree) if "." in name}
    for select in tree.find_all(exp.Select):
        aliases: dict[str, str] = {}
        for table in own_tables(select):
            if table.args.get("db"):
                aliases[table.alias_or_name] = table_name(table)
        for column in select.find_all(exp.Column):
            if column.table in aliases:
                used[aliases[column.table]].add(column.name)
    return {table: frozenset(columns) for table, columns in used.items()}


def has_windows(tree: exp.Select) -> bool:
    """Whether a SELECT has window functions of its own."""
    return next(own_nodes(tree, exp.Window), None) is not None


def has_aggregates(expression: exp.Expr) -> bool:
    """Whether an aggregate of the SELECT itself is in the expression: none of a window, none of a subquery."""
    stack = [expression]
    while stack:
        node = stack.pop()
        if isinstance(node, exp.Query):
            continue
        if isinstance(node, exp.Window):
            function = node.this.this if isinstance(node.this, (exp.Filter, exp.IgnoreNulls)) else node.this
            stack += [*function.iter_expressions(), *(node.args.get("partition_by") or [])]
            continue
        if isinstance(node, exp.AggFunc):
            return True
        stack.extend(node.iter_expressions())
    return False


def is_plain_condition(node: exp.Expr) -> bool:
    """Whether false and unknown are the same here: only AND and OR up to the WHERE."""
    parent = node.parent
    while isinstance(parent, (exp.And, exp.Or, exp.Paren)):
        parent = parent.parent
    return isinstance(parent, exp.Where)


def tables_within(tree: exp.Expr) -> set[str]:
    """Names of all tables and common table expressions in a tree, itself included."""
    return {table_name(table) for table in tree.find_all(exp.Table) if isinstance(table.this, exp.Identifier)}


def prefixed(text: str, prefix: str) -> str:
    """An expression over the columns of one source, under a longer alias."""
    tree = sqlglot.parse_one(text, read="duckdb")
    for column in tree.find_all(exp.Column):
        column.set("table", exp.to_identifier(prefix + column.table))
    return tree.sql(dialect="duckdb", normalize_functions=False, comments=False)
