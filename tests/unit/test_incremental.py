"""What a check evaluates anew and what it leaves alone: plans and their reasons, models by parts, rules by parts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from workbench import refresh
from workbench.catalogue import Rule
from workbench.evaluation import Evaluations, Plan
from workbench.rule_settings import settings_for

HEADER = ["location_code", "receipt_no", "line_no", "supplier_code", "product_code", "received_qty", "line_amount",
          "received_at"]  # fmt: skip
RULE = "received_in_vain"
DAY = dt.date(2025, 3, 31)
MODEL = """/*
title = "Received"
title_zh = "已收"
grain = ["location_code", "product_code"]
*/
SELECT location_code, product_code, SUM(received_qty) AS received_qty
FROM core.receipt_line
GROUP BY location_code, product_code
"""


@pytest.fixture(autouse=True)
def nothing_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small tables are worked out as a whole: here none is small, so that parts are seen."""
    monkeypatch.setattr("workbench.resident.SMALL", -1)


def load(shop: Any, *rows: tuple[str, object], **more: str) -> None:
    """Receipts by number and quantity."""
    given = {"supplier": "S1", "product": "P1", "at": "2025-01-03", **more}
    shop.load("receipt_line.csv", [
        HEADER, *(["L1", no, 1, given["supplier"], given["product"], qty, 10, given["at"]] for no, qty in rows)
    ])  # fmt: skip


def write_model(shop: Any, text: str = MODEL, name: str = "received") -> None:
    (shop.root / "pipelines" / "models" / f"{name}.sql").write_text(text, encoding="utf-8")


def rule_text(shop: Any) -> str:
    return str((shop.root / "checks/rules/receiving" / f"{RULE}.sql").read_text())


def seen(report: Any) -> tuple[str, str, int]:
    (outcome,) = report.outcomes
    return outcome.scope, outcome.status, outcome.violated


@contextmanager
def book_of(shop: Any, as_of: dt.date = DAY, is_full: bool = False) -> Iterator[Evaluations]:
    with shop.project.lake.write("tester", "look", {}) as con:
        (run_id,) = con.execute("SELECT coalesce(max(run_id), 0) + 1 FROM ops.run").fetchone()
        yield Evaluations.open(con, run_id, as_of, is_full)


def plan_of(book: Evaluations, rule: Rule, **params: Any) -> Plan:
    settings = settings_for(rule, params)
    parameters = {**settings.params, "severity ": settings.severity or rule.severity}
    return book.plan(f"rule.{rule.rule_id}", rule.sql, rule.file.digest, parameters, rule.grain)[0]


# --- plans -----------------------------------------------------------------------------------------------------------


def test_a_plan_says_why(shop: Any) -> None:
    load(shop, ("R1", 20))
    rule = shop.project.catalogue.rules[RULE]
    with book_of(shop) as book:
        assert plan_of(book, rule) == Plan("everything", "never evaluated")
    shop.check()
    with book_of(shop) as book:
        assert plan_of(book, rule) == Plan("nothing")
        assert plan_of(book, rule, limit_qty=5) == Plan("everything", "its parameters have changed")
        assert plan_of(book, rule, severity="low") == Plan("everything", "its parameters have changed")
    with book_of(shop, is_full=True) as book:
        assert plan_of(book, rule) == Plan("everything", "asked for")
    load(shop, ("R2", 30))
    with book_of(shop) as book:
        plan = plan_of(book, rule)
        assert (plan.kind, [(p.columns, p.count) for p in plan.parts]) == (
            "parts", [(("document_line_no", "document_no", "location_code"), 1)],
        )  # fmt: skip
        (part,) = plan.parts
        assert book.con.execute(f"SELECT document_no FROM {part.table}").fetchall() == [("R2",)]
    shop.rule(RULE, rule_text(shop) + "-- changed\n")
    with book_of(shop) as book:
        assert plan_of(book, shop.project.catalogue.rules[RULE]) == Plan("everything", "its text has changed")


def test_another_day_touches_the_rows_that_turn(shop: Any) -> None:
    load(shop, ("R1", 20))
    load(shop, ("R2", 30), at="2025-04-05")
    assert seen(shop.check()) == ("everything", "fail", 1)
    rule = shop.project.catalogue.rules[RULE]
    with book_of(shop, DAY + dt.timedelta(1)) as book:
        assert plan_of(book, rule) == Plan("nothing")
    with book_of(shop, DAY + dt.timedelta(9)) as book:
        (part,) = plan_of(book, rule).parts
        assert book.con.execute(f"SELECT document_no FROM {part.table}").fetchall() == [("R2",)]
    assert seen(shop.check(as_of=DAY + dt.timedelta(9))) == ("parts", "fail", 2)
    assert seen(shop.check(as_of=DAY)) == ("parts", "fail", 1)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("r.received_at < $as_of", "CAST($as_of AS VARCHAR) <> ''", "any of its rows can change with the day"),
        ("ORDER", "LIMIT 5", "core.receipt_line has changed, of which all may matter"),
        ("ORDER", "AND r.received_qty > (SELECT MIN(x.received_qty) FROM core.receipt_line AS x) / 9",
         "core.receipt_line has changed, of which all may matter"),
    ],
)  # fmt: skip
def test_what_cannot_be_proved_is_evaluated_as_a_whole(shop: Any, old: str, new: str, reason: str) -> None:
    text = rule_text(shop)
    shop.rule(RULE, text.replace(old, new) if old in text else f"{text.rstrip()}\n{new}\n")
    load(shop, ("R1", 20), ("R2", 1))
    assert seen(shop.check())[0] == "everything"
    load(shop, ("R3", 30))
    with book_of(shop, DAY + dt.timedelta(1)) as book:
        assert plan_of(book, shop.project.catalogue.rules[RULE]) == Plan("everything", reason)
    assert seen(shop.check(as_of=DAY + dt.timedelta(1))) == ("everything", "fail", 2)


def test_what_was_proved_by_an_older_program_is_proved_anew(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    load(shop, ("R1", 20))
    shop.check()
    load(shop, ("R2", 1))
    shop.check()
    kept = shop.one("SELECT fingerprint FROM ops.lineage")
    load(shop, ("R3", 1))
    shop.check()
    assert shop.one("SELECT fingerprint FROM ops.lineage") == kept
    monkeypatch.setattr("workbench.evaluation._prover", lambda: "another")
    load(shop, ("R4", 1))
    shop.check()
    assert shop.one("SELECT fingerprint FROM ops.lineage") != kept


# --- changes ---------------------------------------------------------------------------------------------------------


def test_changed_rows_are_those_that_came_and_went(shop: Any) -> None:
    load(shop, ("R1", 20), ("R2", 1))
    shop.check()
    load(shop, ("R1", 25), ("R3", 3))
    with book_of(shop) as book:
        rows = book.changes.rows("core.receipt_line", 1)
        assert book.con.execute(f"SELECT receipt_no, received_qty FROM {rows} ORDER BY ALL").fetchall() == [
            ("R1", 20), ("R1", 25), ("R3", 3),
        ]  # fmt: skip
        assert book.changes.count(rows) == 3
        assert book.changes.rows("core.receipt_line", 1) == rows
        unchanged = book.changes.rows("core.product", 1)
        assert book.changes.count(unchanged) == 0
        assert book.changes.knows(1)
        assert not book.changes.knows(7)
        keys = {"document_no": "receipt_no", "m": "UPPER(supplier_code)"}
        touched = book.changes.touched([(rows, keys)])
        assert (touched.columns, touched.count, touched.ranges) == (("document_no", "m"), 2, {})
        book.con.execute(f"CREATE TEMP TABLE more AS SELECT * REPLACE ('R9' AS receipt_no) FROM {rows} LIMIT 1")
        book.changes.built("core.receipt_line", "more")
        assert book.changes.count(book.changes.rows("core.receipt_line", 1)) == 4


# --- models ----------------------------------------------------------------------------------------------------------


def mart_state(shop: Any) -> tuple[Any, ...]:
    state = shop.rows("SELECT run_id, epoch FROM ops.evaluation WHERE consumer = 'mart.received'")
    return (*state, shop.rows("FROM mart.received ORDER BY ALL"))


@pytest.fixture
def with_model(shop: Any) -> Any:
    write_model(shop)
    shop.rule(RULE, rule_text(shop).replace("FROM core.receipt_line AS r", "FROM core.receipt_line AS r\n"
              "JOIN mart.received AS m ON m.location_code = r.location_code AND m.product_code = r.product_code"))  # fmt: skip
    load(shop, ("R1", 20))
    load(shop, ("R2", 5), product="P2")
    assert seen(shop.check()) == ("everything", "fail", 1)
    return shop


def test_a_model_changes_by_rows(with_model: Any) -> None:
    assert mart_state(with_model) == ((1, 1), [("L1", "P1", 20), ("L1", "P2", 5)])
    load(with_model, ("R3", 7), product="P2")
    assert seen(with_model.check()) == ("parts", "fail", 1)
    assert mart_state(with_model) == ((2, 1), [("L1", "P1", 20), ("L1", "P2", 12)])


def test_a_model_of_which_most_is_touched_is_worked_out_as_a_whole(
    with_model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refresh, "FEW_ROWS", 1)
    monkeypatch.setattr(refresh, "COMPARED_ROWS", 0)
    load(with_model, ("R3", 7), product="P3")
    with_model.check()
    assert mart_state(with_model)[0] == (2, 1)
    load(with_model, ("R4", 7))
    load(with_model, ("R5", 7), product="P2")
    assert seen(with_model.check())[0] == "everything"
    assert mart_state(with_model) == ((3, 3), [("L1", "P1", 27), ("L1", "P2", 12), ("L1", "P3", 7)])


@pytest.mark.parametrize("key", ["product_code", "location_code, product_code"])
def test_a_grain_that_is_not_unique_costs_the_parts_and_no_row(shop: Any, key: str) -> None:
    write_model(shop, MODEL.replace('["location_code", "product_code"]', '["location_code"]').replace(
        "GROUP BY location_code, product_code", f"GROUP BY {key}").replace(
        "SELECT location_code", "SELECT MIN(location_code) AS location_code" if key == "product_code" else
        "SELECT location_code"))  # fmt: skip
    shop.rule(RULE, rule_text(shop).replace("FROM core.receipt_line AS r", "FROM core.receipt_line AS r\n"
              "JOIN mart.received AS m ON m.product_code = r.product_code"))  # fmt: skip
    load(shop, ("R1", 20))
    load(shop, ("R2", 5), product="P2")
    shop.check()
    load(shop, ("R3", 7), product="P2")
    shop.check()
    assert mart_state(shop) == ((2, 2), [("L1", "P1", 20), ("L1", "P2", 12)])


# --- rules by parts --------------------------------------------------------------------------------------------------


def test_findings_that_nothing_touched_stand(shop: Any) -> None:
    load(shop, ("R1", 20), ("R2", 30))
    shop.check()
    before = {f["document_no"]: f for f in shop.findings()}
    load(shop, ("R2", 2), ("R3", 40))
    report = shop.check()
    assert seen(report) == ("parts", "fail", 2)
    assert (report.new, report.still_open, report.resolved, report.reopened) == (1, 1, 1, 0)
    assert report.outcomes[0].population == 2
    after = {f["document_no"]: f for f in shop.findings()}
    assert after["R1"] == {**before["R1"], "last_seen_run": 2}
    assert [(f["document_no"], f["resolved_run"]) for f in shop.findings("resolved")] == [("R2", 2)]
    load(shop, ("R2", 30))
    report = shop.check()
    assert (report.new, report.still_open, report.resolved, report.reopened) == (0, 2, 0, 1)


def test_other_parameters_ask_for_everything(shop: Any) -> None:
    load(shop, ("R1", 20), ("R2", 8))
    assert seen(shop.check()) == ("everything", "fail", 1)
    assert seen(shop.check(**{RULE: {"limit_qty": 5}})) == ("everything", "fail", 2)
    assert seen(shop.check(**{RULE: {"limit_qty": 5}})) == ("nothing", "fail", 2)
    assert seen(shop.check(**{RULE: {"limit_qty": 5, "severity": "low"}})) == ("everything", "warn", 2)


def test_overrides_by_category_follow_the_products(shop: Any) -> None:
    configured = {RULE: {"category": {"food": {"limit_qty": 100}}}}
    load(shop, ("R1", 20))
    assert seen(shop.check(**configured)) == ("everything", "fail", 1)
    load(shop, ("R2", 30))
    assert seen(shop.check(**configured)) == ("parts", "fail", 2)
    shop.load("product.csv", [["product_code", "category"], ["P1", "food"]])
    assert seen(shop.check(**configured)) == ("everything", "pass", 0)
    assert seen(shop.check(as_of=DAY + dt.timedelta(1), **configured)) == ("everything", "pass", 0)


def test_a_rule_comes_to_apply_when_there_is_something_to_test(shop: Any) -> None:
    assert seen(shop.check()) == ("everything", "not_applicable", 0)
    assert seen(shop.check()) == ("nothing", "not_applicable", 0)
    load(shop, ("R1", 20))
    assert seen(shop.check()) == ("everything", "fail", 1)
    assert seen(shop.check()) == ("nothing", "fail", 1)


def with_population(shop: Any, population: str) -> None:
    shop.rule(RULE, rule_text(shop).replace("SELECT received_qty FROM core.receipt_line", population))


def test_a_population_of_other_tables_decides_whether_a_rule_applies(shop: Any) -> None:
    with_population(shop, "SELECT r.received_qty FROM core.receipt_line AS r JOIN core.product AS p"
                          " ON p.product_code = r.product_code AND p.status = 'active'")  # fmt: skip
    product = ["product_code", "status"]
    shop.load("product.csv", [product, ["P1", "active"]])
    load(shop, ("R1", 5))
    assert seen(shop.check()) == ("everything", "pass", 0)
    shop.load("product.csv", [product, ["P1", "discontinued"]])
    assert seen(shop.check())[1:] == ("not_applicable", 0)
    shop.load("product.csv", [product, ["P1", "active"], ["P2", "active"]])
    assert seen(shop.check()) == ("everything", "pass", 0)


def test_a_population_that_passes_with_the_days(shop: Any) -> None:
    with_population(shop, "SELECT received_qty FROM core.receipt_line WHERE received_at >= $as_of - 90")
    load(shop, ("R1", 5))
    assert seen(shop.check()) == ("everything", "pass", 0)
    assert seen(shop.check(as_of=DAY + dt.timedelta(1))) == ("nothing", "pass", 0)
    assert seen(shop.check(as_of=DAY + dt.timedelta(30)))[1] == "not_applicable"
    assert seen(shop.check(as_of=DAY + dt.timedelta(1))) == ("everything", "pass", 0)


def test_a_failed_rule_is_evaluated_as_a_whole_next_time(shop: Any) -> None:
    text = rule_text(shop)
    load(shop, ("R1", 20))
    shop.check()
    shop.rule(RULE, text.replace("r.received_qty > $limit_qty", "CAST(r.receipt_no AS INTEGER) > $limit_qty"))
    assert seen(shop.check())[1] == "error"
    shop.rule(RULE, text)
    assert seen(shop.check()) == ("everything", "fail", 1)
    assert [(f["status"], f["first_seen_run"]) for f in shop.findings()] == [("open", 1)]
