"""The lint of rule files: header, texts in both languages, SQL and population, cases; each fault with its line.

It reads every file by itself, so that one that cannot be read hides nothing about the others. What SQL may hold is
said in `portable`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from workbench.catalogue import Rule, header_faults
from workbench.errors import ConfigurationError
from workbench.header import SqlFileError, read_sql_file
from workbench.portable import Fault, columns_of, lint_sql

_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_COLUMN = re.compile(r"[a-z_0-9]+")
_SPOKEN = ("title", "why", "fix", "message", "not_applicable")


def lint_files(paths: Sequence[Path], rule_ids: Collection[str] | None = None) -> list[tuple[Path, Fault]]:
    """Faults of rule files with their lines, by file. `rule_ids` are all of the catalogue, where they are known."""
    found = []
    rules = {}
    for path in paths:
        try:
            rule = Rule(read_sql_file(path), path.parent.name)
        except SqlFileError as error:
            found.append((path, Fault(error.line, str(error))))
            continue
        faults = lint_rule(rule, rule_ids)
        found += [(path, fault) for fault in faults]
        if not faults:
            rules[rule.rule_id] = rule
    for name, circle in _circles(rules).items():
        text = f"{', '.join(circle)} are consequences of each other: say which comes first."
        found.append((rules[name].file.path, Fault(rules[name].file.line_of("consequence_of"), text)))
    return found


def rule_paths(folder: Path) -> dict[str, Path]:
    """The rule files of a project by identifier; ConfigurationError where two have the same name."""
    paths: dict[str, Path] = {}
    for path in sorted(folder.glob("*/*.sql")):
        if path.stem in paths:
            raise ConfigurationError(f"{path} and {paths[path.stem]} have the same name: rename one.")
        paths[path.stem] = path
    return paths


def lint_rule(rule: Rule, rule_ids: Collection[str] | None = None) -> list[Fault]:
    """Faults of one rule, by line of its file; empty when all is well."""
    faults = [Fault(rule.file.line_of(field) if field else 1, text) for field, text in header_faults(rule)]
    if not _NAME.fullmatch(rule.rule_id):
        faults.append(Fault(1, f"the name {rule.rule_id} is no identifier: use small letters, digits and single _."))
    if not faults:
        faults += [Fault(rule.file.line_of(field), text) for field, text in _text_faults(rule)]
        faults += [Fault(rule.file.line_of(field), text) for field, text in _column_faults(rule)]
        faults += [Fault(rule.file.line_of(field), text) for field, text in _link_faults(rule, rule_ids)]
        faults += _population_faults(rule)
    faults += [Fault(fault.line + rule.file.sql_line - 1, fault.text) for fault in lint_sql(rule.sql)]
    end = rule.file.sql_line + rule.sql.count("\n")
    if not any(case.is_failing for case in rule.cases):
        faults.append(Fault(end, "there is no failing case: add one with rows that must be found."))
    if all(case.is_failing for case in rule.cases):
        faults.append(Fault(end, "there is no passing case: add one with rows that must not be found."))
    return sorted(faults)


def _text_faults(rule: Rule) -> Iterator[tuple[str, str]]:
    """Texts that are missing in a language, or written in the other one."""
    header = rule.file.header
    texts: dict[str, str] = {name: header[name] for name in _SPOKEN if name in header}
    chinese: dict[str, str] = {f"{name}_zh": header.get(f"{name}_zh", "") for name in texts}
    if "not_applicable_zh" in header:
        chinese["not_applicable_zh"] = header["not_applicable_zh"]
        texts.setdefault("not_applicable", "")
    for word, (english, translated) in header.get("words", {}).items():
        texts[f"words.{word}"], chinese[f"words.{word}"] = english, translated
    notes, notes_zh = header.get("param_notes", {}), header.get("param_notes_zh", {})
    texts |= {f"param_notes.{name}": note for name, note in notes.items()}
    chinese |= {f"param_notes_zh.{name}": note for name, note in notes_zh.items()}
    for field, text in texts.items():
        if not str(text).strip():
            yield field, f"{field} is missing or empty: say it in English too."
        elif _CHINESE.search(str(text)):
            yield field, f"{field} is not in English: Chinese texts stand under their own names."
    for field, text in chinese.items():
        if not str(text).strip():
            yield field, f"{field} is missing or empty: say it in Chinese too."
        elif not _CHINESE.search(str(text)):
            yield field, f"{field} holds no Chinese: translate it."
    for field in ("param_notes", "param_notes_zh"):
        for name in sorted(set(header.get(field, {})) - set(rule.params)):
            yield f"{field}.{name}", f"{field} explains {name}, which is no parameter."
    for name in sorted(set(rule.params) - set(notes)):
        yield f"params.{name}", f"parameter {name} has no note: say under param_notes what it does."
    for name in sorted(set(notes) - set(notes_zh)) if notes_zh else ():
        yield f"param_notes.{name}", f"param_notes_zh lacks {name}: say it in Chinese too."


def _column_faults(rule: Rule) -> Iterator[tuple[str, str]]:
    """Columns that the header speaks of and the SELECT does not return."""
    columns = columns_of(rule.sql)
    for name in ("message", "message_zh"):
        for placeholder in _PLACEHOLDER.findall(rule.file.header[name]):
            if not _COLUMN.fullmatch(placeholder):
                yield name, f"{name} has {{{placeholder}}}, which is no name of a column."
            elif columns is not None and placeholder not in columns:
                yield name, f"{name} names {placeholder}, which the SELECT does not return."
        if set("{}") & set(_PLACEHOLDER.sub("", rule.file.header[name])):
            yield name, f"{name} has a brace without its partner."
    if columns is None:
        return
    for field in ("grain", "ageing"):
        for name in rule.file.header.get(field, ()):
            if name not in columns:
                yield field, f"the {field} names {name}, which the SELECT does not return."
    for name in sorted({c for c in columns if columns.count(c) > 1}):
        yield "", f"the SELECT returns two columns called {name}: rename one."
    if "" in columns:
        yield "", "a column of the SELECT has no name: add AS."


def _link_faults(rule: Rule, rule_ids: Collection[str] | None) -> Iterator[tuple[str, str]]:
    for name in rule.consequence_of:
        if name == rule.rule_id:
            yield "consequence_of", "a rule is no consequence of itself."
        elif rule_ids is not None and name not in rule_ids:
            yield "consequence_of", f"consequence_of names {name}, and there is no such rule."


def _population_faults(rule: Rule) -> Iterator[Fault]:
    # A text over several lines begins on the line of its name, or on the next where the quotes end that line.
    start = rule.file.line_of("population")
    lines = rule.file.header_text.splitlines()
    if start <= len(lines) and re.search(r"=\s*(?:\"\"\"|''')\s*$", lines[start - 1]):
        start += 1
    for fault in lint_sql(rule.population, is_answer=False):
        yield Fault(start + fault.line - 1, f"population: {fault.text}")
    columns = columns_of(rule.population)
    for name in rule.needs:
        if columns is not None and name not in columns:
            yield Fault(rule.file.line_of("needs"), f"needs names {name}, which the population does not return.")


def _circles(rules: Mapping[str, Rule]) -> dict[str, list[str]]:
    """Rules that are, by way of others or at once, consequences of themselves, each with its circle."""
    reached = {}
    for start in rules:
        seen: set[str] = set()
        following = [start]
        while following:
            rule = rules.get(following.pop())
            new = set(rule.consequence_of if rule else ()) - seen
            seen |= new
            following += new
        reached[start] = seen
    return {n: sorted(o for o in seen if n in reached.get(o, ())) for n, seen in reached.items() if n in seen}
