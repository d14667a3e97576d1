"""A run on a disk that is full or may not be written: one sentence, nothing lost, and all well once there is room."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Shop, copied

HEADER = "location_code,movement_id,occurred_at,product_code,movement_type,moved_qty\n"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of eight megabytes of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(place)]
    if os.getuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a disk takes the right to do so")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def project_on(disk: Path, template: Path) -> Shop:
    shop = copied(template, disk / "project")
    shop.configure("[run]\nsettle_seconds = 0.01\n")
    return shop


def put(shop: Shop, rows: int) -> Path:
    path = shop.root / "inbox" / "stock_movement.csv"
    path.parent.mkdir(exist_ok=True)
    lines = (f"S,M{i},2025-03-02 09:00:00,P{i * 7919 % 9973},receipt,{i % 89}\n" for i in range(rows))
    path.write_text(HEADER + "".join(lines), encoding="utf-8")
    return path


def test_a_full_disk_is_said_and_the_next_run_takes_everything_in(small_disk: Path, shop_template: Path) -> None:
    shop = project_on(small_disk, shop_template)
    assert shop.run("run", "--as-of", "2025-03-31", "--fail-on", "never").code == 0
    export = put(shop, 3000)
    filler = small_disk / "filler"
    with filler.open("wb", buffering=0) as stream:
        try:
            while True:
                stream.write(bytes(4096))
        except OSError:
            pass
    ran = shop.run("run", "--as-of", "2025-03-31", "--fail-on", "never")
    assert ran.code == 12, ran.err
    assert "Traceback" not in ran.err
    assert "make room" in ran.err
    assert export.exists()
    filler.unlink()
    ran = shop.run("run", "--as-of", "2025-03-31", "--fail-on", "never")
    assert ran.code == 0, ran.err
    assert shop.one("SELECT count(*) FROM core.stock_movement") == 3000
    assert not export.exists()
    shop.close()


def test_a_disk_that_may_not_be_written_is_said_and_nothing_is_lost(small_disk: Path, shop_template: Path) -> None:
    shop = project_on(small_disk, shop_template)
    assert shop.run("run", "--as-of", "2025-03-31", "--fail-on", "never").code == 0
    export = put(shop, 10)
    shop.close()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    ran = shop.run("run", "--as-of", "2025-03-31", "--fail-on", "never")
    assert ran.code == 12, ran.err
    assert "Traceback" not in ran.err
    assert len(ran.err.strip().splitlines()) <= 2
    assert export.exists()
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    assert shop.run("run", "--as-of", "2025-03-31", "--fail-on", "never").code == 0
    assert shop.one("SELECT count(*) FROM core.stock_movement") == 10
    shop.close()
