"""Which findings are suppressed, and which came back: the store's decisions brought to the lake's findings.

The store's tables are small, so they are loaded into the reading connection as one temporary table, `triage`, with one
row per finding about which something was decided. A suppressed finding is counted and can be shown, never lost.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from workbench.catalogue import FINDING_COLUMNS, Rule
from workbench.lake import quoted
from workbench.store.connection import Store
from workbench.store.decisions import Subject, in_force, newest_proposals
from workbench.tables import has_table

if TYPE_CHECKING:
    import duckdb

DISMISSED, KNOWN_GOOD = "dismissed", "known_good"
TRIAGE_COLUMNS = {
    "suppression": "VARCHAR",
    "suppression_reason": "VARCHAR",
    "suppressed_until": "DATE",
    "suppressed_by": "VARCHAR",
    "assigned_to": "VARCHAR",
    "came_back": "VARCHAR",
    "changed": "VARCHAR",
    "proposal_id": "BIGINT",
    "proposal_status": "VARCHAR",
    "correction_outcome": "VARCHAR",
    "correction_found": "VARCHAR",
    "correction_why": "VARCHAR",
}
# Where a row lies says nothing about what it says.
_PLACES = frozenset({"file_id", "row_no"})
_NUMBERS = frozenset({"document_line_no", "expected_qty", "actual_qty", "difference_qty", "amount_at_risk"})


@dataclass(frozen=True)
class SuppressedCounts:
    """How many unresolved findings are suppressed, and how many of each rule are not."""

    dismissed: int
    known_good: int
    shown: Mapping[str, int]

    @property
    def total(self) -> int:
        """All that are suppressed."""
        return self.dismissed + self.known_good


def suppressed_counts(
    con: duckdb.DuckDBPyConnection, store: Store, as_of: dt.date, rules: Mapping[str, Rule]
) -> SuppressedCounts:
    """Count unresolved findings, suppressed and shown. `as_of` is the day on which a decision must still hold: today.

    A check that fails for findings fails for those in `shown` alone.
    """
    load_triage(con, store, as_of, rules)
    rows = con.execute(
        "SELECT f.rule_id, coalesce(t.suppression, ''), count(*) FROM ops.finding AS f"
        " LEFT JOIN triage AS t ON t.finding_id = f.finding_id WHERE f.status <> 'resolved' GROUP BY ALL"
    ).fetchall()
    totals = {kind: sum(n for _, k, n in rows if k == kind) for kind in (DISMISSED, KNOWN_GOOD)}
    return SuppressedCounts(totals[DISMISSED], totals[KNOWN_GOOD], {rule: n for rule, kind, n in rows if not kind})


def load_triage(con: duckdb.DuckDBPyConnection, store: Store, today: dt.date, rules: Mapping[str, Rule]) -> None:
    """Make the temporary table `triage`: finding_id and TRIAGE_COLUMNS, at most one row per finding."""
    dismissals = in_force(store, "finding_dismissal")
    good = [entry for entry in in_force(store, KNOWN_GOOD) if entry["until_date"] >= today]
    decided: dict[str, dict[str, Any]] = {}
    for finding_id, entry in _matches(con, good):
        decided[finding_id] = _suppressed(KNOWN_GOOD, entry, entry["added_by"])
    changes = _changes(con, dismissals, rules)
    for entry in dismissals:
        finding_id = entry["finding_id"]
        if entry["until_date"] >= today and finding_id not in changes:
            decided[finding_id] = _suppressed(DISMISSED, entry, entry["dismissed_by"])
        else:
            why = "expired" if entry["until_date"] < today else "evidence_changed"
            decided.setdefault(finding_id, {}).update(came_back=why, changed=changes.get(finding_id))
    for entry in in_force(store, "finding_assignment"):
        decided.setdefault(entry["finding_id"], {})["assigned_to"] = entry["assigned_to"]
    outcomes = _outcomes(con)
    for finding_id, number, status in newest_proposals(store):
        facts = {"proposal_id": number, "proposal_status": status, **outcomes.get(number, {})}
        decided.setdefault(finding_id, {}).update(facts)
    columns = ["finding_id", *TRIAGE_COLUMNS]
    _make_table(con, columns, [[f, *(facts.get(c) for c in TRIAGE_COLUMNS)] for f, facts in decided.items()])


def _outcomes(con: duckdb.DuckDBPyConnection) -> dict[int, dict[str, str]]:
    """What the last verification found of each correction; nothing in a lake in which none was ever applied."""
    if not has_table(con, "ops.correction"):
        return {}
    rows = con.execute("SELECT proposal_id, outcome, found, why FROM ops.correction").fetchall()
    names = ("correction_outcome", "correction_found", "correction_why")
    return {number: dict(zip(names, values, strict=True)) for number, *values in rows}


def subject_of(finding: Mapping[str, Any]) -> Subject:
    """A finding, as a row of `ops.finding`, with its values as they are now."""
    facts = {c: _text(finding[c]) for c in FINDING_COLUMNS} | json.loads(finding["evidence"] or "{}")
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True)
    return Subject(finding["finding_id"], finding["rule_id"], finding["evidence_hash"], text)


def changed_values(then: Mapping[str, Any], finding: Mapping[str, Any], rule: Rule | None) -> list[str]:
    """Names of the values of a finding (a row of `ops.finding`) that are others now than `then`, but for those that
    change by themselves: what its rule calls ageing, and the place of the row in its file.
    """
    now = json.loads(subject_of(finding).facts)
    ignored = _PLACES | set(rule.ageing if rule else ())
    return [n for n in {**then, **now} if n not in ignored and then.get(n) != now.get(n)]


def covered_by(con: duckdb.DuckDBPyConnection, store: Store, known_good_id: int) -> list[str]:
    """Unresolved findings that an entry of the known-good list covers, whether its day is past or not."""
    entries = [e for e in in_force(store, KNOWN_GOOD) if e["known_good_id"] == known_good_id]
    unresolved = con.execute("SELECT finding_id FROM ops.finding WHERE status <> 'resolved'").fetchall()
    return sorted({f for (f,) in unresolved} & {finding_id for finding_id, _ in _matches(con, entries)})


def condition_fault(rule: Rule, column: str, value: str) -> str:
    """What is wrong with a condition of a known-good entry, empty when nothing is."""
    if column in _NUMBERS:
        try:
            Decimal(value)
        except ArithmeticError:
            return f"{column} is a number and {value!r} is none."
    if column == "occurred_date":
        try:
            dt.date.fromisoformat(value)
        except ValueError:
            return f"{column} is a day and {value!r} is none: write it like 2025-03-31."
    if column in FINDING_COLUMNS:
        return ""
    from workbench.portable import columns_of

    known = columns_of(rule.sql)
    if known is not None and column not in known:
        return f"Findings of {rule.rule_id} have no {column}: they have {', '.join(known)}."
    return ""


def _suppressed(kind: str, entry: Mapping[str, Any], who: str) -> dict[str, Any]:
    return {
        "suppression": kind,
        "suppression_reason": entry["reason"],
        "suppressed_until": entry["until_date"],
        "suppressed_by": who,
    }


def _changes(
    con: duckdb.DuckDBPyConnection, dismissals: Sequence[Mapping[str, Any]], rules: Mapping[str, Rule]
) -> dict[str, str]:
    """Dismissed findings that are no longer as they were, with what has changed.

    The hash answers for nearly all. Where it differs, what changes with the day alone, like days since expiry, does
    not count: otherwise such a finding would be back tomorrow.
    """
    if not dismissals:
        return {}
    _make_table(con, ["finding_id", "hash"], [[d["finding_id"], d["evidence_hash"]] for d in dismissals], "dismissal")
    cursor = con.execute(
        "SELECT f.* FROM ops.finding AS f JOIN dismissal AS d ON d.finding_id = f.finding_id"
        " WHERE f.evidence_hash IS DISTINCT FROM d.hash"
    )
    names = [d[0] for d in cursor.description]
    before = {d["finding_id"]: json.loads(d["facts"]) for d in dismissals}
    changes = {}
    for row in cursor.fetchall():
        finding = dict(zip(names, row, strict=True))
        then = before[finding["finding_id"]]
        different = changed_values(then, finding, rules.get(finding["rule_id"]))
        if different:
            now = json.loads(subject_of(finding).facts)
            changes[finding["finding_id"]] = "; ".join(
                f"{n}: {_or_dash(then.get(n))} → {_or_dash(now.get(n))}" for n in different
            )
    return changes


def _matches(con: duckdb.DuckDBPyConnection, good: Sequence[Mapping[str, Any]]) -> list[tuple[str, Mapping[str, Any]]]:
    """Findings that an entry of the known-good list covers: its rule, and every value that it names. Codes are one
    in any capitals. Several entries for one finding: the oldest.
    """
    if not good:
        return []
    wanted = [json.loads(entry["conditions"]) for entry in good]
    names = sorted({name for conditions in wanted for name in conditions})
    rows = [
        [entry["known_good_id"], entry["rule_id"], *(conditions.get(name) for name in names)]
        for entry, conditions in zip(good, wanted, strict=True)
    ]
    _make_table(con, ["known_good_id", "rule_id", *(f"w_{n}" for n in names)], rows, "known_good")
    tests = " AND ".join(f"(k.{_name('w_' + n)} IS NULL OR {_test(n)})" for n in names)
    found = con.execute(
        "SELECT f.finding_id, CAST(min(CAST(k.known_good_id AS INTEGER)) AS VARCHAR) FROM ops.finding AS f"
        f" JOIN known_good AS k ON k.rule_id = f.rule_id AND {tests} GROUP BY f.finding_id"
    ).fetchall()
    by_number = {str(entry["known_good_id"]): entry for entry in good}
    return [(finding_id, by_number[number]) for finding_id, number in found]


def _test(name: str) -> str:
    wanted = f"k.{_name('w_' + name)}"
    if name in _NUMBERS:
        return f"f.{name} = TRY_CAST({wanted} AS DECIMAL(18, 4))"
    if name in FINDING_COLUMNS:
        return f"upper(coalesce(CAST(f.{name} AS VARCHAR), '')) = upper({wanted})"
    key = name.replace("'", "''").replace('"', "")
    return f"upper(coalesce(json_extract_string(f.evidence, '$.\"{key}\"'), '')) = upper({wanted})"


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _make_table(
    con: duckdb.DuckDBPyConnection, columns: Sequence[str], rows: Sequence[Sequence[Any]], name: str = "triage"
) -> None:
    # As one literal of JSON: to bind a value to a `?` DuckDB imports pandas, which takes a second.
    picked = ", ".join(
        f"CAST(line[{i}] AS {TRIAGE_COLUMNS.get(c, 'VARCHAR')}) AS {_name(c)}" for i, c in enumerate(columns, start=1)
    )
    lines = json.dumps([[_text(value) for value in row] for row in rows], ensure_ascii=False)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT {picked}"
        f" FROM (SELECT unnest(CAST(CAST({quoted(lines)} AS JSON) AS VARCHAR[][])) AS line)"
    )


def _text(value: Any) -> str | None:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return None if value is None else str(value)


def _or_dash(value: Any) -> str:
    return "–" if value in (None, "") else str(value)
