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
    """One file of the catalogue, taken apart. `digest` changes with any character of the file; `sql_line` is the line
    of the file on which the SQL begins, `header_text` the header as it stands, from the file's first line on.
    """

    path: Path
    header: Mapping[str, Any]
    sql: str
    cases: tuple[Case, ...]
    digest: str
    sql_line: int = 1
    header_text: str = ""

    def line_of(self, field_name: str) -> int:
        """The line of the file on which a header field stands, like `title` or `params.limit`; 1 where it is not."""
        *tables, name = field_name.split(".")
        is_within = not tables
        dotted = re.compile(rf"\s*{re.escape(field_name)}\s*=")
        plain = re.compile(rf'\s*"?{re.escape(name)}"?\s*=')
        for number, line in enumerate(self.header_text.splitlines(), start=1):
            if line.strip().startswith("["):
                is_within = line.strip() == f"[{'.'.join(tables)}]"
            elif dotted.match(line) or (is_within and plain.match(line)):
                return number
        return 1

    @property
    def name(self) -> str:
        """The identifier: the name of the file."""
        return self.path.stem

    @property
    def parameters(self) -> frozenset[str]:
        """Names of the `$parameters` in the SQL, outside comments and texts."""
        return parameters_of(self.sql)


class SqlFileError(ConfigurationError):
    """A file that cannot be taken apart, with the line of the file where it breaks."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


def parameters_of(sql: str) -> frozenset[str]:
    """Names of the `$parameters` of a statement, outside its comments and texts."""
    return frozenset(_PARAMETER.findall(_COMMENT_OR_TEXT.sub(" ", sql)))


def read_sql_file(path: Path) -> SqlFile:
    """Take a file apart; ConfigurationError says which part cannot be read and why."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise SqlFileError(f"{path} is not UTF-8: save it as UTF-8.") from error
    match = _FILE.match(text)
    if match is None:
        raise SqlFileError(f'{path} does not begin with a header comment: start it with /* title = "…" … */.')
    header = _toml(match, "header", path)
    cases = _toml(match, "cases", path)
    sql = match["sql"].strip().rstrip(";").strip()
    if not sql:
        raise SqlFileError(
            f"{path} holds no SELECT between its header and its cases.", text.count("\n", 0, match.end("header")) + 1
        )
    try:
        little = tuple(_case(raw, path) for raw in cases.get("case", []))
    except ConfigurationError as error:
        raise SqlFileError(str(error), text.count("\n", 0, match.start("cases")) + 1) from error
    return SqlFile(
        path=path,
        header=header,
        sql=sql,
        cases=little,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        sql_line=text.count("\n", 0, text.index(sql, match.start("sql"))) + 1,
        header_text=text[: match.end("header")],
    )


def _toml(match: re.Match[str], part: str, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(match[part] or "", parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        before = match.string.count("\n", 0, match.start(part))
        place = re.search(r"line (\d+)", str(error))
        # tomllib counts from the comment's first line, an editor from the file's.
        line = before + (int(place[1]) if place else match[part].count("\n") + 1)
        reason = re.sub(r"\(at (?:line \d+|end of document)", f"(at line {line}", str(error)).rstrip(".")
        raise SqlFileError(f"The {part} of {path} is not valid TOML: {reason}.", line) from error


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
