"""Many processes at the same proposals: exactly one wins, a hundred lose nothing, a killed one leaves nothing half."""

from __future__ import annotations

import datetime as dt
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from workbench.settings import StoreSettings
from workbench.store.accounts import add_account
from workbench.store.act import Act
from workbench.store.audit import entries, verify
from workbench.store.connection import Store

# What each process does with the store of `sys.argv[2]` (an address, or a folder): `sys.argv[1]` says what.
WORKER = """
import sys, datetime as dt
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from workbench.errors import WorkbenchError
from workbench.proposals import deciding
from workbench.proposals.shapes import Line, Proposal, fetch, insert, move
from workbench.settings import StoreSettings
from workbench.store.accounts import require
from workbench.store.act import Act
from workbench.store.audit import record
from workbench.store.connection import Store

what, place, who, count = sys.argv[1:5]
is_file = place.startswith("/")
store = Store(Path(place) if is_file else Path("/nonexistent"), StoreSettings(address="sqlite" if is_file else place))
act = Act(who, dt.datetime(2025, 4, 1), "worker")
deciding.require_books = lambda *a: None
project = SimpleNamespace(store=store, var=Path("/nonexistent"), lake=SimpleNamespace(exists=False),
    settings=SimpleNamespace(corrections=__import__("workbench.settings").settings.CorrectionSettings()))
line = Line("S", "P", "", "adjustment", Decimal(-1), Decimal(1), dt.date(2025, 4, 1))
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(count)):
    try:
        if what == "propose":
            deciding.propose(project, [Proposal("adjust_quantity", (line,), "r", request_key=f"{who}-{number}")], act)
        elif what == "write":
            deciding.propose(project, [Proposal("adjust_quantity", (line,), "r")], act)
        elif what == "click":
            deciding.propose(project, [Proposal("adjust_quantity", (line,), "r", request_key="one click")], act)
        elif what == "approve":
            deciding.decide(project, number + 1, act, is_approved=True)
        elif what == "withdraw":
            deciding.withdraw(project, number + 1, "changed my mind", act)
        print("done", number + 1, flush=True)
    except WorkbenchError as error:
        print("refused", number + 1, error, flush=True)
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "var", StoreSettings())
    register(store)
    return store


def register(store: Store) -> None:
    boss = Act("boss", dt.datetime(2025, 4, 1))
    add_account(store, "boss", "", "", ("admin",), (), boss)
    for number in range(8):
        add_account(store, f"p{number}", f"{number}", "", ("auditor", "supervisor"), (), boss)


def started(what: str, place: str, who: str, count: int) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", WORKER, what, place, who, str(count)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=REPOSITORY,
    )  # fmt: skip
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line == "ready\n", process.communicate()
    return process


def together(processes: list[subprocess.Popen[str]]) -> list[list[str]]:
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    results = [process.communicate(timeout=120) for process in processes]
    assert [err for _, err in results] == [""] * len(results)
    return [out.splitlines() for out, _ in results]


def place(store: Store) -> str:
    return str(store.path.parent)


# A hundred processes at once, forked so that all of them are there before the first begins, from one that has proposed
# and decided once: each proposes three times of its own, and all decide about the same five.
HUNDRED = """
import multiprocessing, sys
context = multiprocessing.get_context("fork")
barrier = context.Barrier(100)
answers = context.SimpleQueue()

def work(number):
    mine = Act(f"p{1 + number % 7}", dt.datetime(2025, 4, 1), "worker")
    said = []
    barrier.wait()
    try:
        for turn in range(3):
            key = f"{number}-{turn}"
            deciding.propose(project, [Proposal("adjust_quantity", (line,), "r", request_key=key)], mine)
        for proposal_id in range(1, 6):
            try:
                deciding.decide(project, proposal_id, mine, is_approved=True)
                said.append(f"won {proposal_id}")
            except WorkbenchError as error:
                said.append(f"refused {proposal_id}")
    except BaseException as error:
        said.append(f"failed {error!r}")
    answers.put(said)

(first,) = deciding.propose(project, [Proposal("adjust_quantity", (line,), "r")], act, is_submitted=True)
deciding.decide(project, first.proposal_id, Act("p2", dt.datetime(2025, 4, 1), "worker"), is_approved=True)
processes = [context.Process(target=work, args=(number,)) for number in range(100)]
for process in processes:
    process.start()
for _ in processes:
    print(*answers.get(), sep=chr(10), flush=True)
for process in processes:
    process.join()
"""


def check_hundred(store: Store, address: str) -> None:
    """A hundred writers at once: every proposal is there once, each is decided once, and the log has no gap."""
    import sqlalchemy as sa

    from workbench.store.tables import proposal, proposal_decision

    together([started("propose", address, "p0", 5)])
    with store.writing() as con:
        con.execute(proposal.update().values(status="submitted"))
    ran = subprocess.run(
        [sys.executable, "-c", WORKER.split('print("ready"')[0] + HUNDRED, "hundred", address, "p1", "1"],
        capture_output=True, text=True, cwd=REPOSITORY, timeout=300, check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, "")
    said = Counter(ran.stdout.split("\n")[:-1])
    assert {word: n for word, n in said.items() if word.startswith("failed")} == {}
    assert {word: n for word, n in said.items() if word.startswith("won")} == {f"won {n}": 1 for n in range(1, 6)}
    assert sum(n for word, n in said.items() if word.startswith("refused")) == 495
    logged = [e["subject"] for e in entries(store) if e["action"] == "proposal.drafted"]
    assert len(logged) == len(set(logged)) == 306
    with store.reading() as con:
        assert con.execute(sa.select(sa.func.count()).select_from(proposal)).scalar_one() == 306
        decided = list(con.execute(sa.select(proposal_decision.c.proposal_id)).scalars())
    assert sorted(decided) == [1, 2, 3, 4, 5, 6]
    assert verify(store, []) == []


def check_one_wins(store: Store, address: str) -> None:
    import sqlalchemy as sa

    from workbench.store.tables import proposal, proposal_decision

    together([started("propose", address, "p0", 12)])
    with store.writing() as con:
        con.execute(proposal.update().values(status="submitted"))
    results = together(
        [started("approve", address, f"p{i}", 12) for i in range(1, 4)] + [started("withdraw", address, "p0", 12)]
    )
    won = Counter(line.split()[1] for lines in results for line in lines if line.startswith("done"))
    # An approved one may still be withdrawn; nothing is approved twice, nor after it was withdrawn.
    with store.reading() as con:
        decisions = list(con.execute(sa.select(proposal_decision.c.proposal_id)).scalars())
        statuses = set(con.execute(sa.select(proposal.c.status)).scalars())
    assert len(decisions) == len(set(decisions))
    assert statuses <= {"approved", "withdrawn"}
    assert set(won) == {str(n) for n in range(1, 13)}
    actions: dict[str, list[str]] = {}
    for entry in entries(store, "proposal"):
        actions.setdefault(entry["subject"], []).append(entry["action"])
    for steps in actions.values():
        assert steps[1:] in (
            ["proposal.approved"],
            ["proposal.withdrawn"],
            ["proposal.approved", "proposal.withdrawn"],
        )
    assert verify(store, []) == []


@pytest.mark.slow
def test_a_hundred_writers_at_once_lose_nothing(store: Store) -> None:
    check_hundred(store, place(store))


@pytest.mark.slow
def test_of_two_decisions_one_wins(store: Store) -> None:
    check_one_wins(store, place(store))


def test_a_double_click_proposes_once(store: Store) -> None:
    results = together([started("click", place(store), "p1", 3) for _ in range(3)])
    assert all(line.startswith("done") for lines in results for line in lines)
    assert len([e for e in entries(store) if e["action"] == "proposal.drafted"]) == 1


@pytest.mark.slow
def test_killed_at_any_moment_nothing_is_half_done(store: Store) -> None:
    import sqlalchemy as sa

    from workbench.store.tables import proposal, proposal_line

    for number in range(20):
        process = started("write", place(store), f"p{number % 8}", 10_000)
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("go\n")
        process.stdin.flush()
        assert process.stdout.readline() == "done 1\n"
        time.sleep(0.0007 * number)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    with store.reading() as con:
        made = set(con.execute(sa.select(proposal.c.proposal_id)).scalars())
        lines = list(con.execute(sa.select(proposal_line.c.proposal_id)).scalars())
    logged = [int(e["subject"].split("/")[1]) for e in entries(store) if e["action"] == "proposal.drafted"]
    assert sorted(lines) == sorted(made) == sorted(logged)
    assert len(made) > 20
    assert verify(store, []) == []
