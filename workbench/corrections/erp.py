"""Corrections in force as a stock count that an ERP imports: what should be on hand where they change a quantity.

ERPs take what is there after a correction and not the difference, so the quantities are those of the corrected books at
the end of the day of the last check: import before stock moves again. Changed fields are no part of a count.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from workbench.corrections.entries import IN_FORCE
from workbench.corrections.exporting import require_applied
from workbench.errors import ConfigurationError

if TYPE_CHECKING:
    import duckdb

    from workbench.settings import CorrectionSettings

# A name without ending, headers, and rows.
File = tuple[str, list[str], list[list[Any]]]
# Where stock of the batch itself is known that counts, else that of the whole product.
_COUNTED = f"""
WITH moved AS (
    SELECT location_code, product_code, coalesce(batch_no, '') AS batch_no,
        string_agg(DISTINCT 'P' || proposal_id, ' ' ORDER BY 'P' || proposal_id) AS numbers,
        any_value(reason ORDER BY proposal_id, line_no) AS reason
    FROM {IN_FORCE}
    WHERE moved_qty <> 0
    GROUP BY ALL
),
counted AS (
    SELECT m.location_code, m.product_code, coalesce(b.batch_no, '') AS batch_no,
        CASE WHEN b.batch_no IS NULL THEN h.on_hand_qty ELSE b.on_hand_qty END AS on_hand_qty, m.numbers, m.reason
    FROM moved AS m
    LEFT JOIN corrected.batch_on_hand AS b
        ON b.location_code = m.location_code AND b.product_code = m.product_code AND b.batch_no = m.batch_no
    LEFT JOIN corrected.on_hand AS h ON h.location_code = m.location_code AND h.product_code = m.product_code
)
SELECT location_code, product_code, batch_no, max(on_hand_qty) AS on_hand_qty,
    string_agg(DISTINCT numbers, ' ' ORDER BY numbers) AS numbers, any_value(reason ORDER BY numbers) AS reason
FROM counted
GROUP BY location_code, product_code, batch_no
ORDER BY location_code, product_code, batch_no
"""


@dataclass(frozen=True)
class Row:
    """What should be on hand, in base units; None where nobody knows. `numbers` are those of the corrections."""

    location_code: str
    product_code: str
    batch_no: str
    on_hand_qty: Decimal | None
    numbers: str
    reason: str

    @property
    def note(self) -> str:
        """Which correction it is, and why."""
        return f"{self.numbers}: {self.reason}"


@dataclass(frozen=True)
class Count:
    """A file for an ERP, and for which places and products no quantity can be said: unknown, or below zero."""

    name: str
    headers: Sequence[str]
    rows: Sequence[Sequence[Any]]
    left_out: Sequence[Row]


def count_for(con: duckdb.DuckDBPyConnection, system: str, settings: CorrectionSettings) -> Count:
    """The count for one of SYSTEMS. Locations go under the names that the shop's settings give them.

    Raises ConfigurationError where nothing was ever applied, or a setting is missing that the ERP asks for.
    """
    require_applied(con)
    day = con.execute("SELECT as_of FROM ops.run ORDER BY run_id DESC LIMIT 1").fetchone()
    if day is None:
        raise ConfigurationError("What is on hand is not known before the first check: run `workbench check`.")
    # Before the first correction there are no corrected books to ask.
    is_any = con.execute(f"SELECT EXISTS (FROM {IN_FORCE})").fetchone() == (True,)
    found = [Row(*values) for values in con.execute(_COUNTED).fetchall()] if is_any else []
    sayable = [row for row in found if row.on_hand_qty is not None and row.on_hand_qty >= 0]
    name, headers, lines = SYSTEMS[system](sayable, day[0], settings)
    return Count(name, headers, lines, [row for row in found if row not in sayable])


def _erpnext(rows: Sequence[Row], day: dt.date, settings: CorrectionSettings) -> File:
    """Data Import of one Stock Reconciliation: the document's own fields stand on its first line alone.

    Without a valuation rate ERPNext keeps the one it has, so that only quantities change.
    """
    if not settings.erp_company:
        raise ConfigurationError('ERPNext asks for a company: set erp_company = "…" under [corrections].')
    headers = [
        "Company", "Purpose", "Edit Posting Date and Time", "Posting Date", "Posting Time", "Item Code (Items)",
        "Warehouse (Items)", "Quantity (Items)", "Use Serial No / Batch Fields (Items)", "Batch No (Items)",
    ]  # fmt: skip
    document = [settings.erp_company, "Stock Reconciliation", 1, day.isoformat(), "23:59:59"]
    lines = []
    for number, row in enumerate(rows):
        place = settings.place(row.location_code)
        batch = [1, row.batch_no] if row.batch_no else [0, ""]
        head = document if number == 0 else [""] * len(document)
        lines.append([*head, row.product_code, place, row.on_hand_qty, *batch])
    return "stock_reconciliation", headers, lines


def _odoo(rows: Sequence[Row], day: dt.date, settings: CorrectionSettings) -> File:
    """Physical Inventory, model stock.quant: the quantity is proposed there, and applied by a person."""
    headers = ["product_id", "location_id", "lot_id", "inventory_quantity", "inventory_date"]
    rows_of = ((row, settings.place(row.location_code)) for row in rows)
    lines = [[r.product_code, place, r.batch_no, r.on_hand_qty, day.isoformat()] for r, place in rows_of]
    return "stock_quant", headers, lines


def _inventree(rows: Sequence[Row], day: dt.date, settings: CorrectionSettings) -> File:
    """Stock items as InvenTree's importer names their fields; the part goes by its IPN."""
    headers = ["part", "location", "batch", "quantity", "notes"]
    rows_of = ((row, settings.place(row.location_code)) for row in rows)
    lines = [[r.product_code, place, r.batch_no, r.on_hand_qty, f"{day.isoformat()} {r.note}"] for r, place in rows_of]
    return "stock_item", headers, lines


SYSTEMS: dict[str, Callable[[Sequence[Row], dt.date, CorrectionSettings], File]] = {
    "erpnext": _erpnext,
    "odoo": _odoo,
    "inventree": _inventree,
}
