"""What was sent to whom, and what somebody has acknowledged.

A message is written down before it is sent and ended afterwards. One that was never ended belongs to a program that was
stopped: nobody knows whether it arrived, so what it told is due again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.store.accounts import Account, accounts, require
from workbench.store.act import Act
from workbench.store.audit import record
from workbench.store.connection import Store

if TYPE_CHECKING:
    import sqlalchemy as sa

# A piece of news: its kind, its subject, and which time it is.
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Memory:
    """What is known of earlier messages.

    `told` are the keys that reached a channel, by the channel; `doubtful` those of messages that were never ended;
    `first_told` when a finding was first sent anywhere, by its number and epoch; `failing` channels whose last message
    failed, with the reason; `acknowledged` findings by number and epoch; `people` all accounts.
    """

    told: Mapping[str, frozenset[Key]]
    doubtful: Mapping[str, frozenset[Key]]
    first_told: Mapping[tuple[str, str], dt.datetime]
    failing: Mapping[str, str]
    acknowledged: frozenset[tuple[str, str]]
    people: Sequence[Account]


def recall(store: Store) -> Memory:
    """All that decides what is due."""
    import sqlalchemy as sa

    from workbench.store.tables import alert_item, alert_message, finding_acknowledgement

    m, i = alert_message.c, alert_item.c
    told: dict[str, set[Key]] = {}
    doubtful: dict[str, set[Key]] = {}
    first: dict[tuple[str, str], dt.datetime] = {}
    with store.reading() as con:
        question = (
            sa.select(m.channel, m.meant_for, m.outcome, m.sent_at, i.kind, i.subject, i.epoch)
            .join_from(alert_message, alert_item)
            .where(m.outcome != "failed")
        )
        for row in con.execute(question):
            key = (row.kind, row.subject, row.epoch)
            # Told by another channel in its place is told; nor does that other one hear it twice.
            for channel in {row.channel, row.meant_for}:
                (told if row.outcome == "sent" else doubtful).setdefault(channel, set()).add(key)
            if row.outcome == "sent" and row.kind == "finding":
                spell = (row.subject, row.epoch)
                first[spell] = min(first.get(spell, row.sent_at), row.sent_at)
        failing = _failing(con)
        a = finding_acknowledgement.c
        acknowledged = frozenset((row.finding_id, row.epoch) for row in con.execute(sa.select(a.finding_id, a.epoch)))
        people = accounts(con)
    return Memory(
        {channel: frozenset(keys) for channel, keys in told.items()},
        {channel: frozenset(keys) for channel, keys in doubtful.items()},
        first,
        failing,
        acknowledged,
        people,
    )


def end_interrupted(store: Store) -> int:
    """Mark messages that a stopped program left behind; call it only where nobody else is sending. How many."""
    from workbench.store.tables import alert_message as table

    with store.writing() as con:
        left = table.c.outcome == "sending"
        return con.execute(table.update().where(left).values(outcome="interrupted")).rowcount


def begin(
    store: Store, channel: str, meant_for: str, kind: str, language: str, keys: Iterable[Key], now: dt.datetime
) -> int:
    """Write down a message that is about to be sent; its number."""
    from workbench.store.tables import alert_item, alert_message

    facts = {"channel": channel, "meant_for": meant_for, "kind": kind, "language": language, "begun_at": now}
    with store.writing() as con:
        made = con.execute(alert_message.insert().values(**facts, outcome="sending", attempts=0, detail=""))
        assert made.inserted_primary_key is not None
        number = int(made.inserted_primary_key[0])
        items = [{"message_id": number, "kind": k, "subject": s, "epoch": e} for k, s, e in keys]
        if items:
            con.execute(alert_item.insert(), items)
    return number


def end(store: Store, message_id: int, is_sent: bool, attempts: int, detail: str, now: dt.datetime) -> None:
    """Write down what became of a message."""
    from workbench.store.tables import alert_message as table

    values = {"outcome": "sent" if is_sent else "failed", "attempts": attempts, "detail": detail, "sent_at": now}
    with store.writing() as con:
        con.execute(table.update().where(table.c.message_id == message_id).values(**values))


def messages(store: Store, channel: str = "", subject: str = "", limit: int | None = None) -> list[dict[str, Any]]:
    """Messages with how many pieces of news each told, newest first; only of a channel, or that told of a finding."""
    if not store.exists:
        return []
    import sqlalchemy as sa

    from workbench.store.tables import alert_item, alert_message

    told = sa.select(sa.func.count()).where(alert_item.c.message_id == alert_message.c.message_id).scalar_subquery()
    question = sa.select(alert_message, told.label("items")).order_by(alert_message.c.message_id.desc())
    if channel:
        question = question.where((alert_message.c.channel == channel) | (alert_message.c.meant_for == channel))
    if subject:
        mine = sa.select(alert_item.c.message_id).where(alert_item.c.subject == subject)
        question = question.where(alert_message.c.message_id.in_(mine))
    if limit is not None:
        question = question.limit(limit)
    with store.reading() as con:
        return [dict(row) for row in con.execute(question).mappings()]


def acknowledge(store: Store, spells: Sequence[tuple[str, str, str]], note: str, act: Act) -> int:
    """Note that somebody has seen findings, each as number, epoch and location; how many nobody had acknowledged yet.

    Raises DecisionRefused where he may not at one of the locations.
    """
    import sqlalchemy as sa

    from workbench.store.tables import finding_acknowledgement as table

    count = 0
    with store.writing() as con:
        require(con, act, "propose", [location for _, _, location in spells])
        for finding_id, epoch, _ in spells:
            same = (table.c.finding_id == finding_id) & (table.c.epoch == epoch)
            if con.execute(sa.select(table.c.finding_id).where(same)).first():
                continue
            values = {"acknowledged_by": act.who, "acknowledged_at": act.when, "note": note.strip()}
            con.execute(table.insert().values(finding_id=finding_id, epoch=epoch, **values))
            record(con, act, "finding.acknowledged", f"finding/{finding_id}", None, {"note": note.strip()})
            count += 1
    return count


def _failing(con: sa.Connection) -> dict[str, str]:
    """Channels whose newest message failed."""
    import sqlalchemy as sa

    from workbench.store.tables import alert_message as table

    newest = (
        sa.select(sa.func.max(table.c.message_id))
        .where(table.c.outcome.in_(["sent", "failed"]))
        .group_by(table.c.channel)
    )
    question = sa.select(table.c.channel, table.c.detail).where(
        table.c.message_id.in_(newest), table.c.outcome == "failed"
    )
    return {row.channel: row.detail for row in con.execute(question)}
