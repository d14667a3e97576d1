"""Commands by which people decide about findings: dismiss, undismiss, assign, known-good add|list|remove."""

from __future__ import annotations

import datetime as dt
import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.cli.app import State, app
from workbench.cli.choices import day, no_strangers
from workbench.cli.output import as_json, emit_rows, say
from workbench.errors import UsageError
from workbench.words import sentence

if TYPE_CHECKING:
    from workbench.project import Project

known_good_app = typer.Typer(
    help="What is known to be good: values of a rule's findings that need no look.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(known_good_app, name="known-good")

_IDS = typer.Argument(help="Numbers of findings, as `workbench findings` shows them.")
_RULE = typer.Option(help="In place of numbers: all unresolved findings of this rule …")
_DOCUMENT = typer.Option(help="… of this document …")
_LOCATION = typer.Option(help="… of this location …")
_PRODUCT = typer.Option(help="… of this product.")
_REASON = typer.Option(help="Why; others read it.")
_UNTIL = typer.Option(help="The last day on which it holds, like 2025-12-31.")


@app.command(epilog='Example: workbench dismiss 0123456789abcdef --reason "agreed with the buyer" --until 2025-12-31')
def dismiss(
    ctx: typer.Context,
    finding_ids: Annotated[list[str] | None, _IDS] = None,
    reason: Annotated[str, _REASON] = "",
    until: Annotated[str, _UNTIL] = "",
    rule: Annotated[str, _RULE] = "",
    document: Annotated[str, _DOCUMENT] = "",
    location: Annotated[str, _LOCATION] = "",
    product: Annotated[str, _PRODUCT] = "",
) -> None:
    """Suppress findings until a day; each comes back before it when its evidence changes."""
    from workbench.store.decisions import dismiss as decide
    from workbench.triage.suppression import subject_of

    state: State = ctx.obj
    project = state.project()
    last = _last_day(until)
    found = _chosen(project, finding_ids or [], rule, document, location, product)
    resolved = [f["finding_id"] for f in found if f["status"] == "resolved"]
    if resolved:
        raise UsageError(f"Finding {resolved[0]} is resolved: there is nothing to dismiss.")
    decide(project.store, [subject_of(f) for f in found], reason, last, project.act())
    ids = _ids(found)
    said = sentence("dismissed_findings", state.language_of(project), count=len(ids), until=last)
    _tell(state, {"finding_ids": ids, "until": last}, said)


@app.command(epilog="Example: workbench undismiss 0123456789abcdef")
def undismiss(
    ctx: typer.Context,
    finding_ids: Annotated[list[str], _IDS],
    reason: Annotated[str, _REASON] = "",
) -> None:
    """List findings again that were dismissed."""
    from workbench.store.decisions import undismiss as decide

    state: State = ctx.obj
    project = state.project()
    ids = _ids(_chosen(project, finding_ids, "", "", "", ""))
    decide(project.store, ids, reason, project.act())
    said = sentence("undismissed_findings", state.language_of(project), count=len(ids))
    _tell(state, {"finding_ids": ids}, said)


@app.command(epilog="Example: workbench assign 0123456789abcdef --to Li")
def assign(
    ctx: typer.Context,
    finding_ids: Annotated[list[str] | None, _IDS] = None,
    to: Annotated[str, typer.Option(help="The person; nobody to take findings away from everybody.")] = "",
    note: Annotated[str, typer.Option(help="What to look at.")] = "",
    rule: Annotated[str, _RULE] = "",
    document: Annotated[str, _DOCUMENT] = "",
    location: Annotated[str, _LOCATION] = "",
    product: Annotated[str, _PRODUCT] = "",
) -> None:
    """Give findings to a person, in place of whoever had them."""
    from workbench.store.decisions import assign as decide
    from workbench.triage.listing import NOBODY

    state: State = ctx.obj
    project = state.project()
    if not to.strip():
        raise UsageError("Name the person: add --to NAME, or --to nobody to take the findings away from everybody.")
    ids = _ids(_chosen(project, finding_ids or [], rule, document, location, product))
    language = state.language_of(project)
    is_taken = to.strip().lower() == NOBODY
    decide(project.store, ids, "" if is_taken else to, note, project.act())
    if is_taken:
        said = sentence("unassigned_findings", language, count=len(ids))
    else:
        said = sentence("assigned_findings", language, count=len(ids), person=to.strip())
    _tell(state, {"finding_ids": ids, "person": "" if is_taken else to.strip()}, said)


@known_good_app.command(
    epilog='Example: workbench known-good add --rule count_variance --location S01 --product P1 --reason "sold by'
    ' weight" --until 2025-12-31'
)
def add(
    ctx: typer.Context,
    rule: Annotated[str, typer.Option(help="The rule whose findings are meant.")],
    location: Annotated[str, typer.Option(help="Only at this location.")] = "",
    product: Annotated[str, typer.Option(help="Only of this product.")] = "",
    batch: Annotated[str, typer.Option(help="Only of this batch.")] = "",
    supplier: Annotated[str, typer.Option(help="Only of this supplier.")] = "",
    document: Annotated[str, typer.Option(help="Only of this document.")] = "",
    where: Annotated[
        list[str] | None, typer.Option(help="Any other column of the finding or its evidence, as NAME=VALUE.")
    ] = None,
    reason: Annotated[str, _REASON] = "",
    until: Annotated[str, _UNTIL] = "",
) -> None:
    """List what is known to be good: the rule's findings with all of these values are suppressed until a day."""
    from workbench.store.decisions import add_known_good
    from workbench.triage.suppression import condition_fault, covered_by

    state: State = ctx.obj
    project = state.project()
    no_strangers(project, [rule])
    conditions = _pairs(where or [])
    named = {"location": location, "product": product, "supplier": supplier}
    conditions |= {f"{name}_code": value for name, value in named.items() if value}
    conditions |= {name: value for name, value in {"batch_no": batch, "document_no": document}.items() if value}
    for column, value in conditions.items():
        fault = condition_fault(project.catalogue.rules[rule], column, value)
        if fault:
            raise UsageError(fault)
    last = _last_day(until)
    number = add_known_good(project.store, rule, conditions, reason, last, project.act())
    count = len(covered_by(project.lake.read(), project.store, number)) if project.lake.exists else 0
    said = sentence("added_known_good", state.language_of(project), number=number, until=last, count=count)
    _tell(state, {"number": number, "until": last, "count": count}, said)


@known_good_app.command("list", epilog="Example: workbench known-good list")
def list_entries(
    ctx: typer.Context,
    form: Annotated[str, typer.Option("--format", help="table, json, csv or xlsx.")] = "table",
) -> None:
    """The list of what is known to be good, with what each entry covers now."""
    from workbench.store.decisions import in_force
    from workbench.triage.suppression import covered_by

    state: State = ctx.obj
    project = state.project()
    language = state.language_of(project)
    entries = in_force(project.store, "known_good")
    con = project.lake.read() if entries and project.lake.exists else None
    today = project.now().date()
    names = ["known_good_id", "rule_id", "conditions", "reason", "until_date", "added_by", "added_at", "status"]
    rows = []
    for entry in entries:
        shown = dict(entry)
        shown["conditions"] = ", ".join(f"{n}={v}" for n, v in json.loads(entry["conditions"]).items())
        shown["status"] = "in_force" if entry["until_date"] >= today else "ran_out"
        covered = covered_by(con, project.store, entry["known_good_id"]) if con else []
        rows.append([*(shown[n] for n in names), len(covered)])
    if rows or state.wants_json:
        emit_rows([*names, "findings"], rows, "json" if state.wants_json else form, language)
    else:
        say(sentence("no_known_good", language))


@known_good_app.command(epilog="Example: workbench known-good remove 3")
def remove(
    ctx: typer.Context,
    number: Annotated[int, typer.Argument(help="Its number on the list.")],
    reason: Annotated[str, _REASON] = "",
) -> None:
    """Take an entry off the list; its findings are listed again."""
    from workbench.store.decisions import remove_known_good

    state: State = ctx.obj
    project = state.project()
    remove_known_good(project.store, number, reason, project.act())
    _tell(state, {"number": number}, sentence("removed_known_good", state.language_of(project), number=number))


def _chosen(
    project: Project, finding_ids: list[str], rule: str, document: str, location: str, product: str
) -> list[dict[str, Any]]:
    """The findings meant: by number, each of which must exist, or all unresolved ones that have the values."""
    from workbench.triage.listing import STATUSES, Filter, listed

    has_values = bool(rule or document or location or product)
    if bool(finding_ids) == has_values:
        raise UsageError("Say which findings: by their numbers, or by --rule, --document, --location and --product.")
    con = project.lake.read()
    if finding_ids:
        found = listed(con, Filter(finding_ids=sorted(set(finding_ids)), statuses=STATUSES))
        known = set(_ids(found))
        strangers = [f for f in finding_ids if f not in known]
        if strangers:
            raise UsageError(f"There is no finding {strangers[0]!r}: `workbench findings` lists them.")
        return found
    no_strangers(project, [rule] if rule else [])
    rules = [rule] if rule else []
    found = listed(con, Filter(rules=rules, document=document, location=location, product=product))
    if not found:
        raise UsageError("No unresolved finding has these values: `workbench findings` takes the same options.")
    return found


def _ids(found: list[dict[str, Any]]) -> list[str]:
    return [f["finding_id"] for f in found]


def _last_day(text: str) -> dt.date:
    last = day(text)
    if last is None:
        raise UsageError("A last day is needed: add --until DATE, so that somebody looks at it again.")
    return last


def _pairs(texts: list[str]) -> dict[str, str]:
    pairs = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"{text!r} is no condition: write it as NAME=VALUE, like --where batch_no=B1.")
        pairs[name.strip()] = value.strip()
    return pairs


def _tell(state: State, facts: dict[str, Any], said: str) -> None:
    """What was done, as JSON for a machine or as a sentence for a person."""
    if state.wants_json:
        sys.stdout.write(as_json(facts) + "\n")
    else:
        say(said)
