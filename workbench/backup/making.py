"""Making a backup: catalogue, data, store, originals, attachments and the shop's own rules, as of one moment.

Writers wait only while the two databases are copied and the data files linked; readers never. What else lies in a
project is only ever added to, so it is copied after that.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib.metadata
import io
import json
import os
import shutil
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from workbench.backup.sealed import encrypting, recipients_for
from workbench.errors import ConfigurationError
from workbench.storage import writing_to

if TYPE_CHECKING:
    from workbench.project import Project

NAME_FORMAT = "%Y-%m-%dT%H%M%SZ"
MANIFEST = "manifest.json"
# Made again when needed, or of this machine alone; the databases are copied by themselves.
_LEFT_OUT = ("tmp", "staging", "run.json", "demo")
_DATABASES = ("ops.sqlite", "catalog.sqlite")
# The shop's own part of a project, beside `var`.
_OWN = ("workbench.toml", "checks", "pipelines", "notebooks")


@dataclass(frozen=True)
class Backup:
    """A backup as it lies there: its folder, its moment in UTC, bytes."""

    folder: Path
    made_at: dt.datetime
    size_bytes: int
    is_encrypted: bool


def back_up(project: Project, passphrase: str, to: Path | None = None) -> Backup:
    """Make a backup below `to`, by default the folder of the settings; whole, or not there at all.

    It is encrypted when there is a passphrase, or the settings name recipients. Raises ConfigurationError where
    catalogue, store or data are not in the project's folder, InputRefused where the folder cannot be written.
    """
    _require_local(project)
    place = to or project.root / project.settings.backup.folder
    moment = project.now().replace(microsecond=0)
    final = place / moment.strftime(NAME_FORMAT)
    draft = place / f".{final.name}.{os.getpid()}"
    with writing_to(place):
        draft.mkdir(parents=True)
        try:
            recipients = recipients_for(draft, passphrase, project.settings.backup.recipients)
            copies = draft / "copies"
            copies.mkdir()
            with project.lake.lock():
                # The store first: of a correction under way the books may be ahead, and never the store.
                for name in _DATABASES:
                    _copy_database(project.var / name, copies / name)
                _link_data(Path(project.lake.data_path), copies / "lake")
            path = draft / ("backup.tar.age" if recipients else "backup.tar")
            with path.open("xb") as out:
                with encrypting(out, recipients) if recipients else _plain(out) as stream:
                    _write(stream, project, copies, moment)
                out.flush()
                os.fsync(out.fileno())
            shutil.rmtree(copies)
            number = 1
            while final.exists():
                number += 1
                final = final.with_name(f"{moment.strftime(NAME_FORMAT)}-{number}")
            draft.rename(final)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
    size = sum(file.stat().st_size for file in final.iterdir())
    return Backup(final, moment, size, bool(recipients))


def _require_local(project: Project) -> None:
    if project.lake.is_postgres or project.store.is_postgres:
        raise ConfigurationError(
            "Catalogue or store are in PostgreSQL: back them up there with pg_dump, together with the folder var."
        )
    if not Path(project.lake.data_path).resolve().is_relative_to(project.root.resolve()):
        raise ConfigurationError(
            f"The data lies in {project.lake.data_path}, outside of the project: back it up where it lies."
        )


def _copy_database(source: Path, target: Path) -> None:
    """A consistent copy of an SQLite database that others read and write meanwhile."""
    if not source.exists():
        return
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as from_, closing(sqlite3.connect(target)) as to:
        from_.backup(to)


def _link_data(source: Path, target: Path) -> None:
    """Data files never change; a second name keeps them from being cleaned up while the backup is written."""
    for file in sorted(source.rglob("*")) if source.is_dir() else ():
        if file.is_file():
            link = target / file.relative_to(source)
            link.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(file, link)
            except OSError:
                shutil.copyfile(file, link)


@contextmanager
def _plain(out: IO[bytes]) -> Iterator[IO[bytes]]:
    yield out


def _write(stream: IO[bytes], project: Project, copies: Path, moment: dt.datetime) -> None:
    digests: dict[str, dict[str, Any]] = {}
    with tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        for name, path in _contents(project, copies):
            _add(tar, name, path, digests)
        facts = {
            "made_at": moment.isoformat(sep=" "),
            "project": project.root.name,
            "version": importlib.metadata.version("stock-workbench"),
            "files": digests,
        }
        text = json.dumps(facts, ensure_ascii=False, indent=1).encode()
        info = tarfile.TarInfo(MANIFEST)
        info.size, info.mtime = len(text), int(moment.replace(tzinfo=dt.UTC).timestamp())
        tar.addfile(info, io.BytesIO(text))


def _contents(project: Project, copies: Path) -> Iterator[tuple[str, Path]]:
    """Names in the backup, which are the paths below a project's folder, and where each file is now."""
    data = Path(project.lake.data_path).resolve()
    backups = (project.root / project.settings.backup.folder).resolve()
    for name in _DATABASES:
        if (copies / name).exists():
            yield f"var/{name}", copies / name
    for file in _files(copies / "lake"):
        yield str(data.relative_to(project.root.resolve()) / file.relative_to(copies / "lake")), file
    for own in _OWN:
        path = project.root / own
        for file in [path] if path.is_file() else _files(path):
            if "__pycache__" not in file.parts:
                yield str(file.relative_to(project.root)), file
    for file in _files(project.var):
        below = file.relative_to(project.var)
        is_database = below.name.startswith(_DATABASES) and len(below.parts) == 1
        is_elsewhere = file.resolve().is_relative_to(data) or file.resolve().is_relative_to(backups)
        if below.parts[0] in _LEFT_OUT or is_database or is_elsewhere or file.suffix in (".lock", ".part", ".draft"):
            continue
        yield str(file.relative_to(project.root)), file


def _files(folder: Path) -> Iterator[Path]:
    # Through links as well: rules may be shared by several projects.
    for place, folders, names in os.walk(folder, followlinks=True):
        folders.sort()
        yield from (path for name in sorted(names) if (path := Path(place) / name).is_file())


def _add(tar: tarfile.TarFile, name: str, path: Path, digests: dict[str, dict[str, Any]]) -> None:
    try:
        stream = path.open("rb")
    except FileNotFoundError:
        # Published anew meanwhile; what the databases speak of is never removed.
        return
    with stream:
        info = tar.gettarinfo(arcname=name, fileobj=stream)
        info.uid = info.gid = 0
        info.uname = info.gname = ""
        reader = Hashing(stream)
        tar.addfile(info, reader)
        digests[name] = {"sha256": reader.hexdigest, "bytes": info.size}


class Hashing:
    """A stream that is hashed as it is read."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """As any stream."""
        chunk = self._stream.read(size)
        self._digest.update(chunk)
        return chunk

    @property
    def hexdigest(self) -> str:
        """Of what was read until now."""
        return self._digest.hexdigest()
