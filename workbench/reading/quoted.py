"""The middle way: text with quotes or a few irregular rows, in pieces that pyarrow reads once they are proven plain.

A piece that is not proven, or that pyarrow refuses, is read by `tolerant`, and the next one is tried again: one ragged
row costs some 64 KB of slow reading instead of the whole file. DuckDB was tried first: it reads no memory, so one such
row decides over the file, and its parallel reader gives up on many files with line breaks inside cells.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import polars as pl

from workbench.reading import tolerant
from workbench.reading.survey import refusing
from workbench.reading.table import numbered
from workbench.reading.tolerant import Place, Records, frame_of

LARGEST = 4 << 20
SMALLEST = 64 << 10
_QUOTE, _LINE_FEED, _RETURN = b'"\n\r'


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
        smallest = min(SMALLEST, largest)
        with refusing(self._path), self._path.open("rb") as file:
            self.place = Place(len(codecs.BOM_UTF8) if file.read(3) == codecs.BOM_UTF8 else 0)
            if header_row:
                self._pass_over(header_row)
            size, slow = largest, smallest
            while piece := self._next(file, size):
                if (frame := self._plain(piece)) is not None:
                    yield frame, len(piece)
                    size, slow = min(2 * size, largest), smallest
                elif size > smallest:
                    # Halving in earnest: what is irregular is most often a single row.
                    size = max(size // 8, smallest)
                else:
                    yield from self._irregular(slow)
                    # A file that is irregular all over soon costs one trial in so many pieces.
                    slow = min(2 * slow, largest)

    def _plain(self, piece: bytes) -> pl.DataFrame | None:
        """The records that end in this piece, None where the reference has to read on."""
        piece = piece[: _end_of_records(piece, self._quoted)]
        # pyarrow takes a U+FEFF before any text for a mark of encoding; inside a file it is part of a cell.
        if not piece or piece.startswith(codecs.BOM_UTF8):
            return None
        if self._quoted and not _has_plain_quotes(piece, self._delimiter):
            return None
        cells = _parsed(piece, self._delimiter, self._quoted, self._columns)
        if cells is None:
            return None
        first = self.place.records + 1
        lines = piece.count(b"\n")
        if b"\r" in piece:
            lines += piece.count(b"\r") - piece.count(b"\r\n")
        self.place = Place(self.place.offset + len(piece), self.place.records + cells.height, self.place.lines + lines)
        return numbered(cells, first)

    def _next(self, file: BinaryIO, size: int) -> bytes:
        file.seek(self.place.offset)
        return file.read(size)

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
        for cells in records:
            held.append(cells)
            if records.place.offset - self.place.offset >= size:
                break
        first, size = self.place.records + 1, records.place.offset - self.place.offset
        self.place = records.place
        if held:
            yield frame_of(held, self._columns, first, self._delimiter), size


def _end_of_records(text: bytes, quoted: bool) -> int:
    """Where the last line feed stands that has an even number of quotes before it, 0 for nowhere."""
    end = text.rfind(b"\n") + 1
    is_inside = quoted and text.count(b'"', 0, end) % 2 == 1
    while end and is_inside:
        before = text.rfind(b"\n", 0, end - 1) + 1
        is_inside = text.count(b'"', before, end) % 2 == 0
        end = before
    return end


def _has_plain_quotes(text: bytes, delimiter: str) -> bool:
    """Whether each quote opens a cell at its border, closes one at its border, or is one of a doubled pair.

    For text that begins and ends at a border of lines. Quotes that open (the first, third, … of the text) must have a
    border or a quote before them, those that close a border or a quote behind them; two that touch are a pair. By
    induction the state of the csv automaton is then known at each quote, and no cell is left to its leniency.
    """
    import pyarrow  # type: ignore[import-untyped]  # ships no types

    if b'"' not in text:
        return True
    # polars looks at the bytes where they are: 2.5 s of processor time per GB, a tenth of the csv module's.
    characters = pl.Series(pyarrow.Array.from_buffers(pyarrow.uint8(), len(text), [None, pyarrow.py_buffer(text)]))
    quotes = (characters == _QUOTE).arg_true()
    # The very first character has none before it: it is compared with itself.
    opened_after = characters.gather(quotes.gather_every(2).clip(1) - 1)
    closed_before = characters.gather(quotes.gather_every(2, offset=1) + 1)
    borders = (ord(delimiter), _QUOTE, _LINE_FEED, _RETURN)
    return quotes.len() % 2 == 0 and all(
        # Four comparisons take a third of the time of is_in.
        pl.select(pl.any_horizontal(pl.lit(found) == border for border in borders).all()).item()
        for found in (opened_after, closed_before)
    )


def _parsed(text: bytes, delimiter: str, quoted: bool, columns: int) -> pl.DataFrame | None:
    """The cells of a piece, None where a row is blank, too short or too long.

    pyarrow's automaton is the csv module's when that is not strict, and `_has_plain_quotes` has ruled out what strict
    refuses. An empty cell is null, with quotes or without.
    """
    import pyarrow
    from pyarrow import csv

    names = [f"c{i}" for i in range(columns)]
    try:
        table = csv.read_csv(
            pyarrow.py_buffer(text),
            # One block, so that nothing is divided at a place that pyarrow would have to guess.
            read_options=csv.ReadOptions(column_names=names, block_size=len(text) + 1),
            parse_options=csv.ParseOptions(
                delimiter=delimiter,
                quote_char='"' if quoted else False,
                double_quote=True,
                escape_char=False,
                newlines_in_values=quoted,
                ignore_empty_lines=False,
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
