"""Findings and their life: open, resolved when a clean run over the same scope no longer yields them, reopened.

Also the whole of a check: one run of models and rules as one snapshot of the lake, or nothing.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from workbench.catalogue import Catalogue, Rule
from workbench.contracts import Table
from workbench.errors import ConfigurationError, UsageError
from workbench.evaluation import Evaluations
from workbench.lake import Lake
from workbench.refresh import refresh_models
from workbench.rule_settings import RuleSettings, settings_for
from workbench.runner import Outcome, TransactionLostError, run_rule
from workbench.storage import writing_to
from workbench.tables import ensure_tables

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class CheckReport:
    """What a check came to: outcomes by rule and how the findings moved."""

    run_id: int
    as_of: dt.date
    outcomes: Sequence[Outcome]
    new: int
    still_open: int
    resolved: int
    reopened: int
    model_seconds: Mapping[str, float]
    seconds: float

    @property
    def models_built(self) -> tuple[str, ...]:
        """Models whose rows were worked out anew, wholly or in part."""
        return tuple(self.model_seconds)

    @property
    def has_errors(self) -> bool:
        """Whether some rule could not be run."""
        return any(o.status == "error" for o in self.outcomes)


def check(
    lake: Lake,
    contracts: Mapping[str, Table],
    catalogue: Catalogue,
    configured: Mapping[str, Mapping[str, Any]],
    as_of: dt.date,
    author: str,
    now: dt.datetime,
    rule_ids: Sequence[str] = (),
    is_full: bool = False,
    progress: Callable[[str], None] = lambda rule_id: None,
) -> CheckReport:
    """Run rules (all, or those named) as of a date; one snapshot holds models, outcomes and findings.

    Only what new and revised rows, or the passing of days, can have changed is evaluated anew, unless `is_full`.

    Raises UsageError for a rule that is not in the catalogue, ConfigurationError for settings that do not fit,
    RuleFailed when a model cannot be built.
    """
    strangers = [r for r in rule_ids if r not in catalogue.rules]
    if strangers:
        raise UsageError(f"There is no rule {strangers[0]!r}: `workbench rules` lists them.")
    unknown = [r for r in configured if r not in catalogue.rules]
    if unknown:
        raise ConfigurationError(f"[rules.{unknown[0]}] sets a rule that is not in the catalogue: check its name.")
    settings = {name: settings_for(rule, configured.get(name, {})) for name, rule in catalogue.rules.items()}
    chosen = [
        rule
        for name, rule in catalogue.rules.items()
        if settings[name].is_enabled and (not rule_ids or name in rule_ids)
    ]
    lost: dict[str, Outcome] = {}
    with writing_to(lake.var), lake.writer() as writer:
        while True:
            facts: dict[str, Any] = {"as_of": as_of}
            try:
                with writer.transaction(author, f"check as of {as_of}", facts):
                    ensure_tables(writer.con, contracts)
                    report = _run(writer.con, catalogue, chosen, settings, as_of, is_full, lost, progress)
                    _record(writer.con, report, settings, author, now, rule_ids)
                    facts.update(run_id=report.run_id, rules=len(report.outcomes))
                    facts.update(findings=sum(o.violated for o in report.outcomes))
                return report
            except TransactionLostError as failure:
                lost[failure.outcome.rule.rule_id] = failure.outcome


def _run(
    con: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    chosen: Sequence[Rule],
    settings: Mapping[str, RuleSettings],
    as_of: dt.date,
    is_full: bool,
    lost: Mapping[str, Outcome],
    progress: Callable[[str], None],
) -> CheckReport:
    """Models, rules and findings within the open transaction; rules that are `lost` are not run again."""
    started = time.perf_counter()
    row = con.execute("SELECT coalesce(max(run_id), 0) + 1 FROM ops.run").fetchone()
    assert row is not None
    run_id = int(row[0])
    tables = frozenset().union(*(rule.tables for rule in chosen)) if chosen else frozenset()
    book = Evaluations.open(con, run_id, as_of, is_full)
    built = refresh_models(book, catalogue.models_for(tables))
    con.execute("CREATE OR REPLACE TEMP TABLE standing AS SELECT * FROM ops.finding WHERE status <> 'resolved'")
    con.execute("CREATE OR REPLACE TEMP TABLE found AS SELECT * FROM ops.finding WHERE false")
    con.execute("CREATE OR REPLACE TEMP TABLE replaced (finding_id VARCHAR)")
    con.execute("CREATE OR REPLACE TEMP TABLE offending AS SELECT * FROM standing WHERE false")
    before = dict(con.execute("SELECT rule_id, arg_max(status, run_id) FROM ops.outcome GROUP BY rule_id").fetchall())
    outcomes = []
    for rule in chosen:
        if rule.rule_id in lost:
            book.failed(f"rule.{rule.rule_id}")
            outcomes.append(lost[rule.rule_id])
            continue
        progress(rule.rule_id)
        outcomes.append(run_rule(book, rule, settings[rule.rule_id], before.get(rule.rule_id, "")))
        if outcomes[-1].violated:
            con.execute("INSERT INTO found SELECT * FROM offending")
    moved = _settle(con, run_id, [o.rule.rule_id for o in outcomes if o.status == "pass"])
    book.save()
    outcomes = _judged(con, outcomes)
    return CheckReport(run_id, as_of, outcomes, *moved, built, time.perf_counter() - started)


def _settle(con: duckdb.DuckDBPyConnection, run_id: int, ran: Sequence[str]) -> tuple[int, int, int, int]:
    """Bring ops.finding up to this run: new, still open, resolved, reopened. Rules that did not run move nothing."""
    # What was corrected stays resolved while it says the same, though its rows are still there.
    con.execute(
        "DELETE FROM found AS f USING ops.correction AS c, ops.finding AS o WHERE c.outcome = 'arrived'"
        " AND c.finding_id = f.finding_id AND c.evidence_hash = f.evidence_hash"
        " AND o.finding_id = f.finding_id AND o.status = 'resolved'"
    )
    con.execute("CREATE OR REPLACE TEMP TABLE ran (rule_id VARCHAR)")
    if ran:
        con.executemany("INSERT INTO ran VALUES (?)", [[r] for r in ran])
    counts = con.execute(
        "SELECT count(*) FILTER (WHERE o.finding_id IS NULL), count(*) FILTER (WHERE o.status = 'resolved')"
        " FROM found f LEFT JOIN ops.finding o ON o.finding_id = f.finding_id"
    ).fetchone()
    gone = (
        "status <> 'resolved' AND rule_id IN (SELECT rule_id FROM ran)"
        " AND finding_id IN (SELECT finding_id FROM replaced) AND finding_id NOT IN (SELECT finding_id FROM found)"
    )
    open_before = con.execute(
        f"SELECT count(*), count(*) FILTER (WHERE {gone}) FROM ops.finding"
        " WHERE status <> 'resolved' AND rule_id IN (SELECT rule_id FROM ran)"
    ).fetchone()
    assert counts is not None
    assert open_before is not None
    new, reopened, resolved = int(counts[0]), int(counts[1]), int(open_before[1])
    if resolved:
        con.execute(f"UPDATE ops.finding SET status = 'resolved', resolved_run = {run_id} WHERE {gone}")
    con.execute(
        "CREATE OR REPLACE TEMP TABLE settled AS SELECT f.* REPLACE ("
        " CASE WHEN o.status = 'resolved' THEN 'reopened' ELSE coalesce(o.status, 'open') END AS status,"
        f" coalesce(o.first_seen_run, {run_id}) AS first_seen_run, {run_id} AS last_seen_run,"
        " CAST(NULL AS INTEGER) AS resolved_run)"
        " FROM found f LEFT JOIN ops.finding o ON o.finding_id = f.finding_id"
    )
    if reopened:
        con.execute(
            f"INSERT INTO ops.reopening SELECT f.finding_id, {run_id} FROM found f"
            " JOIN ops.finding o ON o.finding_id = f.finding_id WHERE o.status = 'resolved'"
        )
    con.execute("DELETE FROM ops.finding WHERE finding_id IN (SELECT finding_id FROM settled)")
    con.execute("INSERT INTO ops.finding BY NAME SELECT * FROM settled ORDER BY rule_id, finding_id")
    # What nothing has touched still stands.
    if open_before[0] > resolved:
        con.execute(
            f"UPDATE ops.finding SET last_seen_run = {run_id} WHERE status <> 'resolved' AND last_seen_run <> {run_id}"
            " AND rule_id IN (SELECT rule_id FROM ran)"
        )
    return new, int(open_before[0]) - resolved, resolved, reopened


def _judged(con: duckdb.DuckDBPyConnection, outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Outcomes with what stands open of each rule now, and the verdict that follows from it."""
    standing = {
        rule_id: (violated, amount)
        for rule_id, violated, amount in con.execute(
            "SELECT rule_id, count(*), coalesce(sum(amount_at_risk), 0) FROM ops.finding"
            " WHERE status <> 'resolved' GROUP BY rule_id"
        ).fetchall()
    }
    judged = []
    for o in outcomes:
        if o.status != "pass":
            judged.append(o)
            continue
        violated, amount = standing.get(o.rule.rule_id, (0, Decimal(0)))
        status = "pass" if violated == 0 else ("warn" if o.severity == "low" else "fail")
        judged.append(replace(o, status=status, violated=violated, amount_at_risk=amount))
    return judged


def _record(
    con: duckdb.DuckDBPyConnection,
    report: CheckReport,
    settings: Mapping[str, RuleSettings],
    author: str,
    now: dt.datetime,
    rule_ids: Sequence[str],
) -> None:
    status = "error" if report.has_errors else ("fail" if any(o.violated for o in report.outcomes) else "pass")
    parameters = {
        o.rule.rule_id: {k: str(v) for k, v in settings[o.rule.rule_id].params.items()} for o in report.outcomes
    }
    con.execute(
        f"INSERT INTO ops.run VALUES ({', '.join('?' * 14)})",
        [
            report.run_id,
            report.as_of,
            now,
            Decimal(f"{report.seconds:.3f}"),
            author,
            status,
            len(report.outcomes),
            sum(o.tested for o in report.outcomes),
            sum(o.violated for o in report.outcomes),
            report.new,
            report.still_open,
            report.resolved,
            report.reopened,
            json.dumps({"rules": list(rule_ids), "params": parameters}, ensure_ascii=False, sort_keys=True),
        ],
    )
    if not report.outcomes:
        return
    con.executemany(
        f"INSERT INTO ops.outcome VALUES ({', '.join('?' * 12)})",
        [
            [
                report.run_id,
                o.rule.rule_id,
                o.rule.file.digest,
                settings[o.rule.rule_id].severity or o.rule.severity,
                o.status,
                o.population,
                o.tested,
                o.violated,
                o.amount_at_risk,
                Decimal(f"{o.seconds:.3f}"),
                o.detail,
                o.scope,
            ]
            for o in report.outcomes
        ],
    )
