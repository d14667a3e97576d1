"""What a scanner reads: GTINs, and GS1 element strings that carry batch, dates and count beside the GTIN.

Only the text of one scan is known here; which cells are looked at and what becomes of the parts is not. The grammar
and the check digits are biip's; how scanners and people write a scan down (brackets, symbology marks, stand-ins for
FNC1, web addresses) is taken apart here.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from biip.gs1_element_strings import GS1ElementString

FNC1 = "\x1d"

# Cells worth a closer look: the first cheap test that all cells of a column go through. A plain number is none of them.
LOOKS_CARRYING = r"^\s*[(（\]]|\x1d|␝|[<{]GS[>}]|(?i:^\s*https?://)"

# GS1 keeps 02 (written with twelve digits: 2) and 20 to 29 for numbers that a shop gives by itself (GS1 General
# Specifications, 1.4.5); of the eight-digit codes those that begin with 0 or 2.
_IN_STORE = re.compile(r"0?(?:02|2\d)\d{11}|2\d{11}|[02]\d{7}")
_BRACKETED = re.compile(r"\((\d{2,4})\)")
_SYMBOLOGY = re.compile(r"^\](?:C1|d2|e0|Q3|J1)")
_STAND_INS = re.compile(r"␝|[<{]GS[>}]")


@dataclass(frozen=True)
class Scan:
    """What one scan says; `gtin` in its shortest form (8, 12, 13 or 14 digits), the rest None where it is silent.

    `expiry` is the day of AI 17, or else of AI 15 (best before). A day 00 is the last day of its month.
    """

    gtin: str
    batch: str | None = None
    produced: dt.date | None = None
    expiry: dt.date | None = None
    count: int | None = None


def is_in_store(barcode: str) -> bool:
    """Whether a code was numbered by a shop for its own use: it is valid, and means nothing to anybody else."""
    return _IN_STORE.fullmatch(barcode) is not None


def read_gtin(text: str) -> str | None:
    """A GTIN in its shortest form; None where the check digit is wrong or it is no GTIN at all."""
    from biip import ParseError
    from biip.gtin import Gtin

    digits = text.strip()
    if not digits.isascii() or not digits.strip("0"):
        return None
    try:
        gtin = Gtin.parse(digits)
    except ParseError:
        return None
    return gtin.value[-gtin.format.length :].zfill(gtin.format.length)


def read_scan(text: str) -> Scan | None:
    """A GS1 element string in any notation; None where it is none, contradicts its grammar or names no valid GTIN.

    Notations: `(01)…(17)…(10)A1(37)24`, FNC1 (also `<GS>`, `{GS}`, `␝`) with or without symbology mark, and GS1
    Digital Link. A batch ends where its bracket or FNC1 does: `(10)A1(37)24` has batch `A1`.
    """
    from biip import ParseError

    folded = unicodedata.normalize("NFKC", text).strip(" \t\r\n")
    try:
        return _scan(_elements(folded))
    except (ParseError, ValueError):
        # A web address can be broken in ways of its own.
        return None


def _elements(text: str) -> Iterable[GS1ElementString]:
    from biip.gs1_digital_link_uris import GS1DigitalLinkURI
    from biip.gs1_messages import GS1Message

    if text.lower().startswith(("http://", "https://")):
        return GS1DigitalLinkURI.parse(text).element_strings
    text = _STAND_INS.sub(FNC1, _SYMBOLOGY.sub("", text))
    if text.startswith("("):
        return _bracketed(text)
    return GS1Message.parse(text.strip(FNC1)).element_strings if FNC1 in text else ()


def _bracketed(text: str) -> Iterator[GS1ElementString]:
    """Each bracket by itself, so that no value runs into the next; identifiers that GS1 does not know are skipped."""
    from biip import ParseError
    from biip.gs1_application_identifiers import GS1ApplicationIdentifier
    from biip.gs1_element_strings import GS1ElementString

    _, *parts = _BRACKETED.split(text)
    for identifier, value in zip(parts[::2], parts[1::2], strict=True):
        element = identifier + value.strip().strip(FNC1)
        try:
            is_known = GS1ApplicationIdentifier.extract(element).ai == identifier
        except ParseError:
            is_known = False
        if is_known:
            yield GS1ElementString.parse(element)


def _scan(elements: Iterable[GS1ElementString]) -> Scan | None:
    found = {element.ai.ai: element for element in reversed(list(elements))}
    # 02 is the GTIN of what a case contains: it stands in where the case has no number of its own.
    named = found.get("01") or found.get("02")
    gtin = read_gtin(named.value) if named else None
    if gtin is None:
        return None

    def day(*identifiers: str) -> dt.date | None:
        return next((found[i].date for i in identifiers if i in found and found[i].date), None)

    return Scan(
        gtin=gtin,
        batch=found["10"].value if "10" in found else None,
        produced=day("11"),
        expiry=day("17", "15"),
        count=int(found["37"].value) if "37" in found else None,
    )
