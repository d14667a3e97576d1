"""Grocery simulator: small files made here, and the books of a whole simulated year.

The year (`visible/` and `hidden/`) is read from the folder in WORKBENCH_GROCERY_SIM or one in it, else from
`.cache/grocery-sim-data/<seed>`, where there is one.
"""

import os
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

TILL = "receipt_id|hour|payment|customer_id|uid|qty|unit_price|promo|ref_receipt_id|date\n"
PAPERS = "uid|qty|unit_cost|order_date|delivery_date|posted_date\n"


def till(runner, *lines):
    return runner("grocery_sim").text("receipts", TILL + "\n".join(lines)).run()


def test_till_line_is_a_sale(runner) -> None:
    done = till(runner, "7|8|card||AB-SPI-001|3|2.69|0||2025-01-02")

    assert done.rows(
        "SELECT occurred_at, product_code, movement_type, moved_qty, sale_amount, document_no, device_id, device_seq "
        "FROM core.stock_movement"
    ) == [(datetime(2025, 1, 2, 8), "AB-SPI-001", "sale", Decimal(-3), Decimal("8.07"), "7", "till", 7)]


def test_void_puts_back_what_was_rung_up(runner) -> None:
    done = till(runner, "7|8|card||A|2|1.00|0||2025-01-02", "7|8|card||A|-2|1.00|0||2025-01-02")

    assert done.one("SELECT count(*), sum(moved_qty), sum(sale_amount) FROM core.stock_movement") == (2, 0, 0)
    assert done.one("SELECT max(moved_qty) FROM core.stock_movement WHERE movement_type = 'sale'") == (2,)


def test_refund_moves_money_but_no_stock(runner) -> None:
    done = till(runner, "9|8|card||A|-1|2.69|0|7|2025-01-02")

    assert done.rows("SELECT movement_type, moved_qty, sale_amount, reason FROM core.stock_movement") == [
        ("sale_return", Decimal(0), Decimal("-2.69"), "refund of receipt 7, goods not put back")
    ]


def test_hour_zero_is_a_placeholder(runner) -> None:
    done = till(runner, "7|0|card||A|1|2.69|0||2025-01-02", "8|14|card||A|1|2.69|0||2025-01-02")

    assert [r[0].hour for r in done.rows("SELECT occurred_at FROM core.stock_movement ORDER BY movement_id")] == [
        12,
        14,
    ]


def test_repeated_lines_keep_their_ids_whatever_the_order_of_the_file(runner) -> None:
    lines = ["7|8|card||A|1|2.69|0||2025-01-02", "7|8|card||B|1|2.69|0||2025-01-02"] * 2
    ids = "SELECT movement_id FROM core.stock_movement ORDER BY 1"

    first, second = till(runner, *lines).rows(ids), till(runner, *reversed(lines)).rows(ids)

    assert first == second
    assert len(set(first)) == 4


def test_unreadable_quantity_is_refused_with_its_text(runner) -> None:
    done = till(runner, "7|8|card||A|two|2.69|0||2025-01-02")

    assert [r[3:] for r in done.refused] == [("moved_qty", "two")]


def test_invoice_posted_twice_is_two_invoices_that_differ_in_posting(runner) -> None:
    content = f"{PAPERS}A|5|1.50|2025-01-06|2025-01-08|2025-01-08\nA|5|1.50|2025-01-06|2025-01-08|2025-01-11"
    done = runner("grocery_sim").text("procurement", content).run()

    assert done.rows(
        "SELECT supplier_code, invoice_no, line_no, po_no, invoiced_qty, unit_price, invoiced_amount, invoiced_date "
        "FROM core.invoice_line ORDER BY invoice_no"
    ) == [
        (
            *("supplier", f"A/2025-01-08/2025-01-{day}/1", 1, "2025-01-06"),
            *(Decimal(5), Decimal("1.5"), Decimal("7.5"), date(2025, 1, 8)),
        )
        for day in ("08", "11")
    ]
    assert done.one(
        "SELECT count(*) FROM core.stock_movement AS m JOIN core.invoice_line AS i "
        "ON i.invoice_no = m.document_no AND i.line_no = m.document_line_no AND i.invoiced_qty = m.moved_qty"
    ) == (2,)
    assert done.rows("SELECT occurred_at, recorded_at FROM core.stock_movement ORDER BY recorded_at") == [
        (datetime(2025, 1, 8, 6), datetime(2025, 1, day, 6)) for day in (8, 11)
    ]


def test_equal_invoices_of_one_posting_stay_two(runner) -> None:
    line = "A|5|1.50|2025-01-06|2025-01-08|2025-01-08"
    done = runner("grocery_sim").text("procurement", f"{PAPERS}{line}\n{line}").run()

    assert done.one("SELECT count(DISTINCT invoice_no) FROM core.invoice_line") == (2,)


def test_invoice_is_no_receipt(sources) -> None:
    assert "receipt_line" not in sources["grocery_sim"].feed("procurement").tables


def test_write_offs_and_counts_go_by_reason_and_sign(runner) -> None:
    content = """
    uid | units | date | reason
    A | 2 | 2025-01-31 | spoilage
    B | 3 | 2025-01-31 | damage
    C | 4 | 2025-01-31 | stock_count
    D | -5 | 2025-01-31 | stock_count
    E | 6 | 2025-01-31 | theft
    """
    done = runner("grocery_sim").text("write_offs", content).run()

    assert done.rows("SELECT product_code, movement_type, moved_qty FROM core.stock_movement ORDER BY 1") == [
        ("A", "write_off", Decimal(-2)),
        ("B", "write_off", Decimal(-3)),
        ("C", "count_loss", Decimal(-4)),
        ("D", "count_gain", Decimal(5)),
    ]
    assert [r[3:] for r in done.refused] == [("movement_type", "theft")]


def test_product_has_its_newest_price_and_older_ones_are_accounted_for(runner) -> None:
    prices = "uid|price|date\nAB-SPI-001|2.00|2025-03-01\nAB-SPI-001|1.00|2025-01-01\nBB-BKG-002|3.00|2025-01-01"
    papers = f"{PAPERS}AB-SPI-001|5|1.40|2025-01-06|2025-01-08|2025-01-08\n"
    papers += "AB-SPI-001|5|1.50|2025-02-06|2025-02-08|2025-02-08"
    done = runner("grocery_sim").text("procurement", papers).text("price_history", prices).run()

    assert done.rows("SELECT product_code, category, purchase_price, retail_price FROM core.product ORDER BY 1") == [
        ("AB-SPI-001", "AB", Decimal("1.5"), Decimal(2)),
        ("BB-BKG-002", "BB", None, Decimal(3)),
    ]
    assert done.unaccounted["price_history"] == []


def test_products_load_without_procurement(runner) -> None:
    done = runner("grocery_sim").text("price_history", "uid|price|date\nA|2.00|2025-03-01").run()

    assert done.rows("SELECT product_code, purchase_price FROM core.product") == [("A", None)]


@pytest.fixture(scope="module")
def year() -> Path:
    named = os.environ.get("WORKBENCH_GROCERY_SIM", "")
    cached = Path(__file__).parents[3] / ".cache" / "grocery-sim-data"
    root = Path(named) if named else cached
    folders = [root, *sorted(root.glob("*"))]
    found = next((f for f in folders if (f / "visible").is_dir()), None)
    if found is None:
        pytest.skip(f"no simulated year in {cached} nor in the folder that WORKBENCH_GROCERY_SIM names")
    return found


@pytest.fixture(scope="module")
def real(runner, sources, year):
    made = runner("grocery_sim")
    for path in sorted((year / "visible").glob("*.csv")):
        header = path.read_text().splitlines()[0].split(",")
        (feed,) = (f for f in sources["grocery_sim"].feeds if f.matches_name(path.name) and f.matches_header(header))
        assert set(header) <= set(feed.columns) | set(feed.unused_columns)
        made.csv(feed.name, path)
    done = made.run()
    done.con.execute(
        f"CREATE TABLE key AS FROM read_csv('{year / 'hidden' / 'imperfections.csv'}', all_varchar = true)"
    )
    return done


def test_year_loads_whole(real, contracts) -> None:
    assert real.refused == []
    assert not any(real.unaccounted.values())
    assert not any(real.same_key(table) for table in contracts.values())


def test_movements_reproduce_stock_of_every_day_but_for_typos(real) -> None:
    broken = """
        WITH moved AS (
            SELECT product_code, CAST(occurred_at AS DATE) AS day, sum(moved_qty) AS qty
            FROM core.stock_movement GROUP BY ALL
        ), stock AS (
            SELECT product_code, as_of_date AS day, on_hand_qty - lag(on_hand_qty) OVER days AS change,
                   lead(as_of_date) OVER days AS next_day
            FROM core.stock_on_hand WINDOW days AS (PARTITION BY product_code ORDER BY as_of_date)
        )
        SELECT product_code, day FROM stock LEFT JOIN moved USING (product_code, day)
        WHERE change IS NOT NULL AND change <> coalesce(qty, 0)
    """
    typos = "SELECT key, CAST(date AS DATE) AS day FROM key WHERE kind = 'snapshot_typo'"
    expected = f"SELECT key, day FROM ({typos}) UNION ALL SELECT key, day + 1 FROM ({typos})"

    assert real.rows(f"FROM ({broken}) ORDER BY ALL") == real.rows(
        f"SELECT key, CAST(day AS DATE) FROM ({expected}) ORDER BY ALL"
    )


def test_invoices_posted_twice_can_be_told_from_core(real) -> None:
    twins = """
        SELECT product_code, invoiced_date FROM core.invoice_line
        GROUP BY product_code, po_no, invoiced_qty, unit_price, invoiced_date HAVING count(DISTINCT invoice_no) > 1
    """
    assert real.rows(f"{twins} ORDER BY ALL") == real.rows(
        "SELECT key, CAST(date AS DATE) FROM key WHERE kind = 'dup_invoice' ORDER BY ALL"
    )


def test_receipts_sent_twice_can_be_told_from_core(real) -> None:
    twins = """
        SELECT device_seq FROM (
            SELECT device_id, device_seq, occurred_at, product_code, movement_type, moved_qty, sale_amount,
                   count(*) AS n
            FROM core.stock_movement WHERE device_id IS NOT NULL GROUP BY ALL
        ) GROUP BY device_id, device_seq HAVING bool_and(n % 2 = 0)
    """
    assert real.rows(f"{twins} ORDER BY 1") == real.rows(
        "SELECT CAST(key AS BIGINT) FROM key WHERE kind = 'dup_receipt' ORDER BY 1"
    )
