"""First expired, first out, for whole columns: which batch each outgoing quantity is taken from.

Laid end to end, what came in and what went out of one place and product are two partitions of the same line; a piece is
where two of their intervals overlap.
"""

from __future__ import annotations

import numpy as np
import polars as pl


def allot(supply: pl.DataFrame, demand: pl.DataFrame) -> pl.DataFrame:
    """Each row of `demand` split over the `lot` of `supply` it is taken from; `qty` is the piece.

    Both have `place`, `product`, `moment`, `qty`; supply has `lot`. Rows of a place and product are used in order of
    `moment`, then of their position. Demand beyond supply raises: goods cannot leave that never came.
    """
    keys = ["place", "product"]
    supply = supply.sort([*keys, "moment"], maintain_order=True)
    demand = demand.sort([*keys, "moment"], maintain_order=True)
    came = supply.group_by(keys).agg(pl.col("qty").sum().alias("came"))
    went = demand.group_by(keys).agg(pl.col("qty").sum().alias("went"))
    both = came.join(went, on=keys, how="full", coalesce=True).fill_null(0).sort(keys)
    if both.filter(pl.col("went") > pl.col("came")).height:
        raise AssertionError("more went out than came in")
    both = both.with_columns((pl.col("came").cum_sum() - pl.col("came")).alias("base"))

    def ends(frame: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        qty = frame.get_column("qty").to_numpy()
        base = frame.select(keys).join(both, on=keys, how="left", maintain_order="left").get_column("base").to_numpy()
        inside = frame.select(pl.col("qty").cum_sum().over(keys)).to_series().to_numpy()
        return base + inside - qty, base + inside

    _, supply_end = ends(supply)
    low, high = ends(demand)
    first = np.searchsorted(supply_end, low, side="right")
    last = np.searchsorted(supply_end, high, side="left")
    pieces = last - first + 1
    row = np.repeat(np.arange(len(low)), pieces)
    lot = first[row] + np.arange(len(row)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    supply_low = supply_end - supply.get_column("qty").to_numpy()
    qty = np.minimum(high[row], supply_end[lot]) - np.maximum(low[row], supply_low[lot])
    return demand[row].with_columns(
        pl.Series("qty", qty), supply.get_column("lot").gather(pl.Series(lot.astype(np.uint32)))
    )
