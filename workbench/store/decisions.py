"""Deciding about findings: dismiss, assign, list what is known to be good. Each decision has its author and its moment.

A decision is ended, never changed or deleted: a new one ends the one before it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.errors import UsageError
from workbench.store.act import Act
from workbench.store.audit import record
from workbench.store.connection import Store

if TYPE_CHECKING:
    import sqlalchemy as sa

# SQLite takes some thousand values in one statement.
_AT_ONCE = 500


@dataclass(frozen=True)
class Subject:
    """A finding as it is when somebody decides about it; `facts` are its values as JSON."""

    finding_id: str
    rule_id: str
    evidence_hash: str
    facts: str


def dismiss(store: Store, subjects: Sequence[Subject], reason: str, until: dt.date, act: Act) -> None:
    """Suppress findings until the end of a day. Raises UsageError without a reason or for a day that is past."""
    _check(reason, until, act)
    with store.writing() as con:
        dismiss_within(con, subjects, reason, until, act)


def dismiss_within(con: sa.Connection, subjects: Sequence[Subject], reason: str, until: dt.date, act: Act) -> None:
    """Suppress findings as part of a writing transaction."""
    from workbench.store.tables import finding_dismissal as table

    decision = {"reason": reason.strip(), "until_date": until, "dismissed_by": act.who, "dismissed_at": act.when}
    _end(con, table, [s.finding_id for s in subjects], "dismissed anew", act)
    con.execute(table.insert(), [{**vars(subject), **decision} for subject in subjects])
    for subject in subjects:
        facts = {"reason": reason.strip(), "until_date": until, "evidence_hash": subject.evidence_hash}
        record(con, act, "finding.dismissed", f"finding/{subject.finding_id}", None, facts)


def undismiss(store: Store, finding_ids: Sequence[str], reason: str, act: Act) -> None:
    """End dismissals. Raises UsageError where a finding is not dismissed, and then ends none."""
    from workbench.store.tables import finding_dismissal as table

    with store.writing() as con:
        dismissed = _end(con, table, finding_ids, reason.strip() or "taken back", act)
        for finding_id in sorted(dismissed):
            record(con, act, "finding.undismissed", f"finding/{finding_id}", None, {"reason": reason.strip()})
        strangers = [f for f in finding_ids if f not in dismissed]
        if strangers:
            raise UsageError(f"Finding {strangers[0]} is not dismissed: `workbench findings --suppressed` lists those.")


def assign(store: Store, finding_ids: Sequence[str], to: str, note: str, act: Act) -> None:
    """Give findings to a person, in place of whoever had them; an empty name takes them away from everybody."""
    from workbench.store.tables import finding_assignment as table

    rows = [
        {"finding_id": f, "assigned_to": to.strip(), "note": note, "assigned_by": act.who, "assigned_at": act.when}
        for f in finding_ids
    ]
    with store.writing() as con:
        _end(con, table, finding_ids, f"given to {to.strip()}" if to.strip() else "taken away", act)
        if to.strip():
            con.execute(table.insert(), rows)
        for finding_id in finding_ids:
            facts = {"assigned_to": to.strip(), "note": note}
            record(con, act, "finding.assigned", f"finding/{finding_id}", None, facts)


def add_known_good(
    store: Store, rule_id: str, conditions: Mapping[str, str], reason: str, until: dt.date, act: Act
) -> int:
    """Suppress a rule's findings that have these values, until the end of a day; the entry's number.

    Raises UsageError without a condition or a reason, for a day that is past, and for what is on the list already.
    """
    import sqlalchemy as sa

    from workbench.store.tables import known_good as table

    _check(reason, until, act)
    if not conditions:
        raise UsageError(
            f"Name at least one value, like --product P1; to leave {rule_id} out altogether, set enabled = false "
            f"under [rules.{rule_id}]."
        )
    text = json.dumps(dict(conditions), ensure_ascii=False, sort_keys=True)
    values = {"rule_id": rule_id, "conditions": text, "reason": reason.strip(), "until_date": until}
    with store.writing() as con:
        # What has run out is replaced; what is in force is not added twice.
        same = (table.c.rule_id == rule_id) & (table.c.conditions == text) & table.c.ended_at.is_(None)
        row = con.execute(sa.select(table.c.known_good_id, table.c.until_date).where(same)).first()
        if row is not None and row.until_date >= act.when.date():
            raise UsageError(f"That is on the list already, as no. {row.known_good_id} until {row.until_date}.")
        con.execute(table.update().where(same).values(ended_by=act.who, ended_at=act.when, ended_reason="added anew"))
        made = con.execute(table.insert().values(**values, added_by=act.who, added_at=act.when))
        assert made.inserted_primary_key is not None
        number = int(made.inserted_primary_key[0])
        record(con, act, "known_good.added", f"known_good/{number}", None, values)
        return number


def remove_known_good(store: Store, known_good_id: int, reason: str, act: Act) -> None:
    """Take an entry off the list. Raises UsageError where there is none of that number."""
    from workbench.store.tables import known_good as table

    mine = (table.c.known_good_id == known_good_id) & table.c.ended_at.is_(None)
    values = {"ended_by": act.who, "ended_at": act.when, "ended_reason": reason.strip() or "removed"}
    with store.writing() as con:
        if con.execute(table.update().where(mine).values(**values)).rowcount == 0:
            raise UsageError(f"There is no no. {known_good_id} on the list: see `workbench known-good list`.")
        record(con, act, "known_good.removed", f"known_good/{known_good_id}", None, {"reason": values["ended_reason"]})


def in_force(store: Store, kind: str) -> list[dict[str, Any]]:
    """Decisions not ended (though perhaps past their day) of `finding_dismissal`, `finding_assignment` or
    `known_good`, oldest first; none where nobody decided anything yet.
    """
    if not store.exists:
        return []
    import sqlalchemy as sa

    from workbench.store.tables import metadata

    table = metadata.tables[kind]
    question = sa.select(table).where(table.c.ended_at.is_(None)).order_by(*table.primary_key)
    with store.reading() as con:
        return [dict(row) for row in con.execute(question).mappings()]


def newest_proposals(store: Store) -> list[tuple[str, int, str]]:
    """Of each finding the newest proposal that is on its way, in the books or done: finding, number, status."""
    if not store.exists:
        return []
    import sqlalchemy as sa

    from workbench.store.tables import proposal as table

    gone = ("rejected", "withdrawn")
    newest = (
        sa.select(sa.func.max(table.c.proposal_id))
        .where(table.c.finding_id.is_not(None), table.c.status.not_in(gone))
        .group_by(table.c.finding_id)
    )
    question = sa.select(table.c.finding_id, table.c.proposal_id, table.c.status).where(table.c.proposal_id.in_(newest))
    with store.reading() as con:
        return [(row[0], row[1], row[2]) for row in con.execute(question.order_by(table.c.proposal_id))]


def history(store: Store, kind: str) -> list[dict[str, Any]]:
    """Every decision of a kind, ended ones too, oldest first."""
    if not store.exists:
        return []
    import sqlalchemy as sa

    from workbench.store.tables import metadata

    table = metadata.tables[kind]
    with store.reading() as con:
        return [dict(row) for row in con.execute(sa.select(table).order_by(*table.primary_key)).mappings()]


def _check(reason: str, until: dt.date, act: Act) -> None:
    if not reason.strip():
        raise UsageError("A reason is needed: add --reason TEXT, so that others can judge it later.")
    if until < act.when.date():
        raise UsageError(f"{until} is past: name the last day on which this is to hold.")


def _end(con: sa.Connection, table: sa.Table, finding_ids: Sequence[str], reason: str, act: Act) -> set[str]:
    """End what is in force for these findings; those for which something was."""
    import sqlalchemy as sa

    ended: set[str] = set()
    for start in range(0, len(finding_ids), _AT_ONCE):
        mine = table.c.finding_id.in_(finding_ids[start : start + _AT_ONCE]) & table.c.ended_at.is_(None)
        ended |= set(con.execute(sa.select(table.c.finding_id).where(mine)).scalars())
        con.execute(table.update().where(mine).values(ended_by=act.who, ended_at=act.when, ended_reason=reason))
    return ended
