"""The simulated chain's master data: goods, barcodes, suppliers, places, people.

Everything is a whole column of numbers or texts; an index into these arrays stands for a code until files are written.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.simulator.plan import Plan
from workbench.simulator.words import (
    BRANDS,
    CATEGORIES,
    GIVEN,
    GIVEN_ZH,
    REGIONS,
    SPECS,
    STORE_NAMES,
    SUPPLIER_STEMS,
    SURNAMES,
    SURNAMES_ZH,
)

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_PACKS = np.array([1, 2, 4, 6, 8, 10, 12, 20, 24])


@dataclass
class Goods:
    """One entry per product. Money in hundredths; `life` 0 for goods that do not spoil; `brand` -1 for none."""

    code: list[str]
    name: list[tuple[str, str]]
    category: Ints
    brand: Ints
    spec: list[str]
    life: Ints
    cost: Ints
    price: Ints
    pack: Ints
    supplier: Ints
    is_central: Flags  # bought by the warehouse and sent to the stores, else delivered to each store
    is_active: Flags
    barcode: list[str]
    case_barcode: list[str]

    @property
    def is_tracked(self) -> Flags:
        """Batches are kept for whatever spoils."""
        return self.life > 0


@dataclass
class Suppliers:
    """One entry per supplier. `bills_receipts`: an invoice per receipt, else one per order. Some write no notes."""

    code: list[str]
    name: list[tuple[str, str]]
    lead: Ints
    residual: list[str]
    has_notes: Flags
    bills_receipts: Flags
    prefix: list[str]


@dataclass
class People:
    """One entry per account. `place` is where the person works."""

    code: list[str]
    name: list[tuple[str, str]]
    role: list[str]
    place: Ints

    def of(self, role: str) -> Ints:
        """Matrix of places × the people with that role there."""
        found = [i for i, r in enumerate(self.role) if r == role]
        places = sorted({int(self.place[i]) for i in found})
        return np.array([[i for i in found if self.place[i] == place] for place in places], dtype=np.int64)


@dataclass
class Master:
    """All of it. `rate` is units sold a day, places × products; `is_carried` where a product is sold or kept."""

    goods: Goods
    suppliers: Suppliers
    people: People
    place_code: list[str]
    place_name: list[tuple[str, str]]
    region: Ints
    rate: Floats
    is_carried: Flags


def check_digit(digits: str) -> str:
    """The last digit of a GTIN: weights 3, 1, 3 … from the right (GS1 General Specifications)."""
    return str(-sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits))) % 10)


def make_master(plan: Plan, rng: np.random.Generator) -> Master:
    """The chain before its first day."""
    suppliers = _suppliers(plan, rng)
    goods = _goods(plan, rng, suppliers)
    people = _people(plan, rng)
    factor = rng.uniform(0.6, 1.6, plan.stores)
    # Goods that spoil within weeks must sell quickly to be worth keeping.
    spoiling = (goods.life > 0) & (goods.life <= 60)
    base = np.clip(rng.lognormal(0.1, 0.7, plan.products), np.where(spoiling, 3.4, 0.6), 8.0)
    rate = np.zeros((plan.places, plan.products))
    rate[1:] = base[None, :] * factor[:, None]
    # Every place keeps a few products less: nobody carries everything, and what it does not carry it never moves.
    carried = rng.random((plan.places, plan.products)) < 0.9
    carried[1, ~carried[1:].any(axis=0)] = True
    carried[0] = goods.is_central
    rate[~carried] = 0
    goods.pack = _pack(goods, rate)
    names = [STORE_NAMES[i % len(STORE_NAMES)] for i in range(plan.stores)]
    turn = [i // len(STORE_NAMES) for i in range(plan.stores)]
    return Master(
        goods=goods,
        suppliers=suppliers,
        people=people,
        place_code=["W01", *(f"S{i + 1:02d}" for i in range(plan.stores))],
        place_name=[
            ("Central warehouse", "中心仓"),
            *(
                (f"{en} {n + 1}" if n else en, f"{zh}{n + 1}" if n else zh)
                for (en, zh), n in zip(names, turn, strict=True)
            ),
        ],
        region=rng.integers(0, len(REGIONS), plan.places),
        rate=rate,
        is_carried=carried,
    )


def _suppliers(plan: Plan, rng: np.random.Generator) -> Suppliers:
    number = max(len(CATEGORIES), plan.products // 40)
    stems = [SUPPLIER_STEMS[i % len(SUPPLIER_STEMS)] for i in range(number)]
    return Suppliers(
        code=[f"V{i + 1:03d}" for i in range(number)],
        name=[(f"{en} {i + 1}", f"{zh}{i + 1}公司") for i, (en, zh) in enumerate(stems)],
        lead=rng.integers(1, 4, number),
        residual=[("0.6667", "0.5", "")[i % 3] for i in range(number)],
        # The first ones write notes and bill by receipt, so that even the smallest chain has both kinds.
        has_notes=np.arange(number) % 5 != 4,
        bills_receipts=np.arange(number) % 2 == 0,
        prefix=[chr(65 + i % 26) + chr(65 + (i * 7 + 3) % 26) for i in range(number)],
    )


def _goods(plan: Plan, rng: np.random.Generator, suppliers: Suppliers) -> Goods:
    number = plan.products
    category = np.arange(number) % len(CATEGORIES)
    turn = np.arange(number) // len(CATEGORIES)
    life = np.array([CATEGORIES[c][4][t % len(CATEGORIES[c][4])] for c, t in zip(category, turn, strict=True)])
    brand = rng.integers(0, len(BRANDS), number)
    brand[turn % 9 == 8] = -1
    noun = [CATEGORIES[c][5][t % len(CATEGORIES[c][5])] for c, t in zip(category, turn, strict=True)]
    cost = np.round(np.exp(rng.normal(2.0, 0.8, number)) * 100).astype(np.int64) + 80
    supplier = (category + len(CATEGORIES) * rng.integers(0, 99, number)) % len(suppliers.code)
    codes = [f"{c + 1:02d}{t:04d}" for c, t in zip(category, turn, strict=True)]
    stems = [f"{'690' if b >= 0 else '2'}{i:0{9 if b >= 0 else 11}d}" for i, b in enumerate(brand + 0)]
    return Goods(
        code=codes,
        name=[
            (
                f"{BRANDS[b][0] + ' ' if b >= 0 else ''}{n[0]} {t + 1}",
                f"{BRANDS[b][1] if b >= 0 else ''}{n[1]}{t + 1}号",
            )
            for b, n, t in zip(brand, noun, turn, strict=True)
        ],
        category=category,
        brand=brand,
        spec=[SPECS[i] for i in rng.integers(0, len(SPECS), number)],
        life=life,
        cost=cost,
        price=np.round(cost * rng.uniform(1.2, 1.7, number)).astype(np.int64),
        pack=np.ones(number, dtype=np.int64),
        supplier=supplier,
        is_central=((life == 0) | (life > 60)) & (rng.random(number) < 0.75),
        is_active=np.ones(number, dtype=np.bool_),
        barcode=[stem + check_digit(stem) for stem in stems],
        case_barcode=[
            "1" + stem + check_digit("1" + stem) if b >= 0 else "" for stem, b in zip(stems, brand, strict=True)
        ],
    )


def _pack(goods: Goods, rate: Floats) -> Ints:
    """Units per case: no more than a few days' sales of whoever orders."""
    slowest = np.where(rate[1:] > 0, rate[1:], np.inf).min(axis=0)
    usual = np.where(goods.is_central, rate.sum(axis=0) * 5, slowest * 2.5)
    chosen: Ints = _PACKS[np.clip(np.searchsorted(_PACKS, usual, side="right") - 1, 0, len(_PACKS) - 1)]
    return chosen


def _people(plan: Plan, rng: np.random.Generator) -> People:
    code, role, place = [], [], []
    for location in range(plan.places):
        team = ["manager", "manager", "clerk", "clerk", "clerk"]
        team += ["buyer", "buyer"] if location == 0 else ["cashier", "cashier", "cashier"]
        team += ["former"]
        for position, what in enumerate(team):
            code.append(f"E{location:02d}{position + 1}")
            role.append(what)
            place.append(location)
    # No two people share a name: whether two accounts are one person is a question of its own.
    names = rng.permutation(len(SURNAMES) * len(GIVEN) * 20)[: len(code)]
    given, first = len(GIVEN), len(SURNAMES)
    en, zh = [], []
    for n in names:
        surname, rest = int(n) % first, int(n) // first
        middle, last = rest // given, rest % given
        extra = middle % given
        en.append(f"{SURNAMES[surname]} {GIVEN[last]}{GIVEN[extra].lower() if middle else ''}{middle // given or ''}")
        zh.append(f"{SURNAMES_ZH[surname]}{GIVEN_ZH[last]}{GIVEN_ZH[extra] if middle else ''}{middle // given or ''}")
    return People(code, list(zip(en, zh, strict=True)), role, np.array(place))
