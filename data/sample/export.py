"""The sample's files: each in the format, encoding, language and style of dates of a different maker of exports."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Protocol

import xlsxwriter
from chain import (
    DISCONTINUED,
    EVENTS,
    GOODS,
    PLACES,
    PRODUCTS,
    STAFF,
    SUPPLIERS,
    at,
    barcode,
    check_digit,
    day,
    level_of,
    status_of,
)

Row = list[object]
KEY = "rule_id,document_no,document_line_no,location_code,product_code,batch_no,occurred_date,note,note_zh"


class Written(Protocol):
    """What of the books is exported."""

    orders: list[Row]
    notes: list[Row]
    receipts: list[Row]
    invoices: list[Row]
    movements: list[Row]
    counts: list[Row]
    snapshots: list[Row]
    changes: list[Row]
    key: list[Row]


def iso(value: object) -> str:
    """2025-03-04 10:15"""
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return "" if value is None else str(value)


def slashed(value: object) -> str:
    """2025/3/4"""
    return f"{value.year}/{value.month}/{value.day}" if isinstance(value, dt.date) else iso(value)


def chinese(value: object) -> str:
    """2025年3月4日 10:15"""
    if isinstance(value, dt.date):
        time = f" {value:%H:%M}" if isinstance(value, dt.datetime) else ""
        return f"{value.year}年{value.month}月{value.day}日{time}"
    return iso(value)


def grouped(value: object) -> str:
    """1,234.50"""
    return f"{value:,.2f}" if isinstance(value, Decimal) else iso(value)


def write_csv(
    path: Path,
    header: str,
    rows: Iterable[Row],
    show: Callable[[object], str] = iso,
    encoding: str = "utf-8",
    delimiter: str = ",",
) -> None:
    """A text file; `header` holds the names parted by commas."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n" if encoding == "gb18030" else "\n")
    writer.writerow(header.split(","))
    writer.writerows([show(cell) for cell in row] for row in rows)
    path.write_bytes(text.getvalue().encode(encoding))


def write_xlsx(path: Path, title: str, header: str, rows: Iterable[Row], show: Callable[[object], str]) -> None:
    """A workbook with a title above the header; days are real dates, moments texts, quantities numbers."""
    book = xlsxwriter.Workbook(str(path))
    book.set_properties({"created": dt.datetime(2025, 4, 1)})
    date_format = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet(path.stem)
    names = header.split(",")
    sheet.merge_range(0, 0, 0, len(names) - 1, title, book.add_format({"bold": True, "align": "center"}))
    sheet.write_row(1, 0, names)
    sheet.set_column(0, len(names) - 1, 12)
    for number, row in enumerate(rows, 2):
        for position, cell in enumerate(row):
            if isinstance(cell, dt.date) and not isinstance(cell, dt.datetime):
                sheet.write_datetime(number, position, at(cell, "00:00"), date_format)
            elif isinstance(cell, int):
                sheet.write_number(number, position, cell)
            else:
                sheet.write_string(number, position, show(cell))
    book.close()


def write_all(folder: Path, books: Written, batches: list[Row]) -> None:
    """All files into `folder`, and the key beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_masters(folder, batches)
    write_csv(
        folder / "采购订单.csv",
        "采购订单号,行号,供应商编码,收货门店,商品编码,订货日期,预计到货日期,订货数量,箱规,单价,制单人,审核人,单据状态",
        books.orders,
        slashed,
        "gb18030",
    )
    write_csv(
        folder / "delivery_notes.csv",
        "Vendor,Delivery Note No,Line,PO No,Store,Item Code,Lot No,Delivery Date,Qty",
        books.notes,
    )
    write_xlsx(
        folder / "入库单.xlsx",
        "采购入库单明细  2025年3月",
        "门店编码,入库单号,行号,入库类型,采购订单号,送货单号,供应商编码,货号,商品条码,批号,生产日期,有效期至,实收数量,拒收数量,"
        "成本价,金额,入库时间,录入时间,经办人,提交时间,审核人,审核时间,状态,附件,备注",
        books.receipts,
        lambda value: chinese(value) if isinstance(value, dt.datetime) else grouped(value),
    )
    write_xlsx(
        folder / "supplier_invoices.xlsx",
        "Supplier invoices, March 2025",
        "Vendor Code,Invoice No,Line,PO Number,GRN No,Item Code,Invoice Date,Qty,Price,Amount",
        books.invoices,
        grouped,
    )
    write_csv(
        folder / "库存流水.csv",
        "门店,流水号,发生时间,录入时间,商品编码,批号,变动类型,变动数量,成本单价,销售金额,单据号,单据行号,对方门店,操作员,备注,结存数量,"
        "设备号,设备流水号",
        books.movements,
        chinese,
        "utf-8-sig",
    )
    write_csv(
        folder / "盘点单.csv",
        "门店编码,盘点单号,行号,商品编码,批号,盘点时间,账面数量,实盘数量,盘点人,复盘数量,复盘人,成本单价,轮次,状态,审核人",
        books.counts,
        delimiter="\t",
    )
    write_csv(folder / "stock_on_hand.csv", "As Of,Store,SKU,Lot,On Hand,Stock Value", books.snapshots, grouped)
    write_csv(
        folder / "修正日志.csv",
        "变更编号,单据类型,单据号,单据行号,字段,原值,新值,修改人,修改时间,原因,审核人",
        books.changes,
        encoding="gb18030",
    )
    write_csv(folder / "answer_key.csv", KEY, sorted(books.key, key=lambda row: [str(c) for c in row]))


def _write_masters(folder: Path, batches: list[Row]) -> None:
    write_csv(
        folder / "products.csv",
        "item_code,item_name,category,brand,spec,unit,shelf_life_days,is_batch_tracked,cost_price,retail_price,min_stock,"
        "max_stock,status",
        [
            [code, *p[:5], p[5] or "", "yes" if p[5] else "no", *p[6:8], *level_of(code), status_of(code)]
            for code, p in GOODS.items()
        ],
    )
    codes: list[Row] = [[barcode(code), code, 1] for code in PRODUCTS]
    codes += [[barcode(code, is_case=True), code, PRODUCTS[code][8]] for code in ("010001", "030001", "040001")]
    # barcode_check_digit_wrong: the last digit of a case of tissues is one too high. barcode_on_many_products: tissues
    # entered a second time under the same barcode. in_store_code_on_branded_product: a code of the shop's own.
    codes += [[wrong_barcode(), "040003", 8], [barcode("040003"), "060002", 1], [in_store_code(), "060003", 1]]
    codes += [[barcode(code), code, 1] for code in (DISCONTINUED, "060004")]
    write_csv(folder / "商品条码.csv", "条形码,商品编码,包装数量", codes, encoding="gb18030")
    write_csv(
        folder / "suppliers.csv",
        "Vendor Code,Vendor Name,Tax ID,Lead Time (days),Min Residual Life",
        [[code, *s[:3], "66.67%"] for code, s in SUPPLIERS.items()],
    )
    write_csv(
        folder / "门店.csv", "门店编号,门店名称,类型,区域", [[c, *p] for c, p in PLACES.items()], encoding="utf-8-sig"
    )
    write_csv(folder / "staff.csv", "Staff Code,Staff Name,Role,Store,Active", [[*person, "yes"] for person in STAFF])
    write_csv(folder / "批次档案.csv", "商品编码,批次号,生产日期,到期日期", batches, chinese)
    events: list[Row] = [
        [f"EV{n:04d}", place, f"POS-{place}-{till}", at(day(date), clock), kind, person, "", detail]
        for n, (place, till, date, clock, kind, person, detail) in enumerate(EVENTS, 1)
    ]
    write_csv(folder / "同步日志.csv", "事件编号,门店,设备号,发生时间,事件类型,员工编码,单据号,详情", events)


def wrong_barcode() -> str:
    """The barcode of a case of tissues with a mistyped check digit."""
    right = barcode("040003", is_case=True)
    return right[:-1] + str((int(right[-1]) + 1) % 10)


def in_store_code() -> str:
    """A barcode of the shop's own: prefix 20 to 29."""
    digits = "210006000300"
    return digits + check_digit(digits)
