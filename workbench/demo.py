"""The demonstration: the sample of a small chain, loaded and checked in a folder of its own, held against its key."""

from __future__ import annotations

import csv
import datetime as dt
import shutil
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from workbench.accounting import FileReport
from workbench.errors import ConfigurationError
from workbench.findings import CheckReport, check
from workbench.ingest import ingest
from workbench.project import Project
from workbench.scaffold import make_project, origin
from workbench.triage.listing import list_findings, money_by_rule

AS_OF = dt.date(2025, 3, 31)
_KEY_COLUMNS = ("document_no", "document_line_no", "location_code", "product_code", "batch_no", "occurred_date")


@dataclass(frozen=True)
class DemoReport:
    """What the demonstration did. `missed` are planted defects not found, `extra` findings that nobody planted."""

    project: Project
    files: list[FileReport]
    check: CheckReport
    findings: list[dict[str, Any]]
    by_rule: list[tuple[str, str, int, Decimal]]
    planted: int
    missed: list[dict[str, str]]
    extra: list[dict[str, Any]]


def run_demo(folder: Path) -> DemoReport:
    """Make the project anew in `folder` (only ever a folder this function made), load the sample, check it."""
    marker = folder / ".workbench-demo"
    if folder.exists():
        if not marker.exists():
            raise ConfigurationError(f"{folder} is there and is no earlier demonstration: remove it or name another.")
        shutil.rmtree(folder)
    sample = origin() / "data" / "sample"
    if not sample.is_dir():
        raise ConfigurationError(f"{sample} is missing: install the package again.")
    make_project(folder)
    marker.touch()
    project = Project(folder)
    files = [report for report in ingest([sample], project.workplace()) if report.status != "skipped"]
    report = check(
        project.lake, project.contracts, project.catalogue, project.settings.rules, AS_OF, project.author, project.now()
    )
    con = project.lake.read()
    names, rows = list_findings(con)
    findings = [dict(zip(names, row, strict=True)) for row in rows]
    with (sample / "answer_key.csv").open(encoding="utf-8-sig", newline="") as stream:
        key = [line for line in csv.DictReader(stream) if line["rule_id"] != "reject"]
    missed, extra = compare(key, findings)
    return DemoReport(project, files, report, findings, money_by_rule(con), len(key), missed, extra)


def compare(
    key: list[dict[str, str]], findings: list[dict[str, Any]]
) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    """Planted defects without a finding, and findings without a planted defect; each finding answers one defect."""
    left = list(findings)
    missed = []
    for planted in key:
        partner = next((f for f in left if _answers(planted, f)), None)
        if partner is None:
            missed.append(planted)
        else:
            left.remove(partner)
    return missed, left


def _answers(planted: dict[str, str], finding: dict[str, Any]) -> bool:
    if planted["rule_id"] != finding["rule_id"]:
        return False
    return all(
        not planted.get(column) or str(finding[column] if finding[column] is not None else "") == planted[column]
        for column in _KEY_COLUMNS
    )
