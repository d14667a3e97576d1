"""A rule's parameters as the shop has set them, over its defaults, checked for names and types that do not fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from workbench.catalogue import SEVERITIES, Rule
from workbench.errors import ConfigurationError

_SCOPES = ("supplier", "category")


@dataclass(frozen=True)
class Override:
    """Parameters for one supplier or one category in place of the rule's own."""

    scope: str
    value: str
    params: Mapping[str, Any]


@dataclass(frozen=True)
class RuleSettings:
    """A rule's parameters as the shop has set them; `is_enabled` false leaves the rule out."""

    params: Mapping[str, Any]
    overrides: Sequence[Override] = ()
    severity: str = ""
    is_enabled: bool = True


def settings_for(rule: Rule, configured: Mapping[str, Any]) -> RuleSettings:
    """The shop's settings of a rule over its defaults; ConfigurationError for a name or type that does not fit."""
    values = dict(configured)
    enabled, severity = values.pop("enabled", True), values.pop("severity", "")
    if not isinstance(enabled, bool):
        raise ConfigurationError(f"[rules.{rule.rule_id}] enabled is {enabled!r}: give true or false.")
    if severity not in ("", *SEVERITIES):
        raise ConfigurationError(
            f"[rules.{rule.rule_id}] severity is {severity!r}: use one of {', '.join(SEVERITIES)}."
        )
    scopes = {scope: _table_of(rule, scope, values.pop(scope, {})) for scope in _SCOPES}
    overrides = [
        Override(scope, str(value), {**rule.params, **_checked(rule, {**values, **params})})
        for scope in _SCOPES
        for value, params in scopes[scope].items()
    ]
    return RuleSettings({**rule.params, **_checked(rule, values)}, overrides, severity, enabled)


def _table_of(rule: Rule, scope: str, value: Any) -> Mapping[str, Mapping[str, Any]]:
    strays = [n for n, v in value.items() if not isinstance(v, Mapping)] if isinstance(value, Mapping) else []
    if not isinstance(value, Mapping) or strays:
        example = f'[rules.{rule.rule_id}.{scope}."{strays[0] if strays else "S001"}"]'
        raise ConfigurationError(f"[rules.{rule.rule_id}] {scope} is no table: write {example} above its parameters.")
    return value


def _checked(rule: Rule, values: Mapping[str, Any]) -> dict[str, Any]:
    result = {}
    for name, value in values.items():
        if name not in rule.params:
            known = ", ".join([*rule.params, "enabled", "severity", *_SCOPES])
            raise ConfigurationError(f"[rules.{rule.rule_id}] sets {name}, which the rule does not have: use {known}.")
        default = rule.params[name]
        if isinstance(default, Decimal) or (isinstance(default, int) and not isinstance(default, bool)):
            if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
                raise ConfigurationError(f"[rules.{rule.rule_id}] {name} is {value!r}: give a number.")
            result[name] = Decimal(str(value)) if isinstance(default, Decimal) or isinstance(value, float) else value
        elif type(value) is not type(default):
            raise ConfigurationError(
                f"[rules.{rule.rule_id}] {name} is {value!r}: give a {type(default).__name__} like {default!r}."
            )
        else:
            result[name] = value
    return result
