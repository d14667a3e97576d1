"""Loads in quarantine, as the lake knows them: none of their rows is in core, and their numbers are kept for them.

Holding and finding them. Letting one in is the work of `quarantine`, since that loads the file again.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.archive import named
from workbench.detection import Choice
from workbench.errors import InputRefused
from workbench.reading import ReadOptions

if TYPE_CHECKING:
    import duckdb

# A load that was discarded stays out, and may still be released by somebody who thinks better of it.
# One that is being judged is out of the books for that moment.
WAITING, RELEASED, DISCARDED, JUDGING = "held", "released", "discarded", "judging"


@dataclass(frozen=True)
class Held:
    """A load in quarantine. `file_id` is the number of its first table of `tables`; `choice` says how to read it."""

    file_id: int
    tables: int
    sha256: str
    file_name: str
    choice: Choice
    rows_read: int
    reasons: str
    held_at: dt.datetime
    held_by: str
    status: str = WAITING
    decided_at: dt.datetime | None = None
    decided_by: str = ""
    reason: str = ""


def next_file_id(con: duckdb.DuckDBPyConnection) -> int:
    """The first number that neither a loaded file nor one in quarantine has."""
    row = con.execute(
        "SELECT greatest((SELECT coalesce(max(file_id), 0) FROM ops.file),"
        " (SELECT coalesce(max(file_id + tables - 1), 0) FROM ops.held)) + 1"
    ).fetchone()
    assert row is not None
    return int(row[0])


def hold(con: duckdb.DuckDBPyConnection, held: Held) -> None:
    """Keep a load in quarantine, within the open transaction, in place of what was known of it there."""
    drop_held(con, held.file_id)
    values = vars(held) | {"choice": as_text(held.choice)}
    con.execute(
        f"INSERT INTO ops.held ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})", list(values.values())
    )


def drop_held(con: duckdb.DuckDBPyConnection, file_id: int) -> None:
    """Forget that a load was out of the books, within the open transaction."""
    con.execute("DELETE FROM ops.held WHERE file_id = ?", [file_id])


def held_loads(con: duckdb.DuckDBPyConnection, where: str = "true", values: Sequence[object] = ()) -> list[Held]:
    """Loads that are or were in quarantine and fulfil a condition over `ops.held`, in the order they came."""
    names = [f.name for f in dataclasses.fields(Held)]
    rows = con.execute(
        f"SELECT {', '.join(names)} FROM ops.held WHERE {where} ORDER BY file_id", list(values)
    ).fetchall()
    return [
        Held(**dict(zip(names, row, strict=True)) | {"choice": as_choice(row[names.index("choice")])}) for row in rows
    ]


def find_held(con: duckdb.DuckDBPyConnection, wanted: str) -> Held:
    """A load in quarantine by its number, its name or the beginning of its hash; InputRefused when none or several
    fit.
    """
    condition, values = named(wanted)
    found = held_loads(con, f"status <> '{RELEASED}' AND {condition}", values)
    if not found:
        raise InputRefused(f"No load {wanted!r} is in quarantine: `workbench quarantine` lists those that are.")
    if len(found) > 1:
        numbers = ", ".join(str(held.file_id) for held in found)
        raise InputRefused(f"{wanted!r} stands for several loads ({numbers}): name one by its number.")
    return found[0]


def as_text(choice: Choice) -> str:
    """What the user has said about a file, to be kept with it."""
    options = dataclasses.asdict(choice.options)
    del options["known_headers"]
    return json.dumps(vars(choice) | {"options": options}, ensure_ascii=False, sort_keys=True)


def as_choice(text: str | None) -> Choice:
    """What was kept; files loaded before it was kept are read as if nothing had been said."""
    if not text:
        return Choice()
    values = json.loads(text)
    options = values.pop("options")
    return Choice(**values, options=ReadOptions(**options | {"columns": tuple(options["columns"])}))
