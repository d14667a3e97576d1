"""Commands about corrections in the books: apply, undo, verify, corrections export."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.app import State, app
from workbench.cli.output import as_json, emit_rows, print_table, say
from workbench.errors import UsageError
from workbench.words import sentence

corrections_app = typer.Typer(
    help="Corrections in the books, for the POS to take over.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(corrections_app, name="corrections")

_AS = typer.Option("--as", help="Who does it; default: the author.")
_NAMES = ["proposal_id", "kind", "outcome", "expected_qty", "found_qty", "found"]


@app.command("apply", epilog="Example: workbench apply 12 13")
def apply_corrections(
    ctx: typer.Context,
    numbers: Annotated[list[int] | None, typer.Argument(help="Numbers of approved proposals.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All approved ones.")] = False,
    who: Annotated[str, _AS] = "",
) -> None:
    """Bring approved proposals into the books as adjusting entries; see `corrected.…` with `workbench sql`."""
    from workbench.corrections.applying import apply

    state: State = ctx.obj
    project = state.project()
    if bool(numbers) == every:
        raise UsageError("Say which proposals: by their numbers, or --all.")
    applied = [p.proposal_id for p in apply(project, numbers or [], project.act(who))]
    if state.wants_json:
        sys.stdout.write(as_json({"applied": applied}) + "\n")
    else:
        listed = ", ".join(map(str, applied)) or "–"
        say(sentence("corrections_applied", state.language_of(project), count=len(applied), numbers=listed))


@app.command(epilog='Example: workbench undo 12 --reason "the goods were found"')
def undo(
    ctx: typer.Context,
    number: Annotated[int, typer.Argument(help="The number of the proposal.")],
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    who: Annotated[str, _AS] = "",
) -> None:
    """Take a correction out of the books again by the opposite entry."""
    from workbench.corrections.applying import undo as carry_out

    state: State = ctx.obj
    project = state.project()
    after = carry_out(project, number, reason, project.act(who))
    if state.wants_json:
        sys.stdout.write(as_json({"proposal_id": number, "status": after.status}) + "\n")
    else:
        say(sentence("correction_undone", state.language_of(project), number=number))


@corrections_app.command(epilog="Example: workbench corrections export --to 更正 --format xlsx --lang zh")
def export(
    ctx: typer.Context,
    to: Annotated[Path, typer.Option(help="The folder for the files.")],
    form: Annotated[str, typer.Option("--format", help="csv or xlsx.")] = "csv",
) -> None:
    """Write what the POS has not taken over yet, in the layout of its own exports, with headers in your language."""
    from workbench.corrections.exporting import exported

    state: State = ctx.obj
    project = state.project()
    language = state.language_of(project)
    if form not in ("csv", "xlsx"):
        raise UsageError(f"There is no format {form!r} here: use csv or xlsx.")
    files = exported(project.lake.read(), project.contracts, language)
    paths = []
    try:
        to.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{to} cannot be made: {error.strerror}.") from error
    for name, (headers, rows) in files.items():
        paths.append(to / f"{name}.{form}")
        emit_rows(headers, rows, form, language, paths[-1])
    if state.wants_json:
        sys.stdout.write(as_json([str(path) for path in paths]) + "\n")
    elif not paths:
        say(sentence("nothing_to_verify", language))


@app.command(epilog="Example: workbench verify")
def verify(ctx: typer.Context, who: Annotated[str, _AS] = "") -> None:
    """Hold applied corrections against what the POS has exported since: did it follow?"""
    from workbench.corrections.verifying import verify as carry_out

    state: State = ctx.obj
    project = state.project()
    language = state.language_of(project)
    results = carry_out(project, project.act(who))
    if state.wants_json:
        sys.stdout.write(as_json([vars(r) for r in results]) + "\n")
        return
    if not results:
        say(sentence("nothing_to_verify", language))
        return
    words = {o: sentence(f"verified_{o}", language) for o in {r.outcome for r in results}}
    rows = [[words[r.outcome] if n == "outcome" else getattr(r, n) for n in _NAMES] for r in results]
    print_table(_NAMES, rows, language)
