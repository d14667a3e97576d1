"""How well the rules find what a simulation planted: recall and precision of every rule over several seeds.

Each seed is simulated, loaded and checked in a project of its own. A finding answers a line of the key when rule and
every filled column agree; optional lines count neither for nor against. A clean chain must give no finding at all.

    python bench/score.py [--seeds 1 2 3] [--days 180] [--stores 4] [--products 300]
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workbench.findings import check
from workbench.ingest import ingest
from workbench.project import Project
from workbench.scaffold import make_project
from workbench.simulator.plan import Plan
from workbench.simulator.run import simulate
from workbench.triage.listing import list_findings

# What a statistic says may be wrong now and then; everything else is a matter of fact.
STATISTICAL = frozenset(
    """count_equals_book_throughout count_round_numbers adjustment_below_approval_limit write_off_concentrated
    receipt_unit_cost_outlier""".split()
)
# A limit of approval that the shop has not set is no rule; the simulated shop has one.
SETTINGS = "\n[rules.adjustment_below_approval_limit]\nlimit = 500\n"
COLUMNS = ("location_code", "document_no", "document_line_no", "product_code", "batch_no", "occurred_date")

Row = dict[str, Any]


@dataclasses.dataclass
class Score:
    """Of one rule over all seeds."""

    planted: int = 0
    found: int = 0
    extra: int = 0

    @property
    def recall(self) -> float:
        return self.found / self.planted if self.planted else 1.0

    @property
    def precision(self) -> float:
        return self.found / (self.found + self.extra) if self.found + self.extra else 1.0


def checked(plan: Plan, folder: Path) -> tuple[list[Row], list[Row], dict[str, str]]:
    """Simulate, load, check; the key, the findings and the status of each rule."""
    data, root = folder / "data", folder / "project"
    data.mkdir()
    simulate(plan, data)
    make_project(root)
    project = Project(root)
    if "adjustment_below_approval_limit" in project.catalogue.rules:
        with project.settings_file.open("a", encoding="utf-8") as stream:
            stream.write(SETTINGS)
        project = Project(root)
    reports = ingest([data], project.workplace())
    spoiled = [r for r in reports if r.status not in ("loaded", "skipped") or r.rejected or r.unknown_columns]
    if spoiled:
        sys.exit(f"Not loaded as written: {[(r.file_name, r.status, r.rejected, r.unknown_columns) for r in spoiled]}")
    report = check(
        project.lake, project.contracts, project.catalogue, project.settings.rules, plan.as_of, "score", project.now()
    )
    names, rows = list_findings(project.lake.read())
    with (data / "answer_key.csv").open(encoding="utf-8-sig", newline="") as stream:
        key = list(csv.DictReader(stream))
    failed = {
        o.rule.rule_id: f"{o.status} {o.detail}" for o in report.outcomes if o.status in ("error", "not_applicable")
    }
    return key, [dict(zip(names, row, strict=True)) for row in rows], failed


def matched(key: Sequence[Row], findings: Sequence[Row]) -> tuple[list[Row], list[Row], list[Row]]:
    """Lines of the key that were found, that were missed, and findings that nothing planted explains."""
    by_rule: dict[str, list[Row]] = defaultdict(list)
    for finding in findings:
        by_rule[finding["rule_id"]].append(finding)
    found, missed = [], []
    # Sure ones first, and the fullest description first, so that a vague line does not take another's finding.
    for line in sorted(key, key=lambda k: (bool(k["optional"]), -sum(bool(k[c]) for c in COLUMNS))):
        partner = next((f for f in by_rule[line["rule_id"]] if answers(line, f)), None)
        if partner is not None:
            by_rule[line["rule_id"]].remove(partner)
        if not line["optional"]:
            (missed if partner is None else found).append(line)
    return found, missed, [f for rest in by_rule.values() for f in rest]


def answers(line: Row, finding: Row) -> bool:
    """Whether all that the key says is what the finding says."""
    return all(not line[c] or str("" if finding[c] is None else finding[c]) == line[c] for c in COLUMNS)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--days", type=int, default=180)
    parser.add_argument("--stores", type=int, default=4)
    parser.add_argument("--products", type=int, default=300)
    parser.add_argument("--rule", nargs="*", default=[], help="Show what these rules missed or found beyond the key.")
    parser.add_argument("--keep", type=Path, help="Keep data and projects below this folder.")
    parser.add_argument("--clean", choices=("also", "only", "no"), default="also")
    options = parser.parse_args()
    size = {"days": options.days, "stores": options.stores, "products": options.products}
    scores: dict[str, Score] = defaultdict(Score)
    skipped: set[str] = set()
    clean: Counter[str] = Counter()
    catalogue = set(Project(Path(__file__).resolve().parents[1]).catalogue.rules)
    for seed in options.seeds:
        for is_clean in {"also": (False, True), "only": (True,), "no": (False,)}[options.clean]:
            started = time.monotonic()
            with tempfile.TemporaryDirectory() as temporary:
                folder = (options.keep or Path(temporary)) / f"{seed}{'-clean' if is_clean else ''}"
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir(parents=True)
                plan = Plan(seed=seed, is_clean=is_clean, language="zh" if seed % 2 else "en", **size)
                key, findings, failed = checked(plan, folder)
            skipped |= {line["rule_id"] for line in key} - catalogue
            found, missed, extra = matched([line for line in key if line["rule_id"] in catalogue], findings)
            took = f"{len(findings)} findings, {time.monotonic() - started:.0f} s"
            print(f"seed {seed}{' clean' if is_clean else ''}: {took}", file=sys.stderr)
            for rule, why in failed.items():
                print(f"  {rule}: {why}", file=sys.stderr)
            if is_clean:
                clean.update(f["rule_id"] for f in findings)
            else:
                for line in found:
                    scores[line["rule_id"]].found += 1
                for line in [*found, *missed]:
                    scores[line["rule_id"]].planted += 1
                for finding in extra:
                    scores[finding["rule_id"]].extra += 1
            show(options.rule, missed, extra)
    return report(scores, clean, skipped, catalogue)


def show(rules: Sequence[str], missed: Sequence[Row], extra: Sequence[Row]) -> None:
    """What went wrong with some rules, for whoever mends them."""
    for sign, rows in (("-", missed), ("+", extra)):
        for row in rows:
            if row["rule_id"] in rules or "all" in rules:
                place = " ".join(str(row[c]) for c in COLUMNS if row[c])
                text = f"{row.get('note') or row.get('message')} {row.get('cause', '')}"
                print(f"  {sign} {row['rule_id']}: {place} | {text}", file=sys.stderr)


def report(scores: dict[str, Score], clean: Counter[str], skipped: set[str], catalogue: set[str]) -> int:
    """The table, and 1 when some rule falls short."""
    print(f"{'rule':44}{'planted':>8}{'found':>8}{'missed':>8}{'extra':>8}{'recall':>8}{'precision':>11}{'clean':>8}")
    is_short = False
    for rule in sorted(catalogue):
        s = scores[rule]
        limit = 0.9 if rule in STATISTICAL else 1.0
        falls_short = s.recall < limit or s.precision < limit or (clean[rule] > 0 and rule not in STATISTICAL)
        is_short |= falls_short
        print(
            f"{rule:44}{s.planted:8}{s.found:8}{s.planted - s.found:8}{s.extra:8}"
            f"{s.recall:8.3f}{s.precision:11.3f}{clean[rule]:8}"
            + ("  <" if falls_short else "  not planted" if not s.planted else "")
        )
    if skipped:
        print(f"not in the catalogue: {' '.join(sorted(skipped))}")
    return int(is_short)


if __name__ == "__main__":
    sys.exit(main())
