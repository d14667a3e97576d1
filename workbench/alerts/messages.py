"""From news to a message: subject and body by Jinja2 templates in the reader's language, short enough for the channel.

The templates lie beside this module; a shop replaces one by a file of the same name below `checks/alerts/en` or `zh`.
What the POS wrote (names, notes, numbers of documents) is never markup, never an address to click on, never a new line.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.alerts.news import TROUBLE, News
from workbench.catalogue import SEVERITIES, Rule
from workbench.words import label

if TYPE_CHECKING:
    import datetime as dt

    from jinja2 import Environment

    from workbench.triage.grouping import Group

TEMPLATES = Path(__file__).parent / "templates"
SHOWN = 20
_SUBJECT_LENGTH = 150
_VALUE_LENGTH = 300
# Look-alikes for what chat services and mail programs read as a mention, a link or a style, even in plain text.
_ALIKE = {
    "txt": str.maketrans({"<": "＜", ">": "＞", "@": "＠"}),
    "md": str.maketrans(dict(zip("<>@*_`[]~#|\\!", "＜＞＠＊＿｀［］～＃｜＼！", strict=True))),
    "html": {},
}


@dataclass(frozen=True)
class Message:
    """What is to be said to one channel: `kind` is digest, at_once, escalation or test.

    `groups` are the findings as `workbench findings --group root` draws them together. `failing` are channels that
    fail, with the reason; `instead_of` the one in whose place this is sent.
    """

    kind: str
    language: str
    news: Sequence[News] = ()
    groups: Sequence[Group] = ()
    failing: Mapping[str, str] | None = None
    instead_of: str = ""
    may_repeat: bool = False

    @property
    def severity(self) -> str:
        """The gravest of what it tells."""
        return min((n.severity for n in self.news), key=SEVERITIES.index, default="low")


@dataclass(frozen=True)
class Texts:
    """How a shop's messages are written: where its own templates lie, its rules, currency and clock."""

    folder: Path
    rules: Mapping[str, Rule]
    currency: str
    local: Callable[[dt.datetime], dt.datetime]
    now: dt.datetime
    # What is wrong with a template of the shop's own, by its name.
    faults: dict[str, str] = field(default_factory=dict)

    def write(self, message: Message, form: str, limit_bytes: int, has_title: bool = True) -> tuple[str, str]:
        """Subject and body in `txt`, `md` or `html`; fewer findings are shown where the channel takes no more."""
        subject = _clipped(_one_line(self._rendered("subject.txt", "txt", message, 0)).strip(), _SUBJECT_LENGTH)
        room = limit_bytes - (0 if has_title else len(subject.encode()) + 4)
        shown = SHOWN
        while True:
            body = self._rendered(f"body.{form}", form, message, shown).strip() + "\n"
            if len(body.encode()) <= room:
                return subject, body
            if not shown:
                # Only an SMS is that short, and it is plain text.
                return subject, body.encode()[: max(room, 0)].decode("utf-8", "ignore")
            shown //= 2

    def _rendered(self, name: str, form: str, message: Message, shown: int) -> str:
        from jinja2 import TemplateError

        path = f"{message.language}/{name}"
        view = self._view(message, shown)
        try:
            return _environment(self.folder, form).get_template(path).render(view)
        except (TemplateError, TypeError, ValueError, ArithmeticError, UnicodeDecodeError) as error:
            # A night's news must not be lost because somebody wrote a template that does not work.
            line = getattr(error, "lineno", None)
            where = f"{self.folder / path}, line {line}," if line else f"{self.folder / path}"
            self.faults.setdefault(path, f"The template {where} does not work, the built-in one was used: {error}.")
            return _environment(TEMPLATES, form).get_template(path).render(view)

    def _view(self, message: Message, shown: int) -> dict[str, Any]:
        groups = [self._line(group, message) for group in message.groups[:shown]]
        counts = Counter(n.severity for n in message.news if n.kind != TROUBLE)
        amounts = [g.amount_at_risk for g in message.groups if g.amount_at_risk is not None]
        troubles = [n for n in message.news if n.kind == TROUBLE]
        told = troubles[: shown or 1]
        return {
            "kind": message.kind,
            "count": sum(counts.values()),
            "counts": [(label(s, message.language), counts[s]) for s in SEVERITIES if counts[s]],
            "amount": _money(sum(amounts, Decimal(0))) if amounts else "",
            "currency": self.currency,
            "groups": groups,
            "more": len(message.groups) - len(groups),
            "troubles": [{"kind": n.rule_id, "detail": n.detail, "began": n.epoch[:16]} for n in told],
            "trouble_count": len(troubles),
            "failing": sorted((message.failing or {}).items()),
            "instead_of": message.instead_of,
            "may_repeat": message.may_repeat,
            "now": f"{self.local(self.now):%Y-%m-%d %H:%M}",
        }

    def _line(self, group: Group, message: Message) -> dict[str, Any]:
        first, rule = group.first, self.rules.get(group.first["rule_id"])
        since = min((n.since for n in message.news if n.since and n.subject == first["finding_id"]), default=None)
        return {
            "severity": label(group.severity, message.language),
            "severity_code": group.severity,
            "title": rule.text("title", message.language) if rule else first["rule_id"],
            "fix": rule.text("fix", message.language) if rule else "",
            "message": first["message_zh" if message.language == "zh" else "message"],
            "location": first["location_code"] or "",
            "amount": "" if group.amount_at_risk is None else _money(group.amount_at_risk),
            "count": len(group.findings),
            "finding_id": first["finding_id"],
            "since": f"{self.local(since):%Y-%m-%d %H:%M}" if since else "",
        }


def harmless(value: object, form: str) -> object:
    """A value as it may stand in a message: one line, of bounded length, nothing that is more than text."""
    if isinstance(value, int):
        return f"{value:,}"
    if hasattr(value, "__html__"):
        return value
    text = _one_line(str(value)).replace("://", ":／／")
    return _clipped(text, _VALUE_LENGTH).translate(_ALIKE[form])


@lru_cache(maxsize=16)
def _environment(folder: Path, form: str) -> Environment:
    from jinja2 import FileSystemLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader([folder, TEMPLATES]),
        autoescape=form == "html",
        undefined=StrictUndefined,
        finalize=lambda value: harmless(value, form),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _one_line(text: str) -> str:
    """Without line ends, control characters and marks that are not seen or turn the direction of reading."""
    text = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp", "Zs") else c for c in text)
    text = "".join(c for c in text if unicodedata.category(c) not in ("Cf", "Cs", "Co", "Cn"))
    return re.sub(r" +", " ", text)


def _clipped(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}"
