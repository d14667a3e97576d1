"""A check from rules to findings: identity, life cycle, parameters, errors, and what is built again."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest

from workbench.errors import ConfigurationError, RuleFailed, UsageError

HEADER = ["location_code", "receipt_no", "line_no", "supplier_code", "product_code", "received_qty", "line_amount",
          "received_at"]  # fmt: skip
RULE = "received_in_vain"


def receipt(no: str, qty: object, product: str = "P1", supplier: str = "S1", amount: object = 10) -> list[object]:
    return ["L1", no, 1, supplier, product, qty, amount, "2025-01-03"]


def load(shop: Any, *rows: list[object]) -> Any:
    return shop.load("receipt_line.csv", [HEADER, *rows])


def moved(report: Any) -> tuple[int, int, int, int]:
    return report.new, report.still_open, report.resolved, report.reopened


def documents(shop: Any, *statuses: str) -> list[str]:
    return sorted(f["document_no"] for f in shop.findings(*statuses))


# --- a finding -------------------------------------------------------------------------------------------------------


def test_a_finding_says_what_was_found_and_keeps_the_rest_as_evidence(shop: Any) -> None:
    load(shop, receipt("R1", "12.50", amount="99.9"), receipt("R2", 5))
    report = shop.check()
    (outcome,) = report.outcomes
    assert (outcome.status, outcome.population, outcome.tested, outcome.violated) == ("fail", 2, 2, 1)
    assert outcome.amount_at_risk == Decimal("99.9")
    (found,) = shop.findings()
    assert found["message"] == "Receipt R1 line 1 received 12.5"
    assert found["message_zh"] == "入库单 R1 第 1 行收了 12.5"
    assert (found["severity"], found["status"], found["actual_qty"]) == ("high", "open", Decimal("12.5"))
    assert (found["first_seen_run"], found["last_seen_run"], found["resolved_run"]) == (1, 1, None)
    assert json.loads(found["evidence"]) == {"unit_name": "piece"}


def test_identity_is_the_grain_and_nothing_else(shop: Any) -> None:
    load(shop, receipt("R1", 20))
    shop.check()
    (before,) = shop.findings()
    load(shop, receipt("R1", 30))
    assert moved(shop.check()) == (0, 1, 0, 0)
    (after,) = shop.findings()
    assert after["finding_id"] == before["finding_id"]
    assert after["evidence_hash"] != before["evidence_hash"]
    assert (after["actual_qty"], after["first_seen_run"], after["last_seen_run"]) == (Decimal(30), 1, 2)


def test_a_second_check_finds_the_same(shop: Any) -> None:
    load(shop, receipt("R1", 20), receipt("R2", 30), receipt("R3", 1))
    assert moved(shop.check()) == (2, 0, 0, 0)
    before = [{k: v for k, v in f.items() if k != "last_seen_run"} for f in shop.findings()]
    assert moved(shop.check()) == (0, 2, 0, 0)
    assert [{k: v for k, v in f.items() if k != "last_seen_run"} for f in shop.findings()] == before


def test_open_resolved_reopened(shop: Any) -> None:
    load(shop, receipt("R1", 20))
    assert moved(shop.check()) == (1, 0, 0, 0)
    load(shop, receipt("R1", 2))
    assert moved(shop.check()) == (0, 0, 1, 0)
    assert shop.findings() == []
    assert [(f["status"], f["resolved_run"]) for f in shop.findings("resolved")] == [("resolved", 2)]
    assert moved(shop.check()) == (0, 0, 0, 0)
    load(shop, receipt("R1", 20, amount=11))
    assert moved(shop.check()) == (0, 0, 0, 1)
    (found,) = shop.findings()
    assert (found["status"], found["first_seen_run"], found["resolved_run"]) == ("reopened", 1, None)
    assert moved(shop.check()) == (0, 1, 0, 0)
    assert shop.findings()[0]["status"] == "reopened"
    assert shop.rows("SELECT finding_id, run_id FROM ops.reopening") == [(found["finding_id"], 4)]


def test_a_rule_that_did_not_run_resolves_nothing(shop: Any) -> None:
    shop.rule("other_rule", (shop.root / "checks/rules/receiving" / f"{RULE}.sql").read_text())
    load(shop, receipt("R1", 20))
    assert moved(shop.check()) == (2, 0, 0, 0)
    load(shop, receipt("R1", 2))
    assert moved(shop.check(RULE)) == (0, 0, 1, 0)
    assert [f["rule_id"] for f in shop.findings()] == ["other_rule"]


def test_a_rule_that_fails_is_an_error_and_resolves_nothing(shop: Any) -> None:
    path = shop.root / "checks/rules/receiving" / f"{RULE}.sql"
    good = path.read_text()
    load(shop, receipt("R1", 20))
    shop.check()
    path.write_text(good.replace("$unit_name AS unit_name", "$unit_name AS unit_name, CAST('x' AS INTEGER) AS broken"))
    report = shop.check()
    assert report.has_errors
    assert (report.outcomes[0].status, moved(report)) == ("error", (0, 0, 0, 0))
    assert "\n" not in report.outcomes[0].detail
    assert documents(shop, "open") == ["R1"]
    assert shop.run("check").code == 11
    assert shop.one("SELECT status FROM ops.run ORDER BY run_id DESC LIMIT 1") == "error"


def test_a_grain_that_does_not_tell_findings_apart_is_an_error(shop: Any) -> None:
    path = shop.root / "checks/rules/receiving" / f"{RULE}.sql"
    path.write_text(
        path.read_text().replace('["location_code", "document_no", "document_line_no"]', '["location_code"]')
    )
    load(shop, receipt("R1", 20), receipt("R2", 20))
    (outcome,) = shop.check().outcomes
    assert outcome.status == "error"
    assert "does not tell 2 findings from others" in outcome.detail or "does not tell 1" in outcome.detail
    assert shop.findings() == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{actual_qty}", "{no_such}", "the message names no_such"),
        ('"document_line_no"]', '"no_such"]', "the grain names no_such"),
    ],
)
def test_a_header_that_speaks_of_what_is_not_returned_is_an_error(shop: Any, old: str, new: str, said: str) -> None:
    path = shop.root / "checks/rules/receiving" / f"{RULE}.sql"
    path.write_text(path.read_text().replace(old, new))
    load(shop, receipt("R1", 20))
    (outcome,) = shop.check().outcomes
    assert (outcome.status, said in outcome.detail) == ("error", True)


def test_nothing_to_test_is_never_a_pass(shop: Any) -> None:
    (outcome,) = shop.check().outcomes
    assert (outcome.status, outcome.population) == ("not_applicable", 0)
    load(shop, receipt("R1", ""))
    (outcome,) = shop.check().outcomes
    assert (outcome.status, outcome.population, outcome.tested) == ("not_applicable", 1, 0)
    assert "received_qty" in outcome.detail
    load(shop, receipt("R2", 1))
    (outcome,) = shop.check().outcomes
    assert (outcome.status, outcome.tested, outcome.not_tested) == ("pass", 1, 1)


def test_findings_of_a_rule_that_is_no_longer_applicable_stay(shop: Any) -> None:
    load(shop, receipt("R1", 20))
    shop.check()
    load(shop, receipt("R1", ""))
    report = shop.check()
    assert (report.outcomes[0].status, moved(report)) == ("not_applicable", (0, 0, 0, 0))
    assert documents(shop) == ["R1"]


def test_as_of_is_the_only_clock(shop: Any) -> None:
    load(shop, receipt("R1", 20))
    assert shop.check(as_of=dt.date(2025, 1, 3)).outcomes[0].violated == 0
    assert shop.check(as_of=dt.date(2025, 1, 4)).outcomes[0].violated == 1
    assert shop.rows("SELECT run_id, as_of FROM ops.run ORDER BY 1") == [
        (1, dt.date(2025, 1, 3)),
        (2, dt.date(2025, 1, 4)),
    ]


def test_shuffled_rows_make_identical_findings(new_shop: Any) -> None:
    rows = [receipt(f"R{i}", i) for i in range(8, 30)]
    states = []
    for lines in (rows, rows[::-1]):
        shop = new_shop()
        load(shop, *lines)
        shop.check()
        states.append(shop.findings())
    assert states[0] == states[1]


def test_a_check_is_one_snapshot_with_its_facts(shop: Any) -> None:
    load(shop, receipt("R1", 20))
    before = shop.snapshots()
    report = shop.check()
    assert shop.snapshots() == before + 1
    last = shop.project.lake.snapshots(shop.con)[-1]
    assert (last.author, last.message) == ("tester", "check as of 2025-03-31")
    assert last.extra == {"as_of": "2025-03-31", "run_id": report.run_id, "rules": 1, "findings": 1}


# --- parameters ------------------------------------------------------------------------------------------------------


def test_a_shop_sets_its_own_parameters(shop: Any) -> None:
    load(shop, receipt("R1", 20), receipt("R2", 40))
    shop.configure(f"[rules.{RULE}]\nlimit_qty = 30\nunit_name = 'box'\n")
    shop.check()
    assert documents(shop) == ["R2"]
    assert json.loads(shop.findings()[0]["evidence"]) == {"unit_name": "box"}
    parameters = json.loads(shop.one("SELECT parameters FROM ops.run"))["params"][RULE]
    assert (parameters["limit_qty"], parameters["unit_name"]) == ("30", "box")


def test_supplier_goes_before_category_and_category_before_the_rule(shop: Any) -> None:
    shop.load("product.csv", "product_code,category\nP1,生鲜\nP2,dry\n")
    load(
        shop,
        receipt("shop", 20, product="P2"),
        receipt("category", 20, product="P1"),
        receipt("both", 20, product="P1", supplier="O'Neil"),
        receipt("supplier", 20, product="P2", supplier="O'Neil"),
        receipt("category above", 40, product="P1"),
        receipt("no product", 20, product=""),
    )
    shop.configure(
        f"[rules.{RULE}.category.'生鲜']\nlimit_qty = 30\n[rules.{RULE}.supplier.\"O'Neil\"]\nlimit_qty = 100\n"
    )
    (outcome,) = shop.check().outcomes
    assert outcome.status == "fail", outcome.detail
    assert documents(shop) == ["category above", "no product", "shop"]


def test_an_override_inherits_what_the_shop_has_set(shop: Any) -> None:
    load(shop, receipt("R1", 20, supplier="S2"))
    shop.configure(f"[rules.{RULE}]\nunit_name = 'box'\n[rules.{RULE}.supplier.S2]\nlimit_qty = 1\n")
    shop.check()
    assert json.loads(shop.findings()[0]["evidence"]) == {"unit_name": "box"}


def test_a_rule_may_be_switched_off_or_weighed_anew(shop: Any) -> None:
    load(shop, receipt("R1", 20))
    shop.configure(f"[rules.{RULE}]\nenabled = false\n")
    assert shop.check().outcomes == []
    shop.configure(f"[rules.{RULE}]\nseverity = 'low'\n")
    (outcome,) = shop.check().outcomes
    assert outcome.status == "warn"
    assert shop.findings()[0]["severity"] == "low"
    # The exit code follows the shop's own severity.
    assert shop.run("check", "--as-of", "2025-03-31", "--fail-on", "medium").code == 0
    assert shop.run("check", "--as-of", "2025-03-31", "--fail-on", "low").code == 10
    report = shop.run("check", "--as-of", "2025-03-31", "--json").json
    assert report["outcomes"][0]["severity"] == "low"


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("[rules.{rule}]\nlimit = 3\n", "sets limit, which the rule does not have"),
        ("[rules.{rule}]\nlimit_qty = 'much'\n", "give a number"),
        ("[rules.{rule}]\nlimit_qty = true\n", "give a number"),
        ("[rules.{rule}]\nis_strict = 1\n", "give a bool"),
        ("[rules.{rule}]\nunit_name = 5\n", "give a str"),
        ("[rules.{rule}]\nseverity = 'grave'\n", "grave"),
        ("[rules.{rule}]\nenabled = 'no'\n", "enabled"),
        ("[rules.{rule}.supplier.S1]\nlimit = 3\n", "sets limit"),
        ("[rules.{rule}.supplier]\nS1 = 3\n", "S1"),
        ("[rules.no_such_rule]\nlimit_qty = 3\n", "not in the catalogue"),
        ("[rules\n", "not valid TOML"),
        ("[lake]\nlock_timeout_seconds = -1\n", "lake.lock_timeout_seconds"),
        ("[lake]\ncolour = 'red'\n", "lake.colour"),
    ],
)
def test_a_wrong_setting_is_one_sentence_and_exit_code_14(shop: Any, toml: str, said: str) -> None:
    load(shop, receipt("R1", 20))
    assert shop.one("SELECT count(*) FROM ops.run") == 0
    shop.configure(toml.format(rule=RULE))
    ran = shop.run("check")
    assert ran.code == 14, ran.err
    assert said in ran.err
    assert len(ran.err.strip().splitlines()) == 1
    assert shop.one("SELECT count(*) FROM ops.run") == 0


def test_a_scope_that_a_rule_cannot_have_is_an_error(shop: Any) -> None:
    path = shop.root / "checks/rules/receiving" / f"{RULE}.sql"
    path.write_text(path.read_text().replace("r.supplier_code, ", ""))
    load(shop, receipt("R1", 20))
    shop.configure(f"[rules.{RULE}.supplier.S1]\nlimit_qty = 1\n")
    (outcome,) = shop.check().outcomes
    assert (outcome.status, "supplier_code" in outcome.detail) == ("error", True)


def test_the_environment_goes_before_the_file(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.configure("[shop]\nlanguage = 'zh'\nauthor = 'file'\n")
    monkeypatch.setenv("WORKBENCH_SHOP__AUTHOR", "environment")
    settings = shop.project.settings
    assert (settings.shop.language, shop.project.author) == ("zh", "environment")


def test_an_unknown_rule_is_a_usage_error(shop: Any) -> None:
    with pytest.raises(UsageError, match="no_such"):
        shop.check("no_such")
    with pytest.raises(ConfigurationError, match="no_such"):
        shop.check(no_such={"a": 1})


# --- models ----------------------------------------------------------------------------------------------------------


def with_models(shop: Any) -> None:
    shop.model("received", "SELECT product_code, sum(received_qty) AS qty FROM core.receipt_line GROUP BY ALL")
    shop.model("received_twice", "SELECT product_code, qty * 2 AS qty FROM mart.received")
    shop.model("until", "SELECT count(*) AS n FROM core.receipt_line WHERE received_at < $as_of")
    path = shop.root / "checks/rules/receiving" / f"{RULE}.sql"
    path.write_text(
        path.read_text().replace(
            "FROM core.receipt_line AS r",
            "FROM core.receipt_line AS r\nJOIN mart.received_twice USING (product_code)\nCROSS JOIN mart.until",
        )
    )


def test_models_are_built_in_their_order_and_again_only_when_their_input_changed(shop: Any) -> None:
    with_models(shop)
    load(shop, receipt("R1", 20))
    assert sorted(shop.check().models_built) == ["received", "received_twice", "until"]
    assert shop.rows("SELECT * FROM mart.received_twice") == [("P1", Decimal(40))]
    assert list(shop.check().models_built) == []
    assert list(shop.check(as_of=dt.date(2025, 3, 30)).models_built) == ["until"]
    shop.load("product.csv", "product_code,category\nP1,x\n")
    assert list(shop.check(as_of=dt.date(2025, 3, 30)).models_built) == []
    load(shop, receipt("R1", 25))
    assert sorted(shop.check(as_of=dt.date(2025, 3, 30)).models_built) == ["received", "received_twice", "until"]
    assert shop.rows("SELECT * FROM mart.received_twice") == [("P1", Decimal(50))]
    shop.model("received", "SELECT product_code, max(received_qty) AS qty FROM core.receipt_line GROUP BY ALL")
    assert sorted(shop.check(as_of=dt.date(2025, 3, 30)).models_built) == ["received", "received_twice"]


def test_a_model_that_cannot_be_built_is_named_and_keeps_nothing(shop: Any) -> None:
    with_models(shop)
    load(shop, receipt("R1", 20))
    shop.model("received", "SELECT nothing FROM core.receipt_line")
    before = shop.state()
    with pytest.raises(RuleFailed, match=r"received\.sql"):
        shop.check()
    assert shop.state() == before
    ran = shop.run("check")
    assert (ran.code, "Traceback" in ran.err) == (11, False)
    shop.model("received", "SELECT product_code, qty FROM mart.received_twice")
    assert "circle" in shop.run("check").err
    (shop.root / "pipelines/models/received.sql").unlink()
    ran = shop.run("check")
    assert (ran.code, "mart.received" in ran.err) == (14, True)


# --- listing ---------------------------------------------------------------------------------------------------------


def test_findings_are_listed_gravest_and_dearest_first_and_can_be_chosen(shop: Any) -> None:
    text = (shop.root / "checks/rules/receiving" / f"{RULE}.sql").read_text()
    shop.rule("worse", text.replace('"high"', '"critical"').replace("limit_qty = 10.0", "limit_qty = 30.0"))
    load(shop, receipt("R1", 20, amount=1), receipt("R2", 20, amount=500), receipt("R3", 40, amount=""))
    shop.check()
    listed = [(f["rule_id"], f["document_no"]) for f in shop.findings()]
    assert listed == [("worse", "R3"), (RULE, "R2"), (RULE, "R1"), (RULE, "R3")]
    assert len(shop.run("findings", "--json").json) == 4
    assert len(shop.run("findings", "--severity", "critical", "--json").json) == 1
    assert len(shop.run("findings", "--rule", RULE, "--json").json) == 3
    assert shop.run("findings", "--location", "L9", "--json").json == []
    assert "1 more" in shop.run("findings", "--limit", "3").err
    assert shop.run("findings", "--rule", "nope").code == 2
    assert shop.run("findings", "--status", "opne").code == 2
    assert shop.run("findings", "--severity", "grave").code == 2
    assert "workbench check" in shop.run("findings", "--status", "resolved").err
