"""The recipes for schedulers in the guide: Python that parses, and commands and figures that there are."""

from __future__ import annotations

import ast
import re
import shlex
from typing import Any

import pytest
import typer

from tests.conftest import REPOSITORY, Shop

GUIDE = (REPOSITORY / "docs/scheduling.md").read_text(encoding="utf-8")
RECIPES = dict(zip(("airflow", "dagster"), re.findall(r"```python\n(.*?)```", GUIDE, flags=re.DOTALL), strict=True))


def texts(tree: ast.AST) -> list[str]:
    """Every text of a program, an f-string with a word in place of what it fills in."""
    found = []
    parts = {id(p) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for p in node.values}
    for node in ast.walk(tree):
        if id(node) in parts:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.append(node.value)
        elif isinstance(node, ast.JoinedStr):
            found.append("".join(str(p.value) if isinstance(p, ast.Constant) else "VALUE" for p in node.values))
        elif isinstance(node, ast.List) and all(isinstance(e, (ast.Constant, ast.Name)) for e in node.elts):
            found.append(" ".join(str(e.value) if isinstance(e, ast.Constant) else "VALUE" for e in node.elts))
    return found


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_parses_and_calls_commands_with_options_that_there_are(name: str) -> None:
    from workbench.cli.app import app, load_commands

    tree = ast.parse(RECIPES[name])
    load_commands()
    group: Any = typer.main.get_command(app)
    lines = [t.split(";")[0] for t in texts(tree) if t.startswith("workbench ")]
    assert lines
    for line in lines:
        words = shlex.split(line)[1:]
        command = next(word for word in words if word in group.commands)
        known = {o for p in [*group.params, *group.commands[command].params] for o in p.opts}
        assert {word for word in words if word.startswith("--")} <= known, line


def test_the_figures_that_the_recipe_reads_are_in_the_output(shop: Shop) -> None:
    shop.configure("[run]\nsettle_seconds = 0.01\n")
    facts = shop.run("--json", "run", "--as-of", "2025-03-31", "--fail-on", "never").json
    read = set(re.findall(r'facts\["(\w+)"\]', RECIPES["dagster"]))
    assert read
    assert read <= set(facts)


def test_every_exit_code_of_the_guide_is_one_of_the_program() -> None:
    from workbench import errors

    known = {0} | {e.exit_code for e in vars(errors).values() if isinstance(e, type) and hasattr(e, "exit_code")}
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", GUIDE, flags=re.MULTILINE)} <= known
