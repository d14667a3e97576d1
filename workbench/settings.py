"""All settings of a project in one typed object: `workbench.toml`, overridden by `WORKBENCH_*`.

Nested names are joined by two underscores in the environment: `WORKBENCH_LAKE__CATALOGUE`.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from workbench.errors import ConfigurationError

FILE_NAME = "workbench.toml"


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


class CorrectionSettings(_Section):
    """When a correction needs two approvals (0: never), and what no correction may do.

    Nothing may be dated on or before `closed_until`. A correction that no export shows after `verify_after_days` is
    missing. `reason_codes` are the shop's own, code to what it means.
    """

    two_approvals_above_amount: Decimal = Field(default=Decimal(5000), ge=0)
    two_approvals_above_qty: Decimal = Field(default=Decimal(0), ge=0)
    attachment_limit_mb: int = Field(default=20, gt=0)
    closed_until: dt.date | None = None
    allow_negative_stock: bool = False
    verify_after_days: int = Field(default=7, ge=0)
    reason_codes: dict[str, str] = Field(default_factory=dict)


class Settings(BaseSettings):
    """The whole of `workbench.toml`."""

    model_config = SettingsConfigDict(env_prefix="WORKBENCH_", env_nested_delimiter="__", extra="forbid", frozen=True)

    lake: LakeSettings = LakeSettings()
    store: StoreSettings = StoreSettings()
    shop: ShopSettings = ShopSettings()
    check: CheckSettings = CheckSettings()
    run: RunSettings = RunSettings()
    corrections: CorrectionSettings = CorrectionSettings()
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
        raise ConfigurationError(f"Setting {name} in {path} or the environment is wrong: {first['msg']}.") from error
    except ValueError as error:
        raise ConfigurationError(f"{path} is not valid TOML: {error}.") from error
