"""jshERP (管伊佳ERP): its Excel templates for goods, suppliers and document lines, as filled in or exported by a shop.

The sheets bear an instruction above the header, and `*` marks what must be filled in; headers are used as they stand.
Goods are known by their base barcode (基本条码), which the system keeps unique and documents refer to.
"""

from __future__ import annotations

from workbench.sources import Feed, Source

# Every column of the goods template that is not one of these is a warehouse: the instruction tells users to rename the
# five at the end to their warehouses' names and to add more behind them.
GOODS_READ = (
    *("名称*", "规格", "型号", "颜色", "品牌", "类别", "保质期(天)", "基本单位*"),
    *("基本条码*", "副条码", "比例", "采购价", "零售价", "状态*", "批号"),
)
GOODS_UNUSED = (
    *("基础重量(kg)", "副单位", "多属性", "销售价", "最低售价", "序列号", "仓位货架", "制造商"),
    *("扩展1", "扩展2", "扩展3", "备注"),
)
_KNOWN = ", ".join(f"'{name}'" for name in ("row_no", *GOODS_READ, *GOODS_UNUSED))

# 批号 here says whether batches are kept (1) or not (0); it is not a batch number. Unknown codes stay as found.
PRODUCTS = """
SELECT
    row_no,
    "基本条码*" AS product_code,
    "名称*" AS product_name,
    "类别" AS category,
    "品牌" AS brand,
    nullif(concat_ws(' ', "规格", "型号", "颜色"), '') AS spec,
    "基本单位*" AS unit,
    "保质期(天)" AS shelf_life_days,
    CASE "批号" WHEN '1' THEN 'true' WHEN '0' THEN 'false' ELSE "批号" END AS is_batch_tracked,
    "采购价" AS purchase_price,
    "零售价" AS retail_price,
    CASE "状态*" WHEN '1' THEN 'active' WHEN '0' THEN 'discontinued' ELSE "状态*" END AS status
FROM raw
"""

# 比例 12 means that one piece with the second barcode holds 12 base units.
BARCODES = """
SELECT row_no, "基本条码*" AS barcode, "基本条码*" AS product_code, '1' AS pack_qty FROM raw
UNION ALL
SELECT row_no, "副条码" AS barcode, "基本条码*" AS product_code, "比例" AS pack_qty FROM raw WHERE "副条码" IS NOT NULL
"""

# Stock stands side by side, a column per warehouse named after it; an empty cell is unknown, not zero. The template has
# no date: its stock is that of the day the file was made, which the loading program knows as `file_date`; while that is
# not set, the contract refuses these rows for want of a date instead of dating them by guess.
# The column named with a blank (no header is) keeps UNPIVOT content in a file without any warehouse.
STOCK_ON_HAND = f"""
SELECT
    row_no,
    CAST(getvariable('file_date') AS VARCHAR) AS as_of_date,
    warehouse AS location_code,
    "基本条码*" AS product_code,
    on_hand_qty
FROM (
    UNPIVOT (SELECT *, CAST(NULL AS VARCHAR) AS " " FROM raw)
    ON COLUMNS(lambda c: c NOT IN ({_KNOWN})) INTO NAME warehouse VALUE on_hand_qty
)
"""

# Documents refer to suppliers by name; the template has no code.
SUPPLIERS = """
SELECT row_no, "名称*" AS supplier_code, "名称*" AS supplier_name, "纳税人识别号" AS tax_id FROM raw
"""

NO_DOCUMENT = (
    "lines to be pasted into a document that is open on the screen: they have no number, no date, no partner and do "
    "not say whether goods come or go; load the list of documents instead, as 入库单.xlsx with 入库单号 and 入库时间"
)

source = Source(
    name="jsherp",
    title="jshERP templates",
    title_zh="管伊佳ERP(jshERP)导入模板",
    feeds=(
        Feed(
            name="goods",
            tables={"product": PRODUCTS, "product_barcode": BARCODES, "stock_on_hand": STOCK_ON_HAND},
            columns=GOODS_READ,
            reads_other_columns=True,
            unused_columns=GOODS_UNUSED,
        ),
        Feed(
            name="vendors",
            tables={"supplier": SUPPLIERS},
            columns=("名称*", "期初应付", "纳税人识别号"),
            unused_columns=(
                *("联系人", "手机号码", "联系电话", "电子邮箱", "传真", "税率(%)", "开户行", "账号", "地址"),
                *("备注", "排序", "状态*"),
            ),
        ),
        # Lines of purchases, sales, orders, requisitions and other receipts or issues: all hold these two columns.
        Feed(
            name="document_lines",
            tables={},
            columns=("条码*", "数量*"),
            unused_columns=("仓库*", "名称", "单价", "税率（%）", "备注"),
            ignored="true",
            ignored_because=NO_DOCUMENT,
        ),
        Feed(
            name="customers",
            tables={},
            columns=("名称*", "期初应收"),
            unused_columns=(
                *("联系人", "手机号码", "联系电话", "电子邮箱", "传真", "纳税人识别号", "税率(%)", "开户行", "账号"),
                *("地址", "备注", "排序", "状态*"),
            ),
            ignored="true",
            ignored_because="customers; nothing about stock, orders or receipts",
        ),
        Feed(
            name="members",
            tables={},
            columns=("会员卡号*",),
            unused_columns=("联系人", "手机号码", "联系电话", "电子邮箱", "备注", "排序", "状态*"),
            ignored="true",
            ignored_because="people with a loyalty card; nothing about stock, orders or receipts",
        ),
    ),
)
