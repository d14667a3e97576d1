"""The rules and models of a project, found by scanning its folders, with their headers checked.

What a header must hold is said here once; running rules is `runner`'s work.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from workbench.errors import ConfigurationError
from workbench.header import Case, SqlFile, parameters_of, read_sql_file

SEVERITIES = ("critical", "high", "medium", "low")
ASSERTIONS = ("existence", "completeness", "accuracy", "cutoff", "valuation", "authorisation")
FINDING_COLUMNS = (
    "location_code",
    "product_code",
    "batch_no",
    "supplier_code",
    "document_no",
    "document_line_no",
    "occurred_date",
    "expected_qty",
    "actual_qty",
    "difference_qty",
    "amount_at_risk",
)
_TEXTS = ("title", "title_zh", "why", "why_zh", "fix", "fix_zh", "message", "message_zh")
_REQUIRED = (*_TEXTS, "severity", "assertion", "grain", "population")
_OPTIONAL = (
    *("needs", "params", "param_notes", "param_notes_zh", "words", "not_applicable", "not_applicable_zh"),
    *("consequence_of", "ageing", "correction"),
)
_LISTS = ("grain", "needs", "consequence_of", "ageing")
_SHAPES: tuple[tuple[type, str, tuple[str, ...]], ...] = (
    (str, "a text in quotes", (*_TEXTS, "population", "not_applicable", "not_applicable_zh")),
    (list, 'a list like ["location_code", "document_no"]', _LISTS),
    (dict, "a table of names and values", ("params", "param_notes", "param_notes_zh", "words", "correction")),
)
_TABLE = re.compile(r"\b(core|mart)\.([a-z_]+)\b")


def tables_of(sql: str) -> frozenset[str]:
    """Tables of core and mart that a statement names, as `schema.name`."""
    without_comments = re.sub(r"--[^\n]*|/\*.*?\*/", " ", sql, flags=re.DOTALL)
    return frozenset(f"{schema}.{name}" for schema, name in _TABLE.findall(without_comments))


@dataclass(frozen=True)
class Rule:
    """One rule: what it says, what it asks, what it looks at."""

    file: SqlFile
    process: str

    @property
    def rule_id(self) -> str:
        """The rule's identifier, never renumbered."""
        return self.file.name

    @property
    def sql(self) -> str:
        """A SELECT that returns the offending rows."""
        return self.file.sql

    @property
    def cases(self) -> tuple[Case, ...]:
        """Its examples, failing and passing."""
        return self.file.cases

    def text(self, name: str, language: str = "en") -> str:
        """A header text (`title`, `why`, `fix`, `message`) in `en` or `zh`."""
        return str(self.file.header[name if language == "en" else f"{name}_{language}"]).strip()

    def words(self, language: str = "en") -> Mapping[str, str]:
        """What short words of its answer are called in a message: `words.same_note = ["same note", "同一送货单"]`."""
        return {word: names[language == "zh"] for word, names in self.file.header.get("words", {}).items()}

    @property
    def severity(self) -> str:
        """critical, high, medium or low."""
        return str(self.file.header["severity"])

    @property
    def assertion(self) -> str:
        """What the books assert that the rule puts to the test."""
        return str(self.file.header["assertion"])

    @property
    def grain(self) -> tuple[str, ...]:
        """Columns of the answer that identify a finding from run to run."""
        return tuple(self.file.header["grain"])

    @property
    def population(self) -> str:
        """A SELECT of the rows the rule looks at."""
        return str(self.file.header["population"]).strip().rstrip(";")

    @property
    def needs(self) -> tuple[str, ...]:
        """Columns of the population without which a row cannot be tested."""
        return tuple(self.file.header.get("needs", ()))

    @property
    def consequence_of(self) -> tuple[str, ...]:
        """Rules whose findings explain this rule's findings on the same goods: look at those first."""
        return tuple(self.file.header.get("consequence_of", ()))

    @property
    def ageing(self) -> tuple[str, ...]:
        """Columns of the answer that change with the day alone, like days since expiry: no news about a finding."""
        return tuple(self.file.header.get("ageing", ()))

    @property
    def params(self) -> Mapping[str, Any]:
        """Parameters with their defaults."""
        return dict(self.file.header.get("params", {}))

    @cached_property
    def tables(self) -> frozenset[str]:
        """Tables it reads, as `schema.name`."""
        return tables_of(self.sql) | tables_of(self.population)


@dataclass(frozen=True)
class Model:
    """A table of `mart`, derived from core tables and other models by one SELECT."""

    file: SqlFile

    @property
    def name(self) -> str:
        """Name of the table in `mart`."""
        return self.file.name

    @property
    def sql(self) -> str:
        """The SELECT."""
        return self.file.sql

    @cached_property
    def tables(self) -> frozenset[str]:
        """Tables it reads, as `schema.name`."""
        return tables_of(self.sql)


@dataclass(frozen=True)
class Catalogue:
    """All rules and models of a project by name."""

    rules: Mapping[str, Rule]
    models: Mapping[str, Model]

    def models_for(self, tables: frozenset[str]) -> list[Model]:
        """The models behind these tables, each after those it reads; ConfigurationError on a cycle or a stranger."""
        ordered: dict[str, Model] = {}

        def visit(name: str, path: tuple[str, ...]) -> None:
            if name in ordered:
                return
            if name in path:
                raise ConfigurationError(f"The models {' → '.join((*path, name))} read each other in a circle.")
            if name not in self.models:
                raise ConfigurationError(
                    f"mart.{name} is read by {path[-1] if path else 'a rule'} and no model makes it."
                )
            for table in sorted(self.models[name].tables):
                if table.startswith("mart."):
                    visit(table.removeprefix("mart."), (*path, name))
            ordered[name] = self.models[name]

        for table in sorted(tables):
            if table.startswith("mart."):
                visit(table.removeprefix("mart."), ())
        return list(ordered.values())


def load_catalogue(rules_folder: Path, models_folder: Path) -> Catalogue:
    """Read every rule and model; ConfigurationError names the file and the fault."""
    rules: dict[str, Rule] = {}
    for path in sorted(rules_folder.glob("*/*.sql")):
        rule = Rule(read_sql_file(path), path.parent.name)
        faults = rule_faults(rule)
        if faults:
            raise ConfigurationError(f"{path}: {faults[0]}")
        if rule.rule_id in rules:
            raise ConfigurationError(f"{path} and {rules[rule.rule_id].file.path} have the same name: rename one.")
        rules[rule.rule_id] = rule
    models = {path.stem: Model(read_sql_file(path)) for path in sorted(models_folder.glob("*.sql"))}
    return Catalogue(rules, models)


def rule_faults(rule: Rule) -> list[str]:
    """What is wrong with a rule's header, a sentence each; empty when all is well."""
    return [text for _, text in header_faults(rule)]


def header_faults(rule: Rule) -> list[tuple[str, str]]:
    """What is wrong with a rule's header: the field (`title`, `params.limit`), empty where it is missing, and why."""
    header = rule.file.header
    faults = [("", f"the header lacks {name}; add it.") for name in _REQUIRED if not header.get(name)]
    known = (*_REQUIRED, *_OPTIONAL)
    faults += [(name, f"the header has an unknown field {name}.") for name in header if name not in known]
    for name, values in (("severity", SEVERITIES), ("assertion", ASSERTIONS)):
        if header.get(name) not in values:
            faults.append((name, f"{name} is {header.get(name)!r}: use one of {', '.join(values)}."))
    for kinds, meant, names in _SHAPES:
        faults += [
            (name, f"{name} is {header[name]!r}: use {meant}.")
            for name in names
            if header.get(name) and not isinstance(header[name], kinds)
        ]
    faults += [
        (name, f"{name} holds {value!r}: use names of columns or rules in quotes.")
        for name in _LISTS
        for value in (header[name] if isinstance(header.get(name), list) else ())
        if not isinstance(value, str)
    ]
    return faults or _faults_within(rule)


def _faults_within(rule: Rule) -> list[tuple[str, str]]:
    header = rule.file.header
    faults = [
        (f"words.{word}", f"words.{word} needs two texts, English and Chinese.")
        for word, names in header.get("words", {}).items()
        if not isinstance(names, list) or len(names) != 2
    ]
    used = rule.file.parameters | parameters_of(rule.population)
    undeclared = sorted(used - {*rule.params, "as_of"})
    faults += [("", f"${name} is used but not declared under params.") for name in undeclared]
    faults += [
        (f"params.{name}", f"parameter {name} is declared but never used.") for name in sorted(set(rule.params) - used)
    ]
    faults += [
        (f"params.{name}", f"parameter {name} is {value!r}: use a number, a text, a date or true/false.")
        for name, value in rule.params.items()
        if not isinstance(value, (int, str, Decimal, bool)) and not hasattr(value, "isoformat")
    ]
    return faults
