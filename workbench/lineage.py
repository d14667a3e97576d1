"""Which part of a SELECT's tables an answer for one key depends on, proved from the SQL alone.

A column of the answer *follows* a table when rows of the answer with the value v depend only on those rows of the
table for which an expression over the table's own columns equals v. Then the answer for touched values can be worked
out anew from restricted tables, and nothing else of the answer can have changed. What cannot be proved is left out:
the caller then evaluates everything. Writers of rules and models know nothing of this.

Method: within one SELECT, equalities of joins and WHERE are edges between expressions; from an output column they are
followed to every source. A left join is followed from the kept side only; groups must be by the column, windows
partitioned by it; unions must agree branch by branch. A table that occurs twice must be reached twice, by one
expression. Nothing is followed through LIMIT, NOT IN, unkeyed windows or functions that make rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.qualify import qualify

Schema = Mapping[str, Mapping[str, Mapping[str, str]]]  # schema → table → column → type
_Ways = dict[str, frozenset[str]]  # table → expressions over its columns, each one sufficient
_Node = tuple[str, str]  # alias and expression over it, as SQL

_CLOCK = "as_of"
_LONGEST_WALK = 400
_DETERMINISTIC = (
    *(exp.Column, exp.Identifier, exp.Literal, exp.Upper, exp.Lower, exp.Coalesce, exp.Cast, exp.DataType, exp.Trim),
    *(exp.DateTrunc, exp.TimestampTrunc, exp.Var, exp.Paren, exp.Null, exp.DataTypeParam, exp.Boolean),
)


@dataclass(frozen=True)
class Lineage:
    """What was proved of one statement.

    `follows[column][table]` is the expression over the table's columns that the column follows. `columns` are those
    of the answer, `tables` all tables read (`schema.name`) with the columns used of each.
    `clock[table]` are conditions over the table's columns and parameters in which the day asked for occurs; `None`
    when it occurs anywhere else, so that any row can change with the day.
    """

    columns: tuple[str, ...]
    tables: Mapping[str, frozenset[str]]
    follows: Mapping[str, Mapping[str, str]]
    clock: Mapping[str, tuple[str, ...]] | None

    def keys(self, table: str) -> dict[str, str]:
        """Columns of the answer that follow the table, with their expressions."""
        return {column: ways[table] for column, ways in self.follows.items() if table in ways}

    def as_json(self) -> dict[str, Any]:
        """Plain values, to be kept."""
        return {
            "columns": list(self.columns),
            "tables": {table: sorted(columns) for table, columns in self.tables.items()},
            "follows": {column: dict(ways) for column, ways in self.follows.items()},
            "clock": None if self.clock is None else {t: list(c) for t, c in self.clock.items()},
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Lineage:
        """What `as_json` made."""
        clock = value["clock"]
        return cls(
            tuple(value["columns"]),
            {table: frozenset(columns) for table, columns in value["tables"].items()},
            value["follows"],
            None if clock is None else {t: tuple(c) for t, c in clock.items()},
        )


def trace(sql: str, schema: Schema) -> Lineage:
    """What can be proved of a SELECT over tables of `schema`; ParseError and the like pass through."""
    tree = sqlglot.parse_one(re.sub(r"\$([a-z_][a-z0-9_]*)", r":\1", sql), read="duckdb")
    tree = cast(
        exp.Query,
        qualify(
            tree,
            schema=cast(dict[str, object], schema),
            dialect="duckdb",
            quote_identifiers=False,
            identify=False,
            validate_qualify_columns=False,
        ),
    )
    for node in tree.walk():
        node.comments = None
    answer = _query(tree, {})
    follows = {
        column: {table: min(ways, key=lambda way: (len(way), way)) for table, ways in answer.ways[column].items()}
        for column in answer.columns
    }
    return Lineage(tuple(answer.columns), _columns_used(tree), follows, _clock(tree))


@dataclass
class _Answer:
    """A (sub)query: its columns, the tables in it, and what each column follows."""

    columns: list[str]
    tables: set[str]
    ways: dict[str, _Ways] = field(default_factory=dict)

    def of(self, column: str) -> _Ways:
        return self.ways.get(column, {})


_Source = str | _Answer  # a table by its name, or a query
_Scope = Mapping[str, _Answer]  # common table expressions by name


def _query(tree: exp.Expr, outer: _Scope) -> _Answer:
    scope = dict(outer)
    with_ = tree.args.get("with_") or tree.args.get("with")
    if with_ is not None:
        for cte in with_.expressions:
            scope[cte.alias] = _unproved(cte.this) if with_.args.get("recursive") else _query(cte.this, scope)
    if isinstance(tree, exp.Subquery):
        return _query(tree.this, scope)
    if isinstance(tree, exp.SetOperation):
        answer = _combined(_query(tree.left, scope), _query(tree.right, scope))
        return _without_ways(answer) if tree.args.get("limit") or tree.args.get("offset") else answer
    if isinstance(tree, exp.Select):
        return _Select(tree, scope).answer()
    return _unproved(tree)


def _unproved(tree: exp.Expr) -> _Answer:
    columns = tree.named_selects if isinstance(tree, exp.Query) else []
    return _Answer(list(columns), {_table_name(t) for t in tree.find_all(exp.Table) if t.args.get("db")})


def _without_ways(answer: _Answer) -> _Answer:
    return _Answer(answer.columns, answer.tables)


def _combined(left: _Answer, right: _Answer) -> _Answer:
    """A set operation: both branches, column by column in their order."""
    answer = _Answer(left.columns, left.tables | right.tables)
    for first, second in zip(left.columns, right.columns, strict=False):
        ways: _Ways = {}
        for table in answer.tables:
            parts = [b.of(c).get(table, frozenset()) for b, c in ((left, first), (right, second)) if table in b.tables]
            common = frozenset.intersection(*parts)
            if common:
                ways[table] = common
        answer.ways[first] = ways
    return answer


class _Select:
    """One SELECT: its sources by alias, the equalities between them, and what its columns follow."""

    def __init__(self, tree: exp.Select, scope: _Scope) -> None:
        self.tree = tree
        self.scope = scope
        self.sources: dict[str, _Source] = {}
        self.edges: list[tuple[_Node, _Node]] = []  # from what is known to what follows from it
        self.merged: set[frozenset[_Node]] = set()  # the two sides of a full join's equality
        self.lost: set[str] = set()  # tables of which everything matters
        self.tables: set[str] = set()
        self._read()

    def answer(self) -> _Answer:
        answer = _Answer(self.tree.named_selects, self.tables)
        if self.tree.args.get("limit") or self.tree.args.get("offset") or self.tree.args.get("laterals"):
            return answer
        for column, expression in zip(answer.columns, self.tree.selects, strict=True):
            answer.ways[column] = self._ways(expression.unalias())
        return answer

    def _read(self) -> None:
        tree = self.tree
        from_ = tree.args.get("from_") or tree.args.get("from")
        if from_ is not None:
            self._add_source(from_.this)
        for join in tree.args.get("joins") or []:
            known = set(self.sources)
            alias = self._add_source(join.this)
            self._add_join(join, known, alias)
        where = tree.args.get("where")
        if where is not None:
            self._add_equalities(where.this, None)
        self._add_subqueries()

    def _add_source(self, source: exp.Expr) -> str:
        if isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier):
            alias = source.alias_or_name
            name = source.name
            if not source.args.get("db") and name in self.scope:
                self.sources[alias] = self.scope[name]
                self.tables |= self.scope[name].tables
            else:
                self.sources[alias] = _table_name(source)
                self.tables.add(_table_name(source))
            return alias
        if isinstance(source, exp.Subquery):
            answer = _query(source.this, self.scope)
        elif isinstance(source, exp.Values):
            answer = _Answer([], set())
        else:
            answer = _unproved(source)
        self.sources[source.alias_or_name] = answer
        self.tables |= answer.tables
        return source.alias_or_name

    def _add_join(self, join: exp.Join, known: set[str], alias: str) -> None:
        on, side, kind = join.args.get("on"), (join.side or "").upper(), (join.kind or "").upper()
        if on is None:
            return
        if join.method or side not in ("", "LEFT", "RIGHT", "FULL"):
            return  # ASOF and the like
        if side == "FULL":
            for left, right in _equalities(on):
                self.merged.add(frozenset((left, right)))
        elif side == "LEFT" or kind in ("SEMI", "ANTI"):
            self._add_equalities(on, lambda start, end: start in known and end == alias)
        elif side == "RIGHT":
            self._add_equalities(on, lambda start, end: start == alias and end in known)
        else:
            self._add_equalities(on, None)

    def _add_equalities(self, condition: exp.Expr, allowed: Any) -> None:
        for left, right in _equalities(condition):
            for start, end in ((left, right), (right, left)):
                if allowed is None or allowed(start[0], end[0]):
                    self.edges.append((start, end))

    def _add_subqueries(self) -> None:
        """EXISTS, IN and scalar subqueries: sources of their own, reached from the row they are asked for."""
        for number, query in enumerate(_subqueries(self.tree)):
            prefix = f"subquery_{number}_"
            parent = query.parent
            if isinstance(query, exp.Subquery):
                query = query.this
            while isinstance(parent, (exp.Subquery, exp.Paren)):
                parent = parent.parent
            if isinstance(parent, exp.In):
                self._add_membership(parent, query, prefix)
            elif isinstance(query, exp.Select) and not _has_windows(query) and not query.args.get("offset"):
                inner = _Select(query, self.scope)
                is_limited = query.args.get("limit") is not None and not isinstance(parent, exp.Exists)
                self.tables |= inner.tables
                self.sources |= {prefix + alias: source for alias, source in inner.sources.items()}
                self.lost |= inner.lost
                if is_limited:
                    continue
                for start, end in inner.edges:
                    # What the subquery says of the outer row does not hold where it finds nothing.
                    if end[0] in inner.sources:
                        self.edges.append((inner.renamed(start, prefix), inner.renamed(end, prefix)))
            else:
                self.tables |= _query(query, self.scope).tables
                self.lost |= _query(query, self.scope).tables

    def _add_membership(self, test: exp.In, query: exp.Expr, prefix: str) -> None:
        answer = _query(query, self.scope)
        self.tables |= answer.tables
        self.sources[prefix] = answer
        if not _is_plain_condition(test):
            self.lost |= answer.tables
            return
        asked = test.this.expressions if isinstance(test.this, exp.Tuple) else [test.this]
        for expression, column in zip(asked, answer.columns, strict=False):
            node = _node(expression)
            if node is not None:
                self.edges.append((node, (prefix, f"{prefix}.{column}")))

    def renamed(self, node: _Node, prefix: str) -> _Node:
        """A node under the name that an own source has in the SELECT around this one."""
        if node[0] not in self.sources:
            return node
        tree = _parsed(node[1])
        for column in tree.find_all(exp.Column):
            column.set("table", exp.to_identifier(prefix + node[0]))
        return prefix + node[0], _text(tree)

    def _ways(self, expression: exp.Expr) -> _Ways:
        start = self._start(expression)
        if not start or not self._groups_keep(expression):
            return {}
        reached = self._walk(start)
        if not self._windows_keep(reached):
            return {}
        found: dict[str, list[frozenset[str]]] = {table: [] for table in self.tables}
        for alias, source in self.sources.items():
            ways = self._source_ways(source, alias, reached.get(alias, set()))
            for table in [source] if isinstance(source, str) else source.tables:
                found[table].append(ways.get(table, frozenset()))
        return {
            table: common
            for table, parts in found.items()
            if table not in self.lost and parts and (common := frozenset.intersection(*parts))
        }

    def _start(self, expression: exp.Expr) -> set[_Node]:
        if isinstance(expression, exp.Coalesce) and len(expression.expressions) == 1:
            sides = [_node(expression.this), _node(expression.expressions[0])]
            if None not in sides and frozenset(cast(list[_Node], sides)) in self.merged:
                return set(cast(list[_Node], sides))
        node = _node(expression)
        if node is None or any(node in pair for pair in self.merged):
            return set()
        return {node}

    def _groups_keep(self, expression: exp.Expr) -> bool:
        tree = self.tree
        group = tree.args.get("group")
        distinct = tree.args.get("distinct")
        if distinct is not None and distinct.args.get("on") is not None:
            return False
        if group is None:
            return not any(_aggregates(e) for e in tree.selects)
        if group.args.get("all"):
            return not _aggregates(expression)
        if any(group.args.get(kind) for kind in ("grouping_sets", "cube", "rollup")):
            return False
        wanted = _text(expression)
        for key in group.expressions:
            if isinstance(key, exp.Literal) and not key.is_string:
                key = tree.selects[int(key.name) - 1].unalias()
            if _text(key) == wanted:
                return True
        return False

    def _windows_keep(self, reached: Mapping[str, set[str]]) -> bool:
        named = {w.name: w for w in self.tree.args.get("windows") or []}
        for window in _own(self.tree, exp.Window):
            partition = window.args.get("partition_by") or []
            if not partition and window.args.get("alias"):
                name = window.args["alias"].name
                partition = named[name].args.get("partition_by") or [] if name in named else []
            nodes = [_node(p) for p in partition]
            if not any(n is not None and n[1] in reached.get(n[0], ()) for n in nodes):
                return False
        return True

    def _walk(self, start: set[_Node]) -> dict[str, set[str]]:
        """Every expression that equals the column wherever it matters, by alias."""
        reached: dict[str, set[str]] = {}
        waiting = list(start)
        steps = 0
        while waiting and steps < _LONGEST_WALK:
            alias, text = waiting.pop()
            if text in reached.setdefault(alias, set()):
                continue
            reached[alias].add(text)
            steps += 1
            for (a, known), (b, follows) in self.edges:
                if a == alias:
                    moved = _moved(text, known, follows)
                    if moved is not None:
                        waiting.append((b, moved))
        return reached

    def _source_ways(self, source: _Source, alias: str, texts: set[str]) -> _Ways:
        ways: dict[str, set[str]] = {}
        for text in texts:
            expression = _parsed(text)
            if isinstance(source, str):
                ways.setdefault(source, set()).add(_bare(expression))
                continue
            columns = {c.name for c in expression.find_all(exp.Column)}
            if len(columns) != 1:
                continue
            for table, inner in source.of(columns.pop()).items():
                for way in inner:
                    ways.setdefault(table, set()).add(_put_in(expression, way))
        return {table: frozenset(texts) for table, texts in ways.items()}


def _table_name(table: exp.Table) -> str:
    return f"{table.db}.{table.name}" if table.args.get("db") else table.name


def _own(tree: exp.Expr, kind: type[exp.Expr]) -> Iterator[Any]:
    """Nodes of a SELECT that are its own, not those of queries within it."""
    stack: list[exp.Expr] = [
        child
        for name, value in tree.args.items()
        if name not in ("with_", "with", "from_", "from")
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


def _subqueries(tree: exp.Select) -> Iterator[exp.Expr]:
    """Queries in conditions and columns, outermost only; those of FROM and WITH are sources already."""
    stack: list[exp.Expr] = []
    for name, value in tree.args.items():
        if name in ("with_", "with", "from_", "from"):
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


def _has_windows(tree: exp.Select) -> bool:
    return next(_own(tree, exp.Window), None) is not None


def _aggregates(expression: exp.Expr) -> bool:
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


def _is_plain_condition(node: exp.Expr) -> bool:
    """Whether false and unknown are the same here: only AND and OR up to the WHERE."""
    parent = node.parent
    while isinstance(parent, (exp.And, exp.Or, exp.Paren)):
        parent = parent.parent
    return isinstance(parent, exp.Where)


def _equalities(condition: exp.Expr) -> Iterator[tuple[_Node, _Node]]:
    for part in condition.flatten() if isinstance(condition, exp.And) else [condition]:
        inner = part.unnest()
        if isinstance(inner, exp.And):
            yield from _equalities(inner)
        elif isinstance(inner, (exp.EQ, exp.NullSafeEQ)):
            left, right = _node(inner.left), _node(inner.right)
            if left is not None and right is not None and left[0] != right[0]:
                yield left, right


def _node(expression: exp.Expr) -> _Node | None:
    """An expression over the columns of one source, deterministic; None for anything else."""
    expression = expression.unnest()
    aliases = {column.table for column in expression.find_all(exp.Column)}
    if len(aliases) != 1 or not all(isinstance(n, _DETERMINISTIC) for n in expression.walk()):
        return None
    return aliases.pop(), _text(expression)


def _text(expression: exp.Expr) -> str:
    return expression.sql(dialect="duckdb", normalize_functions=False, comments=False)


def _parsed(text: str) -> exp.Expr:
    return sqlglot.parse_one(text, read="duckdb")


def _moved(text: str, known: str, follows: str) -> str | None:
    """The expression with `known` in it replaced by what it equals; None where other columns remain."""
    if text == known:
        return follows
    tree, target = _parsed(text), _parsed(known)
    replacement = _parsed(follows)
    moved = tree.transform(lambda node: replacement.copy() if node == target else node)
    if moved == tree or {c.table for c in moved.find_all(exp.Column)} != {
        c.table for c in replacement.find_all(exp.Column)
    }:
        return None
    return _text(moved)


def _bare(expression: exp.Expr) -> str:
    """Over the table's own columns, without the alias."""
    return _text(expression.copy().transform(lambda n: exp.column(n.name) if isinstance(n, exp.Column) else n))


def _put_in(expression: exp.Expr, way: str) -> str:
    inner = _parsed(way)
    return _text(expression.copy().transform(lambda n: inner.copy() if isinstance(n, exp.Column) else n))


def _columns_used(tree: exp.Expr) -> dict[str, frozenset[str]]:
    """Tables of the lake, and the columns used of each anywhere in the statement."""
    used: dict[str, set[str]] = {}
    for select in tree.find_all(exp.Select):
        aliases: dict[str, str] = {}
        for table in _own_tables(select):
            if table.args.get("db"):
                aliases[table.alias_or_name] = _table_name(table)
                used.setdefault(_table_name(table), set())
        for column in select.find_all(exp.Column):
            if column.table in aliases:
                used[aliases[column.table]].add(column.name)
    return {table: frozenset(columns) for table, columns in used.items()}


def _own_tables(select: exp.Select) -> Iterator[exp.Table]:
    from_ = select.args.get("from_") or select.args.get("from")
    for node in [from_, *(select.args.get("joins") or [])]:
        if node is not None and isinstance(node.this, exp.Table):
            yield node.this


def _clock(tree: exp.Expr) -> dict[str, tuple[str, ...]] | None:
    """Conditions in which the day asked for meets columns of one table; None where it stands anywhere else."""
    found: dict[str, list[str]] = {}
    for placeholder in tree.find_all(exp.Placeholder):
        if placeholder.name != _CLOCK:
            continue
        condition = placeholder.find_ancestor(exp.Predicate)
        select = placeholder.find_ancestor(exp.Select)
        if condition is None or select is None or condition.find_ancestor(exp.Select) is not select:
            return None
        tables = {t.alias_or_name: t for t in _own_tables(select) if t.args.get("db")}
        aliases = {column.table for column in condition.find_all(exp.Column)}
        if len(aliases) != 1 or not aliases <= set(tables) or condition.find(exp.Query, exp.AggFunc, exp.Window):
            return None
        name = _table_name(tables[aliases.pop()])
        found.setdefault(name, []).append(re.sub(r":([a-z_][a-z0-9_]*)", r"$\1", _bare(condition)))
    return {table: tuple(dict.fromkeys(conditions)) for table, conditions in found.items()}
