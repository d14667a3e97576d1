"""What a caller may say about a file before it is read, and how names of columns are compared.

Nothing here looks into a file; what is left unsaid is detected by the other modules of this package.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

Dialect = dict[str, str | int | bool]

_BRACKETS = str.maketrans("（）［］｛｝【】「」", "()[]{}[][]")
_GAPS = re.compile(r"[\s_\-‐‑‒–—―−]+")


@dataclass(frozen=True)
class ReadOptions:
    """How to read a file; what is None or empty is detected.

    `delimiter` "" means one column. `header_row` is the 1-based number of the header's record, 0 says there is none.
    `columns` names the columns of a file without a header. `quoted` False makes quote characters ordinary text.
    `known_headers`: normalised names some source knows, which find the header below titles and instructions.
    """

    encoding: str | None = None
    delimiter: str | None = None
    header_row: int | None = None
    sheet: str | None = None
    columns: tuple[str, ...] = ()
    quoted: bool = True
    known_headers: frozenset[str] = frozenset()

    @classmethod
    def from_dialect(cls, dialect: Mapping[str, str | int | bool], columns: tuple[str, ...] = ()) -> ReadOptions:
        """The options that read a table again exactly as `RawTable.dialect` recorded it."""
        encoding, delimiter, sheet = (dialect.get(key) for key in ("encoding", "delimiter", "sheet"))
        header_row = dialect.get("header_row")
        return cls(
            encoding=None if encoding is None else str(encoding),
            delimiter=None if delimiter is None else str(delimiter),
            header_row=None if header_row is None else int(header_row),
            sheet=None if sheet is None else str(sheet),
            columns=columns,
            quoted=bool(dialect.get("quoted", True)),
        )


def normalise_header(text: str) -> str:
    """The form of a column's name in which two spellings are compared.

    Full-width letters and brackets become half-width (NFKC), case is folded to lower, marks `*` of obligatory columns
    are dropped, and any run of spaces, underscores and dashes is one space. A unit in brackets stays.
    """
    folded = unicodedata.normalize("NFKC", text).translate(_BRACKETS).lower()
    return _GAPS.sub(" ", folded.replace("\ufeff", "").replace("*", "")).strip()


def clean_names(cells: list[str | None]) -> tuple[str, ...]:
    """Names of columns as found: stripped, on one line, without BOM; a repeated name gets `_2`, `_3`, …"""
    stripped = [re.sub(r"\s*[\r\n]+\s*", " ", (cell or "").replace("\ufeff", "")).strip() for cell in cells]
    taken = set(stripped)
    seen: set[str] = set()
    names = []
    for name in stripped:
        unique, number = name, 2
        while name and unique in seen:
            unique, number = f"{name}_{number}", number + 1
            # A column may really be called `qty_2`; the made name must not meet it.
            if unique in taken and unique not in seen:
                unique = name
        seen.add(unique)
        names.append(unique)
    return tuple(names)
