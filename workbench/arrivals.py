"""Files at the door: kept byte for byte, seen before or new, what they are, and in which order they are to be loaded.

Nothing of a refused file stays.
"""

from __future__ import annotations

import datetime as dt
import fnmatch
import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.accounting import FileReport
from workbench.archive import Archive, LoadedFile, loaded_files
from workbench.contracts import Table
from workbench.detection import Choice, Detection, detect
from workbench.errors import InputRefused, NoRoomError
from workbench.gates.held import RELEASED, held_loads
from workbench.lake import Lake, Writer
from workbench.sources import Source

if TYPE_CHECKING:
    import duckdb

    from workbench.gates.door import Gate

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
    # Judges each table of a load before it is stored; without one everything is let in.
    gate: Gate | None = None


@dataclass(frozen=True)
class Arrival:
    """A file that was kept and recognised, waiting to be loaded."""

    path: Path
    name: str
    sha256: str
    size: int
    detections: list[Detection]
    strange_sheets: list[str]
    earlier: tuple[LoadedFile, ...] = ()


def files_in(paths: Iterable[Path]) -> Iterator[tuple[Path, bool]]:
    """The files named and those in the folders named, with whether they come from a folder; hidden ones left out."""
    for path in paths:
        if path.is_dir():
            for found in sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith((".", "~$"))):
                yield found, True
        else:
            yield path, False


def arrive(
    path: Path, place: Workplace, writer: Writer, choice: Choice, in_folder: bool, waiting: Collection[Arrival] = ()
) -> Arrival | FileReport:
    """Keep the original and look at what it is. Nothing of a refused file stays, but what a waiting one also is."""
    # The file system takes names that are no text; tables and terminals do not.
    name = os.fsencode(path.name).decode("utf-8", "replace")
    if not path.exists():
        return FileReport(name, "refused", f"{path} does not exist: check the path.")
    if not path.is_file():
        return FileReport(name, "refused", f"{path} is no file: give a file or a folder of files.")
    patterns = [pattern for source in place.sources.values() for pattern in source.not_data]
    if in_folder and any(fnmatch.fnmatch(name.lower(), pattern.lower()) for pattern in patterns):
        return FileReport(name, "skipped", "no data, by its name")
    try:
        survey = place.archive.keep(path)
    except InputRefused as error:
        return FileReport(name, "refused", str(error), lacks_room=isinstance(error, NoRoomError))
    except OSError as error:
        return FileReport(name, "refused", f"{path} cannot be read: {error.strerror}.")
    seen = loaded_files(writer.con, "sha256 = ?", [survey.sha256])
    # Said anew how to read it, a file that had rejected rows may come again: the others are known by then.
    if seen and not (choice.says_anything and rejected_in(writer.con, seen)):
        message = f"the same content was loaded as {seen[0].file_name} (file {seen[0].file_id})"
        return FileReport(name, "seen", message, seen[0].file_id, source=seen[0].source, feed=seen[0].feed)
    waits = held_loads(writer.con, f"sha256 = ? AND status <> '{RELEASED}'", [survey.sha256])
    if waits and not seen:
        message = f"the same content is {waits[0].status} in quarantine as load {waits[0].file_id}"
        return FileReport(name, "seen", message, waits[0].file_id)
    kept = place.archive.path(survey.sha256)
    try:
        detections, strange = detect(kept, name, place.sources, place.contracts, choice, survey)
    except InputRefused as error:
        if not seen and all(a.sha256 != survey.sha256 for a in waiting):
            kept.unlink(missing_ok=True)
        message = str(error).replace(survey.sha256, name)
        if in_folder and path.suffix.lower() in _NOTES and not choice.source and not choice.table:
            return FileReport(name, "skipped", "no table that any source knows")
        return FileReport(name, "refused", message)
    return Arrival(path, name, survey.sha256, survey.size, detections, strange, tuple(seen))


def rejected_in(con: duckdb.DuckDBPyConnection, files: Iterable[LoadedFile]) -> int:
    """How many rows of these files stand rejected."""
    numbers = ", ".join(str(file.file_id) for file in files)
    row = con.execute(
        f"SELECT count(DISTINCT (file_id, row_no)) FROM ops.reject WHERE file_id IN ({numbers})"
    ).fetchone()
    return int(row[0]) if row else 0


def ordered(arrivals: list[Arrival]) -> list[Arrival]:
    """Files whose rows others look up come first; otherwise as given."""
    here = {(d.source.name, d.feed.name) for a in arrivals for d in a.detections if d.feed}
    done: set[tuple[str, str]] = set()
    result: list[Arrival] = []
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


def date_in(name: str) -> str:
    """The day that a file's name speaks of, `2025-03-31` or `20250331`; empty where it names none."""
    match = re.search(r"(?<!\d)(20\d\d)[-_.]?([01]\d)[-_.]?([0-3]\d)(?!\d)", name)
    if match is None:
        return ""
    try:
        return dt.date(*(int(part) for part in match.groups())).isoformat()
    except ValueError:
        return ""
