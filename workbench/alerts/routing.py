"""Who is told: from news and routes to what goes to which channel now, and what waits for the end of quiet hours.

Nothing is sent here and nothing is looked up; the same news, memory and moment give the same answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from workbench.alerts.news import ESCALATION, News
from workbench.catalogue import SEVERITIES
from workbench.settings import AlertSettings, RouteSettings
from workbench.store.accounts import Account, folded
from workbench.store.alerting import Memory


@dataclass(frozen=True)
class Bundle:
    """News for one channel in one language; `send` is digest, at_once or escalation."""

    channel: str
    language: str
    send: str
    news: tuple[News, ...]


@dataclass(frozen=True)
class Plan:
    """What goes out now, how many pieces of news wait for `quiet_until`, and people for whom there is no channel."""

    bundles: Sequence[Bundle]
    held: int
    unreachable: Sequence[str]


def plan(news: Iterable[News], settings: AlertSettings, memory: Memory, now: dt.datetime, language: str = "en") -> Plan:
    """What is due at a moment (UTC). To each channel a piece of news goes once, by the first route that leads there."""
    quiet = is_quiet(settings, now)
    due: dict[tuple[str, str, str], list[News]] = {}
    held: set[tuple[str, str, str]] = set()
    unreachable: set[str] = set()
    for item in news:
        reached: set[str] = set()
        for route in settings.routes:
            if not _fits(route, item):
                continue
            if item.kind == ESCALATION:
                channels: Sequence[str] = [settings.escalate_to]
                way = (route.language or language, "escalation")
            else:
                channels, nobody = _channels(route, item, settings, memory.people)
                unreachable.update(nobody)
                way = (route.language or language, route.send)
            waits = quiet and not (route.breaks_quiet and item.severity == "critical")
            for channel in channels:
                if channel in reached or item.key in memory.told.get(channel, ()):
                    continue
                if waits:
                    held.add(item.key)
                    continue
                reached.add(channel)
                due.setdefault((channel, *way), []).append(item)
        if reached:
            held.discard(item.key)
    bundles = [Bundle(channel, lang, send, tuple(items)) for (channel, lang, send), items in due.items()]
    # The fallback last: by then it is known which channels fail, and it can say so.
    bundles.sort(key=lambda b: b.channel == settings.fallback)
    return Plan(bundles, len(held), sorted(unreachable))


def is_quiet(settings: AlertSettings, now: dt.datetime) -> bool:
    """Whether a moment (UTC) lies in the quiet hours; they may run over midnight."""
    if settings.quiet_from is None or settings.quiet_until is None:
        return False
    clock = local(settings, now).time()
    if settings.quiet_from <= settings.quiet_until:
        return settings.quiet_from <= clock < settings.quiet_until
    return clock >= settings.quiet_from or clock < settings.quiet_until


def local(settings: AlertSettings, now: dt.datetime) -> dt.datetime:
    """A moment (UTC) by the clocks of the shop."""
    from zoneinfo import ZoneInfo

    return now.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(settings.time_zone)).replace(tzinfo=None)


def _fits(route: RouteSettings, item: News) -> bool:
    """Whether a route is for this news. What has no location, like a run, goes where no location is asked for."""
    return (
        SEVERITIES.index(item.severity) <= SEVERITIES.index(route.severity)
        and any(fnmatchcase(item.rule_id, pattern) for pattern in route.rules)
        and (not route.locations or folded(item.location_code) in map(folded, route.locations))
    )


def _channels(
    route: RouteSettings, item: News, settings: AlertSettings, people: Sequence[Account]
) -> tuple[Sequence[str], Sequence[str]]:
    """Channels of a route for this news, and who should be told and has none."""
    if not route.role:
        return route.channels, ()
    at = folded(item.location_code)
    concerned = [
        p
        for p in people
        if p.is_active and route.role in p.roles and (not p.locations or at in map(folded, p.locations))
    ]
    if route.channels:
        return (route.channels if concerned else ()), ()
    own = {folded(name): name for name in settings.channels}
    channels = [own.get(folded(p.user_name), settings.fallback) for p in concerned]
    without = [p.user_name for p in concerned if folded(p.user_name) not in own]
    return [c for c in channels if c], without
