"""Which delimiter a text has, by how evenly it divides the records of a sample.

Only the sample is looked at here; `header` finds the header, `text` reads.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from itertools import islice

from workbench.reading.tolerant import reader

CANDIDATES = (",", ";", "\t", "|", "+|", "&|", "||", "~~")
SAMPLE_RECORDS = 1000
_STAND_IN = "\x1f"
_EVEN_ENOUGH = 0.5


def find_delimiter(lines: Sequence[str], quoted: bool) -> str:
    """The delimiter of these lines, "" where they are one column."""
    text = "".join(lines)
    best, best_score = "", (0.0, 0)
    for candidate in CANDIDATES:
        if candidate not in text or _is_part_of_longer(candidate, text):
            continue
        share, width = _evenness(lines, candidate, quoted)
        # Shares that differ by less than a tenth are alike; then the finer division wins ("4,50" in a `;` file).
        score = (round(share, 1), width)
        if share >= _EVEN_ENOUGH and score > best_score:
            best, best_score = candidate, score
    return best


def _is_part_of_longer(candidate: str, text: str) -> bool:
    """Whether it never occurs but as part of a longer delimiter: `|` in a file cut by `+|`."""
    if len(candidate) > 1:
        return False
    count = text.count(candidate)
    return any(
        candidate in longer and text.count(longer) * longer.count(candidate) == count
        for longer in CANDIDATES
        if len(longer) > 1
    )


def _evenness(lines: Sequence[str], delimiter: str, quoted: bool) -> tuple[float, int]:
    """Share of the records that have the most frequent number of cells above one, and that number."""
    records = cut(lines, delimiter, quoted)
    widths = Counter(len(cells) for cells in records if any(cells))
    total = widths.total()
    several = Counter({width: count for width, count in widths.items() if width > 1})
    if not several:
        return 0.0, 0
    width, count = max(several.items(), key=lambda item: (item[1], item[0]))
    return count / total, width


def cut(lines: Sequence[str], delimiter: str, quoted: bool) -> list[list[str]]:
    """The records of a sample, as many as can be read: a sample may end inside a quoted cell."""
    stand_in = delimiter if len(delimiter) == 1 else _STAND_IN
    source = (line.replace(delimiter, stand_in) for line in lines) if len(delimiter) > 1 else iter(lines)
    records: list[list[str]] = []
    try:
        # list.extend keeps what came before an error.
        records.extend(islice(reader(source, stand_in, quoted, strict=False), SAMPLE_RECORDS))
    except csv.Error:
        pass
    if len(delimiter) > 1:
        return [[cell.replace(stand_in, delimiter) for cell in cells] for cells in records]
    return records
