"""What there is to tell: findings that stand open, what went wrong in a run, findings that nobody has acknowledged.

Who is told is `routing`'s business, in which words `messages`'.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.catalogue import SEVERITIES
from workbench.store.alerting import Key, Memory

if TYPE_CHECKING:
    import duckdb

    from workbench.project import Project
    from workbench.settings import AlertSettings

FINDING, ESCALATION, TROUBLE = "finding", "escalation", "trouble"
# What can go wrong in a run, and how grave it is; routes name them like rules.
TROUBLES = {
    "run_failed": "critical",
    "rule_failed": "high",
    "file_refused": "high",
    "load_quarantined": "high",
    "backup_failed": "high",
    "rehearsal_failed": "high",
}
_TAKEN_IN = ("loaded", "held", "seen", "skipped")
# A long weekend of quiet hours; older news is in the records.
_DAYS_KEPT = 7


@dataclass(frozen=True)
class News:
    """One piece of news. `epoch` says which time it is: a finding that came back is news again.

    `finding` is its row for a finding; `detail` what is said of a trouble, `since` when a finding was first sent.
    """

    kind: str
    subject: str
    epoch: str
    rule_id: str
    severity: str
    location_code: str = ""
    finding: Mapping[str, Any] = field(default_factory=dict)
    detail: str = ""
    since: dt.datetime | None = None

    @property
    def key(self) -> Key:
        """What it is remembered by."""
        return self.kind, self.subject, self.epoch


def open_findings(con: duckdb.DuckDBPyConnection, project: Project) -> list[News]:
    """Findings that are not resolved and that nobody has dismissed or knows to be good, gravest and dearest first."""
    from workbench.triage.listing import Filter, triaged_findings
    from workbench.triage.suppression import load_triage

    load_triage(con, project.store, project.now().date(), project.catalogue.rules)
    names, rows = triaged_findings(con, Filter())
    epochs = epochs_of(con)
    found = [dict(zip(names, row, strict=True)) for row in rows]
    return [
        News(FINDING, f["finding_id"], epoch_of(f, epochs), f["rule_id"], f["severity"], f["location_code"] or "", f)
        for f in found
    ]


def epochs_of(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """The run in which a finding last came back, by its number."""
    # A lake that was last written by an older program has no such table before its next check.
    has_table = con.execute(
        "SELECT count(*) FROM information_schema.tables WHERE table_catalog = 'lake' AND table_schema = 'ops'"
        " AND table_name = 'reopening'"
    ).fetchone()
    if has_table != (1,):
        return {}
    return dict(con.execute("SELECT finding_id, max(run_id) FROM ops.reopening GROUP BY finding_id").fetchall())


def epoch_of(finding: Mapping[str, Any], epochs: Mapping[str, int]) -> str:
    """Which time a finding stands open: the run in which this time began."""
    return str(epochs.get(finding["finding_id"], finding["first_seen_run"]))


def escalations(findings: Iterable[News], memory: Memory, settings: AlertSettings, now: dt.datetime) -> list[News]:
    """Findings grave enough that were sent long enough ago and that nobody has acknowledged."""
    if not settings.escalate_after_hours:
        return []
    worst = SEVERITIES.index(settings.escalate_severity)
    step = dt.timedelta(hours=settings.escalate_after_hours)
    due = []
    for news in findings:
        spell = (news.subject, news.epoch)
        since = memory.first_told.get(spell)
        if since is None or spell in memory.acknowledged or SEVERITIES.index(news.severity) > worst:
            continue
        times = min(int((now - since) / step), settings.escalate_times)
        if times > 0:
            epoch = f"{news.epoch}.{times}"
            due.append(
                News(
                    ESCALATION,
                    news.subject,
                    epoch,
                    news.rule_id,
                    news.severity,
                    news.location_code,
                    news.finding,
                    since=since,
                )
            )
    return due


def troubles(records: Iterable[Mapping[str, Any]]) -> list[News]:
    """What went wrong in runs, from their records."""
    return [news for record in records for news in _troubles_of(record)]


def recent_records(var: Path, now: dt.datetime) -> list[dict[str, Any]]:
    """Records of the runs of the last days, oldest first; what cannot be read is left out."""
    first = f"{now - dt.timedelta(days=_DAYS_KEPT):%Y%m%dT%H%M%S}"
    found = []
    for path in sorted((var / "runs").glob("*.json")):
        if path.name < first:
            continue
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(record, dict) and record.get("started_at"):
            found.append(record)
    return found


def _troubles_of(record: Mapping[str, Any]) -> Sequence[News]:
    began = str(record["started_at"])

    def trouble(kind: str, subject: str, detail: str, epoch: str = began) -> News:
        return News(TROUBLE, f"{kind}/{subject}", epoch, kind, TROUBLES[kind], detail=detail)

    found = [trouble("run_failed", "", record["error"])] if record.get("error") else []
    for file in record.get("files", ()):
        if file["status"] not in _TAKEN_IN:
            name = " / ".join(part for part in (file["file_name"], file["sheet"]) if part)
            found.append(trouble("file_refused", file.get("path") or name, f"{name}: {file['message']}"))
    for held in record.get("quarantine", ()):
        # It stands in the record of every run until somebody decides; it is news once.
        detail = f"{held['file_name']}: {held['reasons']}"
        found.append(trouble("load_quarantined", str(held["file_id"]), detail, str(held["held_at"])))
    for outcome in record.get("outcomes", ()):
        if outcome["status"] == "error":
            found.append(trouble("rule_failed", outcome["rule_id"], f"{outcome['rule_id']}: {outcome['detail']}"))
    for note in record.get("notes", ()):
        if note["note"] in ("backup_failed", "rehearsal_failed"):
            found.append(trouble(note["note"], "", str(note["reason"])))
    return found
