"""Reading: any file that people export becomes tables of text cells, with the number of each row and no row lost.

What a cell means is not decided here: typing is the contract's work. Import from this package, not from its modules.
"""

from workbench.reading.open import open_tables
from workbench.reading.options import ReadOptions, normalise_header
from workbench.reading.survey import Survey, survey
from workbench.reading.table import RawTable

__all__ = ["RawTable", "ReadOptions", "Survey", "normalise_header", "open_tables", "survey"]
