"""Commands about alerts: alerts test|send|list, and acknowledge."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.cli.app import State, app
from workbench.cli.output import as_json, emit_rows, print_table, say
from workbench.errors import ConfigurationError, UsageError
from workbench.words import sentence

if TYPE_CHECKING:
    from workbench.alerts.sending import SendReport
    from workbench.project import Project

alerts_app = typer.Typer(
    help="Who is told of findings and of runs that failed: channels and routes stand under [alerts] in workbench.toml.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(alerts_app, name="alerts")


@alerts_app.command("test", epilog="Example: workbench alerts test mail")
def try_channels(
    ctx: typer.Context,
    channels: Annotated[list[str] | None, typer.Argument(help="Channels by name; default: all.")] = None,
) -> None:
    """Send a test message to each channel and say what happened; exit code 14 where one fails."""
    from workbench.alerts.sending import send_test
    from workbench.alerts.texts import said

    state: State = ctx.obj
    project = state.project()
    language = state.language_of(project)
    known = project.settings.alerts.channels
    if not known:
        raise ConfigurationError(said("no_channels", language))
    for name in channels or []:
        if name not in known:
            raise UsageError(f"There is no channel {name!r}: use one of {', '.join(known)}.")
    report = send_test(project, channels or [])
    rows = [[p.channel, said(f"outcome_{p.outcome}", language), p.attempts, p.detail] for p in report.messages]
    if state.wants_json:
        sys.stdout.write(as_json(_facts(report)) + "\n")
    else:
        print_table(["channel", "outcome", "attempts", "detail"], rows, language)
    if report.failing:
        raise typer.Exit(ConfigurationError.exit_code)


@alerts_app.command(epilog="Example: workbench alerts send --dry-run")
def send(
    ctx: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the messages and send nothing.")] = False,
) -> None:
    """Send what is due now: `workbench run` does it too; call it at the end of quiet hours. Exit code 14 where no
    channel takes a message.
    """
    from workbench.alerts.sending import send_due
    from workbench.alerts.texts import said

    state: State = ctx.obj
    project = state.project()
    language = state.language_of(project)
    settings = project.settings.alerts
    if not settings.channels:
        raise ConfigurationError(said("no_channels", language))
    report = send_due(project, is_dry=dry_run)
    if state.wants_json:
        sys.stdout.write(as_json(_facts(report)) + "\n")
    else:
        _tell(report, project, dry_run, language)
    if report.undelivered:
        raise typer.Exit(ConfigurationError.exit_code)


@alerts_app.command("list", epilog="Example: workbench alerts list --finding 0123456789abcdef")
def list_messages(
    ctx: typer.Context,
    channel: Annotated[str, typer.Option(help="Only those of this channel.")] = "",
    finding: Annotated[str, typer.Option(help="Only those that told of this finding.")] = "",
    limit: Annotated[int, typer.Option(help="Rows shown in a table; 0 for all.")] = 50,
    form: Annotated[str, typer.Option("--format", help="table, json, csv or xlsx.")] = "table",
) -> None:
    """What was sent to whom, newest first, and what became of it."""
    from workbench.alerts.texts import said
    from workbench.store.alerting import messages

    state: State = ctx.obj
    project = state.project()
    language = state.language_of(project)
    chosen = "json" if state.wants_json else form
    found = messages(project.store, channel, finding, (limit or None) if chosen == "table" else None)
    names = ["begun_at", "channel", "meant_for", "kind", "items", "outcome", "attempts", "detail"]
    if chosen != "table":
        emit_rows(names, [[m[n] for n in names] for m in found], chosen, language)
        return
    if not found:
        say(said("no_messages", language))
        return
    shown = [
        {**m, "kind": said(f"kind_{m['kind']}", language), "outcome": said(f"outcome_{m['outcome']}", language)}
        for m in found
    ]
    print_table(names, [[m[n] for n in names] for m in shown], language)


@app.command(epilog="Example: workbench acknowledge 0123456789abcdef --as li --note 在查")
def acknowledge(
    ctx: typer.Context,
    finding_ids: Annotated[list[str], typer.Argument(help="Numbers of findings, as messages show them.")],
    who: Annotated[str, typer.Option("--as", help="Who does it; default: the author.")] = "",
    note: Annotated[str, typer.Option(help="What is being done about it.")] = "",
    only: Annotated[bool, typer.Option("--only", help="Not what belongs together with them.")] = False,
) -> None:
    """Say that somebody looks after findings, and after what belongs together with them: they go no further up."""
    from workbench.alerts.acknowledging import spells_of
    from workbench.alerts.texts import said
    from workbench.store.alerting import acknowledge as decide

    state: State = ctx.obj
    project = state.project()
    language = state.language_of(project)
    spells = spells_of(project.lake.read(), project, finding_ids, only)
    count = decide(project.store, spells, note, project.act(who))
    ids = [finding_id for finding_id, _, _ in spells]
    if state.wants_json:
        sys.stdout.write(as_json({"finding_ids": ids, "acknowledged": count}) + "\n")
        return
    say(said("acknowledged", language, count=count))
    if count < len(ids):
        say(said("acknowledged_before", language, count=len(ids) - count))


def _tell(report: SendReport, project: Project, is_dry: bool, language: str) -> None:
    from workbench.alerts.texts import said

    if is_dry:
        for posted in report.messages:
            heading = said("to_channel", language, channel=posted.channel, subject=posted.subject)
            sys.stdout.write(f"{heading}\n\n{posted.body}\n")
    sent = sum(p.outcome != "failed" for p in report.messages)
    if not project.settings.alerts.routes:
        say(said("no_routes", language))
    elif is_dry:
        say(said("would_send", language, count=sent))
    else:
        say(said("sent", language, count=sent) if report.messages else said("nothing_due", language))
    for name, reason in report.failing.items():
        say(sentence("channel_failing", language, channel=name, reason=reason))
    for fault in report.faults:
        say(fault)
    if report.undelivered:
        say(said("undelivered", language, count=report.undelivered))
    if report.held:
        until = f"{project.settings.alerts.quiet_until:%H:%M}"
        say(sentence("alerts_held", language, count=report.held, until=until))


def _facts(report: SendReport) -> dict[str, Any]:
    return vars(report) | {"messages": [vars(p) for p in report.messages]}
