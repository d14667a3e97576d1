"""Defects of batches and their dates."""

from __future__ import annotations

import polars as pl

from workbench.simulator.chain import Chain
from workbench.simulator.defects.tools import Planters, Row, at_line, on_receipt, opening, put, sales, simple_lines
from workbench.simulator.documents import LOT_SPAN, LOT_START


def _tracked_lines(chain: Chain) -> pl.DataFrame:
    return simple_lines(chain).filter(pl.col("lot") >= 0)


def _expect_line(chain: Chain, rule: str, row: Row, note: str, note_zh: str) -> None:
    chain.expect(rule, note, note_zh, **on_receipt(row))


def number_missing(chain: Chain, number: int) -> None:
    """A batch number left out on the receipt."""
    for row in chain.pick(_tracked_lines(chain), number, "order"):
        chain.receipts = put(chain.receipts, at_line(row), has_batch=False)
        _expect_line(chain, "batch_no_missing", row, "No batch number", "缺少批号")


def expiry_missing(chain: Chain, number: int) -> None:
    """The last good day left out, and known from nowhere else."""
    once = chain.receipts.filter(pl.len().over("product", "lot") == 1).select("receipt", "line")
    rows = _tracked_lines(chain).join(once, on=["receipt", "line"], how="semi", maintain_order="left")
    for row in chain.pick(rows, number, "order"):
        chain.receipts = put(chain.receipts, at_line(row), expiry=None)
        chain.batches = chain.batches.filter(pl.col("lot") != row["lot"])
        _expect_line(chain, "expiry_date_missing", row, "No expiry date", "缺少有效期")


def expiry_before_production(chain: Chain, number: int) -> None:
    """A day of production after the last good day."""
    for row in chain.pick(_tracked_lines(chain), number, "order"):
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
        life = int(goods.life[product])
        produced = last + days_left - life
        lot = product * LOT_SPAN + produced + LOT_START
        days = list(range(max(2, last - 80), min(last, last + days_left), 6))
        chain.batches = pl.concat(
            [
                chain.batches,
                pl.DataFrame({"product": [product], "lot": lot, "produced": produced, "expiry": produced + life}).cast(
                    chain.batches.schema  # type: ignore[arg-type]
                ),
            ]
        )
        chain.post(opening(place, product, lot, len(days) + 5), rule, is_real=True)
        chain.post(sales(chain, place, product, lot, days), rule, is_real=True)


def expired(chain: Chain, number: int) -> None:
    """Goods past their last good day, still in stock."""
    old_stock(chain, number, -5, "batch_expired_on_hand")


def expiring(chain: Chain, number: int) -> None:
    """Goods near their last good day."""
    old_stock(chain, number, 3, "batch_expiring_soon")


PLANTERS: Planters = {
    "batch_no_missing": (number_missing, 3),
    "expiry_date_missing": (expiry_missing, 3),
    "expiry_before_production": (expiry_before_production, 3),
    "batch_expired_on_hand": (expired, 3),
    "batch_expiring_soon": (expiring, 3),
}
