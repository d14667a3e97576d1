"""Taking a rule or model file apart: TOML header in the first comment, SQL, TOML cases in the last comment.

Only the shape of the file is known here, not what a rule or a model needs in its header. The file as a whole stays
plain SQL that any DuckDB shell runs.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from workbench.errors import ConfigurationError

_FILE = re.compile(r"\A\s*/\*(?P<header>.*?)\*/(?P<sql>.*?)(?:/\*\s*cases\b(?P<cases>.*?)\*/\s*)?\Z", re.DOTALL)
_PARAMETER = re.compile(r"\$([a-z_][a-z0-9_]*)")
_COMMENT_OR_TEXT = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.DOTALL)


@dataclass(frozen=True)
class Case:
    """An example: small tables, and the rows that must come out (only the columns named are compared)."""

    name: str
    tables: Mapping[str, list[dict[str, str | None]]]
    expect: list[dict[str, Any]]
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_failing(self) -> bool:
        """Whether the example holds something to find."""
        return bool(self.expect)


@dataclass(frozen=True)
class SqlFile:
    """One file of the catalogue, taken apart. `digest` changes with any character of the file."""

    path: Path
    header: Mapping[str, Any]
    sql: str
    cases: tuple[Case, ...]
    digest: str

    @property
    def name(self) -> str:
        """The identifier: the name of the file."""
        return self.path.stem

    @property
    def parameters(self) -> frozenset[str]:
        """Names of the `$parameters` in the SQL, outside comments and texts."""
        return parameters_of(self.sql)


def parameters_of(sql: str) -> frozenset[str]:
    """Names of the `$parameters` of a statement, outside its comments and texts."""
    return frozenset(_PARAMETER.findall(_COMMENT_OR_TEXT.sub(" ", sql)))


def read_sql_file(path: Path) -> SqlFile:
    """Take a file apart; ConfigurationError says which part cannot be read and why."""
    text = path.read_text(encoding="utf-8")
    match = _FILE.match(text)
    if match is None:
        raise ConfigurationError(f'{path} does not begin with a header comment: start it with /* title = "…" … */.')
    header = _toml(match["header"], path, "header")
    cases = _toml(match["cases"] or "", path, "cases")
    sql = match["sql"].strip().rstrip(";").strip()
    if not sql:
        raise ConfigurationError(f"{path} holds no SELECT between its header and its cases.")
    return SqlFile(
        path=path,
        header=header,
        sql=sql,
        cases=tuple(_case(raw, path) for raw in cases.get("case", [])),
        digest=hashlib.sha256(text.encode()).hexdigest(),
    )


def _toml(text: str, path: Path, part: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"The {part} of {path} is not valid TOML: {error}.") from error


def _case(raw: dict[str, Any], path: Path) -> Case:
    unknown = set(raw) - {"name", "tables", "expect", "settings", "as_of", "params"}
    if unknown or "name" not in raw or "expect" not in raw:
        raise ConfigurationError(
            f"A case of {path} is wrong: it needs name and expect, may have tables, as_of and params, "
            f"and has {sorted(raw)}."
        )
    tables: dict[str, list[dict[str, str | None]]] = {}
    for schema_or_name, value in raw.get("tables", {}).items():
        tables[schema_or_name] = _little_table(value, path, raw["name"])
    settings = dict(raw.get("params", {}))
    if "as_of" in raw:
        settings["as_of"] = raw["as_of"]
    return Case(raw["name"], tables, list(raw["expect"]), settings)


def _little_table(text: str, path: Path, case: str) -> list[dict[str, str | None]]:
    """`a | b` lines to rows; an empty cell is NULL and `''` is the empty text."""
    lines = [line for line in text.strip().splitlines() if line.strip() and not re.fullmatch(r"[\s|:-]+", line)]
    if not lines:
        return []
    names = [cell.strip() for cell in lines[0].split("|")]
    rows = []
    for line in lines[1:]:
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) != len(names):
            raise ConfigurationError(
                f"Case {case!r} of {path}: {len(cells)} cells under {len(names)} names in {line!r}."
            )
        rows.append({n: None if c == "" else ("" if c == "''" else c) for n, c in zip(names, cells, strict=True)})
    return rows
