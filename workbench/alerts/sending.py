"""Sending what is due: one message after another, each written down before and after, a failing channel replaced.

At least once: a program that is killed after a message was accepted and before that was written down sends it again,
and says so in the message. Nothing is sent twice otherwise.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from workbench.alerts.channels import Channel, Delivery, open_channel
from workbench.alerts.messages import Message, Texts
from workbench.alerts.news import News, escalations, open_findings, recent_records, troubles
from workbench.alerts.routing import Bundle, local, plan
from workbench.errors import ConfigurationError, WorkbenchError
from workbench.storage import writing_to
from workbench.store import alerting

if TYPE_CHECKING:
    from workbench.project import Project
    from workbench.triage.grouping import Group

# A shop that turns alerts on with a thousand open findings is told of them once and not a thousand times.
AT_ONCE_LIMIT = 20
_WAIT_SECONDS = 60
# "alrt" in ASCII: any number that nobody else in that database uses.
_LOCK_NUMBER = 0x616C7274
_NOTHING = alerting.Memory({}, {}, {}, {}, frozenset(), ())


class SendingInProgressError(WorkbenchError):
    """Somebody else is sending at this moment."""


@dataclass(frozen=True)
class Posted:
    """A message and what became of it; `outcome` is sent, failed or dry."""

    channel: str
    meant_for: str
    kind: str
    language: str
    subject: str
    body: str
    news: int
    outcome: str
    attempts: int = 0
    detail: str = ""


@dataclass
class SendReport:
    """What a sending came to: its messages, how many of them no channel took, how much news waits for the end of quiet
    hours, channels that fail and why, templates of the shop that do not work.

    What no channel took is due again.
    """

    messages: list[Posted] = field(default_factory=list)
    undelivered: int = 0
    held: int = 0
    failing: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """How many messages a channel took, how many none took, how much news waits."""
        sent = sum(p.outcome == "sent" for p in self.messages)
        return {"sent": sent, "undelivered": self.undelivered, "held": self.held}


def send_due(
    project: Project,
    record: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] = os.environ,
    sleep: Callable[[float], None] = time.sleep,
    is_dry: bool = False,
) -> SendReport:
    """Send what is due now. `record` is that of a run that has not written it yet; earlier ones are read.

    Raises SendingInProgressError when another sending takes long; a channel that fails raises nothing.
    """
    with _alone(project, is_dry):
        if not is_dry:
            alerting.end_interrupted(project.store)
        post = _Post(project, environ, sleep, is_dry)
        records = [*recent_records(project.var, project.now()), *([record] if record else [])]
        if not project.lake.exists:
            post.everything(troubles(records), lambda findings: [])
            return post.report
        con = project.lake.read()
        try:

            def grouped(findings: Sequence[Mapping[str, Any]]) -> list[Group]:
                from workbench.triage.grouping import group_findings, products_of_documents

                products = products_of_documents(con, findings)
                return group_findings(findings, "root", project.catalogue.rules, products)

            found = open_findings(con, project)
            late = escalations(found, post.memory, project.settings.alerts, project.now())
            post.everything([*troubles(records), *late, *found], grouped)
        finally:
            con.close()
        return post.report


def send_unwritten(
    project: Project,
    record: Mapping[str, Any],
    environ: Mapping[str, str] = os.environ,
    sleep: Callable[[float], None] = time.sleep,
) -> SendReport:
    """Tell what went wrong in a run without the store, which may be what is out of reach: nothing is known of earlier
    messages then and nothing is kept of these.
    """
    post = _Post(project, environ, sleep, is_dry=False, is_written=False)
    post.everything(troubles([record]), lambda findings: [])
    return post.report


def send_test(
    project: Project,
    names: Sequence[str] = (),
    environ: Mapping[str, str] = os.environ,
    sleep: Callable[[float], None] = time.sleep,
) -> SendReport:
    """Send a test message to each channel, or to those named; no other takes its place."""
    with _alone(project, is_dry=False):
        post = _Post(project, environ, sleep, is_dry=False)
        for name in names or project.settings.alerts.channels:
            post.one(name, Message("test", project.settings.shop.language), with_fallback=False)
        return post.report


class _Post:
    """One sending: which channels are open, which have failed, what was posted."""

    def __init__(
        self,
        project: Project,
        environ: Mapping[str, str],
        sleep: Callable[[float], None],
        is_dry: bool,
        is_written: bool = True,
    ) -> None:
        self.project, self.environ, self.sleep = project, environ, sleep
        self.is_dry, self.is_written = is_dry, is_written
        self.settings = project.settings.alerts
        # A dry run makes no store where there is none.
        is_known = is_written and (project.store.exists or not is_dry)
        self.memory = alerting.recall(project.store) if is_known else _NOTHING
        self.report = SendReport()
        self.channels: dict[str, Channel] = {}
        self.texts = Texts(
            project.root / "checks" / "alerts",
            project.catalogue.rules,
            project.settings.shop.currency,
            lambda moment: local(self.settings, moment),
            project.now(),
        )

    def everything(self, news: Iterable[News], grouped: Callable[..., list[Group]]) -> None:
        """Post all that is due, bundle by bundle."""
        language = self.project.settings.shop.language
        due = plan(news, self.settings, self.memory, self.project.now(), language)
        self.report.held = due.held
        for name in due.unreachable:
            self.report.failing[name] = "there is no channel of that name under [alerts.channels]"
        for bundle in due.bundles:
            for message in _messages(bundle, grouped):
                doubtful = self.memory.doubtful.get(bundle.channel, frozenset())
                repeats = any(n.key in doubtful for n in message.news)
                self.one(bundle.channel, replace(message, may_repeat=repeats))

    def one(self, name: str, message: Message, with_fallback: bool = True) -> None:
        """Post a message to a channel, and where that fails to the fallback."""
        fallback = self.settings.fallback if with_fallback else ""
        is_taken = name not in self.report.failing and self._posted(name, name, self._reporting(name, message))
        if not is_taken and fallback and fallback != name and fallback not in self.report.failing:
            is_taken = self._posted(fallback, name, self._reporting(fallback, replace(message, instead_of=name)))
        self.report.undelivered += not is_taken
        self.report.faults = list(self.texts.faults.values())

    def _reporting(self, name: str, message: Message) -> Message:
        """To the fallback a message says which channels fail."""
        if name != self.settings.fallback or message.kind == "test":
            return message
        works = {name, *(p.channel for p in self.report.messages if p.outcome == "sent")}
        known = {c: why for c, why in self.memory.failing.items() if c in self.settings.channels and c not in works}
        return replace(message, failing={**known, **self.report.failing})

    def _posted(self, name: str, meant_for: str, message: Message) -> bool:
        """Whether a channel took the message; written down before and after."""
        try:
            channel = self._channel(name)
        except ConfigurationError as error:
            # Without the channel's own form, so that a dry run shows it all the same.
            subject, body = self.texts.write(message, "txt", 10**6)
            nothing = Delivery(False, 0, str(error))
            return self._keep(name, meant_for, message, subject, body, lambda: nothing)
        # A dry run is read on a terminal.
        form = "txt" if self.is_dry and channel.form == "html" else channel.form
        subject, body = self.texts.write(message, form, channel.limit_bytes, channel.has_title)
        return self._keep(
            name, meant_for, message, subject, body, lambda: channel.deliver(subject, body, message.severity)
        )

    def _keep(
        self, name: str, meant_for: str, message: Message, subject: str, body: str, deliver: Callable[[], Delivery]
    ) -> bool:
        posted = Posted(name, meant_for, message.kind, message.language, subject, body, len(message.news), "dry")
        if self.is_dry:
            self.report.messages.append(posted)
            return True
        store, now = self.project.store, self.project.now
        keys = dict.fromkeys(n.key for n in message.news)
        if self.is_written:
            number = alerting.begin(store, name, meant_for, message.kind, message.language, keys, now())
            result = deliver()
            alerting.end(store, number, result.is_sent, result.attempts, result.detail, now())
        else:
            result = deliver()
        outcome = "sent" if result.is_sent else "failed"
        self.report.messages.append(replace(posted, outcome=outcome, attempts=result.attempts, detail=result.detail))
        if not result.is_sent:
            # The rest of this sending does not wait for it again.
            self.report.failing[name] = result.detail
        return result.is_sent

    def _channel(self, name: str) -> Channel:
        if name not in self.channels:
            self.channels[name] = open_channel(self.settings, name, self.environ, self.sleep)
        return self.channels[name]


def _messages(bundle: Bundle, grouped: Callable[..., list[Group]]) -> Iterator[Message]:
    """One message, or where they go out at once one for each group of findings and each trouble."""
    by_id = {n.subject: n for n in bundle.news if n.finding}
    groups = grouped([n.finding for n in by_id.values()])
    rest = [n for n in bundle.news if not n.finding]
    if bundle.send == "at_once":
        single, groups = groups[:AT_ONCE_LIMIT], groups[AT_ONCE_LIMIT:]
        alone, rest = rest[:AT_ONCE_LIMIT], rest[AT_ONCE_LIMIT:]
        for news in alone:
            yield Message("at_once", bundle.language, [news])
        for group in single:
            members = [by_id[f["finding_id"]] for f in group.findings]
            yield Message("at_once", bundle.language, members, [group])
    if groups or rest:
        members = [by_id[f["finding_id"]] for group in groups for f in group.findings]
        kind = "escalation" if bundle.send == "escalation" else "digest"
        yield Message(kind, bundle.language, [*rest, *members], groups)


@contextmanager
def _alone(project: Project, is_dry: bool) -> Iterator[None]:
    """One sending at a time; the lock comes back by itself when the process is killed."""
    from filelock import FileLock, Timeout

    if is_dry:
        yield
        return
    with writing_to(project.var):
        project.var.mkdir(parents=True, exist_ok=True)
        lock = FileLock(project.var / "alerts.lock")
        try:
            lock.acquire(timeout=_WAIT_SECONDS)
        except Timeout as error:
            raise SendingInProgressError(
                f"Another sending of alerts has not finished within {_WAIT_SECONDS} s: let it finish."
            ) from error
    try:
        # Several machines may share the store of a team.
        with project.store.only_one(_LOCK_NUMBER) as is_alone:
            if not is_alone:
                raise SendingInProgressError("Another machine is sending alerts at this moment: let it finish.")
            yield
    finally:
        lock.release()
