"""What a proposal would do, filled in from a finding as far as the finding and the books tell.

A rule says in its header how its findings are mended: `correction.kind`; where a quantity is moved `correction.qty`,
the column of the finding (with a minus where it is the opposite), and `correction.location`, another column for where;
`correction.value`, the column that holds what a field should be; `correction.reason_code`. `correction.everywhere`
changes a code in every document that has it, and not only in the one that the finding names.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from workbench.errors import UsageError
from workbench.proposals.documents import DOCUMENTS, number_of
from workbench.proposals.kinds import Kind, kind_of
from workbench.proposals.shapes import Line, Proposal
from workbench.tables import has_table
from workbench.triage.suppression import subject_of

if TYPE_CHECKING:
    import duckdb

    from workbench.catalogue import Rule

# What a moved line is booked as; anything else is an adjustment.
MOVEMENT_TYPES = {"write_off": "write_off", "complete_transfer": "transfer_in", "reenter_receipt": "receipt"}


def draft_for(
    con: duckdb.DuckDBPyConnection,
    finding: Mapping[str, Any],
    rule: Rule | None,
    kind_name: str = "",
    today: dt.date | None = None,
) -> Proposal:
    """The proposal that would mend a finding (a row of `ops.finding`), with a reason and lines where they are known.

    Raises UsageError where the finding is resolved, or where neither its rule nor `kind_name` says how it is mended.
    """
    if finding["status"] == "resolved":
        raise UsageError(f"Finding {finding['finding_id']} is resolved: there is nothing to correct.")
    header: Mapping[str, Any] = rule.file.header.get("correction", {}) if rule else {}
    name = kind_name or str(header.get("kind", ""))
    if not name:
        raise UsageError(
            f"The rule {finding['rule_id']} does not say how its findings are corrected: name it with --kind."
        )
    kind = kind_of(name)
    hints = header if header.get("kind") == name else {}
    subject = subject_of(finding)
    return Proposal(
        kind=name,
        lines=_lines(con, kind, json.loads(subject.facts), hints, today),
        reason=str(finding["message"]),
        reason_code=str(hints.get("reason_code", "")),
        finding_id=subject.finding_id,
        rule_id=subject.rule_id,
        evidence_hash=subject.evidence_hash,
        evidence=subject.facts,
    )


def _lines(
    con: duckdb.DuckDBPyConnection,
    kind: Kind,
    facts: Mapping[str, Any],
    hints: Mapping[str, Any],
    today: dt.date | None,
) -> tuple[Line, ...]:
    if kind.name == "void_receipt":
        return _opposite_of_receipt(con, facts, today)
    if kind.name == "reenter_receipt":
        return _lines_of_delivery(con, facts, today)
    line = Line(
        location_code=_text(facts, str(hints.get("location", "location_code"))),
        product_code=_text(facts, "product_code"),
        batch_no=_text(facts, "batch_no"),
        document_no=_text(facts, "document_no"),
        document_line_no=_text(facts, "document_line_no"),
    )
    if kind.field and hints.get("everywhere"):
        return _lines_of_code(con, kind.field, line.product_code)
    if kind.field:
        old = _text(facts, kind.field)
        return (replace(line, field=kind.field, old_value=old, new_value=_text(facts, str(hints.get("value", "")))),)
    if not kind.moves:
        return (line,)
    return (
        replace(
            line,
            movement_type=MOVEMENT_TYPES.get(kind.name, "adjustment"),
            moved_qty=_quantity(facts, str(hints.get("qty", ""))),
            unit_cost=_cost(con, line, facts),
            occurred_on=today,
        ),
    )


def _opposite_of_receipt(
    con: duckdb.DuckDBPyConnection, facts: Mapping[str, Any], today: dt.date | None
) -> tuple[Line, ...]:
    """What the receipt put into the books, taken out again: its movements, else its accepted lines."""
    key = [_text(facts, "location_code"), _text(facts, "document_no")]
    rows = con.execute(
        "SELECT location_code, product_code, coalesce(batch_no, ''), -sum(moved_qty), max(unit_cost)"
        " FROM core.stock_movement WHERE location_code = ? AND document_no = ? AND movement_type = 'receipt'"
        " GROUP BY ALL HAVING sum(moved_qty) <> 0 ORDER BY ALL",
        key,
    ).fetchall()
    if not rows:
        rows = con.execute(
            "SELECT location_code, product_code, coalesce(batch_no, ''), -sum(accepted_base_qty), max(unit_cost)"
            " FROM mart.receipt_effective WHERE location_code = ? AND receipt_no = ?"
            " GROUP BY ALL HAVING sum(accepted_base_qty) <> 0 ORDER BY ALL",
            key,
        ).fetchall()
    return tuple(_made(row, "adjustment", key[1], today) for row in rows)


def _lines_of_delivery(
    con: duckdb.DuckDBPyConnection, facts: Mapping[str, Any], today: dt.date | None
) -> tuple[Line, ...]:
    """The lines of the delivery note that nobody received."""
    rows = con.execute(
        "SELECT coalesce(d.location_code, ''), d.product_code, coalesce(d.batch_no, ''), sum(d.delivered_qty),"
        " max(c.unit_cost) FROM core.delivery_note_line AS d LEFT JOIN mart.last_cost AS c"
        " ON c.location_code = d.location_code AND c.product_code = d.product_code"
        " WHERE d.delivery_note_no = ? AND (d.supplier_code = ? OR ? = '')"
        " GROUP BY ALL ORDER BY ALL",
        [_text(facts, "document_no"), *[_text(facts, "supplier_code")] * 2],
    ).fetchall()
    return tuple(_made(row, "receipt", _text(facts, "document_no"), today) for row in rows)


def _lines_of_code(con: duckdb.DuckDBPyConnection, field: str, code: str) -> tuple[Line, ...]:
    """Every document that has a product code, each once."""
    location = {True: "coalesce(t.location_code, '')", False: "''"}
    questions = [
        f"SELECT {location[document.has_location]}, {number_of(document)}"
        f" FROM core.{document.table} AS t WHERE t.product_code = $code"
        for document in DOCUMENTS
        if field in document.fields
    ]
    rows = con.execute(f"{' UNION '.join(questions)} ORDER BY ALL", {"code": code}).fetchall()
    return tuple(
        Line(location, code, document_no=number, field=field, old_value=code) for location, number in rows if number
    )


def _made(row: tuple[Any, ...], movement_type: str, document_no: str, today: dt.date | None) -> Line:
    location, product, batch, quantity, cost = row
    return Line(location, product, batch, movement_type, quantity, cost, today, document_no)


def _quantity(facts: Mapping[str, Any], hint: str) -> Decimal:
    text = _text(facts, hint.removeprefix("-"))
    quantity = Decimal(text) if text else Decimal(0)
    return -quantity if hint.startswith("-") else quantity


def _cost(con: duckdb.DuckDBPyConnection, line: Line, facts: Mapping[str, Any]) -> Decimal | None:
    """The finding's own cost, else the last known one at that location."""
    if _text(facts, "unit_cost"):
        return Decimal(_text(facts, "unit_cost"))
    return last_cost(con, line.location_code, line.product_code)


def last_cost(con: duckdb.DuckDBPyConnection, location_code: str, product_code: str) -> Decimal | None:
    """The last known cost of a base unit of a product at a location; None where none is known."""
    if not has_table(con, "mart.last_cost"):
        return None
    row = con.execute(
        "SELECT max(unit_cost) FROM mart.last_cost WHERE location_code = ? AND product_code = ?",
        [location_code, product_code],
    ).fetchone()
    return row[0] if row else None


def _text(facts: Mapping[str, Any], name: str) -> str:
    value = facts.get(name)
    return "" if value is None else str(value)
