"""A project folder: where everything lies, and each part read when it is first asked for.

The repository itself is a project; `workbench init` makes others of the same layout.
"""

from __future__ import annotations

import datetime as dt
import getpass
import platform
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import ConfigurationError
from workbench.settings import FILE_NAME, Settings, load_settings

if TYPE_CHECKING:
    from workbench.archive import Archive
    from workbench.arrivals import Workplace
    from workbench.catalogue import Catalogue
    from workbench.contracts import Table
    from workbench.gates.door import Gate
    from workbench.gates.judging import Court
    from workbench.gates.suites import Suite
    from workbench.lake import Lake
    from workbench.sources import Source
    from workbench.store.act import Act
    from workbench.store.audit import Anchor
    from workbench.store.connection import Store

Clock = Callable[[], dt.datetime]


def utc_now() -> dt.datetime:
    """The moment, in UTC without zone, as the lake keeps it."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


class Project:
    """A project folder, opened. `notify` hears of waiting; `now` is the only clock."""

    def __init__(self, root: Path, notify: Callable[[str], None] = lambda message: None, now: Clock = utc_now) -> None:
        self.root = root.resolve()
        self.notify = notify
        self.now = now
        if not (self.rules_folder.is_dir() and self.contracts_folder.is_dir()):
            raise ConfigurationError(
                f"{self.root} is no workbench project: go to one, name one with --project, or make one with "
                "`workbench init DIR`."
            )

    @property
    def rules_folder(self) -> Path:
        """Rules by process."""
        return self.root / "checks" / "rules"

    @property
    def contracts_folder(self) -> Path:
        """Contracts of the core tables."""
        return self.root / "checks" / "contracts"

    @property
    def models_folder(self) -> Path:
        """Models of the marts."""
        return self.root / "pipelines" / "models"

    @property
    def var(self) -> Path:
        """Everything that is made and not written by people."""
        return self.root / "var"

    @property
    def settings_file(self) -> Path:
        """The shop's own settings."""
        return self.root / FILE_NAME

    @cached_property
    def settings(self) -> Settings:
        """`workbench.toml` and `WORKBENCH_*`."""
        return load_settings(self.root)

    @cached_property
    def author(self) -> str:
        """The name on snapshots: the setting, else the account."""
        if self.settings.shop.author:
            return self.settings.shop.author
        try:
            return getpass.getuser()
        except (KeyError, OSError):
            return "unknown"

    @cached_property
    def lake(self) -> Lake:
        """The lake, not yet opened."""
        from workbench.lake import Lake

        return Lake(self.root, self.settings.lake, self.notify, self._log_head)

    @cached_property
    def store(self) -> Store:
        """What people decided, not yet opened."""
        from workbench.store.connection import Store

        return Store(self.var, self.settings.store)

    def act(self, who: str = "", place: str = "") -> Act:
        """Somebody, by default the author, acting now, by default on this machine."""
        from workbench.store.act import Act

        return Act(who or self.author, self.now(), place or platform.node())

    def _log_head(self) -> dict[str, Any]:
        """The newest entry of the audit log, for snapshots to keep: shows later when the log was cut off."""
        if not self.store.exists:
            return {}
        from workbench.store.audit import head

        number, seal = head(self.store)
        return {"audit_entry_no": number, "audit_hash": seal}

    def log_anchors(self) -> list[Anchor]:
        """What the lake's snapshots saw of the audit log."""
        from workbench.store.audit import Anchor

        if not self.lake.exists:
            return []
        return [
            Anchor(int(s.extra["audit_entry_no"]), str(s.extra["audit_hash"]), f"{s.snapshot_id} ({s.message})")
            for s in self.lake.snapshots(self.lake.read())
            if s.extra.get("audit_entry_no")
        ]

    @cached_property
    def archive(self) -> Archive:
        """The originals."""
        from workbench.archive import Archive

        return Archive(self.var / "files")

    @cached_property
    def contracts(self) -> dict[str, Table]:
        """The core tables."""
        from workbench.contracts import find_contracts

        return find_contracts(self.contracts_folder)

    @cached_property
    def catalogue(self) -> Catalogue:
        """Rules and models."""
        from workbench.catalogue import load_catalogue

        return load_catalogue(self.rules_folder, self.models_folder)

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        """What exports are understood."""
        from workbench.sources import find_sources

        return find_sources(self.root / "pipelines")

    @cached_property
    def suites(self) -> dict[str, Suite]:
        """What is expected of loads and runs."""
        from workbench.gates.suites import check_suites, find_suites

        found = find_suites(self.root / "checks" / "suites")
        columns = {name: table.columns.keys() for name, table in self.contracts.items()}
        check_suites(found, self.sources, columns, self.settings.gates)
        return found

    def gate(self, court: Court, language: str = "") -> Gate | None:
        """The gate at the door of the lake, asking `court` for verdicts; None where no suite says what is expected."""
        from workbench.gates.door import Gate

        if not self.suites:
            return None
        return Gate(self.suites, self.settings.gates, court, language or self.settings.shop.language)

    def workplace(self, gate: Gate | None = None) -> Workplace:
        """What ingest needs; without a gate everything is let in."""
        from workbench.arrivals import Workplace

        return Workplace(
            lake=self.lake,
            archive=self.archive,
            staging=self.var / "staging",
            contracts=self.contracts,
            sources=self.sources,
            author=self.author,
            now=self.now,
            gate=gate,
        )
