"""The application: options that every command has, errors as one sentence and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench import __version__
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.project import Project

app = typer.Typer(
    name="workbench",
    help="Audit what a shop's POS exports: load it without losing a row, find what is wrong, why, and what it costs.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

# These may stand anywhere on the line, as people expect; typer wants them before the command.
_ANYWHERE = {"--json": False, "--project": True, "--lang": True}


@dataclass
class State:
    """What the options before the command said."""

    folder: Path = field(default_factory=Path)
    wants_json: bool = False
    language: str = ""

    def project(self) -> Project:
        """The project of this call; its waiting messages go to stderr."""
        from workbench.cli.output import say
        from workbench.project import Project

        return Project(self.folder, notify=say)

    def language_of(self, project: Project) -> str:
        """`--lang` over the setting."""
        return self.language or project.settings.shop.language


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def options(
    ctx: typer.Context,
    project: Annotated[Path, typer.Option(help="Project folder; default: here.")] = Path(),
    json: Annotated[bool, typer.Option("--json", help="Print JSON on stdout and nothing else there.")] = False,
    lang: Annotated[str, typer.Option(help="Language of texts: en or zh.")] = "",
    version: Annotated[bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Version.")] = False,
) -> None:
    """Options of all commands."""
    if lang not in ("", "en", "zh"):
        raise typer.BadParameter("use en or zh", param_hint="--lang")
    ctx.obj = State(project, json, lang)


def _moved_to_front(arguments: Sequence[str]) -> list[str]:
    front: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            rest += [argument, *waiting]
            break
        name, equals, _ = argument.partition("=")
        if name in _ANYWHERE and (_ANYWHERE[name] or not equals):
            front.append(argument)
            if _ANYWHERE[name] and not equals:
                front += [value for value in [next(waiting, None)] if value is not None]
        else:
            rest.append(argument)
    return front + rest


def load_commands() -> None:
    """Import every module that registers commands."""
    import workbench.cli.alerting
    import workbench.cli.auditing
    import workbench.cli.backing
    import workbench.cli.catalogue
    import workbench.cli.checking
    import workbench.cli.correcting
    import workbench.cli.deciding
    import workbench.cli.gating
    import workbench.cli.loading
    import workbench.cli.projects
    import workbench.cli.proposing
    import workbench.cli.running
    import workbench.cli.simulating
    import workbench.cli.triage  # noqa: F401


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command. A user's error is one sentence on stderr and the exit code of its cause."""
    load_commands()
    line = _moved_to_front(sys.argv[1:] if arguments is None else arguments)
    try:
        app(args=line, prog_name="workbench")
    except WorkbenchError as error:
        if "--json" in line:
            from workbench.cli.output import as_json

            sys.stdout.write(as_json({"error": str(error), "exit_code": error.exit_code}) + "\n")
        sys.stderr.write(f"{error}\n")
        raise SystemExit(error.exit_code) from None
    except KeyboardInterrupt:
        sys.stderr.write("Stopped. Nothing of the unfinished step was kept.\n")
        raise SystemExit(130) from None
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(0) from None
