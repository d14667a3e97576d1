"""Typing one batch of text columns after the readings decided for the file.

Knows the kinds of columns (`contracts.SQL_TYPES`) and nothing of tables or rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from workbench.casting import dates, numbers, texts
from workbench.casting.parsed import Parsed
from workbench.contracts import Column

_NOTHING_LOST = pl.Series([False])
Profile = dict[str, Counter[str]]

NOT_READABLE = {
    "code": "code_in_scientific_notation",
    "barcode": "code_in_scientific_notation",
    "qty": "not_a_number",
    "money": "not_a_number",
    "ratio": "not_a_number",
    "whole": "not_a_whole_number",
    "day": "not_a_date",
    "moment": "not_a_date",
    "flag": "not_yes_or_no",
}
_NUMBERS = frozenset({"qty", "money", "ratio", "whole"})
_DATES = frozenset({"day", "moment"})
_CODES = frozenset({"code", "barcode"})


# Control characters that separate fields, records and files count as white space here as they do in Python.
_SAYS_SOMETHING = r"[^\s\x1c-\x1f]"


@dataclass(frozen=True)
class Readings:
    """How each column of a file is read; `refusals` are sentences on columns that cannot be decided."""

    by_column: Mapping[str, str] = field(default_factory=dict)
    refusals: tuple[str, ...] = ()


@dataclass(frozen=True)
class CastResult:
    """A typed batch and the cells that could not be read: `failures` has position, column, rule and value.

    `is_plain` says that no cell could mean something else in the light of the rest of its column: ISO dates, no
    commas in numbers, no codes like `17850.0`. Only then may a batch be read before the whole file was looked at.
    """

    frame: pl.DataFrame
    failures: pl.DataFrame
    is_plain: bool


def profile(frame: pl.DataFrame, columns: Sequence[Column]) -> Profile:
    """Count how the columns of a text batch are written; profiles of batches add up with `Counter.update`."""
    result: Profile = {}
    for column in columns:
        series = texts.clean(frame[column.name])
        if column.kind in _DATES:
            result[column.name] = dates.profile_date(series)
        elif column.kind in _NUMBERS:
            result[column.name] = numbers.profile_number(series)
        elif column.kind in _CODES:
            result[column.name] = texts.profile_code(series)
    return result


def decide(profiles: Profile, columns: Sequence[Column], date_order: str = "") -> Readings:
    """The reading of each column from the profile of the whole file."""
    readings: dict[str, str] = {}
    refusals: list[str] = []
    for column in columns:
        counts = profiles.get(column.name, Counter())
        if column.kind in _DATES:
            readings[column.name], refusal = dates.decide_date(counts, date_order)
            if refusal:
                refusals.append(f"In column {column.name} {refusal}: say which with --date-order dmy, mdy or ymd.")
        elif column.kind in _NUMBERS:
            reading = numbers.decide_number(counts)
            if reading is None:
                refusals.append(
                    f"In column {column.name} the comma is a thousands separator in some cells and a decimal mark in "
                    "others: write the numbers in one way."
                )
            readings[column.name] = reading or "point"
        elif column.kind in _CODES:
            readings[column.name] = texts.decide_code(counts)
    return Readings(readings, tuple(refusals))


def cast(
    frame: pl.DataFrame,
    columns: Sequence[Column],
    readings: Readings,
    words: Mapping[str, Mapping[str, str]],
) -> CastResult:
    """Type the named text columns of a batch; other columns pass through untouched.

    `words` holds the source's synonyms of fixed values by column. A cell that is filled and cannot be read becomes
    null in the frame and a row of `failures`.
    """
    typed: list[pl.Series] = []
    failures: list[pl.DataFrame] = []
    is_plain = True
    for column in columns:
        text = frame[column.name]
        parsed = _parsed(text, column, readings.by_column.get(column.name, ""), words.get(column.name, {}))
        typed.append(parsed.values.alias(column.name))
        is_plain = is_plain and parsed.is_plain
        if parsed.lost.any():
            # A cell of nothing but separators says nothing; asked only of the few that could not be read.
            lost = parsed.lost & text.set(~parsed.lost, None).str.contains(_SAYS_SOMETHING).fill_null(False)
            failures.append(
                pl.select(
                    position=lost.arg_true().cast(pl.Int64),
                    column=pl.lit(column.name),
                    rule=pl.lit(NOT_READABLE[column.kind]),
                    value=text.filter(lost),
                )
            )
    empty = pl.DataFrame(schema={"position": pl.Int64, "column": pl.String, "rule": pl.String, "value": pl.String})
    return CastResult(frame.with_columns(typed), pl.concat([empty, *failures]), is_plain)


def _parsed(text: pl.Series, column: Column, reading: str, words: Mapping[str, str]) -> Parsed:
    if column.kind in _DATES:
        return dates.cast_date(text, column.dtype, reading or "dmy")
    if column.kind in _NUMBERS:
        return numbers.cast_number(text, column.dtype, reading or "point")
    text = texts.clean(text)
    if column.kind in _CODES:
        values = texts.cast_code(text, reading)
        is_plain = not texts.has_zero_fraction(text)
    elif column.kind == "choice":
        values, is_plain = texts.cast_choice(text, {**words, **{c: c for c in column.choices}}), True
    elif column.kind == "flag":
        values, is_plain = texts.cast_flag(text, words), True
    else:
        values, is_plain = text, True
    lost = values.is_null() & text.is_not_null() if values.null_count() > text.null_count() else _NOTHING_LOST
    return Parsed(values, lost, is_plain)
