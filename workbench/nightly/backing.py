"""The backup at the end of a run, and now and then its rehearsal. Neither ever makes a run fail: it is told instead."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.backup.keeping import clear
from workbench.backup.making import back_up
from workbench.backup.restoring import rehearse
from workbench.backup.sealed import PASSPHRASE
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.project import Project

Note = tuple[str, dict[str, Any]]


def back_up_and_rehearse(project: Project) -> list[Note]:
    """Make the backup that the settings ask for; what went wrong, as names of sentences with their values."""
    settings = project.settings.backup
    if not settings.every_run:
        return []
    passphrase = os.environ.get(PASSPHRASE, "")
    try:
        made = back_up(project, passphrase)
        clear(made.folder.parent, settings)
    except (WorkbenchError, OSError) as error:
        return [("backup_failed", {"reason": error})]
    if not settings.rehearse_days or not _is_due(project, settings.rehearse_days):
        return []
    # For a public key alone nobody here can open it: the rehearsal is whoever's who has the secret one.
    if made.is_encrypted and not passphrase:
        return []
    try:
        result = rehearse(made.folder, passphrase)
    except (WorkbenchError, OSError) as error:
        return [("rehearsal_failed", {"reason": error})]
    broken = [f"{f.check}: {f.detail}" for f in result.findings if not f.is_ok]
    if broken:
        return [("rehearsal_failed", {"reason": broken[0]})]
    facts = {"rehearsed_at": project.now().isoformat(), "backup": made.folder.name}
    _memory(project).write_text(json.dumps(facts), encoding="utf-8")
    return []


def _is_due(project: Project, days: int) -> bool:
    try:
        last = dt.datetime.fromisoformat(json.loads(_memory(project).read_text(encoding="utf-8"))["rehearsed_at"])
    except (OSError, ValueError, KeyError):
        return True
    return not dt.timedelta(0) <= project.now() - last < dt.timedelta(days=days)


def _memory(project: Project) -> Path:
    return project.var / "rehearsal.json"
