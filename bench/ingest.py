"""How long `workbench ingest` takes against a bare typed INSERT into the same kind of lake, in one run.

For each size a file of stock movements is made (ten columns, two of them the key), then both are run in turn, each
in a process of its own: the whole of `ingest` (hash, archive, reading as text, typing, contract, keys, conservation,
snapshot) and `INSERT INTO … SELECT … FROM read_csv(…, columns = {types})`. Prints seconds within the process after its
imports, opening the lake included in both, the ratio of the medians, whole-process seconds, and peak memory.

    python bench/ingest.py [--rows 1000000 10000000] [--runs 3]
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TYPES = {
    "location_code": "VARCHAR",
    "movement_id": "VARCHAR",
    "occurred_at": "TIMESTAMP",
    "product_code": "VARCHAR",
    "movement_type": "VARCHAR",
    "moved_qty": "DECIMAL(18,3)",
    "unit_cost": "DECIMAL(18,4)",
    "document_no": "VARCHAR",
    "operator": "VARCHAR",
    "reason": "VARCHAR",
}


def make_file(path: Path, rows: int) -> None:
    """Movements of 20 stores and 5,000 products; hash() stands in for chance, so the file is always the same."""
    import duckdb

    duckdb.sql(
        f"""COPY (SELECT 'S' || lpad((i % 20)::VARCHAR, 3, '0') AS location_code,
                'M' || lpad(i::VARCHAR, 9, '0') AS movement_id,
                strftime(TIMESTAMP '2025-01-01' + to_seconds(i * 3), '%Y-%m-%d %H:%M:%S') AS occurred_at,
                'P' || lpad((hash(i) % 5000)::VARCHAR, 5, '0') AS product_code,
                'sale' AS movement_type,
                (-1 - (hash(i + 1) % 5)::INTEGER)::DECIMAL(18,3) AS moved_qty,
                (1 + (hash(i + 2) % 10000) / 100)::DECIMAL(18,4) AS unit_cost,
                'D' || (i // 5)::VARCHAR AS document_no,
                'op' || (i % 40)::VARCHAR AS "operator",
                'note ' || (i % 100)::VARCHAR AS reason
            FROM range({rows}) t(i)) TO '{path}' (HEADER, DELIMITER ',')"""
    )


def run_bare(file: Path, folder: Path) -> float:
    """The floor: DuckDB parses and types, the lake stores."""
    from workbench.lake import Lake
    from workbench.settings import LakeSettings

    lake = Lake(folder, LakeSettings())
    columns = ", ".join(f'"{name}" {kind}' for name, kind in TYPES.items())
    with lake.writer() as writer, writer.transaction("bench", "table", {}):
        writer.con.execute(f"CREATE SCHEMA core; CREATE TABLE core.stock_movement ({columns})")
    started = time.perf_counter()
    with lake.writer() as writer, writer.transaction("bench", "load", {}):
        writer.con.execute(
            f"INSERT INTO core.stock_movement SELECT * FROM read_csv('{file}', header = true, columns = {TYPES})"
        )
    return time.perf_counter() - started


def run_ingest(file: Path, folder: Path) -> float:
    """The whole of ingest, as the command runs it."""
    import pandera.polars  # noqa: F401  start-up is shown apart, for both

    from workbench.ingest import ingest
    from workbench.project import Project

    for name in ("checks", "pipelines"):
        (folder / name).symlink_to(ROOT / name)
    project = Project(folder)
    place = project.workplace()
    ingest([], place)  # makes the tables, as the bare run has made its own
    started = time.perf_counter()
    report = ingest([file], place)[0]
    seconds = time.perf_counter() - started
    assert report.status == "loaded" and report.accepted == report.read, report
    return seconds


def measure(kind: str, file: Path) -> dict[str, float]:
    """One run in a process of its own; its folder is removed afterwards."""
    folder = Path(tempfile.mkdtemp(dir=file.parent))
    started = time.perf_counter()
    try:
        output = subprocess.run(
            [sys.executable, __file__, "--one", kind, str(file), str(folder)],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
    finally:
        shutil.rmtree(folder)
    # What the last run wrote must not be written to disk during the next.
    os.sync()
    return {**json.loads(output), "process": time.perf_counter() - started}


def main() -> None:
    """Measure and print, or be one of the measured."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--one", nargs=3)
    options = parser.parse_args()
    if options.one:
        kind, file, folder = options.one
        seconds = (run_bare if kind == "bare" else run_ingest)(Path(file), Path(folder))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"seconds": seconds, "peak": peak}))
        return
    with tempfile.TemporaryDirectory(prefix="bench-ingest-") as folder:
        header = f"{'rows':>12} {'bare s':>8} {'ingest s':>9} {'ratio':>6} {'bare MB':>8} {'ingest MB':>10}"
        print(f"{header}   whole process s: bare, ingest", flush=True)
        for rows in options.rows:
            file = Path(folder) / f"stock_movement_{rows}.csv"
            make_file(file, rows)
            pairs = [(measure("bare", file), measure("ingest", file)) for _ in range(options.runs)]
            bare, full = ([pair[i] for pair in pairs] for i in (0, 1))
            middle = {
                name: statistics.median(run[key] for run in runs)
                for name, runs, key in (
                    ("bare", bare, "seconds"),
                    ("full", full, "seconds"),
                    ("bare_p", bare, "process"),
                    ("full_p", full, "process"),
                )
            }
            print(
                f"{rows:>12,} {middle['bare']:>8.2f} {middle['full']:>9.2f} {middle['full'] / middle['bare']:>6.2f}"
                f" {max(r['peak'] for r in bare):>8,.0f} {max(r['peak'] for r in full):>10,.0f}"
                f"   {middle['bare_p']:.2f}, {middle['full_p']:.2f}",
                flush=True,
            )
            file.unlink()


if __name__ == "__main__":
    main()
