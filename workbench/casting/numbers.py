"""Numbers as people and spreadsheets write them: thousands separators, currency signs, brackets, full-width digits.

Rounding: more decimals than the column keeps are rounded half to even. Nothing ever passes through floating point,
except numbers in scientific notation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import polars as pl

from workbench.casting.parsed import Parsed
from workbench.casting.texts import clean

_CURRENCY = r"(?i)[¥￥$€£₩₹元圆]|\b(?:CNY|RMB|USD|EUR|GBP|HKD|TWD)\b"
_SPACES = r"[\s'’_]"
_PLAIN = r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$"
_THOUSANDS = r"^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?$"
_DECIMAL_COMMA = r"^[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+)?,\d+$"
_GROUPED_BY_POINTS = r"^[^\d]*\d{1,3}(?:\.\d{3})+[^\d.]*$"
# Holds every whole number of 64 bits and enough decimals to see that one is not whole.
_WIDE = pl.Decimal(38, 9)
_DASHES = ["-", "--", "—", "－", "/"]


def profile_number(series: pl.Series) -> Counter[str]:
    """Which of the two meanings of a comma the values of a column allow."""
    filled = series.drop_nulls()
    has_comma = filled.str.contains("[,，]")
    with_comma = _simplified(filled.filter(has_comma))
    without = filled.filter(~has_comma & filled.str.contains(".", literal=True))
    pointed = int((~without.str.contains(_GROUPED_BY_POINTS)).sum())
    thousands = with_comma.str.contains(_THOUSANDS)
    decimal = with_comma.str.contains(_DECIMAL_COMMA)
    return Counter(
        {
            "thousands": int((thousands & ~decimal).sum()),
            "pointed": pointed,
            "decimal": int((decimal & ~thousands).sum()),
            "either": int((thousands & decimal).sum()),
        }
    )


def decide_number(counts: Mapping[str, int]) -> str | None:
    """`comma` when the comma is the decimal mark, `point` otherwise, None when the values contradict each other."""
    if counts.get("decimal", 0) and (counts.get("thousands", 0) or counts.get("pointed", 0)):
        return None
    return "comma" if counts.get("decimal", 0) else "point"


def cast_number(series: pl.Series, dtype: pl.DataType, reading: str) -> Parsed:
    """A column of numbers as `dtype` (Decimal or Int64)."""
    is_whole = dtype == pl.Int64
    # Under a decimal comma a point separates thousands: then nothing with a point may be taken at face value.
    at_face_value = is_whole or reading != "comma"
    result = series.cast(dtype, strict=False) if at_face_value else pl.Series([None] * len(series), dtype=dtype)
    left = result.is_null() & series.is_not_null()
    if not left.any():
        return Parsed(result, left)
    positions = left.arg_true()
    texts = clean(series.gather(positions))
    texts = texts.set(texts.is_in(_DASHES).fill_null(False), None)
    values = _parsed(texts, _WIDE if is_whole else dtype, reading)
    if is_whole:
        whole = values.cast(pl.Int64, strict=False)
        values = whole.set((whole.cast(_WIDE) != values).fill_null(False), None)
    lost = left.scatter(positions, values.is_null() & texts.is_not_null())
    return Parsed(result.scatter(positions, values), lost, not texts.str.contains("[,，]").any())


def _simplified(series: pl.Series) -> pl.Series:
    text = series.str.normalize("NFKC").str.replace_all(_CURRENCY, "").str.replace_all(_SPACES, "")
    text = text.str.replace_all("，", ",")
    text = text.str.replace(r"^\((.+)\)$", "-$1")  # accountants' brackets
    return text.str.replace(r"^([^-+].*)-$", "-$1")  # a minus behind the number, as mainframes print it


def _parsed(texts: pl.Series, target: pl.DataType, reading: str) -> pl.Series:
    text = _simplified(texts)
    percent = text.str.ends_with("%")
    text = text.str.strip_chars_end("%")
    if reading == "comma":
        text = text.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    else:
        grouped = text.str.contains(_THOUSANDS)
        without = text.str.replace_all(",", "", literal=True)
        text = pl.select(pl.when(grouped).then(without).otherwise(text)).to_series()
    good = text.str.contains(_PLAIN).fill_null(False)
    text = text.set(~good, None)
    if bool(text.str.contains("[eE]").any()):
        # 1E-05 and the like come from programs that printed a float; the float is all there is.
        value = text.cast(pl.Float64, strict=False).cast(target, strict=False)
        plain = text.cast(target, strict=False)
        result = pl.select(pl.coalesce(plain, value)).to_series()
    else:
        result = text.cast(target, strict=False)
    if percent.any():
        hundredth = (text.cast(pl.Decimal(18, 8), strict=False) / pl.Series([100], dtype=pl.Decimal(18, 8))).cast(
            target
        )
        result = pl.select(pl.when(percent).then(hundredth).otherwise(result)).to_series()
    return result
