"""The watched folder: which files are whole, and where they go when they have been taken in.

A file is whole when two looks, some seconds apart, see the same size and time. No clock is asked: one that was set
back, or runs differently on a file server, does not matter.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

# What programs call a file that they have not finished writing.
_UNFINISHED = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".filepart", ".download", ".swp", ".lock")


@dataclass(frozen=True)
class Contents:
    """What lies in an inbox: files that are whole, and those left for the next run, each with the reason."""

    ready: tuple[Path, ...]
    left: tuple[tuple[Path, str], ...]


def look(
    folder: Path, settle_seconds: float, patience_seconds: float, wait: Callable[[float], None], apart: Path | None
) -> Contents:
    """The contents of a folder and those below it, without what lies in `apart`; none where there is no folder.

    Reasons are `growing`, `unfinished` (by its name) and `unreadable`.
    """
    names = {p: _is_unfinished(p) for p in _files(folder, apart)}
    left = [(p, "unfinished") for p, is_unfinished in names.items() if is_unfinished]
    seen = {p: _state(p) for p, is_unfinished in names.items() if not is_unfinished}
    ready: list[Path] = []
    waited = 0.0
    while seen:
        wait(settle_seconds)
        waited += settle_seconds
        now = {p: _state(p) for p in seen}
        ready += [p for p, state in now.items() if state is not None and state == seen[p]]
        left += [(p, "unreadable") for p, state in now.items() if state is None and p.exists()]
        seen = {p: state for p, state in now.items() if state is not None and state != seen[p]}
        if waited >= patience_seconds:
            break
    left += [(p, "growing") for p in seen]
    return Contents(tuple(sorted(ready)), tuple(sorted(left)))


def put_away(file: Path, inbox: Path, folder: Path) -> Path:
    """Move a file to the same place below another folder, beside what lies there of that name; where it is now.

    Raises OSError where the file may not be moved.
    """
    place = folder / file.relative_to(inbox)
    place.parent.mkdir(parents=True, exist_ok=True)
    number, target = 1, place
    while True:
        try:
            # Made first, so that two files of one name never overwrite each other.
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            break
        except FileExistsError:
            number += 1
            target = place.with_name(f"{place.stem} ({number}){place.suffix}")
    try:
        shutil.move(file, target)
    except OSError:
        if file.exists():
            target.unlink(missing_ok=True)
        raise
    return target


def _files(folder: Path, apart: Path | None) -> Iterator[Path]:
    if not folder.is_dir():
        return
    for path in sorted(folder.rglob("*")):
        is_apart = apart is not None and apart in path.parents
        if path.is_file() and not path.is_symlink() and not is_apart and not path.name.startswith((".", "~$")):
            yield path


def _is_unfinished(path: Path) -> bool:
    return path.suffix.lower() in _UNFINISHED


def _state(path: Path) -> tuple[int, int] | None:
    """Size and time of a file; None where it cannot be read."""
    try:
        with path.open("rb"):
            stat = path.stat()
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns
