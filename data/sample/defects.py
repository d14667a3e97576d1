"""Defects that are planted beside the daily work: in one receipt each, in sales, transfers, write-offs and the log.

Each writes its line of the key, under the name of the rule that must find it.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from books import Books
from chain import CASHIER, CLERK, GOODS, LEVELS, E, Order, S, W, at, barcode, check_digit, day
from export import Row, in_store_code

# Rules about a receipt as a whole: the key names the document alone.
OF_DOCUMENT = {
    "receipt_supplier_differs_from_order": ("Ordered from V003, received from V004", "订单供应商 V003，入库单填 V004"),
    "receipt_missing_header_field": ("Nobody is named who entered it", "未填经办人"),
    "receipt_self_approved": ("Entered and approved by E002", "经办和审核都是 E002"),
    "receipt_posted_without_approval": ("Posted, and no approver is named", "已入账，没有审核人"),
    "receipt_by_unauthorised_staff": ("Entered by a cashier", "由收银员经办"),
    "late_entry_without_attachment": ("Entered late, without its paper", "补录入库，无附件"),
}
# Rules about one line of a receipt.
OF_LINE = {
    "receipt_line_amount_wrong": ("Amount typed 414.60 instead of 441.60", "金额 441.60 误录为 414.60"),
    "residual_life_too_short": ("30 of 60 days left, two thirds were promised", "60 天保质期只剩 30 天，应剩三分之二"),
    "expiry_disagrees_with_shelf_life": ("A month too early for 365 days", "有效期比 365 天保质期早一个月"),
    "barcode_unknown": ("The barcode scanned belongs to no product", "扫描的条码未建档"),
}


def spoil_receipt(books: Books, order: Order, row: Row, product: str) -> int | None:
    """Put into a receipt line what is wrong with it; answers what is posted to stock, None for nothing."""
    rule, today, posted = order.wrong, day(order.due), int(str(row[12]))
    head = [row[1], "", row[0]]
    if rule == "receipt_supplier_differs_from_order":
        row[6] = "V004"
    elif rule == "receipt_missing_header_field":
        row[18] = ""
    elif rule == "receipt_self_approved":
        row[20] = row[18]
    elif rule == "receipt_posted_without_approval":
        row[20:22] = ["", None]
    elif rule == "receipt_by_unauthorised_staff":
        row[18] = CASHIER[str(row[0])]
    elif rule == "late_entry_without_attachment":
        row[3], row[23], row[24] = "补单", "", "原单遗失"
    elif rule == "receipt_line_amount_wrong":
        row[15] = Decimal("414.60")
    elif rule == "expiry_disagrees_with_shelf_life":
        row[11] = today + dt.timedelta(days=331)
        books.dates[product, str(row[9])] = (today - dt.timedelta(days=4), today + dt.timedelta(days=331))
    elif rule == "barcode_unknown":
        row[8] = "690123488888" + check_digit("690123488888")
    elif rule == "batch_with_two_expiry_dates":
        row[11] = today + dt.timedelta(days=546)
        note, note_zh = "Two receipts, ten days apart", "两张入库单的有效期相差 10 天"
        books.defect(rule, note, note_zh, "", "", "", product, row[9])
    elif rule == "receipt_product_not_on_order" and product not in order.lines:
        note, note_zh = "Jelly came with the crackers and is not on the order", "随苏打饼干送来的果冻不在订单上"
        books.defect(rule, note, note_zh, *row[1:3], row[0], product, row[9], today)
    elif rule == "receipt_movement_missing":
        books.defect(rule, "Approved, and never posted to stock", "已审核，未记库存", *head, product, "", today)
        return None
    elif rule == "receipt_movement_qty_differs":
        posted = 40
        books.defect(rule, "60 accepted, 40 posted to stock", "验收 60，记入库存 40", *head, product, "", today)
    elif rule == "product_inactive_moved":
        books.defect(rule, "Bought although it is discontinued", "已停售仍在进货", "", "", row[0], product)
    elif rule == "document_changed_after_approval":
        where = [row[1], 1, row[0], product, "", today + dt.timedelta(days=1)]
        books.defect(rule, "Quantity changed a day after the approval", "审核次日修改实收数量", *where)
        log_change(books, row, "实收数量", "20", "24", CLERK[S], at(today + dt.timedelta(days=1), "09:12"), "录错")
    elif rule == "invoice_price_differs_from_order":
        # Changed while the receipt was being entered, which is in order but for the reason.
        log_change(books, row, "箱数", "2", "1", CLERK[E], at(today, "10:00"), "")
        where = [row[1], 1, row[0], "", "", today]
        books.defect("document_change_without_reason", "Changed without a reason", "修改未填原因", *where)
    if rule in OF_DOCUMENT:
        books.defect(rule, *OF_DOCUMENT[rule], *head, "", "", today)
    elif rule in OF_LINE:
        books.defect(rule, *OF_LINE[rule], *row[1:3], row[0], product, row[9], today)
    return posted


def log_change(books: Books, row: Row, name: str, old: str, new: str, who: str, when: dt.datetime, reason: str) -> None:
    """Write a change of a receipt line into the log."""
    books.changes.append([
        f"XG{books.number('change'):04d}", "入库单", row[1], row[2], name, old, new, who, when, reason, "",
    ])  # fmt: skip


def spoil_sale(books: Books, row: Row) -> None:
    """What is wrong with a sale that was just posted."""
    place, when, product, batch, ticket = str(row[0]), row[2], str(row[4]), str(row[5]), row[10]
    today = when.date() if isinstance(when, dt.datetime) else None
    where = [ticket, 1, place, product, batch, today]
    if (place, product, today) == (S, "040001", day(20)):
        row[3] = at(day(21), "23:10")
        books.defect("movement_recorded_late", "Uploaded 30 hours later", "30 小时后才补传", *where)
    elif (place, product, today) == (E, "040002", day(21)):
        row[13] = ""
        books.defect("movement_without_operator", "No cashier is named", "没有收银员", *where)
    elif (place, product, today) == (S, "010001", day(24)):
        note, note_zh = "The older batch was on the shelf", "更早到期的批次仍在架"
        books.defect("batch_sold_out_of_order", note, note_zh, "", "", place, product, batch)
    elif (place, product, today) == (E, "010002", day(25)):
        note, note_zh = "Sold from a batch that never came in", "所售批次从未入库"
        books.defect("batch_oversold", note, note_zh, "", "", place, product, batch)
        note, note_zh = "The same batch below zero", "同一批次账面为负"
        books.defect("balance_negative", note, note_zh, "", "", place, product, batch, today)
    elif (place, product, today) == (S, "030002", day(26)):
        note, note_zh = "Expired 2025-03-23, sold three days later", "2025-03-23 到期，三天后售出"
        books.defect("sold_after_expiry", note, note_zh, "", "", place, product, batch, today)


def lots_of_sale(books: Books, place: str, product: str, quantity: int, today: dt.date) -> list[tuple[str, int]] | None:
    """The lots of a sale that does not take the first to expire; None for all others."""
    lots = books.lots(place, product)
    if (place, product, today) == (S, "010001", day(24)):
        return [(lots[-1], quantity)]
    if (place, product, today) == (S, "030002", day(26)):
        return [(lots[0], quantity)]
    if (place, product, today) == (E, "010002", day(25)):
        return [("2503991", quantity)]
    return None


def write_off_and_adjust(books: Books, today: dt.date) -> None:
    """The month's write-offs and adjustments, in order but for a few."""
    works = {
        12: ("报损", W, "030002", -2, "破损"), 16: ("报损", W, "040003", -1, "破损"),
        19: ("报损", W, "040001", -2, ""), 20: ("调整", W, "040002", 6, "漏记"),
        23: ("报损", W, "050001", -1, "破损"), 24: ("调整", W, "040002", -6, "更正"),
        25: ("报损", S, "040003", -2, "破损"),
    }  # fmt: skip
    kind, place, product, quantity, reason = works.get(today.day, ("", "", "", 0, ""))
    if not kind:
        return
    batch, number = (books.lots(place, product) or [""])[0], f"{'BS' if kind == '报损' else 'TZ'}2503{today.day}"
    recorded = at(day(30), "10:05") if today == day(25) else None
    document = "" if today == day(23) else number
    row = books.move(
        kind, place, product, batch, quantity, at(today, "16:30"), CLERK[place], document, 1,
        reason=reason, recorded=recorded,
    )  # fmt: skip
    where = [document, "", place, product, batch, today]
    if today == day(19):
        books.defect("adjustment_without_reason", "A write-off without a reason", "报损未填原因", *where)
    elif today == day(23):
        books.defect("movement_without_document", "A write-off without a number", "报损没有单据号", *where)
    elif today == day(24):
        books.defect("adjustment_reversed", "Six added, six taken off four days later", "四天后冲回调增的 6 瓶", *where)
    elif recorded:
        note, note_zh = f"{row[1]} was entered after the count of 29 March", f"{row[1]} 在 3 月 29 日盘点之后才录入"
        books.defect("movement_backdated", note, note_zh, *where)


def sell_under_wrong_code(books: Books, today: dt.date) -> None:
    """Tissues sold under the code that they were given a second time."""
    if today not in (day(18), day(25)):
        return
    seq = books.number("till" + S)
    ticket, till = f"T{S}-{seq:05d}", f"POS-{S}-1"
    books.move("销售", S, "060002", "", -2, at(today, "18:40"), CASHIER[S], ticket, 1, device=till, seq=seq)
    if today == day(18):
        note, note_zh = "Sold under a code that nothing was received under", "该编码有销售，从未入库"
        books.defect("sold_never_received", note, note_zh, "", "", S, "060002", "", today)
        note, note_zh = "Below zero for the same reason", "同一原因账面为负"
        books.defect("balance_negative", note, note_zh, "", "", S, "060002", "", today)


def paper_without_goods(books: Books, orders: list[Order]) -> None:
    """A delivery note that nobody received on, and an invoice for a receipt that is not there."""
    (early,) = (order for order in orders if order.wrong == "delivery_without_receipt")
    ((product, quantity),) = early.lines.items()
    batch = books.new_batch(product, day(23))
    books.notes.append([
        early.supplier, "LY-0327-99", 1, early.number, early.place, product, batch, day(27), quantity,
    ])  # fmt: skip
    note, note_zh = "Delivered on 2025-03-27, nothing received", "2025-03-27 已送货，没有入库"
    books.defect("delivery_without_receipt", note, note_zh, "LY-0327-99", "", early.place, product, "", day(27))
    number = f"JS-FP{4000 + books.number('V002') * 7}"
    cost = Decimal(GOODS["020003"][6])
    books.invoices.append(["V002", number, 1, "", "RKS02-0099", "020003", day(20), 12, cost, 12 * cost])
    note, note_zh = "Bills a receipt that is not there", "对应的入库单不存在"
    books.defect("invoice_without_receipt", note, note_zh, number, "", "", "020003", "", day(20))


def in_master_data(books: Books) -> None:
    """What is wrong in the master data and in the levels of stock."""
    note, note_zh = f"{in_store_code()} is the shop's own", f"{in_store_code()} 是店内码"
    books.defect("in_store_code_on_branded_product", note, note_zh, "", "", "", "060003")
    note, note_zh = f"{barcode('040003')} stands for 040003 and 060002", f"{barcode('040003')} 对应 040003 和 060002"
    books.defect("barcode_on_many_products", note, note_zh)
    books.defect("product_master_incomplete", "No category", "未填类别", "", "", "", "060004")
    books.defect("product_name_duplicate", "The same as 040003", "与 040003 相同", "", "", "", "060002")
    stock = {code: sum(n for (_, what, _), n in books.stock.items() if what == code) for code in LEVELS}
    note, note_zh = f"{stock['010003']} in stock, minimum 200", f"库存 {stock['010003']}，下限 200"
    books.defect("stock_below_minimum", note, note_zh, "", "", "", "010003")
    note, note_zh = f"{stock['040003']} in stock, maximum 300", f"库存 {stock['040003']}，上限 300"
    books.defect("stock_above_maximum", note, note_zh, "", "", "", "040003")
    note, note_zh = "Three failures on POS-S02-2, no upload after", "POS-S02-2 三次提交失败，之后未补传"
    books.defect("sync_failing", note, note_zh, "", "", S, "", "", day(25))
    note, note_zh = "E013 logged in at both stores within six minutes", "E013 六分钟内在两店登录"
    books.defect("staff_account_shared", note, note_zh, "", "", "", "", "", day(26))
