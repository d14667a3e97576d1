"""The portable subset of SQL: what DuckDB and Spark answer alike, as an allow-list over the parsed statement.

Functions not on the list, and constructs that one engine lacks or answers differently in silence, are refused with
their line and a rewrite. Only running a rule's cases on both engines is proof; this says where not to try.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot import expressions as exp

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
_TODAY = "use $as_of, the only clock"
_TEXT = "normalise in a model or in ingest"
_LISTS = "keep lists out of rules; use string_agg with an order, or rows of a model"
_DAYS = "subtract the days in a model, or compare dates with + an integer"
_REWRITES = {
    **dict.fromkeys(("date_diff", "datediff"), _DAYS),
    **dict.fromkeys(("current_date", "current_timestamp", "now", "today", "get_current_timestamp"), _TODAY),
    **dict.fromkeys(("regexp_matches", "regexp_like", "regexp_replace", "regexp_extract", "regexp_full_match"), _TEXT),
    **dict.fromkeys(("arg_min", "arg_max", "max_by", "min_by"), "use row_number() with a total order"),
    **dict.fromkeys(("list", "array_agg", "array", "list_transform", "transform", "list_value"), _LISTS),
    **dict.fromkeys(("random", "rand", "uuid", "gen_random_uuid"), "rules must give the same answer each time"),
    **dict.fromkeys(("strptime", "try_strptime", "str_to_time", "strftime", "time_to_str"), "type dates in ingest"),
    **dict.fromkeys(("dayofweek", "day_of_week", "isodow", "date_part"), "work out weekdays in a model"),
    **dict.fromkeys(("left", "right"), "use substr with a start from 1"),
    **dict.fromkeys(("struct", "map", "json_extract", "json_extract_scalar"), "give each value a column of its own"),
    "pow": "multiply: a power is floating point",
    "sqrt": "compare squares: a root is floating point",
    "corr": "correlation of one row differs: work it out in a model with a minimum number of rows",
    "try_cast": "cast in ingest; core tables are typed",
    "quantile_cont": "use median, or work it out with row_number()",
    "percentile_cont": "use median, or work it out with row_number()",
    "unnest": "make rows of it in a model",
    "explode": "make rows of it in a model",
    "columns": "name the columns",
}
_TYPES = frozenset("VARCHAR TEXT CHAR DATE TIMESTAMP TIMESTAMPNTZ BIGINT INT SMALLINT TINYINT BOOLEAN DECIMAL".split())
_WHOLE = frozenset("BIGINT INT SMALLINT TINYINT".split())
_PARTS_OF_DATES = frozenset("YEAR QUARTER MONTH DAY".split())
_FRACTIONS = ("_qty", "_amount", "_price", "_cost", "_share", "_value", "_rate")
_PARAMETER = re.compile(r"\$([a-z_][a-z0-9_]*)")


@dataclass(frozen=True, order=True)
class Fault:
    """What is wrong, and the line where it is, 1 the first of what was looked at."""

    line: int
    text: str


def lint_sql(sql: str, is_answer: bool = True) -> list[Fault]:
    """What in a SELECT lies outside the portable subset, in the order of its lines.

    `is_answer` false for a population, which is only counted and may select everything.
    """
    from sqlglot import errors, expressions

    try:
        statements = _parsed(sql)
    except errors.SqlglotError as error:
        first = error.errors[0] if isinstance(error, errors.ParseError) and error.errors else {}
        reason = first.get("description") or str(error).splitlines()[0]
        return [Fault(int(first.get("line") or 1), f"the SQL cannot be parsed: {reason.rstrip('.')}.")]
    if len(statements) != 1:
        return [Fault(1, f"there are {len(statements)} statements: a rule is one SELECT.")]
    (tree,) = statements
    if not isinstance(tree, expressions.Query):
        return [Fault(1, "the SQL is not a SELECT.")]
    found = [*_strangers(tree, sql), *_types(tree, sql), *_constructs(tree, sql), *_tables(tree, sql)]
    if is_answer and any(e.is_star for e in tree.selects):
        found.append(Fault(1, "the answer is SELECT *: name its columns, so that findings keep their shape."))
    return sorted(set(found))


def columns_of(sql: str) -> list[str] | None:
    """Names of the columns that a SELECT returns; None where a `*`, or SQL that cannot be parsed, hides them."""
    from sqlglot import errors, expressions

    try:
        (tree,) = _parsed(sql)
    except (errors.SqlglotError, ValueError):
        return None
    if not isinstance(tree, expressions.Query) or any(e.is_star for e in tree.selects):
        return None
    return [e.alias_or_name for e in tree.selects]


def _parsed(sql: str) -> list[exp.Expr | None]:
    import sqlglot

    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    return list(sqlglot.parse(_PARAMETER.sub(r":\1", sql), read="duckdb"))


def _strangers(tree: exp.Expr, sql: str) -> Iterator[Fault]:
    from sqlglot import expressions

    for node in tree.find_all(expressions.Func):
        name = node.name.lower() if isinstance(node, expressions.Anonymous) else node.sql_name().lower()
        if name in _ALLOWED or isinstance(node, (expressions.TryCast, expressions.Interval)) or _is_days(node):
            continue
        # sqlglot has names of its own (`list` is ARRAY_AGG); people look for what they wrote.
        place = node.meta
        written = sql[place["start"] : place["end"] + 1].lower() if "end" in place else name
        rewrite = _REWRITES.get(written) or _REWRITES.get(name)
        line = int(place.get("line") or 0) or _line(sql, node, written)
        yield Fault(line, f"{written} is outside the portable subset{f': {rewrite}' if rewrite else ''}.")


def _types(tree: exp.Expr, sql: str) -> Iterator[Fault]:
    from sqlglot import expressions

    for cast in tree.find_all(expressions.Cast):
        kind = str(cast.to.this.value if hasattr(cast.to.this, "value") else cast.to.this)
        line = _line(sql, cast, "try_cast" if isinstance(cast, expressions.TryCast) else "cast")
        if isinstance(cast, expressions.TryCast):
            yield Fault(line, f"try_cast differs between engines: {_REWRITES['try_cast']}.")
        elif kind in ("DOUBLE", "FLOAT"):
            yield Fault(line, f"{kind} is floating point: use DECIMAL.")
        elif kind not in _TYPES:
            yield Fault(line, f"the type {kind} is outside the portable subset: use {', '.join(sorted(_TYPES))}.")
        elif kind in _WHOLE and _has_fraction(cast.this):
            yield Fault(line, f"CAST to {kind} rounds on DuckDB and cuts off on Spark: use FLOOR, CEIL or ROUND first.")
    bare = re.compile(r"\b(?:decimal|numeric)\b(?!\s*\()", re.IGNORECASE)
    for number, text in enumerate(_without_comments(sql).splitlines(), start=1):
        if bare.search(text):
            yield Fault(number, "DECIMAL without digits is (18, 3) on DuckDB and (10, 0) on Spark: say how many.")


def _constructs(tree: exp.Expr, sql: str) -> Iterator[Fault]:
    """What is no function and still differs. One branch each, in the order of the words people know them by."""
    from sqlglot import expressions as e

    def fault(node: e.Expr, text: str, word: str = "") -> Fault:
        return Fault(_line(sql, node, word), text)

    for node in tree.walk():
        if isinstance(node, (e.Div, e.Avg)):
            yield from (fault(node, text, "/" if isinstance(node, e.Div) else "avg") for text in _float_faults(node))
        if isinstance(node, (e.Div, e.IntDiv, e.Mod)) and not _is_never_zero(node.expression):
            sign = {e.Div: "/", e.IntDiv: "//", e.Mod: "%"}[type(node)]
            yield fault(node, "division by zero is NULL on DuckDB, an error on Spark: divide by NULLIF(…, 0).", sign)
        elif isinstance(node, e.Literal) and not node.is_string and "e" in str(node.this).lower():
            yield fault(node, f"{node.this} is floating point: write the number out.", str(node.this))
        elif isinstance(node, e.Sub) and _is_moment(node.this) and _is_moment(node.expression):
            yield fault(node, f"the difference of two dates is a number on one engine only: {_DAYS}.", "-")
        elif isinstance(node, e.DateDiff) and not all(_is_day(a) for a in (node.this, node.expression)):
            yield fault(node, "date_diff over timestamps differs: CAST both to DATE.", "date_diff")
        elif isinstance(node, e.Extract) and str(node.this).upper() not in _PARTS_OF_DATES:
            yield fault(node, f"extract({node.this}) differs between engines: work it out in a model.", "extract")
        elif isinstance(node, e.Substring) and not _starts_from_one(node):
            yield fault(node, "substring counts from 1: give a start of 1 or more.", "substr")
        elif isinstance(node, e.Like) and "\\" in node.expression.sql():
            yield fault(node, "LIKE with a backslash differs: compare with starts_with or replace.", "like")
        elif isinstance(node, e.ILike):
            yield fault(node, "ILIKE is outside the portable subset: compare UPPER(…) with LIKE.", "ilike")
        elif isinstance(node, (e.SimilarTo, e.Glob)):
            yield fault(node, f"pattern matching beyond LIKE is outside the portable subset: {_TEXT}.", "similar")
        elif isinstance(node, e.Collate):
            yield fault(node, f"COLLATE is outside the portable subset: {_TEXT}.", "collate")
        elif isinstance(node, (e.Bracket, e.Slice)):
            yield fault(node, f"subscripts are outside the portable subset: {_LISTS}.", "[")
        elif isinstance(node, e.Lambda):
            yield fault(node, f"lambdas are outside the portable subset: {_LISTS}.", "->")
        elif isinstance(node, e.GroupConcat) and not node.find(e.Order):
            yield fault(node, "string_agg without an order differs from run to run: add ORDER BY.", "string_agg")
        elif isinstance(node, e.Window) and _needs_order(node.this) and not _is_ordered(node):
            yield fault(node, "a window function that goes by rows needs ORDER BY, up to a total order.", "over")
        elif isinstance(node, e.Select):
            yield from _clauses(node, fault)
        elif isinstance(node, e.Join) and str(node.args.get("method") or "").upper() in (
            "ASOF",
            "POSITIONAL",
            "NATURAL",
        ):
            yield fault(
                node, f"{node.args['method']} JOIN is outside the portable subset: join by equal columns.", "join"
            )
        elif isinstance(node, e.Lateral):
            yield fault(node, "LATERAL is outside the portable subset: join a model, or use a window.", "lateral")
        elif isinstance(node, e.SetOperation) and node.args.get("by_name"):
            yield fault(node, "UNION BY NAME is outside the portable subset: name the columns in order.", "union")
        elif isinstance(node, e.With) and node.args.get("recursive"):
            yield fault(node, "WITH RECURSIVE is outside the portable subset: build the steps in models.", "recursive")
        elif isinstance(node, (e.Pivot, e.TableSample)):
            yield fault(node, f"{node.key.upper()} is outside the portable subset.", "pivot")
        elif isinstance(node, e.Star) and any(node.args.get(a) for a in ("except_", "replace", "rename")):
            yield fault(node, "* EXCLUDE, REPLACE and RENAME are outside the portable subset: name the columns.", "*")


def _clauses(node: exp.Select, fault: object) -> Iterator[Fault]:
    make = fault
    assert callable(make)
    distinct = node.args.get("distinct")
    if distinct is not None and distinct.args.get("on"):
        yield make(node, "DISTINCT ON is outside the portable subset: use row_number() with a total order.", "distinct")
    if node.args.get("limit") and not node.args.get("order"):
        yield make(node, "LIMIT without ORDER BY takes other rows on each run: add a total order.", "limit")
    if node.args.get("sample"):
        yield make(node, "a sample takes other rows on each run: leave it out.", "sample")


def _tables(tree: exp.Expr, sql: str) -> Iterator[Fault]:
    from sqlglot import expressions

    named = {cte.alias_or_name.lower() for cte in tree.find_all(expressions.CTE)}
    for table in tree.find_all(expressions.Table):
        is_function = not isinstance(table.this, expressions.Identifier)
        if is_function or table.db.lower() in ("core", "mart") or (not table.db and table.name.lower() in named):
            continue
        full = f"{table.db}.{table.name}" if table.db else table.name
        yield Fault(_line(sql, table, table.name), f"{full} is no table of core or mart: rules read those alone.")


def _is_days(node: object) -> bool:
    """`date_diff('day', …)` over dates agrees on both engines; in other units, or over timestamps, it does not."""
    from sqlglot import expressions

    return isinstance(node, expressions.DateDiff) and str(node.args.get("unit") or "").upper().strip("'") == "DAY"


def _float_faults(node: exp.Expr) -> Iterator[str]:
    """DuckDB divides and averages in floating point, Spark DECIMALs in DECIMAL: only the cast result is the same."""
    from sqlglot import expressions as e

    what = "a division" if isinstance(node, e.Div) else "AVG"
    above = node.parent
    while isinstance(above, e.Expr) and not isinstance(above, e.Query):
        if isinstance(above, (e.Round, e.Floor, e.Ceil)):
            yield f"{what} is floating point on DuckDB, and rounding that differs: CAST it AS DECIMAL(p, s) first."
            return
        if isinstance(above, e.Cast) and str(above.to.this).upper().endswith("DECIMAL"):
            return
        above = above.parent
    yield f"{what} is floating point on DuckDB: CAST it AS DECIMAL(p, s), or compare products."


def _is_never_zero(node: exp.Expr) -> bool:
    from sqlglot import expressions as e

    node = node.unnest()
    if isinstance(node, e.Cast):
        return _is_never_zero(node.this)
    if isinstance(node, e.Greatest):
        return any(
            _is_never_zero(part) for part in (node.this, *node.expressions) if isinstance(part.unnest(), e.Literal)
        )
    return isinstance(node, e.Nullif) or (
        isinstance(node, e.Literal) and not node.is_string and float(str(node.this)) != 0
    )


def _has_fraction(node: exp.Expr) -> bool:
    from sqlglot import expressions as e

    node = node.unnest()
    if isinstance(node, (e.Floor, e.Ceil, e.Round, e.Count, e.Case, e.IntDiv)):
        return False
    # Quantities have three places, money has four: as thousandths, or ten-thousandths, they are whole.
    if isinstance(node, e.Mul) and isinstance(node.this, e.Column) and isinstance(node.expression, e.Literal):
        places = "1000" if node.this.name.lower().endswith("_qty") else "10000"
        return str(node.expression.this) not in (places, "10000") and _has_fraction(node.this)
    if isinstance(node, e.Literal):
        return not node.is_string and "." in str(node.this)
    if isinstance(node, e.Column):
        return node.name.lower().endswith(_FRACTIONS)
    if isinstance(node, (e.Div, e.Avg, e.Median)):
        return True
    return any(_has_fraction(part) for part in node.iter_expressions() if not isinstance(part, e.DataType))


def _is_moment(node: exp.Expr) -> bool:
    return _is_day(node, if_unknown=False) or _is_timestamp(node)


def _is_day(node: exp.Expr, if_unknown: bool = True) -> bool:
    from sqlglot import expressions as e

    node = node.unnest()
    if isinstance(node, e.Cast):
        return str(node.to.this).upper().endswith("DATE")
    if isinstance(node, e.Placeholder):
        return node.name == "as_of" or if_unknown
    if isinstance(node, e.Column) and node.name.lower().endswith("_date"):
        return True
    return if_unknown and not _is_timestamp(node)


def _is_timestamp(node: exp.Expr) -> bool:
    from sqlglot import expressions as e

    node = node.unnest()
    if isinstance(node, e.Cast):
        return "TIMESTAMP" in str(node.to.this).upper()
    return isinstance(node, e.Column) and node.name.lower().endswith("_at")


def _starts_from_one(node: exp.Substring) -> bool:
    from sqlglot import expressions as e

    start = node.args.get("start")
    if isinstance(start, e.Neg):
        return False
    return not (isinstance(start, e.Literal) and str(start.this) == "0")


def _is_ordered(node: exp.Window) -> bool:
    """Whether a window has an order, its own or that of the WINDOW clause which it names."""
    from sqlglot import expressions as e

    select = node.find_ancestor(e.Select)
    named = (select.args.get("windows") or []) if select is not None and node.alias else []
    return any(w.args.get("order") for w in (node, *(n for n in named if n.name.lower() == node.alias.lower())))


def _needs_order(node: exp.Expr) -> bool:
    from sqlglot import expressions as e

    by_rows = (e.RowNumber, e.Rank, e.DenseRank, e.Ntile, e.Lag, e.Lead, e.FirstValue, e.LastValue)
    return isinstance(node.this if isinstance(node, e.IgnoreNulls) else node, by_rows)


def _line(sql: str, node: exp.Expr, word: str) -> int:
    """The line of a node: where its first name or function stands, else where the word first stands."""
    lines = [int(part.meta["line"]) for part in node.walk() if part.meta.get("line")]
    text = _without_comments(sql)
    if lines and (not word or word.lower() in text.splitlines()[min(lines) - 1].lower()):
        return min(lines)
    boundary = r"\b" if word[:1].isalpha() else ""
    found = re.search(f"{boundary}{re.escape(word)}{boundary}", text, flags=re.IGNORECASE) if word else None
    return text[: found.start()].count("\n") + 1 if found else min(lines, default=1)


def _without_comments(sql: str) -> str:
    """The same lines with comments and texts blanked out."""

    def blank(match: re.Match[str]) -> str:
        return re.sub(r"[^\n]", " ", match[0])

    return re.sub(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", blank, sql, flags=re.DOTALL)
