"""Looking over a project: everything that must hold for a check to be trusted, and what to do when it does not."""

from __future__ import annotations

import hashlib
import importlib.metadata
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.project import Project

_PACKAGES = (
    "stock-workbench",
    "duckdb",
    "duckdb-extension-ducklake",
    "polars",
    "pandera",
    "great-expectations",
    "marimo",
)
_ENOUGH_BYTES = 1 << 30


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it is well, and what was seen."""

    check: str
    is_ok: bool
    detail: str


def examine(project: Project) -> list[Finding]:
    """Look at everything; a look that breaks is a fault with its reason, never the end of the examination."""
    import duckdb

    looks: list[tuple[str, Callable[[Project], Iterator[Finding]]]] = [
        ("versions", _versions),
        ("settings", _settings),
        ("catalogue of rules", _catalogue),
        ("contracts", _contracts),
        ("sources", _sources),
        ("disk", _disk),
        ("lake", _lake),
        ("store", _store),
        ("corrections", _corrections),
        ("alerts", _alerts),
        ("archive", _archive),
        ("conservation", _conservation),
    ]
    findings: list[Finding] = []
    for name, look in looks:
        try:
            findings += look(project)
        except (WorkbenchError, OSError, duckdb.Error) as error:
            findings.append(Finding(name, False, str(error)))
    return findings


def _versions(project: Project) -> Iterator[Finding]:
    python = ".".join(str(part) for part in sys.version_info[:3])
    found = []
    for package in _PACKAGES:
        try:
            found.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            yield Finding("versions", False, f"{package} is not installed: install the workbench again.")
    yield Finding("versions", True, f"Python {python}, " + ", ".join(found))


def _settings(project: Project) -> Iterator[Finding]:
    from workbench.rule_settings import settings_for

    settings = project.settings
    for name, values in settings.rules.items():
        if name not in project.catalogue.rules:
            yield Finding(
                "settings", False, f"[rules.{name}] sets a rule that is not in the catalogue: check its name."
            )
        else:
            settings_for(project.catalogue.rules[name], values)
    from workbench.lake import without_password

    catalogue = without_password(settings.lake.catalogue)
    yield Finding("settings", True, f"{project.settings_file} · {settings.shop.language} · {catalogue}")


def _catalogue(project: Project) -> Iterator[Finding]:
    catalogue = project.catalogue
    for rule in catalogue.rules.values():
        catalogue.models_for(rule.tables)
    yield Finding("catalogue of rules", True, f"{len(catalogue.rules)} rules, {len(catalogue.models)} models")


def _contracts(project: Project) -> Iterator[Finding]:
    columns = sum(len(t.columns) for t in project.contracts.values())
    yield Finding("contracts", True, f"{len(project.contracts)} tables, {columns} columns")


def _sources(project: Project) -> Iterator[Finding]:
    yield Finding("sources", True, ", ".join(sorted(project.sources)))


def _disk(project: Project) -> Iterator[Finding]:
    free = shutil.disk_usage(project.root).free
    is_ok = free >= _ENOUGH_BYTES
    advice = "" if is_ok else ": make room, a load needs about twice the size of its files"
    yield Finding("disk", is_ok, f"{free / 1e9:,.1f} GB free{advice}")


def _lake(project: Project) -> Iterator[Finding]:
    lake = project.lake
    if not lake.exists:
        yield Finding("lake", True, "none yet: load something with `workbench ingest`")
        return
    con = lake.read()
    snapshots = lake.snapshots(con)
    present = {
        (t, c)
        for t, c in con.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_catalog = 'lake' AND table_schema = 'core'"
        ).fetchall()
    }
    missing = [f"{t.name}.{c}" for t in project.contracts.values() for c in t.columns if (t.name, c) not in present]
    if missing:
        yield Finding("lake", False, f"column {missing[0]} is missing: the next `workbench ingest` adds it")
    for table in project.contracts:
        con.execute(f"SELECT count(*), max(row_no) FROM core.{table}").fetchone()
    yield Finding("lake", True, f"{len(snapshots)} snapshots, every core table can be read")


def _store(project: Project) -> Iterator[Finding]:
    if not project.store.exists:
        yield Finding("store", True, "none yet: it is made when somebody first decides something")
        return
    from workbench.store.decisions import in_force

    counts = [len(in_force(project.store, t)) for t in ("finding_dismissal", "finding_assignment", "known_good")]
    told = "{} dismissed, {} assigned, {} known good".format(*counts)
    yield Finding("store", True, f"{project.store.place} · {project.store.version()} · {told}")


def _alerts(project: Project) -> Iterator[Finding]:
    settings = project.settings.alerts
    if not settings.channels:
        return
    from workbench.alerts.channels import open_channel
    from workbench.store.alerting import recall

    failing = recall(project.store).failing if project.store.exists else {}
    is_ok = True
    for name in settings.channels:
        try:
            open_channel(settings, name)
        except WorkbenchError as error:
            is_ok = False
            yield Finding("alerts", False, str(error))
            continue
        if name in failing:
            is_ok = False
            yield Finding("alerts", False, f"{name} fails: {failing[name]}; try `workbench alerts test {name}`")
    if not settings.routes:
        is_ok = False
        yield Finding("alerts", False, "nobody is told of anything: add [[alerts.routes]] in the settings")
    if is_ok:
        yield Finding("alerts", True, f"{len(settings.channels)} channels, {len(settings.routes)} routes")


def _corrections(project: Project) -> Iterator[Finding]:
    """Books and store say the same of every correction, and the log is whole."""
    if not project.store.exists or not project.lake.exists:
        return
    from workbench.corrections.applying import disagreeing
    from workbench.proposals.shapes import select
    from workbench.store.audit import verify

    with project.store.reading() as con:
        known = select(con)
    broken = disagreeing(project.lake.read(), known)
    for number in broken:
        said = f"the store and the books disagree about proposal {number}: run `workbench verify`; if it stays, restore"
        yield Finding("corrections", False, f"{said} store and lake from one backup")
    faults = verify(project.store, project.log_anchors())
    if faults:
        yield Finding("corrections", False, "the audit log was tampered with: `workbench verify-log` says where")
    if not broken and not faults:
        yield Finding("corrections", True, f"{len(known)} proposals, store, books and log agree")


def _archive(project: Project) -> Iterator[Finding]:
    if not project.lake.exists:
        return
    from workbench.archive import loaded_files

    files = loaded_files(project.lake.read())
    for file in files:
        path = project.archive.path(file.sha256)
        if not path.exists():
            yield Finding(
                "archive", False, f"the original of {file.file_name} is missing: restore {path} from a backup"
            )
            continue
        with path.open("rb") as stream:
            if hashlib.file_digest(stream, "sha256").hexdigest() != file.sha256:
                yield Finding("archive", False, f"{path} was changed since {file.file_name} was loaded: restore it")
    yield Finding("archive", True, f"{len(files)} originals, each with its hash")


def _conservation(project: Project) -> Iterator[Finding]:
    if not project.lake.exists:
        return
    row = (
        project.lake.read()
        .execute(
            "SELECT count(*), min(file_name) FROM ops.file WHERE rows_read <>"
            " rows_accepted + rows_rejected + rows_known + rows_blank + rows_ignored"
        )
        .fetchone()
    )
    assert row is not None
    if row[0]:
        yield Finding(
            "conservation", False, f"{row[0]} files lost or doubled rows, for example {row[1]}: load them anew"
        )
    else:
        yield Finding("conservation", True, "every row read is accepted, rejected, known, blank or ignored")
