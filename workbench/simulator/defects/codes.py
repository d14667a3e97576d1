"""Defects of master data and of codes on documents."""

from __future__ import annotations

import numpy as np
import polars as pl

from workbench.simulator.chain import Chain
from workbench.simulator.defects.tools import Planters, put, simple_lines


def free_products(chain: Chain, number: int, wanted: np.ndarray) -> list[int]:
    """Products that no other defect has touched anywhere; they are then taken."""
    touched = {product for _, product in chain.used_cells}
    found = []
    for product in chain.rng.permutation(np.flatnonzero(wanted)):
        if len(found) < number and int(product) not in touched:
            found.append(int(product))
            chain.used_cells |= {(place, int(product)) for place in range(chain.plan.places)}
    return found


def code_missing(chain: Chain, number: int) -> None:
    """Free samples taken in without a code."""
    for row in chain.pick(simple_lines(chain), number, "receipt"):
        line = chain.receipts.filter(pl.col("receipt") == row["receipt"]).sort("line").tail(1)
        last = line.get_column("line")[0]
        nothing = {"product": None, "lot": -1, "rejected": 0, "cost": 0, "amount": 0, "produced": None, "expiry": None}
        extra = put(line, pl.lit(True), line=last + 1, qty=6, barcode="", **nothing)
        chain.receipts = pl.concat([chain.receipts, extra])
        chain.expect(
            "product_code_missing",
            "Six free samples without a code",
            "赠品 6 件，无商品编码",
            place=row["place"],
            document=("receipt", row["receipt"]),
            line=last + 1,
        )


def code_unknown(chain: Chain, number: int) -> None:
    """A product that was never set up."""
    for product in free_products(chain, number, ~chain.master.goods.is_tracked):
        chain.extra.setdefault("unlisted", []).append({"product": product})
        chain.expect("product_code_unknown", "Not in the product master", "商品档案中没有", product=product)


def check_digit_wrong(chain: Chain, number: int) -> None:
    """A barcode typed in wrongly."""
    goods = chain.master.goods
    for product in free_products(chain, number, goods.brand >= 0):
        right = goods.barcode[product]
        wrong = right[:-1] + str((int(right[-1]) + 3) % 10)
        goods.barcode[product] = wrong
        chain.receipts = put(chain.receipts, pl.col("barcode") == right, barcode=wrong)
        chain.expect("barcode_check_digit_wrong", f"{wrong}: wrong check digit", f"{wrong} 校验位错误", product=product)


PLANTERS: Planters = {
    "product_code_missing": (code_missing, 2),
    "product_code_unknown": (code_unknown, 1),
    "barcode_check_digit_wrong": (check_digit_wrong, 2),
}
