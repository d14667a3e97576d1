"""Taking files in: seen before or new, what it is, its rows through mapping and contract into the lake, in one
transaction per file, with every row accounted for.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from workbench.accounting import FileReport, account, record
from workbench.archive import loaded_files, reopen
from workbench.arrivals import Arrival, Workplace, arrive, date_in, files_in, ordered
from workbench.casting import Readings, decide, profile
from workbench.detection import Choice, Detection
from workbench.errors import InputRefused, NoRoomError
from workbench.gates.door import Judgement, store_judgements, worst
from workbench.gates.held import Held, as_text, hold, next_file_id
from workbench.lake import Writer
from workbench.landing import Landing, summed
from workbench.mapping import (
    Intake,
    Mapped,
    by_feed,
    empty_table,
    lay_down,
    needs_sql,
    open_workshop,
    renamed,
    scanned,
    unclaimed,
    with_keys,
)
from workbench.storage import writing_to
from workbench.tables import ensure_tables

if TYPE_CHECKING:
    import duckdb

Progress = Callable[[str, int], None]


def ingest(
    paths: Iterable[Path],
    place: Workplace,
    choice: Choice | None = None,
    progress: Progress = lambda name, rows: None,
) -> list[FileReport]:
    """Load files and folders; one report per file or sheet. Refused files leave nothing behind.

    Raises LakeBusyError when another process holds the lake, ConfigurationError when the project is at fault.
    """
    choice = choice or Choice()
    reports: list[FileReport] = []
    with writing_to(place.lake.var), place.lake.writer() as writer:
        prepare(place, writer)
        arrivals: list[Arrival] = []
        for path, in_folder in files_in(paths):
            arrival = arrive(path, place, writer, choice, in_folder, arrivals)
            if isinstance(arrival, FileReport):
                arrival.path = str(path)
                reports.append(arrival)
            else:
                arrivals.append(arrival)
        for arrival in ordered(arrivals):
            for report in load(arrival, place, writer, choice, progress):
                report.path = str(arrival.path)
                reports.append(report)
    return reports


def prepare(place: Workplace, writer: Writer) -> None:
    """Make the tables and clear away what a load that was cut off has left."""
    place.archive.sweep()
    shutil.rmtree(place.staging, ignore_errors=True)
    with writer.transaction(place.author, "prepare tables", {}):
        ensure_tables(writer.con, place.contracts)


class _HeldBackError(Exception):
    """The gate does not let this load in: nothing of it is stored."""


def load(
    arrival: Arrival,
    place: Workplace,
    writer: Writer,
    choice: Choice,
    progress: Progress,
    first_id: int | None = None,
    then: Callable[[duckdb.DuckDBPyConnection], None] = lambda con: None,
) -> list[FileReport]:
    """One file, all its sheets, one transaction, in which `then` is done last; the tables have numbers of their own
    from `first_id` on.
    """
    reports: list[FileReport] = []
    judgements: list[Judgement] = []
    # The original of a load that was here before is kept, whatever becomes of it now.
    is_known = first_id is not None
    facts: dict[str, object] = {"sha256": arrival.sha256, "file": arrival.name}
    if len(loaded_files(writer.con, "sha256 = ?", [arrival.sha256])) > len(arrival.earlier):
        return [FileReport(arrival.name, "seen", "the same content came twice in this command")]
    try:
        with (
            writing_to(place.lake.var),
            writer.transaction(place.author, f"ingest {arrival.name}", facts),
        ):
            for file in arrival.earlier:
                # What was rejected then is judged again now; the snapshots remember.
                writer.con.execute("DELETE FROM ops.reject WHERE file_id = ?", [file.file_id])
            first_id = first_id or next_file_id(writer.con)
            for number, detection in enumerate(arrival.detections):
                reports.append(
                    _load_table(arrival, detection, place, writer, choice, progress, first_id + number, judgements)
                )
            if worst(judgements) == "fail":
                raise _HeldBackError
            store_judgements(writer.con, judgements, place.now())
            then(writer.con)
            facts["tables"] = [summed(r.tables) for r in reports]
    except InputRefused as error:
        if not arrival.earlier and not is_known:
            place.archive.path(arrival.sha256).unlink(missing_ok=True)
        message = str(error).replace(arrival.sha256, arrival.name)
        return [FileReport(arrival.name, "refused", message, lacks_room=isinstance(error, NoRoomError))]
    except _HeldBackError:
        assert first_id is not None
        reports = [_hold(arrival, place, writer, choice, first_id, reports, judgements)]
    finally:
        shutil.rmtree(place.staging, ignore_errors=True)
    for sheet in arrival.strange_sheets:
        reports.append(FileReport(arrival.name, "skipped", f"sheet {sheet} holds no table that is known", sheet=sheet))
    return reports


def _load_table(
    arrival: Arrival,
    detection: Detection,
    place: Workplace,
    writer: Writer,
    choice: Choice,
    progress: Progress,
    file_id: int,
    judgements: list[Judgement],
) -> FileReport:
    con = writer.con
    con.execute("CREATE OR REPLACE TEMP TABLE known_row (row_no BIGINT)")
    intake, landings, ignored = _stage(arrival, detection, place, con, choice, progress, file_id)
    verdict = _judged(arrival, detection, place, landings, con, judgements)
    if verdict == "fail":
        return FileReport(arrival.name, "held", sheet=detection.raw.name, read=intake.read, held=intake.read)
    landed = [landing.store(con, place.lake) for landing in landings]
    report = FileReport(
        arrival.name,
        "loaded",
        file_id=file_id,
        sheet=detection.raw.name,
        source=detection.source.name,
        feed=detection.feed_name,
        read=intake.read,
        blank=intake.blank,
        ignored=ignored,
        revised=sum(one.revised for one in landed),
        repeated=sum(one.repeated for one in landed),
        unknown_columns=detection.unknown,
        tables=landed,
        verdict=verdict,
    )
    account(report, con, file_id, is_one_to_one=detection.feed is None)
    report.balance()
    record(report, detection, arrival.sha256, arrival.size, place.author, place.now(), con, as_text(choice))
    return report


def measure(arrival: Arrival, place: Workplace, writer: Writer, choice: Choice, first_id: int) -> None:
    """Keep the figures of a load that is in the books already, for others to be compared with."""
    assert place.gate is not None
    judgements: list[Judgement] = []
    try:
        with writing_to(place.lake.var), writer.transaction(place.author, f"measure {arrival.name}", {}):
            for number, detection in enumerate(arrival.detections):
                file_id = first_id + number
                _, landings, _ = _stage(arrival, detection, place, writer.con, choice, lambda name, rows: None, file_id)
                judgements += [
                    place.gate.measure(landing, detection, arrival.name, *_days(arrival, place), writer.con)
                    for landing in landings
                ]
            store_judgements(writer.con, judgements, place.now())
    finally:
        shutil.rmtree(place.staging, ignore_errors=True)


def _stage(
    arrival: Arrival,
    detection: Detection,
    place: Workplace,
    con: duckdb.DuckDBPyConnection,
    choice: Choice,
    progress: Progress,
    file_id: int,
) -> tuple[Intake, list[Landing], int]:
    """The rows of one sheet, typed and laid down beside the lake; with how many are of no use."""
    folder = place.staging / str(file_id)
    folder.mkdir(parents=True, exist_ok=True)
    intake = Intake(detection.raw)
    table = place.contracts.get(detection.table)
    ignored = 0
    if not needs_sql(detection, table):
        mapped = [renamed(detection, intake)]
    else:
        workshop = open_workshop(
            folder,
            {"raw": lay_down(intake, folder, "raw"), **_needed(detection, place, con, folder)},
            choice.date or date_in(arrival.name),
        )
        if table is not None:
            mapped = [with_keys(detection, workshop, table, folder)]
        else:
            mapped = by_feed(detection, workshop, place.contracts, folder)
            ignored = unclaimed(detection, workshop, mapped, folder)
        workshop.close()
    mapped = [scanned(m, place.contracts[m.table]) for m in mapped]
    landings = [_land(m, file_id, folder, detection, place, choice, progress, arrival.name) for m in mapped]
    misshapen = pl.concat(intake.misshapen) if intake.misshapen else None
    if misshapen is not None:
        _home(landings, detection, place, file_id, folder).reject_rows(misshapen)
    return intake, landings, ignored


def _judged(
    arrival: Arrival,
    detection: Detection,
    place: Workplace,
    landings: list[Landing],
    con: duckdb.DuckDBPyConnection,
    judgements: list[Judgement],
) -> str:
    """The gate's verdict on the tables of one sheet; empty where there is no gate."""
    if place.gate is None:
        return ""
    day, today = _days(arrival, place)
    mine = [place.gate.judge(con, landing, detection, arrival.name, day, today) for landing in landings]
    judgements += mine
    return worst(mine)


def _days(arrival: Arrival, place: Workplace) -> tuple[dt.date, dt.date]:
    """The day a file is of, by its name, else the day it comes; and the day it comes."""
    today = place.now().date()
    named = date_in(arrival.name)
    return (dt.date.fromisoformat(named) if named else today), today


def _hold(
    arrival: Arrival,
    place: Workplace,
    writer: Writer,
    choice: Choice,
    first_id: int,
    reports: list[FileReport],
    judgements: list[Judgement],
) -> FileReport:
    """Keep a load in quarantine, as a whole, with the figures that say why."""
    language = place.gate.language if place.gate else "en"
    reasons = "; ".join(j.said(language) for one in judgements for j in one.having("fail"))
    read = sum(r.read for r in reports)
    held = Held(
        first_id,
        len(arrival.detections),
        arrival.sha256,
        arrival.name,
        choice,
        read,
        reasons,
        place.now(),
        place.author,
    )
    facts: dict[str, object] = {"sha256": arrival.sha256, "file": arrival.name, "held": reasons}
    with writing_to(place.lake.var), writer.transaction(place.author, f"hold {arrival.name} in quarantine", facts):
        hold(writer.con, held)
        store_judgements(writer.con, judgements, place.now())
    return FileReport(arrival.name, "held", reasons, first_id, read=read, held=read, verdict="fail")


def _home(landings: list[Landing], detection: Detection, place: Workplace, file_id: int, folder: Path) -> Landing:
    """Where rows that never became a row of a table are rejected: the first table of the file, or one like it."""
    if not landings:
        landings.append(Landing(place.contracts["product"], file_id, folder / "home", (), Readings(), {}))
    return landings[0]


def _land(
    mapped: Mapped,
    file_id: int,
    folder: Path,
    detection: Detection,
    place: Workplace,
    choice: Choice,
    progress: Progress,
    name: str,
) -> Landing:
    """Type and judge all batches of one table; again, after a look at the whole file, where cells are doubtful."""
    table = place.contracts[mapped.table]
    words = detection.source.vocabulary.values_in(table.name) if detection.source.vocabulary else {}
    columns = [table.columns[c] for c in mapped.present]

    def attempt(readings: Readings, is_decided: bool) -> Landing | None:
        landing = Landing(
            table, file_id, folder / ("second" if is_decided else "first"), mapped.present, readings, words
        )
        for is_plain in landing.add_all(mapped.batches()):
            if not is_plain and not is_decided:
                return None
            progress(name, landing.offered)
        return landing

    first = attempt(Readings(), is_decided=False) if not choice.date_order else None
    if first is not None:
        return first
    profiles: dict[str, Counter[str]] = {}
    for batch in mapped.batches():
        for column, counts in profile(batch, columns).items():
            profiles.setdefault(column, Counter()).update(counts)
    readings = decide(profiles, columns, choice.date_order)
    if readings.refusals:
        raise InputRefused(f"{name} cannot be read: {readings.refusals[0]}")
    second = attempt(readings, is_decided=True)
    assert second is not None
    return second


def _needed(
    detection: Detection, place: Workplace, con: duckdb.DuckDBPyConnection, folder: Path
) -> dict[str, list[Path]]:
    """The feeds that a feed looks up, each from the newest file of it, laid down beside it."""
    result: dict[str, list[Path]] = {}
    feed = detection.feed
    for need in (*feed.needs, *feed.wants) if feed else ():
        found = loaded_files(con, "source = ? AND feed = ?", [detection.source.name, need])
        if not found and feed is not None and need in feed.wants:
            result[need] = [empty_table(folder, need, detection.source.feed(need).columns)]
            continue
        if not found:
            files = detection.source.feed(need).files
            like = f" (a file like {files[0]})" if files else ""
            raise InputRefused(
                f"{detection.feed_name} of {detection.source.name} is read together with {need}{like}, which has not "
                "been loaded: give both in one command, or load that one first."
            )
        result[need] = lay_down(Intake(reopen(place.archive, found[-1])), folder, need)
    return result
