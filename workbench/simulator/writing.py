"""From numbers to files: codes, clocks, money and the words of the chosen language, under headers shops use.

One table at a time; the stock card one place at a time, since it is by far the largest.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from workbench.simulator.chain import Chain
from workbench.simulator.headers import HEADERS, VALUES
from workbench.simulator.numbering import Numbers


def day_of(chain: Chain, day: pl.Expr) -> pl.Expr:
    """A calendar day."""
    return pl.lit(chain.plan.start).cast(pl.Date) + pl.duration(days=day)


def clock_of(chain: Chain, moment: pl.Expr) -> pl.Expr:
    """A moment of the store's clock, to the second."""
    return pl.lit(chain.plan.start).cast(pl.Datetime("us")) + pl.duration(seconds=moment)


def money(hundredths: pl.Expr) -> pl.Expr:
    """An amount with two decimals, exact: a float of this size rounds to the same hundredth."""
    return (hundredths.cast(pl.Float64) / 100).round(2).cast(pl.Decimal(18, 2))


def looked_up(values: list[str], index: pl.Expr) -> pl.Expr:
    """Codes of a column of positions; -1 and null are nothing."""
    return pl.lit(pl.Series(values, dtype=pl.String)).gather(pl.when(index >= 0).then(index))


def spoken(chain: Chain, frame: pl.DataFrame, table: str) -> pl.DataFrame:
    """Headers and fixed values in the plan's language."""
    place = 1 if chain.plan.language == "zh" else 0
    for column in frame.columns:
        if words := VALUES.get(f"{table}.{column}") or VALUES.get(column):
            known = {value: pair[place] for value, pair in words.items()}
            frame = frame.with_columns(
                pl.col(column).cast(pl.String).replace_strict(known, default=pl.col(column).cast(pl.String))
            )
    return frame.rename({c: HEADERS.get(f"{table}.{c}", HEADERS.get(c, (c, c)))[place] for c in frame.columns})


class Folder:
    """Where the files go. A table is written whole or in parts, in order."""

    def __init__(self, chain: Chain, numbers: Numbers, path: Path) -> None:
        self.chain, self.numbers, self.path = chain, numbers, path
        self.rows: dict[str, int] = {}

    def write(self, table: str, parts: list[pl.DataFrame]) -> None:
        """Write one table. An empty one is written too, header and all, so that it is known to be empty."""
        title = HEADERS[table][1 if self.chain.plan.language == "zh" else 0]
        self.rows[table] = sum(part.height for part in parts)
        frames = [spoken(self.chain, part, table) for part in parts]
        if self.chain.plan.form == "parquet":
            pl.concat(frames).write_parquet(self.path / f"{title}.parquet")
            return
        with (self.path / f"{title}.csv").open("wb") as stream:
            for number, frame in enumerate(frames):
                frame.write_csv(
                    stream, include_header=number == 0, include_bom=number == 0, datetime_format="%Y-%m-%d %H:%M:%S"
                )

    def key(self, name: str, frame: pl.DataFrame) -> None:
        """Write something that lies beside the data and is not data itself."""
        with (self.path / name).open("wb") as stream:
            frame.write_csv(stream, include_bom=True)
