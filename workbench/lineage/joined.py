"""The equalities within one SELECT, and what they say where outer joins may leave a source without a row.

Restricting the table of a source that an outer join may leave empty makes rows without it, so such a source can be
reached by an equality but nothing begins there; and what is true of its missing row must not be an equality.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlglot import exp

from workbench.lineage.expressions import Node, equalities, is_strict, moved

_LONGEST_WALK = 400


class Edge(NamedTuple):
    """What follows from what is known: rows that meet have equal values of the two; NULL equals NULL if told."""

    start: Node
    end: Node
    is_null_safe: bool = False


@dataclass
class Joined:
    """Edges between the sources of a SELECT, by alias."""

    edges: list[Edge] = field(default_factory=list)
    # Aliases that outer joins may leave without a row, and how many of them.
    optional: Counter[str] = field(default_factory=Counter)
    # The two sides of a full join's equality.
    merged: set[frozenset[Node]] = field(default_factory=set)

    def add_join(self, join: exp.Join, known: set[str], alias: str) -> None:
        """The equalities of a join of `alias` to the aliases before it."""
        on, side, kind = join.args.get("on"), (join.side or "").upper(), (join.kind or "").upper()
        is_filter = kind in ("SEMI", "ANTI")
        if on is not None and not join.method:
            if side == "FULL":
                self._merge(on, known, alias)
            elif side == "LEFT" or is_filter:
                self.add_condition(on, lambda start, end: start in known and end == alias)
            elif side == "RIGHT":
                self.add_condition(on, lambda start, end: start == alias and end in known)
            else:
                self.add_condition(on)
        if side in ("LEFT", "FULL") and not is_filter:
            self.optional[alias] += 1
        if side in ("RIGHT", "FULL"):
            self.optional.update(known)

    def add_condition(
        self, condition: exp.Expr, is_allowed: Callable[[str, str], bool] = lambda start, end: True
    ) -> None:
        """The equalities of a condition that holds wherever the rows of the sources so far meet."""
        for left, right, is_null_safe in equalities(condition):
            for edge in (Edge(left, right, is_null_safe), Edge(right, left, is_null_safe)):
                if is_allowed(edge.start[0], edge.end[0]) and self.needs_a_row(edge, edge.end):
                    self.add([edge])

    def add(self, edges: Iterable[Edge]) -> None:
        """Edges whose ends are not optional here: of subqueries, asked for each row."""
        self.edges += [edge for edge in edges if self.needs_a_row(edge, edge.start)]

    def needs_a_row(self, edge: Edge, node: Node) -> bool:
        """Whether an equality can only hold where that side of it has a row."""
        return not self.optional[node[0]] or (not edge.is_null_safe and is_strict(node[1]))

    def starts(self, node: Node) -> bool:
        """Whether each row of the SELECT has the value from a row of the source."""
        return not self.optional[node[0]]

    def start_of_either(self, first: Node, second: Node) -> set[Node]:
        """Where COALESCE of two nodes begins: in both where a full join made them one, in one where the other can only
        repeat it, nowhere otherwise.
        """
        if frozenset((first, second)) in self.merged and self.optional[first[0]] == self.optional[second[0]] == 1:
            return {first, second}
        for known, other in ((first, second), (second, first)):
            if self.starts(known) and is_strict(other[1]) and any(e[:2] == (known, other) for e in self.edges):
                return {known}
        return set()

    def walk(self, start: set[Node]) -> dict[str, set[str]]:
        """Every expression that equals what one starts from wherever it matters, by alias."""
        reached: dict[str, set[str]] = {}
        waiting = list(start)
        steps = 0
        while waiting and steps < _LONGEST_WALK:
            alias, text = waiting.pop()
            if text in reached.setdefault(alias, set()):
                continue
            reached[alias].add(text)
            steps += 1
            for (known_alias, known), (end, follows), _ in self.edges:
                further = moved(text, known, follows) if known_alias == alias else None
                if further is not None:
                    waiting.append((end, further))
        return reached

    def _merge(self, on: exp.Expr, known: set[str], alias: str) -> None:
        for left, right, _ in equalities(on):
            sides = {left[0], right[0]}
            if alias in sides and sides - {alias} <= known and is_strict(left[1]) and is_strict(right[1]):
                self.merged.add(frozenset((left, right)))
