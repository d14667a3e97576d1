"""What planters share: lines and documents that are simple enough to spoil, and ways of spoiling them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl

from workbench.simulator.chain import Chain
from workbench.simulator.plan import DAY, HOUR, MINUTE

Planter = Callable[[Chain, int], None]
# A planter and how many it usually plants.
Planters = dict[str, tuple[Planter, int]]
Row = dict[str, Any]


def add(chain: Chain, name: str, **values: Any) -> None:
    """Leave a note for whoever writes the files."""
    chain.extra.setdefault(name, []).append(values)


def plant(chain: Chain, planters: Planters) -> None:
    """Let each planter do its work."""
    for name, (planter, usual) in planters.items():
        if number := chain.plan.number_of(name, usual):
            planter(chain, number)


def simple_lines(chain: Chain) -> pl.DataFrame:
    """Receipt lines of closed orders that came in one receipt, one line per product, all accepted.

    With `order_line`, `ordered`, `pack` and `price` of the order line and `moment` of arrival.
    """
    some = _some_orders(chain)
    receipts = chain.receipts.join(some, on="order", how="semi", maintain_order="left")
    rows = receipts.with_columns(pl.len().over("order", "product").alias("times"))
    single = receipts.group_by("order").agg(
        pl.col("receipt").n_unique().alias("receipts"), (pl.col("type") == "normal").all().alias("is_normal"),
        (pl.col("status") == "approved").all().alias("is_approved"), pl.col("product").is_null().any().alias("has_gap"),
    )  # fmt: skip
    single = single.filter((pl.col("receipts") == 1) & pl.col("is_normal") & pl.col("is_approved") & ~pl.col("has_gap"))
    orders = chain.orders.filter(pl.col("status") == "closed").join(some, on="order", how="semi", maintain_order="left")
    orders = orders.select(
        "order", "product", pl.col("line").alias("order_line"), pl.col("qty").alias("ordered"), "pack", "price",
        "expected_day", pl.len().over("order").alias("order_lines"),
    )  # fmt: skip
    rows = rows.join(single.select("order"), on="order", how="semi").join(orders, on=["order", "product"])
    last = chain.plan.days
    fits = (pl.col("times") == 1) & (pl.col("rejected") == 0) & (pl.col("qty") == pl.col("ordered"))
    return rows.filter(fits & (pl.col("expected_day") < last - 1)).sort("receipt", "line")


def _some_orders(chain: Chain) -> pl.DataFrame:
    """A few thousand orders to choose from: a large chain has many more than anybody will spoil."""
    if chain.candidates.is_empty():
        every = chain.orders.select("order").unique().sort("order")
        chain.candidates = every[np.sort(chain.rng.permutation(every.height)[:3000])]
    return chain.candidates


def simple_receipts(chain: Chain, most_lines: int, number: int, is_paper: bool = False) -> list[list[Row]]:
    """Up to `number` receipts all of whose lines are simple, short ones, and whose goods nothing else has touched."""
    rows = simple_lines(chain)
    whole = chain.receipts.group_by("receipt").len().rename({"len": "lines"})
    rows = rows.join(whole, on="receipt").with_columns(pl.len().over("receipt").alias("simple"))
    rows = rows.filter((pl.col("lines") == pl.col("simple")) & (pl.col("lines") <= most_lines))
    # What came in the first days may have been entered before the books begin, what came last may still be on its way.
    rows = rows.filter(pl.col("received").is_between(10 * DAY, (chain.plan.days - 12) * DAY))
    found: list[list[Row]] = []
    groups = rows.partition_by("receipt", maintain_order=True)
    for position in chain.rng.permutation(len(groups)):
        lines = groups[int(position)].to_dicts()
        cells = {(line["place"], line["product"]) for line in lines}
        order = ("order", lines[0]["order"])
        is_free = is_paper or not cells & chain.used_cells
        if len(found) < number and is_free and order not in chain.used_documents:
            chain.used_cells |= set() if is_paper else cells
            chain.used_documents.add(order)
            found.append(lines)
    return found


def put(frame: pl.DataFrame, where: pl.Expr, **values: Any) -> pl.DataFrame:
    """A frame with some columns set where a condition holds."""
    return frame.with_columns(
        pl.when(where)
        .then(value if isinstance(value, pl.Expr) else pl.lit(value))
        .otherwise(pl.col(name))
        .cast(frame.schema[name])
        .alias(name)
        for name, value in values.items()
    )


def at_line(row: Row, document: str = "receipt") -> pl.Expr:
    """The line of a document that a picked row is."""
    here: pl.Expr = (pl.col(document) == row[document]) & (pl.col("line") == row["line"])
    return here


def of_receipt(row: Row) -> pl.Expr:
    """The movements that a picked receipt line posted."""
    here: pl.Expr = (
        (pl.col("doc_kind") == "receipt") & (pl.col("doc") == row["receipt"]) & (pl.col("line") == row["line"])
    )
    return here


def copied(frame: pl.DataFrame, document: str, wanted: int, new: int) -> pl.DataFrame:
    """A document's lines under another id."""
    return frame.filter(pl.col(document) == wanted).with_columns(pl.lit(new, frame.schema[document]).alias(document))


def next_id(frame: pl.DataFrame, document: str) -> int:
    """An id that no document of the frame has."""
    highest = frame.get_column(document).max()
    return highest + 1 if isinstance(highest, int) else 0


def sales(chain: Chain, place: int, product: int, lot: int, days: list[int], qty: int = 1) -> pl.DataFrame:
    """Movements of sales of a product on given days, each on a ticket of its own."""
    first = next_ticket(chain, place)
    cashiers = chain.master.people.of("cashier")[max(place - 1, 0)]
    return pl.DataFrame(
        {
            "place": place, "product": product, "lot": lot, "kind": "sale", "qty": -qty,
            "moment": [day * DAY + 15 * HOUR + 3 * MINUTE + 5 for day in days],
            "doc_kind": "ticket", "doc": [first + i for i in range(len(days))], "line": 1,
            "operator": [int(cashiers[day % 3]) for day in days],
        }
    )  # fmt: skip


def next_ticket(chain: Chain, place: int) -> int:
    """A ticket number that the place's tills have not given out."""
    tickets = chain.moves.filter((pl.col("place") == place) & (pl.col("doc_kind") == "ticket"))
    return next_id(tickets, "doc") or 1


def opening(place: int, product: int, lot: int, qty: int) -> pl.DataFrame:
    """An opening balance."""
    return pl.DataFrame({"place": [place], "product": product, "lot": lot, "kind": "opening", "qty": qty, "moment": 1})


def on_receipt(row: Row, has_line: bool = True) -> Row:
    """Where a finding about a receipt line is, or about all lines of its product."""
    where = {"place": row["place"], "document": ("receipt", row["receipt"]), "product": row["product"]}
    return {**where, "line": row["line"]} if has_line else where


def on_order(row: Row, line: int | None = None) -> Row:
    """Where a finding about an order line is."""
    found = row["order_line"] if line is None else line
    return {"place": row["place"], "document": ("order", row["order"]), "line": found, "product": row["product"]}


def on_invoice(row: Row) -> Row:
    """Where a finding about an invoice line is."""
    return {"document": ("invoice", row["invoice"]), "line": row["line"], "product": row["product"]}
