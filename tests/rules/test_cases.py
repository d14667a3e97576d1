"""Every case of every rule and model of the catalogue, each as a test of its own."""

from pathlib import Path

import pytest

from workbench.cases import run_case
from workbench.catalogue import Catalogue, load_catalogue
from workbench.contracts import Table

REPOSITORY = Path(__file__).resolve().parents[2]
CATALOGUE = load_catalogue(REPOSITORY / "checks" / "rules", REPOSITORY / "pipelines" / "models")
SUBJECTS = [*CATALOGUE.rules.values(), *CATALOGUE.models.values()]


@pytest.mark.parametrize(
    ("subject", "case"), [pytest.param(s, c, id=f"{s.file.name}: {c.name}") for s in SUBJECTS for c in s.file.cases]
)
def test_case_holds(subject, case, contracts: dict[str, Table], catalogue: Catalogue) -> None:
    assert run_case(subject, case, contracts, catalogue) == []


@pytest.mark.parametrize("rule", CATALOGUE.rules.values(), ids=CATALOGUE.rules.keys())
def test_rule_has_a_failing_and_a_passing_case(rule) -> None:
    assert {case.is_failing for case in rule.cases} == {True, False}
