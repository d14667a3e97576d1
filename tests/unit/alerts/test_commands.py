"""Alerts as people and cron meet them: settings that are wrong, the commands, and the end of a nightly run."""

from __future__ import annotations

import datetime as dt
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import REPOSITORY, Shop
from tests.unit.alerts.conftest import Hooks, Mailbox
from workbench.alerts.news import TROUBLES
from workbench.alerts.routing import is_quiet, local
from workbench.backup.making import back_up
from workbench.backup.restoring import rehearse
from workbench.doctor import _alerts
from workbench.errors import ConfigurationError
from workbench.nightly.run import newest_record, run
from workbench.scaffold import _SETTINGS
from workbench.settings import AlertSettings, RouteSettings, load_settings
from workbench.store.accounts import ROLES

RECEIPTS = "location_code,receipt_no,line_no,product_code,received_qty,received_at\nS01,R7,1,P1,300,2025-03-05\n"


# --- settings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ('[alerts]\nfallback = "x"', "fallback names the channel 'x': add it under [alerts.channels]"),
        ('[[alerts.routes]]\nchannels = ["x"]', "routes 1 names the channel 'x'"),
        ("[[alerts.routes]]\n", "routes 1 leads nowhere"),
        ('[[alerts.routes]]\nseverity = "bad"', "alerts.routes.0.severity"),
        ('[[alerts.routes]]\nrole = "cook"', "alerts.routes.0.role"),
        ('[alerts]\ntime_zone = "Mars"', "there is no time zone 'Mars'"),
        ('[alerts]\nquiet_from = "22:00"', "need both quiet_from and quiet_until"),
        ('[alerts]\nquiet_from = "25:00"\nquiet_until = "07:00"', "alerts.quiet_from"),
        ("[alerts]\nescalate_after_hours = 4", "set both escalate_after_hours and escalate_to"),
        ("[alerts]\nretries = -1", "alerts.retries"),
        ("[alerts]\nchanels = {}", "alerts.chanels"),
    ],
)
def test_settings_that_do_not_fit_are_one_sentence(tmp_path: Path, toml: str, said: str) -> None:
    (tmp_path / "workbench.toml").write_text(toml)
    with pytest.raises(ConfigurationError) as caught:
        load_settings(tmp_path)
    assert said in str(caught.value)
    assert str(caught.value).startswith("Setting alerts")
    assert "\n" not in str(caught.value)


def test_a_command_ends_with_14_where_the_settings_are_wrong(checked: Shop) -> None:
    checked.configure('[alerts]\nfallback = "x"')
    for command in ("list", "send", "test"):
        assert checked.run("alerts", command).code == 14


def test_the_example_that_a_new_project_gets_is_right() -> None:
    lines = [line.removeprefix("# ") for line in _SETTINGS.split("[lake]")[0:1] + _SETTINGS.splitlines()]
    begin = lines.index("[alerts]")
    end = next(i for i, t in enumerate(lines) if i > begin and not t)
    settings = AlertSettings(**tomllib.loads("\n".join(lines[begin:end]))["alerts"])
    assert (settings.escalate_to, settings.routes[0].severity) == ("mail", "high")


def test_the_example_of_the_guide_is_right(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", (REPOSITORY / "docs" / "alerts.md").read_text(), re.DOTALL)
    (tmp_path / "workbench.toml").write_text(example)
    settings = load_settings(tmp_path).alerts
    assert set(settings.routes[3].rules) == set(TROUBLES)
    # It shows every setting there is.
    assert settings.model_fields_set == set(AlertSettings.model_fields)
    assert set().union(*(r.model_fields_set for r in settings.routes)) == set(RouteSettings.model_fields)


def test_a_route_names_every_role_there_is() -> None:
    for role in ROLES:
        assert RouteSettings(role=role).role == role  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("begin", "end", "clock", "quiet"),
    [
        ("22:00", "07:00", "21:59", False),
        ("22:00", "07:00", "22:00", True),
        ("22:00", "07:00", "06:59", True),
        ("22:00", "07:00", "07:00", False),
        ("12:00", "14:00", "13:00", True),
        ("12:00", "14:00", "14:00", False),
        ("07:00", "07:00", "07:00", False),
    ],
)
def test_quiet_hours_over_midnight_and_within_a_day(begin: str, end: str, clock: str, quiet: bool) -> None:
    settings = AlertSettings(quiet_from=begin, quiet_until=end, time_zone="UTC")  # type: ignore[arg-type]
    assert is_quiet(settings, dt.datetime.fromisoformat(f"2025-04-01T{clock}")) is quiet


def test_quiet_hours_follow_summer_time() -> None:
    settings = AlertSettings(time_zone="Europe/Berlin")
    assert [local(settings, dt.datetime(2025, 3, day, 12)).hour for day in (29, 30)] == [13, 14]
    assert not is_quiet(settings, dt.datetime(2025, 3, 30, 1))


# --- commands --------------------------------------------------------------------------------------------------------


def test_a_test_says_of_each_channel_what_happened(checked: Shop, alerts: Any, hooks: Hooks, mailbox: Mailbox) -> None:
    assert checked.run("alerts", "test").code == 14
    alerts("", {"mail": mailbox.url(), "hook": hooks.url("x"), "gone": "env:NOT_SET_HERE"})
    ran = checked.run("--json", "alerts", "test")
    outcomes = [(m["channel"], m["outcome"], m["attempts"]) for m in ran.json["messages"]]
    assert (ran.code, outcomes) == (14, [("mail", "sent", 1), ("hook", "sent", 1), ("gone", "failed", 0)])
    ran = checked.run("alerts", "test", "gone")
    assert re.search(r"gone.*failed", ran.out)
    assert "NOT_SET_HERE" in ran.out
    assert mailbox.mails[0][1]["Subject"] == "Stock Workbench: test message"
    assert checked.run("--lang", "zh", "alerts", "test", "hook").code == 0
    assert checked.run("alerts", "test", "nothing").code == 2


def test_send_and_list_in_both_languages(checked: Shop, alerts: Any, hooks: Hooks, mailbox: Mailbox) -> None:
    alerts(
        "",
        {"mail": mailbox.url(), "hook": hooks.url("x")},
        'channels = ["mail"]\nlanguage = "en"',
        'channels = ["hook"]\nseverity = "high"',
        shop='[shop]\nlanguage = "zh"',
    )
    ran = checked.run("alerts", "send", "--dry-run")
    assert (ran.code, "将会发送 2 条消息" in ran.err) == (0, True)
    assert "发往 hook：库存审计工作台：新问题 3 个" in ran.out
    assert hooks.posts == []
    ran = checked.run("alerts", "send")
    assert (ran.code, "已发送 2 条消息" in ran.err) == (0, True)
    assert hooks.at("x")[0]["message"].count("入库单 R2") == 1
    assert mailbox.mails[0][1]["Subject"].startswith("Stock Workbench: 6 new findings")
    assert "Receipt R2 line 1 received 500" in mailbox.html()
    assert "没有要发送的提醒" in checked.run("alerts", "send").err
    listed = checked.run("alerts", "list")
    assert "汇总" in listed.out
    assert "已发送" in listed.out
    finding = next(f["finding_id"] for f in checked.findings() if f["severity"] == "low")
    rows = checked.run("--json", "alerts", "list", "--finding", finding).json
    assert [(r["channel"], r["items"], r["outcome"], r["attempts"]) for r in rows] == [("mail", 6, "sent", 1)]
    assert checked.run("--json", "alerts", "list", "--channel", "hook").json[0]["items"] == 3


def test_sending_that_reaches_nobody_ends_with_14(checked: Shop, alerts: Any, hooks: Hooks) -> None:
    alerts("", {"hook": "json://127.0.0.1:1/x"}, 'channels = ["hook"]')
    ran = checked.run("alerts", "send")
    assert ran.code == 14
    assert "1 messages reached nobody" in ran.err
    assert "`workbench alerts test hook`" in ran.err
    alerts("", {"hook": hooks.url("x")})
    assert "nobody is told of anything" in checked.run("alerts", "send").err
    checked.configure("")
    assert checked.run("alerts", "send").code == 14


def test_one_sending_waits_for_another(
    checked: Shop, alerts: Any, hooks: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    from filelock import FileLock

    alerts("", {"hook": hooks.url("x")}, 'channels = ["hook"]')
    monkeypatch.setattr("workbench.alerts.sending._WAIT_SECONDS", 0.1)
    with FileLock(checked.project.var / "alerts.lock"):
        ran = checked.run("alerts", "send")
    assert ran.code == 1
    assert "Another sending of alerts has not finished" in ran.err
    assert hooks.posts == []


def test_doctor_opens_every_channel_and_knows_which_fails(checked: Shop, alerts: Any, hooks: Hooks) -> None:
    def looked() -> list[tuple[bool, str]]:
        return [(f.is_ok, f.detail) for f in _alerts(checked.project)]

    assert looked() == []
    alerts("", {"hook": hooks.url("x"), "gone": "env:NOT_SET_HERE"}, 'channels = ["hook"]')
    hooks.failing["x"] = 2
    checked.run("alerts", "test", "hook")
    (hook, gone) = looked()
    assert (hook[0], "`workbench alerts test hook`" in hook[1]) == (False, True)
    assert (gone[0], "NOT_SET_HERE" in gone[1]) == (False, True)
    alerts("", {"hook": hooks.url("x")}, 'channels = ["hook"]')
    checked.run("alerts", "test", "hook")
    assert looked() == [(True, "1 channels, 1 routes")]


def test_a_channel_that_fails_does_not_make_a_backup_a_bad_one(checked: Shop, alerts: Any) -> None:
    alerts("", {"gone": "env:NOT_SET_HERE"}, 'channels = ["gone"]')
    made = back_up(checked.project, "")
    assert [f.detail for f in rehearse(made.folder).findings if not f.is_ok] == []


# --- the nightly run -------------------------------------------------------------------------------------------------


@pytest.fixture
def nightly(checked: Shop) -> Shop:
    checked.inbox = checked.root / "in"
    checked.inbox.mkdir()
    return checked


RUN = '[run]\ninbox = "in"\narchive = "done"\nsettle_seconds = 0.01'


def test_a_run_tells_of_new_findings_and_of_refused_files(nightly: Shop, alerts: Any, hooks: Hooks) -> None:
    alerts("", {"hook": hooks.url("x")}, 'channels = ["hook"]\nseverity = "high"', shop=RUN)
    nightly.file("receipt_line.csv", RECEIPTS)
    nightly.file("poem.csv", "roses,violets\nred,blue\n")
    report = run(nightly.project, sleep=lambda seconds: None)
    assert "alerts" in report.seconds
    assert report.notes == []
    (message,) = hooks.at("x")
    assert message["title"].startswith("Stock Workbench: 5 new findings (2 critical, 3 high)")
    assert message["title"].endswith("1 trouble in runs")
    assert "A file was refused: poem.csv" in message["message"]
    # Once the record is written, the refusal is known from there and is no news.
    assert "Nothing is due" in nightly.run("alerts", "send").err


def test_a_run_that_fails_is_told_too(nightly: Shop, alerts: Any, hooks: Hooks) -> None:
    alerts(
        "", {"hook": hooks.url("x")}, 'channels = ["hook"]\nrules = ["run_failed"]', shop=f"{RUN}\n[rules.no_such]\na=1"
    )
    ran = nightly.run("run")
    assert ran.code == 14
    (message,) = hooks.at("x")
    assert message["type"] == "failure"
    assert "The run of" in message["message"]
    assert "no_such" in message["message"]
    record = newest_record(nightly.project.var)
    assert record is not None
    assert record["seconds"]["alerts"] >= 0


def test_a_bug_in_a_run_is_told_by_its_kind_alone(
    nightly: Shop, alerts: Any, hooks: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: Any, **options: Any) -> None:
        raise ZeroDivisionError("cell value 13812345678")

    alerts("", {"hook": hooks.url("x")}, 'channels = ["hook"]\nrules = ["run_failed"]', shop=RUN)
    monkeypatch.setattr("workbench.findings.check", broken)
    with pytest.raises(ZeroDivisionError):
        run(nightly.project, sleep=lambda seconds: None)
    assert "failed: ZeroDivisionError" in hooks.at("x")[0]["message"]
    assert "13812345678" not in str(hooks.posts)


def test_a_rule_that_cannot_run_is_told(nightly: Shop, alerts: Any, hooks: Hooks) -> None:
    alerts("", {"hook": hooks.url("x")}, 'channels = ["hook"]\nrules = ["rule_failed"]', shop=RUN)
    path = nightly.root / "checks" / "rules" / "receiving" / "received_in_vain.sql"
    path.write_text(path.read_text().replace("r.supplier_code", "r.no_such_column"))
    assert nightly.run("run").code == 11
    assert "its silence means nothing: received_in_vain" in hooks.at("x")[0]["message"]


def test_a_failing_channel_fails_no_run_and_stands_in_its_record(nightly: Shop, alerts: Any) -> None:
    alerts("", {"hook": "json://127.0.0.1:1/topsecrettoken"}, 'channels = ["hook"]', shop=RUN)
    nightly.file("receipt_line.csv", RECEIPTS)
    ran = nightly.run("--json", "run", "--fail-on", "never")
    assert ran.code == 0, ran.err
    assert any("The channel hook of alerts fails" in note for note in ran.json["notes"])
    record = newest_record(nightly.project.var)
    assert record is not None
    ((note, reason),) = [(n["note"], n["reason"]) for n in record["notes"]]
    assert (note, "onnection error" in reason) == ("channel_failing", True)
    assert record["alerts"] == {"sent": 0, "undelivered": 1, "held": 0}
    assert "topsecret" not in json.dumps(record) + ran.out + ran.err


def test_whatever_breaks_in_alerts_fails_no_run(nightly: Shop, alerts: Any, hooks: Hooks) -> None:
    alerts("", {"hook": hooks.url("x")}, 'channels = ["hook"]', shop=RUN)
    own = nightly.root / "checks" / "alerts" / "en"
    own.mkdir(parents=True)
    (own / "body.txt").write_text("{{ nothing }}")
    report = run(nightly.project, sleep=lambda seconds: None)
    assert [name for name, values in report.notes] == ["alerts_failed"]
    assert "body.txt" in report.notes[0][1]["reason"]
    assert hooks.at("x")[0]["message"]
    nightly.now += dt.timedelta(days=1)
    (nightly.project.var / "alerts.lock").unlink()
    (nightly.project.var / "alerts.lock").mkdir()
    report = run(nightly.project, sleep=lambda seconds: None)
    assert "alerts_failed" in [name for name, values in report.notes]


def test_a_run_that_cannot_open_the_store_is_told_of_all_the_same(nightly: Shop, alerts: Any, hooks: Hooks) -> None:
    alerts("", {"hook": hooks.url("x")}, 'channels = ["hook"]', shop=RUN)
    nightly.project.store.path.write_bytes(b"no database at all" * 100)
    assert nightly.run("run").code == 14
    (message,) = hooks.at("x")
    assert "cannot be opened, restore it from a backup" in message["message"]


def test_quiet_hours_are_noted_with_their_end(nightly: Shop, alerts: Any, hooks: Hooks) -> None:
    alerts('quiet_from = "00:00"\nquiet_until = "23:59"', {"hook": hooks.url("x")}, 'channels = ["hook"]', shop=RUN)
    ((name, values),) = run(nightly.project, sleep=lambda seconds: None).notes
    assert (name, values) == ("alerts_held", {"count": 6, "until": "23:59"})
    assert hooks.posts == []


def test_without_channels_a_run_has_no_such_step(nightly: Shop) -> None:
    nightly.configure(RUN)
    assert "alerts" not in run(nightly.project, sleep=lambda seconds: None).seconds
    assert not nightly.project.store.exists
