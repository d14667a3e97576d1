"""Taking files in: seen before or new, what it is, its rows through mapping and contract into the lake, in one
transaction per file, with every row accounted for.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from workbench.archive import Archive, loaded_files, reopen
from workbench.casting import Readings, decide, profile
from workbench.contracts import Table
from workbench.detection import Choice, Detection, detect
from workbench.errors import InputRefused
from workbench.lake import Lake, Writer
from workbench.landing import Landed, Landing, summed
from workbench.mapping import (
    Intake,
    Mapped,
    by_feed,
    empty_table,
    lay_down,
    needs_sql,
    open_workshop,
    renamed,
    unclaimed,
    with_keys,
)
from workbench.sources import Source
from workbench.tables import ensure_tables

if TYPE_CHECKING:
    import duckdb

Progress = Callable[[str, int], None]

# In a folder these may be notes rather than tables; anything else that is not recognised is refused.
_NOTES = frozenset({".txt", ".md", ".html", ".pdf", ".sql", ".py", ".log", ""})


@dataclass(frozen=True)
class Workplace:
    """What ingest needs of a project."""

    lake: Lake
    archive: Archive
    staging: Path
    contracts: dict[str, Table]
    sources: Mapping[str, Source]
    author: str
    now: Callable[[], dt.datetime]


@dataclass
class FileReport:
    """What became of one file or sheet. `status` is loaded, seen, skipped or refused; `message` says why."""

    file_name: str
    status: str
    message: str = ""
    file_id: int | None = None
    sheet: str = ""
    source: str = ""
    feed: str = ""
    read: int = 0
    accepted: int = 0
    rejected: int = 0
    known: int = 0
    blank: int = 0
    ignored: int = 0
    revised: int = 0
    repeated: int = 0
    unknown_columns: tuple[str, ...] = ()
    tables: list[Landed] = field(default_factory=list)

    def balance(self) -> None:
        """Conservation: no row is lost and none is counted twice. AssertionError stops the load."""
        total = self.accepted + self.rejected + self.known + self.blank + self.ignored
        if self.read != total:
            raise AssertionError(
                f"{self.file_name}: {self.read} rows read, but {self.accepted} accepted + {self.rejected} rejected + "
                f"{self.known} known + {self.blank} blank + {self.ignored} ignored = {total}"
            )


@dataclass(frozen=True)
class _Arrival:
    path: Path
    name: str
    sha256: str
    size: int
    detections: list[Detection]
    strange_sheets: list[str]


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
    with place.lake.writer() as writer:
        _prepare(place, writer)
        arrivals: list[_Arrival] = []
        for path, in_folder in _files(paths):
            arrival = _arrive(path, place, writer, choice, in_folder)
            if isinstance(arrival, FileReport):
                reports.append(arrival)
            else:
                arrivals.append(arrival)
        for arrival in _ordered(arrivals):
            reports += _load(arrival, place, writer, choice, progress)
    return reports


def _prepare(place: Workplace, writer: Writer) -> None:
    place.archive.sweep()
    shutil.rmtree(place.staging, ignore_errors=True)
    with writer.transaction(place.author, "prepare tables", {}):
        ensure_tables(writer.con, place.contracts)


def _files(paths: Iterable[Path]) -> Iterator[tuple[Path, bool]]:
    for path in paths:
        if path.is_dir():
            for found in sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith((".", "~$"))):
                yield found, True
        else:
            yield path, False


def _arrive(path: Path, place: Workplace, writer: Writer, choice: Choice, in_folder: bool) -> _Arrival | FileReport:
    """Keep the original and look at what it is. Nothing of a refused file stays."""
    if not path.exists():
        return FileReport(path.name, "refused", f"{path} does not exist: check the path.")
    if not path.is_file():
        return FileReport(path.name, "refused", f"{path} is no file: give a file or a folder of files.")
    try:
        survey = place.archive.keep(path)
    except InputRefused as error:
        return FileReport(path.name, "refused", str(error))
    except OSError as error:
        return FileReport(path.name, "refused", f"{path} cannot be read: {error.strerror}.")
    seen = loaded_files(writer.con, "sha256 = ?", [survey.sha256])
    if seen:
        message = f"the same content was loaded as {seen[0].file_name} (file {seen[0].file_id})"
        return FileReport(path.name, "seen", message, seen[0].file_id, source=seen[0].source, feed=seen[0].feed)
    kept = place.archive.path(survey.sha256)
    try:
        detections, strange = detect(kept, path.name, place.sources, place.contracts, choice, survey)
    except InputRefused as error:
        kept.unlink(missing_ok=True)
        message = str(error).replace(survey.sha256, path.name)
        if in_folder and path.suffix.lower() in _NOTES and not choice.source and not choice.table:
            return FileReport(path.name, "skipped", "no table that any source knows")
        return FileReport(path.name, "refused", message)
    return _Arrival(path, path.name, survey.sha256, survey.size, detections, strange)


def _ordered(arrivals: list[_Arrival]) -> list[_Arrival]:
    """Files whose rows others look up come first; otherwise as given."""
    here = {(d.source.name, d.feed.name) for a in arrivals for d in a.detections if d.feed}
    done: set[tuple[str, str]] = set()
    result: list[_Arrival] = []
    waiting = list(arrivals)
    while waiting:
        ready = [
            a
            for a in waiting
            if all(
                (d.source.name, need) in done or (d.source.name, need) not in here or need == d.feed.name
                for d in a.detections
                if d.feed
                for need in (*d.feed.needs, *d.feed.wants)
            )
        ] or waiting
        names = {(d.source.name, d.feed.name) for a in ready for d in a.detections if d.feed}
        result += ready
        waiting = [a for a in waiting if a not in ready]
        done |= names
    return result


def _load(arrival: _Arrival, place: Workplace, writer: Writer, choice: Choice, progress: Progress) -> list[FileReport]:
    """One file, all its sheets, one transaction."""
    reports: list[FileReport] = []
    facts: dict[str, object] = {"sha256": arrival.sha256, "file": arrival.name}
    if loaded_files(writer.con, "sha256 = ?", [arrival.sha256]):
        return [FileReport(arrival.name, "seen", "the same content came twice in this command")]
    try:
        with writer.transaction(place.author, f"ingest {arrival.name}", facts):
            for detection in arrival.detections:
                reports.append(_load_table(arrival, detection, place, writer, choice, progress))
            facts["tables"] = [summed(r.tables) for r in reports]
    except InputRefused as error:
        place.archive.path(arrival.sha256).unlink(missing_ok=True)
        message = str(error).replace(arrival.sha256, arrival.name)
        return [FileReport(arrival.name, "refused", message)]
    finally:
        shutil.rmtree(place.staging, ignore_errors=True)
    for sheet in arrival.strange_sheets:
        reports.append(FileReport(arrival.name, "skipped", f"sheet {sheet} holds no table that is known", sheet=sheet))
    return reports


def _load_table(
    arrival: _Arrival,
    detection: Detection,
    place: Workplace,
    writer: Writer,
    choice: Choice,
    progress: Progress,
) -> FileReport:
    con = writer.con
    row = con.execute("SELECT coalesce(max(file_id), 0) + 1 FROM ops.file").fetchone()
    assert row is not None
    file_id = int(row[0])
    con.execute("CREATE OR REPLACE TEMP TABLE known_row (row_no BIGINT)")
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
            choice.date or _date_in(arrival.name),
        )
        if table is not None:
            mapped = [with_keys(detection, workshop, table, folder)]
        else:
            mapped = by_feed(detection, workshop, place.contracts, folder)
            ignored = unclaimed(detection, workshop, mapped, folder)
        workshop.close()
    landings = [_land(m, file_id, folder, detection, place, choice, progress, arrival.name) for m in mapped]
    misshapen = pl.concat(intake.misshapen) if intake.misshapen else None
    if misshapen is not None:
        _home(landings, detection, place, file_id, folder).reject_rows(misshapen)
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
    )
    _account(report, con, file_id, is_one_to_one=detection.feed is None)
    report.balance()
    _record(report, arrival, detection, place, con)
    return report


def _date_in(name: str) -> str:
    """The day that a file's name speaks of, `2025-03-31` or `20250331`; empty where it names none."""
    match = re.search(r"(?<!\d)(20\d\d)[-_.]?([01]\d)[-_.]?([0-3]\d)(?!\d)", name)
    if match is None:
        return ""
    try:
        return dt.date(*(int(part) for part in match.groups())).isoformat()
    except ValueError:
        return ""


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
    words = detection.source.vocabulary.values if detection.source.vocabulary else {}
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


def _account(report: FileReport, con: duckdb.DuckDBPyConnection, file_id: int, is_one_to_one: bool) -> None:
    """Count what became of each row read. Where one row makes several, the worst that befell any of them counts."""
    if is_one_to_one:
        one = report.tables[0]
        report.accepted, report.rejected, report.known = one.accepted, one.rejected, one.known
        return
    stored = " UNION ".join(f"SELECT row_no FROM core.{t.table} WHERE file_id = {file_id}" for t in report.tables)
    stored = stored or "SELECT CAST(NULL AS BIGINT) AS row_no WHERE false"
    rejected = f"SELECT DISTINCT row_no FROM ops.reject WHERE file_id = {file_id}"
    row = con.execute(
        f"WITH rejected AS ({rejected}),"
        f" accepted AS (SELECT row_no FROM ({stored}) EXCEPT SELECT row_no FROM rejected),"
        " known AS (SELECT row_no FROM known_row EXCEPT SELECT row_no FROM rejected EXCEPT SELECT row_no FROM accepted)"
        " SELECT (SELECT count(*) FROM accepted), (SELECT count(*) FROM rejected), (SELECT count(*) FROM known)"
    ).fetchone()
    assert row is not None
    report.accepted, report.rejected, report.known = (int(n) for n in row)


def _record(
    report: FileReport, arrival: _Arrival, detection: Detection, place: Workplace, con: duckdb.DuckDBPyConnection
) -> None:
    con.execute(
        f"INSERT INTO ops.file VALUES ({', '.join('?' * 18)})",
        [
            report.file_id,
            arrival.sha256,
            arrival.name,
            report.sheet,
            arrival.size,
            report.source,
            report.feed,
            json.dumps(detection.raw.dialect, ensure_ascii=False, sort_keys=True),
            json.dumps(list(detection.raw.header), ensure_ascii=False),
            json.dumps(list(report.unknown_columns), ensure_ascii=False),
            report.read,
            report.accepted,
            report.rejected,
            report.known,
            report.blank,
            report.ignored,
            place.now(),
            place.author,
        ],
    )
