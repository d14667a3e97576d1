"""The command line as people and cron meet it: results, sentences, exit codes, JSON, languages."""

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.main import get_command

from workbench.cli import main
from workbench.cli.app import app, load_commands

REPOSITORY = Path(__file__).resolve().parents[2]
RECEIPTS = """location_code,receipt_no,line_no,product_code,received_qty,unit_cost,received_at,status,colour
S01,R1,1,P1,5,2.50,2025-03-01 10:00:00,approved,red
S01,R1,2,,7,2.00,2025-03-01 10:00:00,approved,red
S01,R2,1,P1,See ASN,1,2025-03-02 10:00:00,approved,red
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("checks", "pipelines"):
        (tmp_path / name).symlink_to(REPOSITORY / name)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "receipt_line.csv").write_text(RECEIPTS)
    return tmp_path


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str]):
    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["--project", str(folder), *arguments])
        captured = capsys.readouterr()
        code = ended.value.code
        return int(code or 0), captured.out, captured.err

    return call


def test_from_a_file_to_findings_and_back_to_the_source(run, folder: Path) -> None:
    code, out, err = run("ingest", str(folder / "in"))
    assert code == 0
    assert re.search(r"receipt_line.csv.*loaded.*3 .*2 .*1 ", out)
    assert "columns not used: colour" in err
    assert "1 rows were rejected" in err

    code, out, _ = run("check", "--as-of", "2025-03-31", "--rule", "product_code_missing")
    assert code == 10
    assert re.search(r"product_code_missing.*high.*fail", out)

    code, out, _ = run("findings", "--json")
    finding = json.loads(out)[0]
    assert (code, finding["document_no"], finding["document_line_no"]) == (0, "R1", 2)
    evidence = json.loads(finding["evidence"])

    code, out, _ = run("source", str(evidence["file_id"]), str(evidence["row_no"]), "--json")
    assert json.loads(out)[0]["received_qty"] == "7"


def test_exit_codes_say_the_cause(run, folder: Path) -> None:
    assert run("findings")[0] == 14  # no lake yet
    assert run("ingest", str(folder / "nothing.csv"))[0] == 12
    assert run("ingest", str(folder / "in"))[0] == 0
    assert run("check", "--rule", "no_such_rule")[0] == 2
    assert run("check", "--as-of", "soon")[0] == 2
    assert run("check", "--as-of", "2025-03-31", "--fail-on", "critical")[0] == 0
    assert run("check", "--as-of", "2025-03-31", "--fail-on", "high")[0] == 10
    assert run("check", "--as-of", "2025-03-31", "--fail-on", "never")[0] == 0
    (folder / "workbench.toml").write_text("[rules.receipt_over_order]\ntolerance = 3\n")
    code, _, err = run("check")
    assert code == 14
    assert "tolerance_share" in err
    (folder / "workbench.toml").write_text("[shop]\nlanguage = 'fr'\n")
    assert run("check")[0] == 14


def test_a_rule_that_cannot_run_is_an_error_and_never_a_pass(run, folder: Path) -> None:
    (folder / "checks").unlink()
    rules = folder / "checks" / "rules" / "codes"
    rules.mkdir(parents=True)
    (folder / "checks" / "contracts").symlink_to(REPOSITORY / "checks" / "contracts")
    good = (REPOSITORY / "checks" / "rules" / "codes" / "product_code_missing.sql").read_text()
    (rules / "product_code_missing.sql").write_text(good)
    run("ingest", str(folder / "in"))
    assert run("check", "--as-of", "2025-03-31")[0] == 10
    (rules / "product_code_missing.sql").write_text(good.replace("FROM core.receipt_line\n", "FROM core.no_table\n"))
    code, out, _ = run("check", "--as-of", "2025-03-31", "--json")
    report = json.loads(out)
    assert code == 11
    assert report["outcomes"][0]["status"] == "error"
    assert "no_table" in report["outcomes"][0]["detail"]
    assert report["resolved"] == 0
    assert json.loads(run("findings", "--json")[1])[0]["status"] == "open"


@pytest.mark.parametrize(
    "arguments",
    [
        ["ingest", "in"],
        ["files"],
        ["rejects"],
        ["snapshots"],
        ["check", "--as-of", "2025-03-31"],
        ["findings"],
        ["findings", "--group", "root"],
        ["findings", "--suppressed"],
        ["known-good", "list"],
        ["rules"],
        ["rule", "show", "receipt_over_order"],
        ["rule", "lint", "receipt_over_order"],
        ["rule", "test", "receipt_over_order"],
        ["sql", "SELECT * FROM core.receipt_line"],
        ["source", "1", "2"],
        ["doctor"],
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_json_is_all_there_is_on_stdout(run, folder: Path, arguments: list[str], monkeypatch) -> None:
    monkeypatch.chdir(folder)
    run("ingest", "in")
    _, out, _ = run(*arguments, "--json")
    json.loads(out)


def test_an_error_with_json_is_json_too(run, folder: Path) -> None:
    code, out, err = run("check", "--rule", "nope", "--json")
    assert json.loads(out) == {"error": err.strip(), "exit_code": code}


def test_sql_reads_and_nothing_else(run, folder: Path, tmp_path: Path) -> None:
    run("ingest", str(folder / "in"))
    code, out, _ = run("sql", "SELECT sum(received_qty) AS n FROM core.receipt_line", "--format", "csv")
    assert (code, out) == (0, "n\n12.000\n")
    for query in (
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        f"COPY (SELECT 1) TO '{tmp_path / 'out.csv'}'",
        "DELETE FROM core.receipt_line",
        "CREATE TABLE core.x AS SELECT 1",
        "ATTACH '/tmp/other.duckdb'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SELECT 1; SELECT 2",
        "SELEKT 1",
        "",
    ):
        code, _, err = run("sql", query)
        assert code in (2, 12), query
        assert err.strip().count("\n") == 0, err
    assert not (tmp_path / "out.csv").exists()
    assert run("sql", "SELECT count(*) FROM core.receipt_line", "--format", "csv")[1].endswith("\n2\n")


def test_sql_as_of_a_snapshot_and_a_moment(run, folder: Path) -> None:
    run("ingest", str(folder / "in"))
    snapshots = json.loads(run("snapshots", "--json")[1])
    last = snapshots[-1]
    (folder / "in" / "receipt_line_2.csv").write_text(RECEIPTS.replace("R1", "R7").replace("R2", "R8"))
    run("ingest", str(folder / "in"))
    count = "SELECT count(*) AS n FROM core.receipt_line"
    assert json.loads(run("sql", count, "--json")[1]) == [{"n": 4}]
    assert json.loads(run("sql", count, "--json", "--snapshot", str(last["snapshot"]))[1]) == [{"n": 2}]
    assert json.loads(run("sql", count, "--json", "--at", last["committed_at"])[1]) == [{"n": 2}]
    code, _, err = run("sql", count, "--snapshot", "999")
    assert (code, "snapshot 999" in err) == (12, True)


def test_exports_hold_no_formula(run, folder: Path, tmp_path: Path) -> None:
    import openpyxl

    (folder / "in" / "receipt_line.csv").write_text(
        "location_code,receipt_no,line_no,product_code,received_qty,received_at,supplier_code\n"
        "S01,\"=cmd|'/c calc'!A0\",1,,5,2025-03-01,@SUM(1)\n"
    )
    run("ingest", str(folder / "in"))
    run("check", "--as-of", "2025-03-31", "--rule", "product_code_missing")
    out = run("findings", "--format", "csv")[1]
    assert "'=cmd|" in out
    assert not re.search(r"(^|,)[\"]?=cmd", out)
    run("findings", "--format", "xlsx", "-o", str(tmp_path / "f.xlsx"))
    sheet = openpyxl.load_workbook(tmp_path / "f.xlsx").active
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert run("findings", "--format", "xlsx")[0] == 2
    assert run("findings", "--format", "html")[0] == 2


def test_chinese_from_the_first_table_to_the_last_sentence(run, folder: Path) -> None:
    _, out, err = run("ingest", str(folder / "in"), "--lang", "zh")
    assert "文件" in out
    assert "已载入" in out
    assert "未使用的列" in err
    _, out, err = run("--lang", "zh", "check", "--as-of", "2025-03-31", "--rule", "product_code_missing")
    assert "单据行缺少商品编码" in out
    assert "不通过" in out
    assert "第 1 次检查" in err
    assert "入库单 R1 第 2 行没有商品编码" in run("findings", "--lang=zh")[1].replace("\n", "")
    assert "不是数字" in run("rejects", "--lang", "zh")[1]
    with pytest.raises(SystemExit):
        main(["--lang", "xx", "rules"])


def test_mended_rejects_come_back_in(run, folder: Path, tmp_path: Path) -> None:
    import openpyxl

    run("ingest", str(folder / "in"))
    target = tmp_path / "receipt_line mended.xlsx"
    assert run("rejects", "--export", str(target))[0] == 0
    book = openpyxl.load_workbook(target)
    sheet = book["rows"]
    header = [cell.value for cell in sheet[1]]
    assert sheet.max_row == 2
    assert sheet.cell(2, header.index("received_qty") + 1).value == "See ASN"
    assert "See ASN" in [cell.value for cell in book["why"][2]]
    sheet.cell(2, header.index("received_qty") + 1).value = "9"
    book.save(target)
    reports = json.loads(run("ingest", str(target), "--json")[1])
    assert [(r["status"], r["accepted"], r["rejected"]) for r in reports] == [("loaded", 1, 0)]
    assert json.loads(
        run("sql", "SELECT received_qty AS q FROM core.receipt_line WHERE receipt_no = 'R2'", "--json")[1]
    ) == [{"q": 9}]


def test_every_command_has_help_with_an_example() -> None:
    def commands(group, path=()):
        for name, command in group.commands.items():
            if hasattr(command, "commands"):
                yield from commands(command, (*path, name))
            else:
                yield " ".join((*path, name)), command

    load_commands()
    found = dict(commands(get_command(app)))
    wanted = "init ingest check findings rejects sql rules doctor demo source files snapshots".split()
    wanted += ["dismiss", "undismiss", "assign", "known-good add", "known-good list", "known-good remove"]
    assert {*wanted, "rule lint", "rule test", "rule show", "rule new"} <= set(found)
    for name, command in found.items():
        assert command.help, name
        assert f"Example: workbench {name}" in (command.epilog or ""), name


def test_help_answers_at_once_and_loads_nothing_heavy() -> None:
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "workbench", "--help"], check=True, capture_output=True)
        seconds.append(time.perf_counter() - started)
    # 0.16 s measured on an idle machine; half a second is promised, and a loaded test machine gets some grace.
    assert min(seconds) < 1.0
    code = (
        "import sys; from workbench.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "heavy = {'polars', 'pandera', 'duckdb', 'pandas', 'pydantic', 'marimo', 'great_expectations', 'sqlglot',\n"
        " 'sqlalchemy', 'alembic'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_init_makes_a_project_and_overwrites_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "shop"
    with pytest.raises(SystemExit) as ended:
        main(["init", str(target)])
    assert not ended.value.code
    for part in ("pipelines/native.py", "checks/rules/receiving/receipt_over_order.sql", "notebooks/findings.py"):
        assert (target / part).is_file()
    assert (target / "workbench.toml").read_text().count("[") >= 3
    (target / "mine.txt").write_text("keep")
    with pytest.raises(SystemExit) as ended:
        main(["init", str(target)])
    assert ended.value.code == 14
    assert "is not empty" in capsys.readouterr().err
    assert (target / "mine.txt").read_text() == "keep"


def test_outside_of_a_project_one_sentence_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--project", str(tmp_path), "findings"])
    assert ended.value.code == 14
    assert "workbench init" in capsys.readouterr().err


def test_demo_finds_all_that_was_planted_and_nothing_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["demo", str(tmp_path / "demo"), "--json"])
    summary = json.loads(capsys.readouterr().out)
    assert not ended.value.code
    assert (summary["missed"], summary["extra"]) == ([], [])
    assert summary["findings"] == summary["planted"] >= 25
    (tmp_path / "other").mkdir()
    with pytest.raises(SystemExit) as ended:
        main(["demo", str(tmp_path / "other")])
    assert ended.value.code == 14


def test_doctor_sees_a_changed_original(run, folder: Path) -> None:
    run("ingest", str(folder / "in"))
    assert run("doctor")[0] == 0
    original = next(p for p in (folder / "var" / "files").rglob("*") if p.is_file())
    original.write_bytes(original.read_bytes() + b"x")
    code, out, _ = run("doctor", "--json")
    assert code == 14
    assert any(not f["is_ok"] and "changed" in f["detail"] for f in json.loads(out))
    original.unlink()
    assert any("missing" in f["detail"] for f in json.loads(run("doctor", "--json")[1]))
