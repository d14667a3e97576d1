"""The audit log: who did what, when, from where, to what; each entry sealed by SHA-256 together with the one before.

Entries are only ever added, within the transaction of the action itself. The seal shows any change made behind the
program's back; what it cannot show alone, a tail that was cut off, the anchors show that runs leave in the lake.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.store.act import Act
from workbench.store.connection import Store

if TYPE_CHECKING:
    import sqlalchemy as sa

# What is sealed, in this order, followed by the seal of the entry before.
SEALED = ("entry_no", "recorded_at", "who", "place", "action", "subject", "before", "after")
_TRIGGERS = ("audit_entry_no_update", "audit_entry_no_delete")


@dataclass(frozen=True)
class Anchor:
    """What the log's newest entry was at some moment, as written down in `place`."""

    entry_no: int
    entry_hash: str
    place: str


@dataclass(frozen=True)
class Fault:
    """What is wrong with the log at an entry: edited, deleted, inserted, moved, rewritten, cut_off, unguarded.

    `other` is the entry that is found in its place (moved), the last one there is (cut_off, deleted), or 0; `place` is
    where the anchor stood that shows it.
    """

    entry_no: int
    kind: str
    other: int = 0
    place: str = ""


def record(
    con: sa.Connection,
    act: Act,
    action: str,
    subject: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> int:
    """Add an entry within the caller's writing transaction (`Store.writing`, of which there is one at a time); its
    number. `action` is like `proposal.submitted`, `subject` like `proposal/12`.
    """
    import sqlalchemy as sa

    from workbench.store.tables import audit_entry as table

    newest = con.execute(
        sa.select(table.c.entry_no, table.c.entry_hash).order_by(table.c.entry_no.desc()).limit(1)
    ).first()
    entry = {
        "entry_no": newest.entry_no + 1 if newest else 1,
        "recorded_at": act.when.isoformat(sep=" ", timespec="microseconds"),
        "who": act.who,
        "place": act.place,
        "action": action,
        "subject": subject,
        "before": _canonical(before),
        "after": _canonical(after),
        "previous_hash": newest.entry_hash if newest else "",
    }
    con.execute(table.insert().values(**entry, entry_hash=seal(entry)))
    return int(entry["entry_no"])


def seal(entry: Mapping[str, Any]) -> str:
    """SHA-256 over an entry and the seal before it, as a JSON array: no two different entries have the same text."""
    values = [entry[name] for name in (*SEALED, "previous_hash")]
    return hashlib.sha256(json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def head(store: Store) -> tuple[int, str]:
    """Number and seal of the newest entry; 0 and the empty text where there is none."""
    if not store.exists:
        return 0, ""
    import sqlalchemy as sa

    from workbench.store.tables import audit_entry as table

    with store.reading() as con:
        row = con.execute(
            sa.select(table.c.entry_no, table.c.entry_hash).order_by(table.c.entry_no.desc()).limit(1)
        ).first()
    return (int(row.entry_no), str(row.entry_hash)) if row else (0, "")


def entries(
    store: Store, subject: str = "", who: str = "", since: dt.date | None = None, limit: int | None = None
) -> list[dict[str, Any]]:
    """Entries of the log, oldest first; of a subject also what lies below it (`proposal` names all proposals)."""
    if not store.exists:
        return []
    import sqlalchemy as sa

    from workbench.store.tables import audit_entry as table

    question = sa.select(table).order_by(table.c.entry_no.desc())
    if subject:
        question = question.where(
            (table.c.subject == subject) | table.c.subject.startswith(f"{subject}/", autoescape=True)
        )
    if who:
        question = question.where(table.c.who == who)
    if since:
        question = question.where(table.c.recorded_at >= since.isoformat())
    if limit is not None:
        question = question.limit(limit)
    with store.reading() as con:
        return [dict(row) for row in con.execute(question).mappings()][::-1]


def verify(store: Store, anchors: Iterable[Anchor]) -> list[Fault]:
    """Every place where the log is not what was written, in its order; none where it is whole."""
    found = entries(store)
    faults = _faults_within(found)
    by_number = {entry["entry_no"]: entry for entry in found}
    last = max(by_number, default=0)
    told = min((f.entry_no for f in faults), default=last + 1)
    for anchor in sorted(anchors, key=lambda a: (a.entry_no, a.place)):
        if anchor.entry_no > last:
            return [*faults, Fault(anchor.entry_no, "cut_off", last, anchor.place)]
        entry = by_number.get(anchor.entry_no)
        if entry is not None and entry["entry_hash"] != anchor.entry_hash and anchor.entry_no < told:
            return [*faults, Fault(anchor.entry_no, "rewritten", 0, anchor.place)]
    if store.exists and not _is_guarded(store):
        faults.append(Fault(0, "unguarded"))
    return faults


def _faults_within(found: Sequence[Mapping[str, Any]]) -> list[Fault]:
    """Faults that the seals alone show. An entry's content holds its number and the seal before, so that one that was
    moved tells where it stood.
    """
    position = {entry["entry_hash"]: entry["entry_no"] for entry in found}
    original = {0: 0}
    for entry in found:
        number = entry["entry_no"]
        original[number] = number if seal(entry) == entry["entry_hash"] else _original(entry, position)
    faults: list[Fault] = []
    before: Mapping[str, Any] | None = None
    shift = 0
    for entry in found:
        number = entry["entry_no"]
        expected = (before["entry_no"] if before else 0) + 1
        if number > expected:
            faults.append(Fault(expected, "deleted", number))
        stood = original[number]
        if stood == 0:
            # Whoever put a row in between had to move the rest: the next entry tells.
            following = next((o for n, o in sorted(original.items()) if n > number and o), number + 1)
            after = next((n for n in sorted(original) if n > number and original[n]), number + 1)
            faults.append(Fault(number, "inserted" if following < after else "edited"))
            shift = after - following if following < after else shift
        elif number - stood != shift:
            if stood == number or shift:
                shift = number - stood
            elif stood > number and _is_tail_shifted(original, number):
                faults.append(Fault(number, "deleted", stood))
                shift = number - stood
            elif stood < number and _is_tail_shifted(original, number):
                faults.append(Fault(stood, "inserted"))
                shift = number - stood
            else:
                faults.append(Fault(number, "moved", stood))
        elif number == expected and stood == number and before is not None and original[before["entry_no"]]:
            is_followed = entry["previous_hash"] == before["entry_hash"]
            if not is_followed and not any(f.entry_no == before["entry_no"] for f in faults):
                faults.append(Fault(before["entry_no"], "edited"))
        elif before is None and number == 1 and entry["previous_hash"]:
            faults.append(Fault(1, "edited"))
        before = entry
    return faults


def _original(entry: Mapping[str, Any], position: Mapping[str, int]) -> int:
    """Where an entry stood that does not fit its number; 0 where its content is not what was sealed."""
    now = position.get(entry["previous_hash"], 0)
    numbers = {now + 1, *(entry["entry_no"] + d for d in range(-50, 51)), *(n for n in position.values())}
    for number in sorted(numbers, key=lambda n: abs(n - entry["entry_no"])):
        if number > 0 and seal({**entry, "entry_no": number}) == entry["entry_hash"]:
            return int(number)
    return 0


def _is_tail_shifted(original: Mapping[int, int], number: int) -> bool:
    offset = number - original[number]
    return all(n - o == offset for n, o in original.items() if n >= number and o)


def _is_guarded(store: Store) -> bool:
    """Whether the database still refuses changes of entries."""
    import sqlalchemy as sa

    question = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name IN (:a, :b)"
    if store.is_postgres:
        question = (
            "SELECT count(*) FROM pg_trigger WHERE tgrelid = CAST('audit_entry' AS regclass) AND tgenabled <> 'D'"
            " AND tgname IN (:a, :b)"
        )
    with store.reading() as con:
        return con.execute(sa.text(question), dict(zip("ab", _TRIGGERS, strict=True))).scalar() == len(_TRIGGERS)


def _canonical(values: Mapping[str, Any] | None) -> str:
    return "" if values is None else json.dumps(values, ensure_ascii=False, sort_keys=True, default=str)
