"""The figures of one table of a load, worked out by DuckDB in one pass over its staged rows, before they are stored.

What is usual comes from the figures of earlier loads of the same series, kept in `ops.gate`. A figure that has nothing
to be compared with, or that the file does not speak of, is None. What is expected of figures is not known here.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench.contracts import Table
from workbench.lake import quoted
from workbench.landing import Landing

if TYPE_CHECKING:
    import duckdb

# Loads of the same weekday that a comparison needs, and how many loads back it looks: eight weeks of nights.
FEWEST_LOADS, LOADS_BACK = 3, 56
# Products of which a price is known before and now, below which a median says little.
FEWEST_PRICES = 5
# Of fewer rows a share says little, nor does a comparison with so few: the rules look at each of them anyway.
FEWEST_ROWS = FEWEST_BEFORE = 10
# A load is a re-export where at least this share of its rows has keys that are known.
REEXPORT_SHARE = 0.5
EARLIEST = dt.date(2000, 1, 1)
_SHARES = ("rejected_share", "repeated_share", "dates_outside_share", "largest_fill_drop", "unknown.", "fill.", "sums.")
_WITH_ARGUMENTS = ("unknown", "level", "sums")
_DATE = re.compile(r"(?<!\d)20\d\d[-_.]?[01]\d[-_.]?[0-3]\d(?:[T_-]?\d{4,6})?(?!\d)")
_COPY = re.compile(r"\s*\(\d+\)$")


@dataclass
class Figures:
    """Values by name, and of some what they are about, such as the column that fell most."""

    values: dict[str, float | None] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Usual:
    """One figure over earlier loads of the series: how many, the last, the middle one, both ends."""

    count: int
    last: float
    median: float
    smallest: float
    largest: float
    weekday_count: int
    weekday_median: float | None
    weekday_smallest: float | None
    weekday_largest: float | None


def series_of(source: str, feed: str, table: str, sheet: str, name: str) -> str:
    """What loads are compared with each other: files of one kind whose names differ by a date alone."""
    stem, dot, suffix = name.lower().rpartition(".")
    stem = _COPY.sub("", _DATE.sub("#", stem if dot else suffix))
    return " / ".join(part for part in (source, feed, table if table != feed else "", sheet, stem) if part)


def usual_figures(con: duckdb.DuckDBPyConnection, series: str, day: dt.date) -> dict[str, Usual]:
    """What the last loads of a series were like; those in quarantine do not count."""
    rows = con.execute(
        "WITH mine AS (SELECT figure, CAST(value AS DOUBLE) AS value, isodow(day) = isodow(CAST($day AS DATE)) AS fits,"
        " dense_rank() OVER (ORDER BY file_id DESC) AS age FROM ops.gate"
        " WHERE series = $series AND value IS NOT NULL AND file_id IN (SELECT file_id FROM ops.file))"
        " SELECT figure, count(*), arg_min(value, age), median(value), min(value), max(value), count(*) FILTER (fits),"
        " median(value) FILTER (fits), min(value) FILTER (fits), max(value) FILTER (fits)"
        " FROM mine WHERE age <= $back GROUP BY figure",
        {"series": series, "day": day, "back": LOADS_BACK},
    ).fetchall()
    return {row[0]: Usual(*row[1:]) for row in rows}


def figures_of(
    con: duckdb.DuckDBPyConnection,
    landing: Landing,
    today: dt.date,
    usual: Mapping[str, Usual],
    asked: Iterable[str],
    stated: Mapping[str, Any],
) -> Figures:
    """All figures of a table of a load, of those with arguments (`unknown.product_code`) the ones that are asked for.

    `stated` are totals that the file states, by column.
    """
    found = Figures()
    values = found.values
    values["rows"] = float(landing.offered)
    values["rejected_share"] = landing.rejected / landing.offered if landing.offered else None
    event = event_column(landing.table)
    measured = [
        c.name for c in landing.table.columns.values() if c.kind in ("qty", "money") and c.name in landing.present
    ]
    counted: dict[str, Any] = {}
    if landing.rows_staged:
        counted = _one_pass(con, landing, event, measured, today, asked, stated)
    staged = landing.rows_staged
    values["repeated_share"] = 1 - counted["keys"] / staged if staged else None
    for column in landing.present:
        values[f"fill.{column}"] = counted[f"fill.{column}"] / staged if staged else None
    for column in measured:
        values[f"largest.{column}"] = _number(counted.get(f"largest.{column}"))
    newest = counted.get("newest")
    values["days_since_newest"] = float((today - newest).days) if newest else None
    outside = counted.get("outside")
    values["dates_outside_share"] = outside / staged if outside is not None and staged and newest else None
    for name in asked:
        kind = name.split(".")[0]
        if kind in _WITH_ARGUMENTS:
            values[name] = _number(counted.get(name))
        elif kind in ("fill", "largest"):
            # The file does not speak of it, or there is nothing to hold it against.
            values.setdefault(name, None)
    _control(found, counted, stated)
    _against_the_usual(found, usual)
    values["rows_vs_export"] = _against_last_export(con, landing, usual)
    return found


def told_by_few(figures: Figures) -> dict[str, float | None]:
    """The values by which a load is judged: of a small one no shares."""
    rows = figures.values["rows"] or 0.0
    return {
        name: None if rows < FEWEST_ROWS and name.startswith(_SHARES) else value
        for name, value in figures.values.items()
    }


def event_column(table: Table) -> str:
    """The date or moment that every row of a table must have; empty where it has none."""
    dated = [c for c in table.columns.values() if c.kind in ("day", "moment") and (c.is_required or c.is_key)]
    return dated[0].name if dated else ""


def _one_pass(
    con: duckdb.DuckDBPyConnection,
    landing: Landing,
    event: str,
    measured: Sequence[str],
    today: dt.date,
    asked: Iterable[str],
    stated: Mapping[str, Any],
) -> dict[str, Any]:
    """Counts over the staged rows, in one statement."""
    keys = ", ".join(f'"{k}"' for k in landing.table.key)
    wanted: dict[str, str] = {"keys": f"count(DISTINCT hash({keys}))"}
    wanted |= {f"fill.{c}": _filled(landing.table, c) for c in landing.present}
    wanted |= {f"largest.{c}": f'max(abs("{c}"))' for c in measured}
    wanted |= {f"sum.{c}": f'sum("{c}")' for c in stated}
    if event and event in landing.stored:
        late = f"DATE {quoted(str(today + dt.timedelta(days=1)))}"
        date = f'CAST("{event}" AS DATE)'
        # A date from the future says nothing about how fresh the rest is.
        wanted["newest"] = f"max({date}) FILTER ({date} <= {late})"
        wanted["outside"] = f"count(*) FILTER ({date} < DATE {quoted(str(EARLIEST))} OR {date} > {late})"
    for name in asked:
        sql = _argument_sql(con, landing, event, name)
        if sql:
            wanted[name] = sql
    listed = ", ".join(f'{sql} AS "{name}"' for name, sql in wanted.items())
    row = con.execute(f"WITH s AS (SELECT * FROM {landing.source()}) SELECT {listed} FROM s").fetchone()
    assert row is not None
    return dict(zip(wanted, row, strict=True))


def _filled(table: Table, column: str) -> str:
    # Where emptiness is a value of a key it is written as the empty text.
    return f"count(nullif(\"{column}\", ''))" if table.columns[column].sql_type == "VARCHAR" else f'count("{column}")'


def _argument_sql(con: duckdb.DuckDBPyConnection, landing: Landing, event: str, name: str) -> str:
    """The SQL of a figure with arguments; empty where it does not apply to this file."""
    kind, *columns = name.split(".")
    if not columns or any(c not in landing.present for c in columns):
        return ""
    if kind == "unknown":
        return _unknown(con, landing, columns[0])
    if kind == "level" and "product_code" in landing.present:
        return _level(landing, event, columns[0])
    if kind == "sums" and len(columns) > 1:
        product = " * ".join(f'"{c}"' for c in columns[1:])
        whole = " AND ".join(f'"{c}" IS NOT NULL' for c in columns)
        return (
            f'CAST(sum("{columns[0]}") FILTER ({whole}) AS DOUBLE)'
            f" / nullif(CAST(sum({product}) FILTER ({whole}) AS DOUBLE), 0)"
        )
    return ""


def _unknown(con: duckdb.DuckDBPyConnection, landing: Landing, column: str) -> str:
    """Share of rows whose code is not in the core table of which it is the whole key; none where that is empty."""
    master = f"core.{column.removesuffix('_code')}"
    if landing.table.name == master.removeprefix("core."):
        return ""
    found = con.execute(
        "SELECT count(*) FROM information_schema.columns WHERE table_catalog = 'lake'"
        f" AND table_schema || '.' || table_name = {quoted(master)} AND column_name = {quoted(column)}"
    ).fetchone()
    if found != (1,) or con.execute(f"SELECT 1 FROM {master} LIMIT 1").fetchone() is None:
        return ""
    code = f"upper(nullif(\"{column}\", ''))"
    return f'count(*) FILTER (NOT {code} IN (SELECT upper("{column}") FROM {master})) / count({code})'


def _level(landing: Landing, event: str, column: str) -> str:
    """The middle ratio of a price to the last one of the same product in the books; none where few are known."""
    order = f'("{event}", file_id, row_no)' if event else "(file_id, row_no)"
    return (
        f"(SELECT CASE WHEN count(*) >= {FEWEST_PRICES} THEN median(CAST(n.price AS DOUBLE) / l.price) END FROM"
        f' (SELECT product_code, median("{column}") AS price FROM s WHERE "{column}" > 0 GROUP BY product_code) n'
        f' JOIN (SELECT product_code, arg_max("{column}", {order}) AS price FROM core.{landing.table.name}'
        f' WHERE "{column}" > 0 AND product_code IN (SELECT product_code FROM s) GROUP BY product_code) l'
        " USING (product_code))"
    )


def _control(found: Figures, counted: Mapping[str, Any], stated: Mapping[str, Any]) -> None:
    """How far the lines are from the totals that the file states, as a share of them; the worst column counts."""
    found.values["control_total"] = None
    for column, total in stated.items():
        lines = counted.get(f"sum.{column}") or 0
        share = float(abs(lines - total) / max(abs(total), 1))
        if found.values["control_total"] is None or share > found.values["control_total"]:
            found.values["control_total"] = share
            found.details["control_total"] = f"{column}: {total} / {lines}"


def _against_the_usual(found: Figures, usual: Mapping[str, Usual]) -> None:
    values = found.values
    rows = usual.get("rows")
    values["rows_vs_weekday"] = values["largest_fill_drop"] = values["days_late"] = values["largest_vs_usual"] = None
    if (
        rows
        and rows.weekday_count >= FEWEST_LOADS
        and rows.weekday_median
        and rows.weekday_median >= FEWEST_BEFORE
        and values["rows"] is not None
    ):
        # Deliveries come as they come: what is within all that this weekday has seen is usual, and only what lies
        # outside is held against the nearer end.
        low, high = rows.weekday_smallest or rows.weekday_median, rows.weekday_largest or rows.weekday_median
        values["rows_vs_weekday"] = values["rows"] / min(max(values["rows"], low), high)
    late, age = usual.get("days_since_newest"), values["days_since_newest"]
    if late and late.count >= FEWEST_LOADS and age is not None:
        values["days_late"] = age - late.median
    for name, before in usual.items():
        kind, _, column = name.partition(".")
        if kind == "fill" and before.smallest > 0 and values["rows"]:
            # Below all that was seen: some columns are filled as it comes. One that is gone has fallen to nothing.
            _keep_largest(found, "largest_fill_drop", column, before.smallest - (values.get(name) or 0.0))
        if kind == "largest" and before.count >= FEWEST_LOADS and before.largest > 0:
            _keep_largest(found, "largest_vs_usual", column, (values.get(name) or 0.0) / before.largest)


def _keep_largest(found: Figures, name: str, detail: str, value: float) -> None:
    known = found.values[name]
    if known is None or value > known:
        found.values[name], found.details[name] = value, detail


def _against_last_export(con: duckdb.DuckDBPyConnection, landing: Landing, usual: Mapping[str, Usual]) -> float | None:
    """Rows in proportion to the last load of the series, where this one brings again what is known already."""
    before = usual.get("rows")
    if before is None or before.last < FEWEST_BEFORE or not landing.rows_staged:
        return None
    same = " AND ".join(f'c."{k}" = s."{k}"' for k in landing.table.key)
    row = con.execute(
        f"SELECT count(*) FROM {landing.source()} s SEMI JOIN core.{landing.table.name} c ON {same}"
    ).fetchone()
    if row is None or row[0] < REEXPORT_SHARE * landing.rows_staged:
        return None
    return landing.offered / before.last


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
