"""What is odd about the counts of a run itself: a rule that suddenly finds nothing, or far more or less than it moves.

What is looked at is how many findings of a rule stand open after each run. Moves from run to run are compared by the
modified z-score of Iglewicz and Hoaglin (1993): 0.6745 times the distance from the median over the median absolute
deviation, odd above 3.5. A deviation below one finding counts as one, so that a rule at rest may move by a few.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

HISTORY_RUNS = 30
FEWEST_RUNS = 7
ODD = 3.5
# So many findings a rule must usually have had before its silence is news.
USUAL = 3


@dataclass(frozen=True)
class Anomaly:
    """A rule whose count is odd. `kind` is silent (found nothing), stopped (could not be asked), more or fewer.

    `usual` is the median over the runs before of what stood open.
    """

    rule_id: str
    kind: str
    count: int
    before: int
    usual: float


def anomalies(con: duckdb.DuckDBPyConnection, run_id: int) -> list[Anomaly]:
    """Of one run, against at most HISTORY_RUNS before it; nothing where there are fewer than FEWEST_RUNS."""
    rows = con.execute(
        """
        WITH told AS (
            SELECT rule_id, run_id, status IN ('pass', 'warn', 'fail') AS is_judged, violated,
                row_number() OVER (PARTITION BY rule_id ORDER BY run_id DESC) AS age
            FROM ops.outcome
            WHERE run_id <= $run
        ),
        moves AS (
            SELECT *, violated - lag(violated) OVER (PARTITION BY rule_id ORDER BY run_id) AS moved
            FROM told
            WHERE age <= $history AND is_judged
        ),
        usual AS (
            SELECT rule_id, count(*) AS runs, median(violated) AS usual, median(moved) AS usual_move,
                mad(moved) AS deviation, arg_max(violated, run_id) AS before
            FROM moves
            WHERE age > 1
            GROUP BY rule_id
        )
        SELECT n.rule_id, n.is_judged, n.violated, u.before, u.usual,
            0.6745 * (n.violated - u.before - u.usual_move) / greatest(u.deviation, 1) AS z
        FROM told AS n
        JOIN usual AS u USING (rule_id)
        WHERE n.run_id = $run AND n.age = 1 AND u.runs >= $fewest
        ORDER BY n.rule_id
        """,
        {"run": run_id, "history": HISTORY_RUNS + 1, "fewest": FEWEST_RUNS},
    ).fetchall()
    found = []
    for rule_id, is_judged, count, before, usual, z in rows:
        if not is_judged:
            kind = "stopped"
        elif count == 0 and usual >= USUAL and before > 0:
            kind = "silent"
        elif abs(z) > ODD:
            kind = "more" if z > 0 else "fewer"
        else:
            continue
        found.append(Anomaly(rule_id, kind, count, before, float(usual)))
    return found
