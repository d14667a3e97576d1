"""What the columns of a query follow: of one SELECT from its sources and equalities, of a union branch by branch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from workbench.lineage.expressions import Node, are_alike, bare, node_of, parsed, put_in, text_of
from workbench.lineage.joined import Edge, Joined
from workbench.lineage.trees import (
    has_aggregates,
    has_windows,
    is_plain_condition,
    own_nodes,
    prefixed,
    subqueries,
    table_name,
    tables_within,
)

Ways = dict[str, frozenset[str]]  # table → expressions over its columns, each one sufficient

# What a SELECT may consist of; anything else (LIMIT, SAMPLE, PIVOT and what is yet to come) picks among rows.
_CLAUSES = frozenset("expressions from_ joins where group having qualify windows distinct order with_ hint".split())


@dataclass
class Answer:
    """A (sub)query: its columns, the tables in it, and what each column follows."""

    columns: list[str]
    tables: set[str]
    ways: dict[str, Ways] = field(default_factory=dict)

    def of(self, column: str) -> Ways:
        """What a column follows: nothing where it is not known, or not the only one of its name."""
        return self.ways.get(column, {}) if self.columns.count(column) == 1 else {}


_Source = str | Answer  # a table by its name, or a query
_Scope = Mapping[str, Answer]  # common table expressions by name


def answer_of(tree: exp.Expr, outer: _Scope) -> Answer:
    """What a query answers; `outer` are the common table expressions that it sees."""
    scope = _scope_within(tree, outer)
    if isinstance(tree, exp.Subquery) and _has_only(tree, "this alias with_"):
        return answer_of(tree.this, scope)
    if isinstance(tree, exp.SetOperation) and _has_only(tree, "this expression with_ distinct order"):
        return _combined(tree, answer_of(tree.left, scope), answer_of(tree.right, scope))
    if isinstance(tree, exp.Select):
        return Select(tree, outer).answer()
    return _unproved(tree, scope)


def _scope_within(tree: exp.Expr, outer: _Scope) -> _Scope:
    with_ = tree.args.get("with_")
    if with_ is None:
        return outer
    scope = dict(outer)
    for cte in with_.expressions:
        scope[cte.alias] = _unproved(cte.this, scope) if with_.args.get("recursive") else answer_of(cte.this, scope)
    return scope


def _unproved(tree: exp.Expr, scope: _Scope) -> Answer:
    columns = tree.named_selects if isinstance(tree, exp.Query) else []
    tables: set[str] = set()
    for name in tables_within(tree):
        # A name that a query within makes anew is taken for the outer one as well: too many tables do no harm.
        tables |= scope[name].tables if name in scope else {name}
    return Answer(list(columns), tables)


def _has_only(tree: exp.Expr, names: str) -> bool:
    return not any(value for name, value in tree.args.items() if name not in names.split())


def _combined(tree: exp.SetOperation, left: Answer, right: Answer) -> Answer:
    """A set operation: both branches, column by column in their order."""
    answer = Answer(left.columns, left.tables | right.tables)
    selected = zip(tree.left.selects, tree.right.selects, strict=False)
    for first, second, (one, other) in zip(left.columns, right.columns, selected, strict=False):
        ways: Ways = {}
        for table in answer.tables:
            parts = [b.of(c).get(table, frozenset()) for b, c in ((left, first), (right, second)) if table in b.tables]
            common = frozenset.intersection(*parts)
            if common and (are_alike(one, other) or (len(parts) == 1 and _is_null(one, other))):
                ways[table] = common
        answer.ways[first] = ways
    return answer


def _is_null(*expressions: exp.Expr) -> bool:
    return any(isinstance(e.unalias(), exp.Null) for e in expressions)


class Select:
    """One SELECT: its sources by alias, the equalities between them, and what its columns follow."""

    def __init__(self, tree: exp.Select, outer: _Scope) -> None:
        self.tree = tree
        self.scope = _scope_within(tree, outer)
        self.sources: dict[str, _Source] = {}
        self.joined = Joined()
        self.lost: set[str] = set()  # tables of which everything matters
        self.tables: set[str] = set()
        self._read()

    def answer(self) -> Answer:
        """The columns with what they follow."""
        answer = Answer([e.alias_or_name for e in self.tree.selects], self.tables)
        if _has_only(self.tree, " ".join(_CLAUSES)):
            for column, expression in zip(answer.columns, self.tree.selects, strict=True):
                answer.ways[column] = self._ways(expression.unalias())
        return answer

    def _read(self) -> None:
        from_ = self.tree.args.get("from_")
        if from_ is not None:
            self._add_source(from_.this)
        for join in self.tree.args.get("joins") or []:
            known = set(self.sources)
            alias = self._add_source(join.this)
            self.joined.add_join(join, known, alias)
            if join.method:
                self.lost |= self.tables  # POSITIONAL, ASOF and the like choose among rows.
        where = self.tree.args.get("where")
        if where is not None:
            self.joined.add_condition(where.this)
        self._add_subqueries()

    def _add_source(self, source: exp.Expr) -> str:
        alias = source.alias_or_name
        is_plain = not source.alias_column_names and _has_only(source, "this alias db catalog with_")
        if isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier) and is_plain:
            name = table_name(source)
            found: _Source = self.scope.get(name, name)
        elif isinstance(source, exp.Subquery) and is_plain and alias:
            found = answer_of(source, self.scope)
        else:
            found = _unproved(source, self.scope)
        tables = {found} if isinstance(found, str) else found.tables
        self.tables |= tables
        if not alias or alias in self.sources:
            self.lost |= tables
        else:
            self.sources[alias] = found
        return alias

    def _add_subqueries(self) -> None:
        """EXISTS, IN and scalar subqueries: sources of their own, reached from the row they are asked for."""
        for number, query in enumerate(subqueries(self.tree)):
            prefix = f"subquery_{number}_"
            parent = query.parent
            if isinstance(query, exp.Subquery) and _has_only(query, "this alias"):
                query = query.this
            while isinstance(parent, (exp.Subquery, exp.Paren)):
                parent = parent.parent
            if isinstance(parent, exp.In):
                self._add_membership(parent, query, prefix)
            elif isinstance(query, exp.Select):
                self._add_correlated(query, prefix, isinstance(parent, exp.Exists))
            else:
                self._lose(query)

    def _add_correlated(self, query: exp.Select, prefix: str, is_exists: bool) -> None:
        allowed = _CLAUSES | {"limit"} if is_exists else _CLAUSES
        if has_windows(query) or not _has_only(query, " ".join(allowed)):
            self._lose(query)
            return
        inner = Select(query, self.scope)
        self.tables |= inner.tables
        self.lost |= inner.lost
        self.sources |= {prefix + alias: source for alias, source in inner.sources.items()}
        # What the subquery says of the outer row does not hold where it finds nothing: only edges into it.
        self.joined.add(
            Edge(inner.renamed(edge.start, prefix), inner.renamed(edge.end, prefix), edge.is_null_safe)
            for edge in inner.joined.edges
            if edge.end[0] in inner.sources
        )

    def _add_membership(self, test: exp.In, query: exp.Expr, prefix: str) -> None:
        answer = answer_of(query, self.scope)
        self.tables |= answer.tables
        self.sources[prefix] = answer
        if not is_plain_condition(test) or not isinstance(query, exp.Query):
            self.lost |= answer.tables
            return
        asked = test.this.expressions if isinstance(test.this, exp.Tuple) else [test.this]
        for expression, column, selected in zip(asked, answer.columns, query.selects, strict=False):
            node = node_of(expression)
            if node is not None and are_alike(expression, selected):
                self.joined.add([Edge(node, (prefix, text_of(exp.column(column, table=prefix))))])

    def _lose(self, query: exp.Expr) -> None:
        tables = _unproved(query, self.scope).tables
        self.tables |= tables
        self.lost |= tables

    def renamed(self, node: Node, prefix: str) -> Node:
        """A node under the name that an own source has in the SELECT around this one."""
        return (prefix + node[0], prefixed(node[1], prefix)) if node[0] in self.sources else node

    def _ways(self, expression: exp.Expr) -> Ways:
        start = self._start(expression)
        if not start or not self._groups_keep(expression):
            return {}
        reached = self.joined.walk(start)
        if not self._windows_keep(reached, text_of(expression)):
            return {}
        found: dict[str, list[frozenset[str]]] = {table: [] for table in self.tables}
        for alias, source in self.sources.items():
            ways = _source_ways(source, reached.get(alias, set()))
            for table in [source] if isinstance(source, str) else source.tables:
                found[table].append(ways.get(table, frozenset()))
        return {
            table: common
            for table, parts in found.items()
            if table not in self.lost and parts and (common := frozenset.intersection(*parts))
        }

    def _start(self, expression: exp.Expr) -> set[Node]:
        node = node_of(expression)
        if node is not None:
            return {node} if self.joined.starts(node) else set()
        if isinstance(expression, exp.Coalesce) and len(expression.expressions) == 1:
            first, second = node_of(expression.this), node_of(expression.expressions[0])
            if first is not None and second is not None:
                return self.joined.start_of_either(first, second)
        return set()

    def _groups_keep(self, expression: exp.Expr) -> bool:
        group, distinct = self.tree.args.get("group"), self.tree.args.get("distinct")
        if distinct is not None and distinct.args.get("on") is not None:
            return False
        if group is None:
            return not any(has_aggregates(e) for e in [*self.tree.selects, self.tree.args.get("having")] if e)
        if group.args.get("all"):
            return not has_aggregates(expression)
        if not _has_only(group, "expressions"):
            return False
        wanted = text_of(expression)
        for key in group.expressions:
            if isinstance(key, exp.Literal) and not key.is_string:
                key = self.tree.selects[int(key.name) - 1].unalias()
            if text_of(key) == wanted:
                return True
        return False

    def _windows_keep(self, reached: Mapping[str, set[str]], wanted: str) -> bool:
        """Whether each window looks only at rows with one value of the column.

        Not one by a source that may have no row: all rows without one are in one window, whatever they have else.
        """
        named = {w.name: w for w in self.tree.args.get("windows") or []}
        for window in own_nodes(self.tree, exp.Window):
            partition = window.args.get("partition_by") or []
            if not partition and window.args.get("alias"):
                name = window.args["alias"].name
                partition = named[name].args.get("partition_by") or [] if name in named else []
            if any(text_of(p) == wanted for p in partition):
                continue
            nodes = [node for p in partition if (node := node_of(p)) is not None]
            if not any(self.joined.starts(n) and n[1] in reached.get(n[0], ()) for n in nodes):
                return False
        return True


def _source_ways(source: _Source, texts: set[str]) -> Ways:
    """What expressions over a source are over the tables in it."""
    ways: dict[str, set[str]] = {}
    for text in texts:
        expression = parsed(text)
        if isinstance(source, str):
            ways.setdefault(source, set()).add(bare(expression))
            continue
        columns = Counter(c.name for c in expression.find_all(exp.Column))
        if len(columns) != 1:
            continue
        for table, inner in source.of(next(iter(columns))).items():
            for way in inner:
                ways.setdefault(table, set()).add(put_in(expression, way))
    return {table: frozenset(found) for table, found in ways.items()}
