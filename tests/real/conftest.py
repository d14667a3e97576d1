"""Data that nobody here wrote, taken through the command line as a user would: a project, ingest, check, findings.

Each data set is loaded and checked once. A second project takes the same rows in another order.
"""

from __future__ import annotations

import contextlib
import io
import json
import random
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from workbench.cli import main

REPOSITORY = Path(__file__).resolve().parents[2]
SHARED = REPOSITORY.parent / "shared" / "data"


class Shop:
    """A project folder and the command line over it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        _run("init", str(folder))

    def call(self, *arguments: str, code: int = 0) -> str:
        """What the command prints on stdout; any other exit code than `code` fails the test."""
        return _run("--project", str(self.folder), *arguments, code=code)

    def answer(self, *arguments: str, code: int = 0) -> Any:
        """The JSON that the command prints."""
        return json.loads(self.call("--json", *arguments, code=code))

    def ingest(self, *arguments: str | Path, code: int = 0) -> list[dict[str, Any]]:
        """The reports of the files."""
        reports: list[dict[str, Any]] = self.answer("ingest", *map(str, arguments), code=code)
        return reports

    def check(self, as_of: str) -> dict[str, Any]:
        """The report of a run over all rules, with its outcomes by rule."""
        report: dict[str, Any] = self.answer("check", "--as-of", as_of, "--fail-on", "never")
        report["outcomes"] = {o["rule_id"]: o for o in report["outcomes"]}
        return report

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a SELECT."""
        return [tuple(row.values()) for row in json.loads(self.call("sql", query, "--format", "json"))]

    def one(self, query: str) -> tuple[Any, ...]:
        """The only row of a SELECT."""
        (row,) = self.rows(query)
        return row

    def findings(self, *rules: str) -> list[dict[str, Any]]:
        """Findings that are not resolved, of these rules or of all, with their evidence read."""
        chosen = [part for rule in rules for part in ("--rule", rule)]
        found: list[dict[str, Any]] = json.loads(self.call("findings", *chosen, "--format", "json"))
        for finding in found:
            finding["evidence"] = json.loads(finding["evidence"] or "{}")
        return found

    def outcome(self, rule: str) -> tuple[str, int]:
        """Status and number of violations of a rule in the newest run."""
        found = self.rows(
            "SELECT status, violated FROM ops.outcome "
            f"WHERE rule_id = '{rule}' AND run_id = (SELECT max(run_id) FROM ops.run)"
        )
        assert found, f"{rule} was not run"
        return found[0][0], found[0][1]

    def contents(self) -> dict[str, int]:
        """Rows of every table that loading fills, and the number of snapshots."""
        tables = self.rows(
            "SELECT table_schema || '.' || table_name FROM information_schema.tables "
            "WHERE table_schema = 'core' OR (table_schema = 'ops' AND table_name IN ('file', 'reject')) ORDER BY 1"
        )
        counts = " UNION ALL ".join(f"SELECT '{name}' AS name, count(*) AS n FROM {name}" for (name,) in tables)
        return {**dict(self.rows(counts)), "snapshots": len(self.answer("snapshots"))}

    def says(self) -> dict[str, set[tuple[str, str]]]:
        """Per rule, the findings by identity and message."""
        result: dict[str, set[tuple[str, str]]] = {}
        for finding in self.findings():
            result.setdefault(finding["rule_id"], set()).add((finding["finding_id"], finding["message"]))
        return result


def _run(*arguments: str, code: int = 0) -> str:
    out, err = io.StringIO(), io.StringIO()
    ended: object = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main(list(arguments))
        except SystemExit as end:
            ended = end.code or 0
    assert ended == code, (
        f"workbench {' '.join(arguments)} ended with {ended}: {err.getvalue()}{out.getvalue()[-2000:]}"
    )
    return out.getvalue()


@pytest.fixture(scope="session")
def open_shop(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Shop]:
    """A new project with this name."""
    return lambda name: Shop(tmp_path_factory.mktemp("real") / name)


@pytest.fixture(scope="session")
def data_set() -> Callable[[str], Path]:
    """The folder of a data set; the test is skipped where it is not there."""

    def find(name: str) -> Path:
        if not (SHARED / name).is_dir():
            pytest.skip(f"no data set in {SHARED / name}")
        return SHARED / name

    return find


@pytest.fixture(scope="session")
def shuffled(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A copy of a folder with the rows of every CSV and Parquet file in another order, always the same one."""

    def copy(folder: Path, *, has_header: bool, but: Iterable[str] = ()) -> Path:
        target = tmp_path_factory.mktemp("shuffled") / folder.name
        target.mkdir()
        for path in sorted(p for p in folder.iterdir() if p.suffix in (".csv", ".parquet")):
            order = random.Random(path.name)
            if path.name in but:
                shutil.copyfile(path, target / path.name)
            elif path.suffix == ".parquet":
                table = pq.read_table(path)
                pq.write_table(table.take(order.sample(range(len(table)), len(table))), target / path.name)
            else:
                lines = path.read_bytes().splitlines(keepends=True)
                head, rest = (lines[:1], lines[1:]) if has_header else ([], lines)
                order.shuffle(rest)
                (target / path.name).write_bytes(b"".join(head + rest))
        return target

    return copy


@pytest.fixture(scope="session")
def changes_nothing() -> Callable[..., None]:
    """Load the same files two more times and check once more: not a row, not a snapshot, not a finding is new."""

    def assure(shop: Shop, as_of: str, *paths: Path) -> None:
        before, said = shop.contents(), shop.says()
        for _ in range(2):
            reports = shop.ingest(*paths)
            assert {r["status"] for r in reports} <= {"seen", "skipped"}
            assert any(r["status"] == "seen" for r in reports)
        assert shop.contents() == before
        report = shop.check(as_of)
        assert (report["new"], report["resolved"], report["reopened"]) == (0, 0, 0)
        assert shop.says() == said

    return assure
