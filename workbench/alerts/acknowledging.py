"""What is acknowledged together with a finding: a message names one of a group, which stands for the rest of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbench.alerts.news import epoch_of, epochs_of
from workbench.errors import UsageError

if TYPE_CHECKING:
    import duckdb

    from workbench.project import Project

Spell = tuple[str, str, str]


def spells_of(
    con: duckdb.DuckDBPyConnection, project: Project, finding_ids: Sequence[str], is_alone: bool = False
) -> list[Spell]:
    """Findings as number, epoch and location, each with what belongs together with it at its location
    unless `is_alone`.

    Raises UsageError for a number that is no finding's and for a finding that is resolved.
    """
    from workbench.triage.grouping import group_findings, products_of_documents
    from workbench.triage.listing import STATUSES, Filter, listed

    wanted = list(dict.fromkeys(i.strip().lower() for i in finding_ids))
    found = {f["finding_id"]: f for f in listed(con, Filter(statuses=STATUSES, finding_ids=wanted))}
    for finding_id in wanted:
        if finding_id not in found:
            raise UsageError(f"There is no finding {finding_id!r}: `workbench findings` lists them.")
        if found[finding_id]["status"] == "resolved":
            raise UsageError(f"Finding {finding_id} is resolved: there is nothing to acknowledge.")
    if not is_alone:
        unresolved = listed(con, Filter())
        groups = group_findings(unresolved, "root", project.catalogue.rules, products_of_documents(con, unresolved))
        for group in groups:
            # Not the first alone: of a group that grows a message tells what is new, and names the first of that.
            places = {f["location_code"] for f in group.findings if f["finding_id"] in wanted}
            found |= {f["finding_id"]: f for f in group.findings if f["location_code"] in places}
    epochs = epochs_of(con)
    return [(i, epoch_of(f, epochs), f["location_code"] or "") for i, f in found.items()]
