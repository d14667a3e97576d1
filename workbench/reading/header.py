"""In which record the names of the columns stand: below titles and instructions, on top, or nowhere.

The same rules serve text files and sheets; they see the first records as lists of cells.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from workbench.reading.options import ReadOptions, normalise_header

LOOK_AT = 60
Cells = Sequence[str | None]

_DATA = re.compile(
    r"""\s*(?:
        [-+(]?\s*[$€£¥￥]?\s*[-+]?[.\d][\d.,' ]*(?:[eE][-+]?\d+)?\s*[%)€元]?   # numbers, money, percentages
      | \d{1,4}[-/.年]\d{1,2}(?:[-/.月]\d{1,4}日?)?(?:[T\s]\s*\d{1,2}:\d{2}.*)?   # dates and timestamps
      | \d{1,2}:\d{2}(?::\d{2})?.*
      | true|false|null|none|nan|n/a|\#n/a
      | \{?[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}\}?
      | [0-9]*[a-zA-Z]{1,3}[-_]?\d{3,}   # codes such as P00012
    )\s*""",
    re.VERBOSE | re.IGNORECASE,
)

_PERIOD = re.compile(r"\s*(?:\d{1,4}|\d{4}[-/.年]\d{1,2}(?:[-/.月]\d{0,2}日?)?)\s*")


def find_header(records: Sequence[Cells], options: ReadOptions) -> int:
    """The 1-based number of the header among the first records, 0 for none."""
    if options.header_row is not None and options.header_row > 0:
        return options.header_row
    if options.header_row == 0 or options.columns:
        return _repeated_names(records, options.columns)
    known = _known(records, options.known_headers)
    return known or _unlike_the_rows_below(records)


def _repeated_names(records: Sequence[Cells], columns: tuple[str, ...]) -> int:
    """A file said to have no header that begins with the very names given has one after all."""
    names = [normalise_header(name) for name in columns]
    for number, cells in enumerate(records[:LOOK_AT], 1):
        if any(cells):
            found = [normalise_header(cell or "") for cell in cells]
            return number if names and found[: len(names)] == names and not any(found[len(names) :]) else 0
    return 0


def _known(records: Sequence[Cells], known: frozenset[str]) -> int:
    best, best_hits = 0, 0
    for number, cells in enumerate(records[:LOOK_AT], 1):
        names = {normalise_header(cell) for cell in cells if cell}
        hits = len(names & known)
        # One hit is chance ("note" in a remark) unless the record is hardly more than that.
        if hits > best_hits and (hits > 1 or len(names) <= 2):
            best, best_hits = number, hits
    return best


def _unlike_the_rows_below(records: Sequence[Cells]) -> int:
    filled = [sum(1 for cell in cells if cell and cell.strip()) for cells in records]
    widths = [max((i for i, cell in enumerate(cells, 1) if cell and cell.strip()), default=0) for cells in records]
    usual_filled, usual_width = _most_frequent(filled), _most_frequent(widths)
    # A title or an instruction fills one cell of many; an unnamed column leaves one empty. A header may be narrower
    # than its rows, but a record as wide as they are comes before it.
    for least_width in (usual_width, 1):
        for number, cells in enumerate(records[:LOOK_AT], 1):
            if filled[number - 1] >= max(1, 0.6 * usual_filled) and widths[number - 1] >= least_width:
                if _is_header_like(cells, records[number:]):
                    return number
                break
    return 0


def _most_frequent(numbers: list[int]) -> int:
    """The number above 0 that occurs most often, the greater one of two."""
    counts = Counter(number for number in numbers if number)
    return max(counts.items(), key=lambda item: (item[1], item[0]))[0] if counts else 0


def _is_header_like(cells: Cells, below: Sequence[Cells]) -> bool:
    names = [(i, cell) for i, cell in enumerate(cells) if cell and cell.strip()]
    data = [i for i, cell in names if _DATA.fullmatch(cell)]
    if len({cell for _, cell in names}) < len(names) / 2:
        return False
    if not data:
        return True
    # Names may be dates, years or numbers of shops, but no money and no time of day; and then some word must stand
    # above a column of figures.
    if len(data) == len(names) or not all(_PERIOD.fullmatch(cells[i] or "") for i in data):
        return False
    rows = [row for row in below if any(row)]
    words = [i for i, _ in names if i not in data]
    above_figures = [i for i in words if rows and _share_of_data(rows, i) > 0.8]
    return bool(above_figures)


def _share_of_data(rows: Sequence[Cells], column: int) -> float:
    cells = [cell for row in rows if column < len(row) and (cell := row[column])]
    return sum(1 for cell in cells if _DATA.fullmatch(cell)) / len(cells) if cells else 0.0
