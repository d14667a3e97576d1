"""From draft to decision, each step by somebody who may take it, and never by who made the proposal.

Every step is one transaction of the store with its entry in the audit log; of two at once exactly one wins.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import ConfigurationError, DecisionRefused, UsageError
from workbench.proposals import limits
from workbench.proposals.kinds import kind_of
from workbench.proposals.shapes import Proposal, facts, fetch, insert, move, select
from workbench.store.accounts import Account, account_of, folded, require
from workbench.store.attachments import Attachment, keep
from workbench.store.audit import record
from workbench.store.decisions import Subject, dismiss_within
from workbench.tables import has_table

if TYPE_CHECKING:
    import duckdb
    import sqlalchemy as sa

    from workbench.project import Project
    from workbench.store.act import Act

# How long a finding stays dismissed that was dismissed by proposal.
_DISMISSED_FOR = dt.timedelta(days=365)


def propose(
    project: Project,
    proposals: Sequence[Proposal],
    act: Act,
    attach: Sequence[Path] = (),
    *,
    is_submitted: bool = False,
) -> list[Proposal]:
    """Keep proposals as drafts, or submit them at once; all of them or none. With their numbers.

    A `request_key` that was seen before answers the proposal that was made then. Raises UsageError for what is missing,
    DecisionRefused for who may not, and for a finding that has a live proposal already.
    """
    settings = project.settings.corrections
    kept = [keep(project.var, file, settings.attachment_limit_mb * 1_000_000) for file in attach]
    made = []
    lake = project.lake.read() if project.lake.exists else None
    with project.store.writing() as con:
        for proposal in proposals:
            kind_of(proposal.kind)
            account = require(con, act, "propose", proposal.locations)
            earlier = _of_request(con, proposal.request_key)
            if earlier is not None:
                made.append(earlier)
                continue
            _refuse_second(con, proposal)
            draft = insert(
                con,
                replace(
                    proposal,
                    status="draft",
                    proposed_by=act.who,
                    proposed_person=account.person,
                    created_at=act.when,
                    approvals_needed=limits.approvals_needed(proposal, settings),
                ),
            )
            _attach(con, draft, kept)
            record(con, act, "proposal.drafted", subject(draft), None, facts(draft))
            made.append(_submit(con, lake, project, draft, act) if is_submitted else draft)
    return made


def submit(project: Project, proposal_id: int, act: Act) -> Proposal:
    """Hand a draft over to be decided. Raises UsageError for what is missing, DecisionRefused for what may not be."""
    lake = project.lake.read() if project.lake.exists else None
    with project.store.writing() as con:
        proposal = fetch(con, proposal_id)
        _require_maker(con, proposal, act, "submit")
        return _submit(con, lake, project, proposal, act)


def withdraw(project: Project, proposal_id: int, reason: str, act: Act) -> Proposal:
    """Take a proposal back that is not in the books yet; only who made it may."""
    if not reason.strip():
        raise UsageError("A reason is needed: add --reason TEXT.")
    with project.store.writing() as con:
        proposal = fetch(con, proposal_id)
        _require_maker(con, proposal, act, "withdraw")
        require_status(proposal, ("draft", "submitted", "approved"))
        if proposal.status == "approved" and _is_in_books(project, proposal_id):
            raise DecisionRefused(
                f"Proposal {proposal_id} is in the books already, though applying it was cut off: finish it with"
                f" `workbench apply {proposal_id}`, then `workbench undo {proposal_id}`."
            )
        after = move(con, proposal, "withdrawn")
        record(con, act, "proposal.withdrawn", subject(proposal), state(proposal), state(after) | {"reason": reason})
    return after


def decide(project: Project, proposal_id: int, act: Act, note: str = "", *, is_approved: bool) -> Proposal:
    """Approve or reject a submitted proposal, or approve its next level.

    Raises DecisionRefused for the maker, whatever account he uses, for who may not approve at one of its locations or
    did already, for evidence that changed, a closed period and stock below zero; UsageError for a rejection without a
    note.
    """
    from workbench.store.tables import proposal_decision

    if not is_approved and not note.strip():
        raise UsageError("Say why it is rejected: add --note TEXT.")
    lake = project.lake.read() if project.lake.exists else None
    with project.store.writing() as con:
        proposal = fetch(con, proposal_id)
        account = require(con, act, "approve", proposal.locations)
        if is_maker(con, proposal, account):
            raise DecisionRefused(
                f"{account.user_name} made proposal {proposal_id}: somebody else must decide about it."
            )
        require_status(proposal, ("submitted",))
        earlier = decisions(con, proposal_id)
        if any(d["decided_person"] == account.person for d in earlier):
            raise DecisionRefused(f"{account.user_name} approved proposal {proposal_id} before: a second person must.")
        if is_approved:
            require_books(con, lake, project, proposal)
        level = len(earlier) + 1
        decision = {
            "level": level,
            "verdict": "approved" if is_approved else "rejected",
            "decided_by": act.who,
            "decided_person": account.person,
            "decided_at": act.when,
            "note": note.strip(),
        }
        con.execute(proposal_decision.insert().values(proposal_id=proposal_id, **decision))
        status = "rejected" if not is_approved else "approved" if level >= proposal.approvals_needed else "submitted"
        after = move(con, proposal, status, decided_at=act.when)
        record(
            con,
            act,
            f"proposal.{decision['verdict']}",
            subject(proposal),
            state(proposal),
            {**state(after), **decision},
        )
        if status == "approved" and proposal.kind == "dismiss_finding":
            after = _dismiss(con, after, act)
    return after


def proposals(project: Project, statuses: Sequence[str] = ()) -> list[Proposal]:
    """All proposals, or those of some statuses, oldest first."""
    if not project.store.exists:
        return []
    with project.store.reading() as con:
        return select(con, None, statuses)


def history(project: Project, proposal_id: int) -> tuple[list[dict[str, Any]], list[Attachment]]:
    """The decisions about a proposal in their order, and its attachments."""
    import sqlalchemy as sa

    from workbench.store.tables import proposal_attachment as table

    with project.store.reading() as con:
        fetch(con, proposal_id)
        question = sa.select(table).where(table.c.proposal_id == proposal_id).order_by(table.c.sha256)
        attached = [Attachment(r.sha256, r.file_name, r.size_bytes) for r in con.execute(question)]
        return decisions(con, proposal_id), attached


def _submit(
    con: sa.Connection, lake: duckdb.DuckDBPyConnection | None, project: Project, proposal: Proposal, act: Act
) -> Proposal:
    require_status(proposal, ("draft",))
    limits.require_complete(proposal, _attached(con, proposal.proposal_id), project.settings.corrections)
    require_books(con, lake, project, proposal)
    after = move(con, proposal, "submitted", submitted_at=act.when)
    record(con, act, "proposal.submitted", subject(proposal), state(proposal), state(after))
    return after


def require_books(
    con: sa.Connection, lake: duckdb.DuckDBPyConnection | None, project: Project, proposal: Proposal
) -> None:
    """DecisionRefused where the books, as they are now, do not allow it."""
    if lake is None:
        raise ConfigurationError(f"There is no lake in {project.var}: load something first with `workbench ingest`.")
    settings = project.settings.corrections
    limits.require_open_period(proposal, settings)
    limits.require_documents(lake, proposal)
    limits.require_fresh(lake, proposal, project.catalogue.rules)
    approved = [p for p in select(con, None, ("approved", "applied")) if p.proposal_id != proposal.proposal_id]
    limits.require_stock(lake, proposal, approved, settings)


def _dismiss(con: sa.Connection, proposal: Proposal, act: Act) -> Proposal:
    """Nothing has to reach the point of sale: approved is done."""
    if not (proposal.finding_id and proposal.rule_id and proposal.evidence_hash):
        raise UsageError(f"Proposal {proposal.proposal_id} names no finding to dismiss: withdraw it.")
    dismissed = Subject(proposal.finding_id, proposal.rule_id, proposal.evidence_hash, proposal.evidence)
    until = act.when.date() + _DISMISSED_FOR
    dismiss_within(con, [dismissed], proposal.reason, until, act)
    after = move(con, proposal, "verified", applied_at=act.when)
    record(con, act, "proposal.verified", subject(proposal), state(proposal), state(after))
    return after


def _refuse_second(con: sa.Connection, proposal: Proposal) -> None:
    import sqlalchemy as sa

    from workbench.proposals.shapes import LIVE
    from workbench.store.tables import proposal as table

    if proposal.finding_id is None:
        return
    live = (table.c.finding_id == proposal.finding_id) & table.c.status.in_(LIVE)
    row = con.execute(sa.select(table.c.proposal_id, table.c.status, table.c.proposed_by).where(live)).first()
    if row is not None:
        raise DecisionRefused(
            f"Finding {proposal.finding_id} has proposal {row.proposal_id} already"
            f" ({row.status}, by {row.proposed_by})."
        )


def _of_request(con: sa.Connection, key: str | None) -> Proposal | None:
    import sqlalchemy as sa

    from workbench.store.tables import proposal as table

    if key is None:
        return None
    number = con.execute(sa.select(table.c.proposal_id).where(table.c.request_key == key)).scalar()
    return None if number is None else fetch(con, number)


def _attach(con: sa.Connection, proposal: Proposal, files: Sequence[Attachment]) -> None:
    from workbench.store.tables import proposal_attachment as table

    unique = {file.sha256: file for file in files}
    if unique:
        con.execute(table.insert(), [{"proposal_id": proposal.proposal_id, **vars(f)} for f in unique.values()])


def _attached(con: sa.Connection, proposal_id: int) -> int:
    import sqlalchemy as sa

    from workbench.store.tables import proposal_attachment as table

    mine = table.c.proposal_id == proposal_id
    return int(con.execute(sa.select(sa.func.count()).select_from(table).where(mine)).scalar() or 0)


def decisions(con: sa.Connection, proposal_id: int) -> list[dict[str, Any]]:
    """The decisions about a proposal in their order."""
    import sqlalchemy as sa

    from workbench.store.tables import proposal_decision as table

    question = sa.select(table).where(table.c.proposal_id == proposal_id).order_by(table.c.level)
    return [dict(row) for row in con.execute(question).mappings()]


def is_maker(con: sa.Connection, proposal: Proposal, account: Account) -> bool:
    """Whether it is who made the proposal: by account, by person then, or by the person whose account that is now."""
    now = account_of(con, proposal.proposed_by)
    return (
        folded(account.user_name) == folded(proposal.proposed_by)
        or account.person == proposal.proposed_person
        or (now is not None and now.person == account.person)
    )


def _require_maker(con: sa.Connection, proposal: Proposal, act: Act, action: str) -> None:
    account = require(con, act, "propose", proposal.locations)
    if not is_maker(con, proposal, account):
        raise DecisionRefused(
            f"Only {proposal.proposed_by}, who made proposal {proposal.proposal_id}, may {action} it."
        )


def _is_in_books(project: Project, proposal_id: int) -> bool:
    if not project.lake.exists:
        return False
    con = project.lake.read()
    if not has_table(con, "core.adjustment"):
        return False
    row = con.execute("SELECT count(*) FROM core.adjustment WHERE proposal_id = ?", [proposal_id]).fetchone()
    return row is not None and row[0] > 0


def require_status(proposal: Proposal, statuses: Sequence[str]) -> None:
    """DecisionRefused where it is in none of these statuses."""
    if proposal.status not in statuses:
        raise DecisionRefused(
            f"Proposal {proposal.proposal_id} is {proposal.status}, and only one that is {' or '.join(statuses)} can be"
            " moved on like this."
        )


def subject(proposal: Proposal) -> str:
    """What the audit log calls it."""
    return f"proposal/{proposal.proposal_id}"


def state(proposal: Proposal) -> dict[str, Any]:
    """Its status, for the audit log."""
    return {"status": proposal.status}
