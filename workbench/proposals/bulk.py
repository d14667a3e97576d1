"""Many proposals at once from a table: one row is one proposal, all are kept or none, and each fault names its row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import InputRefused, UsageError
from workbench.proposals.drafting import MOVEMENT_TYPES, draft_for, last_cost
from workbench.proposals.kinds import KINDS, REASONS
from workbench.proposals.shapes import Line, Proposal
from workbench.triage.listing import STATUSES, Filter, listed
from workbench.words import LABELS

if TYPE_CHECKING:
    import duckdb

    from workbench.catalogue import Rule

COLUMNS = (
    *("finding_id", "kind", "location_code", "product_code", "batch_no", "document_no", "document_line_no"),
    *("moved_qty", "unit_cost", "occurred_on", "old_value", "new_value", "reason_code", "reason"),
)
_AT_MOST = 10
_PLAIN = ("location_code", "product_code", "batch_no", "document_no", "document_line_no", "old_value", "new_value")


def read_proposals(
    con: duckdb.DuckDBPyConnection, rules: Mapping[str, Rule], file: Path, today: dt.date
) -> list[Proposal]:
    """The proposals of a CSV or XLSX file whose headers are COLUMNS or what they are called in either language.

    Raises InputRefused for what cannot be read, UsageError for rows that are no proposals, naming up to ten of them.
    """
    rows = _rows(file)
    proposals, faults = [], []
    for number, row in rows:
        try:
            proposals.append(_proposal(con, rules, row, today))
        except UsageError as error:
            faults.append(f"row {number}: {error}")
    if faults:
        more = f" … and {len(faults) - _AT_MOST} more" if len(faults) > _AT_MOST else ""
        raise UsageError(f"Nothing of {file.name} was kept. {' '.join(faults[:_AT_MOST])}{more}")
    if not proposals:
        raise UsageError(f"{file.name} has no rows below its headers: fill in one for each correction.")
    return proposals


def _rows(file: Path) -> list[tuple[int, dict[str, str]]]:
    """Rows that have any cell, as texts by column, with their numbers in the file."""
    import polars as pl

    try:
        if file.suffix.lower() == ".xlsx":
            frame = pl.read_excel(file, infer_schema_length=0, drop_empty_rows=False)
        else:
            frame = pl.read_csv(file, infer_schema=False, encoding="utf8")
    except Exception as error:
        reason = str(error).strip().splitlines()[0]
        raise InputRefused(f"{file} cannot be read as a table: {reason}.") from error
    known = {spelling.casefold(): name for name in COLUMNS for spelling in (name, *LABELS.get(name, ()))}
    known["原因"] = "reason"
    names = {header: known.get(header.strip().lstrip("\ufeff").casefold(), "") for header in frame.columns}
    strangers = [header for header, name in names.items() if not name]
    if strangers:
        raise UsageError(f"{file.name} has a column {strangers[0]!r}: use {', '.join(COLUMNS)}.")
    texts = (
        (number, {names[header]: "" if cell is None else str(cell).strip() for header, cell in row.items()})
        for number, row in enumerate(frame.iter_rows(named=True), 2)
    )
    return [(number, cells) for number, cells in texts if any(cells.values())]


def _proposal(
    con: duckdb.DuckDBPyConnection, rules: Mapping[str, Rule], row: Mapping[str, str], today: dt.date
) -> Proposal:
    kind_name = _known(row.get("kind", ""), {name: (name, *kind.title) for name, kind in KINDS.items()}, "kind")
    finding_id = row.get("finding_id", "")
    when = _day(row.get("occurred_on", "")) or today
    if finding_id:
        found = listed(con, Filter(finding_ids=[finding_id], statuses=STATUSES))
        if not found:
            raise UsageError(f"there is no finding {finding_id!r}.")
        proposal = draft_for(con, found[0], rules.get(found[0]["rule_id"]), kind_name, when)
    elif kind_name:
        proposal = Proposal(kind_name, (Line(occurred_on=when),), "")
    else:
        raise UsageError("neither a finding nor a kind is named.")
    kind = KINDS[proposal.kind]
    changes: dict[str, str | Decimal] = {name: row[name] for name in _PLAIN if row.get(name)}
    for name, places in (("moved_qty", 3), ("unit_cost", 4)):
        if row.get(name):
            changes[name] = _number(row[name], name, places)
    if changes and len(proposal.lines) != 1:
        raise UsageError(f"the finding's correction has {len(proposal.lines)} lines, which a row cannot change.")
    lines = tuple(replace(line, **changes) for line in proposal.lines)  # type: ignore[arg-type]
    if kind.moves:
        lines = tuple(
            replace(
                line,
                movement_type=line.movement_type or MOVEMENT_TYPES.get(kind.name, "adjustment"),
                unit_cost=last_cost(con, line.location_code, line.product_code)
                if line.unit_cost is None
                else line.unit_cost,
            )
            for line in lines
        )
    elif kind.field:
        lines = tuple(replace(line, field=kind.field) for line in lines)
    code = _known(row.get("reason_code", ""), {name: (name, *words) for name, words in REASONS.items()}, "reason code")
    return replace(
        proposal, lines=lines, reason=row.get("reason") or proposal.reason, reason_code=code or proposal.reason_code
    )


def _known(text: str, words: Mapping[str, Sequence[str]], what: str) -> str:
    """The name behind what somebody wrote, in either language; a shop's own reason codes are judged later."""
    for name, spellings in words.items():
        if text.casefold() in [s.casefold() for s in spellings]:
            return name
    if text and what == "kind":
        raise UsageError(f"there is no {what} {text!r}.")
    return text


def _number(text: str, name: str, places: int) -> Decimal:
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation as error:
        raise UsageError(f"{name} {text!r} is no number.") from error
    if not value.is_finite() or value != round(value, places):
        raise UsageError(f"{name} {text!r} is no number of at most {places} decimals.")
    return value


def _day(text: str) -> dt.date | None:
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError as error:
        raise UsageError(f"{text!r} is no day: write it like 2025-03-31.") from error
