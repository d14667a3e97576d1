"""Commands about rules: check, findings, rules, rule lint|test|show."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.cli.app import State, app
from workbench.cli.output import as_json, emit_rows, print_table, say
from workbench.errors import ConfigurationError, FindingsFound, RuleFailed, UsageError
from workbench.words import label, sentence

if TYPE_CHECKING:
    from workbench.catalogue import Rule
    from workbench.project import Project

rule_app = typer.Typer(help="One rule: lint, test, show.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(rule_app, name="rule")

_FORM = typer.Option("--format", help="table, json, csv or xlsx.")
_RANKS = {"critical": 0, "high": 1, "medium": 2, "low": 3, "never": -1}


@app.command(epilog="Example: workbench check --as-of 2025-03-31 --fail-on high")
def check(
    ctx: typer.Context,
    as_of: Annotated[str, typer.Option(help="The day the books are looked at; default: today.")] = "",
    rule: Annotated[list[str] | None, typer.Option(help="Only this rule; may be given several times.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Build every model and run every rule over everything.")] = False,
    fail_on: Annotated[
        str, typer.Option(help="Exit with 10 for findings this grave: critical, high, medium, low, never.")
    ] = "",
) -> None:
    """Build the models and run the rules; findings are kept from run to run."""
    from workbench.findings import check as run

    state: State = ctx.obj
    project = state.project()
    language = state.language_of(project)
    limit = fail_on or project.settings.check.fail_on
    if limit not in _RANKS:
        raise UsageError(f"There is no severity {limit!r}: use critical, high, medium, low or never.")
    report = run(
        project.lake,
        project.contracts,
        project.catalogue,
        project.settings.rules,
        _day(as_of, project),
        project.author,
        project.now(),
        rule or (),
        is_full=full,
    )
    rows = [
        (
            o.rule.rule_id,
            o.rule.text("title", language),
            o.severity,
            o.status,
            o.tested,
            o.not_tested,
            o.violated,
            o.amount_at_risk,
            round(o.seconds, 2),
            o.detail,
        )
        for o in report.outcomes
    ]
    names = [
        "rule_id",
        "title",
        "severity",
        "status",
        "tested",
        "not_tested",
        "violated",
        "amount_at_risk",
        "seconds",
        "detail",
    ]
    if state.wants_json:
        facts = {k: getattr(report, k) for k in ("run_id", "as_of", "new", "still_open", "resolved", "reopened")}
        outcomes = [dict(zip(names, row, strict=True)) for row in rows]
        sys.stdout.write(as_json({**facts, "seconds": round(report.seconds, 2), "outcomes": outcomes}) + "\n")
    else:
        order = {"error": 0, "fail": 1, "warn": 2, "pass": 3, "not_applicable": 4}
        rows.sort(key=lambda r: (order[r[3]], _RANKS[r[2]], r[0]))
        print_table(names, rows, language)
        say(
            sentence(
                "checked",
                language,
                run=report.run_id,
                as_of=report.as_of,
                rules=len(report.outcomes),
                violated=sum(o.violated for o in report.outcomes),
                new=report.new,
                still=report.still_open,
                reopened=report.reopened,
                resolved=report.resolved,
                seconds=f"{report.seconds:.1f}",
            )
        )
    if report.has_errors:
        raise typer.Exit(RuleFailed.exit_code)
    grave = [o for o in report.outcomes if o.violated and _RANKS[o.severity] <= _RANKS[limit]]
    if grave:
        raise typer.Exit(FindingsFound.exit_code)


@app.command(epilog="Example: workbench findings --rule receipt_over_order --format csv")
def findings(
    ctx: typer.Context,
    rule: Annotated[list[str] | None, typer.Option(help="Only this rule; may be given several times.")] = None,
    status: Annotated[list[str] | None, typer.Option(help="open, reopened, resolved; default: not resolved.")] = None,
    severity: Annotated[str, typer.Option(help="critical, high, medium or low.")] = "",
    location: Annotated[str, typer.Option(help="Only this location.")] = "",
    limit: Annotated[int, typer.Option(help="Rows shown in a table; 0 for all.")] = 50,
    form: Annotated[str, _FORM] = "table",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file.")] = None,
) -> None:
    """What is wrong: findings, gravest and dearest first."""
    from workbench.catalogue import SEVERITIES
    from workbench.findings import STATUSES, list_findings

    state: State = ctx.obj
    project = state.project()
    language = state.language_of(project)
    con = project.lake.read()
    _no_strangers(project, rule or [])
    _one_of("status", status or [], STATUSES)
    _one_of("severity", [severity] if severity else [], SEVERITIES)
    names, rows = list_findings(con, rule or (), status or (), severity, location)
    chosen = "json" if state.wants_json else form
    if chosen != "table":
        emit_rows(names, rows, chosen, language, output)
        return
    if not rows:
        say(sentence("no_findings", language))
        return
    text = "message_zh" if language == "zh" else "message"
    shown = ["finding_id", "rule_id", "severity", "status", "occurred_date", "amount_at_risk", text]
    positions = [names.index(n) for n in shown]
    cut = rows[:limit] if limit else rows
    print_table([*shown[:-1], "message"], [[row[p] for p in positions] for row in cut], language)
    if len(rows) > len(cut):
        say(sentence("more", language, count=len(rows) - len(cut)))


@app.command(epilog="Example: workbench rules --lang zh")
def rules(ctx: typer.Context, form: Annotated[str, _FORM] = "table") -> None:
    """The catalogue: every rule with its title, severity and process."""
    state: State = ctx.obj
    project = state.project()
    language = state.language_of(project)
    rows = [
        (r.rule_id, r.text("title", language), r.severity, r.process, r.text("why", language))
        for r in project.catalogue.rules.values()
    ]
    emit_rows(["rule_id", "title", "severity", "process", "why"], rows, "json" if state.wants_json else form, language)


@rule_app.command(epilog="Example: workbench rule show receipt_over_order")
def show(ctx: typer.Context, rule_id: str) -> None:
    """A rule in full: what, why, what to do, parameters, SQL."""
    state: State = ctx.obj
    project = state.project()
    language = state.language_of(project)
    rule = _rule(project, rule_id)
    facts: dict[str, Any] = {
        "rule_id": rule.rule_id,
        "process": rule.process,
        "severity": rule.severity,
        "assertion": rule.assertion,
        **{name: rule.text(name, language) for name in ("title", "why", "fix", "message")},
        "grain": list(rule.grain),
        "params": dict(rule.params),
        "cases": [case.name for case in rule.cases],
        "sql": rule.sql,
    }
    if state.wants_json:
        sys.stdout.write(as_json(facts) + "\n")
        return
    for name, value in facts.items():
        text = as_json(value) if isinstance(value, dict) else ", ".join(value) if isinstance(value, list) else value
        typer.echo(f"{label(name, language)}: {text}" if name != "sql" else f"\n{text}")


@rule_app.command("test", epilog="Example: workbench rule test")
def run_cases(ctx: typer.Context, rule_id: Annotated[str, typer.Argument(help="Default: every rule.")] = "") -> None:
    """Run the cases of a rule, or of all."""
    import duckdb

    from workbench.cases import run_case

    state: State = ctx.obj
    project = state.project()
    chosen = [_rule(project, rule_id)] if rule_id else list(project.catalogue.rules.values())
    rows = []
    for rule in chosen:
        for case in rule.cases:
            try:
                differences = run_case(rule, case, project.contracts, project.catalogue)
            except duckdb.Error as error:
                differences = [str(error).splitlines()[0]]
            rows.append((rule.rule_id, case.name, "fail" if differences else "pass", "; ".join(differences)))
    failed = [row for row in rows if row[2] == "fail"]
    shown = rows if state.wants_json or rule_id else failed
    if shown:
        names = ["rule_id", "check", "status", "detail"]
        emit_rows(names, shown, "json" if state.wants_json else "table", state.language_of(project))
    say(f"{len(rows) - len(failed)} passed, {len(failed)} failed")
    if failed:
        raise typer.Exit(RuleFailed.exit_code)


@rule_app.command(epilog="Example: workbench rule lint receipt_over_order")
def lint(ctx: typer.Context, rule_id: Annotated[str, typer.Argument(help="Default: every rule.")] = "") -> None:
    """Look for faults of a rule file: header, cases, SQL outside the portable subset."""
    from workbench.portable import lint_rule

    state: State = ctx.obj
    project = state.project()
    chosen = [_rule(project, rule_id)] if rule_id else list(project.catalogue.rules.values())
    rows = [(rule.rule_id, fault) for rule in chosen for fault in lint_rule(rule)]
    if rows or state.wants_json:
        emit_rows(["rule_id", "detail"], rows, "json" if state.wants_json else "table", state.language_of(project))
    say(f"{len(chosen)} rules looked at, {len(rows)} faults")
    if rows:
        raise typer.Exit(ConfigurationError.exit_code)


def _rule(project: Project, rule_id: str) -> Rule:
    _no_strangers(project, [rule_id])
    return project.catalogue.rules[rule_id]


def _one_of(what: str, given: Sequence[str], known: Sequence[str]) -> None:
    for value in given:
        if value not in known:
            raise UsageError(f"There is no {what} {value!r}: use one of {', '.join(known)}.")


def _no_strangers(project: Project, rule_ids: list[str]) -> None:
    for rule_id in rule_ids:
        if rule_id not in project.catalogue.rules:
            raise UsageError(f"There is no rule {rule_id!r}: `workbench rules` lists them.")


def _day(text: str, project: Project) -> dt.date:
    if not text:
        return project.now().date()
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no day: write it like 2025-03-31.") from error
