"""Commands about the catalogue: rules, rule show, rule test, rule lint, rule new."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.cli.app import State, app
from workbench.cli.choices import no_strangers
from workbench.cli.output import as_json, emit_rows, say
from workbench.errors import ConfigurationError, RuleFailed, UsageError
from workbench.words import label, sentence

if TYPE_CHECKING:
    from workbench.catalogue import Rule
    from workbench.project import Project

rule_app = typer.Typer(help="One rule: new, lint, test, show.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(rule_app, name="rule")

_FORM = typer.Option("--format", help="table, json, csv or xlsx.")


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
        "consequence_of": list(rule.consequence_of),
        "params": dict(rule.params),
        "cases": [case.name for case in rule.cases],
        "sql": rule.sql,
    }
    if state.wants_json:
        sys.stdout.write(as_json(facts) + "\n")
        return
    for name, value in facts.items():
        if name == "consequence_of" and not value:
            continue
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
    say(sentence("cases_run", state.language_of(project), passed=len(rows) - len(failed), failed=len(failed)))
    if failed:
        raise typer.Exit(RuleFailed.exit_code)


@rule_app.command(epilog="Example: workbench rule lint receipt_over_order")
def lint(ctx: typer.Context, rule_id: Annotated[str, typer.Argument(help="Default: every rule.")] = "") -> None:
    """Look for faults of a rule file, each with its line: header, texts, SQL outside the portable subset, cases."""
    from workbench.lint import lint_files, rule_paths

    state: State = ctx.obj
    project = state.project()
    language = state.language_of(project)
    # Rule files are read one by one, so that one that is broken can be linted and spoils nothing for the others.
    paths = rule_paths(project.rules_folder)
    if rule_id and rule_id not in paths:
        raise UsageError(f"There is no rule {rule_id!r}: `workbench rules` lists them.")
    chosen = [paths[rule_id]] if rule_id else list(paths.values())
    faults = lint_files(chosen, paths)
    places = [(path.stem, path.relative_to(project.root).as_posix(), fault.line, fault.text) for path, fault in faults]
    if state.wants_json:
        names = ["rule_id", "file", "line", "detail"]
        sys.stdout.write(as_json([dict(zip(names, place, strict=True)) for place in places]) + "\n")
    elif places:
        # The shape that editors and build logs turn into a link.
        sys.stdout.write("".join(f"{file}:{line}: {detail}\n" for _, file, line, detail in places))
    say(sentence("linted", language, rules=len(chosen), faults=len(places)))
    if places:
        raise typer.Exit(ConfigurationError.exit_code)


@rule_app.command(epilog="Example: workbench rule new receipt_too_large --process receiving --severity medium")
def new(
    ctx: typer.Context,
    rule_id: Annotated[str, typer.Argument(help="<subject>_<defect> in small letters; the name of the file.")],
    process: Annotated[str, typer.Option(help="The folder it goes into: receiving, batch, stocktake …")],
    severity: Annotated[str, typer.Option(help="critical, high, medium or low.")] = "medium",
) -> None:
    """Make a rule file to begin from: it lints, and its failing and its passing case run."""
    from workbench.rule_template import new_rule

    state: State = ctx.obj
    project = state.project()
    path = new_rule(project.rules_folder, rule_id, process, severity)
    if state.wants_json:
        sys.stdout.write(as_json({"rule_id": rule_id, "file": str(path)}) + "\n")
    else:
        say(sentence("made_rule", state.language_of(project), path=path, rule=rule_id))


def _rule(project: Project, rule_id: str) -> Rule:
    no_strangers(project, [rule_id])
    return project.catalogue.rules[rule_id]
