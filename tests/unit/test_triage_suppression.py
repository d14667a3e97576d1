"""Suppressed findings: dismissed or known to be good, counted, shown when asked for, and back when things change."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from workbench.catalogue import load_catalogue
from workbench.store.act import Act
from workbench.store.decisions import add_known_good, dismiss
from workbench.triage.listing import Filter, count_suppressed, triaged_findings
from workbench.triage.suppression import condition_fault, load_triage, subject_of, suppressed_counts

HEADER = ["location_code", "receipt_no", "line_no", "supplier_code", "product_code", "received_qty", "line_amount",
          "received_at"]  # fmt: skip
RULE = "received_in_vain"
TODAY = dt.date(2025, 4, 1)
ME = Act("me", dt.datetime(2025, 4, 1, 8, 0))
LATER = dt.date(2025, 12, 31)


def receipt(no: str, qty: object, product: str = "P1", location: str = "L1", amount: object = 10) -> list[object]:
    return [location, no, 1, "S1", product, qty, amount, "2025-01-03"]


@pytest.fixture
def checked(shop: Any) -> Any:
    """A shop with three findings."""
    rows = [receipt("R1", 20), receipt("R2", 30, "p2", "L2"), receipt("R3", 40, "P3", amount=99)]
    shop.load("receipt_line.csv", [HEADER, *rows])
    shop.check()
    return shop


def rules(shop: Any) -> Any:
    return load_catalogue(shop.root / "checks/rules", shop.root / "pipelines/models").rules


def found(shop: Any, suppressed: bool | None = False, today: dt.date = TODAY, **wanted: Any) -> list[dict[str, Any]]:
    load_triage(shop.con, shop.project.store, today, rules(shop))
    names, rows = triaged_findings(shop.con, Filter(**wanted), suppressed, "document")
    return [dict(zip(names, row, strict=True)) for row in rows]


def documents(shop: Any, suppressed: bool | None = False, **wanted: Any) -> list[str]:
    return [f["document_no"] for f in found(shop, suppressed, **wanted)]


def dismiss_document(shop: Any, number: str, until: dt.date = LATER) -> None:
    dismiss(shop.project.store, [subject_of(f) for f in found(shop, document=number)], "agreed", until, ME)


def know(shop: Any, **conditions: str) -> int:
    return add_known_good(shop.project.store, RULE, conditions, "always so", LATER, ME)


def test_nothing_is_suppressed_where_nobody_decided(checked: Any) -> None:
    assert documents(checked) == ["R1", "R3", "R2"]
    assert documents(checked, True) == []
    assert not checked.project.store.exists
    assert suppressed_counts(checked.con, checked.project.store, TODAY, {}).total == 0


def test_a_dismissed_finding_is_counted_and_can_be_shown(checked: Any) -> None:
    dismiss_document(checked, "R1")
    assert documents(checked) == ["R3", "R2"]
    (hidden,) = found(checked, True)
    told = {k: hidden[k] for k in ("document_no", "suppression", "suppression_reason", "suppressed_until")}
    assert told == {
        "document_no": "R1",
        "suppression": "dismissed",
        "suppression_reason": "agreed",
        "suppressed_until": LATER,
    }
    counts = suppressed_counts(checked.con, checked.project.store, TODAY, rules(checked))
    assert (counts.dismissed, counts.known_good, counts.total, counts.shown) == (1, 0, 1, {RULE: 2})
    assert count_suppressed(checked.con, Filter(document="R1")) == {"dismissed": 1}
    assert count_suppressed(checked.con, Filter(document="R2")) == {}


def test_it_comes_back_after_its_day(checked: Any) -> None:
    dismiss_document(checked, "R1", dt.date(2025, 4, 2))
    assert documents(checked, today=dt.date(2025, 4, 2)) == ["R3", "R2"]
    back = found(checked, today=dt.date(2025, 4, 3))
    assert [(f["document_no"], f["came_back"]) for f in back] == [("R1", "expired"), ("R3", None), ("R2", None)]


def test_it_comes_back_when_its_evidence_changes_and_says_what_changed(checked: Any) -> None:
    dismiss_document(checked, "R1")
    dismiss_document(checked, "R3")
    checked.load("receipt_line.csv", [HEADER, receipt("R1", 25, amount=12.5)])
    checked.check()
    assert documents(checked, True) == ["R3"]
    back = found(checked, document="R1")[0]
    assert back["came_back"] == "evidence_changed"
    assert back["changed"] == "actual_qty: 20 → 25; amount_at_risk: 10 → 12.5"
    dismiss_document(checked, "R1")
    assert documents(checked, True) == ["R1", "R3"]


def test_what_changes_with_the_day_alone_brings_nothing_back(checked: Any) -> None:
    path = checked.root / "checks/rules/receiving" / f"{RULE}.sql"
    text = path.read_text().replace(
        "$unit_name AS unit_name",
        "$unit_name AS unit_name, date_diff('day', CAST(r.received_at AS DATE), $as_of) AS days_old",
    )
    path.write_text(text)
    checked.check()
    dismiss_document(checked, "R1")
    checked.check(as_of=dt.date(2025, 4, 1))
    assert found(checked, document="R1")[0]["changed"] == "days_old: 87 → 88"
    dismiss_document(checked, "R1")
    path.write_text(text.replace("needs =", 'ageing = ["days_old"]\nneeds ='))
    checked.check(as_of=dt.date(2025, 4, 5))
    assert documents(checked, True) == ["R1"]


def test_a_resolved_finding_is_not_counted(checked: Any) -> None:
    dismiss_document(checked, "R1")
    checked.load("receipt_line.csv", [HEADER, receipt("R1", 1)])
    checked.check()
    assert suppressed_counts(checked.con, checked.project.store, TODAY, rules(checked)).total == 0
    assert [f["document_no"] for f in found(checked, None, statuses=["resolved"])] == ["R1"]


@pytest.mark.parametrize(
    ("conditions", "covered"),
    [
        ({"product_code": "P1"}, ["R1"]),
        ({"product_code": "P2"}, ["R2"]),  # another spelling of p2
        ({"location_code": "L1"}, ["R1", "R3"]),
        ({"location_code": "L1", "product_code": "P3"}, ["R3"]),
        ({"location_code": "L2", "product_code": "P3"}, []),
        ({"actual_qty": "40"}, ["R3"]),
        ({"amount_at_risk": "99.00"}, ["R3"]),
        ({"occurred_date": "2025-01-03"}, ["R1", "R3", "R2"]),
        ({"unit_name": "piece", "document_no": "r1"}, ["R1"]),
        ({"unit_name": "box"}, []),
        ({"product_code": "'; DROP TABLE triage; --"}, []),
        ({"x'\"$.y": "1"}, []),
    ],
    ids=str,
)
def test_what_is_known_to_be_good_is_known_by_its_values(
    checked: Any, conditions: dict[str, str], covered: list[str]
) -> None:
    know(checked, **conditions)
    assert documents(checked, True) == covered
    assert documents(checked, None) == ["R1", "R3", "R2"]


def test_several_entries_and_a_dismissal_of_one_finding(checked: Any) -> None:
    know(checked, product_code="P1")
    know(checked, location_code="L1")
    know(checked, occurred_date="2020-01-01")
    assert [(f["document_no"], f["suppression"]) for f in found(checked, True)] == [
        ("R1", "known_good"),
        ("R3", "known_good"),
    ]
    dismiss(checked.project.store, [subject_of(f) for f in found(checked, True, document="R1")], "x", LATER, ME)
    assert suppressed_counts(checked.con, checked.project.store, TODAY, {}).dismissed == 1
    assert [f["suppression"] for f in found(checked, True, document="R1")] == ["dismissed"]


def test_an_entry_of_another_rule_covers_nothing(checked: Any) -> None:
    add_known_good(checked.project.store, "other_rule", {"product_code": "P1"}, "x", LATER, ME)
    assert documents(checked, True) == []


def test_conditions_are_held_against_the_rule(catalogue: Any) -> None:
    rule = catalogue.rules["count_variance"]
    assert condition_fault(rule, "product_code", "P1") == ""
    assert condition_fault(rule, "book_basis", "ledger") == ""
    assert "have no colour" in condition_fault(rule, "colour", "red")
    assert "is a number" in condition_fault(rule, "actual_qty", "many")
    assert "is a day" in condition_fault(rule, "occurred_date", "soon")


# --- filters and orders ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"location": "l1"}, ["R1", "R3"]),
        ({"product": "P2"}, ["R2"]),
        ({"supplier": "s1", "document": "r3"}, ["R3"]),
        ({"since": dt.date(2025, 1, 4)}, []),
        ({"since": dt.date(2025, 1, 3), "until": dt.date(2025, 1, 3)}, ["R1", "R3", "R2"]),
        ({"until": dt.date(2025, 1, 2)}, []),
        ({"min_amount": Decimal("99")}, ["R3"]),
        ({"min_amount": Decimal("1E+3")}, []),
        ({"text": "it's"}, []),
        ({"document": "' OR true --"}, []),
        ({"severity": "low"}, []),
        ({"rules": [RULE], "severity": "high"}, ["R1", "R3", "R2"]),
        ({"text": "RECEIVED 30"}, ["R2"]),
        ({"text": "入库单 R3"}, ["R3"]),
        ({"text": "piece"}, ["R1", "R3", "R2"]),
        ({"text": "100%"}, []),
        ({"assigned_to": "LI"}, ["R1"]),
        ({"assigned_to": "nobody"}, ["R3", "R2"]),
    ],
    ids=str,
)
def test_filters(checked: Any, wanted: dict[str, Any], expected: list[str]) -> None:
    from workbench.store.decisions import assign

    assign(checked.project.store, [found(checked, document="R1")[0]["finding_id"]], "Li", "", ME)
    assert documents(checked, **wanted) == expected


def test_every_order_is_total(checked: Any) -> None:
    from workbench.triage.listing import SORTS

    load_triage(checked.con, checked.project.store, TODAY, {})
    for sort in SORTS:
        names, rows = triaged_findings(checked.con, Filter(), None, sort)
        assert len(rows) == 3, sort
        if sort in ("risk", "severity"):
            assert [row[names.index("document_no")] for row in rows] == ["R3", "R1", "R2"]
        if sort == "product":
            assert [row[names.index("product_code")] for row in rows] == ["P1", "P3", "p2"]


# --- the command line ------------------------------------------------------------------------------------------------


def test_dismissing_on_the_command_line_and_what_a_check_makes_of_it(checked: Any) -> None:
    ids = {f["document_no"]: f["finding_id"] for f in checked.findings()}
    checked.configure("[shop]\nauthor = 'Zhang'\n")
    day = ["--until", "2999-12-31"]
    assert checked.run("check", "--as-of", "2025-03-31").code == 10
    ran = checked.run("dismiss", ids["R1"], ids["R2"], "--reason", "agreed", *day)
    assert (ran.code, "Dismissed 2 findings until 2999-12-31" in ran.err) == (0, True)
    ran = checked.run("known-good", "add", "--rule", RULE, "--product", "P3", "--reason", "so", *day, "--lang", "zh")
    assert (ran.code, "目前覆盖 1 个问题" in ran.err) == (0, True)
    ran = checked.run("check", "--as-of", "2025-03-31")
    assert (ran.code, "3 suppressed (2 dismissed, 1 known good)" in ran.err) == (0, True)
    ran = checked.run("check", "--as-of", "2025-03-31", "--json")
    assert (ran.json["suppressed"], ran.json["outcomes"][0]["violated"]) == (3, 3)
    ran = checked.run("findings", "--json")
    assert (ran.json, "3 suppressed" in ran.err) == ([], True)
    ran = checked.run("findings", "--suppressed", "--lang", "zh")
    assert ("已忽略（Zhang" in ran.out, "已知正常" in ran.out) == (True, True)
    ran = checked.run("known-good", "list", "--json")
    assert [(e["conditions"], e["status"], e["findings"]) for e in ran.json] == [("product_code=P3", "in_force", 1)]
    assert checked.run("known-good", "remove", "1").code == 0
    assert checked.run("undismiss", ids["R1"], "--reason", "not agreed after all").code == 0
    assert checked.run("check", "--as-of", "2025-03-31").code == 10
    assert {f["document_no"] for f in checked.run("findings", "--json").json} == {"R1", "R3"}


def test_dismissing_a_whole_document_or_rule(checked: Any) -> None:
    day = ["--reason", "x", "--until", "2999-12-31"]
    assert len(checked.run("dismiss", "--rule", RULE, "--location", "L1", *day, "--json").json["finding_ids"]) == 2
    assert len(checked.run("dismiss", "--document", "R2", *day, "--json").json["finding_ids"]) == 1


def test_assigning(checked: Any) -> None:
    ids = [f["finding_id"] for f in checked.findings()]
    ran = checked.run("assign", ids[0], "--to", "李明", "--lang", "zh")
    assert (ran.code, "已将 1 个问题分配给 李明" in ran.err) == (0, True)
    assert [f["finding_id"] for f in checked.run("findings", "--assigned-to", "李明", "--json").json] == [ids[0]]
    assert "李明" in checked.run("findings").out
    assert checked.run("assign", ids[0], "--to", "nobody").code == 0
    assert checked.run("findings", "--assigned-to", "李明", "--json").json == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["dismiss", "nope", "--reason", "x", "--until", "2999-01-01"], "There is no finding 'nope'"),
        (["dismiss", "{id}", "nope", "--reason", "x", "--until", "2999-01-01"], "There is no finding 'nope'"),
        (["dismiss", "{id}", "--until", "2999-01-01"], "A reason is needed"),
        (["dismiss", "{id}", "--reason", "x"], "A last day is needed"),
        (["dismiss", "{id}", "--reason", "x", "--until", "soon"], "is no day"),
        (["dismiss", "{id}", "--reason", "x", "--until", "2020-01-01"], "is past"),
        (["dismiss", "--reason", "x", "--until", "2999-01-01"], "Say which findings"),
        (["dismiss", "{id}", "--rule", RULE, "--reason", "x", "--until", "2999-01-01"], "Say which findings"),
        (["dismiss", "--rule", "no_rule", "--reason", "x", "--until", "2999-01-01"], "There is no rule"),
        (["dismiss", "--document", "R9", "--reason", "x", "--until", "2999-01-01"], "No unresolved finding"),
        (["undismiss", "{id}"], "is not dismissed"),
        (["assign", "{id}"], "Name the person"),
        (["assign", "nope", "--to", "Li"], "There is no finding 'nope'"),
        (["known-good", "add", "--rule", "no_rule", "--product", "P1", "--reason", "x", "--until", "2999-01-01"],
         "There is no rule"),
        (["known-good", "add", "--rule", RULE, "--reason", "x", "--until", "2999-01-01"], "at least one value"),
        (["known-good", "add", "--rule", RULE, "--where", "colour=red", "--reason", "x", "--until", "2999-01-01"],
         "have no colour"),
        (["known-good", "add", "--rule", RULE, "--where", "colour", "--reason", "x", "--until", "2999-01-01"],
         "is no condition"),
        (["known-good", "remove", "7"], "There is no no. 7"),
        (["findings", "--sort", "colour"], "There is no order 'colour'"),
        (["findings", "--group", "colour"], "There is no grouping 'colour'"),
        (["findings", "--min-amount", "much"], "is no amount"),
        (["findings", "--min-amount", "nan"], "is no amount"),
        (["findings", "--since", "soon"], "is no day"),
    ],
    ids=lambda value: " ".join(value[:4]) if isinstance(value, list) else "",
)  # fmt: skip
def test_a_mistake_is_one_sentence_and_changes_nothing(checked: Any, arguments: list[str], said: str) -> None:
    first = checked.findings()[0]["finding_id"]
    ran = checked.run(*[part.format(id=first) for part in arguments])
    assert (ran.code, len(ran.err.strip().splitlines())) == (2, 1), ran.err
    assert said in ran.err
    assert found(checked, True) == []


def test_a_resolved_finding_cannot_be_dismissed(checked: Any) -> None:
    first = checked.findings()[0]
    checked.load("receipt_line.csv", [HEADER, receipt(first["document_no"], 1, "P3")])
    checked.check()
    ran = checked.run("dismiss", first["finding_id"], "--reason", "x", "--until", "2999-01-01")
    assert (ran.code, "is resolved" in ran.err) == (2, True)


def test_a_workbook_for_people_speaks_their_language(checked: Any, tmp_path: Path) -> None:
    import openpyxl

    for arguments in ([], ["--group", "document"]):
        path = tmp_path / f"f{len(arguments)}.xlsx"
        assert checked.run("findings", *arguments, "--format", "xlsx", "-o", str(path), "--lang", "zh").code == 0
        header, first, *_ = openpyxl.load_workbook(path).active.iter_rows(values_only=True)
        assert {"级别", "涉及金额", "说明"} <= set(header)
        assert all(any("\u4e00" <= c <= "\u9fff" for c in cell) for cell in header)
        assert first[header.index("级别")] == "高"
    path = tmp_path / "en.xlsx"
    checked.run("findings", "--format", "xlsx", "-o", str(path))
    assert openpyxl.load_workbook(path).active.cell(1, 1).value == "finding_id"


def test_groups_on_the_command_line(checked: Any) -> None:
    ran = checked.run("findings", "--group", "location", "--json")
    assert [(g["group"], g["findings"], g["amount_at_risk"]) for g in ran.json] == [("L1", 2, 109), ("L2", 1, 10)]
    assert ran.json[0]["rules"] == {RULE: 2}
    assert len(ran.json[0]["finding_ids"]) == 2
    ran = checked.run("findings", "--group", "rule", "--lang", "zh")
    assert ("白收了" in ran.out, "3 个问题归为 1 组" in ran.err) == (True, True)
    assert checked.run("findings", "--group", "root", "--format", "csv").out.startswith("group,severity,findings,")
    assert checked.run("findings", "--group", "root", "--product", "P9").code == 0
    assert checked.run("findings", "--group", "root", "--product", "P9", "--json").json == []
