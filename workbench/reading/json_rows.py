"""JSON as rows of text: an array of objects, one object per line, or an object that holds one such array.

Numbers stay as they are written (`1.50`), nested values become JSON text. Arrays and lines are streamed in bounded
memory; only the object around an array is read whole.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl

from workbench.errors import InputRefused
from workbench.reading.encoding import Utf8Copy, find_encoding
from workbench.reading.options import Dialect, ReadOptions, clean_names
from workbench.reading.survey import Survey, refusing
from workbench.reading.table import BATCH_ROWS, RawTable, numbered

CHUNK = 1 << 20
MAX_OBJECT = 16 << 20
MAX_WHOLE = 256 << 20
_GAP = re.compile(r"[\s,]*")


class _Number(str):
    """A number as it was written, to be told apart from a text inside nested values."""


def open_json(path: Path, options: ReadOptions, surveyed: Survey) -> RawTable:
    """The table of a JSON file; InputRefused where it is no table or is damaged."""
    encoding = options.encoding or find_encoding(path, surveyed)
    copy = None if encoding == "utf-8" and surveyed.not_utf8_at is None else Utf8Copy(path, encoding)
    return JsonTable(path, copy, encoding)


class JsonTable(RawTable):
    """A JSON file; `row_no` is the position of the object, and the columns are the keys of all objects together."""

    def __init__(self, path: Path, copy: Utf8Copy | None, encoding: str) -> None:
        self.name = ""
        self.header_row = 0
        self.dialect: Dialect = {"format": "json", "encoding": encoding}
        self._path = path
        self._copy = copy
        self._text = copy.path if copy else path
        self._rows = self._wrapped()
        keys: dict[str, None] = {}
        for row in self._all():
            keys.update(dict.fromkeys(row))
        self._keys = list(keys)
        self.header = clean_names(list(self._keys))

    def _wrapped(self) -> list[dict[str, Any]] | None:
        """The rows of a file that is one object with one array of objects in it."""
        first = list(islice(_objects(self._text, self._path.name), 2))
        if len(first) != 1:
            return None
        inner = {key: v for key, v in first[0].items() if isinstance(v, list) and v and isinstance(v[0], dict)}
        if len(inner) > 1:
            raise InputRefused(
                f"{self._path.name} holds several tables ({', '.join(inner)}): save each as a file of its own."
            )
        for key, rows in inner.items():
            if not all(isinstance(row, dict) for row in rows):
                raise InputRefused(f"The array {key!r} of {self._path.name} holds other things than objects.")
            return rows
        return None

    def _all(self) -> Iterator[dict[str, Any]]:
        return iter(self._rows) if self._rows is not None else _objects(self._text, self._path.name)

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[pl.DataFrame]:
        """See `RawTable.batches`."""
        held: list[dict[str, Any]] = []
        first = 1
        for row in self._all():
            held.append(row)
            if len(held) >= rows:
                yield self._frame(held, first)
                first, held = first + len(held), []
        if held:
            yield self._frame(held, first)

    def _frame(self, rows: list[dict[str, Any]], first: int) -> pl.DataFrame:
        cells = {
            f"c{i}": pl.Series([_text(row.get(key)) for row in rows], dtype=pl.String)
            for i, key in enumerate(self._keys)
        }
        return numbered(pl.DataFrame(cells), first)


def _text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return str(value)
    return _dump(value)


def _dump(value: Any) -> str:
    """JSON text in which a number is written as it came."""
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k, ensure_ascii=False)}: {_dump(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_dump, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise InputRefused(
            f"An object names {next(n for n in names if names.count(n) > 1)!r} twice, so one of its values would be "
            "lost: export the file again."
        )
    return found


_DECODER = json.JSONDecoder(
    parse_float=_Number, parse_int=_Number, parse_constant=_Number, object_pairs_hook=_unique, strict=False
)


def _objects(path: Path, name: str) -> Iterator[dict[str, Any]]:
    """The objects of an array or of a file of lines, one after another."""
    count = 0
    with refusing(path), path.open(encoding="utf-8-sig") as file:
        window = _Window(file.read, name)
        in_array = window.peek() == "["
        if in_array:
            window.at += 1
        while mark := window.peek():
            if mark == "]" and in_array:
                window.at += 1
                if window.peek():
                    raise InputRefused(f"{name} goes on after the end of its array: keep one array in a file.")
                return
            count += 1
            value = window.value(count)
            if not isinstance(value, dict):
                raise InputRefused(
                    f"Value {count:,} of {name} is no object of names and values: export rows as objects."
                )
            yield value
        if in_array:
            raise InputRefused(f"{name} ends inside its array after {count:,} objects: export or copy it again.")


class _Window:
    """A piece of the text that slides over the file; `at` is how far it has been read."""

    def __init__(self, read: Callable[[int], str], name: str) -> None:
        self.at = 0
        self._read = read
        self._name = name
        self._text = ""

    def peek(self) -> str:
        """The next character that is neither a space nor a comma, "" at the end of the file."""
        while True:
            match = _GAP.match(self._text, self.at)
            self.at = match.end() if match else self.at
            if self.at < len(self._text) or not self._refill(CHUNK):
                return self._text[self.at : self.at + 1]

    def value(self, number: int) -> Any:
        """The next value, for which the window grows as far as needed and allowed."""
        while True:
            try:
                value, self.at = _DECODER.raw_decode(self._text, self.at)
                return value
            except json.JSONDecodeError as error:
                # Far from the end of what was read it is no cut but a fault.
                unread = len(self._text) - error.pos
                if unread > MAX_OBJECT or len(self._text) > MAX_WHOLE or not self._refill(len(self._text) + CHUNK):
                    raise InputRefused(
                        f"Object {number:,} of {self._name} is damaged, cut off or too long ({error.msg}): "
                        "export it again, with one object per line if it is large."
                    ) from error
            except RecursionError as error:
                raise InputRefused(f"Object {number:,} of {self._name} is nested too deeply to be a row.") from error

    def _refill(self, size: int) -> bool:
        more = self._read(size)
        self._text, self.at = self._text[self.at :] + more, 0
        return bool(more)
