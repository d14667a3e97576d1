"""The reference way through any delimited text: Python's csv module over a decoded stream, in bounded memory.

What a cell, a record and a problem is, is defined here; the fast way must give the same. Files come as UTF-8.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from workbench.errors import InputRefused
from workbench.reading.survey import BLOCK, refusing
from workbench.reading.table import TOO_LONG, TOO_SHORT

MAX_CELL = 16 << 20
MAX_BATCH_TEXT = 128 << 20
PIECE_ROWS = 5_000
_STAND_INS = "\x1f\x1e\x1d\x1c\x01\x02\x03\x04\x05\x06\x10\x11\x12\x13\x14\x15\x16"


@dataclass(frozen=True)
class Place:
    """A border between two records: its byte offset and how many records and lines of the file come before it."""

    offset: int = 0
    records: int = 0
    lines: int = 0


_BEGINNING = Place()


class Lines:
    """The lines of a text, each with its end, never longer than `MAX_CELL`.

    `passed` counts the characters so far, `bytes_passed` their bytes in UTF-8, `number` the lines of the file.
    """

    def __init__(self, source: Iterable[str], name: str, delimiter: str, stand_in: str, before: int = 0) -> None:
        self.passed = 0
        self.bytes_passed = 0
        self.number = before
        self._source = source
        self._name = name
        self._delimiter = delimiter
        self._stand_in = stand_in

    def __iter__(self) -> Iterator[str]:
        swap = self._delimiter if self._delimiter != self._stand_in else ""
        for line in self._source:
            self.number += 1
            self.passed += len(line)
            self.bytes_passed += len(line) if line.isascii() else len(line.encode())
            if len(line) >= MAX_CELL and not line.endswith(("\n", "\r")):
                raise InputRefused(
                    f"Line {self.number:,} of {self._name} is longer than {MAX_CELL:,} characters: "
                    "that is no table; check that the whole file was exported and how its lines end."
                )
            yield line.replace(swap, self._stand_in) if swap else line


class Records:
    """The records of a UTF-8 text file, one list of cells each; `number` is that of the record last given.

    They begin at `start`, which is the top of the file or a `Place` that an earlier reading has reached.

    The csv module wants a delimiter of one character, so a longer one (and the absence of one, for a single column) is
    replaced by a control character that the file does not contain, and put back where it stood inside quotes.
    """

    def __init__(
        self, path: Path, delimiter: str, quoted: bool, name: str, end: str = "", start: Place = _BEGINNING
    ) -> None:
        self.path = path
        self.name = name
        self.delimiter = delimiter
        self.number = start.records
        self.stand_in = delimiter if len(delimiter) == 1 else unused_character(path)
        self._quoted = quoted
        self._end = end
        self._start = start

    @property
    def place(self) -> Place:
        """Where the record last given ends. For files without BOM, or read from behind it."""
        return Place(self._start.offset + self.lines.bytes_passed, self.number, self.lines.number)

    def __iter__(self) -> Iterator[list[str]]:
        start = self._start
        self.number = start.records
        encoding = "utf-8" if start.offset else "utf-8-sig"
        with refusing(self.path), self.path.open("rb") as raw:
            raw.seek(start.offset)
            file = io.TextIOWrapper(raw, encoding=encoding, newline="")
            source = iter(lambda: file.readline(MAX_CELL), "")
            self.lines = Lines(source, self.name, self.delimiter, self.stand_in, start.lines)
            restore = len(self.delimiter) > 1
            try:
                for cells in self._cut():
                    self.number += 1
                    yield [cell.replace(self.stand_in, self.delimiter) for cell in cells] if restore else cells
            except csv.Error as error:
                raise InputRefused(self._explain(str(error))) from error

    def _cut(self) -> Iterator[list[str]]:
        if self._end:
            return records_ended_by(self._end, self.lines, self.stand_in)
        return reader(self.lines, self.stand_in, self._quoted)

    def _explain(self, cause: str) -> str:
        where = f"Record {self.number + 1:,} of {self.name}"
        if self._end:
            return f"{where} is never ended by {self._end}: the file is cut off or damaged; export it again."
        advice = "close or double it in the file, or read the file with quotes as ordinary text"
        if "unexpected end" in cause:
            return f"{where} opens a quote that is never closed: {advice}."
        if "field larger" in cause:
            return f"{where} has a cell above {MAX_CELL:,} characters, most likely a quote never closed: {advice}."
        if "expected after" in cause:
            return f"{where} has text after a closing quote, so a quote inside the cell is not doubled: {advice}."
        return f"{where} cannot be read ({cause}): {advice}."


def records_ended_by(end: str, lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    """Records that end in a mark of their own before the line end, so that cells hold line breaks without quotes."""
    held: list[str] = []
    size = 0
    for line in lines:
        body = line.rstrip("\r\n")
        if not held and not body:
            yield []
        elif body.endswith(end):
            yield "".join([*held, body[: -len(end)]]).split(delimiter)
            held, size = [], 0
        else:
            held.append(line)
            size += len(line)
            if size > MAX_CELL:
                raise csv.Error("field larger than allowed")
    if held:
        raise csv.Error("unexpected end of data")


def reader(lines: Iterable[str], delimiter: str, quoted: bool, strict: bool = True) -> Iterator[list[str]]:
    """A csv reader for these lines; with `quoted` False a quote character is ordinary text."""
    csv.field_size_limit(MAX_CELL)
    if quoted:
        return csv.reader(lines, delimiter=delimiter, doublequote=True, strict=strict)
    return csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE, strict=strict)


def unused_character(path: Path) -> str:
    """A control character that the file does not contain."""
    left = set(_STAND_INS.encode())
    with refusing(path), path.open("rb") as file:
        while block := file.read(BLOCK):
            left = {byte for byte in left if byte not in block}
    if not left:
        raise InputRefused(f"{path.name} uses every control character: it is no text file; export it again as text.")
    return next(character for character in _STAND_INS if ord(character) in left)


def read_tolerant(
    path: Path,
    delimiter: str,
    quoted: bool,
    columns: int,
    header_row: int,
    rows: int,
    after: int,
    name: str,
    end: str = "",
) -> Iterator[pl.DataFrame]:
    """The batches of any text file, which messages call `name`. Rows up to number `after` are left out."""
    records = Records(path, delimiter, quoted, name, end)
    held: list[pl.DataFrame] = []
    height = flushed = 0
    for piece in _pieces(records, columns, delimiter, max(header_row, after), rows):
        held.append(piece)
        height += piece.height
        if height >= rows or records.lines.passed - flushed > MAX_BATCH_TEXT:
            whole = pl.concat(held)
            yield whole.head(rows)
            held, height = [whole.slice(rows)], max(height - rows, 0)
            flushed = records.lines.passed
    if height:
        yield pl.concat(held)


def _pieces(records: Records, columns: int, delimiter: str, skip: int, rows: int) -> Iterator[pl.DataFrame]:
    """Frames of a few thousand rows: turning rows into columns is twice as fast while they are in the cache."""
    held: list[list[str]] = []
    begun = 0
    for cells in records:
        if records.number <= skip:
            continue
        held.append(cells)
        if len(held) >= PIECE_ROWS or len(held) >= rows or records.lines.passed - begun > MAX_BATCH_TEXT:
            yield frame_of(held, columns, records.number - len(held) + 1, delimiter)
            held, begun = [], records.lines.passed
    if held:
        yield frame_of(held, columns, records.number - len(held) + 1, delimiter)


def frame_of(records: list[list[str]], columns: int, first: int, delimiter: str) -> pl.DataFrame:
    """One batch from records of any length; the surplus cells of a long one stay, joined, in its last cell."""
    problems: list[str | None] | None = None
    if any(len(cells) != columns for cells in records):
        problems = [_fit(cells, columns, delimiter) for cells in records]
    series = [pl.Series(f"c{i}", values, dtype=pl.String) for i, values in enumerate(zip(*records, strict=True))]
    frame = pl.DataFrame(series).select(pl.when(pl.all() != "").then(pl.all()).name.keep())
    problem = pl.Series("problem", problems or [None] * frame.height, dtype=pl.String)
    numbers = pl.int_range(first, first + frame.height, dtype=pl.Int64, eager=True).alias("row_no")
    return pl.DataFrame([numbers, *frame.get_columns(), problem])


def _fit(cells: list[str], columns: int, delimiter: str) -> str | None:
    """Bring a record to its length in place and say what was wrong with it."""
    if len(cells) == columns:
        return None
    if len(cells) < columns:
        blank = not any(cells)
        cells.extend([""] * (columns - len(cells)))
        return None if blank else TOO_SHORT
    surplus = cells[columns:]
    del cells[columns:]
    if not any(surplus):
        return None
    cells[-1] = delimiter.join([cells[-1], *surplus])
    return TOO_LONG
