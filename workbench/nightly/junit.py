"""Outcomes of a check as JUnit XML, which build servers and schedulers read. One rule is one test case."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as Xml

from workbench.errors import UsageError

if TYPE_CHECKING:
    from workbench.findings import CheckReport


def write_junit(report: CheckReport, path: Path, language: str) -> None:
    """Write the file; findings are failures, a rule that cannot run is an error, one without rows is skipped.

    Raises UsageError where the file cannot be written.
    """
    counts = {"failures": ("fail", "warn"), "errors": ("error",), "skipped": ("not_applicable",)}
    totals = {name: str(sum(o.status in statuses for o in report.outcomes)) for name, statuses in counts.items()}
    facts = {"name": f"workbench run {report.run_id}", "tests": str(len(report.outcomes)), **totals}
    suite = Xml.Element("testsuite", {**facts, "time": f"{report.seconds:.3f}"})
    for o in report.outcomes:
        process = o.rule.file.path.parent.name
        case = Xml.SubElement(suite, "testcase", classname=process, name=o.rule.rule_id, time=f"{o.seconds:.3f}")
        title = o.rule.text("title", language)
        if o.status in ("fail", "warn"):
            text = f"{title}: {o.violated} ({o.severity}, {o.amount_at_risk})"
            Xml.SubElement(case, "failure", type=o.severity, message=text)
        elif o.status == "error":
            Xml.SubElement(case, "error", message=_printable(o.detail))
        elif o.status == "not_applicable":
            Xml.SubElement(case, "skipped", message=_printable(o.detail))
    root = Xml.Element("testsuites")
    root.append(suite)
    try:
        Xml.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from error


def _printable(text: str) -> str:
    # XML has no way to write control characters, and an error may quote a cell.
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)
