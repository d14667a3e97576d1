"""Texts, codes, fixed values and yes/no cells."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

import polars as pl

# The word null in its usual disguises. "NA" is not among them: it is also a region and a product code.
MISSING_WORDS = (
    "",
    "null",
    "NULL",
    "Null",
    "(null)",
    "none",
    "None",
    "NONE",
    "nan",
    "NaN",
    "n/a",
    "N/A",
    "#N/A",
    "\\N",
)

# Excel's way to show a long number: digits are lost for good, so it is no code any more.
SCIENTIFIC = r"^\d(?:\.\d+)?[eE]\+\d{2,3}$"
ZERO_FRACTION = r"^[+-]?\d+\.0+$"
_ZERO_TAIL = r"\.0+$"

TRUE_WORDS = ("true", "1", "yes", "y", "t", "on", "是", "真", "√", "有")
FALSE_WORDS = ("false", "0", "no", "n", "f", "off", "否", "假", "×", "无")


def clean(series: pl.Series) -> pl.Series:
    """Strip white space of any kind (NBSP and ideographic space too) and turn the words for nothing into null."""
    stripped = series.str.strip_chars()
    missing = stripped.is_in(MISSING_WORDS)
    return stripped.set(missing.fill_null(True), None) if missing.any() else stripped


def folded(series: pl.Series) -> pl.Series:
    """Full-width letters and digits to half-width (NFKC), only where there is anything beyond ASCII."""
    if bool((series.str.len_bytes() == series.str.len_chars()).all()):
        return series
    return series.str.normalize("NFKC").str.strip_chars()


def profile_code(series: pl.Series) -> Counter[str]:
    """How often a column of codes shows numbers that lost their type (`17850.0`) and other values."""
    filled = series.drop_nulls()
    zero = int(_pointed(filled).str.contains(ZERO_FRACTION).sum())
    return Counter({"zero_fraction": zero, "code": len(filled) - zero})


def has_zero_fraction(series: pl.Series) -> bool:
    """Whether some code is written like `17850.0`, so that the whole column must say what it is."""
    return bool(_pointed(series).str.contains(ZERO_FRACTION).any())


def _pointed(series: pl.Series) -> pl.Series:
    return series.filter(series.str.ends_with("0") & series.str.contains(".", literal=True))


def decide_code(counts: Mapping[str, int]) -> str:
    """`strip` when every value is a whole number with a zero fraction: no shop numbers its goods like that."""
    return "strip" if counts.get("zero_fraction", 0) and not counts.get("code", 0) else ""


def cast_code(series: pl.Series, reading: str) -> pl.Series:
    """A code as text, leading zeros kept; null where Excel's scientific notation has destroyed it."""
    result = folded(series)
    if reading == "strip":
        result = result.str.replace(_ZERO_TAIL, "")
    suspects = result.str.contains("+", literal=True)
    if suspects.any():
        result = result.set((suspects & result.str.contains(SCIENTIFIC)).fill_null(False), None)
    return result


def cast_choice(series: pl.Series, words: Mapping[str, str]) -> pl.Series:
    """A fixed value: the contract's own word or a synonym of the source; anything else stays as it is found."""
    unique = series.unique().drop_nulls()
    lowered = [normalised_word(value) for value in unique]
    known = [
        words.get(low, low if low in words.values() else value) for low, value in zip(lowered, unique, strict=True)
    ]
    return series.replace_strict(unique, pl.Series(known, dtype=pl.String), default=None, return_dtype=pl.String)


def cast_flag(series: pl.Series, words: Mapping[str, str]) -> pl.Series:
    """Yes or no in English, Chinese or digits; null where it is neither."""
    meaning = {**dict.fromkeys(TRUE_WORDS, True), **dict.fromkeys(FALSE_WORDS, False)}
    meaning.update({word: value == "true" for word, value in words.items()})
    unique = series.unique().drop_nulls()
    values = [meaning.get(normalised_word(value)) for value in unique]
    return series.replace_strict(unique, pl.Series(values, dtype=pl.Boolean), default=None, return_dtype=pl.Boolean)


def normalised_word(text: str) -> str:
    """A fixed value as compared: NFKC, lower case, one space between words."""
    import unicodedata

    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text).strip().lower())
