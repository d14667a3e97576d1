"""The one shape in which every file reaches the rest of the program: rows of text cells with their numbers.

The readers of the formats subclass `RawTable`; what is common to them (names of the frame's columns, showing single
rows, cutting into batches) is here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

import polars as pl

from workbench.reading.options import Dialect

BATCH_ROWS = 500_000
TOO_SHORT = "row_too_short"
TOO_LONG = "row_too_long"


class RawTable(ABC):
    """One table of a file: a text file, a sheet, a Parquet or JSON file. It can be read any number of times.

    `header` has the names as found ("" for a column without one, repeated names suffixed `_2`, `_3`); `header_row` is
    its 1-based record number, 0 where there is none. `dialect` reads the table again through
    `ReadOptions.from_dialect`.
    """

    name: str
    header: tuple[str, ...]
    header_row: int
    dialect: Dialect

    @abstractmethod
    def batches(self, rows: int = BATCH_ROWS) -> Iterator[pl.DataFrame]:
        """The rows below the header, from the start, in frames of at most `rows` rows.

        Columns: `row_no` Int64 (the number a person sees in the file), `c0`…`c{n-1}` String exactly as in the file with
        null for an empty cell, `problem` String: null, `row_too_short` or `row_too_long`. Wholly empty rows are among
        them. Raises InputRefused where the file cannot be read to its end.
        """

    def rows(self, row_nos: Sequence[int]) -> pl.DataFrame:
        """Just the rows of these numbers, in the shape of a batch and in the order of the file."""
        wanted = sorted(set(row_nos))
        found = [empty_frame(len(self.header))]
        if wanted:
            for batch in self.batches():
                found.append(batch.filter(pl.col("row_no").is_in(wanted)))
                if batch.height and batch["row_no"][-1] >= wanted[-1]:
                    break
        return pl.concat(found)


def schema(columns: int) -> dict[str, pl.DataType]:
    """Names and types of a batch of that many columns."""
    return {"row_no": pl.Int64(), **{f"c{i}": pl.String() for i in range(columns)}, "problem": pl.String()}


def empty_frame(columns: int) -> pl.DataFrame:
    """A batch without rows."""
    return pl.DataFrame(schema=schema(columns))


def numbered(cells: pl.DataFrame, first: int) -> pl.DataFrame:
    """Cells without any problem, completed to a batch whose rows are numbered from `first`."""
    return cells.select(
        pl.int_range(first, first + cells.height, dtype=pl.Int64).alias("row_no"),
        pl.all(),
        pl.lit(None, dtype=pl.String).alias("problem"),
    )


def in_batches(frames: Iterator[pl.DataFrame], rows: int) -> Iterator[pl.DataFrame]:
    """The same rows in frames of exactly `rows` rows, the last one aside."""
    held: list[pl.DataFrame] = []
    height = 0
    for frame in frames:
        held.append(frame)
        height += frame.height
        while height >= rows:
            whole = pl.concat(held, rechunk=False)
            yield whole.head(rows)
            held, height = [whole.slice(rows)], height - rows
    if height:
        yield pl.concat(held, rechunk=False)
