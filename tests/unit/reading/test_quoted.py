"""The middle way gives what the reference gives, row for row and error for error, whatever the file and the pieces."""

import csv
import random
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from workbench.errors import InputRefused
from workbench.reading import ReadOptions, open_tables, quoted
from workbench.reading.table import empty_frame
from workbench.reading.tolerant import read_tolerant

Outcome = tuple[pl.DataFrame, str]
ANY_FIXTURE = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
DELIMITERS = st.sampled_from([",", ";", "\t", "|", " ", "'", "\\"])
ENDS = st.sampled_from(["\n", "\r\n"])
CELL = st.text(st.sampled_from('ab,;"\n\r 中\\\t\u2028\x0b\ufeff😀'), max_size=5)
PLAIN = st.text(st.sampled_from("ab1.- 中é'"), max_size=4)


def outcome(batches: Iterator[pl.DataFrame], columns: int) -> Outcome:
    """All rows that came, and the sentence in which reading ended, "" for a good end."""
    frames = [empty_frame(columns)]
    try:
        frames.extend(batches)
    except InputRefused as error:
        return pl.concat(frames), str(error)
    return pl.concat(frames), ""


def assert_alike(
    path: Path, delimiter: str, is_quoted: bool, columns: int, header_row: int, sizes: tuple[int, int], rows: int = 3
) -> None:
    expected, end = outcome(read_tolerant(path, delimiter, is_quoted, columns, header_row, 1, 0, path.name), columns)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quoted, "LARGEST", max(sizes))
        patch.setattr(quoted, "SMALLEST", min(sizes))
        patch.setattr(quoted, "WORTH_IT", min(sizes))
        patch.setattr(quoted, "MOST_ODD_ROWS", 3)
        found, found_end = outcome(
            quoted.read_quoted(path, delimiter, is_quoted, columns, header_row, rows, path.name), columns
        )
    assert found_end == end
    # Of a file that is refused in the end, no row but those before the damage may have come.
    assert_frame_equal(found, expected.head(found.height) if end else expected)


SIZES = st.tuples(st.integers(1, 200), st.integers(1, 40))


NASTY = ['"', '""', '"""', '","', '"a"', '"a,b"', '"a""b"', '"\n"', '"\r\n', "a", "a,b\n", ",", "\n", "\r\n"]
NASTY += ['"a\nb",c\n', '"a","b"\n', ' "a"', '"a" ', 'a"b', '""a', "\r", '"",""\n', "1,2,3\n", ",,", "'a'", "\\"]


@settings(max_examples=1500, deadline=None, suppress_health_check=ANY_FIXTURE)
@given(
    text=st.one_of(
        st.text(st.sampled_from('aa,,;""""\n\n\r 中\ufeff'), max_size=80),
        st.lists(st.sampled_from(NASTY), max_size=30).map("".join),
    ),
    delimiter=st.one_of(st.just(","), DELIMITERS),
    is_quoted=st.booleans() | st.just(True),
    columns=st.integers(1, 4),
    header_row=st.integers(0, 3),
    sizes=SIZES,
)
@example('a,b\n1,"x"y"\n4,5\n', ",", True, 2, 1, (9, 5))
@example('a,b\n1,"open\n4,5\n', ",", True, 2, 1, (9, 5))
@example('\ufeff"a","b"\r\n"","""\r\n"\r\n', ",", True, 2, 0, (9, 5))
@example("\r\ufeff\n", ",", True, 1, 1, (1, 4))
@example('",a,",",b,"\n' * 9, ",", True, 2, 0, (40, 20))
def test_any_text_reads_like_the_reference(
    tmp_path: Path, text: str, delimiter: str, is_quoted: bool, columns: int, header_row: int, sizes: tuple[int, int]
) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(text.encode())
    assert_alike(path, delimiter, is_quoted, columns, header_row, sizes)


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, str, int, int]:
    """An export such as programs write: titles, header, rows quoted always, where needed or never, some irregular."""
    columns = draw(st.integers(1, 5))
    delimiter, end = draw(st.sampled_from(",;\t|")), draw(ENDS)
    style = draw(st.sampled_from(["all", "needed", "text"]))

    def written(cell: str) -> str:
        if style == "all" or any(mark in cell for mark in '"\r\n' + delimiter) or (style == "text" and cell):
            return '"' + cell.replace('"', '""') + '"'
        return cell

    row = st.lists(st.one_of(PLAIN, CELL), min_size=columns, max_size=columns)
    ragged = st.lists(st.one_of(PLAIN, CELL), max_size=columns + 2)
    header_row = draw(st.integers(0, 3))
    body = draw(st.lists(st.one_of(row, row, row, row, row, ragged, st.just([])), max_size=25))
    lines = [["title"]] * max(header_row - 1, 0) + [["h"] * columns] * (header_row > 0) + body
    return end.join(delimiter.join(map(written, line)) for line in lines) + draw(ENDS), delimiter, columns, header_row


@settings(max_examples=600, deadline=None, suppress_health_check=ANY_FIXTURE)
@given(tables(), SIZES)
def test_exports_read_like_the_reference(
    tmp_path: Path, case: tuple[str, str, int, int], sizes: tuple[int, int]
) -> None:
    text, delimiter, columns, header_row = case
    path = tmp_path / "export.csv"
    path.write_bytes(text.encode())
    assert_alike(path, delimiter, True, columns, header_row, sizes)


@pytest.mark.parametrize("header", [0, 2])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_big_file_is_what_the_csv_module_wrote(tmp_path: Path, end: str, header: int) -> None:
    """300,000 rows with quotes, delimiters and line breaks in cells, over many pieces of the real size."""
    chance = random.Random(20250401)
    parts = ["milk", "牛奶", '"', ",", "\n", "\r\n", '","', '"\n"', "", " ", '",a,",', "\n1,2,3\n4,5,6\n", "x" * 30]
    rows = [[str(i), "".join(chance.choices(parts, k=chance.randint(0, 4))), "x"] for i in range(300_000)]
    path = tmp_path / "big.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(("a title" + end) * (header - 1) + ("no,text,x" + end) * (header > 0))
        csv.writer(file, lineterminator=end, quoting=csv.QUOTE_MINIMAL).writerows(rows[:150_000])
        csv.writer(file, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows[150_000:])
    (table,) = open_tables(path, ReadOptions(header_row=header, delimiter=","))
    frame = pl.concat(table.batches(70_000))
    expected = {f"c{i}": [row[i] or None for row in rows] for i in range(3)}
    assert_frame_equal(frame.drop("row_no", "problem"), pl.DataFrame(expected))
    assert frame["row_no"].to_list() == list(range(header + 1, header + 1 + len(rows)))
    assert frame["problem"].null_count() == frame.height


def test_quoted_text_takes_the_middle_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unused(*_: object, **__: object) -> None:
        raise AssertionError("the reference way was taken")

    path = tmp_path / "f.csv"
    path.write_bytes(b'sku,name\r\n1,"Tea, green"\r\n"2","say ""hi""\nthere"\r\n3,\r\n4,""\r\n')
    (table,) = open_tables(path)
    monkeypatch.setattr("workbench.reading.text.read_tolerant", unused)
    monkeypatch.setattr(quoted._Pieces, "_irregular", unused)
    assert pl.concat(table.batches()).rows() == [
        (2, "1", "Tea, green", None),
        (3, "2", 'say "hi"\nthere', None),
        (4, "3", None, None),
        (5, "4", None, None),
    ]


@pytest.mark.parametrize("mark", ['"', ""])
def test_a_ragged_row_costs_the_reference_way_for_its_neighbours_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mark: str
) -> None:
    path = tmp_path / "f.csv"
    lines = [f"{i},{mark}x{mark},yy\n" for i in range(2, 1_000_000)]
    lines[700_000] = "700002,only\n"
    path.write_text("a,b,c\n" + "".join(lines))
    (table,) = open_tables(path)
    slow: list[int] = []
    real = quoted._Pieces._irregular

    def counted(self: quoted._Pieces, size: int) -> Iterator[tuple[pl.DataFrame, int]]:
        for frame, text in real(self, size):
            slow.append(frame.height)
            yield frame, text

    monkeypatch.setattr(quoted._Pieces, "_irregular", counted)
    frame = pl.concat(table.batches())
    assert frame["row_no"].to_list() == list(range(2, 1_000_000)) == frame["c0"].cast(pl.Int64).to_list()
    assert frame.filter(pl.col("problem").is_not_null()).rows() == [(700_002, "700002", "only", None, "row_too_short")]
    assert sum(slow) < 10_000


def test_damage_far_into_a_file_is_named_by_its_record_and_line(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    good = "a,b\n" + '1,"two\nlines"\n' * 300_000
    path.write_text(good + '3,"open\n' + "4,5\n" * 1000)
    (table,) = open_tables(path)
    with pytest.raises(InputRefused, match="Record 300,002 of f.csv opens a quote that is never closed"):
        list(table.batches())
    path.write_text(good + "5," + "x" * (17 << 20))
    (table,) = open_tables(path)
    with pytest.raises(InputRefused, match="Line 600,002 of f.csv is longer than"):
        list(table.batches())


def test_a_cell_as_long_as_a_piece_is_read(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    long = "long, line\n" * 900_000
    path.write_text(f'a,b\n1,"x"\n2,"{long}"\n3,"y"\n')
    (table,) = open_tables(path)
    assert pl.concat(table.batches()).rows() == [(2, "1", "x", None), (3, "2", long, None), (4, "3", "y", None)]
