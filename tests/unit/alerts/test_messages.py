"""The words of messages: both languages, every form, hostile content, channels that take little, a shop's own words."""

from __future__ import annotations

import datetime as dt
import re
import string
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, meta

from workbench.alerts.messages import TEMPLATES, Message, Texts, harmless
from workbench.alerts.news import FINDING, TROUBLE, TROUBLES, News
from workbench.alerts.texts import TEXTS
from workbench.triage.grouping import Group

CHINESE = re.compile(r"[\u4e00-\u9fff]")
RULE: Any = SimpleNamespace(text=lambda name, language: {"en": f"The {name}", "zh": f"标题{name}"}[language])
FORMS = ("txt", "md", "html")
HOSTILE = (
    '<script>alert(1)</script>\r\nBcc: all@evil.example\n\n# Heading\n**bold** [here](https://evil.example) <at user_id="all">'
    " @everyone <!channel> `code` \u202edesrever\u202c \x00\x07 {{ 7*7 }} {% raw %} ${HOME} | ~~x~~ ![p](http://evil.example/p.png)"
)


def texts(folder: Path = Path("/nowhere")) -> Texts:
    now = dt.datetime(2025, 4, 1, 8, 0)
    return Texts(folder, {"rule": RULE}, "CNY", lambda moment: moment + dt.timedelta(hours=8), now)


def finding(number: int = 1, **values: Any) -> dict[str, Any]:
    base = {
        "finding_id": f"{number:016x}",
        "rule_id": "rule",
        "severity": "high",
        "location_code": "S01",
        "message": f"Receipt R{number}",
        "message_zh": f"入库单 R{number}",
    }
    return base | values


def digest(*findings: dict[str, Any], kind: str = "digest", language: str = "en", **more: Any) -> Message:
    news = [News(FINDING, f["finding_id"], "1", f["rule_id"], f["severity"], "S01", f) for f in findings]
    groups = [Group(f["finding_id"], [f], Decimal("1234.5")) for f in findings]
    return Message(kind, language, [*news, *more.pop("troubles", [])], groups, **more)


def trouble(kind: str, detail: str = "something") -> News:
    return News(TROUBLE, kind, "2025-04-01 02:30:00", kind, TROUBLES[kind], detail=detail)


class Tags(HTMLParser):
    """The tags and texts of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


# --- languages -------------------------------------------------------------------------------------------------------


def test_each_text_is_there_in_both_languages() -> None:
    for name, (english, chinese) in TEXTS.items():
        assert CHINESE.search(chinese), name
        assert not CHINESE.search(english), name
        values = [{field for _, field, _, _ in string.Formatter().parse(text) if field} for text in (english, chinese)]
        assert values[0] == values[1], name


def test_each_template_is_there_in_both_languages_and_uses_the_same_values() -> None:
    names = {path.name for path in (TEMPLATES / "en").iterdir()}
    assert names == {"subject.txt", "body.txt", "body.md", "body.html"}
    assert names == {path.name for path in (TEMPLATES / "zh").iterdir()}
    for name in names:
        sources = [(TEMPLATES / language / name).read_text(encoding="utf-8") for language in ("en", "zh")]
        english, chinese = (meta.find_undeclared_variables(Environment().parse(source)) for source in sources)
        assert english == chinese, name
        english, chinese = (set(re.findall(r"\b(?:group|trouble)\.(\w+)", source)) for source in sources)
        assert english == chinese, name
        assert not CHINESE.search(sources[0]), name
        assert CHINESE.search(sources[1]), name


@pytest.mark.parametrize("form", FORMS)
def test_a_digest_in_both_languages(form: str) -> None:
    message = digest(finding(1), finding(2, severity="critical"), troubles=[trouble("file_refused", "poem.csv: verse")])
    subject, body = texts().write(message, form, 30_000)
    assert subject == ("Stock Workbench: 2 new findings (1 critical, 1 high), 2,469.00 CNY at risk, 1 trouble in runs")
    for part in (
        "The title",
        "Receipt R1",
        "S01",
        "1,234.50 CNY",
        "The fix",
        "0000000000000001",
        "A file was refused: poem.csv",
    ):
        assert part in body, part
    assert not CHINESE.search(subject + body.replace("Noto Sans CJK SC", ""))
    chinese = Message("digest", "zh", message.news, message.groups)
    subject, body = texts().write(chinese, form, 30_000)
    assert subject == "库存审计工作台：新问题 2 个（严重 1，高 1），涉及金额 2,469.00 CNY，运行异常 1 项"
    for part in ("标题title", "入库单 R1", "S01", "1,234.50 CNY", "怎么办", "有文件被拒绝：poem.csv"):
        assert part in body, part


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("form", FORMS)
def test_every_kind_and_every_trouble_has_its_words(form: str, language: str) -> None:
    said = set()
    for kind in TROUBLES:
        said.add(texts().write(Message("digest", language, [trouble(kind)]), form, 30_000)[1])
    assert len(said) == len(TROUBLES)
    plain = digest(finding(), language=language)
    whole = Message(
        "escalation", language, plain.news, plain.groups, {"mail": "no answer"}, instead_of="hook", may_repeat=True
    )
    body = texts().write(whole, form, 30_000)[1]
    for part in ("mail", "no answer", "hook", "workbench acknowledge"):
        assert part in body
    assert len(body) > len(texts().write(plain, form, 30_000)[1])
    test = texts().write(Message("test", language), form, 30_000)
    assert "2025-04-01 16:00" in test[1]
    alone = texts().write(Message("digest", language, failing={"mail": "no answer"}), form, 30_000)
    assert alone[0]


# --- hostile content -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("form", FORMS)
def test_what_a_pos_wrote_is_text_and_nothing_else(form: str, language: str) -> None:
    tame, wild = (
        digest(
            finding(message=said, message_zh=said, location_code=said),
            troubles=[trouble("file_refused", said)],
            language=language,
            failing={"mail": said},
        )
        for said in ("tame", HOSTILE)
    )
    (calm_subject, calm), (subject, body) = (texts().write(m, form, 30_000) for m in (tame, wild))
    assert subject == calm_subject
    assert len(body.splitlines()) == len(calm.splitlines())
    assert "\u202e" not in body
    assert "\x07" not in body
    assert "https://evil" not in body
    assert "49" not in body.replace("1,234", "")
    if form == "html":
        assert Tags(body).tags == Tags(calm).tags
        assert "<script>" in "".join(Tags(body).texts)
    else:
        assert "<" not in body
        assert "@" not in body
    if form == "md":
        marks = "*_`[]#|~\\!"
        assert [body.count(c) for c in marks] == [calm.count(c) for c in marks]


def test_a_long_value_is_cut_and_a_subject_is_one_line() -> None:
    message = digest(finding(message="long " * 2000))
    assert len(texts().write(message, "txt", 10**6)[1]) < 1000
    many = Message("digest", "en", [trouble("run_failed", "x\n" * 5000)])
    subject, body = texts().write(many, "txt", 10**6)
    assert "\n" not in subject
    assert len(body) < 1000


@given(st.text(), st.sampled_from(FORMS))
def test_a_value_is_one_line_whatever_it_is(text: str, form: str) -> None:
    value = harmless(text, form)
    assert isinstance(value, str)
    assert len(value) <= 300
    assert len(f"a{value}b".splitlines()) == 1
    assert harmless(value, form) == value
    value.encode()


# --- channels that take little ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("limit", [60, 160, 2048, 4000, 20_000])
def test_a_message_is_as_long_as_its_channel_takes(limit: int, language: str) -> None:
    message = digest(*(finding(n) for n in range(400)), language=language)
    subject, body = texts().write(message, "txt", limit, has_title=False)
    assert len(subject.encode()) + 4 + len(body.encode()) <= max(limit, len(subject.encode()) + 4)
    if limit >= 2048:
        told, left = len(re.findall(r"^\d+\. ", body, re.MULTILINE)), re.search(r"(\d+) (?:more groups|组)", body)
        assert left
        assert told + int(left[1]) == 400
        assert told >= 3


# --- a shop's own words ----------------------------------------------------------------------------------------------


def test_a_shop_replaces_one_template_and_keeps_the_others(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "subject.txt").write_text("Corner shop: {{ count }}\n")
    own = texts(tmp_path)
    subject, body = own.write(digest(finding()), "txt", 10_000)
    assert subject == "Corner shop: 1"
    assert "Receipt R1" in body
    assert own.faults == {}


@pytest.mark.parametrize(
    "template",
    ["{{ nothing }}", "{% if %}", "{{ 1 / 0 }}", "{{ ''.__class__.__mro__ }}", "{% include 'none' %}", b"\xff\xfe\x00"],
)
def test_a_template_that_does_not_work_is_named_and_the_built_in_one_is_used(template: Any, tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    path = tmp_path / "en" / "body.txt"
    path.write_bytes(template if isinstance(template, bytes) else template.encode())
    own = texts(tmp_path)
    _, body = own.write(digest(finding()), "txt", 10_000)
    assert "Receipt R1" in body
    assert str(path) in own.faults["en/body.txt"]
