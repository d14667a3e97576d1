"""Which backups are there, and which are kept: the newest of the last days, weeks and months."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Sequence
from pathlib import Path

from workbench.backup.making import NAME_FORMAT, Backup
from workbench.settings import BackupSettings
from workbench.storage import writing_to


def backups_in(folder: Path) -> list[Backup]:
    """Backups of a folder, oldest first; whatever else lies there is left alone."""
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        try:
            made_at = dt.datetime.strptime(path.name.split("Z")[0] + "Z", NAME_FORMAT)
        except ValueError:
            continue
        files = [file for file in path.iterdir() if file.is_file()]
        if any(file.name.startswith("backup.tar") for file in files):
            size = sum(file.stat().st_size for file in files)
            found.append(Backup(path, made_at, size, (path / "backup.tar.age").exists()))
    return sorted(found, key=lambda b: (b.made_at, len(b.folder.name), b.folder.name))


def kept(backups: Sequence[Backup], settings: BackupSettings) -> list[Backup]:
    """Those to keep, oldest first: the newest of each of the last days, weeks and months that have one.

    The newest of all is among them, whatever the settings say.
    """
    chosen = set(list(backups)[-1:])
    for count, period in (
        (settings.keep_days, "%Y-%m-%d"),
        (settings.keep_weeks, "%G-%V"),
        (settings.keep_months, "%Y-%m"),
    ):
        newest = {b.made_at.strftime(period): b for b in backups}
        chosen.update(list(newest.values())[-count:] if count else [])
    return [b for b in backups if b in chosen]


def clear(folder: Path, settings: BackupSettings) -> list[Backup]:
    """Remove the backups that are not to be kept; those removed."""
    there = backups_in(folder)
    gone = [b for b in there if b not in kept(there, settings)]
    with writing_to(folder):
        for backup in gone:
            shutil.rmtree(backup.folder)
    return gone
