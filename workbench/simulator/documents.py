"""The paper that follows the goods from order to invoice: orders, delivery notes, receipts, supplier invoices.

One frame per kind of document, a row per line, numbers in place of codes. `order`, `note`, `receipt` and `invoice`
stand for documents until they are numbered; `lot` for a batch: product, then day of production. Money in hundredths.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from workbench.simulator.flow import AT_ONCE, TWO_NOTES
from workbench.simulator.master import Goods, Ints, Master
from workbench.simulator.plan import DAY, HOUR, MINUTE, Plan

# A batch is product × LOT_SPAN + day of production + LOT_START: nothing to look up.
LOT_SPAN, LOT_START = 8192, 4000
NO_LOT = -1


@dataclass
class Papers:
    """What was written between the chain and its suppliers."""

    orders: pl.DataFrame
    notes: pl.DataFrame
    receipts: pl.DataFrame
    invoices: pl.DataFrame


def next_id(rows: pl.DataFrame, column: str) -> int:
    """An id above all in a column."""
    highest = rows.get_column(column).max()
    return highest + 1 if isinstance(highest, int) else 0


def lot_of(goods: Goods, product: Ints, day: Ints | int, younger: Ints | int = 0) -> Ints:
    """The batch that a supplier sends on a day: production runs several times per shelf life."""
    life = goods.life[product]
    step = np.maximum(1, life // 12)
    produced = (day - np.maximum(1, life // 20)) // step * step - younger * step
    return np.where(life > 0, product * LOT_SPAN + produced + LOT_START, NO_LOT)


def produced_day(lot: pl.Expr) -> pl.Expr:
    """Day of production of a batch; null where there is none."""
    return pl.when(lot >= 0).then(lot % LOT_SPAN - LOT_START)


def expiry_day(goods: Goods, lot: pl.Expr) -> pl.Expr:
    """Last good day of a batch; null where there is none."""
    life = pl.lit(pl.Series(goods.life))
    return pl.when(lot >= 0).then(
        lot % LOT_SPAN - LOT_START + life.gather(pl.when(lot >= 0).then(lot // LOT_SPAN).otherwise(0))
    )


def make_papers(plan: Plan, master: Master, ordered: pl.DataFrame, rng: np.random.Generator) -> Papers:
    """All documents of the orders that were placed."""
    orders = _orders(plan, master, ordered, rng)
    deliveries = _deliveries(plan, master, orders, rng)
    receipts = _receipts(master, deliveries, rng)
    notes = _notes(master, receipts)
    invoices = _invoices(plan, master, receipts, rng)
    keep = ["order", "line", "day", "place", "supplier", "product", "qty", "pack", "price", "expected_day"]
    orders = orders.select([*keep, "created_by", "approved_by", "status"])
    receipts = receipts.drop("is_noted")
    return Papers(orders, notes, receipts, invoices)


def _orders(plan: Plan, master: Master, ordered: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    goods, people = master.goods, master.people
    supplier = goods.supplier[ordered.get_column("product").to_numpy()]
    frame = ordered.with_columns(pl.Series("supplier", supplier)).sort("day", "place", "supplier", "product")
    frame = frame.with_columns(
        (pl.struct("day", "place", "supplier").rle_id()).cast(pl.Int64).alias("order"),
    ).with_columns(pl.int_range(1, pl.len() + 1).over("order").alias("line"))
    product, day = frame.get_column("product").to_numpy(), frame.get_column("day").to_numpy()
    # Prices move a little every two months; what the order says is what is paid.
    drift = rng.normal(1.0, 0.012, (len(goods.cost), plan.days // 60 + 1))
    documents = next_id(frame, "order")
    buyer = people.of("buyer")[0]
    last = pl.col("second_day").max().over("order")
    spare = pl.Series(rng.integers(0, 2, documents)).gather(frame.get_column("order"))
    return frame.with_columns(
        pl.Series("pack", goods.pack[product]),
        pl.Series("price", np.round(goods.cost[product] * drift[product, day // 60]).astype(np.int64)),
        (last + spare).alias("expected_day"),
        pl.Series("created_by", buyer[0] if len(buyer) == 1 else buyer[frame.get_column("order").to_numpy() % 2]),
        pl.lit(int(people.of("manager")[0, 0])).alias("approved_by"),
        pl.when(last < plan.days).then(pl.lit("closed")).otherwise(pl.lit("approved")).alias("status"),
    )


def _deliveries(plan: Plan, master: Master, orders: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Each part of an order that arrived, split over batches where a delivery brought two."""
    first = orders.select(
        "order",
        "place",
        "supplier",
        "product",
        "price",
        "mode",
        pl.lit(0).alias("part"),
        pl.col("first_day").alias("day"),
        pl.col("first_qty").alias("qty"),
        "rejected_qty",
    )
    second = orders.filter(pl.col("mode") != AT_ONCE).select(
        "order",
        "place",
        "supplier",
        "product",
        "price",
        "mode",
        pl.lit(1).alias("part"),
        pl.col("second_day").alias("day"),
        pl.col("second_qty").alias("qty"),
        pl.lit(0, pl.Int64).alias("rejected_qty"),
    )
    rows = pl.concat([first, second]).filter((pl.col("qty") > 0) & (pl.col("day") < plan.days))
    rows = rows.sort("place", "product", "day", "part", "order")
    product, day = rows.get_column("product").to_numpy(), rows.get_column("day").to_numpy()
    lot = lot_of(master.goods, product, day)
    before = lot_of(master.goods, product, day, younger=1)
    rows = rows.with_columns(pl.Series("lot", lot), pl.Series("older", before))
    # Two batches in one line, the older of them no older than what came last time: what came first is sold first.
    previous = pl.col("lot").shift(1).over("place", "product")
    is_alone = pl.len().over("place", "product", "day") == 1
    fits = (pl.col("lot") >= 0) & (pl.col("older") >= previous) & is_alone
    splits = (fits & (pl.col("qty") >= 6) & (pl.col("rejected_qty") == 0)).fill_null(False) & pl.Series(
        rng.random(rows.height) < 0.25
    )
    rows = rows.with_columns(splits.alias("splits"))
    older = rows.filter("splits").with_columns(pl.col("older").alias("lot"), (pl.col("qty") // 3).alias("qty"))
    younger = rows.with_columns(
        pl.when("splits").then(pl.col("qty") - pl.col("qty") // 3).otherwise("qty").alias("qty")
    )
    return pl.concat([older, younger]).drop("older", "splits").sort("day", "place", "order", "part", "product", "lot")


def _receipts(master: Master, rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    people, suppliers = master.people, master.suppliers
    rows = rows.with_columns(pl.struct("day", "place", "order", "part").rle_id().cast(pl.Int64).alias("receipt"))
    rows = rows.with_columns(pl.int_range(1, pl.len() + 1).over("receipt").alias("line"))
    number = next_id(rows, "receipt")
    head = rows.group_by("receipt").agg(pl.col("day", "place", "part", "mode").first()).sort("receipt")
    place = head.get_column("place").to_numpy().astype(np.int64)
    received = (
        head.get_column("day").to_numpy().astype(np.int64) * DAY
        + 7 * HOUR
        + 30 * MINUTE
        + rng.integers(0, 3000, number)
        + np.where(
            (head.get_column("mode") == TWO_NOTES).to_numpy(), head.get_column("part").to_numpy() * 20 * MINUTE, 0
        )
    )
    # A few are entered in the evening from the note that was left lying: a late entry, with a photo of it.
    is_late = rng.random(number) < 0.02
    recorded = received + np.where(is_late, 12 * HOUR, rng.integers(3 * MINUTE, 9 * MINUTE, number))
    approved = recorded + rng.integers(3 * MINUTE, 9 * MINUTE, number)
    head = head.select(
        "receipt",
        pl.Series("received", received),
        pl.Series("recorded", recorded),
        pl.Series("submitted", recorded + 2 * MINUTE),
        pl.Series("approved", approved),
        pl.Series("created_by", people.of("clerk")[place, rng.integers(0, 3, number)]),
        pl.Series("approved_by", people.of("manager")[place, rng.integers(0, 2, number)]),
        pl.Series("type", np.where(is_late, "late_entry", "normal")),
        pl.Series("attachment", np.where(is_late, "photo", "")),
    )
    rows = rows.join(head, on="receipt", how="left", maintain_order="left")
    noted = suppliers.has_notes[rows.get_column("supplier").to_numpy()]
    return rows.select(
        "receipt",
        "line",
        "place",
        "order",
        pl.when(pl.Series(noted)).then(pl.col("receipt")).alias("note"),
        "supplier",
        "product",
        "lot",
        "qty",
        pl.col("rejected_qty").alias("rejected"),
        pl.col("price").alias("cost"),
        (pl.col("qty") * pl.col("price")).alias("amount"),
        "received",
        "recorded",
        "submitted",
        "approved",
        "created_by",
        "approved_by",
        "type",
        pl.lit("approved").alias("status"),
        "attachment",
        pl.lit("").alias("remark"),
        pl.Series("is_noted", noted),
    )


def _notes(master: Master, receipts: pl.DataFrame) -> pl.DataFrame:
    """A note per delivery of the suppliers that write them, with what arrived, rejected goods included."""
    rows = receipts.filter("is_noted")
    return rows.select(
        "note",
        "line",
        "supplier",
        "place",
        "order",
        "product",
        "lot",
        pl.col("received").floordiv(DAY).alias("day"),
        "qty",
    )


def _invoices(plan: Plan, master: Master, receipts: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """What was accepted is billed some days later, receipt by receipt or order by order as the supplier does it."""
    by_receipt = pl.lit(pl.Series(master.suppliers.bills_receipts)).gather(pl.col("supplier"))
    rows = receipts.with_columns(
        pl.when(by_receipt).then(pl.col("receipt")).alias("billed_receipt"),
        (pl.col("qty") - pl.col("rejected")).alias("qty"),
    )
    rows = (
        rows.group_by("supplier", "order", "billed_receipt", "product")
        .agg(pl.col("qty").sum(), pl.col("cost").first().alias("price"), pl.col("received").max())
        .sort("supplier", "order", "billed_receipt", "product")
    )
    rows = rows.with_columns(
        pl.struct("supplier", "order", "billed_receipt").rle_id().cast(pl.Int64).alias("invoice"),
        pl.col("received").max().over("order", "billed_receipt").floordiv(DAY).alias("last_day"),
    )
    number = next_id(rows, "invoice")
    wait = pl.Series(rng.integers(2, 9, number)).gather(rows.get_column("invoice"))
    rows = rows.with_columns((pl.col("last_day") + wait).alias("day")).filter(
        (pl.col("day") < plan.days) & (pl.col("qty") > 0)
    )
    # An order that is billed as a whole waits for all of it.
    return rows.select(
        "invoice",
        pl.int_range(1, pl.len() + 1).over("invoice").alias("line"),
        "supplier",
        "order",
        pl.col("billed_receipt").alias("receipt"),
        "product",
        "day",
        "qty",
        "price",
        (pl.col("qty") * pl.col("price")).alias("amount"),
    )
