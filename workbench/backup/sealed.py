"""Encrypting and decrypting a stream with age, for a passphrase or for public keys; anybody's age can read it too.

A passphrase protects a key made for this backup alone, which lies beside it as `key.age`.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import ConfigurationError, InputRefused

if TYPE_CHECKING:
    from pyrage.x25519 import Identity, Recipient

# The variable that holds the passphrase: no setting does, since settings are backed up too.
PASSPHRASE = "WORKBENCH_BACKUP_PASSPHRASE"


def recipients_for(folder: Path, passphrase: str, public_keys: Sequence[str]) -> list[Recipient]:
    """Whom a backup in this folder is encrypted for; none: not at all. Keeps `key.age` where there is a passphrase.

    Raises ConfigurationError for what is no public key of age.
    """
    import pyrage

    try:
        recipients = [pyrage.x25519.Recipient.from_str(key) for key in public_keys]
    except pyrage.RecipientError as error:
        raise ConfigurationError(f"[backup] recipients: a public key of age begins with age1 ({error}).") from error
    if passphrase:
        identity = pyrage.x25519.Identity.generate()
        (folder / "key.age").write_bytes(pyrage.passphrase.encrypt(str(identity).encode(), passphrase))
        recipients.append(identity.to_public())
    return recipients


def identities_for(folder: Path, passphrase: str, identity_file: Path | None) -> list[Identity]:
    """Keys with which a backup may be read: the passphrase's, or those of a file that `age-keygen` made.

    Raises InputRefused where the passphrase is wrong or missing, or the file holds no key.
    """
    import pyrage

    if identity_file is not None:
        try:
            lines = identity_file.read_text(encoding="utf-8").split()
            return [pyrage.x25519.Identity.from_str(line) for line in lines if line.startswith("AGE-SECRET-KEY-")]
        except (OSError, UnicodeDecodeError, pyrage.IdentityError) as error:
            raise InputRefused(f"{identity_file} holds no key of age: {error}.") from error
    key = folder / "key.age"
    if not key.exists():
        raise InputRefused(f"{folder} is encrypted for a public key: name the file of the secret one with --identity.")
    if not passphrase:
        raise InputRefused(f"{folder} is encrypted: give its passphrase in the variable {PASSPHRASE}.")
    try:
        text = pyrage.passphrase.decrypt(key.read_bytes(), passphrase).decode()
    except pyrage.DecryptError as error:
        raise InputRefused(f"The passphrase does not open {key}: give the one it was made with.") from error
    return [pyrage.x25519.Identity.from_str(text)]


@contextmanager
def encrypting(out: Any, recipients: Sequence[Recipient]) -> Iterator[Any]:
    """A stream to write into; what is written comes out encrypted."""
    import pyrage

    with _through_a_pipe(lambda reader: pyrage.encrypt_io(reader, out, recipients), is_reading=False) as stream:
        yield stream


@contextmanager
def decrypting(source: Any, identities: Sequence[Identity]) -> Iterator[Any]:
    """A stream to read the plain content from. Raises InputRefused where it is damaged or the key is another's."""
    import pyrage

    try:
        with _through_a_pipe(lambda out: pyrage.decrypt_io(source, out, identities), is_reading=True) as stream:
            yield stream
    except (pyrage.DecryptError, OSError) as error:
        # What the library says of damaged content has no number; what the disk says has.
        if isinstance(error, OSError) and error.errno:
            raise
        raise InputRefused(f"The backup cannot be decrypted, it is damaged or another key's: {error}.") from error


@contextmanager
def _through_a_pipe(work: Callable[[Any], object], *, is_reading: bool) -> Iterator[Any]:
    """Run `work` on the far end of a pipe; its error, if any, is raised here in place of what it made go wrong."""
    ends: list[Any] = [os.fdopen(number, mode) for number, mode in zip(os.pipe(), ("rb", "wb"), strict=True)]
    ours, theirs = ends if is_reading else reversed(ends)
    errors: list[BaseException] = []

    def run() -> None:
        try:
            with theirs:
                work(theirs)
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        with ours:
            yield ours
    except BaseException:
        thread.join()
        if errors and not isinstance(errors[0], BrokenPipeError):
            raise errors[0] from None
        raise
    thread.join()
    if errors:
        raise errors[0]
