"""Casting as properties: what was written comes back, and how a file is cut into batches does not matter."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.casting import Readings, cast, decide, profile
from workbench.contracts import Column

DAY = Column("x", "day", "", "", False, False, (), pl.Date())
MOMENT = Column("x", "moment", "", "", False, False, (), pl.Datetime("us"))
QTY = Column("x", "qty", "", "", False, False, (), pl.Decimal(18, 3))
CODE = Column("x", "code", "", "", False, False, (), pl.String())

days = st.dates(dt.date(2000, 1, 1), dt.date(2049, 12, 31))
moments = st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2049, 12, 31)).map(lambda t: t.replace(microsecond=0))
quantities = st.decimals(-(10**12), 10**12, places=3)
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def serial(day: dt.date) -> str:
    return str((day - dt.date(1899, 12, 30)).days)


# How a day is written, and whether the writing says by itself which part is the day.
DAY_FORMS = {
    "iso": lambda d: d.isoformat(),
    "short iso": lambda d: f"{d.year}-{d.month}-{d.day}",
    "slashes": lambda d: f"{d.year}/{d.month}/{d.day}",
    "points": lambda d: f"{d.year}.{d.month:02}.{d.day:02}",
    "chinese": lambda d: f"{d.year}年{d.month}月{d.day}日",
    "full-width": lambda d: f"{d.year}年{d.month}月{d.day}日".translate({48 + i: 0xFF10 + i for i in range(10)}),
    "day first, points": lambda d: f"{d.day}.{d.month}.{d.year}",
    "compact": lambda d: f"{d:%Y%m%d}",
    "named": lambda d: f"{d.day} {MONTHS[d.month - 1]} {d.year}",
    "american": lambda d: f"{MONTHS[d.month - 1]} {d.day}, {d.year}",
    "serial": serial,
}


def read(column: Column, batches: Sequence[Sequence[str | None]], order: str = "") -> tuple[tuple[str, ...], list[Any]]:
    """Refusals, and the values of all batches under one reading, rejected ones as `(rule, text)`."""
    frames = [pl.DataFrame({"x": pl.Series(batch, dtype=pl.String)}) for batch in batches]
    total: dict[str, Counter[str]] = {}
    for frame in frames:
        for name, counts in profile(frame, [column]).items():
            total.setdefault(name, Counter()).update(counts)
    readings = decide(total, [column], order)
    values: list[Any] = []
    for frame in frames:
        result = cast(frame, [column], readings, {})
        typed = result.frame["x"].to_list()
        for position, _, rule, value in result.failures.rows():
            typed[position] = (rule, value)
        values += typed
    return readings.refusals, values


@given(st.lists(days, min_size=1, max_size=8), st.sampled_from(sorted(DAY_FORMS)))
def test_days_come_back_from_every_form(wanted: list[dt.date], form: str) -> None:
    # A day in the first place decides for all where the form leaves it open.
    texts = [DAY_FORMS[form](day) for day in (dt.date(2025, 1, 31), *wanted)]
    assert read(DAY, [texts]) == ((), [dt.date(2025, 1, 31), *wanted])
    midnights = [dt.datetime.combine(day, dt.time()) for day in (dt.date(2025, 1, 31), *wanted)]
    assert read(MOMENT, [texts]) == ((), midnights)


@given(st.lists(moments, min_size=1, max_size=6), st.sampled_from(sorted(set(DAY_FORMS) - {"serial"})), st.booleans())
def test_moments_come_back_from_every_form(wanted: list[dt.datetime], form: str, has_halves: bool) -> None:
    wanted = [dt.datetime(2025, 1, 31, 12), *wanted]
    clocks = [f"{t:%I:%M:%S %p}" if has_halves else f"{t:%H:%M:%S}" for t in wanted]
    texts = [f"{DAY_FORMS[form](t.date())} {clock}" for t, clock in zip(wanted, clocks, strict=True)]
    assert read(MOMENT, [texts]) == ((), wanted)


@given(moments)
def test_a_fraction_of_an_excel_day_comes_back_to_the_second(wanted: dt.datetime) -> None:
    fraction = (wanted - dt.datetime.combine(wanted.date(), dt.time())).seconds / 86400
    text = f"{int(serial(wanted.date())) + fraction:.9f}"
    assert read(MOMENT, [[text]]) == ((), [wanted])


@given(st.lists(days, min_size=1, max_size=8), st.sampled_from(["dmy", "mdy"]), st.sampled_from("/-."), st.booleans())
def test_an_order_is_found_refused_or_given_and_never_guessed(
    wanted: list[dt.date], order: str, sign: str, is_short: bool
) -> None:
    def written(day: dt.date) -> str:
        parts = [f"{day.day:02}", f"{day.month:02}"] if order == "dmy" else [f"{day.month:02}", f"{day.day:02}"]
        return sign.join([*parts, f"{day:%y}" if is_short else f"{day:%Y}"])

    texts = [written(day) for day in wanted]
    refusals, values = read(DAY, [texts])
    # With points and a long year the day comes first by convention: that one reading may be another than the writer's.
    if not refusals and not (sign == "." and not is_short and order == "mdy"):
        assert values == wanted
    assert read(DAY, [texts], order) == ((), wanted)


SPELLINGS = {
    "plain": lambda n: f"{n}",
    "thousands": lambda n: f"{n:,}",
    "full-width": lambda n: f"{n:,}".translate({48 + i: 0xFF10 + i for i in range(10)}),
    "currency": lambda n: f"¥{n:,}" if n >= 0 else f"-¥{-n:,}",
    "brackets": lambda n: f"{n:,}" if n >= 0 else f"({-n:,})",
    "trailing minus": lambda n: f"{n}" if n >= 0 else f"{-n}-",
    "spaces": lambda n: f"{n:,}".replace(",", " "),
    "apostrophes": lambda n: f"{n:,}".replace(",", "'"),
}


@given(st.lists(quantities, min_size=1, max_size=10), st.sampled_from(sorted(SPELLINGS)))
def test_numbers_come_back_from_every_spelling(wanted: list[Decimal], spelling: str) -> None:
    assert read(QTY, [[SPELLINGS[spelling](n) for n in wanted]]) == ((), wanted)


@given(st.lists(quantities, min_size=1, max_size=10), st.booleans())
def test_numbers_with_a_decimal_comma_come_back(wanted: list[Decimal], is_grouped: bool) -> None:
    # One value that can only be a decimal comma decides for the others.
    swap = str.maketrans(",.", ".,")
    texts = [(f"{n:,}" if is_grouped else f"{n}").translate(swap) for n in wanted]
    assert read(QTY, [["0,5", *texts]]) == ((), [Decimal("0.5"), *wanted])


@given(st.decimals(-(10**8), 10**8, places=7))
def test_rounding_is_half_to_even(number: Decimal) -> None:
    import decimal

    wanted = number.quantize(Decimal("0.001"), rounding=decimal.ROUND_HALF_EVEN)
    assert read(QTY, [[f"{number:f}"], [f"{number:,f}"]]) == ((), [wanted, wanted])


cells = st.one_of(
    st.none(),
    st.sampled_from(
        ["", "null", "-", "x", "1,5", "1.5", "1,234", "1,234.5", "1.234,5", "１２", "3.1.2025", "03/01/2025",
         "13/01/2025", "01/13/2025", "2025-01-03", "25-01-03", "45660", "45660.5", "17850.0", "17850.00", "007",
         "6.9E+12", "(3)", "2025年1月3日 下午2:05", "99999999999999999999", "0000-00-00", "\u3000", "1e5", "50%"]
    ),
    st.text(max_size=8),
)  # fmt: skip


@settings(max_examples=150)
@given(st.lists(cells, min_size=2, max_size=8), st.data(), st.sampled_from([DAY, MOMENT, QTY, CODE]))
def test_the_cut_into_batches_does_not_matter(
    column_cells: list[str | None], data: st.DataObject, column: Column
) -> None:
    place = data.draw(st.integers(1, len(column_cells) - 1))
    whole = read(column, [column_cells])
    assert read(column, [column_cells[:place], column_cells[place:]]) == whole


@settings(max_examples=150)
@given(st.lists(cells, min_size=1, max_size=8), st.sampled_from([DAY, MOMENT, QTY, CODE]))
def test_a_batch_called_plain_reads_the_same_when_the_column_is_decided(
    column_cells: list[str | None], column: Column
) -> None:
    """The first pass keeps a batch only because no other value of the column could change it."""
    frame = pl.DataFrame({"x": pl.Series(column_cells, dtype=pl.String)})
    first = cast(frame, [column], Readings(), {})
    readings = decide(profile(frame, [column]), [column])
    if first.is_plain and not readings.refusals:
        decided = cast(frame, [column], readings, {})
        assert decided.frame.equals(first.frame)
        assert decided.failures.equals(first.failures)


@given(st.lists(cells, min_size=1, max_size=8), st.sampled_from([DAY, MOMENT, QTY]))
def test_a_filled_cell_becomes_a_value_or_a_reject_and_nothing_becomes_neither(
    column_cells: list[str | None], column: Column
) -> None:
    refusals, values = read(column, [column_cells])
    if refusals:
        return
    for cell, value in zip(column_cells, values, strict=True):
        if cell is None or not cell.strip():
            assert value is None
        elif isinstance(value, tuple):
            assert value[1] == cell
