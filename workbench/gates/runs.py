"""Judging a run of the rules: of each rule how much it tested, how much of that it found, and in what share.

What share is tolerable is said in `run.toml`, by severity (`high.share`) or for a rule (`receipt_over_order.share`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from workbench.gates.door import Judgement
from workbench.gates.figures import Figures
from workbench.gates.judging import Court
from workbench.gates.suites import RUN, Expectation, Suite, expected

if TYPE_CHECKING:
    import duckdb

MEASURES = {"tested": ("rows tested", "检查数"), "violated": ("findings", "问题数"), "share": ("share", "问题占比")}


@dataclass(frozen=True)
class Ruled:
    """What a rule came to, as far as a run is judged by it."""

    rule_id: str
    severity: str
    status: str
    violated: int
    title: str
    title_zh: str


def judge_run(
    con: duckdb.DuckDBPyConnection,
    court: Court,
    suites: Mapping[str, Suite],
    configured: Mapping[str, Mapping[str, Any]],
    run_id: int,
    as_of: dt.date,
    rules: Sequence[Ruled],
    language: str,
) -> Judgement:
    """The verdicts on a run. A rule that failed to run has no figures, so what is expected of it is an error; of one
    that had nothing to test nothing is expected.
    """
    limits = {e.figure: e for e in expected(suites, (RUN,), configured)}
    tested = _last_tested(con)
    expectations: list[Expectation] = []
    figures = Figures()
    for rule in rules:
        expectations += _expected_of(rule, limits)
        if rule.status == "error":
            continue
        count = tested.get(rule.rule_id) if rule.status != "not_applicable" else None
        figures.values[f"{rule.rule_id}.tested"] = None if count is None else float(count)
        figures.values[f"{rule.rule_id}.violated"] = None if count is None else float(rule.violated)
        figures.values[f"{rule.rule_id}.share"] = rule.violated / count if count else None
    judgement = Judgement(RUN, "", RUN, as_of, figures, (), run_id=run_id, name=f"run {run_id}")
    judged = court.judge(RUN, judgement.batch, figures.values, expectations, {}, language)
    return replace(judgement, judged=judged)


def _expected_of(rule: Ruled, limits: Mapping[str, Expectation]) -> list[Expectation]:
    found = []
    for measure, (english, chinese) in MEASURES.items():
        figure = f"{rule.rule_id}.{measure}"
        mine = limits.get(figure) or limits.get(f"{rule.severity}.{measure}")
        if mine is not None:
            titles = (f"{rule.title}: {english}", f"{rule.title_zh}：{chinese}")
            found.append(replace(mine, figure=figure, title=titles[0], title_zh=titles[1]))
    return found


def _last_tested(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many rows each rule tested when it last looked at everything: a night looks at what has changed alone."""
    rows = con.execute(
        "SELECT rule_id, arg_max(tested, run_id) FROM ops.outcome"
        " WHERE scope = 'everything' AND status NOT IN ('error', 'not_applicable') GROUP BY rule_id"
    ).fetchall()
    return {rule_id: int(count) for rule_id, count in rows}
