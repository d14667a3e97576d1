"""Labels, sentences and reasons: in both languages, with the same values."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from workbench import words
from workbench.casting.batch import NOT_READABLE
from workbench.landing import CONTRACT_RULES

ENGINE = Path(words.__file__).parents[1]
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("table", ["LABELS", "SENTENCES", "REJECTIONS"])
def test_everything_is_said_in_both_languages(table: str) -> None:
    for name, (english, chinese) in getattr(words, table).items():
        assert english.strip(), name
        assert CHINESE.search(chinese), name
        assert not CHINESE.search(english), name
        assert set(re.findall(r"{(\w+)}", english)) == set(re.findall(r"{(\w+)}", chinese)), name


def test_every_sentence_that_is_said_exists_and_none_is_left_over() -> None:
    """A sentence is named where it is said, or by a constant elsewhere; `f"log_{kind}"` names all that begin so."""
    said: set[str] = set()
    families: set[str] = set()
    constants: set[str] = set()
    for path in ENGINE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and path.parent.name != "words":
                constants.add(node.value)
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "sentence":
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    said.add(str(first.value))
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                families.add(str(node.values[0].value))
    assert said <= set(words.SENTENCES)
    named = {f for f in families if re.fullmatch(r"[a-z]+(_[a-z]+)*_", f)}
    unsaid = set(words.SENTENCES) - said - constants
    assert {name for name in unsaid if not any(name.startswith(f) for f in named)} == set()


def test_every_outcome_has_its_sentence() -> None:
    from workbench.proposals.shapes import LIVE, STATUSES

    families = {
        "proposal_is": (*STATUSES, "dry"),
        "decision": ("approved", "rejected"),
        "verified": ("arrived", "partly", "contradicted", "missing", "waiting"),
        "correction": (*LIVE, "verified"),
        "odd": (
            "receipt_without_movement",
            "movement_without_receipt",
            "cancelled_but_not_reversed",
            "finding_resolved_otherwise",
        ),
        "log": ("edited", "deleted", "inserted", "moved", "rewritten", "cut_off", "unguarded"),
        "left": ("growing", "unfinished", "unreadable"),
    }
    for family, names in families.items():
        assert {f"{family}_{name}" for name in names} <= set(words.SENTENCES)


def test_every_reason_to_reject_has_words() -> None:
    reasons = {
        *NOT_READABLE.values(),
        *CONTRACT_RULES.values(),
        "sign_contradicts_type",
        "row_too_short",
        "row_too_long",
    }
    assert {*reasons, "key_repeated_with_other_content"} <= set(words.REJECTIONS)
    assert words.rejection("not_a_date", "zh") == "不是存在的日期"
    assert words.rejection("a_rule_of_the_shop", "en") == "a_rule_of_the_shop"


def test_an_unknown_label_stands_for_itself() -> None:
    assert (words.label("status", "zh"), words.label("colour", "zh")) == ("状态", "colour")
