"""One run from the inbox to the verdict, with a record of every step in `var/runs`, also of a run that broke off.

What a step does is the business of the module that does it; here they follow one another, one run at a time.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib.metadata
import json
import os
import platform
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import UsageError, WorkbenchError
from workbench.nightly.gating import as_record, in_court, judge_check, publish_site
from workbench.nightly.inbox import Contents, look, put_away
from workbench.storage import writing_to

if TYPE_CHECKING:
    from workbench.accounting import FileReport
    from workbench.corrections.verifying import Verification
    from workbench.findings import CheckReport
    from workbench.gates.door import Judgement
    from workbench.gates.held import Held
    from workbench.gates.judging import Court
    from workbench.project import Project

_PACKAGES = ("stock-workbench", "duckdb", "polars", "pandera", "great-expectations", "sqlglot")
_TAKEN_IN = ("loaded", "held", "seen", "skipped")


class RunInProgressError(WorkbenchError):
    """Another run has not finished yet."""


@dataclass
class RunReport:
    """What a run came to. `notes` are names of sentences with their values: what somebody should know besides."""

    started_at: dt.datetime
    as_of: dt.date
    contents: Contents = field(default_factory=lambda: Contents((), ()))
    files: list[FileReport] = field(default_factory=list)
    judgements: list[Judgement] = field(default_factory=list)
    judged_run: Judgement | None = None
    quarantine: list[Held] = field(default_factory=list)
    check: CheckReport | None = None
    corrections: list[Verification] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    snapshots: dict[str, int] = field(default_factory=dict)
    catalogue: dict[str, str] = field(default_factory=dict)
    maintained: dict[str, Any] = field(default_factory=dict)
    notes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    alerts: dict[str, int] = field(default_factory=dict)
    error: str = ""
    record: Path = Path()

    @property
    def refused(self) -> list[FileReport]:
        """Files that could not be taken in."""
        return [f for f in self.files if f.status == "refused"]


def run(
    project: Project,
    inbox: Path | None = None,
    as_of: dt.date | None = None,
    wait_seconds: float = 0,
    sleep: Callable[[float], None] = time.sleep,
    progress: Callable[[str], None] = lambda step: None,
) -> RunReport:
    """Take in what lies in the inbox, check, put the files away. Looks at the books as of today unless told otherwise.

    Raises RunInProgressError when another run holds the project for longer than `wait_seconds`, UsageError where an
    inbox that was named is no folder, and whatever ends a step; a record is kept then too.
    """
    if inbox is not None and not inbox.is_dir():
        raise UsageError(f"{inbox} is no folder: name the folder into which exports are put.")
    with _alone(project, wait_seconds):
        now = project.now()
        before = newest_record(project.var)
        report = RunReport(now, as_of or now.date())
        _mind_the_clock(report, before, project.settings.run.every_hours, is_free=as_of is None)
        try:
            with in_court(project) as court:
                _steps(project, inbox or project.root / project.settings.run.inbox, report, court, sleep, progress)
        except WorkbenchError as error:
            report.error = str(error)
            raise
        except Exception as error:
            # What a library says may quote what is in a cell.
            report.error = type(error).__name__
            raise
        finally:
            if report.error or report.check is not None:
                _tell_people(project, report, sleep, progress)
            _keep_record(project, report)
        return report


def _steps(
    project: Project,
    inbox: Path,
    report: RunReport,
    court: Court | None,
    sleep: Callable[[float], None],
    progress: Callable[[str], None],
) -> None:
    from workbench.corrections.verifying import verify
    from workbench.findings import check
    from workbench.gates.suites import RUN
    from workbench.ingest import ingest
    from workbench.maintenance import maintain
    from workbench.nightly.backing import back_up_and_rehearse
    from workbench.nightly.kept_rules import keep_rules
    from workbench.quarantine import waiting
    from workbench.reloading import judge_loads

    settings = project.settings.run
    archive = (project.root / settings.archive).resolve()
    inbox = inbox.resolve()
    if not inbox.is_dir():
        # Nothing could be put there; the next export can.
        with writing_to(inbox):
            inbox.mkdir(parents=True)
    with _timed(report, "inbox", progress):
        report.contents = look(inbox, settings.settle_seconds, settings.patience_seconds, sleep, archive)
        for path, reason in report.contents.left:
            report.notes.append((f"left_{reason}", {"file": path.relative_to(inbox)}))
    report.snapshots["before"] = _newest_snapshot(project)
    gate = project.gate(court) if court else None
    if gate is not None and project.lake.exists:
        with _timed(report, "gate", progress):
            # What was loaded by hand since the last run has passed no gate, and is older than what comes now.
            judge_loads(project, gate)
    with _timed(report, "ingest", progress):
        if report.contents.ready:
            report.files = ingest(report.contents.ready, project.workplace(gate))
        _put_away(inbox, archive / report.started_at.date().isoformat(), report)
    report.catalogue = keep_rules(project)
    report.judgements = gate.judgements if gate else []
    report.quarantine = waiting(project)
    with _timed(report, "check", progress):
        report.check = check(
            project.lake,
            project.contracts,
            project.catalogue,
            project.settings.rules,
            report.as_of,
            project.author,
            report.started_at,
        )
    if court is not None and RUN in project.suites:
        with _timed(report, "judge", progress):
            report.judged_run = judge_check(project, court, report.check)
    with _timed(report, "verify", progress):
        report.corrections = verify(project, project.act())
    if court is not None:
        with _timed(report, "publish", progress):
            publish_site(project, court, report)
        report.seconds["judging"] = round(court.seconds, 3)
    report.snapshots["after"] = _newest_snapshot(project)
    with _timed(report, "maintain", progress):
        report.maintained = vars(maintain(project.lake, project.settings.maintenance, report.started_at))
    with _timed(report, "backup", progress):
        report.notes += back_up_and_rehearse(project)


def _tell_people(
    project: Project, report: RunReport, sleep: Callable[[float], None], progress: Callable[[str], None]
) -> None:
    """Send alerts, also about a run that failed; what hinders them is noted and fails nothing."""
    if not project.settings.alerts.channels:
        return
    from workbench.alerts.sending import send_due, send_unwritten

    facts = manifest(project, report)
    with _timed(report, "alerts", progress):
        try:
            sent = send_due(project, facts, sleep=sleep)
        except Exception as error:
            reason = str(error) if isinstance(error, WorkbenchError) else type(error).__name__
            report.notes.append(("alerts_failed", {"reason": reason}))
            if report.error:
                # What broke the run, a store out of reach or a full disk, mostly breaks this too.
                with suppress(Exception):
                    send_unwritten(project, facts, sleep=sleep)
            return
    report.alerts = sent.counts
    report.notes += [("channel_failing", {"channel": c, "reason": why}) for c, why in sent.failing.items()]
    report.notes += [("alerts_failed", {"reason": fault}) for fault in sent.faults]
    if sent.held:
        until = project.settings.alerts.quiet_until
        report.notes.append(("alerts_held", {"count": sent.held, "until": f"{until:%H:%M}"}))


def records(var: Path) -> Iterator[dict[str, Any]]:
    """Records of runs, the newest first, whatever became of them; one that cannot be read is passed over."""
    for path in sorted((var / "runs").glob("*.json"), reverse=True):
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(found, dict):
            yield found


def newest_record(var: Path) -> dict[str, Any] | None:
    """The record of the last run, whatever became of it; None where there was none or it cannot be read."""
    return next(records(var), None)


@contextmanager
def _alone(project: Project, wait_seconds: float) -> Iterator[None]:
    """Hold the project for one run; the lock comes back by itself when the process is killed."""
    from filelock import FileLock, Timeout

    with writing_to(project.var):
        project.var.mkdir(parents=True, exist_ok=True)
        lock = FileLock(project.var / "run.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            holder = _holder(project.var)
            if wait_seconds:
                project.notify(f"{holder}; waiting up to {wait_seconds:g} s for it to finish …")
            try:
                lock.acquire(timeout=wait_seconds)
            except Timeout as error:
                raise RunInProgressError(f"{holder}: let it finish, or wait for it with --wait SECONDS.") from error
        facts = {"process": os.getpid(), "started_at": project.now().isoformat(sep=" ", timespec="seconds")}
        (project.var / "run.json").write_text(json.dumps(facts), encoding="utf-8")
    try:
        yield
    finally:
        lock.release()


def _holder(var: Path) -> str:
    try:
        facts = json.loads((var / "run.json").read_text(encoding="utf-8"))
        return f"The run that began at {facts['started_at']} UTC (process {facts['process']}) has not finished yet"
    except (OSError, ValueError, KeyError):
        return "Another run has not finished yet"


def _mind_the_clock(report: RunReport, before: dict[str, Any] | None, every_hours: float, is_free: bool) -> None:
    """Notes about nights that were missed and a clock that was set back; then the last day looked at holds on."""
    if before is None:
        return
    last = dt.datetime.fromisoformat(before["started_at"])
    if report.started_at < last:
        report.notes.append(("clock_set_back", {"now": report.started_at, "last": last}))
        if is_free:
            report.as_of = max(report.as_of, dt.date.fromisoformat(before["as_of"]))
    missed = int((report.started_at - last) / dt.timedelta(hours=every_hours) - 0.5)
    if missed > 0:
        report.notes.append(("runs_missed", {"count": missed, "last": last}))


def _put_away(inbox: Path, folder: Path, report: RunReport) -> None:
    """Move what was taken in to the archive, and what was refused to a folder beside it, with the reason."""
    by_path: dict[str, list[FileReport]] = {}
    for file in report.files:
        by_path.setdefault(file.path, []).append(file)
    for text, parts in by_path.items():
        path = Path(text)
        refused = [p for p in parts if p.status not in _TAKEN_IN]
        if any(p.lacks_room for p in refused):
            report.notes.append(("left_no_room", {"file": path.relative_to(inbox)}))
            continue
        try:
            place = put_away(path, inbox, folder / "refused" if refused else folder)
            if refused:
                reasons = "\n".join(p.message for p in refused)
                place.with_name(f"{place.name}.why.txt").write_text(f"{reasons}\n", encoding="utf-8")
        except OSError as error:
            # Loaded is loaded: the next run knows the file again by its content.
            report.notes.append(("not_put_away", {"file": path.relative_to(inbox), "reason": error.strerror}))


def _newest_snapshot(project: Project) -> int:
    if not project.lake.exists:
        return 0
    con = project.lake.read()
    try:
        row = con.execute("SELECT max(snapshot_id) FROM ducklake_snapshots('lake')").fetchone()
        return int(row[0]) if row else 0
    finally:
        con.close()


@contextmanager
def _timed(report: RunReport, step: str, progress: Callable[[str], None]) -> Iterator[None]:
    progress(step)
    started = time.perf_counter()
    try:
        yield
    finally:
        report.seconds[step] = round(time.perf_counter() - started, 3)


def _keep_record(project: Project, report: RunReport) -> None:
    """Write the record beside and move it into place; a disk that is full must not hide what happened before."""
    folder = project.var / "runs"
    report.record = folder / f"{report.started_at:%Y%m%dT%H%M%S}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        number = 1
        while report.record.exists():
            number += 1
            report.record = folder / f"{report.started_at:%Y%m%dT%H%M%S}-{number}.json"
        draft = report.record.with_suffix(".draft")
        text = json.dumps(manifest(project, report), ensure_ascii=False, indent=1, default=str)
        draft.write_text(text + "\n", encoding="utf-8")
        draft.replace(report.record)
    except OSError as error:
        project.notify(f"The record of this run cannot be written to {folder}: {error.strerror}.")


def manifest(project: Project, report: RunReport) -> dict[str, Any]:
    """All that one must know to run it again: files, snapshots, rules, settings, versions, and what it came to."""
    check = report.check
    return {
        "started_at": report.started_at.isoformat(sep=" "),
        "as_of": report.as_of.isoformat(),
        "author": project.author,
        "run_id": check.run_id if check else None,
        "error": report.error,
        "snapshots": report.snapshots,
        "seconds": report.seconds,
        "files": [_file(project, f) for f in report.files],
        "left": [{"file": str(path), "reason": reason} for path, reason in report.contents.left],
        "notes": [{"note": name, **values} for name, values in report.notes],
        "gates": [as_record(j) for j in report.judgements],
        "judged_run": as_record(report.judged_run) if report.judged_run else {},
        "quarantine": [{n: v for n, v in vars(h).items() if n != "choice"} for h in report.quarantine],
        "outcomes": _outcomes(check) if check else [],
        "findings": _moves(check) if check else {},
        "alerts": report.alerts,
        "corrections": [vars(v) for v in report.corrections],
        "catalogue": report.catalogue,
        "maintained": report.maintained,
        "settings": {"rules": project.settings.rules, "text": _text_of(project.settings_file)},
        "versions": {**_versions(_PACKAGES), "python": platform.python_version(), "system": platform.platform()},
        "engine": "duckdb",
        "disk_free_bytes": shutil.disk_usage(project.var).free,
    }


def _file(project: Project, file: FileReport) -> dict[str, Any]:
    names = ("file_name", "sheet", "status", "message", "file_id", "source", "feed")
    counts = ("read", "accepted", "rejected", "known", "blank", "ignored", "revised")
    return {name: getattr(file, name) for name in (*names, *counts)} | {"path": file.path}


def _outcomes(check: CheckReport) -> list[dict[str, Any]]:
    return [
        {
            "rule_id": o.rule.rule_id,
            "digest": o.rule.file.digest,
            "severity": o.severity,
            "status": o.status,
            "scope": o.scope,
            "tested": o.tested,
            "not_tested": o.not_tested,
            "violated": o.violated,
            "amount_at_risk": str(o.amount_at_risk),
            "seconds": round(o.seconds, 3),
            "detail": o.detail,
        }
        for o in check.outcomes
    ]


def _moves(check: CheckReport) -> dict[str, int]:
    return {name: getattr(check, name) for name in ("new", "still_open", "resolved", "reopened")}


def _versions(names: Sequence[str]) -> dict[str, str]:
    return {name: importlib.metadata.version(name) for name in names}


def _text_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""
