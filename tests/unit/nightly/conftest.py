"""The sample, taken in by one run."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, Shop


@pytest.fixture(scope="session")
def after_one_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from workbench.scaffold import make_project

    root = tmp_path_factory.mktemp("night") / "shop"
    make_project(root)
    shop = Shop(root, root / "inbox", now=dt.datetime(2025, 4, 1, 8))
    shop.configure("[run]\nsettle_seconds = 0.01\n")
    for path in (*REPOSITORY.glob("data/sample/*.csv"), *REPOSITORY.glob("data/sample/*.xlsx")):
        if path.name != "answer_key.csv":
            (shop.inbox / path.name).write_bytes(path.read_bytes())
    ran = shop.run("run", "--as-of", "2025-03-31", "--fail-on", "never")
    assert ran.code == 0, ran.err
    shop.close()
    return root


@pytest.fixture
def sample(after_one_run: Path, tmp_path: Path) -> Iterator[Shop]:
    """A copy of it, to go on from."""
    shutil.copytree(after_one_run, tmp_path / "shop")
    shop = Shop(tmp_path / "shop", tmp_path / "shop/inbox", now=dt.datetime(2025, 4, 1, 9))
    yield shop
    shop.close()
