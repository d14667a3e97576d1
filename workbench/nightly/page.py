"""The page of a run: one HTML file without script, font or picture from elsewhere, fit to be sent by mail.

What is new comes first, then what came back, what stands open by age and rule, what was resolved, and how it was made.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.nightly.anomalies import HISTORY_RUNS, anomalies
from workbench.triage.suppression import load_triage
from workbench.words import label, sentence, verified

if TYPE_CHECKING:
    import duckdb

    from workbench.project import Project

# A page is read, not searched: `workbench findings` has them all.
_LISTED = 50
_AGES = ((7, "week"), (30, "month"), (90, "quarter"), (None, "older"))


def write_page(project: Project, record: Path, language: str, path: Path | None = None) -> Path:
    """Write the page of a run from its record, by default beside it; the path.

    Raises OSError where it cannot be written.
    """
    facts = json.loads(record.read_text(encoding="utf-8"))
    text = render(facts_of(project, facts, language))
    place = path or record.with_suffix(".html")
    draft = place.with_suffix(".draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(place)
    return place


def render(facts: Mapping[str, Any]) -> str:
    """The page as text. Everything that is not made here is escaped: what a POS wrote is only ever text."""
    import jinja2

    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    template = environment.from_string(Path(__file__).with_name("page.html.j2").read_text(encoding="utf-8"))
    return template.render(facts)


def facts_of(project: Project, record: Mapping[str, Any], language: str) -> dict[str, Any]:
    """All that the page shows, from the record of the run and the lake as it stands after it."""
    from markupsafe import Markup

    con = project.lake.read()
    try:
        load_triage(con, project.store, project.now().date(), project.catalogue.rules)
        run = _row(con, "SELECT * FROM ops.run WHERE run_id = ?", record["run_id"])
        shown = "SELECT f.* FROM ops.finding AS f LEFT JOIN triage AS t USING (finding_id) WHERE t.suppression IS NULL"
        run_id = int(record["run_id"])
        ages = [_word(f"age_{name}", language) for _, name in _AGES]
        words = {name: label(name, language) for name in ("critical", "high", "medium", "low", "open")}
        words |= {"findings": label("findings", language), "new": _word("new", language), "run": _word("run", language)}
        return {
            "language": language,
            "t": lambda name, **values: _word(name, language, **values),
            "label": lambda name: label(name, language),
            "money": _money,
            "shop": project.root.name,
            "currency": project.settings.shop.currency,
            "run": run,
            "snapshots": {"before": "–", "after": "–", **record["snapshots"]},
            "at_risk": _one(con, f"SELECT sum(amount_at_risk) FROM ({shown} AND f.status <> 'resolved')"),
            "suppressed": _one(
                con,
                "SELECT count(*) FROM ops.finding AS f JOIN triage AS t USING (finding_id)"
                " WHERE t.suppression IS NOT NULL AND f.status <> 'resolved'",
            ),
            "notes": [_note(note, language) for note in record["notes"]],
            "anomalies": [_odd(project, a, language) for a in anomalies(con, run_id)],
            "lists": {
                name: _list(con, name, f"{shown} AND {condition}", language) for name, condition in _conditions(run_id)
            },
            "age_chart": Markup(_age_chart(con, shown, run["started_at"], ages, words)),
            "run_chart": Markup(_run_chart(con, run_id, words)),
            "rules": _rules(project, con, run_id, language),
            "quiet": _one(con, f"SELECT count(*) FROM ops.outcome WHERE run_id = {run_id} AND status = 'pass'"),
            "files": record["files"],
            "corrections": [_correction(c, language) for c in record["corrections"]],
            "steps": list(record["seconds"].items()),
            "versions": ", ".join(f"{name} {version}" for name, version in record["versions"].items()),
        }
    finally:
        con.close()


def _conditions(run_id: int) -> list[tuple[str, str]]:
    came_back = f"f.finding_id IN (SELECT finding_id FROM ops.reopening WHERE run_id = {run_id})"
    is_open = "f.status <> 'resolved'"
    return [
        ("new", f"{is_open} AND f.first_seen_run = {run_id}"),
        ("reopened", f"{is_open} AND {came_back}"),
        ("still_open", f"{is_open} AND f.first_seen_run < {run_id} AND NOT {came_back}"),
        ("resolved", f"f.status = 'resolved' AND f.resolved_run = {run_id}"),
    ]


def _list(con: duckdb.DuckDBPyConnection, name: str, sql: str, language: str) -> tuple[str, list[dict[str, Any]], int]:
    order = "list_position(['critical', 'high', 'medium', 'low'], severity), amount_at_risk DESC NULLS LAST, finding_id"
    message = "message_zh" if language == "zh" else "message"
    cursor = con.execute(
        f"SELECT finding_id, rule_id, severity, location_code, occurred_date, amount_at_risk, {message} AS message,"
        f" count(*) OVER () AS total FROM ({sql}) ORDER BY {order} LIMIT {_LISTED}"
    )
    names = [d[0] for d in cursor.description or []]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return _word(name, language), rows, rows[0]["total"] if rows else 0


def _age_chart(
    con: duckdb.DuckDBPyConnection, shown: str, now: dt.datetime, ages: Sequence[str], words: dict[str, str]
) -> str:
    """How long open findings have been known, by the day of the run that first saw them."""
    from workbench.nightly.charts import by_age

    cases = " ".join(
        f"WHEN age <= {limit} THEN {number}" for number, (limit, _) in enumerate(_AGES) if limit is not None
    )
    rows = con.execute(
        f"SELECT CASE {cases} ELSE {len(_AGES) - 1} END AS band, severity, count(*) FROM ("
        "SELECT o.severity, date_diff('day', CAST(r.started_at AS DATE), CAST(? AS DATE)) AS age"
        f" FROM ({shown} AND f.status <> 'resolved') AS o JOIN ops.run AS r ON r.run_id = o.first_seen_run)"
        " GROUP BY ALL ORDER BY ALL",
        [now],
    ).fetchall()
    return by_age([(ages[band], severity, count) for band, severity, count in rows], ages, words) if rows else ""


def _run_chart(con: duckdb.DuckDBPyConnection, run_id: int, words: dict[str, str]) -> str:
    from workbench.nightly.charts import over_runs

    rows = con.execute(
        "SELECT run_id, violated, new FROM ops.run WHERE run_id <= ? ORDER BY run_id DESC LIMIT ?",
        [run_id, HISTORY_RUNS],
    ).fetchall()
    return over_runs(rows[::-1], words) if len(rows) > 1 else ""


def _rules(project: Project, con: duckdb.DuckDBPyConnection, run_id: int, language: str) -> list[dict[str, Any]]:
    """Rules that found something or could not be run, with how their count went over the last runs."""
    from markupsafe import Markup

    from workbench.nightly.charts import spark

    cursor = con.execute(
        "WITH history AS (SELECT rule_id, list(violated ORDER BY run_id) AS counts FROM ops.outcome"
        " WHERE run_id BETWEEN ? AND ? GROUP BY rule_id)"
        " SELECT o.rule_id, o.severity, o.status, o.tested, o.violated, o.amount_at_risk, o.detail, h.counts"
        " FROM ops.outcome AS o JOIN history AS h USING (rule_id) WHERE o.run_id = ?"
        " AND (o.violated > 0 OR o.status = 'error') ORDER BY o.amount_at_risk DESC NULLS LAST, o.rule_id",
        [run_id - HISTORY_RUNS + 1, run_id, run_id],
    )
    names = [d[0] for d in cursor.description or []]
    rows = []
    for values in cursor.fetchall():
        row = dict(zip(names, values, strict=True))
        rule = project.catalogue.rules.get(row["rule_id"])
        title = rule.text("title", language) if rule else row["rule_id"]
        rows.append({**row, "title": title, "spark": Markup(spark(row["counts"]))})
    return rows


def _odd(project: Project, anomaly: Any, language: str) -> str:
    rule = project.catalogue.rules.get(anomaly.rule_id)
    title = rule.text("title", language) if rule else anomaly.rule_id
    values = {"rule": title, "count": anomaly.count, "before": anomaly.before, "usual": f"{anomaly.usual:g}"}
    return sentence(f"anomaly_{anomaly.kind}", language, **values)


def _correction(facts: Mapping[str, Any], language: str) -> dict[str, Any]:
    from workbench.proposals.kinds import KINDS

    outcome, found = verified(facts["outcome"], facts["found"], facts["why"], language)
    title = KINDS[facts["kind"]].title[language == "zh"]
    return {"proposal_id": facts["proposal_id"], "kind": title, "outcome": outcome, "found": found}


def _note(note: Mapping[str, Any], language: str) -> str:
    return sentence(note["note"], language, **{name: value for name, value in note.items() if name != "note"})


def _word(name: str, language: str, **values: Any) -> str:
    return sentence(f"page_{name}", language, **values)


def _money(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:,.2f}"


def _row(con: duckdb.DuckDBPyConnection, sql: str, *values: Any) -> dict[str, Any]:
    cursor = con.execute(sql, list(values))
    names = [d[0] for d in cursor.description or []]
    row = cursor.fetchone()
    return dict(zip(names, row, strict=True)) if row else {}


def _one(con: duckdb.DuckDBPyConnection, sql: str) -> Any:
    row = con.execute(sql).fetchone()
    return row[0] if row else None
