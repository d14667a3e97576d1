"""Looking at a workbook before it is opened, since what is hostile or broken in it would fill the memory.

calamine lays a sheet out as one full rectangle: a single stray cell in the last row and column makes it ask for 549 GB
and abort the whole process (measured). So the archive and the reach of each sheet are checked first.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from workbench.errors import InputRefused
from workbench.reading.survey import refusing

MAX_ENTRIES = 10_000
MAX_UNPACKED = 2 << 30
MAX_RATIO = 200
RATIO_MATTERS_FROM = 200 << 20
MAX_CELLS = 60_000_000
BLOCK = 1 << 20
# `r="AB12"` of a cell, `r="12"` of a row. Anything longer is no address of a spreadsheet.
_ADDRESS = re.compile(rb'\br\s*=\s*["\']([A-Za-z]{0,3})(\d{1,7})["\']')
# 52 columns of 1,048,576 rows are below MAX_CELLS.
_BEYOND_AZ = re.compile(rb'r="(?:[B-Zb-z][A-Za-z]|[A-Za-z]{3})\d')
_ODD_SPELLINGS = (b" =", b"\t=", b"\n=", b"\r=", b"r='", b"r= ", b"r=\t", b"r=\n", b"r=\r")
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
                    raise InputRefused(
                        f"{path.name} is a ZIP archive and no XLSX workbook: unpack it, or save it as XLSX."
                    )
                # All parts, since a workbook may keep a sheet under any name.
                for entry in entries:
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
            f"{path.name} would unpack from {packed / 2**20:,.1f} to {unpacked / 2**20:,.0f} MiB "
            f"({unpacked // packed:,} times), more than a workbook may: export it as CSV."
        )


def _check_reach(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Refuse a sheet whose cells lie so far apart that the rectangle around them is out of proportion."""
    # With few columns even a full-height sheet is allowed, and only then the exact look (1.5 s per million cells) is
    # spared.
    if not any(_may_be_wide(text) for text in _windows(path, archive, entry)):
        return
    rows: set[int] = set()
    columns: set[int] = set()
    filled = 0
    for text in _windows(path, archive, entry):
        found = _ADDRESS.findall(text)
        if found:
            letters, numbers = map(set, zip(*found, strict=True))
            filled += sum(1 for letter, _ in found if letter)
            span = [int(number) for number in numbers]
            rows |= {min(span), max(span)}
            columns |= {_column(letter) for letter in letters if letter}
    if not rows or not columns:
        return
    last_row, last_column = max(rows), max(columns)
    area = (last_row - min(rows) + 1) * (last_column - min(columns) + 1)
    if area > MAX_CELLS:
        raise InputRefused(
            f"A sheet of {path.name} reaches to row {last_row:,} and column {last_column:,} with {filled:,} filled "
            f"cells, a rectangle above {MAX_CELLS:,} cells: delete the stray cells, or export the sheet as CSV."
        )


def _windows(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The unpacked part in pieces that overlap, so that no address is cut in two."""
    rest, read = b"", 0
    with archive.open(entry) as part:
        while block := part.read(BLOCK):
            read += len(block)
            # The directory may lie about the size; what really comes out counts.
            if read > MAX_UNPACKED:
                raise InputRefused(
                    f"{path.name} unpacks to more than {MAX_UNPACKED / 2**20:,.0f} MiB: export it as CSV."
                )
            yield rest + block
            rest = block[-_LONGEST_ADDRESS:]


def _may_be_wide(text: bytes) -> bool:
    """Whether some cell stands beyond column AZ, or addresses are spelled in a way that is not looked through."""
    return _BEYOND_AZ.search(text) is not None or any(spelling in text for spelling in _ODD_SPELLINGS)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
