"""Defects of orders, receipts, delivery notes and invoices."""

from __future__ import annotations

import polars as pl

from workbench.simulator.chain import Chain
from workbench.simulator.defects.tools import (
    Planters,
    Row,
    at_line,
    copied,
    next_id,
    of_receipt,
    on_invoice,
    on_order,
    on_receipt,
    put,
    simple_lines,
    simple_receipts,
)
from workbench.simulator.plan import DAY, MINUTE


def over_order(chain: Chain, number: int) -> None:
    """More came than was ordered, and stayed."""
    for row in chain.pick(simple_lines(chain).filter(pl.col("qty") >= 4), number, "order"):
        _reorder(chain, row, -1)
        chain.expect("receipt_over_order", "One more than ordered", "比订货多收 1", **on_order(row))


def under_order(chain: Chain, number: int) -> None:
    """Less came than was ordered, and the order was closed all the same."""
    for row in chain.pick(simple_lines(chain).filter(pl.col("qty") >= 4), number, "order"):
        _reorder(chain, row, 2)
        chain.expect("receipt_under_order", "Two fewer than ordered", "比订货少收 2", **on_order(row))


def _reorder(chain: Chain, row: Row, more: int) -> None:
    here = (pl.col("order") == row["order"]) & (pl.col("line") == row["order_line"])
    chain.orders = put(chain.orders, here, qty=pl.col("qty") + more)


def price_differs(chain: Chain, number: int) -> None:
    """The receipt costs more than the order said."""
    for row in chain.pick(simple_lines(chain).filter(pl.col("cost") > 200), number, "order"):
        _recost(chain, row, row["cost"] * 107 // 100)
        _expect_price(chain, row, "")


def _recost(chain: Chain, row: Row, cost: int) -> None:
    chain.receipts = put(chain.receipts, at_line(row), cost=cost, amount=cost * row["qty"])


def _expect_price(chain: Chain, row: Row, cause: str) -> None:
    chain.expect(
        "receipt_price_differs_from_order", "Cost is not the order's price", "进价与订单不符", cause, **on_receipt(row)
    )


def unit_cost_outlier(chain: Chain, number: int) -> None:
    """A cost three times what the product always costs."""
    often = chain.receipts.filter(pl.col("status") == "approved").group_by("product").len().filter(pl.col("len") >= 12)
    rows = simple_lines(chain).join(often, on="product", how="semi", maintain_order="left")
    for row in chain.pick(rows, number, "order"):
        _recost(chain, row, row["cost"] * 3)
        chain.expect("receipt_unit_cost_outlier", "Three times the usual cost", "进价为平常的三倍", **on_receipt(row))
        _expect_price(chain, row, "receipt_unit_cost_outlier")


def pack_error(chain: Chain, number: int) -> None:
    """Cases entered as pieces: ten came, one is in the book."""
    rows = simple_lines(chain).filter((pl.col("pack") > 2) & (pl.col("qty") % pl.col("pack") == 0))
    for row in chain.pick(rows, number, "order"):
        entered = row["qty"] // row["pack"]
        chain.receipts = put(chain.receipts, at_line(row), qty=entered, amount=entered * row["cost"])
        chain.alter(of_receipt(row), "receipt_pack_factor_error", qty=pl.lit(entered, pl.Int32))
        chain.expect(
            "receipt_pack_factor_error",
            f"{row['qty']} entered as {entered} cases",
            f"{row['qty']} 件按 {entered} 箱录入",
            **on_order(row),
        )


def without_order(chain: Chain, number: int) -> None:
    """Goods that nobody ordered: no number, or one that no order has."""
    for turn, lines in enumerate(simple_receipts(chain, 30, number)):
        row = lines[0]
        bills_receipts = bool(chain.master.suppliers.bills_receipts[row["supplier"]])
        text = "-" if turn % 2 and bills_receipts else f"PO98-{turn + 1:05d}"
        here = pl.col("order") == row["order"]
        chain.orders = chain.orders.filter(~here)
        chain.receipts = put(chain.receipts, here, po_text=text)
        chain.notes = put(chain.notes, here, po_text=text)
        chain.invoices = put(chain.invoices, here, po_text=text)
        chain.expect(
            "receipt_without_order",
            "No such order",
            "没有对应的订单",
            place=row["place"],
            document=("receipt", row["receipt"]),
        )


def on_unapproved_order(chain: Chain, number: int) -> None:
    """Goods taken in although nobody had approved the order, or somebody had refused it."""
    for turn, lines in enumerate(simple_receipts(chain, 30, number)):
        order = lines[0]["order"]
        status = "rejected" if turn % 2 else "pending"
        chain.orders = put(chain.orders, pl.col("order") == order, status=status, approved_by=None)
        for row in lines:
            chain.expect(
                "receipt_on_unapproved_order",
                f"The order is {status}",
                "订单未批准",
                place=row["place"],
                document=("order", order),
                line=row["order_line"],
                product=row["product"],
            )


def product_not_on_order(chain: Chain, number: int) -> None:
    """Something came that was not on the order."""
    for row in chain.pick(simple_lines(chain).filter(pl.col("order_lines") > 2), number, "order"):
        here = (pl.col("order") == row["order"]) & (pl.col("line") == row["order_line"])
        chain.orders = chain.orders.filter(~here)
        chain.expect(
            "receipt_product_not_on_order", "The order does not name it", "订单中没有该商品", **on_receipt(row)
        )


def supplier_differs(chain: Chain, number: int) -> None:
    """Entered under another supplier than was ordered from."""
    for lines in simple_receipts(chain, 30, number):
        row = lines[0]
        other = (row["supplier"] + 1) % len(chain.master.suppliers.code)
        chain.receipts = put(chain.receipts, pl.col("receipt") == row["receipt"], supplier=other)
        chain.expect(
            "receipt_supplier_differs_from_order",
            "Another supplier",
            "供应商与订单不符",
            place=row["place"],
            document=("receipt", row["receipt"]),
        )


def order_overdue(chain: Chain, number: int) -> None:
    """An order that never came."""
    for order in _new_orders(chain, number):
        for row in order:
            chain.expect("order_overdue", "Nothing came", "至今未到货", **on_order(row, row["line"]))


def _new_orders(chain: Chain, number: int) -> list[list[Row]]:
    """Orders like others, of two lines, of which nothing ever came."""
    early = chain.orders.filter(
        (pl.col("day") > 5) & (pl.col("day") < chain.plan.days - 25) & (pl.col("status") == "closed")
    )
    made = []
    for row in chain.pick(early.unique("order", maintain_order=True), number, "order"):
        new = next_id(chain.orders, "order")
        lines = (
            copied(chain.orders, "order", row["order"], new)
            .head(2)
            .with_columns(pl.int_range(1, pl.len() + 1).alias("line"), pl.lit("approved").alias("status"))
        )
        chain.orders = pl.concat([chain.orders, lines])
        chain.used_documents.add(("order", new))
        made.append(lines.to_dicts())
    return made


def note_differs(chain: Chain, number: int) -> None:
    """The supplier's note claims more than came."""
    alone = chain.notes.filter(pl.len().over("note", "product") == 1)
    rows = simple_lines(chain).join(
        alone.select("note", "product", pl.col("line").alias("note_line")),
        on=["note", "product"],
        maintain_order="left",
    )
    for row in chain.pick(rows, number, "order"):
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
    for row in chain.pick(rows, number, "note"):
        new = next_id(chain.receipts, "receipt") + 100_000 + len(chain.expected)
        lines = copied(chain.notes, "note", row["note"], new).head(2)
        chain.notes = pl.concat([chain.notes, lines.with_columns(pl.lit("-").alias("po_text"))])
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
    for order in _new_orders(chain, number):
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
            is_optional=age == 7,
        )


def entered_twice(chain: Chain, number: int) -> None:
    """The same delivery entered again the next day."""
    for lines in simple_receipts(chain, 6, number):
        _copy_receipt(chain, lines, "receipt_entered_twice", 0)


def reentered(chain: Chain, number: int) -> None:
    """Entered again, the note's number spelled differently, left out or mistyped."""
    turn = 0
    for lines in simple_receipts(chain, 8, number * 3):
        if chain.master.suppliers.has_notes[lines[0]["supplier"]] and turn < number:
            turn += 1
            _copy_receipt(chain, lines, "receipt_reentered_under_new_number", 1 + (turn - 1) % 3)


def _copy_receipt(chain: Chain, lines: list[Row], rule: str, spelling: int) -> None:
    row = lines[0]
    new = next_id(chain.receipts, "receipt")
    later = DAY + 7 * MINUTE
    again = copied(chain.receipts, "receipt", row["receipt"], new).with_columns(
        pl.col(name) + later for name in ("received", "recorded", "submitted", "approved")
    )
    if spelling:
        chain.extra.setdefault("respelled", []).append({"receipt": new, "note": row["note"], "spelling": spelling})
    chain.receipts = pl.concat([chain.receipts, again])
    posted = chain.moves.filter((pl.col("doc_kind") == "receipt") & (pl.col("doc") == row["receipt"]))
    posted = posted.with_columns(
        pl.col("moment") + later, pl.col("recorded") + later, pl.lit(new, pl.Int32).alias("doc")
    )
    chain.post(posted, rule, is_real=False)
    chain.expect(
        rule,
        "The same delivery once more",
        "同一批货重复入库",
        place=row["place"],
        document=("receipt", new),
        day=int((row["received"] + later) // DAY),
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
    for row in chain.pick(_simple_invoices(chain), number, "order"):
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
    for row in chain.pick(_simple_invoices(chain).filter(pl.col("price") > 200), number, "order"):
        price = row["price"] * 106 // 100
        chain.invoices = put(chain.invoices, at_line(row, "invoice"), price=price, amount=price * row["qty"])
        chain.expect("invoice_price_differs_from_order", "Dearer than ordered", "开票单价高于订单", **on_invoice(row))


def invoice_entered_twice(chain: Chain, number: int) -> None:
    """The same bill under another number or another spelling of it."""
    for turn, row in enumerate(chain.pick(_simple_invoices(chain), number, "order")):
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


def line_amount_wrong(chain: Chain, number: int) -> None:
    """Quantity times cost is not the amount."""
    for row in chain.pick(simple_lines(chain), number, "order"):
        chain.receipts = put(chain.receipts, at_line(row), amount=row["amount"] * 11 // 10 + 100)
        chain.expect("receipt_line_amount_wrong", "The amount is a tenth too high", "金额多出一成", **on_receipt(row))


def missing_header_field(chain: Chain, number: int) -> None:
    """A receipt that names nobody who entered it."""
    for lines in simple_receipts(chain, 30, number):
        row = lines[0]
        chain.receipts = put(chain.receipts, pl.col("receipt") == row["receipt"], created_by=None)
        chain.expect(
            "receipt_missing_header_field",
            "Nobody entered it",
            "缺少制单人",
            place=row["place"],
            document=("receipt", row["receipt"]),
        )


def movement_missing(chain: Chain, number: int) -> None:
    """A receipt line that never reached the stock card."""
    for row in chain.pick(simple_lines(chain), number, "order"):
        chain.lift(of_receipt(row), "receipt_movement_missing")
        chain.expect(
            "receipt_movement_missing", "Not on the stock card", "库存流水中没有", **on_receipt(row, has_line=False)
        )


def movement_qty_differs(chain: Chain, number: int) -> None:
    """The stock card has another quantity than the receipt."""
    for turn, row in enumerate(chain.pick(simple_lines(chain).filter(pl.col("qty") > 3), number, "order")):
        chain.alter(of_receipt(row), "receipt_movement_qty_differs", qty=pl.col("qty") + (1 if turn % 2 else -1))
        chain.expect("receipt_movement_qty_differs", "One off", "相差 1", **on_receipt(row, has_line=False))


PLANTERS: Planters = {
    "lost_receipt": (lost_receipt, 2),
    "receipt_entered_twice": (entered_twice, 3),
    "receipt_reentered_under_new_number": (reentered, 3),
    "receipt_without_order": (without_order, 3),
    "receipt_on_unapproved_order": (on_unapproved_order, 2),
    "receipt_supplier_differs_from_order": (supplier_differs, 2),
    "receipt_missing_header_field": (missing_header_field, 2),
    "receipt_over_order": (over_order, 4),
    "receipt_under_order": (under_order, 4),
    "receipt_price_differs_from_order": (price_differs, 4),
    "receipt_unit_cost_outlier": (unit_cost_outlier, 3),
    "receipt_pack_factor_error": (pack_error, 3),
    "receipt_product_not_on_order": (product_not_on_order, 3),
    "order_overdue": (order_overdue, 3),
    "receipt_differs_from_delivery_note": (note_differs, 4),
    "delivery_without_receipt": (delivery_without_receipt, 2),
    "invoice_without_receipt": (invoice_without_receipt, 2),
    "invoice_qty_differs_from_receipt": (invoice_qty, 4),
    "invoice_price_differs_from_order": (invoice_price, 4),
    "invoice_entered_twice": (invoice_entered_twice, 3),
    "receipt_line_amount_wrong": (line_amount_wrong, 3),
    "receipt_movement_missing": (movement_missing, 3),
    "receipt_movement_qty_differs": (movement_qty_differs, 3),
}
