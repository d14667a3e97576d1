"""The sample with people who may decide, and the steps from a finding to a correction in the books."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, Shop
from workbench.corrections import applying
from workbench.proposals import deciding
from workbench.proposals.shapes import Line, Proposal
from workbench.store.accounts import add_account
from workbench.store.act import Act

DAY = dt.date(2025, 3, 31)
HEADER = (
    "location_code,movement_id,occurred_at,product_code,batch_no,movement_type,moved_qty,document_no,operator,reason\n"
)


@pytest.fixture(scope="session")
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


def later(shop: Shop, days: int = 1) -> None:
    """Let exports come after what was applied: files carry the machine's clock, corrections the shop's."""
    shop.now = dt.datetime.now(dt.UTC).replace(tzinfo=None) + dt.timedelta(days=days)


def adjusted(shop: Shop, *effects: tuple[int, str]) -> list[int]:
    """Quantities of products at S01 adjusted without a finding, approved and in the books."""
    proposals = []
    for quantity, product in effects:
        line = Line("S01", product, "", "adjustment", Decimal(quantity), Decimal(1), DAY)
        proposals.append(Proposal("adjust_quantity", (line,), "counted"))
    made = deciding.propose(shop.project, proposals, act(shop, "li"), is_submitted=True)
    for p in made:
        deciding.decide(shop.project, p.proposal_id, act(shop, "wang"), is_approved=True)
    applying.apply(shop.project, [p.proposal_id for p in made], act(shop, "wang"))
    return [p.proposal_id for p in made]


@contextmanager
def cut_off(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What is done here is cut off between the commit of the books and that of the store."""

    def cut(*arguments: object, **columns: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(applying, "move", cut)
        with pytest.raises(KeyboardInterrupt):
            yield
