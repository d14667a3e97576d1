"""Expressions over the columns of one source, as texts that can be compared, moved along equalities and put in."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import sqlglot
from sqlglot import exp

Node = tuple[str, str]  # alias and expression over it, as SQL

_DETERMINISTIC = (
    *(exp.Column, exp.Identifier, exp.Literal, exp.Upper, exp.Lower, exp.Coalesce, exp.Cast, exp.DataType, exp.Trim),
    *(exp.DateTrunc, exp.TimestampTrunc, exp.Var, exp.Paren, exp.Null, exp.DataTypeParam, exp.Boolean),
)
_TEXTS = exp.DataType.TEXT_TYPES
_WHOLES = exp.DataType.INTEGER_TYPES
_MOMENTS = exp.DataType.TEMPORAL_TYPES


def equalities(condition: exp.Expr) -> Iterator[tuple[Node, Node, bool]]:
    """Pairs of expressions over two sources that a condition demands to be equal, and whether NULL equals NULL.

    Only of one kind: '01' and '1' are equal to the number 1 and not to each other.
    """
    for part in condition.flatten() if isinstance(condition, exp.And) else [condition]:
        inner = part.unnest()
        if isinstance(inner, exp.And):
            yield from equalities(inner)
        elif isinstance(inner, (exp.EQ, exp.NullSafeEQ)) and are_alike(inner.left, inner.right):
            left, right = node_of(inner.left), node_of(inner.right)
            if left is not None and right is not None and left[0] != right[0]:
                yield left, right, isinstance(inner, exp.NullSafeEQ)


def are_alike(left: exp.Expr, right: exp.Expr) -> bool:
    """Whether two expressions have one kind of value: equal values are the same then, also as text."""
    kind = _kind(left)
    return kind is not None and kind == _kind(right)


def node_of(expression: exp.Expr) -> Node | None:
    """An expression over the columns of one source, deterministic; None for anything else."""
    expression = expression.unnest()
    aliases = {column.table for column in expression.find_all(exp.Column)}
    if len(aliases) != 1 or "" in aliases:
        return None
    for node in expression.walk():
        if not isinstance(node, _DETERMINISTIC) or (isinstance(node, exp.Cast) and not _never_fails(node)):
            return None
    return aliases.pop(), text_of(expression)


def is_strict(text: str) -> bool:
    """Whether an expression is NULL where its source has no row, as in an outer join."""
    return parsed(text).find(exp.Coalesce) is None


def text_of(expression: exp.Expr) -> str:
    """An expression as SQL, by which it is compared."""
    return expression.sql(dialect="duckdb", normalize_functions=False, comments=False)


def parsed(text: str) -> exp.Expr:
    """The expression that `text_of` made a text of."""
    return sqlglot.parse_one(text, read="duckdb")


@lru_cache(maxsize=50_000)
def moved(text: str, known: str, follows: str) -> str | None:
    """The expression with `known` in it replaced by what it equals; None where other columns remain."""
    if text == known:
        return follows
    if known not in text:
        return None
    tree, target = parsed(text), parsed(known)
    replacement = parsed(follows)
    changed = tree.transform(lambda node: replacement.copy() if node == target else node)
    if changed == tree or {c.table for c in changed.find_all(exp.Column)} != {
        c.table for c in replacement.find_all(exp.Column)
    }:
        return None
    return text_of(changed)


def bare(expression: exp.Expr) -> str:
    """Over the table's own columns, without the alias."""
    return text_of(expression.copy().transform(lambda n: exp.column(n.this) if isinstance(n, exp.Column) else n))


def put_in(expression: exp.Expr, way: str) -> str:
    """An expression over one column of a query, with what that column is of a table in the column's place."""
    inner = parsed(way)
    return text_of(expression.copy().transform(lambda n: inner.copy() if isinstance(n, exp.Column) else n))


def _never_fails(cast: exp.Cast) -> bool:
    """A cast that rows which an answer never looked at cannot break."""
    if isinstance(cast, exp.TryCast) or cast.to.this in _TEXTS:
        return True
    return cast.to.this in _MOMENTS and cast.this.type is not None and cast.this.type.this in _MOMENTS


def _kind(expression: exp.Expr) -> str | None:
    kind = expression.type
    if kind is None or kind.this in (exp.DataType.Type.UNKNOWN, exp.DataType.Type.NULL):
        return None
    if kind.this in _TEXTS:
        return "text"
    if kind.this in _WHOLES:
        return "whole"
    return kind.sql(dialect="duckdb")
