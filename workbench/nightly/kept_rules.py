"""Rules and models as they stood at each run, each version once under its hash, so that a run can be made again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import InputRefused
from workbench.storage import writing_to

if TYPE_CHECKING:
    from workbench.catalogue import Catalogue
    from workbench.project import Project

_RULES, _MODELS = "rules", "models"


def keep_rules(project: Project) -> dict[str, str]:
    """Keep every rule and model file of the project below `var/catalogue`; path below it to hash.

    Raises InputRefused where that folder cannot be written.
    """
    kept = {}
    with writing_to(project.var):
        for kind, folder in ((_RULES, project.rules_folder), (_MODELS, project.models_folder)):
            for path in sorted(folder.rglob("*.sql")):
                content = path.read_bytes()
                digest = hashlib.sha256(content).hexdigest()
                kept[f"{kind}/{path.relative_to(folder).as_posix()}"] = digest
                place = _place(project, digest)
                if not place.exists():
                    place.parent.mkdir(parents=True, exist_ok=True)
                    draft = place.with_suffix(".draft")
                    draft.write_bytes(content)
                    draft.replace(place)
    return kept


def catalogue_of(project: Project, kept: Mapping[str, str], folder: Path) -> Catalogue:
    """The catalogue as it was, laid out in a folder. Raises InputRefused where a version is gone or was changed."""
    from workbench.catalogue import load_catalogue

    for name in (_RULES, _MODELS):
        (folder / name).mkdir(parents=True)
    for name, digest in kept.items():
        place = _place(project, digest)
        try:
            content = place.read_bytes()
        except OSError as error:
            raise InputRefused(f"{name} as it was then is gone ({place}): restore it from a backup.") from error
        if hashlib.sha256(content).hexdigest() != digest:
            raise InputRefused(f"{place} was changed since that run: restore it from a backup.")
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return load_catalogue(folder / _RULES, folder / _MODELS)


def _place(project: Project, digest: str) -> Path:
    return project.var / "catalogue" / digest[:2] / f"{digest}.sql"
