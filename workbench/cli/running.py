"""The commands of the night: run, which cron calls, and schedule, which tells cron or systemd to."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.cli.app import State, app
from workbench.cli.checking import check_facts, exit_code, fail_limit, suppressed, tell_check
from workbench.cli.choices import day
from workbench.cli.gating import gate_code, held_facts, tell_held, tell_verdicts, verdicts
from workbench.cli.output import as_json, print_table, say
from workbench.errors import FindingsFound, InputRefused, RuleFailed, UsageError
from workbench.words import sentence

if TYPE_CHECKING:
    from workbench.nightly.run import RunReport
    from workbench.project import Project

_FILE_NAMES = ["file", "status", "feed", "read", "accepted", "rejected", "known", "message"]


@app.command(epilog="Example: workbench run --fail-on high --junit run.xml")
def run(
    ctx: typer.Context,
    inbox: Annotated[Path | None, typer.Option(help="Where exports are put; default: [run] inbox.")] = None,
    as_of: Annotated[str, typer.Option(help="The day the books are looked at; default: today.")] = "",
    fail_on: Annotated[
        str, typer.Option(help="Exit with 10 for findings this grave: critical, high, medium, low, never.")
    ] = "",
    wait: Annotated[float, typer.Option(help="Seconds to wait for another run to finish.")] = 0,
    replay: Annotated[int, typer.Option(help="Make this run again from its snapshot, and compare.")] = 0,
    junit: Annotated[Path | None, typer.Option(help="Write outcomes as JUnit XML to this file.")] = None,
) -> None:
    """Take in what lies in the inbox, check it, put the files away: what cron calls every night."""
    from workbench.nightly.junit import write_junit
    from workbench.nightly.run import run as carry_out
    from workbench.quarantine import waiting

    state: State = ctx.obj
    project = state.project()
    language = state.language_of(project)
    if replay:
        _replay(state, project, replay, language)
        return
    limit = fail_limit(project, fail_on)
    report = carry_out(project, inbox, day(as_of), wait)
    assert report.check is not None
    hidden = suppressed(project)
    if junit is not None:
        write_junit(report.check, junit, language)
    made = _write_page(project, report, language)
    if state.wants_json:
        facts = {**_facts(report, language), "check": check_facts(report.check, hidden, language)}
        sys.stdout.write(as_json(facts) + "\n")
    else:
        _tell(report, language)
        tell_held(waiting(project, language), language)
        tell_check(report.check, hidden, language)
        say(sentence("run_recorded", language, path=report.record))
        say(made)
    code = exit_code(report.check, hidden, limit)
    gates = gate_code(report.quarantine, [j.verdict for one in report.judgements for j in one.judged])
    if code != RuleFailed.exit_code:
        code = gates or (InputRefused.exit_code if report.refused else code)
    if code:
        raise typer.Exit(code)


@app.command(epilog="Example: workbench schedule --at 02:30 --print crontab")
def schedule(
    ctx: typer.Context,
    at: Annotated[str, typer.Option(help="The time of day, like 02:30, by this machine's clock.")] = "02:30",
    show: Annotated[str, typer.Option("--print", help="Only print it: crontab or systemd.")] = "",
    install: Annotated[str, typer.Option(help="Install it for this account: crontab or systemd.")] = "",
    fail_on: Annotated[str, typer.Option(help="As for `workbench run`.")] = "",
) -> None:
    """Have `workbench run` called every night; a night missed while the machine was off is caught up by systemd."""
    from workbench.nightly import schedule as schedules

    state: State = ctx.obj
    project = state.project()
    language = state.language_of(project)
    kind = install or show
    if bool(install) == bool(show) or kind not in ("crontab", "systemd"):
        raise UsageError("Say what to do: --print crontab, --print systemd, --install crontab or --install systemd.")
    if fail_on:
        fail_limit(project, fail_on)
    job = schedules.Job(project.root, at, fail_on)
    if show:
        texts = {"crontab": schedules.crontab_line(job)} if kind == "crontab" else schedules.systemd_units(job)
        if state.wants_json:
            sys.stdout.write(as_json(texts) + "\n")
        else:
            sys.stdout.write("\n".join(t if kind == "crontab" else f"# {n}\n{t}" for n, t in texts.items()) + "\n")
        return
    place = schedules.install_crontab(job) if kind == "crontab" else schedules.install_systemd(job)
    if state.wants_json:
        sys.stdout.write(as_json({"installed": place}) + "\n")
    else:
        say(sentence("scheduled", language, at=at, place=place))


def _write_page(project: Project, report: RunReport, language: str) -> str:
    """Write the run's page; where that fails the run is as good as it was, so it is only said."""
    from workbench.nightly.page import write_page

    try:
        return sentence("page_written", language, path=write_page(project, report.record, language))
    except OSError as error:
        return sentence("page_failed", language, reason=error)


def _replay(state: State, project: Project, run_id: int, language: str) -> None:
    from workbench.nightly.replay import replay as make_again

    result = make_again(project, run_id)
    if state.wants_json:
        sys.stdout.write(as_json({**vars(result), "is_same": result.is_same}) + "\n")
    else:
        values = {"run": run_id, "snapshot": result.snapshot, "as_of": result.as_of, "then": result.then}
        name = "replay_same" if result.is_same else "replay_different"
        say(sentence(name, language, **values, now=result.now, count=len(result.different)))
        for rule_id, finding_id in result.different[:20]:
            say(f"  {rule_id} {finding_id}")
        if result.versions and not result.is_same:
            say(sentence("replay_versions", language, versions=", ".join(result.versions)))
    if not result.is_same:
        raise typer.Exit(FindingsFound.exit_code)


def _tell(report: RunReport, language: str) -> None:
    rows = [
        [
            f"{f.file_name} / {f.sheet}" if f.sheet else f.file_name,
            f.status,
            f"{f.source}: {f.feed}" if f.feed else "",
            *((f.read, f.accepted, f.rejected, f.known) if f.status == "loaded" else (None,) * 4),
            f.message,
        ]
        for f in report.files
    ]
    if rows:
        print_table(_FILE_NAMES, rows, language)
    elif not report.contents.left:
        say(sentence("inbox_empty", language))
    if report.judgements:
        tell_verdicts(report.judgements, language)
    for name, values in report.notes:
        say(sentence(name, language, **values))


def _facts(report: RunReport, language: str) -> dict[str, Any]:
    return {
        "as_of": report.as_of,
        "files": [vars(f) | {"tables": [vars(t) for t in f.tables]} for f in report.files],
        "left": [{"file": str(path), "reason": reason} for path, reason in report.contents.left],
        "notes": [sentence(name, language, **values) for name, values in report.notes],
        "verdicts": verdicts(report.judgements, language),
        "quarantine": [held_facts(h) for h in report.quarantine],
        "seconds": report.seconds,
        "snapshots": report.snapshots,
        "record": str(report.record),
    }
