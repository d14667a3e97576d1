"""The simulated chain as one object: papers, stock card, counts, and what was done to them by planted defects.

A planter changes frames through the methods here, so that every difference between shelf and book is known with its
cause. `shifts` holds these differences: shelf less book, by place, product, batch and moment.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from workbench.simulator.documents import expiry_day, make_papers, produced_day
from workbench.simulator.flow import run_flow
from workbench.simulator.master import Master, make_master
from workbench.simulator.movements import SCHEMA, make_movements, shaped
from workbench.simulator.ordinary import add_ordinary_troubles
from workbench.simulator.plan import DAY, Plan

LOT_KEY = ["place", "product", "lot"]
# A document in the key: its kind and id, or its number as it stands.
Document = tuple[str, int] | str


@dataclass(frozen=True)
class Expected:
    """A finding that the rules must give. `None` is not compared; an optional one counts neither for nor against."""

    rule: str
    note: str
    note_zh: str
    cause: str
    place: int | None = None
    document: Document | None = None
    line: int | None = None
    product: int | str | None = None
    lot: int | None = None
    day: int | None = None
    is_optional: bool = False


@dataclass
class Chain:
    """Everything about one simulation. Planters replace frames, the stock card through `post`, `lift` and `alter`."""

    plan: Plan
    master: Master
    rng: np.random.Generator
    orders: pl.DataFrame
    notes: pl.DataFrame
    receipts: pl.DataFrame
    invoices: pl.DataFrame
    moves: pl.DataFrame
    batches: pl.DataFrame
    shifts: list[pl.DataFrame] = field(default_factory=list)
    counts: pl.DataFrame = field(default_factory=pl.DataFrame)
    lines: pl.DataFrame = field(default_factory=pl.DataFrame)
    candidates: pl.DataFrame = field(default_factory=pl.DataFrame)
    expected: list[Expected] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    extra: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    used_cells: set[tuple[int, int]] = field(default_factory=set)
    used_products: set[int] = field(default_factory=set)
    used_documents: set[tuple[str, int]] = field(default_factory=set)
    planted: dict[str, int] = field(default_factory=dict)

    # --- the stock card -------------------------------------------------------------------------------------------

    def post(self, rows: pl.DataFrame, cause: str, is_real: bool) -> None:
        """Add movements to the book. `is_real`: the goods moved too, so that shelf and book stay together."""
        rows = _trimmed(shaped(rows))
        self.moves = pl.concat([self.moves, rows])
        if not is_real:
            self._shift(rows, -1, cause)

    def lift(self, wanted: pl.Expr, cause: str) -> pl.DataFrame:
        """Take movements out of the book although the goods moved; the rows taken out."""
        rows = _trimmed(self.moves.filter(wanted))
        self.moves = self.moves.filter(~wanted.fill_null(False))
        self._shift(rows, 1, cause)
        return rows

    def alter(self, wanted: pl.Expr, cause: str, **values: pl.Expr) -> None:
        """Write movements down wrongly: taken out and put back with other values."""
        rows = self.lift(wanted, cause)
        self.post(rows.with_columns(value.alias(name) for name, value in values.items()), cause, is_real=False)

    def lose(self, rows: pl.DataFrame, cause: str) -> None:
        """Goods that left (or came, with a positive quantity) without a word in the book."""
        self._shift(rows, 1, cause)

    def mark(self, wanted: pl.Expr, **values: Any) -> None:
        """Write down something else about movements than their goods: who, when recorded, why."""
        for name, value in values.items():
            new = value if isinstance(value, pl.Expr) else pl.lit(value, SCHEMA[name])
            self.moves = self.moves.with_columns(
                pl.when(wanted).then(new.cast(SCHEMA[name])).otherwise(name).alias(name)
            )

    def _shift(self, rows: pl.DataFrame, sign: int, cause: str) -> None:
        if rows.height:
            keys = [pl.col(name).cast(SCHEMA[name]) for name in (*LOT_KEY, "moment")]
            moved = rows.select(*keys, (pl.col("qty").cast(pl.Int64) * sign).alias("qty"))
            self.shifts.append(moved.with_columns(pl.lit(cause).alias("cause")))

    # --- the key --------------------------------------------------------------------------------------------------

    def expect(self, rule: str, note: str, note_zh: str, cause: str = "", **where: Any) -> None:
        """Write down a finding that the rules must give."""
        self.expected.append(Expected(rule, note, note_zh, cause or rule, **where))

    def text(self, number: str) -> int:
        """A document number that belongs to no document of the chain, for `doc_kind` text."""
        self.texts.append(number)
        return len(self.texts) - 1

    # --- where to plant -------------------------------------------------------------------------------------------

    def pick(self, rows: pl.DataFrame, number: int, document: str = "", is_paper: bool = False) -> list[dict[str, Any]]:
        """Up to `number` rows at random whose goods and document no other defect has touched.

        Goods are those of a place and product; a defect of paper alone leaves them to others.
        """
        found: list[dict[str, Any]] = []
        order = self.rng.permutation(rows.height if number else 0)
        for start in range(0, len(order), 512):
            for row in rows[order[start : start + 512]].iter_rows(named=True):
                cell = (row["place"], row["product"])
                mark = (document, row[document]) if document else None
                if (not is_paper and cell in self.used_cells) or mark in self.used_documents:
                    continue
                if not is_paper:
                    self.used_cells.add(cell)
                if mark:
                    self.used_documents.add(mark)
                found.append(row)
                if len(found) == number:
                    return found
        return found

    def sales_of_some_days(self) -> pl.DataFrame:
        """Sales at the tills of a dozen days: enough to choose from, however many there are."""
        last = self.plan.days - 2
        days = self.rng.permutation(max(last, 0))[:12]
        is_sale = (pl.col("kind") == "sale") & (pl.col("doc_kind") == "ticket")
        return self.moves.filter(is_sale & (pl.col("moment") // DAY).is_in(days.tolist()))

    def spare(self, number: int, wanted: np.ndarray) -> list[tuple[int, int]]:
        """Up to `number` stores and products they do not carry: a planter has them for itself."""
        free = ~self.master.is_carried & wanted[None, :]
        free[0] = False
        cells = np.argwhere(free)
        found: list[tuple[int, int]] = []
        for place, product in cells[self.rng.permutation(len(cells))]:
            cell = (int(place), int(product))
            if len(found) < number and cell not in self.used_cells:
                self.used_cells.add(cell)
                found.append(cell)
        return found


def _trimmed(rows: pl.DataFrame) -> pl.DataFrame:
    """The same rows in memory of their own: what a filter leaves of ten million rows keeps room for all of them."""
    return rows[np.arange(rows.height)]


def make_chain(plan: Plan) -> Chain:
    """A chain that is run correctly, save that goods are stolen from the shelf unless the plan is a clean one."""
    rng = np.random.Generator(np.random.PCG64(plan.seed))
    master = make_master(plan, rng)
    theft = 0.0 if plan.is_clean else 0.0012 * plan.rate
    flow = run_flow(plan, master, rng, theft)
    papers = make_papers(plan, master, flow.orders, rng)
    moves, stolen = make_movements(plan, master, flow, papers.receipts, rng)
    receipts, moves = add_ordinary_troubles(plan, master, papers.receipts, moves, rng)
    batches = (
        pl.concat([moves.select("product", "lot"), stolen.select("product", "lot")]).unique().filter(pl.col("lot") >= 0)
    )
    chain = Chain(
        plan=plan,
        master=master,
        rng=rng,
        orders=papers.orders,
        notes=papers.notes.with_columns(pl.lit(None, pl.String).alias("po_text")),
        receipts=_as_printed(master, receipts),
        invoices=papers.invoices.with_columns(pl.lit(None, pl.String).alias("po_text")),
        moves=moves,
        batches=_dated(master, batches.with_columns(pl.col("product", "lot").cast(pl.Int64)).sort("product", "lot")),
    )
    chain.lose(stolen, "theft")
    return chain


def batch_number(master: Master, start: np.datetime64, product: pl.Expr, lot: pl.Expr) -> pl.Expr:
    """What is printed on the goods: day of production and a letter of the line; null where there are no batches."""
    letters = pl.lit(pl.Series([chr(65 + i % 26) for i in range(len(master.goods.code))]))
    day = pl.lit(start).cast(pl.Date) + pl.duration(days=produced_day(lot))
    return pl.when(lot >= 0).then(pl.format("L{}{}", day.dt.strftime("%y%m%d"), letters.gather(product)))


def _dated(master: Master, rows: pl.DataFrame) -> pl.DataFrame:
    lot = pl.col("lot")
    return rows.with_columns(produced_day(lot).alias("produced"), expiry_day(master.goods, lot).alias("expiry"))


def _as_printed(master: Master, receipts: pl.DataFrame) -> pl.DataFrame:
    """Receipts with what is read off goods and notes; planters spoil it line by line."""
    goods = master.goods
    piece = pl.lit(pl.Series(goods.barcode)).gather("product")
    case = pl.lit(pl.Series(goods.case_barcode)).gather("product")
    pack = pl.lit(pl.Series(goods.pack)).gather("product")
    return _dated(master, receipts).with_columns(
        pl.when((pl.col("qty") % pack == 0) & (pack > 1) & (case != "")).then(case).otherwise(piece).alias("barcode"),
        pl.lit(True).alias("has_batch"),
        pl.lit(None, pl.String).alias("po_text"),
        pl.lit(None, pl.String).alias("note_text"),
    )
