"""The command findings: list, filter, sort, group, export; what is suppressed is counted and can be shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.cli.app import State, app
from workbench.cli.choices import amount, day, no_strangers, one_of
from workbench.cli.output import emit_rows, print_table, say, verified
from workbench.words import label, sentence

if TYPE_CHECKING:
    import duckdb

    from workbench.catalogue import Rule
    from workbench.project import Project
    from workbench.triage.grouping import Group


@app.command(
    epilog="Example: workbench findings --group root --min-amount 100\n\n"
    "Example: workbench findings --rule receipt_over_order --sort date --format xlsx -o findings.xlsx --lang zh"
)
def findings(
    ctx: typer.Context,
    rule: Annotated[list[str] | None, typer.Option(help="Only this rule; may be given several times.")] = None,
    status: Annotated[list[str] | None, typer.Option(help="open, reopened, resolved; default: not resolved.")] = None,
    severity: Annotated[str, typer.Option(help="critical, high, medium or low.")] = "",
    location: Annotated[str, typer.Option(help="Only this location.")] = "",
    product: Annotated[str, typer.Option(help="Only this product.")] = "",
    supplier: Annotated[str, typer.Option(help="Only this supplier.")] = "",
    document: Annotated[str, typer.Option(help="Only this document.")] = "",
    since: Annotated[str, typer.Option(help="Only of this day or later.")] = "",
    until: Annotated[str, typer.Option(help="Only of this day or earlier.")] = "",
    min_amount: Annotated[str, typer.Option(help="Only with at least this amount at risk.")] = "",
    assigned_to: Annotated[str, typer.Option(help="Only this person's; nobody for those without.")] = "",
    text: Annotated[str, typer.Option(help="Only those that say this, in their message or evidence.")] = "",
    suppressed: Annotated[bool, typer.Option("--suppressed", help="Those dismissed or known to be good.")] = False,
    sort: Annotated[
        str,
        typer.Option(
            help="severity, risk, date, rule, status, location, product, supplier, document, assigned or first-seen."
        ),
    ] = "severity",
    group: Annotated[str, typer.Option(help="One line for each root, document, rule, location or supplier.")] = "",
    limit: Annotated[int, typer.Option(help="Rows shown in a table; 0 for all.")] = 50,
    form: Annotated[str, typer.Option("--format", help="table, json, csv or xlsx.")] = "table",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file.")] = None,
) -> None:
    """What is wrong: findings, gravest and dearest first."""
    from workbench.catalogue import SEVERITIES
    from workbench.triage.grouping import GROUPINGS
    from workbench.triage.listing import SORTS, STATUSES, Filter, count_suppressed, triaged_findings
    from workbench.triage.suppression import load_triage

    state: State = ctx.obj
    project = state.project()
    language = state.language_of(project)
    con = project.lake.read()
    no_strangers(project, rule or [])
    one_of("status", status or [], STATUSES)
    one_of("severity", [severity] if severity else [], SEVERITIES)
    one_of("order", [sort], SORTS)
    one_of("grouping", [group] if group else [], GROUPINGS)
    wanted = Filter(
        rules=rule or (),
        statuses=status or (),
        severity=severity,
        location=location,
        product=product,
        supplier=supplier,
        document=document,
        since=day(since),
        until=day(until),
        min_amount=amount(min_amount),
        assigned_to=assigned_to,
        text=text,
    )
    load_triage(con, project.store, project.now().date(), project.catalogue.rules)
    names, rows = triaged_findings(con, wanted, suppressed, sort)
    chosen = "json" if state.wants_json else form
    if group:
        _emit_groups(_groups(con, names, rows, group, project), group, project, chosen, language, limit, output)
    elif chosen != "table":
        emit_rows(names, rows, chosen, language, output, headings=language == "zh")
    elif rows:
        _print_findings(names, rows, language, limit)
    else:
        say(sentence("no_findings", language))
    hidden = {} if suppressed else count_suppressed(con, wanted)
    if hidden:
        kinds = {kind: hidden.get(kind, 0) for kind in ("dismissed", "known_good")}
        say(sentence("suppressed", language, count=sum(kinds.values()), **kinds))


def _print_findings(names: Sequence[str], rows: Sequence[Sequence[Any]], language: str, limit: int) -> None:
    """The columns that all need, and what was decided where there is something to say."""
    text = "message_zh" if language == "zh" else "message"
    shown = ["finding_id", "rule_id", "severity", "status", "occurred_date", "amount_at_risk", text]
    cut = rows[:limit] if limit else rows
    decisions = [_decision(dict(zip(names, row, strict=True)), language) for row in cut]
    table = [[row[names.index(n)] for n in shown] for row in cut]
    headings = ["message" if n == text else n for n in shown]
    if any(decisions):
        headings.append("decision")
        table = [[*row, said] for row, said in zip(table, decisions, strict=True)]
    print_table(headings, table, language)
    _say_more(len(rows) - len(cut), language)


def _decision(finding: Mapping[str, Any], language: str) -> str:
    """What people decided about a finding, and why it is back where it was dismissed before."""
    said = []
    if finding["suppression"]:
        values = {"kind": label(finding["suppression"], language), "until": finding["suppressed_until"]}
        values |= {"who": finding["suppressed_by"], "reason": finding["suppression_reason"]}
        said.append(sentence("decided", language, **values))
    if finding["came_back"]:
        why = label(finding["came_back"], language)
        said.append(f"{why} ({finding['changed']})" if finding["changed"] else why)
    if finding["assigned_to"]:
        said.append(f"→ {finding['assigned_to']}")
    if finding["proposal_id"]:
        said.append(_correction(finding, language))
    return "\n".join(said)


def _correction(finding: Mapping[str, Any], language: str) -> str:
    """How far its correction has come."""
    number, outcome = finding["proposal_id"], finding["correction_outcome"]
    if outcome in (None, "waiting", "arrived"):
        return sentence(f"correction_{finding['proposal_status']}", language, number=number)
    said = verified(outcome, finding["correction_found"], finding["correction_why"], language)
    return sentence("correction_came_to", language, number=number, outcome=said[0], found=said[1]).strip()


def _groups(
    con: duckdb.DuckDBPyConnection, names: Sequence[str], rows: Sequence[Sequence[Any]], by: str, project: Project
) -> list[Group]:
    from workbench.triage.grouping import group_findings, products_of_documents

    found = [dict(zip(names, row, strict=True)) for row in rows]
    return group_findings(found, by, project.catalogue.rules, products_of_documents(con, found))


def _emit_groups(
    groups: Sequence[Group], by: str, project: Project, form: str, language: str, limit: int, output: Path | None
) -> None:
    rules = project.catalogue.rules
    facts = [_facts_of(group, by, rules, language) for group in groups]
    if form == "json":
        names = list(facts[0]) if facts else ["group"]
        emit_rows(names, [list(f.values()) for f in facts], form, language, output)
        return
    rows = [{**f, "rules": _counted(f["rules"]), "finding_ids": " ".join(f["finding_ids"])} for f in facts]
    names = list(rows[0]) if rows else ["group"]
    if form != "table":
        emit_rows(names, [list(row.values()) for row in rows], form, language, output, headings=language == "zh")
        return
    if not rows:
        say(sentence("no_findings", language))
        return
    left_out = {"finding_ids", "location_code", "document_no"}
    if by == "rule" or all(len(group.findings) == 1 for group in groups):
        left_out.add("rules")
    shown = [name for name in names if name not in left_out]
    cut = rows[:limit] if limit else rows
    print_table(shown, [[row[name] for name in shown] for row in cut], language)
    _say_more(len(rows) - len(cut), language)
    say(sentence("grouped", language, groups=len(groups), findings=sum(len(g.findings) for g in groups)))


def _facts_of(group: Group, by: str, rules: Mapping[str, Rule], language: str) -> dict[str, Any]:
    first = group.first
    is_rule = by == "rule" and first["rule_id"] in rules
    message = "message_zh" if language == "zh" else "message"
    return {
        "group": group.label or "–",
        "severity": group.severity,
        "findings": len(group.findings),
        "amount_at_risk": group.amount_at_risk,
        "occurred_date": first["occurred_date"],
        "location_code": first["location_code"],
        "document_no": first["document_no"],
        "rules": dict(Counter(f["rule_id"] for f in group.findings)),
        "message": rules[first["rule_id"]].text("title", language) if is_rule else first[message],
        "finding_ids": [f["finding_id"] for f in group.findings],
    }


def _counted(rules: dict[str, int]) -> str:
    return ", ".join(name if count == 1 else f"{name} ×{count}" for name, count in rules.items())


def _say_more(count: int, language: str) -> None:
    if count:
        say(sentence("more", language, count=count))
