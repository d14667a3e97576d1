"""Defects of delivery notes and invoices, and of receipts that were lost so that only these are left."""

from __future__ import annotations

import polars as pl

from workbench.simulator.chain import Chain
from workbench.simulator.defects.receiving import new_orders
from workbench.simulator.defects.tools import (
    Planters,
    at_line,
    copied,
    next_id,
    on_invoice,
    on_order,
    put,
    simple_lines,
    simple_receipts,
)


def note_differs(chain: Chain, number: int) -> None:
    """The supplier's note claims more than came."""
    alone = chain.notes.filter(pl.len().over("note", "product") == 1)
    rows = simple_lines(chain).join(
        alone.select("note", "product", pl.col("line").alias("note_line")),
        on=["note", "product"],
        maintain_order="left",
    )
    for row in chain.pick(rows, number, "order", is_paper=True):
        here = (pl.col("note") == row["note"]) & (pl.col("line") == row["note_line"])
        chain.notes = put(chain.notes, here, qty=pl.col("qty") + 2)
        chain.expect(
            "receipt_differs_from_delivery_note",
            "The note says two more",
            "送货单多 2",
            place=row["place"],
            document=("note", row["note"]),
            product=row["product"],
            lot=row["lot"],
        )


def delivery_without_receipt(chain: Chain, number: int) -> None:
    """A delivery note of goods that nobody took in."""
    rows = chain.notes.filter((pl.col("day") > 5) & (pl.col("day") < chain.plan.days - 10)).unique(
        "note", maintain_order=True
    )
    for row in chain.pick(rows, number, "note", is_paper=True):
        new = next_id(chain.receipts, "receipt") + 100_000 + len(chain.expected)
        lines = copied(chain.notes, "note", row["note"], new).head(2)
        chain.notes = pl.concat([chain.notes, lines.with_columns(pl.lit("-").alias("po_text"), pl.col("qty") * 3 + 1)])
        _expect_no_receipt(chain, row["place"], new, "")


def _expect_no_receipt(chain: Chain, place: int, note: int, cause: str) -> None:
    chain.expect(
        "delivery_without_receipt",
        "Nobody took these goods in",
        "送货单没有对应入库",
        cause,
        place=place,
        document=("note", note),
    )


def lost_receipt(chain: Chain, number: int) -> None:
    """Goods that came and were put on the shelf, but whose receipt was never entered."""
    cause = "lost_receipt"
    for lines in simple_receipts(chain, 12, number):
        row = lines[0]
        chain.receipts = chain.receipts.filter(pl.col("receipt") != row["receipt"])
        chain.lift((pl.col("doc_kind") == "receipt") & (pl.col("doc") == row["receipt"]), cause)
        chain.invoices = put(chain.invoices, pl.col("receipt") == row["receipt"], receipt=None)
        if row["note"] is not None:
            _expect_no_receipt(chain, row["place"], row["note"], cause)
        for line in lines:
            chain.expect(
                "order_overdue",
                "The receipt was lost",
                "入库单遗失",
                cause,
                place=row["place"],
                document=("order", row["order"]),
                line=line["order_line"],
                product=line["product"],
            )
        billed = chain.invoices.filter(pl.col("order") == row["order"]).unique("invoice", maintain_order=True)
        for invoice in billed.iter_rows(named=True):
            _expect_unreceived_bill(chain, invoice["invoice"], invoice["day"], cause)


def invoice_without_receipt(chain: Chain, number: int) -> None:
    """A bill for an order of which nothing came."""
    for order in new_orders(chain, number):
        new = next_id(chain.invoices, "invoice")
        day = order[0]["expected_day"] + 3
        lines = pl.DataFrame(
            {
                "invoice": [new] * len(order),
                "line": [row["line"] for row in order],
                "supplier": [row["supplier"] for row in order],
                "order": [row["order"] for row in order],
                "receipt": [None] * len(order),
                "product": [row["product"] for row in order],
                "day": [day] * len(order),
                "qty": [row["qty"] for row in order],
                "price": [row["price"] for row in order],
                "amount": [row["qty"] * row["price"] for row in order],
                "po_text": [None] * len(order),
            },
            schema=chain.invoices.schema,
        )
        chain.invoices = pl.concat([chain.invoices, lines])
        _expect_unreceived_bill(chain, new, day, "")
        for row in order:
            chain.expect(
                "order_overdue", "Nothing came", "至今未到货", "invoice_without_receipt", **on_order(row, row["line"])
            )


def _expect_unreceived_bill(chain: Chain, invoice: int, day: int, cause: str) -> None:
    age = chain.plan.days - 1 - day
    if age >= 7:
        chain.expect(
            "invoice_without_receipt",
            "Billed, never received",
            "已开票但从未入库",
            cause,
            document=("invoice", invoice),
            # Another receipt of the same goods that is not billed yet may be taken for the one that is missing.
            is_optional=age == 7 or (cause == "lost_receipt" and age < 45),
        )


def _simple_invoices(chain: Chain) -> pl.DataFrame:
    """Invoice lines of orders that came in one receipt."""
    simple = simple_lines(chain).select("order", "product", "place", pl.col("qty").alias("received_qty"))
    rows = chain.invoices.filter(pl.col("day") < chain.plan.days - 8)
    return (
        rows.join(simple, on=["order", "product"])
        .filter(pl.col("qty") == pl.col("received_qty"))
        .sort("invoice", "line")
    )


def invoice_qty(chain: Chain, number: int) -> None:
    """More billed than came."""
    for row in chain.pick(_simple_invoices(chain), number, "order", is_paper=True):
        chain.invoices = put(
            chain.invoices, at_line(row, "invoice"), qty=row["qty"] + 3, amount=(row["qty"] + 3) * row["price"]
        )
        chain.expect(
            "invoice_qty_differs_from_receipt",
            "Three more billed than came",
            "多开 3",
            place=row["place"],
            **on_invoice(row),
        )


def invoice_price(chain: Chain, number: int) -> None:
    """Billed at another price than was ordered."""
    for row in chain.pick(_simple_invoices(chain).filter(pl.col("price") > 200), number, "order", is_paper=True):
        price = row["price"] * 106 // 100
        chain.invoices = put(chain.invoices, at_line(row, "invoice"), price=price, amount=price * row["qty"])
        chain.expect("invoice_price_differs_from_order", "Dearer than ordered", "开票单价高于订单", **on_invoice(row))


def invoice_entered_twice(chain: Chain, number: int) -> None:
    """The same bill under another number or another spelling of it."""
    for turn, row in enumerate(chain.pick(_simple_invoices(chain), number, "order", is_paper=True)):
        new = next_id(chain.invoices, "invoice")
        again = copied(chain.invoices, "invoice", row["invoice"], new).with_columns(pl.col("day") + 2)
        chain.invoices = pl.concat([chain.invoices, again])
        if turn % 2:
            chain.extra.setdefault("respelled_invoice", []).append({"invoice": new, "twin": row["invoice"]})
        chain.expect(
            "invoice_entered_twice",
            "The same bill once more",
            "同一发票重复录入",
            document=("invoice", new),
            day=row["day"] + 2,
        )


PLANTERS: Planters = {
    "lost_receipt": (lost_receipt, 2),
    "receipt_differs_from_delivery_note": (note_differs, 4),
    "delivery_without_receipt": (delivery_without_receipt, 2),
    "invoice_without_receipt": (invoice_without_receipt, 2),
    "invoice_qty_differs_from_receipt": (invoice_qty, 4),
    "invoice_price_differs_from_order": (invoice_price, 4),
    "invoice_entered_twice": (invoice_entered_twice, 3),
}
