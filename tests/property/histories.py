"""Random histories of a small chain: rows of every core table out of few codes and days, so that they meet in joins.

Nothing here is coherent on purpose: a proof of what a change can touch must hold for any rows that a contract admits.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from workbench.contracts import Column, Table

FIRST_DAY = dt.date(2025, 3, 1)
DAYS = 35
_CODES = {
    "product_code": ["P1", "P1", "P2", "P3", "p3", "P4", None],
    "location_code": ["S1", "S1", "S2", "W1"],
    "counter_location_code": ["S1", "S2", "W1", None],
    "supplier_code": ["V1", "V2", None],
    "batch_no": ["B1", "B2", "B3", ""],
    "barcode": ["6901234567892", "2000000000008", "6901234567890", None],
    "po_no": ["PO1", "PO2", "po2", "PO3", None],
    "delivery_note_no": ["DN-01", "DN01", "DN02", "dn 02", None],
    "receipt_no": ["R001", "R002", "R003", "R005", "R006"],
    "invoice_no": ["F1", "F-1", "F2", "F3"],
    "count_no": ["C1", "C2"],
    "document_no": ["R001", "R002", "R003", "C1", "C2", "T1", "T2", "T3", None],
    "device_id": ["D1", "D2", None],
    "staff_code": ["E1", "E2", "E3"],
    "role": ["cashier", "manager", "收银员"],
    "category": ["food", "drink", None],
    "brand": ["A", None],
    "reason": ["damaged", None],
    "field": ["received_qty", "note"],
    "attachment": ["scan.jpg", None],
    "document_type": ["receipt", "入库单"],
    "unit": ["piece", None],
}
_PEOPLE = ("created_by", "approved_by", "counted_by", "recounted_by", "changed_by", "operator")


def rows_of(table: Table, count: int, dice: random.Random, serial: Iterable[int]) -> list[dict[str, Any]]:
    """`count` rows that the contract admits."""
    numbers = iter(serial)
    rows = []
    for _ in range(count):
        row = {c.name: _value(c, dice, next(numbers)) for c in table.columns.values()}
        if table.name == "stock_movement":
            kind, qty = row["movement_type"], row["moved_qty"]
            if kind in ("opening", "receipt", "sale_return", "transfer_in", "count_gain"):
                row["moved_qty"] = abs(qty)
            elif kind not in ("adjustment",):
                row["moved_qty"] = -abs(qty)
        rows.append(row)
    return rows


def write_rows(con: Any, table: Table, rows: list[Mapping[str, Any]], file_id: int) -> None:
    """Put rows into the lake as a file would: a known key is a revision, which takes the place of the old row."""
    unique = {tuple(row[k] for k in table.key): row for row in rows}
    names = list(table.columns)
    marks = ", ".join("?" * (len(names) + 2))
    keys = " AND ".join(f'"{k}" IS NOT DISTINCT FROM ?' for k in table.key)
    for number, (key, row) in enumerate(unique.items(), 1):
        con.execute(f"DELETE FROM core.{table.name} WHERE {keys}", list(key))
        con.execute(f"INSERT INTO core.{table.name} VALUES ({marks})", [file_id, number, *(row[n] for n in names)])


def _value(column: Column, dice: random.Random, number: int) -> Any:
    name = column.name
    if name in _CODES:
        choices = [c for c in _CODES[name] if c is not None or not (column.is_key or column.is_required)]
        return dice.choice(choices)
    if name in _PEOPLE:
        return dice.choice(["E1", "E2", "E3", "e1", "E9", None])
    if column.choices:
        return dice.choice([*column.choices, *([] if column.is_required else [None])])
    if column.kind in ("code", "text"):
        return f"{name[:2]}{number}" if column.is_key else dice.choice([f"{name[:3]}{dice.randrange(3)}", None])
    is_empty = not column.is_key and not column.is_required and dice.random() < 0.15
    return None if is_empty else _MAKERS[column.kind](dice, name)


def _moment(dice: random.Random, name: str) -> dt.datetime:
    day = FIRST_DAY + dt.timedelta(days=dice.randrange(DAYS))
    return dt.datetime.combine(day, dt.time(dice.choice([8, 9, 17]), dice.choice([0, 30])))


_MAKERS: dict[str, Any] = {
    "qty": lambda dice, name: Decimal(
        dice.choice([0, 1, 2, 5, 5, 10, 12, 120] + ([-5] if name == "moved_qty" else []))
    ),
    "money": lambda dice, name: Decimal(dice.choice(["1", "2", "2.5", "30"])),
    "ratio": lambda dice, name: Decimal(dice.choice(["0.5", "0.6667"])),
    "whole": lambda dice, name: dice.choice([1, 2, 3, 30, 365] if "days" in name else [1, 1, 2, 3]),
    "flag": lambda dice, name: dice.random() < 0.7,
    "day": lambda dice, name: FIRST_DAY + dt.timedelta(days=dice.randrange(-30, DAYS + 60)),
    "moment": _moment,
}
