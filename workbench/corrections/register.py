"""The register of corrections (更正登记簿): every line of each, who made and approved it, and what became of it.

Totals count what is in the books, by reason, by person and by location.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.proposals.kinds import KINDS, REASONS
from workbench.proposals.shapes import Proposal, select
from workbench.tables import has_table

if TYPE_CHECKING:
    import polars as pl
    import sqlalchemy as sa

    from workbench.project import Project

# In the books, or taken over by the POS: what a total counts.
BOOKED = ("applied", "verified")
LINES = (
    "proposal_id", "line_no", "status", "kind", "finding_id", "rule_id", "location_code", "product_code", "batch_no",
    "document_no", "document_line_no", "field", "old_value", "new_value", "moved_qty", "unit_cost", "amount",
    "occurred_on", "reason_code", "reason", "proposed_by", "submitted_at", "approved_by", "decided_at", "applied_at",
    "outcome", "found",
)  # fmt: skip
TOTALS = ("corrections", "added_qty", "taken_qty", "qty_effect", "added_amount", "taken_amount", "amount_effect")
GROUPS = {"reason": "reason_code", "person": "proposed_by", "location": "location_code"}


@dataclass(frozen=True)
class Register:
    """`lines` are as LINES says, one for each effect; a total has its key, its name and TOTALS."""

    lines: Sequence[Sequence[Any]]
    totals: Mapping[str, Sequence[Sequence[Any]]]


def register(project: Project, language: str, since: dt.date | None = None, until: dt.date | None = None) -> Register:
    """What was submitted on days from `since` to `until`, both included; drafts are nobody's business yet.

    Quantities are base units, amounts at cost in the store's currency; an effect without a known cost has none.
    """
    if not project.store.exists:
        return Register([], {name: [] for name in GROUPS})
    with project.store.reading() as con:
        chosen = [
            p
            for p in select(con)
            if p.status != "draft"
            and p.submitted_at is not None
            and (since is None or p.submitted_at.date() >= since)
            and (until is None or p.submitted_at.date() <= until)
        ]
        approvers = _approvers(con)
    outcomes, locations = _in_lake(project)
    lines = [line for p in chosen for line in _lines(p, approvers.get(p.proposal_id, ""), outcomes)]
    reasons = {code: text[language == "zh"] for code, text in REASONS.items()}
    names = {"reason": reasons | project.settings.corrections.reason_codes, "location": locations}
    frame = _booked(lines)
    totals = {name: _totals(frame, column, names.get(name, {})) for name, column in GROUPS.items()}
    for line in lines:
        line[LINES.index("kind")] = KINDS[line[LINES.index("kind")]].title[language == "zh"]
    return Register(lines, totals)


def _lines(proposal: Proposal, approved_by: str, outcomes: dict[int, tuple[str, str]]) -> list[list[Any]]:
    outcome = ("arrived", "") if proposal.status == "verified" else outcomes.get(proposal.proposal_id, ("", ""))
    # The status is asked of the store, the outcome of the lake: one that is out of the books again has none.
    found = dict(zip(("outcome", "found"), outcome if proposal.status in BOOKED else ("", ""), strict=True))
    rows = []
    for number, line in enumerate(proposal.lines, 1):
        facts = {**vars(proposal), **vars(line), **found, "line_no": number, "approved_by": approved_by}
        facts["amount"] = line.amount if line.unit_cost is not None else None
        rows.append([facts[name] for name in LINES])
    return rows


def _approvers(con: sa.Connection) -> dict[int, str]:
    """Who approved each, in the order of the levels."""
    import sqlalchemy as sa

    from workbench.store.tables import proposal_decision as table

    question = (
        sa.select(table.c.proposal_id, table.c.decided_by)
        .where(table.c.verdict == "approved")
        .order_by(table.c.proposal_id, table.c.level)
    )
    found: dict[int, str] = {}
    for number, who in con.execute(question):
        found[number] = f"{found[number]}, {who}" if number in found else who
    return found


def _in_lake(project: Project) -> tuple[dict[int, tuple[str, str]], dict[str, str]]:
    """What verification found of each correction, and the names of locations."""
    if not project.lake.exists:
        return {}, {}
    con = project.lake.read()
    try:
        outcomes, names = [], []
        if has_table(con, "ops.correction"):
            outcomes = con.execute("SELECT proposal_id, outcome, found FROM ops.correction").fetchall()
        if has_table(con, "core.location"):
            names = con.execute("SELECT location_code, coalesce(location_name, '') FROM core.location").fetchall()
        return {number: (outcome, found) for number, outcome, found in outcomes}, dict(names)
    finally:
        con.close()


def _booked(lines: Sequence[Sequence[Any]]) -> pl.DataFrame:
    import polars as pl

    schema = {
        name: pl.Decimal(18, 4) if name in ("moved_qty", "amount") else pl.Int64 if name == "proposal_id" else pl.String
        for name in ("proposal_id", "status", "moved_qty", "amount", *GROUPS.values())
    }
    rows = [[line[LINES.index(name)] for name in schema] for line in lines]
    return pl.DataFrame(rows, schema=schema, orient="row").filter(pl.col("status").is_in(BOOKED))


def _totals(booked: pl.DataFrame, column: str, words: dict[str, str]) -> list[tuple[Any, ...]]:
    import polars as pl

    def halves(source: str, end: str) -> list[pl.Expr]:
        value = pl.col(source)
        return [
            value.filter(value > 0).sum().alias(f"added_{end}"),
            value.filter(value < 0).sum().alias(f"taken_{end}"),
            value.sum().alias(f"{end}_effect"),
        ]

    found = (
        booked.group_by(column)
        .agg(
            pl.col("proposal_id").n_unique().alias("corrections"),
            *halves("moved_qty", "qty"),
            *halves("amount", "amount"),
        )
        .sort(column)
        .select(column, *TOTALS)
    )
    return [(row[0] or "–", words.get(row[0] or "", ""), *row[1:]) for row in found.rows()]
