"""Lines for cron and units for systemd, as those programs read them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from workbench.errors import UsageError
from workbench.nightly.schedule import Job, crontab_line, install_crontab, systemd_units


def test_a_crontab_line_calls_the_run_of_its_project_every_night(tmp_path: Path) -> None:
    line = crontab_line(Job(tmp_path, "02:05", "high"))
    assert line.startswith("5 2 * * * ")
    assert f"--project {tmp_path} run --fail-on high >> " in line


def test_what_cron_hands_to_the_shell_is_the_folder_whatever_its_name(tmp_path: Path) -> None:
    root = tmp_path / "50 % off $HOME 'x' \"y\""
    root.mkdir()
    command = crontab_line(Job(root, "02:05")).split(" ", 5)[5].replace(r"\%", "%")
    words = subprocess.run(["sh", "-c", f"printf '%s\\n' {command.split(' >> ')[0]}"], capture_output=True, text=True)
    assert words.stdout.splitlines()[4] == str(root)


@pytest.mark.parametrize("at", ["24:00", "2:30", "02:60", "now", "02:30\n* * * * * rm"])
def test_a_time_that_is_none_is_refused(tmp_path: Path, at: str) -> None:
    with pytest.raises(UsageError, match="no time of day"):
        Job(tmp_path, at)


def test_a_folder_name_cannot_add_a_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="line break"):
        Job(tmp_path / "a\n* * * * * rm", "02:30")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    root = tmp_path / "50 % off $HOME"
    root.mkdir()
    units = systemd_units(Job(root, "02:30"))
    for name, text in units.items():
        (tmp_path / name).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", *(str(tmp_path / name) for name in units)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "Persistent=true" in next(text for name, text in units.items() if name.endswith(".timer"))


def test_the_line_is_put_into_the_crontab_once_beside_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Stands for cron's own program, which keeps one table for each account.
    table = tmp_path / "table"
    table.write_text("0 1 * * * backup\n")
    program = tmp_path / "bin" / "crontab"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\nif [ "$1" = -l ]; then cat "{table}"; else cat > "{table}.new"; mv "{table}.new" "{table}"; fi\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    install_crontab(Job(tmp_path, "02:30"))
    install_crontab(Job(tmp_path, "03:15"))
    lines = table.read_text().splitlines()
    assert lines[0] == "0 1 * * * backup"
    assert [line.split(" ", 2)[:2] for line in lines[1:]] == [["15", "3"]]
