"""The middle way: text with quotes or with a few irregular rows, in pieces that pyarrow reads once they are proven plain.

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
        largest = min(LARGEST, tolerant.MAX_CELL - 1, tolerant.MAX_BATCH_TEXT)
        smallest = min(SMALLEST, largest)
        with refusing(self._path), self._path.open("rb") as file:
            self.place = Place(len(codecs.BOM_UTF8) if file.read(3) == codecs.BOM_UTF8 else 0)
            if header_row:
                self._pass_over(header_row)
            size, slow = largest, smallest
            while piece := self._next(file, size):
                before = self.place
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
                if self.place == before and size == smallest:
                    continue

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
