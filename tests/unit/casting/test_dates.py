"""Dates: every form that exports use, and the order of day and month decided from a whole column or refused."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from workbench.casting import cast, decide, profile
from workbench.contracts import Column

DAY = Column("d", "day", "", "", False, False, (), pl.Date())
MOMENT = Column("d", "moment", "", "", False, False, (), pl.Datetime("us"))
D = dt.date
T = dt.datetime


def read(column: Column, cells: list[str | None], order: str = "") -> list[Any]:
    """The column as typed; a cell that cannot be read comes as the text that was rejected."""
    frame = pl.DataFrame({"d": pl.Series(cells, dtype=pl.String)})
    readings = decide(profile(frame, [column]), [column], order)
    assert not readings.refusals, readings.refusals[0]
    result = cast(frame, [column], readings, {})
    values = result.frame["d"].to_list()
    for position, name, rule, value in result.failures.rows():
        assert (name, rule, values[position]) == ("d", "not_a_date", None)
        values[position] = value
    return values


def refusal(cells: list[str], column: Column = DAY) -> str:
    frame = pl.DataFrame({"d": cells})
    (sentence,) = decide(profile(frame, [column]), [column]).refusals
    return sentence


@pytest.mark.parametrize(
    "text",
    [
        "2025-01-03",
        "2025-1-3",
        "2025/1/3",
        "2025/01/03",
        "2025.1.3",
        "2025年1月3日",
        "2025年01月03日",
        "２０２５年１月３日",
        "２０２５－０１－０３",
        "3.1.2025",
        "03.01.2025",
        "20250103",
        "3-Jan-2025",
        "03 January 2025",
        "Jan 3, 2025",
        "January 3rd, 2025",
        "3 JAN 2025",
        "45660",
        "45660.0",
        " 2025-01-03 ",
        "\u30002025-01-03\u00a0",
        "2025-01-03 00:00:00",
        "2025-01-03T23:59:59",
    ],
)
def test_a_day_in_any_of_its_forms(text: str) -> None:
    assert read(DAY, [text]) == [D(2025, 1, 3)]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-01-03 14:05:06", T(2025, 1, 3, 14, 5, 6)),
        ("2025-01-03 14:05", T(2025, 1, 3, 14, 5)),
        ("2025-01-03T14:05:06", T(2025, 1, 3, 14, 5, 6)),
        ("2025-01-03T14:05:06.250", T(2025, 1, 3, 14, 5, 6, 250_000)),
        ("2025-01-03T14:05:06Z", T(2025, 1, 3, 14, 5, 6)),
        ("2025-01-03T14:05:06+08:00", T(2025, 1, 3, 14, 5, 6)),
        ("2025-01-03T14:05:06.5-0500", T(2025, 1, 3, 14, 5, 6, 500_000)),
        ("2025/1/3 14:05", T(2025, 1, 3, 14, 5)),
        ("2025/1/3 2:05 PM", T(2025, 1, 3, 14, 5)),
        ("2025/1/3 12:05 AM", T(2025, 1, 3, 0, 5)),
        ("2025/1/3 12:05 pm", T(2025, 1, 3, 12, 5)),
        ("2025年1月3日 14:05", T(2025, 1, 3, 14, 5)),
        ("2025年1月3日 下午2:05", T(2025, 1, 3, 14, 5)),
        ("2025年1月3日 上午9:05:07", T(2025, 1, 3, 9, 5, 7)),
        ("2025年1月3日 上午12:05", T(2025, 1, 3, 0, 5)),
        ("2025年1月3日 14时05分06秒", T(2025, 1, 3, 14, 5, 6)),
        ("2025年1月3日14时05分", T(2025, 1, 3, 14, 5)),
        ("20250103 140506", T(2025, 1, 3, 14, 5, 6)),
        ("20250103140506", T(2025, 1, 3, 14, 5, 6)),
        ("20250103T1405", T(2025, 1, 3, 14, 5)),
        ("Jan 3, 2025 2:05 PM", T(2025, 1, 3, 14, 5)),
        ("45660.5", T(2025, 1, 3, 12, 0)),
        ("45660.58756944445", T(2025, 1, 3, 14, 6, 6)),
        ("2025-01-03", T(2025, 1, 3)),
    ],
)
def test_a_moment_in_any_of_its_forms(text: str, moment: dt.datetime) -> None:
    assert read(MOMENT, [text]) == [moment]


def test_a_time_of_day_is_dropped_from_a_day() -> None:
    assert read(DAY, ["2025/1/3 23:59", "2025-01-03 10:00:00", "45660.75"]) == [D(2025, 1, 3)] * 3


@pytest.mark.parametrize("nothing", ["", " ", "null", "NULL", "N/A", "0000-00-00", "0000-00-00 00:00:00", None])
def test_nothing_is_no_date_and_no_fault(nothing: str | None) -> None:
    assert read(DAY, [nothing, "2025-01-03"]) == [None, D(2025, 1, 3)]


@pytest.mark.parametrize(
    "text",
    ["2025-02-30", "2025-13-01", "See ASN", "99999", "12345", "2025", "yesterday", "2025-01-03 25:00", "31.4.2025"],
)
def test_what_is_no_date_is_rejected_with_its_text(text: str) -> None:
    assert read(DAY, [text, "2025-01-23"]) == [text, D(2025, 1, 23)]


def test_one_value_decides_the_whole_column() -> None:
    assert read(DAY, ["03/01/2025", "13/01/2025"]) == [D(2025, 1, 3), D(2025, 1, 13)]
    assert read(DAY, ["03/01/2025", "01/13/2025"]) == [D(2025, 3, 1), D(2025, 1, 13)]
    assert read(DAY, ["03-01-2025", "13-01-2025"]) == [D(2025, 1, 3), D(2025, 1, 13)]


def test_with_points_the_day_comes_first_unless_the_values_contradict() -> None:
    assert read(DAY, ["3.1.2025", "4.1.2025"]) == [D(2025, 1, 3), D(2025, 1, 4)]
    assert read(DAY, ["3.1.2025", "1.13.2025"]) == [D(2025, 3, 1), D(2025, 1, 13)]


def test_an_undecided_column_is_refused_with_what_to_do() -> None:
    sentence = refusal(["03/01/2025", "04/02/2025"])
    assert "both day-first and month-first" in sentence
    assert "--date-order" in sentence
    assert "column d" in sentence


def test_equal_day_and_month_leave_no_doubt() -> None:
    assert read(DAY, ["01/01/2025", "02/02/2025"]) == [D(2025, 1, 1), D(2025, 2, 2)]


def test_contradicting_values_are_refused() -> None:
    assert "only be read day-first and others only month-first" in refusal(["13/01/2025", "01/13/2025"])
    assert "different orders" in refusal(["13/01/2025", "01/13/99"])


@pytest.mark.parametrize(("order", "day"), [("dmy", D(2025, 1, 3)), ("mdy", D(2025, 3, 1)), ("ymd", D(2025, 1, 3))])
def test_the_user_may_say_the_order(order: str, day: dt.date) -> None:
    assert read(DAY, ["03/01/2025"], order) == [day]
    assert read(DAY, ["3.1.2025"], order) == [day]


def test_an_order_that_some_value_contradicts_rejects_that_value() -> None:
    assert read(DAY, ["03/01/2025", "13/01/2025"], "mdy") == [D(2025, 3, 1), "13/01/2025"]


def test_two_digit_years_are_read_by_the_order_that_all_values_allow() -> None:
    assert read(DAY, ["99/12/31"], "ymd") == [D(2099, 12, 31)]
    assert read(DAY, ["01/13/25", "03/01/25"]) == [D(2025, 1, 13), D(2025, 3, 1)]
    assert read(DAY, ["25-01-03"], "ymd") == [D(2025, 1, 3)]
    assert read(DAY, ["03/01/25"], "dmy") == [D(2025, 1, 3)]
    assert read(DAY, ["10-01-25"], "dmy") == [D(2025, 1, 10)]
    assert "--date-order" in refusal(["03/01/25", "13/01/25"])
    assert "--date-order" in refusal(["10-01-25", "11-02-25"])


def test_a_year_of_two_digits_is_never_one_of_antiquity() -> None:
    for column in (DAY, MOMENT):
        frame = pl.DataFrame({"d": ["10-01-25"]})
        assert not cast(frame, [column], decide({}, [column]), {}).is_plain
    assert read(MOMENT, ["25-01-03 10:00:00"], "ymd") == [T(2025, 1, 3, 10)]


def test_an_undecided_two_digit_year_names_every_order_that_could_be_meant() -> None:
    assert "ymd" in refusal(["25/01/13", "24/02/14"])


def test_excel_s_swap_of_day_and_month_is_refused_and_can_be_undone() -> None:
    # 3 February became a date (2025-03-02 for an American Excel), 13 February stayed text.
    cells = ["2025-03-02", "13/02/2025", "2025-04-02", "14/02/2025"]
    assert "Excel" in refusal(cells)
    assert read(DAY, cells, "dmy-swapped") == [D(2025, 2, 3), D(2025, 2, 13), D(2025, 2, 4), D(2025, 2, 14)]
    assert read(DAY, cells, "dmy") == [D(2025, 3, 2), D(2025, 2, 13), D(2025, 4, 2), D(2025, 2, 14)]


def test_dates_and_texts_that_are_no_swap_are_read() -> None:
    # Days above 12 among the real dates, and up to 12 among the texts: nothing was exchanged.
    cells = ["2025-03-22", "13/02/2025", "2025-04-02", "04/02/2025"]
    assert read(DAY, cells) == [D(2025, 3, 22), D(2025, 2, 13), D(2025, 4, 2), D(2025, 2, 4)]


def test_a_column_may_mix_forms_that_leave_no_doubt() -> None:
    cells = ["2025-01-03", "2025/1/3", "2025年1月3日", "45660", "20250103", "3-Jan-2025", None]
    assert read(DAY, cells) == [*[D(2025, 1, 3)] * 6, None]
