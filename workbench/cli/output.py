"""What the command line prints: tables for people, JSON, CSV and XLSX for machines."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import math
import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from workbench.errors import InputRefused, UsageError
from workbench.words import label, sentence

FORMATS = ("table", "json", "csv", "xlsx")
# Below the header; and Excel's calendar begins in 1900.
_SHEET_ROWS, _FIRST_YEAR = 1_048_575, 1900
_MIDDLE = {"severity", "status", "suppression", "came_back"}
# What people copy or read down a column stays on one line; sentences fold.
_WHOLE = {*_MIDDLE, "rule_id", "finding_id", "occurred_date", "document_no", "table_name", "committed_at"}
_COLOURS = {"critical": "bold red", "high": "red", "error": "bold red", "refused": "red", "fail": "red"}


def as_json(value: Any) -> str:
    """JSON with decimals as numbers in full, dates in ISO form and Chinese as it is."""
    return json.dumps(_finite(value), ensure_ascii=False, indent=2, default=_jsonable)


def emit_rows(
    names: Sequence[str],
    rows: Sequence[Sequence[Any]],
    form: str,
    language: str,
    path: Path | None = None,
    title: str = "",
    headings: bool = False,
    mark: bool = True,
) -> None:
    """Write rows in one of FORMATS to stdout or to a file.

    `headings` true gives a workbook for people: its header and its words in their language. `mark` false leaves out the
    mark at the beginning of a CSV file, without which Excel misreads Chinese and over which importers stumble.
    """
    if form not in FORMATS:
        raise UsageError(f"There is no format {form!r}: use one of {', '.join(FORMATS)}.")
    if form == "table":
        print_table(names, rows, language, title)
        return
    if form == "xlsx":
        if path is None:
            raise UsageError("A workbook needs a file: add --output FILE.xlsx.")
        if headings:
            words = [
                [label(c, language) if n in _MIDDLE and c else c for n, c in zip(names, r, strict=True)] for r in rows
            ]
            write_workbook({"rows": ([label(name, language) for name in names], words)}, path)
        else:
            write_workbook({"rows": (names, rows)}, path)
        return
    text = (
        as_json([dict(zip(names, row, strict=True)) for row in rows]) + "\n" if form == "json" else _as_csv(names, rows)
    )
    if path is None:
        sys.stdout.write(text)
        return
    try:
        # Excel takes a CSV file for UTF-8 only when it begins with a mark.
        path.write_text(text, encoding="utf-8-sig" if form == "csv" and mark else "utf-8")
    except OSError as error:
        raise InputRefused(f"{path} cannot be written: {error.strerror or error}.") from error


def print_table(names: Sequence[str], rows: Sequence[Sequence[Any]], language: str, title: str = "") -> None:
    """A table for a terminal: numbers to the right with thousands separators, words in the reader's language."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title or None, title_justify="left", header_style="bold")
    for position, name in enumerate(names):
        is_number = any(isinstance(row[position], (int, Decimal, float)) for row in rows)
        table.add_column(
            label(name, language),
            justify="right" if is_number else "left",
            overflow="fold",
            no_wrap=is_number or name in _WHOLE,
        )
    for row in rows:
        cells = []
        for name, cell in zip(names, row, strict=True):
            text = _shown(cell)
            style = _COLOURS.get(text, "") if name in _MIDDLE else ""
            cells.append(Text(label(text, language) if name in _MIDDLE else text, style=style))
        table.add_row(*cells)
    # A file or a pipe has no width of its own; lines of a log should not be folded at 80.
    console = Console() if sys.stdout.isatty() else Console(width=160)
    console.print(table)


def say(message: str) -> None:
    """A line for a person, on stderr, so that stdout holds results alone."""
    sys.stderr.write(message + "\n")


def verified(outcome: str, found: str, why: str, language: str) -> tuple[str, str]:
    """What became of a correction in words, and what the POS shows instead."""
    odd = sentence(f"odd_{why}", language) if why else ""
    return sentence(f"verified_{outcome}", language), "; ".join(part for part in (odd, found) if part)


def _shown(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int):
        return f"{cell:,}"
    if isinstance(cell, Decimal):
        whole, _, fraction = f"{cell:,f}".partition(".")
        fraction = fraction.rstrip("0")
        return f"{whole}.{fraction}" if fraction else whole
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    return str(cell)


def _finite(value: Any) -> Any:
    """JSON has no word for what is no number or endless."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {name: _finite(part) for name, part in value.items()}
    return [_finite(part) for part in value] if isinstance(value, (list, tuple)) else value


def _jsonable(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    return str(value)


def _harmless(cell: Any) -> Any:
    """A text that a spreadsheet would compute is shown with an apostrophe in front."""
    if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + cell
    return cell


def _as_csv(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return buffer.getvalue()


def write_workbook(sheets: Mapping[str, tuple[Sequence[str], Sequence[Sequence[Any]]]], path: Path) -> None:
    """Write headings and rows by the name of their sheet. Nothing in a cell is computed or followed.

    Raises UsageError for more rows than a sheet holds, InputRefused where the file cannot be written.
    """
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    longest = max((len(rows) for _, rows in sheets.values()), default=0)
    if longest > _SHEET_ROWS:
        raise UsageError(f"A sheet holds {_SHEET_ROWS:,} rows and there are {longest:,}: use --format csv.")
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": True,
        "remove_timezone": True,
    }
    try:
        with xlsxwriter.Workbook(str(path), options) as book:
            for name, (names, rows) in sheets.items():
                _fill_sheet(book, name, names, rows)
    except (OSError, FileCreateError) as error:
        raise InputRefused(f"{path} cannot be written: {error}.") from error


def _fill_sheet(book: Any, name: str, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    sheet = book.add_worksheet(name)
    dates = book.add_format({"num_format": "yyyy-mm-dd"})
    moments = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(rows), 1), len(names) - 1)
    for position, heading in enumerate(names):
        sheet.write_string(0, position, heading)
    for number, row in enumerate(rows, start=1):
        for position, cell in enumerate(row):
            if isinstance(cell, dt.date) and cell.year >= _FIRST_YEAR:
                shape = moments if isinstance(cell, dt.datetime) else dates
                sheet.write_datetime(number, position, cell, shape)
            elif isinstance(cell, (int, Decimal, float)) and not isinstance(cell, bool):
                sheet.write_number(number, position, cell)
            elif cell is not None:
                sheet.write_string(number, position, str(cell))
