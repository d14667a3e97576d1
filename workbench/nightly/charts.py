"""Charts of a run's page as SVG: drawn here, so that the page needs neither a network nor a script."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_COLOURS = {"critical": "#9b1c1c", "high": "#d9480f", "medium": "#e8a33d", "low": "#8a97a6"}


def by_age(rows: Sequence[tuple[str, str, int]], ages: Sequence[str], words: dict[str, str]) -> str:
    """Open findings by age and severity: rows of age, severity, count. `words` name severities and the axis."""
    import altair as alt
    import polars as pl

    order = {name: number for number, name in enumerate(_COLOURS)}
    values = [
        {"age": age, "severity": words[severity], "count": count, "order": order[severity]}
        for age, severity, count in rows
    ]
    chart = (
        alt.Chart(pl.DataFrame(values))
        .mark_bar()
        .encode(
            x=alt.X("count:Q", title=words["findings"], axis=alt.Axis(tickMinStep=1)),
            y=alt.Y("age:N", sort=list(ages), title=None),
            color=alt.Color(
                "severity:N",
                title=None,
                scale=alt.Scale(domain=[words[name] for name in _COLOURS], range=list(_COLOURS.values())),
                legend=alt.Legend(orient="bottom"),
            ),
            order="order:Q",
        )
        .properties(width=420, height=110)
    )
    return _svg(chart)


def over_runs(rows: Sequence[tuple[int, int, int]], words: dict[str, str]) -> str:
    """What stood open and what was new after each run: rows of run, open, new."""
    import altair as alt
    import polars as pl

    values = [
        {"run": run, "kind": words[kind], "count": count}
        for run, *counts in rows
        for kind, count in zip(("open", "new"), counts, strict=True)
    ]
    chart = (
        alt.Chart(pl.DataFrame(values))
        .mark_line(point=True)
        .encode(
            x=alt.X("run:O", title=words["run"]),
            y=alt.Y("count:Q", title=words["findings"], axis=alt.Axis(tickMinStep=1)),
            color=alt.Color("kind:N", title=None, legend=alt.Legend(orient="bottom")),
        )
        .properties(width=420, height=150)
    )
    return _svg(chart)


def spark(counts: Sequence[int]) -> str:
    """A line of small size: how the count of one rule went, oldest first."""
    width, height, top = 90, 18, max([*counts, 1])
    step = width / max(len(counts) - 1, 1)
    points = " ".join(f"{i * step:.1f},{height - 2 - (height - 4) * c / top:.1f}" for i, c in enumerate(counts))
    return (
        f'<svg width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img">'
        f'<polyline points="{points}" fill="none" stroke="#31587a" stroke-width="1.5"/></svg>'
    )


def _svg(chart: Any) -> str:
    import vl_convert

    return str(vl_convert.vegalite_to_svg(chart.to_dict()))
