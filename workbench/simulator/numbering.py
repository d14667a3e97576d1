"""The numbers that documents carry, given last: a shop numbers its papers in the order in which they are entered.

Each series is a column whose position is the document's id, so that writing looks numbers up whole columns at a time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from workbench.simulator.chain import Chain


@dataclass(frozen=True)
class Numbers:
    """Per kind of document, its number by id; null where there is no such document."""

    series: dict[str, pl.Series]

    def of(self, kind: str, ids: pl.Expr) -> pl.Expr:
        """The numbers of a column of ids."""
        return pl.lit(self.series[kind]).gather(ids)

    def one(self, kind: str, number: int) -> str:
        """The number of one document."""
        return str(self.series[kind][number])


def number_documents(chain: Chain) -> Numbers:
    """Number everything. Leaps of a series are in `chain.extra['leap']`: after which document how many are left out."""
    places = pl.lit(pl.Series(chain.master.place_code))
    receipts = chain.receipts.group_by("receipt").agg(pl.col("place").first(), pl.col("recorded").min())
    receipts = _ranked(chain, "receipt", receipts.sort("place", "recorded", "receipt"), ["place"])
    orders = chain.orders.group_by("order").agg(pl.col("day").min()).sort("day", "order")
    first = np.datetime64(chain.plan.start)
    years = (first + orders.get_column("day").to_numpy()).astype("datetime64[Y]").astype(int) + 1970
    orders = _ranked(chain, "order", orders.with_columns(pl.Series("year", years % 100)), ["year"])
    counts = _ranked(chain, "count", chain.counts.sort("place", "day", "count"), ["place"])
    return Numbers(
        {
            "receipt": _by_id(receipts, "receipt", pl.format("RK{}-{}", places.gather("place"), _digits("rank", 5))),
            "order": _by_id(orders, "order", pl.format("PO{}-{}", "year", _digits("rank", 5))),
            "count": _by_id(counts, "count", pl.format("PD{}-{}", places.gather("place"), _digits("rank", 3))),
            "note": _supplier_series(chain, chain.notes, "note", 6, "-"),
            "invoice": _supplier_series(chain, chain.invoices, "invoice", 7, ""),
            "text": pl.Series(chain.texts, dtype=pl.String),
        }
    )


def respell(chain: Chain, numbers: Numbers) -> None:
    """Note and invoice numbers that were entered again differently, once it is known what they are."""
    for row in chain.extra.get("respelled", []):
        right = numbers.one("note", row["note"])
        text = (right.replace("-", "").lower(), "-", _mistyped(right, set(numbers.series["note"])))[row["spelling"] - 1]
        here = pl.col("receipt") == row["receipt"]
        chain.receipts = chain.receipts.with_columns(
            pl.when(here).then(pl.lit(text)).otherwise("note_text").alias("note_text")
        )
    invoices = numbers.series["invoice"].to_list()
    for row in chain.extra.get("respelled_invoice", []):
        twin = invoices[row["twin"]]
        invoices[row["invoice"]] = f"{twin[:2].lower()}-{twin[2:]}"
    numbers.series["invoice"] = pl.Series(invoices, dtype=pl.String)


def _mistyped(number: str, known: set[str]) -> str:
    """The number with two neighbouring digits exchanged, so that it is no other note's."""
    for i in range(len(number) - 1, 3, -1):
        swapped = number[: i - 1] + number[i] + number[i - 1] + number[i + 1 :]
        if number[i] != number[i - 1] and swapped not in known:
            return swapped
    return number + "9"


def _digits(column: str, width: int) -> pl.Expr:
    return pl.col(column).cast(pl.String).str.zfill(width)


def _ranked(chain: Chain, kind: str, rows: pl.DataFrame, over: list[str]) -> pl.DataFrame:
    """Positions in each series, with what planted gaps leave out."""
    leaps = chain.extra.get("leap", [])
    missing = {row["id"]: row["missing"] for row in leaps if row["kind"] == kind}
    leap = pl.col(kind).replace_strict(missing, default=0, return_dtype=pl.Int64) if missing else pl.lit(0)
    before = leap.shift(1, fill_value=0).cum_sum().over(over)
    ranked = rows.with_columns((pl.int_range(1, pl.len() + 1).over(over) + before).alias("rank"))
    # Two numbers that were given out the wrong way round.
    swaps = {row["first"]: row["second"] for row in chain.extra.get("swap", []) if row["kind"] == kind}
    if swaps:
        partner = {**swaps, **{b: a for a, b in swaps.items()}}
        ranks = dict(ranked.select(kind, "rank").iter_rows())
        exchanged = {i: ranks[other] for i, other in partner.items()}
        ranked = ranked.with_columns(pl.col(kind).replace_strict(exchanged, default=pl.col("rank")).alias("rank"))
    return ranked


def _by_id(rows: pl.DataFrame, kind: str, number: pl.Expr) -> pl.Series:
    """A column of numbers whose position is the id."""
    known = rows.select(pl.col(kind).cast(pl.Int64).alias("id"), number.alias("number"))
    highest = known.get_column("id").max()
    every = pl.DataFrame({"id": np.arange((highest if isinstance(highest, int) else -1) + 1, dtype=np.int64)})
    return every.join(known, on="id", how="left", maintain_order="left").get_column("number")


def _supplier_series(chain: Chain, rows: pl.DataFrame, kind: str, width: int, mark: str) -> pl.Series:
    """A supplier's own numbers: they rise, with what it sends to others between them; no rule may count them."""
    head = rows.drop_nulls(kind).group_by(kind).agg(pl.col("supplier", "day").first()).sort("supplier", "day", kind)
    steps = pl.Series(
        "step", np.random.Generator(np.random.PCG64([chain.plan.seed, width])).integers(2, 40, head.height)
    )
    head = head.with_columns(steps).with_columns(
        (pl.col("step").cum_sum().over("supplier") + 10 ** (width - 2)).alias("rank")
    )
    prefix = pl.lit(pl.Series(chain.master.suppliers.prefix)).gather("supplier")
    numbers = _by_id(head, kind, pl.format("{}{}{}", prefix, pl.lit(mark), _digits("rank", width)))
    given = {row["id"]: row["number"] for row in chain.extra.get("number", []) if row["kind"] == kind}
    return pl.Series([given.get(i, n) for i, n in enumerate(numbers)], dtype=pl.String) if given else numbers
