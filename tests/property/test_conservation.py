"""Random files: whatever is in them, every row is accounted for, listed or found, and cutting or shuffling is harmless."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

HEADER = "location_code,receipt_no,line_no,product_code,received_qty,note,received_at"
# A shop is made once per test and shared by its examples: each example is a file more in the same lake.
SLOW = settings(max_examples=14, deadline=None, suppress_health_check=list(HealthCheck))

numbers = st.integers(0, 12)
good = st.builds(lambda n, q: f"L1,R{n},1,P1,{q},,2025-01-03", numbers, st.integers(1, 3))
bad = st.builds(lambda n, q: f"L1,R{n},1,P1,{q},,2025-01-03", numbers, st.sampled_from(["x", "See ASN", "1.2.3"]))
no_key = st.just("L1,,1,P1,5,,2025-01-03")
blank = st.sampled_from(["", ",,,,,,", " , , , , , , "])
ragged = st.sampled_from(["L1,R1", "L1,R1,1,P1,5,,2025-01-03,more", "Total"])
quoted = st.builds(
    lambda n, t: f'L1,R{n},1,P1,5,"{t}",2025-01-03', numbers, st.sampled_from(['a "" b', "a, b", "line\nbreak"])
)
lines = st.lists(st.one_of(good, good, good, bad, no_key, blank, ragged, quoted), max_size=25)


@SLOW
@given(lines, st.sampled_from(["\n", "\r\n"]), st.sampled_from([3, 500_000]), st.sampled_from([1, 100_000]))
def test_every_row_of_any_file_is_accounted_for(
    shared_shop: Any, rows: list[str], end: str, batch_rows: int, adopt: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("workbench.mapping.BATCH_ROWS", batch_rows)
        patch.setattr("workbench.landing.ADOPT_FROM_ROWS", adopt)
        shop = shared_shop
        before = shop.rows("SELECT file_id, row_no FROM core.receipt_line")
        revised_before = shop.one("SELECT count(*) FROM core.revision")
        report = shop.load("receipt_line.csv", HEADER + end + end.join(rows) + end)
    assert report.status in ("loaded", "seen")
    if report.status == "seen":
        return
    assert report.read == report.accepted + report.rejected + report.known + report.blank
    mine = f"WHERE file_id = {report.file_id}"
    stored = shop.rows(f"SELECT row_no FROM core.receipt_line {mine}")
    rejected = shop.rows(f"SELECT DISTINCT row_no FROM ops.reject {mine}")
    assert len(stored) == len(set(stored)) == report.accepted
    assert len(rejected) == report.rejected
    assert not set(stored) & set(rejected)
    # What was replaced is kept, nothing else has gone.
    replaced = shop.one("SELECT count(*) FROM core.revision") - revised_before
    assert replaced == report.revised
    after = shop.rows("SELECT file_id, row_no FROM core.receipt_line")
    assert len(after) == len(before) + report.accepted - report.revised
    keys = Counter(shop.rows("SELECT location_code, receipt_no, line_no FROM core.receipt_line"))
    assert max(keys.values(), default=1) == 1
    for (row_no,) in stored[:2]:
        cells = shop.rows(f"SELECT receipt_no FROM core.receipt_line {mine} AND row_no = {row_no}")
        shown = shop.run("source", str(report.file_id), str(row_no), "--json").json
        assert shown[0]["receipt_no"] == cells[0][0]


@settings(SLOW, max_examples=5)
@given(rows=lines, data=st.data())
def test_the_order_of_rows_says_nothing(new_shop: Any, rows: list[str], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(rows))
    tables = []
    for order in (rows, shuffled):
        shop = new_shop()
        report = shop.load("receipt_line.csv", "\n".join([HEADER, *order]) + "\n")
        tables.append(
            (
                sorted(shop.rows("SELECT * EXCLUDE (file_id, row_no) FROM core.receipt_line"), key=str),
                sorted(shop.rows("SELECT column_name, rule, value FROM ops.reject"), key=str),
                (report.read, report.accepted, report.rejected, report.known),
            )
        )
        shop.close()
    assert tables[0] == tables[1]


@settings(SLOW, max_examples=5)
@given(st.lists(st.tuples(numbers, st.integers(1, 3)), min_size=1, max_size=12, unique_by=lambda r: r[0]), st.data())
def test_any_cut_into_overlapping_exports_ends_in_the_same_table(
    new_shop: Any, rows: list[tuple[int, int]], data: st.DataObject
) -> None:
    written = [f"L1,R{n},1,P1,{q},,2025-01-03" for n, q in rows]
    first = data.draw(st.integers(0, len(written)))
    second = data.draw(st.integers(0, first))
    shop = new_shop()
    accepted = 0
    for part in (written[:first], written[second:]):
        report = shop.load("receipt_line.csv", "\n".join([HEADER, *part]) + "\n")
        accepted += report.accepted if report.status == "loaded" else 0
        assert report.revised == 0
    assert accepted == len(rows)
    assert shop.rows("SELECT count(*), sum(received_qty) FROM core.receipt_line") == [
        (len(rows), sum(q for _, q in rows))
    ]
    shop.close()


@pytest.fixture
def shared_shop(new_shop: Any) -> Any:
    return new_shop()
