"""What devices and the log of changes say: log-ins, uploads that failed and came later, corrected documents."""

from __future__ import annotations

import numpy as np
import polars as pl

from workbench.simulator.chain import Chain
from workbench.simulator.numbering import Numbers
from workbench.simulator.plan import DAY, HOUR, MINUTE
from workbench.simulator.writing import Folder, clock_of, looked_up, money

_EVENT = {
    "place": pl.Int64,
    "till": pl.Int64,
    "moment": pl.Int64,
    "kind": pl.String,
    "person": pl.Int64,
    "detail": pl.String,
}
_REASONS = {
    "typo": ("typing error", "录入错误"),
    "price": ("price corrected with the supplier", "与供应商核对后更正单价"),
    "": ("", ""),
}


def write_events(chain: Chain, numbers: Numbers, folder: Folder) -> None:
    """The tables sync_event and document_change."""
    rng = np.random.Generator(np.random.PCG64([chain.plan.seed, 77]))
    places = chain.master.place_code
    rows = pl.concat([_logins(chain, rng), _uploads(chain, rng), *_planted(chain)])
    rows = rows.sort("moment", "place", "till", "kind", "person").with_row_index("number", offset=1)
    place = looked_up(places, pl.col("place"))
    folder.write(
        "sync_event",
        [
            rows.select(
                pl.format("EV{}", pl.col("number").cast(pl.String).str.zfill(7)).alias("event_id"),
                place.alias("location_code"),
                pl.format("POS-{}-{}", place, "till").alias("device_id"),
                clock_of(chain, pl.col("moment")).alias("occurred_at"),
                pl.col("kind").alias("event_type"),
                looked_up(chain.master.people.code, pl.col("person")).alias("staff_code"),
                "detail",
            )
        ],
    )
    folder.write("document_change", [_changes(chain, numbers, rng)])


def _logins(chain: Chain, rng: np.random.Generator) -> pl.DataFrame:
    """Everybody logs in at work every morning, each at one device of the place."""
    people = chain.master.people
    active = np.array([i for i, role in enumerate(people.role) if role != "former"])
    day = np.repeat(np.arange(chain.plan.days), len(active))
    person = np.tile(active, chain.plan.days)
    at_work = rng.random(len(day)) < 0.75
    moment = day * DAY + 7 * HOUR + rng.integers(0, 10 * MINUTE, len(day))
    frame = pl.DataFrame(
        {"place": people.place[person], "till": person % 3 + 1, "moment": moment, "kind": "login", "person": person}
    )
    # Where a planted log-in of the same person follows, this one must have been.
    planted = [row["person"] * 10_000 + row["moment"] // DAY for row in chain.extra.get("login", [])]
    keep = at_work | np.isin(person * 10_000 + day, planted)
    return frame.filter(pl.Series(keep)).with_columns(pl.lit("").alias("detail")).cast(_EVENT)  # type: ignore[arg-type]


def _uploads(chain: Chain, rng: np.random.Generator) -> pl.DataFrame:
    """Once in a while a till is offline for an hour: a failed submission or two, then all comes at once."""
    stores, days = chain.plan.stores, chain.plan.days
    down = np.argwhere(rng.random((days, stores, 3)) < 0.01)
    start = down[:, 0] * DAY + rng.integers(11, 18, len(down)) * HOUR
    frames = []
    for kind, later in (("submit_failed", 0), ("sync_delayed", 20 * MINUTE), ("offline_upload", HOUR)):
        frames.append(
            pl.DataFrame(
                {
                    "place": down[:, 1] + 1,
                    "till": down[:, 2] + 1,
                    "moment": start + later,
                    "kind": kind,
                    "person": None,
                    "detail": "network",
                },
                schema=_EVENT,
            )
        )
    return pl.concat(frames)


def _planted(chain: Chain) -> list[pl.DataFrame]:
    logins = [
        {"place": r["place"], "till": 1, "moment": r["moment"], "kind": "login", "person": r["person"], "detail": ""}
        for r in chain.extra.get("login", [])
    ]
    failures = [
        {
            "place": r["place"],
            "till": r["till"],
            "moment": r["moment"] + i * 9 * MINUTE,
            "kind": "submit_failed",
            "person": None,
            "detail": "timeout",
        }
        for r in chain.extra.get("failing", [])
        for i in range(5)
    ]
    return [pl.DataFrame(logins + failures, schema=_EVENT)]


def _changes(chain: Chain, numbers: Numbers, rng: np.random.Generator) -> pl.DataFrame:
    """Corrections of receipts: one in a hundred, before approval or with a manager's approval, always with a reason."""
    word = 1 if chain.plan.language == "zh" else 0
    heads = chain.receipts.filter(
        (pl.col("status") == "approved") & pl.col("approved").is_not_null() & (pl.col("line") == 1)
    )
    heads = heads.filter(pl.col("created_by") != pl.col("approved_by")).sort("receipt")
    heads = heads.filter(pl.Series(rng.random(heads.height) < 0.01))
    usual = heads.select(
        "receipt",
        "line",
        pl.col("cost").alias("old"),
        pl.col("created_by").alias("changed_by"),
        (pl.col("approved") + pl.when(pl.col("receipt") % 2 == 0).then(3 * HOUR).otherwise(-MINUTE)).alias("moment"),
        pl.lit("price").alias("reason"),
        "approved_by",
    )
    planted = pl.DataFrame(chain.extra.get("change", []), schema=usual.schema)
    rows = pl.concat([usual, planted]).sort("moment", "receipt").with_row_index("number", offset=1)
    reasons = {name: pair[word] or None for name, pair in _REASONS.items()}
    return rows.select(
        pl.format("CH{}", pl.col("number").cast(pl.String).str.zfill(5)).alias("change_id"),
        pl.lit("receipt").alias("document_type"),
        numbers.of("receipt", pl.col("receipt")).alias("document_no"),
        pl.col("line").alias("document_line_no"),
        pl.lit(("unit cost", "成本单价")[word]).alias("field"),
        money(pl.col("old") + 10).cast(pl.String).alias("old_value"),
        money(pl.col("old")).cast(pl.String).alias("new_value"),
        looked_up(chain.master.people.code, pl.col("changed_by")).alias("changed_by"),
        clock_of(chain, pl.col("moment")).alias("changed_at"),
        pl.col("reason").replace_strict(reasons, default=None, return_dtype=pl.String).alias("reason"),
        looked_up(chain.master.people.code, pl.col("approved_by")).alias("approved_by"),
    )
