"""Commands about corrections before they are in the books: propose, submit, decide, withdraw, proposals."""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.cli.app import State, app
from workbench.cli.choices import amount, day
from workbench.cli.output import as_json, emit_rows, print_table, say
from workbench.errors import DecisionRefused, UsageError, WorkbenchError
from workbench.words import sentence

if TYPE_CHECKING:
    from workbench.project import Project
    from workbench.proposals.shapes import Proposal
    from workbench.store.act import Act

_AS = typer.Option("--as", help="Who does it; default: the author.")
_NUMBER = typer.Argument(help="The number of the proposal.")
_LINE_NAMES = ["location_code", "product_code", "batch_no", "document_no", "moved_qty", "unit_cost", "amount"]


@app.command(epilog="Example: workbench propose 0123456789abcdef --submit")
def propose(
    ctx: typer.Context,
    finding_id: Annotated[str, typer.Argument(help="The finding to be mended; its rule says how.")] = "",
    kind: Annotated[str, typer.Option(help="The kind of correction, like write_off.")] = "",
    location: Annotated[str, typer.Option(help="Where.")] = "",
    product: Annotated[str, typer.Option(help="Which product.")] = "",
    batch: Annotated[str, typer.Option(help="Which batch.")] = "",
    document: Annotated[str, typer.Option(help="Which document.")] = "",
    line_no: Annotated[str, typer.Option("--line", help="Which line of it; default: all that say the same.")] = "",
    qty: Annotated[str, typer.Option(help="Base units, with a minus for what leaves the books.")] = "",
    cost: Annotated[str, typer.Option(help="Cost of a base unit; default: the last known.")] = "",
    date: Annotated[str, typer.Option(help="The day it is to be dated; default: that of the last check.")] = "",
    new_value: Annotated[str, typer.Option(help="What a code, batch, date or price should be.")] = "",
    reason: Annotated[str, typer.Option(help="Why; default: what the finding says.")] = "",
    reason_code: Annotated[str, typer.Option(help="damaged, expired, theft, entry_error, duplicate, …")] = "",
    attach: Annotated[list[Path] | None, typer.Option(help="A scan or photograph; may be given several times.")] = None,
    submit: Annotated[bool, typer.Option("--submit", help="Hand it over to be decided at once.")] = False,
    table: Annotated[
        Path | None, typer.Option("--from", help="Many at once: a CSV or XLSX file, one row for each.")
    ] = None,
    template: Annotated[Path | None, typer.Option(help="Write an empty XLSX file for --from.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what it would do.")] = False,
    who: Annotated[str, _AS] = "",
) -> None:
    """Propose a correction: filled in from a finding, or said in full. Another person decides."""
    from workbench.proposals import deciding
    from workbench.proposals.drafting import last_cost
    from workbench.proposals.shapes import Line, Proposal

    state: State = ctx.obj
    project = state.project()
    act = project.act(who)
    if template is not None:
        from workbench.proposals.bulk import COLUMNS

        emit_rows(COLUMNS, [], "xlsx", state.language_of(project), template, headings=True)
        return
    con = project.lake.read()
    row = con.execute("SELECT as_of FROM ops.run ORDER BY run_id DESC LIMIT 1").fetchone()
    # Dated later than the books are looked at, it would not be seen in them.
    when = day(date) or min(act.when.date(), row[0] if row else act.when.date())
    if table is not None:
        _propose_table(state, project, table, when, act, attach or [], is_submitted=submit, is_dry=dry_run)
        return
    if finding_id:
        proposal = _from_finding(project, finding_id, kind, when, state.language_of(project))
    elif kind:
        proposal = Proposal(kind, (Line(occurred_on=when),), reason)
    else:
        raise UsageError(
            "Say what to correct: the number of a finding, or --kind with --location, --product and --qty."
        )
    given = {"location_code": location, "product_code": product, "batch_no": batch, "document_no": document}
    given["document_line_no"] = line_no
    changes: dict[str, Any] = {name: value for name, value in given.items() if value}
    if qty:
        changes["moved_qty"] = _quantity(qty)
    if cost:
        changes["unit_cost"] = amount(cost)
    if new_value:
        changes["new_value"] = new_value.strip()
    if changes.keys() - {"new_value"} and len(proposal.lines) != 1:
        raise UsageError(f"This proposal has {len(proposal.lines)} lines: make one for each to change them.")
    lines = tuple(replace(_typed(line, proposal.kind), **changes) for line in proposal.lines)
    lines = tuple(
        replace(line, unit_cost=last_cost(con, line.location_code, line.product_code))
        if line.moved_qty and line.unit_cost is None
        else line
        for line in lines
    )
    proposal = replace(
        proposal,
        lines=lines,
        reason=reason or proposal.reason,
        reason_code=reason_code or proposal.reason_code,
    )
    if not dry_run:
        (proposal,) = deciding.propose(project, [proposal], act, attach or (), is_submitted=submit)
    _show(state, project, proposal)


@app.command(epilog="Example: workbench submit 12")
def submit(ctx: typer.Context, number: Annotated[int, _NUMBER], who: Annotated[str, _AS] = "") -> None:
    """Hand a draft over to be decided."""
    from workbench.proposals import deciding

    state: State = ctx.obj
    project = state.project()
    _show(state, project, deciding.submit(project, number, project.act(who)))


@app.command(epilog='Example: workbench decide 12 13 --approve --note "seen on the shelf"')
def decide(
    ctx: typer.Context,
    numbers: Annotated[list[int], typer.Argument(help="Numbers of proposals.")],
    approve: Annotated[bool, typer.Option("--approve", help="Approve them.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="Reject them; needs a note.")] = False,
    note: Annotated[str, typer.Option(help="Why; who made it reads it.")] = "",
    who: Annotated[str, _AS] = "",
) -> None:
    """Approve or reject proposals that others made. Each is decided by itself; exit code 15 where one was refused."""
    from workbench.proposals import deciding

    state: State = ctx.obj
    project = state.project()
    if approve == reject:
        raise UsageError("Say which: --approve or --reject.")
    language = state.language_of(project)
    refused: list[WorkbenchError] = []
    results: list[dict[str, Any]] = []
    for number in dict.fromkeys(numbers):
        try:
            after = deciding.decide(project, number, project.act(who), note, is_approved=approve)
        except (DecisionRefused, UsageError) as error:
            refused.append(error)
            results.append({"proposal_id": number, "error": str(error), "exit_code": error.exit_code})
            continue
        results.append({"proposal_id": number, "status": after.status})
        if not state.wants_json:
            said = "proposal_waits" if after.status == "submitted" else f"proposal_{after.status}"
            say(sentence(said, language, number=number))
    if state.wants_json:
        sys.stdout.write(as_json(results) + "\n")
    else:
        for failure in refused:
            say(str(failure))
    if refused:
        raise typer.Exit(max(failure.exit_code for failure in refused))


@app.command(epilog='Example: workbench withdraw 12 --reason "found the goods"')
def withdraw(
    ctx: typer.Context,
    number: Annotated[int, _NUMBER],
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    who: Annotated[str, _AS] = "",
) -> None:
    """Take back a proposal of one's own."""
    from workbench.proposals import deciding

    state: State = ctx.obj
    project = state.project()
    after = deciding.withdraw(project, number, reason, project.act(who))
    if state.wants_json:
        sys.stdout.write(as_json({"proposal_id": number, "status": after.status}) + "\n")
    else:
        say(sentence("proposal_withdrawn", state.language_of(project), number=number))


@app.command(epilog="Example: workbench proposals --status submitted")
def proposals(
    ctx: typer.Context,
    number: Annotated[int | None, typer.Argument(help="Show this one in full.")] = None,
    status: Annotated[list[str] | None, typer.Option(help="Only these; may be given several times.")] = None,
    location: Annotated[str, typer.Option(help="Only at this location.")] = "",
    by: Annotated[str, typer.Option(help="Only those this person made.")] = "",
    form: Annotated[str, typer.Option("--format", help="table, json, csv or xlsx.")] = "table",
) -> None:
    """Proposals with what they would do, who made and who decided them."""
    from workbench.proposals import deciding
    from workbench.proposals.shapes import STATUSES

    state: State = ctx.obj
    project = state.project()
    unknown = [s for s in status or () if s not in STATUSES]
    if unknown:
        raise UsageError(f"There is no status {unknown[0]!r}: use one of {', '.join(STATUSES)}.")
    found = deciding.proposals(project, status or ())
    if number is not None:
        found = [p for p in found if p.proposal_id == number]
        if not found:
            raise UsageError(f"There is no proposal {number}: `workbench proposals` lists them.")
        _show(state, project, found[0])
        return
    found = [p for p in found if (not location or location in p.locations) and (not by or p.proposed_by == by)]
    names = ["proposal_id", "status", "kind", "locations", "qty_effect", "amount_effect", "reason", "proposed_by"]
    rows = [[getattr(p, n) if n != "locations" else ", ".join(sorted(p.locations)) for n in names] for p in found]
    if rows or state.wants_json or form != "table":
        emit_rows(names, rows, "json" if state.wants_json else form, state.language_of(project))
    else:
        say(sentence("no_proposals", state.language_of(project)))


def _propose_table(
    state: State,
    project: Project,
    table: Path,
    when: dt.date,
    act: Act,
    attach: list[Path],
    *,
    is_submitted: bool,
    is_dry: bool,
) -> None:
    from workbench.proposals import deciding
    from workbench.proposals.bulk import read_proposals
    from workbench.proposals.shapes import facts

    made = read_proposals(project.lake.read(), project.catalogue.rules, table, when)
    if not is_dry:
        made = deciding.propose(project, made, act, attach, is_submitted=is_submitted)
    if state.wants_json:
        sys.stdout.write(as_json([facts(p) for p in made]) + "\n")
        return
    names = ["proposal_id", "status", "kind", "qty_effect", "amount_effect", "reason"]
    print_table(names, [[getattr(p, n) for n in names] for p in made], state.language_of(project))


def _from_finding(project: Project, finding_id: str, kind: str, when: Any, language: str) -> Proposal:
    from workbench.proposals.drafting import draft_for
    from workbench.triage.listing import STATUSES, Filter, listed

    con = project.lake.read()
    found = listed(con, Filter(finding_ids=[finding_id], statuses=STATUSES))
    if not found:
        raise UsageError(f"There is no finding {finding_id!r}: `workbench findings` lists them.")
    draft = draft_for(con, found[0], project.catalogue.rules.get(found[0]["rule_id"]), kind, when)
    return replace(draft, reason=found[0]["message_zh" if language == "zh" else "message"])


def _typed(line: Any, kind: str) -> Any:
    """A line that was said in full gets the movement type and the field of its kind."""
    from workbench.proposals.drafting import MOVEMENT_TYPES
    from workbench.proposals.kinds import kind_of

    found = kind_of(kind)
    if found.moves and not line.movement_type:
        return replace(line, movement_type=MOVEMENT_TYPES.get(kind, "adjustment"))
    return replace(line, field=found.field) if found.field and not line.field else line


def _quantity(text: str) -> Decimal:
    value = amount(text)
    assert value is not None
    if value != round(value, 3):
        raise UsageError(f"{text!r} has more than three decimals: quantities are in base units to a thousandth.")
    return value


def _show(state: State, project: Project, proposal: Proposal) -> None:
    from workbench.proposals import deciding
    from workbench.proposals.kinds import KINDS
    from workbench.proposals.shapes import facts

    language = state.language_of(project)
    decisions, attached = deciding.history(project, proposal.proposal_id) if proposal.proposal_id else ([], [])
    if state.wants_json:
        more = {"decisions": decisions, "attachments": [vars(a) for a in attached]}
        sys.stdout.write(as_json({**facts(proposal), **more}) + "\n")
        return
    title = KINDS[proposal.kind].title[language == "zh"]
    state_name = f"proposal_is_{proposal.status}" if proposal.proposal_id else "proposal_is_dry"
    say(sentence(state_name, language, number=proposal.proposal_id, title=title, reason=proposal.reason))
    changes = [line for line in proposal.lines if line.field]
    if changes:
        names = ["location_code", "product_code", "batch_no", "document_no", "field", "old_value", "new_value"]
        print_table(names, [[getattr(line, n) for n in names] for line in changes], language)
    moves = [line for line in proposal.lines if line.moved_qty]
    if moves:
        print_table(_LINE_NAMES, [[getattr(line, n) for n in _LINE_NAMES] for line in moves], language)
        say(
            sentence(
                "proposal_effect",
                language,
                qty=f"{proposal.qty_effect.normalize():f}",
                amount=f"{proposal.amount_effect:.2f}",
            )
        )
    if proposal.approvals_needed > 1:
        say(sentence("proposal_two_levels", language))
    for d in decisions:
        say(
            sentence(
                f"decision_{d['verdict']}",
                language,
                who=d["decided_by"],
                when=f"{d['decided_at']:%Y-%m-%d %H:%M}",
                note=d["note"],
            )
        )
