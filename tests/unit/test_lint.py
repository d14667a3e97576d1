"""The lint of rule files: every refused construct with its line, the header, texts in both languages, new rules."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import RULE
from tests.unit.test_catalogue import CASES, written
from workbench.catalogue import load_catalogue
from workbench.lint import lint_files
from workbench.portable import columns_of, lint_sql

NOTES = """[param_notes]
limit_qty = "Above this."
max_lines = "So many lines."
is_strict = "Whether at all."
unit_name = "What a unit is called."
*/
SELECT r"""
GOOD = RULE.replace("*/\nSELECT r", NOTES) + CASES


def faults(folder: Path, text: str, name: str = "received_in_vain") -> list[tuple[int, str]]:
    path = written(folder, text, name)
    return [(fault.line, fault.text) for _, fault in lint_files([path], {"received_in_vain", "other_rule"})]


def line_with(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


# --- SQL -------------------------------------------------------------------------------------------------------------

REFUSED = [
    # what differs in silence
    ("date_diff('month', a.day, a.other)", "date_diff"),
    ("date_diff('hour', a.day, a.other)", "date_diff"),
    ("date_diff('day', a.recorded_at, a.occurred_at)", "timestamps"),
    ("dayofweek(a.day)", "weekdays"),
    ("isodow(a.day)", "weekdays"),
    ("extract(dow FROM a.day)", "extract"),
    ("extract(epoch FROM a.day)", "extract"),
    ("a.expiry_date - a.produced_date", "two dates"),
    ("$as_of - a.expiry_date", "two dates"),
    ("a.recorded_at - a.occurred_at", "two dates"),
    ("CAST(a.received_qty AS INTEGER)", "cuts off"),
    ("CAST(2.5 AS BIGINT)", "cuts off"),
    ("CAST(a.received_qty * 2 AS INT)", "cuts off"),
    ("TRY_CAST(a.code AS INTEGER)", "try_cast"),
    ("CAST(a.qty AS DOUBLE)", "floating point"),
    ("a.qty::REAL", "floating point"),
    ("1e3", "floating point"),
    ("a.qty / NULLIF(a.other, 0)", "floating point"),
    ("ROUND(a.qty / NULLIF(a.other, 0), 2)", "rounding"),
    ("CAST(ROUND(a.qty / 2, 2) AS DECIMAL(18, 2))", "rounding"),
    ("AVG(a.qty)", "floating point"),
    ("sqrt(a.qty)", "root"),
    ("a.qty ^ 2", "power"),
    ("CAST(a.qty AS DECIMAL)", "how many"),
    ("regexp_replace(a.code, 'x', 'y')", "normalise"),
    ("a.code ~ 'x'", "normalise"),
    ("substring(a.code, 0, 2)", "counts from 1"),
    ("substr(a.code, -2)", "counts from 1"),
    ("left(a.code, -1)", "substr"),
    ("a.code LIKE 'a\\_%'", "backslash"),
    ("list(a.code ORDER BY a.code)", "string_agg"),
    ("array_agg(a.code)", "string_agg"),
    ("string_agg(a.code, ',')", "add ORDER BY"),
    ("string_agg(DISTINCT a.code, ',')", "add ORDER BY"),
    ("arg_min(a.code, a.qty)", "row_number"),
    ("arg_max(a.code, a.qty)", "row_number"),
    ("corr(a.qty, a.other)", "correlation"),
    ("row_number() OVER (PARTITION BY a.code)", "needs ORDER BY"),
    ("lag(a.qty) OVER (PARTITION BY a.code)", "needs ORDER BY"),
    ("CAST(a.unit_cost * 1000 AS BIGINT)", "cuts off"),
    # what one engine lacks, or answers with an error
    ("CAST(a.qty / a.other AS DECIMAL(18, 3))", "NULLIF"),
    ("a.qty // a.other", "NULLIF"),
    ("a.qty % a.other", "NULLIF"),
    ("try_strptime(a.code, '%Y')", "ingest"),
    ("a.codes[1]", "subscripts"),
    ("list_transform(a.codes, x -> x + 1)", "lambdas"),
    ("[1, 2]", "string_agg"),
    ("{'x': 1}", "column of its own"),
    ("a.facts->>'x'", "column of its own"),
    ("quantile_cont(a.qty, 0.9)", "median"),
    ("a.code SIMILAR TO 'x'", "LIKE"),
    ("a.code ILIKE 'x'", "UPPER"),
    ("a.code GLOB 'x*'", "LIKE"),
    ("a.code COLLATE NOCASE", "COLLATE"),
    ("CAST(a.code AS JSON)", "the type JSON"),
    ("unnest(a.codes)", "model"),
    # what is another answer each time
    ("current_date", "as_of"),
    ("now()", "as_of"),
    ("random()", "same answer"),
    ("no_such_function(a.qty)", "no_such_function"),
]


@pytest.mark.parametrize(("expression", "said"), REFUSED, ids=[expression for expression, _ in REFUSED])
def test_an_expression_outside_the_portable_subset_is_refused_on_its_line(expression: str, said: str) -> None:
    found = lint_sql(f"SELECT\n    a.code,\n    {expression} AS x\nFROM core.product AS a")
    assert any(re.search(said, fault.text) for fault in found), found
    assert {fault.line for fault in found} == {3}, found


@pytest.mark.parametrize(
    ("sql", "line", "said"),
    [
        ("SELECT *\nFROM core.product", 1, "SELECT \\*"),
        ("SELECT p.*\nFROM core.product AS p", 1, "SELECT \\*"),
        ("WITH q AS (\n  SELECT * EXCLUDE (a) FROM core.product)\nSELECT b FROM q", 2, "EXCLUDE"),
        ("SELECT DISTINCT ON (a) a, b\nFROM core.product", 1, "DISTINCT ON"),
        ("SELECT a\nFROM core.product\nLIMIT 3", 3, "LIMIT"),
        ("SELECT a FROM core.product\nUSING SAMPLE 10", 2, "sample"),
        ("SELECT a FROM core.x\nASOF JOIN core.y ON x.a >= y.a", 2, "ASOF"),
        ("SELECT a FROM core.x\nNATURAL JOIN core.y", 2, "NATURAL"),
        ("SELECT a FROM core.x\nCROSS JOIN LATERAL (SELECT 1 AS b) AS l", 2, "LATERAL"),
        ("SELECT a FROM core.x\nUNION BY NAME\nSELECT a FROM core.y", 2, "BY NAME"),
        ("WITH RECURSIVE q AS (SELECT 1 AS a UNION ALL SELECT a FROM q) SELECT a FROM q", 1, "RECURSIVE"),
        ("SELECT COLUMNS('a')\nFROM core.product", 1, "columns"),
        ("SELECT a\nFROM ops.finding", 2, "ops.finding is no table"),
        ("SELECT a\nFROM 'file.csv'", 2, "file.csv is no table"),
        ("SELECT a FROM core.x; SELECT b FROM core.y", 1, "2 statements"),
        ("SELECT\n  lag(a) OVER w AS b FROM core.x\nWINDOW w AS (PARTITION BY k)", 2, "needs ORDER BY"),
        ("DELETE FROM core.product", 1, "not a SELECT"),
        ("SELECT a\nFROM (SELECT", 2, "cannot be parsed"),
        ("SELECT 'open\nFROM core.product", 1, "cannot be parsed"),
    ],
)
def test_a_construct_outside_the_portable_subset_is_refused(sql: str, line: int, said: str) -> None:
    found = lint_sql(sql)
    assert [fault.line for fault in found if re.search(said, fault.text)] == [line], found


def test_what_both_engines_answer_alike() -> None:
    sql = """WITH q AS (SELECT * FROM core.z)
        SELECT a.location_code, sum(a.qty) OVER (PARTITION BY a.location_code ORDER BY a.no) AS running,
            CAST(a.qty / NULLIF(b.q, 0) AS DECIMAL(18, 4)) AS share, CAST(FLOOR(a.qty) AS BIGINT) AS whole,
            string_agg(DISTINCT a.code, ',' ORDER BY a.code) AS codes, date_diff('day', a.d, $as_of) AS days,
            extract(year FROM a.d) AS y, a.d - 3 AS before, a.d + INTERVAL 1 MONTH AS later, median(a.qty) AS middle,
            CASE WHEN a.code LIKE 'x%' THEN 'decimal, list(a) and now()' END AS kind, -- list(a), a / b
            CAST(a.moved_qty * 1000 AS BIGINT) AS thousandths, CAST(a.moved_qty // 2 AS INTEGER) AS halves,
            lag(a.qty) OVER w AS previous, a.n % 3 AS third, a.n // GREATEST(b.n, 1) AS parts
        FROM core.x AS a LEFT JOIN mart.y AS b ON a.k = b.k SEMI JOIN q ON q.k = a.k
        WHERE a.d <= $as_of AND coalesce(b.q, 0) > $limit
        WINDOW w AS (PARTITION BY a.k ORDER BY a.no)
        QUALIFY row_number() OVER (PARTITION BY a.k ORDER BY a.no) = 1"""
    assert lint_sql(sql) == []


def test_every_rule_of_the_catalogue_is_clean() -> None:
    folder = Path(__file__).resolve().parents[2] / "checks" / "rules"
    paths = sorted(folder.glob("*/*.sql"))
    assert lint_files(paths, {path.stem for path in paths}) == []


def test_columns_of_an_answer() -> None:
    assert columns_of("SELECT a, b.c AS d, e.f FROM core.x UNION ALL SELECT 1, 2, 3") == ["a", "d", "f"]
    assert columns_of("WITH q AS (SELECT * FROM core.x) SELECT a FROM q") == ["a"]
    assert columns_of("SELECT x.*, 1 AS a FROM core.x") is None
    assert columns_of("SELEKT") is None


# --- the file --------------------------------------------------------------------------------------------------------


def test_a_good_rule_has_no_faults(tmp_path: Path) -> None:
    assert faults(tmp_path, GOOD) == []


HEADER = [
    ('title_zh = "白收了"', 'title_zh = "Received"', "holds no Chinese"),
    ('title = "Received in vain"', 'title = "白收了"', "not in English"),
    ('why_zh = "收多了。"', 'why_zh = "x"', "holds no Chinese"),
    ('severity = "high"', 'severity = "grave"', "severity is 'grave'"),
    ('"document_line_no"]', '"line"]', "the grain names line"),
    ('message = "Receipt {document_no}', 'message = "Receipt {receipt}', "message names receipt"),
    ('message_zh = "入库单 {document_no}', 'message_zh = "入库单 {Document}', "no name of a column"),
    ('message = "Receipt {document_no}', 'message = "Receipt {document_no', "brace|no name"),
    ('needs = ["received_qty"]', 'needs = ["qty"]', "needs names qty"),
    ('needs = ["received_qty"]', 'needs = ["received_qty"]\nageing = ["days"]', "the ageing names days"),
    ('needs = ["received_qty"]', 'needs = ["received_qty"]\nconsequence_of = ["no_rule"]', "no such rule"),
    ('needs = ["received_qty"]', 'needs = ["received_qty"]\nconsequence_of = ["received_in_vain"]', "of itself"),
    ('needs = ["received_qty"]', 'needs = ["received_qty"]\nnot_applicable = "None."', "not_applicable_zh"),
    ('needs = ["received_qty"]', 'needs = ["received_qty"]\nwords.x = ["x", "y"]', "words.x holds no Chinese"),
    ('population = "SELECT received_qty', 'population = "SELECT list(received_qty)', "population: list"),
    ("population = \"SELECT received_qty FROM core.receipt_line\"",
     "population = \"\"\"\nSELECT received_qty,\n now() AS n FROM core.receipt_line\"\"\"", "population: now"),
    ('limit_qty = "Above this."\n', "", "limit_qty has no note"),
    ('limit_qty = "Above this."', 'limit = "Above this."', "explains limit"),
    ('unit_name = "What a unit is called."',
     'unit_name = "What a unit is called."\n[param_notes_zh]\nmax_lines = "lines"', "param_notes_zh.max_lines holds no Chinese"),
    ("SELECT r.location_code,", "SELECT list(r.line_no) AS x, r.location_code,", "list is outside"),
    ("$unit_name AS unit_name", "$unit_name AS actual_qty", "two columns called actual_qty"),
    ("$unit_name AS unit_name", "$unit_name || 'x'", "has no name"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), HEADER, ids=[said for _, _, said in HEADER])
def test_a_fault_is_named_with_its_line_in_the_file(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    found = [(line, fault) for line, fault in faults(tmp_path, text) if re.search(said, fault)]
    assert found, faults(tmp_path, text)
    anchor = {
        "needs names qty": "needs =",
        "limit_qty has no note": "limit_qty = 10",
        "the grain names line": "grain =",
        "population: now": " now()",
        "not_applicable_zh": "/*",
        "two columns called actual_qty": "/*",
        "has no name": "/*",
        "the ageing names days": "ageing =",
        "no such rule": "consequence_of =",
        "of itself": "consequence_of =",
        "words.x holds no Chinese": "words.x",
        "param_notes_zh.max_lines holds no Chinese": 'max_lines = "lines"',
    }.get(said, new or old)
    expected = line_with(text, anchor)
    assert {line for line, _ in found} == {expected}


@pytest.mark.parametrize(
    ("old", "new", "line_of"),
    [
        ('title = "Received in vain"', "title = Received", "title = Received"),
        ('name = "enough"', "name = enough", "name = enough"),
    ],
)
def test_broken_toml_is_named_with_its_line_in_the_file(tmp_path: Path, old: str, new: str, line_of: str) -> None:
    text = GOOD.replace(old, new, 1)
    ((line, said),) = faults(tmp_path, text)
    assert line == line_with(text, line_of)
    assert "not valid TOML" in said
    assert f"line {line}" in said


def test_cases_are_asked_for(tmp_path: Path) -> None:
    text = GOOD.partition("\n/* cases")[0]
    assert [said.partition(":")[0] for _, said in faults(tmp_path, text)] == [
        "there is no failing case",
        "there is no passing case",
    ]


def test_a_name_is_an_identifier(tmp_path: Path) -> None:
    assert "no identifier" in faults(tmp_path, GOOD, "Received-In")[0][1]


def test_a_file_in_another_encoding_is_a_fault(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    path.write_bytes(GOOD.encode("gb18030"))
    ((_, fault),) = lint_files([path])
    assert "not UTF-8" in fault.text


def test_rules_that_explain_each_other_in_a_circle(tmp_path: Path) -> None:
    paths = [
        written(tmp_path, GOOD.replace("needs =", f'consequence_of = ["{cause}"]\nneeds ='), name)
        for name, cause in (("rule_a", "rule_b"), ("rule_b", "rule_c"), ("rule_c", "rule_b"))
    ]
    found = lint_files(paths, {"rule_a", "rule_b", "rule_c"})
    assert [(path.stem, "rule_b, rule_c are consequences of each other" in fault.text) for path, fault in found] == [
        ("rule_b", True),
        ("rule_c", True),
    ]


# --- on the command line ---------------------------------------------------------------------------------------------


def test_lint_of_a_project_goes_on_past_a_broken_file(shop: Any) -> None:
    shop.rule("received_in_vain", GOOD)
    assert shop.run("rule", "lint").code == 0
    shop.rule("other_rule", "no header")
    shop.rule("third_rule", GOOD.replace('title_zh = "白收了"', 'title_zh = "x"'))
    ran = shop.run("rule", "lint", "--lang", "zh")
    assert ran.code == 14
    assert [line.partition(": ")[0] for line in ran.out.splitlines()] == [
        "checks/rules/receiving/other_rule.sql:1",
        "checks/rules/receiving/third_rule.sql:3",
    ]
    assert "检查 3 条规则，发现 2 处问题" in ran.err
    assert shop.run("rule", "lint", "third_rule", "--json").json[0] == {
        "rule_id": "third_rule",
        "file": "checks/rules/receiving/third_rule.sql",
        "line": 3,
        "detail": "title_zh holds no Chinese: translate it.",
    }
    assert shop.run("rule", "lint", "no_rule").code == 2


def test_a_new_rule_lints_and_its_cases_run(shop: Any) -> None:
    ran = shop.run("rule", "new", "receipt_too_large", "--process", "receiving", "--severity", "medium")
    assert (ran.code, "receipt_too_large.sql" in ran.err) == (0, True)
    assert shop.run("rule", "lint", "receipt_too_large").code == 0
    ran = shop.run("rule", "test", "receipt_too_large")
    assert (ran.code, "2 passed, 0 failed" in ran.err) == (0, True)
    rule = load_catalogue(shop.root / "checks/rules", shop.root / "pipelines/models").rules["receipt_too_large"]
    assert (rule.process, rule.severity) == ("receiving", "medium")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["received_in_vain", "--process", "codes"], "There is a rule received_in_vain already"),
        (["ReceiptTooLarge", "--process", "codes"], "no name for a rule"),
        (["receipt", "--process", "codes"], "no name for a rule"),
        (["receipt__twice", "--process", "codes"], "no name for a rule"),
        (["../receipt_x", "--process", "codes"], "no name for a rule"),
        (["receipt_x", "--process", "../codes"], "no name for a process"),
        (["receipt_x", "--process", "codes", "--severity", "grave"], "no severity"),
    ],
)
def test_a_new_rule_with_a_bad_name_is_refused(shop: Any, arguments: list[str], said: str) -> None:
    ran = shop.run("rule", "new", *arguments)
    assert (ran.code, said in ran.err) == (2, True), ran.err
    assert len(list((shop.root / "checks" / "rules").rglob("*.sql"))) == 1
