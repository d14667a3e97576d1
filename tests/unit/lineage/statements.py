"""Statements by construct, each with what the column `k` of its answer follows: the table and the expression over it.

What is missing from a mapping must be missing: beside it stands why, where that is not plain. All run on three tables
`core.a`, `core.b`, `core.c` with the columns k, n VARCHAR, j INTEGER, d DATE, t TIMESTAMP, x DECIMAL(18,3).
"""

from __future__ import annotations

COLUMNS = {"k": "VARCHAR", "n": "VARCHAR", "j": "INTEGER", "d": "DATE", "t": "TIMESTAMP", "x": "DECIMAL(18,3)"}
TABLES = ("core.a", "core.b", "core.c")

A, B, C = ({table: "k"} for table in TABLES)
AB, ABC = {**A, **B}, {**A, **B, **C}

STATEMENTS: dict[str, tuple[str, dict[str, str]]] = {
    # --- one table ---
    "plain": ("SELECT k, x FROM core.a", A),
    "alias": ("SELECT r.k AS k, r.x FROM core.a AS r WHERE r.j > 1", A),
    "expression": ("SELECT UPPER(COALESCE(k, 'p')) AS k, x FROM core.a", {"core.a": "UPPER(COALESCE(k, 'p'))"}),
    "two columns": ("SELECT COALESCE(k, n) AS k, x FROM core.a", {"core.a": "COALESCE(k, n)"}),
    "day of a moment": ("SELECT CAST(t AS DATE) AS k, x FROM core.a", {"core.a": "CAST(t AS DATE)"}),
    "month": ("SELECT DATE_TRUNC('month', d) AS k FROM core.a", {"core.a": "DATE_TRUNC('MONTH', d)"}),
    "sum of columns": ("SELECT j + 1 AS k, x FROM core.a", {}),
    "cast that can fail": ("SELECT TRY_CAST(k AS INTEGER) AS k, x FROM core.a", {"core.a": "TRY_CAST(k AS INT)"}),
    "star": ("SELECT * REPLACE (n AS k) FROM core.a", {"core.a": "n"}),
    "renamed columns of a table": ("SELECT r.k FROM core.a AS r(n, k, j, d, t, x)", {}),
    "distinct": ("SELECT DISTINCT k, n FROM core.a", A),
    "distinct on": ("SELECT DISTINCT ON (j) k, j FROM core.a ORDER BY j, k", {}),
    "limit": ("SELECT k FROM core.a ORDER BY k LIMIT 2", {}),
    "offset": ("SELECT k FROM core.a ORDER BY k OFFSET 1", {}),
    "limit of brackets": ("(SELECT k FROM core.a ORDER BY k) LIMIT 1", {}),
    "limit within": ("SELECT q.k FROM (SELECT k FROM core.a ORDER BY k LIMIT 2) AS q", {}),
    "same name twice": ("SELECT q.n, q.k FROM (SELECT a.k, a.n, a.n AS n FROM core.a) AS q", A),
    # --- groups ---
    "group": ("SELECT k, SUM(x) AS s FROM core.a GROUP BY k", A),
    "group by ordinal": ("SELECT SUM(x) AS s, k FROM core.a GROUP BY 2", A),
    "group by alias": ("SELECT UPPER(n) AS k, SUM(x) AS s FROM core.a GROUP BY UPPER(n)", {"core.a": "UPPER(n)"}),
    "group by all": ("SELECT k, SUM(x) AS s FROM core.a GROUP BY ALL", A),
    "group by another": ("SELECT MIN(k) AS k, j FROM core.a GROUP BY j", {}),
    "group by what it is made of": ("SELECT UPPER(k) AS k, COUNT(*) AS s FROM core.a GROUP BY core.a.k", {}),
    "aggregate of everything": ("SELECT MAX(k) AS k FROM core.a", {}),
    "having": ("SELECT k FROM core.a GROUP BY k HAVING COUNT(*) > 1", A),
    "having over all": ("SELECT 'p' AS k FROM core.a HAVING COUNT(*) > 1", {}),
    "rollup": ("SELECT k, SUM(x) AS s FROM core.a GROUP BY ROLLUP (k)", {}),
    "grouping sets": ("SELECT k, SUM(x) AS s FROM core.a GROUP BY GROUPING SETS ((k), ())", {}),
    # --- windows ---
    "window": ("SELECT k, ROW_NUMBER() OVER (PARTITION BY k ORDER BY j, n, d, t, x) AS r FROM core.a", A),
    "window by another": ("SELECT k, COUNT(*) OVER (PARTITION BY j) AS r FROM core.a", {}),
    "window over all": ("SELECT k, COUNT(*) OVER () AS r FROM core.a", {}),
    "window by more": ("SELECT k, COUNT(*) OVER (PARTITION BY j, k) AS r FROM core.a", A),
    "window by an expression": ("SELECT k, COUNT(*) OVER (PARTITION BY UPPER(k)) AS r FROM core.a", {}),
    "windows, one of them by another": (
        "SELECT k, COUNT(*) OVER (PARTITION BY k) AS r, SUM(x) OVER (PARTITION BY n) AS s FROM core.a", {},
    ),
    "window by name": ("SELECT k, COUNT(*) OVER w AS r FROM core.a WINDOW w AS (PARTITION BY k)", A),
    "window by a name without key": ("SELECT k, COUNT(*) OVER w AS r FROM core.a WINDOW w AS (ORDER BY j)", {}),
    "window from a name": ("SELECT k, SUM(x) OVER (w ORDER BY j) AS r FROM core.a WINDOW w AS (PARTITION BY k)", A),
    "window with filter": ("SELECT k, COUNT(*) FILTER (WHERE j > 1) OVER (PARTITION BY n) AS r FROM core.a", {}),
    "window over aggregates": ("SELECT k, j, SUM(SUM(x)) OVER (PARTITION BY k) AS r FROM core.a GROUP BY k, j", A),
    "window over aggregates of all": ("SELECT k, RANK() OVER (ORDER BY SUM(x)) AS r FROM core.a GROUP BY k", {}),
    "qualify": ("SELECT k, j FROM core.a QUALIFY RANK() OVER (PARTITION BY k ORDER BY j) = 1", A),
    "qualify by another": ("SELECT k, j FROM core.a QUALIFY RANK() OVER (PARTITION BY n ORDER BY j) = 1", {}),
    # All rows without a partner are in one window.
    "window by what may be missing": (
        "SELECT a.k, COUNT(*) OVER (PARTITION BY b.k) AS r FROM core.a LEFT JOIN core.b ON b.k = a.k", {},
    ),
    "window by the kept side": (
        "SELECT a.k, COUNT(*) OVER (PARTITION BY a.k) AS r FROM core.a LEFT JOIN core.b ON b.k = a.k", AB,
    ),
    "window by the other side of a join": (
        "SELECT a.k, COUNT(*) OVER (PARTITION BY b.k) AS r FROM core.a JOIN core.b ON b.k = a.k", AB,
    ),
    # --- joins ---
    "join": ("SELECT a.k, b.x FROM core.a JOIN core.b ON a.k = b.k", AB),
    "join, the other column": ("SELECT b.k, a.x FROM core.a JOIN core.b ON a.k = b.k", AB),
    "join in where": ("SELECT a.k, b.x FROM core.a, core.b WHERE a.k = b.k AND a.j < b.j", AB),
    "join by or": ("SELECT a.k, b.x FROM core.a JOIN core.b ON a.k = b.k OR a.j = b.j", A),
    "join by another": ("SELECT a.k, b.x FROM core.a JOIN core.b ON a.j = b.j", A),
    "join by inequality": ("SELECT a.k, b.x FROM core.a JOIN core.b ON a.k < b.k", A),
    "cross join": ("SELECT a.k, b.x FROM core.a CROSS JOIN core.b", A),
    "join of expressions": (
        "SELECT UPPER(a.k) AS k, b.x FROM core.a JOIN core.b ON UPPER(a.k) = UPPER(b.k)",
        {"core.a": "UPPER(k)", "core.b": "UPPER(k)"},
    ),
    "join of expressions, a part": ("SELECT a.k, b.x FROM core.a JOIN core.b ON UPPER(a.k) = UPPER(b.k)", A),
    "expression of a joined column": (
        "SELECT COALESCE(a.k, 'p') AS k, b.x FROM core.a JOIN core.b ON a.k = b.k",
        {"core.a": "COALESCE(k, 'p')", "core.b": "COALESCE(k, 'p')"},
    ),
    "null equals null": ("SELECT a.k, b.x FROM core.a JOIN core.b ON a.k IS NOT DISTINCT FROM b.k", AB),
    "join of two kinds": ("SELECT a.k, b.x FROM core.a JOIN core.b ON TRY_CAST(a.k AS INTEGER) = b.j", A),
    "join of a day and a moment": ("SELECT a.d AS k, b.x FROM core.a JOIN core.b ON a.d = b.t", {"core.a": "d"}),
    "join of text and a number": ("SELECT a.n AS k, b.x FROM core.a JOIN core.b ON TRY_CAST(a.n AS INT) = b.j", {"core.a": "n"}),
    "chain": ("SELECT a.k, c.x FROM core.a JOIN core.b ON a.k = b.k JOIN core.c ON b.k = c.k", ABC),
    "using": ("SELECT k, b.x FROM core.a JOIN core.b USING (k)", AB),
    "left using": ("SELECT k, b.x FROM core.a LEFT JOIN core.b USING (k)", AB),
    "right using": ("SELECT k, b.x FROM core.a RIGHT JOIN core.b USING (k)", AB),
    "full using": ("SELECT k, a.x, b.x AS y FROM core.a FULL JOIN core.b USING (k)", AB),
    "natural": ("SELECT k FROM core.a NATURAL JOIN core.b", AB),
    "positional": ("SELECT a.k, b.x FROM core.a POSITIONAL JOIN core.b", {}),
    "asof": ("SELECT a.k, b.d FROM core.a ASOF JOIN core.b ON a.k = b.k AND a.d >= b.d", {}),
    "brackets": ("SELECT a.k, c.k AS y FROM core.a, (core.b JOIN core.c ON b.k = c.k)", A),
    "brackets around the same": ("SELECT a.k, r.x FROM core.a, (core.a AS r JOIN core.c ON r.k = c.k)", {}),
    "semi": ("SELECT a.k, a.x FROM core.a SEMI JOIN core.b ON a.k = b.k", AB),
    "anti": ("SELECT a.k, a.x FROM core.a ANTI JOIN core.b ON a.k = b.k", AB),
    "anti by more": ("SELECT a.k, a.x FROM core.a ANTI JOIN core.b ON a.k = b.k AND a.j < b.j", AB),
    "anti by another": ("SELECT a.k, a.x FROM core.a ANTI JOIN core.b ON a.j = b.j", A),
    # --- outer joins ---
    "left": ("SELECT a.k, b.x FROM core.a LEFT JOIN core.b ON a.k = b.k", AB),
    "left, null equals null": ("SELECT a.k, b.x FROM core.a LEFT JOIN core.b ON a.k IS NOT DISTINCT FROM b.k", AB),
    "left with more": ("SELECT a.k, b.x FROM core.a LEFT JOIN core.b ON a.k = b.k AND a.j < b.j", AB),
    # Where b has no partner its columns are NULL, and that depends on all of b.
    "left, the other column": ("SELECT b.k, a.x FROM core.a LEFT JOIN core.b ON a.k = b.k", {}),
    "left, the other column filled up": ("SELECT COALESCE(b.k, 'p') AS k FROM core.a LEFT JOIN core.b ON a.k = b.k", {}),
    "left, the other column needed": ("SELECT b.k FROM core.a LEFT JOIN core.b ON a.j = b.j WHERE b.k = a.n", {}),
    "left, where": ("SELECT a.k, b.x FROM core.a LEFT JOIN core.b ON a.j = b.j WHERE a.k = b.k", AB),
    "left, where null equals null": (
        "SELECT a.k FROM core.a LEFT JOIN core.b ON a.j = b.j WHERE a.k IS NOT DISTINCT FROM b.k", A,
    ),
    "left, where filled up": (
        "SELECT a.k FROM core.a LEFT JOIN core.b ON a.j = b.j WHERE a.k = COALESCE(b.k, 'p')", A,
    ),
    "left, a further join filled up": (
        "SELECT COALESCE(a.k, 'p') AS k, c.x FROM core.a LEFT JOIN core.b ON a.k = b.k"
        " LEFT JOIN core.c ON COALESCE(b.k, 'p') = c.k",
        {"core.a": "COALESCE(k, 'p')", "core.b": "COALESCE(k, 'p')"},
    ),
    "left, a further join null equals null": (
        "SELECT a.k, c.x FROM core.a LEFT JOIN core.b ON a.k = b.k LEFT JOIN core.c ON b.k IS NOT DISTINCT FROM c.k", AB,
    ),
    "left chain": (
        "SELECT a.k, c.x FROM core.a LEFT JOIN core.b ON a.k = b.k LEFT JOIN core.c ON c.k = b.k", ABC,
    ),
    "left, inner after": ("SELECT a.k, c.x FROM core.a LEFT JOIN core.b ON a.k = b.k JOIN core.c ON c.k = b.k", ABC),
    "left, found nothing": (
        "SELECT a.k, a.x FROM core.a LEFT JOIN core.b ON a.k = b.k WHERE b.k IS NULL", AB,
    ),
    "right": ("SELECT b.k, a.x FROM core.a RIGHT JOIN core.b ON a.k = b.k", AB),
    "right, the other column": ("SELECT a.k, b.x FROM core.a RIGHT JOIN core.b ON a.k = b.k", {}),
    "right after inner": (
        "SELECT a.k FROM core.a JOIN core.b ON a.k = b.k RIGHT JOIN core.c ON c.j = a.j", {},
    ),
    "full": ("SELECT COALESCE(a.k, b.k) AS k, a.x, b.x AS y FROM core.a FULL JOIN core.b ON a.k = b.k", AB),
    "full, other way round": ("SELECT COALESCE(b.k, a.k) AS k, a.x FROM core.a FULL JOIN core.b ON a.k = b.k", AB),
    "full, one side": ("SELECT a.k, b.x FROM core.a FULL JOIN core.b ON a.k = b.k", {}),
    "full, one side in an expression": ("SELECT UPPER(a.k) AS k FROM core.a FULL JOIN core.b ON a.k = b.k", {}),
    "full by another": ("SELECT COALESCE(a.k, b.k) AS k FROM core.a FULL JOIN core.b ON a.j = b.j", {}),
    "full, filled up": (
        "SELECT COALESCE(COALESCE(a.k, 'p'), b.k) AS k FROM core.a FULL JOIN core.b ON COALESCE(a.k, 'p') = b.k", {},
    ),
    "full of three": (
        "SELECT COALESCE(a.k, b.k) AS k, c.k AS y FROM core.a FULL JOIN core.b ON a.k = b.k"
        " FULL JOIN core.c ON COALESCE(a.k, b.k) = c.k",
        {},
    ),
    "full after left": (
        "SELECT COALESCE(b.k, c.k) AS k FROM core.a LEFT JOIN core.b ON a.j = b.j FULL JOIN core.c ON b.k = c.k", {},
    ),
    "full, then left": (
        "SELECT COALESCE(a.k, b.k) AS k, c.x FROM core.a FULL JOIN core.b ON a.k = b.k LEFT JOIN core.c ON c.k = a.k",
        ABC,
    ),
    "full in groups": (
        "SELECT COALESCE(a.k, b.k) AS k, COUNT(*) AS s FROM core.a FULL JOIN core.b ON a.k = b.k"
        " GROUP BY COALESCE(a.k, b.k)",
        AB,
    ),
    # --- a table twice ---
    "twice": ("SELECT r.k, s.x FROM core.a AS r JOIN core.a AS s ON r.k = s.k AND r.j < s.j", A),
    "twice by different columns": ("SELECT r.k, s.x FROM core.a AS r JOIN core.a AS s ON r.k = s.n", {}),
    "twice, once apart": ("SELECT r.k, s.x FROM core.a AS r JOIN core.a AS s ON r.j = s.j", {}),
    "query twice": (
        "WITH q AS (SELECT k, n, j FROM core.a) SELECT r.k FROM q AS r JOIN q AS s ON r.k = s.k WHERE r.j < s.j", A,
    ),
    "query twice, once apart": (
        "WITH q AS (SELECT k, n, j FROM core.a) SELECT r.k, s.n FROM q AS r JOIN q AS s ON r.j = s.j", {},
    ),
    "query and table": (
        "WITH q AS (SELECT MAX(x) AS x FROM core.a) SELECT a.k, a.x FROM core.a JOIN q ON q.x = a.x", {},
    ),
}  # fmt: skip
