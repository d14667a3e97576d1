"""States that need somebody to act: too little, too much, not selling."""

from __future__ import annotations

import polars as pl

from workbench.simulator.books import stock_at
from workbench.simulator.chain import Chain
from workbench.simulator.defects.tools import Planters, opening, sales
from workbench.simulator.plan import DAY


def not_moving(chain: Chain, number: int) -> None:
    """In stock from the first day, never sold."""
    for place, product in chain.spare(number, ~chain.master.goods.is_tracked):
        chain.post(opening(place, product, -1, 8), "stock_not_moving", is_real=True)
        chain.expect("stock_not_moving", "Never sold", "从未售出", place=place, product=product)


def cover_excessive(chain: Chain, number: int) -> None:
    """Sold now and then, and enough in stock for years."""
    last = chain.plan.days - 1
    for place, product in chain.spare(number, ~chain.master.goods.is_tracked):
        days = list(range(max(1, last - 84), last, 8))
        chain.post(opening(place, product, -1, len(days) + 50), "stock_cover_excessive", is_real=True)
        chain.post(sales(chain, place, product, -1, days), "stock_cover_excessive", is_real=True)
        chain.expect(
            "stock_cover_excessive",
            "Fifty in stock, one sold a week",
            "库存 50，每周售 1",
            place=place,
            product=product,
        )


PLANTERS: Planters = {"stock_not_moving": (not_moving, 3), "stock_cover_excessive": (cover_excessive, 2)}


def wrong_levels(chain: Chain, levels: pl.DataFrame) -> pl.DataFrame:
    """Levels of a few products set so that what is in stock at the end is too little or too much."""
    stock = stock_at(chain.moves, chain.plan.days * DAY).group_by("place", "product").agg(pl.col("qty").sum())
    rows = levels.join(stock, on=["place", "product"]).filter(pl.col("qty") > 3).sort("place", "product")
    for rule, step in (("stock_below_minimum", 2), ("stock_above_maximum", -2)):
        note, note_zh = ("Below the minimum", "低于下限") if step > 0 else ("Above the maximum", "高于上限")
        for row in chain.pick(rows, chain.plan.number_of(rule, 4)):
            here = (pl.col("place") == row["place"]) & (pl.col("product") == row["product"])
            low = row["qty"] + step if step > 0 else min(row["low"], row["qty"] - 2)
            high = max(row["high"], low) if step > 0 else row["qty"] + step
            levels = levels.with_columns(
                pl.when(here).then(low).otherwise("low").alias("low"),
                pl.when(here).then(high).otherwise("high").alias("high"),
            )
            chain.expect(rule, note, note_zh, place=row["place"], product=row["product"])
    return levels
