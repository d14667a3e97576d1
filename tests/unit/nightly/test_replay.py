"""A run made again from its snapshot: the same findings, whatever has happened since."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from tests.conftest import Shop

pytestmark = pytest.mark.slow


def test_a_run_gives_the_same_findings_again_whatever_came_after_it(sample: Shop) -> None:
    before = len(sample.findings())
    header = "location_code,movement_id,occurred_at,product_code,movement_type,moved_qty\n"
    (sample.inbox / "stock_movement.csv").write_text(header + "S01,Z1,2025-03-30 09:00:00,040001,sale,-99\n", "utf-8")
    # The second run looks at other data with other parameters, and a rule says something else by then.
    sample.configure("[run]\nsettle_seconds = 0.01\n\n[rules.receipt_over_order]\ntolerance_share = 0.5\n")
    rule = next(sample.root.glob("checks/rules/*/batch_expired_on_hand.sql"))
    rule.write_text(rule.read_text(encoding="utf-8").replace("severity = ", "# \nseverity = "), encoding="utf-8")
    sample.now += dt.timedelta(days=1)
    ran = sample.run("run", "--as-of", "2025-04-01", "--fail-on", "never")
    assert ran.code == 0, ran.err
    assert len(sample.findings()) != before
    snapshots = sample.snapshots()
    first = sample.run("--json", "run", "--replay", "1")
    assert (first.code, first.json["then"], first.json["now"]) == (0, before, before), first.out
    second = sample.run("--json", "run", "--replay", "2")
    assert (second.code, second.json["is_same"]) == (0, True), second.out
    assert sample.snapshots() == snapshots


def test_what_would_not_be_the_same_run_is_refused_and_a_difference_is_named(sample: Shop) -> None:
    assert sample.run("run", "--replay", "9").code == 2
    (record,) = (sample.project.var / "runs").glob("*.json")
    facts = json.loads(record.read_text(encoding="utf-8"))
    # As if that run had looked at another day.
    record.write_text(json.dumps({**facts, "as_of": "2025-03-25"}), encoding="utf-8")
    ran = sample.run("--lang", "zh", "run", "--replay", "1")
    assert (ran.code, "不一致" in ran.err) == (10, True)
    record.write_text(json.dumps(facts), encoding="utf-8")
    digest = facts["catalogue"]["models/on_hand.sql"]
    kept = sample.project.var / "catalogue" / digest[:2] / f"{digest}.sql"
    content = kept.read_bytes()
    kept.write_bytes(content + b" ")
    assert sample.run("run", "--replay", "1").code == 12
    kept.unlink()
    ran = sample.run("run", "--replay", "1")
    assert (ran.code, "gone" in ran.err) == (12, True)
    kept.write_bytes(content)
    assert sample.run("run", "--replay", "1").code == 0
