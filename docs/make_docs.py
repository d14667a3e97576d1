"""Writes the pages of the catalogue: data dictionary, marts, rules. Run by `make docs`."""

from __future__ import annotations

from pathlib import Path

from workbench.catalogue import load_catalogue
from workbench.contracts import find_contracts
from workbench.dictionary import pages

REPOSITORY = Path(__file__).resolve().parents[1]
FOLDER = REPOSITORY / "docs"


def made_pages() -> dict[str, str]:
    """Every page as the repository's contracts, models and rules now say, by its path below `docs`."""
    catalogue = load_catalogue(REPOSITORY / "checks" / "rules", REPOSITORY / "pipelines" / "models")
    return pages(catalogue, find_contracts(REPOSITORY / "checks" / "contracts"))


def write_pages() -> None:
    """Write all pages and remove those of rules that are gone."""
    wanted = made_pages()
    for path in (FOLDER / "rules").glob("*.md"):
        if f"rules/{path.name}" not in wanted:
            path.unlink()
    (FOLDER / "rules").mkdir(parents=True, exist_ok=True)
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_pages()
