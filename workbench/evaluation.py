"""Whether a rule or model must be evaluated anew, wholly or only for the keys that changes touch, and the SQL for it.

What was evaluated when, under which parameters, is kept in `ops.evaluation`; what its SQL proves, in `ops.lineage`.
Running the SQL is the work of `refresh` (models) and `runner` (rules).
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import importlib.metadata
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.catalogue import tables_of
from workbench.changes import Changes, Touched
from workbench.header import parameters_of
from workbench.resident import Residents

if TYPE_CHECKING:
    import duckdb

    from workbench.lineage import Lineage, Schema

# Columns that part a table into few pieces: restricting by them alone costs more than it saves.
COARSE = frozenset(
    """location_code supplier_code counter_location_code movement_type receipt_type document_type document_kind kind
    status order_status operator device_id category role created_by approved_by counted_by direction basis book_basis
    opening_basis region is_batch_kept is_batch_tracked reason""".split()
)
# Types whose text is the same in a finding as in the answer.
_KEY_TYPES = ("VARCHAR", "DATE", "INTEGER", "BIGINT", "HUGEINT")
_ROW = ("file_id", "row_no")
# What this process has traced, by the text of the statement and the shape of the tables.
_TRACED: dict[str, Lineage] = {}


@dataclass(frozen=True)
class State:
    """The last evaluation of a rule or model: in which run, of which text, with which parameters, as of which day.

    `epoch` is the run in which the whole was last replaced rather than parts of it.
    """

    digest: str
    parameters: str
    as_of: dt.date
    run_id: int
    epoch: int


@dataclass(frozen=True)
class Plan:
    """What must be done: `nothing`, `everything` with the reason, or `parts`, the keys to evaluate anew."""

    kind: str
    reason: str = ""
    parts: tuple[Touched, ...] = ()


@dataclass
class Evaluations:
    """The book of evaluations within one run."""

    con: duckdb.DuckDBPyConnection
    run_id: int
    as_of: dt.date
    is_full: bool
    changes: Changes
    states: dict[str, State]
    residents: Residents
    _schema: Schema | None = None
    _lineages: dict[str, tuple[str, str]] = field(default_factory=dict)
    _done: dict[str, State] = field(default_factory=dict)
    _forgotten: set[str] = field(default_factory=set)

    @classmethod
    def open(cls, con: duckdb.DuckDBPyConnection, run_id: int, as_of: dt.date, is_full: bool) -> Evaluations:
        """The book as the last runs left it."""
        rows = con.execute("SELECT consumer, digest, parameters, as_of, run_id, epoch FROM ops.evaluation").fetchall()
        states = {consumer: State(*rest) for consumer, *rest in rows}
        book = cls(con, run_id, as_of, is_full, Changes.until_now(con), states, Residents(con))
        book._lineages = {
            c: (fingerprint, text)
            for c, fingerprint, text in con.execute("SELECT consumer, fingerprint, lineage FROM ops.lineage").fetchall()
        }
        return book

    def plan(
        self, consumer: str, sql: str, digest: str, parameters: Mapping[str, Any], grain: Sequence[str]
    ) -> tuple[Plan, Lineage | None]:
        """What a change since its last evaluation asks of a consumer, and what its SQL proves.

        Where all it reads is small, working the whole out anew costs less than finding the parts.
        """
        state = self.states.get(consumer)
        if self.is_full:
            return Plan("everything", "asked for"), None
        if state is None:
            return Plan("everything", "never evaluated"), None
        if state.digest != digest:
            return Plan("everything", "its text has changed"), None
        if state.parameters != as_text(parameters):
            return Plan("everything", "its parameters have changed"), None
        if not self.changes.knows(state.run_id):
            return Plan("everything", "the snapshot of its last evaluation is gone"), None
        tables = tables_of(sql)
        if not self.has_turned(sql, state) and not self.has_changed(tables, state):
            return Plan("nothing"), None
        if all(self.residents.is_small(table) for table in tables):
            return Plan("everything", "all it reads is small"), None
        lineage = self.lineage(consumer, sql)
        if lineage is None:
            return Plan("everything", "nothing can be proved of its SQL"), None
        return self._parts(lineage, state, parameters, grain), lineage

    def lineage(self, consumer: str, sql: str) -> Lineage | None:
        """What the SQL proves, worked out once for each text and shape of the tables; None where it cannot be read."""
        from sqlglot.errors import SqlglotError

        from workbench.lineage import Lineage, trace

        fingerprint = hashlib.sha256((sql + self._basis).encode()).hexdigest()
        kept = self._lineages.get(consumer)
        if fingerprint not in _TRACED:
            if kept is not None and kept[0] == fingerprint:
                _TRACED[fingerprint] = Lineage.from_json(json.loads(kept[1]))
            else:
                try:
                    _TRACED[fingerprint] = trace(sql, self.tables())
                except (SqlglotError, RecursionError):
                    return None
        lineage = _TRACED[fingerprint]
        if kept is None or kept[0] != fingerprint:
            text = json.dumps(lineage.as_json(), sort_keys=True)
            self._lineages[consumer] = (fingerprint, text)
            self.con.execute("DELETE FROM ops.lineage WHERE consumer = ?", [consumer])
            self.con.execute("INSERT INTO ops.lineage VALUES (?, ?, ?)", [consumer, fingerprint, text])
        return lineage

    def done(self, consumer: str, digest: str, parameters: Mapping[str, Any], is_whole: bool) -> None:
        """Remember an evaluation; of a whole one nothing is known but that anything may have changed."""
        before = self.states.get(consumer)
        epoch = self.run_id if is_whole or before is None else before.epoch
        state = State(digest, as_text(parameters), self.as_of, self.run_id, epoch)
        self._done[consumer] = self.states[consumer] = state

    def failed(self, consumer: str) -> None:
        """Forget what was known of a consumer: the next run evaluates it as a whole."""
        self.states.pop(consumer, None)
        self._done.pop(consumer, None)
        self._forgotten.add(consumer)

    def has_changed(self, tables: Iterable[str], state: State) -> bool:
        """Whether any of the tables has changed since that evaluation."""
        return any(
            self._is_replaced(table, state) or self.changes.count(self.changes.rows(table, state.run_id))
            for table in tables
        )

    def has_turned(self, sql: str, state: State) -> bool:
        """Whether the day is another than at that evaluation, and the statement asks for it."""
        return state.as_of != self.as_of and "as_of" in parameters_of(sql)

    def save(self) -> None:
        """Write what this run evaluated into the lake."""
        for consumer in self._forgotten:
            self.con.execute("DELETE FROM ops.evaluation WHERE consumer = ?", [consumer])
        if not self._done:
            return
        self.con.execute("CREATE OR REPLACE TEMP TABLE evaluated AS SELECT * FROM ops.evaluation WHERE false")
        self.con.executemany(
            "INSERT INTO evaluated VALUES (?, ?, ?, ?, ?, ?)",
            [[c, s.digest, s.parameters, s.as_of, s.run_id, s.epoch] for c, s in sorted(self._done.items())],
        )
        self.con.execute("DELETE FROM ops.evaluation WHERE consumer IN (SELECT consumer FROM evaluated)")
        self.con.execute("INSERT INTO ops.evaluation SELECT * FROM evaluated ORDER BY consumer")

    def _parts(self, lineage: Lineage, state: State, parameters: Mapping[str, Any], grain: Sequence[str]) -> Plan:
        is_other_day = state.as_of != self.as_of
        if is_other_day and lineage.clock is None:
            return Plan("everything", "any of its rows can change with the day")
        groups: dict[tuple[str, ...], list[tuple[str, Mapping[str, str]]]] = {}
        for table in sorted(lineage.tables):
            if self._is_replaced(table, state):
                return Plan("everything", f"{table} was replaced")
            rows = [self.changes.rows(table, state.run_id)]
            conditions = (lineage.clock or {}).get(table, ())
            if is_other_day and conditions:
                old, new = {**parameters, "as_of": state.as_of}, {**parameters, "as_of": self.as_of}
                rows.append(self.changes.turned(table, self.residents.name(table), conditions, old, new))
            rows = [r for r in rows if self.changes.count(r)]
            if not rows:
                continue
            keys = self._chosen(lineage.keys(table), table, grain)
            if not keys:
                return Plan("everything", f"{table} has changed, of which all may matter")
            groups.setdefault(tuple(sorted(keys)), []).extend((r, keys) for r in rows)
        if not groups:
            return Plan("nothing")
        return Plan("parts", "", tuple(self.changes.touched(parts) for parts in groups.values()))

    def _is_replaced(self, table: str, state: State) -> bool:
        """Whether a mart was put in place of the one that was evaluated, so that nothing tells what of it changed."""
        above = self.states.get(table)
        return above is not None and above.epoch > state.run_id

    def _chosen(self, keys: Mapping[str, str], table: str, grain: Sequence[str]) -> dict[str, str]:
        """Few columns that tell rows apart well: the row itself, else the grain and month, else whatever there is."""
        if all(c in keys for c in _ROW):
            return {c: keys[c] for c in _ROW}
        usable = {c: e for c, e in keys.items() if self._is_key(e, table)}
        for wanted in ((*grain, "month"), usable):
            chosen = {c: usable[c] for c in wanted if c in usable}
            if any(c not in COARSE for c in chosen):
                return chosen
        return {}

    def _is_key(self, expression: str, table: str) -> bool:
        """Whether an expression over a table is text, a day or a whole number: such values are the same as text."""
        name, column = table.split(".")
        kind = self.tables()[name][column].get(expression, "")
        if expression.startswith(("UPPER(", "COALESCE(")):
            inner = expression[expression.index("(") + 1 :].rstrip(")").split(",")[0]
            kind = self.tables()[name][column].get(inner, "")
        elif expression.endswith(" AS DATE)"):
            kind = "DATE"
        return kind in _KEY_TYPES

    def tables(self) -> Schema:
        """Columns of the tables of core and mart with their types, as they were when the run began."""
        if self._schema is None:
            schema: dict[str, dict[str, dict[str, str]]] = {}
            for name, table, column, kind in self.con.execute(
                "SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns"
                " WHERE table_catalog = 'lake' AND table_schema IN ('core', 'mart') ORDER BY ALL"
            ).fetchall():
                schema.setdefault(name, {}).setdefault(table, {})[column] = kind
            self._schema = schema
        return self._schema

    @functools.cached_property
    def _basis(self) -> str:
        """What every proof of this run rests on beside its statement: the shape of the tables, the code that proves."""
        return hashlib.sha256((json.dumps(self.tables(), sort_keys=True) + _prover()).encode()).hexdigest()


@functools.cache
def _prover() -> str:
    """The code that proves: what it proved before it was mended is not to be believed."""
    files = sorted(Path(__file__).with_name("lineage").glob("*.py"))
    return "".join([importlib.metadata.version("sqlglot"), *(file.read_text(encoding="utf-8") for file in files)])


def as_text(parameters: Mapping[str, Any]) -> str:
    """Parameters without the day, as one text to compare."""
    return json.dumps({k: str(v) for k, v in sorted(parameters.items()) if k != "as_of"})


def restricted(sql: str, tables: frozenset[str], lineage: Lineage, part: Touched, residents: Residents) -> str:
    """The SQL, which reads `tables`, over tables restricted to the keys of a part, as far as each table can be."""
    selections = {}
    for table in tables & lineage.tables.keys():
        keys = {c: e for c, e in lineage.keys(table).items() if c in part.columns}
        if any(c not in COARSE for c in keys):
            selections[table] = _selection(residents.name(table), keys, part)
    return residents.sql(sql, tables, selections)


def _selection(table: str, keys: Mapping[str, str], part: Touched) -> str:
    tests = " AND ".join(f'{e} IS NOT DISTINCT FROM touched."{c}"' for c, e in _qualified(keys).items())
    return f"(SELECT whole.* FROM {table} AS whole SEMI JOIN {part.table} AS touched ON {tests}{_within(keys, part)})"


def _within(keys: Mapping[str, str], part: Touched) -> str:
    """Bounds that follow from the keys, over plain columns: the lake skips files by them."""
    import sqlglot
    from sqlglot import exp

    bounds = []
    for column, expression in keys.items():
        if column not in part.ranges:
            continue
        low, high = (f"DATE '{v}'" if isinstance(v, dt.date) else str(v) for v in part.ranges[column])
        tree = sqlglot.parse_one(expression, read="duckdb")
        names = {c.name for c in tree.find_all(exp.Column)}
        if isinstance(tree, exp.Column):
            bounds.append(f'whole."{tree.name}" BETWEEN {low} AND {high}')
        elif len(names) == 1 and _is_truncated_within_a_year(tree):
            name = names.pop()
            bounds.append(f'whole."{name}" >= {low} AND whole."{name}" < {high} + INTERVAL 1 YEAR')
        elif isinstance(tree, exp.Cast) and isinstance(tree.this, exp.Column) and tree.is_type("date"):
            bounds.append(f'whole."{tree.this.name}" >= {low} AND whole."{tree.this.name}" < {high} + INTERVAL 1 DAY')
    return " WHERE " + " AND ".join(bounds) if bounds else ""


def _is_truncated_within_a_year(tree: Any) -> bool:
    from sqlglot import exp

    truncation = tree.find(exp.DateTrunc, exp.TimestampTrunc)
    unit = truncation.args.get("unit") if truncation is not None else None
    return unit is not None and unit.name.upper() in ("DAY", "WEEK", "MONTH", "QUARTER", "YEAR")


def _qualified(keys: Mapping[str, str]) -> dict[str, str]:
    import sqlglot
    from sqlglot import exp

    def name(node: exp.Expr) -> exp.Expr:
        return exp.column(node.name, table="whole") if isinstance(node, exp.Column) else node

    return {c: sqlglot.parse_one(e, read="duckdb").transform(name).sql("duckdb") for c, e in keys.items()}


def where_touched(part: Touched, alias: str) -> str:
    """A condition that a row (under `alias`) has the key values of a part."""
    tests = " AND ".join(f'{alias}."{c}" IS NOT DISTINCT FROM touched."{c}"' for c in part.columns)
    return f"EXISTS (SELECT 1 FROM {part.table} AS touched WHERE {tests})"
