"""Which part of a SELECT's tables an answer for one key depends on, proved from the SQL alone."""

from workbench.lineage.proved import Lineage
from workbench.lineage.trace import Schema, trace

__all__ = ["Lineage", "Schema", "trace"]
