"""The stock card as a correctly run chain would write it: every quantity that moved, batch by batch, with its document.

Numbers in place of codes, see `documents`. `doc` counts the documents of its `doc_kind`; a till's tickets are counted
per place. What was stolen moves nothing in the book and is kept apart.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from workbench.simulator.allot import allot
from workbench.simulator.documents import lot_of
from workbench.simulator.flow import Flow
from workbench.simulator.master import Master
from workbench.simulator.plan import DAY, HOUR, MINUTE, Plan

KINDS = (
    "opening receipt sale sale_return purchase_return transfer_in transfer_out adjustment count_gain count_loss"
    " write_off consumption theft"
).split()
DOC_KINDS = ("none", "receipt", "transfer", "loss", "count", "ticket", "text")
REASONS = ("none", "damaged", "near_expiry", "spoiled", "tasting", "found", "correction", "count", "own_use", "text")
NOBODY = -1

SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "place": pl.Int16,
    "product": pl.Int32,
    "lot": pl.Int32,
    "kind": pl.Enum(KINDS),
    "qty": pl.Int32,
    "moment": pl.Int32,
    "recorded": pl.Int32,
    "doc_kind": pl.Enum(DOC_KINDS),
    "doc": pl.Int32,
    "line": pl.Int16,
    "other": pl.Int16,
    "operator": pl.Int32,
    "reason": pl.Enum(REASONS),
}
_SALE_LINE = 3  # units that one customer takes at most
_DELAY = {
    "sale": 0,
    "write_off": 11 * HOUR + 5 * MINUTE,
    "consumption": 11 * HOUR + 8 * MINUTE,
    "adjustment": 11 * HOUR + 11 * MINUTE,
    "theft": 11 * HOUR + 14 * MINUTE,
    "purchase_return": -10 * MINUTE,
}


def shaped(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame of movements with all columns in order; what it leaves out is nobody, none, at once."""
    usual = {
        "lot": pl.lit(-1),
        "recorded": pl.col("moment"),
        "doc_kind": pl.lit("none"),
        "doc": pl.lit(0),
        "line": pl.lit(1),
        "other": pl.lit(NOBODY),
        "operator": pl.lit(NOBODY),
        "reason": pl.lit("none"),
    }
    frame = frame.with_columns(value.alias(name) for name, value in usual.items() if name not in frame.columns)
    return frame.select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())


def make_movements(
    plan: Plan, master: Master, flow: Flow, receipts: pl.DataFrame, rng: np.random.Generator
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The movements of a chain without a fault, and beside them what vanished unwritten (kind theft)."""
    goods, people = master.goods, master.people
    product = flow.opening.get_column("product").to_numpy()
    place = flow.opening.get_column("place").to_numpy()
    # What the stores hold on the first day came through the warehouse some days before what it holds itself.
    older = np.where(goods.is_central[product] & (place > 0), 2, 1)
    opening = flow.opening.with_columns(
        pl.Series("lot", lot_of(goods, product, 0, older)), pl.lit(1).alias("moment"), pl.lit("opening").alias("kind")
    )
    received = receipts.select(
        "place",
        "product",
        "lot",
        (pl.col("qty") - pl.col("rejected")).alias("qty"),
        pl.col("received").alias("moment"),
        pl.col("approved").alias("recorded"),
        pl.lit("receipt").alias("kind"),
        pl.lit("receipt").alias("doc_kind"),
        pl.col("receipt").alias("doc"),
        "line",
        pl.col("created_by").alias("operator"),
    ).filter(pl.col("qty") > 0)
    names = ["place", "product", "lot", "moment", "qty"]
    supply = pl.concat([opening.select(names), received.select(names)], how="vertical_relaxed")
    supplied = supply.partition_by("place", as_dict=True)
    out = _outflows(master, flow, rng)
    sent = _transfers(flow, people.of("clerk")[0])
    central = allot(supplied[(0,)], pl.concat([sent, *out.get(0, [])], how="diagonal_relaxed"))
    moved = central.filter(pl.col("kind") == "transfer_out")
    clerk = pl.lit(pl.Series(people.of("clerk")[:, 0]))
    arrived = moved.filter(pl.col("moment") + DAY < plan.days * DAY).with_columns(
        pl.col("other").alias("place"),
        pl.col("place").alias("other"),
        pl.lit("transfer_in").alias("kind"),
        (pl.col("moment") + DAY + 30 * MINUTE).alias("moment"),
        clerk.gather(pl.col("other")).alias("operator"),
    )
    stocked = pl.concat([shaped(opening), shaped(received), shaped(arrived)])
    kept, vanished = [], []
    # Place by place: the sorting and splitting below take several times what the movements themselves do.
    for number in range(plan.places):
        gone = central if number == 0 else _gone(number, supplied, arrived.select(names), out)
        rows = pl.concat([stocked.filter(pl.col("place") == number), shaped(gone.with_columns(-pl.col("qty")))])
        is_theft = pl.col("kind") == "theft"
        ordered = rows.filter(~is_theft).sort("moment", "recorded", "product", "lot", "line")
        kept.append(_with_lines(ordered))
        vanished.append(rows.filter(is_theft).sort("product", "lot", "moment"))
    return pl.concat(kept), pl.concat(vanished)


def _gone(
    place: int,
    supplied: dict[tuple[object, ...], pl.DataFrame],
    arrived: pl.DataFrame,
    out: dict[int, list[pl.DataFrame]],
) -> pl.DataFrame:
    """What left a store, by batch."""
    came = arrived.filter(pl.col("place") == place)
    supply = pl.concat([supplied.get((place,), came.clear()), came], how="vertical_relaxed")
    parts = out.pop(place, [])
    return (
        allot(supply, pl.concat(parts, how="diagonal_relaxed"))
        if parts
        else shaped(came.clear().with_columns(kind=pl.lit("sale")))
    )


def _transfers(flow: Flow, clerks: np.ndarray) -> pl.DataFrame:
    rows = flow.transfers.sort("day", "place", "product")
    rows = rows.with_columns((pl.struct("day", "place").rle_id() + 1).cast(pl.Int64).alias("doc"))
    return rows.select(
        pl.lit(0, pl.Int64).alias("place"),
        "product",
        "qty",
        (pl.col("day") * DAY + 6 * HOUR + 30 * MINUTE).alias("moment"),
        pl.lit("transfer_out").alias("kind"),
        pl.lit("transfer").alias("doc_kind"),
        "doc",
        pl.int_range(1, pl.len() + 1).over("doc").alias("line"),
        pl.col("place").alias("other"),
        pl.lit(int(clerks[0])).alias("operator"),
    )


def _outflows(master: Master, flow: Flow, rng: np.random.Generator) -> dict[int, list[pl.DataFrame]]:
    """Per place what left it; the rows of `flow` are given up on the way."""
    is_sale = pl.col("kind") == "sale"
    other = flow.outflows.filter(~is_sale).with_columns(pl.all().exclude("kind").cast(pl.Int64))
    sold = flow.outflows.filter(is_sale).partition_by("place", as_dict=True)
    flow.outflows = flow.outflows.clear()
    parts: dict[int, list[pl.DataFrame]] = {}
    for number in sorted(int(str(key[0])) for key in sold):
        parts[number] = [_sales(master, sold.pop((number,)), rng)]
    place = other.get_column("place").to_numpy()
    who = master.people.of("clerk")[place, rng.integers(0, 3, other.height)]
    hours = pl.col("kind").replace_strict(_DELAY, return_dtype=pl.Int64)
    why = pl.Series(np.array(["damaged", "spoiled", "tasting"])[rng.integers(0, 3, other.height)])
    other = other.with_columns(
        (pl.col("day") * DAY + 10 * HOUR + hours).alias("moment"),
        pl.when(pl.col("kind") == "purchase_return")
        .then(pl.lit("receipt"))
        .otherwise(pl.lit("loss"))
        .alias("doc_kind"),
        pl.struct("day", "place", "kind").rle_id().cast(pl.Int64).alias("doc"),
        pl.Series("operator", who),
        pl.when(pl.col("kind") == "write_off")
        .then(why)
        .when(pl.col("kind") == "adjustment")
        .then(pl.lit("correction"))
        .when(pl.col("kind") == "consumption")
        .then(pl.lit("own_use"))
        .otherwise(pl.lit("none"))
        .alias("reason"),
    ).drop("day")
    # A return to a supplier is a document of receiving: its number is that of a receipt, made by `chain`.
    last = receipts_before(flow)
    returns = other.filter(pl.col("kind") == "purchase_return").with_columns(
        (pl.struct("moment", "place", "product").rank("ordinal") + last).cast(pl.Int64).alias("doc")
    )
    others = other.filter(pl.col("kind") != "purchase_return").with_columns((pl.col("doc") + 1).alias("doc"))
    for rest in (returns, others):
        for key, rows in rest.partition_by("place", as_dict=True).items():
            parts.setdefault(int(str(key[0])), []).append(rows)
    return parts


def receipts_before(flow: Flow) -> int:
    """A number above that of every receipt of an order, so that returns can be numbered without asking."""
    return flow.orders.height * 2 + 1


def _sales(master: Master, rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """A day's sales of a product as lines of tickets spread over the opening hours."""
    qty = rows.get_column("qty").to_numpy()
    lines = -(-qty // _SALE_LINE)
    row = np.repeat(np.arange(len(qty)), lines)
    inside = np.arange(len(row)) - np.repeat(np.cumsum(lines) - lines, lines)
    part = np.minimum(_SALE_LINE, qty[row] - inside * _SALE_LINE)
    # A basket holds lines of the same place, day and five minutes; seconds stay below 20, counts are at 40.
    slot = rng.integers(0, 132, len(row))
    frame = rows[row].with_columns(
        pl.Series("qty", part),
        (pl.col("day") * DAY + 10 * HOUR + pl.Series(slot * 5 * MINUTE)).alias("slot"),
    )
    frame = frame.sort("place", "slot", "product")
    frame = frame.with_columns((pl.struct("place", "slot").rle_id()).cast(pl.Int64).alias("ticket"))
    first = pl.col("ticket").min().over("place")
    ticket = frame.get_column("ticket").to_numpy()
    second = rng.integers(0, 15, ticket.max() + 1 if len(ticket) else 0)
    minute = rng.integers(0, 4, len(second))
    place = frame.get_column("place").to_numpy()
    cashier = master.people.of("cashier")
    who = cashier[np.maximum(place - 1, 0), ticket % 3]
    return frame.select(
        "place",
        "product",
        "qty",
        (pl.col("slot") + pl.Series((minute * MINUTE + second)[ticket])).alias("moment"),
        pl.lit("sale").alias("kind"),
        pl.lit("ticket").alias("doc_kind"),
        (pl.col("ticket") - first + 1).alias("doc"),
        pl.int_range(1, pl.len() + 1).over("ticket").alias("line"),
        pl.Series("operator", who),
    )


def _with_lines(moves: pl.DataFrame) -> pl.DataFrame:
    """Line numbers anew where a line was split over batches, one run of numbers per document."""
    line = pl.int_range(1, pl.len() + 1).over("place", "doc_kind", "doc", "moment")
    return moves.with_columns(
        pl.when(pl.col("doc_kind").is_in(["ticket", "transfer", "loss"]))
        .then(line)
        .otherwise("line")
        .cast(pl.Int16)
        .alias("line")
    )
