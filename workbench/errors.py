"""Every error a user can meet, each with the exit code of its cause.

A message is one sentence that says what was found, where, and what to do. What is not one of these is a bug
and may show a traceback.
"""

from __future__ import annotations


class WorkbenchError(Exception):
    """An error with a cause the user can act on; `exit_code` is what the command line returns for it."""

    exit_code = 1


class UsageError(WorkbenchError):
    """The command was called in a way that cannot be answered."""

    exit_code = 2


class FindingsFound(WorkbenchError):
    """The checks found something at or above `--fail-on`."""

    exit_code = 10


class RuleFailed(WorkbenchError):
    """At least one rule could not be run, so its silence means nothing."""

    exit_code = 11


class InputRefused(WorkbenchError):
    """A file cannot be taken in; nothing of it was loaded."""

    exit_code = 12


class NoRoomError(InputRefused):
    """The disk, and not the file, is why: it can be taken in as it is once there is room."""


class BatchQuarantined(WorkbenchError):
    """A load was held back by a gate."""

    exit_code = 13


class ConfigurationError(WorkbenchError):
    """A setting, a rule, a contract or a source of the project is wrong."""

    exit_code = 14


class DecisionRefused(WorkbenchError):
    """Somebody may not decide what he tried to decide."""

    exit_code = 15
