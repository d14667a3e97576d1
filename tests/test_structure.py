"""What holds for every file of the project: size, a docstring that says what belongs here, no stray output."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
FOLDERS = ("workbench", "pipelines", "checks", "notebooks", "data", "docs", "bench", "tests")
MODULES = sorted(
    path
    for folder in FOLDERS
    for path in (REPOSITORY / folder).rglob("*.py")
    if not {"__pycache__", "var", ".cache"} & set(path.relative_to(REPOSITORY).parts)
)
ENGINE = [path for path in MODULES if path.is_relative_to(REPOSITORY / "workbench")]
LONGEST = 400


def named(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_module_fits_in_a_head(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= LONGEST, f"{lines} lines: split it"


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_module_says_what_belongs_in_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    is_notebook = path.is_relative_to(REPOSITORY / "notebooks") and text.startswith("# ")
    if text.strip() and path.name != "__init__.py" and not is_notebook:
        assert ast.get_docstring(ast.parse(text)), "begin it with two to five lines that say what belongs here"


@pytest.mark.parametrize("path", ENGINE, ids=named)
def test_engine_documents_what_is_public(path: Path) -> None:
    bare = [node.name for node in _public(ast.parse(path.read_text(encoding="utf-8"))) if not ast.get_docstring(node)]
    assert bare == []


@pytest.mark.parametrize("path", ENGINE, ids=named)
def test_only_the_command_line_prints(path: Path) -> None:
    if "cli" in path.relative_to(REPOSITORY).parts:
        return
    calls = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert calls == []


@pytest.mark.parametrize("path", ENGINE, ids=named)
def test_engine_reads_no_clock_but_the_project_s(path: Path) -> None:
    """The clock is passed in; only `project.utc_now` asks for it."""
    text = path.read_text(encoding="utf-8")
    if path.name != "project.py":
        assert not re.search(r"\b(?:datetime|date)\.(?:now|today|utcnow)\(", text)


@pytest.mark.parametrize(
    "name", ["README.md", "CHANGELOG.md", "LICENSE", "Makefile", "docs/dictionary.md", "docs/models.md"]
)
def test_a_project_has(name: str) -> None:
    assert (REPOSITORY / name).stat().st_size > 100


def test_links_of_the_readme_lead_somewhere() -> None:
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", text) + re.findall(r'(?:src|href)="(?!https?:|#)([^"]+)"', text)
    assert links
    assert [link for link in links if not (REPOSITORY / link).exists()] == []


def test_make_targets_of_the_readme_exist() -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)`", (REPOSITORY / "README.md").read_text(encoding="utf-8"))) <= targets


def test_every_make_target_says_what_it_does() -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z-]+):(?!=)(.*)$", makefile, re.MULTILINE)
    assert [name for name, rest in targets if "##" not in rest] == []


def test_every_dependency_has_its_reason() -> None:
    lines = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    project = tomllib.loads("\n".join(lines))
    names = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    names = [name for name in names if not name.startswith("pytest>")]
    without = [n for n in names if not any(f'"{n}",' in line and "#" in line.split(f'"{n}",')[1] for line in lines)]
    assert without == []


def test_package_imports_nothing_of_a_project() -> None:
    wrong = [
        f"{named(path)}:{node.lineno}"
        for path in ENGINE
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for module in _imported(node)
        if module.split(".")[0] in ("pipelines", "checks", "notebooks", "tests")
    ]
    assert wrong == []


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def _public(tree: ast.Module | ast.ClassDef) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """Public functions, classes and their public methods; not what is inside functions, nor pandera's Config."""
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            if node.name != "Config":
                yield node
            if isinstance(node, ast.ClassDef):
                yield from _public(node)
