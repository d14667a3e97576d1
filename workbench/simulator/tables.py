"""The core tables as they are written: made from the chain's frames by looking numbers up. No decision falls here."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from workbench.simulator.chain import Chain, batch_number
from workbench.simulator.master import Master
from workbench.simulator.movements import DOC_KINDS
from workbench.simulator.numbering import Numbers
from workbench.simulator.words import BRANDS, CATEGORIES, REASONS, REGIONS, ROLES
from workbench.simulator.writing import Folder, clock_of, day_of, looked_up, money


def write_tables(chain: Chain, numbers: Numbers, folder: Folder) -> None:
    """All core tables."""
    write_master(chain, folder)
    write_papers(chain, numbers, folder)
    folder.write("stock_movement", list(movement_parts(chain, numbers)))
    folder.write("count_line", [_count_lines(chain, numbers)])


def write_master(chain: Chain, folder: Folder) -> None:
    """Goods, barcodes, suppliers, places, people, batches, levels."""
    plan, goods, suppliers, people = chain.plan, chain.master.goods, chain.master.suppliers, chain.master.people
    word = 1 if plan.language == "zh" else 0
    product = pl.DataFrame(
        {
            "product_code": goods.code,
            "product_name": [pair[word] for pair in goods.name],
            "category": [CATEGORIES[c][word] for c in goods.category],
            "brand": [BRANDS[b][word] if b >= 0 else None for b in goods.brand],
            "spec": goods.spec,
            "unit": [CATEGORIES[c][2 + word] for c in goods.category],
            "shelf_life_days": [int(d) if d else None for d in goods.life],
            "is_batch_tracked": ["true" if d else "false" for d in goods.life],
            "purchase_price": goods.cost,
            "retail_price": goods.price,
            "status": ["active" if a else "discontinued" for a in goods.is_active],
        }
    ).with_columns(money(pl.col("purchase_price")), money(pl.col("retail_price")))
    blanks: dict[str, list[str]] = {}
    for row in chain.extra.get("blank", []):
        blanks.setdefault(row["column"], []).append(goods.code[row["product"]])
    product = product.with_columns(
        pl.when(~pl.col("product_code").is_in(codes)).then(pl.col(column)).alias(column)
        for column, codes in blanks.items()
    )
    dropped = [goods.code[row["product"]] for row in chain.extra.get("unlisted", [])]
    renamed = {goods.code[row["product"]]: row["name"][word] for row in chain.extra.get("renamed", [])}
    product = product.with_columns(
        pl.col("product_code").replace_strict(renamed, default=pl.col("product_name")).alias("product_name")
    )
    folder.write("product", [product.filter(~pl.col("product_code").is_in(dropped))])
    pieces = pl.DataFrame({"barcode": goods.barcode, "product_code": goods.code, "pack_qty": 1})
    cases = pl.DataFrame({"barcode": goods.case_barcode, "product_code": goods.code, "pack_qty": goods.pack})
    more = pl.DataFrame(chain.extra.get("barcode", []), schema=pieces.schema)
    barcodes = pl.concat(
        [pieces, cases.filter((pl.col("pack_qty") > 1) & (pl.col("barcode") != "")), more], how="vertical_relaxed"
    )
    unknown = [row["barcode"] for row in chain.extra.get("no_barcode", [])]
    folder.write("product_barcode", [barcodes.filter(~pl.col("barcode").is_in(unknown))])
    folder.write(
        "supplier",
        [
            pl.DataFrame(
                {
                    "supplier_code": suppliers.code,
                    "supplier_name": [pair[word] for pair in suppliers.name],
                    "tax_id": [f"91310000MA{i:07d}X" for i in range(len(suppliers.code))],
                    "lead_time_days": suppliers.lead,
                    "min_residual_life": [r or None for r in suppliers.residual],
                }
            )
        ],
    )
    places = len(chain.master.place_code)
    folder.write(
        "location",
        [
            pl.DataFrame(
                {
                    "location_code": chain.master.place_code,
                    "location_name": [pair[word] for pair in chain.master.place_name],
                    "location_type": ["warehouse"] + ["store"] * (places - 1),
                    "region": [REGIONS[r][word] for r in chain.master.region],
                }
            )
        ],
    )
    folder.write(
        "staff",
        [
            pl.DataFrame(
                {
                    "staff_code": people.code,
                    "staff_name": [pair[word] for pair in people.name],
                    "role": [ROLES[r][word] for r in people.role],
                    "location_code": [chain.master.place_code[p] for p in people.place],
                    "is_active": ["false" if role == "former" else "true" for role in people.role],
                }
            )
        ],
    )
    batches = chain.batches.select(
        product_code(chain.master, pl.col("product")),
        batch(chain, pl.col("product"), pl.col("lot")),
        day_of(chain, pl.col("produced")).alias("produced_date"),
        day_of(chain, pl.col("expiry")).alias("expiry_date"),
    )
    folder.write("batch", [batches])
    levels = pl.DataFrame(
        chain.extra.get("level", []), schema={"place": pl.Int64, "product": pl.Int64, "low": pl.Int64, "high": pl.Int64}
    )
    folder.write(
        "stock_level",
        [
            levels.select(
                place_code(chain.master, pl.col("place")),
                product_code(chain.master, pl.col("product")),
                pl.col("low").alias("min_stock_qty"),
                pl.col("high").alias("max_stock_qty"),
            )
        ],
    )


def place_code(master: Master, place: pl.Expr) -> pl.Expr:
    """Codes of places."""
    return looked_up(master.place_code, place).alias("location_code")


def product_code(master: Master, product: pl.Expr) -> pl.Expr:
    """Codes of products."""
    return looked_up(master.goods.code, product).alias("product_code")


def batch(chain: Chain, product: pl.Expr, lot: pl.Expr) -> pl.Expr:
    """Batch numbers."""
    start = np.datetime64(chain.plan.start)
    return batch_number(chain.master, start, product, lot).alias("batch_no")


def write_papers(chain: Chain, numbers: Numbers, folder: Folder) -> None:
    """Orders, notes, receipts, invoices."""
    master = chain.master
    supplier = looked_up(master.suppliers.code, pl.col("supplier")).alias("supplier_code")
    product, place = product_code(master, pl.col("product")), place_code(master, pl.col("place"))
    lot = batch(chain, pl.col("product"), pl.col("lot"))

    def person(column: str) -> pl.Expr:
        return looked_up(master.people.code, pl.col(column)).alias(column)

    def clock(column: str, name: str) -> pl.Expr:
        return clock_of(chain, pl.col(column)).alias(name)

    po = numbers.of("order", pl.col("order"))
    folder.write(
        "purchase_order_line",
        [
            chain.orders.sort("order", "line").select(
                po.alias("po_no"),
                pl.col("line").alias("line_no"),
                supplier,
                place,
                product,
                day_of(chain, pl.col("day")).alias("ordered_date"),
                day_of(chain, pl.col("expected_day")).alias("expected_date"),
                pl.col("qty").alias("ordered_qty"),
                pl.col("pack").alias("pack_qty"),
                money(pl.col("price")).alias("unit_price"),
                person("created_by"),
                person("approved_by"),
                "status",
            )
        ],
    )
    po = pl.coalesce(pl.col("po_text"), po).replace("-", None).alias("po_no")
    folder.write(
        "delivery_note_line",
        [
            chain.notes.sort("note", "line").select(
                supplier,
                numbers.of("note", pl.col("note")).alias("delivery_note_no"),
                pl.col("line").alias("line_no"),
                po,
                place,
                product,
                lot,
                day_of(chain, pl.col("day")).alias("delivered_date"),
                pl.col("qty").alias("delivered_qty"),
            )
        ],
    )
    note = pl.coalesce(pl.col("note_text"), numbers.of("note", pl.col("note"))).replace("-", None)
    has_place = pl.col("has_place") if "has_place" in chain.receipts.columns else pl.lit(True)
    receipts = chain.receipts.sort("place", "recorded", "receipt", "line")
    person_column = looked_up(master.people.code, pl.col("created_by"))
    given = pl.coalesce(pl.col("created_text"), person_column) if "created_text" in receipts.columns else person_column
    folder.write(
        "receipt_line",
        [
            receipts.select(
                pl.when(has_place).then(place).alias("location_code"),
                numbers.of("receipt", pl.col("receipt")).alias("receipt_no"),
                pl.col("line").alias("line_no"),
                pl.col("type").alias("receipt_type"),
                po,
                note.alias("delivery_note_no"),
                supplier,
                product,
                pl.col("barcode").replace("", None),
                pl.when("has_batch").then(lot).alias("batch_no"),
                day_of(chain, pl.col("produced")).alias("produced_date"),
                day_of(chain, pl.col("expiry")).alias("expiry_date"),
                pl.col("qty").alias("received_qty"),
                pl.col("rejected").alias("rejected_qty"),
                money(pl.col("cost")).alias("unit_cost"),
                money(pl.col("amount")).alias("line_amount"),
                clock("received", "received_at"),
                clock("recorded", "recorded_at"),
                given.alias("created_by"),
                clock("submitted", "submitted_at"),
                person("approved_by"),
                clock("approved", "approved_at"),
                "status",
                pl.col("attachment").replace("", None),
                pl.col("remark").replace("", None).alias("note"),
            )
        ],
    )
    folder.write(
        "invoice_line",
        [
            chain.invoices.sort("invoice", "line").select(
                supplier,
                numbers.of("invoice", pl.col("invoice")).alias("invoice_no"),
                pl.col("line").alias("line_no"),
                po,
                numbers.of("receipt", pl.col("receipt")).alias("receipt_no"),
                product,
                day_of(chain, pl.col("day")).alias("invoiced_date"),
                pl.col("qty").alias("invoiced_qty"),
                money(pl.col("price")).alias("unit_price"),
                money(pl.col("amount")).alias("invoiced_amount"),
            )
        ],
    )


def movement_parts(chain: Chain, numbers: Numbers) -> Iterator[pl.DataFrame]:
    """The stock card, place by place, in order of what happened. `chain.moves` is in that order and has `shown`."""
    for place, code in enumerate(chain.master.place_code):
        rows = chain.moves.filter(pl.col("place") == place)
        if rows.height:
            yield _movements(chain, numbers, rows, code)


def document_number(chain: Chain, numbers: Numbers, place: str) -> pl.Expr:
    """Numbers of the documents behind movements of a place."""
    doc = pl.col("doc")
    by_kind = {
        "receipt": numbers.of("receipt", doc),
        "count": numbers.of("count", doc),
        "transfer": pl.format("DB{}", doc.cast(pl.String).str.zfill(6)),
        "loss": pl.format("BS{}-{}", pl.lit(place), doc.cast(pl.String).str.zfill(5)),
        "ticket": pl.format("T{}-{}", pl.lit(place), doc.cast(pl.String).str.zfill(7)),
        "text": numbers.of("text", doc),
    }
    number = pl.lit(None, pl.String)
    for kind in DOC_KINDS[1:]:
        is_kind = pl.col("doc_kind") == kind
        safe = pl.when(is_kind).then(doc).otherwise(None)
        expression = by_kind[kind] if kind in ("transfer", "loss", "ticket") else numbers.of(kind, safe)
        number = pl.when(is_kind).then(expression).otherwise(number)
    return number.alias("document_no")


def _movements(chain: Chain, numbers: Numbers, rows: pl.DataFrame, place: str) -> pl.DataFrame:
    goods, word = chain.master.goods, 1 if chain.plan.language == "zh" else 0
    product = pl.col("product").cast(pl.Int64)
    cost, price = pl.lit(pl.Series(goods.cost)).gather(product), pl.lit(pl.Series(goods.price)).gather(product)
    is_till = pl.col("doc_kind") == "ticket"
    is_sale = pl.col("kind").is_in(["sale", "sale_return"])
    reasons = {name: pair[word] for name, pair in REASONS.items()}
    number = pl.col("recorded").rank("ordinal").cast(pl.String).str.zfill(8)
    return rows.select(
        pl.lit(place).alias("location_code"),
        pl.format("{}-{}", pl.lit(place), number).alias("movement_id"),
        clock_of(chain, pl.col("moment")).alias("occurred_at"),
        clock_of(chain, pl.col("recorded")).alias("recorded_at"),
        product_code(chain.master, product),
        batch(chain, product, pl.col("lot").cast(pl.Int64)),
        pl.col("kind").cast(pl.String).alias("movement_type"),
        pl.col("qty").alias("moved_qty"),
        money(cost).alias("unit_cost"),
        pl.when(is_sale).then(money(-pl.col("qty") * price)).alias("sale_amount"),
        document_number(chain, numbers, place),
        pl.when(pl.col("doc_kind") != "none").then("line").alias("document_line_no"),
        looked_up(chain.master.place_code, pl.col("other")).alias("counter_location_code"),
        looked_up(chain.master.people.code, pl.col("operator")).alias("operator"),
        pl.col("reason").cast(pl.String).replace_strict(reasons, default=None, return_dtype=pl.String).alias("reason"),
        pl.col("shown").alias("reported_balance_qty"),
        pl.when(is_till).then(pl.format("POS-{}-{}", pl.lit(place), pl.col("doc") % 3 + 1)).alias("device_id"),
        pl.when(is_till).then("doc").alias("device_seq"),
    )


def _count_lines(chain: Chain, numbers: Numbers) -> pl.DataFrame:
    master, rows = chain.master, chain.lines
    cost = pl.lit(pl.Series(master.goods.cost)).gather("product")
    return rows.sort("count", "round", "line").select(
        place_code(master, pl.col("place")),
        numbers.of("count", pl.col("count")).alias("count_no"),
        pl.col("line").alias("line_no"),
        product_code(master, pl.col("product")),
        batch(chain, pl.col("product"), pl.col("lot")),
        clock_of(chain, pl.col("moment")).alias("counted_at"),
        pl.col("book").alias("book_qty"),
        pl.col("counted").alias("counted_qty"),
        looked_up(master.people.code, pl.col("counted_by")).alias("counted_by"),
        pl.col("recounted").alias("recounted_qty"),
        pl.when(pl.col("recounted").is_not_null())
        .then(looked_up(master.people.code, pl.col("recounted_by")))
        .alias("recounted_by"),
        money(cost).alias("unit_cost"),
        pl.col("round").alias("round_no"),
        "status",
        looked_up(master.people.code, pl.col("approved_by")).alias("approved_by"),
    )
