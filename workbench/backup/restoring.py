"""Restoring a backup into a folder of its own, and proving it: files by their hash, the log, all that doctor knows."""

from __future__ import annotations

import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any

from workbench.backup.making import MANIFEST, Hashing
from workbench.backup.sealed import decrypting, identities_for
from workbench.errors import InputRefused, UsageError
from workbench.storage import writing_to

if TYPE_CHECKING:
    from workbench.doctor import Finding

_CHUNK = 1 << 20


@dataclass(frozen=True)
class Restored:
    """What was restored: where, when it had been made, how many files, and what the examination saw."""

    root: Path
    made_at: str
    files: int
    findings: list[Finding]

    @property
    def is_sound(self) -> bool:
        """Whether everything that must hold holds."""
        return all(f.is_ok for f in self.findings)


def restore(backup: Path, to: Path, passphrase: str = "", identity_file: Path | None = None) -> Restored:
    """Bring a backup back as a project in a folder that is not there yet, or empty.

    Raises UsageError for a folder that has something in it, InputRefused for a backup that is damaged or unreadable.
    """
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise UsageError(f"{to} has something in it: name a new folder, so that nothing is overwritten.")
    with writing_to(to.parent):
        to.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=to.parent, prefix=f".{to.name}."))
        try:
            made_at, files = _unpack(backup, draft, passphrase, identity_file)
            if to.exists():
                to.rmdir()
            draft.rename(to)
            to.chmod(0o755)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
    return Restored(to, made_at, files, _examined(to))


def rehearse(backup: Path, passphrase: str = "", identity_file: Path | None = None) -> Restored:
    """Restore into a temporary place, prove it there, and clear it away."""
    with tempfile.TemporaryDirectory(prefix="workbench-rehearsal-") as folder:
        return restore(backup, Path(folder) / "project", passphrase, identity_file)


def _examined(root: Path) -> list[Finding]:
    from workbench.doctor import examine
    from workbench.project import Project

    # Whether a mail server answers says nothing about a backup.
    return [f for f in examine(Project(root)) if f.check != "alerts"]


def _unpack(backup: Path, draft: Path, passphrase: str, identity_file: Path | None) -> tuple[str, int]:
    found: dict[str, dict[str, Any]] = {}
    manifest: dict[str, Any] | None = None
    try:
        with _opened(backup, passphrase, identity_file) as stream, tarfile.open(fileobj=stream, mode="r|") as tar:
            for member in tar:
                content = tar.extractfile(member) if member.isreg() else None
                if content is None or not _is_below(member.name):
                    raise InputRefused(f"{backup} is no backup of this program: it holds {member.name!r}.")
                if member.name == MANIFEST:
                    manifest = json.loads(content.read())
                    continue
                reader = Hashing(content)
                _write(draft / member.name, reader)
                found[member.name] = {"sha256": reader.hexdigest, "bytes": member.size}
            # To the very end, so that what encrypts it can vouch for all of it.
            while stream.read(_CHUNK):
                pass
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise InputRefused(f"{backup} is damaged or cut off ({error}): take another backup.") from error
    if manifest is None:
        raise InputRefused(f"{backup} is cut off, its list of files is missing: take another backup.")
    wanted = manifest["files"]
    wrong = sorted(name for name in {*wanted, *found} if wanted.get(name) != found.get(name))
    if wrong:
        raise InputRefused(f"{backup} is damaged: {wrong[0]} is not what was backed up. Take another backup.")
    return str(manifest["made_at"]), len(found)


def _write(path: Path, reader: Hashing) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as out:
        while chunk := reader.read(_CHUNK):
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())


def _is_below(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name and bool(path.parts)


@contextmanager
def _opened(backup: Path, passphrase: str, identity_file: Path | None) -> Iterator[IO[bytes]]:
    """The plain stream of a backup, which is named by its folder or by the file in it."""
    folder = backup if backup.is_dir() else backup.parent
    plain, sealed = folder / "backup.tar", folder / "backup.tar.age"
    if not plain.exists() and not sealed.exists():
        raise InputRefused(f"{backup} is no backup: `workbench backup --list` lists those that there are.")
    if plain.exists():
        with plain.open("rb") as stream:
            yield stream
        return
    identities = identities_for(folder, passphrase, identity_file)
    with sealed.open("rb") as source, decrypting(source, identities) as stream:
        yield stream
