"""From a planted defect to a finding that is resolved: proposed, decided, in the books, taken over by the POS."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import REPOSITORY, Shop
from workbench.corrections import applying
from workbench.corrections.verifying import verify
from workbench.errors import DecisionRefused
from workbench.proposals import deciding
from workbench.proposals.shapes import Line, Proposal
from workbench.store.accounts import add_account
from workbench.store.act import Act

DAY = dt.date(2025, 3, 31)
HEADER = (
    "location_code,movement_id,occurred_at,product_code,batch_no,movement_type,moved_qty,document_no,operator,reason\n"
)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, loaded and checked, with people who may decide."""
    from workbench.scaffold import make_project

    root = tmp_path_factory.mktemp("sample") / "shop"
    make_project(root)
    shop = Shop(root, root / "inbox", now=dt.datetime(2025, 4, 1, 8))
    shop.ingest(*sorted(REPOSITORY.glob("data/sample/*.csv")), *sorted(REPOSITORY.glob("data/sample/*.xlsx")))
    shop.check(as_of=DAY)
    for name, staff, role in (("boss", "", "admin"), ("li", "1", "auditor"), ("wang", "2", "supervisor")):
        add_account(shop.project.store, name, staff, "", (role,), (), Act("boss", shop.now))
    return root


@pytest.fixture
def sample(prepared: Path, tmp_path: Path) -> Iterator[Shop]:
    shutil.copytree(prepared, tmp_path / "shop")
    shop = Shop(tmp_path / "shop", tmp_path / "inbox", now=dt.datetime(2025, 4, 1, 9))
    yield shop
    shop.close()


def act(shop: Shop, who: str) -> Act:
    return Act(who, shop.now, "till")


def proposed(shop: Shop, rule_id: str, *options: str) -> int:
    """Proposed from the finding of a rule on the command line, and approved by another."""
    finding = next(f for f in shop.findings() if f["rule_id"] == rule_id)
    ran = shop.run("--json", "propose", finding["finding_id"], *options, "--submit", "--as", "li")
    assert ran.code == 0, ran.err
    number = int(ran.json["proposal_id"])
    assert shop.run("decide", str(number), "--approve", "--as", "wang").code == 0
    return number


def applied(shop: Shop, rule_id: str, *options: str) -> int:
    number = proposed(shop, rule_id, *options)
    applying.apply(shop.project, [number], act(shop, "wang"))
    return number


def on_hand(shop: Shop, schema: str) -> dict[tuple[str, str], Decimal]:
    rows = shop.rows(f"SELECT location_code, product_code, on_hand_qty FROM {schema}.on_hand")
    return {(location, product): quantity for location, product, quantity in rows}


def status(shop: Shop, number: int) -> str:
    return next(p.status for p in deciding.proposals(shop.project) if p.proposal_id == number)


def is_open(shop: Shop, rule_id: str) -> bool:
    return any(f["rule_id"] == rule_id for f in shop.findings())


def same_books(shop: Shop) -> None:
    """Every table and model of the corrected books has the rows of the reported ones."""
    models = shop.project.catalogue.models
    for schema, names in (("mart", models.keys()), ("core", shop.project.contracts.keys() - models.keys())):
        for name in names:
            for a, b in ((schema, "corrected"), ("corrected", schema)):
                question = f"SELECT count(*) FROM (SELECT * FROM {a}.{name} EXCEPT ALL SELECT * FROM {b}.{name})"
                assert shop.one(question) == 0, name


def test_a_voided_receipt_leaves_the_corrected_books_and_comes_back_when_undone(sample: Shop) -> None:
    reported = on_hand(sample, "mart")
    number = applied(sample, "receipt_entered_twice")
    assert on_hand(sample, "mart") == reported
    corrected = on_hand(sample, "corrected")
    different = {key: corrected[key] - reported[key] for key in reported if corrected[key] != reported[key]}
    assert different == {("S02", "010002"): Decimal(-24)}
    assert sample.rows("SELECT DISTINCT status FROM corrected.receipt_line WHERE receipt_no = 'RKS02-0006'") == [
        ("cancelled",)
    ]
    with pytest.raises(DecisionRefused, match=r"may not approve"):
        applying.undo(sample.project, number, "found", act(sample, "li"))
    applying.undo(sample.project, number, "found", act(sample, "wang"))
    same_books(sample)
    assert sample.one("SELECT sum(moved_qty) FROM core.adjustment") == 0
    assert sample.run("verify-log").code == 0


def test_the_pos_takes_a_correction_over_and_it_counts_once(sample: Shop) -> None:
    number = applied(sample, "movement_duplicated_by_sync")
    (line,) = next(p for p in deciding.proposals(sample.project) if p.proposal_id == number).lines
    before = on_hand(sample, "corrected")
    assert [v.outcome for v in verify(sample.project, act(sample, "wang"))] == ["waiting"]
    sample.now += dt.timedelta(days=1)
    row = (
        f"{line.location_code},A1,2025-03-31 22:00:00,{line.product_code},,adjustment,{line.moved_qty},TZ1,E003,twice\n"
    )
    sample.load("stock_movement.csv", HEADER + row)
    sample.check(as_of=DAY)
    assert [v.outcome for v in verify(sample.project, act(sample, "wang"))] == ["arrived"]
    assert status(sample, number) == "verified"
    assert on_hand(sample, "corrected") == on_hand(sample, "mart") == before
    same_books(sample)


def test_a_corrected_price_arrives_with_the_next_export_and_resolves_the_finding(sample: Shop) -> None:
    rule_id = "receipt_price_differs_from_order"
    number = applied(sample, rule_id)
    ((location, receipt, line),) = sample.rows(
        "SELECT location_code, document_no, document_line_no FROM core.adjustment"
    )
    where = f"location_code = '{location}' AND receipt_no = '{receipt}' AND line_no = {line}"
    assert sample.one(f"SELECT unit_cost FROM corrected.receipt_line WHERE {where}") == Decimal(68)
    sample.now += dt.timedelta(days=1)
    columns = list(sample.project.contracts["receipt_line"].columns)
    (row,) = sample.rows(f"SELECT {', '.join(columns)} FROM core.receipt_line WHERE {where}")
    values = dict(zip(columns, row, strict=True)) | {"unit_cost": Decimal(68), "line_amount": Decimal(68) * 24}
    sample.load("receipt_line.csv", [list(values), list(values.values())])
    ran = sample.run("check", "--as-of", str(DAY), "--fail-on", "never")
    assert ran.code == 0, ran.err
    assert not is_open(sample, rule_id)
    assert status(sample, number) == "verified"


def test_a_write_off_and_a_transfer_change_stock_and_value_by_what_was_proposed(sample: Shop) -> None:
    numbers = [applied(sample, rule_id) for rule_id in ("batch_expired_on_hand", "transfer_not_received")]
    effects = {p.proposal_id: p for p in deciding.proposals(sample.project)}
    assert [effects[n].qty_effect for n in numbers] == [Decimal(-5), Decimal(12)]
    totals = "SELECT sum(on_hand_qty), sum(on_hand_value) FROM {}.on_hand"
    ((before, before_value),) = sample.rows(totals.format("mart"))
    ((after, after_value),) = sample.rows(totals.format("corrected"))
    assert after - before == sum(effects[n].qty_effect for n in numbers)
    assert abs((after_value - before_value) - sum(effects[n].amount_effect for n in numbers)) < Decimal("0.01")


def test_a_lost_receipt_is_entered_again_with_its_paper(sample: Shop, tmp_path: Path) -> None:
    paper = tmp_path / "note.jpg"
    paper.write_bytes(b"LY-0327-99")
    number = applied(sample, "delivery_without_receipt", "--attach", str(paper))
    rows = sample.rows(
        "SELECT location_code, product_code, received_qty, receipt_type FROM corrected.receipt_line"
        f" WHERE receipt_no = 'P{number}'"
    )
    assert rows == [("S01", "010003", Decimal(24), "late_entry")]


def test_a_pos_that_did_something_else_is_told(sample: Shop) -> None:
    def proposal(quantity: int, product: str) -> Proposal:
        line = Line("S01", product, "", "adjustment", Decimal(quantity), Decimal(1), DAY)
        return Proposal("adjust_quantity", (line,), "counted")

    wanted = [proposal(-2, "040001"), proposal(-4, "040003"), proposal(3, "040002"), proposal(3, "040002")]
    made = deciding.propose(sample.project, wanted, act(sample, "li"), is_submitted=True)
    for p in made:
        deciding.decide(sample.project, p.proposal_id, act(sample, "wang"), is_approved=True)
    assert sample.run("apply", "--all", "--as", "wang").code == 0
    sample.now = dt.datetime.now(dt.UTC).replace(tzinfo=None) + dt.timedelta(days=9)
    rows = "".join(
        f"S01,X{i},2025-03-31 22:00:00,{product},,adjustment,{quantity},TZ{i},E003,x\n"
        for i, (product, quantity) in enumerate([("040001", 2), ("040003", -1), ("040002", 3)])
    )
    sample.load("stock_movement.csv", HEADER + rows)
    results = {v.proposal_id: v for v in verify(sample.project, act(sample, "wang"))}
    outcomes = [results[p.proposal_id].outcome for p in made]
    # One movement of three answers one of two corrections alike, the older.
    assert outcomes == ["contradicted", "partly", "arrived", "missing"]
    assert results[made[1].proposal_id].found_qty == -1
    assert "X0" in results[made[0].proposal_id].found


def test_cut_off_between_the_books_and_the_store_it_is_finished_once(
    sample: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = proposed(sample, "batch_expired_on_hand")

    def cut(*arguments: Any, **columns: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(applying, "move", cut)
        with pytest.raises(KeyboardInterrupt):
            applying.apply(sample.project, [number], act(sample, "wang"))
    assert status(sample, number) == "approved"
    with pytest.raises(DecisionRefused, match="in the books already"):
        deciding.withdraw(sample.project, number, "no", act(sample, "li"))
    applying.apply(sample.project, [number], act(sample, "wang"))
    assert status(sample, number) == "applied"
    assert sample.rows("SELECT adjustment_id, moved_qty FROM core.adjustment") == [(f"P{number}-1", Decimal(-5))]


def test_only_what_is_approved_comes_into_the_books_and_by_who_may(sample: Shop) -> None:
    number = proposed(sample, "batch_expired_on_hand")
    assert sample.run("apply", str(number), "--as", "li").code == 15
    assert sample.run("apply", "99", "--as", "wang").code == 2
    assert sample.run("apply", "--as", "wang").code == 2
    assert sample.run("apply", str(number), "--as", "wang").code == 0
    ran = sample.run("apply", str(number), "--as", "wang")
    assert (ran.code, "is applied" in ran.err) == (15, True)
    assert sample.one("SELECT count(*) FROM core.adjustment") == 1


def test_a_cut_off_log_is_found_by_what_the_lake_saw(sample: Shop) -> None:
    import sqlite3

    applied(sample, "batch_expired_on_hand")
    with sqlite3.connect(sample.project.store.path, isolation_level=None) as con:
        trigger = "audit_entry_no_delete"
        (sql,) = con.execute("SELECT sql FROM sqlite_master WHERE name = ?", [trigger]).fetchone()
        con.execute(f"DROP TRIGGER {trigger}")
        con.execute("DELETE FROM audit_entry WHERE entry_no > 3")
        con.execute(sql)
    con.close()
    ran = sample.run("verify-log")
    assert ran.code == 10
    assert "the log ends at 3: its tail was cut off" in ran.err


@pytest.mark.parametrize(("language", "form"), [("zh", "xlsx"), ("en", "csv")])
def test_the_pos_takes_the_exported_files_as_they_are(sample: Shop, tmp_path: Path, language: str, form: str) -> None:
    for rule_id in ("receipt_entered_twice", "batch_expired_on_hand"):
        applied(sample, rule_id)
    before = on_hand(sample, "corrected")
    ran = sample.run("--json", "--lang", language, "corrections", "export", "--to", tmp_path / "to", "--format", form)
    assert ran.code == 0, ran.err
    sample.now = dt.datetime.now(dt.UTC).replace(tzinfo=None) + dt.timedelta(days=1)
    report = sample.ingest(*[Path(path) for path in ran.json])
    assert (report.status, report.accepted, report.rejected, report.unknown_columns) == ("loaded", 2, 0, ())
    assert {v.outcome for v in verify(sample.project, act(sample, "wang"))} == {"arrived"}
    sample.check(as_of=DAY)
    assert on_hand(sample, "mart") == before
    assert sample.run("--json", "corrections", "export", "--to", tmp_path / "again").json == []


def test_nothing_to_export_is_said(sample: Shop, tmp_path: Path) -> None:
    assert sample.run("corrections", "export", "--to", tmp_path, "--format", "pdf").code == 2
    assert sample.run("--json", "corrections", "export", "--to", tmp_path).json == []
