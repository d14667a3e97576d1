"""Text in the encodings that shops really export, long and short, and what is refused."""

from pathlib import Path

import pytest

from workbench.errors import InputRefused
from workbench.reading import ReadOptions, open_tables

DETECT = ReadOptions()
SIMPLIFIED = (
    "商品编码,商品名称,规格,单位,数量\n"
    "6901234567892,农夫山泉饮用天然水550ml,550ml*24,瓶,12\n"
    "6901028075763,康师傅红烧牛肉面,105g*12,桶,30\n"
    "6920152414019,伊利纯牛奶,250ml*16,盒,8\n"
)
TRADITIONAL = (
    "商品編號,商品名稱,規格,單位,數量\n"
    "4710088412345,統一肉燥麵,85g,包,30\n"
    "4710126045678,義美小泡芙草莓,65g,盒,12\n"
    "4710063012345,黑松沙士,600ml,瓶,24\n"
)
TEXTS = [
    ("gb18030", SIMPLIFIED),
    ("gb18030", "品名\n牛奶\n"),
    ("gb18030", "编码,名称\n1,可乐\n"),
    ("gb18030", "code,name\n1,茶\n"),
    ("gb18030", "货号,品名\n1,榴莲\n2,鲈鱼\n3,饼干\n"),
    ("gb18030", "sku,name\n1,蘑菇鲟鱼罐头\n"),
    ("gb18030", "编码,金额（元）\n1,２５\n"),
    ("cp950", TRADITIONAL),
    ("cp950", "品名\n牛奶\n"),
    ("cp950", "code,name\n1,茶\n"),
    ("cp950", "品名,數量\n鳳梨酥,3\n"),
    ("cp1252", "code;désignation;prix\n001;Café moulu équitable;4,50\n002;Crème brûlée;2,10\n"),
    ("cp1252", "Artikel;Bezeichnung\n1;Müsli Früchte\n2;Weißbier\n"),
    ("cp1252", "sku,name\n1,Jalapeño – 5°C\n"),
    ("cp1252", "name,price\nPiñata,€4\n"),
    ("cp1252", "nom;prix\nCréée à neuf;£3.50\n"),
    ("cp1252", "name\nCRÈME FRAÎCHE\nPÂTÉ\n"),
    ("cp932", "商品コード,商品名,数量\n4901234567894,おにぎり鮭,12\n4902102072618,コカコーラ,24\n"),
    ("cp1250", "kod;nazwa;ilość\n1;mąka pszenna żółta;3\n"),
    ("cp1251", "код;название\n1;Молоко свежее\n2;Хлеб\n"),
]


def read_all(path: Path, options: ReadOptions = DETECT) -> list[tuple[str | None, ...]]:
    (table,) = open_tables(path, options)
    rows = [row[1:-1] for batch in table.batches() for row in batch.iter_rows()]
    return [tuple(table.header), *rows]


def cells_of(text: str, delimiter: str) -> list[tuple[str | None, ...]]:
    return [tuple(line.split(delimiter)) for line in text.splitlines()]


@pytest.mark.parametrize(("encoding", "text"), TEXTS)
def test_text_without_a_mark_is_recognised(tmp_path: Path, encoding: str, text: str) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(text.encode(encoding))
    (table,) = open_tables(path)
    assert table.dialect["encoding"] == encoding
    assert read_all(path) == cells_of(text, ";" if ";" in text else ",")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("text", [SIMPLIFIED, "sku,name\n1,Café\n"])
def test_unicode_with_and_without_a_mark(tmp_path: Path, encoding: str, text: str) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(text.encode(encoding))
    assert read_all(path) == cells_of(text, ",")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_with_its_mark(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(("\ufeff" + SIMPLIFIED).encode(encoding))
    assert read_all(path) == cells_of(SIMPLIFIED, ",")


def test_rare_hits_deep_in_the_file_decide(tmp_path: Path) -> None:
    text = "sku,name\n" + "A1,milk\n" * 600_000 + "A2,牛奶\n"
    path = tmp_path / "export.csv"
    path.write_bytes(text.encode("gb18030"))
    (table,) = open_tables(path)
    assert table.rows([600_002]).row(0) == (600_002, "A2", "牛奶", None)


def test_the_encoding_given_wins(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes("名,值\n茶,1\n".encode("big5"))
    assert read_all(path, ReadOptions(encoding="big5")) == [("名", "值"), ("茶", "1")]


def test_a_wrong_encoding_given_is_refused_with_the_offset(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(b"a,b\n1,\xff\n")
    with pytest.raises(InputRefused, match="not gb18030: the byte at offset 6 .* option `encoding`"):
        open_tables(path, ReadOptions(encoding="gb18030"))
    with pytest.raises(InputRefused, match="not utf-8: the byte at offset 6"):
        open_tables(path, ReadOptions(encoding="utf-8"))
    with pytest.raises(InputRefused, match="no encoding 'klingon'"):
        open_tables(path, ReadOptions(encoding="klingon"))


def test_utf8_with_one_broken_byte_is_not_taken_for_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    good = SIMPLIFIED.encode()
    path.write_bytes(good + b"1,\xe4\xb8,x,y,2\n")
    with pytest.raises(InputRefused, match=rf"is UTF-8 except for the byte at offset {len(good) + 2}:"):
        open_tables(path)


def test_what_no_encoding_decodes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(b"a,b\n" + bytes(range(128, 256)) + b"\xff\n")
    with pytest.raises(InputRefused, match=r"neither UTF-8 \(from the byte at offset 4 on\).*option `encoding`"):
        open_tables(path)


def test_the_temporary_copy_goes_with_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    path = tmp_path / "export.csv"
    path.write_bytes(SIMPLIFIED.encode("gb18030"))
    tables = open_tables(path)
    assert len(list((tmp_path / "temporary").iterdir())) == 1
    del tables
    assert not list((tmp_path / "temporary").iterdir())
