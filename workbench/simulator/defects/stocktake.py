"""Defects of stocktakes, planted on the sheets before they are settled."""

from __future__ import annotations

import polars as pl

from workbench.simulator.chain import Chain
from workbench.simulator.defects.tools import Planters


def miscount(chain: Chain, number: int) -> None:
    """Both people count the same wrong quantity. Truth adds the findings, and those of the next count."""
    rows = chain.lines.filter(pl.col("shelf") > 2)
    for turn, row in enumerate(chain.pick(rows, number)):
        here = (pl.col("count") == row["count"]) & (pl.col("product") == row["product"]) & (pl.col("lot") == row["lot"])
        error = (1, -1, 2, -2)[turn % 4]
        chain.lines = chain.lines.with_columns(
            pl.when(here).then(error).otherwise("error").cast(pl.Int64).alias("error")
        )


PLANTERS: Planters = {
    "count_variance": (miscount, 12),
}
