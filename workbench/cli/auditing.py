"""Commands about who may do what and who did what: account add|change|disable|list, log, verify-log."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.app import State, app
from workbench.cli.choices import day
from workbench.cli.output import as_json, emit_rows, say
from workbench.errors import FindingsFound
from workbench.words import sentence

if TYPE_CHECKING:
    from workbench.project import Project

account_app = typer.Typer(
    help="Who may propose, approve and administer, and at which locations.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(account_app, name="account")

_NAME = typer.Argument(help="The name of the account.")
_ROLE = typer.Option(help="viewer, auditor, buyer, supervisor or admin; several with commas.")
_STAFF = typer.Option(help="The person's staff code: accounts of one code are one person.")
_FULL = typer.Option(help="The person's name.")
_LOCATION = typer.Option(help="Only at these locations, with commas; default: everywhere.")
_AS = typer.Option("--as", help="Who does it; default: the author.")


@account_app.command(epilog="Example: workbench account add li --role auditor --staff-code 007 --location S01,S02")
def add(
    ctx: typer.Context,
    name: Annotated[str, _NAME],
    role: Annotated[str, _ROLE] = "",
    staff_code: Annotated[str, _STAFF] = "",
    full_name: Annotated[str, _FULL] = "",
    location: Annotated[str, _LOCATION] = "",
    who: Annotated[str, _AS] = "",
) -> None:
    """Register an account. The first one is an administrator's."""
    from workbench.store.accounts import add_account

    state: State = ctx.obj
    project = state.project()
    add_account(project.store, name, staff_code, full_name, _listed(role), _listed(location), project.act(who))
    _tell(state, project, name, "account_added")


@account_app.command(epilog="Example: workbench account change li --role auditor,supervisor")
def change(
    ctx: typer.Context,
    name: Annotated[str, _NAME],
    role: Annotated[str | None, _ROLE] = None,
    staff_code: Annotated[str | None, _STAFF] = None,
    full_name: Annotated[str | None, _FULL] = None,
    location: Annotated[str | None, _LOCATION] = None,
    who: Annotated[str, _AS] = "",
) -> None:
    """Change what is given of an account."""
    from workbench.store.accounts import change_account

    state: State = ctx.obj
    project = state.project()
    roles, locations = (None if text is None else _listed(text) for text in (role, location))
    change_account(
        project.store,
        name,
        project.act(who),
        staff_code=staff_code,
        full_name=full_name,
        roles=roles,
        locations=locations,
    )
    _tell(state, project, name, "account_changed")


@account_app.command(epilog="Example: workbench account disable li")
def disable(ctx: typer.Context, name: Annotated[str, _NAME], who: Annotated[str, _AS] = "") -> None:
    """Let an account do nothing any more; what it did stays in the log."""
    from workbench.store.accounts import change_account

    state: State = ctx.obj
    project = state.project()
    change_account(project.store, name, project.act(who), is_active=False)
    _tell(state, project, name, "account_disabled")


@account_app.command("list", epilog="Example: workbench account list")
def list_accounts(
    ctx: typer.Context,
    form: Annotated[str, typer.Option("--format", help="table, json, csv or xlsx.")] = "table",
) -> None:
    """All accounts with their roles and locations."""
    from workbench.store.accounts import accounts

    state: State = ctx.obj
    project = state.project()
    found = []
    if project.store.exists:
        with project.store.reading() as con:
            found = accounts(con)
    names = ["user_name", "full_name", "staff_code", "roles", "locations", "is_active"]
    rows = [
        [a.user_name, a.full_name, a.staff_code, ", ".join(a.roles), ", ".join(a.locations), a.is_active] for a in found
    ]
    emit_rows(names, rows, "json" if state.wants_json else form, state.language_of(project))


@app.command(epilog="Example: workbench log --subject proposal/12")
def log(
    ctx: typer.Context,
    subject: Annotated[str, typer.Option(help="Only about this, like proposal/12, or proposal for all.")] = "",
    who: Annotated[str, typer.Option(help="Only what this person did.")] = "",
    since: Annotated[str, typer.Option(help="Only from this day on.")] = "",
    limit: Annotated[int | None, typer.Option(min=1, help="Only so many, the newest.")] = None,
    form: Annotated[str, typer.Option("--format", help="table, json, csv or xlsx.")] = "table",
) -> None:
    """The audit log: who did what, when, from where, to what."""
    from workbench.store.audit import SEALED, entries

    state: State = ctx.obj
    project = state.project()
    found = entries(project.store, subject, who, day(since), limit)
    rows = [[entry[name] for name in SEALED] for entry in found]
    emit_rows(list(SEALED), rows, "json" if state.wants_json else form, state.language_of(project))


@app.command("verify-log", epilog="Example: workbench verify-log")
def verify_log(ctx: typer.Context) -> None:
    """Prove that nothing in the audit log was changed, removed, put in, moved or cut off; exit code 10 where it was."""
    from workbench.store.audit import head, verify

    state: State = ctx.obj
    project = state.project()
    language = state.language_of(project)
    anchors = project.log_anchors()
    faults = verify(project.store, anchors)
    number, seal = head(project.store)
    said = [sentence(f"log_{f.kind}", language, number=f.entry_no, other=f.other, place=f.place) for f in faults]
    if state.wants_json:
        listed = [vars(f) | {"message": text} for f, text in zip(faults, said, strict=True)]
        facts = {"entries": number, "hash": seal, "anchors": len(anchors), "faults": listed}
        sys.stdout.write(as_json(facts) + "\n")
    elif faults:
        for text in said:
            say(text)
    else:
        say(sentence("log_whole", language, count=number, seal=seal or "–", anchors=len(anchors)))
    if faults:
        raise typer.Exit(FindingsFound.exit_code)


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.replace("，", ",").split(",") if part.strip()]


def _tell(state: State, project: Project, name: str, said: str) -> None:
    if state.wants_json:
        sys.stdout.write(as_json({"user_name": name}) + "\n")
    else:
        say(sentence(said, state.language_of(project), user=name))
