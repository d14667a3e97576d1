"""Codes, fixed values and yes/no cells."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from workbench.casting import cast, decide, profile
from workbench.contracts import Column

CODE = Column("c", "code", "", "", False, False, (), pl.String())
TEXT = Column("c", "text", "", "", False, False, (), pl.String())
FLAG = Column("c", "flag", "", "", False, False, (), pl.Boolean())
CHOICE = Column("c", "choice", "", "", False, False, ("sale", "write_off"), pl.String())


def read(column: Column, *cells: str | None, words: dict[str, str] | None = None) -> list[Any]:
    frame = pl.DataFrame({"c": pl.Series(cells, dtype=pl.String)})
    result = cast(frame, [column], decide(profile(frame, [column]), [column]), {"c": words or {}})
    values = result.frame["c"].to_list()
    for position, _, rule, value in result.failures.rows():
        values[position] = (rule, value)
    return values


def test_codes_keep_leading_zeros_and_every_digit() -> None:
    cells = ["007", "690123456789012345", "0", "00-1/2", "a b"]
    assert read(CODE, *cells) == cells


def test_codes_are_trimmed_and_folded_to_half_width() -> None:
    assert read(CODE, " A1 ", "\u3000Ａ１\u00a0", "ａｂｃ－１", "ﬁ") == ["A1", "A1", "abc-1", "fi"]
    assert read(CODE, "商品１") == ["商品1"]


def test_case_of_a_code_is_kept() -> None:
    assert read(CODE, "ab1", "AB1") == ["ab1", "AB1"]


@pytest.mark.parametrize("tail", [".0", ".00", ".000"])
def test_numbers_that_lost_their_type_are_mended_when_the_whole_column_is_such(tail: str) -> None:
    assert read(CODE, f"17850{tail}", f"13047{tail}", None) == ["17850", "13047", None]


def test_a_code_with_a_point_among_others_stays() -> None:
    assert read(CODE, "17850.0", "A1") == ["17850.0", "A1"]
    assert read(CODE, "1.10", "1.20") == ["1.10", "1.20"]


@pytest.mark.parametrize("tail", [".0", ".00", ".000"])
def test_a_batch_of_such_numbers_is_never_taken_as_read(tail: str) -> None:
    frame = pl.DataFrame({"c": [f"17850{tail}"]})
    assert not cast(frame, [CODE], decide({}, [CODE]), {}).is_plain


@pytest.mark.parametrize("text", ["6.90123E+12", "6.9E+12", "6E+12", "1.2e+15"])
def test_a_code_in_scientific_notation_is_rejected(text: str) -> None:
    assert read(CODE, text, "A1") == [("code_in_scientific_notation", text), "A1"]


@pytest.mark.parametrize(
    "word", ["null", "NULL", "Null", "(null)", "None", "nan", "NaN", "n/a", "#N/A", "\\N", "", " "]
)
def test_the_word_null_is_nothing(word: str) -> None:
    assert read(CODE, word, "A") == [None, "A"]
    assert read(TEXT, word, "A") == [None, "A"]
    assert read(FLAG, word, "yes") == [None, True]
    assert read(CHOICE, word, "sale") == [None, "sale"]


def test_words_that_only_look_like_nothing_stay() -> None:
    assert read(CODE, "NA", "nullable", "0") == ["NA", "nullable", "0"]


def test_texts_stay_but_for_the_white_space_around_them() -> None:
    assert read(TEXT, " Milk  1 l ", "=1+1", "特级　牛奶") == ["Milk  1 l", "=1+1", "特级　牛奶"]


def test_fixed_values_in_the_contract_s_words_in_any_spelling() -> None:
    assert read(CHOICE, "sale", "SALE", " Sale ", "ｓａｌｅ", "write_off") == ["sale"] * 4 + ["write_off"]


def test_fixed_values_by_the_words_of_a_source() -> None:
    words = {"销售": "sale", "报损": "write_off", "sold out": "sale"}
    assert read(CHOICE, "销售", "报损", "Sold  Out", words=words) == ["sale", "write_off", "sale"]


def test_an_unknown_fixed_value_stays_as_found_for_the_contract_to_reject() -> None:
    assert read(CHOICE, "Theft", "sale") == ["Theft", "sale"]


def test_a_column_of_fixed_values_without_any() -> None:
    assert read(CHOICE, None, "") == [None, None]
    assert read(FLAG, None, "") == [None, None]


@pytest.mark.parametrize("word", ["true", "TRUE", "1", "yes", "Y", "是", "真", "√", "有", "１"])
def test_yes(word: str) -> None:
    assert read(FLAG, word) == [True]


@pytest.mark.parametrize("word", ["false", "0", "no", "N", "否", "假", "×", "无"])
def test_no(word: str) -> None:
    assert read(FLAG, word) == [False]


def test_neither_yes_nor_no_is_rejected() -> None:
    assert read(FLAG, "perhaps", "2", "yes") == [("not_yes_or_no", "perhaps"), ("not_yes_or_no", "2"), True]


def test_flags_by_the_words_of_a_source() -> None:
    assert read(FLAG, "启用", "停用", words={"启用": "true", "停用": "false"}) == [True, False]
