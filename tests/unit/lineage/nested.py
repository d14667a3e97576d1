"""Statements with queries within queries, each with what the column `k` of its answer follows (see `statements`)."""

from __future__ import annotations

A, B, C = ({table: "k"} for table in ("core.a", "core.b", "core.c"))
AB, ABC = {**A, **B}, {**A, **B, **C}

STATEMENTS: dict[str, tuple[str, dict[str, str]]] = {
    # --- unions ---
    "union": ("SELECT k, x FROM core.a UNION ALL SELECT k, x FROM core.b", AB),
    "union distinct": ("SELECT k, j FROM core.a UNION SELECT k, j FROM core.b", AB),
    "union of one table": (
        "SELECT k, x FROM core.a WHERE j = 1 UNION ALL SELECT k, x FROM core.a WHERE j = 2", A,
    ),
    "union, branches apart": ("SELECT k, x FROM core.a UNION ALL SELECT n, x FROM core.a", {}),
    "union, each its own": (
        "SELECT k, x FROM core.a UNION ALL SELECT n, x FROM core.b", {"core.a": "k", "core.b": "n"},
    ),
    "union with a constant": ("SELECT k, x FROM core.a UNION ALL SELECT 'p', x FROM core.b", A),
    "union with nothing": ("SELECT k, x FROM core.a UNION ALL SELECT NULL, x FROM core.b", A),
    "union of two kinds": ("SELECT d AS k FROM core.a UNION ALL SELECT t FROM core.b", {}),
    "union by name": ("SELECT k, n FROM core.a UNION ALL BY NAME SELECT n, k FROM core.b", {}),
    "except": ("SELECT k FROM core.a EXCEPT SELECT k FROM core.b", AB),
    "except all": ("SELECT k, j FROM core.a EXCEPT ALL SELECT k, j FROM core.b", AB),
    "intersect": ("SELECT k FROM core.a INTERSECT SELECT k FROM core.b", AB),
    "union, limited": ("SELECT k FROM core.a UNION SELECT k FROM core.b ORDER BY k LIMIT 2", {}),
    "union, a branch limited": (
        "SELECT k FROM core.a UNION ALL (SELECT k FROM core.b ORDER BY k LIMIT 1)", A,
    ),
    # --- queries in FROM and WITH ---
    "query": ("SELECT q.k, q.s FROM (SELECT k, SUM(x) AS s FROM core.a GROUP BY k) AS q", A),
    "query of an expression": (
        "SELECT UPPER(q.m) AS k FROM (SELECT COALESCE(k, 'p') AS m FROM core.a) AS q",
        {"core.a": "UPPER(COALESCE(k, 'p'))"},
    ),
    "query grouped otherwise": (
        "SELECT q.k FROM (SELECT n, MIN(k) AS k FROM core.a GROUP BY n) AS q", {},
    ),
    "query joined by an aggregate": (
        "SELECT a.k FROM core.a JOIN (SELECT n, MIN(k) AS k FROM core.b GROUP BY n) AS q ON q.k = a.k", A,
    ),
    "query joined": (
        "SELECT a.k, q.s FROM core.a LEFT JOIN (SELECT k, SUM(x) AS s FROM core.b GROUP BY k) AS q ON q.k = a.k", AB,
    ),
    "with": ("WITH q AS (SELECT k, x FROM core.a WHERE j > 1) SELECT k, x FROM q", A),
    "with, renamed": ("WITH q(n, k) AS (SELECT k, n FROM core.a) SELECT k FROM q", {"core.a": "n"}),
    "with of with": (
        "WITH q AS (SELECT k, x FROM core.a), r AS (SELECT k, SUM(x) AS s FROM q GROUP BY k) SELECT k, s FROM r", A,
    ),
    "with, shadowed": (
        "WITH q AS (SELECT k FROM core.b) SELECT r.k FROM (WITH q AS (SELECT n AS k FROM core.a) SELECT k FROM q) AS r",
        {"core.a": "n"},
    ),
    "with, shadowed in a condition": (
        "WITH q AS (SELECT k FROM core.a) SELECT a.k FROM core.a WHERE EXISTS"
        " (WITH q AS (SELECT n AS k FROM core.a) SELECT 1 FROM q WHERE q.k = a.k)",
        {},
    ),
    "with in a condition": (
        "SELECT a.k FROM core.a WHERE EXISTS (WITH q AS (SELECT k FROM core.b) SELECT 1 FROM q WHERE q.k = a.k)", AB,
    ),
    "with in a condition, of the same table": (
        "SELECT a.k FROM core.a WHERE EXISTS (WITH q AS (SELECT MAX(j) AS j FROM core.a) SELECT 1 FROM q WHERE q.j = a.j)",
        {},
    ),
    "recursive": (
        "WITH RECURSIVE q AS (SELECT MAX(j) AS j FROM core.a),"
        " r AS (SELECT j FROM q UNION SELECT r.j - 1 FROM r WHERE r.j > 0)"
        " SELECT a.k FROM core.a JOIN r ON r.j = a.j",
        {},
    ),
    "values": ("SELECT a.k, v.y FROM core.a JOIN (VALUES ('p', 1), ('q', 2)) AS v(m, y) ON v.m = a.k", A),
    "values of a query": (
        "SELECT a.k FROM core.a JOIN (VALUES ((SELECT MAX(r.j) FROM core.a AS r))) AS v(m) ON v.m = a.j", {},
    ),
    "lateral": (
        "SELECT a.k, q.s FROM core.a, LATERAL (SELECT COUNT(*) AS s FROM core.b WHERE b.k = a.k) AS q", A,
    ),
    "lateral of the same table": (
        "SELECT a.k, q.s FROM core.a, LATERAL (SELECT COUNT(*) AS s FROM core.a AS r WHERE r.j = a.j) AS q", {},
    ),
    # --- EXISTS ---
    "exists": ("SELECT a.k, a.x FROM core.a WHERE EXISTS (SELECT 1 FROM core.b WHERE b.k = a.k)", AB),
    "not exists": ("SELECT a.k, a.x FROM core.a WHERE NOT EXISTS (SELECT 1 FROM core.b WHERE b.k = a.k)", AB),
    "exists or": (
        "SELECT a.k FROM core.a WHERE a.j = 1 OR EXISTS (SELECT 1 FROM core.b WHERE b.k = a.k AND b.j > a.j)", AB,
    ),
    "exists as a value": ("SELECT a.k, EXISTS (SELECT 1 FROM core.b WHERE b.k = a.k) AS y FROM core.a", AB),
    "exists in case": (
        "SELECT a.k, CASE WHEN NOT EXISTS (SELECT 1 FROM core.b WHERE b.k = a.k) THEN 1 ELSE 2 END AS y FROM core.a", AB,
    ),
    "exists by or": ("SELECT a.k FROM core.a WHERE EXISTS (SELECT 1 FROM core.b WHERE b.k = a.k OR b.j = a.j)", A),
    "exists anywhere": ("SELECT a.k FROM core.a WHERE EXISTS (SELECT 1 FROM core.b WHERE b.j = a.j)", A),
    "exists of the same": (
        "SELECT a.k, a.x FROM core.a WHERE EXISTS (SELECT 1 FROM core.a AS r WHERE r.k = a.k AND r.j < a.j)", A,
    ),
    "exists of the same, by another": (
        "SELECT a.k, a.x FROM core.a WHERE EXISTS (SELECT 1 FROM core.a AS r WHERE r.n = a.n AND r.j < a.j)", {},
    ),
    "exists, grouped": (
        "SELECT a.k FROM core.a WHERE EXISTS (SELECT 1 FROM core.b WHERE b.k = a.k GROUP BY b.j HAVING COUNT(*) > 1)", AB,
    ),
    "exists, one row": ("SELECT a.k FROM core.a WHERE EXISTS (SELECT 1 FROM core.b WHERE b.k = a.k LIMIT 1)", AB),
    "exists, after a row": (
        "SELECT a.k FROM core.a WHERE EXISTS (SELECT 1 FROM core.b WHERE b.k = a.k OFFSET 1)", A,
    ),
    "exists, said of the outer row": (
        "SELECT a.k FROM core.a, core.b WHERE NOT EXISTS (SELECT 1 FROM core.c WHERE c.k = a.k AND a.k = b.k)",
        {**A, **C},
    ),
    "exists in the select of groups": (
        "SELECT a.k, EXISTS (SELECT 1 FROM core.b WHERE b.k = a.k) AS y, COUNT(*) AS s FROM core.a GROUP BY a.k", AB,
    ),
    "exists in having": (
        "SELECT a.k FROM core.a GROUP BY a.k HAVING EXISTS (SELECT 1 FROM core.b WHERE b.k = a.k)", AB,
    ),
    "exists in on": (
        "SELECT a.k, b.x FROM core.a LEFT JOIN core.b ON b.k = a.k"
        " AND EXISTS (SELECT 1 FROM core.c WHERE c.k = b.k)",
        ABC,
    ),
    "exists of what may be missing": (
        "SELECT COALESCE(a.k, 'p') AS k FROM core.a LEFT JOIN core.b ON a.k = b.k"
        " WHERE EXISTS (SELECT 1 FROM core.c WHERE c.k = COALESCE(b.k, 'p'))",
        {"core.a": "COALESCE(k, 'p')", "core.b": "COALESCE(k, 'p')"},
    ),
    "exists of what may be missing, null equals null": (
        "SELECT a.k FROM core.a LEFT JOIN core.b ON a.k = b.k"
        " WHERE EXISTS (SELECT 1 FROM core.c WHERE c.k IS NOT DISTINCT FROM b.k)",
        AB,
    ),
    "exists with a left join": (
        "SELECT a.k FROM core.a WHERE EXISTS"
        " (SELECT 1 FROM core.c LEFT JOIN core.b ON b.j = c.j WHERE b.k IS NOT DISTINCT FROM a.k)",
        A,
    ),
    "exists with a left join, equal": (
        "SELECT a.k FROM core.a WHERE EXISTS (SELECT 1 FROM core.c LEFT JOIN core.b ON b.k = c.k WHERE c.k = a.k)", ABC,
    ),
    "two levels": (
        "SELECT a.k FROM core.a WHERE EXISTS (SELECT 1 FROM core.b WHERE b.k = a.k"
        " AND NOT EXISTS (SELECT 1 FROM core.c WHERE c.k = b.k))",
        ABC,
    ),
    "two levels, from the outermost": (
        "SELECT a.k FROM core.a WHERE EXISTS (SELECT 1 FROM core.b WHERE b.j = a.j"
        " AND NOT EXISTS (SELECT 1 FROM core.c WHERE c.k = a.k))",
        {**A, **C},
    ),
    "two levels, one name": (
        "SELECT r.k FROM core.a AS r WHERE EXISTS (SELECT 1 FROM core.b AS r WHERE r.j > 0"
        " AND EXISTS (SELECT 1 FROM core.c AS s WHERE s.k = r.k))",
        A,
    ),
    # --- IN ---
    "in": ("SELECT k, x FROM core.a WHERE k IN (SELECT k FROM core.b)", AB),
    "in or": ("SELECT k, x FROM core.a WHERE j = 1 OR k IN (SELECT k FROM core.b WHERE j = 2)", AB),
    "in, correlated": ("SELECT k, x FROM core.a WHERE k IN (SELECT b.k FROM core.b WHERE b.j = a.j)", AB),
    "in, by another": ("SELECT k, x FROM core.a WHERE n IN (SELECT n FROM core.b)", A),
    "in pairs": ("SELECT k, x FROM core.a WHERE (k, j) IN (SELECT k, j FROM core.b)", AB),
    "in the other column": (
        "SELECT k, x FROM core.a WHERE k IN (SELECT n FROM core.b)", {"core.a": "k", "core.b": "n"},
    ),
    # One NULL in b makes every answer unknown.
    "not in": ("SELECT k, x FROM core.a WHERE k NOT IN (SELECT k FROM core.b)", A),
    "in, negated": ("SELECT k, x FROM core.a WHERE NOT (j = 1 AND k IN (SELECT k FROM core.b))", A),
    "in as a value": ("SELECT k, k IN (SELECT k FROM core.b) AS y FROM core.a", A),
    "in within case": (
        "SELECT k FROM core.a WHERE CASE WHEN k IN (SELECT k FROM core.b) THEN FALSE ELSE TRUE END", A,
    ),
    "in is null": ("SELECT k FROM core.a WHERE (k IN (SELECT k FROM core.b)) IS NULL", A),
    "in of a limit": ("SELECT k FROM core.a WHERE k IN (SELECT k FROM core.b ORDER BY k LIMIT 1)", A),
    "in of an aggregate": ("SELECT k FROM core.a WHERE k IN (SELECT MAX(k) FROM core.b)", A),
    "in of groups": ("SELECT k FROM core.a WHERE k IN (SELECT k FROM core.b GROUP BY k HAVING COUNT(*) > 1)", AB),
    "in of what may be missing": (
        "SELECT COALESCE(a.k, 'p') AS k FROM core.a LEFT JOIN core.b ON a.k = b.k"
        " WHERE COALESCE(b.k, 'p') IN (SELECT k FROM core.c)",
        {"core.a": "COALESCE(k, 'p')", "core.b": "COALESCE(k, 'p')"},
    ),
    "greater than all": ("SELECT k FROM core.a WHERE j > ALL (SELECT j FROM core.b)", A),
    "equal to any": ("SELECT k FROM core.a WHERE k = ANY (SELECT k FROM core.b)", A),
    # --- scalar ---
    "scalar": ("SELECT a.k, (SELECT MAX(b.x) FROM core.b WHERE b.k = a.k) AS y FROM core.a", AB),
    "scalar, filled up": (
        "SELECT a.k, COALESCE((SELECT SUM(b.x) FROM core.b WHERE b.k = a.k), 0) AS y FROM core.a", AB,
    ),
    "scalar of nothing": ("SELECT a.k FROM core.a WHERE (SELECT COUNT(*) FROM core.b WHERE b.k = a.k) = 0", AB),
    "scalar of all": ("SELECT a.k FROM core.a WHERE a.x > (SELECT MIN(b.x) FROM core.b)", A),
    "scalar of the same": ("SELECT a.k FROM core.a WHERE a.x = (SELECT MAX(r.x) FROM core.a AS r)", {}),
    "scalar is the column": ("SELECT (SELECT MAX(b.k) FROM core.b WHERE b.j = a.j) AS k FROM core.a", {}),
    "scalar, first of some": (
        "SELECT a.k, (SELECT b.x FROM core.b WHERE b.k = a.k ORDER BY b.x LIMIT 1) AS y FROM core.a", A,
    ),
    "scalar of a union": (
        "SELECT a.k, (SELECT MAX(q.x) FROM (SELECT k, x FROM core.b UNION ALL SELECT k, x FROM core.c) AS q"
        " WHERE q.k = a.k) AS y FROM core.a",
        ABC,
    ),
    "scalar of an aggregate": (
        "SELECT a.k, (SELECT MAX(b.x) FROM core.b WHERE b.n = MIN(a.n)) AS y FROM core.a GROUP BY a.k", A,
    ),
    "scalar in order": ("SELECT a.k FROM core.a ORDER BY (SELECT MAX(b.x) FROM core.b WHERE b.k = a.k)", AB),
}  # fmt: skip
