"""Suites: what is expected of the figures of a load, and from where on it is flagged or held back.

One file each in `checks/suites/`: `load.toml` for every load, others named after a source or a core table, `run.toml`
for a run of the rules. Nothing is judged here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from workbench.errors import ConfigurationError

LOAD, RUN = "load", "run"
_NAMES = {"title", "title_zh", "enabled", "warn", "fail"}


@dataclass(frozen=True)
class Limits:
    """From where on something is wrong: below `min` or above `max`. Kept as written: what is no number is told when
    it is used, as an error of this expectation and of no other.
    """

    min: Any = None
    max: Any = None


@dataclass(frozen=True)
class Expectation:
    """What is expected of one figure; outside `warn` it is flagged, outside `fail` the load is held back."""

    figure: str
    title: str
    title_zh: str
    warn: Limits = Limits()
    fail: Limits = Limits()
    is_enabled: bool = True

    def text(self, language: str) -> str:
        """Its title in `en` or `zh`."""
        return self.title_zh if language == "zh" else self.title


@dataclass(frozen=True)
class Suite:
    """One file of expectations, by figure."""

    name: str
    title: str
    title_zh: str
    expectations: Mapping[str, Expectation]
    # A shop may have left out the source that it is of.
    is_of_source: bool = False


def find_suites(folder: Path) -> dict[str, Suite]:
    """All suites of a project; ConfigurationError names the file and what in it cannot be understood."""
    return {path.stem: _read(path) for path in sorted(folder.glob("*.toml"))}


def check_suites(
    suites: Mapping[str, Suite],
    sources: Iterable[str],
    tables: Mapping[str, Collection[str]],
    configured: Mapping[str, Mapping[str, Any]],
) -> None:
    """Raise ConfigurationError for a suite, or settings of one, that belongs to nothing and so would never be used.

    `tables` are the core tables with their columns.
    """
    known = {LOAD, RUN, *sources, *tables}
    for name in suites:
        if name not in known and not suites[name].is_of_source:
            raise ConfigurationError(
                f"checks/suites/{name}.toml is named after no source and no core table: name it {LOAD}, {RUN} or "
                'after one of those, or say of = "source" in it.'
            )
    for name in configured:
        if name not in suites:
            raise ConfigurationError(f"[gates.{name}] sets a suite that is not in checks/suites: check its name.")
    for name, columns in tables.items():
        figures = [*(suites[name].expectations if name in suites else ()), *configured.get(name, {})]
        for figure in figures:
            strange = [c for c in figure.split(".")[1:] if c not in columns]
            if strange:
                raise ConfigurationError(
                    f"The figure {figure} of the suite {name} is about {strange[0]}, which is no column of {name}: "
                    "check its name."
                )


def expected(
    suites: Mapping[str, Suite], names: Iterable[str], configured: Mapping[str, Mapping[str, Any]]
) -> list[Expectation]:
    """The expectations of several suites, a later one's in place of an earlier one's of the same figure, each with the
    shop's own limits (`[gates.SUITE.FIGURE]`); those that the shop turned off are left out.
    """
    found: dict[str, Expectation] = {}
    for name in names:
        suite = suites.get(name)
        if suite is None:
            continue
        found |= suite.expectations
        for figure, values in configured.get(name, {}).items():
            place = f"[gates.{name}.{figure}]"
            if not isinstance(values, Mapping):
                raise ConfigurationError(f"{place} is no table: write its limits below that heading.")
            found[figure] = _changed(found.get(figure, Expectation(figure, figure, figure)), values, place)
    return [e for e in found.values() if e.is_enabled]


def _read(path: Path) -> Suite:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"The suite {path} cannot be read: {error}.") from error
    figures = content.pop("figure", {})
    of = content.pop("of", "")
    missing = [n for n in ("title", "title_zh") if not isinstance(content.get(n), str)]
    if missing or of not in ("", "source") or set(content) - {"title", "title_zh"} or not isinstance(figures, dict):
        wrong = next(iter(sorted(set(content) - {"title", "title_zh"})), "of" if of not in ("", "source") else "")
        fault = f"there is no {missing[0]}" if missing else f"{wrong or 'figure'} is not understood"
        raise ConfigurationError(f"The suite {path}: {fault}; write title, title_zh and a [figure.NAME] for each.")
    expectations = {}
    for figure, values in figures.items():
        place = f"The suite {path}, [figure.{figure}]"
        if not isinstance(values, dict) or not values.get("title") or not values.get("title_zh"):
            raise ConfigurationError(f"{place}: say what is expected, in title and title_zh.")
        expectations[figure] = _changed(Expectation(figure, "", ""), values, place)
    return Suite(path.stem, content["title"], content["title_zh"], expectations, of == "source")


def _changed(expectation: Expectation, values: Mapping[str, Any], place: str) -> Expectation:
    """With the values written at `place`; a limit that is given replaces both ends of the earlier one."""
    strange = sorted(set(values) - _NAMES)
    if strange:
        raise ConfigurationError(f"{place}: {strange[0]} is not understood; use {', '.join(sorted(_NAMES))}.")
    return replace(
        expectation,
        title=values.get("title", expectation.title),
        title_zh=values.get("title_zh", expectation.title_zh),
        is_enabled=values.get("enabled", expectation.is_enabled),
        warn=_limits(values["warn"], f"{place} warn") if "warn" in values else expectation.warn,
        fail=_limits(values["fail"], f"{place} fail") if "fail" in values else expectation.fail,
    )


def _limits(values: Any, place: str) -> Limits:
    if not isinstance(values, Mapping) or set(values) - {"min", "max"}:
        raise ConfigurationError(f"{place} is {values!r}: write it like {{ min = 0.5, max = 2.0 }}.")
    return Limits(values.get("min"), values.get("max"))
