"""Whether the point of sale followed a correction: each applied one is held against what its exports show since.

Only rows that were loaded after the correction count, and each row answers one correction. What arrived is taken out of
the corrected books by an entry of its own, since from then on the POS's own entry stands there. Its finding is resolved
then, also where the rows it was found in stay as they are; of one that did not arrive the finding is reopened.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from workbench.corrections.applying import finish_cut_off, reverse
from workbench.corrections.books import build_corrected
from workbench.corrections.matching import Movement, answer_to, movements_since
from workbench.proposals.deciding import state, subject
from workbench.proposals.shapes import Proposal, move, select
from workbench.storage import writing_to
from workbench.store.audit import record
from workbench.tables import OPS_TABLES, ensure_tables
from workbench.triage.suppression import changed_values

if TYPE_CHECKING:
    import duckdb

    from workbench.catalogue import Rule
    from workbench.project import Project
    from workbench.store.act import Act


@dataclass(frozen=True)
class Verification:
    """What became of an applied correction: arrived, partly, contradicted, missing (too late), or still waiting.

    `expected_qty` and `found_qty` are base units; `found` is what the POS shows instead, `why` names the sentence that
    says what is odd about it, `answered_by` the movements that brought it.
    """

    proposal_id: int
    kind: str
    finding_id: str | None
    outcome: str
    expected_qty: Decimal
    found_qty: Decimal
    found: str = ""
    why: str = ""
    answered_by: tuple[str, ...] = ()


def verify(project: Project, act: Act) -> list[Verification]:
    """Hold every applied correction against the exports since; those that arrived are verified from now on.

    What was cut off between the books and the store is finished first.
    """
    if not project.lake.exists or not project.store.exists:
        return []
    with project.store.reading() as con:
        if not select(con, None, ("approved", "applied", "verified")):
            return []
    with project.store.writing() as con, writing_to(project.var), project.lake.writer() as writer:
        finish_cut_off(con, writer.con, act)
        applied = select(con, None, ("applied",))
        done = select(con, None, ("verified",))
        if not applied and not _has_open(writer.con, done):
            return []
        facts: dict[str, Any] = {}
        with writer.transaction(act.who, "verify corrections", facts):
            ensure_tables(writer.con, project.contracts)
            movements = movements_since(writer.con, min((p.applied_at or act.when for p in applied), default=act.when))
            numbers = {
                f"P{number}"
                for (number,) in writer.con.execute("SELECT DISTINCT proposal_id FROM core.adjustment").fetchall()
            }
            patience = dt.timedelta(days=project.settings.corrections.verify_after_days)
            results = [_judged(writer.con, p, movements, numbers, act.when - patience) for p in applied]
            arrived = {r.proposal_id for r in results if r.outcome == "arrived"}
            facts["arrived"] = sorted(arrived)
            for number in sorted(arrived):
                reverse(writer.con, number, "arrived", act.when)
            for proposal, result in zip(applied, results, strict=True):
                _keep(writer.con, proposal, result, act.when)
            resolved = [*done, *(p for p in applied if p.proposal_id in arrived)]
            _settle_findings(writer.con, resolved, results, project.catalogue.rules)
            build_corrected(writer.con, project.contracts, project.catalogue)
        for proposal, result in zip(applied, results, strict=True):
            if result.outcome == "arrived":
                after = move(con, proposal, "verified")
                record(con, act, "proposal.verified", subject(proposal), state(proposal), state(after))
    return results


def _judged(
    con: duckdb.DuckDBPyConnection,
    proposal: Proposal,
    movements: list[Movement],
    numbers: Collection[str],
    patient_since: dt.datetime,
) -> Verification:
    """What became of one correction; one applied before `patient_since` should have come by now."""
    answer = answer_to(con, proposal, movements, numbers)
    expected = proposal.qty_effect
    result = Verification(
        proposal.proposal_id, proposal.kind, proposal.finding_id, "", expected, answer.found_qty, answer.text
    )
    if answer.arrived == answer.whole:
        return replace(result, outcome="arrived", found="", answered_by=tuple(answer.answered_by))
    if answer.wrong_values or any((m.moved_qty > 0) != (expected > 0) for m in answer.others):
        return replace(result, outcome="contradicted", why=answer.why)
    if answer.arrived or answer.others or answer.why:
        return replace(result, outcome="partly", why=answer.why)
    if _is_resolved_otherwise(con, proposal):
        return replace(result, outcome="contradicted", why="finding_resolved_otherwise")
    is_late = proposal.applied_at is not None and proposal.applied_at < patient_since
    return replace(result, outcome="missing" if is_late else "waiting")


def _is_resolved_otherwise(con: duckdb.DuckDBPyConnection, proposal: Proposal) -> bool:
    """Whether a check since found the finding gone, though the correction has not come: it would count twice."""
    row = con.execute(
        "SELECT r.started_at > ? FROM ops.finding AS f JOIN ops.run AS r ON r.run_id = f.resolved_run"
        " WHERE f.finding_id = ? AND f.status = 'resolved'",
        [proposal.applied_at, proposal.finding_id],
    ).fetchone()
    return row == (True,)


def _keep(con: duckdb.DuckDBPyConnection, proposal: Proposal, result: Verification, now: dt.datetime) -> None:
    """The newest outcome of each correction, where checks and lists of findings see it."""
    values = {**vars(result), "evidence_hash": proposal.evidence_hash, "checked_at": now}
    values["answered_by"] = json.dumps(result.answered_by)
    columns = list(OPS_TABLES["ops.correction"])
    con.execute("DELETE FROM ops.correction WHERE proposal_id = ?", [result.proposal_id])
    con.execute(
        f"INSERT INTO ops.correction VALUES ({', '.join('?' * len(columns))})", [values.get(name) for name in columns]
    )


def _settle_findings(
    con: duckdb.DuckDBPyConnection,
    verified: Collection[Proposal],
    results: Collection[Verification],
    rules: Mapping[str, Rule],
) -> None:
    """Resolve findings whose correction arrived and whose evidence is as it was; reopen those where it did not."""
    by_finding = {p.finding_id: p for p in verified if p.finding_id and p.kind != "dismiss_finding"}
    settled = []
    for finding in _open_findings(con, list(by_finding)):
        proposal = by_finding[finding["finding_id"]]
        if not changed_values(json.loads(proposal.evidence), finding, rules.get(finding["rule_id"])):
            settled.append(finding["finding_id"])
    if settled:
        con.execute(
            "UPDATE ops.finding SET status = 'resolved', resolved_run = (SELECT max(run_id) FROM ops.run)"
            " WHERE list_contains(?, finding_id)",
            [settled],
        )
    failed = [r.finding_id for r in results if r.finding_id and r.outcome in ("partly", "contradicted", "missing")]
    if failed:
        con.execute(
            "UPDATE ops.finding SET status = 'reopened' WHERE status = 'open' AND list_contains(?, finding_id)",
            [failed],
        )


def _has_open(con: duckdb.DuckDBPyConnection, proposals: Collection[Proposal]) -> bool:
    """Whether a finding is open though its correction arrived: a check of everything found it again."""
    return bool(_open_findings(con, [p.finding_id for p in proposals if p.finding_id and p.kind != "dismiss_finding"]))


def _open_findings(con: duckdb.DuckDBPyConnection, finding_ids: Collection[str]) -> list[dict[str, Any]]:
    if not finding_ids:
        return []
    cursor = con.execute(
        "SELECT * FROM ops.finding WHERE status <> 'resolved' AND list_contains(?, finding_id) ORDER BY finding_id",
        [list(finding_ids)],
    )
    names = [d[0] for d in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
