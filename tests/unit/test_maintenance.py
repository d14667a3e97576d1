"""Keeping the lake small: fewer files, old states let go as the settings say, and every answer as before."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.conftest import Shop
from workbench.errors import InputRefused
from workbench.lake import Snapshot
from workbench.maintenance import maintain, to_expire
from workbench.settings import MaintenanceSettings

HEADER = "location_code,movement_id,occurred_at,product_code,movement_type,moved_qty\n"
RULE = "received_in_vain"


def nights(shop: Shop, count: int) -> None:
    """So many loads, each large enough for a file of its own."""
    for night in range(count):
        rows = "".join(f"S,M{night}-{i},2025-03-02 09:00:00,P{i % 9},receipt,1\n" for i in range(400))
        shop.load(f"night{night}/stock_movement.csv", HEADER + rows)


def parquet(shop: Shop) -> list[Path]:
    return sorted(Path(shop.project.lake.data_path).rglob("*.parquet"))


def test_small_files_become_few_and_every_state_reads_as_before(shop: Shop) -> None:
    nights(shop, 6)
    shop.check()
    versions = [s.snapshot_id for s in shop.project.lake.snapshots(shop.con)][1:]
    question = "SELECT count(*), sum(hash(movement_id)) FROM core.stock_movement"

    def states() -> list[object]:
        found = []
        for version in versions:
            con = shop.project.lake.read(version)
            present = con.execute(
                "SELECT count(*) FROM information_schema.tables WHERE table_name = 'stock_movement'"
            ).fetchone()
            found.append(con.execute(question).fetchone() if present != (0,) else None)
            con.close()
        return found

    before, whole = states(), shop.state()
    done = maintain(shop.project.lake, MaintenanceSettings(grace_days=0), dt.datetime(2100, 1, 1))
    assert done.files_after < done.files_before
    assert done.expired == ()
    assert done.removed > 0
    assert states() == before
    assert shop.state() == whole
    nights(shop, 7)
    assert shop.one("SELECT count(*) FROM core.stock_movement") == 2800


def test_files_stay_for_whoever_reads_an_old_state_until_the_days_of_grace_are_over(shop: Shop) -> None:
    nights(shop, 4)
    there = parquet(shop)
    done = maintain(shop.project.lake, MaintenanceSettings(), dt.datetime.now(dt.UTC).replace(tzinfo=None))
    assert done.removed == 0
    assert set(there) <= set(parquet(shop))
    maintain(shop.project.lake, MaintenanceSettings(), dt.datetime.now(dt.UTC).replace(tzinfo=None) + dt.timedelta(3))
    assert len(parquet(shop)) < len(there)


def test_what_is_let_go_cannot_be_read_and_what_is_kept_can(shop: Shop) -> None:
    nights(shop, 3)
    shop.check()
    shop.check()
    snapshots = shop.project.lake.snapshots(shop.con)
    kept = snapshots[3].snapshot_id
    settings = MaintenanceSettings(keep_days=30, keep_snapshots=[kept], grace_days=0)
    findings = shop.findings()
    done = maintain(shop.project.lake, settings, dt.datetime.now(dt.UTC).replace(tzinfo=None) + dt.timedelta(days=60))
    assert done.expired
    assert kept not in done.expired
    shop.project.lake.read(kept).close()
    with pytest.raises(InputRefused, match="workbench snapshots"):
        shop.project.lake.read(done.expired[0])
    assert shop.findings() == findings
    # The next check goes on from the last, and looks at nothing where nothing came.
    report = shop.check()
    assert {o.scope for o in report.outcomes} == {"nothing"}


def test_the_books_that_are_judged_by_are_never_let_go() -> None:
    start = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    snapshots = [
        Snapshot(n, start + dt.timedelta(days=n), "", "", {"proposals": [1]} if n == 40 else {}) for n in range(120)
    ]
    now = dt.datetime(2025, 5, 1)
    gone = to_expire(snapshots, 50, MaintenanceSettings(keep_days=20, keep_snapshots=[7]), now)
    stay = {s.snapshot_id for s in snapshots} - set(gone)
    months = {30, 58, 89, 119}
    assert {7, 40, 50, *months, *range(100, 120)} == stay
    assert to_expire(snapshots, 0, MaintenanceSettings(), now) == ()
    assert to_expire([], 0, MaintenanceSettings(keep_days=1), now) == ()


def test_a_run_ends_with_it_and_keeps_what_was_done_in_its_record(shop: Shop) -> None:
    import json

    shop.configure("[run]\nsettle_seconds = 0.01\n")
    nights(shop, 4)
    assert shop.run("run", "--as-of", "2025-03-31", "--fail-on", "never").code == 0
    record = json.loads(max((shop.project.var / "runs").glob("*.json")).read_text(encoding="utf-8"))
    assert record["maintained"]["files_after"] < record["maintained"]["files_before"]
    assert "maintain" in record["seconds"]
