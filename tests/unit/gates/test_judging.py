"""Verdicts of Great Expectations: pass, warn, fail; a broken expectation is an error; nothing is printed."""

from __future__ import annotations

import subprocess
import sys

import pytest

from workbench.gates.judging import Court, gravest
from workbench.gates.suites import Expectation, Limits

FIGURES = {"rows": 50.0, "share": 0.3, "nothing": None}


def expect(figure: str, **limits: Limits) -> Expectation:
    return Expectation(figure, figure, figure, **limits)  # type: ignore[arg-type]


def test_a_figure_passes_is_flagged_or_fails(court: Court) -> None:
    expectations = [
        expect("rows", warn=Limits(min=40), fail=Limits(min=20)),
        expect("share", warn=Limits(max=0.2), fail=Limits(max=0.5)),
    ]
    assert [j.verdict for j in court.judge("s", "b", FIGURES, expectations)] == ["pass", "warn"]
    stricter = [expect("rows", warn=Limits(min=80), fail=Limits(min=60, max=100))]
    judged = court.judge("s", "b", FIGURES, stricter)
    assert [(j.verdict, j.value) for j in judged] == [("fail", 50.0)]
    assert gravest(judged) == "fail"


def test_a_figure_that_does_not_apply_is_no_pass(court: Court) -> None:
    judged = court.judge("s", "b", FIGURES, [expect("nothing", fail=Limits(min=1))])
    assert [j.verdict for j in judged] == ["not_applicable"]
    assert gravest(court.judge("s", "b", FIGURES, [])) == "not_applicable"


@pytest.mark.parametrize(
    "expectation",
    [
        expect("rows"),
        expect("misspelt", fail=Limits(min=1)),
        expect("rows", fail=Limits(min="many")),
        expect("rows", fail=Limits(min=9, max=1)),
    ],
    ids=["no limit", "no such figure", "limit is no number", "limits cross"],
)
def test_a_broken_expectation_is_an_error_and_the_others_are_judged(court: Court, expectation: Expectation) -> None:
    sound = expect("share", fail=Limits(max=0.1))
    first, second = court.judge("s", "b", FIGURES, [expectation, sound])
    assert (first.verdict, second.verdict) == ("error", "fail")
    assert first.detail


@pytest.mark.parametrize("text", ["raise SystemExit('it broke')", "print('{')", "import time; time.sleep(60)"])
def test_a_judge_that_dies_or_does_not_answer_is_an_error(text: str) -> None:
    with Court(patience_seconds=1, command=[sys.executable, "-c", text]) as court:
        judged = court.judge("s", "b", FIGURES, [expect("rows", fail=Limits(min=100))])
        assert [j.verdict for j in judged] == ["error"]
        assert "Great Expectations gave no answer" in judged[0].detail
        assert court.judge("s", "b", FIGURES, [expect("rows", fail=Limits(min=1))])[0].verdict == "error"


@pytest.mark.slow
def test_nothing_is_printed_but_answers() -> None:
    request = '{"do": "judge", "suite": "s", "batch": "b", "figures": {"a": 1}, "limits": []}\n'
    command = [sys.executable, "-W", "default", "-m", "workbench.gates.expectations"]
    done = subprocess.run(command, input=request, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ('{"ready": true}\n{"results": []}\n', "")
