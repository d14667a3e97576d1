"""The nightly run as cron and people meet it: files taken in and put away, one run at a time, nothing lost."""

from __future__ import annotations

import datetime as dt
import json
import signal
import time
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from tests.conftest import Shop
from workbench.errors import InputRefused
from workbench.nightly.run import RunInProgressError, newest_record, run

RECEIPTS = (
    "location_code,receipt_no,line_no,product_code,received_qty,received_at\n"
    "S01,R1,1,P1,12,2025-03-01\nS01,R2,1,P1,3,2025-03-02\n"
)


@pytest.fixture
def nightly(shop: Shop) -> Shop:
    shop.rule("received_in_vain")
    shop.configure('[run]\ninbox = "in"\narchive = "done"\nsettle_seconds = 0.01\n')
    shop.inbox = shop.root / "in"
    shop.inbox.mkdir()
    return shop


def night(shop: Shop, **options: object) -> object:
    return run(shop.project, sleep=lambda seconds: None, **options)  # type: ignore[arg-type]


def test_what_lies_in_the_inbox_is_taken_in_checked_and_put_away(nightly: Shop) -> None:
    nightly.file("store 1/receipt_line.csv", RECEIPTS)
    ran = nightly.run("--json", "run")
    assert ran.code == 10
    assert [(f["file_name"], f["accepted"]) for f in ran.json["files"]] == [("receipt_line.csv", 2)]
    assert (nightly.root / f"done/{dt.date.today()}/store 1/receipt_line.csv").read_text() == RECEIPTS
    assert [f["document_no"] for f in nightly.findings()] == ["R1"]
    assert sum(o["violated"] for o in ran.json["check"]["outcomes"]) == 1


def test_the_record_says_what_was_done_to_what_and_by_which_rules(nightly: Shop) -> None:
    nightly.file("receipt_line.csv", RECEIPTS)
    night(nightly)
    record = newest_record(nightly.project.var)
    assert record is not None
    assert record["as_of"] == "2025-04-01"
    assert [(f["file_name"], f["read"]) for f in record["files"]] == [("receipt_line.csv", 2)]
    assert record["snapshots"]["after"] > record["snapshots"]["before"]
    mine = next(o for o in record["outcomes"] if o["rule_id"] == "received_in_vain")
    assert mine["violated"] == 1
    assert mine["digest"] == nightly.project.catalogue.rules["received_in_vain"].file.digest
    assert record["versions"]["duckdb"]


def test_a_refused_file_lies_apart_with_the_reason_and_the_rest_is_taken(nightly: Shop) -> None:
    nightly.file("receipt_line.csv", RECEIPTS)
    nightly.file("poem.csv", "roses,violets\nred,blue\n")
    ran = nightly.run("run")
    assert ran.code == InputRefused.exit_code
    refused = nightly.root / f"done/{dt.date.today()}/refused"
    assert (refused / "poem.csv").exists()
    assert "poem.csv" in (refused / "poem.csv.why.txt").read_text()
    assert nightly.one("SELECT count(*) FROM core.receipt_line") == 2


def test_the_same_export_a_second_night_changes_nothing(nightly: Shop) -> None:
    nightly.file("receipt_line.csv", RECEIPTS)
    night(nightly)
    nightly.now += dt.timedelta(days=1)
    nightly.file("receipt_line.csv", RECEIPTS)
    report = night(nightly)
    assert [f.status for f in report.files] == ["seen"]  # type: ignore[attr-defined]
    assert nightly.one("SELECT count(*) FROM core.receipt_line") == 2
    assert list(nightly.inbox.iterdir()) == []


def test_a_file_still_being_written_waits_for_the_next_night(nightly: Shop) -> None:
    file = nightly.file("receipt_line.csv", RECEIPTS[:80])
    with file.open("a") as stream:

        def write_on(seconds: float) -> None:
            stream.write("S")
            stream.flush()

        report = run(nightly.project, sleep=write_on)
    assert [(path.name, reason) for path, reason in report.contents.left] == [("receipt_line.csv", "growing")]
    assert file.exists()
    file.write_text(RECEIPTS)
    night(nightly)
    assert nightly.one("SELECT count(*) FROM core.receipt_line") == 2


def test_a_second_run_leaves_with_a_sentence_and_waits_when_told_to(nightly: Shop) -> None:
    def within(step: str) -> None:
        if step == "check":
            with pytest.raises(RunInProgressError, match=r"began at 2025-04-01 08:00:00 UTC .*--wait"):
                night(nightly)

    night(nightly, progress=within)
    heard: list[str] = []
    process = nightly.start("run")
    try:
        deadline = time.monotonic() + 60
        while not (nightly.project.var / "run.json").read_text().count(str(process.pid)):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        project = nightly.project
        project.notify = heard.append
        run(project, wait_seconds=60, sleep=lambda seconds: None)
    finally:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, (out, err)
    assert "waiting up to 60 s" in heard[0]


def test_killed_at_any_step_the_next_run_loses_nothing(nightly: Shop) -> None:
    for number in range(6):
        nightly.file(f"receipt_line_{number}.csv", RECEIPTS.replace("R1", f"R1{number}").replace("R2", f"R2{number}"))
        process = nightly.start("run")
        time.sleep(0.6 + 0.25 * number)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    nightly.run("run")
    assert nightly.one("SELECT count(*) FROM core.receipt_line") == 12
    assert nightly.one("SELECT count(DISTINCT receipt_no) FROM core.receipt_line") == 12
    assert list(nightly.inbox.iterdir()) == []


def test_missed_nights_are_said_and_caught_up(nightly: Shop) -> None:
    night(nightly)
    nightly.now += dt.timedelta(days=1, minutes=20)
    assert night(nightly).notes == []  # type: ignore[attr-defined]
    nightly.now += dt.timedelta(days=4)
    ((name, values),) = night(nightly).notes  # type: ignore[attr-defined]
    assert (name, values["count"]) == ("runs_missed", 3)


def test_a_clock_set_back_is_said_and_does_not_turn_back_the_books(nightly: Shop) -> None:
    nightly.file("receipt_line.csv", RECEIPTS)
    night(nightly)
    nightly.now -= dt.timedelta(days=60)
    report = night(nightly)
    assert [name for name, values in report.notes] == ["clock_set_back"]  # type: ignore[attr-defined]
    assert report.as_of == dt.date(2025, 4, 1)  # type: ignore[attr-defined]
    assert [f["status"] for f in nightly.findings()] == ["open"]


def test_outcomes_are_written_as_junit(nightly: Shop, tmp_path: Path) -> None:
    nightly.file("receipt_line.csv", RECEIPTS)
    ran = nightly.run("--lang", "zh", "run", "--junit", tmp_path / "run.xml")
    suite = Xml.parse(tmp_path / "run.xml").getroot()[0]
    cases = {case.get("name"): case for case in suite}
    failure = cases["received_in_vain"].find("failure")
    assert failure is not None
    assert "白收了: 1" in str(failure.get("message"))
    assert suite.get("failures") == "1"
    assert "本次运行的记录在" in ran.err + ran.out


def test_a_broken_record_does_not_stop_the_next_run(nightly: Shop) -> None:
    night(nightly)
    (nightly.project.var / "runs" / "29990101T000000.json").write_text("{")
    nightly.now += dt.timedelta(days=1)
    night(nightly)
    record = newest_record(nightly.project.var)
    assert record is not None
    assert record["started_at"].startswith("2025-04-02")


def test_schedule_prints_what_would_be_installed(nightly: Shop) -> None:
    ran = nightly.run("schedule", "--at", "03:15", "--print", "crontab")
    assert (ran.code, ran.out.split(" ")[:2]) == (0, ["15", "3"])
    assert json.loads(nightly.run("--json", "schedule", "--print", "systemd").out).keys()
    assert nightly.run("schedule").code == 2
    assert nightly.run("schedule", "--at", "25:00", "--print", "crontab").code == 2
