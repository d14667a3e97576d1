"""Which delimiter a text has, by how evenly it divides the records of a sample.

Only the sample is looked at here; `header` finds the header, `text` reads.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from itertools import islice

from workbench.reading.tolerant import reader, records_ended_by

CANDIDATES = (",", ";", "\t", "|", "+|", "&|", "||", "~~")
SAMPLE_RECORDS = 1000
_STAND_IN = "\x1f"
_EVEN_ENOUGH = 0.5
_ENDED_DELIMITER, _RECORD_END = "+|", "&|"


def find_delimiter(lines: Sequence[str], quoted: bool) -> str:
    """The delimiter of these lines, "" where they are one column."""
    text = "".join(lines)
    if find_record_end(lines, _ENDED_DELIMITER):
        return _ENDED_DELIMITER
    best, best_score = "", (0.0, 0)
    for candidate in CANDIDATES:
        if candidate not in text or _is_part_of_longer(candidate, text):
            continue
        share, width = _evenness(lines, candidate, quoted)
        # Shares that differ by less than a tenth are alike; then the finer division wins ("4,50" in a `;` file).
        score = (round(share, 1), width)
        if share >= _EVEN_ENOUGH and score > best_score:
            best, best_score = candidate, score
    return best or _most_dividing(lines, text, quoted)


def _most_dividing(lines: Sequence[str], text: str, quoted: bool) -> str:
    """For badly ragged files: the delimiter that divides the first record and most of the others, however unevenly."""
    best, best_score = "", 0.5
    for candidate in CANDIDATES:
        if candidate in text and not _is_part_of_longer(candidate, text):
            widths = [len(cells) for cells in cut(lines, candidate, quoted) if any(cells)]
            share = sum(width > 1 for width in widths) / len(widths) if widths else 0.0
            if widths and widths[0] > 1 and share > best_score:
                best, best_score = candidate, share
    return best


def find_record_end(lines: Sequence[str], delimiter: str) -> str:
    """The mark `&|` that closes each record of a file cut by `+|` (SQL Server's samples), "" where there is none."""
    if delimiter != _ENDED_DELIMITER or not any(delimiter in line for line in lines):
        return ""
    return _RECORD_END if any(line.rstrip("\r\n").endswith(_RECORD_END) for line in lines) else ""


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
        end = find_record_end(lines, delimiter)
        found = records_ended_by(end, source, stand_in) if end else reader(source, stand_in, quoted, strict=False)
        records.extend(islice(found, SAMPLE_RECORDS))
    except csv.Error:
        pass
    if len(delimiter) > 1:
        return [[cell.replace(stand_in, delimiter) for cell in cells] for cells in records]
    return records
