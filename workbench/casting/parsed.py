"""What comes of reading a column: the values, where a filled cell could not be read, whether there was any doubt."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Parsed:
    """`values` typed; `lost` true where a filled cell is no value; `is_plain` false where the column must decide."""

    values: pl.Series
    lost: pl.Series
    is_plain: bool = True
