"""Defects of master data and of codes on documents."""

from __future__ import annotations

import numpy as np
import polars as pl

from workbench.simulator.chain import Chain
from workbench.simulator.defects.tools import Planters, add, at_line, on_receipt, put, simple_lines
from workbench.simulator.master import check_digit
from workbench.simulator.plan import DAY


def free_products(chain: Chain, number: int, wanted: np.ndarray) -> list[int]:
    """Products whose master data no other defect has touched; they are then taken, and their goods with them."""
    found: list[int] = []
    for product in chain.rng.permutation(np.flatnonzero(wanted)):
        if len(found) < number and int(product) not in chain.used_products:
            chain.used_products.add(int(product))
            found.append(int(product))
            chain.used_cells |= {(place, int(product)) for place in range(chain.plan.places)}
    return found


def code_missing(chain: Chain, number: int) -> None:
    """Free samples taken in without a code."""
    for row in chain.pick(simple_lines(chain), number, "order", is_paper=True):
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


def barcode_unknown(chain: Chain, number: int) -> None:
    """A barcode on a receipt that no product has."""
    for turn, row in enumerate(chain.pick(simple_lines(chain), number, "order", is_paper=True)):
        stem = f"69099990{turn:04d}"
        chain.receipts = put(chain.receipts, at_line(row), barcode=stem + check_digit(stem))
        chain.expect("barcode_unknown", "No product has this barcode", "条码未登记", **on_receipt(row))


def barcode_on_many(chain: Chain, number: int) -> None:
    """One barcode entered for a second product."""
    goods = chain.master.goods
    products = free_products(chain, 2 * number, goods.brand >= 0)
    for product, other in zip(products[::2], products[1::2], strict=False):
        add(chain, "barcode", barcode=goods.barcode[product], product_code=goods.code[other], pack_qty=1)
        note, note_zh = f"{goods.barcode[product]} on two products", f"{goods.barcode[product]} 对应两个商品"
        chain.expect("barcode_on_many_products", note, note_zh)


def in_store_code(chain: Chain, number: int) -> None:
    """A branded product that is only known by a code of the shop's own."""
    goods = chain.master.goods
    for product in free_products(chain, number, goods.brand >= 0):
        stem = f"21{product:010d}"
        for known in (goods.barcode[product], goods.case_barcode[product]):
            chain.receipts = put(chain.receipts, pl.col("barcode") == known, barcode=stem + check_digit(stem))
        goods.barcode[product], goods.case_barcode[product] = stem + check_digit(stem), ""
        chain.expect("in_store_code_on_branded_product", "Only an in-store code", "品牌商品只有店内码", product=product)


def inactive_moved(chain: Chain, number: int) -> None:
    """A product given up, and still taken in."""
    goods, last = chain.master.goods, chain.plan.days - 1
    for product in free_products(chain, number, goods.brand >= 0):
        goods.is_active[product] = False
        day = pl.col("received") // DAY
        rows = chain.receipts.filter(
            (pl.col("product") == product) & (pl.col("status") == "approved") & (day >= last - 30)
        )
        rows = rows.filter((pl.col("type") != "return") & (pl.col("qty") > 0))
        recent = rows.group_by("place").agg(day.max().alias("day")).sort("place")
        for row in recent.iter_rows(named=True):
            chain.expect(
                "product_inactive_moved",
                "Given up and still taken in",
                "已停售仍在入库",
                place=row["place"],
                product=product,
                is_optional=row["day"] <= last - 29,
            )


def master_incomplete(chain: Chain, number: int) -> None:
    """A product without its category or unit."""
    for turn, product in enumerate(free_products(chain, number, chain.master.goods.brand >= 0)):
        add(chain, "blank", product=product, column=("category", "unit", "product_name")[turn % 3])
        chain.expect("product_master_incomplete", "A field is empty", "档案缺少字段", product=product)


def name_duplicate(chain: Chain, number: int) -> None:
    """One product set up twice under two codes."""
    goods = chain.master.goods
    alike = (goods.brand >= 0) & (np.roll(goods.brand, 8) >= 0) & (np.arange(len(goods.code)) >= 8)
    for product in free_products(chain, number, alike):
        twin = product - 8  # the one before it in the same category
        if twin in chain.used_products:
            continue
        chain.used_products.add(twin)
        goods.brand[product], goods.spec[product] = goods.brand[twin], goods.spec[twin]
        goods.name[product] = goods.name[twin]
        note, note_zh = f"The same as {goods.code[twin]}", f"与 {goods.code[twin]} 重复"
        chain.expect("product_name_duplicate", note, note_zh, product=product)


PLANTERS: Planters = {
    "product_name_duplicate": (name_duplicate, 2),
    "in_store_code_on_branded_product": (in_store_code, 2),
    "barcode_check_digit_wrong": (check_digit_wrong, 2),
    "barcode_on_many_products": (barcode_on_many, 2),
    "product_inactive_moved": (inactive_moved, 2),
    "product_master_incomplete": (master_incomplete, 3),
    "product_code_unknown": (code_unknown, 1),
    "product_code_missing": (code_missing, 2),
    "barcode_unknown": (barcode_unknown, 3),
}
