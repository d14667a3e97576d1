"""Names that the simulated chain gives its goods, suppliers, places and people, English and Chinese. Data, no logic."""

from __future__ import annotations

# category: (English, 中文, unit en, unit zh, shelf lives in days with 0 for goods that do not spoil, nouns)
CATEGORIES: list[tuple[str, str, str, str, tuple[int, ...], list[tuple[str, str]]]] = [
    ("Dairy", "乳品", "pc", "盒", (21, 21, 45, 180), [
        ("Fresh milk", "鲜牛奶"), ("Yoghurt", "酸奶"), ("UHT milk", "纯牛奶"), ("Cheese", "奶酪"), ("Butter", "黄油"),
        ("Cream", "淡奶油"),
    ]),
    ("Beverages", "饮料", "bottle", "瓶", (180, 270, 365), [
        ("Orange juice", "橙汁"), ("Cola", "可乐"), ("Green tea", "绿茶"), ("Mineral water", "矿泉水"),
        ("Soy drink", "豆奶"), ("Sports drink", "运动饮料"),
    ]),
    ("Bakery", "烘焙", "bag", "袋", (21, 45, 60), [
        ("Toast", "吐司"), ("Bread roll", "小面包"), ("Sponge cake", "蛋糕"), ("Mooncake", "月饼"),
        ("Egg roll", "蛋卷"),
    ]),
    ("Grain and oil", "粮油", "bag", "袋", (180, 365, 540), [
        ("Rice", "大米"), ("Noodles", "挂面"), ("Peanut oil", "花生油"), ("Flour", "面粉"), ("Millet", "小米"),
        ("Soy sauce", "酱油"),
    ]),
    ("Snacks", "零食", "bag", "袋", (120, 180, 270), [
        ("Crackers", "苏打饼干"), ("Potato crisps", "薯片"), ("Jelly", "果冻"), ("Chocolate", "巧克力"),
        ("Peanuts", "花生米"), ("Sunflower seeds", "瓜子"),
    ]),
    ("Home care", "日化", "bottle", "瓶", (0,), [
        ("Detergent", "洗衣液"), ("Toothpaste", "牙膏"), ("Shampoo", "洗发水"), ("Soap", "香皂"), ("Bleach", "漂白水"),
        ("Hand wash", "洗手液"),
    ]),
    ("Paper goods", "纸品", "pack", "包", (0,), [
        ("Tissues", "抽纸"), ("Toilet rolls", "卷纸"), ("Napkins", "餐巾纸"), ("Wet wipes", "湿巾"),
    ]),
    ("General goods", "百货", "pc", "件", (0,), [
        ("Batteries", "电池"), ("Lunch box", "饭盒"), ("Umbrella", "雨伞"), ("Towel", "毛巾"), ("Slippers", "拖鞋"),
        ("Light bulb", "灯泡"),
    ]),
]  # fmt: skip
BRANDS = [
    ("Green Meadow", "绿野"), ("Golden Ear", "金穗"), ("Happy Snack", "乐滋"), ("Home Care", "家洁"),
    ("Clear Spring", "清泉"), ("North Star", "北辰"), ("Red Lantern", "红灯笼"), ("Pine Hill", "松岭"),
]  # fmt: skip
SPECS = ["200g", "250g", "330ml", "500g", "500ml", "1kg", "1L", "2L"]
SUPPLIER_STEMS = [
    ("Green Meadow Foods", "绿野食品"), ("Golden Ear Trading", "金穗商贸"), ("Happy Snack", "乐滋食品"),
    ("Home Care Supply", "家洁日化"), ("Clear Spring Drinks", "清泉饮品"), ("North Star Wholesale", "北辰批发"),
    ("Red Lantern Bakery", "红灯笼烘焙"), ("Pine Hill Goods", "松岭百货"),
]  # fmt: skip
STORE_NAMES = [
    ("Eastside", "城东店"), ("Westside", "城西店"), ("Riverside", "滨江店"), ("Station", "火车站店"),
    ("Park", "公园店"), ("University", "大学城店"), ("Market", "集市店"), ("Harbour", "港口店"),
]  # fmt: skip
REGIONS = [("North", "华北"), ("East", "华东"), ("South", "华南")]
SURNAMES = "Chen Wang Li Zhao Zhou Wu Sun Zhu He Lin Gao Ma Guo Luo Liang Song Zheng Xie Han Tang".split()
SURNAMES_ZH = "陈王李赵周吴孙朱何林高马郭罗梁宋郑谢韩唐"
GIVEN = "Jing Qiang Na Min Tao Xia Hao Lin Ping Wei Yan Jun Lei Fang Bo Hui".split()
GIVEN_ZH = "静强娜敏涛霞浩琳平伟燕军磊芳波慧"

ROLES = {
    "manager": ("manager", "店长"),
    "clerk": ("stock clerk", "仓管员"),
    "cashier": ("cashier", "收银员"),
    "buyer": ("buyer", "采购员"),
    "former": ("stock clerk", "仓管员"),
}
REASONS = {
    "damaged": ("damaged", "破损"),
    "near_expiry": ("near expiry", "临期报损"),
    "spoiled": ("spoiled", "变质"),
    "tasting": ("tasting", "试吃"),
    "found": ("found in the back room", "后仓找到"),
    "correction": ("correction after check", "核查后更正"),
    "count": ("count difference", "盘点差异"),
    "own_use": ("own use", "门店自用"),
}
