"""Numbers as people and spreadsheets write them, the meaning of the comma decided per column."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from workbench.casting import cast, decide, profile
from workbench.contracts import Column

QTY = Column("n", "qty", "", "", False, False, (), pl.Decimal(18, 3))
MONEY = Column("n", "money", "", "", False, False, (), pl.Decimal(18, 4))
RATIO = Column("n", "ratio", "", "", False, False, (), pl.Decimal(9, 6))
WHOLE = Column("n", "whole", "", "", False, False, (), pl.Int64())


def read(column: Column, *cells: str | None) -> list[Any]:
    """The column as typed; a cell that cannot be read comes as the text that was rejected."""
    frame = pl.DataFrame({"n": pl.Series(cells, dtype=pl.String)})
    readings = decide(profile(frame, [column]), [column])
    assert not readings.refusals, readings.refusals[0]
    result = cast(frame, [column], readings, {})
    assert result.frame["n"].dtype == column.dtype
    values = result.frame["n"].to_list()
    for position, _, rule, value in result.failures.rows():
        assert rule == ("not_a_whole_number" if column is WHOLE else "not_a_number")
        assert values[position] is None
        values[position] = value
    return values


def refusal(*batches: list[str]) -> str:
    total: Any = {}
    for cells in batches:
        for name, counts in profile(pl.DataFrame({"n": cells}), [QTY]).items():
            total.setdefault(name, counts.__class__()).update(counts)
    (sentence,) = decide(total, [QTY]).refusals
    return sentence


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", "5"),
        ("005", "5"),
        ("+5", "5"),
        ("-5.25", "-5.25"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1,234", "1234"),
        ("1,234,567.891", "1234567.891"),
        ("-1,234.5", "-1234.5"),
        ("１２３．５", "123.5"),
        ("１，２３４．５", "1234.5"),
        ("1 234.5", "1234.5"),
        ("1'234.5", "1234.5"),
        ("1\u00a0234.5", "1234.5"),
        ("¥1,234.50", "1234.5"),
        ("￥12", "12"),
        ("$4.50 ", "4.5"),
        ("12元", "12"),
        ("12 CNY", "12"),
        ("RMB 12.5", "12.5"),
        ("€ 7", "7"),
        ("(3.5)", "-3.5"),
        ("（3.5）", "-3.5"),
        ("($1,200.00)", "-1200"),
        ("3.5-", "-3.5"),
        ("-¥3", "-3"),
        ("¥-3", "-3"),
        ("50%", "0.5"),
        ("-12.5 %", "-0.125"),
        ("1e3", "1000"),
        ("1.5E-02", "0.015"),
        ("999999999999999.999", "999999999999999.999"),
    ],
)
def test_a_number_in_any_of_its_forms(text: str, value: str) -> None:
    assert read(QTY, text) == [Decimal(value)]


@pytest.mark.parametrize(
    "text",
    [
        "See ASN 4711",
        "Weight Captured Separately",
        "ERROR",
        "UNKNOWN",
        "1.5kg",
        "1,23,456",
        "1.2.3",
        "--5",
        "5 5x",
        "(5",
        "1000000000000000",
        "1e30",
        "inf",
        "0x10",
        "%",
        "1:30",
    ],
)
def test_what_is_no_number_is_rejected_with_its_text(text: str) -> None:
    assert read(QTY, text, "7") == [text, Decimal(7)]


@pytest.mark.parametrize("nothing", ["", " ", "null", "N/A", "-", "--", "—", "/", "nan", None])
def test_nothing_is_no_number_and_no_fault(nothing: str | None) -> None:
    assert read(QTY, nothing, "7") == [None, Decimal(7)]
    assert read(WHOLE, nothing, "7") == [None, 7]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.0004", "1.000"),
        ("1.0006", "1.001"),
        ("1.0005", "1.000"),
        ("1.0015", "1.002"),
        ("-1.0005", "-1.000"),
        ("-1.0015", "-1.002"),
        ("1.00050001", "1.001"),
        ("1,001.0005", "1001.000"),
        ("1,001.0015", "1001.002"),
    ],
)
def test_surplus_decimals_are_rounded_half_to_even(text: str, value: str) -> None:
    assert read(QTY, text) == [Decimal(value)]


def test_money_and_ratios_keep_their_own_decimals() -> None:
    assert read(MONEY, "1,234.56785") == [Decimal("1234.5678")]
    assert read(RATIO, "33.3333%", "0.333333") == [Decimal("0.333333")] * 2


def test_a_decimal_comma_is_decided_for_the_column() -> None:
    assert read(QTY, "1,5", "1.234,56", "2", "1.234") == [Decimal("1.5"), Decimal("1234.56"), Decimal(2), Decimal(1234)]
    assert read(QTY, "1,234") == [Decimal(1234)]
    assert read(QTY, "1,234", "1,5") == [Decimal("1.234"), Decimal("1.5")]
    assert read(QTY, "1,234", "1,234.5") == [Decimal(1234), Decimal("1234.5")]


def test_a_comma_of_two_meanings_refuses_the_column() -> None:
    assert "comma" in refusal(["1,5", "1,234.5"])
    assert "column n" in refusal(["1,5", "1,234.5"])
    assert "comma" in refusal(["1,5", "1.5"])


def test_the_meanings_are_weighed_over_all_batches() -> None:
    # A batch without any comma still says that the point marks decimals there.
    assert "comma" in refusal(["1.5", "2.5"], ["1,5"])
    assert "comma" in refusal(["1,5"], ["1.5", "2.5"])


@pytest.mark.parametrize(
    ("text", "value"),
    [("7", 7), ("7.0", 7), ("1,000", 1000), ("-3", -3), ("７", 7), ("1234567890123456", 1234567890123456)],
)
def test_whole_numbers(text: str, value: int) -> None:
    assert read(WHOLE, text) == [value]


@pytest.mark.parametrize("text", ["1.5", "1.0004", "x", "99999999999999999999"])
def test_what_is_no_whole_number_is_rejected(text: str) -> None:
    assert read(WHOLE, text, "1") == [text, 1]
