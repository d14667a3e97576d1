"""The page of a run: what is new first, in both languages, nothing from elsewhere, and what a POS wrote only as text."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest

from tests.conftest import Shop
from workbench.nightly.anomalies import anomalies
from workbench.nightly.page import write_page
from workbench.tables import OPS_TABLES

pytestmark = pytest.mark.slow

HOSTILE = "<script>alert(1)</script>&\"'"


class Reader(HTMLParser):
    """Tags, addresses and text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [v or "" for n, v in attrs if n in ("src", "href", "xlink:href", "action", "data")]

    def handle_data(self, data: str) -> None:
        self.text += data


def page_of(shop: Shop, language: str) -> Reader:
    record = max((shop.project.var / "runs").glob("*.json"))
    path = write_page(shop.project, record, language, shop.root / f"{language}.html")
    return Reader(path.read_text(encoding="utf-8"))


def test_a_run_leaves_a_page_that_needs_nothing_from_elsewhere(sample: Shop) -> None:
    (path,) = (sample.project.var / "runs").glob("*.html")
    text = path.read_text(encoding="utf-8")
    page = Reader(text)
    assert page.addresses == []
    assert "script" not in page.tags
    assert not re.search(r"@import|url\(", text)
    assert path.stat().st_size < 300_000
    assert "svg" in page.tags
    assert "Run 1 as of 2025-03-31" in page.text
    count = len(sample.findings())
    assert f"new ({count})" in page.text
    assert f"and {count - 50} more" in page.text


def test_what_came_and_went_is_told_in_both_languages_and_hostile_text_stays_text(sample: Shop) -> None:
    header = "location_code,movement_id,occurred_at,product_code,movement_type,moved_qty,document_no,operator\n"
    row = f"S01,Z1,2025-03-30 09:00:00,{HOSTILE.replace(chr(34), '')},sale,-99,D1,\n"
    sample.inbox.joinpath("stock_movement.csv").write_text(header + row, "utf-8")
    finding = next(f for f in sample.findings() if f["rule_id"] == "receipt_entered_twice")
    assert sample.run("dismiss", finding["finding_id"], "--reason", "x", "--until", "2099-01-01").code == 0
    ran = sample.run("run", "--as-of", "2025-03-31", "--fail-on", "never")
    assert ran.code == 0, ran.err
    english, chinese = page_of(sample, "en"), page_of(sample, "zh")
    for page in (english, chinese):
        assert "script" not in page.tags
        assert "<script>alert(1)</script>" in page.text
        assert finding["message"] not in page.text
        assert finding["message_zh"] not in page.text
    assert "product_code_unknown" in english.text.split("Open findings by age")[0]
    assert "第 2 次运行" in chinese.text
    assert "仍未解决" in chinese.text
    assert "stock_movement.csv" in english.text


def test_a_page_that_cannot_be_written_does_not_spoil_the_run(sample: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("workbench.nightly.page.write_page", full)
    ran = sample.run("run", "--as-of", "2025-03-31", "--fail-on", "never")
    assert (ran.code, "No space left" in ran.err) == (0, True)


@pytest.mark.parametrize(
    ("history", "now", "expected"),
    [
        ([5] * 10, 0, "silent"),
        ([5] * 10, 6, None),
        ([5] * 10, 60, "more"),
        ([90] * 10, 40, "fewer"),
        ([1, 0, 2, 1, 0, 1, 2, 0, 1], 0, None),
        ([10, 14, 9, 13, 18, 12, 9, 15, 11], 17, None),
        ([5] * 4, 60, None),
        # It grows by ten every night: ten more is what it does, standing still is not.
        (list(range(10, 110, 10)), 110, None),
        (list(range(10, 110, 10)), 100, "fewer"),
        ([5] * 10, -1, "stopped"),
    ],
)
def test_odd_counts_are_told_and_usual_ones_are_not(history: list[int], now: int, expected: str | None) -> None:
    con = duckdb.connect()
    con.execute("CREATE SCHEMA ops")
    columns = ", ".join(f"{name} {kind}" for name, kind in OPS_TABLES["ops.outcome"].items())
    con.execute(f"CREATE TABLE ops.outcome ({columns})")
    for run, count in enumerate([*history, now], 1):
        status = "error" if count < 0 else "fail" if count else "pass"
        con.execute(
            "INSERT INTO ops.outcome (run_id, rule_id, status, violated) VALUES (?, 'r', ?, ?)",
            [run, status, max(count, 0)],
        )
    found = anomalies(con, len(history) + 1)
    assert [a.kind for a in found] == ([expected] if expected else [])
    # What comes after a run changes nothing about it.
    con.execute("INSERT INTO ops.outcome (run_id, rule_id, status, violated) VALUES (999, 'r', 'fail', 999)")
    assert anomalies(con, len(history) + 1) == found
