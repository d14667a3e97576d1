"""Shared by all tests: the repository as a project, its contracts and its catalogue, read once."""

from pathlib import Path

import pytest

from workbench.catalogue import Catalogue, load_catalogue
from workbench.contracts import Table, find_contracts

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def contracts() -> dict[str, Table]:
    return find_contracts(REPOSITORY / "checks" / "contracts")


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue(REPOSITORY / "checks" / "rules", REPOSITORY / "pipelines" / "models")
