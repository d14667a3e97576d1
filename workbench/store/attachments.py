"""Files that belong to a proposal, kept once under the hash of their content, and proved whenever they are read."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from workbench.errors import InputRefused, UsageError
from workbench.storage import writing_to

_CHUNK = 1 << 20


@dataclass(frozen=True)
class Attachment:
    """A file that is kept: its hash, the name it had, its size in bytes."""

    sha256: str
    file_name: str
    size_bytes: int


def keep(var: Path, file: Path, limit_bytes: int) -> Attachment:
    """Copy a file below `var/attachments`, whole or not at all.

    Raises UsageError for what is no file, empty, unreadable or larger than the limit.
    """
    if not file.is_file():
        raise UsageError(f"{file} is no file: name the scan or photograph to attach.")
    size = file.stat().st_size
    if size > limit_bytes:
        raise UsageError(
            f"{file.name} has {size / 1e6:.0f} MB and at most {limit_bytes / 1e6:.0f} MB can be attached:"
            " make it smaller, or raise [corrections] attachment_limit_mb."
        )
    if size == 0:
        raise UsageError(f"{file.name} is empty: attach the file itself.")
    folder = var / "attachments"
    with writing_to(folder):
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, prefix=".draft")
        draft = Path(name)
        try:
            digest = hashlib.sha256()
            count = 0
            with os.fdopen(handle, "wb") as out, _opened(file) as stream:
                while chunk := stream.read(_CHUNK):
                    count += len(chunk)
                    if count > limit_bytes:
                        raise UsageError(f"{file.name} grew beyond the limit while it was read: try again.")
                    digest.update(chunk)
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
            sha256 = digest.hexdigest()
            place = path_of(var, sha256)
            place.parent.mkdir(exist_ok=True)
            draft.replace(place)
        finally:
            draft.unlink(missing_ok=True)
    # The name is only ever shown: the file lies under its hash.
    return Attachment(sha256, os.fsencode(file.name).decode("utf-8", "replace"), count)


def path_of(var: Path, sha256: str) -> Path:
    """Where an attachment lies."""
    return var / "attachments" / sha256[:2] / sha256


def content(var: Path, sha256: str) -> bytes:
    """What is in an attachment. Raises InputRefused where it is gone or is no longer what was attached."""
    path = path_of(var, sha256)
    try:
        found = path.read_bytes()
    except OSError as error:
        raise InputRefused(f"The attachment {path} cannot be read ({error.strerror}): restore it.") from error
    if hashlib.sha256(found).hexdigest() != sha256:
        raise InputRefused(f"The attachment {path} is not what was attached: restore it from a backup.")
    return found


def _opened(file: Path) -> BinaryIO:
    try:
        return file.open("rb")
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from error
