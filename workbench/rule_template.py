"""A new rule file to begin from: its header complete, its SQL portable, its two cases running as they stand."""

from __future__ import annotations

import re
from pathlib import Path

from workbench.catalogue import SEVERITIES
from workbench.errors import UsageError

_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+")
_PROCESS = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_TEMPLATE = '''\
/*
title = "{title}"
title_zh = "（待译）{rule_id}"
severity = "{severity}"
assertion = "accuracy"
why = "Say what it costs the shop when this goes unnoticed."
why_zh = "说明不处理会造成什么损失。"
fix = "Say what to do next on the floor."
fix_zh = "说明下一步在门店该怎么做。"
message = "Receipt {{document_no}} line {{document_line_no}}: {{actual_qty}} received, at most {{expected_qty}} likely"
message_zh = "入库单 {{document_no}} 第 {{document_line_no}} 行：收货 {{actual_qty}}，应不超过 {{expected_qty}}"
grain = ["location_code", "document_no", "document_line_no"]
population = """
SELECT received_qty FROM core.receipt_line
WHERE CAST(received_at AS DATE) <= $as_of AND COALESCE(status, 'approved') NOT IN ('draft', 'rejected', 'cancelled')"""
needs = ["received_qty"]
not_applicable = "No receipts are loaded."
not_applicable_zh = "没有载入入库单。"

[params]
max_qty = 1000.0

[param_notes]
max_qty = "A receipt line up to this many base units is accepted."

[param_notes_zh]
max_qty = "不超过该数量（基本单位）的入库行不报。"
*/
-- Say here why the question is asked this way, and where a method or a threshold comes from.
SELECT
    location_code,
    receipt_no AS document_no,
    line_no AS document_line_no,
    product_code,
    supplier_code,
    CAST(received_at AS DATE) AS occurred_date,
    CAST($max_qty AS DECIMAL(18, 3)) AS expected_qty,
    received_qty AS actual_qty,
    CAST(received_qty - CAST($max_qty AS DECIMAL(18, 3)) AS DECIMAL(18, 3)) AS difference_qty,
    CAST((received_qty - CAST($max_qty AS DECIMAL(18, 3))) * unit_cost AS DECIMAL(18, 4)) AS amount_at_risk,
    file_id,
    row_no
FROM core.receipt_line
WHERE CAST(received_at AS DATE) <= $as_of
  AND COALESCE(status, 'approved') NOT IN ('draft', 'rejected', 'cancelled')
  AND received_qty > CAST($max_qty AS DECIMAL(18, 3));
/* cases
[[case]]
name = "what must be found"
expect = [{{ document_no = "R1", document_line_no = 1, actual_qty = 1001, difference_qty = 1, amount_at_risk = 2 }}]
tables.receipt_line = {quotes}
location_code | receipt_no | line_no | product_code | received_qty | unit_cost | received_at
S01           | R1         | 1       | P1           | 1001         | 2         | 2025-03-01 09:00:00
{quotes}

[[case]]
name = "what looks like it and is right"
expect = []
tables.receipt_line = {quotes}
location_code | receipt_no | line_no | product_code | received_qty | unit_cost | received_at
S01           | R1         | 1       | P1           | 1000         | 2         | 2025-03-01 09:00:00
{quotes}
*/
'''


def new_rule(rules_folder: Path, rule_id: str, process: str, severity: str) -> Path:
    """Write a rule file to begin from; its path. Raises UsageError for a bad name or one that is taken."""
    if not _NAME.fullmatch(rule_id):
        raise UsageError(
            f"{rule_id!r} is no name for a rule: write <subject>_<defect> in small letters, like receipt_too_large."
        )
    if not _PROCESS.fullmatch(process):
        raise UsageError(f"{process!r} is no name for a process: use small letters, digits and _, like receiving.")
    if severity not in SEVERITIES:
        raise UsageError(f"There is no severity {severity!r}: use one of {', '.join(SEVERITIES)}.")
    taken = sorted(rules_folder.glob(f"*/{rule_id}.sql"))
    if taken:
        raise UsageError(f"There is a rule {rule_id} already, in {taken[0]}: choose another name.")
    path = rules_folder / process / f"{rule_id}.sql"
    path.parent.mkdir(parents=True, exist_ok=True)
    title = rule_id.replace("_", " ").capitalize()
    path.write_text(_TEMPLATE.format(quotes="'''", rule_id=rule_id, severity=severity, title=title), encoding="utf-8")
    return path
