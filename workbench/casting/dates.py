"""Dates and moments in the forms that exports use, and the order of day and month decided from a whole column.

A column is read year-first wherever a value shows it. For `3/1/2025` and `03/01/25` all values together must leave
one reading, else the file is refused: a guess would move stock by months in silence. With points (`3.1.2025`) the
day comes first by convention, unless the values contradict it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import polars as pl

from workbench.casting.parsed import Parsed
from workbench.casting.texts import clean

ORDERS = ("dmy", "mdy", "ymd")
_NAMES = {"dmy": "day", "mdy": "month", "ymd": "year"}

_TIME = r"(?:[T\s,]+(.*))?$"
_YEAR_FIRST = r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?" + _TIME
_COMPACT = r"^((?:19|20|21)\d{2})(\d{2})(\d{2})(?:[T\s]?(\d{2}:?\d{2}(?::?\d{2})?.*))?$"
_YEAR_LAST = r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})" + _TIME
_TWO_DIGITS = r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{2})" + _TIME
_DAY_NAME = r"^(\d{1,2})[-\s./]+([A-Za-z]{3})[A-Za-z]*\.?[-\s,./]+(\d{4})" + _TIME
_NAME_DAY = r"^([A-Za-z]{3})[A-Za-z]*\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})" + _TIME
_SERIAL = r"^(?:[2-7]\d{4})(?:\.\d+)?$"
_CLOCK = (
    r"^(上午|下午|凌晨|晚上)?\s*(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})(?:[.,](\d{1,9}))?)?[秒分]?\s*"
    r"((?i:AM|PM))?\s*(?:Z|[+-]\d{2}:?\d{2})?$"
)
_MONTHS = {
    name: f"{number:02d}"
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], start=1
    )
}
# Which part of a date with a two-digit year is its year, month and day.
_SHORT_PARTS = {"dmy": ("c", "b", "a"), "mdy": ("c", "a", "b"), "ymd": ("a", "b", "c")}
_UNIX_EPOCH_SERIAL = 25569
# polars reads `25-01-03` as the third of January of the year 25, so what is not of four digits is looked at again.
_FIRST_YEAR, _LAST_YEAR = 1000, 9999
# What databases write for "no date".
_ZERO_DATES = ["0000-00-00", "0000-00-00 00:00:00"]


def quick(series: pl.Series, dtype: pl.DataType) -> pl.Series:
    """ISO values read at full speed; null where a value needs a second look."""
    if dtype == pl.Date:
        result = _of_four_digits(series.str.to_date("%Y-%m-%d", strict=False))
        if result.null_count() == series.null_count():
            return result
    moments = series.str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False)
    if moments.null_count() != series.null_count():
        finer = series.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False)
        moments = pl.select(pl.coalesce(moments, finer)).to_series()
    moments = _of_four_digits(moments)
    if dtype == pl.Date:
        return pl.select(pl.coalesce(result, moments.cast(pl.Date))).to_series()
    return moments


def _of_four_digits(values: pl.Series) -> pl.Series:
    years = values.dt.year()
    odd = (years < _FIRST_YEAR) | (years > _LAST_YEAR)
    return values.set(odd.fill_null(False), None) if odd.any() else values


def profile_date(series: pl.Series) -> Counter[str]:
    """How the values of a column are written, counted so that batches add up."""
    text = _folded(series.drop_nulls())
    year_last = _groups(text, _YEAR_LAST).filter(pl.col("a").is_not_null())
    short = _groups(text, _TWO_DIGITS).filter(pl.col("a").is_not_null())
    iso = _groups(text, _YEAR_FIRST).filter(pl.col("a").is_not_null())
    slashed = year_last.filter(~text.filter(text.str.contains(_YEAR_LAST)).str.contains(r"^\d+\.\d+\."))
    counts = Counter(
        {
            "serial": int(text.str.contains(_SERIAL).sum()),
            "iso": len(iso),
            "iso_late_day": int((iso["c"].cast(pl.Int32) > 12).sum()),
            "dotted": len(year_last) - len(slashed),
        }
    )
    for prefix, frame in (("long", year_last), ("short", short)):
        counts.update(_readings(frame, prefix))
    counts["slashed_differs"] = _readings(slashed, "x")["x_differs"]
    return counts


def decide_date(counts: Mapping[str, int], given: str = "") -> tuple[str, str]:
    """The order of the column and a sentence of refusal, one of them empty.

    The order is `dmy`, `mdy` or `ymd` (two-digit years), with `-swapped` where year-first values have day and month
    exchanged; `given` overrides what the values say.
    """
    if given:
        return given, ""
    orders = []
    for prefix, allowed in (("long", ("dmy", "mdy")), ("short", ORDERS)):
        total = counts.get(f"{prefix}_any", 0)
        if not total:
            continue
        possible = [order for order in allowed if counts.get(f"{prefix}_{order}", 0) == total]
        if not possible:
            return "", "some values can only be read day-first and others only month-first"
        differs = counts.get("slashed_differs" if prefix == "long" else "short_differs", 0)
        if len(possible) > 1 and differs:
            readings = " and ".join(f"{_NAMES[order]}-first" for order in possible)
            return "", f"every value can be read both {readings}"
        orders.append(possible[0])
    if not orders:
        return "dmy", ""
    if len(set(orders)) > 1:
        return "", "long and short years are written in different orders"
    looks_swapped = counts.get("iso", 0) and not counts.get("iso_late_day", 0) and not counts.get("long_either", 0)
    if looks_swapped and counts.get("long_any", 0):
        return (
            "",
            (
                "half are dates with a day up to 12 and the rest texts with a day above 12,"
                " as Excel leaves them after swapping day and month"
            ),
        )
    return orders[0], ""


def cast_date(series: pl.Series, dtype: pl.DataType, order: str) -> Parsed:
    """A column as Date or Datetime. A time of day is dropped from a Date.

    A written UTC offset is dropped: the store's local clock is what was written.
    """
    result = quick(series, dtype)
    if order.endswith("-swapped"):
        result = pl.Series([None] * len(series), dtype=dtype)
    left = result.is_null() & series.is_not_null()
    if not left.any():
        return Parsed(result, left)
    positions = left.arg_true()
    text = _folded(clean(series.gather(positions)))
    text = text.set(text.is_in(_ZERO_DATES).fill_null(False), None)
    values = _general(text, order).cast(dtype, strict=False)
    lost = left.scatter(positions, values.is_null() & text.is_not_null())
    return Parsed(result.scatter(positions, values), lost, bool(text.str.contains(_YEAR_FIRST).all()))


def _folded(series: pl.Series) -> pl.Series:
    # A time of day may follow 日 without a gap.
    return series.str.normalize("NFKC").str.replace("日", "日 ", literal=True).str.strip_chars()


def _groups(text: pl.Series, pattern: str) -> pl.DataFrame:
    frame = text.str.extract_groups(pattern).struct.unnest()
    return frame.rename(dict(zip(frame.columns, "abcd", strict=True)))


def _readings(frame: pl.DataFrame, prefix: str) -> Counter[str]:
    a, b, c = (pl.col(name).cast(pl.Int32) for name in "abc")
    day = [x.is_between(1, 31) for x in (a, b, c)]
    month = [x.is_between(1, 12) for x in (a, b, c)]
    dmy, mdy, ymd = day[0] & month[1], month[0] & day[1], month[1] & day[2]
    either = dmy & mdy
    if prefix == "short":
        any_, differs = dmy | mdy | ymd, ((dmy & mdy) & (a != b)) | (dmy & ymd & (a != c))
    else:
        any_, differs = dmy | mdy, either & (a != b)
    row = frame.select(
        any=any_.sum(), dmy=dmy.sum(), mdy=mdy.sum(), ymd=ymd.sum(), either=either.sum(), differs=differs.sum()
    ).row(0, named=True)
    return Counter({f"{prefix}_{name}": int(value or 0) for name, value in row.items()})


def _general(text: pl.Series, order: str) -> pl.Series:
    base = order.removesuffix("-swapped")
    iso, compact, long = (_groups(text, p) for p in (_YEAR_FIRST, _COMPACT, _YEAR_LAST))
    short, named, american = (_groups(text, p) for p in (_TWO_DIGITS, _DAY_NAME, _NAME_DAY))
    day_first = base != "mdy"
    iso_month, iso_day = ("c", "b") if order.endswith("-swapped") else ("b", "c")
    month_name = named["b"].str.to_lowercase().replace_strict(_MONTHS, default=None, return_dtype=pl.String)
    month_name2 = american["a"].str.to_lowercase().replace_strict(_MONTHS, default=None, return_dtype=pl.String)
    short_year, short_month, short_day = _SHORT_PARTS[base]
    parts = [
        (iso["a"], iso[iso_month], iso[iso_day], iso["d"]),
        (compact["a"], compact["b"], compact["c"], compact["d"]),
        (long["c"], long["b" if day_first else "a"], long["a" if day_first else "b"], long["d"]),
        ("20" + short[short_year], short[short_month], short[short_day], short["d"]),
        (named["c"], month_name, named["a"], named["d"]),
        (american["c"], month_name2, american["b"], american["d"]),
    ]
    year, month, day = (pl.select(pl.coalesce([p[i] for p in parts])).to_series() for i in range(3))
    clock = _clock(pl.select(pl.coalesce([p[3] for p in parts])).to_series())
    stamp = year + "-" + month.str.zfill(2) + "-" + day.str.zfill(2) + " " + clock
    moments = stamp.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False)
    is_serial = text.str.contains(_SERIAL).fill_null(False)
    if is_serial.any():
        moments = pl.select(pl.when(is_serial).then(_serial(text.set(~is_serial, None))).otherwise(moments)).to_series()
    return moments


def _clock(text: pl.Series) -> pl.Series:
    """`HH:MM:SS.f` from any way to write a time of day; midnight where there is none, null where it is nonsense."""
    digits = text.str.replace(r"^(\d{2})(\d{2})(\d{2})$", "$1:$2:$3").str.replace(r"^(\d{2})(\d{2})$", "$1:$2")
    part = digits.str.extract_groups(_CLOCK).struct.unnest()
    part = part.rename(dict(zip(part.columns, ["half_zh", "h", "m", "s", "f", "half"], strict=True)))
    after = pl.col("half_zh").is_in(["下午", "晚上"]) | (pl.col("half").str.to_lowercase() == "pm")
    before = pl.col("half_zh").is_in(["上午", "凌晨"]) | (pl.col("half").str.to_lowercase() == "am")
    hour = pl.col("h").cast(pl.Int32)
    hour24 = (
        pl.when(after.fill_null(False) & (hour < 12))
        .then(hour + 12)
        .when(before.fill_null(False) & (hour == 12))
        .then(0)
        .otherwise(hour)
    )
    clock = pl.concat_str(
        hour24.cast(pl.String).str.zfill(2),
        pl.lit(":"),
        pl.col("m").str.zfill(2),
        pl.lit(":"),
        pl.col("s").fill_null("00").str.zfill(2),
        pl.lit("."),
        pl.col("f").fill_null("0"),
    )
    result = part.select(clock.alias("clock")).to_series()
    return pl.select(pl.when(text.is_null() | (text == "")).then(pl.lit("00:00:00.0")).otherwise(result)).to_series()


def _serial(text: pl.Series) -> pl.Series:
    """Excel's day numbers: days since 1899-12-30, the fraction being the time of day, to the second."""
    seconds = (text.cast(pl.Float64, strict=False) * 86400).round().cast(pl.Int64)
    return ((seconds - _UNIX_EPOCH_SERIAL * 86400) * 1_000_000).cast(pl.Datetime("us"))
