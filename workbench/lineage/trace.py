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
from sqlglot import exp
from sqlglot.optimizer.qualify import qualify

from workbench.lineage.clock import clock_of
from workbench.lineage.proved import Lineage
from workbench.lineage.select import answer_of
from workbench.lineage.trees import columns_used

Schema = Mapping[str, Mapping[str, Mapping[str, str]]]  # schema → table → column → type


def trace(sql: str, schema: Schema) -> Lineage:
    """What can be proved of a SELECT over tables of `schema`; ParseError and the like pass through."""
    tree = sqlglot.parse_one(re.sub(r"\$([a-z_][a-z0-9_]*)", r":\1", sql), read="duckdb")
    tree = cast(
        exp.Query,
        qualify(
            tree,
            schema=cast(dict[str, object], schema),
            dialect="duckdb",
            quote_identifiers=False,
            identify=False,
            validate_qualify_columns=False,
        ),
    )
    for node in tree.walk():
        node.comments = None
    answer = answer_of(tree, {})
    follows = {
        column: {table: min(ways, key=lambda way: (len(way), way)) for table, ways in answer.ways[column].items()}
        for column in answer.columns
    }
    return Lineage(tuple(answer.columns), columns_used(tree), follows, clock_of(tree))
