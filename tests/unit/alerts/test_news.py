"""What there is to tell: troubles from the records of runs, and which time a finding stands open."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import duckdb

from workbench.alerts.news import TROUBLES, epoch_of, epochs_of, recent_records, troubles

NOW = dt.datetime(2025, 4, 8, 8, 0)


def record(**values: Any) -> dict[str, Any]:
    return {"started_at": "2025-04-08 02:30:00", "error": "", "files": [], "outcomes": [], **values}


def file(name: str, status: str, message: str = "why") -> dict[str, Any]:
    return {"file_name": name, "sheet": "", "status": status, "message": message, "path": f"/in/{name}"}


def test_every_trouble_of_a_run_is_told_with_its_gravity() -> None:
    whole = record(
        error="the disk is full",
        files=[file("a.csv", "loaded"), file("b.csv", "seen"), file("c.csv", "refused"), file("d.csv", "held")],
        quarantine=[{"file_id": 4, "file_name": "d.csv", "reasons": "too few rows", "held_at": NOW}],
        notes=[
            {"note": "backup_failed", "reason": "no room"},
            {"note": "rehearsal_failed", "reason": "wrong hash"},
            {"note": "runs_missed", "count": 1},
        ],
        outcomes=[{"rule_id": "r1", "status": "error", "detail": "no table"}, {"rule_id": "r2", "status": "fail"}],
    )
    found = troubles([whole])
    assert {n.rule_id: n.severity for n in found} == TROUBLES
    details = ["the disk is full", "c.csv: why", "d.csv: too few rows", "r1: no table", "no room", "wrong hash"]
    assert [n.detail for n in found] == details
    assert troubles([record()]) == []
    later = troubles([json.loads(json.dumps({**whole, "started_at": "2025-04-09 02:30:00"}, default=str))])
    # A load that still waits is no news the next night.
    assert [n.rule_id for n in later if n.key in {n.key for n in found}] == ["load_quarantined"]


def test_records_are_read_for_a_week_whatever_lies_beside_them(tmp_path: Path) -> None:
    assert recent_records(tmp_path, NOW) == []
    folder = tmp_path / "runs"
    folder.mkdir()
    (folder / "20250331T023000.json").write_text(json.dumps(record(error="long ago")))
    (folder / "20250408T023000.json").write_text(json.dumps(record(error="tonight")))
    (folder / "20250408T023000-2.json").write_text("{")
    (folder / "20250408T033000.json").write_text("[1]")
    (folder / "20250408T043000.json").write_text("{}")
    (folder / "20250408T053000.json").mkdir()
    (folder / "20250408T063000.draft").write_text(json.dumps(record(error="half")))
    assert [r["error"] for r in recent_records(tmp_path, NOW)] == ["tonight"]


def test_a_finding_stands_open_since_it_came_back_last() -> None:
    con = duckdb.connect()
    con.execute("ATTACH ':memory:' AS lake; USE lake; CREATE SCHEMA ops")
    # A lake that an older program wrote.
    assert epochs_of(con) == {}
    con.execute("CREATE TABLE ops.reopening AS SELECT * FROM (VALUES ('f1', 3), ('f1', 7)) AS t(finding_id, run_id)")
    epochs = epochs_of(con)
    con.close()
    assert epoch_of({"finding_id": "f1", "first_seen_run": 1}, epochs) == "7"
    assert epoch_of({"finding_id": "f2", "first_seen_run": 2}, epochs) == "2"
