"""Defects of the stock card: balances, transfers, what devices send."""

from __future__ import annotations

import polars as pl

from workbench.simulator.chain import Chain
from workbench.simulator.defects.tools import Planters, Row, add, opening, sales
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
        chain.post(sales(chain, place, product, -1, [day + 6], qty=2), cause, is_real=True)


def duplicated_by_sync(chain: Chain, number: int) -> None:
    """A ticket that the till sent twice."""
    # Not while products are counted: what the till sends once more then is a finding about the count too.
    hour = pl.col("moment") % DAY // HOUR
    tickets = chain.sales_of_some_days().filter(~hour.is_between(13, 15))
    for row in chain.pick(tickets.filter(pl.len().over("place", "doc") == 1), number):
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
    alone = pl.len().over("place", "product", "moment") == 1
    for row in chain.pick(chain.sales_of_some_days().filter(alone), number):
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


def without_document(chain: Chain, number: int) -> None:
    """A movement that names no document, or a receipt that there is not."""
    losses = chain.moves.filter((pl.col("kind") == "write_off") & (pl.col("doc") < 90_000))
    losses = losses.filter(pl.len().over("place", "doc") == 1)
    for row in chain.pick(losses, number):
        here = (pl.col("place") == row["place"]) & (pl.col("doc_kind") == "loss") & (pl.col("doc") == row["doc"])
        chain.mark(here, doc_kind="none")
        _expect_no_document(chain, row)
    receipts = chain.moves.filter((pl.col("kind") == "receipt") & (pl.col("moment") > 9 * DAY))
    receipts = receipts.filter(pl.col("moment") < (chain.plan.days - 20) * DAY)
    for turn, row in enumerate(chain.pick(receipts, number)):
        text = chain.text(f"RK{chain.master.place_code[row['place']]}-{90_001 + turn}")
        ghost = pl.DataFrame([row], schema=chain.moves.schema).with_columns(
            pl.lit(2).alias("qty"),
            pl.lit("text").alias("doc_kind"),
            pl.lit(text).alias("doc"),
            pl.col("moment") + HOUR,
            pl.col("recorded") + HOUR,
        )
        chain.post(ghost, "movement_without_document", is_real=False)
        _expect_no_document(chain, row)


def _expect_no_document(chain: Chain, row: Row) -> None:
    chain.expect(
        "movement_without_document",
        "No such document",
        "没有对应单据",
        place=row["place"],
        product=row["product"],
        day=row["moment"] // DAY,
    )


def _transfers(chain: Chain) -> pl.DataFrame:
    """Goods of one batch sent and arrived in one piece, weeks before the end."""
    arrived = chain.moves.filter((pl.col("kind") == "transfer_in") & (pl.col("moment") < (chain.plan.days - 12) * DAY))
    return arrived.filter((pl.len().over("doc", "product") == 1) & (pl.col("qty") > 3))


def _arrival(row: Row) -> pl.Expr:
    here: pl.Expr = (
        (pl.col("kind") == "transfer_in") & (pl.col("doc") == row["doc"]) & (pl.col("product") == row["product"])
    )
    return here


def transfer_not_received(chain: Chain, number: int) -> None:
    """Sent, arrived, and never booked in."""
    for row in chain.pick(_transfers(chain), number):
        chain.lift(_arrival(row), "transfer_not_received")
        chain.expect(
            "transfer_not_received",
            "Never booked in",
            "调出后未调入",
            place=0,
            product=row["product"],
            document=("transfer", row["doc"]),
        )


def transfer_qty_differs(chain: Chain, number: int) -> None:
    """Booked in with one fewer than was sent and came."""
    for row in chain.pick(_transfers(chain), number):
        chain.alter(_arrival(row), "transfer_qty_differs", qty=pl.col("qty") - 1)
        chain.expect(
            "transfer_qty_differs",
            "One fewer booked in",
            "调入少 1",
            place=0,
            product=row["product"],
            document=("transfer", row["doc"]),
        )


def sync_failing(chain: Chain, number: int) -> None:
    """A till that fails again and again, and nothing comes later."""
    for turn in range(number):
        place, day = 1 + turn % chain.plan.stores, 25 + 9 * turn
        add(chain, "failing", place=place, till=1 + turn % 3, moment=day * DAY + 12 * HOUR)
        chain.expect("sync_failing", "Five failures, no upload", "连续提交失败且未补传", place=place, day=day)


def sold_never_received(chain: Chain, number: int) -> None:
    """Sold under the code of something that never came."""
    last = chain.plan.days - 1
    for place, product in chain.spare(number, ~chain.master.goods.is_tracked):
        sold = sales(chain, place, product, -1, [last - 4, last - 3], qty=2)
        chain.post(sold, "sold_never_received", is_real=False)
        chain.expect("sold_never_received", "Sold, never came in", "从未入库却有销售", place=place, product=product)


def write_off_concentrated(chain: Chain, number: int) -> None:
    """Nearly all write-offs of a store by one person."""
    often = chain.moves.filter((pl.col("kind") == "write_off") & (pl.col("place") > 0)).group_by("place").len()
    places = often.filter(pl.col("len") >= 40).get_column("place").sort().to_numpy()
    for place in chain.rng.permutation(places)[:number]:
        here = (pl.col("place") == int(place)) & (pl.col("kind") == "write_off") & (pl.col("operator") >= 0)
        # A few stay with each of the others, or it would be one person's task.
        few = chain.moves.filter(here).group_by("operator").agg(pl.col("doc").unique().sort().head(4)).sort("operator")
        kept = few.get_column("doc").explode().to_list()
        chain.mark(here & ~pl.col("doc").is_in(kept), operator=int(chain.master.people.of("clerk")[place, 0]))
        chain.expect("write_off_concentrated", "Nearly all by one person", "报损集中于一人", place=int(place))


PLANTERS: Planters = {
    "movement_without_document": (without_document, 2),
    "transfer_not_received": (transfer_not_received, 3),
    "transfer_qty_differs": (transfer_qty_differs, 3),
    "sync_failing": (sync_failing, 2),
    "sold_never_received": (sold_never_received, 2),
    "write_off_concentrated": (write_off_concentrated, 1),
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
