"""Ordinary troubles of a well-run chain, which no rule may mistake for a fault.

Sales rung up wrongly and voided, goods brought back by customers, receipts reversed and entered again, receipts
cancelled, goods returned to suppliers, near-expiry stock written off in time.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from workbench.simulator.documents import expiry_day, next_id
from workbench.simulator.master import Master
from workbench.simulator.movements import NOBODY, shaped
from workbench.simulator.plan import DAY, HOUR, MINUTE, Plan


def add_ordinary_troubles(
    plan: Plan, master: Master, receipts: pl.DataFrame, moves: pl.DataFrame, rng: np.random.Generator
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Receipts and movements with all of it; the stock at each day's end is the same but for the write-offs."""
    receipts = pl.concat([receipts, _returns(master, receipts, moves)], how="diagonal_relaxed")
    returned = pl.col("kind") == "purchase_return"
    moves = moves.with_columns(
        pl.when(returned).then(pl.col("recorded") + 6 * MINUTE).otherwise("recorded").alias("recorded")
    )
    voids = pl.concat([_voids(moves.filter(pl.col("place") == place), rng) for place in range(plan.places)])
    receipts, redone = _redone(receipts, rng)
    receipts = _cancelled(receipts, rng)
    moves = pl.concat([moves, voids, redone])
    return receipts, pl.concat([moves, _cleared(plan, master, moves)])


def _returns(master: Master, receipts: pl.DataFrame, moves: pl.DataFrame) -> pl.DataFrame:
    """The documents of returns to suppliers; ids were given when the goods were chosen."""
    rows = moves.filter(pl.col("kind") == "purchase_return").sort("doc", "lot")
    managers = pl.lit(pl.Series(master.people.of("manager")[:, 0]))
    qty = -pl.col("qty").cast(pl.Int64)
    cost = pl.lit(pl.Series(master.goods.cost)).gather(pl.col("product"))
    return rows.select(
        pl.col("doc").cast(pl.Int64).alias("receipt"),
        pl.int_range(1, pl.len() + 1).over("doc").alias("line"),
        pl.col("place").cast(pl.Int64),
        pl.lit(pl.Series(master.goods.supplier)).gather(pl.col("product")).alias("supplier"),
        pl.col("product").cast(pl.Int64),
        pl.col("lot").cast(pl.Int64),
        qty,
        pl.lit(0, pl.Int64).alias("rejected"),
        cost.alias("cost"),
        (qty * cost).alias("amount"),
        pl.col("moment").cast(pl.Int64).alias("received"),
        (pl.col("moment").cast(pl.Int64) + 2 * MINUTE).alias("recorded"),
        (pl.col("moment").cast(pl.Int64) + 3 * MINUTE).alias("submitted"),
        (pl.col("moment").cast(pl.Int64) + 6 * MINUTE).alias("approved"),
        pl.col("operator").cast(pl.Int64).alias("created_by"),
        managers.gather(pl.col("place")).alias("approved_by"),
        pl.lit("return").alias("type"),
        pl.lit("approved").alias("status"),
        pl.lit("").alias("attachment"),
        pl.lit("").alias("remark"),
    )


def _voids(moves: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """A sale taken back at once, or the goods brought back, and then sold after all: of one batch throughout."""
    sales = moves.sort("product", "moment", "recorded", "lot", maintain_order=True).with_columns(
        pl.col("moment").shift(-1).over("place", "product").alias("next_at"),
        pl.col("lot").shift(-1).over("place", "product").alias("next_lot"),
    )
    quiet = (
        pl.col("next_at").is_null()
        | (pl.col("next_lot") == pl.col("lot"))
        | (pl.col("next_at") > pl.col("moment") + 4 * MINUTE)
    )
    sales = sales.filter((pl.col("kind") == "sale") & quiet)
    sales = sales.filter(pl.Series(rng.random(sales.height) < 0.006))
    sales = sales.with_columns(pl.Series("is_brought_back", rng.random(sales.height) < 0.5))
    back = sales.with_columns(
        pl.when("is_brought_back").then(pl.lit("sale_return")).otherwise(pl.lit("sale")).alias("kind"),
        -pl.col("qty"),
        pl.col("moment") + MINUTE,
        pl.col("recorded") + MINUTE,
        pl.col("line") + 100,
    )
    again = sales.with_columns(pl.col("moment") + 2 * MINUTE, pl.col("recorded") + 2 * MINUTE, pl.col("line") + 200)
    return pl.concat([shaped(back), shaped(again)])


def _redone(receipts: pl.DataFrame, rng: np.random.Generator) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A receipt entered, reversed and entered again rightly; the last of the three was there already."""
    head = receipts.filter(pl.col("type") == "normal").group_by("receipt").agg(pl.len()).sort("receipt")
    chosen = head.filter(pl.Series(rng.random(head.height) < 0.012)).get_column("receipt")
    first_id = next_id(receipts, "receipt")
    ids = pl.DataFrame({"receipt": chosen, "new": first_id + 2 * np.arange(len(chosen), dtype=np.int64)})
    is_wrong = pl.Series(rng.random(len(chosen)) < 0.5)
    rows = receipts.join(ids.with_columns(is_wrong.alias("is_wrong")), on="receipt").sort("receipt", "line")
    # Every other one was entered with one unit too many in its first line, the rest only under a wrong date.
    more = pl.when(pl.col("is_wrong") & (pl.col("line") == 1)).then(1).otherwise(0)
    rows = rows.with_columns((pl.col("qty") + more).alias("qty")).with_columns(
        (pl.col("qty") * pl.col("cost")).alias("amount")
    )

    def moved(early: int) -> list[pl.Expr]:
        times = ["received", "recorded", "submitted", "approved"]
        start = pl.col("received") - early
        steps = [0, 2 * MINUTE, 3 * MINUTE, 5 * MINUTE]
        return [(start + step).alias(name) for name, step in zip(times, steps, strict=True)]

    first = rows.with_columns(pl.col("new").alias("receipt"), *moved(25 * MINUTE))
    undone = rows.with_columns(
        (pl.col("new") + 1).alias("receipt"),
        *moved(15 * MINUTE),
        -pl.col("qty"),
        -pl.col("rejected"),
        -pl.col("amount"),
        pl.lit("reversal").alias("remark"),
    )
    both = pl.concat([first, undone]).drop("new", "is_wrong")
    accepted = pl.col("qty") - pl.col("rejected")
    posted = both.select(
        "place",
        "product",
        "lot",
        accepted.alias("qty"),
        pl.col("received").alias("moment"),
        pl.col("approved").alias("recorded"),
        pl.when(accepted < 0).then(pl.lit("purchase_return")).otherwise(pl.lit("receipt")).alias("kind"),
        pl.lit("receipt").alias("doc_kind"),
        pl.col("receipt").alias("doc"),
        "line",
        pl.col("created_by").alias("operator"),
    ).filter(pl.col("qty") != 0)
    return pl.concat([receipts, both], how="diagonal_relaxed"), shaped(posted)


def _cancelled(receipts: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Receipts that were begun, cancelled and keep their number; they move nothing."""
    head = receipts.filter(pl.col("type") == "normal").group_by("receipt").agg(pl.len()).sort("receipt")
    chosen = head.filter(pl.Series(rng.random(head.height) < 0.015)).get_column("receipt")
    first_id = next_id(receipts, "receipt")
    ids = pl.DataFrame({"receipt": chosen, "new": first_id + np.arange(len(chosen), dtype=np.int64)})
    rows = receipts.join(ids, on="receipt").sort("receipt", "line")
    shifted = rows.with_columns(
        pl.col("new").alias("receipt"),
        pl.col("received") - 5 * MINUTE,
        pl.col("received").alias("recorded") - 4 * MINUTE,
        pl.lit(None, pl.Int64).alias("submitted"),
        pl.lit(None, pl.Int64).alias("approved"),
        pl.lit(None, pl.Int64).alias("approved_by"),
        pl.lit("cancelled").alias("status"),
    ).drop("new")
    return pl.concat([receipts, shifted], how="diagonal_relaxed")


def _cleared(plan: Plan, master: Master, moves: pl.DataFrame) -> pl.DataFrame:
    """What would be near its last good day when the books are looked at is written off two evenings before."""
    left = (
        moves.group_by("place", "product", "lot")
        .agg(pl.col("qty").sum())
        .filter((pl.col("qty") > 0) & (pl.col("lot") >= 0))
    )
    life = pl.lit(pl.Series(master.goods.life)).gather(pl.col("product"))
    days = expiry_day(master.goods, pl.col("lot").cast(pl.Int64)) - (plan.days - 1)
    old = left.filter(days <= near_expiry_band(life) + 1).sort("place", "product", "lot")
    clerk = pl.lit(pl.Series(master.people.of("clerk")[:, 1]))
    next_doc = next_id(moves.filter(pl.col("doc_kind") == "loss"), "doc")
    return shaped(
        old.select(
            "place",
            "product",
            "lot",
            -pl.col("qty"),
            pl.lit("write_off").alias("kind"),
            pl.lit((plan.days - 1) * DAY + 21 * HOUR + 20 * MINUTE).alias("moment"),
            pl.lit("loss").alias("doc_kind"),
            (pl.col("place") + next_doc).alias("doc"),
            pl.int_range(1, pl.len() + 1).over("place").alias("line"),
            pl.lit(NOBODY).alias("other"),
            clerk.gather(pl.col("place")).alias("operator"),
            pl.lit("near_expiry").alias("reason"),
        )
    )


def near_expiry_band(life: pl.Expr) -> pl.Expr:
    """Days before the last good day within which goods are near it (GLOSSARY)."""
    band = pl.when(life >= 365).then(45).when(life >= 180).then(20).when(life >= 90).then(15)
    return band.when(life >= 30).then(10).when(life >= 16).then(5).otherwise(4)
