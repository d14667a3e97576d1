"""What must hold before a correction may go on its way, looked up in the books as they are now.

Asked when it is submitted and again when it is approved: between the two the books may have moved.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from workbench.errors import DecisionRefused, UsageError
from workbench.proposals.documents import DOCUMENTS, is_about
from workbench.proposals.kinds import KINDS, REASONS
from workbench.proposals.shapes import Proposal
from workbench.tables import has_table
from workbench.triage.listing import STATUSES, Filter, listed
from workbench.triage.suppression import changed_values

if TYPE_CHECKING:
    import duckdb

    from workbench.catalogue import Rule
    from workbench.settings import CorrectionSettings


def require_complete(proposal: Proposal, attachments: int, settings: CorrectionSettings) -> None:
    """UsageError for what is still missing of a proposal, in one sentence."""
    kind = KINDS[proposal.kind]
    known = {*REASONS, *settings.reason_codes}
    if not proposal.reason.strip():
        raise UsageError("A reason is needed: add --reason TEXT, so that others can judge it.")
    if proposal.reason_code and proposal.reason_code not in known:
        raise UsageError(f"There is no reason code {proposal.reason_code!r}: use one of {', '.join(sorted(known))}.")
    if kind.needs_reason_code and not proposal.reason_code:
        raise UsageError(f"A write-off needs a reason code: add --reason-code, one of {', '.join(sorted(known))}.")
    if kind.needs_attachment and not attachments:
        raise UsageError("Re-entering a lost receipt needs the paper it is rebuilt from: add --attach FILE.")
    if not proposal.lines:
        raise UsageError("Nothing would be corrected: say what with --location, --product and --qty.")
    for number, line in enumerate(proposal.lines, 1):
        if kind.moves and line.moved_qty == 0:
            raise UsageError(f"Line {number} moves nothing: add --qty, with a minus for what leaves the books.")
        if kind.moves and not (line.location_code and line.product_code):
            raise UsageError(f"Line {number} names no location or no product: add --location and --product.")
        if kind.name == "write_off" and line.moved_qty > 0:
            raise UsageError(
                f"Line {number} writes off {line.moved_qty} with a plus: what leaves the books has a minus."
            )
        is_batch = kind.field == "expiry_date" and line.product_code and line.batch_no
        if kind.field and not line.document_no and not is_batch:
            raise UsageError(f"Line {number} names no document whose {kind.field} is wrong: add --document.")
        if kind.field and not line.new_value.strip():
            raise UsageError(f"Line {number} does not say what {line.field} should be: add --new-value.")
        if kind.field and line.new_value == line.old_value:
            raise UsageError(f"Line {number} changes nothing: {line.field} is {line.old_value} already.")


def require_open_period(proposal: Proposal, settings: CorrectionSettings) -> None:
    """DecisionRefused where a line would be dated in a period that is closed."""
    closed = settings.closed_until
    for line in proposal.lines:
        if closed and line.occurred_on and line.occurred_on <= closed:
            raise DecisionRefused(
                f"{line.occurred_on} lies in a closed period, which ends with {closed}: date the correction later."
            )


def require_documents(con: duckdb.DuckDBPyConnection, proposal: Proposal) -> None:
    """UsageError where a document or batch, of which a field is to be changed, is not in the books at all."""
    for line in proposal.lines:
        if not line.field:
            continue
        named = [line.field, line.location_code, line.product_code, line.batch_no, line.document_no]
        entry = (
            "(SELECT ? AS field, ? AS location_code, ? AS product_code, ? AS batch_no, ? AS document_no,"
            " TRY_CAST(? AS BIGINT) AS document_line_no)"
        )
        is_there = any(
            con.execute(
                f"SELECT 1 FROM core.{d.table} AS t, {entry} AS c WHERE {is_about(d, line.field)} LIMIT 1",
                [*named, line.document_line_no],
            ).fetchone()
            for d in DOCUMENTS
            if line.field in d.fields
        )
        if not is_there:
            what = f"document {line.document_no}" if line.document_no else f"batch {line.batch_no}"
            raise UsageError(
                f"There is no {what} with these values in the books: look at its number, line, product and location."
            )


def require_fresh(con: duckdb.DuckDBPyConnection, proposal: Proposal, rules: Mapping[str, Rule]) -> None:
    """DecisionRefused where the finding it answers is gone or is no longer what it was made on."""
    if proposal.finding_id is None:
        return
    found = listed(con, Filter(finding_ids=[proposal.finding_id], statuses=STATUSES))
    if not found or found[0]["status"] == "resolved":
        raise DecisionRefused(f"Finding {proposal.finding_id} is resolved meanwhile: withdraw the proposal.")
    then = json.loads(proposal.evidence)
    changed = changed_values(then, found[0], rules.get(found[0]["rule_id"]))
    if changed:
        raise DecisionRefused(
            f"The evidence of finding {proposal.finding_id} has changed since ({', '.join(changed[:3])}): withdraw the"
            " proposal and propose again."
        )


def require_stock(
    con: duckdb.DuckDBPyConnection, proposal: Proposal, others: Sequence[Proposal], settings: CorrectionSettings
) -> None:
    """DecisionRefused where stock would fall below zero, with what `others`, approved before, take away too.

    Stock that is unknown cannot be judged, and what is negative already may be raised.
    """
    if settings.allow_negative_stock or not KINDS[proposal.kind].moves or not has_table(con, "mart.on_hand"):
        return
    effects: dict[tuple[str, str], Decimal] = {}
    for line in proposal.lines:
        key = (line.location_code, line.product_code)
        effects[key] = effects.get(key, Decimal(0)) + line.moved_qty
    waiting: dict[tuple[str, str], Decimal] = {}
    for other in others:
        for line in other.lines:
            key = (line.location_code, line.product_code)
            waiting[key] = waiting.get(key, Decimal(0)) + line.moved_qty
    for (location, product), effect in sorted(effects.items()):
        row = con.execute(
            "SELECT on_hand_qty FROM mart.on_hand WHERE location_code = ? AND product_code = ?", [location, product]
        ).fetchone()
        if effect >= 0 or row is None or row[0] is None:
            continue
        before = row[0] + waiting.get((location, product), Decimal(0))
        if before + effect < 0:
            raise DecisionRefused(
                f"Product {product} at {location} has {before.normalize():f} in the books, and"
                f" {effect.normalize():f} would leave less than nothing: look for what is missing first."
            )


def approvals_needed(proposal: Proposal, settings: CorrectionSettings) -> int:
    """Two above the shop's limits on money or quantity, gross over its lines; else one."""
    amount = sum((abs(line.amount) for line in proposal.lines), Decimal(0))
    quantity = sum((abs(line.moved_qty) for line in proposal.lines), Decimal(0))
    limits = ((amount, settings.two_approvals_above_amount), (quantity, settings.two_approvals_above_qty))
    return 2 if any(limit and value > limit for value, limit in limits) else 1
