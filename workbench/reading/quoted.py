"""The middle way: text with quotes or a few irregular rows, in pieces that pyarrow reads once they are proven plain.

Where the proof ends `tolerant` reads on for a few records, then the next piece is tried; single rows that are too short
or too long are put in between. DuckDB was tried first (1.5.5): it reads files only, so that one irregular row decides
over the whole file, and with small buffers its parallel reader refused nearly all files full of line breaks in cells.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import polars as pl

from workbench.reading import tolerant
from workbench.reading.survey import refusing
from workbench.reading.table import numbered
from workbench.reading.tolerant import PIECE_ROWS, Place, Records, frame_of, reader

LARGEST = 4 << 20
SMALLEST = 4 << 10
WORTH_IT = 256 << 10
MOST_ODD_ROWS = 50
_QUOTE, _LINE_FEED, _RETURN = b'"\n\r'


class _OddRow(NamedTuple):
    """A record with too few or too many cells, `number` counted from 1 within its piece."""

    number: int
    text: str


def can_divide(delimiter: str) -> bool:
    """Whether this delimiter is one that pieces can be proven with: a byte of its own that is no quote or line end."""
    return len(delimiter.encode()) == 1 and delimiter not in '"\r\n\0'


def read_quoted(
    path: Path, delimiter: str, quoted: bool, columns: int, header_row: int, rows: int, name: str
) -> Iterator[pl.DataFrame]:
    """The batches of a UTF-8 file whose delimiter `can_divide`; just what `read_tolerant` gives, errors included."""
    held: list[pl.DataFrame] = []
    height = size = 0
    for frame, text in _Pieces(path, delimiter, quoted, columns, name).frames(header_row):
        held.append(frame)
        height, size = height + frame.height, size + text
        while height >= rows or (height and size > tolerant.MAX_BATCH_TEXT):
            whole = pl.concat(held, rechunk=False)
            yield whole.head(rows)
            held, height, size = [whole.slice(rows)], max(height - rows, 0), 0
    if height:
        yield pl.concat(held, rechunk=False)


class _Pieces:
    """Reads on from `place`, the end of the records read so far, by one way or the other."""

    def __init__(self, path: Path, delimiter: str, quoted: bool, columns: int, name: str) -> None:
        self.place = Place()
        self._path = path
        self._delimiter = delimiter
        self._quoted = quoted
        self._columns = columns
        self._name = name

    def frames(self, header_row: int) -> Iterator[tuple[pl.DataFrame, int]]:
        """All rows below the header in order, in frames of any height, each with the size of its text."""
        # A line or cell that the reference refuses as too long must not fit into a piece.
        largest = min(LARGEST, tolerant.MAX_CELL - 1, tolerant.MAX_BATCH_TEXT // 4)
        with refusing(self._path), self._path.open("rb") as file:
            self.place = Place(len(codecs.BOM_UTF8) if file.read(3) == codecs.BOM_UTF8 else 0)
            if header_row:
                self._pass_over(header_row)
            size, slow, gained = largest, SMALLEST, 0
            while piece := self._next(file, size):
                text, is_whole = self._proven(piece, is_last=len(piece) < size)
                frame = self._plain(text) if text else None
                if frame is not None:
                    yield frame, len(text)
                    gained += len(text)
                    if is_whole:
                        size = min(2 * size, largest)
                        continue
                # A trial costs about a millisecond. Where it gained little the next one is put off further and further,
                # so that a file that is irregular all over takes hardly longer than by `tolerant` alone.
                yield from self._irregular(slow)
                slow = SMALLEST if gained >= WORTH_IT else min(2 * slow, LARGEST)
                size, gained = min(max(2 * gained, WORTH_IT), largest), 0

    def _next(self, file: BinaryIO, size: int) -> bytes:
        file.seek(self.place.offset)
        return file.read(size)

    def _proven(self, piece: bytes, is_last: bool) -> tuple[bytes, bool]:
        """The records from the beginning of the piece that have their quotes in place, and whether all of them do."""
        # pyarrow takes a U+FEFF before any text for a mark of encoding; inside a file it is part of a cell.
        if piece.startswith(codecs.BOM_UTF8):
            return b"", False
        piece = piece[: _end_of_records(piece, self._quoted, is_last)]
        stray = _first_stray_quote(piece, self._delimiter) if self._quoted and b'"' in piece else None
        if stray is None:
            return piece, True
        return piece[: _end_of_records(piece[:stray], quoted=True)], False

    def _plain(self, text: bytes) -> pl.DataFrame | None:
        """The rows of proven text, None where too many of them are too short or too long."""
        odd: list[_OddRow] = []
        cells = _parsed(text, self._delimiter, self._quoted, self._columns)
        if cells is None:
            cells = _parsed(text, self._delimiter, self._quoted, self._columns, odd)
        if cells is None:
            return None
        frame = self._put_together(cells, odd)
        lines = text.count(b"\n")
        if b"\r" in text:
            lines += text.count(b"\r") - text.count(b"\r\n")
        before = self.place
        self.place = Place(before.offset + len(text), before.records + frame.height, before.lines + lines)
        return frame

    def _put_together(self, cells: pl.DataFrame, odd: list[_OddRow]) -> pl.DataFrame:
        first, done = self.place.records + 1, 0
        frames = []
        for index, (number, text) in enumerate(odd):
            before = number - 1 - index
            frames.append(numbered(cells.slice(done, before - done), first + done + index))
            records = list(reader(io.StringIO(text, newline=""), self._delimiter, self._quoted))
            frames.append(frame_of(records, self._columns, first + number - 1, self._delimiter))
            done = before
        frames.append(numbered(cells.slice(done), first + done + len(odd)))
        return pl.concat(frames, rechunk=False)

    def _pass_over(self, header_row: int) -> None:
        records = self._records()
        for _ in records:
            if records.number == header_row:
                break
        self.place = records.place

    def _records(self) -> Records:
        return Records(self._path, self._delimiter, self._quoted, self._name, start=self.place)

    def _irregular(self, size: int) -> Iterator[tuple[pl.DataFrame, int]]:
        """The next records of at least `size` bytes in all, by the reference way."""
        records = self._records()
        held: list[list[str]] = []
        passed = done = 0
        for cells in records:
            held.append(cells)
            passed = records.lines.bytes_passed
            if passed >= size:
                break
            if len(held) >= PIECE_ROWS:
                yield frame_of(held, self._columns, records.number - len(held) + 1, self._delimiter), passed - done
                held, done = [], passed
        if held:
            yield frame_of(held, self._columns, records.number - len(held) + 1, self._delimiter), passed - done
        self.place = records.place


def _end_of_records(text: bytes, quoted: bool, is_last: bool = False) -> int:
    """Behind the last line feed that has an even number of quotes before it, 0 for nowhere."""
    if is_last and not (quoted and text.count(b'"') % 2):
        return len(text)
    end = text.rfind(b"\n") + 1
    is_inside = quoted and text.count(b'"', 0, end) % 2 == 1
    while end and is_inside:
        before = text.rfind(b"\n", 0, end - 1) + 1
        is_inside = text.count(b'"', before, end) % 2 == 0
        end = before
    return end


def _first_stray_quote(text: bytes, delimiter: str) -> int | None:
    """Where the first quote stands that neither opens a cell at its border, nor closes one there, nor is of a pair.

    For text that begins and ends with whole lines. Quotes that open (the first, third, … of the text) must have a
    border or a quote before them, those that close a border or a quote behind them; two that touch are a pair. By
    induction the state of the csv automaton is known at each quote up to the first stray one, and no cell so far
    depends on how lenient a parser is.
    """
    import pyarrow  # type: ignore[import-untyped]  # ships no types

    # polars looks at the bytes where they are, ten times as fast as a search in Python.
    characters = pl.Series(pyarrow.Array.from_buffers(pyarrow.uint8(), len(text), [None, pyarrow.py_buffer(text)]))
    quotes = (characters == _QUOTE).arg_true()
    stray: list[int] = []
    # At either end of the text there is nothing more to look at, and the quote is compared with itself.
    opening, closing = quotes.gather_every(2), quotes.gather_every(2, offset=1)
    for places, beside in ((opening, opening.clip(1) - 1), (closing, (closing + 1).clip(0, len(text) - 1))):
        found = characters.gather(beside)
        # Four comparisons take a third of the time of is_in.
        fits = (found == _QUOTE) | (found == ord(delimiter)) | (found == _LINE_FEED) | (found == _RETURN)
        if not fits.all():
            stray.append(places[(~fits).arg_true()[0]])
    return min(stray, default=None)


def _parsed(
    text: bytes, delimiter: str, quoted: bool, columns: int, odd: list[_OddRow] | None = None
) -> pl.DataFrame | None:
    """The cells of proven text, None where a row is too short or too long. Given a list, a few such rows go there.

    pyarrow's automaton is the csv module's when that is not strict, and `_first_stray_quote` has ruled out what strict
    refuses. An empty cell is null, with quotes or without, and a blank line a row of nulls.
    """
    import pyarrow
    from pyarrow import csv

    def set_aside(row: Any) -> str:
        if odd is None or len(odd) >= MOST_ODD_ROWS:
            return "error"
        odd.append(_OddRow(row.number, row.text))
        return "skip"

    names = [f"c{i}" for i in range(columns)]
    try:
        table = csv.read_csv(
            pyarrow.py_buffer(text),
            # One block, so that nothing is divided at a place that pyarrow would have to guess. Only without threads
            # does it number the rows that it sets aside.
            read_options=csv.ReadOptions(column_names=names, block_size=len(text) + 1, use_threads=odd is None),
            parse_options=csv.ParseOptions(
                delimiter=delimiter,
                quote_char='"' if quoted else False,
                double_quote=True,
                escape_char=False,
                newlines_in_values=quoted,
                ignore_empty_lines=False,
                invalid_row_handler=set_aside,
            ),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(names, pyarrow.string()),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
            ),
        )
    except pyarrow.ArrowException:
        return None
    return pl.DataFrame(pl.from_arrow(table))
