"""Suites: every one of the repository is whole, in both languages; what cannot be understood is said with its place."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import REPOSITORY, Shop
from workbench.errors import ConfigurationError
from workbench.gates.suites import Expectation, Limits, expected, find_suites

SUITES = REPOSITORY / "checks" / "suites"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ALL = [(suite.name, e) for suite in find_suites(SUITES).values() for e in suite.expectations.values()]


@pytest.mark.parametrize(("suite", "expectation"), ALL, ids=lambda x: x if isinstance(x, str) else x.figure)
def test_every_expectation_has_titles_and_limits_that_fit(suite: str, expectation: Expectation) -> None:
    e = expectation
    assert CHINESE.search(e.title_zh)
    assert not CHINESE.search(e.title)
    assert Limits() not in (e.warn, e.fail) or e.warn != e.fail
    # What holds a load back lies beyond what flags it.
    if None not in (e.warn.min, e.fail.min):
        assert e.fail.min <= e.warn.min
    if None not in (e.warn.max, e.fail.max):
        assert e.fail.max >= e.warn.max


def test_suites_of_the_repository_belong_to_something() -> None:
    from workbench.project import Project

    suites = Project(REPOSITORY).suites
    assert {"load", "run", "receipt_line", "stock_movement", "native"} <= set(suites)


def test_columns_of_figures_exist(contracts: dict[str, Any]) -> None:
    for suite, e in ALL:
        kind, *columns = e.figure.split(".")
        if suite in contracts and columns:
            assert kind in ("fill", "unknown", "level", "sums", "largest"), e.figure
            assert set(columns) <= set(contracts[suite].columns), e.figure


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = ", "cannot be read"),
        ("title = 'A'", "there is no title_zh"),
        ("title = 'A'\ntitle_zh = '甲'\ncolour = 1", "colour is not understood"),
        ("title = 'A'\ntitle_zh = '甲'\nof = 'table'", "of is not understood"),
        ("title = 'A'\ntitle_zh = '甲'\n[figure.rows]\ntitle = 'B'", r"\[figure.rows\]: say what is expected"),
        (
            "title = 'A'\ntitle_zh = '甲'\n[figure.rows]\ntitle = 'B'\ntitle_zh = '乙'\nwarm = 1",
            "warm is not understood",
        ),
        (
            "title = 'A'\ntitle_zh = '甲'\n[figure.rows]\ntitle = 'B'\ntitle_zh = '乙'\nwarn = 3",
            "warn is 3: write it like",
        ),
    ],
)
def test_a_suite_that_is_not_understood_is_said(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "load.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=said):
        find_suites(tmp_path)


def test_a_suite_or_a_setting_of_nothing_is_said(shop: Shop) -> None:
    folder = shop.root / "checks" / "suites"
    folder.mkdir()
    (folder / "recipt_line.toml").write_text("title = 'A'\ntitle_zh = '甲'\n", encoding="utf-8")
    assert "recipt_line.toml is named after no source" in shop.run("run").err
    (folder / "their_pos.toml").write_text("title = 'A'\ntitle_zh = '甲'\nof = 'source'\n", encoding="utf-8")
    (folder / "recipt_line.toml").rename(folder / "receipt_line.toml")
    shop.configure("[gates.loads.rows]\nfail = { min = 1 }\n")
    assert "[gates.loads] sets a suite that is not" in shop.run("run").err
    shop.configure('[gates.receipt_line."fill.colour"]\nwarn = { min = 1 }\n')
    assert "is about colour, which is no column of receipt_line" in shop.run("run").err


def test_the_shop_s_limits_take_the_place_of_a_suite_s_and_a_table_s_of_all_loads() -> None:
    suites = find_suites(SUITES)
    (found,) = [e for e in expected(suites, ["load"], {}) if e.figure == "rejected_share"]
    assert found.fail == Limits(max=0.5)
    changed = {"load": {"rejected_share": {"fail": {"max": 0.9}}}, "product": {"rejected_share": {"enabled": False}}}
    (found,) = [e for e in expected(suites, ["load"], changed) if e.figure == "rejected_share"]
    assert (found.fail, found.warn) == (Limits(max=0.9), Limits(max=0.05))
    assert "rejected_share" not in [e.figure for e in expected(suites, ["load", "product"], changed)]
    with pytest.raises(ConfigurationError, match=r"\[gates.load.rows\] is no table"):
        expected(suites, ["load"], {"load": {"rows": 3}})


def test_one_module_alone_imports_the_library() -> None:
    importers = [
        path.relative_to(REPOSITORY).as_posix()
        for path in (REPOSITORY / "workbench").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in (
            [a.name for a in node.names] if isinstance(node, ast.Import) else [getattr(node, "module", "") or ""]
        )
        if isinstance(node, (ast.Import, ast.ImportFrom)) and name.split(".")[0] == "great_expectations"
    ]
    assert set(importers) == {"workbench/gates/expectations.py"}
