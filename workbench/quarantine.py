"""Deciding about loads in quarantine: letting one in, by loading its original again, or discarding it.

Who did it and why is kept in `ops.held` and in the audit log.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from workbench.accounting import FileReport
from workbench.archive import find_file
from workbench.arrivals import Arrival
from workbench.detection import detect
from workbench.errors import InputRefused, UsageError
from workbench.gates.held import DISCARDED, RELEASED, WAITING, Held, find_held, held_loads
from workbench.gates.judging import Judged
from workbench.gates.suites import LOAD, Expectation, Limits, expected
from workbench.ingest import load, prepare
from workbench.storage import writing_to
from workbench.store.audit import record

if TYPE_CHECKING:
    import duckdb

    from workbench.lake import Writer
    from workbench.project import Project
    from workbench.store.act import Act


_GRAVITY = "list_position(['fail', 'error', 'warn', 'pass', 'not_applicable'], verdict)"


def waiting(project: Project, language: str = "") -> list[Held]:
    """Loads that wait for a decision, with the reasons in a language; default: the shop's."""
    return _held(project, f"status = '{WAITING}'", language)


def _held(project: Project, where: str, language: str) -> list[Held]:
    if not project.lake.exists:
        return []
    import duckdb

    con = project.lake.read()
    try:
        found = held_loads(con, where)
        wanted = language or project.settings.shop.language
        return [replace(h, reasons=_reasons(con, project, h, wanted) or h.reasons) for h in found]
    except duckdb.CatalogException:
        return []  # A lake that nothing was written to since there are gates.
    finally:
        con.close()


def every_held(project: Project, language: str = "") -> list[Held]:
    """Loads that are or were in quarantine."""
    return _held(project, "true", language)


def _reasons(con: duckdb.DuckDBPyConnection, project: Project, held: Held, language: str) -> str:
    """What a load failed by, said anew from its verdicts; empty where those are gone."""
    rows = con.execute(
        "SELECT series, table_name, figure, CAST(value AS DOUBLE), CAST(fail_min AS DOUBLE), CAST(fail_max AS DOUBLE),"
        " detail FROM ops.gate"
        " WHERE file_id BETWEEN ? AND ? AND verdict = 'fail' ORDER BY figure",
        [held.file_id, held.file_id + held.tables - 1],
    ).fetchall()
    said = []
    for series, table, figure, value, low, high, detail in rows:
        expectation = replace(_expectation(project, series, table, figure), fail=Limits(low, high))
        said.append(Judged(expectation, value, "fail", detail).said(language))
    return "; ".join(said)


def _expectation(project: Project, series: str, table: str, figure: str) -> Expectation:
    """What is expected of a figure now; just its name where nothing is any longer."""
    found = expected(project.suites, (LOAD, series.split(" / ")[0], table), project.settings.gates)
    return next((e for e in found if e.figure == figure), Expectation(figure, figure, figure))


def verdicts_of(project: Project, wanted: str, language: str) -> list[tuple[Any, ...]]:
    """How a load was judged, the gravest first: number, table, figure, what is expected, value, verdict, detail.

    Raises InputRefused where there is no such load.
    """
    con = project.lake.read()
    try:
        try:
            ids = [find_file(con, wanted).file_id]
        except InputRefused:
            held = find_held(con, wanted)
            ids = list(range(held.file_id, held.file_id + held.tables))
        rows = con.execute(
            "SELECT file_id, table_name, figure, series, value, verdict, detail FROM ops.gate"
            f" WHERE list_contains(?, file_id) AND verdict <> '' ORDER BY file_id, {_GRAVITY}, figure",
            [ids],
        ).fetchall()
    finally:
        con.close()
    return [
        (number, table, figure, _expectation(project, series, table, figure).text(language), *rest)
        for number, table, figure, series, *rest in rows
    ]


def release(
    project: Project,
    wanted: str,
    reason: str,
    act: Act,
    progress: Callable[[str, int], None] = lambda name, rows: None,
) -> tuple[Held, list[FileReport]]:
    """Let a load in, whatever its figures: its rows are taken from the original in the archive, under the number that
    was kept for it. What a newer load has said of the same keys meanwhile stays.

    Raises UsageError without a reason or a name, InputRefused where no such load waits or its file cannot be read.
    """
    _need_words(reason, act)
    place = project.workplace()
    with project.store.writing() as log, writing_to(project.var), project.lake.writer() as writer:
        prepare(place, writer)
        held = find_held(writer.con, wanted)
        reports = load(
            _arrival(project, held),
            place,
            writer,
            held.choice,
            progress,
            held.file_id,
            lambda con: _decide(con, held, RELEASED, reason, act),
        )
        refused = [r for r in reports if r.status == "refused"]
        if refused:
            raise InputRefused(refused[0].message)
        record(log, act, "load.released", f"load/{held.file_id}", _facts(held), _after(RELEASED, reason))
    return held, reports


def discard(project: Project, wanted: str, reason: str, act: Act) -> Held:
    """Keep a load out for good; its original stays in the archive. Raises as `release` does."""
    _need_words(reason, act)
    with project.store.writing() as log, writing_to(project.var), project.lake.writer() as writer:
        held = _waiting_now(writer, project, wanted)
        with writer.transaction(act.who, f"discard {held.file_name}", {"held": held.file_id, "reason": reason}):
            _decide(writer.con, held, DISCARDED, reason, act)
        record(log, act, "load.discarded", f"load/{held.file_id}", _facts(held), _after(DISCARDED, reason))
    return held


def _waiting_now(writer: Writer, project: Project, wanted: str) -> Held:
    prepare(project.workplace(), writer)
    held = find_held(writer.con, wanted)
    if held.status != WAITING:
        raise InputRefused(f"Load {held.file_id} ({held.file_name}) was discarded already, by {held.decided_by}.")
    return held


def _arrival(project: Project, held: Held) -> Arrival:
    path = project.archive.path(held.sha256)
    if not path.exists():
        raise InputRefused(
            f"The original of {held.file_name} is missing from {project.archive.folder}: restore it from a backup."
        )
    survey = project.archive.keep(path)
    detections, strange = detect(path, held.file_name, project.sources, project.contracts, held.choice, survey)
    if len(detections) > held.tables:
        raise InputRefused(
            f"{held.file_name} is read as {len(detections)} tables now and was as {held.tables} when it was held: "
            "discard it, and load it under another name."
        )
    return Arrival(path, held.file_name, held.sha256, survey.size, detections, strange)


def _decide(con: duckdb.DuckDBPyConnection, held: Held, status: str, reason: str, act: Act) -> None:
    con.execute(
        "UPDATE ops.held SET status = ?, decided_at = ?, decided_by = ?, reason = ? WHERE file_id = ?",
        [status, act.when, act.who, reason.strip(), held.file_id],
    )


def _need_words(reason: str, act: Act) -> None:
    if not reason.strip():
        raise UsageError("A reason is needed: add --reason TEXT, which others will read.")
    if not act.who.strip():
        raise UsageError("A name is needed: add --as WHO.")


def _facts(held: Held) -> dict[str, object]:
    return {"file": held.file_name, "sha256": held.sha256, "status": held.status, "reasons": held.reasons}


def _after(status: str, reason: str) -> dict[str, object]:
    return {"status": status, "reason": reason.strip()}
