"""The fast way and the reference way give the same cells, row numbers and problems, or the fast way stands back."""

import sys
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from workbench.errors import InputRefused
from workbench.reading import fast, open_tables, survey
from workbench.reading.table import empty_frame
from workbench.reading.tolerant import read_tolerant

CELL = st.text(st.sampled_from("ab 1.-#中é'\\\x0b\u2028"), max_size=4)
QUOTED_CELL = st.text(st.sampled_from('ab,;"\n\r 中'), max_size=5)
DELIMITERS = st.sampled_from([",", ";", "\t", "|"])
ENDS = st.sampled_from(["\n", "\r\n"])


def reference(path: Path, delimiter: str, columns: int, header_row: int) -> pl.DataFrame:
    frames = list(read_tolerant(path, delimiter, True, columns, header_row, 1000, 0, path.name))
    return pl.concat([empty_frame(columns), *frames])


@st.composite
def plain_files(draw: st.DrawFn) -> tuple[str, str, int, int]:
    """A file without quotes, mostly regular: text, delimiter, columns, number of the header's line."""
    columns = draw(st.integers(1, 4))
    delimiter, end = draw(DELIMITERS), draw(ENDS)
    header_row = draw(st.integers(0, 3))
    row = st.lists(CELL, min_size=columns, max_size=columns)
    ragged = st.lists(CELL, min_size=0, max_size=columns + 2)
    kinds = st.one_of(row, row, row, st.just([]), ragged) if draw(st.booleans()) else st.one_of(row, st.just([]))
    lines = [draw(st.lists(CELL, max_size=2)) for _ in range(header_row - 1)]
    lines += [[f"h{i}" for i in range(columns)]] if header_row else []
    lines += draw(st.lists(kinds, max_size=12))
    text = end.join(delimiter.join(line) for line in lines) + (end if draw(st.booleans()) else "")
    return text, delimiter, columns, header_row


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plain_files())
def test_what_the_fast_way_accepts_it_reads_like_the_reference(tmp_path: Path, case: tuple[str, str, int, int]) -> None:
    text, delimiter, columns, header_row = case
    path = tmp_path / "plain.csv"
    path.write_bytes(text.encode())
    expected = reference(path, delimiter, columns, header_row)
    if not fast.is_regular(path, delimiter, columns, max(header_row - 1, 0)):
        return
    assert expected["problem"].null_count() == expected.height
    try:
        frames = list(fast.read_fast(path, delimiter, columns, header_row, 3))
    except pl.exceptions.PolarsError:
        # Allowed only where the very first line is blank: the table then goes the other way.
        assert header_row == 0 and text.split("\n")[0].strip("\r") == ""
        return
    assert_frame_equal(pl.concat([empty_frame(columns), *frames]), expected)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.integers(1, 4).flatmap(
        lambda n: st.lists(st.lists(st.one_of(CELL, QUOTED_CELL), min_size=n, max_size=n), min_size=1, max_size=10)
    ),
    DELIMITERS,
    ENDS,
)
def test_quoted_files_come_back_as_they_were_written(
    tmp_path: Path, rows: list[list[str]], delimiter: str, end: str
) -> None:
    path = tmp_path / "quoted.csv"
    header = [f"name {'abcd'[i]}" for i in range(len(rows[0]))]
    lines = [header, *rows]
    written = [delimiter.join('"' + cell.replace('"', '""') + '"' for cell in line) for line in lines]
    path.write_bytes((end.join(written) + end).encode())
    frame = reference(path, delimiter, len(header), 1)
    assert frame.drop("row_no", "problem").rows() == [tuple(cell or None for cell in row) for row in rows]
    assert frame["row_no"].to_list() == list(range(2, len(rows) + 2))


def test_a_clean_file_takes_the_fast_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "clean.csv"
    path.write_text("title\n\nsku,qty\nA,1\n\nB,2\n")
    (table,) = open_tables(path)

    def unused(*_: object) -> None:
        raise AssertionError("the tolerant way was taken")

    monkeypatch.setattr("workbench.reading.text.read_tolerant", unused)
    rows = pl.concat(table.batches()).rows()
    assert rows == [(4, "A", "1", None), (5, None, None, None), (6, "B", "2", None)]


@pytest.mark.parametrize("block", [1, 2, 3, 5, 7])
def test_the_proof_holds_over_the_borders_of_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(fast, "BLOCK", block)
    # The package has a function of the same name as the module.
    monkeypatch.setattr(sys.modules["workbench.reading.survey"], "BLOCK", block)
    path = tmp_path / "f.csv"
    for text, regular in [
        ("a,b\n1,2\n\n\n3,4", True),
        ("a,b\r\n1,2\r\n\r\n3,4\r\n", True),
        ("a,b\n1\n1,2,3\n", False),
        ("a,b\nTotal\n", False),
        ("a,b\n1,2\n  ", False),
        ("a,b\n1,2,", False),
    ]:
        path.write_text(text, newline="")
        assert fast.is_regular(path, ",", 2, 0) is regular, text
        assert survey(path).crlf == text.count("\r\n")


def test_if_polars_fails_on_the_way_the_reference_reads_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "f.csv"
    path.write_text("a,b\n" + "".join(f"{i},x\n" for i in range(10)))
    (table,) = open_tables(path)
    whole = pl.concat(table.batches())
    real = fast.read_fast

    def breaks(*arguments: object) -> object:
        yield next(iter(real(*arguments)))  # type: ignore[arg-type]
        raise pl.exceptions.ComputeError("broken")

    monkeypatch.setattr("workbench.reading.text.read_fast", breaks)
    assert_frame_equal(pl.concat(table.batches(rows=4)), whole)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plain_files())
def test_a_file_reads_the_same_with_the_fast_way_closed(tmp_path: Path, case: tuple[str, str, int, int]) -> None:
    path = tmp_path / "plain.csv"
    path.write_bytes(b"sku\n" + case[0].encode())
    (table,) = open_tables(path)
    either = [empty_frame(len(table.header)), *table.batches(4)]
    table._is_regular = False  # type: ignore[attr-defined]
    reference_only = [empty_frame(len(table.header)), *table.batches(4)]
    assert_frame_equal(pl.concat(either), pl.concat(reference_only))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.binary(max_size=60),
        st.lists(
            st.sampled_from([b"a", b",", b"\n", b"\r", b'"', b"\0", b"\xe4\xb8\xad", b"\xc4", b"{", b"[", b"1"])
        ).map(b"".join),
        st.sampled_from(
            [b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PAR1", b"[{", b'{"a"', b"\xff\xfe"]
        ).flatmap(lambda mark: st.binary(max_size=60).map(lambda rest: mark + rest)),
    )
)
def test_any_bytes_are_read_or_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(content)
    try:
        for table in open_tables(path):
            for batch in table.batches():
                assert batch.width == len(table.header) + 2
    except InputRefused as error:
        assert str(error).endswith(".")
