"""Findings drawn together: which one explains the others, what a group is worth, nothing in two groups or in none."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.triage.grouping import GROUPINGS, amount_of, group_findings, roots_of

RULES: Any = {
    name: SimpleNamespace(consequence_of=causes)
    for name, causes in {
        "receipt_entered_twice": (),
        "receipt_over_order": ("receipt_entered_twice",),
        "count_variance": ("receipt_entered_twice", "movement_duplicated_by_sync"),
        "movement_duplicated_by_sync": (),
        "price_differs": (),
        "circle_a": ("circle_b",),
        "circle_b": ("circle_a",),
    }.items()
}
DAY = dt.date(2025, 3, 10)


def finding(finding_id: str, rule: str, **values: Any) -> dict[str, Any]:
    evidence = values.pop("evidence", {})
    amount = values.pop("amount", None)
    return {
        "finding_id": finding_id,
        "rule_id": rule,
        "severity": "high",
        "location_code": "S01",
        "product_code": None,
        "supplier_code": None,
        "document_no": None,
        "occurred_date": DAY,
        "difference_qty": None,
        "message": finding_id,
        "message_zh": finding_id,
        **values,
        "amount_at_risk": None if amount is None else Decimal(amount),
        "evidence": json.dumps(evidence),
    }


def groups(*findings: dict[str, Any], by: str = "root", products: Any = None) -> list[list[str]]:
    return [[f["finding_id"] for f in group.findings] for group in group_findings(findings, by, RULES, products)]


def test_one_bad_receipt_is_one_line() -> None:
    lines = [
        finding(f"f{i}", "price_differs", document_no="R1", product_code=f"P{i}", amount=10 + i, severity="medium")
        for i in range(12)
    ]
    whole = finding("twice", "receipt_entered_twice", document_no="R1", severity="critical", amount=100)
    assert len(groups(*lines, whole)) == 1
    assert groups(*lines, whole)[0][0] == "twice"
    (group,) = group_findings([*lines, whole], "root", RULES)
    assert (group.severity, group.label, group.amount_at_risk) == ("critical", "twice", sum(range(10, 22)))


def test_the_same_number_at_another_place_is_another_document() -> None:
    assert groups(finding("a", "price_differs", document_no="R1"),
                  finding("b", "price_differs", document_no="r1"),
                  finding("c", "price_differs", document_no="R1", location_code="S02"),
                  finding("d", "price_differs", document_no="R1", location_code=None, supplier_code="V1")) == [
        ["a", "b"], ["c"], ["d"]]  # fmt: skip


def test_a_consequence_goes_with_its_cause_on_the_same_goods() -> None:
    cause = finding("cause", "receipt_entered_twice", document_no="R1", difference_qty=Decimal(24), amount=74)
    count = {"document_no": "C1", "difference_qty": Decimal(-24)}
    mine = finding(
        "mine", "count_variance", product_code="p1", occurred_date=DAY + dt.timedelta(19), amount=74, **count
    )
    others = [
        finding("product", "count_variance", product_code="P9", occurred_date=DAY + dt.timedelta(19), **count),
        finding("before", "count_variance", product_code="P1", occurred_date=DAY - dt.timedelta(1), **count),
        finding("late", "count_variance", product_code="P1", occurred_date=DAY + dt.timedelta(93), **count),
        finding("place", "count_variance", product_code="P1", location_code="S02", **count),
        finding("undated", "count_variance", product_code="P1", occurred_date=None, **count),
    ]
    found = groups(cause, mine, *others, products={"S01 R1": {"P1", "P2"}})
    assert ["cause", "mine"] in found
    # The others of the count stay together, and none of them is drawn to the receipt by way of the count.
    assert sorted(map(len, found)) == [1, 2, 4]
    # Money: goods that came once are worth that once.
    assert group_findings([cause, mine], "root", RULES, {"S01 R1": {"P1"}})[0].amount_at_risk == 74


def test_of_two_causes_the_one_of_the_very_quantity_else_the_nearest() -> None:
    later = DAY + dt.timedelta(10)
    exact = finding("exact", "receipt_entered_twice", product_code="P1", document_no="R1", difference_qty=Decimal(5))
    near = finding("near", "movement_duplicated_by_sync", product_code="P1", document_no="T1",
                   difference_qty=Decimal(2), occurred_date=later)  # fmt: skip
    count = finding("count", "count_variance", product_code="P1", difference_qty=Decimal(-5), occurred_date=later)
    assert ["exact", "count"] in groups(exact, near, count)
    assert ["near", "count"] in groups(exact, near, {**count, "difference_qty": Decimal(-3)})


def test_a_finding_that_stands_in_place_of_another_rule_explains_it() -> None:
    twice = finding("twice", "receipt_entered_twice", document_no="R2",
                    evidence={"instead_of": "receipt_over_order", "po_no": "po1", "twin_receipt_no": "R1"})  # fmt: skip
    over = finding("over", "receipt_over_order", document_no="PO1", severity="critical", product_code="P1")
    other = finding("other", "receipt_over_order", document_no="PO2", product_code="P1")
    assert groups(twice, over, other) == [["twice", "over"], ["other"]]


def test_a_copy_and_its_original_are_one_document() -> None:
    copies = [
        finding(number, "receipt_entered_twice", document_no=number, evidence={"twin_receipt_no": "R1"}, amount=35)
        for number in ("R2", "R3")
    ]
    price = finding("price", "price_differs", document_no="R1", severity="medium", amount=1)
    stranger = finding("note", "price_differs", document_no="D7", evidence={"twin_delivery_note_no": "R1"})
    (group, alone) = group_findings([*copies, price, stranger], "root", RULES)
    assert [f["finding_id"] for f in group.findings] == ["R2", "R3", "price"]
    assert [f["finding_id"] for f in alone.findings] == ["note"]
    # Two extra copies are goods twice over; the price is about the same goods.
    assert group.amount_at_risk == 70


def test_an_order_line_that_names_its_receipt_goes_with_that_receipt() -> None:
    order = finding("order", "price_differs", document_no="PO1", evidence={"receipt_no": "R1"})
    assert groups(order, finding("receipt", "receipt_entered_twice", document_no="R1", severity="critical")) == [
        ["receipt", "order"]
    ]


def test_causes_come_before_consequences_even_where_those_are_graver() -> None:
    cause = finding("cause", "receipt_entered_twice", document_no="R1", severity="low")
    consequence = finding("consequence", "receipt_over_order", document_no="R1", severity="critical")
    (group,) = group_findings([consequence, cause], "root", RULES)
    assert (group.first["finding_id"], group.severity) == ("cause", "critical")


def test_rules_in_a_circle_end_somewhere() -> None:
    both = [finding(name, name, product_code="P1", document_no=name) for name in ("circle_a", "circle_b")]
    assert len(groups(*both)) == 1
    assert groups(*both) == groups(*both[::-1])


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("document", [["a", "b"], ["c"], ["d", "e"]]),
        ("rule", [["a", "c"], ["b", "d", "e"]]),
        ("location", [["a", "b", "d", "e"], ["c"]]),
        ("supplier", [["a", "c"], ["b", "d", "e"]]),
    ],
)
def test_groupings(by: str, expected: list[list[str]]) -> None:
    found = groups(
        finding("a", "price_differs", document_no="R1", supplier_code="V1", amount=50),
        finding("b", "receipt_over_order", document_no="R1", amount=40),
        finding("c", "price_differs", document_no="R1", supplier_code="v1", location_code="S02", amount=30),
        finding("d", "receipt_over_order", product_code="P1", amount=2),
        finding("e", "receipt_over_order", product_code="P1", amount=1),
        by=by,
    )
    assert found == expected


def test_amounts_of_one_rule_add_up_and_of_several_count_once() -> None:
    def worth(*findings: dict[str, Any]) -> Decimal | None:
        return amount_of(findings, {f["finding_id"]: "root" for f in findings})

    line = {"product_code": "P1", "document_no": "R1"}
    first = finding("a", "price_differs", amount=10, **line)
    assert worth(first, finding("b", "price_differs", amount=5, **line)) == 15
    assert worth(first, finding("b", "count_variance", amount=25, **line)) == 25
    assert worth(first, finding("b", "count_variance", amount=25, product_code="P2")) == 35
    assert worth(first, finding("b", "receipt_entered_twice", document_no="R1", amount=8)) == 10
    assert worth(first, finding("b", "price_differs", **line)) == 10
    assert worth(finding("a", "price_differs")) is None
    assert amount_of([first, {**first, "finding_id": "b"}], {"a": "x", "b": "y"}) == 20


# --- properties ------------------------------------------------------------------------------------------------------

FINDINGS = st.lists(
    st.builds(
        lambda rule, location, product, document, twin, days, amount: {
            "rule": rule, "location_code": location, "product_code": product, "document_no": document,
            "evidence": {"twin_receipt_no": twin} if twin else {}, "amount": amount,
            "occurred_date": DAY + dt.timedelta(days),
        },
        st.sampled_from(sorted(RULES)), st.sampled_from(["S01", "S02", None]), st.sampled_from(["P1", "P2", None]),
        st.sampled_from(["R1", "R2", "R3", None]), st.sampled_from(["R1", "R2", None]),
        st.integers(0, 100), st.one_of(st.none(), st.integers(0, 1000)),
    ),
    max_size=12,
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(FINDINGS, st.randoms(use_true_random=False))
def test_every_finding_is_in_one_group_whatever_their_order(raw: list[dict[str, Any]], random: Any) -> None:
    found = [finding(f"f{i:02}", **values) for i, values in enumerate(raw)]
    shuffled = random.sample(found, len(found))
    total = sum(f["amount_at_risk"] or 0 for f in found)
    for by in GROUPINGS:
        made = group_findings(found, by, RULES)
        ids = [f["finding_id"] for group in made for f in group.findings]
        assert sorted(ids) == [f["finding_id"] for f in found]
        assert groups(*shuffled, by=by) == [[f["finding_id"] for f in group.findings] for group in made]
        assert sum(group.amount_at_risk or 0 for group in made) <= total
    roots = roots_of(found, RULES, {})
    assert all(roots[root] == root for root in roots.values())
