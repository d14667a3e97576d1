"""The sample's chain: its places, goods, suppliers and staff, and what it orders in March 2025."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

AS_OF = dt.date(2025, 3, 31)
W, E, S = "W01", "S01", "S02"
PLACES = {
    W: ("中心仓 Central warehouse", "仓库", "华东"),
    E: ("城东店 Eastside", "门店", "华东"),
    S: ("城西店 Westside", "门店", "华东"),
}
# code: name, category, brand, spec, unit, shelf life in days (0: none, no batches), cost, price, pieces per case
PRODUCTS = {
    "010001": ("纯牛奶 UHT milk", "乳品", "绿野", "1L", "盒", 180, "8.20", "12.50", 12),
    "010002": ("酸奶 Yoghurt", "乳品", "绿野", "200g", "杯", 60, "3.10", "5.50", 24),
    "010003": ("橙汁 Orange juice", "饮料", "绿野", "1L", "瓶", 120, "7.40", "11.90", 12),
    "020001": ("东北大米 Rice", "粮油", "金穗", "5kg", "袋", 365, "26.00", "36.90", 6),
    "020002": ("挂面 Noodles", "粮油", "金穗", "1kg", "包", 365, "5.60", "8.80", 10),
    "020003": ("花生油 Peanut oil", "粮油", "金穗", "5L", "桶", 540, "68.00", "92.00", 4),
    "030001": ("苏打饼干 Crackers", "零食", "乐滋", "300g", "盒", 270, "4.30", "7.50", 12),
    "030002": ("果冻 Jelly", "零食", "乐滋", "400g", "袋", 300, "5.90", "9.90", 12),
    "040001": ("牙膏 Toothpaste", "日化", "家洁", "120g", "支", 0, "6.50", "11.90", 36),
    "040002": ("洗衣液 Detergent", "日化", "家洁", "3kg", "瓶", 0, "19.80", "32.90", 4),
    "040003": ("抽纸 Tissues", "日化", "家洁", "6包", "提", 0, "9.20", "15.90", 8),
    "050001": ("五号电池 AA batteries", "百货", "家洁", "4粒", "卡", 0, "7.00", "12.90", 20),
}
# Set up, yet without stock of their own: a discontinued one, tissues entered a second time, one under the shop's own
# barcode alone, one without a category.
MORE = {
    "060001": ("保温杯 Thermos", "百货", "家洁", "500ml", "个", 0, "21.00", "39.90", 20),
    "060002": ("抽纸 Tissues", "日化", "家洁", "6包", "提", 0, "9.20", "15.90", 8),
    "060003": ("雨伞 Umbrella", "百货", "家洁", "三折", "把", 0, "16.50", "29.90", 10),
    "060004": ("洗洁精 Dish soap", "", "家洁", "1kg", "瓶", 0, "6.90", "11.90", 12),
}
GOODS = PRODUCTS | MORE
DISCONTINUED = "060001"
# Stock of all places together, as the master has it: minimum and maximum.
LEVELS = {"010003": (200, 900), "040003": (3, 300)}
SUPPLIERS = {
    "V001": ("绿野乳业 Green Meadow Dairy", "91310000MA1FL0001X", 3, "LY"),
    "V002": ("金穗粮油 Golden Ear Foods", "91310000MA1FL0002R", 4, "JS"),
    "V003": ("家洁日化 Home Care", "91310000MA1FL0003K", 4, "JJ"),
    "V004": ("乐滋食品 Happy Snacks", "91310000MA1FL0004D", 5, "LZ"),
}
STAFF = [
    ("E001", "陈静 Chen Jing", "manager", W), ("E002", "王强 Wang Qiang", "stock clerk", W),
    ("E003", "李娜 Li Na", "buyer", W), ("E011", "赵敏 Zhao Min", "manager", E),
    ("E012", "周涛 Zhou Tao", "stock clerk", E), ("E013", "吴霞 Wu Xia", "cashier", E),
    ("E021", "孙浩 Sun Hao", "manager", S), ("E022", "朱琳 Zhu Lin", "stock clerk", S),
    ("E023", "何平 He Ping", "cashier", S),
]  # fmt: skip
MANAGER, CLERK, CASHIER = ({W: f"E00{n}", E: f"E01{n}", S: f"E02{n}"} for n in (1, 2, 3))
# Stock at midnight of 1 March, product by product in the order above.
OPENING = {
    W: (147, 83, 58, 64, 0, 37, 71, 46, 93, 52, 88, 45),
    E: (43, 38, 31, 27, 33, 19, 34, 29, 26, 23, 41, 22),
    S: (39, 35, 28, 23, 29, 17, 27, 13, 31, 21, 37, 4),
}
EVENTS = [  # place, till, day, time, event, staff, detail
    (E, 1, 3, "08:02", "登录", "E013", ""), (S, 1, 3, "08:05", "登录", "E023", ""),
    (W, 1, 4, "07:55", "登录", "E002", ""), (E, 1, 17, "18:11", "同步延迟", "E013", "网络中断 6 分钟"),
    (E, 1, 17, "18:17", "离线上传", "E013", "补传 5 笔销售"),
    # movement_recorded_late: the till of the west was offline for a day.
    (S, 1, 21, "23:15", "离线上传", "E023", "补传 1 笔销售"), (S, 1, 24, "08:01", "登录", "E023", ""),
    # sync_failing: three times, and no upload after it.
    (S, 2, 25, "10:12", "提交失败", "E022", "连接超时"), (S, 2, 25, "10:31", "提交失败", "E022", "连接超时"),
    (S, 2, 25, "11:02", "提交失败", "E022", "连接超时"),
    # staff_account_shared: nobody is across the town in six minutes.
    (E, 1, 26, "08:03", "登录", "E013", ""), (S, 1, 26, "08:09", "登录", "E013", ""),
]  # fmt: skip


@dataclass
class Order:
    """An order and what came of it: unless said otherwise all of it arrives on its due day, and what arrives is noted
    and billed. Days are those of March. `wrong` is the rule that its receipt, note or invoice breaks: see `defects`."""

    supplier: str
    place: str
    ordered: int
    due: int
    lines: dict[str, int]
    received: dict[str, int] | None = None
    noted: dict[str, int] | None = None
    billed: dict[str, int] | None = None
    cost: dict[str, str] = field(default_factory=dict)
    billed_at: str = ""
    wrong: str = ""
    status: str = "已完成"
    has_note: bool = True
    number: str = ""


def plan() -> list[Order]:
    """March's orders, the defects among them."""
    return [
        Order("V001", W, 1, 4, {"010001": 240, "010002": 96}),
        Order("V002", W, 1, 5, {"020001": 60, "020003": 36}),
        Order("V003", W, 2, 6, {"040001": 72, "040003": 96}),
        Order("V004", W, 2, 6, {"030002": 48}),
        Order("V001", E, 7, 10, {"010003": 24, "010002": 48}),
        Order("V001", S, 8, 11, {"010001": 36, "010003": 24}),
        Order("V002", S, 8, 12, {"020002": 20, "020001": 12}),
        Order("V003", E, 9, 13, {"040002": 24, "050001": 40}),
        # receipt_over_order
        Order("V003", E, 10, 14, {"040001": 36}, {"040001": 42}),
        # receipt_under_order
        Order("V003", S, 10, 14, {"040002": 48}, {"040002": 40}),
        # receipt_price_differs_from_order
        Order("V002", W, 11, 15, {"020003": 24}, cost={"020003": "71.40"}),
        # receipt_pack_factor_error: ten cases entered as ten pieces
        Order("V004", W, 11, 15, {"030001": 120}, {"030001": 10}, {"030001": 10}, {}),
        # receipt_on_unapproved_order
        Order("V004", S, 12, 17, {"030001": 36}, status="待审核"),
        # order_overdue
        Order("V002", W, 12, 20, {"020001": 66}, {}, {}, {}, status="已审核"),
        # receipt_differs_from_delivery_note
        Order("V003", W, 13, 18, {"040002": 60}, noted={"040002": 66}),
        # receipt_entered_twice, receipt_reentered_under_new_number: see receive()
        Order("V001", S, 15, 19, {"010002": 24}, billed={}, has_note=False),
        Order("V004", E, 15, 20, {"030002": 24}, billed={}, has_note=False),
        # invoice_qty_differs_from_receipt
        Order("V002", E, 16, 20, {"020002": 30}, billed={"020002": 36}),
        # invoice_entered_twice: see bill()
        Order("V003", S, 17, 21, {"040001": 36}),
        # product_code_missing: a second line without a code, see receive()
        Order("V003", W, 17, 21, {"040003": 48}),
        # product_code_unknown: ordered before the product was set up
        Order("V004", E, 17, 22, {"039999": 20}),
        # batch_no_missing, expiry_date_missing, expiry_before_production: see receive()
        Order("V002", W, 19, 24, {"020002": 60}),
        Order("V002", E, 19, 24, {"020003": 12}),
        Order("V004", W, 20, 25, {"030002": 36}),
        Order("V003", W, 20, 24, {"040003": 48}, wrong="receipt_line_amount_wrong"),
        Order("V003", E, 20, 25, {"050001": 20}, billed_at="7.80", wrong="invoice_price_differs_from_order"),
        Order("V004", S, 20, 25, {"030001": 24}, {"030001": 24, "030002": 12}, wrong="receipt_product_not_on_order"),
        Order("V003", E, 21, 26, {"040002": 16}, wrong="receipt_supplier_differs_from_order"),
        Order("V003", S, 21, 26, {"040003": 24}, wrong="receipt_missing_header_field"),
        Order("V003", W, 21, 26, {"040001": 36}, wrong="receipt_movement_missing"),
        Order("V003", W, 21, 26, {"050001": 60}, wrong="receipt_movement_qty_differs"),
        Order("V001", E, 22, 26, {"010002": 24}, wrong="residual_life_too_short"),
        Order("V002", S, 22, 27, {"020001": 12}, wrong="expiry_disagrees_with_shelf_life"),
        # batch_with_two_expiry_dates: one lot to two places
        Order("V002", E, 22, 27, {"020003": 8}),
        Order("V002", W, 22, 27, {"020003": 8}, wrong="batch_with_two_expiry_dates"),
        Order("V001", S, 23, 27, {"010001": 24}, wrong="barcode_unknown"),
        Order("V003", W, 23, 27, {DISCONTINUED: 20}, wrong="product_inactive_moved"),
        Order("V003", W, 23, 28, {"040002": 24}, wrong="receipt_self_approved"),
        Order("V004", S, 24, 28, {"030002": 24}, wrong="receipt_posted_without_approval"),
        Order("V002", E, 24, 28, {"020002": 20}, wrong="receipt_by_unauthorised_staff"),
        Order("V001", S, 24, 28, {"010003": 24}, wrong="late_entry_without_attachment"),
        Order("V003", S, 25, 29, {"040001": 24}, wrong="document_changed_after_approval"),
        Order("V003", W, 25, 29, {"040003": 40}, wrong="document_number_gap"),
        Order("V004", W, 26, 29, {"030001": 48}, wrong="document_dated_in_future"),
        # delivery_without_receipt: came early, see defects
        Order("V001", E, 26, 34, {"010003": 24}, {}, {}, {}, status="已审核", wrong="delivery_without_receipt"),
        # not yet due, and a draft
        Order("V001", W, 28, 34, {"010001": 120}, {}, {}, {}, status="已审核"),
        Order("V003", W, 29, 35, {"040001": 72}, {}, {}, {}, status="草稿"),
    ]


TRANSFERS = [  # day, product, quantity, to
    (7, "010001", 36, E), (7, "020001", 12, E), (8, "010001", 24, S), (8, "040001", 12, S),
    (18, "050001", 20, S), (19, "040003", 24, E), (20, "020003", 8, S), (21, "030002", 12, E),
    # transfer_not_received, transfer_qty_differs
    (22, "010003", 12, S), (23, "020001", 6, E),
]  # fmt: skip


def day(number: int) -> dt.date:
    """Day of March 2025; beyond 31 it runs into April."""
    return dt.date(2025, 2, 28) + dt.timedelta(days=number)


def at(date: dt.date, clock: str) -> dt.datetime:
    """A moment of the store's clock."""
    return dt.datetime.combine(date, dt.time.fromisoformat(clock))


def cost_of(product: str) -> Decimal:
    """Usual cost of a product; of the one nobody set up, what its order says."""
    return Decimal(GOODS[product][6] if product in GOODS else "6.60")


def level_of(product: str) -> tuple[int, int]:
    """Minimum and maximum of all places together."""
    return LEVELS.get(product, (3 if product in PRODUCTS else 0, 900))


def status_of(product: str) -> str:
    """As the master says it."""
    return "discontinued" if product == DISCONTINUED else "active"


def check_digit(digits: str) -> str:
    """GS1: weights 3, 1, 3 … from the right."""
    return str(-sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits))) % 10)


def barcode(product: str, is_case: bool = False) -> str:
    """EAN-13 of a piece or, as shops without GTIN-14 have it, of a case."""
    digits = "6901234" + ("9" if is_case else "5") + product[1] + product[2:].zfill(4)[-3:]
    return digits + check_digit(digits)
