"""All settings of a project in one typed object: `workbench.toml`, overridden by `WORKBENCH_*`.

Nested names are joined by two underscores in the environment: `WORKBENCH_LAKE__CATALOGUE`.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from workbench.errors import ConfigurationError

FILE_NAME = "workbench.toml"
Severity = Literal["critical", "high", "medium", "low"]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LakeSettings(_Section):
    """Where the lake is. `catalogue` is `sqlite` or a PostgreSQL address (`postgresql://…` or `dbname=… host=…`)."""

    catalogue: str = "sqlite"
    data_path: str = "var/lake"
    lock_timeout_seconds: int = Field(default=3600, ge=0)
    memory_limit: str = ""
    threads: int = Field(default=0, ge=0)


class StoreSettings(_Section):
    """Where what people decide is kept: `sqlite` (`var/ops.sqlite`) or a PostgreSQL address."""

    address: str = "sqlite"


class ShopSettings(_Section):
    """Whose stock it is: the language of texts, the currency of amounts, the name that stands on snapshots."""

    language: Literal["en", "zh"] = "en"
    currency: str = "CNY"
    author: str = ""


class CheckSettings(_Section):
    """What makes a check end with exit code 10."""

    fail_on: Literal["critical", "high", "medium", "low", "never"] = "low"


class RunSettings(_Section):
    """What `workbench run` takes in, and how long it waits.

    `inbox` and `archive` are folders, relative to the project. A file is taken when its size and its time stayed the
    same for `settle_seconds`; one that still grows is waited for, `patience_seconds` at most.
    """

    inbox: str = "inbox"
    archive: str = "archive"
    settle_seconds: float = Field(default=2, gt=0)
    patience_seconds: float = Field(default=60, ge=0)
    every_hours: float = Field(default=24, gt=0)


class MaintenanceSettings(_Section):
    """How the lake is kept small at the end of each run.

    Snapshots older than `keep_days` are let go (0: none ever), except for the last of each month, those that
    corrections made, and `keep_snapshots`, by their number. Files that nothing refers to stay for `grace_days` more.
    """

    merge_files: bool = True
    keep_days: int = Field(default=0, ge=0)
    keep_snapshots: list[int] = Field(default_factory=list)
    grace_days: int = Field(default=2, ge=0)


class BackupSettings(_Section):
    """Where backups go, for whom they are encrypted, and how many are kept.

    `recipients` are public keys of age; with a passphrase in the variable WORKBENCH_BACKUP_PASSPHRASE they are
    encrypted as well. The newest of each of so many days, weeks and months is kept. `every_run`: each run ends with a
    backup, and every `rehearse_days` days it is restored into a temporary place and proved (0: never).
    """

    folder: str = "backups"
    recipients: list[str] = Field(default_factory=list)
    keep_days: int = Field(default=7, ge=0)
    keep_weeks: int = Field(default=5, ge=0)
    keep_months: int = Field(default=12, ge=0)
    every_run: bool = False
    rehearse_days: int = Field(default=30, ge=0)


class CorrectionSettings(_Section):
    """When a correction needs two approvals (0: never), and what no correction may do.

    Nothing may be dated on or before `closed_until`. A correction that no export shows after `verify_after_days` is
    missing. `reason_codes` are the shop's own, code to what it means. For the counts that an ERP imports: its
    `erp_company` and, by location code, the names of its warehouses.
    """

    two_approvals_above_amount: Decimal = Field(default=Decimal(5000), ge=0)
    two_approvals_above_qty: Decimal = Field(default=Decimal(0), ge=0)
    attachment_limit_mb: int = Field(default=20, gt=0)
    closed_until: dt.date | None = None
    allow_negative_stock: bool = False
    verify_after_days: int = Field(default=7, ge=0)
    reason_codes: dict[str, str] = Field(default_factory=dict)
    erp_company: str = ""
    erp_locations: dict[str, str] = Field(default_factory=dict)

    def place(self, location_code: str) -> str:
        """What the ERP calls a location: by default as the shop does."""
        return self.erp_locations.get(location_code, location_code)


class RouteSettings(_Section):
    """Which news goes to which channels: every part that is given must hold.

    `rules` are names with * and ?; of locations, empty means all. With a `role` only what lies at a location that
    somebody of that role looks after; without `channels` each of them is told by the channel named as his account.
    `breaks_quiet`: what is critical does not wait for the end of quiet hours.
    """

    channels: tuple[str, ...] = ()
    rules: tuple[str, ...] = ("*",)
    severity: Severity = "low"
    locations: tuple[str, ...] = ()
    role: Literal["", "viewer", "auditor", "buyer", "supervisor", "admin"] = ""
    send: Literal["digest", "at_once"] = "digest"
    language: Literal["", "en", "zh"] = ""
    breaks_quiet: bool = False


class AlertSettings(_Section):
    """Who is told of what, and how.

    `channels` are addresses as Apprise writes them, by a name of one's own; `env:NAME` takes one from the environment,
    so that no password stands in the file. What a channel refuses after `retries` goes to the `fallback`. What is
    `escalate_severity` or graver and not acknowledged `escalate_after_hours` after it was sent goes to `escalate_to`,
    at most `escalate_times` (0 hours: never). Quiet hours are by the clocks of `time_zone`.
    """

    channels: dict[str, SecretStr] = Field(default_factory=dict)
    routes: tuple[RouteSettings, ...] = ()
    fallback: str = ""
    retries: int = Field(default=3, ge=0, le=10)
    retry_seconds: float = Field(default=2, ge=0, le=600)
    time_zone: str = "Asia/Shanghai"
    quiet_from: dt.time | None = None
    quiet_until: dt.time | None = None
    escalate_after_hours: float = Field(default=0, ge=0)
    escalate_to: str = ""
    escalate_severity: Severity = "high"
    escalate_times: int = Field(default=1, ge=1)

    @field_validator("time_zone")
    @classmethod
    def _is_a_time_zone(cls, name: str) -> str:
        from zoneinfo import ZoneInfo

        try:
            ZoneInfo(name)
        except (KeyError, OSError, ValueError) as error:
            raise ValueError(f"there is no time zone {name!r}: write one like Asia/Shanghai") from error
        return name

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        named = {"fallback": [self.fallback], "escalate_to": [self.escalate_to]}
        named |= {f"routes {i}": list(route.channels) for i, route in enumerate(self.routes, start=1)}
        for where, names in named.items():
            strangers = [name for name in names if name and name not in self.channels]
            if strangers:
                raise ValueError(f"{where} names the channel {strangers[0]!r}: add it under [alerts.channels]")
        for number, route in enumerate(self.routes, start=1):
            if not (route.channels or route.role):
                raise ValueError(f'routes {number} leads nowhere: give it channels = ["…"], or a role')
        if (self.quiet_from is None) != (self.quiet_until is None):
            raise ValueError("quiet hours need both quiet_from and quiet_until")
        if bool(self.escalate_after_hours) != bool(self.escalate_to):
            raise ValueError("to escalate, set both escalate_after_hours and escalate_to")
        return self


class Settings(BaseSettings):
    """The whole of `workbench.toml`."""

    model_config = SettingsConfigDict(env_prefix="WORKBENCH_", env_nested_delimiter="__", extra="forbid", frozen=True)

    lake: LakeSettings = LakeSettings()
    store: StoreSettings = StoreSettings()
    shop: ShopSettings = ShopSettings()
    check: CheckSettings = CheckSettings()
    run: RunSettings = RunSettings()
    corrections: CorrectionSettings = CorrectionSettings()
    alerts: AlertSettings = AlertSettings()
    backup: BackupSettings = BackupSettings()
    maintenance: MaintenanceSettings = MaintenanceSettings()
    rules: dict[str, dict[str, Any]] = Field(default_factory=dict)
    gates: dict[str, dict[str, Any]] = Field(default_factory=dict)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file."""
        return (env_settings, init_settings)


def load_settings(root: Path) -> Settings:
    """Settings of the project in `root`; ConfigurationError names the setting that is wrong."""
    path = root / FILE_NAME
    try:
        values = TomlConfigSettingsSource(Settings, toml_file=path)() if path.exists() else {}
        return Settings(**values)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        fault = first["msg"].removeprefix("Value error, ")
        raise ConfigurationError(f"Setting {name} in {path} or the environment is wrong: {fault}.") from error
    except ValueError as error:
        raise ConfigurationError(f"{path} is not valid TOML: {error}.") from error
