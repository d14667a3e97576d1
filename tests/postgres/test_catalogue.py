"""A team's lake: the catalogue in PostgreSQL, the same answers as with SQLite, one writer at a time across folders."""

from collections.abc import Callable

import pytest

from tests.conftest import Shop

pytestmark = pytest.mark.postgres
RECEIPTS = [["receipt_no", "line_no", "product_code", "received_qty", "received_at"]] + [
    [f"R{i}", 1, f"P{i % 7}", i, "2025-03-01 10:00:00"] for i in range(40)
]


def use(shop: Shop, catalogue: str, data_path: str = "var/lake") -> None:
    shop.configure(f'[lake]\ncatalogue = "{catalogue}"\ndata_path = "{data_path}"\nlock_timeout_seconds = 60\n')


def test_the_same_lake_as_with_sqlite(new_shop: Callable[[], Shop], catalogue: str) -> None:
    states = []
    for is_postgres in (False, True):
        shop = new_shop()
        if is_postgres:
            use(shop, catalogue)
        assert shop.load("receipt_line.csv", RECEIPTS).accepted == 40
        assert shop.load("receipt_line_2.csv", [*RECEIPTS[:20], ["R0", 1, "P9", 5, "2025-03-01"]]).status == "loaded"
        assert shop.run("check", "--as-of", "2025-03-31").code == 10
        assert shop.run("check", "--as-of", "2025-03-31").code == 10
        assert shop.run("findings").code == 0
        states.append(shop.state())
    assert states[0] == states[1]


def test_reading_as_of_a_snapshot(shop: Shop, catalogue: str) -> None:
    use(shop, catalogue)
    shop.load("receipt_line.csv", RECEIPTS)
    before = shop.run("snapshots", "--json").json[-1]["snapshot"]
    shop.load("receipt_line_2.csv", [RECEIPTS[0], ["R99", 1, "P1", 5, "2025-03-01"]])
    count = "SELECT count(*) AS n FROM core.receipt_line"
    assert shop.run("sql", count, "--json", "--snapshot", str(before)).json == [{"n": 40}]
    assert shop.run("sql", count, "--json").json == [{"n": 41}]


def test_writers_in_two_folders_take_turns_and_lose_nothing(
    new_shop: Callable[[], Shop], catalogue: str, tmp_path
) -> None:
    shops = [new_shop(), new_shop()]
    for shop in shops:
        use(shop, catalogue, str(tmp_path / "shared"))
    shops[0].ingest()
    running = []
    for number, shop in enumerate(shops):
        for part in range(3):
            rows = [RECEIPTS[0]] + [[f"W{number}-{part}-{i}", 1, "P1", i, "2025-03-01"] for i in range(200)]
            running.append(shop.start("ingest", shop.file(f"receipt_line_{number}_{part}.csv", rows)))
    for process in running:
        _, err = process.communicate(timeout=300)
        assert process.returncode == 0, err
    assert shops[0].rows("SELECT count(*), count(DISTINCT file_id) FROM core.receipt_line") == [(1200, 6)]
    assert shops[1].rows("SELECT count(*), count(DISTINCT file_id) FROM ops.file") == [(6, 6)]


def test_a_writer_elsewhere_is_waited_for_with_a_sentence(new_shop: Callable[[], Shop], catalogue: str) -> None:
    one, other = new_shop(), new_shop()
    use(one, catalogue)
    other.configure(f'[lake]\ncatalogue = "{catalogue}"\nlock_timeout_seconds = 0\n')
    file = other.file("receipt_line.csv", RECEIPTS)
    with one.project.lake.lock():
        ran = other.run("ingest", file)
    assert ran.code == 1
    assert "Another process is writing to the shared catalogue" in ran.err
    assert other.run("ingest", file).code == 0


def test_an_unreachable_catalogue_is_one_sentence(shop: Shop) -> None:
    use(shop, "host=127.0.0.1 port=1 user=nobody dbname=nowhere connect_timeout=2")
    ran = shop.run("ingest", shop.file("receipt_line.csv", RECEIPTS))
    assert ran.code == 14
    assert "Traceback" not in ran.err
    assert ran.err.count("\n") == 1
