"""Commands about backups: backup and restore."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.backup.sealed import PASSPHRASE
from workbench.cli.app import State, app
from workbench.cli.output import as_json, print_table, say
from workbench.errors import ConfigurationError, UsageError
from workbench.words import sentence

if TYPE_CHECKING:
    from workbench.backup.restoring import Restored


@app.command(epilog="Example: workbench backup --to /mnt/usb/workbench")
def backup(
    ctx: typer.Context,
    to: Annotated[Path | None, typer.Option(help="The folder for it; default: [backup] folder.")] = None,
    listed: Annotated[bool, typer.Option("--list", help="Make none, list those that are there.")] = False,
) -> None:
    """Back up everything while others work; encrypted when WORKBENCH_BACKUP_PASSPHRASE or recipients are set."""
    from workbench.backup.keeping import backups_in, clear
    from workbench.backup.making import back_up

    state: State = ctx.obj
    project = state.project()
    language = state.language_of(project)
    folder = to or project.root / project.settings.backup.folder
    if listed:
        found = backups_in(folder)
        if state.wants_json:
            sys.stdout.write(as_json([vars(b) for b in found]) + "\n")
        elif found:
            names = ["made_at", "file", "megabytes", "encrypted"]
            rows = [[b.made_at, str(b.folder), round(b.size_bytes / 1e6, 1), b.is_encrypted] for b in found]
            print_table(names, rows, language)
        else:
            say(sentence("backup_none", language, folder=folder))
        return
    made = back_up(project, os.environ.get(PASSPHRASE, ""), folder)
    gone = clear(folder, project.settings.backup)
    if state.wants_json:
        sys.stdout.write(as_json({**vars(made), "removed": [str(b.folder) for b in gone]}) + "\n")
        return
    how = sentence("backup_encrypted" if made.is_encrypted else "backup_plain", language)
    say(sentence("backup_made", language, path=made.folder, size=f"{made.size_bytes / 1e6:,.1f}", how=how))
    if gone:
        say(sentence("backups_removed", language, count=len(gone)))


@app.command(epilog="Example: workbench restore backups/2026-11-25T023000Z --to /srv/restored")
def restore(
    ctx: typer.Context,
    source: Annotated[Path | None, typer.Argument(metavar="BACKUP", help="Default: the newest.")] = None,
    to: Annotated[Path | None, typer.Option(help="The folder that becomes the project; it must be new.")] = None,
    is_rehearsal: Annotated[bool, typer.Option("--rehearse", help="Only try it in a temporary place.")] = False,
    identity: Annotated[Path | None, typer.Option(help="A file with the secret key of age.")] = None,
) -> None:
    """Bring a backup back into a new folder and prove it: hashes, audit log, and all that doctor looks at."""
    from workbench.backup import restoring
    from workbench.backup.keeping import backups_in

    state: State = ctx.obj
    if (to is None) != is_rehearsal:
        raise UsageError("Say where to: --to DIR, a new folder; or --rehearse to try it only.")
    language = state.language or "en"
    if source is None:
        project = state.project()
        language = state.language_of(project)
        folder = project.root / project.settings.backup.folder
        found = backups_in(folder)
        if not found:
            raise UsageError(f"There is no backup in {folder}: name one, or make one with `workbench backup`.")
        source = found[-1].folder
    passphrase = os.environ.get(PASSPHRASE, "")
    if to is None:
        result = restoring.rehearse(source, passphrase, identity)
    else:
        result = restoring.restore(source, to, passphrase, identity)
    _tell(state, result, language, is_rehearsal=is_rehearsal)
    if not result.is_sound:
        raise typer.Exit(ConfigurationError.exit_code)


def _tell(state: State, result: Restored, language: str, *, is_rehearsal: bool) -> None:
    if state.wants_json:
        facts = {**vars(result), "findings": [vars(f) for f in result.findings], "is_sound": result.is_sound}
        sys.stdout.write(as_json(facts) + "\n")
        return
    values = {"path": result.root, "made_at": result.made_at, "files": result.files}
    say(sentence("backup_rehearsed" if is_rehearsal else "backup_restored", language, **values))
    for finding in result.findings:
        if not finding.is_ok:
            say(f"{finding.check}: {finding.detail}")
