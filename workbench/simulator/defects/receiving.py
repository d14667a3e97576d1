"""Defects of orders and receipts."""

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
    on_order,
    on_receipt,
    put,
    simple_lines,
    simple_receipts,
)
from workbench.simulator.plan import DAY, MINUTE


def over_order(chain: Chain, number: int) -> None:
    """More came than was ordered, and stayed."""
    for row in chain.pick(simple_lines(chain).filter(pl.col("qty") >= 4), number, "order", is_paper=True):
        _reorder(chain, row, -1)
        chain.expect("receipt_over_order", "One more than ordered", "比订货多收 1", **on_order(row))


def under_order(chain: Chain, number: int) -> None:
    """Less came than was ordered, and the order was closed all the same."""
    for row in chain.pick(simple_lines(chain).filter(pl.col("qty") >= 4), number, "order", is_paper=True):
        _reorder(chain, row, 2)
        chain.expect("receipt_under_order", "Two fewer than ordered", "比订货少收 2", **on_order(row))


def _reorder(chain: Chain, row: Row, more: int) -> None:
    here = (pl.col("order") == row["order"]) & (pl.col("line") == row["order_line"])
    chain.orders = put(chain.orders, here, qty=pl.col("qty") + more)


def price_differs(chain: Chain, number: int) -> None:
    """The receipt costs more than the order said."""
    for row in chain.pick(simple_lines(chain).filter(pl.col("cost") > 200), number, "order", is_paper=True):
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
    for row in chain.pick(rows, number, "order", is_paper=True):
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
    for turn, lines in enumerate(simple_receipts(chain, 30, number, is_paper=True)):
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
    for turn, lines in enumerate(simple_receipts(chain, 30, number, is_paper=True)):
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
    for row in chain.pick(simple_lines(chain).filter(pl.col("order_lines") > 2), number, "order", is_paper=True):
        here = (pl.col("order") == row["order"]) & (pl.col("line") == row["order_line"])
        chain.orders = chain.orders.filter(~here)
        chain.expect(
            "receipt_product_not_on_order", "The order does not name it", "订单中没有该商品", **on_receipt(row)
        )


def supplier_differs(chain: Chain, number: int) -> None:
    """Entered under another supplier than was ordered from."""
    for lines in simple_receipts(chain, 30, number, is_paper=True):
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
    for order in new_orders(chain, number):
        for row in order:
            chain.expect("order_overdue", "Nothing came", "至今未到货", **on_order(row, row["line"]))


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


def line_amount_wrong(chain: Chain, number: int) -> None:
    """Quantity times cost is not the amount."""
    for row in chain.pick(simple_lines(chain), number, "order", is_paper=True):
        chain.receipts = put(chain.receipts, at_line(row), amount=row["amount"] * 11 // 10 + 100)
        chain.expect("receipt_line_amount_wrong", "The amount is a tenth too high", "金额多出一成", **on_receipt(row))


def missing_header_field(chain: Chain, number: int) -> None:
    """A receipt that names nobody who entered it."""
    for lines in simple_receipts(chain, 30, number, is_paper=True):
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


def new_orders(chain: Chain, number: int) -> list[list[Row]]:
    """Orders of two lines of which nothing ever came, in quantities that nobody else orders."""
    early = chain.orders.filter(
        (pl.col("day") > 5) & (pl.col("day") < chain.plan.days - 25) & (pl.col("status") == "closed")
    )
    made = []
    for row in chain.pick(early.unique("order", maintain_order=True), number, "order", is_paper=True):
        new = next_id(chain.orders, "order")
        lines = (
            copied(chain.orders, "order", row["order"], new)
            .head(2)
            .with_columns(
                pl.int_range(1, pl.len() + 1).alias("line"), pl.lit("approved").alias("status"), pl.col("qty") * 3 + 1
            )
        )
        chain.orders = pl.concat([chain.orders, lines])
        chain.used_documents.add(("order", new))
        made.append(lines.to_dicts())
    return made


PLANTERS: Planters = {
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
    "receipt_line_amount_wrong": (line_amount_wrong, 3),
    "receipt_movement_missing": (movement_missing, 3),
    "receipt_movement_qty_differs": (movement_qty_differs, 3),
}
