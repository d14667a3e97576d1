"""The lint of rules: SQL that DuckDB and Spark answer alike, a header that says enough, cases that prove it.

The allow-list is of functions and constructs known to agree on both engines; what is not on it is refused with the
line and, where there is one, a rewrite.
"""

from __future__ import annotations

import logging
import re

from workbench.catalogue import Rule, rule_faults

_ALLOWED = frozenset(
    """
    abs and any_value avg between bool_and bool_or bool_xor case cast ceil coalesce
    concat concat_ws count current_row date_add date_sub date_trunc dense_rank distinct div exists extract
    filter first_value floor greatest group_concat if in is_null lag last_value lead least
    length logical_and logical_or lower ltrim max md5 median min mod not ntile
    nullif or pad rank replace round row_number rtrim sign starts_with str_position string_agg
    substr substring sum timestamp_trunc translate trim upper
    """.split()
)
_REWRITES = {
    "date_diff": "subtract the days in a model, or compare dates with + an integer",
    "datediff": "subtract the days in a model, or compare dates with + an integer",
    "current_date": "use $as_of, the only clock",
    "current_timestamp": "use $as_of, the only clock",
    "try_cast": "cast in ingest; core tables are typed",
    "regexp_matches": "normalise in a model or in ingest",
    "regexp_like": "normalise in a model or in ingest",
    "regexp_replace": "normalise in a model or in ingest",
    "arg_min": "use row_number() with a total order",
    "arg_max": "use row_number() with a total order",
    "list": "keep lists out of rules; use string_agg with an order",
    "array_agg": "keep lists out of rules; use string_agg with an order",
    "random": "rules must give the same answer each time",
    "quantile_cont": "use median, or work it out with row_number()",
    "unnest": "make rows of it in a model",
}


def lint_rule(rule: Rule) -> list[str]:
    """Faults of a rule, a sentence each with its line where it has one; empty when all is well."""
    faults = rule_faults(rule)
    if not any(case.is_failing for case in rule.cases):
        faults.append("there is no failing case: add one with rows that must be found.")
    if not any(not case.is_failing for case in rule.cases):
        faults.append("there is no passing case: add one with rows that must not be found.")
    return faults + lint_sql(rule.sql)


def lint_sql(sql: str) -> list[str]:
    """What in a SELECT lies outside the portable subset."""
    import sqlglot
    from sqlglot import errors, expressions

    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    try:
        tree = sqlglot.parse_one(_without_parameters(sql), read="duckdb")
    except errors.ParseError as error:
        first = error.errors[0]
        return [f"line {first.get('line')}: the SQL cannot be parsed: {first.get('description')}."]
    if not isinstance(tree, expressions.Query):
        return ["the SQL is not a SELECT."]
    strangers = {
        _name(node): node
        for node in reversed(list(tree.find_all(expressions.Func)))
        if _name(node) not in _ALLOWED and not _is_days(node)
    }
    faults = []
    for name, node in sorted(strangers.items()):
        # sqlglot has names of its own (`list` is ARRAY_AGG); people look for what they wrote.
        place = node.meta
        written = sql[place["start"] : place["end"] + 1].lower() if "end" in place else name
        rewrite = _REWRITES.get(written) or _REWRITES.get(name)
        where = place.get("line") or _line(sql, written)
        faults.append(f"line {where}: {written} is outside the portable subset{f': {rewrite}' if rewrite else ''}.")
    for kind in (expressions.DataType.Type.DOUBLE, expressions.DataType.Type.FLOAT):
        if any(cast.to.this == kind for cast in tree.find_all(expressions.Cast)):
            faults.append(f"{kind.value} is floating point: use DECIMAL.")
    if tree.find(expressions.TryCast):
        faults.append(f"line {_line(sql, 'try_cast')}: try_cast differs between engines: {_REWRITES['try_cast']}.")
    if isinstance(tree, expressions.Select) and any(isinstance(e, expressions.Star) for e in tree.expressions):
        faults.append("the answer is SELECT *: name its columns, so that findings keep their shape.")
    return faults


def _name(node: object) -> str:
    import sqlglot.expressions as expressions

    if isinstance(node, expressions.Anonymous):
        return str(node.name).lower()
    assert isinstance(node, expressions.Func)
    return node.sql_name().lower()


def _is_days(node: object) -> bool:
    """`date_diff('day', …)` over dates agrees on both engines; in other units, or over timestamps, it does not."""
    from sqlglot import expressions

    return isinstance(node, expressions.DateDiff) and str(node.args.get("unit") or "").upper().strip("'") == "DAY"


def _without_parameters(sql: str) -> str:
    return re.sub(r"\$([a-z_][a-z0-9_]*)", r":\1", sql)


def _line(sql: str, word: str) -> int | str:
    found = re.search(rf"\b{re.escape(word)}\b", sql, flags=re.IGNORECASE)
    return sql[: found.start()].count("\n") + 1 if found else "?"
