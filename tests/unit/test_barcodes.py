"""Scans: every notation of an element string, what is none, and numbers that a shop gave by itself."""

from __future__ import annotations

import datetime as dt
import string

import pytest
from biip.checksums import gs1_standard_check_digit
from biip.gs1_messages import GS1Message
from hypothesis import given
from hypothesis import strategies as st

from workbench.barcodes import Scan, is_in_store, read_gtin, read_scan

WATER = "6901234567892"
DAY = dt.date(2026, 12, 31)
# What GS1 allows in a batch number, brackets among it.
BATCH_LETTERS = string.ascii_letters + string.digits + "!\"%&'*+,-./:;<=>?_()"


@pytest.mark.parametrize(
    "text",
    [
        f"(01)0{WATER}(17)261231(10)A1(37)24",
        f"(01)0{WATER}(10)A1(17)261231(37)24",
        f" (01) 0{WATER} (17) 261231 (10) A1 (37) 24 ",
        f"（01）0{WATER}（17）261231（10）A1（37）24",
        f"]C1010{WATER}1726123110A1\x1d3724",
        f"]d2\x1d010{WATER}1726123110A1\x1d3724",
        f"010{WATER}10A1<GS>1726123137{'24'}",
        f"010{WATER}10A1{{GS}}172612313724",
        f"010{WATER}10A1␝172612313724",
        f"https://id.gs1.org/01/0{WATER}/10/A1?17=261231&37=24",
        f"HTTPS://shop.example/01/0{WATER}/10/A1?17=261231&37=24",
        f"(99)own(01)0{WATER}(17)261231(10)A1(37)24(1234)what",
    ],
)
def test_every_notation_says_the_same(text: str) -> None:
    assert read_scan(text) == Scan(WATER, batch="A1", expiry=DAY, count=24)


@pytest.mark.parametrize(
    ("dates", "produced", "expiry"),
    [
        ("(17)260200", None, dt.date(2026, 2, 28)),
        ("(17)280200", None, dt.date(2028, 2, 29)),
        ("(11)250600(15)260630", dt.date(2025, 6, 30), dt.date(2026, 6, 30)),
        ("(15)260101(17)260201", None, dt.date(2026, 2, 1)),
        ("(13)250601", None, None),
    ],
)
def test_dates_of_a_scan(dates: str, produced: dt.date | None, expiry: dt.date | None) -> None:
    assert read_scan(f"(01)0{WATER}{dates}") == Scan(WATER, produced=produced, expiry=expiry)


@pytest.mark.parametrize(
    "text",
    [
        WATER,
        "",
        "(",
        "()",
        "(01)",
        f"0{WATER}",
        f"(01)0{WATER[:-1]}3(10)A1",
        f"(01)0{WATER}(17)261332",
        f"(01)0{WATER}(10)" + "A" * 21,
        "(10)A1(17)261231",
        "(01)00000000000000",
        "https://example.com/offers?id=3",
        "http://[",
        "(special offer) tea",
        "\x1d",
        "(01)٠٦٩٠١٢٣٤٥٦٧٨٩٢",
    ],
)
def test_what_is_no_scan_is_left_alone(text: str) -> None:
    assert read_scan(text) is None


@pytest.mark.parametrize(
    ("payload", "length"), [("9638507", 8), ("03600029145", 12), ("690123456789", 13), ("1690123456789", 14)]
)
def test_a_gtin_comes_out_as_it_is_printed(payload: str, length: int) -> None:
    gtin = payload + str(gs1_standard_check_digit(payload))
    assert len(gtin) == length
    assert read_gtin(gtin.zfill(14)) == read_gtin(gtin) == gtin
    assert read_scan(f"(01){gtin.zfill(14)}") == Scan(gtin)


@pytest.mark.parametrize(
    "barcode", ["2000001234567", "0212345678905", "212345678905", "02000001234567", "20123451", "01234565"]
)
def test_codes_of_the_shop_itself(barcode: str) -> None:
    assert is_in_store(barcode)


@pytest.mark.parametrize("barcode", [WATER, f"1{WATER[:-1]}9", "96385074", "036000291452", "20", "A000001234567", ""])
def test_codes_that_mean_something_to_others(barcode: str) -> None:
    assert not is_in_store(barcode)


payloads = st.from_regex(r"[0-9]{13}", fullmatch=True).filter(lambda p: p.strip("0") and len(p.lstrip("0")) >= 11)
batches = st.text(BATCH_LETTERS, min_size=1, max_size=20)
days = st.dates(dt.date(2000, 1, 1), dt.date(2049, 12, 31))


@given(payload=payloads, batch=batches, produced=days, expiry=days, count=st.integers(1, 99_999_999))
def test_whatever_biip_builds_is_read_back(
    payload: str, batch: str, produced: dt.date, expiry: dt.date, count: int
) -> None:
    """The same parts in the encoding of a scanner, built by biip, and in brackets, in another order."""
    gtin14 = payload + str(gs1_standard_check_digit(payload))
    encoded = f"01{gtin14}11{produced:%y%m%d}17{expiry:%y%m%d}10{batch}\x1d37{count}"
    built = GS1Message.from_element_strings(GS1Message.parse(encoded).element_strings)
    expected = Scan(read_gtin(gtin14) or "", batch, produced, expiry, count)
    assert read_scan(built.value) == expected
    assert expected.gtin.zfill(14) == gtin14
    # Two to four digits in brackets inside a batch look like an identifier: nobody could tell them apart.
    if "(" not in batch:
        bracketed = f"(01){gtin14}(10){batch}(37){count}(17){expiry:%y%m%d}(11){produced:%y%m%d}"
        assert read_scan(bracketed) == expected


@given(st.text(max_size=60) | st.text("(01)17/\x1d<GS>24]C", max_size=40))
def test_no_text_makes_it_stumble(text: str) -> None:
    scan = read_scan(text)
    assert scan is None or read_gtin(scan.gtin) == scan.gtin
