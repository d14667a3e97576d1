"""Simulates one year of a grocery with the package grocery-sim and keeps its files for the tests.

Called by `make simulated` as `make_grocery_sim.py SEED FOLDER`. The package lies in `.cache/grocery-sim`, apart from
this project's own dependencies. A run that breaks off leaves no folder behind, so that the next one starts again.
"""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / ".cache" / "grocery-sim"


def simulate(seed: int, folder: Path) -> None:
    """Write `visible/` (the shop's files) and `hidden/` (what is wrong with them) below `folder`."""
    sys.path.append(str(PACKAGE))
    from grocery_sim import GroceryStoreSimulation

    unfinished = folder.with_name(f"{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    GroceryStoreSimulation().setup({"basic": {"random_seed": seed}}).simulate(out_dir=unfinished)
    unfinished.rename(folder)


if __name__ == "__main__":
    if len(sys.argv) != 3 or not sys.argv[1].isdigit():
        sys.exit("Usage: make_grocery_sim.py SEED FOLDER")
    if not PACKAGE.is_dir():
        sys.exit(f"{PACKAGE} is missing: run `make simulated`, which installs the simulator there.")
    started = time.monotonic()
    print(f"Simulating a grocery's year with seed {sys.argv[1]}, about a minute …", flush=True)
    simulate(int(sys.argv[1]), Path(sys.argv[2]))
    print(f"Written to {sys.argv[2]} in {time.monotonic() - started:.0f} s.")
