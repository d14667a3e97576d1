"""Findings drawn together, so that one bad document is one line to look at: by root, document, rule, place, supplier.

A root is the finding that explains the others. Every finding has at most one that explains it, so no chain of
coincidences grows into one heap:

1. A rule that names another in its header (`consequence_of`) is explained by that rule's finding on the same goods at
   the same place, on or up to REACH_DAYS before its day: first one of the very quantity, else the nearest.
2. A finding that says in its evidence which rule it stands in place of (`instead_of`) explains that rule's findings on
   the same order or document.
3. What is left of one document goes with the document's first: causes before consequences, the gravest, the dearest. A
   document and the one it repeats (`twin_…_no` in the evidence) are one here.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from workbench.catalogue import SEVERITIES, Rule
from workbench.lake import quoted

if TYPE_CHECKING:
    import duckdb

GROUPINGS = ("root", "document", "rule", "location", "supplier")
# A count comes at least once a quarter, and shows then what went wrong since the last.
REACH_DAYS = 92

Finding = Mapping[str, Any]


@dataclass(frozen=True)
class Group:
    """Findings that belong together, the first of them the one to look at first.

    `amount_at_risk` counts the same goods once (see `amount_of`); it is None where no finding has an amount.
    """

    label: str
    findings: Sequence[Finding]
    amount_at_risk: Decimal | None

    @property
    def first(self) -> Finding:
        """The one to look at first: of a root's group the root itself."""
        return self.findings[0]

    @property
    def severity(self) -> str:
        """The gravest of its severities."""
        return SEVERITIES[min(SEVERITIES.index(f["severity"]) for f in self.findings)]


def products_of_documents(con: duckdb.DuckDBPyConnection, findings: Sequence[Finding]) -> dict[str, set[str]]:
    """Products on the lines of receipts that findings name as a whole, by `place document`."""
    wanted = sorted({f["document_no"] for f in findings if f["document_no"] and not f["product_code"]})
    if not wanted:
        return {}
    rows = con.execute(
        "SELECT DISTINCT upper(coalesce(location_code, '')), upper(receipt_no), upper(product_code)"
        " FROM core.receipt_line WHERE receipt_no IN"
        f" ({', '.join(map(quoted, wanted))}) AND product_code IS NOT NULL"
    ).fetchall()
    products: dict[str, set[str]] = defaultdict(set)
    for location, document, product in rows:
        products[f"{location} {document}"].add(product)
    return products


def group_findings(
    findings: Sequence[Finding],
    by: str,
    rules: Mapping[str, Rule],
    products: Mapping[str, set[str]] | None = None,
) -> list[Group]:
    """Groups by one of GROUPINGS, gravest and dearest first; each finding is in exactly one."""
    roots = roots_of(findings, rules, products or {})
    members: dict[Hashable, list[Finding]] = defaultdict(list)
    for finding in findings:
        members[_key(finding, by, roots)].append(finding)
    groups = []
    for group in members.values():
        ordered = _in_place(group, rules)
        if by == "root":
            ordered.sort(key=lambda f: roots[f["finding_id"]] != f["finding_id"])
        groups.append(Group(_label(ordered[0], by), ordered, amount_of(ordered, roots)))
    return sorted(groups, key=lambda g: (SEVERITIES.index(g.severity), -(g.amount_at_risk or 0), *_total(g.first)))


def roots_of(
    findings: Sequence[Finding], rules: Mapping[str, Rule], products: Mapping[str, set[str]]
) -> dict[str, str]:
    """For each finding the finding that explains it in the end, itself where nothing does."""
    # Where two explain equally well, the answer must not depend on the order in which they are listed.
    findings = sorted(findings, key=lambda f: str(f["finding_id"]))
    parents = _causes(findings, rules, products)
    documents = _documents(findings)
    by_document: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding["finding_id"] not in parents and documents[finding["finding_id"]]:
            by_document[documents[finding["finding_id"]]].append(finding)
    for group in by_document.values():
        first, *others = _in_place(group, rules)
        for finding in others:
            parents[finding["finding_id"]] = first["finding_id"]
    return {f["finding_id"]: _end_of(f["finding_id"], parents) for f in findings}


def amount_of(findings: Sequence[Finding], roots: Mapping[str, str]) -> Decimal | None:
    """Money at risk, the same goods once.

    Within one root findings of different rules are about the same goods: the largest rule's sum counts, product by
    product, or that of the findings on documents as a whole where it is more. Findings of one rule, and different
    roots, add up.
    """
    amounts: dict[str, dict[tuple[Any, Any], dict[str, Decimal]]] = defaultdict(lambda: defaultdict(dict))
    for finding in findings:
        if finding["amount_at_risk"] is None:
            continue
        goods = amounts[roots[finding["finding_id"]]][
            (finding["location_code"] or "", finding["product_code"]) if finding["product_code"] else ("", None)
        ]
        goods[finding["rule_id"]] = goods.get(finding["rule_id"], Decimal(0)) + finding["amount_at_risk"]
    if not amounts:
        return None
    return sum((_counted_once(goods) for goods in amounts.values()), Decimal(0))


def _counted_once(goods: Mapping[tuple[Any, Any], Mapping[str, Decimal]]) -> Decimal:
    if len({rule for by_rule in goods.values() for rule in by_rule}) == 1:
        return sum((amount for by_rule in goods.values() for amount in by_rule.values()), Decimal(0))
    whole = max(goods.get(("", None), {}).values(), default=Decimal(0))
    parts = (max(by_rule.values()) for key, by_rule in goods.items() if key[1] is not None)
    return max(whole, sum(parts, Decimal(0)))


def _causes(findings: Sequence[Finding], rules: Mapping[str, Rule], products: Mapping[str, set[str]]) -> dict[str, str]:
    """Findings that another rule's finding explains: steps 1 and 2."""
    wanted = {cause for rule in rules.values() for cause in rule.consequence_of}
    by_goods: dict[tuple[str, str, str], list[Finding]] = defaultdict(list)
    stands_for: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        if finding["rule_id"] in wanted:
            for product in _products(finding, products):
                by_goods[(finding["rule_id"], _upper(finding["location_code"]), product)].append(finding)
        evidence = _evidence(finding)
        if evidence.get("instead_of"):
            for document in _named(finding, evidence):
                stands_for.setdefault((str(evidence["instead_of"]), document), finding)
    parents = {}
    for finding in findings:
        rule = rules.get(finding["rule_id"])
        candidates = [
            cause
            for name in (rule.consequence_of if rule else ())
            for product in _products(finding, products)
            for cause in by_goods[(name, _upper(finding["location_code"]), product)]
            if cause is not finding and _is_within_reach(cause, finding)
        ]
        if candidates:
            parents[finding["finding_id"]] = min(candidates, key=lambda c: _nearness(c, finding))["finding_id"]
            continue
        for document in _named(finding, _evidence(finding)):
            better = stands_for.get((finding["rule_id"], document))
            if better is not None and better is not finding:
                parents[finding["finding_id"]] = better["finding_id"]
                break
    return parents


def _documents(findings: Iterable[Finding]) -> dict[str, str]:
    """The document of each finding, as `place document`: the receipt where it names one, a copy's original."""
    same: dict[str, str] = {}
    own: dict[str, str] = {}
    for finding in findings:
        evidence = _evidence(finding)
        place = _upper(finding["location_code"] or finding["supplier_code"])
        number = _upper(evidence.get("receipt_no") if finding["location_code"] else "") or _upper(
            finding["document_no"]
        )
        own[finding["finding_id"]] = f"{place} {number}" if number else ""
        twin = next((v for k, v in sorted(evidence.items()) if _is_twin(k) and v), None)
        if twin and number and _upper(twin) != number:
            same[f"{place} {number}"] = f"{place} {_upper(twin)}"
    return {finding_id: _end_of(document, same) for finding_id, document in own.items()}


def _is_twin(name: str) -> bool:
    # The twin's own delivery note is not the twin.
    return name.startswith("twin_") and name.endswith("_no") and name != "twin_delivery_note_no"


def _end_of(start: str, steps: Mapping[str, str]) -> str:
    """Where the steps lead; in a circle, its smallest member, whichever it is entered by."""
    path = [start]
    while path[-1] in steps:
        following = steps[path[-1]]
        if following in path:
            return min(path[path.index(following) :])
        path.append(following)
    return path[-1]


def _products(finding: Finding, products: Mapping[str, set[str]]) -> Iterable[str]:
    if finding["product_code"]:
        return [_upper(finding["product_code"])]
    return sorted(products.get(f"{_upper(finding['location_code'])} {_upper(finding['document_no'])}", ()))


def _named(finding: Finding, evidence: Mapping[str, Any]) -> list[str]:
    """The documents and orders that a finding speaks of, in capitals."""
    names = [finding["document_no"], evidence.get("receipt_no"), evidence.get("po_no")]
    return [_upper(name) for name in names if name]


def _is_within_reach(cause: Finding, consequence: Finding) -> bool:
    first, later = cause["occurred_date"], consequence["occurred_date"]
    return first is not None and later is not None and dt.timedelta(0) <= later - first <= dt.timedelta(REACH_DAYS)


def _nearness(cause: Finding, consequence: Finding) -> tuple[Any, ...]:
    quantities = cause["difference_qty"], consequence["difference_qty"]
    is_the_quantity = None not in quantities and abs(quantities[0]) == abs(quantities[1])
    return (not is_the_quantity, consequence["occurred_date"] - cause["occurred_date"], *_total(cause))


def _in_place(group: Sequence[Finding], rules: Mapping[str, Rule]) -> list[Finding]:
    """Causes before consequences, then the gravest, then the dearest."""
    present = {f["rule_id"] for f in group}
    later = {name for name in present if name in rules and present & set(rules[name].consequence_of)}

    def place(finding: Finding) -> tuple[Any, ...]:
        amount = finding["amount_at_risk"] or Decimal(0)
        return finding["rule_id"] in later, SEVERITIES.index(finding["severity"]), -amount, *_total(finding)

    return sorted(group, key=place)


def _total(finding: Finding) -> tuple[str, str, str]:
    return finding["rule_id"], finding["document_no"] or "", finding["finding_id"]


def _key(finding: Finding, by: str, roots: Mapping[str, str]) -> Hashable:
    if by == "root":
        return roots[finding["finding_id"]]
    if by == "document":
        document = _upper(finding["document_no"])
        goods = "" if document else _upper(finding["product_code"])
        return _upper(finding["location_code"] or finding["supplier_code"]), document, goods
    return _upper(finding["rule_id" if by == "rule" else f"{by}_code"])


def _label(first: Finding, by: str) -> str:
    if by == "root":
        return str(first["finding_id"])
    if by == "document":
        parts = [first["location_code"] or first["supplier_code"], first["document_no"] or first["product_code"]]
        return " ".join(part for part in parts if part)
    return str(first["rule_id" if by == "rule" else f"{by}_code"] or "")


def _evidence(finding: Finding) -> Mapping[str, Any]:
    evidence: Mapping[str, Any] = json.loads(finding["evidence"] or "{}")
    return evidence


def _upper(value: Any) -> str:
    return str(value or "").upper()
