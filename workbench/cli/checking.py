"""The command check: models and rules run, what they came to, and the exit code of it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.cli.app import State, app
from workbench.cli.choices import day
from workbench.cli.output import as_json, print_table, say
from workbench.errors import FindingsFound, RuleFailed, UsageError
from workbench.words import sentence

if TYPE_CHECKING:
    from workbench.findings import CheckReport
    from workbench.project import Project
    from workbench.runner import Outcome
    from workbench.triage.suppression import SuppressedCounts

_NAMES = [
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
    from workbench.corrections.verifying import verify as follow
    from workbench.findings import check as run

    state: State = ctx.obj
    project = state.project()
    language = state.language_of(project)
    limit = fail_limit(project, fail_on)
    report = run(
        project.lake,
        project.contracts,
        project.catalogue,
        project.settings.rules,
        day(as_of) or project.now().date(),
        project.author,
        project.now(),
        rule or (),
        is_full=full,
    )
    follow(project, project.act())
    hidden = suppressed(project)
    if state.wants_json:
        sys.stdout.write(as_json(check_facts(report, hidden, language)) + "\n")
    else:
        tell_check(report, hidden, language)
    code = exit_code(report, hidden, limit)
    if code:
        raise typer.Exit(code)


def fail_limit(project: Project, fail_on: str) -> str:
    """The severity at which findings raise an alarm; UsageError for one that does not exist."""
    limit = fail_on or project.settings.check.fail_on
    if limit not in _RANKS:
        raise UsageError(f"There is no severity {limit!r}: use critical, high, medium, low or never.")
    return limit


def suppressed(project: Project) -> SuppressedCounts | None:
    """What is suppressed today; None where nobody decided anything yet."""
    from workbench.triage.suppression import suppressed_counts

    if not project.store.exists:
        return None
    # Decisions hold by the calendar, whatever day the books are looked at.
    today = project.now().date()
    return suppressed_counts(project.lake.read(), project.store, today, project.catalogue.rules)


def check_facts(report: CheckReport, hidden: SuppressedCounts | None, language: str) -> dict[str, Any]:
    """A check for machines."""
    facts = {k: getattr(report, k) for k in ("run_id", "as_of", "new", "still_open", "resolved", "reopened")}
    facts["suppressed"] = hidden.total if hidden else 0
    outcomes = [dict(zip(_NAMES, _row(o, language), strict=True)) | {"scope": o.scope} for o in report.outcomes]
    return {**facts, "seconds": round(report.seconds, 2), "outcomes": outcomes}


def tell_check(report: CheckReport, hidden: SuppressedCounts | None, language: str) -> None:
    """A check for people: a table of the rules, errors and failures first, and what moved."""
    order = {"error": 0, "fail": 1, "warn": 2, "pass": 3, "not_applicable": 4}
    rows = [_row(o, language) for o in report.outcomes]
    rows.sort(key=lambda r: (order[r[3]], _RANKS[r[2]], r[0]))
    print_table(_NAMES, rows, language)
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
    if hidden and hidden.total:
        kinds = {"dismissed": hidden.dismissed, "known_good": hidden.known_good}
        say(sentence("suppressed", language, count=hidden.total, **kinds))


def exit_code(report: CheckReport, hidden: SuppressedCounts | None, limit: str) -> int:
    """11 where a rule could not be run, 10 for findings as grave as the limit, else 0."""
    if report.has_errors:
        return RuleFailed.exit_code
    # What somebody has dismissed, or knows to be good, raises no alarm.
    grave = any(
        o.violated and _RANKS[o.severity] <= _RANKS[limit] and (hidden is None or hidden.shown.get(o.rule.rule_id))
        for o in report.outcomes
    )
    return FindingsFound.exit_code if grave else 0


def _row(o: Outcome, language: str) -> tuple[Any, ...]:
    title = o.rule.text("title", language)
    counts = (o.tested, o.not_tested, o.violated, o.amount_at_risk)
    detail = o.detail
    if o.status == "not_applicable" and detail == o.rule.file.header.get("not_applicable"):
        detail = o.rule.text("not_applicable", language)
    return (o.rule.rule_id, title, o.severity, o.status, *counts, round(o.seconds, 2), detail)
