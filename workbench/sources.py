"""What a source is: the feeds (kinds of files) one system exports, and the SQL that turns each into core tables.

Only the shape and the finding of sources live here; the sources themselves are one file each in `pipelines/`.
"""

from __future__ import annotations

import fnmatch
import importlib.util
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from workbench.errors import ConfigurationError


@dataclass(frozen=True)
class Feed:
    """One kind of file of a source.

    `tables` maps a core table to a SELECT over `raw` (this file: `row_no` BIGINT and every column as text under its
    header's name) and over the feeds named in `needs` and `wants` (same shape, the newest file of each; a wanted feed
    of which no file was ever loaded is an empty table, a needed one refuses the file). A SELECT returns `row_no` and
    columns of the core table; whatever type they have is turned back into text and typed by the contract.
    `getvariable('file_date')` is the day the file speaks of, where its name or the user says it.
    A row of `raw` from which no SELECT makes a row must be matched by `ignored`, a condition over `raw`, with
    `ignored_because` saying why: a row is never dropped in silence.
    """

    name: str
    tables: Mapping[str, str]
    columns: tuple[str, ...]
    files: tuple[str, ...] = ()
    headerless: bool = False
    delimiter: str | None = None
    quoted: bool = True
    needs: tuple[str, ...] = ()
    wants: tuple[str, ...] = ()
    reads_other_columns: bool = False
    unused_columns: tuple[str, ...] = ()
    ignored: str = ""
    ignored_because: str = ""

    def matches_name(self, file_name: str) -> bool:
        """Whether a file of this name can be this feed (patterns as in a shell, upper and lower case alike)."""
        return not self.files or any(fnmatch.fnmatch(file_name.lower(), p.lower()) for p in self.files)

    def matches_header(self, header: Iterable[str]) -> bool:
        """Whether the columns this feed reads are all there."""
        return set(self.columns) <= set(header)


@dataclass(frozen=True)
class Vocabulary:
    """Words by which files name core tables, their columns and their fixed values, in any language.

    `tables`: core table -> stems of file and sheet names. `columns`: column -> headers; the same header may stand for
    different columns in different tables. `values`: column -> {word in the file: value of the contract}. A key like
    `receipt_line.unit_cost` holds for that table alone and goes before the general one.
    Words are compared after `workbench.reading.normalise_header`.
    """

    tables: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def values_in(self, table: str) -> dict[str, dict[str, str]]:
        """Words for fixed values by column, as they hold in one table."""
        result = {column: dict(words) for column, words in self.values.items() if "." not in column}
        for key, words in self.values.items():
            where, _, column = key.partition(".")
            if column and where == table:
                result[column] = {**result.get(column, {}), **words}
        return result


@dataclass(frozen=True)
class Source:
    """A system that exports files; `name` is the name of its file in `pipelines/`.

    A source has `feeds`, each a kind of file with its SQL, or a `vocabulary` for files that are core tables already.
    `not_data` names files (patterns as in a shell) that lie beside its exports and are left alone in a folder.
    """

    name: str
    title: str
    title_zh: str
    feeds: tuple[Feed, ...] = ()
    vocabulary: Vocabulary | None = None
    not_data: tuple[str, ...] = ()

    def feed(self, name: str) -> Feed:
        """The feed of that name; KeyError where there is none."""
        return {f.name: f for f in self.feeds}[name]


def load_module(path: Path, namespace: str) -> ModuleType:
    """Import one file of a project folder under a private name, so that two projects never mix."""
    name = f"_{namespace}_{abs(hash(str(path.resolve()))):x}_{path.stem}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ConfigurationError(f"{path} cannot be imported: it is not a Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise ConfigurationError(f"{path} cannot be imported: {error}") from error
    return module


def find_sources(folder: Path) -> dict[str, Source]:
    """All sources of a project: every `pipelines/*.py` that defines `source`, by name."""
    found: dict[str, Source] = {}
    for path in sorted(folder.glob("*.py")):
        if path.stem.startswith("_"):
            continue
        source = getattr(load_module(path, "source"), "source", None)
        if not isinstance(source, Source):
            raise ConfigurationError(f"{path} defines no `source`: add one of type workbench.sources.Source.")
        if source.name != path.stem:
            raise ConfigurationError(f"{path} calls its source {source.name!r}: name it after the file.")
        found[source.name] = source
    return found
