"""The findings notebook over a real project: it runs whole, in both states, and shows the engine's own figures."""

import importlib.util
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


def _app():
    spec = importlib.util.spec_from_file_location("findings_notebook", REPOSITORY / "notebooks" / "findings.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.app


@pytest.fixture
def project_folder(tmp_path: Path) -> Path:
    for name in ("checks", "pipelines"):
        (tmp_path / name).symlink_to(REPOSITORY / name)
    return tmp_path


def test_shows_the_figures_of_the_last_run(project_folder: Path) -> None:
    import datetime as dt

    from workbench.findings import check
    from workbench.ingest import ingest
    from workbench.project import Project

    file = project_folder / "receipt_line.csv"
    file.write_text(
        "location_code,receipt_no,line_no,product_code,received_qty,unit_cost,received_at\n"
        "S01,R1,1,,5,2.50,2025-03-01 10:00:00\n"
    )
    project = Project(project_folder)
    ingest([file], project.workplace())
    report = check(project.lake, project.contracts, project.catalogue, {}, dt.date(2025, 3, 31), "me", project.now())
    _, definitions = _app().run(defs={"project": project, "lake": project.lake.read()})
    assert definitions["run"]["violated"] == sum(o.violated for o in report.outcomes) > 0
    assert definitions["by_rule"]["findings"].sum() == definitions["run"]["violated"]
    assert "12.50" in definitions["headline"] or definitions["dearest"]["money"] >= 12.5


def test_notebook_passes_the_strict_check_of_marimo() -> None:
    import subprocess
    import sys

    notebook = REPOSITORY / "notebooks" / "findings.py"
    done = subprocess.run([sys.executable, "-m", "marimo", "check", "--strict", str(notebook)], capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
