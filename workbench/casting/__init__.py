"""From text to types: what a cell means, decided per column from all of its values where one value cannot tell.

Two steps, so that a file is never held whole: `profile` counts the ways each column is written, batch by batch, and
`decide` turns the sum into readings; `cast` then types a batch. What cannot be read stays null and is reported.
"""

from workbench.casting.batch import CastResult, Readings, cast, decide, profile
from workbench.casting.scans import carried, unpacked

__all__ = ["CastResult", "Readings", "carried", "cast", "decide", "profile", "unpacked"]
