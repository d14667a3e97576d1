"""Applying and undoing killed at any moment: books and store agree again as soon as somebody looks."""

from __future__ import annotations

import datetime as dt
import random
import signal
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, copied
from workbench.corrections.verifying import verify
from workbench.proposals import deciding
from workbench.proposals.shapes import Line, Proposal
from workbench.store.accounts import add_account
from workbench.store.act import Act
from workbench.store.audit import verify as verify_log

# Applies every proposal that is approved, one after the other, and undoes every second of them.
WORKER = """
import datetime as dt, sys
from pathlib import Path
from workbench.corrections.applying import apply, undo
from workbench.proposals.deciding import proposals
from workbench.project import Project
from workbench.store.act import Act

project = Project(Path(sys.argv[1]), now=lambda: dt.datetime(2025, 4, 1, 9))
act = Act("wang", project.now(), "worker")
print("ready", flush=True)
for status in ("approved", "applied"):
    for p in proposals(project, (status,)):
        if status == "approved":
            apply(project, [p.proposal_id], act)
        if p.proposal_id % 2:
            undo(project, p.proposal_id, "again", act)
print("done", flush=True)
"""


def started(root: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WORKER, str(root)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.slow
def test_killed_at_any_moment_books_and_store_agree(shop_template: Path, tmp_path: Path) -> None:
    shop = copied(shop_template, tmp_path / "shop")
    shop.model(
        "on_hand", "SELECT 'S' AS location_code, 'P' AS product_code, CAST(900 AS DECIMAL(18, 3)) AS on_hand_qty"
    )
    shop.rule(
        "received_in_vain",
        (shop.root / "checks/rules/receiving/received_in_vain.sql")
        .read_text(encoding="utf-8")
        .replace("FROM core.receipt_line AS r", "FROM core.receipt_line AS r, mart.on_hand"),
    )
    shop.check()
    for name, staff, roles in (("boss", "", ("admin",)), ("li", "1", ("auditor",)), ("wang", "2", ("supervisor",))):
        add_account(shop.project.store, name, staff, "", roles, (), Act("boss", shop.now))
    wanted = [
        Proposal(
            "adjust_quantity", (Line("S", "P", "", "adjustment", Decimal(-n), Decimal(1), dt.date(2025, 3, 31)),), "x"
        )
        for n in range(1, 17)
    ]
    for p in deciding.propose(shop.project, wanted, Act("li", shop.now), is_submitted=True):
        deciding.decide(shop.project, p.proposal_id, Act("wang", shop.now), is_approved=True)
    chance, kills = random.Random(7), 0
    for _ in range(8):
        process = started(shop.root)
        # So long that it comes to do something, so short that it does not come to the end.
        time.sleep(chance.uniform(0.05, 0.8))
        process.send_signal(signal.SIGKILL)
        kills += process.communicate()[0] != "done\n"
    assert kills > 3
    assert started(shop.root).communicate()[0] == "done\n"
    verify(shop.project, Act("wang", shop.now))
    entries = shop.rows("SELECT proposal_id, count(*), sum(moved_qty) FROM core.adjustment GROUP BY ALL")
    books = {number: (count, total) for number, count, total in entries}
    for p in deciding.proposals(shop.project):
        expected = {"applied": (1, -p.proposal_id), "withdrawn": (2, 0)}[p.status]
        assert books[p.proposal_id] == expected, (p.proposal_id, p.status)
    assert verify_log(shop.project.store, []) == []
