"""Parquet and JSON: every type as the text one would expect in a CSV."""

import datetime as dt
import decimal
import json
from pathlib import Path

import polars as pl
import pytest

from workbench.errors import InputRefused
from workbench.reading import RawTable, json_rows, open_tables

Row = tuple[int | str | None, ...]


def rows_of(table: RawTable) -> list[Row]:
    return [row for batch in table.batches() for row in batch.iter_rows()]


def opened(tmp_path: Path, content: str | bytes) -> RawTable:
    path = tmp_path / "export.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (table,) = open_tables(path)
    return table


@pytest.mark.parametrize(
    ("values", "kind", "texts"),
    [
        ([17850.0, None, -0.5], pl.Float64, ["17850", None, "-0.5"]),
        ([1e20, 1e-7, 0.1, 1e16], pl.Float64, ["100000000000000000000", "0.0000001", "0.1", "10000000000000000"]),
        ([690123456789012, -1], pl.Int64, ["690123456789012", "-1"]),
        ([decimal.Decimal("1.50"), decimal.Decimal(100)], pl.Decimal(18, 2), ["1.50", "100.00"]),
        ([dt.datetime(2016, 5, 31), dt.datetime(2016, 5, 31, 7, 5, 0, 250000)], pl.Datetime("us"), None),
        ([dt.date(2016, 5, 31)], pl.Date, ["2016-05-31"]),
        ([True, False, None], pl.Boolean, ["true", "false", None]),
        (["", "x ", None, "00123"], pl.String, [None, "x ", None, "00123"]),
        ([b"\x00\xff"], pl.Binary, ["00ff"]),
        ([[1, 2], None, []], pl.List(pl.Int64), ["[1,2]", None, "[]"]),
        ([{"a": 1, "b": "x"}], pl.Struct({"a": pl.Int64, "b": pl.String}), ['{"a":1,"b":"x"}']),
        ([None, None], pl.Null, [None, None]),
    ],
)
def test_parquet_types(tmp_path: Path, values: list[object], kind: pl.DataType, texts: list[str | None] | None) -> None:
    path = tmp_path / "f.parquet"
    pl.DataFrame({"v": pl.Series(values, dtype=kind)}).write_parquet(path)
    (table,) = open_tables(path)
    assert table.header == ("v",)
    expected = texts or ["2016-05-31 00:00:00", "2016-05-31 07:05:00.250000"]
    assert rows_of(table) == [(i, text, None) for i, text in enumerate(expected, 1)]


def test_parquet_times_with_a_zone_are_in_utc(tmp_path: Path) -> None:
    moment = dt.datetime(2025, 1, 3, 2, tzinfo=dt.UTC)
    frame = pl.DataFrame({"v": [moment]}, schema={"v": pl.Datetime("us", "Asia/Shanghai")})
    frame.write_parquet(tmp_path / "f.parquet")
    (table,) = open_tables(tmp_path / "f.parquet")
    assert rows_of(table) == [(1, "2025-01-03 02:00:00Z", None)]


def test_parquet_in_batches_and_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "f.parquet"
    pl.DataFrame({"a": range(1000), "b": ["x"] * 1000}).write_parquet(path, row_group_size=300)
    (table,) = open_tables(path)
    assert [batch.height for batch in table.batches(rows=400)] == [400, 400, 200]
    assert table.rows([1000])["c0"].to_list() == ["999"]
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(InputRefused, match="begins like a Parquet file but is cut off or damaged"):
        open_tables(path)


def test_parquet_without_rows(tmp_path: Path) -> None:
    pl.DataFrame(schema={"a": pl.Int64}).write_parquet(tmp_path / "f.parquet")
    (table,) = open_tables(tmp_path / "f.parquet")
    assert (table.header, rows_of(table)) == (("a",), [])


OBJECTS = '{"sku": "007", "qty": 1.50}', '{"sku": "中", "note": {"a": [1.0, "x", null]}, "ok": true, "qty": null}'
EXPECTED = [
    (1, "007", "1.50", None, None, None),
    (2, "中", None, '{"a": [1.0, "x", null]}', "true", None),
]


@pytest.mark.parametrize(
    "content",
    [
        f"[{OBJECTS[0]},\n{OBJECTS[1]}]",
        f"{OBJECTS[0]}\n\n{OBJECTS[1]}\n",
        f'{{"total": 2, "rows": [{OBJECTS[0]}, {OBJECTS[1]}], "errors": []}}',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_json_shapes(tmp_path: Path, content: str, encoding: str) -> None:
    table = opened(tmp_path, content.encode(encoding))
    assert table.header == ("sku", "qty", "note", "ok")
    assert rows_of(table) == EXPECTED == rows_of(table)


@pytest.mark.parametrize("chunk", [1, 7, 64])
def test_json_is_read_through_a_small_window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    monkeypatch.setattr(json_rows, "CHUNK", chunk)
    rows = [{"id": i, "t": "x" * (i % 50)} for i in range(1, 300)]
    expected = [(i, str(i), "x" * (i % 50) or None, None) for i in range(1, 300)]
    assert rows_of(opened(tmp_path, json.dumps(rows))) == expected
    assert rows_of(opened(tmp_path, "\n".join(map(json.dumps, rows)))) == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('[{"a": 1}, {"a": 2}', "ends inside its array after 2 objects"),
        ('[{"a": 1}, {"a": ', "Object 2 of export.json is damaged, cut off or too long"),
        ('{"a": 1}\n{"a": nonsense}\n', "Object 2 of export.json is damaged"),
        ('[{"a": 1}, 5]', "Value 2 of export.json is no object"),
        ('[{"a": 1}] [{"a": 2}]', "goes on after the end of its array"),
        ('[{"a": 1, "a": 2}]', "names 'a' twice"),
        ('{"x": [{"a": 1}], "y": [{"b": 1}]}', r"several tables \(x, y\)"),
        ('[{"a": ' + "[" * 100_000, "nested too deeply|damaged"),
    ],
)
def test_damaged_json(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(InputRefused, match=message):
        opened(tmp_path, content)


def test_text_that_begins_with_a_bracket_is_no_json(tmp_path: Path) -> None:
    assert opened(tmp_path, "[Item],[Qty]\nA,1\n").header == ("[Item]", "[Qty]")
