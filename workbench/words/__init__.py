"""Labels and sentences of the command line in English and Chinese, and what each reason for a rejection means.

Texts of rules live with the rules, titles of columns with the contracts. What one part of the program alone says has a
module of its own beside this one.
"""

from __future__ import annotations

from workbench.words.backup import BACKUP_SENTENCES
from workbench.words.corrections import CORRECTION_SENTENCES
from workbench.words.gates import GATE_LABELS, GATE_SENTENCES
from workbench.words.nightly import NIGHTLY_SENTENCES

LABELS: dict[str, tuple[str, str]] = {
    "file": ("file", "文件"),
    "file_id": ("no.", "编号"),
    "source": ("source", "来源"),
    "feed": ("kind", "类型"),
    "status": ("status", "状态"),
    "read": ("read", "读取"),
    "accepted": ("accepted", "接收"),
    "rejected": ("rejected", "拒收"),
    "known": ("known", "已知"),
    "blank": ("blank", "空行"),
    "ignored": ("not used", "不用"),
    "revised": ("revised", "修订"),
    "message": ("message", "说明"),
    "rule_id": ("rule", "规则"),
    "title": ("title", "名称"),
    "severity": ("severity", "级别"),
    "process": ("process", "流程"),
    "tested": ("tested", "检查数"),
    "not_tested": ("not tested", "未检查"),
    "violated": ("violated", "问题数"),
    "amount_at_risk": ("at risk", "涉及金额"),
    "seconds": ("seconds", "秒"),
    "row_no": ("row", "行"),
    "column_name": ("column", "列"),
    "value": ("value", "值"),
    "why": ("why", "原因"),
    "table_name": ("table", "表"),
    "snapshot": ("snapshot", "快照"),
    "committed_at": ("when (UTC)", "时间(UTC)"),
    "author": ("who", "操作人"),
    "finding_id": ("finding", "问题编号"),
    "location_code": ("location", "门店"),
    "proposal_id": ("no.", "编号"),
    "outcome": ("outcome", "结果"),
    "found_qty": ("found", "实见数量"),
    "found": ("instead", "实见"),
    "kind": ("kind", "类型"),
    "locations": ("locations", "门店"),
    "qty_effect": ("quantity", "数量影响"),
    "line_no": ("line", "行号"),
    "corrections": ("corrections", "更正数"),
    "added_qty": ("quantity added", "增加数量"),
    "taken_qty": ("quantity taken", "减少数量"),
    "added_amount": ("value added", "增加金额"),
    "taken_amount": ("value taken", "减少金额"),
    "made_at": ("made (UTC)", "时间（UTC）"),
    "megabytes": ("MB", "大小（MB）"),
    "encrypted": ("encrypted", "已加密"),
    "approved_by": ("approved by", "审核人"),
    "submitted_at": ("submitted (UTC)", "提交时间（UTC）"),
    "decided_at": ("decided (UTC)", "审核时间（UTC）"),
    "applied_at": ("in the books (UTC)", "入账时间（UTC）"),
    "proposal_status": ("correction", "更正状态"),
    "correction_outcome": ("came to", "落实情况"),
    "correction_found": ("instead", "实见"),
    "correction_why": ("odd", "异常"),
    "amount_effect": ("value at cost", "成本金额影响"),
    "proposed_by": ("proposed by", "提出人"),
    "moved_qty": ("quantity", "数量"),
    "occurred_on": ("date", "日期"),
    "reason_code": ("reason code", "原因代码"),
    "unit_cost": ("cost", "单位成本"),
    "amount": ("value", "金额"),
    "field": ("field", "字段"),
    "old_value": ("is", "原值"),
    "new_value": ("should be", "新值"),
    "user_name": ("account", "账号"),
    "full_name": ("name", "姓名"),
    "staff_code": ("staff code", "员工号"),
    "roles": ("roles", "角色"),
    "is_active": ("active", "启用"),
    "entry_no": ("no.", "序号"),
    "recorded_at": ("when (UTC)", "时间（UTC）"),
    "who": ("who", "何人"),
    "place": ("where", "何处"),
    "action": ("did", "操作"),
    "subject": ("what", "对象"),
    "before": ("before", "之前"),
    "after": ("after", "之后"),
    "product_code": ("product", "商品"),
    "document_no": ("document", "单据"),
    "occurred_date": ("date", "日期"),
    "assertion": ("assertion", "认定"),
    "fix": ("what to do", "怎么办"),
    "grain": ("identified by", "识别依据"),
    "params": ("parameters", "参数"),
    "cases": ("cases", "示例"),
    "check": ("check", "项目"),
    "detail": ("detail", "详情"),
    "what": ("what", "内容"),
    "loaded": ("loaded", "已载入"),
    "seen": ("seen before", "以前载入过"),
    "skipped": ("skipped", "跳过"),
    "refused": ("refused", "拒绝"),
    "critical": ("critical", "严重"),
    "high": ("high", "高"),
    "medium": ("medium", "中"),
    "low": ("low", "低"),
    "fail": ("fail", "不通过"),
    "warn": ("warn", "提醒"),
    "pass": ("pass", "通过"),
    "error": ("error", "出错"),
    "not_applicable": ("not applicable", "不适用"),
    "open": ("open", "未解决"),
    "resolved": ("resolved", "已解决"),
    "reopened": ("reopened", "重新出现"),
    "batch_no": ("batch", "批号"),
    "supplier_code": ("supplier", "供应商"),
    "document_line_no": ("line", "行号"),
    "expected_qty": ("expected", "应有数量"),
    "actual_qty": ("actual", "实际数量"),
    "difference_qty": ("difference", "差异数量"),
    "message_zh": ("message in Chinese", "中文说明"),
    "evidence": ("evidence", "证据"),
    "first_seen_run": ("first seen in run", "首次发现"),
    "last_seen_run": ("last seen in run", "最近发现"),
    "resolved_run": ("resolved in run", "解决于"),
    "evidence_hash": ("evidence hash", "证据指纹"),
    "suppression": ("suppressed", "已屏蔽"),
    "suppression_reason": ("reason", "屏蔽理由"),
    "suppressed_until": ("until", "有效至"),
    "suppressed_by": ("by", "屏蔽人"),
    "assigned_to": ("assigned to", "负责人"),
    "came_back": ("back because", "重新列出"),
    "changed": ("what changed", "变化"),
    "dismissed": ("dismissed", "已忽略"),
    "known_good": ("known good", "已知正常"),
    "decision": ("decision", "处理"),
    "expired": ("the dismissal ran out", "忽略已到期"),
    "evidence_changed": ("the evidence changed", "证据有变"),
    "in_force": ("in force", "有效"),
    "ran_out": ("ran out", "已到期"),
    "group": ("group", "分组"),
    "findings": ("findings", "问题数"),
    "rules": ("rules", "规则"),
    "finding_ids": ("finding numbers", "问题编号清单"),
    "consequence_of": ("consequence of", "可能源于"),
    "known_good_id": ("no.", "编号"),
    "conditions": ("where", "条件"),
    "reason": ("reason", "理由"),
    "until_date": ("until", "有效至"),
    "added_by": ("by", "添加人"),
    "added_at": ("when (UTC)", "时间(UTC)"),
    "channel": ("channel", "渠道"),
    "meant_for": ("meant for", "原定渠道"),
    "begun_at": ("when (UTC)", "时间（UTC）"),
    "items": ("news", "条数"),
    "attempts": ("attempts", "尝试次数"),
    "ok": ("ok", "正常"),
    "fault": ("fault", "异常"),
    **GATE_LABELS,
}

SENTENCES: dict[str, tuple[str, str]] = {
    "unknown_columns": ("{file}: columns not used: {columns}", "{file}：未使用的列：{columns}"),
    "key_repeated": (
        "{file}: {count} rows repeat a row of the same file and were counted as known",
        "{file}：{count} 行与同一文件中的行重复，计为已知",
    ),
    "rejects_hint": (
        "{count} rows were rejected: see `workbench rejects`, mend them with `workbench rejects --export FILE.xlsx`.",
        "有 {count} 行被拒收：用 `workbench rejects` 查看，用 `workbench rejects --export FILE.xlsx` 导出修改。",
    ),
    "checked": (
        "Run {run} as of {as_of}: {rules} rules, {violated} findings ({new} new, {still} still open,"
        " {reopened} reopened), {resolved} resolved, {seconds} s.",
        "第 {run} 次检查，截至 {as_of}：{rules} 条规则，{violated} 个问题（新 {new}，仍未解决 {still}，"
        "重新出现 {reopened}），已解决 {resolved}，用时 {seconds} 秒。",
    ),
    "account_added": ("{user} has an account now.", "已为 {user} 建立账号。"),
    "account_changed": ("The account {user} is changed.", "账号 {user} 已更改。"),
    "account_disabled": ("The account {user} is disabled.", "账号 {user} 已停用。"),
    "log_whole": (
        "The log is whole: {count} entries, compared with {anchors} snapshots, newest {seal}.",
        "日志完整：共 {count} 条，已与 {anchors} 个快照核对，最新哈希 {seal}。",
    ),
    "log_edited": ("Entry {number} was edited.", "第 {number} 条被改过。"),
    "log_deleted": ("Entry {number} was deleted.", "第 {number} 条被删除。"),
    "log_inserted": ("Entry {number} was put in afterwards.", "第 {number} 条是事后插入的。"),
    "log_moved": (
        "In the place of entry {number} stands what was entry {other}.",
        "第 {number} 条的位置上是原来的第 {other} 条。",
    ),
    "log_rewritten": (
        "Entry {number} is not the one that snapshot {place} saw: the log was rewritten.",
        "第 {number} 条与快照 {place} 当时所见不同：日志被重写过。",
    ),
    "log_cut_off": (
        "Snapshot {place} saw entry {number}, and the log ends at {other}: its tail was cut off.",
        "快照 {place} 当时已有第 {number} 条，而日志只到第 {other} 条：末尾被删去。",
    ),
    "log_unguarded": (
        "The database no longer refuses changes of the log: its triggers were removed or disabled.",
        "数据库不再阻止修改日志：触发器已被删除或停用。",
    ),
    "inbox_empty": ("Nothing new lies in the inbox.", "收件目录中没有新文件。"),
    "left_growing": (
        "{file} is still being written: it is left in the inbox for the next run.",
        "{file} 还在写入中，留在收件目录，下次运行再处理。",
    ),
    "left_unfinished": (
        "{file} is unfinished, by its name: it is left in the inbox until it is renamed.",
        "{file} 从文件名看尚未写完，留在收件目录，改名后再处理。",
    ),
    "left_unreadable": (
        "{file} cannot be read: give this account the right to read it; it is left in the inbox.",
        "{file} 无法读取，请授予读取权限；文件留在收件目录。",
    ),
    "not_put_away": (
        "{file} was taken in but cannot be moved out of the inbox ({reason}): the next run will know it again.",
        "{file} 已载入，但无法移出收件目录（{reason}）；下次运行会认出它，不会重复载入。",
    ),
    "runs_missed": (
        "{count} runs were missed since {last} UTC: what they would have taken in is taken in now.",
        "自 {last}（UTC）以来漏跑了 {count} 次；应载入的文件现在一并载入。",
    ),
    "clock_set_back": (
        "This machine's clock says {now} UTC, before the last run of {last}: set it right.",
        "本机时钟为 {now}（UTC），早于上次运行的 {last}，请校正时钟。",
    ),
    "channel_failing": (
        "The channel {channel} of alerts fails: {reason}. Try it with `workbench alerts test {channel}`.",
        "提醒渠道 {channel} 发送失败：{reason}。可用 `workbench alerts test {channel}` 测试。",
    ),
    "alerts_held": (
        "{count} pieces of news wait for the end of quiet hours at {until}: have `workbench alerts send` called then.",
        "{count} 条提醒要等到 {until} 静默时段结束：请安排届时运行 `workbench alerts send`。",
    ),
    "alerts_failed": ("Alerts are not all sent: {reason}", "提醒未能全部发送：{reason}"),
    "run_recorded": ("The record of this run is {path}.", "本次运行的记录在 {path}。"),
    "scheduled": ("Every night at {at}: {place}.", "已安排每晚 {at} 运行：{place}。"),
    "no_findings": (
        "There are no findings here. Run `workbench check` if nothing was checked yet.",
        "没有问题。如果还没有检查过，请运行 `workbench check`。",
    ),
    "suppressed": (
        "{count} suppressed ({dismissed} dismissed, {known_good} known good): `workbench findings --suppressed`"
        " shows them.",
        "另有 {count} 个问题已屏蔽（已忽略 {dismissed}，已知正常 {known_good}）："
        "用 `workbench findings --suppressed` 查看。",
    ),
    "decided": ("{kind} until {until} by {who}: {reason}", "{kind}（{who}，至 {until}）：{reason}"),
    "grouped": (
        "{groups} groups of {findings} findings; the same goods are counted once.",
        "{findings} 个问题归为 {groups} 组；同一批货的金额只计一次。",
    ),
    "dismissed_findings": (
        "Dismissed {count} findings until {until}.",
        "已忽略 {count} 个问题，有效至 {until}。",
    ),
    "undismissed_findings": ("{count} findings are listed again.", "{count} 个问题重新列出。"),
    "assigned_findings": ("Assigned {count} findings to {person}.", "已将 {count} 个问题分配给 {person}。"),
    "unassigned_findings": ("{count} findings are assigned to nobody now.", "{count} 个问题已取消分配。"),
    "added_known_good": (
        "Known good, no. {number}, until {until}: {count} findings now are covered by it.",
        "已登记为已知正常，编号 {number}，有效至 {until}：目前覆盖 {count} 个问题。",
    ),
    "removed_known_good": ("No. {number} was taken off the list.", "编号 {number} 已从清单移除。"),
    "no_known_good": ("Nothing is listed as known good.", "清单上没有已知正常的情况。"),
    "linted": ("{rules} rules looked at, {faults} faults", "检查 {rules} 条规则，发现 {faults} 处问题"),
    "cases_run": ("{passed} passed, {failed} failed", "{passed} 个通过，{failed} 个不通过"),
    "made_rule": (
        "Made {path}. Change it, then run `workbench rule lint {rule}` and `workbench rule test {rule}`.",
        "已新建 {path}。修改后运行 `workbench rule lint {rule}` 和 `workbench rule test {rule}`。",
    ),
    "no_rejects": ("No row was rejected.", "没有被拒收的行。"),
    "exported": ("Wrote {count} rows to {path}.", "已将 {count} 行写入 {path}。"),
    "more": ("… and {count} more; use --limit 0 for all.", "……还有 {count} 行；用 --limit 0 显示全部。"),
    "demo_summary": (
        "Loaded {rows} rows of {files} files ({rejected} rejected), ran {rules} rules as of {as_of}:"
        " {findings} findings. Of {planted} planted defects {found} were found; {extra} findings were not planted.\n"
        'Look further: workbench --project {folder} findings · rejects · sql "SELECT * FROM core.receipt_line"',
        "载入 {files} 个文件共 {rows} 行（拒收 {rejected} 行），按 {as_of} 运行 {rules} 条规则，"
        "发现 {findings} 个问题。预设的 {planted} 处错误找到 {found} 处；另有 {extra} 个问题不在预设之内。\n"
        '继续查看：workbench --project {folder} findings · rejects · sql "SELECT * FROM core.receipt_line"',
    ),
    "simulated": (
        "Wrote {rows} rows to {folder}; the books end on {as_of}, the key lists {expected} findings.\n"
        "Load and check: workbench ingest {folder} && workbench check --as-of {as_of}",
        "已将 {rows} 行写入 {folder}；账至 {as_of}，答案中列有 {expected} 个问题。\n"
        "载入并检查：workbench ingest {folder} && workbench check --as-of {as_of}",
    ),
    "made_project": (
        "Made a project in {path}. Put exports into it with `workbench --project {path} ingest FILE…`, then `check`.",
        "已在 {path} 建立项目。用 `workbench --project {path} ingest 文件…` 载入导出文件，再运行 `check`。",
    ),
    **BACKUP_SENTENCES,
    **CORRECTION_SENTENCES,
    **GATE_SENTENCES,
    **NIGHTLY_SENTENCES,
}

REJECTIONS: dict[str, tuple[str, str]] = {
    "not_a_number": ("is no number, or too large", "不是数字，或数字过大"),
    "not_a_whole_number": ("is no whole number", "不是整数"),
    "not_a_date": ("is no date that exists", "不是存在的日期"),
    "not_yes_or_no": ("is neither yes nor no", "既不是“是”也不是“否”"),
    "code_in_scientific_notation": (
        "was turned into scientific notation by a spreadsheet: digits are lost",
        "被电子表格变成科学计数法：位数已丢失",
    ),
    "key_is_empty": ("is empty and identifies the row", "为空，而它用来识别该行"),
    "not_an_allowed_value": ("is not one of the allowed values", "不是允许的值"),
    "sign_contradicts_type": ("has a sign that contradicts the movement type", "正负号与变动类型矛盾"),
    "below_zero": ("is below zero", "小于零"),
    "row_too_short": ("the row has fewer cells than the header", "该行单元格少于表头"),
    "row_too_long": ("the row has more cells than the header", "该行单元格多于表头"),
    "key_repeated_with_other_content": (
        "another row of this file has the same key with other content; that one was kept",
        "本文件另有一行编号相同而内容不同；保留了另一行",
    ),
}


def label(name: str, language: str) -> str:
    """A label in `en` or `zh`; an unknown name stands for itself."""
    pair = LABELS.get(name)
    return name if pair is None else pair[language == "zh"]


def sentence(name: str, language: str, **values: object) -> str:
    """A sentence with its values."""
    return SENTENCES[name][language == "zh"].format(**values)


def rejection(rule: str, language: str) -> str:
    """What a reason for a rejection means."""
    pair = REJECTIONS.get(rule)
    return rule if pair is None else pair[language == "zh"]


def verified(outcome: str, found: str, why: str, language: str) -> tuple[str, str]:
    """What became of a correction in words, and what the POS shows instead."""
    odd = sentence(f"odd_{why}", language) if why else ""
    return sentence(f"verified_{outcome}", language), "; ".join(part for part in (odd, found) if part)
