"""From a finding to an approved correction, as people do it, and every way in which it must not go."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Shop
from workbench.errors import DecisionRefused, UsageError
from workbench.proposals import deciding
from workbench.proposals.shapes import Line, Proposal
from workbench.store.accounts import add_account
from workbench.store.act import Act

TODAY = dt.date(2025, 4, 1)


@pytest.fixture
def books(shop: Shop) -> Shop:
    """S01 has 10 of P1 at 2.50; the receipt R1 is refused by the rule."""
    shop.model(
        "on_hand", "SELECT 'S01' AS location_code, 'P1' AS product_code, CAST(10 AS DECIMAL(18, 3)) AS on_hand_qty"
    )
    shop.model(
        "last_cost", "SELECT 'S01' AS location_code, 'P1' AS product_code, CAST(2.5 AS DECIMAL(18, 4)) AS unit_cost"
    )
    rule = (shop.root / "checks/rules/receiving/received_in_vain.sql").read_text(encoding="utf-8")
    shop.rule(
        "received_in_vain",
        rule.replace("grain =", 'correction.kind = "adjust_quantity"\ncorrection.qty = "-actual_qty"\ngrain =').replace(
            "FROM core.receipt_line AS r",
            "FROM core.receipt_line AS r LEFT JOIN mart.on_hand AS h ON h.location_code = r.supplier_code"
            " LEFT JOIN mart.last_cost AS c ON c.location_code = r.supplier_code",
        ),
    )
    shop.load(
        "receipt_line.csv",
        "location_code,receipt_no,line_no,product_code,received_qty,received_at\nS01,R1,1,P1,12,2025-03-01\n",
    )
    shop.check()
    return shop


@pytest.fixture
def staffed(books: Shop) -> Shop:
    register(books)
    return books


def register(shop: Shop) -> None:
    for name, staff, *roles in (
        ("boss", "", "admin"),
        ("li", "007", "auditor"),
        ("li2", "００7", "supervisor"),
        ("wang", "008", "supervisor"),
        ("zhao", "009", "supervisor"),
        ("guest", "010", "viewer"),
    ):
        add_account(shop.project.store, name, staff, "", roles, (), Act("boss", shop.now))
    add_account(shop.project.store, "far", "011", "", ("supervisor",), ("S02",), Act("boss", shop.now))


def act(who: str) -> Act:
    return Act(who, dt.datetime(2025, 4, 1, 9, 0), "till")


def adjust(quantity: int = -3, location: str = "S01", **more: Any) -> Proposal:
    line = Line(location, "P1", "", "adjustment", Decimal(quantity), Decimal("2.5"), TODAY)
    return Proposal("adjust_quantity", (line,), "counted", **more)


def submitted(shop: Shop, proposal: Proposal | None = None, who: str = "li") -> int:
    (made,) = deciding.propose(shop.project, [proposal or adjust()], act(who), is_submitted=True)
    return made.proposal_id


def status(shop: Shop, number: int) -> str:
    return next(p.status for p in deciding.proposals(shop.project) if p.proposal_id == number)


def test_a_finding_fills_in_its_own_correction(staffed: Shop) -> None:
    (finding,) = staffed.findings()
    ran = staffed.run("--json", "propose", finding["finding_id"], "--as", "li", "--qty", "-4", "--submit")
    assert ran.code == 0, ran.err
    assert ran.json["status"] == "submitted"
    assert ran.json["lines"] == [
        {"location_code": "S01", "product_code": "P1", "movement_type": "adjustment", "moved_qty": -4.0,
         "unit_cost": 2.5, "occurred_on": "2025-03-31", "document_no": "R1", "document_line_no": "1"}
    ]  # fmt: skip
    assert ran.json["amount_effect"] == -10.0
    assert json.loads(ran.json["evidence"])["actual_qty"] in ("12", "12.000")


def test_another_person_approves_and_both_are_in_the_log(staffed: Shop) -> None:
    number = submitted(staffed)
    ran = staffed.run("decide", str(number), "--approve", "--as", "wang", "--note", "seen")
    assert ran.code == 0, ran.err
    assert status(staffed, number) == "approved"
    log = staffed.run("--json", "log", "--subject", "proposal").json
    assert [(e["who"], e["action"]) for e in log] == [
        ("li", "proposal.drafted"),
        ("li", "proposal.submitted"),
        ("wang", "proposal.approved"),
    ]
    assert staffed.run("verify-log").code == 0


@pytest.mark.parametrize("who", ["li", "ＬＩ", "li2", "boss", "guest", "far", "stranger"])
def test_neither_the_maker_under_any_account_nor_who_has_no_right_approves(staffed: Shop, who: str) -> None:
    number = submitted(staffed)
    ran = staffed.run("decide", str(number), "--approve", "--as", who)
    assert ran.code == 15
    assert len(ran.err.strip().splitlines()) == 1
    assert status(staffed, number) == "submitted"


def test_who_was_registered_only_after_proposing_is_still_the_maker(books: Shop) -> None:
    number = submitted(books, who="li2")
    register(books)
    with pytest.raises(DecisionRefused, match="somebody else"):
        deciding.decide(books.project, number, act("li2"), is_approved=True)
    deciding.decide(books.project, number, act("wang"), is_approved=True)


def test_nobody_approves_where_nobody_is_registered(books: Shop) -> None:
    number = submitted(books)
    with pytest.raises(DecisionRefused, match="account add"):
        deciding.decide(books.project, number, act("wang"), is_approved=True)


def test_above_the_shops_limit_two_others_must_approve(staffed: Shop) -> None:
    staffed.configure("[corrections]\ntwo_approvals_above_amount = 7\n")
    number = submitted(staffed)
    assert deciding.decide(staffed.project, number, act("wang"), is_approved=True).status == "submitted"
    with pytest.raises(DecisionRefused, match="a second person"):
        deciding.decide(staffed.project, number, act("wang"), is_approved=True)
    assert deciding.decide(staffed.project, number, act("zhao"), is_approved=True).status == "approved"


def test_a_rejection_says_why_and_ends_it(staffed: Shop) -> None:
    number = submitted(staffed)
    assert staffed.run("decide", str(number), "--reject", "--as", "wang").code == 2
    assert staffed.run("decide", str(number), "--reject", "--note", "count again", "--as", "wang").code == 0
    with pytest.raises(DecisionRefused, match="is rejected"):
        deciding.decide(staffed.project, number, act("zhao"), is_approved=True)


def test_only_the_maker_takes_it_back(staffed: Shop) -> None:
    number = submitted(staffed)
    assert staffed.run("withdraw", str(number), "--reason", "x", "--as", "wang").code == 15
    assert staffed.run("withdraw", str(number), "--reason", "found them", "--as", "li").code == 0
    assert status(staffed, number) == "withdrawn"


def test_evidence_that_changed_makes_it_stale(staffed: Shop) -> None:
    (finding,) = staffed.findings()
    ran = staffed.run("--json", "propose", finding["finding_id"], "--qty", "-4", "--submit", "--as", "li")
    number = ran.json["proposal_id"]
    staffed.load(
        "receipt_line.csv",
        "location_code,receipt_no,line_no,product_code,received_qty,received_at\nS01,R1,1,P1,15,2025-03-01\n",
    )
    staffed.check()
    ran = staffed.run("decide", str(number), "--approve", "--as", "wang")
    assert (ran.code, status(staffed, number)) == (15, "submitted")
    assert "actual_qty" in ran.err


def test_stock_never_falls_below_zero_also_not_by_two_together(staffed: Shop) -> None:
    first, second = submitted(staffed, adjust(-6)), submitted(staffed, adjust(-6))
    deciding.decide(staffed.project, first, act("wang"), is_approved=True)
    with pytest.raises(DecisionRefused, match="has 4 in the books, and -6"):
        deciding.decide(staffed.project, second, act("wang"), is_approved=True)
    with pytest.raises(DecisionRefused, match="less than nothing"):
        submitted(staffed, adjust(-11))


def test_a_closed_period_stays_closed(staffed: Shop) -> None:
    staffed.configure('[corrections]\nclosed_until = "2025-04-01"\n')
    with pytest.raises(DecisionRefused, match="closed period, which ends with 2025-04-01"):
        submitted(staffed)
    assert deciding.proposals(staffed.project) == []


def test_one_finding_has_one_proposal_on_its_way(staffed: Shop) -> None:
    (finding,) = staffed.findings()
    arguments = ("propose", finding["finding_id"], "--qty", "-4", "--as", "li")
    assert staffed.run(*arguments).code == 0
    ran = staffed.run(*arguments)
    assert ran.code == 15
    assert "has proposal 1 already (draft, by li)" in ran.err


def test_the_same_request_proposes_once(staffed: Shop) -> None:
    one = deciding.propose(staffed.project, [adjust(request_key="k1")], act("li"))
    two = deciding.propose(staffed.project, [adjust(request_key="k1")], act("li"))
    assert [p.proposal_id for p in one] == [p.proposal_id for p in two]
    assert len(deciding.proposals(staffed.project)) == 1


def test_several_are_kept_together_or_not_at_all(staffed: Shop) -> None:
    with pytest.raises(UsageError, match="moves nothing"):
        deciding.propose(staffed.project, [adjust(), adjust(0)], act("li"), is_submitted=True)
    assert deciding.proposals(staffed.project) == []
    assert staffed.run("--json", "log", "--subject", "proposal").json == []


def test_an_approved_dismissal_dismisses(staffed: Shop) -> None:
    (finding,) = staffed.findings()
    ran = staffed.run("--json", "propose", finding["finding_id"], "--kind", "dismiss_finding", "--submit", "--as", "li")
    assert ran.code == 0, ran.err
    assert staffed.run("decide", str(ran.json["proposal_id"]), "--approve", "--as", "wang").code == 0
    assert staffed.run("--json", "findings").json == []
    assert len(staffed.run("--json", "findings", "--suppressed").json) == 1
    assert status(staffed, ran.json["proposal_id"]) == "verified"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("propose nothing", "no finding 'nothing'"),
        ("propose", "Say what to correct"),
        ("propose --kind burn", "no kind of correction"),
        ("propose --kind write_off --location S01 --product P1 --qty -1 --reason x --submit", "needs a reason code"),
        (
            "propose --kind write_off --location S01 --product P1 --qty 1 --reason x --reason-code damaged --submit",
            "with a plus",
        ),
        ("propose --kind adjust_quantity --qty 1.0001 --reason x", "three decimals"),
        ("propose --kind adjust_quantity --qty 1 --reason x --submit", "no location"),
        ("propose --kind change_expiry_date --product P1 --batch B1 --reason x --submit", "--new-value"),
        ("propose --kind change_expiry_date --location S01 --reason x --submit", "--document"),
        ("propose --kind reenter_receipt --location S01 --product P1 --qty 5 --reason x --submit", "--attach FILE"),
        ("decide 77 --approve --as wang", "no proposal 77"),
        ("decide 77 --as wang", "--approve or --reject"),
        ("proposals --status gone", "no status 'gone'"),
    ],
)
def test_what_cannot_be_proposed_gets_one_sentence(staffed: Shop, line: str, said: str) -> None:
    words = line.split()
    ran = staffed.run(*words, *([] if "--as" in words or words[0] == "proposals" else ["--as", "li"]))
    assert ran.code == 2
    assert said in ran.err
    assert len(ran.err.strip().splitlines()) == 1


def test_many_come_from_a_workbook_with_chinese_headers_together_or_not_at_all(staffed: Shop, tmp_path: Path) -> None:
    import xlsxwriter

    empty = staffed.run("--lang", "zh", "propose", "--template", tmp_path / "empty.xlsx")
    assert empty.code == 0, empty.err
    (finding,) = staffed.findings()
    header = ["问题编号", "类型", "门店", "商品", "数量", "原因代码", "原因"]
    rows = [
        ["", "报损", "S01", "P1", "-1", "破损", "=1+1"],
        [finding["finding_id"], "", "", "", "-2", "", ""],
        ["", "adjust_quantity", "S01", "P1", "3", "count_result", "盘点"],
    ]
    path = tmp_path / "many.xlsx"
    for extra, code in ([["", "焚烧", "", "", "", "", ""], ["", "报损", "S01", "P1", "x", "", ""]], 2), ([], 0):
        with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate([header, *rows, *extra]):
                sheet.write_row(number, 0, row)
        ran = staffed.run("--json", "propose", "--from", path, "--submit", "--as", "li")
        assert ran.code == code, ran.err
        if code:
            assert "row 5: there is no kind '焚烧'" in ran.err
            assert "row 6: moved_qty 'x' is no number" in ran.err
            assert deciding.proposals(staffed.project) == []
    made = deciding.proposals(staffed.project)
    assert [(p.kind, p.qty_effect, p.status) for p in made] == [
        ("write_off", -1, "submitted"),
        ("adjust_quantity", -2, "submitted"),
        ("adjust_quantity", 3, "submitted"),
    ]
    assert made[0].reason == "=1+1"


def test_an_attachment_is_kept_by_its_content_and_has_a_limit(staffed: Shop, tmp_path: Path) -> None:
    scan, large = tmp_path / "送货单.jpg", tmp_path / "large.jpg"
    scan.write_bytes(b"scan")
    with large.open("wb") as stream:
        stream.truncate(50_000_000)
    common = ("propose", "--kind", "reenter_receipt", "--location", "S01", "--product", "P1", "--qty", "5", "--reason")
    ran = staffed.run(*common, "x", "--attach", large, "--as", "li")
    assert (ran.code, "50 MB and at most 20 MB" in ran.err) == (2, True)
    ran = staffed.run("--json", *common, "x", "--attach", scan, "--submit", "--as", "li")
    assert ran.code == 0, ran.err
    (attached,) = ran.json["attachments"]
    assert attached["file_name"] == "送货单.jpg"
    from workbench.errors import InputRefused
    from workbench.store.attachments import content, path_of

    var = staffed.project.var
    assert content(var, attached["sha256"]) == b"scan"
    path_of(var, attached["sha256"]).write_bytes(b"other")
    with pytest.raises(InputRefused, match="is not what was attached"):
        content(var, attached["sha256"])


def test_accounts_are_administered_by_administrators_and_one_remains(shop: Shop) -> None:
    assert shop.run("account", "add", "li", "--role", "auditor").code == 2
    assert shop.run("account", "add", "boss", "--role", "admin").code == 0
    assert shop.run("account", "add", "li", "--role", "auditor").code == 15
    assert shop.run("account", "add", "li", "--role", "auditor,clerk", "--as", "boss").code == 2
    assert shop.run("account", "add", "li", "--role", "auditor", "--as", "boss").code == 0
    assert shop.run("account", "add", "ＬＩ", "--role", "auditor", "--as", "boss").code == 2
    ran = shop.run("account", "disable", "boss", "--as", "boss")
    assert (ran.code, "last administrator" in ran.err) == (2, True)
    assert shop.run("account", "disable", "li", "--as", "boss").code == 0
    listed = {a["user_name"]: a["is_active"] for a in shop.run("--json", "account", "list").json}
    assert listed == {"boss": True, "li": False}


def test_before_the_first_check_a_correction_can_be_proposed_as_well(shop: Shop) -> None:
    shop.load("stock_movement.csv", "location_code,movement_id,occurred_at,product_code,movement_type,moved_qty\n")
    line = ("--location", "S01", "--product", "P1", "--qty", "-1")
    ran = shop.run("--json", "propose", "--kind", "adjust_quantity", *line, "--reason", "x", "--submit", "--as", "li")
    assert (ran.code, ran.err) == (0, "")


def test_rules_say_only_what_can_be_done(catalogue: Any) -> None:
    from workbench.proposals.kinds import KINDS, REASONS

    for rule in catalogue.rules.values():
        hints = rule.file.header.get("correction", {})
        if hints:
            assert hints["kind"] in KINDS, rule.rule_id
            assert hints.get("reason_code", "other") in REASONS, rule.rule_id
            assert set(hints) <= {"kind", "qty", "location", "value", "everywhere", "reason_code"}, rule.rule_id
    assert sum(bool(rule.file.header.get("correction")) for rule in catalogue.rules.values()) >= 15
