"""What the file system says when it cannot take more, as one sentence for the user.

DuckDB and polars each pack it in an error of their own, so it is known by its words.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.errors import NoRoomError, WorkbenchError

_REASONS = (
    "No space left on device",
    "File too large",
    "Disk quota exceeded",
    "Read-only file system",
    "Permission denied",
    "disk is full",
    "disk I/O error",
    "readonly database",
    "unable to open database file",
    "Input/output error",
)


def hindrance(error: BaseException) -> str:
    """What of the file system is in an error, in its own words; empty where it is about something else."""
    return next((r for r in _REASONS if r.lower() in str(error).lower()), "")


@contextmanager
def writing_to(folder: Path) -> Iterator[None]:
    """Turn what hinders writing below `folder` into NoRoomError; every other error passes as it is."""
    try:
        yield
    except WorkbenchError:
        raise
    except Exception as error:
        reason = hindrance(error)
        if not reason:
            raise
        raise NoRoomError(
            f"{folder} cannot be written ({reason}): make room on that disk, or get the right to write there. "
            "Nothing of this step was kept."
        ) from error
