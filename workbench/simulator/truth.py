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
    _old_stock(chain)


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
