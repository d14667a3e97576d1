"""Rule and model files: taken apart, judged, ordered, linted, and their cases run."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import RULE
from workbench.cases import run_case
from workbench.catalogue import Catalogue, load_catalogue, tables_of
from workbench.errors import ConfigurationError
from workbench.header import parameters_of, read_sql_file

CASES = """
/* cases
[[case]]
name = "too much"
expect = [{ document_no = "R1", actual_qty = 12.5 }]
[case.tables]
receipt_line = '''
receipt_no | line_no | received_qty | received_at
R1         | 1       | 12.5         | 2025-01-03 10:00:00
R2         | 1       | 5            | 2025-01-03 10:00:00
'''
[[case]]
name = "enough"
as_of = 2025-02-01
params = { limit_qty = 20.0 }
expect = []
[case.tables]
receipt_line = '''
receipt_no | line_no | received_qty | received_at
R1         | 1       | 12.5         | 2025-01-03 10:00:00
'''
*/
"""


def written(folder: Path, text: str, name: str = "received_in_vain") -> Path:
    path = folder / "receiving" / f"{name}.sql"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def catalogue_of(folder: Path, text: str = RULE) -> Catalogue:
    written(folder, text)
    return load_catalogue(folder, folder / "models")


def test_a_rule_file_in_its_parts(tmp_path: Path) -> None:
    rule = catalogue_of(tmp_path, RULE + CASES).rules["received_in_vain"]
    assert (rule.process, rule.severity, rule.assertion) == ("receiving", "high", "accuracy")
    assert (rule.text("title"), rule.text("title", "zh")) == ("Received in vain", "白收了")
    assert rule.grain == ("location_code", "document_no", "document_line_no")
    assert rule.needs == ("received_qty",)
    assert rule.params == {"limit_qty": Decimal("10.0"), "max_lines": 3, "is_strict": True, "unit_name": "piece"}
    assert rule.tables == {"core.receipt_line"}
    assert rule.sql.startswith("SELECT")
    assert not rule.sql.endswith(";")
    assert [(case.name, case.is_failing) for case in rule.cases] == [("too much", True), ("enough", False)]
    assert rule.cases[1].settings == {"limit_qty": Decimal("20.0"), "as_of": dt.date(2025, 2, 1)}


def test_the_digest_changes_with_any_character(tmp_path: Path) -> None:
    path = written(tmp_path, RULE)
    before = read_sql_file(path).digest
    path.write_text(RULE + " ", encoding="utf-8")
    assert read_sql_file(path).digest != before


def test_parameters_and_tables_are_looked_for_outside_of_comments_and_texts() -> None:
    sql = "SELECT '$no', $yes -- $not\n/* $nor core.x */ FROM core.receipt_line JOIN mart.a USING (b)"
    assert parameters_of(sql) == {"yes"}
    assert tables_of(sql) == {"core.receipt_line", "mart.a"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('severity = "high"', 'severity = "grave"', "severity is 'grave'"),
        ('assertion = "accuracy"', 'assertion = "taste"', "assertion is 'taste'"),
        ('title_zh = "白收了"\n', "", "lacks title_zh"),
        ('why = "Too', 'wy = "Too', "lacks why"),
        ("[params]", "colour = 1\n[params]", "unknown field colour"),
        ("limit_qty = 10.0\n", "", "$limit_qty is used but not declared"),
        ("[params]\n", "[params]\nspare = 1\n", "spare is declared but never used"),
        ('unit_name = "piece"', 'unit_name = ["piece"]', "use a number, a text"),
        ('grain = ["location_code", "document_no", "document_line_no"]', 'grain = "document_no"', "use a list like"),
        ('needs = ["received_qty"]', "needs = [1]", "needs holds 1"),
        ('title_zh = "白收了"', "title_zh = 5", "use a text in quotes"),
        ("/*\ntitle", "title", "does not begin with a header comment"),
        ('title = "Received in vain"', "title = Received", "not valid TOML"),
    ],
)
def test_a_faulty_header_is_named_with_its_file(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in RULE
    with pytest.raises(ConfigurationError) as caught:
        catalogue_of(tmp_path, RULE.replace(old, new, 1))
    assert said in str(caught.value)
    assert "received_in_vain.sql" in str(caught.value)


@pytest.mark.parametrize(
    ("cases", "said"),
    [
        ("[[case]]\nname = 'x'\n", "needs name and expect"),
        ("[[case]]\nname = 'x'\nexpect = []\ncolour = 1\n", "needs name and expect"),
        ("[[case]]\nname = 'x'\nexpect = []\n[case.tables]\nproduct = '''\na | b\n1\n'''\n", "1 cells under 2 names"),
        ("[[case]\n", "not valid TOML"),
    ],
)
def test_a_faulty_case_is_named_with_its_file(tmp_path: Path, cases: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        catalogue_of(tmp_path, f"{RULE}\n/* cases\n{cases}\n*/")


def test_a_file_without_a_select(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="holds no SELECT"):
        catalogue_of(tmp_path, RULE.partition("SELECT r.location")[0])


def test_two_rules_of_one_name(tmp_path: Path) -> None:
    written(tmp_path, RULE)
    (tmp_path / "codes").mkdir()
    (tmp_path / "codes" / "received_in_vain.sql").write_text(RULE, encoding="utf-8")
    with pytest.raises(ConfigurationError, match="same name"):
        load_catalogue(tmp_path, tmp_path / "models")


def test_models_come_after_those_they_read(tmp_path: Path) -> None:
    models = tmp_path / "pipelines" / "models"
    models.mkdir(parents=True)
    for name, sql in {"a": "SELECT * FROM mart.b, mart.c", "b": "SELECT * FROM mart.c", "c": "SELECT 1 AS x"}.items():
        (models / f"{name}.sql").write_text(f'/*\ntitle = "{name}"\ntitle_zh = "{name}"\n*/\n{sql}')
    catalogue = load_catalogue(tmp_path / "rules", models)
    assert [m.name for m in catalogue.models_for(frozenset({"mart.a", "core.product"}))] == ["c", "b", "a"]
    (models / "c.sql").write_text('/*\ntitle = "c"\ntitle_zh = "c"\n*/\nSELECT * FROM mart.a')
    with pytest.raises(ConfigurationError, match="circle"):
        load_catalogue(tmp_path / "rules", models).models_for(frozenset({"mart.a"}))
    with pytest.raises(ConfigurationError, match=r"mart\.z"):
        catalogue.models_for(frozenset({"mart.z"}))


# --- cases -----------------------------------------------------------------------------------------------------------


def test_cases_run_and_differences_are_told(tmp_path: Path, contracts: Any) -> None:
    catalogue = catalogue_of(tmp_path, RULE + CASES)
    rule = catalogue.rules["received_in_vain"]
    assert [run_case(rule, case, contracts, catalogue) for case in rule.cases] == [[], []]
    wrong = catalogue_of(tmp_path, RULE + CASES.replace("actual_qty = 12.5", "actual_qty = 13"))
    rule = wrong.rules["received_in_vain"]
    missing, extra = run_case(rule, rule.cases[0], contracts, wrong)
    assert missing.startswith("expected and not found")
    assert extra.startswith("found and not expected")
    assert "R1" in extra


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [("receipt_line = '''", "no_table = '''", "no core table"), ("receipt_no |", "nothing |", "no column nothing")],
)
def test_a_case_over_what_does_not_exist(tmp_path: Path, contracts: Any, old: str, new: str, said: str) -> None:
    catalogue = catalogue_of(tmp_path, RULE + CASES.replace(old, new))
    rule = catalogue.rules["received_in_vain"]
    with pytest.raises(ConfigurationError, match=said):
        run_case(rule, rule.cases[0], contracts, catalogue)
