"""The package as a shop installs it: built, installed in a fresh environment, used away from the repository."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
UV = os.environ.get("UV") or shutil.which("uv")
CARRIED = {".py", ".sql", ".csv", ".xlsx", ".md", ".toml"}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("wheel"),
    pytest.mark.skipif(UV is None, reason="uv is neither named by UV nor on the PATH"),
]


def run(*command: str | Path, cwd: Path, code: int = 0) -> str:
    """What the command prints; its environment knows nothing of this one."""
    kept = {k: v for k, v in os.environ.items() if k not in ("VIRTUAL_ENV", "PYTHONPATH", "UV_PROJECT_ENVIRONMENT")}
    done = subprocess.run([str(part) for part in command], cwd=cwd, env=kept, capture_output=True, text=True)
    assert done.returncode == code, f"{command[:3]} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    assert UV is not None
    folder = tmp_path_factory.mktemp("dist")
    # The wheel is made from the source archive, so both are proved at once.
    run(UV, "build", "--quiet", "--out-dir", folder, cwd=REPOSITORY)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `workbench` of a fresh environment with the versions of the lock file."""
    assert UV is not None
    folder = tmp_path_factory.mktemp("shop")
    limits = folder / "limits.txt"
    export = ("export", "--quiet", "--frozen", "--no-dev", "--no-emit-project", "--no-hashes", "-o", limits)
    run(UV, *export, cwd=REPOSITORY)
    run(UV, "venv", "--quiet", folder / "venv", cwd=folder)
    python = folder / "venv" / "bin" / "python"
    run(UV, "pip", "install", "--quiet", "--python", python, "-c", limits, wheel, cwd=folder)
    return folder / "venv" / "bin" / "workbench"


def test_carries_the_project_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    carried = [n.removeprefix("workbench/_project/") for n in names if n.startswith("workbench/_project/")]
    assert {n.split("/")[0] for n in carried} <= {"pipelines", "checks", "notebooks", "data"}
    assert {Path(n).suffix for n in carried} <= CARRIED
    assert not [n for n in names if "__pycache__" in n or "tests/" in n or n.endswith(".pyc")]
    for folder, pattern in (
        ("pipelines", "**/*.py"),
        ("pipelines", "**/*.sql"),
        ("checks", "**/*.sql"),
        ("checks", "**/*.toml"),
    ):
        here = {p.relative_to(REPOSITORY).as_posix() for p in (REPOSITORY / folder).glob(pattern)}
        assert here <= set(carried), f"{folder}/{pattern}"


def test_shop_makes_a_project_loads_the_sample_and_checks_it(installed: Path, tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    run(installed, "init", shop, cwd=tmp_path)
    sample = shop / "data" / "sample"
    files = sorted(p for p in sample.iterdir() if p.suffix in (".csv", ".xlsx") and p.name != "answer_key.csv")
    answer = json.loads(run(installed, "--project", shop, "--json", "ingest", *files, cwd=tmp_path))
    reports = answer if isinstance(answer, list) else answer["files"]
    assert len(reports) == len(files)
    assert {report["status"] for report in reports} == {"loaded"}
    run(installed, "--project", shop, "--json", "check", "--as-of", "2025-03-31", cwd=tmp_path, code=10)
    findings = run(installed, "--project", shop, "findings", "--format", "csv", cwd=tmp_path)
    assert "receipt_entered_twice" in findings
    rules = json.loads(run(installed, "--project", shop, "--json", "rules", cwd=tmp_path))
    assert len(rules) == len(list((REPOSITORY / "checks" / "rules").glob("*/*.sql")))


def test_it_runs_its_own_code_and_not_the_repositorys(installed: Path, tmp_path: Path) -> None:
    python = installed.with_name("python")
    where = run(python, "-c", "import workbench; print(workbench.__file__)", cwd=tmp_path).strip()
    assert Path(where).is_relative_to(installed.parents[1])


def test_demo_runs_from_the_package(installed: Path, tmp_path: Path) -> None:
    run(installed, "demo", cwd=tmp_path)
