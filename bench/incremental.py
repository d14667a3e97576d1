"""What a night costs: a check after one night's load against a check of everything, by size of history and of night.

Each history is loaded and checked once as a whole; then nights follow one another, each loaded and checked, and the
whole is checked anew with --full. Times are of the whole check, as `workbench check` does it in one process.
"""

from __future__ import annotations

import argparse
import datetime as dt
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import chain

from workbench.findings import check
from workbench.project import Project
from workbench.scaffold import make_project


def main() -> None:
    """Measure and print; exit 1 when a night of 0.5 % costs more than a tenth of the whole at the largest size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, nargs="+", default=[50, 100, 200], help="days of history, one lake each")
    parser.add_argument("--night", type=int, default=50_000, help="movements of a day")
    parser.add_argument("--nights", type=int, default=3, help="nights measured at each size")
    parser.add_argument("--keep", type=Path, help="keep the lakes in this folder, and go on with what is there")
    parser.add_argument("--slow", type=int, default=0, help="print so many of the slowest steps of a night")
    options = parser.parse_args()
    print("history    night   whole check   check of a night (median)   share")
    share = 0.0
    for days in options.days:
        with tempfile.TemporaryDirectory() as folder:
            root = (options.keep or Path(folder)) / str(days)
            history, nights, whole = measure(root, days, options)
            night = statistics.median(nights)
            share = night / whole
            print(f"{history:>10,} {options.night:>7,} {whole:>10.1f} s {night:>16.1f} s {share:>18.1%}", flush=True)
            print("   nights:", " ".join(f"{n:.1f}" for n in nights), flush=True)
    if share > 0.1:
        sys.exit("A night costs more than a tenth of the whole.")


def measure(root: Path, days: int, options: Any) -> tuple[int, list[float], float]:
    """Movements of the history, seconds of each night, seconds of the whole."""
    if not (root / "var").exists():
        make_project(root)
        project = Project(root)
        with project.lake.write("bench", "load", {}) as con:
            chain.write_master(con, project.contracts, options.night)
            chain.write_days(con, 0, days, options.night, 1)
        run(project, days, False)
    project = Project(root)
    for kind in ("checks", "pipelines"):
        shutil.copytree(Path(__file__).parents[1] / kind, root / kind, dirs_exist_ok=True)
    run(project, days, False)
    done = project.lake.read().execute("SELECT max(file_id), count(*) FROM core.stock_movement").fetchone()
    assert done is not None
    nights = []
    for night in range(done[0], done[0] + options.nights):
        start = days + night - 1
        with project.lake.write("bench", "load", {}) as con:
            chain.write_days(con, start, start + 1, options.night, night + 1)
        nights.append(run(project, start + 1, False, options.slow))
    return done[1], nights, run(project, days + done[0] + options.nights - 1, True, options.slow)


def run(project: Project, days: int, is_full: bool, slow: int = 0) -> float:
    """Seconds of one check as of the last of the days."""
    started = time.perf_counter()
    report = check(
        project.lake, project.contracts, project.catalogue, {}, chain.FIRST_DAY + dt.timedelta(days=days), "bench",
        dt.datetime(2026, 1, 1), is_full=is_full,
    )  # fmt: skip
    seconds = time.perf_counter() - started
    errors = [(o.rule.rule_id, o.detail) for o in report.outcomes if o.status == "error"]
    assert not errors, errors
    if slow:
        steps = [(s, f"mart.{name}", "") for name, s in report.model_seconds.items()]
        steps += [(o.seconds, o.rule.rule_id, o.scope) for o in report.outcomes]
        for step in sorted(steps, reverse=True)[:slow]:
            print("   ", *step)
        print("    findings", sum(o.violated for o in report.outcomes), "models", len(report.models_built), flush=True)
    return seconds


if __name__ == "__main__":
    main()
