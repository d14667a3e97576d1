"""Expressions over the columns of one source, as texts that can be compared, moved along equalities and put in."""

from __future__ import annotations

from collections.abc import Iterator

import sqlglot
from sqlglot import exp

Node = tuple[str, str]  # alias and expression over it, as SQL

_DETERMINISTIC = (
    *(exp.Column, exp.Identifier, exp.Literal, exp.Upper, exp.Lower, exp.Coalesce, exp.Cast, exp.DataType, exp.Trim),
    *(exp.DateTrunc, exp.TimestampTrunc, exp.Var, exp.Paren, exp.Null, exp.DataTypeParam, exp.Boolean),
)


def node_of(expression: exp.Expr) -> Node | None:
    """An expression over the columns of one source, deterministic; None for anything else."""
    expression = expression.unnest()
    aliases = {column.table for column in expression.find_all(exp.Column)}
    if len(aliases) != 1 or not all(isinstance(n, _DETERMINISTIC) for n in expression.walk()):
        return None
    return aliases.pop(), text_of(expression)


def equalities(condition: exp.Expr) -> Iterator[tuple[Node, Node]]:
    """Pairs of expressions over two sources that a condition demands to be equal."""
    for part in condition.flatten() if isinstance(condition, exp.And) else [condition]:
        inner = part.unnest()
        if isinstance(inner, exp.And):
            yield from equalities(inner)
        elif isinstance(inner, (exp.EQ, exp.NullSafeEQ)):
            left, right = node_of(inner.left), node_of(inner.right)
            if left is not None and right is not None and left[0] != right[0]:
                yield left, right


def text_of(expression: exp.Expr) -> str:
    """An expression as SQL, by which it is compared."""
    return expression.sql(dialect="duckdb", normalize_functions=False, comments=False)


def parsed(text: str) -> exp.Expr:
    """The expression that `text_of` made a text of."""
    return sqlglot.parse_one(text, read="duckdb")


def moved(text: str, known: str, follows: str) -> str | None:
    """The expression with `known` in it replaced by what it equals; None where other columns remain."""
    if text == known:
        return follows
    tree, target = parsed(text), parsed(known)
    replacement = parsed(follows)
    moved = tree.transform(lambda node: replacement.copy() if node == target else node)
    if moved == tree or {c.table for c in moved.find_all(exp.Column)} != {
        c.table for c in replacement.find_all(exp.Column)
    }:
        return None
    return text_of(moved)


def bare(expression: exp.Expr) -> str:
    """Over the table's own columns, without the alias."""
    return text_of(expression.copy().transform(lambda n: exp.column(n.name) if isinstance(n, exp.Column) else n))


def put_in(expression: exp.Expr, way: str) -> str:
    """An expression over one column of a query, with what that column is of a table in the column's place."""
    inner = parsed(way)
    return text_of(expression.copy().transform(lambda n: inner.copy() if isinstance(n, exp.Column) else n))
