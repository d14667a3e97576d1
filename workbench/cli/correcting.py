"""Commands about corrections in the books: apply, undo, verify, corrections export."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from workbench.cli.app import State, app
from workbench.cli.choices import day, one_of
from workbench.cli.output import as_json, emit_rows, print_table, say, verified, write_workbook
from workbench.errors import UsageError
from workbench.words import label, sentence

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
    system: Annotated[str, typer.Option("--for", help="pos, or for a count: erpnext, odoo or inventree.")] = "pos",
) -> None:
    """Write what the POS has not taken over yet, in the layout of its own exports, with headers in your language.

    For an ERP the files are a stock count: what should be on hand at the end of the day of the last check.
    """
    from workbench.corrections.erp import SYSTEMS, count_for
    from workbench.corrections.exporting import exported

    state: State = ctx.obj
    project = state.project()
    language = state.language_of(project)
    one_of("format", [form], ("csv", "xlsx"))
    one_of("system", [system], ("pos", *SYSTEMS))
    files: Mapping[str, tuple[Sequence[str], Sequence[Sequence[Any]]]]
    if system == "pos":
        files = exported(project.lake.read(), project.contracts, language)
    else:
        count = count_for(project.lake.read(), system, project.settings.corrections)
        files = {count.name: (count.headers, count.rows)} if count.rows else {}
        for row in count.left_out:
            values = {"location": row.location_code, "product": row.product_code, "numbers": row.numbers}
            say(sentence("count_left_out", language, **values))
    paths = []
    try:
        to.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{to} cannot be made: {error.strerror}.") from error
    for name, (headers, rows) in files.items():
        paths.append(to / f"{name}.{form}")
        emit_rows(headers, rows, form, language, paths[-1], mark=system == "pos")
    if state.wants_json:
        sys.stdout.write(as_json([str(path) for path in paths]) + "\n")
    elif not paths:
        say(sentence("nothing_to_verify", language))
    else:
        say(sentence("files_written", language, files=", ".join(map(str, paths))))


@corrections_app.command(epilog="Example: workbench corrections register -o 更正登记簿.xlsx --lang zh")
def register(
    ctx: typer.Context,
    since: Annotated[str, typer.Option(help="Only what was submitted on this day or later.")] = "",
    until: Annotated[str, typer.Option(help="Only what was submitted on this day or earlier.")] = "",
    by: Annotated[str, typer.Option(help="The totals shown: by reason, person or location.")] = "reason",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write everything to this workbook.")] = None,
) -> None:
    """The register of corrections: who changed what and why, with totals of what is in the books."""
    from workbench.corrections.register import GROUPS, LINES, TOTALS
    from workbench.corrections.register import register as registered

    state: State = ctx.obj
    project = state.project()
    language = state.language_of(project)
    one_of("grouping", [by], tuple(GROUPS))
    found = registered(project, language, day(since), day(until))
    headings = {name: [GROUPS[name], "title", *TOTALS] for name in GROUPS}
    if output:
        sheets = {sentence("register_lines", language): _in_words(LINES, found.lines, language)}
        for name, totals in found.totals.items():
            sheets[sentence(f"register_{name}", language)] = _in_words(headings[name], totals, language)
        write_workbook(sheets, output)
        say(sentence("files_written", language, files=output))
    if state.wants_json:
        facts = {name: [dict(zip(headings[name], t, strict=True)) for t in found.totals[name]] for name in GROUPS}
        lines = [dict(zip(LINES, line, strict=True)) for line in found.lines]
        sys.stdout.write(as_json({"lines": lines, "totals": facts}) + "\n")
    elif not output:
        print_table(headings[by], found.totals[by], language)


def _in_words(names: Sequence[str], rows: Sequence[Sequence[Any]], language: str) -> tuple[list[str], list[list[Any]]]:
    """Headings and rows for people: what has a word in their language is said in it."""
    words = {
        "status": lambda v: sentence(f"status_{v}", language),
        "outcome": lambda v: sentence(f"verified_{v}", language),
    }
    lines = [[words[n](c) if n in words and c else c for n, c in zip(names, row, strict=True)] for row in rows]
    return [label(name, language) for name in names], lines


@app.command(epilog="Example: workbench verify")
def verify(ctx: typer.Context, who: Annotated[str, _AS] = "") -> None:
    """Hold applied corrections against what the POS has exported since: did it follow?"""
    from workbench.corrections.verifying import verify as carry_out
    from workbench.proposals.kinds import KINDS

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
    rows = []
    for r in results:
        outcome, found = verified(r.outcome, r.found, r.why, language)
        title = KINDS[r.kind].title[language == "zh"]
        rows.append([r.proposal_id, title, outcome, r.expected_qty, r.found_qty, found])
    print_table(_NAMES, rows, language)
