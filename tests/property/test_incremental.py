"""A check of what has changed finds what a check of everything finds, whatever comes in whatever order."""

from __future__ import annotations

import datetime as dt
import itertools
import os
import random
from pathlib import Path
from typing import Any

import pytest

from workbench.findings import check
from workbench.maintenance import maintain
from workbench.project import Project
from workbench.scaffold import make_project
from workbench.settings import MaintenanceSettings
from workbench.sources import load_module
from workbench.tables import ensure_tables

pytestmark = pytest.mark.slow

histories: Any = load_module(Path(__file__).with_name("histories.py"), "histories")

SEEDS = range(int(os.environ.get("INCREMENTAL_SEEDS", "2")))
_STANDING = "SELECT * EXCLUDE (first_seen_run, last_seen_run, resolved_run, status) FROM ops.finding WHERE status <> 'resolved' ORDER BY finding_id"


def run(project: Project, as_of: dt.date, is_full: bool = False) -> Any:
    return check(
        project.lake,
        project.contracts,
        project.catalogue,
        {},
        as_of,
        "tester",
        dt.datetime(2025, 4, 30),
        is_full=is_full,
    )


def standing(project: Project) -> dict[str, tuple[Any, ...]]:
    return {row[0]: row for row in project.lake.read().execute(_STANDING).fetchall()}


@pytest.mark.parametrize("seed", SEEDS)
def test_what_changed_is_all_that_can_have_changed(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Small tables are worked out as a whole: here none is small.
    monkeypatch.setattr("workbench.resident.SMALL", -1)
    make_project(tmp_path / "shop")
    project = Project(tmp_path / "shop")
    dice, serial = random.Random(seed), itertools.count(1)
    tables = list(project.contracts.values())
    nights = 5
    for night in range(1, nights + 1):
        chosen = tables if night == 1 else dice.sample(tables, dice.randrange(0, 7))
        with project.lake.write("tester", "load", {}) as con:
            ensure_tables(con, project.contracts)
            for table in chosen:
                count = dice.randrange(3, 30) if night == 1 else dice.randrange(1, 6)
                histories.write_rows(con, table, histories.rows_of(table, count, dice, serial), night)
        as_of = dt.date(2025, 3, 20) + dt.timedelta(days=dice.choice([0, 1, 2, 9]) + night)
        report = run(project, as_of)
        assert [(o.rule.rule_id, o.detail) for o in report.outcomes if o.status == "error"] == []
        if dice.random() < 0.5:
            # What is tidied up in between changes no answer.
            maintain(project.lake, MaintenanceSettings(keep_days=1, grace_days=0), dt.datetime(2100, 1, 1))
        if night < nights and dice.random() < 0.5:
            continue
        before = standing(project)
        whole = run(project, as_of, is_full=True)
        after = standing(project)
        assert before == after, _difference(before, after)
        assert (whole.new, whole.resolved, whole.reopened) == (0, 0, 0)
        assert {o.rule.rule_id: (o.status, o.violated) for o in report.outcomes} == {
            o.rule.rule_id: (o.status, o.violated) for o in whole.outcomes
        }


def _difference(before: dict[str, tuple[Any, ...]], after: dict[str, tuple[Any, ...]]) -> str:
    missed = [row for key, row in after.items() if key not in before]
    stale = [row for key, row in before.items() if key not in after]
    changed = [(before[key], after[key]) for key in before.keys() & after.keys() if before[key] != after[key]]
    return f"missed {missed[:3]}\nstale {stale[:3]}\nchanged {changed[:2]}"
