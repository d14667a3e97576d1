"""Command simulate: a chain of stores with planted defects and their key."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.app import State, app
from workbench.cli.output import as_json, print_table, say
from workbench.errors import UsageError
from workbench.words import sentence


@app.command(epilog="Example: workbench simulate --out var/chain --seed 7 --stores 6")
def simulate(
    ctx: typer.Context,
    out: Annotated[Path, typer.Option(help="Folder for the files: new or empty.")],
    seed: Annotated[int, typer.Option(help="The same seed makes the same files.", min=0)] = 1,
    days: Annotated[int, typer.Option(help="Days to simulate.", min=1, max=3000)] = 180,
    stores: Annotated[int, typer.Option(help="Stores beside the warehouse.", min=1, max=99)] = 4,
    products: Annotated[int, typer.Option(help="Products.", min=8, max=50000)] = 300,
    start: Annotated[str, typer.Option(help="First day.")] = "2025-01-01",
    language: Annotated[str, typer.Option(help="Language of headers and texts: en or zh.")] = "",
    form: Annotated[str, typer.Option("--format", help="csv or parquet.")] = "csv",
    clean: Annotated[bool, typer.Option("--clean", help="Plant nothing: a chain without a fault.")] = False,
    defects: Annotated[
        list[str] | None, typer.Option(help="How much is planted: 1 is usual; or RULE=NUMBER, several times.")
    ] = None,
) -> None:
    """Write the files of a simulated chain, with planted defects, their key and the cause of every count variance."""
    from workbench.simulator.plan import Plan
    from workbench.simulator.run import simulate as run

    state: State = ctx.obj
    wanted = language or state.language or "en"
    if wanted not in ("en", "zh"):
        raise UsageError(f"There is no language {wanted!r} for --language: use en or zh.")
    if form not in ("csv", "parquet"):
        raise UsageError(f"There is no format {form!r}: use csv or parquet.")
    try:
        first = dt.date.fromisoformat(start)
    except ValueError:
        raise UsageError(f"{start!r} is no day: write --start like 2025-01-01.") from None
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{out} is not empty: name a new folder with --out.")
    rate, counts = _wanted(defects or [])
    out.mkdir(parents=True, exist_ok=True)
    done = run(Plan(seed, days, stores, products, first, wanted, form, clean, rate, counts), out)
    facts = {
        "folder": str(out),
        "as_of": done.plan.as_of,
        "rows": sum(done.rows.values()),
        "expected": sum(done.expected.values()),
    }
    if state.wants_json:
        sys.stdout.write(as_json({**facts, "tables": done.rows, "rules": done.expected}) + "\n")
        return
    print_table(["table_name", "read"], list(done.rows.items()), state.language or "en")
    say(sentence("simulated", state.language or "en", **facts))


def _wanted(texts: list[str]) -> tuple[float, dict[str, int]]:
    """`0.5` is a rate, `count_overdue=2` the number of one kind."""
    rate, counts = 1.0, {}
    for text in texts:
        name, equals, number = text.rpartition("=")
        try:
            if equals:
                counts[name] = int(number)
            else:
                rate = float(number)
        except ValueError:
            raise UsageError(f"--defects {text}: give a number, or RULE=NUMBER with a whole number.") from None
        if rate < 0 or any(n < 0 for n in counts.values()):
            raise UsageError(f"--defects {text}: cannot be below zero.")
    return rate, counts
