"""What a proposal is, read from the store and written to it. Who may do what with it is in `deciding`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from workbench.errors import DecisionRefused, UsageError

if TYPE_CHECKING:
    import sqlalchemy as sa

STATUSES = ("draft", "submitted", "approved", "rejected", "withdrawn", "applied", "verified")
# Proposals that are still on their way, or in the books.
LIVE = ("draft", "submitted", "approved", "applied")


@dataclass(frozen=True)
class Line:
    """One effect: a quantity in base units that is moved, or a field that is to say something else, or both."""

    location_code: str = ""
    product_code: str = ""
    batch_no: str = ""
    movement_type: str = ""
    moved_qty: Decimal = Decimal(0)
    unit_cost: Decimal | None = None
    occurred_on: dt.date | None = None
    document_no: str = ""
    document_line_no: str = ""
    field: str = ""
    old_value: str = ""
    new_value: str = ""

    @property
    def amount(self) -> Decimal:
        """Its effect on the value of the stock, at cost; nothing where no cost is known."""
        return self.moved_qty * (self.unit_cost or Decimal(0))


@dataclass(frozen=True)
class Proposal:
    """A proposal with its lines. `proposal_id` is 0 as long as it is not kept."""

    kind: str
    lines: tuple[Line, ...]
    reason: str
    reason_code: str = ""
    finding_id: str | None = None
    rule_id: str | None = None
    evidence_hash: str | None = None
    evidence: str = "{}"
    request_key: str | None = None
    proposal_id: int = 0
    status: str = "draft"
    approvals_needed: int = 1
    proposed_by: str = ""
    proposed_person: str = ""
    created_at: dt.datetime | None = None
    submitted_at: dt.datetime | None = None
    decided_at: dt.datetime | None = None
    applied_at: dt.datetime | None = None

    @property
    def qty_effect(self) -> Decimal:
        """Base units that come into the books, or leave them."""
        return sum((line.moved_qty for line in self.lines), Decimal(0))

    @property
    def amount_effect(self) -> Decimal:
        """Money at cost that comes into the books, or leaves them, to four decimals."""
        return sum((line.amount for line in self.lines), Decimal(0)).quantize(Decimal("0.0001"))

    @property
    def locations(self) -> frozenset[str]:
        """Locations that it touches."""
        return frozenset(line.location_code for line in self.lines) or frozenset([""])


def insert(con: sa.Connection, proposal: Proposal) -> Proposal:
    """Keep a new proposal; it has its number then."""
    from workbench.store.tables import proposal as table
    from workbench.store.tables import proposal_line

    made = con.execute(table.insert().values(**_columns(proposal)))
    assert made.inserted_primary_key is not None
    number = int(made.inserted_primary_key[0])
    if proposal.lines:
        rows = [{"proposal_id": number, "line_no": i, **asdict(line)} for i, line in enumerate(proposal.lines, 1)]
        con.execute(proposal_line.insert(), rows)
    return replace(proposal, proposal_id=number)


def fetch(con: sa.Connection, proposal_id: int) -> Proposal:
    """The proposal of a number; UsageError where there is none."""
    found = select(con, [proposal_id])
    if not found:
        raise UsageError(f"There is no proposal {proposal_id}: `workbench proposals` lists them.")
    return found[0]


def select(
    con: sa.Connection, proposal_ids: Sequence[int] | None = None, statuses: Sequence[str] = ()
) -> list[Proposal]:
    """Proposals by number, oldest first: those named, or all; of these statuses, or of any."""
    import sqlalchemy as sa

    from workbench.store.tables import proposal as table
    from workbench.store.tables import proposal_line

    question = sa.select(table).order_by(table.c.proposal_id)
    lines = sa.select(proposal_line).order_by(proposal_line.c.proposal_id, proposal_line.c.line_no)
    if proposal_ids is not None:
        question = question.where(table.c.proposal_id.in_(proposal_ids))
        lines = lines.where(proposal_line.c.proposal_id.in_(proposal_ids))
    if statuses:
        question = question.where(table.c.status.in_(statuses))
    by_number: dict[int, list[Line]] = {}
    for row in con.execute(lines).mappings():
        values = {name: value for name, value in row.items() if name not in ("proposal_id", "line_no")}
        by_number.setdefault(row["proposal_id"], []).append(Line(**values))
    derived = ("qty_effect", "amount_effect")
    return [
        Proposal(
            lines=tuple(by_number.get(row["proposal_id"], ())),
            **{name: value for name, value in row.items() if name not in derived},
        )
        for row in con.execute(question).mappings()
    ]


def move(con: sa.Connection, proposal: Proposal, status: str, **columns: Any) -> Proposal:
    """Give a proposal another status, if it still has the one it was read with.

    The one way in which a status changes. DecisionRefused where somebody else was faster.
    """
    from workbench.store.tables import proposal as table

    mine = (table.c.proposal_id == proposal.proposal_id) & (table.c.status == proposal.status)
    if con.execute(table.update().where(mine).values(status=status, **columns)).rowcount != 1:
        raise DecisionRefused(f"Somebody else decided about proposal {proposal.proposal_id} just now: look again.")
    return replace(proposal, status=status, **columns)


def facts(proposal: Proposal) -> dict[str, Any]:
    """A proposal as the audit log and machines take it."""
    values = {n: v for n, v in asdict(proposal).items() if n not in ("lines", "request_key")}
    lines = [{n: v for n, v in asdict(line).items() if v not in ("", None)} for line in proposal.lines]
    return {**values, "qty_effect": proposal.qty_effect, "amount_effect": proposal.amount_effect, "lines": lines}


def _columns(proposal: Proposal) -> dict[str, Any]:
    values = {n: v for n, v in asdict(proposal).items() if n not in ("lines", "proposal_id")}
    return {**values, "qty_effect": proposal.qty_effect, "amount_effect": proposal.amount_effect}
