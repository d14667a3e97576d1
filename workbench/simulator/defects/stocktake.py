"""Defects of stocktakes, planted on the sheets before they are settled."""

from __future__ import annotations

import polars as pl

from workbench.simulator.chain import Chain
from workbench.simulator.counting import settle
from workbench.simulator.defects.tools import Planters, Row, put
from workbench.simulator.plan import DAY


def prepare(lines: pl.DataFrame) -> pl.DataFrame:
    """Sheets as they come, with the columns that planters set."""
    nothing = pl.lit(None, pl.Int64)
    return lines.with_columns(
        pl.lit(0, pl.Int64).alias("error"), pl.lit(0, pl.Int64).alias("first_error"), pl.lit(True).alias("is_posted"),
        pl.lit(False).alias("is_copied"), pl.lit(0, pl.Int64).alias("posted_error"), pl.lit(False).alias("is_alone"),
        pl.lit(False).alias("is_cancelled"), nothing.alias("copy_of"),
    )  # fmt: skip


def _here(row: Row) -> pl.Expr:
    return pl.all_horizontal(pl.col(name) == row[name] for name in ("count", "product", "lot"))


def _where(row: Row) -> Row:
    return {"place": row["place"], "document": ("count", row["count"]), "product": row["product"], "lot": row["lot"]}


def _open(chain: Chain) -> pl.DataFrame:
    """Lines of counts that no other planter has taken as a whole."""
    taken = [i for kind, i in chain.used_documents if kind == "count"]
    return chain.lines.filter(~pl.col("is_cancelled") & ~pl.col("count").is_in(taken))


def _full(chain: Chain) -> list[int]:
    taken = {i for kind, i in chain.used_documents if kind == "count"}
    full = chain.counts.filter("is_full").get_column("count").to_list()
    cancelled = set(chain.lines.filter("is_cancelled").get_column("count"))
    return [int(c) for c in chain.rng.permutation(full) if c not in taken and c not in cancelled]


def overdue(chain: Chain, number: int) -> None:
    """A store whose counts of the last months were all cancelled."""
    limit = (chain.plan.days - 96) * DAY
    if limit < 20 * DAY:
        return
    for place in range(chain.plan.stores, max(0, chain.plan.stores - number), -1):
        late = (pl.col("place") == place) & (pl.col("moment").max().over("count") > limit)
        chain.lines = put(chain.lines, late, is_cancelled=True, is_posted=False)
        chain.expect("count_overdue", "Not counted for more than three months", "三个多月未盘点", place=place)


def round_numbers(chain: Chain, number: int) -> None:
    """Somebody who estimates: tens throughout."""
    size = (pl.col("shelf") >= 10).sum().over("count", "counted_by")
    often = chain.lines.filter(size >= 60).select("count", "counted_by").unique().sort("count", "counted_by")
    for count in [c for c in _full(chain) if c in often.get_column("count")][:number]:
        person = often.filter(pl.col("count") == count).row(0)[1]
        here = (pl.col("count") == count) & (pl.col("counted_by") == person) & (pl.col("shelf") >= 10)
        rounded = ((pl.col("shelf") + 5) // 10 * 10 - pl.col("shelf")).cast(pl.Int64)
        chain.lines = chain.lines.with_columns(pl.when(here).then(rounded).otherwise("error").alias("error"))
        chain.used_documents.add(("count", count))
        place = int(chain.lines.filter(pl.col("count") == count).get_column("place")[0])
        chain.expect("count_round_numbers", "Tens throughout", "盘点数多为整十", place=place, document=("count", count))


def book_copied(chain: Chain, number: int) -> None:
    """Somebody who writes down what the book says."""
    # Whether nothing differs by chance or by copying is only to be told from many lines.
    settled = settle(chain.lines)
    differing = settled.select((pl.col("variance") != 0).sum()).item()
    sheets = settled.group_by("count", "counted_by").agg(pl.len(), pl.col("book").min().alias("lowest"))
    enough = pl.col("len") * differing >= 9 * settled.height
    many = sheets.filter((pl.col("lowest") >= 0) & enough).sort("len", "count", "counted_by", descending=True)
    usable = set(_full(chain))
    for count in [c for c in many.get_column("count").unique(maintain_order=True) if c in usable][:number]:
        rows = chain.lines.filter(pl.col("count") == count)
        person = many.filter(pl.col("count") == count).get_column("counted_by")[0]
        here = (pl.col("count") == count) & (pl.col("counted_by") == person)
        chain.lines = put(chain.lines, here, is_copied=True)
        chain.used_documents.add(("count", count))
        place = int(rows.get_column("place")[0])
        chain.expect(
            "count_equals_book_throughout",
            "The book to the last unit",
            "实盘与账面完全一致",
            place=place,
            document=("count", count),
        )


def entered_twice(chain: Chain, number: int) -> None:
    """A count entered again under another number."""
    settled = settle(chain.lines)
    right = settled.group_by("count").agg(pl.len(), (pl.col("variance") == 0).all().alias("agrees")).filter("agrees")
    chosen = right.filter(pl.col("len") >= 10).get_column("count").to_list()
    taken = {i for kind, i in chain.used_documents if kind == "count"}
    usable = [c for c in sorted(chosen) if c not in taken and c in set(_open(chain).get_column("count"))]
    for count in usable[:number]:
        new = int(chain.counts.get_column("count").max()) + 1  # type: ignore[arg-type]
        row = chain.counts.filter(pl.col("count") == count)
        chain.counts = pl.concat([chain.counts, row.with_columns(pl.lit(new, pl.Int64).alias("count"))])
        lines = chain.lines.filter(pl.col("count") == count).with_columns(pl.lit(new, pl.Int64).alias("count"))
        chain.lines = pl.concat([chain.lines, lines])
        chain.used_documents |= {("count", count), ("count", new)}
        chain.expect(
            "count_entered_twice",
            "The same count once more",
            "同一盘点重复录入",
            place=int(row["place"][0]),
            document=("count", new),
        )


def missing_product(chain: Chain, number: int) -> None:
    """Something in stock that is not on the sheet, nor on another sheet of that week."""
    full = chain.counts.filter("is_full").get_column("count").to_list()
    differing = pl.concat(chain.shifts).select(pl.col("place", "product").cast(pl.Int64)).unique()
    rows = _open(chain).filter((pl.col("shelf") > 0) & pl.col("count").is_in(full))
    rows = rows.join(differing, on=["place", "product"], how="anti", maintain_order="left")
    other = chain.lines.select(
        "place", "product", pl.col("count").alias("other"), pl.col("moment").alias("at")
    ).unique()
    near = rows.select("count", "place", "product", "moment").join(other, on=["place", "product"])
    near = near.filter((pl.col("other") != pl.col("count")) & ((pl.col("at") - pl.col("moment")).abs() < 7 * DAY))
    rows = rows.join(near, on=["count", "product"], how="anti", maintain_order="left")
    for row in chain.pick(rows, number):
        chain.lines = chain.lines.filter(~((pl.col("count") == row["count"]) & (pl.col("product") == row["product"])))
        where = {name: value for name, value in _where(row).items() if name != "lot"}
        chain.expect("count_missing_for_stock", "In stock, not counted", "有库存未盘点", **where)


def _differing(chain: Chain) -> pl.DataFrame:
    """Open lines that will show a variance, of counts well before the end."""
    settled = settle(chain.lines).filter((pl.col("variance") != 0) & (pl.col("moment") < (chain.plan.days - 8) * DAY))
    lines = _open(chain).join(settled.select("count", "product", "lot", "variance"), on=["count", "product", "lot"])
    return lines.filter(pl.len().over("place", "product") == 1)


def not_posted(chain: Chain, number: int) -> None:
    """A difference found and never posted."""
    for row in chain.pick(_differing(chain), number):
        chain.lines = put(chain.lines, _here(row), is_posted=False)
        chain.expect("count_adjustment_missing", "Never posted", "盘点差异未入账", **_where(row))


def posted_wrong(chain: Chain, number: int) -> None:
    """A difference posted with one too many."""
    for row in chain.pick(_differing(chain), number):
        chain.lines = put(chain.lines, _here(row), posted_error=1 if row["variance"] > 0 else -1)
        chain.expect("count_adjustment_differs_from_variance", "Posted one too many", "入账与差异不符", **_where(row))


def first_count_wrong(chain: Chain, number: int) -> None:
    """The first count wrong, the recount right."""
    for row in chain.pick(_open(chain).filter(pl.col("shelf") > 4), number):
        chain.lines = put(chain.lines, _here(row), first_error=-3)
        chain.expect("count_differs_between_counters", "Three more at the recount", "复盘多 3", **_where(row))


def recounted_alone(chain: Chain, number: int) -> None:
    """Somebody who recounts what he counted."""
    for count in _full(chain)[:number]:
        rows = chain.lines.filter(pl.col("count") == count)
        person = rows.get_column("counted_by")[0]
        here = (pl.col("count") == count) & (pl.col("counted_by") == person)
        chain.lines = put(chain.lines, here, is_alone=True)
        chain.used_documents.add(("count", count))
        place = int(rows.get_column("place")[0])
        chain.expect(
            "count_recounted_by_same_person",
            "Recounted alone",
            "初盘复盘同一人",
            place=place,
            document=("count", count),
        )


def moved_during_count(chain: Chain, number: int) -> None:
    """Sold while the count was going on, and entered only after the line was counted."""
    spot = chain.counts.filter(~pl.col("is_full")).get_column("count").to_list()
    start = pl.col("moment").min().over("count").alias("start")
    lines = chain.lines.with_columns(start).filter(pl.col("count").is_in(spot) & ~pl.col("is_cancelled"))
    lines = lines.filter((pl.col("shelf") > 0) & (pl.len().over("count", "product") == 1)).rename({"moment": "at"})
    days = lines.select(pl.col("at") // DAY).unique().to_series().to_list()
    on_days = (pl.col("moment") // DAY).is_in(days)
    sold = chain.moves.filter((pl.col("kind") == "sale") & (pl.col("qty") < 0) & on_days).select(
        pl.col("place", "product", "lot", "moment", "doc").cast(pl.Int64)
    )
    rows = lines.join(sold, on=["place", "product", "lot"]).filter(
        (pl.col("moment") > pl.col("start")) & (pl.col("moment") < pl.col("at"))
    )
    for row in chain.pick(rows.sort("count", "product", "moment"), number):
        ticket = (pl.col("doc_kind") == "ticket") & (pl.col("place") == row["place"]) & (pl.col("doc") == row["doc"])
        chain.mark(ticket & (pl.col("product") == row["product"]), recorded=row["at"] + 1800)
        where = {name: value for name, value in _where(row).items() if name != "lot"}
        chain.expect(
            "count_movement_during_count", "Sold before it was counted, entered after", "盘点期间销售事后录入", **where
        )


def miscount(chain: Chain, number: int) -> None:
    """Both people count the same wrong quantity. Truth adds the findings, and those of the next count."""
    for turn, row in enumerate(chain.pick(_open(chain).filter(pl.col("shelf") > 2), number)):
        chain.lines = put(chain.lines, _here(row), error=(1, -1, 2, -2)[turn % 4])


PLANTERS: Planters = {
    "count_overdue": (overdue, 1),
    "count_round_numbers": (round_numbers, 1),
    "count_equals_book_throughout": (book_copied, 1),
    "count_recounted_by_same_person": (recounted_alone, 1),
    "count_missing_for_stock": (missing_product, 3),
    "count_variance": (miscount, 12),
    "count_entered_twice": (entered_twice, 1),
    "count_adjustment_missing": (not_posted, 3),
    "count_adjustment_differs_from_variance": (posted_wrong, 3),
    "count_differs_between_counters": (first_count_wrong, 3),
    "count_movement_during_count": (moved_during_count, 2),
}
