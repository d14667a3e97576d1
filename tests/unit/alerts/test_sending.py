"""What is sent, to whom and how often: against a mail server and a webhook server that really answer."""

from __future__ import annotations

import datetime as dt
import signal
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.conftest import Shop
from tests.unit.alerts.conftest import Hooks, Mailbox
from workbench.alerts.sending import SendReport, send_due
from workbench.store.alerting import acknowledge, messages

HOUR = dt.timedelta(hours=1)


def send(shop: Shop, **options: Any) -> SendReport:
    return send_due(shop.project, sleep=lambda seconds: None, **options)


def told(shop: Shop, channel: str) -> list[tuple[str, str]]:
    """Outcome and kind of the messages to a channel, oldest first."""
    return [(m["outcome"], m["kind"]) for m in reversed(messages(shop.project.store, channel))]


# --- routes ----------------------------------------------------------------------------------------------------------


def test_news_goes_where_severity_location_and_rule_say(checked: Shop, alerts: Any, hooks: Hooks) -> None:
    names = ("grave", "first", "rule", "none")
    alerts(
        "",
        {name: hooks.url(name) for name in names},
        'channels = ["grave"]\nseverity = "high"',
        'channels = ["first"]\nlocations = ["s01"]',
        'channels = ["rule"]\nrules = ["*_bit"]',
        'channels = ["none"]\nrules = ["nothing_like_*"]',
    )
    report = send(checked)
    counts = {p.channel: p.news for p in report.messages}
    assert counts == {"grave": 3, "first": 3, "rule": 3}
    (grave,) = hooks.at("grave")
    assert grave["title"].startswith("Stock Workbench: 3 new findings (1 critical, 2 high)")
    assert "S01" in hooks.at("first")[0]["message"]
    assert "S02" not in hooks.at("first")[0]["message"]


def test_a_digest_is_one_message_and_at_once_is_one_for_each_group(checked: Shop, alerts: Any, hooks: Hooks) -> None:
    alerts(
        "",
        {"digest": hooks.url("digest"), "quick": hooks.url("quick")},
        'channels = ["digest"]',
        'channels = ["quick"]\nsend = "at_once"',
    )
    send(checked)
    (digest,) = hooks.at("digest")
    # The three receipts are three groups: what stands on one document belongs together.
    assert "3. [low]" in digest["message"]
    assert "4. " not in digest["message"]
    assert "5,190.00 CNY" in digest["title"]
    quick = hooks.at("quick")
    counts = [m["title"].split("(")[1].split(")")[0] for m in quick]
    assert counts == ["1 critical, 1 high, 1 low", "1 high, 1 low", "1 low"]
    assert "With 2 more" in quick[0]["message"]


def test_a_thousand_at_once_are_one_digest_in_the_end(
    checked: Shop, alerts: Any, hooks: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.alerts.sending.AT_ONCE_LIMIT", 1)
    alerts("", {"quick": hooks.url("quick")}, 'channels = ["quick"]\nsend = "at_once"')
    assert [(p.kind, p.news) for p in send(checked).messages] == [("at_once", 3), ("digest", 3)]
    assert send(checked).messages == []


def test_a_role_is_told_at_the_locations_it_looks_after(checked: Shop, alerts: Any, hooks: Hooks) -> None:
    checked.run("account", "add", "boss", "--role", "admin")
    checked.run("account", "add", "li", "--role", "supervisor", "--location", "S01", "--as", "boss")
    checked.run("account", "add", "wu", "--role", "supervisor", "--location", "S02", "--as", "boss")
    alerts(
        'fallback = "all"',
        {"Li": hooks.url("li"), "all": hooks.url("all"), "buyers": hooks.url("buyers")},
        'role = "supervisor"',
        'role = "buyer"\nchannels = ["buyers"]',
    )
    report = send(checked)
    assert {p.channel: p.news for p in report.messages} == {"Li": 3, "all": 3}
    assert "S02" not in hooks.at("li")[0]["message"]
    # wu has no channel: the fallback is told in his place, and that he has none.
    assert "Channel wu fails: there is no channel of that name" in hooks.at("all")[0]["message"]
    assert hooks.at("buyers") == []


def test_what_is_dismissed_or_resolved_is_not_sent(checked: Shop, alerts: Any, hooks: Hooks) -> None:
    alerts("", {"hook": hooks.url("hook")}, 'channels = ["hook"]')
    low = next(f for f in checked.findings() if f["severity"] == "low" and f["document_no"] == "R3")
    checked.run("dismiss", low["finding_id"], "--reason", "fine", "--until", "2999-12-31")
    checked.check("received_in_vain", received_in_vain={"limit_qty": 1000.0})
    assert [p.news for p in send(checked).messages] == [3]
    assert "R2" in hooks.at("hook")[0]["message"]
    assert "R3" not in hooks.at("hook")[0]["message"]


# --- once ------------------------------------------------------------------------------------------------------------


def test_the_same_finding_is_sent_once_and_again_when_it_came_back(checked: Shop, alerts: Any, hooks: Hooks) -> None:
    alerts("", {"hook": hooks.url("hook")}, 'channels = ["hook"]\nseverity = "critical"')
    assert [p.news for p in send(checked).messages] == [1]
    assert send(checked).messages == []
    for _ in range(2):
        # Resolved and back between two sendings is news too.
        checked.check("received_far_too_much", received_far_too_much={"limit_qty": 1000.0})
        checked.check("received_far_too_much")
        assert [p.news for p in send(checked).messages] == [1]
    assert send(checked).messages == []


def test_two_routes_to_one_channel_are_one_message(checked: Shop, alerts: Any, hooks: Hooks) -> None:
    alerts("", {"hook": hooks.url("hook")}, 'channels = ["hook"]\nseverity = "high"', 'channels = ["hook"]')
    assert [p.news for p in send(checked).messages] == [6]


def test_killed_between_sending_and_writing_down_it_is_sent_again_and_says_so(
    checked: Shop, alerts: Any, hooks: Hooks
) -> None:
    alerts("", {"hook": hooks.url("hook")}, 'channels = ["hook"]')
    hooks.victim = checked.start("alerts", "send")
    out, err = hooks.victim.communicate(timeout=60)
    assert hooks.victim.returncode == -signal.SIGKILL, (out, err)
    hooks.victim = None
    assert told(checked, "hook") == [("sending", "digest")]
    assert "may have reached you before" not in hooks.at("hook")[0]["message"]
    send(checked)
    assert told(checked, "hook") == [("interrupted", "digest"), ("sent", "digest")]
    assert "may have reached you before" in hooks.at("hook")[1]["message"]
    assert send(checked).messages == []


def test_two_who_send_at_the_same_moment_send_once(checked: Shop, alerts: Any, hooks: Hooks) -> None:
    alerts("", {"hook": hooks.url("hook")}, 'channels = ["hook"]')
    with ThreadPoolExecutor(4) as pool:
        reports = list(pool.map(lambda _: send(checked), range(4)))
    assert sorted(len(r.messages) for r in reports) == [0, 0, 0, 1]
    assert len(hooks.posts) == 1


def test_a_dry_run_shows_all_and_changes_nothing(checked: Shop, alerts: Any, hooks: Hooks) -> None:
    alerts("", {"hook": hooks.url("hook"), "gone": "env:NOT_SET_HERE"}, 'channels = ["hook", "gone"]')
    report = send(checked, is_dry=True)
    assert [(p.channel, p.outcome) for p in report.messages] == [("hook", "dry"), ("gone", "dry")]
    assert hooks.posts == []
    assert not checked.project.store.exists
    assert [p.outcome for p in send(checked).messages] == ["sent", "failed"]


# --- quiet hours -----------------------------------------------------------------------------------------------------


def test_quiet_hours_hold_back_by_the_clock_of_the_shop(checked: Shop, alerts: Any, hooks: Hooks) -> None:
    alerts(
        'quiet_from = "22:00"\nquiet_until = "07:00"\ntime_zone = "Asia/Shanghai"',
        {"quiet": hooks.url("quiet"), "loud": hooks.url("loud")},
        'channels = ["quiet"]',
        'channels = ["loud"]\nbreaks_quiet = true',
    )
    checked.now = dt.datetime(2025, 4, 1, 22, 59)  # 06:59 in Shanghai
    report = send(checked)
    assert [(p.channel, p.news) for p in report.messages] == [("loud", 1)]
    assert report.held == 5
    assert "1 critical" in hooks.at("loud")[0]["title"]
    checked.now += dt.timedelta(minutes=1)
    assert {p.channel: p.news for p in send(checked).messages} == {"quiet": 6, "loud": 5}


# --- acknowledging and escalating ------------------------------------------------------------------------------------


def test_what_nobody_acknowledges_goes_further_up_once(checked: Shop, alerts: Any, hooks: Hooks) -> None:
    alerts(
        'escalate_after_hours = 4\nescalate_to = "boss"',
        {"shop": hooks.url("shop"), "boss": hooks.url("boss")},
        'channels = ["shop"]',
    )
    send(checked)
    high = next(f for f in checked.findings() if f["severity"] == "high" and f["document_no"] == "R1")
    ran = checked.run("acknowledge", high["finding_id"], "--as", "li", "--note", "在查")
    assert ran.code == 0, ran.err
    checked.now += 3 * HOUR
    assert send(checked).messages == []
    checked.now += 1 * HOUR
    assert [(p.channel, p.kind, p.news) for p in send(checked).messages] == [("boss", "escalation", 2)]
    (message,) = hooks.at("boss")
    assert "R2" in message["message"]
    assert "R1" not in message["message"]
    assert "Sent first: 2025-04-01 16:00" in message["message"]
    checked.now += 100 * HOUR
    assert send(checked).messages == []
    log = checked.run("--json", "log", "--subject", f"finding/{high['finding_id']}").json
    assert [(e["action"], e["who"]) for e in log] == [("finding.acknowledged", "li")]


def test_escalation_is_repeated_as_often_as_is_set(checked: Shop, alerts: Any, hooks: Hooks) -> None:
    alerts(
        'escalate_after_hours = 2\nescalate_to = "boss"\nescalate_times = 2\nescalate_severity = "critical"',
        {"shop": hooks.url("shop"), "boss": hooks.url("boss")},
        'channels = ["shop"]',
    )
    sent = []
    for _ in range(5):
        sent.append(len([p for p in send(checked).messages if p.kind == "escalation"]))
        checked.now += 2 * HOUR
    assert sent == [0, 1, 1, 0, 0]


def test_an_acknowledgement_holds_only_until_the_finding_comes_back(checked: Shop) -> None:
    store = checked.project.store
    assert acknowledge(store, [("f1", "1", "S01")], "", checked.project.act("li")) == 1
    assert acknowledge(store, [("f1", "1", "S01")], "", checked.project.act("wu")) == 0
    assert acknowledge(store, [("f1", "5", "S01")], "", checked.project.act("li")) == 1


def test_who_has_no_right_at_the_location_acknowledges_nothing(checked: Shop) -> None:
    checked.run("account", "add", "boss", "--role", "admin")
    checked.run("account", "add", "li", "--role", "auditor", "--location", "S02", "--as", "boss")
    mine = next(f["finding_id"] for f in checked.findings() if f["location_code"] == "S02")
    other = next(f["finding_id"] for f in checked.findings() if f["location_code"] == "S01")
    refused = checked.run("acknowledge", mine, other, "--as", "li")
    assert (refused.code, "may not propose at S01" in refused.err) == (15, True)
    assert checked.run("acknowledge", mine, "--as", "nobody").code == 15
    assert checked.run("--json", "acknowledge", mine, "--as", "li", "--only").json["acknowledged"] == 1
    # A message shows the number of one of a group: the others are acknowledged with it.
    assert checked.run("--json", "acknowledge", mine, "--as", "li").json["acknowledged"] == 2
    assert "before" in checked.run("acknowledge", mine, "--as", "li").err
    assert checked.run("acknowledge", "0000000000000000").code == 2


# --- channels that fail ----------------------------------------------------------------------------------------------


def test_a_failing_channel_is_tried_again_then_replaced_and_reported(checked: Shop, alerts: Any, hooks: Hooks) -> None:
    alerts(
        'fallback = "spare"',
        {"main": hooks.url("secret-of-main/x"), "spare": hooks.url("spare")},
        'channels = ["main"]\nsend = "at_once"',
        'channels = ["spare"]\nseverity = "critical"',
    )
    hooks.failing["secret-of-main/x"] = 99
    report = send(checked)
    # Two attempts at the first message, then it is left alone for the rest of this sending.
    assert hooks.failing["secret-of-main/x"] == 97
    assert [(p.channel, p.meant_for, p.outcome, p.attempts) for p in report.messages] == [
        ("main", "main", "failed", 2),
        ("spare", "main", "sent", 1),
        ("spare", "main", "sent", 1),
        ("spare", "main", "sent", 1),
        ("spare", "spare", "sent", 1),
    ]
    assert report.undelivered == 0
    first = hooks.at("spare")[0]["message"]
    assert "meant for the channel main, which fails" in first
    assert "Channel main fails: Failed to send JSON POST notification: Internal server error" in first
    assert "secret-of-main" not in str(hooks.posts) + str(messages(checked.project.store)) + str(report)
    assert send(checked).messages == []


def test_a_channel_that_answers_at_the_second_attempt_does_not_fail(checked: Shop, alerts: Any, hooks: Hooks) -> None:
    alerts("", {"main": hooks.url("main")}, 'channels = ["main"]')
    hooks.failing["main"] = 1
    report = send(checked)
    assert [(p.outcome, p.attempts) for p in report.messages] == [("sent", 2)]
    assert report.failing == {}


def test_what_no_channel_takes_is_due_again(checked: Shop, alerts: Any, hooks: Hooks) -> None:
    alerts('fallback = "spare"', {"main": hooks.url("main"), "spare": hooks.url("spare")}, 'channels = ["main"]')
    hooks.failing |= {"main": 99, "spare": 99}
    report = send(checked)
    assert (report.undelivered, sorted(report.failing)) == (1, ["main", "spare"])
    hooks.failing.clear()
    assert [(p.channel, p.news) for p in send(checked).messages] == [("main", 6)]
    assert told(checked, "main") == [("failed", "digest"), ("failed", "digest"), ("sent", "digest")]


def test_the_fallback_hears_of_a_failing_channel_until_it_works(checked: Shop, alerts: Any, hooks: Hooks) -> None:
    alerts(
        'fallback = "spare"',
        {"main": hooks.url("main"), "spare": hooks.url("spare")},
        'channels = ["main"]\nlocations = ["S01"]',
        'channels = ["spare"]\nlocations = ["S02"]',
    )
    hooks.failing["main"] = 99
    send(checked)
    assert ["fails: " in m["message"] for m in hooks.at("spare")] == [True, True]
    hooks.failing.clear()
    assert checked.run("alerts", "test", "main").code == 0
    checked.check("received_in_vain", received_in_vain={"limit_qty": 1000.0})
    checked.check("received_in_vain")
    send(checked)
    assert "fails: " not in hooks.at("spare")[-1]["message"]


def test_a_recipient_who_cannot_be_reached_costs_the_others_no_second_mail(
    checked: Shop, alerts: Any, mailbox: Mailbox
) -> None:
    to = "audit@shop.example,nobody@shop.example,boss@shop.example"
    alerts("", {"mail": mailbox.url(to)}, 'channels = ["mail"]')
    report = send(checked)
    assert [(p.outcome, p.attempts) for p in report.messages] == [("failed", 2)]
    assert [to for to, _ in mailbox.mails] == ["audit@shop.example", "boss@shop.example"]


def test_the_database_holds_no_address(checked: Shop, alerts: Any, mailbox: Mailbox) -> None:
    alerts("", {"mail": mailbox.url(more="&pass=hunter2hunter2&user=me")}, 'channels = ["mail"]')
    report = send(checked)
    assert report.failing  # this server takes no passwords
    con = sqlite3.connect(checked.project.store.path)
    dump = "\n".join(con.iterdump())
    con.close()
    assert "hunter2" not in dump + str(report)
