"""Gates within a run: who judges, the run itself judged by what its rules found, and the site of what was judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from workbench.storage import writing_to

if TYPE_CHECKING:
    from workbench.findings import CheckReport
    from workbench.gates.door import Judgement
    from workbench.gates.judging import Court
    from workbench.nightly.run import RunReport
    from workbench.project import Project

SITE = "data_docs"


@contextmanager
def in_court(project: Project) -> Iterator[Court | None]:
    """Who judges, None where nothing is expected. Starting takes seconds, in which files are looked at and read."""
    from workbench.gates.judging import Court

    if not project.suites:
        yield None
        return
    with Court() as court:
        yield court


def judge_check(project: Project, court: Court, check: CheckReport) -> Judgement:
    """Judge a run of the rules, and keep the verdict beside those on loads."""
    from workbench.gates.door import store_judgements
    from workbench.gates.runs import Ruled, judge_run

    rules = [
        Ruled(o.rule.rule_id, o.severity, o.status, o.violated, o.rule.text("title", "en"), o.rule.text("title", "zh"))
        for o in check.outcomes
    ]
    facts = {"judged_run": check.run_id}
    with writing_to(project.var), project.lake.write(project.author, f"judge run {check.run_id}", facts) as con:
        judgement = judge_run(
            con,
            court,
            project.suites,
            project.settings.gates,
            check.run_id,
            check.as_of,
            rules,
            project.settings.shop.language,
        )
        store_judgements(con, [judgement], project.now())
    return judgement


def publish_site(project: Project, court: Court, report: RunReport) -> None:
    """Write what this run judged to `var/data_docs`; a site that cannot be written ends no run."""
    from workbench.gates.site import publish
    from workbench.words import sentence

    language = project.settings.shop.language
    heading = sentence("docs_heading", language, as_of=report.as_of, started=f"{report.started_at:%Y-%m-%d %H:%M}")
    judgements = [*([report.judged_run] if report.judged_run else []), *report.judgements]
    try:
        fault = publish(court, project.var / SITE, judgements, heading, language)
    except OSError as error:
        fault = str(error.strerror or error)
    if fault:
        report.notes.append(("docs_not_written", {"reason": fault}))


def as_record(one: Judgement) -> Mapping[str, Any]:
    """A judgement as it stands in the record of a run."""
    verdicts = [
        {"figure": j.expectation.figure, "verdict": j.verdict, "value": j.value, "detail": j.detail}
        for j in one.judged
        if j.verdict != "not_applicable"
    ]
    return {"file_id": one.file_id, "suite": one.suite, "verdict": one.verdict, "expectations": verdicts}
