"""The answer key and the causes of count variances, as files beside the data."""

from __future__ import annotations

import datetime as dt

import polars as pl

from workbench.simulator.chain import Chain, Expected
from workbench.simulator.documents import LOT_SPAN
from workbench.simulator.movements import DOC_KINDS
from workbench.simulator.numbering import Numbers
from workbench.simulator.tables import batch, document_number, place_code, product_code
from workbench.simulator.writing import Folder

COLUMNS = (
    "rule_id location_code document_no document_line_no product_code batch_no occurred_date cause optional note note_zh"
).split()


def key_frame(chain: Chain, numbers: Numbers) -> pl.DataFrame:
    """One row per finding that the rules must give. Empty cells are not compared."""
    known = pl.DataFrame(
        {"lot": sorted({f.lot for f in chain.expected if f.lot is not None})}, schema={"lot": pl.Int64}
    )
    named = known.with_columns(batch(chain, pl.when(pl.col("lot") >= 0).then(pl.col("lot") // LOT_SPAN), pl.col("lot")))
    lots: dict[int | None, str | None] = dict(named.iter_rows())
    rows = [_row(chain, numbers, found, lots) for found in chain.expected]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")
    return frame.sort(COLUMNS, nulls_last=True, maintain_order=True)


def _row(chain: Chain, numbers: Numbers, found: Expected, lots: dict[int | None, str | None]) -> list[str | None]:
    goods = chain.master.goods
    product = goods.code[found.product] if isinstance(found.product, int) else found.product
    document = _document(chain, numbers, found)
    return [
        found.rule,
        chain.master.place_code[found.place] if found.place is not None else None,
        document,
        str(found.line) if found.line is not None else None,
        product,
        lots.get(found.lot),
        (chain.plan.start + dt.timedelta(days=found.day)).isoformat() if found.day is not None else None,
        found.cause,
        "true" if found.is_optional else None,
        found.note,
        found.note_zh,
    ]


def _document(chain: Chain, numbers: Numbers, found: Expected) -> str | None:
    if not isinstance(found.document, tuple):
        return found.document
    kind, doc = found.document
    if kind == "after receipt":
        stem, _, number = numbers.one("receipt", doc).rpartition("-")
        return f"{stem}-{int(number) + 1:0{len(number)}d}"
    if kind in numbers.series:
        return numbers.one(kind, doc)
    place = chain.master.place_code[found.place or 0]
    frame = pl.DataFrame({"doc_kind": [kind], "doc": [doc]}, schema={"doc_kind": pl.Enum(DOC_KINDS), "doc": pl.Int32})
    return str(frame.select(document_number(chain, numbers, place)).item())


def write_causes(chain: Chain, numbers: Numbers, reasons: pl.DataFrame, writer: Folder) -> None:
    """Why each counted difference is there."""
    master = chain.master
    evidence = {e.cause: _document(chain, numbers, e) for e in reversed(chain.expected) if e.document is not None}
    frame = reasons.select(
        place_code(master, pl.col("place")),
        numbers.of("count", pl.col("count")).alias("count_no"),
        product_code(master, pl.col("product")),
        batch(chain, pl.col("product"), pl.col("lot")),
        pl.col("variance").alias("variance_qty"),
        "cause",
        pl.col("explained").alias("explained_qty"),
        pl.col("cause").replace_strict(evidence, default=None, return_dtype=pl.String).alias("document_no"),
    )
    writer.key("causes.csv", frame)
