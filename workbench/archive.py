"""The archive of originals: every file byte for byte under its hash, and any row of it shown again as text.

The raw layer of the lake: what is in `core` can be rebuilt from here.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import InputRefused, NoRoomError

if TYPE_CHECKING:
    import duckdb
    import polars as pl

    from workbench.reading import RawTable
    from workbench.reading.survey import Survey


@dataclass(frozen=True)
class LoadedFile:
    """A file as the lake knows it."""

    file_id: int
    sha256: str
    file_name: str
    sheet: str
    source: str
    feed: str
    dialect: dict[str, str | int | bool]
    header: tuple[str, ...]


class Archive:
    """`var/files/`: originals by hash, written once and never changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Where the original with this hash lies, or will lie."""
        return self.folder / sha256[:2] / sha256

    def keep(self, path: Path) -> Survey:
        """Copy a file in while reading it once; a copy that breaks off leaves only a part file, swept up later."""
        from workbench.reading.survey import survey

        self.folder.mkdir(parents=True, exist_ok=True)
        part = self.folder / f"incoming-{os.getpid()}.part"
        try:
            result = survey(path, part)
            target = self.path(result.sha256)
            if target.exists():
                part.unlink()
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                part.replace(target)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise NoRoomError(
                f"{path.name} cannot be copied to the archive {self.folder} ({error.strerror}): make room on that disk."
            ) from error
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        return result

    def sweep(self) -> None:
        """Remove part files of processes that were killed; call only while holding the lake's lock."""
        for part in self.folder.glob("incoming-*.part"):
            part.unlink(missing_ok=True)


def loaded_files(
    con: duckdb.DuckDBPyConnection, where: str = "true", values: Sequence[object] = ()
) -> list[LoadedFile]:
    """Files of the lake that fulfil a condition over `ops.file`, in the order they were loaded."""
    rows = con.execute(
        "SELECT file_id, sha256, file_name, sheet, source, feed, dialect, header FROM ops.file"
        f" WHERE {where} ORDER BY file_id",
        list(values),
    ).fetchall()
    return [LoadedFile(r[0], r[1], r[2], r[3], r[4], r[5], json.loads(r[6]), tuple(json.loads(r[7]))) for r in rows]


def named(wanted: str) -> tuple[str, list[str]]:
    """The condition that a load has this number, this name, or a hash that begins so; and its values."""
    condition = "(CAST(file_id AS VARCHAR) = ? OR file_name = ? OR (length(?) >= 6 AND starts_with(sha256, ?)))"
    return condition, [wanted] * condition.count("?")


def find_file(con: duckdb.DuckDBPyConnection, wanted: str) -> LoadedFile:
    """A file by its number, its name or the beginning of its hash; InputRefused when none or several fit."""
    found = loaded_files(con, *named(wanted))
    if not found:
        raise InputRefused(f"The lake has no file {wanted!r}: `workbench files` lists what it has.")
    if len(found) > 1:
        numbers = ", ".join(str(f.file_id) for f in found)
        raise InputRefused(f"{wanted!r} stands for several files ({numbers}): name one by its number.")
    return found[0]


def reopen(archive: Archive, file: LoadedFile) -> RawTable:
    """The table of a loaded file, read from the archive exactly as it was read when it was loaded."""
    from workbench.reading import ReadOptions, open_tables

    path = archive.path(file.sha256)
    if not path.exists():
        raise InputRefused(
            f"The original of {file.file_name} is missing from {archive.folder}: restore it from a backup."
        )
    options = ReadOptions.from_dialect(file.dialect)
    if not file.dialect.get("header_row", 1):
        options = replace(options, columns=file.header)
    tables = open_tables(path, options)
    return next((t for t in tables if t.name == file.sheet), tables[0])


def source_rows(archive: Archive, file: LoadedFile, rows: Sequence[int]) -> pl.DataFrame:
    """Rows of an original as text under its own headers, `row_no` first."""
    raw = reopen(archive, file)
    frame = raw.rows(rows)
    frame = frame.drop("problem", strict=False)
    taken = {"row_no", *file.header}
    names: dict[str, str] = {}
    for position, header in enumerate(file.header):
        name = header if header and header != "row_no" else f"column_{position + 1}"
        while name != header and name in taken:
            name += "_"
        names[f"c{position}"] = name
    return frame.rename({k: v for k, v in names.items() if k in frame.columns})
