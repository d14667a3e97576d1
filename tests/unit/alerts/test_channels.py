"""Channels: what an address may be, what it never gives away, and what arrives by mail and by webhook."""

from __future__ import annotations

import time

import pytest
from pydantic import SecretStr

from tests.unit.alerts.conftest import Hooks, Mailbox
from workbench.alerts.channels import cleaned, open_channel, secrets_of
from workbench.errors import ConfigurationError
from workbench.settings import AlertSettings


def settings(**channels: str) -> AlertSettings:
    return AlertSettings(channels={n: SecretStr(a) for n, a in channels.items()}, retries=2, retry_seconds=1)


def test_an_address_may_come_from_the_environment(hooks: Hooks) -> None:
    channel = open_channel(settings(hook="env:HOOK"), "hook", {"HOOK": f" {hooks.url('x')} "})
    assert channel.deliver("Title", "Body", "low").is_sent
    assert [(m["title"], m["message"], m["type"]) for m in hooks.at("x")] == [("Title", "Body", "info")]


@pytest.mark.parametrize("address", ["", "nothing", "json://", "foo://secretsecret/x", "mailto://nobody", "feishu://"])
def test_an_address_that_is_none_is_one_sentence_without_it(address: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ConfigurationError, match=r"\[alerts.channels\] mine is no address") as caught:
        open_channel(settings(mine=address), "mine")
    assert "secretsecret" not in str(caught.value)
    with pytest.raises(ConfigurationError, match=r"asks for HOOK in the environment: set it"):
        open_channel(settings(mine="env:HOOK"), "mine", {"HOOK": " "})
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("mailto://user:secret@mail.example?to=a@b.example", "html"),
        ("mailto://user:secret@mail.example?to=a@b.example&format=text", "txt"),
        ("feishu://sometokenfortests", "txt"),
        ("feishu://sometokenfortests?format=markdown", "md"),
        ("dingtalk://secret@sometokenfortests", "txt"),
        ("dingtalk://secret@sometokenfortests?format=markdown", "md"),
        ("wecombot://somekeyfortests", "txt"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "txt"),
        ("json://localhost/x", "txt"),
    ],
)
def test_services_are_written_to_in_the_form_they_read(address: str, form: str) -> None:
    channel = open_channel(settings(mine=address), "mine")
    assert channel.form == form
    assert channel.limit_bytes >= 2000


def test_a_chat_without_titles_gets_the_subject_as_its_first_line(hooks: Hooks) -> None:
    # Of the chat services this one can be pointed at a server of one's own; Feishu, DingTalk and WeCom cannot.
    channel = open_channel(settings(chat=f"mmost://127.0.0.1:{hooks.port}/sometokenfortests"), "chat")
    assert (channel.form, channel.has_title) == ("txt", False)
    assert channel.deliver("标题", "第一行\n第二行", "high").is_sent
    ((path, posted),) = hooks.posts
    assert path == "/hooks/sometokenfortests"
    assert posted["text"].splitlines() == ["标题", "第一行", "第二行"]
    assert "icon_url" not in posted


def test_what_is_secret_in_an_address() -> None:
    address = "https://user:passw0rd@shop.example:8443/token-1?key=abcdef&to=me#frag-ment"
    found = secrets_of(address)
    assert found == ("frag-ment", "passw0rd", "token-1", "abcdef")
    assert cleaned("no answer of shop.example/token-1?key=abcdef", found) == "no answer of shop.example/***?key=***"


def test_pauses_between_attempts_double(hooks: Hooks) -> None:
    hooks.failing["x"] = 99
    pauses: list[float] = []
    result = open_channel(settings(hook=hooks.url("x")), "hook", sleep=pauses.append).deliver("T", "B", "critical")
    assert (result.is_sent, result.attempts, pauses) == (False, 3, [1.0, 2.0])
    assert result.detail == "Failed to send JSON POST notification: Internal server error., error=500."


def test_nobody_there_is_said_soon_and_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    started = time.perf_counter()
    for address in ("json://127.0.0.1:1/x", "mailto://127.0.0.1:1?from=a@b.example&to=c@d.example"):
        result = open_channel(settings(mine=address), "mine", sleep=lambda seconds: None).deliver("T", "B", "low")
        assert not result.is_sent
        assert "onnection error" in result.detail
    assert time.perf_counter() - started < 5
    assert capfd.readouterr() == ("", "")


def test_a_mail_has_a_plain_and_a_styled_part_and_its_subject_no_second_line(mailbox: Mailbox) -> None:
    channel = open_channel(settings(mail=mailbox.url("a@shop.example,b@shop.example")), "mail")
    started = time.perf_counter()
    assert channel.deliver("第一行\r\nBcc: all@evil.example", "<p>你好 <b>&lt;S01&gt;</b></p>", "high").is_sent
    assert channel.deliver("Again", "<p>x</p>", "high").is_sent
    assert time.perf_counter() - started < 3  # no pause between messages to one's own server
    assert [to for to, _ in mailbox.mails] == ["a@shop.example", "b@shop.example"] * 2
    mail = mailbox.mails[0][1]
    assert mail["Subject"] == "第一行 Bcc: all@evil.example"
    assert mail["Bcc"] is None
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().strip() == "你好 <S01>"
    assert "<b>&lt;S01&gt;</b>" in mailbox.html(0)
    assert "github" not in mail.as_string()
