"""Workbooks: what each kind of cell becomes as text, row numbers, and files made to do harm."""

import datetime as dt
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlwt
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from workbench.errors import InputRefused
from workbench.reading import RawTable, ReadOptions, open_tables, workbook_guard

Row = tuple[int | str | None, ...]


def rows_of(table: RawTable) -> list[Row]:
    return [row for batch in table.batches() for row in batch.iter_rows()]


def saved(path: Path, cells: dict[str, object], **sheets: dict[str, object]) -> Path:
    book = openpyxl.Workbook()
    for name, content in {"Sheet": cells, **sheets}.items():
        sheet = book.active if name == "Sheet" else book.create_sheet(name)
        assert sheet is not None
        for address, value in content.items():
            sheet[address] = value
    book.save(path)
    return path


def repacked(source: Path, target: Path, parts: dict[str, str | bytes]) -> Path:
    """The same workbook with some of its parts replaced or added."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in dict.fromkeys([*old.namelist(), *parts]):
            new.writestr(name, parts[name] if name in parts else old.read(name))
    return target


def test_every_kind_of_cell(tmp_path: Path) -> None:
    values: list[tuple[object, str | None]] = [
        (dt.datetime(2025, 1, 3), "2025-01-03"),
        (dt.datetime(2025, 1, 3, 10, 20, 30), "2025-01-03 10:20:30"),
        (dt.time(10, 20, 30), "10:20:30"),
        (dt.time(0, 0), "00:00:00"),
        (123, "123"),
        (-2.5, "-2.5"),
        (0.1 + 0.2, "0.3"),
        (1e-7, "0.0000001"),
        (690123456789012, "690123456789012"),
        (True, "true"),
        (False, "false"),
        ("00123", "00123"),
        ("  x ", "  x "),
        ("a\nb", "a\nb"),
        ("01/02/2025", "01/02/2025"),
        ("#N/A", "#N/A"),
        ("#DIV/0!", "#DIV/0!"),
        ("'; DROP TABLE x; --", "'; DROP TABLE x; --"),
        (None, None),
    ]
    cells: dict[str, object] = {"A1": "name", "B1": "value"}
    for i, (value, _) in enumerate(values, 2):
        cells |= {f"A{i}": f"n{i}", f"B{i}": value}
    (table,) = open_tables(saved(tmp_path / "kinds.xlsx", cells))
    assert [row[2] for row in rows_of(table)] == [text for _, text in values]


def test_number_formats_do_not_change_a_value(tmp_path: Path) -> None:
    path = saved(tmp_path / "f.xlsx", {"A1": "share", "B1": "day", "A2": 0.155, "B2": dt.datetime(2025, 2, 1)})
    book = openpyxl.load_workbook(path)
    sheet = book["Sheet"]
    sheet["A2"].number_format, sheet["B2"].number_format = "0.0%", 'yyyy"年"m"月"d"日"'
    book.save(path)
    (table,) = open_tables(path)
    assert rows_of(table) == [(2, "0.155", "2025-02-01", None)]


def test_dates_since_1904(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    assert book.active is not None
    book.active.append(["day"])
    book.active.append([dt.datetime(2025, 1, 3)])
    book.save(tmp_path / "mac.xlsx")
    (table,) = open_tables(tmp_path / "mac.xlsx")
    assert rows_of(table) == [(2, "2025-01-03", None)]


def test_a_formula_is_its_stored_value_and_is_never_evaluated(tmp_path: Path) -> None:
    path = saved(
        tmp_path / "f.xlsx", {"A1": "sum", "B1": "x", "A2": "=1+1", "B2": "y", "A3": 7, "B3": "=cmd|'/c calc'!A1"}
    )
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>1+1</f><v></v>" in sheet or "<f>1+1</f><v />" in sheet or "<f>1+1</f><v/>" in sheet
    for empty in ("<v></v>", "<v />", "<v/>"):
        sheet = sheet.replace(f"<f>1+1</f>{empty}", "<f>1+1</f><v>41</v>")
    (table,) = open_tables(repacked(path, tmp_path / "g.xlsx", {"xl/worksheets/sheet1.xml": sheet}))
    assert rows_of(table) == [(2, "41", "y", None), (3, "7", None, None)]


def test_row_numbers_are_the_sheets_own(tmp_path: Path) -> None:
    cells: dict[str, object] = {"C4": "sku", "D4": "qty", "C5": "A", "D5": 1, "C8": "B", "D8": 2}
    (table,) = open_tables(saved(tmp_path / "f.xlsx", cells))
    assert (table.header, table.header_row) == (("sku", "qty"), 4)
    assert rows_of(table) == [(5, "A", "1", None), (6, None, None, None), (7, None, None, None), (8, "B", "2", None)]
    assert table.rows([8]).rows() == [(8, "B", "2", None)]


def test_all_sheets_but_the_empty_ones(tmp_path: Path) -> None:
    path = saved(tmp_path / "f.xlsx", {"A1": "a", "A2": "1"}, 入库={"A1": "b", "A2": "2"}, Empty={})
    book = openpyxl.load_workbook(path)
    book["入库"].sheet_state = "hidden"
    book.save(path)
    assert [table.name for table in open_tables(path)] == ["Sheet", "入库"]
    (table,) = open_tables(path, ReadOptions(sheet="入库"))
    assert rows_of(table) == [(2, "2", None)]
    (again,) = open_tables(path, ReadOptions.from_dialect(table.dialect))
    assert (again.name, again.header_row) == ("入库", 1)
    with pytest.raises(InputRefused, match="no sheet 'x': it has Sheet, 入库, Empty"):
        open_tables(path, ReadOptions(sheet="x"))


def test_old_workbook_with_an_instruction_above_its_header(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("商品信息")
    sheet.write_merge(0, 0, 0, 3, "1、带星号的为必填项\n2、导入时本段内容请勿删除")
    for column, name in enumerate(["条码*", "名称", "数量*", "税率（%）"]):
        sheet.write(1, column, name)
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for column, value in enumerate(["007", "可乐", 1, dt.datetime(2025, 1, 3)]):
        sheet.write(2, column, value, day) if column == 3 else sheet.write(2, column, value)
    sheet.row(3).set_cell_error(0, 0x2A)
    book.save(str(tmp_path / "t.xls"))
    (table,) = open_tables(tmp_path / "t.xls")
    assert (table.header, table.header_row) == (("条码*", "名称", "数量*", "税率（%）"), 2)
    assert table.dialect["format"] == "xls"
    assert rows_of(table) == [(3, "007", "可乐", "1", "2025-01-03", None), (4, "#N/A", None, None, None, None)]


def test_the_content_and_not_the_name_decides(tmp_path: Path) -> None:
    saved(tmp_path / "f.xlsx", {"A1": "a", "A2": "1"}).rename(tmp_path / "f.csv")
    (table,) = open_tables(tmp_path / "f.csv")
    assert table.dialect["format"] == "xlsx"


@pytest.mark.parametrize("share", [0.3, 0.6, 0.97])
def test_cut_off_workbooks(tmp_path: Path, share: float) -> None:
    content = saved(tmp_path / "f.xlsx", {"A1": "a"}).read_bytes()
    (tmp_path / "cut.xlsx").write_bytes(content[: int(len(content) * share)])
    with pytest.raises(InputRefused, match="cut.xlsx is a cut off or damaged workbook"):
        open_tables(tmp_path / "cut.xlsx")
    book = xlwt.Workbook()
    book.add_sheet("s").write(0, 0, "a")
    stream = io.BytesIO()
    book.save(stream)
    (tmp_path / "cut.xls").write_bytes(stream.getvalue()[: int(5632 * share)])
    with pytest.raises(InputRefused, match="cut.xls is a cut off or damaged workbook"):
        open_tables(tmp_path / "cut.xls")


def test_a_protected_workbook(tmp_path: Path) -> None:
    path = tmp_path / "f.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000) + "EncryptedPackage".encode("utf-16-le"))
    with pytest.raises(InputRefused, match="protected by a password: save it without one"):
        open_tables(path)


def test_an_archive_that_is_no_workbook(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "f.zip", "w") as archive:
        archive.writestr("a.csv", "a,b\n")
    with pytest.raises(InputRefused, match="a ZIP archive and no XLSX workbook: unpack it"):
        open_tables(tmp_path / "f.zip")


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    source = saved(tmp_path / "f.xlsx", {"A1": "a"})
    bomb = repacked(source, tmp_path / "bomb.xlsx", {"xl/media/zeros": bytes(210 << 20)})
    with pytest.raises(InputRefused, match=r"bomb.xlsx would unpack from 0\.2 to 210 MiB"):
        open_tables(bomb)


def test_a_directory_that_lies_about_sizes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_guard, "MAX_UNPACKED", 3 << 20)
    source = saved(tmp_path / "f.xlsx", {"A1": "a"})
    large = repacked(source, tmp_path / "l.xlsx", {"xl/worksheets/sheet1.xml": b" " * (4 << 20)})
    with pytest.raises(InputRefused, match="more than a workbook may"):
        open_tables(large)
    content = large.read_bytes().replace((4 << 20).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    large.write_bytes(content)
    with pytest.raises(InputRefused, match="damaged workbook|unpacks to more than"):
        open_tables(large)


def test_too_many_entries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_guard, "MAX_ENTRIES", 5)
    with pytest.raises(InputRefused, match=r"packs \d+ files \(allowed are 5\)"):
        open_tables(saved(tmp_path / "f.xlsx", {"A1": "a"}))


def test_a_stray_cell_in_the_last_corner_is_refused(tmp_path: Path) -> None:
    # Opened unchecked, this workbook of 5 KB makes the reader ask for 549 GB, which ends the process.
    path = saved(tmp_path / "f.xlsx", {"A1": "a", "XFD1048576": "z"})
    with pytest.raises(InputRefused, match="row 1,048,576 and column 16,384 with 2 filled cells"):
        open_tables(path)


def test_a_stray_row_of_cells_without_addresses_is_refused(tmp_path: Path) -> None:
    source = saved(tmp_path / "f.xlsx", {"A1": "a", "CV1": "b"})
    with zipfile.ZipFile(source) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        relations = archive.read("xl/_rels/workbook.xml.rels").decode()
    sheet = sheet.replace("</sheetData>", '<row r = "1048576"><c><v>1</v></c></row></sheetData>')
    moved = {
        "xl/worksheets/sheet1.xml": "",
        "xl/elsewhere.bin": sheet,
        "xl/_rels/workbook.xml.rels": relations.replace("worksheets/sheet1.xml", "elsewhere.bin"),
    }
    with pytest.raises(InputRefused, match="row 1,048,576 and column 100"):
        open_tables(repacked(source, tmp_path / "stray.xlsx", moved))


def test_a_wide_sheet_is_no_stray_cell(tmp_path: Path) -> None:
    cells: dict[str, object] = {f"{get_column_letter(i)}{row}": f"n{i}" for i in range(1, 80) for row in (1, 2)}
    (table,) = open_tables(saved(tmp_path / "f.xlsx", cells))
    assert len(table.header) == 79


def test_a_sheet_without_header_takes_the_names_given(tmp_path: Path) -> None:
    path = saved(tmp_path / "f.xlsx", {"A1": "A1", "B1": 5, "C1": "x"})
    for names, row in [(("sku", "qty", "note", "at"), ("5", "x", None)), (("sku",), ("5", "x"))]:
        (table,) = open_tables(path, ReadOptions(header_row=0, columns=names))
        assert table.header[: len(names)] == names
        assert rows_of(table) == [(1, "A1", *row, None)]


def test_nested_entities_do_not_unfold(tmp_path: Path) -> None:
    source = saved(tmp_path / "f.xlsx", {"A1": "name", "A2": "x"})
    levels = "".join(f'<!ENTITY {chr(98 + i)} "{("&" + chr(97 + i) + ";") * 10}">' for i in range(9))
    texts = (
        f'<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY a "lol">{levels}]>'
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="2" uniqueCount="2">'
        "<si><t>name</t></si><si><t>&j;</t></si></sst>"
    )
    bomb = repacked(source, tmp_path / "lol.xlsx", {"xl/sharedStrings.xml": texts})
    with pytest.raises(InputRefused):
        open_tables(bomb)


def test_an_external_entity_is_not_fetched(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("TOP SECRET")
    source = saved(tmp_path / "f.xlsx", {"A1": "name", "A2": "x"})
    texts = (
        f'<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY e SYSTEM "file://{tmp_path}/secret">]>'
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="2" uniqueCount="2">'
        "<si><t>name</t></si><si><t>&e;</t></si></sst>"
    )
    with pytest.raises(InputRefused):
        open_tables(repacked(source, tmp_path / "xxe.xlsx", {"xl/sharedStrings.xml": texts}))
