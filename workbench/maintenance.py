"""Keeping the lake small: many small files become few, and old states are let go, except for those an auditor needs.

Files that nothing refers to any more are removed a while later, so that whoever reads an old state now can finish.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.lake import Snapshot, snapshot_of_runs
from workbench.storage import writing_to

if TYPE_CHECKING:
    import duckdb

    from workbench.lake import Lake
    from workbench.settings import MaintenanceSettings


@dataclass(frozen=True)
class Maintained:
    """What was done: data files before and after, snapshots let go, files removed."""

    files_before: int
    files_after: int
    expired: tuple[int, ...]
    removed: int


def maintain(lake: Lake, settings: MaintenanceSettings, now: dt.datetime) -> Maintained:
    """Merge small files, let old snapshots go as the settings say, remove what nothing refers to since `grace_days`."""
    with writing_to(lake.var), lake.writer() as writer:
        con = writer.con
        before = _files(con)
        runs, _ = snapshot_of_runs(con)
        expired = to_expire(lake.snapshots(con), runs[max(runs)] if runs else 0, settings, now)
        if expired:
            con.execute(f"CALL ducklake_expire_snapshots('lake', versions => {list(expired)})")
        if settings.merge_files:
            con.execute("CALL ducklake_merge_adjacent_files('lake')")
        moment = now - dt.timedelta(days=settings.grace_days)
        removed = con.execute(
            f"CALL ducklake_cleanup_old_files('lake', older_than => TIMESTAMPTZ '{moment.isoformat(sep=' ')}+00')"
        ).fetchall()
        return Maintained(before, _files(con), expired, len(removed))


def to_expire(
    snapshots: Sequence[Snapshot], last_run: int, settings: MaintenanceSettings, now: dt.datetime
) -> tuple[int, ...]:
    """Snapshots to let go, oldest first: those older than `keep_days`, but for the ones that books are judged by.

    These stay: the newest, the last of each month, the last run's (the next one goes on from it), the ones that
    corrections made, and those that the settings name. With `keep_days` 0 all stay.
    """
    if not settings.keep_days or not snapshots:
        return ()
    limit = now - dt.timedelta(days=settings.keep_days)
    last_of_month = {s.committed_at.strftime("%Y-%m"): s.snapshot_id for s in snapshots}
    kept = {snapshots[-1].snapshot_id, last_run, *last_of_month.values(), *settings.keep_snapshots}
    return tuple(
        s.snapshot_id
        for s in snapshots
        if s.snapshot_id not in kept and s.committed_at.replace(tzinfo=None) < limit and "proposals" not in s.extra
    )


def _files(con: duckdb.DuckDBPyConnection) -> int:
    row = con.execute("SELECT coalesce(sum(file_count), 0) FROM ducklake_table_info('lake')").fetchone()
    return int(row[0]) if row else 0
