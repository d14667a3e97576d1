"""Tables of a statement replaced: those that are tables and no others, keeping the names that the statement uses."""

from __future__ import annotations

import duckdb
import pytest

from workbench.resident import replaced_tables

PLACES = {"core.a": "copy_a", "mart.b": "(SELECT * FROM whole)"}

WRITTEN = {
    "without alias": ("SELECT k FROM core.a", "SELECT k FROM copy_a AS a"),
    "alias": ("SELECT r.k FROM core.a AS r", "SELECT r.k FROM copy_a AS r"),
    "alias without AS": ("SELECT r.k FROM core.a r", "SELECT r.k FROM copy_a r"),
    "quoted alias": ('SELECT 1 FROM core.a "r s"', 'SELECT 1 FROM copy_a "r s"'),
    "in brackets": ("(SELECT k FROM core.a)", "(SELECT k FROM copy_a AS a)"),
    "two": ("SELECT a.k FROM core.a, mart.b", "SELECT a.k FROM copy_a AS a, (SELECT * FROM whole) AS b"),
    "unknown": ("SELECT k FROM core.ab JOIN core.c", "SELECT k FROM core.ab JOIN core.c"),
    "comment": (
        "-- from core.a\nSELECT k FROM core.a -- core.a",
        "-- from core.a\nSELECT k FROM copy_a AS a -- core.a",
    ),
    "comment in between": ("SELECT r.k FROM core.a -- all\nAS r", "SELECT r.k FROM copy_a -- all\nAS r"),
    "block in between": ("SELECT r.k FROM core.a /* all */ r", "SELECT r.k FROM copy_a /* all */ r"),
    "block": ("/* core.a */ SELECT k FROM core.a", "/* core.a */ SELECT k FROM copy_a AS a"),
    "text": ("SELECT 'it''s core.a' FROM core.a", "SELECT 'it''s core.a' FROM copy_a AS a"),
    "quoted name": ("""SELECT k AS "it's core.a" FROM core.a""", """SELECT k AS "it's core.a" FROM copy_a AS a"""),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_tables_are_replaced(name: str) -> None:
    sql, expected = WRITTEN[name]
    assert replaced_tables(sql, PLACES) == expected


@pytest.mark.parametrize(
    "rest",
    """WHERE 1=1|GROUP BY a.k|ORDER BY 1|LIMIT 1|OFFSET 0|HAVING COUNT(*) > 0|QUALIFY ROW_NUMBER() OVER () = 1|
    UNION SELECT 1|EXCEPT SELECT 1|INTERSECT SELECT 1|WINDOW w AS (PARTITION BY k)|USING SAMPLE 1|TABLESAMPLE 50%|
    JOIN core.a AS r ON r.k = a.k|LEFT JOIN core.a AS r ON r.k = a.k|INNER JOIN core.a AS r USING (k)|
    NATURAL JOIN core.a AS r|CROSS JOIN core.a AS r|SEMI JOIN core.a AS r ON r.k = a.k|ANTI JOIN core.a AS r USING (k)|
    FULL JOIN core.a AS r ON r.k = a.k|RIGHT JOIN core.a AS r USING (k)|POSITIONAL JOIN core.a AS r|
    ASOF JOIN core.a AS r ON r.k >= a.k""".replace("\n", "").split("|"),
)
def test_what_follows_a_table_is_no_alias(rest: str) -> None:
    con = duckdb.connect()
    con.execute("CREATE SCHEMA core; CREATE TABLE core.a (k INTEGER); CREATE TABLE copy_a (k INTEGER)")
    sql = f"SELECT COUNT(*) FROM core.a {rest.strip()}"
    con.execute(sql)
    replaced = replaced_tables(sql, PLACES)
    assert "core.a" not in replaced
    con.execute(replaced)
