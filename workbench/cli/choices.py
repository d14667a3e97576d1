"""What options may hold: days, names of a list, rules that exist. Each mistake is one sentence and exit code 2."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from workbench.errors import UsageError

if TYPE_CHECKING:
    from workbench.project import Project


def one_of(what: str, given: Sequence[str], known: Sequence[str]) -> None:
    """Every given value must be a known one."""
    for value in given:
        if value not in known:
            raise UsageError(f"There is no {what} {value!r}: use one of {', '.join(known)}.")


def no_strangers(project: Project, rule_ids: Sequence[str]) -> None:
    """Every rule must be in the catalogue."""
    for rule_id in rule_ids:
        if rule_id not in project.catalogue.rules:
            raise UsageError(f"There is no rule {rule_id!r}: `workbench rules` lists them.")


def day(text: str) -> dt.date | None:
    """A day, None where nothing is given."""
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no day: write it like 2025-03-31.") from error


def amount(text: str) -> Decimal | None:
    """An amount of money, None where nothing is given."""
    if not text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise UsageError(f"{text!r} is no amount: write it like 250.50.") from error
    if not value.is_finite():
        raise UsageError(f"{text!r} is no amount: write it like 250.50.")
    return value
