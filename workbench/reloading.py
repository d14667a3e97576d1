"""Judging what was let in without a look: those loads are taken out and loaded anew, in their order, through the gate.

What rules have seen already is in the books and stays there; it is only measured, so that what comes next has
something to be compared with.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from workbench.accounting import FileReport
from workbench.archive import LoadedFile, loaded_files
from workbench.arrivals import Arrival, Workplace
from workbench.detection import Choice, detect
from workbench.gates.held import JUDGING, Held, as_choice, drop_held, held_loads, hold
from workbench.gates.takeout import take_out
from workbench.ingest import load, measure, prepare
from workbench.storage import writing_to

if TYPE_CHECKING:
    import duckdb

    from workbench.gates.door import Gate
    from workbench.lake import Writer
    from workbench.project import Project

# Loads that are measured at most when gates come to a lake that is in use.
_MEASURED = 100


@dataclass(frozen=True)
class _Load:
    """A file that was loaded, with all its tables, as it is to be loaded again."""

    first_id: int
    tables: int
    sha256: str
    name: str
    choice: Choice
    rows: int
    moment: dt.datetime
    by: str
    is_judged: bool


def judge_loads(
    project: Project, gate: Gate, progress: Callable[[str, int], None] = lambda name, rows: None
) -> list[FileReport]:
    """Judge all loads that no gate has judged; one report for each table of those that rules have not seen yet.

    Raises LakeBusyError when another process holds the lake, InputRefused where an original is missing.
    """
    place = project.workplace(gate)
    reports: list[FileReport] = []
    with writing_to(project.var), project.lake.writer() as writer:
        prepare(place, writer)
        loads = _loads(writer.con)
        row = writer.con.execute("SELECT max(started_at) FROM ops.run").fetchone()
        seen_until = row[0] if row and row[0] else dt.datetime(1, 1, 1)
        for one in [x for x in loads if not x.is_judged and x.moment <= seen_until][-_MEASURED:]:
            measure(_arrival(writer, place, one), _then(place, one), writer, one.choice, one.first_id)
        unseen = [x for x in loads if x.moment > seen_until]
        while unseen and unseen[0].is_judged:
            unseen.pop(0)
        waiting = [_of(held) for held in held_loads(writer.con, f"status = '{JUDGING}'")]
        _set_aside(writer, place, unseen)
        for one in sorted([*waiting, *unseen], key=lambda x: x.first_id):
            reports += _load_again(writer, place, one, progress)
    return reports


def _loads(con: duckdb.DuckDBPyConnection) -> list[_Load]:
    judged = {row[0] for row in con.execute("SELECT DISTINCT file_id FROM ops.gate").fetchall()}
    facts = {
        row[0]: row[1:]
        for row in con.execute("SELECT file_id, choice, rows_read, loaded_at, loaded_by FROM ops.file").fetchall()
    }
    found: list[list[LoadedFile]] = []
    for file in loaded_files(con):
        last = found[-1] if found else []
        follows = bool(last) and last[-1].sha256 == file.sha256 and last[-1].file_id == file.file_id - 1
        if follows and file.sheet not in [f.sheet for f in last]:
            last.append(file)
        else:
            found.append([file])
    return [
        _Load(
            files[0].file_id,
            len(files),
            files[0].sha256,
            files[0].file_name,
            as_choice(facts[files[0].file_id][0]),
            sum(facts[f.file_id][1] for f in files),
            facts[files[0].file_id][2],
            facts[files[0].file_id][3],
            files[0].file_id in judged,
        )
        for files in found
    ]


def _of(held: Held) -> _Load:
    return _Load(
        held.file_id,
        held.tables,
        held.sha256,
        held.file_name,
        held.choice,
        held.rows_read,
        held.held_at,
        held.held_by,
        is_judged=False,
    )


def _set_aside(writer: Writer, place: Workplace, loads: Sequence[_Load]) -> None:
    """Take loads out, the newest first, into quarantine until each is judged: a run that is cut off loses none."""
    if not loads:
        return
    message = f"take out {len(loads)} loads to judge them"
    with writer.transaction(place.author, message, {"loads": [x.first_id for x in loads]}):
        for one in reversed(loads):
            for file_id in reversed(range(one.first_id, one.first_id + one.tables)):
                take_out(writer.con, file_id, place.contracts)
            values = (one.first_id, one.tables, one.sha256, one.name, one.choice, one.rows, "", one.moment, one.by)
            hold(writer.con, Held(*values, status=JUDGING))


def _load_again(writer: Writer, place: Workplace, one: _Load, progress: Callable[[str, int], None]) -> list[FileReport]:
    # One that was judged before is only moved on, since it came after one that was not.
    mine = replace(_then(place, one), gate=None if one.is_judged else place.gate)
    arrival = _arrival(writer, place, one)
    reports = load(arrival, mine, writer, one.choice, progress, one.first_id, lambda con: drop_held(con, one.first_id))
    return [] if one.is_judged else reports


def _then(place: Workplace, one: _Load) -> Workplace:
    """The workplace as it was when the load came: its day is what it is judged by."""
    return replace(place, now=lambda: one.moment, author=one.by)


def _arrival(writer: Writer, place: Workplace, one: _Load) -> Arrival:
    path = place.archive.path(one.sha256)
    survey = place.archive.keep(path)
    detections, strange = detect(path, one.name, place.sources, place.contracts, one.choice, survey)
    earlier = loaded_files(writer.con, "sha256 = ?", [one.sha256])
    return Arrival(path, one.name, one.sha256, survey.size, detections[: one.tables], strange, tuple(earlier))
