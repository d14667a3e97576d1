"""The sample's books: stock lot by lot, as the till keeps it, and all documents and movements written so far."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

from chain import GOODS, cost_of
from export import Row


class Books:
    """The chain's books: what is in stock, lot by lot, and every document and movement written so far."""

    def __init__(self) -> None:
        self.random = random.Random(20250331)
        self.stock: dict[tuple[str, str, str], int] = {}
        self.dates: dict[tuple[str, str], tuple[dt.date | None, dt.date | None]] = {}
        self.orders: list[Row] = []
        self.notes: list[Row] = []
        self.receipts: list[Row] = []
        self.invoices: list[Row] = []
        self.movements: list[Row] = []
        self.counts: list[Row] = []
        self.snapshots: list[Row] = []
        self.changes: list[Row] = []
        self.key: list[Row] = []
        self.numbers: dict[str, int] = {}

    def number(self, series: str) -> int:
        """The next number of a series of documents: none is left out."""
        self.numbers[series] = self.numbers.get(series, 0) + 1
        return self.numbers[series]

    def defect(self, rule: str, note: str, note_zh: str, *where: object) -> None:
        """Write a planted defect into the key; `where` is document, line, location, product, batch, date."""
        self.key.append([rule, *where, *[""] * (6 - len(where)), note, note_zh])

    def move(
        self, kind: str, place: str, product: str, batch: str, quantity: int, when: dt.datetime, operator: str,
        document: str = "", line: object = "", other: str = "", device: str = "", seq: object = "", reason: str = "",
        recorded: dt.datetime | None = None,
    ) -> Row:  # fmt: skip
        """Post a movement; its reported balance is that of the lot after it. A minute later it is recorded."""
        lot = (place, product, batch)
        self.stock[lot] = self.stock.get(lot, 0) + quantity
        amount = -quantity * Decimal(GOODS[product][7]) if kind == "销售" else ""
        row: Row = [
            place, f"{place}-{self.number('movement' + place):05d}", when, recorded or when + dt.timedelta(minutes=1),
            product, batch, kind, quantity, cost_of(product), amount, document, line, other, operator, reason,
            self.stock[lot], device, seq,
        ]  # fmt: skip
        self.movements.append(row)
        return row

    def lots(self, place: str, product: str) -> list[str]:
        """Lots in stock, the first to expire first."""
        found = [batch for (where, what, batch), n in self.stock.items() if (where, what) == (place, product) and n]
        return sorted(
            found, key=lambda batch: (self.dates.get((product, batch), (None, None))[1] or dt.date.max, batch)
        )

    def draw(self, place: str, product: str, quantity: int, today: dt.date) -> list[tuple[str, int]]:
        """What leaves, lot by lot and nothing that has expired; below zero only where no lots are kept."""
        if not GOODS[product][5]:
            return [("", quantity)]
        taken: list[tuple[str, int]] = []
        for batch in self.lots(place, product):
            expiry = self.dates.get((product, batch), (None, None))[1]
            part = min(quantity - sum(n for _, n in taken), self.stock[place, product, batch])
            if part > 0 and (expiry is None or expiry >= today):
                taken.append((batch, part))
        return taken

    def new_batch(self, product: str, produced: dt.date) -> str:
        """A lot, named after its day of production; empty where no lots are kept."""
        shelf = GOODS[product][5] if product in GOODS else 0
        if not shelf:
            return ""
        batch = f"{produced:%y%m%d}{product[1]}"
        self.dates[product, batch] = (produced, produced + dt.timedelta(days=shelf))
        return batch
