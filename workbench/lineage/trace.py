"""Which part of a SELECT's tables an answer for one key depends on, proved from the SQL alone.

A column of the answer *follows* a table when rows of the answer with the value v depend only on those rows of the
table for which an expression over the table's own columns equals v. Then the answer for touched values can be worked
out anew from restricted tables, and nothing else of the answer can have changed. What cannot be proved is left out:
the caller then evaluates everything. Writers of rules and models know nothing of this.

Method: within one SELECT, equalities of joins and WHERE are edges between expressions; from an output column they are
followed to every source. A left join is followed from the kept side only; groups must be by the column, windows
partitioned by it; unions must agree branch by branch. A table that occurs twice must be reached twice, by one
expression. Nothing is followed through LIMIT, NOT IN, unkeyed windows or functions that make rows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast

import sqlglot
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify

from workbench.lineage.clock import clock_of
from workbench.lineage.proved import Lineage
from workbench.lineage.select import answer_of
from workbench.lineage.trees import columns_used

Schema = Mapping[str, Mapping[str, Mapping[str, str]]]  # schema → table → column → type


# A parameter, or what may hold the like of one without being it.
_PARAMETER = re.compile(
    r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\$(?P<name>[a-z_][a-z0-9_]*)", flags=re.DOTALL
)


def trace(sql: str, schema: Schema) -> Lineage:
    """What can be proved of a SELECT over tables of `schema`; ParseError and the like pass through."""
    # sqlglot takes the text between two parameters for a dollar-quoted one.
    tree = sqlglot.parse_one(_PARAMETER.sub(lambda m: f":{m['name']}" if m["name"] else m[0], sql), read="duckdb")
    tables = cast(dict[str, object], schema)
    tree = qualify(
        tree,
        schema=tables,
        dialect="duckdb",
        quote_identifiers=False,
        identify=False,
        validate_qualify_columns=False,
    )
    tree = annotate_types(tree, schema=tables, dialect="duckdb")
    for node in tree.walk():
        node.comments = None
    answer = answer_of(tree, {})
    follows = {
        column: {table: min(ways, key=lambda way: (len(way), way)) for table, ways in answer.of(column).items()}
        for column in answer.columns
    }
    return Lineage(tuple(answer.columns), columns_used(tree), follows, clock_of(tree))
