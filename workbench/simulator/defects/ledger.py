"""Defects of the stock card: balances, reports, transfers, what devices send."""

from __future__ import annotations

import polars as pl

from workbench.simulator.chain import Chain
from workbench.simulator.defects.tools import Planters, opening, sales
from workbench.simulator.plan import DAY, HOUR, MINUTE


def balance_negative(chain: Chain, number: int) -> None:
    """Sold before it was booked in: found behind the shelf and written up days later. Truth adds the finding."""
    for turn, (place, product) in enumerate(chain.spare(number, ~chain.master.goods.is_tracked)):
        cause = "balance_negative"
        day = chain.plan.days // 2 + 3 * turn
        clerk = int(chain.master.people.of("clerk")[place, 0])
        found = pl.DataFrame({"place": [place], "product": product, "lot": -1, "moment": (day - 1) * DAY, "qty": 4})
        chain.post(opening(place, product, -1, 6), cause, is_real=True)
        chain.lose(found, cause)
        chain.post(sales(chain, place, product, -1, [day, day + 1], qty=3), cause, is_real=True)
        chain.post(sales(chain, place, product, -1, [day + 2], qty=2), cause, is_real=True)
        booked = found.with_columns(
            pl.lit((day + 4) * DAY + 9 * HOUR, pl.Int64).alias("moment"),
            pl.lit("adjustment").alias("kind"),
            pl.lit("loss").alias("doc_kind"),
            pl.lit(90_000 + turn).alias("doc"),
            pl.lit(clerk).alias("operator"),
            pl.lit("found").alias("reason"),
        )
        chain.post(booked, cause, is_real=False)


def duplicated_by_sync(chain: Chain, number: int) -> None:
    """A ticket that the till sent twice."""
    single = pl.len().over("place", "doc") == 1
    tickets = chain.moves.filter(pl.col("doc_kind") == "ticket").filter(single & (pl.col("kind") == "sale"))
    tickets = tickets.filter(pl.col("moment") < (chain.plan.days - 2) * DAY)
    for row in chain.pick(tickets, number):
        same = chain.moves.filter(
            (pl.col("place") == row["place"]) & (pl.col("doc_kind") == "ticket") & (pl.col("doc") == row["doc"])
        )
        chain.post(same.with_columns(pl.col("recorded") + 6 * MINUTE), "movement_duplicated_by_sync", is_real=False)
        chain.expect(
            "movement_duplicated_by_sync",
            "The till sent it twice",
            "收银机重复上传",
            place=row["place"],
            document=("ticket", row["doc"]),
            product=row["product"],
            day=row["moment"] // DAY,
        )


def wrong_balance(chain: Chain, number: int) -> None:
    """A balance on the stock card that is not the sum of its movements. Put in when the books are closed."""
    rows = chain.moves.filter((pl.col("kind") == "sale") & (pl.col("doc_kind") == "ticket"))
    alone = pl.len().over("place", "product", "moment") == 1
    for row in chain.pick(rows.filter(alone), number):
        chain.extra.setdefault("balance", []).append({k: row[k] for k in ("place", "product", "lot", "moment")})
        chain.expect(
            "balance_differs_from_reported",
            "The till shows three more",
            "收银机结存多 3",
            place=row["place"],
            document=("ticket", row["doc"]),
            product=row["product"],
            lot=row["lot"],
            day=row["moment"] // DAY,
        )


PLANTERS: Planters = {
    "balance_negative": (balance_negative, 3),
    "movement_duplicated_by_sync": (duplicated_by_sync, 3),
    "balance_differs_from_reported": (wrong_balance, 3),
}


def wrong_snapshot(chain: Chain, number: int, stock: pl.DataFrame) -> pl.DataFrame:
    """The last report of stock on hand with figures that the stock card does not bear out."""
    last = chain.plan.days - 1
    for row in chain.pick(stock.filter((pl.col("day") == last) & (pl.col("qty") > 4)), number):
        here = (pl.col("day") == last) & pl.all_horizontal(pl.col(c) == row[c] for c in ("place", "product", "lot"))
        stock = stock.with_columns(pl.when(here).then(pl.col("qty") - 2).otherwise("qty").alias("qty"))
        chain.expect(
            "on_hand_differs_from_ledger",
            "Two fewer than the stock card",
            "比库存流水少 2",
            place=row["place"],
            product=row["product"],
            lot=row["lot"],
            day=last,
        )
    return stock
