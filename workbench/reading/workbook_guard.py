"""Looking at a workbook before it is opened, since what is hostile or broken in it would fill the memory.

calamine lays a sheet out as one full rectangle: a single stray cell in the last row and column makes it ask for 549 GB
and abort the whole process (measured). So the archive and the reach of each sheet are checked first.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from workbench.errors import InputRefused
from workbench.reading.survey import refusing

MAX_ENTRIES = 10_000
MAX_UNPACKED = 2 << 30
MAX_RATIO = 200
RATIO_MATTERS_FROM = 200 << 20
MAX_CELLS = 60_000_000
BLOCK = 1 << 20
# `r="AB12"` of a cell; a row's own number has no letters. Anything longer is no address of a spreadsheet.
_ADDRESS = re.compile(rb'\br=["\']([A-Za-z]{1,3})(\d{1,7})["\']')
_LONGEST_ADDRESS = 32


def check_archive(path: Path) -> None:
    """Refuse an XLSX that is damaged, no workbook, or would unpack to an absurd size."""
    with refusing(path):
        try:
            with zipfile.ZipFile(path) as archive:
                entries = archive.infolist()
                _check_sizes(path, entries)
                names = {entry.filename for entry in entries}
                if "xl/workbook.bin" in names:
                    raise InputRefused(f"{path.name} is a binary workbook (XLSB): save it as XLSX.")
                if not any(name.startswith("xl/") for name in names):
                    raise InputRefused(f"{path.name} is a ZIP archive and no workbook: unpack it and give its files.")
                for entry in entries:
                    if re.fullmatch(r"xl/worksheets/[^/]+\.xml", entry.filename):
                        _check_reach(path, archive, entry)
        except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
            raise InputRefused(f"{path.name} is a cut off or damaged workbook: copy or export it again.") from error


def _check_sizes(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES:
        raise InputRefused(
            f"{path.name} packs {len(entries):,} files (allowed are {MAX_ENTRIES:,}): no real workbook does."
        )
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(sum(entry.compress_size for entry in entries), 1)
    if unpacked > MAX_UNPACKED or (unpacked > RATIO_MATTERS_FROM and unpacked / packed > MAX_RATIO):
        raise InputRefused(
            f"{path.name} would unpack from {packed / 2**20:,.1f} to {unpacked / 2**20:,.0f} MiB ({unpacked // packed:,} "
            "times), more than a workbook may: export it as CSV."
        )


def _check_reach(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Refuse a sheet whose cells lie so far apart that the rectangle around them is out of proportion."""
    first_row, first_column, last_row, last_column, filled, read = 1 << 30, 1 << 30, 0, 0, 0, 0
    rest = b""
    with archive.open(entry) as sheet:
        while block := sheet.read(BLOCK):
            read += len(block)
            # The directory may lie about the size; what really comes out counts.
            if read > MAX_UNPACKED:
                raise InputRefused(
                    f"{path.name} unpacks to more than {MAX_UNPACKED / 2**20:,.0f} MiB: export it as CSV."
                )
            text = rest + block
            found = _ADDRESS.findall(text)
            rest = text[-_LONGEST_ADDRESS:]
            filled += len(found)
            if found:
                rows = [int(row) for _, row in found]
                columns = [_column(letters) for letters in {letters for letters, _ in found}]
                first_row, last_row = min(first_row, *rows[:1], min(rows)), max(last_row, max(rows))
                first_column, last_column = min(first_column, min(columns)), max(last_column, max(columns))
    area = max(last_row - first_row + 1, 0) * max(last_column - first_column + 1, 0)
    if area > MAX_CELLS:
        raise InputRefused(
            f"A sheet of {path.name} reaches to row {last_row:,} and column {last_column:,} with {filled:,} filled cells, "
            f"a rectangle above {MAX_CELLS:,} cells: delete the stray cells, or export the sheet as CSV."
        )


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
