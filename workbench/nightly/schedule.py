"""Having a run called every night: a crontab line, or a systemd timer that catches up a night that was missed."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import ConfigurationError, UsageError

NAME = "stock-workbench"


@dataclass(frozen=True)
class Job:
    """Which project is run, at what time of day (`HH:MM`), with which `--fail-on`."""

    root: Path
    at: str
    fail_on: str = ""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", self.at):
            raise UsageError(f"{self.at!r} is no time of day: write it like 02:30.")
        if any(c in str(self.root) for c in "\n\r"):
            raise UsageError(f"{str(self.root)!r} cannot be scheduled: rename the folder, its name has a line break.")

    @property
    def command(self) -> list[str]:
        """The command, free of any search path."""
        fail_on = ["--fail-on", self.fail_on] if self.fail_on else []
        return [sys.executable, "-m", "workbench", "--project", str(self.root), "run", *fail_on]

    @property
    def unit(self) -> str:
        """The name of its systemd units: one for each project folder."""
        return f"{NAME}-{re.sub(r'[^A-Za-z0-9]+', '-', str(self.root)).strip('-')}"


def crontab_line(job: Job) -> str:
    """One line for crontab. Cron takes % for a line's end, so it is written with a backslash."""
    hour, minute = job.at.split(":")
    log = shlex.quote(str(job.root / "var" / "run.log"))
    command = f"{shlex.join(job.command)} >> {log} 2>&1".replace("%", r"\%")
    return f"{int(minute)} {int(hour)} * * * {command}  # {job.unit}"


def systemd_units(job: Job) -> dict[str, str]:
    """The texts of a service and of its timer, by the names of their files."""
    command = " ".join(_escaped(part) for part in job.command)
    service = (
        f"[Unit]\nDescription=Stock Workbench: nightly run of {_plain(str(job.root))}\n\n"
        f"[Service]\nType=oneshot\nExecStart={command}\n"
        # Findings are news, not a failure of the machine.
        "SuccessExitStatus=10 13\nNice=10\n"
    )
    timer = (
        f"[Unit]\nDescription=Stock Workbench: every night at {job.at}\n\n"
        f"[Timer]\nOnCalendar=*-*-* {job.at}:00\n# Made up for as soon as the machine is on again.\nPersistent=true\n\n"
        "[Install]\nWantedBy=timers.target\n"
    )
    return {f"{job.unit}.service": service, f"{job.unit}.timer": timer}


def install_crontab(job: Job) -> str:
    """Put the line into this account's crontab, in place of an earlier one of the same project."""
    program = _program("crontab")
    listed = subprocess.run([program, "-l"], capture_output=True, text=True, check=False)
    kept = [line for line in listed.stdout.splitlines() if not line.endswith(f"# {job.unit}")]
    text = "\n".join([*kept, crontab_line(job)]) + "\n"
    done = subprocess.run([program, "-"], input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ConfigurationError(f"crontab refused the line: {done.stderr.strip() or done.stdout.strip()}")
    return "crontab"


def install_systemd(job: Job, folder: Path | None = None) -> str:
    """Write both units to this account's folder and start the timer; the timer's path."""
    program = _program("systemctl")
    place = folder or Path.home() / ".config" / "systemd" / "user"
    place.mkdir(parents=True, exist_ok=True)
    for name, text in systemd_units(job).items():
        (place / name).write_text(text, encoding="utf-8")
    for arguments in (["daemon-reload"], ["enable", "--now", f"{job.unit}.timer"]):
        done = subprocess.run([program, "--user", *arguments], capture_output=True, text=True, check=False)
        if done.returncode:
            raise ConfigurationError(
                f"The units are in {place}, and systemctl --user {' '.join(arguments)} failed: {done.stderr.strip()}"
            )
    return str(place / f"{job.unit}.timer")


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise ConfigurationError(f"{name} is not on this machine: see the text with `workbench schedule --print`.")
    return found


def _escaped(part: str) -> str:
    # systemd splits at spaces and expands % and $ also within quotes.
    text = part.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{text}"'


def _plain(text: str) -> str:
    return text.replace("%", "%%")
