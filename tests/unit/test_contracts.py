"""Contracts and sources as files of a project folder: found by scanning, refused with the file's name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from workbench.contracts import SQL_TYPES, find_contracts
from workbench.errors import (
    BatchQuarantined,
    ConfigurationError,
    DecisionRefused,
    FindingsFound,
    InputRefused,
    RuleFailed,
    UsageError,
)
from workbench.sources import Feed, Vocabulary, find_sources

GOOD = """
from workbench.contracts import Code, Contract, column
class ThingLine(Contract):
    thing_no: Code = column("code", "编号", "Number", key=True)
    class Config(Contract.Config):
        metadata = {"title": "Things", "title_zh": "东西"}
"""
SOURCE = """
from workbench.sources import Feed, Source
source = Source(name="mine", title="Mine", title_zh="我的", feeds=(Feed("a", {}, ("x",)),))
"""


def test_exit_codes_are_those_promised() -> None:
    errors = (
        UsageError,
        FindingsFound,
        RuleFailed,
        InputRefused,
        BatchQuarantined,
        ConfigurationError,
        DecisionRefused,
    )
    assert [e.exit_code for e in errors] == [2, 10, 11, 12, 13, 14, 15]


def test_a_contract_is_one_file(tmp_path: Path) -> None:
    (tmp_path / "thing_line.py").write_text(GOOD)
    (tmp_path / "_helper.py").write_text("raise RuntimeError")
    table = find_contracts(tmp_path)["thing_line"]
    assert (table.title, table.title_zh, table.key) == ("Things", "东西", ("thing_no",))
    assert table.ddl() == (
        'CREATE TABLE IF NOT EXISTS core.thing_line (file_id INTEGER, row_no BIGINT, "thing_no" VARCHAR)'
    )


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("other", GOOD, "defines no contract Other"),
        ("thing_line", GOOD.replace('column("code", "编号", "Number", key=True)', "pa.Field()"), "cannot be imported"),
        ("thing_line", "import pandera.polars as pa\n" + GOOD.replace('column("code", "编号", "Number", key=True)', "pa.Field()"), "has no kind"),
        ("thing_line", "syntax error", "cannot be imported"),
    ],
)  # fmt: skip
def test_a_faulty_contract_is_named(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / f"{name}.py").write_text(text)
    with pytest.raises(ConfigurationError, match=said):
        for table in find_contracts(tmp_path).values():
            assert table.columns


def test_the_contracts_of_the_project_hold_together(contracts: Any) -> None:
    for table in contracts.values():
        assert table.title and table.title_zh, table.name
        assert table.key, table.name
        for column in table.columns.values():
            assert column.kind in SQL_TYPES
            assert column.title_zh and column.description, (table.name, column.name)
            assert bool(column.choices) == (column.kind == "choice"), (table.name, column.name)
            suffix = column.name.rpartition("_")[2]
            expected = {
                "qty": "qty",
                "date": "day",
                "at": "moment",
                "amount": "money",
                "cost": "money",
                "price": "money",
            }
            assert column.kind == expected.get(suffix, column.kind), (table.name, column.name)
            assert column.name.startswith("is_") == (column.kind == "flag"), (table.name, column.name)


def test_a_source_is_one_file(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(SOURCE)
    source = find_sources(tmp_path)["mine"]
    assert source.feed("a").columns == ("x",)
    with pytest.raises(KeyError):
        source.feed("b")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("yours", SOURCE, "name it after the file"),
        ("mine", "x = 1", "defines no `source`"),
        ("mine", "raise ValueError('no')", "cannot be imported: no"),
    ],
)
def test_a_faulty_source_is_named(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / f"{name}.py").write_text(text)
    with pytest.raises(ConfigurationError, match=said):
        find_sources(tmp_path)


def test_a_feed_knows_its_files_and_headers() -> None:
    feed = Feed("f", {}, ("a", "b"), files=("*Order*.csv",))
    assert feed.matches_name("2025 ORDERS.csv")
    assert not feed.matches_name("orders.txt")
    assert feed.matches_header(["b", "c", "a"])
    assert not feed.matches_header(["a"])


def test_words_of_one_table_go_before_the_general_ones() -> None:
    words = Vocabulary(values={"status": {"done": "closed", "new": "draft"}, "count_line.status": {"done": "approved"}})
    assert words.values_in("receipt_line")["status"] == {"done": "closed", "new": "draft"}
    assert words.values_in("count_line")["status"] == {"done": "approved", "new": "draft"}
