"""A run made again: the same snapshot, rules, models, parameters and day must give the same findings.

It is made in a lake of its own that is thrown away afterwards; nothing of the project changes.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import InputRefused, UsageError
from workbench.lake import Lake, snapshot_of_runs
from workbench.nightly.kept_rules import catalogue_of
from workbench.nightly.run import records

if TYPE_CHECKING:
    from workbench.project import Project

# What a finding says; when it was first and last seen is the business of the runs before.
_SAID = (
    "finding_id, rule_id, severity, location_code, product_code, batch_no, supplier_code, document_no,"
    " document_line_no, occurred_date, expected_qty, actual_qty, difference_qty, amount_at_risk, message, message_zh,"
    " evidence"
)


@dataclass(frozen=True)
class Replay:
    """What came of it: how many findings stood open then and now, and which are not the same, by rule and number."""

    run_id: int
    snapshot: int
    as_of: dt.date
    then: int
    now: int
    different: tuple[tuple[str, str], ...]
    versions: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Whether every finding is there again and says the same."""
        return not self.different and self.then == self.now


def replay(project: Project, run_id: int) -> Replay:
    """Make a run again and compare. Raises UsageError for a run without a record, InputRefused where something it needs
    is gone: its snapshot, or a version of a rule.
    """
    from workbench.findings import check

    record = record_of(project.var, run_id)
    if record is None:
        raise UsageError(f"There is no record of run {run_id} in {project.var / 'runs'}: `workbench run` makes them.")
    as_of = dt.date.fromisoformat(record["as_of"])
    snapshots, _ = snapshot_of_runs(project.lake.read())
    if run_id not in snapshots:
        raise InputRefused(f"The snapshot of run {run_id} is gone from the lake: it was expired.")
    with tempfile.TemporaryDirectory(prefix="workbench-replay-") as folder:
        place = Path(folder)
        catalogue = catalogue_of(project, record["catalogue"], place / "catalogue")
        lake = Lake(place, project.settings.lake.model_copy(update={"catalogue": "sqlite", "data_path": "var/lake"}))
        _copy(project, lake, snapshots[run_id] - 1)
        started = dt.datetime.fromisoformat(record["started_at"])
        rules = record["settings"]["rules"]
        check(lake, project.contracts, catalogue, rules, as_of, project.author, started, is_full=True)
        then, now, different = _compare(project, lake, snapshots[run_id])
    return Replay(run_id, snapshots[run_id], as_of, then, now, different, _other_versions(record))


def record_of(var: Path, run_id: int) -> dict[str, Any] | None:
    """The record of a run by its number; None where there is none."""
    return next((record for record in records(var) if record.get("run_id") == run_id), None)


def _copy(project: Project, lake: Lake, version: int) -> None:
    """Everything but the marts, as it was just before the run put its own snapshot on top."""
    with lake.write(project.author, f"snapshot {version}", {}) as con:
        project.lake.attach_to(con, "origin", version)
        tables = con.execute(
            "SELECT table_schema, table_name FROM information_schema.tables"
            " WHERE table_catalog = 'origin' AND table_schema IN ('core', 'ops') ORDER BY ALL"
        ).fetchall()
        for schema in ("core", "mart", "ops"):
            con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        for schema, table in tables:
            con.execute(f"CREATE TABLE {schema}.{table} AS SELECT * FROM origin.{schema}.{table}")


def _compare(project: Project, lake: Lake, version: int) -> tuple[int, int, tuple[tuple[str, str], ...]]:
    con = lake.read()
    try:
        project.lake.attach_to(con, "origin", version)
        mine, theirs = (
            f"SELECT {_SAID} FROM {place}.ops.finding WHERE status <> 'resolved'" for place in ("lake", "origin")
        )
        counts = [con.execute(f"SELECT count(*) FROM ({sql})").fetchone() for sql in (theirs, mine)]
        different = con.execute(
            f"SELECT DISTINCT rule_id, finding_id FROM (({mine} EXCEPT ALL {theirs})"
            f" UNION ALL ({theirs} EXCEPT ALL {mine})) ORDER BY ALL"
        ).fetchall()
        then, now = (row[0] if row else 0 for row in counts)
        return then, now, tuple((rule, finding) for rule, finding in different)
    finally:
        con.close()


def _other_versions(record: dict[str, Any]) -> tuple[str, ...]:
    """Packages that were of another version then, which can explain a difference."""
    import importlib.metadata

    other = []
    for name, version in record["versions"].items():
        try:
            now = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        if now != version:
            other.append(f"{name} {version} → {now}")
    return tuple(other)
