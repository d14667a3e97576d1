"""A simulation from plan to files."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl

from workbench.simulator import books, counting, truth
from workbench.simulator.chain import Chain, make_chain
from workbench.simulator.defects import batch as batch_defects
from workbench.simulator.defects import billing, codes, control, ledger, level, receiving, stocktake
from workbench.simulator.defects.tools import plant
from workbench.simulator.events import write_events
from workbench.simulator.key import key_frame, write_causes
from workbench.simulator.numbering import number_documents, respell
from workbench.simulator.plan import Plan
from workbench.simulator.tables import batch, place_code, product_code, write_tables
from workbench.simulator.writing import Folder, day_of, money


@dataclass(frozen=True)
class Simulated:
    """What was written: rows by table, findings that the rules must give by rule."""

    plan: Plan
    rows: dict[str, int]
    expected: dict[str, int]


def simulate(plan: Plan, folder: Path) -> Simulated:
    """Run a chain and write its files, the key and the causes of count variances into an existing folder."""
    chain = make_chain(plan)
    reasons = finish(chain)
    numbers = number_documents(chain)
    respell(chain, numbers)
    writer = Folder(chain, numbers, folder)
    write_tables(chain, numbers, writer)
    write_snapshots(chain, writer)
    write_events(chain, numbers, writer)
    key = key_frame(chain, numbers)
    writer.key("answer_key.csv", key)
    write_causes(chain, numbers, reasons, writer)
    by_rule = dict(key.group_by("rule_id").len().sort("rule_id").iter_rows())
    done = Simulated(plan, writer.rows, by_rule)
    text = json.dumps(
        {
            **asdict(plan),
            "start": plan.start.isoformat(),
            "as_of": plan.as_of.isoformat(),
            "rows": done.rows,
            "expected": by_rule,
        },
        indent=2,
    )
    (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")
    return done


def finish(chain: Chain) -> pl.DataFrame:
    """Count, post what the counts found, close the books, and work out what follows; the causes of count variances."""
    for process in (receiving, billing, codes, batch_defects, control, ledger, level):
        plant(chain, process.PLANTERS)
    chain.counts = counting.schedule(chain.plan, chain.rng)
    chain.lines = stocktake.prepare(counting.plan_lines(chain, chain.counts))
    plant(chain, stocktake.PLANTERS)
    lines = counting.settle(chain.lines)
    chain.moves = books.close_books(pl.concat([chain.moves, counting.postings(chain, lines)]))
    chain.moves = books.with_wrong_balances(chain)
    chain.lines = counting.as_written(chain, lines)
    chain.extra["level"] = level.wrong_levels(chain, books.levels(chain)).to_dicts()
    reasons = counting.causes(chain, lines)
    truth.add_consequences(chain, reasons)
    return reasons


def write_snapshots(chain: Chain, writer: Folder) -> None:
    """Stock on hand at month ends and on the last day."""
    cost = pl.lit(pl.Series(chain.master.goods.cost)).gather("product")
    rows = books.snapshots(chain)
    if number := chain.plan.number_of("on_hand_differs_from_ledger", 3):
        rows = ledger.wrong_snapshot(chain, number, rows)
    writer.write(
        "stock_on_hand",
        [
            rows.select(
                day_of(chain, pl.col("day")).alias("as_of_date"),
                place_code(chain.master, pl.col("place")),
                product_code(chain.master, pl.col("product")),
                batch(chain, pl.col("product"), pl.col("lot")),
                pl.col("qty").alias("on_hand_qty"),
                money(pl.col("qty") * cost).alias("on_hand_amount"),
            )
        ],
    )
