"""The written catalogue: complete, in both languages, and as committed."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from workbench.catalogue import Catalogue
from workbench.contracts import Table
from workbench.dictionary import data_dictionary, pages, rule_page, rules_index

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def written(catalogue: Catalogue, contracts: dict[str, Table]) -> dict[str, str]:
    return pages(catalogue, contracts)


def test_committed_pages_are_current(written: dict[str, str]) -> None:
    stale = [n for n, text in written.items() if not (DOCS / n).exists() or (DOCS / n).read_text("utf-8") != text]
    assert stale == [], "run `make docs` and commit what it writes"


def test_no_page_of_a_rule_that_is_gone(written: dict[str, str]) -> None:
    assert {f"rules/{p.name}" for p in (DOCS / "rules").glob("*.md")} <= set(written)


def test_make_docs_writes_the_same_pages(written: dict[str, str]) -> None:
    spec = importlib.util.spec_from_file_location("make_docs", DOCS / "make_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.made_pages() == written


def test_dictionary_names_every_column_in_both_languages(contracts: dict[str, Table]) -> None:
    text = data_dictionary(contracts)
    for table in contracts.values():
        section = text.split(f"\n## {table.name}\n")[1].split("\n## ")[0]
        assert table.title in section
        assert table.title_zh in section
        for column in table.columns.values():
            row = next(line for line in section.splitlines() if line.startswith(f"| `{column.name}` |"))
            assert column.sql_type in row
            assert column.title_zh in row
            assert ("●" in row) == column.is_key


def test_rule_page_holds_all_a_manager_needs(catalogue: Catalogue) -> None:
    for rule in catalogue.rules.values():
        text = rule_page(rule)
        for name in ("title", "why", "fix"):
            assert rule.text(name) in text
            assert rule.text(name, "zh") in text
        assert rule.sql in text
        assert all(f"| `{name}` |" in text for name in rule.params)
        for notes in ("param_notes", "param_notes_zh"):
            assert all(note in text for note in rule.file.header.get(notes, {}).values())
        assert all(f"[{cause}]({cause}.md)" in text for cause in rule.consequence_of)
        assert all(f"`{column}`" in text for column in rule.grain)
        assert text.count("\n### ") == len(rule.cases)


def test_cells_with_bars_do_not_break_a_table(catalogue: Catalogue) -> None:
    for rule in catalogue.rules.values():
        for block in rule_page(rule).split("\n## SQL")[0].split("\n\n"):
            widths = {line.replace("\\|", "").count("|") for line in block.splitlines() if line.startswith("|")}
            assert len(widths) <= 1, block


def test_index_links_every_rule(catalogue: Catalogue) -> None:
    text = rules_index(catalogue.rules)
    assert all(f"]({rule_id}.md)" in text for rule_id in catalogue.rules)
    assert f"{len(catalogue.rules)} rules" in text


def test_every_model_has_its_columns(written: dict[str, str], catalogue: Catalogue) -> None:
    for name in catalogue.models:
        section = written["models.md"].split(f"\n## {name}\n")[1].split("\n## ")[0]
        assert section.count("\n| `") >= 2


def test_notes_on_parameters_stand_in_both_languages(tmp_path: Path) -> None:
    from workbench.catalogue import load_catalogue
    from workbench.rule_template import new_rule

    new_rule(tmp_path, "receipt_too_large", "receiving", "low")
    text = rule_page(load_catalogue(tmp_path, tmp_path / "models").rules["receipt_too_large"])
    (row,) = (line for line in text.splitlines() if line.startswith("| `max_qty` |"))
    assert "up to this many base units" in row
    assert "不超过该数量" in row
