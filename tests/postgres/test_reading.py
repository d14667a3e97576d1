"""A PostgreSQL catalogue as readers meet it: moments, nothing but SELECT, no password in any sentence."""

import datetime as dt

import pytest

from tests.conftest import Shop

pytestmark = pytest.mark.postgres
COUNT = "SELECT count(*) AS n FROM core.receipt_line"
LINES = "receipt_no,line_no,received_qty,received_at\nR1,1,5,2025-01-03\n"


def use(shop: Shop, catalogue: str) -> None:
    shop.close()
    shop.configure(f"[lake]\ncatalogue = '{catalogue}'\n")


def test_reading_as_of_a_moment(shop: Shop, catalogue: str) -> None:
    use(shop, catalogue)
    shop.load("receipt_line.csv", LINES)
    last = shop.project.lake.snapshots(shop.con)[-1]
    shop.load("receipt_line.csv", LINES + "R2,1,5,2025-01-03\n")
    moment = (last.committed_at + dt.timedelta(milliseconds=1)).isoformat()
    assert shop.run("sql", COUNT, "--json", "--at", moment).json == [{"n": 1}]
    assert shop.run("sql", COUNT, "--json").json == [{"n": 2}]


def test_sql_reads_and_nothing_else(shop: Shop, catalogue: str) -> None:
    use(shop, catalogue)
    shop.load("receipt_line.csv", LINES)
    before = shop.state()
    for attempt in (
        "SELECT * FROM postgres_query('__ducklake_metadata_lake', 'DELETE FROM ducklake_snapshot RETURNING 1')",
        "SELECT * FROM postgres_execute('__ducklake_metadata_lake', 'DROP TABLE ducklake_snapshot')",
        "CALL postgres_execute('__ducklake_metadata_lake', 'DROP TABLE ducklake_snapshot')",
        "DELETE FROM __ducklake_metadata_lake.public.ducklake_snapshot",
    ):
        assert shop.run("sql", attempt).code in (2, 12)
    assert shop.state() == before


@pytest.mark.parametrize("is_there", [True, False], ids=["no tables", "no server"])
def test_a_catalogue_that_cannot_be_read_is_one_sentence_without_a_password(
    shop: Shop, request: pytest.FixtureRequest, is_there: bool
) -> None:
    address = "host=127.0.0.1 port=1 user=stock dbname=none"
    use(shop, (request.getfixturevalue("catalogue") if is_there else address) + " password=geheim")
    for arguments in (["sql", COUNT], ["findings"], ["doctor"]):
        ran = shop.run(*arguments)
        assert ran.code == 14, (arguments, ran.out, ran.err)
        assert "Traceback" not in ran.err
        assert "geheim" not in ran.out + ran.err
