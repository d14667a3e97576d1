"""Parquet files as rows of text: each type written the way it would stand in a good CSV.

Integers and decimals plain; a DOUBLE that is whole without `.0` (pandas makes DOUBLE of nullable integers), others in
the shortest form that reads back the same, never with an exponent; times in ISO form; nested values as JSON.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import polars as pl

from workbench.errors import InputRefused
from workbench.reading.options import Dialect, clean_names
from workbench.reading.survey import refusing
from workbench.reading.table import BATCH_ROWS, RawTable, in_batches, numbered


def open_parquet(path: Path) -> RawTable:
    """The table of a Parquet file; InputRefused where it is damaged."""
    with refusing(path):
        return ParquetTable(path)


class ParquetTable(RawTable):
    """A Parquet file; `row_no` is the position of the row, and the header is no row."""

    def __init__(self, path: Path) -> None:
        self.name = ""
        self.header_row = 0
        self.dialect: Dialect = {"format": "parquet"}
        self._path = path
        try:
            self._schema = pl.scan_parquet(path).collect_schema()
        except pl.exceptions.PolarsError as error:
            raise _damaged(path) from error
        self.header = clean_names(list(self._schema.names()))

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[pl.DataFrame]:
        """See `RawTable.batches`."""
        first = 1
        for cells in in_batches(self._pieces(), rows):
            yield numbered(cells, first)
            first += cells.height

    def _pieces(self) -> Iterator[pl.DataFrame]:
        with refusing(self._path):
            pieces = iter(pl.scan_parquet(self._path).collect_batches(maintain_order=True))
            while True:
                try:
                    piece = next(pieces, None)
                except pl.exceptions.PolarsError as error:
                    raise _damaged(self._path) from error
                if piece is None:
                    return
                cells = [as_text(piece[name], kind) for name, kind in self._schema.items()]
                yield pl.DataFrame([text.alias(f"c{i}") for i, text in enumerate(cells)])


def _damaged(path: Path) -> InputRefused:
    return InputRefused(f"{path.name} begins like a Parquet file but is cut off or damaged: export or copy it again.")


def as_text(values: pl.Series, kind: pl.DataType) -> pl.Series:
    """A column of any type as text; null stays null and so does the empty text."""
    if isinstance(kind, (pl.Float32, pl.Float64)):
        return _float_text(values)
    if isinstance(kind, pl.Datetime):
        # A time with a zone is shown in UTC and says so.
        zone = "Z" if kind.time_zone else ""
        plain = values.dt.convert_time_zone("UTC").dt.replace_time_zone(None) if kind.time_zone else values
        digits = 9 if kind.time_unit == "ns" else 6
        text = plain.dt.to_string(f"%Y-%m-%d %H:%M:%S%.{digits}f").str.replace(r"\.0+$", "")
        text = text.str.replace(r"(\.\d{6})000$", "$1")
        return text + zone if zone else text
    if isinstance(kind, pl.Duration):
        return values.dt.to_string("iso")
    if isinstance(kind, pl.Binary):
        return values.bin.encode("hex")
    if kind.is_nested():
        wrapped = values.alias("v").to_frame().select(j=pl.struct("v").struct.json_encode())["j"]
        text = wrapped.str.strip_prefix('{"v":').str.strip_suffix("}")
        return text.to_frame("t").select(pl.when(values.is_not_null()).then(pl.col("t")))["t"]
    text = values.cast(pl.String)
    return text.to_frame("t").select(pl.when(pl.col("t") != "").then(pl.col("t")))["t"]


def _float_text(values: pl.Series) -> pl.Series:
    text = values.cast(pl.String).str.strip_suffix(".0")
    if not text.str.contains("e", literal=True).any():
        return text
    # Below 1e-5 and from 1e16 on polars writes an exponent; such values are rare, so one by one.
    return text.map_elements(lambda t: format(Decimal(t), "f") if "e" in t else t, return_dtype=pl.String)
