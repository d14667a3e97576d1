"""Commands about gates: gate judges loads; quarantine lists, release and discard decide about those held."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.cli.app import State, app
from workbench.cli.output import as_json, emit_rows, print_table, say
from workbench.errors import BatchQuarantined, ConfigurationError, RuleFailed
from workbench.words import sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.gates.door import Judgement
    from workbench.gates.held import Held
    from workbench.project import Project

_AS = typer.Option("--as", help="Who decides; default: the author.")
_REASON = typer.Option(help="Why; others read it.")
_LOAD = typer.Argument(help="The load by its number, its file's name or hash.")
_FORM = typer.Option("--format", help="table, json, csv or xlsx.")
_HELD_NAMES = ["file_id", "file", "read", "held_at", "status", "why", "decided_by", "reason"]


@app.command(epilog="Example: workbench gate\n\nExample: workbench gate --load 12")
def gate(
    ctx: typer.Context,
    load: Annotated[str, typer.Option(help="Only show how this load was judged: its number, file or hash.")] = "",
    form: Annotated[str, _FORM] = "table",
) -> None:
    """Judge the loads that no gate has judged yet; those that fail leave the books for quarantine."""
    from workbench.gates.judging import Court
    from workbench.quarantine import waiting
    from workbench.reloading import judge_loads

    state: State = ctx.obj
    project = state.project()
    language = state.language_of(project)
    if load:
        _show(project, load, "json" if state.wants_json else form, language)
        return
    need_suites(project)
    with Court() as court:
        found = project.gate(court, language)
        assert found is not None
        reports = judge_loads(project, found)
    held = waiting(project, language)
    if state.wants_json:
        loads = [{**vars(r), "tables": [vars(t) for t in r.tables]} for r in reports]
        facts = {
            "loads": loads,
            "verdicts": verdicts(found.judgements, language),
            "quarantine": [held_facts(h) for h in held],
        }
        sys.stdout.write(as_json(facts) + "\n")
    else:
        tell_verdicts(found.judgements, language)
        tell_held(held, language)
    code = gate_code(held, [j.verdict for one in found.judgements for j in one.judged])
    if code:
        raise typer.Exit(code)


@app.command(epilog="Example: workbench quarantine --all")
def quarantine(
    ctx: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Also what was decided about.")] = False,
    form: Annotated[str, _FORM] = "table",
) -> None:
    """Loads that a gate holds back, and why. No model and no rule sees them."""
    from workbench.quarantine import every_held, waiting

    state: State = ctx.obj
    project = state.project()
    language = state.language_of(project)
    loads = every_held(project, language) if everything else waiting(project, language)
    if not loads and form == "table" and not state.wants_json:
        say(sentence("nothing_held", language))
        return
    rows = [
        [h.file_id, h.file_name, h.rows_read, h.held_at, h.status, h.reasons, h.decided_by, h.reason] for h in loads
    ]
    emit_rows(_HELD_NAMES, rows, "json" if state.wants_json else form, language)


@app.command(epilog='Example: workbench release 12 --reason "the store closed at noon" --as li')
def release(
    ctx: typer.Context,
    load: Annotated[str, _LOAD],
    reason: Annotated[str, _REASON] = "",
    who: Annotated[str, _AS] = "",
) -> None:
    """Let a load out of quarantine into the books; the next check sees it."""
    from workbench.quarantine import release as let_in

    state: State = ctx.obj
    project = state.project()
    language = state.language_of(project)
    act = project.act(who)
    held, reports = let_in(project, load, reason, act)
    counts = {name: sum(getattr(r, name) for r in reports) for name in ("read", "accepted", "rejected", "known")}
    if state.wants_json:
        facts = {"file_id": held.file_id, "file": held.file_name, "reason": reason, "released_by": act.who, **counts}
        sys.stdout.write(as_json(facts) + "\n")
    else:
        say(sentence("released", language, number=held.file_id, file=held.file_name, who=act.who, **counts))


@app.command(epilog='Example: workbench discard 12 --reason "cut off; a whole one came since" --as li')
def discard(
    ctx: typer.Context,
    load: Annotated[str, _LOAD],
    reason: Annotated[str, _REASON] = "",
    who: Annotated[str, _AS] = "",
) -> None:
    """Leave a load out of the books for good; its original stays in the archive."""
    from workbench.quarantine import discard as leave_out

    state: State = ctx.obj
    project = state.project()
    act = project.act(who)
    held = leave_out(project, load, reason, act)
    if state.wants_json:
        facts = {"file_id": held.file_id, "file": held.file_name, "reason": reason, "discarded_by": act.who}
        sys.stdout.write(as_json(facts) + "\n")
    else:
        language = state.language_of(project)
        say(sentence("discarded", language, number=held.file_id, file=held.file_name, who=act.who))


def need_suites(project: Project) -> None:
    """Raise ConfigurationError where nothing says what is expected of a load."""
    if not project.suites:
        raise ConfigurationError(
            f"{project.root}/checks/suites holds no suite: put some there, as `workbench init` does."
        )


def gate_code(held: Sequence[Held], verdicts: Sequence[str]) -> int:
    """The exit code that gates call for: 13 while something is held, 11 where an expectation could not be judged."""
    if "error" in verdicts:
        return RuleFailed.exit_code
    return BatchQuarantined.exit_code if held else 0


def verdicts(judgements: Sequence[Judgement], language: str) -> list[dict[str, Any]]:
    """Every expectation of every load that was judged, for a machine."""
    return [
        {
            "file_id": one.file_id,
            "table": one.table,
            "figure": j.expectation.figure,
            "title": j.expectation.text(language),
            "value": j.value,
            "verdict": j.verdict,
            "detail": j.detail,
        }
        for one in judgements
        for j in one.judged
    ]


def tell_verdicts(judgements: Sequence[Judgement], language: str) -> None:
    """What was flagged or held, and how many loads passed."""
    rows = [
        [one.file_id, one.table, _VERDICTS[j.verdict], j.said(language)]
        for one in judgements
        for j in one.judged
        if j.verdict in ("warn", "fail", "error")
    ]
    if rows:
        names = ["file_id", "table_name", "status", "why"]
        print_table(names, rows, language)
    counts = {name: sum(one.verdict == name for one in judgements) for name in ("warn", "fail", "error")}
    sound = len(judgements) - sum(counts.values())
    say(sentence("gate_judged", language, count=len(judgements), sound=sound, **counts))


_VERDICTS = {"warn": "flagged", "fail": "held", "error": "error"}


def tell_held(held: Sequence[Held], language: str) -> None:
    """Loads that wait for somebody."""
    for h in held:
        say(sentence("load_held", language, number=h.file_id, file=h.file_name, why=h.reasons))


def held_facts(held: Held) -> dict[str, Any]:
    """A load in quarantine, for a machine."""
    return {name: value for name, value in vars(held).items() if name != "choice"}


def _show(project: Project, wanted: str, form: str, language: str) -> None:
    from workbench.quarantine import verdicts_of

    rows = verdicts_of(project, wanted, language)
    emit_rows(["file_id", "table_name", "figure", "title", "value", "status", "detail"], rows, form, language)
