"""Approved proposals become adjusting entries of the lake, and an entry is undone by its opposite; nothing is edited.

The store is held while the lake commits, so nobody else decides meanwhile. Killed between the two commits, the entries
are in the lake and the proposal still says approved: applying it again adds nothing and says applied.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbench.corrections.books import build_corrected
from workbench.errors import ConfigurationError, DecisionRefused, UsageError
from workbench.proposals.deciding import decisions, is_maker, require_books, require_status, state, subject
from workbench.proposals.shapes import Proposal, fetch, move, select
from workbench.storage import writing_to
from workbench.store.accounts import require
from workbench.store.audit import record
from workbench.tables import OPS_TABLES, ensure_tables, has_table

if TYPE_CHECKING:
    import duckdb
    import sqlalchemy as sa

    from workbench.project import Project
    from workbench.store.act import Act

ADJUSTMENT = "core.adjustment"


def apply(project: Project, proposal_ids: Sequence[int], act: Act) -> list[Proposal]:
    """Bring approved proposals into the books, all or none; every approved one where none is named.

    Raises UsageError for a proposal that does not exist, DecisionRefused for one that is not approved, for who may not
    apply, and where the books have moved so that it no longer fits.
    """
    if not project.lake.exists:
        raise ConfigurationError(f"There is no lake in {project.var}: load something first with `workbench ingest`.")
    with project.store.writing() as con, writing_to(project.var), project.lake.writer() as writer:
        chosen = [fetch(con, n) for n in dict.fromkeys(proposal_ids)] or select(con, None, ("approved",))
        for proposal in chosen:
            require(con, act, "apply", proposal.locations)
            require_status(proposal, ("approved",))
        facts: dict[str, Any] = {"proposals": [p.proposal_id for p in chosen]}
        with writer.transaction(act.who, f"apply {len(chosen)} corrections", facts):
            ensure_tables(writer.con, project.contracts)
            for proposal in chosen:
                if not _entries(writer.con, proposal.proposal_id):
                    require_books(con, writer.con, project, proposal)
                    enter(writer.con, proposal, _approver(con, proposal), act)
            build_corrected(writer.con, project.contracts, project.catalogue)
        applied = []
        for proposal in chosen:
            after = move(con, proposal, "applied", applied_at=act.when)
            record(con, act, "proposal.applied", subject(proposal), state(proposal), state(after))
            applied.append(after)
    return applied


def undo(project: Project, proposal_id: int, reason: str, act: Act) -> Proposal:
    """Take a correction out of the books again by the opposite entries.

    Somebody who may approve does, and not who proposed it. Raises UsageError without a reason, DecisionRefused for a
    proposal that is not in the books, or that the POS has taken over already.
    """
    if not reason.strip():
        raise UsageError("A reason is needed: add --reason TEXT.")
    with project.store.writing() as con, writing_to(project.var), project.lake.writer() as writer:
        finished = {p.proposal_id: p for p in finish_cut_off(con, writer.con, act)}
        if proposal_id in finished and finished[proposal_id].status == "withdrawn":
            return finished[proposal_id]
        proposal = fetch(con, proposal_id)
        account = require(con, act, "approve", proposal.locations)
        if is_maker(con, proposal, account):
            raise DecisionRefused(f"{act.who} made proposal {proposal_id}: somebody else must undo it.")
        require_status(proposal, ("applied",))
        with writer.transaction(act.who, f"undo correction {proposal_id}", {"proposals": [proposal_id]}):
            reverse(writer.con, proposal_id, "undone", act.when, reason)
            writer.con.execute("DELETE FROM ops.correction WHERE proposal_id = ?", [proposal_id])
            build_corrected(writer.con, project.contracts, project.catalogue)
        after = move(con, proposal, "withdrawn")
        record(con, act, "proposal.undone", subject(proposal), state(proposal), {**state(after), "reason": reason})
    return after


def reverse(
    con: duckdb.DuckDBPyConnection, proposal_id: int, entry: str, when: dt.datetime, reason: str | None = None
) -> None:
    """Add the opposite of a proposal's entries, once: `undone`, or `arrived` where the POS has them now."""
    con.execute(
        f"INSERT INTO {ADJUSTMENT} BY NAME SELECT a.* REPLACE (a.adjustment_id || '-R' AS adjustment_id,"
        " ? AS entry, -a.moved_qty AS moved_qty, CAST(? AS TIMESTAMP) AS recorded_at, a.new_value AS old_value,"
        " a.old_value AS new_value, coalesce(?, a.reason) AS reason, a.adjustment_id AS reverses_adjustment_id)"
        f" FROM {ADJUSTMENT} AS a WHERE a.proposal_id = ? AND a.entry = 'applied' AND NOT EXISTS"
        f" (SELECT 1 FROM {ADJUSTMENT} AS r WHERE r.reverses_adjustment_id = a.adjustment_id)",
        [entry, when, reason, proposal_id],
    )


def finish_cut_off(con: sa.Connection, lake: duckdb.DuckDBPyConnection, act: Act) -> list[Proposal]:
    """Bring the store up to the books where something was killed between the two commits; the proposals as they are.

    The books are ahead then, never behind: what is in them was decided and allowed.
    """
    finished = []
    for proposal, (status, applied_at, reason) in _behind(lake, select(con, None, ("approved", "applied"))):
        after = move(con, proposal, status, applied_at=applied_at)
        facts = {**state(after), **({"reason": reason} if status == "withdrawn" else {}), "is_finished": True}
        action = {"applied": "proposal.applied", "withdrawn": "proposal.undone", "verified": "proposal.verified"}
        record(con, act, action[status], subject(proposal), state(proposal), facts)
        finished.append(after)
    return finished


def disagreeing(lake: duckdb.DuckDBPyConnection, proposals: Sequence[Proposal]) -> list[int]:
    """Numbers of those of which the books say something else than the store, by whatever went wrong."""
    behind = {proposal.proposal_id for proposal, _ in _behind(lake, proposals)}
    entered = set(_last_entries(lake))
    missing = {p.proposal_id for p in proposals if p.status == "applied" and p.proposal_id not in entered}
    return sorted(behind | missing)


def _behind(
    lake: duckdb.DuckDBPyConnection, proposals: Sequence[Proposal]
) -> list[tuple[Proposal, tuple[str, dt.datetime, str]]]:
    """Proposals that the store has in another status than their entries, with that status, since when and why."""
    books = _last_entries(lake)
    found = []
    for proposal in proposals:
        applied_at, entry, reason = books.get(proposal.proposal_id, (None, "", ""))
        status = {"applied": "applied", "undone": "withdrawn", "arrived": "verified"}.get(entry, proposal.status)
        if status != proposal.status and applied_at is not None:
            found.append((proposal, (status, applied_at, reason)))
    return found


def _last_entries(lake: duckdb.DuckDBPyConnection) -> dict[int, tuple[dt.datetime, str, str]]:
    """Of each proposal when it was entered, whether it was undone or has arrived since, and why."""
    if not has_table(lake, ADJUSTMENT):
        return {}
    rows = lake.execute(
        "SELECT proposal_id, max(recorded_at) FILTER (WHERE entry = 'applied'),"
        " coalesce(max(entry) FILTER (WHERE entry <> 'applied'), 'applied'),"
        f" max(reason) FILTER (WHERE entry <> 'applied') FROM {ADJUSTMENT} GROUP BY proposal_id"
    ).fetchall()
    return {number: (applied_at, entry, reason) for number, applied_at, entry, reason in rows}


def _entries(con: duckdb.DuckDBPyConnection, proposal_id: int) -> int:
    row = con.execute(f"SELECT count(*) FROM {ADJUSTMENT} WHERE proposal_id = ?", [proposal_id]).fetchone()
    return int(row[0]) if row else 0


def enter(con: duckdb.DuckDBPyConnection, proposal: Proposal, approved_by: str, act: Act) -> None:
    """Add the entries of a proposal, one for each of its lines."""
    columns = list(OPS_TABLES[ADJUSTMENT])
    rows = []
    for number, line in enumerate(proposal.lines, 1):
        day = line.occurred_on or act.when.date()
        values = {
            **{name: getattr(line, name) for name in columns if hasattr(line, name)},
            "adjustment_id": f"P{proposal.proposal_id}-{number}",
            "proposal_id": proposal.proposal_id,
            "line_no": number,
            "kind": proposal.kind,
            "entry": "applied",
            # At the day's end: what was sold that day was sold before the correction.
            "occurred_at": dt.datetime.combine(day, dt.time(23, 59, 59)),
            "recorded_at": act.when,
            "document_line_no": int(line.document_line_no) if line.document_line_no.isdigit() else None,
            "reason_code": proposal.reason_code,
            "reason": proposal.reason,
            "proposed_by": proposal.proposed_by,
            "approved_by": approved_by,
        }
        rows.append([values.get(name) for name in columns])
    con.executemany(f"INSERT INTO {ADJUSTMENT} VALUES ({', '.join('?' * len(columns))})", rows)


def _approver(con: sa.Connection, proposal: Proposal) -> str:
    return ", ".join(d["decided_by"] for d in decisions(con, proposal.proposal_id) if d["verdict"] == "approved")
