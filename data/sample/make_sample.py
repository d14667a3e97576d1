"""Makes the sample: one month of a small chain as its systems would export it, with planted defects and their key.

Run it again and it writes the same files. Stock is kept here as the till keeps it, so openings, receipts, sales,
transfers, counts and snapshots agree, except where a defect is planted under the name of the rule that must find it.
"""

from __future__ import annotations

import datetime as dt
import sys
from decimal import Decimal
from pathlib import Path

import chain
import defects
from books import Books
from chain import AS_OF, CASHIER, CLERK, GOODS, MANAGER, PRODUCTS, SUPPLIERS, E, Order, S, W, at, barcode, cost_of, day
from export import Row, write_all, wrong_barcode


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
        pack = GOODS[product][8] if product in GOODS else 10
        books.orders.append([
            order.number, line, order.supplier, order.place, product, day(order.ordered), day(order.due), quantity,
            pack, cost_of(product), "E003", approver, order.status,
        ])  # fmt: skip


def receive(books: Books, order: Order, clock: str, note_no: str) -> str:
    """Enter and post a receipt on the order's due day; answers its number."""
    place, today, posted = order.place, day(order.due), at(day(order.due), clock)
    if order.wrong == "document_number_gap":
        left_out = f"RK{place}-{books.number('receipt' + place):04d}"
        books.defect(order.wrong, f"{left_out} is missing", f"缺少 {left_out}", left_out, "", place)
    receipt = f"RK{place}-{books.number('receipt' + place):04d}"
    lines = order.lines if order.received is None else order.received
    for line, (product, quantity) in enumerate(lines.items(), 1):
        age = 30 if order.wrong == "residual_life_too_short" else 4
        batch = books.new_batch(product, today - dt.timedelta(days=age))
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
        elif product not in GOODS:
            note, note_zh = "The product master has no such code", "商品档案中没有此编码"
            books.defect("product_code_unknown", note, note_zh, "", "", "", product)
        elif order.cost:
            note, note_zh = "Ordered at 68.00, received at 71.40", "订货价 68.00，入库价 71.40"
            books.defect("receipt_price_differs_from_order", note, note_zh, *where)
        cost = Decimal(order.cost.get(product, str(cost_of(product))))
        code = barcode(product) if product in GOODS else ""
        entered, submitted = posted - dt.timedelta(minutes=30), posted - dt.timedelta(minutes=20)
        row: Row = [
            place, receipt, line, "采购入库", order.number, note_no, order.supplier, product, code, batch, produced,
            expiry, quantity, 0, cost, quantity * cost, posted - dt.timedelta(minutes=45), entered, CLERK[place],
            submitted, MANAGER[place], posted, "已审核", f"{receipt}.jpg", "",
        ]  # fmt: skip
        books.receipts.append(row)
        into_stock = defects.spoil_receipt(books, order, row, product)
        if into_stock is not None:
            books.move("入库", place, product, batch, into_stock, posted, CLERK[place], receipt, line)
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
            price, dated = Decimal(order.billed_at or cost_of(product)), day(order.due + days)
            if order.wrong == "document_dated_in_future":
                dated = dated.replace(year=2026)
                note, note_zh = "2026 instead of 2025", "2025 年误录为 2026 年"
                books.defect(order.wrong, note, note_zh, number, "", "", "", "", dated)
            elif order.wrong == "invoice_price_differs_from_order":
                note, note_zh = "Ordered at 7.00, billed at 7.80", "订货价 7.00，开票价 7.80"
                books.defect(order.wrong, note, note_zh, number, line, order.place, product, "", dated)
            books.invoices.append([
                order.supplier, number, line, order.number, receipt, product, dated, quantity, price, quantity * price,
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
    for batch, part in defects.lots_of_sale(books, place, product, quantity, today) or books.draw(
        place, product, quantity, today
    ):
        seq = books.number("till" + place)
        moment = at(today, "17:00") + dt.timedelta(minutes=7 * books.number(f"{place}{today}"))
        ticket, till = f"T{place}-{seq:05d}", f"POS-{place}-1"
        row = books.move("销售", place, product, batch, -part, moment, CASHIER[place], ticket, 1, device=till, seq=seq)
        defects.spoil_sale(books, row)
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
        where, arrived = [document, "", W, product, "", today], part
        if today == day(22):
            books.defect("transfer_not_received", "Sent, and never booked in", "已发出，对方未入账", *where)
            return
        if today == day(23):
            arrived -= 2
            note, note_zh = f"{part} sent, {arrived} received", f"发出 {part}，收到 {arrived}"
            books.defect("transfer_qty_differs", note, note_zh, *where)
        books.move("调拨入", to, product, batch, arrived, at(today, "15:00"), CLERK[to], document, line, W)


def count(
    books: Books,
    place: str,
    today: dt.date,
    found: dict[str, int],
    only: tuple[str, ...] = (),
    posted: dict[str, int] | None = None,
    number: str = "",
) -> None:
    """Count everything, or `only` some, after closing and post what differs, or what is `posted` instead of it.

    `found` is by how much the shelf differs.
    """
    number = number or f"PD{place}-{today:%y%m%d}"
    lots = sorted((product, batch) for (where, product, batch), n in books.stock.items() if where == place and n > 0)
    differing = {(product, books.lots(place, product)[-1]): n for product, n in found.items()}
    lots = [lot for lot in lots if not only or lot[0] in only]
    if (place, today) == (S, day(29)):
        lots = [lot for lot in lots if lot[0] != "020003"]
        books.defect("count_missing_for_stock", "Peanut oil was not counted", "花生油漏盘", number, "", place, "020003")
        note, note_zh = f"{CLERK[S]} recounted what {CLERK[S]} had counted", f"{CLERK[S]} 自盘自复"
        books.defect("count_recounted_by_same_person", note, note_zh, number, "", place)
    for line, (product, batch) in enumerate(lots, 1):
        book, difference = books.stock[place, product, batch], differing.get((product, batch), 0)
        moment = at(today, "21:00") + dt.timedelta(minutes=2 * line)
        recounter = {W: "E001", E: "E002", S: CLERK[S]}[place]
        first, again = book + difference, [book + difference, recounter] if difference else ["", ""]
        where = [number, "", place, product, batch, today]
        if (place, product, today) == (E, "040003", day(29)):
            first, again = book - 10, [book, recounter]
            note, note_zh = f"{first} counted, {book} recounted", f"初盘 {first}，复盘 {book}"
            books.defect("count_differs_between_counters", note, note_zh, *where)
        books.counts.append([
            place, number, line, product, batch, moment, book, first, CLERK[place], *again,
            cost_of(product), 1, "已审核", MANAGER[place] if place != W else "E003",
        ])  # fmt: skip
        if difference:
            note, note_zh = f"Counted {book + difference}, book {book}", f"账面 {book}，实盘 {book + difference}"
            books.defect("count_variance", note, note_zh, *where)
            enter_difference(books, place, product, batch, difference, posted, number, line, today)


def enter_difference(
    books: Books, place: str, product: str, batch: str, difference: int, posted: dict[str, int] | None, number: str,
    line: int, today: dt.date,
) -> None:  # fmt: skip
    """Post what a count found, or something else, or nothing."""
    entered = difference if posted is None else posted.get(product, 0)
    where = [number, "", place, product, batch, today]
    if entered:
        kind, moment = "盘盈" if entered > 0 else "盘亏", at(today, "22:30")
        books.move(kind, place, product, batch, entered, moment, MANAGER[place], number, line, reason="盘点差异")
    if not entered:
        note, note_zh = f"The difference of {difference} was not posted", f"差异 {difference} 未入账"
        books.defect("count_adjustment_missing", note, note_zh, *where)
    elif entered != difference:
        note, note_zh = f"Off by {difference}, posted {entered}", f"差异 {difference}，入账 {entered}"
        books.defect("count_adjustment_differs_from_variance", note, note_zh, *where)


def count_some(books: Books, today: dt.date) -> None:
    """The counts between: a few goods at the warehouse, and some at the east that are entered twice."""
    if today == day(15):
        for number in ("PDS01-250315", "PDS01-250315B"):
            count(books, E, today, {}, ("040001", "040002", "040003"), number=number)
        books.defect("count_entered_twice", "PDS01-250315 entered again", "PDS01-250315 重复录入", number, "", E)
    elif today == day(22):
        found, posted = {"040001": -2, "040002": -3}, {"040002": -2}
        count(books, W, today, found, ("040001", "040002", "040003"), posted)


def sell_while_counting(books: Books, today: dt.date) -> None:
    """A sale after closing that the till sends only when the count is over."""
    seq = books.number("till" + E)
    ticket, till, recorded = f"T{E}-{seq:05d}", f"POS-{E}-1", at(today, "22:10")
    moment = at(today, "21:03")
    books.move("销售", E, "050001", "", -1, moment, CASHIER[E], ticket, 1, device=till, seq=seq, recorded=recorded)
    note, note_zh = "Sold at 21:03, recorded at 22:10", "21:03 售出，22:10 才录入"
    where = [f"PD{E}-{today:%y%m%d}", "", E, "050001", "", today]
    books.defect("count_movement_during_count", note, note_zh, *where)


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
    few = {(S, "030002"): (2, 2, 2, 2), (S, "050001"): (2, 4, 3, 2)}
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
        defects.write_off_and_adjust(books, day(date))
        defects.sell_under_wrong_code(books, day(date))
        count_some(books, day(date))
        if date == 29:
            sell_while_counting(books, day(date))
        for place, when, found in (
            (W, 28, {"040003": -4, "040001": -2, "040002": -1}),
            (E, 29, {"020001": -2, "040001": 1}),
            (S, 29, {"010001": -3}),
        ):
            if when == date:
                count(books, place, day(date), found)
        if date in (15, 31):
            snapshot(books, day(date))
    note, note_zh = f"{wrong_barcode()}: wrong check digit", f"{wrong_barcode()} 校验位错误"
    books.defect("barcode_check_digit_wrong", note, note_zh, "", "", "", "040003")
    defects.paper_without_goods(books, orders)
    defects.in_master_data(books)
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
    (after,) = (i for i, row in enumerate(books.orders) if row[6] == day(34) and row[3] == W)
    row = list(books.orders[after])
    row[1], row[4], row[7] = 2, "010003", "待定"
    books.orders.insert(after + 1, row)
    books.defect("reject", "Quantity still to be agreed", "数量待定", row[0], 2, W, "010003")


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    write_all(folder, *keep_books())
