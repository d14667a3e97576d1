"""What a POS shows of a correction: movements, receipts and fields that were loaded since, and what they amount to.

Ordinary business is no answer: a receipt or a transfer counts only where it names the document, while a movement that
adjusts stock may have any number. One that carries the number of a correction answers that one alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from workbench.proposals.documents import DOCUMENTS, is_about
from workbench.proposals.shapes import Line, Proposal

if TYPE_CHECKING:
    import duckdb

_ADJUSTING = frozenset({"adjustment", "write_off", "count_gain", "count_loss"})
_NONE = Decimal(0)


@dataclass(frozen=True)
class Movement:
    """A movement of an export that was loaded after a correction; `notes` are the delivery notes of its receipt."""

    location_code: str
    product_code: str
    batch_no: str
    movement_type: str
    moved_qty: Decimal
    movement_id: str
    document_no: str
    reason: str
    notes: list[str]
    loaded_at: dt.datetime

    def __str__(self) -> str:
        return f"{self.movement_type} {self.moved_qty.normalize():f} ({self.movement_id})"

    @property
    def key(self) -> str:
        """What tells it from every other movement."""
        return f"{self.location_code}/{self.movement_id}"

    def names(self, document_no: str) -> bool:
        """Whether it says that it belongs to a document."""
        if not document_no:
            return False
        return document_no == self.document_no or document_no in self.notes or document_no in self.reason


@dataclass
class Answer:
    """What was found of one correction: of `whole` effects `arrived`; `others` are movements that are not what it asks.

    `why` names the sentence that says what is odd about it.
    """

    whole: int = 0
    arrived: int = 0
    found_qty: Decimal = _NONE
    others: list[Movement] = field(default_factory=list)
    wrong_values: list[str] = field(default_factory=list)
    answered_by: list[str] = field(default_factory=list)
    why: str = ""

    @property
    def text(self) -> str:
        """What the POS shows instead."""
        return "; ".join([*map(str, self.others), *self.wrong_values])


def movements_since(con: duckdb.DuckDBPyConnection, since: dt.datetime) -> list[Movement]:
    """Movements loaded after a moment for what some correction is about, in a total order.

    Those that answered a correction before are left out.
    """
    rows = con.execute(
        "WITH receipt AS (SELECT location_code, receipt_no, list(DISTINCT delivery_note_no) AS notes"
        " FROM core.receipt_line WHERE delivery_note_no <> '' GROUP BY ALL)"
        " SELECT m.location_code, m.product_code, coalesce(m.batch_no, ''), m.movement_type, m.moved_qty,"
        " m.movement_id, coalesce(m.document_no, ''), coalesce(m.reason, ''), coalesce(r.notes, []), f.loaded_at"
        " FROM core.stock_movement AS m JOIN ops.file AS f ON f.file_id = m.file_id"
        " LEFT JOIN receipt AS r ON r.location_code = m.location_code AND r.receipt_no = m.document_no"
        " WHERE f.loaded_at > ? AND EXISTS (SELECT 1 FROM core.adjustment AS a"
        " WHERE a.location_code = m.location_code AND a.product_code = m.product_code)"
        " AND m.location_code || '/' || m.movement_id NOT IN (SELECT unnest(from_json(answered_by, '[\"VARCHAR\"]'))"
        " FROM ops.correction WHERE outcome = 'arrived')"
        " ORDER BY m.occurred_at, m.location_code, m.movement_id",
        [since],
    ).fetchall()
    return [Movement(*row) for row in rows]


def answer_to(
    con: duckdb.DuckDBPyConnection, proposal: Proposal, movements: list[Movement], numbers: Collection[str]
) -> Answer:
    """What the POS shows of a correction. What answers it is taken out of `movements`.

    `numbers` are the document numbers under which corrections were exported for the POS.
    """
    answer = Answer()
    for number, line in enumerate(proposal.lines, 1):
        if line.moved_qty:
            _match_quantity(answer, line, proposal, movements, numbers)
        elif line.field:
            _match_field(con, answer, line, number, proposal)
    if proposal.kind == "reenter_receipt":
        _match_receipt(con, answer, proposal)
    elif proposal.kind == "void_receipt" and answer.arrived < answer.whole:
        _match_void(con, answer, proposal)
    if answer.arrived == 0 and answer.others:
        answer.found_qty = sum((m.moved_qty for m in answer.others), _NONE)
    return answer


def _match_quantity(
    answer: Answer, line: Line, proposal: Proposal, movements: list[Movement], numbers: Collection[str]
) -> None:
    answer.whole += 1
    own = f"P{proposal.proposal_id}"
    mine = [m for m in movements if _is_answer(m, line, proposal, own, numbers)]
    mine.sort(key=lambda m: (m.document_no != own, not m.names(line.document_no)))
    exact = [m for m in mine if m.moved_qty == line.moved_qty][:1]
    same_way = [m for m in mine if (m.moved_qty > 0) == (line.moved_qty > 0)]
    if not exact and sum((m.moved_qty for m in same_way), _NONE) == line.moved_qty:
        exact = same_way
    if not exact:
        answer.others += [m for m in mine if m not in answer.others]
        return
    for movement in exact:
        movements.remove(movement)
        answer.answered_by.append(movement.key)
    answer.arrived += 1
    answer.found_qty += line.moved_qty


def _is_answer(m: Movement, line: Line, proposal: Proposal, own: str, numbers: Collection[str]) -> bool:
    if (m.location_code, m.product_code) != (line.location_code, line.product_code):
        return False
    if line.batch_no and m.batch_no and m.batch_no != line.batch_no:
        return False
    if proposal.applied_at is None or m.loaded_at <= proposal.applied_at:
        return False
    if m.document_no in numbers:
        return m.document_no == own
    if m.names(line.document_no):
        return True
    return m.movement_type in _ADJUSTING and proposal.kind != "reenter_receipt"


def _match_field(con: duckdb.DuckDBPyConnection, answer: Answer, line: Line, number: int, proposal: Proposal) -> None:
    """Every row about which the correction is, in exports since: each should say what it asks for."""
    answer.whole += 1
    values: list[str] = []
    for document in DOCUMENTS:
        if line.field not in document.fields:
            continue
        column, kind = document.fields[line.field]
        says = f"t.{column} IS NOT DISTINCT FROM TRY_CAST(nullif(c.{{}}, '') AS {kind})"
        shown = con.execute(
            f"SELECT DISTINCT coalesce(CAST(t.{column} AS VARCHAR), ''), {says.format('new_value')},"
            f" {says.format('old_value')} FROM core.{document.table} AS t JOIN ops.file AS f ON f.file_id = t.file_id"
            f" JOIN core.adjustment AS c ON {is_about(document, line.field)}"
            " WHERE c.proposal_id = ? AND c.line_no = ? AND c.entry = 'applied' AND f.loaded_at > ? ORDER BY ALL",
            [proposal.proposal_id, number, proposal.applied_at],
        ).fetchall()
        values += ["new" if is_new else "old" if is_old else value for value, is_new, is_old in shown]
    if not line.document_line_no and "new" in values:
        # The other lines of the document say something else, and may.
        values = [value for value in values if value in ("new", "old")]
    answer.wrong_values += [value for value in values if value not in ("new", "old")]
    answer.arrived += bool(values) and set(values) == {"new"}


def _match_receipt(con: duckdb.DuckDBPyConnection, answer: Answer, proposal: Proposal) -> None:
    """A re-entered receipt has come when its document is there as well as its movements."""
    row = con.execute(
        "SELECT count(*) FROM core.receipt_line AS r JOIN ops.file AS f ON f.file_id = r.file_id"
        " WHERE r.location_code = ? AND f.loaded_at > ? AND (r.delivery_note_no = ? OR r.receipt_no IN (?, ?))"
        " AND (r.status IS NULL OR r.status NOT IN ('draft', 'rejected', 'cancelled'))",
        [
            proposal.lines[0].location_code,
            proposal.applied_at,
            *[proposal.lines[0].document_no] * 2,
            f"P{proposal.proposal_id}",
        ],
    ).fetchone()
    has_document = row is not None and row[0] > 0
    answer.whole += 1
    answer.arrived += has_document
    if answer.arrived < answer.whole and (has_document or answer.arrived):
        answer.why = "receipt_without_movement" if has_document else "movement_without_receipt"


def _match_void(con: duckdb.DuckDBPyConnection, answer: Answer, proposal: Proposal) -> None:
    """A receipt that the POS has cancelled is void when nothing of it is left in the ledger."""
    key = [proposal.lines[0].location_code, proposal.lines[0].document_no]
    row = con.execute(
        "SELECT count(*), count(*) FILTER (WHERE status IN ('cancelled', 'rejected')) FROM core.receipt_line"
        " WHERE location_code = ? AND receipt_no = ?",
        key,
    ).fetchone()
    if row is None or row[0] == 0 or row[0] != row[1]:
        return
    left = con.execute(
        "SELECT 1 FROM core.stock_movement WHERE location_code = ? AND document_no = ?"
        " GROUP BY product_code HAVING sum(moved_qty) <> 0 LIMIT 1",
        key,
    ).fetchone()
    if left is None:
        answer.arrived, answer.others = answer.whole, []
        answer.found_qty = sum((line.moved_qty for line in proposal.lines), _NONE)
    else:
        answer.arrived = max(answer.arrived, 1) if answer.whole > 1 else answer.arrived
        answer.why = "cancelled_but_not_reversed"
