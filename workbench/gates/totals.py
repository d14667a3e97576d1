"""Totals that a file states in its own last row (合计, Total), to be held against the sum of its lines.

Such a row is rejected like any other that lacks a key; here it is only read.
"""

from __future__ import annotations

import re
from decimal import Decimal

import polars as pl

from workbench.casting import cast
from workbench.detection import Detection
from workbench.landing import Landing

_TOTAL = re.compile(r"\W*(grand\s+)?(sub)?totals?\W*|\W*sum\W*|\W*[合总共]\s*计\W*|\W*合计金额\W*", re.IGNORECASE)


def stated_totals(detection: Detection, landing: Landing) -> dict[str, Decimal]:
    """Totals by column, of a file that is a core table; none where its last row is no such row."""
    row_no = _last_rejected(landing)
    if detection.feed is not None or row_no is None:
        return {}
    row = detection.raw.rows([row_no])
    if row.height != 1:
        return {}
    cells = [str(row[f"c{i}"][0] or "").strip() for i in range(len(detection.raw.header))]
    said = next((c for c in cells if c), "")
    if not _TOTAL.fullmatch(said):
        return {}
    columns = {p: landing.table.columns[c] for p, c in detection.columns.items() if c in landing.present}
    columns = {p: c for p, c in columns.items() if c.kind in ("qty", "money") and cells[p]}
    if not columns:
        return {}
    frame = pl.DataFrame(
        {c.name: [cells[p]] for p, c in columns.items()}, schema={c.name: pl.String for c in columns.values()}
    )
    typed = cast(frame, list(columns.values()), landing.readings, {}).frame
    return {name: typed[name][0] for name in typed.columns if typed[name][0] is not None}


def _last_rejected(landing: Landing) -> int | None:
    """The number of the last row, where it was rejected; a total stands below all lines."""
    if not landing.rejects:
        return None
    last = pl.scan_parquet(landing.rejects).select(pl.col("row_no").max()).collect().item()
    if landing.staged:
        accepted = pl.scan_parquet(landing.staged[-1]).select(pl.col("row_no").max()).collect().item()
        if accepted is not None and accepted > last:
            return None
    return None if last is None else int(last)
