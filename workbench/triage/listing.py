"""Listing findings: filters, orders, and the few figures that a first screen shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from workbench.catalogue import SEVERITIES
from workbench.lake import quoted
from workbench.tables import OPS_TABLES
from workbench.triage.suppression import TRIAGE_COLUMNS

if TYPE_CHECKING:
    import duckdb

STATUSES = ("open", "reopened", "resolved")
NOBODY = "nobody"
_COLUMNS = tuple(OPS_TABLES["ops.finding"])
_RANK = "CASE severity " + " ".join(f"WHEN '{s}' THEN {i}" for i, s in enumerate(SEVERITIES)) + " END"
_MONEY = "amount_at_risk DESC NULLS LAST"
_ORDERS = {
    "severity": f"{_RANK}, {_MONEY}",
    "risk": f"{_MONEY}, {_RANK}",
    "date": f"occurred_date DESC NULLS LAST, {_RANK}",
    "rule": f"rule_id, {_MONEY}",
    "status": f"status, {_RANK}, {_MONEY}",
    "location": f"location_code, {_RANK}, {_MONEY}",
    "product": f"product_code, {_RANK}, {_MONEY}",
    "supplier": f"supplier_code, {_RANK}, {_MONEY}",
    "document": f"location_code, document_no, {_RANK}, document_line_no",
    "assigned": f"assigned_to, {_RANK}, {_MONEY}",
    "first-seen": f"first_seen_run DESC, {_RANK}, {_MONEY}",
}
SORTS = tuple(_ORDERS)
# Two lists of the same findings are the same list.
_TOTAL_ORDER = "rule_id, document_no, document_line_no, product_code, occurred_date, finding_id"


@dataclass(frozen=True)
class Filter:
    """Which findings; every part that is given must hold. Without `statuses` those not resolved.

    Codes and numbers of documents are compared without regard to capitals; `text` is looked for in what a finding says
    in both languages and in its evidence. `assigned_to` NOBODY are those that nobody has.
    """

    rules: Sequence[str] = ()
    statuses: Sequence[str] = ()
    severity: str = ""
    location: str = ""
    product: str = ""
    supplier: str = ""
    document: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    min_amount: Decimal | None = None
    assigned_to: str = ""
    text: str = ""
    finding_ids: Sequence[str] = ()


def list_findings(
    con: duckdb.DuckDBPyConnection,
    rules: Sequence[str] = (),
    statuses: Sequence[str] = (),
    severity: str = "",
    location: str = "",
    limit: int | None = None,
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Findings as the checks left them, suppressed or not, as names and rows, gravest and dearest first."""
    where = _where(Filter(rules, statuses, severity, location), has_triage=False)
    sql = f"SELECT {', '.join(_COLUMNS)} FROM ops.finding AS f WHERE {where} ORDER BY {_order('severity')}"
    if limit is not None:
        sql += f" LIMIT {int(limit)}"
    return list(_COLUMNS), con.execute(sql).fetchall()


def listed(con: duckdb.DuckDBPyConnection, wanted: Filter) -> list[dict[str, Any]]:
    """Findings as the checks left them, each as a dictionary; what was assigned to whom is not asked."""
    where = _where(wanted, has_triage=False)
    sql = f"SELECT {', '.join(_COLUMNS)} FROM ops.finding AS f WHERE {where} ORDER BY {_order('severity')}"
    return [dict(zip(_COLUMNS, row, strict=True)) for row in con.execute(sql).fetchall()]


def triaged_findings(
    con: duckdb.DuckDBPyConnection, wanted: Filter, suppressed: bool | None = False, sort: str = "severity"
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Findings with what was decided about them, from the table `triage` that `load_triage` has made.

    `suppressed` false gives those to look at, true the others, None all.
    """
    where = _where(wanted, has_triage=True)
    if suppressed is not None:
        where += f" AND t.suppression IS {'NOT ' if suppressed else ''}NULL"
    names = [*_COLUMNS, *TRIAGE_COLUMNS]
    picked = [*(f"f.{c}" for c in _COLUMNS), *(f"t.{c}" for c in TRIAGE_COLUMNS)]
    sql = (
        f"SELECT * FROM (SELECT {', '.join(picked)} FROM ops.finding AS f"
        f" LEFT JOIN triage AS t ON t.finding_id = f.finding_id WHERE {where}) ORDER BY {_order(sort)}"
    )
    return names, con.execute(sql).fetchall()


def count_suppressed(con: duckdb.DuckDBPyConnection, wanted: Filter) -> dict[str, int]:
    """How many of these findings are suppressed, by `dismissed` and `known_good`."""
    where = _where(wanted, has_triage=True)
    rows = con.execute(
        "SELECT t.suppression, count(*) FROM ops.finding AS f JOIN triage AS t ON t.finding_id = f.finding_id"
        f" WHERE {where} AND t.suppression IS NOT NULL GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    return dict(rows)


def money_by_rule(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str, int, Decimal]]:
    """Unresolved findings by rule: rule, severity, number, amount at risk in the store's currency; dearest first."""
    return con.execute(
        "SELECT rule_id, min(severity), count(*), coalesce(sum(amount_at_risk), 0) AS money FROM ops.finding"
        " WHERE status <> 'resolved' GROUP BY rule_id ORDER BY money DESC, rule_id"
    ).fetchall()


def last_run(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """The newest run as a dictionary, empty where nothing was checked yet."""
    cursor = con.execute(
        "SELECT run_id, as_of, started_at, seconds, status, rules, tested, violated, new, still_open, resolved,"
        " reopened FROM ops.run ORDER BY run_id DESC LIMIT 1"
    )
    row = cursor.fetchone()
    return dict(zip([d[0] for d in cursor.description], row, strict=True)) if row else {}


def _order(sort: str) -> str:
    return f"{_ORDERS[sort]}, {_TOTAL_ORDER}"


def _where(wanted: Filter, has_triage: bool) -> str:
    # Literals and not `?`: to bind a value DuckDB imports pandas, which takes a second.
    conditions = ["true"]
    for column, several in (("rule_id", wanted.rules), ("status", wanted.statuses), ("finding_id", wanted.finding_ids)):
        if several:
            conditions.append(f"f.{column} IN ({', '.join(map(quoted, several))})")
    if not wanted.statuses:
        conditions.append("f.status <> 'resolved'")
    if wanted.severity:
        conditions.append(f"f.severity = {quoted(wanted.severity)}")
    codes = ("location_code", wanted.location), ("product_code", wanted.product)
    for column, code in (*codes, ("supplier_code", wanted.supplier), ("document_no", wanted.document)):
        if code:
            conditions.append(f"upper(f.{column}) = upper({quoted(code)})")
    if wanted.since:
        conditions.append(f"f.occurred_date >= DATE '{wanted.since.isoformat()}'")
    if wanted.until:
        conditions.append(f"f.occurred_date <= DATE '{wanted.until.isoformat()}'")
    if wanted.min_amount is not None:
        conditions.append(f"f.amount_at_risk >= {wanted.min_amount:f}")
    if wanted.text:
        said = "concat_ws(' ', f.message, f.message_zh, f.evidence)"
        conditions.append(f"contains(lower({said}), lower({quoted(wanted.text)}))")
    if wanted.assigned_to and has_triage:
        is_mine = f"lower(t.assigned_to) = lower({quoted(wanted.assigned_to)})"
        conditions.append("t.assigned_to IS NULL" if wanted.assigned_to == NOBODY else is_mine)
    return " AND ".join(conditions)
