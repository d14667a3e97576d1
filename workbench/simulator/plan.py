"""What a simulation is asked for, and the calendar it runs in.

Moments are whole seconds since midnight of the first day, days are whole days since it: numbers sort and add up faster
than clocks, and they become clocks only when files are written.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

DAY = 86_400
HOUR = 3_600
MINUTE = 60


@dataclass(frozen=True)
class Plan:
    """A simulation in full: the same plan makes the same bytes.

    `rate` scales how many defects of each kind are planted; `counts` sets the number of single kinds.
    """

    seed: int = 1
    days: int = 180
    stores: int = 4
    products: int = 300
    start: dt.date = dt.date(2025, 1, 1)
    language: str = "en"
    form: str = "csv"
    is_clean: bool = False
    rate: float = 1.0
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def as_of(self) -> dt.date:
        """The last day that is simulated: the day the books are looked at."""
        return self.start + dt.timedelta(days=self.days - 1)

    @property
    def places(self) -> int:
        """Locations: the warehouse is number 0, the stores follow."""
        return self.stores + 1

    def number_of(self, kind: str, usual: int) -> int:
        """How many defects of a kind to plant, at least one unless it is switched off."""
        if self.is_clean:
            return 0
        if kind in self.counts:
            return self.counts[kind]
        return 0 if self.rate <= 0 else max(1, round(usual * self.rate))


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> int:
    """A moment of the simulated clock."""
    return day * DAY + hour * HOUR + minute * MINUTE + second
