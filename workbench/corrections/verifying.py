"""Whether the point of sale followed a correction: each applied one is held against what its exports show since.

Only rows that were loaded after the correction count, and each row answers one correction. What arrived is taken out of
the corrected books by an entry of its own, since from then on the POS's own entry stands there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from workbench.corrections.applying import reverse
from workbench.corrections.books import build_corrected
from workbench.proposals.deciding import state, subject
from workbench.proposals.shapes import Line, Proposal, move, select
from workbench.storage import writing_to
from workbench.store.audit import record
from workbench.tables import ensure_tables

if TYPE_CHECKING:
    import duckdb

    from workbench.project import Project
    from workbench.store.act import Act

# Under which types a POS may book what a correction asks for.
_BOOKED_AS = {
    "complete_transfer": ("transfer_in",),
    "reenter_receipt": ("receipt",),
    "void_receipt": ("adjustment", "receipt", "purchase_return", "count_loss", "write_off"),
}
_ADJUSTING = ("adjustment", "write_off", "count_gain", "count_loss", "receipt", "purchase_return")


@dataclass(frozen=True)
class Verification:
    """What became of an applied correction: arrived, partly, contradicted, missing (too late), or still waiting.

    `expected_qty` and `found_qty` are base units; `found` names what the POS shows instead.
    """

    proposal_id: int
    kind: str
    outcome: str
    expected_qty: Decimal
    found_qty: Decimal
    found: str = ""


@dataclass(frozen=True)
class _Row:
    """A movement of an export that was loaded after a correction."""

    location_code: str
    product_code: str
    batch_no: str
    movement_type: str
    moved_qty: Decimal
    movement_id: str
    loaded_at: dt.datetime


def verify(project: Project, act: Act) -> list[Verification]:
    """Hold every applied correction against the exports since; those that arrived are verified from now on."""
    if not project.lake.exists or not project.store.exists:
        return []
    with project.store.reading() as con:
        if not select(con, None, ("applied",)):
            return []
    with project.store.writing() as con, writing_to(project.var), project.lake.writer() as writer:
        applied = select(con, None, ("applied",))
        facts: dict[str, Any] = {}
        with writer.transaction(act.who, "verify corrections", facts):
            ensure_tables(writer.con, project.contracts)
            rows = _rows_since(writer.con, min(p.applied_at for p in applied if p.applied_at))
            results = [
                _judged(writer.con, p, rows, act.when, project.settings.corrections.verify_after_days) for p in applied
            ]
            arrived = {r.proposal_id for r in results if r.outcome == "arrived"}
            facts["arrived"] = sorted(arrived)
            for number in sorted(arrived):
                reverse(writer.con, number, "arrived", act.when)
            build_corrected(writer.con, project.contracts, project.catalogue)
        for proposal, result in zip(applied, results, strict=True):
            if result.outcome == "arrived":
                after = move(con, proposal, "verified")
                record(con, act, "proposal.verified", subject(proposal), state(proposal), state(after))
    return results


def _rows_since(con: duckdb.DuckDBPyConnection, since: dt.datetime) -> list[_Row]:
    """Movements loaded after a moment under the keys of some entry, in a total order."""
    rows = con.execute(
        "SELECT m.location_code, m.product_code, coalesce(m.batch_no, ''), m.movement_type, m.moved_qty, m.movement_id,"
        " f.loaded_at FROM core.stock_movement AS m JOIN ops.file AS f ON f.file_id = m.file_id"
        " WHERE f.loaded_at > ? AND EXISTS (SELECT 1 FROM core.adjustment AS a"
        " WHERE a.location_code = m.location_code AND a.product_code = m.product_code)"
        " ORDER BY m.occurred_at, m.location_code, m.movement_id",
        [since],
    ).fetchall()
    return [_Row(*row) for row in rows]


def _judged(
    con: duckdb.DuckDBPyConnection, proposal: Proposal, rows: list[_Row], now: dt.datetime, patience_days: int
) -> Verification:
    """What became of one correction. Rows that answer it are taken out of `rows`."""
    moved = [line for line in proposal.lines if line.moved_qty]
    found: list[_Row] = []
    others: list[_Row] = []
    arrived = 0
    for line in moved:
        mine = [r for r in rows if _is_about(r, line, proposal)]
        exact = next((r for r in mine if r.moved_qty == line.moved_qty), None)
        if exact is not None:
            rows.remove(exact)
            found.append(exact)
            arrived += 1
        else:
            others += mine
    fields = [line for line in proposal.lines if line.field and not line.moved_qty]
    shown = [_shown(con, line, proposal.applied_at) for line in fields]
    arrived += sum(value == line.new_value for value, line in zip(shown, fields, strict=True))
    whole = len(moved) + len(fields)
    if proposal.kind == "void_receipt" and arrived < whole and _is_void(con, proposal.lines):
        arrived = whole
    expected = sum((line.moved_qty for line in moved), Decimal(0))
    quantity = sum((r.moved_qty for r in found), Decimal(0))
    wrong = [v for v, line in zip(shown, fields, strict=True) if v not in (None, line.old_value, line.new_value)]
    text = "; ".join(
        [*(f"{r.movement_type} {r.moved_qty.normalize():f} ({r.movement_id})" for r in others), *map(str, wrong)]
    )
    is_late = proposal.applied_at is not None and now - proposal.applied_at > dt.timedelta(days=patience_days)
    if arrived == whole:
        outcome = "arrived"
    elif wrong or any((r.moved_qty > 0) != (expected > 0) for r in others):
        outcome = "contradicted"
    elif arrived or others:
        outcome = "partly"
    else:
        outcome = "missing" if is_late else "waiting"
    if outcome == "partly" and not arrived:
        quantity = sum((r.moved_qty for r in others), Decimal(0))
    return Verification(proposal.proposal_id, proposal.kind, outcome, expected, quantity, text)


def _is_about(row: _Row, line: Line, proposal: Proposal) -> bool:
    return (
        (row.location_code, row.product_code) == (line.location_code, line.product_code)
        and (not line.batch_no or not row.batch_no or row.batch_no == line.batch_no)
        and row.movement_type in _BOOKED_AS.get(proposal.kind, _ADJUSTING)
        and proposal.applied_at is not None
        and row.loaded_at > proposal.applied_at
    )


def _shown(con: duckdb.DuckDBPyConnection, line: Line, applied_at: dt.datetime | None) -> str | None:
    """What a field of a receipt says in the newest export; None where none came since the correction."""
    names = ("product_code", "batch_no", "expiry_date", "unit_cost")
    if line.field not in names or not line.document_line_no.isdigit():
        return None
    row = con.execute(
        f'SELECT CAST(r."{line.field}" AS VARCHAR) FROM core.receipt_line AS r'
        " JOIN ops.file AS f ON f.file_id = r.file_id"
        " WHERE r.location_code = ? AND r.receipt_no = ? AND r.line_no = ? AND f.loaded_at > ?",
        [line.location_code, line.document_no, int(line.document_line_no), applied_at],
    ).fetchone()
    if row is None:
        return None
    shown = str(row[0] or "")
    if line.field == "unit_cost" and shown and Decimal(shown) == Decimal(line.new_value):
        return line.new_value
    return shown


def _is_void(con: duckdb.DuckDBPyConnection, lines: Sequence[Line]) -> bool:
    """Whether every line of the receipt is cancelled by now."""
    row = con.execute(
        "SELECT count(*), count(*) FILTER (WHERE status IN ('cancelled', 'rejected')) FROM core.receipt_line"
        " WHERE location_code = ? AND receipt_no = ?",
        [lines[0].location_code, lines[0].document_no],
    ).fetchone()
    return row is not None and row[0] > 0 and row[0] == row[1]
