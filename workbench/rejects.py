"""Rows that were rejected: listed with the reason, and written out as a workbook to be mended and loaded again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.archive import Archive, LoadedFile, loaded_files, source_rows
from workbench.detection import REASONS_SHEET
from workbench.errors import InputRefused
from workbench.words import rejection

if TYPE_CHECKING:
    import duckdb


def list_rejects(
    con: duckdb.DuckDBPyConnection, file: LoadedFile | None = None, language: str = "en"
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Rejected cells: file, row, table, column, value, reason in words, and the reason's stable name."""
    condition, values = ("r.file_id = ?", [file.file_id]) if file else ("true", [])
    rows = con.execute(
        "SELECT f.file_id, f.file_name, r.row_no, r.table_name, r.column_name, r.value, r.rule"
        f" FROM ops.reject r JOIN ops.file f USING (file_id) WHERE {condition}"
        " ORDER BY f.file_id, r.row_no, r.column_name, r.rule",
        values,
    ).fetchall()
    names = ["file_id", "file", "row_no", "table_name", "column_name", "value", "why", "rule_id"]
    return names, [(*row[:6], rejection(row[6], language), row[6]) for row in rows]


def export_rejects(
    con: duckdb.DuckDBPyConnection, archive: Archive, file: LoadedFile, path: Path, language: str = "en"
) -> int:
    """Write the rejected rows of a file as they were, headers and all, to an XLSX or CSV file; how many rows.

    In XLSX every cell is text, so leading zeros stay and nothing is computed, and a second sheet says what is wrong.
    Raises InputRefused when the file has no rejected rows or cannot be written.
    """
    wanted = [
        r[0]
        for r in con.execute(
            "SELECT DISTINCT row_no FROM ops.reject WHERE file_id = ? ORDER BY row_no", [file.file_id]
        ).fetchall()
    ]
    if not wanted:
        raise InputRefused(f"No row of {file.file_name} was rejected: there is nothing to export.")
    frame = source_rows(archive, file, wanted)
    names, rows = list_rejects(con, file, language)
    try:
        if path.suffix.lower() == ".csv":
            frame.drop("row_no").write_csv(path, include_bom=True)
        else:
            _write_workbook(path, frame.drop("row_no").columns, frame.drop("row_no").rows(), names, rows)
    except OSError as error:
        raise InputRefused(f"{path} cannot be written: {error.strerror or error}.") from error
    return len(frame)


def files_with_rejects(con: duckdb.DuckDBPyConnection) -> list[LoadedFile]:
    """Loaded files that have rejected rows."""
    return loaded_files(con, "file_id IN (SELECT file_id FROM ops.reject)")


def _write_workbook(
    path: Path,
    header: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
    reason_names: Sequence[str],
    reasons: Sequence[tuple[Any, ...]],
) -> None:
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    options = {"strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False}
    try:
        with xlsxwriter.Workbook(str(path), options) as book:
            for name, names, lines in (("rows", header, rows), (REASONS_SHEET, reason_names, reasons)):
                sheet = book.add_worksheet(name)
                sheet.freeze_panes(1, 0)
                for number, line in enumerate([tuple(names), *lines]):
                    for position, cell in enumerate(line):
                        if cell is not None:
                            sheet.write_string(number, position, str(cell))
    except FileCreateError as error:
        raise OSError(str(error)) from error
