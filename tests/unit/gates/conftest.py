"""One judge for all tests of gates, since starting it takes six seconds, and shops with the suites of the repository."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.conftest import REPOSITORY, Shop
from workbench.gates.judging import Court


@pytest.fixture(scope="session")
def court() -> Iterator[Court]:
    with Court() as found:
        yield found


@pytest.fixture
def one_court(court: Court, monkeypatch: pytest.MonkeyPatch) -> None:
    """The judge of all tests in place of one for each command."""

    @contextmanager
    def anew() -> Iterator[Court]:
        yield court

    monkeypatch.setattr("workbench.gates.judging.Court", anew)


class Gated:
    """A shop with a gate at its door."""

    def __init__(self, shop: Shop, court: Court) -> None:
        self.shop = shop
        self.court = court
        (shop.root / "checks" / "suites").symlink_to(REPOSITORY / "checks" / "suites")

    def load(self, name: str, content: Any) -> Any:
        """The report of one file, loaded through the gate."""
        from workbench.ingest import ingest

        project = self.shop.project
        (report,) = ingest([self.shop.file(name, content)], project.workplace(project.gate(self.court)))
        return report

    def receipts(self, night: int, rows: int = 20, **columns: Any) -> Any:
        """The receipts of one night, of a weekday that comes again every seven nights; `columns` in place of usual."""
        day = dt.date(2025, 1, 1) + dt.timedelta(days=night)
        self.shop.now = dt.datetime.combine(day, dt.time(23, 0))
        cells = {"product_code": "P1", "supplier_code": "V1", "unit_cost": "2.50", "received_qty": "4", **columns}
        names = ["location_code", "receipt_no", "line_no", "received_at", *cells]
        lines = [names, *(["S01", f"R{night}-{i}", "1", day, *cells.values()] for i in range(rows))]
        return self.load(f"receipt_line_{day}.csv", lines)

    def verdict(self, file_id: int, figure: str) -> str:
        """What became of one expectation of a load."""
        return str(self.shop.one(f"SELECT verdict FROM ops.gate WHERE file_id = {file_id} AND figure = '{figure}'"))


@pytest.fixture
def new_gated(new_shop: Callable[[], Shop], court: Court) -> Callable[[], Gated]:
    return lambda: Gated(new_shop(), court)


@pytest.fixture
def gated(new_gated: Callable[[], Gated]) -> Gated:
    return new_gated()
