"""What really happens, day by day: goods ordered, delivered, sent on, sold, spoiled, stolen.

One loop over the days, all places and products at once. Only quantities here; which batch goes where and what is
written down about it comes afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from workbench.simulator.master import Ints, Master
from workbench.simulator.plan import Plan

# How an order is delivered: at once, in two halves on one day, or in two parts on two days.
AT_ONCE, TWO_NOTES, TWO_DAYS = 0, 1, 2
# What takes goods away beside sales, with its chance per place, product and day.
LOSSES = {"write_off": 0.0015, "consumption": 0.0003, "adjustment": 0.0004, "purchase_return": 0.0002}


@dataclass
class Flow:
    """Frames of what happened; `day`, `place`, `product`, `qty` in each, the rest is said where it is made."""

    opening: pl.DataFrame
    orders: pl.DataFrame  # mode, first_day, first_qty, second_day, second_qty, rejected_qty
    transfers: pl.DataFrame  # place is the receiving store
    outflows: pl.DataFrame  # kind


class _Log:
    """Columns that grow by a day's rows at a time."""

    def __init__(self, *names: str) -> None:
        self.names = names
        self.parts: list[tuple[Ints, ...]] = []

    def add(self, *columns: Ints | int) -> None:
        size = max(len(c) for c in columns if isinstance(c, np.ndarray))
        full = (c if isinstance(c, np.ndarray) else np.full(size, c) for c in columns)
        self.parts.append(tuple(c.astype(np.int32) for c in full))

    def frame(self) -> pl.DataFrame:
        if not self.parts:
            return pl.DataFrame(schema=dict.fromkeys(self.names, pl.Int32))
        columns = [np.concatenate(c) for c in zip(*self.parts, strict=True)]
        self.parts = []
        return pl.DataFrame(dict(zip(self.names, columns, strict=True)))


def run_flow(plan: Plan, master: Master, rng: np.random.Generator, theft: float) -> Flow:
    """Run all days. `theft` is the chance per store, product and day that something leaves without a trace."""
    goods, rate = master.goods, master.rate
    shape = (plan.places, plan.products)
    central, lead = goods.is_central, master.suppliers.lead[goods.supplier]
    wanted = _order_up_to(master)
    stock = np.where(master.is_carried, wanted, 0).astype(np.int64)
    opening = _Log("place", "product", "qty")
    opening.add(*np.nonzero(stock), stock[stock > 0])
    coming = np.zeros((8, *shape), dtype=np.int64)  # accepted goods on their way, by day modulo 8
    on_order = np.zeros(shape, dtype=np.int64)
    on_road = np.zeros(shape, dtype=np.int64)
    orders = _Log(
        "day", "place", "product", "qty", "mode", "first_day", "first_qty", "second_day", "second_qty", "rejected_qty"
    )
    transfers = _Log("day", "place", "product", "qty")
    outflows = _Log("day", "place", "product", "qty", "kind")
    buys = master.is_carried & np.where(np.arange(plan.places)[:, None] == 0, central, ~central)
    review = (np.arange(plan.places)[:, None] + goods.supplier[None, :]) % 7
    names = ["sale", *LOSSES, "theft"]
    for day in range(plan.days):
        stock += on_road
        on_road[:] = 0
        _ship(plan, stock, on_road, wanted, rate, day, transfers, central)
        arrived = coming[day % 8].copy()
        stock += arrived
        on_order -= arrived
        coming[day % 8] = 0
        demand = rng.poisson(rate * (1.25 if (plan.start.weekday() + day) % 7 >= 5 else 0.9))
        sold = np.minimum(demand, stock)
        stock -= sold
        _note(outflows, day, sold, 0)
        for number, chance in enumerate([*LOSSES.values(), theft], 1):
            places = rng.random(shape) < chance
            if names[number] in ("consumption", "adjustment"):
                places[0] = False
            if names[number] == "purchase_return":
                places &= buys
            lost = np.where(places & master.is_carried, np.minimum(rng.integers(1, 3, shape), stock), 0)
            stock -= lost
            _note(outflows, day, lost, number)
        # Twice a week for what spoils at the stores, once a week for the warehouse.
        due = buys & ((day - review) % 7 == 0) | buys & ((day - review) % 7 == 3) & ~central
        need = np.where(due, wanted - stock - on_order, 0)
        packs = np.where(need > 0, -(-need // goods.pack), 0)
        place, product = np.nonzero(packs)
        if not len(place):
            continue
        qty = packs[place, product] * goods.pack[product]
        mode = rng.choice(3, p=(0.7, 0.14, 0.16), size=(plan.places, len(master.suppliers.code)))[
            place, goods.supplier[product]
        ]
        first = np.where(mode == AT_ONCE, qty, qty - qty // 2)
        second = qty - first
        rejected = np.where((rng.random(len(place)) < 0.015) & (first > 3), rng.integers(1, 3, len(place)), 0)
        first_day = day + lead[product]
        second_day = np.where(mode == TWO_DAYS, first_day + 1 + (day + place) % 2, first_day)
        orders.add(day, place, product, qty, mode, first_day, first, second_day, second, rejected)
        on_order[place, product] += qty - rejected
        np.add.at(coming, (first_day % 8, place, product), first - rejected)
        np.add.at(coming, (second_day % 8, place, product), second)
    kinds = pl.Series(names, dtype=pl.Enum(names))
    named = outflows.frame().with_columns(pl.lit(kinds).gather("kind").alias("kind"))
    wide = pl.all().cast(pl.Int64)
    return Flow(opening.frame().select(wide), orders.frame().select(wide), transfers.frame().select(wide), named)


def _order_up_to(master: Master) -> Ints:
    """Units wanted in stock and on order: days' worth of sales, fewer of what spoils soon."""
    rate, goods = master.rate, master.goods
    days = np.where(goods.is_central, 10.0, np.where((goods.life > 0) & (goods.life <= 30), 5.0, 8.0))
    wanted = np.ceil(rate * days[None, :] + 2)
    wanted[0] = np.ceil(np.where(goods.is_central, rate[1:].sum(axis=0) * 16 + 4, 0))
    wanted[~master.is_carried] = 0
    return wanted.astype(np.int64)


def _ship(
    plan: Plan, stock: Ints, on_road: Ints, wanted: Ints, rate: np.ndarray, day: int, log: _Log, central: np.ndarray
) -> None:
    """The warehouse sends to the stores whose day it is, the first one first where there is too little."""
    for store in range(1, plan.places):
        if (day + store) % 4:
            continue
        need = np.where(central & (rate[store] > 0), wanted[store] - stock[store], 0)
        sent = np.minimum(np.where(need > rate[store] * 2, need, 0), stock[0])
        stock[0] -= sent
        on_road[store] += sent
        if (product := np.nonzero(sent)[0]).size:
            log.add(day, store, product, sent[product])


def _note(log: _Log, day: int, qty: Ints, kind: int) -> None:
    place, product = np.nonzero(qty)
    if len(place):
        log.add(day, place, product, qty[place, product], kind)
