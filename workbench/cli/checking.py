"""The command check: models and rules run, what they came to, and the exit code of it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from workbench.cli.app import State, app
from workbench.cli.choices import day
from workbench.cli.output import as_json, print_table, say
from workbench.errors import FindingsFound, RuleFailed, UsageError
from workbench.words import sentence

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
    from workbench.triage.suppression import suppressed_counts

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
        day(as_of) or project.now().date(),
        project.author,
        project.now(),
        rule or (),
        is_full=full,
    )
    # Decisions hold by the calendar, whatever day the books are looked at.
    rules = project.catalogue.rules
    hidden = (
        suppressed_counts(project.lake.read(), project.store, project.now().date(), rules)
        if project.store.exists
        else None
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
        facts["suppressed"] = hidden.total if hidden else 0
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
        if hidden and hidden.total:
            kinds = {"dismissed": hidden.dismissed, "known_good": hidden.known_good}
            say(sentence("suppressed", language, count=hidden.total, **kinds))
    if report.has_errors:
        raise typer.Exit(RuleFailed.exit_code)
    # What somebody has dismissed, or knows to be good, raises no alarm.
    grave = [
        o
        for o in report.outcomes
        if o.violated and _RANKS[o.severity] <= _RANKS[limit] and (hidden is None or hidden.shown.get(o.rule.rule_id))
    ]
    if grave:
        raise typer.Exit(FindingsFound.exit_code)
