"""Gates within the nightly run: what is held, the exit code, the run judged by its rules, the site that is published."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest

from tests.conftest import REPOSITORY, Shop
from tests.unit.gates.test_door import lines
from workbench.errors import BatchQuarantined
from workbench.nightly.run import newest_record, run

pytestmark = pytest.mark.slow

ADDRESS = re.compile(r"https?://|(?:src|href)\s*=\s*[\"']//|url\(\s*['\"]?//")


@pytest.fixture
def nightly(shop: Shop) -> Shop:
    (shop.root / "checks" / "suites").symlink_to(REPOSITORY / "checks" / "suites")
    shop.configure('[run]\ninbox = "in"\narchive = "done"\nsettle_seconds = 0.01\n')
    shop.inbox = shop.root / "in"
    shop.inbox.mkdir()
    return shop


def night(shop: Shop, content: str) -> Any:
    shop.now += dt.timedelta(days=1)
    shop.file("receipt_line.csv", content)
    return run(shop.project, sleep=lambda seconds: None)


@pytest.mark.usefixtures("one_court")
def test_a_half_export_is_held_and_a_run_goes_on_without_it(nightly: Shop) -> None:
    first = night(nightly, lines(0, 40, qty=12))
    assert first.check.new == 40
    report = night(nightly, lines(0, 20, qty=12) + "S01,R900,1,P1,99,198,2025-03-02\n")
    assert [f.status for f in report.files] == ["held"]
    assert (report.check.new, report.check.still_open, report.check.resolved) == (0, 40, 0)
    # The file is not lost and does not lie in the way.
    assert list(nightly.inbox.iterdir()) == []
    record = newest_record(nightly.project.var)
    assert record is not None
    assert [(g["suite"], g["verdict"]) for g in record["gates"]] == [("receipt_line", "fail")]
    assert [h["file_id"] for h in record["quarantine"]] == [2]
    assert {"inbox", "gate", "ingest", "check", "judge", "publish", "judging"} <= set(record["seconds"])


@pytest.mark.usefixtures("one_court")
def test_a_run_is_judged_by_what_its_rules_found(nightly: Shop) -> None:
    shop = nightly
    shop.rule(
        "broken", (shop.root / "checks/rules/receiving/received_in_vain.sql").read_text().replace("core.rec", "core.x")
    )
    shop.configure(
        (shop.root / "workbench.toml").read_text()
        + '[gates.run."received_in_vain.violated"]\nwarn = { max = 100 }\n'
        + '[gates.run."received_in_vain.tested"]\nfail = { min = 1 }\n'
    )
    report = night(shop, lines(0, 20) + lines(20, 30, qty=12).split("\n", 1)[1])
    judged = {j.expectation.figure: (j.verdict, j.value) for j in report.judged_run.judged}
    assert judged["received_in_vain.share"] == ("fail", pytest.approx(1 / 3))
    assert judged["received_in_vain.violated"] == ("pass", 10)
    assert judged["received_in_vain.tested"] == ("pass", 30)
    assert judged["broken.share"][0] == "error"
    kept = shop.rows("SELECT verdict FROM ops.gate WHERE run_id = 1 AND figure = 'received_in_vain.share'")
    assert kept == [("fail",)]
    # A night that looks at what is new alone is judged by all that stands.
    again = night(shop, lines(30, 31))
    judged = {j.expectation.figure: j.value for j in again.judged_run.judged}
    assert judged["received_in_vain.violated"] == 10


@pytest.mark.usefixtures("one_court")
def test_the_site_asks_nobody_for_anything(nightly: Shop) -> None:
    settings = nightly.root / "workbench.toml"
    settings.write_text(settings.read_text() + '[shop]\nlanguage = "zh"\n')
    night(nightly, lines(0, 40))
    night(nightly, lines(0, 20))
    site = nightly.root / "var" / "data_docs"
    texts = {
        p.relative_to(site).as_posix(): p.read_text(encoding="utf-8")
        for p in site.rglob("*")
        if p.suffix in (".html", ".css")
    }
    assert [name for name, text in texts.items() if ADDRESS.search(text) or "<script" in text] == []
    index = texts["index.html"]
    assert "重复导出的行数不少于上一次" in index
    links = re.findall(r'href="([^"#]+)"', index)
    assert any("load-2-receipt_line" in link for link in links)
    for name, text in texts.items():
        for link in re.findall(r'(?:href|src)="([^"#]+)"', text):
            assert ((site / name).parent / link).resolve().exists(), (name, link)


@pytest.mark.slow
def test_as_cron_calls_it(nightly: Shop) -> None:
    nightly.load("receipt_line.csv", lines(0, 40))
    nightly.file("receipt_line.csv", lines(0, 20))
    process = nightly.start("--json", "run")
    out, err = process.communicate(timeout=300)
    assert (process.returncode, err) == (BatchQuarantined.exit_code, "")
    assert out.startswith("{")
