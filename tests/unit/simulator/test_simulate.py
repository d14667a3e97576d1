"""A simulation: the same every time, its books in order, its key about things that exist, and readable in both languages."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench.ingest import ingest
from workbench.project import Project
from workbench.scaffold import make_project
from workbench.simulator.plan import Plan
from workbench.simulator.run import simulate

SMALL = {"days": 120, "stores": 2, "products": 80}


def written(folder: Path, **values: object) -> Path:
    folder.mkdir(parents=True)
    simulate(Plan(**{**SMALL, **values}), folder)  # type: ignore[arg-type]
    return folder


def rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        yield from csv.DictReader(stream)


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("chain") / "en", seed=7)


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("chain") / "clean", seed=7, is_clean=True)


def test_the_same_seed_makes_the_same_bytes(chain: Path, tmp_path: Path) -> None:
    again = written(tmp_path / "again", seed=7)
    assert {p.name: p.read_bytes() for p in chain.iterdir()} == {p.name: p.read_bytes() for p in again.iterdir()}


def test_another_seed_makes_another_chain(chain: Path, tmp_path: Path) -> None:
    other = written(tmp_path / "other", seed=8)
    name = "stock movements.csv"
    assert (chain / name).read_bytes() != (other / name).read_bytes()


@pytest.mark.parametrize("which", ["chain", "clean"])
def test_movements_add_up_to_the_snapshot(which: str, request: pytest.FixtureRequest) -> None:
    folder = request.getfixturevalue(which)
    last = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["as_of"]
    book: Counter[tuple[str, ...]] = Counter()
    for row in rows(folder / "stock movements.csv"):
        book[row["store code"], row["item code"], row["batch no"]] += int(row["qty change"])
    stock = {
        (row["store code"], row["item code"], row["batch no"]): int(row["on hand qty"])
        for row in rows(folder / "stock on hand.csv")
        if row["as of"] == last
    }
    planted = {
        (line["location_code"], line["product_code"], line["batch_no"])
        for line in rows(folder / "answer_key.csv")
        if line["rule_id"] == "on_hand_differs_from_ledger"
    }
    left = {key: qty for key, qty in book.items() if qty}
    assert {key for key in left.keys() | stock.keys() if left.get(key) != stock.get(key)} == planted


def test_no_batch_of_a_clean_chain_is_ever_below_zero(clean: Path) -> None:
    book: Counter[tuple[str, ...]] = Counter()
    for row in rows(clean / "stock movements.csv"):
        key = (row["store code"], row["item code"], row["batch no"])
        book[key] += int(row["qty change"])
        assert book[key] >= 0, row
        assert int(row["balance after"]) == book[key]


def test_a_clean_chain_has_an_empty_key(clean: Path) -> None:
    assert list(rows(clean / "answer_key.csv")) == []
    assert list(rows(clean / "causes.csv")) == []


def test_the_key_is_about_documents_and_products_that_exist(chain: Path) -> None:
    numbers: set[str] = set()
    for path in chain.glob("*.csv"):
        for row in rows(path) if path.name not in ("answer_key.csv", "causes.csv") else ():
            numbers.update(value for name, value in row.items() if name.endswith((" no", "code")))
    for line in rows(chain / "answer_key.csv"):
        named = {line["product_code"], line["batch_no"], line["location_code"]} - {""}
        if line["rule_id"] != "document_number_gap":
            named |= {line["document_no"]} - {""}
        else:
            assert line["document_no"] not in numbers
        assert named <= numbers, line
        assert line["note"]
        assert line["note_zh"]


def test_every_variance_is_explained_to_the_last_unit(chain: Path) -> None:
    explained: defaultdict[tuple[str, ...], int] = defaultdict(int)
    variance = {}
    for row in rows(chain / "causes.csv"):
        key = (row["location_code"], row["count_no"], row["product_code"], row["batch_no"])
        explained[key] += int(row["explained_qty"])
        variance[key] = int(row["variance_qty"])
    assert variance
    assert {key: qty for key, qty in variance.items() if explained[key] != qty} == {}


def test_a_kind_of_defect_can_be_left_out(tmp_path: Path) -> None:
    folder = written(tmp_path / "few", counts={"receipt_over_order": 0, "receipt_under_order": 1})
    kinds = Counter(line["rule_id"] for line in rows(folder / "answer_key.csv"))
    assert (kinds["receipt_over_order"], kinds["receipt_under_order"]) == (0, 1)


@pytest.mark.parametrize(("language", "form"), [("en", "csv"), ("zh", "csv"), ("zh", "parquet")])
def test_it_loads_whole_and_every_header_is_known(language: str, form: str, tmp_path: Path) -> None:
    folder = written(tmp_path / "data", language=language, form=form, days=70, products=40, start=dt.date(2024, 11, 20))
    make_project(tmp_path / "project")
    project = Project(tmp_path / "project")
    reports = [r for r in ingest([folder], project.workplace()) if r.status != "skipped"]
    assert {r.status for r in reports} == {"loaded"}
    assert [(r.file_name, r.rejected, r.unknown_columns) for r in reports if r.rejected or r.unknown_columns] == []
    tables = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["rows"]
    assert len(reports) == len(tables)
    assert sum(r.read for r in reports) == sum(tables.values())
