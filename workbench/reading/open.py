"""What a file is, by its content and not by its name, and which module reads it."""

from __future__ import annotations

import re
from pathlib import Path

from workbench.errors import InputRefused
from workbench.reading.json_rows import open_json
from workbench.reading.options import ReadOptions
from workbench.reading.parquet import open_parquet
from workbench.reading.spreadsheet import open_workbook
from workbench.reading.survey import Survey
from workbench.reading.survey import survey as survey_file
from workbench.reading.table import RawTable
from workbench.reading.text import open_text

_JSON = re.compile(rb'\s*(?:\[\s*(?:[{\]]|\Z)|\{\s*["}])')
_DETECT = ReadOptions()
_FOREIGN = (
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"SQLite format 3\0", "an SQLite database"),
)


def open_tables(
    path: Path,
    options: ReadOptions = _DETECT,
    survey: Survey | None = None,
) -> list[RawTable]:
    """The tables of a file: one of a text, Parquet or JSON file, one per sheet that is not empty of a workbook.

    `survey` saves a pass over the file where the caller has made one. Raises InputRefused with one sentence where the
    file cannot be read.
    """
    surveyed = survey or survey_file(path)
    head = surveyed.head
    if not surveyed.size:
        raise InputRefused(f"{path.name} is empty (0 bytes): export it again.")
    for mark, what in _FOREIGN:
        if head.startswith(mark):
            raise InputRefused(f"{path.name} is {what}: give the CSV, XLSX, XLS, Parquet or JSON file itself.")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
        return open_workbook(path, options)
    if head.startswith(b"PAR1"):
        return [open_parquet(path)]
    if _JSON.match(_as_ascii(head)):
        return [open_json(path, options, surveyed)]
    return [open_text(path, options, surveyed)]


def _as_ascii(head: bytes) -> bytes:
    """The head without marks of encoding and without the NULs of UTF-16, enough to recognise a bracket."""
    for mark in (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"):
        head = head.removeprefix(mark)
    return head.replace(b"\0", b"")
