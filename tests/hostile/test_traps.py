"""What real exports do: each of it loads rightly or is refused with one sentence that says what to do."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

RECEIPT = ["location_code", "receipt_no", "line_no", "product_code", "received_qty", "unit_cost", "received_at", "note"]


def line(*cells: object, delimiter: str = ",") -> str:
    return delimiter.join(str(c) for c in cells)


def receipt(no: str = "R1", qty: str = "5", cost: str = "1", code: str = "P1", at: str = "2025-01-03", note: str = ""):
    return ["L1", no, "1", code, qty, cost, at, note]


def text(*rows: list[str], delimiter: str = ",", end: str = "\n") -> str:
    return "".join(line(*row, delimiter=delimiter) + end for row in (RECEIPT, *rows))


def test_cp1252_with_lone_cr_inside_quoted_cells(shop: Any) -> None:
    content = text(receipt(note='"caf\xe9\rau lait \x80 5"'), receipt("R2", note="na\xefve")).encode(
        "cp1252", "replace"
    )
    content = content.replace(b"?", b"\x80")
    report = shop.load("receipt_line.csv", content)
    assert (report.accepted, report.rejected) == (2, 0)
    first, second = (n for (n,) in shop.rows("SELECT note FROM core.receipt_line ORDER BY row_no"))
    assert first.startswith("café") and "au lait" in first
    assert second == "naïve"


def test_tabs_and_cr_only_line_ends_in_a_file_named_csv(shop: Any) -> None:
    report = shop.load("receipt_line.csv", text(receipt(note="a, b"), receipt("R2"), delimiter="\t", end="\r"))
    assert (report.read, report.accepted) == (2, 2)
    assert shop.rows("SELECT receipt_no, note FROM core.receipt_line ORDER BY 1") == [("R1", "a, b"), ("R2", None)]


def test_a_file_without_header_is_refused_with_what_was_found(shop: Any) -> None:
    content = "".join(line(*receipt(f"R{i}")) + "\n" for i in range(5))
    report = shop.load("receipt_line.csv", content)
    assert report.status == "refused"
    assert "received_qty" in report.message or "has no column" in report.message


def test_a_delimiter_that_is_said(shop: Any) -> None:
    path = shop.file("receipt_line.csv", text(receipt(), delimiter="~"))
    assert shop.run("ingest", path).code == 12
    assert shop.run("ingest", path, "--delimiter", "~").code == 0


@pytest.mark.parametrize("delimiter", ["+|", "&|", "||", ";", "|", "\t"])
def test_delimiters_of_any_kind(shop: Any, delimiter: str) -> None:
    content = text(*(receipt(f"R{i}", note="x & y + z") for i in range(5)), delimiter=delimiter)
    report = shop.load("receipt_line.txt", content)
    assert (report.status, report.accepted) == ("loaded", 5)
    assert shop.one("SELECT DISTINCT note FROM core.receipt_line") == "x & y + z"


def test_nearly_all_rows_blank(shop: Any) -> None:
    content = text(receipt()) + (",,,,,,,\n" * 30_000) + line(*receipt("R2")) + "\n" + "\n" * 100
    report = shop.load("receipt_line.csv", content)
    assert (report.read, report.accepted, report.blank) == (30_102, 2, 30_100)
    assert shop.one("SELECT max(row_no) FROM core.receipt_line") == 30_003


def test_excel_s_swap_of_day_and_month_is_refused_until_said(shop: Any) -> None:
    path = shop.file("receipt_line.csv", text(receipt(at="2025-03-02"), receipt("R2", at="13/02/2025")))
    report = shop.ingest(path)
    assert report.status == "refused"
    assert "swapping day and month" in report.message
    assert shop.ingest(path, date_order="dmy-swapped").accepted == 2
    assert shop.rows("SELECT received_at FROM core.receipt_line ORDER BY 1") == [
        (dt.datetime(2025, 2, 3),),
        (dt.datetime(2025, 2, 13),),
    ]


def test_long_codes_stay_whole_in_text_and_in_workbooks(shop: Any) -> None:
    import openpyxl

    shop.load("product.csv", "product_code,product_name\n690123456789012,A\n0123456789012345678,B\n6.90123E+14,C\n")
    assert shop.rows("SELECT product_code FROM core.product ORDER BY product_name") == [
        ("690123456789012",),
        ("0123456789012345678",),
    ]
    assert ("code_in_scientific_notation", "6.90123E+14") in shop.rows("SELECT rule, value FROM ops.reject")
    book = openpyxl.Workbook()
    for row in (["barcode", "product_code"], [690123456789012, "A"], [6901234567890, 17850.0]):
        book.active.append(row)
    book.save(shop.inbox / "product_barcode.xlsx")
    assert shop.ingest(shop.inbox / "product_barcode.xlsx").accepted == 2
    assert shop.rows("SELECT barcode, product_code FROM core.product_barcode ORDER BY row_no") == [
        ("690123456789012", "A"),
        ("6901234567890", "17850"),
    ]


def test_ids_as_floats_and_ids_that_differ_only_in_case(shop: Any) -> None:
    rows = [receipt("R1", code="17850.0"), receipt("R2", code="13047.0"), receipt("R3", code="")]
    shop.load("receipt_line.csv", text(*rows))
    assert shop.rows("SELECT product_code FROM core.receipt_line ORDER BY receipt_no") == [
        ("17850",),
        ("13047",),
        (None,),
    ]
    shop.load("product.csv", "product_code,product_name\nab1,a\nAB1,b\n")
    assert shop.rows("SELECT product_code FROM core.product ORDER BY 1") == [("AB1",), ("ab1",)]


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [("utf-8-sig", b""), ("utf-16", b""), ("utf-16-be", b"\xfe\xff"), ("gb18030", b""), ("big5", b"")],
)
def test_byte_order_marks_and_encodings(shop: Any, encoding: str, mark: bytes) -> None:
    content = "門店編碼,入庫單號,行號,商品編碼,實收數量,入庫時間,備註\n" + "".join(
        f"總店,入{i},1,牛奶{i},5,2025/1/{i},到貨數量不足請補\n" for i in range(1, 10)
    )
    report = shop.load("入库单.csv", mark + content.encode(encoding))
    assert (report.status, report.accepted, report.unknown_columns) == ("loaded", 9, ())
    assert shop.rows("SELECT receipt_no, product_code, note FROM core.receipt_line WHERE row_no = 2") == [
        ("入1", "牛奶1", "到貨數量不足請補")
    ]


def test_the_word_null(shop: Any) -> None:
    shop.load("receipt_line.csv", text(receipt(note="null", cost="NULL"), receipt("R2", code="null")))
    assert shop.rows("SELECT note, unit_cost, product_code FROM core.receipt_line ORDER BY row_no") == [
        (None, None, "P1"),
        (None, Decimal(1), None),
    ]


def test_a_header_under_an_instruction(shop: Any) -> None:
    top = "Goods receipts of March; fill in every column marked *, one line per article.\n\nExported by: Wang Fang\n"
    report = shop.load("receipt_line.csv", top + text(receipt(), receipt("R2")))
    assert (report.read, report.accepted) == (2, 2)
    assert shop.one("SELECT min(row_no) FROM core.receipt_line") == 5
    shown = shop.run("source", "1", "5", "--json").json
    assert shown[0]["receipt_no"] == "R1"


def test_an_unnamed_index_column(shop: Any) -> None:
    content = text(receipt(), receipt("R2")).splitlines()
    report = shop.load(
        "receipt_line.csv", "\n".join(("" if i == 0 else str(i - 1)) + "," + t for i, t in enumerate(content))
    )
    assert report.accepted == 2
    assert report.unknown_columns == ("(column 1, no name)",)


@pytest.mark.parametrize("word", ["See ASN 4711", "Weight Captured Separately", "ERROR", "UNKNOWN"])
def test_words_where_a_number_belongs_reject_their_row_alone(shop: Any, word: str) -> None:
    report = shop.load("receipt_line.csv", text(receipt(), receipt("R2", qty=word), receipt("R3")))
    assert (report.accepted, report.rejected) == (2, 1)
    assert shop.rows("SELECT row_no, column_name, value FROM ops.reject") == [(3, "received_qty", word)]


def test_money_with_its_sign_and_a_trailing_space(shop: Any) -> None:
    shop.load(
        "receipt_line.csv", text(receipt(cost="$4.50 "), receipt("R2", cost='"¥1,234.5"'), receipt("R3", cost="(2)"))
    )
    assert [c for (c,) in shop.rows("SELECT unit_cost FROM core.receipt_line ORDER BY row_no")] == [
        Decimal("4.5"),
        Decimal("1234.5"),
        Decimal(-2),
    ]


def test_trailing_spaces_are_no_part_of_a_name_or_code(shop: Any) -> None:
    shop.load("product.csv", "product_code,product_name\nP1  ,Milk 1 l    \n\u3000P2,\u00a0Tea\n")
    assert shop.rows("SELECT product_code, product_name FROM core.product ORDER BY 1") == [
        ("P1", "Milk 1 l"),
        ("P2", "Tea"),
    ]
    again = shop.load("product.csv", "product_code,product_name\nP1,Milk 1 l\nP2,Tea\n")
    assert (again.known, again.revised) == (2, 0)


def test_stock_of_several_places_side_by_side_is_reported_and_not_guessed(shop: Any) -> None:
    report = shop.load("stock_on_hand.csv", "as_of_date,product_code,Shop A,Shop B\n2025-01-03,P1,5,7\n")
    # No place is made up and no quantity moved: the columns are named, and the snapshot has no quantity.
    assert report.unknown_columns == ("Shop A", "Shop B")
    assert shop.rows("SELECT location_code, on_hand_qty FROM core.stock_on_hand") == [("", None)]


def test_numbers_of_a_workbook_with_binary_residue(shop: Any) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    for row in (RECEIPT, ["L1", "R1", 1, "P1", 0.1 + 0.2, 1.15 * 3, dt.datetime(2025, 1, 3, 10, 30), None]):
        book.active.append(row)
    book.active.title = "receipt_line"
    book.save(shop.inbox / "x.xlsx")
    assert shop.ingest(shop.inbox / "x.xlsx").accepted == 1
    assert shop.rows("SELECT received_qty, unit_cost, received_at FROM core.receipt_line") == [
        (Decimal("0.3"), Decimal("3.45"), dt.datetime(2025, 1, 3, 10, 30))
    ]


def test_floats_and_missing_values_of_parquet(shop: Any) -> None:
    import polars as pl

    frame = pl.DataFrame(
        {
            "receipt_no": ["R1", "R2"],
            "line_no": [1.0, None],
            "product_code": [17850.0, 13047.0],
            "received_qty": [0.30000000000000004, 5.0],
            "received_at": [dt.datetime(2025, 1, 3, 10), None],
            "note": pl.Series([None, None], dtype=pl.Float64),
        }
    )
    frame.write_parquet(shop.inbox / "receipt_line.parquet")
    report = shop.ingest(shop.inbox / "receipt_line.parquet")
    assert (report.accepted, report.rejected) == (1, 1)
    assert shop.rows("SELECT receipt_no, line_no, product_code, received_qty FROM core.receipt_line") == [
        ("R1", 1, "17850", Decimal("0.3"))
    ]


def test_full_width_everything(shop: Any) -> None:
    report = shop.load(
        "入库单.csv", "门店编码，入库单号，商品编码，实收数量，入库时间\nＬ１，Ｒ１，Ｐ１，１２，２０２５／１／３\n"
    )
    assert report.status in ("refused", "loaded")
    content = "门店编码,入库单号,商品编码,实收数量,入库时间\nＬ１,Ｒ１,Ｐ００１,１２．５,２０２５年１月３日\n"
    assert shop.load("入库单 2.csv", content).accepted == 1
    assert shop.rows("SELECT * EXCLUDE (file_id) FROM (SELECT file_id, location_code, receipt_no, product_code, received_qty"
                     " FROM core.receipt_line WHERE product_code = 'P001')") == [("L1", "R1", "P001", Decimal("12.5"))]  # fmt: skip
