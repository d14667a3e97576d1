"""Delimited text as shops export it: delimiters, line ends, headers below titles, ragged rows, blank rows."""

from pathlib import Path

import polars as pl
import pytest

from workbench.errors import InputRefused
from workbench.reading import RawTable, ReadOptions, normalise_header, open_tables, survey

DETECT = ReadOptions()
Row = tuple[int | str | None, ...]


def opened(tmp_path: Path, content: str | bytes, options: ReadOptions = DETECT) -> RawTable:
    path = tmp_path / "export.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (table,) = open_tables(path, options)
    return table


def rows_of(table: RawTable) -> list[Row]:
    return [row for batch in table.batches() for row in batch.iter_rows()]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "+|", "&|", "||", "~~"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_delimiter_with_every_line_end(tmp_path: Path, delimiter: str, end: str) -> None:
    lines = [["sku", "qty", "unit price"], ["007", "1", "2.5"], ["008", "", "3"]]
    table = opened(tmp_path, end.join(delimiter.join(line) for line in lines) + end)
    assert table.dialect["delimiter"] == delimiter
    assert table.header == ("sku", "qty", "unit price")
    assert rows_of(table) == [(2, "007", "1", "2.5", None), (3, "008", None, "3", None)]


def test_shape_of_a_batch(tmp_path: Path) -> None:
    (batch,) = opened(tmp_path, "a,b\n1,2\n").batches()
    assert dict(batch.schema) == {"row_no": pl.Int64, "c0": pl.String, "c1": pl.String, "problem": pl.String}


def test_cp1252_with_lone_cr_in_quoted_cells(tmp_path: Path) -> None:
    content = 'id,remark\r\n1,"été\rpluie"\r\n2,"a\nb"\r\n3,"say ""hi"""\r\n'.encode("cp1252")
    assert rows_of(opened(tmp_path, content)) == [
        (2, "1", "été\rpluie", None),
        (3, "2", "a\nb", None),
        (4, "3", 'say "hi"', None),
    ]


def test_multi_character_delimiter_inside_quotes_stays(tmp_path: Path) -> None:
    table = opened(tmp_path, 'a||b\n"x||y"||2\n\x1f||"\x1e"\n')
    assert rows_of(table) == [(2, "x||y", "2", None), (3, "\x1f", "\x1e", None)]


def test_single_pipes_in_cells_do_not_divide(tmp_path: Path) -> None:
    table = opened(tmp_path, "a+|b+|c\nx|y+|2+|3\n")
    assert rows_of(table) == [(2, "x|y", "2", "3", None)]


def test_records_with_an_end_mark_hold_line_breaks(tmp_path: Path) -> None:
    options = ReadOptions(quoted=False, columns=("id", "xml", "at"))
    table = opened(tmp_path, "1+|<a>\r\n</a>+|x&|\r\n2+|+|y&|\r\n", options)
    assert rows_of(table) == [(1, "1", "<a>\r\n</a>", "x", None), (2, "2", None, "y", None)]
    cut_off = opened(tmp_path, "1+|<a>+|x&|\r\n2+|<b>", options)
    with pytest.raises(InputRefused, match="Record 2 of export.csv is never ended by &|"):
        rows_of(cut_off)


def test_decimal_commas_do_not_divide(tmp_path: Path) -> None:
    table = opened(tmp_path, "code;prix\n1;4,50\n2;3,10\n")
    assert rows_of(table)[0] == (2, "1", "4,50", None)


def test_one_column(tmp_path: Path) -> None:
    table = opened(tmp_path, "name\nTea, green\nMilk\n\nx\n")
    assert table.dialect["delimiter"] == ""
    assert rows_of(table) == [(2, "Tea, green", None), (3, "Milk", None), (4, None, None), (5, "x", None)]


def test_no_header_and_quotes_as_text(tmp_path: Path) -> None:
    content = '1\t3" pipe\t2019-04-30 00:00:00\n2\t"\t2019-04-30 00:00:00\n'
    table = opened(tmp_path, content, ReadOptions(quoted=False, header_row=0, columns=("id", "name", "at")))
    assert (table.header, table.header_row) == (("id", "name", "at"), 0)
    assert [row[:3] for row in rows_of(table)] == [(1, "1", '3" pipe'), (2, "2", '"')]


def test_a_file_without_header_is_seen_to_have_none(tmp_path: Path) -> None:
    table = opened(tmp_path, "1,XRQ - TRUCK GROUND,3.9500,.9900\n2,ZY - EXPRESS,9.9500,1.9900\n")
    assert (table.header, table.header_row) == (("", "", "", ""), 0)
    assert len(rows_of(table)) == 2


def test_names_given_that_stand_in_the_file_are_its_header(tmp_path: Path) -> None:
    table = opened(tmp_path, "\nItem_No,QTY \n1,2\n", ReadOptions(columns=("item no", "qty")))
    assert (table.header, table.header_row) == (("Item_No", "QTY"), 2)
    assert rows_of(table) == [(3, "1", "2", None)]


def test_header_below_titles_and_instructions(tmp_path: Path) -> None:
    content = "Stock report, all shops\nFill in every column marked *\n\nsku*,name,qty\nA1,Milk,3\nA2,Tea,4\n"
    table = opened(tmp_path, content)
    assert (table.header, table.header_row) == (("sku*", "name", "qty"), 4)
    assert rows_of(table) == [(5, "A1", "Milk", "3", None), (6, "A2", "Tea", "4", None)]


def test_known_names_find_the_header_where_its_look_does_not(tmp_path: Path) -> None:
    content = "shop,from,to\nS1,January,March\n条码,数量,备注\n1,2,x\n"
    known = frozenset(map(normalise_header, ("条码", "数量")))
    assert opened(tmp_path, content).header_row == 1
    assert opened(tmp_path, content, ReadOptions(known_headers=known)).header_row == 3


def test_the_line_in_which_excel_names_the_delimiter_is_no_header(tmp_path: Path) -> None:
    table = opened(tmp_path, "sep=;\nsku;qty\nA;1\nB;2\n")
    assert (table.dialect["delimiter"], table.header, table.header_row) == (";", ("sku", "qty"), 2)


def test_header_row_given(tmp_path: Path) -> None:
    table = opened(tmp_path, "x,y\na,b\n1,2\n", ReadOptions(header_row=2))
    assert table.header == ("a", "b")
    with pytest.raises(InputRefused, match="no record 9 for a header"):
        opened(tmp_path, "x,y\n", ReadOptions(header_row=9))


def test_periods_and_shops_as_columns(tmp_path: Path) -> None:
    table = opened(tmp_path, "sku,total,2025-01,2025-02\n1,5,2,3\n2,7,3,4\n")
    assert table.header == ("sku", "total", "2025-01", "2025-02")


def test_unnamed_and_repeated_columns(tmp_path: Path) -> None:
    table = opened(tmp_path, '\ufeff,qty,qty,qty_2," line\nbreak ",\n0,1,2,3,4,\n')
    assert table.header == ("", "qty", "qty_3", "qty_2", "line break", "")


def test_mostly_blank_rows_keep_their_numbers(tmp_path: Path) -> None:
    table = opened(tmp_path, "a,b\n" + "\n" * 500 + "1,2\n" + ",\n" * 500 + "3,4\n")
    rows = rows_of(table)
    assert len(rows) == 1002
    assert [row for row in rows if row[1]] == [(502, "1", "2", None), (1003, "3", "4", None)]
    assert {row[-1] for row in rows} == {None}


def test_ragged_rows_are_named_and_keep_everything(tmp_path: Path) -> None:
    table = opened(tmp_path, "a,b,c\n1,2\n1,2,3\n1,2,3,,\n1,2,3,4,5\n   \n1,2,,\n")
    assert rows_of(table) == [
        (2, "1", "2", None, "row_too_short"),
        (3, "1", "2", "3", None),
        (4, "1", "2", "3", None),
        (5, "1", "2", "3,4,5", "row_too_long"),
        (6, "   ", None, None, "row_too_short"),
        (7, "1", "2", None, None),
    ]


def test_long_and_short_rows_do_not_cancel_out(tmp_path: Path) -> None:
    table = opened(tmp_path, "a,b\n1\n1,2,3\n")
    assert [row[-1] for row in rows_of(table)] == ["row_too_short", "row_too_long"]


def test_cells_are_text_exactly_as_they_stand(tmp_path: Path) -> None:
    values = ["00123", "690123456789012", "17850.0", "null", "$4.50 ", " x ", "=cmd|'/c calc'!A1", "../../etc/passwd"]
    values += ["'; DROP TABLE x; --", "ERROR", "01/02/2025", "TRUE", "1e5", "See ASN"]
    table = opened(tmp_path, "\t".join(f"n{i}" for i in "abcdefghijklmn") + "\n" + "\t".join(values) + "\n")
    assert rows_of(table) == [(2, *values, None)]


@pytest.mark.parametrize("last", ["", "\n", "\r\n"])
def test_the_last_line_may_end_or_not(tmp_path: Path, last: str) -> None:
    assert rows_of(opened(tmp_path, "a,b\n1,2" + last)) == [(2, "1", "2", None)]


def test_header_only(tmp_path: Path) -> None:
    table = opened(tmp_path, "sku,name\n")
    assert table.header == ("sku", "name")
    assert rows_of(table) == []
    assert table.rows([2]).height == 0


def test_read_again_by_the_dialect(tmp_path: Path) -> None:
    content = "Report\nsku;name\n1;牛奶\n".encode("gb18030")
    table = opened(tmp_path, content)
    again = opened(tmp_path, content, ReadOptions.from_dialect(table.dialect))
    assert (again.header, again.dialect) == (table.header, table.dialect)
    assert rows_of(again) == rows_of(table) == rows_of(table)


def test_single_rows_and_batches(tmp_path: Path) -> None:
    table = opened(tmp_path, "a,b\n" + "".join(f"{i},x\n" for i in range(2, 102)))
    assert [batch.height for batch in table.batches(rows=30)] == [30, 30, 30, 10]
    assert table.rows([5, 3, 101, 999])["c0"].to_list() == ["3", "5", "101"]


def test_survey_hashes_counts_and_copies(tmp_path: Path) -> None:
    import hashlib

    content = ("é" * 3_000_000 + '\r\n"x"\r').encode() + b"\0\xff"
    (tmp_path / "in").write_bytes(content)
    found = survey(tmp_path / "in", tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == content
    assert found.sha256 == hashlib.sha256(content).hexdigest()
    assert (found.size, found.newlines, found.carriage_returns, found.crlf) == (len(content), 1, 2, 1)
    assert (found.nuls, found.quotes) == (1, 2)
    assert (found.first_nul, found.not_utf8_at) == (len(content) - 2, len(content) - 1)


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        (" 商品 名称* ", "商品 名称"),
        ("税率（％）", "税率(%)"),
        ("Ｉｔｅｍ＿Ｃｏｄｅ", "item code"),
        ("Item-Code\n(each)", "item code (each)"),
        ("\ufeffSKU", "sku"),
        ("__index__", "index"),
    ],
)
def test_normalised_headers(raw: str, normal: str) -> None:
    assert normalise_header(raw) == normal
    assert normalise_header(normal) == normal
