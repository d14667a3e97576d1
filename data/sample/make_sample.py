"""Makes the sample: one month of a small chain as its systems would export it, with planted defects and their key.

Run it again and it writes the same files. Stock is kept here as the till keeps it, so openings, receipts, sales,
transfers, counts and snapshots agree, except where a defect is planted under the name of the rule that must find it.
"""

from __future__ import annotations

import datetime as dt
import random
import sys
from decimal import Decimal
from pathlib import Path

import chain
from chain import AS_OF, CASHIER, CLERK, MANAGER, PRODUCTS, SUPPLIERS, E, Order, S, W, at, barcode, cost_of, day
from export import Row, write_all, wrong_barcode


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
    ) -> Row:  # fmt: skip
        """Post a movement; its reported balance is that of the lot after it."""
        lot = (place, product, batch)
        self.stock[lot] = self.stock.get(lot, 0) + quantity
        amount = -quantity * Decimal(PRODUCTS[product][7]) if kind == "销售" else ""
        row: Row = [
            place, f"{place}-{self.number('movement' + place):05d}", when, when + dt.timedelta(minutes=1), product,
            batch, kind, quantity, cost_of(product), amount, document, line, other, operator, reason, self.stock[lot],
            device, seq,
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
        if not PRODUCTS[product][5]:
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
        shelf = PRODUCTS[product][5] if product in PRODUCTS else 0
        if not shelf:
            return ""
        batch = f"{produced:%y%m%d}{product[1]}"
        self.dates[product, batch] = (produced, produced + dt.timedelta(days=shelf))
        return batch


def open_books(books: Books) -> list[Row]:
    """Stock at midnight of 1 March, two lots of it old; answers the batch master, which knows these lots only."""
    aged = {(E, "030001"): dt.date(2024, 7, 9), (S, "030002"): dt.date(2024, 5, 27)}
    for place, quantities in chain.OPENING.items():
        for product, quantity in zip(PRODUCTS, quantities, strict=True):
            batch = books.new_batch(product, aged.get((place, product), dt.date(2025, 2, 18)))
            if quantity:
                books.move("期初", place, product, batch, quantity, at(day(1), "00:00"), MANAGER[place])
    (soon,), (expired,) = books.lots(E, "030001"), books.lots(S, "030002")
    note, note_zh = "Good until 2025-04-05 and still in stock", "有效期至 2025-04-05，仍有库存"
    books.defect("batch_expiring_soon", note, note_zh, "", "", E, "030001", soon)
    note, note_zh = "Good until 2025-03-23 and still in stock", "2025-03-23 到期，仍有库存"
    books.defect("batch_expired_on_hand", note, note_zh, "", "", S, "030002", expired)
    return [[product, batch, *dates] for (product, batch), dates in books.dates.items()]


def order_goods(books: Books, order: Order, number: int) -> None:
    """Write the order."""
    order.number = f"PO2503{number:02d}"
    approver = "" if order.status in ("待审核", "草稿") else "E001"
    for line, (product, quantity) in enumerate(order.lines.items(), 1):
        pack = PRODUCTS[product][8] if product in PRODUCTS else 10
        books.orders.append([
            order.number, line, order.supplier, order.place, product, day(order.ordered), day(order.due), quantity,
            pack, cost_of(product), "E003", approver, order.status,
        ])  # fmt: skip


def receive(books: Books, order: Order, clock: str, note_no: str, defects: bool = True) -> str:
    """Enter and post a receipt on the order's due day; answers its number."""
    place, today, posted = order.place, day(order.due), at(day(order.due), clock)
    receipt = f"RK{place}-{books.number('receipt' + place):04d}"
    lines = order.lines if order.received is None else order.received
    for line, (product, quantity) in enumerate(lines.items(), 1):
        batch = books.new_batch(product, today - dt.timedelta(days=4))
        produced, expiry = books.dates.get((product, batch), (None, None))
        where = [receipt, line, place, product, batch, today]
        if order.number == "PO250322":
            batch = where[4] = ""
            books.defect("batch_no_missing", "The batch was left out", "未填批号", *where)
        elif order.number == "PO250323":
            expiry, books.dates[product, batch] = None, (produced, None)
            books.defect("expiry_date_missing", "The expiry date was left out", "未填有效期", *where)
        elif order.number == "PO250324":
            produced = dt.date(2026, 3, 21)
            note, note_zh = "Year of production typed 2026 instead of 2025", "生产年份误录为 2026 年"
            books.defect("expiry_before_production", note, note_zh, *where)
        elif product not in PRODUCTS:
            note, note_zh = "The product master has no such code", "商品档案中没有此编码"
            books.defect("product_code_unknown", note, note_zh, "", "", "", product)
        elif order.cost:
            note, note_zh = "Ordered at 68.00, received at 71.40", "订货价 68.00，入库价 71.40"
            books.defect("receipt_price_differs_from_order", note, note_zh, *where)
        cost = Decimal(order.cost.get(product, str(cost_of(product))))
        code = barcode(product) if product in PRODUCTS else ""
        entered, submitted = posted - dt.timedelta(minutes=30), posted - dt.timedelta(minutes=20)
        books.receipts.append([
            place, receipt, line, "采购入库", order.number, note_no, order.supplier, product, code, batch, produced,
            expiry, quantity, 0, cost, quantity * cost, posted - dt.timedelta(minutes=45), entered, CLERK[place],
            submitted, MANAGER[place], posted, "已审核", f"{receipt}.jpg", "",
        ])  # fmt: skip
        books.move("入库", place, product, batch, quantity, posted, CLERK[place], receipt, line)
    return receipt


def note_and_bill(books: Books, order: Order, receipt: str, note_no: str) -> None:
    """The supplier's delivery note and, two days later, his invoice."""
    lines = order.lines if order.received is None else order.received
    batches = {row[7]: row[9] for row in books.receipts if row[1] == receipt}
    if order.has_note:
        for line, (product, quantity) in enumerate((order.noted or lines).items(), 1):
            head = [order.supplier, note_no, line, order.number, order.place, product]
            books.notes.append([*head, batches[product], day(order.due), quantity])
    billed = lines if order.billed is None else order.billed
    for days in () if not billed else (2, 6) if order.number == "PO250319" else (2,):
        number = f"{SUPPLIERS[order.supplier][3]}-FP{4000 + books.number(order.supplier) * 7}"
        for line, (product, quantity) in enumerate(billed.items(), 1):
            books.invoices.append([
                order.supplier, number, line, order.number, receipt, product, day(order.due + days), quantity,
                cost_of(product), quantity * cost_of(product),
            ])  # fmt: skip


# What is wrong with an order's only line, by the order's number.
ORDER_DEFECTS = {
    "PO250309": ("receipt_over_order", "42 received, 36 ordered", "订货 36，实收 42"),
    "PO250310": ("receipt_under_order", "40 received, 48 ordered, order closed", "订货 48，实收 40，订单已完成"),
    "PO250312": ("receipt_pack_factor_error", "10 cases of 12 entered as 10 pieces", "10 箱（每箱 12 盒）误录为 10 盒"),
    "PO250313": ("receipt_on_unapproved_order", "The order is still pending", "订单尚未审核"),
}


def deliver(books: Books, order: Order) -> None:
    """What the lorry brings on the due day, and what is wrong with it."""
    place, today = order.place, day(order.due)
    note_no = f"{SUPPLIERS[order.supplier][3]}-{today:%m%d}-{int(order.number[-2:] or 0):02d}"
    receipt = receive(books, order, "10:15", note_no)
    product = next(iter(order.lines))
    if order.number in ("", "PO250377"):
        note, note_zh = ("No such order", "订单号不存在") if order.number else ("No order number", "无订单号")
        books.defect("receipt_without_order", note, note_zh, receipt, "", place, "", "", today)
        return
    note_and_bill(books, order, receipt, note_no)
    if order.number in ORDER_DEFECTS:
        books.defect(*ORDER_DEFECTS[order.number], order.number, 1, place, product, "", today)
    elif order.number == "PO250315":
        note, note_zh = "60 received, 66 on the delivery note", "送货单 66，实收 60"
        books.defect("receipt_differs_from_delivery_note", note, note_zh, note_no, "", place, product, "", today)
    elif order.number == "PO250316":
        twin = receive(books, order, "15:10", note_no)
        note, note_zh = f"{receipt} entered again", f"{receipt} 重复录入"
        books.defect("receipt_entered_twice", note, note_zh, twin, "", place, "", "", today)
    elif order.number == "PO250317":
        twin = receive(books, order, "15:10", note_no.replace("-", ""))
        note, note_zh = f"{receipt} entered again, delivery note without dashes", f"{receipt} 换写送货单号后重复录入"
        books.defect("receipt_reentered_under_new_number", note, note_zh, twin, "", place, "", "", today)
    elif order.number == "PO250318":
        number, billed = books.invoices[-1][1], books.invoices[-1][6]
        note, note_zh = "36 billed, 30 received", "入库 30，开票 36"
        books.defect("invoice_qty_differs_from_receipt", note, note_zh, number, 1, place, product, "", billed)
    elif order.number == "PO250319":
        first, second = books.invoices[-2:]
        note, note_zh = f"{first[1]} billed again under another number", f"{first[1]} 换号重复开票"
        books.defect("invoice_entered_twice", note, note_zh, second[1], "", "", "", "", second[6])
    elif order.number == "PO250320":
        row = [*books.receipts[-1][:2], 2, *books.receipts[-1][3:]]
        row[7:16] = ["", "", "", None, None, 6, 0, Decimal(0), Decimal(0)]
        books.receipts.append(row)
        note, note_zh = "Six free samples without a code", "赠品 6 件，无商品编码"
        books.defect("product_code_missing", note, note_zh, receipt, 2, place)


def sell(books: Books, place: str, product: str, quantity: int, today: dt.date) -> None:
    """A day's sales of a product, as one movement per lot."""
    for batch, part in books.draw(place, product, quantity, today):
        seq = books.number("till" + place)
        moment = at(today, "17:00") + dt.timedelta(minutes=7 * books.number(f"{place}{today}"))
        ticket, till = f"T{place}-{seq:05d}", f"POS-{place}-1"
        row = books.move("销售", place, product, batch, -part, moment, CASHIER[place], ticket, 1, device=till, seq=seq)
        where = [ticket, 1, place, product, batch, today]
        if (place, product, today) == (E, "040003", day(17)):
            twin = books.move(
                "销售", place, product, batch, -part, moment, CASHIER[place], ticket, 1, device=till, seq=seq
            )
            twin[3] = moment + dt.timedelta(minutes=6)
            note, note_zh = f"{twin[1]} repeats {row[1]}", f"{twin[1]} 与 {row[1]} 重复"
            books.defect("movement_duplicated_by_sync", note, note_zh, ticket, "", place, product, "", today)
        elif (place, product, today) == (E, "040001", day(13)):
            row[15] = books.stock[place, product, batch] + 3
            note, note_zh = "The till shows three more than the ledger", "收银机结存比流水多 3"
            books.defect("balance_differs_from_reported", note, note_zh, *where)
        elif (place, product, today) == (S, "050001", day(11)):
            note, note_zh = "Sold below zero until the transfer of 18 March", "库存售成负数，3 月 18 日调拨后转正"
            books.defect("balance_negative", note, note_zh, "", "", place, product, "", today)


def transfer(books: Books, product: str, quantity: int, to: str, today: dt.date) -> None:
    """From the warehouse in the morning, into the store in the afternoon."""
    document = f"DB2503-{books.number('transfer'):02d}"
    for line, (batch, part) in enumerate(books.draw(W, product, quantity, today), 1):
        books.move("调拨出", W, product, batch, -part, at(today, "11:00"), CLERK[W], document, line, to)
        books.move("调拨入", to, product, batch, part, at(today, "15:00"), CLERK[to], document, line, W)


def count(books: Books, place: str, today: dt.date, found: dict[str, int]) -> None:
    """Count everything after closing and post what differs; `found` is by how much."""
    number = f"PD{place}-{today:%y%m%d}"
    lots = sorted((product, batch) for (where, product, batch), n in books.stock.items() if where == place and n)
    differing = {(product, books.lots(place, product)[-1]): n for product, n in found.items()}
    for line, (product, batch) in enumerate(lots, 1):
        book, difference = books.stock[place, product, batch], differing.get((product, batch), 0)
        moment = at(today, "21:00") + dt.timedelta(minutes=2 * line)
        again: Row = [book + difference, "E002" if place != W else "E001"] if difference else ["", ""]
        books.counts.append([
            place, number, line, product, batch, moment, book, book + difference, CLERK[place], *again,
            cost_of(product), 1, "已审核", MANAGER[place] if place != W else "E003",
        ])  # fmt: skip
        if difference:
            kind = "盘盈" if difference > 0 else "盘亏"
            posted, why = at(today, "22:30"), "盘点差异"
            books.move(kind, place, product, batch, difference, posted, MANAGER[place], number, line, reason=why)
            note, note_zh = f"Counted {book + difference}, book {book}", f"账面 {book}，实盘 {book + difference}"
            books.defect("count_variance", note, note_zh, number, "", place, product, batch, today)


def snapshot(books: Books, today: dt.date) -> None:
    """Stock on hand at the end of a day, as the head office exports it."""
    for (place, product, batch), quantity in sorted(books.stock.items()):
        shown = quantity
        if (place, product, today) == (S, "040002", AS_OF):
            shown -= 2
            note, note_zh = "The snapshot shows two fewer than the ledger", "库存快照比流水少 2"
            books.defect("on_hand_differs_from_ledger", note, note_zh, "", "", place, product, batch, today)
        if quantity:
            books.snapshots.append([today, place, product, batch, shown, shown * cost_of(product)])


def keep_books() -> tuple[Books, list[Row]]:
    """The month, day by day."""
    books = Books()
    batches = open_books(books)
    orders = chain.plan()
    for number, order in enumerate(orders, 1):
        order_goods(books, order, number)
    # These two came without an order: one names none, one a number that no order has.
    orders.append(Order("V003", E, 0, 16, {"040003": 12}))
    orders.append(Order("V002", S, 0, 23, {"020002": 10}, number="PO250377"))
    (late,) = (order for order in orders if order.number == "PO250314")
    note, note_zh = "Due on 2025-03-20, nothing received", "应于 2025-03-20 到货，至今未到"
    books.defect("order_overdue", note, note_zh, late.number, 1, W, "020001", "", day(late.due))
    few = {(S, "030002"): (2, 2, 2, 0), (S, "050001"): (2, 4, 3, 2)}
    for date in range(1, 32):
        for order in orders:
            if order.due == date and order.received != {}:
                deliver(books, order)
        for when, product, quantity, to in chain.TRANSFERS:
            if when == date:
                transfer(books, product, quantity, to, day(date))
        for position, product in enumerate(PRODUCTS):
            week, weekday = divmod(date - 3 - position % 5, 7)
            for place in (E, S) if weekday == 0 and 0 <= week < 4 else ():
                usual = books.random.randint(2, 6)
                sell(books, place, product, few.get((place, product), (usual,) * 4)[week], day(date))
        for place, when, found in (
            (W, 28, {"040003": -4}),
            (E, 29, {"020001": -2, "040001": 1}),
            (S, 29, {"010001": -3}),
        ):
            if when == date:
                count(books, place, day(date), found)
        if date in (15, 31):
            snapshot(books, day(date))
    note, note_zh = f"{wrong_barcode()}: wrong check digit", f"{wrong_barcode()} 校验位错误"
    books.defect("barcode_check_digit_wrong", note, note_zh, "", "", "", "040003")
    plant_unreadable(books)
    books.movements.sort(key=lambda row: (str(row[2]), str(row[3]), str(row[1])))
    return books, batches


def plant_unreadable(books: Books) -> None:
    """Three rows that no contract accepts."""
    (after,) = (i for i, row in enumerate(books.receipts) if row[4] == "PO250303" and row[2] == 2)
    row = [*books.receipts[after][:2], 3, *books.receipts[after][3:]]
    row[7:9], row[12], row[15] = ["050001", barcode("050001")], "See ASN 4711", ""
    books.receipts.insert(after + 1, row)
    books.defect("reject", "A remark where a quantity belongs", "数量栏填了文字", row[1], 3, W, "050001")
    books.notes.append(["V002", "JS-0230-01", 1, "PO250302", W, "020001", "2502182", "2025-02-30", 10])
    books.defect("reject", "30 February does not exist", "日期不存在", "JS-0230-01", 1, W, "020001")
    (after,) = (i for i, row in enumerate(books.orders) if row[0] == "PO250325")
    row = list(books.orders[after])
    row[1], row[4], row[7] = 2, "010003", "待定"
    books.orders.insert(after + 1, row)
    books.defect("reject", "Quantity still to be agreed", "数量待定", "PO250325", 2, W, "010003")


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    write_all(folder, *keep_books())
