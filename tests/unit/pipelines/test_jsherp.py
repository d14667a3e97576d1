"""jshERP templates: small sheets made here, and the templates as they are published."""

from datetime import date
from decimal import Decimal

import fastexcel
import pytest

READ = "名称*|规格|型号|颜色|品牌|类别|保质期(天)|基本单位*|基本条码*|副条码|比例|采购价|零售价|状态*|批号"


def goods(runner, warehouses, *lines, day="2026-01-02"):
    made = runner("jsherp").text("goods", "\n".join([READ + warehouses, *lines]))
    if day:
        made.loaded.con.execute(f"SET VARIABLE file_date = DATE '{day}'")
    return made.run()


def test_goods_are_products_with_two_barcodes(runner) -> None:
    done = goods(runner, "", "可乐|250ml|kele||百事|饮料|180|瓶|2001|2002|12|5|12|1|1")

    assert done.rows(
        "SELECT product_code, product_name, spec, unit, shelf_life_days, is_batch_tracked, purchase_price, "
        "retail_price, status FROM core.product"
    ) == [("2001", "可乐", "250ml kele", "瓶", 180, True, Decimal(5), Decimal(12), "active")]
    assert done.rows("SELECT barcode, product_code, pack_qty FROM core.product_barcode ORDER BY 1") == [
        ("2001", "2001", Decimal(1)),
        ("2002", "2001", Decimal(12)),
    ]


def test_every_further_column_is_a_warehouse(runner) -> None:
    done = goods(runner, "|总店|北仓|备注", "可乐||||||||2001|||||1|0|7||易碎", "啤酒||||||||2011|||||0|0||0.5|")

    assert done.rows(
        "SELECT as_of_date, location_code, product_code, on_hand_qty FROM core.stock_on_hand ORDER BY product_code"
    ) == [(date(2026, 1, 2), "总店", "2001", Decimal(7)), (date(2026, 1, 2), "北仓", "2011", Decimal("0.5"))]
    assert done.one("SELECT status FROM core.product WHERE product_code = '2011'") == ("discontinued",)


def test_goods_without_any_warehouse_have_no_stock(runner) -> None:
    done = goods(runner, "", "可乐||||||||2001|||||1|0")

    assert done.one("SELECT count(*) FROM core.stock_on_hand") == (0,)
    assert done.unaccounted["goods"] == []


def test_stock_without_a_day_is_refused(runner) -> None:
    done = goods(runner, "|总店", "可乐||||||||2001|||||1|0|7", day="")

    assert [r[1:4] for r in done.refused] == [("stock_on_hand", 1, "as_of_date")]


def test_unknown_codes_are_refused_with_their_text(runner) -> None:
    done = goods(runner, "|总店", "可乐||||||||2001|||||启用|有|约7")

    assert [r[3:] for r in done.refused] == [
        *(("is_batch_tracked", "有"), ("status", "启用"), ("on_hand_qty", "约7")),
    ]


def test_suppliers_are_known_by_name(runner) -> None:
    done = runner("jsherp").text("vendors", "名称* | 期初应付 | 纳税人识别号\n供应商a | 0 | 9132X").run()

    assert done.rows("SELECT supplier_code, supplier_name, tax_id FROM core.supplier") == [
        ("供应商a", "供应商a", "9132X")
    ]


def test_document_lines_are_left_out_and_say_why(runner, sources) -> None:
    done = runner("jsherp").text("document_lines", "仓库* | 条码* | 数量*\n仓库1 | 2001 | 1").run()

    assert done.unaccounted["document_lines"] == []
    assert "no number, no date" in sources["jsherp"].feed("document_lines").ignored_because


@pytest.mark.parametrize(
    ("name", "feed"),
    [
        ("goods_template", "goods"),
        ("vendor_template", "vendors"),
        ("customer_template", "customers"),
        ("member_template", "members"),
        ("apply_item_template", "document_lines"),
        ("buy_sale_item_template", "document_lines"),
        ("in_out_item_template", "document_lines"),
        ("order_item_template", "document_lines"),
    ],
)
def test_published_template_is_one_feed_and_loads_whole(runner, shared, sources, name, feed) -> None:
    path = shared / "jsherp" / f"{name}.xls"
    sheet = fastexcel.read_excel(path).load_sheet(0, header_row=1, dtypes="string").to_polars()
    assert [f.name for f in sources["jsherp"].feeds if f.matches_header(sheet.columns)] == [feed]
    made = runner("jsherp").sheet(feed, path)
    made.loaded.con.execute("SET VARIABLE file_date = DATE '2026-01-02'")
    done = made.run()

    assert done.refused == []
    assert done.unaccounted == {feed: []}


def test_published_goods_have_stock_in_five_warehouses(runner, shared) -> None:
    made = runner("jsherp").sheet("goods", shared / "jsherp" / "goods_template.xls")
    made.loaded.con.execute("SET VARIABLE file_date = DATE '2026-01-02'")
    done = made.run()

    assert done.one("SELECT count(*), count(DISTINCT location_code), sum(on_hand_qty) FROM core.stock_on_hand") == (
        *(10, 5, 150),
    )
