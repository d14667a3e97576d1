"""What a contract is: a pandera model of one core table, with the meaning of each column beside its type.

The contracts themselves are one file each in `checks/contracts/`. Typing of text is `casting`'s work; a contract sees
typed columns and says which rows may enter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

import pandera.polars as pa
import polars as pl

from workbench.errors import ConfigurationError
from workbench.sources import load_module

Code = pl.String
Text = pl.String
Choice = pl.String
Qty = Annotated[pl.Decimal, 18, 3]
Money = Annotated[pl.Decimal, 18, 4]
Ratio = Annotated[pl.Decimal, 9, 6]
Day = pl.Date
Moment = Annotated[pl.Datetime, "us", None]
Flag = pl.Boolean
Whole = pl.Int64

SQL_TYPES = {
    "code": "VARCHAR",
    "barcode": "VARCHAR",
    "text": "VARCHAR",
    "choice": "VARCHAR",
    "qty": "DECIMAL(18,3)",
    "money": "DECIMAL(18,4)",
    "ratio": "DECIMAL(9,6)",
    "day": "DATE",
    "moment": "TIMESTAMP",
    "flag": "BOOLEAN",
    "whole": "BIGINT",
}

# A shop with one store leaves the store out, and goods without batches have none: empty is a value there.
MAY_BE_EMPTY_IN_KEY = frozenset({"location_code", "batch_no"})


class Contract(pa.DataFrameModel):
    """Base of all contracts; columns beyond those declared are the caller's error."""

    class Config:
        strict = True
        coerce = False


def column(
    kind: str,
    zh: str,
    en: str,
    *,
    key: bool = False,
    required: bool = False,
    choices: tuple[str, ...] = (),
    ge: int | None = None,
    carries: Mapping[str, str] | None = None,
) -> Any:
    """A column of a contract.

    `kind` is one of SQL_TYPES; `zh` and `en` say what it means; `key` makes it part of the business key; `required`
    refuses a file that lacks the column; `choices` are the only values a filled cell may have; `carries` says of a
    `barcode` which columns of the same row the other parts of a scan fill where they are empty: `batch`, `produced`,
    `expiry` or `count` -> column.
    """
    metadata = {
        "kind": kind,
        "zh": zh,
        "en": en,
        "key": key,
        "required": required,
        "choices": choices,
        "carries": dict(carries or {}),
    }
    options: dict[str, Any] = {"nullable": not key, "metadata": metadata}
    if choices:
        options["isin"] = list(choices)
    if ge is not None:
        options["ge"] = ge
    return pa.Field(**options)


@dataclass(frozen=True)
class Column:
    """A column of a core table as the engine uses it."""

    name: str
    kind: str
    title_zh: str
    description: str
    is_key: bool
    is_required: bool
    choices: tuple[str, ...]
    dtype: pl.DataType
    carries: Mapping[str, str] = field(default_factory=dict)

    @property
    def sql_type(self) -> str:
        """The column's type in the lake."""
        return SQL_TYPES[self.kind]


@dataclass(frozen=True)
class Table:
    """A core table: its columns in order and the pandera schema that judges its rows."""

    name: str
    title: str
    title_zh: str
    model: type[pa.DataFrameModel]

    @cached_property
    def schema(self) -> Any:
        """The pandera schema built once; building it for each batch would cost more than using it."""
        return self.model.to_schema()

    @cached_property
    def columns(self) -> Mapping[str, Column]:
        """Columns by name, in the order of the contract."""
        result: dict[str, Column] = {}
        for name, declared in self.schema.columns.items():
            meta = declared.metadata or {}
            if "kind" not in meta:
                raise ConfigurationError(f"Contract {self.name}: column {name} has no kind; declare it with column(…).")
            result[name] = Column(
                name=name,
                kind=meta["kind"],
                title_zh=meta["zh"],
                description=meta["en"],
                is_key=meta["key"],
                is_required=meta["required"],
                choices=tuple(meta["choices"]),
                dtype=declared.dtype.type,
                carries=meta["carries"],
            )
        strange = [t for c in result.values() for t in c.carries.values() if t not in result]
        if strange:
            raise ConfigurationError(f"Contract {self.name}: a barcode carries {strange[0]}, which is no column of it.")
        return result

    @property
    def key(self) -> tuple[str, ...]:
        """The business key."""
        return tuple(c.name for c in self.columns.values() if c.is_key)

    def ddl(self, schema: str = "core") -> str:
        """CREATE TABLE with the two columns of origin first."""
        body = ", ".join(f'"{c.name}" {c.sql_type}' for c in self.columns.values())
        return f"CREATE TABLE IF NOT EXISTS {schema}.{self.name} (file_id INTEGER, row_no BIGINT, {body})"


def find_contracts(folder: Path) -> dict[str, Table]:
    """All contracts of a project: every `checks/contracts/*.py`, whose one model is named after its file."""
    found: dict[str, Table] = {}
    for path in sorted(folder.glob("*.py")):
        if path.stem.startswith("_"):
            continue
        module = load_module(path, "contract")
        wanted = "".join(part.capitalize() for part in path.stem.split("_"))
        model = getattr(module, wanted, None)
        if model is None or not issubclass(model, Contract):
            raise ConfigurationError(f"{path} defines no contract {wanted}: add a class of that name.")
        config = model.Config.metadata or {}
        found[path.stem] = Table(path.stem, config.get("title", ""), config.get("title_zh", ""), model)
    return found
