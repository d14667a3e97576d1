"""Shared by all tests: the repository as a project, its contracts and its catalogue, and small shops made from them."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from workbench.catalogue import Catalogue, load_catalogue
from workbench.contracts import Table, find_contracts

REPOSITORY = Path(__file__).resolve().parents[1]
NOW = dt.datetime(2025, 4, 1, 8, 0)

# One small rule and one model, so that a test of the engine does not depend on what the real rules say.
RULE = """/*
title = "Received in vain"
title_zh = "白收了"
severity = "high"
assertion = "accuracy"
why = "Too much was received."
why_zh = "收多了。"
fix = "Send it back."
fix_zh = "退回。"
message = "Receipt {document_no} line {document_line_no} received {actual_qty}"
message_zh = "入库单 {document_no} 第 {document_line_no} 行收了 {actual_qty}"
grain = ["location_code", "document_no", "document_line_no"]
population = "SELECT received_qty FROM core.receipt_line"
needs = ["received_qty"]
[params]
limit_qty = 10.0
max_lines = 3
is_strict = true
unit_name = "piece"
*/
SELECT r.location_code, r.receipt_no AS document_no, r.line_no AS document_line_no, r.supplier_code, r.product_code,
    CAST(r.received_at AS DATE) AS occurred_date, r.received_qty AS actual_qty, r.line_amount AS amount_at_risk,
    $unit_name AS unit_name
FROM core.receipt_line AS r
WHERE r.received_qty > $limit_qty AND $is_strict AND $max_lines > 0 AND r.received_at < $as_of
"""


@pytest.fixture(scope="session")
def contracts() -> dict[str, Table]:
    return find_contracts(REPOSITORY / "checks" / "contracts")


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue(REPOSITORY / "checks" / "rules", REPOSITORY / "pipelines" / "models")


@dataclass
class Ran:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Shop:
    """A project folder of a test, and the ways in which a user meets it."""

    root: Path
    inbox: Path
    settings: dict[str, Any] = field(default_factory=dict)
    now: dt.datetime = NOW
    _con: Any = None

    @property
    def project(self) -> Any:
        from workbench.project import Project

        return Project(self.root, now=lambda: self.now)

    def file(self, name: str, content: str | bytes | Sequence[Sequence[Any]], encoding: str = "utf-8") -> Path:
        """A file in the inbox: bytes, text, or rows of cells as CSV."""
        path = self.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not isinstance(content, (str, bytes)):
            content = "".join(",".join("" if c is None else str(c) for c in row) + "\n" for row in content)
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    def ingest(self, *paths: Path, **choice: Any) -> Any:
        """One report for one path, a list for several."""
        from workbench.detection import Choice
        from workbench.ingest import ingest

        reports = ingest(paths, self.project.workplace(), Choice(**choice))
        return reports[0] if len(reports) == 1 else reports

    def load(self, name: str, content: str | bytes | Sequence[Sequence[Any]], **choice: Any) -> Any:
        return self.ingest(self.file(name, content), **choice)

    @property
    def con(self) -> Any:
        """A reader that stays open, since opening one takes half a second; it sees every later snapshot."""
        if self._con is None:
            self._con = self.project.lake.read()
        return self._con

    def close(self) -> None:
        if self._con is not None:
            self._con.close()
            self._con = None

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.con.execute(sql).fetchall()]

    def one(self, sql: str) -> Any:
        ((value,),) = self.rows(sql)
        return value

    def state(self, *, without: Sequence[str] = ("loaded_at", "started_at", "seconds")) -> dict[str, list[str]]:
        """Every row of every table of core, mart and ops as sorted text, without clocks."""
        result = {}
        for schema, name in self.rows(
            "SELECT table_schema, table_name FROM information_schema.tables WHERE table_catalog = 'lake' ORDER BY ALL"
        ):
            cursor = self.con.execute(f"SELECT * FROM {schema}.{name}")
            kept = [i for i, column in enumerate(cursor.description) if column[0] not in without]
            result[f"{schema}.{name}"] = sorted(str([row[i] for i in kept]) for row in cursor.fetchall())
        return result

    def snapshots(self) -> int:
        return len(self.project.lake.snapshots(self.con))

    def check(self, *rule_ids: str, as_of: dt.date = dt.date(2025, 3, 31), **rules: Any) -> Any:
        from workbench.findings import check

        p = self.project
        return check(p.lake, p.contracts, p.catalogue, rules or p.settings.rules, as_of, "tester", self.now, rule_ids)

    def findings(self, *statuses: str) -> list[dict[str, Any]]:
        from workbench.triage.listing import list_findings

        names, rows = list_findings(self.con, statuses=statuses)
        return [dict(zip(names, row, strict=True)) for row in rows]

    def rule(self, name: str, text: str = RULE, process: str = "receiving") -> None:
        folder = self.root / "checks" / "rules" / process
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.sql").write_text(text, encoding="utf-8")

    def model(self, name: str, sql: str) -> None:
        (self.root / "pipelines" / "models" / f"{name}.sql").write_text(
            f'/*\ntitle = "{name}"\ntitle_zh = "{name}"\n*/\n{sql}\n', encoding="utf-8"
        )

    def configure(self, toml: str) -> None:
        (self.root / "workbench.toml").write_text(toml, encoding="utf-8")

    def run(self, *arguments: str | Path) -> Ran:
        """A command of the command line, in this process."""
        from workbench.cli import main

        out, err = io.StringIO(), io.StringIO()
        code = 0
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                main(["--project", str(self.root), *map(str, arguments)])
            except SystemExit as end:
                code = int(end.code or 0)
        return Ran(code, out.getvalue(), err.getvalue())

    def start(self, *arguments: str | Path, **options: Any) -> subprocess.Popen[str]:
        """A command in a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-W", "error", "-c", "from workbench.cli import main; main()", "--project",
             str(self.root), *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.inbox,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY), **options.pop("env", {})},
            **options,
        )  # fmt: skip


def make_shop(folder: Path) -> Shop:
    """A project of the repository's contracts and native source, with one rule of its own and an empty lake."""
    root = folder / "shop"
    for part in ("checks/rules/receiving", "pipelines/models"):
        (root / part).mkdir(parents=True)
    (root / "checks" / "contracts").symlink_to(REPOSITORY / "checks" / "contracts")
    (root / "pipelines" / "native.py").symlink_to(REPOSITORY / "pipelines" / "native.py")
    inbox = folder / "inbox"
    inbox.mkdir()
    shop = Shop(root, inbox)
    shop.rule("received_in_vain")
    return shop


@pytest.fixture(scope="session")
def shop_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop whose lake has its tables already: copying it is four times as fast as making them."""
    folder = tmp_path_factory.mktemp("template")
    shop = make_shop(folder)
    shop.ingest(*[])
    return folder


@pytest.fixture
def new_shop(shop_template: Path, tmp_path: Path) -> Iterator[Callable[[], Shop]]:
    """Shops one after another, for tests that need several."""
    made: list[Shop] = []

    def make() -> Shop:
        made.append(copied(shop_template, tmp_path / f"s{len(made)}"))
        return made[-1]

    yield make
    for shop in made:
        shop.close()


@pytest.fixture
def shop(new_shop: Callable[[], Shop]) -> Shop:
    return new_shop()


def copied(template: Path, folder: Path) -> Shop:
    shutil.copytree(template, folder, symlinks=True)
    return Shop(folder / "shop", folder / "inbox")
