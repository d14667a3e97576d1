"""The gate at the door of the lake: each table of a load is measured, judged, and remembered with its verdict.

A load that fails is held by whoever asked; here nothing is stored but figures and verdicts, in `ops.gate`.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from workbench.gates.figures import Figures, figures_of, series_of, told_by_few, usual_figures
from workbench.gates.judging import VERDICTS, Court, Judged, gravest
from workbench.gates.suites import LOAD, Limits, Suite, expected
from workbench.gates.totals import stated_totals
from workbench.landing import Landing
from workbench.tables import OPS_TABLES

if TYPE_CHECKING:
    import duckdb

    from workbench.detection import Detection

_LARGEST = 10.0**20


@dataclass(frozen=True)
class Judgement:
    """Figures of one table of a load, or of a run, and the verdicts on those of which something is expected."""

    suite: str
    table: str
    series: str
    day: dt.date
    figures: Figures
    judged: Sequence[Judged]
    file_id: int | None = None
    run_id: int | None = None
    # What a person calls it.
    name: str = ""

    @property
    def verdict(self) -> str:
        """The gravest of its verdicts."""
        return gravest(self.judged)

    @property
    def batch(self) -> str:
        """What the library calls it, in letters that every file system takes."""
        return f"run-{self.run_id}" if self.file_id is None else f"load-{self.file_id}-{self.table}"

    def having(self, verdict: str) -> list[Judged]:
        """What came to a verdict."""
        return [j for j in self.judged if j.verdict == verdict]


@dataclass
class Gate:
    """What is expected of loads, and whom to ask; `judgements` are all that were asked for."""

    suites: Mapping[str, Suite]
    configured: Mapping[str, Mapping[str, Any]]
    court: Court
    language: str = "en"
    judgements: list[Judgement] = field(default_factory=list)

    def judge(
        self,
        con: duckdb.DuckDBPyConnection,
        landing: Landing,
        detection: Detection,
        file_name: str,
        day: dt.date,
        today: dt.date,
    ) -> Judgement:
        """Measure and judge one table of a file before it is stored.

        `day` is the day that the file is of, whose weekday is compared; `today` the one on which it comes.
        """
        table, source = landing.table.name, detection.source.name
        expectations = expected(self.suites, (LOAD, source, table), self.configured)
        series = series_of(source, detection.feed_name, table, detection.raw.name, file_name)
        usual = usual_figures(con, series, day)
        stated = stated_totals(detection, landing)
        figures = figures_of(con, landing, today, usual, [e.figure for e in expectations], stated)
        figures.values["unused_columns"] = float(len(detection.unknown))
        figures.details["unused_columns"] = ", ".join(detection.unknown)
        name = f"{file_name} / {detection.raw.name}" if detection.raw.name else file_name
        judgement = Judgement(table, table, series, day, figures, (), file_id=landing.file_id, name=name)
        judged = self.court.judge(
            table, judgement.batch, told_by_few(figures), expectations, figures.details, self.language
        )
        judgement = replace(judgement, judged=judged)
        self.judgements.append(judgement)
        return judgement

    def measure(
        self,
        landing: Landing,
        detection: Detection,
        file_name: str,
        day: dt.date,
        today: dt.date,
        con: duckdb.DuckDBPyConnection,
    ) -> Judgement:
        """Only measure a table of a file: nothing is expected of what is in the books already."""
        table = landing.table.name
        series = series_of(detection.source.name, detection.feed_name, table, detection.raw.name, file_name)
        figures = figures_of(con, landing, today, {}, (), {})
        return Judgement(table, table, series, day, figures, (), file_id=landing.file_id)


def store_judgements(con: duckdb.DuckDBPyConnection, judgements: Iterable[Judgement], moment: dt.datetime) -> None:
    """Write figures and verdicts to `ops.gate`, within the open transaction."""
    columns = list(OPS_TABLES["ops.gate"])
    rows = [row for j in judgements for row in _rows(j, moment)]
    if rows:
        # One statement: each insert of its own would cost ten milliseconds in the lake.
        marks = ", ".join([f"({', '.join('?' * len(columns))})"] * len(rows))
        con.execute(
            f"INSERT INTO ops.gate ({', '.join(columns)}) VALUES {marks}", [cell for row in rows for cell in row]
        )


def worst(judgements: Iterable[Judgement]) -> str:
    """The gravest verdict of several."""
    return min((j.verdict for j in judgements), key=VERDICTS.index, default="not_applicable")


def _rows(j: Judgement, moment: dt.datetime) -> list[list[Any]]:
    of = {one.expectation.figure: one for one in j.judged}
    rows = []
    for figure in [*j.figures.values, *(f for f in of if f not in j.figures.values)]:
        one, value = of.get(figure), j.figures.values.get(figure)
        warn, fail = (one.expectation.warn, one.expectation.fail) if one else (Limits(), Limits())
        limits = [_kept(limit) for limit in (warn.min, warn.max, fail.min, fail.max)]
        detail = one.detail if one and one.detail else j.figures.details.get(figure, "")
        verdict = one.verdict if one else ""
        head = [j.file_id, j.run_id, j.suite, j.table, j.series, j.day]
        rows.append([*head, figure, _kept(value), detail, *limits, verdict, moment])
    return rows


def _kept(value: Any) -> float | None:
    """A number as it can be kept; a limit that is no number is told by its verdict."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if is_number and math.isfinite(value) and abs(value) < _LARGEST else None
