"""Delimited text files: from bytes of any encoding to a table, by the fastest way that is proven safe.

Encoding, delimiter and header are found by the modules of those names; here they are put together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import polars as pl

from workbench.errors import InputRefused
from workbench.reading.dialect import cut, find_delimiter, find_record_end
from workbench.reading.encoding import Utf8Copy, find_encoding
from workbench.reading.fast import is_regular, read_fast
from workbench.reading.header import find_header
from workbench.reading.options import Dialect, ReadOptions, clean_names
from workbench.reading.quoted import can_divide, read_quoted
from workbench.reading.survey import Survey, refusing, survey
from workbench.reading.table import BATCH_ROWS, RawTable
from workbench.reading.tolerant import MAX_CELL, Lines, read_tolerant, unused_character

SAMPLE_LINES = 2000
SAMPLE_TEXT = 4 << 20


def open_text(path: Path, options: ReadOptions, surveyed: Survey) -> RawTable:
    """The table of a text file. Raises InputRefused where it cannot be read as text."""
    encoding = options.encoding or find_encoding(path, surveyed)
    copy = None
    if not _is_utf8(encoding) or surveyed.not_utf8_at is not None:
        copy = Utf8Copy(path, encoding)
        surveyed = survey(copy.path)
    if surveyed.first_nul is not None:
        raise InputRefused(
            f"{path.name} holds a NUL character at offset {surveyed.first_nul:,}, so it is no text file or a damaged "
            "one: export it again as text, XLSX or Parquet."
        )
    return TextTable(path, copy, options, surveyed, "utf-8" if _is_utf8(encoding) else encoding)


def _is_utf8(encoding: str) -> bool:
    return encoding.lower().replace("_", "-") in ("utf-8", "utf8", "utf-8-sig")


class TextTable(RawTable):
    """A delimited text file; `header_row` counts records, titles and blank lines among them."""

    def __init__(
        self, path: Path, copy: Utf8Copy | None, options: ReadOptions, surveyed: Survey, encoding: str
    ) -> None:
        self.name = ""
        self._path = path
        self._copy = copy
        self._text = copy.path if copy else path
        self._survey = surveyed
        self._quoted = options.quoted
        self._is_regular: bool | None = None
        lines = self._sample()
        self._delimiter = find_delimiter(lines, self._quoted) if options.delimiter is None else options.delimiter
        self._end = find_record_end(lines, self._delimiter)
        records = cut(lines, self._delimiter or unused_character(self._text), self._quoted)
        self.header_row = find_header(records, options)
        self.header = _names(records, self.header_row, options, path)
        self.dialect: Dialect = {
            "format": "text",
            "encoding": encoding,
            "delimiter": self._delimiter,
            "header_row": self.header_row,
            "quoted": self._quoted,
        }

    def _sample(self) -> list[str]:
        with refusing(self._path), self._text.open(encoding="utf-8-sig", newline="") as file:
            lines = Lines(iter(lambda: file.readline(MAX_CELL), ""), self._path.name, "", "")
            sample: list[str] = []
            for line in islice(lines, SAMPLE_LINES):
                sample.append(line)
                if lines.passed > SAMPLE_TEXT:
                    break
        return sample

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[pl.DataFrame]:
        """See `RawTable.batches`."""
        columns, after = len(self.header), 0
        if not columns:
            return
        delimiter = self._delimiter or unused_character(self._text)
        if self._can_read_fast():
            try:
                for batch in read_fast(self._text, delimiter, columns, self.header_row, rows):
                    yield batch
                    after = batch["row_no"][-1]
                return
            except (pl.exceptions.PolarsError, OSError):
                # Whatever polars stumbles over, the reference way reads on from there, or says what is wrong.
                pass
        elif can_divide(delimiter) and not self._end:
            yield from read_quoted(self._text, delimiter, self._quoted, columns, self.header_row, rows, self._path.name)
            return
        yield from read_tolerant(
            self._text,
            self._delimiter,
            self._quoted,
            columns,
            self.header_row,
            rows,
            after,
            self._path.name,
            self._end,
        )

    def _can_read_fast(self) -> bool:
        found = self._survey
        if len(self._delimiter.encode()) > 1 or (found.quotes and self._quoted) or not found.has_plain_line_ends:
            return False
        if self._is_regular is None:
            delimiter = self._delimiter or unused_character(self._text)
            skip = max(self.header_row - 1, 0)
            self._is_regular = is_regular(self._text, delimiter, len(self.header), skip)
        return self._is_regular


def _names(records: list[list[str]], header_row: int, options: ReadOptions, path: Path) -> tuple[str, ...]:
    if header_row > len(records):
        raise InputRefused(f"{path.name} has no record {header_row} for a header: it ends, or is damaged, before it.")
    if header_row:
        return clean_names(list(records[header_row - 1]))
    if options.columns:
        return clean_names(list(options.columns))
    widths = Counter(len(cells) for cells in records if any(cells))
    if not widths:
        return ()
    return ("",) * max(widths.items(), key=lambda item: (item[1], item[0]))[0]
