"""Running a rule: over everything, or for the keys that changes touch, counting what was looked at, tested, violated.

Rows that a rule returns become findings in `findings`; here they are only gathered, as rows of one shape.
A rule that fails is an error and never a pass, and nothing to test is never a pass either.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from workbench.catalogue import FINDING_COLUMNS, Rule, tables_of
from workbench.errors import ConfigurationError
from workbench.evaluation import Evaluations, Plan, restricted, where_touched
from workbench.header import parameters_of
from workbench.models import bound
from workbench.rule_settings import RuleSettings
from workbench.tables import OPS_TABLES

if TYPE_CHECKING:
    import duckdb

    from workbench.changes import Touched
    from workbench.lineage import Lineage

_PLACEHOLDER = re.compile(r"\{([a-z_0-9]+)\}")


@dataclass(frozen=True)
class Outcome:
    """What a rule came to. `status` is error, not_applicable, fail, warn or pass; `detail` says why where needed."""

    rule: Rule
    status: str
    population: int = 0
    tested: int = 0
    violated: int = 0
    amount_at_risk: Decimal = Decimal(0)
    seconds: float = 0.0
    detail: str = ""
    severity: str = ""
    # What it looked at: everything, or the parts that changed; nothing where nothing changed.
    scope: str = "everything"

    @property
    def not_tested(self) -> int:
        """Rows looked at that lack what the rule needs."""
        return self.population - self.tested


class TransactionLostError(Exception):
    """A rule failed while it ran, and DuckDB gave up the whole transaction with it; `outcome` is the rule's."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.detail)
        self.outcome = outcome


def run_rule(book: Evaluations, rule: Rule, settings: RuleSettings, before: str) -> Outcome:
    """Run one rule into the temporary table `offending`; a fault of the rule is an outcome.

    `before` is the rule's status in its last run. Of the findings in the temporary table `standing`, those whose keys
    were evaluated anew are named in the temporary table `replaced`: all of the rule's where it ran over everything.
    Raises TransactionLostError where the fault has ended the transaction: begin it anew without this rule.
    `offending` has the columns of `ops.finding` that a rule can know: identity, texts, quantities, evidence.
    """
    import duckdb

    con, started = book.con, time.perf_counter()
    severity = settings.severity or rule.severity

    def outcome(status: str, detail: str = "", **counts: Any) -> Outcome:
        seconds = time.perf_counter() - started
        return Outcome(rule, status, seconds=seconds, detail=detail, severity=severity, **counts)

    con.execute("DELETE FROM offending")
    consumer, parameters = f"rule.{rule.rule_id}", _parameters(rule, settings)
    try:
        plan, lineage = book.plan(consumer, rule.sql, rule.file.digest, parameters, rule.grain)
        plan = _widened(book, rule, settings, plan, before)
        if plan.kind == "nothing":
            result = _run_nothing(book, rule, settings, before, outcome)
        elif plan.kind == "parts" and lineage is not None:
            result = _run_parts(book, rule, settings, lineage, plan.parts, outcome)
        else:
            result = _run_whole(book, rule, settings, outcome)
        book.done(consumer, rule.file.digest, parameters, plan.kind == "everything")
        return result
    except (duckdb.Error, ConfigurationError) as error:
        failed = outcome("error", str(error).strip().splitlines()[0])
        book.failed(consumer)
        try:
            con.execute("CREATE OR REPLACE TEMP TABLE offending AS SELECT * FROM standing WHERE false")
        except duckdb.TransactionException:
            raise TransactionLostError(failed) from error
        return failed


def _parameters(rule: Rule, settings: RuleSettings) -> dict[str, Any]:
    overrides = {
        f"{o.scope} {o.value}": json.dumps({k: str(v) for k, v in o.params.items()}, sort_keys=True)
        for o in settings.overrides
    }
    return {**settings.params, **overrides, "severity ": settings.severity or rule.severity}


def _widened(book: Evaluations, rule: Rule, settings: RuleSettings, plan: Plan, before: str) -> Plan:
    """A plan for parts or nothing turned into everything where more than the rule's own tables decides."""
    if plan.kind == "everything":
        return plan
    state = book.states[f"rule.{rule.rule_id}"]
    if before in ("error", ""):
        return Plan("everything", "it has no answer yet")
    if before == "not_applicable" and (plan.kind == "parts" or _is_other_population(book, rule)):
        return Plan("everything", "it did not apply so far")
    if settings.overrides and state.as_of != book.as_of:
        return Plan("everything", "its parameters differ by supplier or category, and the day has changed")
    if any(o.scope == "category" for o in settings.overrides) and book.has_changed(("core.product",), state):
        return Plan("everything", "categories may have changed")
    return plan


def _is_other_population(book: Evaluations, rule: Rule) -> bool:
    """Whether what the rule looks at can be more or less than at its last evaluation, whatever it finds there."""
    sql, state = rule.population, book.states[f"rule.{rule.rule_id}"]
    return book.has_turned(sql, state) or book.has_changed(tables_of(sql), state)


def _run_nothing(
    book: Evaluations, rule: Rule, settings: RuleSettings, before: str, outcome: Callable[..., Outcome]
) -> Outcome:
    """Its findings stand; but it may no longer have anything to look at, since a population reads tables of its own."""
    if before == "not_applicable":
        return outcome("not_applicable", _reason(rule, 0), scope="nothing")
    if _is_other_population(book, rule):
        rows, good = _whole_population(book, rule, settings)
        if good == 0:
            return outcome("not_applicable", _reason(rule, rows), population=rows)
    return outcome("pass", scope="nothing")


def _run_whole(book: Evaluations, rule: Rule, settings: RuleSettings, outcome: Callable[..., Outcome]) -> Outcome:
    con = book.con
    population, tested = _whole_population(book, rule, settings)
    if tested == 0:
        return outcome("not_applicable", _reason(rule, population), population=population)
    con.execute(f"INSERT INTO replaced SELECT finding_id FROM standing WHERE rule_id = '{rule.rule_id}'")
    violated, sql = 0, book.residents.sql(rule.sql, tables_of(rule.sql))
    for where, params in _scopes(con, rule, settings):
        violated += _gather(con, rule, settings, {**params, "as_of": book.as_of}, where, sql)
    if violated:
        _refuse_repeated_identity(con, rule)
    return outcome("pass", population=population, tested=tested, violated=violated)


def _run_parts(
    book: Evaluations,
    rule: Rule,
    settings: RuleSettings,
    lineage: Lineage,
    parts: Sequence[Touched],
    outcome: Callable[..., Outcome],
) -> Outcome:
    """Evaluate only the keys that changes touch; the counts are of what was looked at this time."""
    con = book.con
    population = tested = 0
    for part in parts:
        rows, good = _population(book, rule, settings, _narrowed(book, rule.population, lineage, part))
        population, tested = population + rows, tested + good
    if tested == 0:
        whole, good = _whole_population(book, rule, settings)
        if good == 0:
            return outcome("not_applicable", _reason(rule, whole), population=whole)
    violated = 0
    for part in parts:
        inside = _finding_within(part)
        con.execute(
            f"INSERT INTO replaced SELECT finding_id FROM standing AS f WHERE rule_id = '{rule.rule_id}' AND {inside}"
        )
        if violated:
            con.execute(f"DELETE FROM offending AS f WHERE {inside}")
        sql = _narrowed(book, rule.sql, lineage, part)
        for where, params in _scopes(con, rule, settings):
            values = {**params, "as_of": book.as_of}
            violated += _gather(con, rule, settings, values, f"{where} AND {where_touched(part, 'answer')}", sql)
    if violated:
        _refuse_repeated_identity(con, rule)
    return outcome("pass", population=population, tested=tested, violated=violated, scope="parts")


def _narrowed(book: Evaluations, sql: str, lineage: Lineage, part: Touched) -> str:
    return restricted(sql, tables_of(sql), lineage, part, book.residents)


def _reason(rule: Rule, population: int) -> str:
    if population:
        return f"none of {population} rows has {', '.join(rule.needs)}"
    return str(rule.file.header.get("not_applicable", "")) or "there is nothing to test"


def _finding_within(part: Touched) -> str:
    """A condition that a finding has the key values of a part, whether in a column or in its evidence."""
    tests = " AND ".join(
        (f'CAST(f."{c}" AS VARCHAR)' if c in FINDING_COLUMNS else f"json_extract_string(f.evidence, '$.\"{c}\"')")
        + f' IS NOT DISTINCT FROM CAST(touched."{c}" AS VARCHAR)'
        for c in part.columns
    )
    return f"EXISTS (SELECT 1 FROM {part.table} AS touched WHERE {tests})"


def _whole_population(book: Evaluations, rule: Rule, settings: RuleSettings) -> tuple[int, int]:
    return _population(book, rule, settings, book.residents.sql(rule.population, tables_of(rule.population)))


def _population(book: Evaluations, rule: Rule, settings: RuleSettings, sql: str) -> tuple[int, int]:
    """How many rows a population has, and how many of them have what the rule needs."""
    condition = " AND ".join(f'"{c}" IS NOT NULL' for c in rule.needs) or "true"
    values = bound(parameters_of(sql), {**settings.params, "as_of": book.as_of})
    row = book.con.execute(f"SELECT count(*), count(*) FILTER (WHERE {condition}) FROM ({sql})", values).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def _scopes(con: duckdb.DuckDBPyConnection, rule: Rule, settings: RuleSettings) -> list[tuple[str, Mapping[str, Any]]]:
    """Conditions over the answer that part it among the overrides: supplier before category before the rule's own."""
    if not settings.overrides:
        return [("true", settings.params)]
    columns = con.sql(f"SELECT * FROM ({_literal(rule.sql)})").columns
    conditions: list[tuple[str, Mapping[str, Any]]] = []
    taken: list[str] = []
    for override in settings.overrides:
        column = "supplier_code" if override.scope == "supplier" else "product_code"
        if column not in columns:
            raise ConfigurationError(f"{rule.rule_id} cannot be set by {override.scope}: it does not return {column}.")
        value = "'" + override.value.replace("'", "''") + "'"
        test = f"supplier_code IS NOT DISTINCT FROM {value}"
        if override.scope == "category":
            test = f"product_code IN (SELECT product_code FROM core.product WHERE category = {value})"
        mine = f"coalesce({test}, false)"
        conditions.append((" AND ".join([mine, *(f"NOT {t}" for t in taken)]), override.params))
        taken.append(mine)
    return [*conditions, (" AND ".join(f"NOT {t}" for t in taken), settings.params)]


def _literal(sql: str) -> str:
    # Only to learn the columns: any value will do for the parameters.
    return re.sub(r"\$[a-z_][a-z0-9_]*", "NULL", sql)


def _gather(
    con: duckdb.DuckDBPyConnection, rule: Rule, settings: RuleSettings, values: Mapping[str, Any], where: str, sql: str
) -> int:
    """The rule's rows as findings: identity from the grain, texts from the templates, the rest as evidence.

    Answers how many there are.
    """
    answered = con.execute(f"CREATE OR REPLACE TEMP TABLE answer AS {sql}", bound(rule.file.parameters, values))
    rows = answered.fetchone()
    columns = {name: kind for name, kind, *_ in con.execute("DESCRIBE answer").fetchall()}
    missing = [c for c in rule.grain if c not in columns]
    if missing:
        raise ConfigurationError(f"the grain names {missing[0]}, which the SELECT does not return")
    identity = ", ".join([f"'{rule.rule_id}'", *(f"coalesce(CAST(\"{c}\" AS VARCHAR), '')" for c in rule.grain)])
    evidence = [c for c in columns if c not in FINDING_COLUMNS]
    pairs = ", ".join(f"'{c}', {_plain(c, columns[c])}" for c in evidence)
    whole = ", ".join(f"coalesce(CAST(\"{c}\" AS VARCHAR), '')" for c in sorted(columns))
    kinds = OPS_TABLES["ops.finding"]
    known = ", ".join(
        f'CAST("{c}" AS {kinds[c]}) AS "{c}"' if c in columns else f'CAST(NULL AS {kinds[c]}) AS "{c}"'
        for c in FINDING_COLUMNS
    )
    english, chinese = (_sentence(rule, language, columns) for language in ("en", "zh"))
    if rows == (0,):
        return 0
    inserted = con.execute(
        f"INSERT INTO offending BY NAME SELECT substr(md5(concat_ws(chr(31), {identity})), 1, 16) AS finding_id,"
        f" '{rule.rule_id}' AS rule_id, '{settings.severity or rule.severity}' AS severity, 'open' AS status, {known},"
        f" {english} AS message, {chinese} AS message_zh,"
        f" CAST(json_object({pairs}) AS VARCHAR) AS evidence,"
        f" md5(concat_ws(chr(31), {whole})) AS evidence_hash"
        f" FROM answer WHERE {where}"
    ).fetchone()
    return int(inserted[0]) if inserted else 0


def _refuse_repeated_identity(con: duckdb.DuckDBPyConnection, rule: Rule) -> None:
    row = con.execute(
        "SELECT count(*), min(message) FROM (SELECT finding_id, min(message) AS message FROM offending"
        " GROUP BY finding_id HAVING count(*) > 1)"
    ).fetchone()
    if row is not None and row[0]:
        raise ConfigurationError(
            f"the grain ({', '.join(rule.grain)}) does not tell {row[0]} findings from others, for example: {row[1]}"
        )


def _sentence(rule: Rule, language: str, columns: Mapping[str, str]) -> str:
    """A message template as SQL text: `{column}` becomes the value, a DECIMAL without trailing zeros, a short word of
    the rule spelled out.
    """
    template, words = rule.text("message", language), rule.words(language)
    parts: list[str] = []
    position = 0
    for match in _PLACEHOLDER.finditer(template):
        column = match[1]
        if column not in columns:
            raise ConfigurationError(f"the message names {column}, which the SELECT does not return")
        value = _said(column, columns[column])
        if words and columns[column] == "VARCHAR":
            cases = " ".join(f"WHEN {_quoted(word)} THEN {_quoted(name)}" for word, name in words.items())
            value = f'CASE "{column}" {cases} ELSE {value} END'
        parts.append(_quoted(template[position : match.start()]))
        parts.append(f"coalesce({value}, '–')")
        position = match.end()
    parts.append(_quoted(template[position:]))
    return " || ".join(p for p in parts if p != "''") or "''"


def _plain(column: str, kind: str) -> str:
    text = f'CAST("{column}" AS VARCHAR)'
    if kind.startswith("DECIMAL"):
        return f"rtrim(rtrim({text}, '0'), '.')" if not kind.endswith(",0)") else text
    if kind.startswith("TIMESTAMP"):
        return f"strftime(\"{column}\", '%Y-%m-%d %H:%M:%S')"
    return text


def _said(column: str, kind: str) -> str:
    """As it stands in a sentence: a moment at midnight is mostly a day."""
    plain = _plain(column, kind)
    return f"regexp_replace({plain}, ' 00:00:00$', '')" if kind.startswith("TIMESTAMP") else plain


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
