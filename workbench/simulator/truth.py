"""What follows from the defects that were planted, worked out from the simulator's own books and not by the rules.

A receipt entered twice also makes a count differ, a sale sent twice may take a balance below zero: the rules must find
that too, so it belongs in the key.
"""

from __future__ import annotations

import polars as pl

from workbench.simulator.books import stock_at
from workbench.simulator.chain import Chain
from workbench.simulator.ordinary import near_expiry_band
from workbench.simulator.plan import DAY

_ACCOUNT = ["place", "product", "account"]


def add_consequences(chain: Chain, reasons: pl.DataFrame) -> None:
    """Write down all that follows. `reasons` is the table of causes of count variances."""
    _count_variances(chain, reasons)
    _negative_spells(chain)
    _oversold(chain)
    _old_stock(chain)
    _sold_wrongly(chain)


def _count_variances(chain: Chain, reasons: pl.DataFrame) -> None:
    names = reasons.group_by("count", "place", "product", "lot").agg(pl.col("cause").sort().str.join(" + "))
    last = pl.col("round") == pl.col("round").max().over("count", "product", "lot")
    rows = chain.lines.filter((pl.col("variance") != 0) & (pl.col("status") != "cancelled") & last)
    first_seen = chain.moves.group_by("place", "product", "lot").agg(pl.col("moment").min().alias("first_at"))
    rows = rows.join(names, on=["count", "place", "product", "lot"], how="left").join(
        first_seen.with_columns(pl.col("place", "product", "lot").cast(pl.Int64)),
        on=["place", "product", "lot"],
        how="left",
    )
    for row in rows.sort("count", "line").iter_rows(named=True):
        chain.expect(
            "count_variance",
            f"Counted {row['counted']}, book {row['book']}",
            f"账面 {row['book']}，实盘 {row['counted']}",
            row["cause"] or "count",
            place=row["place"],
            document=("count", row["count"]),
            product=row["product"],
            lot=row["lot"],
            day=row["moment"] // DAY,
            # A batch of which the book has never heard may be taken for one whose history begins with this count.
            is_optional=row["first_at"] is None or row["first_at"] >= row["moment"],
        )


def _negative_spells(chain: Chain) -> None:
    """Balances below zero between two moments, each uninterrupted stretch once."""
    suspects = chain.moves.filter(pl.col("balance") < 0).select(_ACCOUNT).unique()
    rows = chain.moves.join(suspects, on=_ACCOUNT, maintain_order="left")
    rows = rows.filter(pl.col("moment").shift(-1).over(_ACCOUNT).ne_missing(pl.col("moment")))
    below = pl.col("balance") < 0
    starts = rows.filter(below & ~below.shift(1, fill_value=False).over(_ACCOUNT))
    causes = _causes_by_cell(chain)
    for row in starts.sort(*_ACCOUNT, "moment").iter_rows(named=True):
        chain.expect(
            "balance_negative",
            "The book fell below zero",
            "账面结存变为负数",
            causes.get((row["place"], row["product"]), "balance_negative"),
            place=row["place"],
            product=row["product"],
            lot=row["account"],
            day=row["moment"] // DAY,
        )


def _causes_by_cell(chain: Chain) -> dict[tuple[int, int], str]:
    rows = pl.concat(chain.shifts).filter(pl.col("cause") != "theft") if chain.shifts else pl.DataFrame()
    return {(r["place"], r["product"]): r["cause"] for r in rows.iter_rows(named=True)} if rows.height else {}


def batch_days(chain: Chain) -> pl.DataFrame:
    """Last good day per product and batch as the documents show it: product, lot, expiry."""
    counting = ~pl.col("status").is_in(["draft", "rejected", "cancelled"])
    received = chain.receipts.filter(counting & pl.col("has_batch") & (pl.col("lot") >= 0))
    received = received.group_by("product", "lot").agg(pl.col("expiry").min().alias("received_expiry"))
    both = chain.batches.select("product", "lot", "expiry").join(
        received.with_columns(pl.col("product", "lot").cast(pl.Int64)), on=["product", "lot"], how="full", coalesce=True
    )
    return both.select("product", "lot", pl.coalesce("expiry", "received_expiry").alias("expiry"))


def _old_stock(chain: Chain) -> None:
    last = chain.plan.days - 1
    stock = stock_at(chain.moves, chain.plan.days * DAY).filter((pl.col("qty") > 0) & (pl.col("lot") >= 0))
    life = pl.lit(pl.Series(chain.master.goods.life)).gather("product")
    stock = stock.join(batch_days(chain), on=["product", "lot"], how="left").with_columns(
        (pl.col("expiry") - last).alias("left")
    )
    causes = _causes_by_cell(chain)
    for row in (
        stock.filter(pl.col("left") <= near_expiry_band(life)).sort("place", "product", "lot").iter_rows(named=True)
    ):
        is_expired = row["left"] < 0
        chain.expect(
            "batch_expired_on_hand" if is_expired else "batch_expiring_soon",
            f"{row['qty']} in stock, {row['left']} days left",
            f"库存 {row['qty']}，剩余 {row['left']} 天",
            causes.get((row["place"], row["product"]), "old stock"),
            place=row["place"],
            product=row["product"],
            lot=row["lot"],
        )


def _oversold(chain: Chain) -> None:
    """Batches of which more left than came, over the whole history; a time below zero that ended is uncertain."""
    kept = chain.moves.filter(pl.col("account") >= 0)
    rows = kept.group_by(_ACCOUNT).agg(pl.col("qty").cast(pl.Int64).sum(), pl.col("balance").min().alias("lowest"))
    causes = _causes_by_cell(chain)
    for row in rows.filter(pl.col("lowest") < 0).sort(_ACCOUNT).iter_rows(named=True):
        chain.expect(
            "batch_oversold", f"Lowest balance {row['lowest']}", f"最低结存 {row['lowest']}",
            causes.get((row["place"], row["product"]), "batch_oversold"),
            place=row["place"], product=row["product"], lot=row["account"], is_optional=row["qty"] >= 0,
        )  # fmt: skip


def _dated_moves(chain: Chain, place: int) -> pl.DataFrame:
    """Movements of a place's batches with a last good day, of products where shelf and book may have parted."""
    cells = pl.DataFrame(list(chain.used_cells), schema={"place": pl.Int16, "product": pl.Int32}, orient="row")
    here = chain.moves.filter(pl.col("place") == place)
    posted = here.filter(pl.col("kind").is_in(["count_gain", "count_loss"])).select("place", "product")
    parted = pl.concat([cells, posted, *(rows.select("place", "product") for rows in chain.shifts)]).unique()
    rows = here.filter(pl.col("account") >= 0).join(parted, on=["place", "product"], how="semi", maintain_order="left")
    days = batch_days(chain).select(pl.col("lot").cast(pl.Int32).alias("account"), "expiry").unique("account")
    return rows.join(days, on="account", how="left", maintain_order="left")


def _sold_wrongly(chain: Chain) -> None:
    """Batches sold after their last good day, and younger ones before the older."""
    for place in range(chain.plan.places):
        rows = _dated_moves(chain, place)
        _sold_after_expiry(chain, rows)
        _sold_out_of_order(chain, rows.with_row_index("position"))


def _sold_after_expiry(chain: Chain, rows: pl.DataFrame) -> None:
    late = rows.filter(pl.col("kind").is_in(["sale", "sale_return"]) & (pl.col("moment") // DAY > pl.col("expiry")))
    sold = late.group_by(_ACCOUNT).agg(pl.col("qty").sum()).filter(pl.col("qty") < 0).sort(_ACCOUNT)
    for row in sold.iter_rows(named=True):
        chain.expect(
            "sold_after_expiry", f"{-row['qty']} sold after the last good day", f"过期后售出 {-row['qty']}",
            place=row["place"], product=row["product"], lot=row["account"],
        )  # fmt: skip


def _sold_out_of_order(chain: Chain, rows: pl.DataFrame) -> None:
    """A younger batch sold while the book still had an older, good one: of each younger batch once."""
    sold = rows.filter((pl.col("kind") == "sale") & (pl.col("qty") < 0)).select(
        "place",
        "product",
        "position",
        "moment",
        pl.col("account").alias("sold_lot"),
        pl.col("expiry").alias("sold_expiry"),
    )
    # Only batches that were in the book at some time before the sale and, after it, either still or again.
    stretch = (
        rows.drop_nulls("expiry")
        .group_by("product", "account", "expiry")
        .agg(
            pl.col("position").filter(pl.col("balance") > 0).min().alias("from"),
            pl.col("position").filter(pl.col("balance") > 0).max().alias("last"),
            pl.col("position").max().alias("end"),
        )
    )
    until = pl.when(pl.col("last") == pl.col("end")).then(rows.height).otherwise(pl.col("end"))
    stretch = stretch.drop_nulls("from").with_columns(until.alias("until")).drop("last", "end")
    pairs = sold.join(stretch, on="product").filter(
        (pl.col("expiry") < pl.col("sold_expiry"))
        & (pl.col("expiry") >= pl.col("moment") // DAY)
        & pl.col("position").is_between("from", "until")
    )
    # The older batch's balance at that very place in the book.
    held = pairs.sort("position").join_asof(
        rows.select(*_ACCOUNT, "position", "balance").sort("position"),
        on="position",
        by=_ACCOUNT,
        check_sortedness=False,
    )
    found = held.filter(pl.col("balance") > 0).select("place", "product", "sold_lot").unique()
    causes = _causes_by_cell(chain)
    for row in found.sort("place", "product", "sold_lot").iter_rows(named=True):
        chain.expect(
            "batch_sold_out_of_order", "An older batch was in the book", "账上仍有更早到期的批次",
            causes.get((row["place"], row["product"]), "theft"),
            place=row["place"], product=row["product"], lot=row["sold_lot"],
        )  # fmt: skip
