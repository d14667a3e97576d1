"""Who does something, when and from where: what every change in the store is signed with."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Act:
    """Who acts, when (UTC), and from where: a machine, or the address of a browser."""

    who: str
    when: dt.datetime
    place: str = ""
