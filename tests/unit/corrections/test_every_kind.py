"""Every kind of correction from a planted defect to a finding that is gone.

One POS follows all of them at once: it cancels, re-books and corrects in its own books, and exports what is new there.
"""

from __future__ import annotations

import csv
import datetime as dt
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Shop
from tests.unit.corrections.conftest import DAY, later, proposed
from workbench.proposals.kinds import KINDS

# Together: what they share takes a minute to make.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("every kind")]

# The rule whose first finding is mended by each kind, and what its rule and the books do not tell.
CASES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "adjust_quantity": ("movement_duplicated_by_sync", ()),
    "write_off": ("batch_expired_on_hand", ()),
    "void_receipt": ("receipt_entered_twice", ()),
    "change_product_code": ("product_code_unknown", ("--new-value", "030001")),
    "change_batch": ("batch_no_missing", ("--new-value", "2503240")),
    "change_expiry_date": ("expiry_date_missing", ("--new-value", "2026-03-01")),
    "change_price": ("receipt_price_differs_from_order", ()),
    "reenter_receipt": ("delivery_without_receipt", ("--attach", "note.jpg")),
    "complete_transfer": ("transfer_not_received", ()),
    "dismiss_finding": (
        "count_missing_for_stock",
        ("--kind", "dismiss_finding", "--reason", "The shop is being rebuilt"),
    ),
}


@dataclass
class Followed:
    """What the POS followed: the finding of each kind, and what `verify` said of its proposal."""

    shop: Shop
    findings: Mapping[str, str]
    outcomes: Mapping[str, str]
    listed: Mapping[str, Mapping[str, Any]]


def reexport(shop: Shop, day: dt.date) -> list[Path]:
    """Files of a POS whose books are now as corrected: the rows of every core table that are new or other there."""
    paths = []
    for table, contract in shop.project.contracts.items():
        columns = ", ".join(contract.columns)
        question = f"SELECT {columns} FROM corrected.{table} EXCEPT ALL SELECT {columns} FROM core.{table} ORDER BY ALL"
        rows = shop.rows(question) if table not in shop.project.catalogue.models else []
        if table == "stock_on_hand":
            rows = shop.rows(
                f"SELECT DATE '{day}' AS as_of_date, location_code, product_code, '' AS batch_no, on_hand_qty,"
                " NULL AS on_hand_amount FROM corrected.on_hand WHERE on_hand_qty IS NOT NULL ORDER BY ALL"
            )
            columns = "as_of_date, location_code, product_code, batch_no, on_hand_qty, on_hand_amount"
        if rows:
            paths.append(shop.inbox / f"{table}.csv")
            shop.inbox.mkdir(parents=True, exist_ok=True)
            with paths[-1].open("w", encoding="utf-8", newline="") as stream:
                csv.writer(stream).writerows([columns.split(", "), *rows])
    return paths


@pytest.fixture(scope="module")
def followed(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Followed:
    root = tmp_path_factory.mktemp("followed")
    shutil.copytree(prepared, root / "shop")
    paper = root / "note.jpg"
    paper.write_bytes(b"LY-0327-99")
    shop = Shop(root / "shop", root / "inbox", now=dt.datetime(2025, 4, 1, 9))
    findings, numbers = {}, {}
    for kind, (rule_id, options) in CASES.items():
        findings[kind] = next(f["finding_id"] for f in shop.findings() if f["rule_id"] == rule_id)
        given = [str(paper) if option == "note.jpg" else option for option in options]
        numbers[kind] = proposed(shop, rule_id, *given)
    assert shop.run("apply", "--all", "--as", "wang").code == 0
    later(shop)
    for report in shop.ingest(*reexport(shop, DAY + dt.timedelta(days=1))):
        assert (report.status, report.rejected) == ("loaded", 0), report
    ran = shop.run("check", "--as-of", str(DAY + dt.timedelta(days=1)), "--fail-on", "never")
    assert ran.code == 0, ran.err
    outcomes = {p["proposal_id"]: p["status"] for p in shop.run("--json", "proposals").json}
    listed = {
        f["finding_id"]: f
        for suppressed in ((), ("--suppressed",))
        for f in shop.run("--json", "findings", *suppressed, "--status", "open", "--status", "resolved").json
    }
    shop.close()
    return Followed(shop, findings, {kind: outcomes[n] for kind, n in numbers.items()}, listed)


@pytest.mark.parametrize("kind", KINDS)
def test_a_defect_becomes_a_finding_that_is_gone(followed: Followed, kind: str) -> None:
    finding = followed.listed[followed.findings[kind]]
    assert followed.outcomes[kind] == "verified"
    if kind == "dismiss_finding":
        assert (finding["status"], finding["suppression"]) == ("open", "dismissed")
    else:
        assert finding["status"] == "resolved"


def test_the_books_are_the_ones_of_the_pos_again(followed: Followed) -> None:
    from tests.unit.corrections.conftest import same_books

    same_books(followed.shop)
    assert followed.shop.run("verify-log").code == 0
