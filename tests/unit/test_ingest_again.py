"""The same content once more: left alone, unless it had rejected rows and the user now says how to read it."""

from tests.conftest import Shop


def test_rejected_rows_come_in_when_the_user_says_how_to_read_them(shop: Shop) -> None:
    rows = [["as_of_date", "product_code", "on_hand_qty"], ["13/01/2025", "P1", "5"], ["2025-01-31", "P2", "x"]]
    file = shop.file("stock_on_hand.csv", rows)
    first = shop.ingest(file)
    assert (first.accepted, first.rejected) == (1, 1)
    assert shop.ingest(file).status == "seen"
    again = shop.ingest(file, date_order="dmy")
    assert (again.status, again.known, again.rejected) == ("loaded", 1, 1)
    assert shop.rows("SELECT file_id, value FROM ops.reject") == [(2, "x")]
    assert shop.one("SELECT count(*) FROM core.stock_on_hand") == 1


def test_a_file_without_rejects_is_left_alone_whatever_is_said(shop: Shop) -> None:
    file = shop.file("stock_on_hand.csv", [["as_of_date", "product_code", "on_hand_qty"], ["2025-01-31", "P2", "1"]])
    shop.ingest(file)
    assert shop.ingest(file, date_order="mdy").status == "seen"


def test_a_second_reading_that_is_refused_keeps_the_original(shop: Shop) -> None:
    file = shop.file("stock_on_hand.csv", [["as_of_date", "product_code", "on_hand_qty"], ["2025-01-31", "P2", "x"]])
    shop.ingest(file)
    assert shop.ingest(file, table="receipt_line").status == "refused"
    assert shop.one("SELECT count(*) FROM ops.reject") == 1
    assert shop.project.archive.path(shop.one("SELECT sha256 FROM ops.file")).exists()
