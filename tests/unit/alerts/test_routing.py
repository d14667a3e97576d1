"""Who is told, whatever the routes and whatever was told before: once, in time, and nobody whom no route names."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from workbench.alerts.news import FINDING, News, escalations
from workbench.alerts.routing import plan
from workbench.catalogue import SEVERITIES
from workbench.settings import AlertSettings, RouteSettings
from workbench.store.alerting import Memory

CHANNELS = ("a", "b", "c")
RULES = ("receipt_over_order", "count_variance", "run_failed")
NOON, NIGHT = dt.datetime(2025, 4, 1, 12), dt.datetime(2025, 4, 1, 23)

some_news = st.lists(
    st.builds(
        News,
        st.just(FINDING),
        st.sampled_from("123456"),
        st.sampled_from("12"),
        st.sampled_from(RULES),
        st.sampled_from(SEVERITIES),
        st.sampled_from(("", "S01", "S02")),
    ),
    max_size=8,
    unique_by=lambda n: n.key,
)
some_routes = st.lists(
    st.builds(
        RouteSettings,
        channels=st.lists(st.sampled_from(CHANNELS), min_size=1, max_size=3).map(tuple),
        rules=st.sampled_from((("*",), ("receipt_*",), ("count_variance", "run_*"))),
        severity=st.sampled_from(SEVERITIES),
        locations=st.sampled_from(((), ("s01",), ("S01", "S02"))),
        send=st.sampled_from(("digest", "at_once")),
        breaks_quiet=st.booleans(),
    ),
    max_size=4,
).map(tuple)
some_told = st.dictionaries(
    st.sampled_from(CHANNELS),
    st.frozensets(st.tuples(st.just(FINDING), st.sampled_from("123456"), st.sampled_from("12"))),
)


def memory(told: dict[str, frozenset[tuple[str, str, str]]]) -> Memory:
    return Memory(told, {}, {}, {}, frozenset(), ())


def settings(routes: tuple[RouteSettings, ...]) -> AlertSettings:
    return AlertSettings(
        channels=dict.fromkeys(CHANNELS, "json://x"),  # type: ignore[arg-type]
        routes=routes,
        fallback="a",
        quiet_from=dt.time(22),
        quiet_until=dt.time(7),
        time_zone="UTC",
    )


def is_wanted(route: RouteSettings, news: News) -> bool:
    """What the guide says of a route, in other words."""
    by_rule = {("*",): RULES, ("receipt_*",): RULES[:1], ("count_variance", "run_*"): RULES[1:]}[route.rules]
    return (
        news.rule_id in by_rule
        and SEVERITIES.index(news.severity) <= SEVERITIES.index(route.severity)
        and (not route.locations or news.location_code.lower() in [code.lower() for code in route.locations])
    )


@given(some_news, some_routes, some_told)
def test_by_day_each_channel_is_told_exactly_what_its_routes_want_and_it_does_not_know(
    news: list[News], routes: tuple[RouteSettings, ...], told: dict[str, frozenset[tuple[str, str, str]]]
) -> None:
    due = plan(news, settings(routes), memory(told), NOON)
    sent = [(bundle.channel, n.key) for bundle in due.bundles for n in bundle.news]
    wanted = {
        (channel, n.key)
        for n in news
        for route in routes
        if is_wanted(route, n)
        for channel in route.channels
        if n.key not in told.get(channel, ())
    }
    assert sorted(sent) == sorted(wanted)
    assert due.held == 0
    fallback = [bundle.channel == "a" for bundle in due.bundles]
    assert fallback == sorted(fallback)


@given(some_news, some_routes)
def test_by_night_only_what_is_critical_goes_out_and_the_rest_is_counted(
    news: list[News], routes: tuple[RouteSettings, ...]
) -> None:
    day = plan(news, settings(routes), memory({}), NOON)
    night = plan(news, settings(routes), memory({}), NIGHT)
    by_day, by_night = ({n.key for b in p.bundles for n in b.news} for p in (day, night))
    assert by_night <= by_day
    assert night.held == len(by_day - by_night)
    assert all(n.severity == "critical" for b in night.bundles for n in b.news)


def test_an_escalation_waits_its_hours_to_the_second() -> None:
    news = News(FINDING, "1", "1", "count_variance", "high", "S01", {"finding_id": "1"})
    late = AlertSettings(
        channels={"a": "json://x"},  # type: ignore[dict-item]
        escalate_after_hours=4,
        escalate_to="a",
        escalate_times=2,
    )
    told = Memory({}, {}, {("1", "1"): NOON}, {}, frozenset(), ())
    hours = dt.timedelta(hours=4)
    moments = (hours - dt.timedelta(seconds=1), hours, 2 * hours, 9 * hours)
    epochs = [[e.epoch for e in escalations([news], told, late, NOON + moment)] for moment in moments]
    assert epochs == [[], ["1.1"], ["1.2"], ["1.2"]]
    seen = Memory({}, {}, {("1", "1"): NOON}, {}, frozenset({("1", "1")}), ())
    assert escalations([news], seen, late, NOON + 9 * hours) == []
