"""Sheets of XLSX, XLSM and XLS workbooks as rows of text, through calamine (fastexcel).

Formulas come as the values that the workbook has stored, macros are never run, merged cells have their value in the
first cell. Numbers keep nine decimals (calamine's text), which takes off the binary residue of 0.1 + 0.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import fastexcel
import polars as pl

from workbench.errors import InputRefused
from workbench.reading.header import LOOK_AT, find_header
from workbench.reading.options import Dialect, ReadOptions, clean_names
from workbench.reading.survey import refusing
from workbench.reading.table import BATCH_ROWS, RawTable, numbered
from workbench.reading.workbook_guard import check_archive

_ERRORS = {
    "Div0": "#DIV/0!",
    "NA": "#N/A",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
    "GettingData": "#GETTING_DATA",
}
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def open_workbook(path: Path, options: ReadOptions) -> list[RawTable]:
    """All sheets of a workbook that are not empty, hidden ones too, or the one asked for."""
    with refusing(path), path.open("rb") as file:
        is_xlsx = file.read(2) == b"PK"
        if not is_xlsx and _ENCRYPTED in file.read():
            raise InputRefused(f"{path.name} is protected by a password: save it without one.")
    if is_xlsx:
        check_archive(path)
    try:
        workbook = fastexcel.read_excel(path)
        names = workbook.sheet_names
        if options.sheet is not None and options.sheet not in names:
            raise InputRefused(f"{path.name} has no sheet {options.sheet!r}: it has {', '.join(names)}.")
        wanted = names if options.sheet is None else [options.sheet]
        sheets = [(name, _cells(workbook, name)) for name in wanted]
    except fastexcel.FastExcelError as error:
        text = str(error).lower()
        if "password" in text or "encrypt" in text:
            raise InputRefused(f"{path.name} is protected by a password: save it without one.") from error
        raise _damaged(path) from error
    except BaseException as error:
        # calamine panics on some cut off files; the class of that error cannot be imported and is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise _damaged(path) from error
    return [
        SheetTable(name, cells, options, "xlsx" if is_xlsx else "xls")
        for name, cells in sheets
        if options.sheet is not None or _has_content(cells)
    ]


def _damaged(path: Path) -> InputRefused:
    return InputRefused(f"{path.name} is a cut off or damaged workbook: copy or export it again.")


def _has_content(cells: pl.DataFrame) -> bool:
    return cells.height > 0 and any(column.null_count() < cells.height for column in cells)


def _cells(workbook: fastexcel.ExcelReader, name: str) -> pl.DataFrame:
    # With skip_rows unset calamine drops leading empty rows, and every row number would be wrong.
    sheet = workbook.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
    if not sheet.width or not sheet.height:
        return pl.DataFrame()
    batch, errors = sheet.to_arrow_with_errors()
    frame = pl.DataFrame(pl.from_arrow(batch))
    frame.columns = [f"c{i}" for i in range(frame.width)]
    frame = _with_errors(frame, errors.errors if errors else [])
    return frame.select(_tidy(pl.col(name)) for name in frame.columns)


def _with_errors(frame: pl.DataFrame, errors: list[fastexcel.CellError]) -> pl.DataFrame:
    """Error cells, which come apart from the others, as the text a spreadsheet shows."""
    by_column: dict[int, dict[int, str]] = {}
    for error in errors:
        row, column = error.offset_position
        match = re.search(r"Error\((\w+)\)", error.detail)
        shown = _ERRORS.get(match[1], f"#{match[1].upper()}") if match else error.detail
        by_column.setdefault(column, {})[row] = shown
    for column, cells in by_column.items():
        places = pl.Series(list(cells), dtype=pl.UInt32)
        texts = pl.Series(list(cells.values()), dtype=pl.String)
        frame = frame.with_columns(frame.to_series(column).scatter(places, texts))
    return frame


def _tidy(cell: pl.Expr) -> pl.Expr:
    """Dates without a time lose their midnight, times without a date their day 0; an empty text is no value.

    calamine gives the kind of a cell away only as this text, so a text cell that reads `2025-01-03 00:00:00` is
    shortened as well.
    """
    is_date = cell.str.contains(r"^\d{4}-\d{2}-\d{2} 00:00:00$")
    is_time = cell.str.contains(r"^(1899-12-3[01]|1904-01-01) \d{2}:\d{2}:\d{2}(\.\d+)?$")
    return (
        pl.when(is_time)
        .then(cell.str.slice(11))
        .when(is_date)
        .then(cell.str.head(10))
        .when(cell != "")
        .then(cell)
        .otherwise(None)
        .name.keep()
    )


class SheetTable(RawTable):
    """A sheet; `row_no` and `header_row` are the sheet's own row numbers."""

    def __init__(self, name: str, cells: pl.DataFrame, options: ReadOptions, kind: str) -> None:
        self.name = name
        first = cells.head(LOOK_AT).rows()
        self.header_row = find_header(first, options)
        if self.header_row > cells.height:
            raise InputRefused(f"Sheet {name} has no row {self.header_row} for a header: it has {cells.height} rows.")
        if self.header_row:
            names = clean_names(list(cells.row(self.header_row - 1)))
        else:
            # calamine cuts empty columns off the right edge; those that were announced are there nevertheless.
            missing = range(cells.width, len(options.columns))
            cells = cells.with_columns(pl.lit(None, dtype=pl.String).alias(f"c{i}") for i in missing)
            names = clean_names([*options.columns, *[""] * (cells.width - len(options.columns))])
        self.header = names
        self.dialect: Dialect = {"format": kind, "sheet": name, "header_row": self.header_row}
        self._cells = cells

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[pl.DataFrame]:
        """See `RawTable.batches`."""
        for start in range(self.header_row, self._cells.height, rows):
            yield numbered(self._cells.slice(start, rows), start + 1)
