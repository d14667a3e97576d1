"""Defects of batches and their dates."""

from __future__ import annotations

import polars as pl

from workbench.simulator.chain import Chain
from workbench.simulator.defects.tools import Planters, Row, at_line, on_receipt, opening, put, sales, simple_lines
from workbench.simulator.documents import LOT_SPAN, LOT_START
from workbench.simulator.plan import DAY


def _tracked_lines(chain: Chain) -> pl.DataFrame:
    return simple_lines(chain).filter(pl.col("lot") >= 0)


def _expect_line(chain: Chain, rule: str, row: Row, note: str, note_zh: str) -> None:
    chain.expect(rule, note, note_zh, **on_receipt(row))


def number_missing(chain: Chain, number: int) -> None:
    """A batch number left out on the receipt."""
    for row in chain.pick(_tracked_lines(chain), number, "order", is_paper=True):
        chain.receipts = put(chain.receipts, at_line(row), has_batch=False)
        _expect_line(chain, "batch_no_missing", row, "No batch number", "缺少批号")


def expiry_missing(chain: Chain, number: int) -> None:
    """The last good day left out, and known from nowhere else."""
    once = chain.receipts.filter(pl.len().over("product", "lot") == 1).select("receipt", "line")
    rows = _tracked_lines(chain).join(once, on=["receipt", "line"], how="semi", maintain_order="left")
    for row in chain.pick(rows, number, "order", is_paper=True):
        chain.receipts = put(chain.receipts, at_line(row), expiry=None)
        chain.batches = chain.batches.filter(pl.col("lot") != row["lot"])
        _expect_line(chain, "expiry_date_missing", row, "No expiry date", "缺少有效期")


def expiry_before_production(chain: Chain, number: int) -> None:
    """A day of production after the last good day."""
    for row in chain.pick(_tracked_lines(chain), number, "order", is_paper=True):
        chain.receipts = put(chain.receipts, at_line(row), produced=row["expiry"] + 10)
        _expect_line(chain, "expiry_before_production", row, "Produced after its last good day", "生产日期晚于有效期")
        chain.expect(
            "expiry_disagrees_with_shelf_life",
            "Produced after its last good day",
            "生产日期晚于有效期",
            "expiry_before_production",
            place=row["place"],
            document=("receipt", row["receipt"]),
            line=row["line"],
            is_optional=True,
        )


def old_stock(chain: Chain, number: int, days_left: int, rule: str) -> None:
    """A batch that sells slowly and is still there when its last good day is near or past; truth adds the findings."""
    goods, last = chain.master.goods, chain.plan.days - 1
    for place, product in chain.spare(number, goods.life >= 30):
        lot = _known_batch(chain, product, last + days_left)
        days = list(range(max(2, last - 80), min(last, last + days_left), 6))
        chain.post(opening(place, product, lot, len(days) + 5), rule, is_real=True)
        chain.post(sales(chain, place, product, lot, days), rule, is_real=True)


def expired(chain: Chain, number: int) -> None:
    """Goods past their last good day, still in stock."""
    old_stock(chain, number, -5, "batch_expired_on_hand")


def expiring(chain: Chain, number: int) -> None:
    """Goods near their last good day."""
    old_stock(chain, number, 3, "batch_expiring_soon")


def _known_batch(chain: Chain, product: int, expiry: int) -> int:
    """A batch with this last good day, entered in the batch master unless it is there."""
    produced = expiry - int(chain.master.goods.life[product])
    lot = product * LOT_SPAN + produced + LOT_START
    if chain.batches.filter(pl.col("lot") == lot).is_empty():
        row = {"product": [product], "lot": [lot], "produced": [produced], "expiry": [expiry]}
        chain.batches = pl.concat([chain.batches, pl.DataFrame(row, schema=chain.batches.schema)])
    return lot


def shelf_life_disagrees(chain: Chain, number: int) -> None:
    """A day of production that does not fit the last good day."""
    for row in chain.pick(_tracked_lines(chain), number, "order", is_paper=True):
        life = int(chain.master.goods.life[row["product"]])
        chain.receipts = put(chain.receipts, at_line(row), produced=row["produced"] + life // 4)
        _expect_line(chain, "expiry_disagrees_with_shelf_life", row, "A quarter too short", "与保质期相差四分之一")


def two_expiry_dates(chain: Chain, number: int) -> None:
    """One batch, another last good day on one receipt."""
    goods = chain.master.goods
    long = pl.lit(pl.Series(goods.life)).gather("product") >= 270
    for row in chain.pick(_tracked_lines(chain).filter(long), number, "order", is_paper=True):
        chain.receipts = put(chain.receipts, at_line(row), expiry=row["expiry"] + 7)
        _expect_two_dates(chain, row, "")


def _expect_two_dates(chain: Chain, row: Row, cause: str) -> None:
    rule, where = "batch_with_two_expiry_dates", {"product": row["product"], "lot": row["lot"]}
    if not any(found.rule == rule and found.lot == row["lot"] for found in chain.expected):
        chain.expect(rule, "Two last good days", "同一批号两个有效期", cause, **where)


def received_expired(chain: Chain, number: int) -> None:
    """By its receipt a batch was past its last good day when it came; the batch master says otherwise."""
    for row in chain.pick(_tracked_lines(chain), number, "order", is_paper=True):
        _redate(chain, row, row["received"] // DAY - 2, "received_expired", "Expired when it came", "到货时已过期")


def residual_life_short(chain: Chain, number: int) -> None:
    """By its receipt a batch had less of its life left than the supplier promised."""
    promised = pl.Series([bool(r) for r in chain.master.suppliers.residual])
    rows = _tracked_lines(chain).filter(pl.lit(promised).gather("supplier"))
    for row in chain.pick(rows, number, "order", is_paper=True):
        life = int(chain.master.goods.life[row["product"]])
        day = row["received"] // DAY + life * 2 // 5
        _redate(chain, row, day, "residual_life_too_short", "Two fifths of its life left", "剩余保质期仅五分之二")


def _redate(chain: Chain, row: Row, expiry: int, rule: str, note: str, note_zh: str) -> None:
    life = int(chain.master.goods.life[row["product"]])
    chain.receipts = put(chain.receipts, at_line(row), expiry=expiry, produced=expiry - life)
    _expect_line(chain, rule, row, note, note_zh)
    _expect_two_dates(chain, row, rule)


def sold_after_expiry(chain: Chain, number: int) -> None:
    """Sold on days after its last good one, until nothing was left. Truth adds the finding."""
    last = chain.plan.days - 1
    for place, product in chain.spare(number, chain.master.goods.life >= 30):
        day = last // 2
        lot = _known_batch(chain, product, day)
        chain.post(opening(place, product, lot, 6), "sold_after_expiry", is_real=True)
        days = [day - 12, day - 6, day - 1, day, day + 1, day + 3]
        chain.post(sales(chain, place, product, lot, days), "sold_after_expiry", is_real=True)


def sold_out_of_order(chain: Chain, number: int) -> None:
    """The younger batch sold while the older one lies there. Truth adds the finding."""
    last = chain.plan.days - 1
    for place, product in chain.spare(number, chain.master.goods.life >= 180):
        older, younger = (_known_batch(chain, product, last + left) for left in (60, 90))
        days = list(range(max(1, last - 80), last - 10, 8))
        for lot, stays in ((older, 3), (younger, 0)):
            chain.post(opening(place, product, lot, len(days) // 2 + stays), "batch_sold_out_of_order", is_real=True)
        half = len(days) // 2
        chain.post(sales(chain, place, product, younger, days[:half]), "batch_sold_out_of_order", is_real=True)
        chain.post(sales(chain, place, product, older, days[half : 2 * half]), "batch_sold_out_of_order", is_real=True)


def oversold(chain: Chain, number: int) -> None:
    """More sold of a batch than ever came: the till names the old one although the new one was sold."""
    last = chain.plan.days - 1
    for place, product in chain.spare(number, chain.master.goods.life >= 180):
        older, younger = (_known_batch(chain, product, last + left) for left in (60, 90))
        days = list(range(max(1, last - 60), last - 10, 10))
        chain.post(opening(place, product, older, len(days)), "batch_oversold", is_real=True)
        chain.post(opening(place, product, younger, 9), "batch_oversold", is_real=True)
        chain.post(sales(chain, place, product, older, days), "batch_oversold", is_real=True)
        sold = sales(chain, place, product, older, [last - 1, last])
        chain.post(sold, "batch_oversold", is_real=False)
        chain.lose(sold.with_columns(pl.lit(younger).alias("lot")), "batch_oversold")


PLANTERS: Planters = {
    "expiry_disagrees_with_shelf_life": (shelf_life_disagrees, 3),
    "batch_with_two_expiry_dates": (two_expiry_dates, 2),
    "received_expired": (received_expired, 2),
    "residual_life_too_short": (residual_life_short, 2),
    "sold_after_expiry": (sold_after_expiry, 2),
    "batch_sold_out_of_order": (sold_out_of_order, 2),
    "batch_oversold": (oversold, 2),
    "batch_no_missing": (number_missing, 3),
    "expiry_date_missing": (expiry_missing, 3),
    "expiry_before_production": (expiry_before_production, 3),
    "batch_expired_on_hand": (expired, 3),
    "batch_expiring_soon": (expiring, 3),
}
