"""Commands about projects: init, doctor, demo."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.app import State, app
from workbench.cli.output import as_json, print_table, say
from workbench.errors import ConfigurationError
from workbench.words import sentence


@app.command(epilog="Example: workbench init my-shop")
def init(ctx: typer.Context, folder: Annotated[Path, typer.Argument(help="A new folder.")] = Path()) -> None:
    """Make a project folder: sources, contracts, rules, notebooks and a sample, ready to use and to change."""
    from workbench.scaffold import make_project

    state: State = ctx.obj
    made = make_project(folder)
    if state.wants_json:
        sys.stdout.write(as_json({"project": str(made.resolve())}) + "\n")
    else:
        say(sentence("made_project", state.language or "en", path=made))


@app.command(epilog="Example: workbench doctor")
def doctor(ctx: typer.Context) -> None:
    """Look over versions, settings, rules, lake and archive, and say what to do where something is wrong."""
    from workbench.doctor import examine

    state: State = ctx.obj
    project = state.project()
    findings = examine(project)
    if state.wants_json:
        sys.stdout.write(as_json([vars(f) for f in findings]) + "\n")
    else:
        rows = [(f.check, "ok" if f.is_ok else "fault", f.detail) for f in findings]
        print_table(["check", "status", "detail"], rows, state.language or "en")
    if not all(f.is_ok for f in findings):
        raise typer.Exit(ConfigurationError.exit_code)


@app.command(epilog="Example: workbench demo --lang zh")
def demo(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(help="Where to make the demonstration project.")] = Path("var/demo"),
) -> None:
    """Load and check the sample of a small chain, and hold what is found against what was planted."""
    from workbench.demo import AS_OF, run_demo

    state: State = ctx.obj
    language = state.language or "en"
    report = run_demo(folder)
    summary = {
        "project": str(report.project.root),
        "files": len(report.files),
        "rows": sum(f.read for f in report.files),
        "rejected": sum(f.rejected for f in report.files),
        "rules": len(report.check.outcomes),
        "findings": len(report.findings),
        "planted": report.planted,
        "missed": report.missed,
        "extra": report.extra,
    }
    if state.wants_json:
        sys.stdout.write(as_json(summary) + "\n")
    else:
        text = "message_zh" if language == "zh" else "message"
        rules = report.project.catalogue.rules
        rows = [(severity, rules[r].text("title", language), n, money) for r, severity, n, money in report.by_rule]
        print_table(["severity", "title", "violated", "amount_at_risk"], rows, language)
        top = [(f["severity"], f["occurred_date"], f["amount_at_risk"], f[text]) for f in report.findings[:10]]
        print_table(["severity", "occurred_date", "amount_at_risk", "message"], top, language)
        found = report.planted - len(report.missed)
        values = {**summary, "found": found, "extra": len(report.extra), "as_of": AS_OF, "folder": folder}
        say(sentence("demo_summary", language, **values))
        for planted in report.missed:
            say(f"  – {planted['rule_id']}: {planted['note_zh' if language == 'zh' else 'note']}")
        for finding in report.extra:
            say(f"  + {finding['rule_id']}: {finding[text]}")
    if report.missed or report.extra or report.check.has_errors:
        raise typer.Exit(1)
