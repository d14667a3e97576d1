"""Where each core table says which document a row is of, and which of its fields a correction may change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

_CODE = {"product_code": ("product_code", "VARCHAR")}
_BATCH = {"batch_no": ("batch_no", "VARCHAR")}
_EXPIRY = {"expiry_date": ("expiry_date", "DATE")}
_COST = {"unit_cost": ("unit_cost", "DECIMAL(18, 4)")}
_PRICE = {"unit_cost": ("unit_price", "DECIMAL(18, 4)")}


@dataclass(frozen=True)
class Document:
    """Where a core table says which document a row is of, and which of its fields a correction may change.

    `fields` maps the field of a correction to the column and its SQL type. Without `number` the row is a batch.
    """

    table: str
    number: str = ""
    line: str = "line_no"
    fields: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    has_location: bool = True

    @property
    def is_of_batch(self) -> bool:
        """Whether its expiry can be changed for the whole batch, without naming a document."""
        return "expiry_date" in self.fields


DOCUMENTS = (
    Document("receipt_line", "receipt_no", fields=_CODE | _BATCH | _EXPIRY | _COST),
    Document("stock_movement", "coalesce(t.document_no, t.movement_id)", "document_line_no", _CODE | _BATCH | _COST),
    Document("count_line", "count_no", fields=_CODE | _BATCH | _COST),
    Document("purchase_order_line", "po_no", fields=_CODE | _PRICE),
    Document("delivery_note_line", "delivery_note_no", fields=_CODE | _BATCH),
    Document("invoice_line", "invoice_no", fields=_CODE | _PRICE, has_location=False),
    Document("batch", fields=_EXPIRY, has_location=False),
)


def number_of(document: Document) -> str:
    """SQL of the document's number in a row `t`; empty where rows are no lines of documents."""
    return document.number if "(" in document.number or not document.number else f"t.{document.number}"


def is_about(document: Document, name: str) -> str:
    """The condition under which an entry `c` is about a field of a row `t`, whatever the row says there."""
    column, _ = document.fields[name]
    conditions = ["c.document_no <> ''", f"c.document_no = {number_of(document)}"]
    if document.number:
        conditions.append(
            f"(c.document_line_no IS NULL OR coalesce(t.{document.line}, c.document_line_no) = c.document_line_no)"
        )
    if document.has_location:
        conditions.append("c.location_code IN ('', coalesce(t.location_code, c.location_code))")
    if column != "product_code":
        conditions.append("c.product_code IN ('', coalesce(t.product_code, c.product_code))")
    by_document = " AND ".join(conditions) if document.number else "false"
    if name != "expiry_date":
        return f"c.field = '{name}' AND {by_document}"
    of_batch = "c.document_no = '' AND" if document.number else ""
    return (
        f"c.field = '{name}' AND ({by_document} OR"
        f" ({of_batch} c.product_code = t.product_code AND c.batch_no <> '' AND c.batch_no = t.batch_no))"
    )
