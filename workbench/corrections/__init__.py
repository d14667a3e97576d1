"""Approved corrections in the books: adjusting entries, the books as corrected, and whether the POS followed."""
