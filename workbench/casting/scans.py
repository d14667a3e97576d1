"""Scans in barcode columns, taken apart while all is still text: the GTIN stays, the other parts fill empty cells.

Which column a part goes to is the contract's word (`carries`); how a scan is read is `barcodes`'. Only cells that a
pattern over the whole column picks out come to Python, each distinct text once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import polars as pl

from workbench.barcodes import LOOKS_CARRYING, Scan, read_scan
from workbench.casting.texts import clean
from workbench.contracts import Column


def carried(batch: pl.DataFrame, barcodes: Sequence[Column]) -> set[str]:
    """The columns that scans of this batch speak of."""
    return {
        target
        for column in barcodes
        for scan in _scans(batch[column.name]).values()
        for part, target in column.carries.items()
        if getattr(scan, part) is not None
    }


def unpacked(batch: pl.DataFrame, barcodes: Sequence[Column], present: Sequence[str]) -> pl.DataFrame:
    """A text batch with each scan replaced by its GTIN and its parts in the cells of `present` that are empty.

    A filled cell is never overwritten. A text that cannot be read as a scan stays as it is.
    """
    missing = [pl.lit(None, dtype=pl.String).alias(c) for c in present if c not in batch.columns]
    batch = batch.with_columns(missing)
    for column in barcodes:
        scans = _scans(batch[column.name])
        if not scans:
            continue
        scan = batch[column.name]
        filled = [_replaced(scan, {text: s.gtin for text, s in scans.items()}, scan).alias(column.name)]
        for part, target in column.carries.items():
            values = {text: _written(value) for text, s in scans.items() if (value := getattr(s, part)) is not None}
            if values and target in batch.columns:
                own = clean(batch[target])
                found = _replaced(scan, values, pl.Series([None] * len(scan), dtype=pl.String))
                filled.append(batch[target].zip_with(own.is_not_null(), found).alias(target))
        batch = batch.with_columns(filled)
    return batch


def _written(value: object) -> str:
    # A date without marks has one reading and says nothing of the order in which the file writes its own.
    return f"{value:%Y%m%d}" if isinstance(value, dt.date) else str(value)


def _scans(cells: pl.Series) -> dict[str, Scan]:
    looks = cells.str.contains(LOOKS_CARRYING).fill_null(False)
    if not looks.any():
        return {}
    read = {text: read_scan(text) for text in cells.filter(looks).unique()}
    return {text: scan for text, scan in read.items() if scan is not None}


def _replaced(cells: pl.Series, values: Mapping[str, str], otherwise: pl.Series) -> pl.Series:
    found = cells.replace_strict(list(values), list(values.values()), default=None, return_dtype=pl.String)
    return found.zip_with(found.is_not_null(), otherwise)
