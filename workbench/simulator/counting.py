"""Stocktakes: who counts what and when, what they find, and what is posted because of it.

What is counted is the shelf; the book is whatever was written down until then. A count's posting makes both agree, so a
difference shows at the first count after its cause and not again.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from workbench.simulator.chain import LOT_KEY, Chain
from workbench.simulator.movements import shaped
from workbench.simulator.plan import DAY, HOUR, MINUTE, Plan

_SPOT_SIZE = 20


def schedule(plan: Plan, rng: np.random.Generator) -> pl.DataFrame:
    """One row per stocktake: `count` (an id in order of time), `place`, `day`, `is_full`.

    Everything is counted every seven weeks, after closing; in between a few products during opening hours.
    """
    rows = []
    for place in range(plan.places):
        last = plan.days - 9 - 3 * (place % 5)
        full = list(range(last, 29, -49)) or [max(plan.days - 3, 0)]
        rows += [(place, day, True) for day in full]
        rows += [(place, day, False) for day in range(16 + 2 * (place % 6), plan.days - 8, 30) if day not in full]
    frame = pl.DataFrame(rows, schema=["place", "day", "is_full"], orient="row").sort("day", "place")
    return frame.with_row_index("count").with_columns(pl.col("count").cast(pl.Int64))


def plan_lines(chain: Chain, counts: pl.DataFrame) -> pl.DataFrame:
    """What stands on each count's sheet: every batch that lies there or that the book believes to lie there.

    Columns: count, place, product, lot, moment, shelf (what really lies there), line, counted_by, recounted_by.
    """
    shifts = all_shifts(chain)
    parts = [_sheet(chain, shifts, row) for row in counts.iter_rows(named=True)]
    return pl.concat(parts)


def all_shifts(chain: Chain) -> pl.DataFrame:
    """Every difference between shelf and book with its cause."""
    empty = pl.DataFrame(
        schema={
            "place": pl.Int16,
            "product": pl.Int32,
            "lot": pl.Int32,
            "moment": pl.Int32,
            "qty": pl.Int64,
            "cause": pl.String,
        }
    )
    return pl.concat([empty, *chain.shifts]).sort(*LOT_KEY, "moment", "cause")


def _sheet(chain: Chain, shifts: pl.DataFrame, count: dict[str, int]) -> pl.DataFrame:
    """Full counts go through the store after closing, spot counts through a few products in the afternoon."""
    place, day, people = count["place"], count["day"], chain.master.people
    here = chain.moves.filter((pl.col("place") == place) & (pl.col("moment") < (day + 1) * DAY))
    differing = shifts.filter((pl.col("place") == place) & (pl.col("moment") < (day + 1) * DAY))
    products = pl.concat([here.select("product"), differing.select("product")]).unique().sort("product")
    if not count["is_full"]:
        products = products.filter(pl.Series(chain.rng.random(products.height)).rank("ordinal") <= _SPOT_SIZE)
    position = np.arange(products.height)
    if count["is_full"]:
        step = max(1, 80 * MINUTE // max(1, products.height))
        moment = day * DAY + 21 * HOUR + 30 * MINUTE + 40 + position * step
    else:
        # Tills ring in the first seconds of a minute: nothing is sold at the very moment of counting.
        moment = day * DAY + 14 * HOUR + 4 * MINUTE + 40 + position * MINUTE * 2
    products = products.with_columns(pl.Series("at", moment, dtype=pl.Int32))
    book = (
        here.join(products, on="product")
        .filter(pl.col("moment") < pl.col("at"))
        .group_by("product", "lot", "at")
        .agg(pl.col("qty").cast(pl.Int64).sum().alias("book"))
    )
    shifted = (
        differing.join(products, on="product")
        .filter(pl.col("moment") < pl.col("at"))
        .group_by("product", "lot", "at")
        .agg(pl.col("qty").sum().alias("shift"))
    )
    lines = book.join(shifted, on=["product", "lot", "at"], how="full", coalesce=True).with_columns(
        pl.col("book").fill_null(0), pl.col("shift").fill_null(0)
    )
    clerks = people.of("clerk")[place]
    half = (pl.col("at").rank("dense") * 2 > pl.col("at").n_unique()).cast(pl.Int64)
    return lines.sort("product", "lot").select(
        pl.lit(count["count"], pl.Int64).alias("count"),
        pl.lit(place, pl.Int64).alias("place"),
        pl.col("product").cast(pl.Int64),
        pl.col("lot").cast(pl.Int64),
        pl.col("at").cast(pl.Int64).alias("moment"),
        (pl.col("book") + pl.col("shift")).alias("shelf"),
        pl.col("shift"),
        pl.lit(pl.Series(clerks)).gather(half).alias("counted_by"),
        pl.lit(pl.Series(clerks)).gather(1 - half).alias("recounted_by"),
    )


def settle(lines: pl.DataFrame) -> pl.DataFrame:
    """Work out every count: book, counted, variance and what is posted.

    Beside the columns of `plan_lines`: `error` (units miscounted), `is_copied` (the book written down unseen),
    `is_posted` and `posted_error` (units posted too many).
    """
    lines = lines.sort(*LOT_KEY, "moment", "count")
    # What was posted for a batch until and with a count: as much as it then found, or nothing new.
    posted = pl.when(pl.col("is_posted") & ~pl.col("is_copied")).then(
        pl.col("shift") + pl.col("error") + pl.col("posted_error")
    )
    lines = lines.with_columns(posted.forward_fill().over(LOT_KEY).fill_null(0).alias("posted_after"))
    before = pl.col("posted_after").shift(1).over(LOT_KEY).fill_null(0)
    lines = lines.with_columns(before.alias("posted_before")).with_columns(
        pl.when("is_copied")
        .then(0)
        .otherwise(pl.col("shift") + pl.col("error") - pl.col("posted_before"))
        .alias("variance"),
        (pl.col("shelf") - pl.col("shift") + pl.col("posted_before")).alias("book"),
        (pl.col("posted_after") - pl.col("posted_before")).alias("posted_qty"),
    )
    # Nobody writes down a count below zero: who copies the book counts there after all.
    impossible = lines.select(pl.col("is_copied") & (pl.col("book") < 0)).to_series()
    if impossible.any():
        return settle(lines.with_columns(pl.col("is_copied") & ~impossible))
    lines = lines.with_columns((pl.col("book") + pl.col("variance")).alias("counted"))
    # Nothing there and nothing believed there is on no sheet.
    lines = lines.filter((pl.col("counted") != 0) | (pl.col("book") != 0) | (pl.col("variance") != 0))
    lines = lines.sort("count", "product", "lot")
    return lines.with_columns(pl.int_range(1, pl.len() + 1).over("count").alias("line"))


def postings(chain: Chain, lines: pl.DataFrame) -> pl.DataFrame:
    """The movements by which counts bring the book to the shelf, an hour after the last line."""
    managers = pl.lit(pl.Series(chain.master.people.of("manager")[:, 0]))
    end = pl.col("moment").max().over("count") // MINUTE * MINUTE + 20 * MINUTE
    rows = lines.with_columns(end.alias("end")).filter(pl.col("posted_qty") != 0)
    return shaped(
        rows.select(
            "place",
            "product",
            "lot",
            pl.when(pl.col("posted_qty") > 0).then(pl.lit("count_gain")).otherwise(pl.lit("count_loss")).alias("kind"),
            pl.col("posted_qty").alias("qty"),
            pl.col("end").alias("moment"),
            pl.lit("count").alias("doc_kind"),
            pl.col("count").alias("doc"),
            "line",
            managers.gather(pl.col("place")).alias("operator"),
            pl.lit("count").alias("reason"),
        )
    )


def causes(chain: Chain, lines: pl.DataFrame) -> pl.DataFrame:
    """Why each counted difference is there: count, place, product, lot, variance, cause, explained."""
    shifts = all_shifts(chain).with_columns(pl.col("place", "product", "lot", "moment").cast(pl.Int64))
    marks = lines.select(*LOT_KEY, "moment", "count", "variance", "error").sort(*LOT_KEY, "moment")
    found = shifts.sort("moment").join_asof(
        marks.sort("moment"),
        on="moment",
        by=LOT_KEY,
        strategy="forward",
        allow_exact_matches=False,
        check_sortedness=False,
    )
    by_shift = (
        found.drop_nulls("count")
        .group_by("count", *LOT_KEY, "cause")
        .agg(pl.col("variance").first(), pl.col("qty").sum().alias("explained"))
    )
    earlier = pl.col("error").shift(1).over(LOT_KEY).fill_null(0)
    miscounted = marks.with_columns((pl.col("error") - earlier).alias("explained")).select(
        "count", *LOT_KEY, pl.lit("miscount").alias("cause"), "variance", "explained"
    )
    both = pl.concat([by_shift.select(miscounted.columns), miscounted])
    both = both.filter((pl.col("explained") != 0) & (pl.col("variance") != 0))
    # What is left over was found by an earlier count, and not posted, or not as it was found.
    keys = ["count", *LOT_KEY]
    known = both.group_by(keys).agg(pl.col("explained").sum().alias("known"))
    rest = (
        marks.filter(pl.col("variance") != 0)
        .join(known, on=keys, how="left")
        .select(
            *keys,
            pl.lit("earlier difference not posted").alias("cause"),
            "variance",
            (pl.col("variance") - pl.col("known").fill_null(0)).alias("explained"),
        )
    )
    return pl.concat([both, rest.filter(pl.col("explained") != 0)]).sort(*keys, "cause")


def as_written(chain: Chain, lines: pl.DataFrame) -> pl.DataFrame:
    """Lines as they stand on the sheet: whatever differs is counted again by the other person, and some of the rest."""
    managers = pl.lit(pl.Series(chain.master.people.of("manager")[:, 0]))
    again = (pl.col("variance") != 0) | (pl.col("first_error") != 0) | pl.Series(chain.rng.random(lines.height) < 0.05)
    return lines.with_columns(
        pl.when(again).then("counted").alias("recounted"),
        (pl.col("counted") + pl.col("first_error")).alias("counted"),
        pl.when("is_alone").then("counted_by").otherwise("recounted_by").alias("recounted_by"),
        pl.lit(1, pl.Int64).alias("round"),
        pl.when("is_cancelled").then(pl.lit("cancelled")).otherwise(pl.lit("approved")).alias("status"),
        managers.gather("place").alias("approved_by"),
    )
