"""One sequential pass over a file's bytes: its hash, its copy, and the counts from which a way of reading is chosen.

Nothing is decided here. The hash runs in a second thread, since hashlib releases the interpreter's lock.
"""

from __future__ import annotations

import codecs
import hashlib
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from workbench.errors import InputRefused

BLOCK = 4 << 20
HEAD = 4096


@dataclass(frozen=True)
class Survey:
    """What one pass over the bytes tells. Offsets are 0-based and None where there is no such byte."""

    sha256: str
    size: int
    newlines: int
    carriage_returns: int
    crlf: int
    nuls: int
    quotes: int
    first_nul: int | None
    not_utf8_at: int | None
    head: bytes = field(repr=False)

    @property
    def has_plain_line_ends(self) -> bool:
        """Whether every line ends in LF, or every line in CRLF, and no lone CR occurs."""
        return self.carriage_returns == 0 or self.carriage_returns == self.crlf == self.newlines


@contextmanager
def refusing(path: Path) -> Iterator[None]:
    """Turn what the file system says about `path` into one sentence for the user."""
    try:
        yield
    except FileNotFoundError as error:
        raise InputRefused(f"{path} does not exist: check the name, or whether it was moved meanwhile.") from error
    except IsADirectoryError as error:
        raise InputRefused(f"{path} is a folder: name the files in it.") from error
    except PermissionError as error:
        raise InputRefused(f"{path} may not be read: give this account the right to read it.") from error
    except OSError as error:
        raise InputRefused(f"{path} cannot be read ({error.strerror or error}): copy it to a local disk.") from error


def survey(path: Path, copy_to: Path | None = None) -> Survey:
    """Hash and count a file in one pass, and copy it byte for byte to `copy_to` if given.

    Raises InputRefused where the file cannot be read. An error while writing the copy is an OSError of the caller.
    """
    with refusing(path):
        if path.is_dir():
            raise IsADirectoryError(str(path))
        if path.exists() and not path.is_file():
            raise InputRefused(f"{path} is no ordinary file: save what it delivers as a file first.")
        source = path.open("rb", buffering=0)
    digest, counts = hashlib.sha256(), _Counts()
    with ExitStack() as stack:
        stack.enter_context(source)
        copy = stack.enter_context(copy_to.open("wb", buffering=0)) if copy_to else None
        pool = stack.enter_context(ThreadPoolExecutor(1))
        pending: deque[Future[None]] = deque()
        while block := _next_block(source.read, path):
            pending.append(pool.submit(digest.update, block))
            if copy:
                view = memoryview(block)
                while view:
                    view = view[copy.write(view) :]
            counts.add(block)
            # Two blocks in flight keep the thread busy and the memory bounded.
            if len(pending) > 2:
                pending.popleft().result()
        for future in pending:
            future.result()
    return counts.finish(digest.hexdigest())


def _next_block(read: object, path: Path) -> bytes:
    with refusing(path):
        block = read(BLOCK)  # type: ignore[operator]
    return bytes(block)


class _Counts:
    def __init__(self) -> None:
        self.size = self.newlines = self.returns = self.crlf = self.nuls = self.quotes = 0
        self.first_nul: int | None = None
        self.not_utf8_at: int | None = None
        self.head = b""
        self._decoder = codecs.getincrementaldecoder("utf-8")("strict")
        self._after_return = False

    def add(self, block: bytes) -> None:
        if len(self.head) < HEAD:
            self.head += block[: HEAD - len(self.head)]
        # Asking whether a byte occurs at all takes a tenth of counting it (0.04 s against 0.3 s per GB); most do not.
        returns = block.count(b"\r") if b"\r" in block else 0
        nuls = block.count(b"\0") if b"\0" in block else 0
        if returns:
            self.crlf += block.count(b"\r\n")
        self.crlf += self._after_return and block.startswith(b"\n")
        self._after_return = block.endswith(b"\r")
        if nuls and self.first_nul is None:
            self.first_nul = self.size + block.index(b"\0")
        self.newlines += block.count(b"\n")
        self.quotes += block.count(b'"') if b'"' in block else 0
        self.returns += returns
        self.nuls += nuls
        self._check_utf8(block)
        self.size += len(block)

    def _check_utf8(self, block: bytes, final: bool = False) -> None:
        if self.not_utf8_at is not None:
            return
        pending = len(self._decoder.getstate()[0])
        if block.isascii() and not pending and not final:
            return
        try:
            self._decoder.decode(block, final)
        except UnicodeDecodeError as error:
            self.not_utf8_at = self.size - pending + error.start

    def finish(self, sha256: str) -> Survey:
        self._check_utf8(b"", final=True)
        return Survey(
            sha256=sha256,
            size=self.size,
            newlines=self.newlines,
            carriage_returns=self.returns,
            crlf=self.crlf,
            nuls=self.nuls,
            quotes=self.quotes,
            first_nul=self.first_nul,
            not_utf8_at=self.not_utf8_at,
            head=self.head,
        )
