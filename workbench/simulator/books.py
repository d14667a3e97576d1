"""The stock card brought to its end: in order, with the balance after each movement, and what can be read off it.

Balances run per batch where every movement of a place and product has one, else per product, as a POS keeps them.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from workbench.simulator.chain import Chain
from workbench.simulator.plan import DAY, Plan


def close_books(moves: pl.DataFrame) -> pl.DataFrame:
    """Movements in the order in which the book learnt of them, with `account` (batch, or -1) and `balance`."""
    places = moves.get_column("place").unique().sort()
    return pl.concat([_close_place(moves.filter(pl.col("place") == place)) for place in places])


def _close_place(moves: pl.DataFrame) -> pl.DataFrame:
    moves = moves.sort("moment", "recorded", maintain_order=True)
    kept = (pl.col("lot").min() >= 0).over("product")
    moves = moves.with_columns(pl.when(kept).then("lot").otherwise(-1).cast(pl.Int32).alias("account"))
    return moves.with_columns(pl.col("qty").cum_sum().over("product", "account").alias("balance"))


def with_wrong_balances(chain: Chain) -> pl.DataFrame:
    """Closed books with what the POS shows as balance, in `shown`: three too many where that was planted."""
    moves = chain.moves.with_columns(pl.col("balance").alias("shown"))
    for row in chain.extra.get("balance", []):
        here = pl.all_horizontal(pl.col(name) == value for name, value in row.items())
        moves = moves.with_columns(pl.when(here).then(pl.col("shown") + 3).otherwise("shown").alias("shown"))
    return moves


def snapshot_days(plan: Plan) -> list[int]:
    """Month ends and the last day."""
    ends = [day for day in range(plan.days) if (plan.start + dt.timedelta(days=day + 1)).day == 1]
    return sorted({*ends, plan.days - 1})


def snapshots(chain: Chain) -> pl.DataFrame:
    """What the head office exports as stock on hand: day, place, product, lot, qty; empty batches are left out."""
    parts = []
    for day in snapshot_days(chain.plan):
        stock = stock_at(chain.moves, (day + 1) * DAY).filter(pl.col("qty") != 0)
        parts.append(stock.select(pl.lit(day, pl.Int64).alias("day"), "place", "product", "lot", "qty"))
    return pl.concat(parts).sort("day", "place", "product", "lot")


def stock_at(moves: pl.DataFrame, moment: int) -> pl.DataFrame:
    """Book stock at a moment per place, product and account (as `lot`)."""
    rows = (
        moves.filter(pl.col("moment") < moment)
        .group_by("place", "product", "account")
        .agg(pl.col("qty").cast(pl.Int64).sum())
    )
    return rows.select(
        pl.col("place").cast(pl.Int64),
        pl.col("product").cast(pl.Int64),
        pl.col("account").cast(pl.Int64).alias("lot"),
        "qty",
    ).sort("place", "product", "lot")


def levels(chain: Chain) -> pl.DataFrame:
    """Levels that suit how the chain is run: place, product, low, high, around what is usually in stock."""
    stock = stock_at(chain.moves, chain.plan.days * DAY).group_by("place", "product").agg(pl.col("qty").sum())
    carried = np.argwhere(chain.master.is_carried)
    rows = pl.DataFrame({"place": carried[:, 0], "product": carried[:, 1]}).join(
        stock, on=["place", "product"], how="left"
    )
    rate = chain.master.rate.copy()
    rate[0] = rate[1:].sum(axis=0)
    rows = rows.with_columns(pl.Series("rate", rate[carried[:, 0], carried[:, 1]]), pl.col("qty").fill_null(0))
    low = pl.min_horizontal((pl.col("rate") * 2).floor().cast(pl.Int64), pl.max_horizontal("qty", pl.lit(0)))
    high = pl.max_horizontal((pl.col("rate") * 40).ceil().cast(pl.Int64) + 24, pl.col("qty"))
    return rows.select("place", "product", low.alias("low"), high.alias("high")).sort("place", "product")
