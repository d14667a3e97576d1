"""Trying out what `trace` claims: an answer for one value over a table restricted to that value is the whole one's,
and two days' answers over rows that do not turn between them are the same.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from workbench.lineage import Lineage
from workbench.resident import replaced_tables


def false_claims(
    con: Any,
    sql: str,
    lineage: Lineage,
    values: Mapping[str, Any],
    chosen: Callable[[list[Any]], list[Any]] = lambda values: values,
) -> list[str]:
    """The claims that do not hold over the rows that lie in the tables now, one sentence each.

    `values` are those of the parameters; `chosen` picks some of the values of a column, if all are too many.
    """
    columns, whole = _answer(con, sql, values)
    wrong = []
    for column in lineage.columns:
        position = columns.index(column)
        for table, expression in lineage.follows[column].items():
            present = {row[position] for row in whole}
            present |= {v for (v,) in con.execute(f"SELECT DISTINCT {expression} FROM {table}").fetchall()}
            for value in chosen(sorted({*present, None}, key=lambda v: (v is not None, str(v)))):
                place = f"(SELECT * FROM {table} WHERE {expression} IS NOT DISTINCT FROM {_literal(value)})"
                _, part = _answer(con, replaced_tables(sql, {table: place}), values)
                expected, got = (Counter(row for row in rows if row[position] == value) for rows in (whole, part))
                if expected != got:
                    wrong.append(
                        f"{column} does not follow {table} by {expression} for {value!r}:"
                        f" missing {list((expected - got).items())[:2]}, too many {list((got - expected).items())[:2]}"
                    )
    return wrong


def changes_without_turning(con: Any, sql: str, lineage: Lineage, values: Mapping[str, Any], new: dt.date) -> list[Any]:
    """Rows of the answer that another day changes although no row turns by a condition that lineage tells."""
    assert lineage.clock is not None
    days = values["as_of"], new
    places = {}
    for table, conditions in lineage.clock.items():
        kept = [
            " IS NOT DISTINCT FROM ".join(f"({re.sub(r'[$]as_of(?![a-z_0-9])', _literal(d), c)})" for d in days)
            for c in conditions
        ]
        places[table] = f"(SELECT * FROM {table} WHERE {' AND '.join(kept)})"
    answers = [Counter(_answer(con, replaced_tables(sql, places), {**values, "as_of": d})[1]) for d in days]
    return [*(answers[0] - answers[1]), *(answers[1] - answers[0])]


def _answer(con: Any, sql: str, values: Mapping[str, Any]) -> tuple[list[str], list[tuple[Any, ...]]]:
    cursor = con.execute(sql, values or None)
    return [d[0] for d in cursor.description], cursor.fetchall()


def _literal(value: Any) -> str:
    if value is None or isinstance(value, (bool, int, Decimal)):
        return "NULL" if value is None else str(value)
    kind = {dt.date: "DATE ", dt.datetime: "TIMESTAMP "}.get(type(value), "")
    return kind + "'" + str(value).replace("'", "''") + "'"
