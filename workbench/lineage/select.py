"""What the columns of one SELECT follow: equalities of joins and WHERE are edges, walked from an output column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from sqlglot import exp

from workbench.lineage.expressions import Node, bare, equalities, moved, node_of, parsed, put_in, text_of
from workbench.lineage.trees import has_aggregates, has_windows, is_plain_condition, own_nodes, subqueries, table_name

Ways = dict[str, frozenset[str]]  # table → expressions over its columns, each one sufficient

_LONGEST_WALK = 400


@dataclass
class Answer:
    """A (sub)query: its columns, the tables in it, and what each column follows."""

    columns: list[str]
    tables: set[str]
    ways: dict[str, Ways] = field(default_factory=dict)

    def of(self, column: str) -> Ways:
        """What a column follows: nothing where it is not known."""
        return self.ways.get(column, {})


_Source = str | Answer  # a table by its name, or a query
_Scope = Mapping[str, Answer]  # common table expressions by name


def answer_of(tree: exp.Expr, outer: _Scope) -> Answer:
    """What a query answers; `outer` are the common table expressions that it sees."""
    scope = dict(outer)
    with_ = tree.args.get("with_") or tree.args.get("with")
    if with_ is not None:
        for cte in with_.expressions:
            scope[cte.alias] = _unproved(cte.this) if with_.args.get("recursive") else answer_of(cte.this, scope)
    if isinstance(tree, exp.Subquery):
        return answer_of(tree.this, scope)
    if isinstance(tree, exp.SetOperation):
        answer = _combined(answer_of(tree.left, scope), answer_of(tree.right, scope))
        return _without_ways(answer) if tree.args.get("limit") or tree.args.get("offset") else answer
    if isinstance(tree, exp.Select):
        return Select(tree, scope).answer()
    return _unproved(tree)


def _unproved(tree: exp.Expr) -> Answer:
    columns = tree.named_selects if isinstance(tree, exp.Query) else []
    return Answer(list(columns), {table_name(t) for t in tree.find_all(exp.Table) if t.args.get("db")})


def _without_ways(answer: Answer) -> Answer:
    return Answer(answer.columns, answer.tables)


def _combined(left: Answer, right: Answer) -> Answer:
    """A set operation: both branches, column by column in their order."""
    answer = Answer(left.columns, left.tables | right.tables)
    for first, second in zip(left.columns, right.columns, strict=False):
        ways: Ways = {}
        for table in answer.tables:
            parts = [b.of(c).get(table, frozenset()) for b, c in ((left, first), (right, second)) if table in b.tables]
            common = frozenset.intersection(*parts)
            if common:
                ways[table] = common
        answer.ways[first] = ways
    return answer


class Select:
    """One SELECT: its sources by alias, the equalities between them, and what its columns follow."""

    def __init__(self, tree: exp.Select, scope: _Scope) -> None:
        self.tree = tree
        self.scope = scope
        self.sources: dict[str, _Source] = {}
        self.edges: list[tuple[Node, Node]] = []  # from what is known to what follows from it
        self.merged: set[frozenset[Node]] = set()  # the two sides of a full join's equality
        self.lost: set[str] = set()  # tables of which everything matters
        self.tables: set[str] = set()
        self._read()

    def answer(self) -> Answer:
        """The columns with what they follow."""
        answer = Answer(self.tree.named_selects, self.tables)
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
                self.sources[alias] = table_name(source)
                self.tables.add(table_name(source))
            return alias
        if isinstance(source, exp.Subquery):
            answer = answer_of(source.this, self.scope)
        elif isinstance(source, exp.Values):
            answer = Answer([], set())
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
            for left, right in equalities(on):
                self.merged.add(frozenset((left, right)))
        elif side == "LEFT" or kind in ("SEMI", "ANTI"):
            self._add_equalities(on, lambda start, end: start in known and end == alias)
        elif side == "RIGHT":
            self._add_equalities(on, lambda start, end: start == alias and end in known)
        else:
            self._add_equalities(on, None)

    def _add_equalities(self, condition: exp.Expr, allowed: Any) -> None:
        for left, right in equalities(condition):
            for start, end in ((left, right), (right, left)):
                if allowed is None or allowed(start[0], end[0]):
                    self.edges.append((start, end))

    def _add_subqueries(self) -> None:
        """EXISTS, IN and scalar subqueries: sources of their own, reached from the row they are asked for."""
        for number, query in enumerate(subqueries(self.tree)):
            prefix = f"subquery_{number}_"
            parent = query.parent
            if isinstance(query, exp.Subquery):
                query = query.this
            while isinstance(parent, (exp.Subquery, exp.Paren)):
                parent = parent.parent
            if isinstance(parent, exp.In):
                self._add_membership(parent, query, prefix)
            elif isinstance(query, exp.Select) and not has_windows(query) and not query.args.get("offset"):
                inner = Select(query, self.scope)
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
                self.tables |= answer_of(query, self.scope).tables
                self.lost |= answer_of(query, self.scope).tables

    def _add_membership(self, test: exp.In, query: exp.Expr, prefix: str) -> None:
        answer = answer_of(query, self.scope)
        self.tables |= answer.tables
        self.sources[prefix] = answer
        if not is_plain_condition(test):
            self.lost |= answer.tables
            return
        asked = test.this.expressions if isinstance(test.this, exp.Tuple) else [test.this]
        for expression, column in zip(asked, answer.columns, strict=False):
            node = node_of(expression)
            if node is not None:
                self.edges.append((node, (prefix, f"{prefix}.{column}")))

    def renamed(self, node: Node, prefix: str) -> Node:
        """A node under the name that an own source has in the SELECT around this one."""
        if node[0] not in self.sources:
            return node
        tree = parsed(node[1])
        for column in tree.find_all(exp.Column):
            column.set("table", exp.to_identifier(prefix + node[0]))
        return prefix + node[0], text_of(tree)

    def _ways(self, expression: exp.Expr) -> Ways:
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

    def _start(self, expression: exp.Expr) -> set[Node]:
        if isinstance(expression, exp.Coalesce) and len(expression.expressions) == 1:
            sides = [node_of(expression.this), node_of(expression.expressions[0])]
            if None not in sides and frozenset(cast(list[Node], sides)) in self.merged:
                return set(cast(list[Node], sides))
        node = node_of(expression)
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
            return not any(has_aggregates(e) for e in tree.selects)
        if group.args.get("all"):
            return not has_aggregates(expression)
        if any(group.args.get(kind) for kind in ("grouping_sets", "cube", "rollup")):
            return False
        wanted = text_of(expression)
        for key in group.expressions:
            if isinstance(key, exp.Literal) and not key.is_string:
                key = tree.selects[int(key.name) - 1].unalias()
            if text_of(key) == wanted:
                return True
        return False

    def _windows_keep(self, reached: Mapping[str, set[str]]) -> bool:
        named = {w.name: w for w in self.tree.args.get("windows") or []}
        for window in own_nodes(self.tree, exp.Window):
            partition = window.args.get("partition_by") or []
            if not partition and window.args.get("alias"):
                name = window.args["alias"].name
                partition = named[name].args.get("partition_by") or [] if name in named else []
            nodes = [node_of(p) for p in partition]
            if not any(n is not None and n[1] in reached.get(n[0], ()) for n in nodes):
                return False
        return True

    def _walk(self, start: set[Node]) -> dict[str, set[str]]:
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
                    further = moved(text, known, follows)
                    if further is not None:
                        waiting.append((b, further))
        return reached

    def _source_ways(self, source: _Source, alias: str, texts: set[str]) -> Ways:
        ways: dict[str, set[str]] = {}
        for text in texts:
            expression = parsed(text)
            if isinstance(source, str):
                ways.setdefault(source, set()).add(bare(expression))
                continue
            columns = {c.name for c in expression.find_all(exp.Column)}
            if len(columns) != 1:
                continue
            for table, inner in source.of(columns.pop()).items():
                for way in inner:
                    ways.setdefault(table, set()).add(put_in(expression, way))
        return {table: frozenset(texts) for table, texts in ways.items()}
