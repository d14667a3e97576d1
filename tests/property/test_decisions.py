"""Whatever people do in whatever order: nobody decides about his own, no level twice, no status out of turn."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tests.conftest import Shop, copied
from workbench.errors import DecisionRefused, WorkbenchError
from workbench.proposals import deciding
from workbench.proposals.shapes import Line, Proposal, select
from workbench.store.accounts import accounts, add_account, change_account
from workbench.store.act import Act
from workbench.store.audit import entries, verify

PEOPLE = {"boss": ("", ("admin",)), "a": ("1", ("auditor", "supervisor")), "a2": ("1", ("supervisor",))} | {
    name: (staff, ("auditor", "supervisor")) for name, staff in (("b", "2"), ("c", "3"), ("d", ""))
}
ALLOWED = {
    "draft": {"submitted", "withdrawn"},
    "submitted": {"submitted", "approved", "rejected", "withdrawn"},
    "approved": {"withdrawn"},
}
WHO = st.sampled_from([*PEOPLE, "stranger"])


@pytest.fixture(scope="module")
def prepared(shop_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("people") / "shop"
    shop = copied(shop_template, folder)
    shop.configure("[corrections]\ntwo_approvals_above_amount = 50\n")
    shop.model("on_hand", "SELECT 'S' AS location_code, 'P' AS product_code, CAST(9 AS DECIMAL(18, 3)) AS on_hand_qty")
    shop.rule(
        "received_in_vain",
        (shop.root / "checks/rules/receiving/received_in_vain.sql")
        .read_text(encoding="utf-8")
        .replace("FROM core.receipt_line AS r", "FROM core.receipt_line AS r, mart.on_hand"),
    )
    shop.check()
    for name, (staff, roles) in PEOPLE.items():
        add_account(shop.project.store, name, staff, "", roles, (), Act("boss", shop.now))
    shop.close()
    return folder


def test_no_order_of_decisions_breaks_four_eyes(prepared: Path) -> None:
    class Office(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.folder = tempfile.TemporaryDirectory()
            shutil.copytree(prepared, Path(self.folder.name) / "s", symlinks=True)
            self.shop = Shop(Path(self.folder.name) / "s/shop", Path(self.folder.name) / "s/inbox")
            self.project = self.shop.project
            self.minutes = 0
            self.count = 0

        def act(self, who: str) -> Act:
            self.minutes += 1
            return Act(who, dt.datetime(2025, 4, 1, 9) + dt.timedelta(minutes=self.minutes), "here")

        def attempt(self, function: Any, *arguments: Any, **options: Any) -> None:
            before, logged = self.states(), len(entries(self.project.store))
            try:
                function(self.project, *arguments, **options)
            except WorkbenchError:
                assert self.states() == before
                assert len(entries(self.project.store)) == logged
                return
            after = self.states()
            for number, status in before.items():
                if after[number] != status:
                    assert after[number] in ALLOWED.get(status, set())
            assert len(entries(self.project.store)) > logged

        def states(self) -> dict[int, str]:
            return {p.proposal_id: p.status for p in deciding.proposals(self.project)}

        @rule(who=WHO, quantity=st.sampled_from([-12, -4, 3, 8]), is_submitted=st.booleans())
        def propose(self, who: str, quantity: int, is_submitted: bool) -> None:
            line = Line("S", "P", "", "adjustment", Decimal(quantity), Decimal(10), dt.date(2025, 4, 1))
            proposal = Proposal("adjust_quantity", (line,), "counted")
            self.attempt(deciding.propose, [proposal], self.act(who), is_submitted=is_submitted)

        @rule(who=WHO, number=st.integers(1, 4))
        def submit(self, who: str, number: int) -> None:
            self.attempt(deciding.submit, number, self.act(who))

        @rule(who=WHO, number=st.integers(1, 4), is_approved=st.sampled_from([True, True, False]))
        def decide(self, who: str, number: int, is_approved: bool) -> None:
            self.attempt(deciding.decide, number, self.act(who), "note", is_approved=is_approved)

        @rule(who=WHO, number=st.integers(1, 4))
        def withdraw(self, who: str, number: int) -> None:
            self.attempt(deciding.withdraw, number, "reason", self.act(who))

        @rule(who=st.sampled_from(["b", "d"]), staff=st.sampled_from(["1", "2", "5"]))
        def learn_who_it_is(self, who: str, staff: str) -> None:
            change_account(self.project.store, who, self.act("boss"), staff_code=staff)

        @invariant()
        def four_eyes(self) -> None:
            for proposal in deciding.proposals(self.project):
                decisions, _ = deciding.history(self.project, proposal.proposal_id)
                deciders = [d["decided_person"] for d in decisions]
                assert proposal.proposed_person not in deciders
                assert proposal.proposed_by not in [d["decided_by"] for d in decisions]
                assert len(set(deciders)) == len(deciders) <= proposal.approvals_needed
                approvals = [d for d in decisions if d["verdict"] == "approved"]
                if proposal.status == "approved":
                    assert len(approvals) == proposal.approvals_needed

        @invariant()
        def books(self) -> None:
            with self.project.store.reading() as con:
                assert len(accounts(con)) == len(PEOPLE)
                approved = select(con, None, ("approved",))
            assert (
                9
                + min(sum(p.qty_effect for p in approved if p.qty_effect < 0), 0)
                + sum(p.qty_effect for p in approved if p.qty_effect > 0)
                >= 0
            )

        def teardown(self) -> None:
            assert verify(self.project.store, []) == []
            self.folder.cleanup()

    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Office,
        settings=settings(
            max_examples=12, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_refusals_are_of_the_kind_that_scripts_can_tell(prepared: Path, tmp_path: Path) -> None:
    shop = copied(prepared, tmp_path / "s")
    line = Line("S", "P", "", "adjustment", Decimal(-2), Decimal(10), dt.date(2025, 4, 1))
    proposal = Proposal("adjust_quantity", (line,), "counted")
    act = Act("a", dt.datetime(2025, 4, 1, 9))
    (made,) = deciding.propose(shop.project, [proposal], act, is_submitted=True)
    with pytest.raises(DecisionRefused) as refused:
        deciding.decide(shop.project, made.proposal_id, Act("a2", act.when), is_approved=True)
    assert refused.value.exit_code == 15
