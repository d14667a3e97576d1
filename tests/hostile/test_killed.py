"""Killed with SIGKILL at many moments of ingest and check, then run again: the lake is as if nothing had happened.

The process says when its imports are done, so that the moments are spread over the work and not over start-up.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, Shop

MOMENTS = 12
RUNNER = """
import sys, datetime as dt
from pathlib import Path
import pandera.polars, workbench.findings, workbench.ingest
from workbench.findings import check
from workbench.ingest import ingest
from workbench.project import Project

project = Project(Path(sys.argv[1]), now=lambda: dt.datetime(2025, 4, 1, 8, 0))
project.catalogue, project.contracts, project.sources
print("ready", flush=True)
if sys.argv[2] == "ingest":
    ingest([Path(sys.argv[3])], project.workplace())
else:
    check(project.lake, project.contracts, project.catalogue, {}, dt.date(2025, 3, 31), "tester", project.now())
"""
pytestmark = pytest.mark.slow


def write_exports(shop: Shop) -> Path:
    """Three files: one that is adopted as Parquet, one with rejects and repeated rows, one small."""
    lines = ["location_code,movement_id,occurred_at,product_code,movement_type,moved_qty"]
    lines += [f"S01,M{i},2025-03-{1 + i % 28:02d} 10:00:00,P{i % 500},sale,-{1 + i % 3}" for i in range(150_000)]
    shop.file("x/stock_movement.csv", "\n".join(lines) + "\n")
    lines = ["location_code,receipt_no,line_no,product_code,received_qty,received_at"]
    lines += [f"S01,R{i // 3},{i % 3},P{i % 500},{'none' if i % 97 == 0 else i % 40},2025-03-01" for i in range(20_000)]
    shop.file("x/receipt_line.csv", "\n".join([*lines, lines[5], lines[6]]) + "\n")
    shop.file("x/product.csv", "product_code,product_name\n" + "".join(f"P{i},Name {i}\n" for i in range(500)))
    return shop.inbox / "x"


def start(shop: Shop, *arguments: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", RUNNER, str(shop.root), *arguments], stdout=subprocess.PIPE, text=True, cwd=REPOSITORY
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def killed_after(shop: Shop, seconds: float, *arguments: str) -> bool:
    """Whether the process was still at work when it was killed."""
    process = start(shop, *arguments)
    time.sleep(seconds)
    is_running = process.poll() is None
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()
    return is_running


def undisturbed(shop: Shop, *arguments: str) -> float:
    process = start(shop, *arguments)
    started = time.perf_counter()
    assert process.wait() == 0
    assert process.stdout is not None
    process.stdout.close()
    return time.perf_counter() - started


def data_files(shop: Shop) -> int:
    return sum(1 for p in (shop.root / "var" / "files").rglob("*") if p.is_file())


def test_ingest_killed_at_many_moments_then_run_again(new_shop: Callable[[], Shop]) -> None:
    whole = new_shop()
    duration = undisturbed(whole, "ingest", str(write_exports(whole)))
    expected = whole.state()
    assert len(expected["core.stock_movement"]) == 150_000
    cut = 0
    states = set()
    for moment in range(MOMENTS):
        shop = new_shop()
        exports = write_exports(shop)
        cut += killed_after(shop, duration * (moment + 0.5) / MOMENTS, "ingest", str(exports))
        # What a reader sees between the crash and the rerun is whole files or nothing of them.
        halfway = shop.state()
        for table in ("core.stock_movement", "core.receipt_line", "core.product"):
            assert len(halfway[table]) in (0, len(expected[table]))
        states.add(tuple(len(halfway[t]) for t in sorted(halfway) if t.startswith("core.")))
        shop.ingest(exports)
        assert shop.state() == expected
        assert data_files(shop) == data_files(whole)
        assert not (shop.root / "var" / "staging").exists()
        assert not list((shop.root / "var" / "files").glob("*.part"))
    # The moments must have hit the work, and different places of it, or the test has shown nothing.
    assert cut >= MOMENTS // 4
    assert len(states) > 1


def test_check_killed_at_many_moments_then_run_again(new_shop: Callable[[], Shop]) -> None:
    def filled() -> Shop:
        shop = new_shop()
        shop.ingest(write_exports(shop))
        for name in "stock_ledger ledger_opening ledger_month ledger_carry movement_tie count_total".split():
            (shop.root / "pipelines" / "models" / f"{name}.sql").symlink_to(
                REPOSITORY / "pipelines" / "models" / f"{name}.sql"
            )
        text = (REPOSITORY / "checks" / "rules" / "codes" / "product_code_missing.sql").read_text()
        ledger = text.replace(
            "FROM core.receipt_line\nWHERE",
            "FROM core.receipt_line\nWHERE EXISTS (SELECT 1 FROM mart.stock_ledger) AND",
        )
        shop.rule("needs_the_ledger", ledger)
        return shop

    whole = filled()
    duration = undisturbed(whole, "check")
    expected = whole.state()
    assert len(expected["ops.finding"]) > 0
    cut = 0
    for moment in range(MOMENTS // 2):
        shop = filled()
        cut += killed_after(shop, duration * (moment + 0.5) / (MOMENTS // 2), "check")
        assert len(shop.state()["ops.run"]) in (0, 1)
        if not shop.state()["ops.run"]:
            shop.check()
        assert shop.state() == expected
    assert cut >= MOMENTS // 4


def test_a_second_process_waits_says_so_and_both_end_well(shop: Shop) -> None:
    exports = write_exports(shop)
    other = shop.file("supplier.csv", "supplier_code,supplier_name\nV1,One\n")
    first = start(shop, "ingest", str(exports))
    time.sleep(0.3)
    second = shop.start("ingest", other)
    # Readers are never blocked: this answers while the first still writes.
    reader = shop.run("sql", "SELECT count(*) AS n FROM core.product", "--json")
    assert reader.code == 0
    _, err = second.communicate(timeout=120)
    assert second.returncode == 0, err
    assert first.wait(timeout=120) == 0
    assert first.stdout is not None
    first.stdout.close()
    assert shop.one("SELECT count(*) FROM core.supplier") == 1
    assert shop.one("SELECT count(*) FROM core.stock_movement") == 150_000


def test_a_lock_that_is_never_given_back_ends_in_a_sentence(shop: Shop) -> None:
    shop.configure("[lake]\nlock_timeout_seconds = 0\n")
    file = shop.file("supplier.csv", "supplier_code,supplier_name\nV1,One\n")
    with shop.project.lake.lock():
        waiting = shop.start("ingest", file)
        out, err = waiting.communicate(timeout=120)
    assert waiting.returncode == 1
    assert "Another process is writing" in err
    assert "has been writing" in err
    assert "Traceback" not in err
    assert out == ""
