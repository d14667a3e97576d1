"""Commands about files: ingest, rejects, files, source, snapshots, sql."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.app import State, app
from workbench.cli.output import as_json, emit_rows, print_table, say
from workbench.errors import InputRefused, UsageError
from workbench.words import sentence

_FORM = typer.Option("--format", help="table, json, csv or xlsx.")
_OUTPUT = typer.Option("--output", "-o", help="Write to this file instead of the screen.")


@app.command(epilog="Example: workbench ingest 入库单.xlsx exports/ --source native")
def ingest(
    ctx: typer.Context,
    paths: Annotated[list[Path], typer.Argument(help="Files, or folders of files.")],
    source: Annotated[str, typer.Option(help="The system the files come from; default: found out.")] = "",
    table: Annotated[str, typer.Option(help="The core table the files hold; default: found out.")] = "",
    encoding: Annotated[str, typer.Option(help="Encoding of text files; default: found out.")] = "",
    delimiter: Annotated[str, typer.Option(help="Delimiter of text files; default: found out.")] = "",
    header_row: Annotated[int, typer.Option(help="Row of the headers, counted from 1; default: found out.")] = 0,
    sheet: Annotated[str, typer.Option(help="Sheet of a workbook; default: every sheet.")] = "",
    date: Annotated[str, typer.Option(help="The day the files speak of, where neither cells nor names say it.")] = "",
    date_order: Annotated[str, typer.Option(help="dmy, mdy, ymd, or with -swapped where Excel exchanged both.")] = "",
    gated: Annotated[
        bool, typer.Option("--gate", help="Judge each file before its rows are stored, as `workbench run` does.")
    ] = False,
) -> None:
    """Load files: every row is accepted, rejected with a reason, already known, or blank."""
    from contextlib import nullcontext

    from workbench.cli.gating import gate_code, need_suites, tell_held, tell_verdicts
    from workbench.detection import Choice
    from workbench.gates.judging import Court
    from workbench.ingest import ingest as load
    from workbench.quarantine import waiting
    from workbench.reading import ReadOptions

    state: State = ctx.obj
    project = state.project()
    language = state.language_of(project)
    if date_order not in ("", "dmy", "mdy", "ymd", "dmy-swapped", "mdy-swapped"):
        raise UsageError(f"There is no date order {date_order!r}: use dmy, mdy, ymd, dmy-swapped or mdy-swapped.")
    if date:
        _day(date)
    options = ReadOptions(
        encoding=encoding or None,
        delimiter=delimiter.encode().decode("unicode_escape") if delimiter.startswith("\\") else delimiter or None,
        header_row=header_row or None,
        sheet=sheet or None,
    )
    choice = Choice(source, table, date_order, date, options)
    if gated:
        need_suites(project)
    with _Progress(state.wants_json) as progress, Court() if gated else nullcontext() as court:
        gate = project.gate(court, language) if court else None
        reports = load(paths, project.workplace(gate), choice, progress.rows)
    names = ["file", "status", "feed", "read", "accepted", "rejected", "known", "blank", "ignored", "message"]
    if state.wants_json:
        sys.stdout.write(as_json([vars(r) | {"tables": [vars(t) for t in r.tables]} for r in reports]) + "\n")
    else:
        rows = [
            [
                f"{r.file_name} / {r.sheet}" if r.sheet else r.file_name,
                r.status,
                f"{r.source}: {r.feed}" if r.feed else "",
                *(
                    (r.read, r.accepted, r.rejected, r.known, r.blank, r.ignored)
                    if r.status == "loaded"
                    else (None,) * 6
                ),
                r.message if r.status != "refused" else "",
            ]
            for r in reports
        ]
        print_table(names, rows, language)
        for r in reports:
            if r.status == "refused":
                say(r.message)
            if r.unknown_columns:
                columns = ", ".join(r.unknown_columns)
                say(sentence("unknown_columns", language, file=r.file_name, columns=columns))
            if r.repeated:
                say(sentence("key_repeated", language, file=r.file_name, count=r.repeated))
        rejected = sum(r.rejected for r in reports)
        if rejected:
            say(sentence("rejects_hint", language, count=rejected))
    if gate is not None:
        held = [h for h in waiting(project, language) if h.file_id in [r.file_id for r in reports]]
        if not state.wants_json:
            tell_verdicts(gate.judgements, language)
            tell_held(held, language)
        code = gate_code(held, [j.verdict for one in gate.judgements for j in one.judged])
        if code:
            raise typer.Exit(code)
    if any(r.status == "refused" for r in reports):
        raise typer.Exit(InputRefused.exit_code)


@app.command(epilog="Example: workbench rejects 入库单.xlsx --export mend.xlsx")
def rejects(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(help="File by number, name or hash; default: all.")] = "",
    export: Annotated[
        Path | None, typer.Option(help="Write the rows themselves, to be mended and loaded again.")
    ] = None,
    form: Annotated[str, _FORM] = "table",
    output: Annotated[Path | None, _OUTPUT] = None,
) -> None:
    """Rows that were rejected, with the reason; or the rows themselves, to be mended and loaded again."""
    from workbench.archive import find_file
    from workbench.rejects import export_rejects, files_with_rejects, list_rejects

    state: State = ctx.obj
    project = state.project()
    language = state.language_of(project)
    con = project.lake.read()
    chosen = find_file(con, file) if file else None
    if export is not None:
        if chosen is None:
            candidates = files_with_rejects(con)
            if len(candidates) != 1:
                listing = ", ".join(f"{f.file_id} ({f.file_name})" for f in candidates) or "no file"
                raise UsageError(f"Say which file to export: rejected rows are in {listing}.")
            chosen = candidates[0]
        count = export_rejects(con, project.archive, chosen, export, language)
        if state.wants_json:
            sys.stdout.write(as_json({"rows": count, "path": str(export)}) + "\n")
        else:
            say(sentence("exported", language, count=count, path=export))
        return
    names, rows = list_rejects(con, chosen, language)
    if not rows and form == "table" and not state.wants_json:
        say(sentence("no_rejects", language))
        return
    emit_rows(names, rows, "json" if state.wants_json else form, language, output)


@app.command(epilog="Example: workbench files")
def files(ctx: typer.Context, form: Annotated[str, _FORM] = "table") -> None:
    """Files of the lake, with what became of their rows."""
    state: State = ctx.obj
    project = state.project()
    cursor = project.lake.read().execute(
        "SELECT file_id, file_name AS file, source, feed, rows_read AS read, rows_accepted AS accepted,"
        " rows_rejected AS rejected, rows_known AS known, rows_blank AS blank, rows_ignored AS ignored, sha256"
        " FROM ops.file ORDER BY file_id"
    )
    names = [d[0] for d in cursor.description]
    emit_rows(names, cursor.fetchall(), "json" if state.wants_json else form, state.language_of(project))


@app.command("source", epilog="Example: workbench source 3 17")
def show_source(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(help="File by number, name or hash.")],
    rows: Annotated[list[int], typer.Argument(help="Row numbers as in the file.")],
) -> None:
    """Show rows of an original as they were, cell by cell, as text."""
    from workbench.archive import find_file, source_rows

    state: State = ctx.obj
    project = state.project()
    found = find_file(project.lake.read(), file)
    frame = source_rows(project.archive, found, rows)
    missing = [r for r in rows if r not in frame["row_no"].to_list()]
    if missing:
        raise InputRefused(f"{found.file_name} has no row {missing[0]}: its rows are counted as in the file itself.")
    if state.wants_json:
        sys.stdout.write(as_json(frame.to_dicts()) + "\n")
        return
    lines = [(name, *values) for name, values in zip(frame.columns, zip(*frame.rows(), strict=True), strict=True)]
    print_table(
        ["column_name", *(str(r) for r in frame["row_no"])],
        [list(x) for x in lines[1:]],
        state.language_of(project),
        found.file_name,
    )


@app.command(epilog="Example: workbench snapshots")
def snapshots(ctx: typer.Context, form: Annotated[str, _FORM] = "table") -> None:
    """States of the lake that can be read again with `sql --snapshot`."""
    state: State = ctx.obj
    project = state.project()
    rows = [(s.snapshot_id, s.committed_at, s.author, s.message) for s in project.lake.snapshots(project.lake.read())]
    names = ["snapshot", "committed_at", "author", "message"]
    emit_rows(names, rows, "json" if state.wants_json else form, state.language_of(project))


@app.command(epilog='Example: workbench sql "SELECT count(*) FROM core.receipt_line" --format csv')
def sql(
    ctx: typer.Context,
    query: Annotated[str, typer.Argument(help="One SELECT over core, mart and ops.")],
    form: Annotated[str, _FORM] = "table",
    output: Annotated[Path | None, _OUTPUT] = None,
    snapshot: Annotated[int | None, typer.Option(help="As of this snapshot.")] = None,
    at: Annotated[str, typer.Option(help="As of this moment, UTC, like 2025-03-31T22:00.")] = "",
    limit: Annotated[int, typer.Option(help="Rows shown in a table; 0 for all.")] = 200,
) -> None:
    """Read the lake with SQL; nothing can be changed by it, and no file outside be read or written."""
    from workbench.query import run_query

    state: State = ctx.obj
    project = state.project()
    language = state.language_of(project)
    try:
        moment = dt.datetime.fromisoformat(at) if at else None
    except ValueError as error:
        raise UsageError(f"{at!r} is no moment: write it like 2025-03-31T22:00.") from error
    names, rows = run_query(project.lake, query, snapshot, moment)
    chosen = "json" if state.wants_json else form
    if chosen == "table" and limit and len(rows) > limit:
        emit_rows(names, rows[:limit], chosen, language, output)
        say(sentence("more", language, count=len(rows) - limit))
        return
    emit_rows(names, rows, chosen, language, output)


def _day(text: str) -> None:
    try:
        dt.date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no day: write it like 2025-03-31.") from error


class _Progress:
    """A line of progress on stderr for anything that takes longer than a second, on a terminal only."""

    def __init__(self, is_quiet: bool) -> None:
        self.is_quiet = is_quiet or not sys.stderr.isatty()
        self._bar: object = None

    def __enter__(self) -> _Progress:
        if not self.is_quiet:
            from rich.console import Console
            from rich.status import Status

            self._bar = Status("…", console=Console(stderr=True))
            self._bar.start()
        return self

    def rows(self, name: str, count: int) -> None:
        """Show how far a file is."""
        if self._bar is not None:
            self._bar.update(f"{name}: {count:,}")  # type: ignore[attr-defined]

    def __exit__(self, *args: object) -> None:
        if self._bar is not None:
            self._bar.stop()  # type: ignore[attr-defined]
