"""Asking for verdicts: a child process that imports Great Expectations while this one reads files.

A limit that cannot be judged is an error and never a failure; so is a judge that dies or does not answer.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from workbench.gates.suites import Expectation, Limits

# The gravest first: what an expectation came to, and a load where any of its expectations did.
VERDICTS = ("fail", "error", "warn", "pass", "not_applicable")
_MODULE = "workbench.gates.expectations"
# Importing on a machine that is busy takes half a minute; an answer takes a seventh of a second.
PATIENCE_SECONDS = 300.0


@dataclass(frozen=True)
class Judged:
    """What one expectation came to; `detail` is the reason of an error, or what the figure is about."""

    expectation: Expectation
    value: float | None
    verdict: str
    detail: str = ""

    def said(self, language: str) -> str:
        """It as a person may read it: what is expected, what was found, and from where on it is wrong."""
        e = self.expectation
        limits = e.fail if self.verdict == "fail" else e.warn if self.verdict == "warn" else Limits()
        ends = [
            f"≥ {limits.min}" if limits.min is not None else "",
            f"≤ {limits.max}" if limits.max is not None else "",
        ]
        found = [f"{self.value:.4g}" if self.value is not None else "", *(x for x in ends if x), self.detail]
        shown = (", " if language == "en" else "，").join(part for part in found if part)
        return (
            f"{e.text(language)} ({e.figure}: {shown})"
            if language == "en"
            else f"{e.text(language)}（{e.figure}：{shown}）"
        )


class Court:
    """The child process. It starts when entered and is asked as often as one likes; without suites it never starts."""

    def __init__(self, patience_seconds: float = PATIENCE_SECONDS, command: Sequence[str] = ()) -> None:
        self.patience_seconds = patience_seconds
        self._command = list(command) or [sys.executable, "-W", "ignore", "-m", _MODULE]
        self._process: subprocess.Popen[str] | None = None
        self._errors: IO[str] | None = None
        self._is_ready = False
        self._fault = ""
        # How long it was waited for.
        self.seconds = 0.0

    def __enter__(self) -> Court:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def start(self) -> None:
        """Start the process and do not wait for it."""
        if self._process is not None:
            return
        self._fault, self._is_ready = "", False
        self._errors = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - closed with the process
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            encoding="utf-8",
            # The package may be reached by a path that only this process knows.
            env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p), "PYTHONIOENCODING": "utf-8"},
        )

    def judge(
        self,
        suite: str,
        batch: str,
        figures: Mapping[str, float | None],
        expectations: Sequence[Expectation],
        details: Mapping[str, str] | None = None,
        language: str = "en",
    ) -> list[Judged]:
        """Hold figures against what is expected of them. A figure that is None does not apply this time."""
        limits: list[dict[str, Any]] = []
        kinds: list[tuple[Expectation, str]] = []
        for e in expectations:
            for kind, limit in (("fail", e.fail), ("warn", e.warn)):
                # One without any limit at all is judged too: that it has none must come to light.
                if limit != Limits() or (kind == "fail" and e.warn == Limits()):
                    kinds.append((e, kind))
                    found = {"figure": e.figure, "kind": kind, "min": limit.min, "max": limit.max}
                    limits.append({**found, "title": e.text(language)})
        results: list[Mapping[str, Any]] = []
        if limits:
            answer = self._ask({"do": "judge", "suite": suite, "batch": batch, "figures": figures, "limits": limits})
            results = answer.get("results") or [{"error": str(answer.get("error"))}] * len(limits)
        of: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
        for (e, kind), result in zip(kinds, results, strict=True):
            of.setdefault(e.figure, []).append((kind, result))
        return [
            _verdict(e, figures.get(e.figure), of.get(e.figure, []), (details or {}).get(e.figure, ""))
            for e in expectations
        ]

    def publish(self, folder: Path) -> str:
        """Write a static site of all that was judged; what went wrong, empty where nothing did."""
        return str(self._ask({"do": "publish", "folder": str(folder)}).get("error", ""))

    def close(self) -> None:
        """End the process; it keeps nothing."""
        process, self._process = self._process, None
        if process is not None:
            if not self._is_ready:
                process.kill()  # It would finish its import before it saw that nobody listens.
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    try:
                        pipe.close()
                    except OSError:
                        continue
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self._errors is not None:
            self._errors.close()
            self._errors = None

    def _ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        self.start()
        process = self._process
        assert process is not None
        assert process.stdin is not None
        if self._fault:
            return {"error": self._fault}
        # A read cannot be given up; the process it waits for can be ended.
        watch = threading.Timer(self.patience_seconds, process.kill)
        watch.start()
        started = time.perf_counter()
        try:
            if not self._is_ready:
                self._is_ready = bool(self._line().get("ready"))
            process.stdin.write(json.dumps(request, default=float) + "\n")
            process.stdin.flush()
            return self._line()
        except (OSError, ValueError) as error:
            self._fault = f"Great Expectations gave no answer: {self._last_words() or error}"
            return {"error": self._fault}
        finally:
            self.seconds += time.perf_counter() - started
            watch.cancel()

    def _line(self) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise ValueError("its process ended")
        found = json.loads(line)
        if not isinstance(found, dict):
            raise ValueError("it said something else")
        return found

    def _last_words(self) -> str:
        if self._errors is None:
            return ""
        self._errors.seek(0)
        lines = [line.strip() for line in self._errors.read().splitlines() if line.strip()]
        return lines[-1] if lines else ""


def gravest(judged: Sequence[Judged]) -> str:
    """The verdict on a load: the gravest of its expectations'; not applicable where there is none."""
    return min((j.verdict for j in judged), key=VERDICTS.index, default="not_applicable")


def _verdict(
    expectation: Expectation, value: float | None, results: Sequence[tuple[str, Mapping[str, Any]]], detail: str
) -> Judged:
    faults = [str(result["error"]) for _, result in results if "error" in result]
    if faults:
        return Judged(expectation, value, "error", faults[0])
    if value is None:
        return Judged(expectation, value, "not_applicable", detail)
    broken = [kind for kind, result in results if not result["kept"]]
    return Judged(expectation, value, min(broken, key=VERDICTS.index) if broken else "pass", detail)
