"""Corrections as files: for the POS in its own layout, for an ERP as a count, for people as a register."""

from __future__ import annotations

import csv
import datetime as dt
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.conftest import REPOSITORY, Shop
from tests.unit.corrections.conftest import DAY, act, adjusted, applied, on_hand
from workbench.corrections.verifying import verify

pytestmark = pytest.mark.slow


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
    assert sample.run("corrections", "export", "--to", tmp_path, "--for", "sap").code == 2
    assert sample.run("--json", "corrections", "export", "--to", tmp_path).json == []
    ran = sample.run("--json", "corrections", "export", "--to", tmp_path, "--for", "odoo")
    assert (ran.code, ran.json) == (0, [])
    assert sample.run("--json", "corrections", "register").json == {
        "lines": [],
        "totals": {"reason": [], "person": [], "location": []},
    }


def test_an_erp_gets_what_should_be_on_hand(sample: Shop, tmp_path: Path) -> None:
    applied(sample, "batch_expired_on_hand")
    adjusted(sample, (-2, "040001"))
    (sample.root / "workbench.toml").write_text(
        '[corrections]\nerp_company = "好邻居"\nerp_locations = { S01 = "Stores - HLJ" }\n', encoding="utf-8"
    )
    ((left,),) = sample.rows(
        "SELECT on_hand_qty FROM corrected.batch_on_hand WHERE location_code = 'S02' AND batch_no = '2405273'"
    )
    ((adjusted_qty, before),) = sample.rows(
        "SELECT c.on_hand_qty, m.on_hand_qty FROM corrected.on_hand AS c JOIN mart.on_hand AS m"
        " USING (location_code, product_code) WHERE location_code = 'S01' AND product_code = '040001'"
    )
    assert adjusted_qty == before - 2
    rows: dict[str, list[dict[str, Any]]] = {}
    for system in ("erpnext", "odoo", "inventree"):
        ran = sample.run("--json", "corrections", "export", "--to", tmp_path / system, "--for", system)
        assert ran.code == 0, ran.err
        with Path(ran.json[0]).open(encoding="utf-8", newline="") as stream:
            rows[system] = list(csv.DictReader(stream))
    first, second = rows["erpnext"]
    assert (first["Company"], first["Purpose"], first["Posting Date"]) == ("好邻居", "Stock Reconciliation", str(DAY))
    assert (first["Item Code (Items)"], first["Warehouse (Items)"]) == ("040001", "Stores - HLJ")
    assert Decimal(first["Quantity (Items)"]) == adjusted_qty
    assert (second["Company"], second["Batch No (Items)"], second["Warehouse (Items)"]) == ("", "2405273", "S02")
    assert Decimal(second["Quantity (Items)"]) == left
    assert [(r["product_id"], r["location_id"], r["lot_id"]) for r in rows["odoo"]] == [
        ("040001", "Stores - HLJ", ""),
        ("030002", "S02", "2405273"),
    ]
    assert [Decimal(r["inventory_quantity"]) for r in rows["odoo"]] == [adjusted_qty, left]
    assert [Decimal(r["quantity"]) for r in rows["inventree"]] == [adjusted_qty, left]
    assert rows["inventree"][0]["notes"].startswith(f"{DAY} P")


def test_erpnext_asks_for_its_company(sample: Shop, tmp_path: Path) -> None:
    adjusted(sample, (-2, "040001"))
    ran = sample.run("corrections", "export", "--to", tmp_path, "--for", "erpnext")
    assert (ran.code, "erp_company" in ran.err) == (14, True)


def test_the_register_has_every_line_and_totals_of_what_is_in_the_books(sample: Shop, tmp_path: Path) -> None:
    write_off = applied(sample, "batch_expired_on_hand")
    adjusted(sample, (-2, "040001"), (3, "040002"))
    line = ("--location", "S01", "--product", "040001", "--qty", "-1")
    ran = sample.run("propose", "--kind", "adjust_quantity", *line, "--reason", "x", "--submit", "--as", "li")
    assert ran.code == 0, ran.err
    path = tmp_path / "更正登记簿.xlsx"
    ran = sample.run("--lang", "zh", "corrections", "register", "-o", path)
    assert ran.code == 0, ran.err
    sheets = pl.read_excel(path, sheet_id=0)
    assert list(sheets) == ["更正登记簿", "按原因", "按人员", "按门店"]
    lines = sheets["更正登记簿"]
    assert lines["状态"].to_list() == ["已入账", "已入账", "已入账", "待审核"]
    assert lines["审核人"].to_list() == ["wang", "wang", "wang", ""]
    found = sample.run("--json", "corrections", "register").json["totals"]
    by_reason = {t["reason_code"]: t for t in found["reason"]}
    assert (by_reason["expired"]["corrections"], by_reason["expired"]["qty_effect"]) == (1, -5)
    assert by_reason["expired"]["title"] == "expired"
    (person,) = found["person"]
    assert (person["proposed_by"], person["corrections"], person["added_qty"], person["taken_qty"]) == ("li", 3, 3, -7)
    by_location = {t["location_code"]: t["qty_effect"] for t in found["location"]}
    assert by_location == {"S01": 1, "S02": -5}
    proposals = {p["proposal_id"]: p for p in sample.run("--json", "proposals").json}
    assert proposals[write_off]["amount_effect"] == by_reason["expired"]["amount_effect"]
    none = sample.run("--json", "corrections", "register", "--until", "2025-03-31").json
    assert none["lines"] == []


def test_the_functions_of_the_guide_do_what_the_commands_do(sample: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    guide = (REPOSITORY / "docs/corrections.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", guide, flags=re.DOTALL)
    monkeypatch.chdir(sample.root)
    names: dict[str, Any] = {}
    exec(code, names)
    assert [v.outcome for v in names["outcomes"]] == ["waiting"]
    assert [(t[0], t[1], t[2], t[5]) for t in names["totals"]] == [("duplicate", "重复录入", 1, -24)]
    assert sample.run("verify-log").code == 0
