"""Sentences about proposals and corrections, in English and Chinese."""

from __future__ import annotations

CORRECTION_SENTENCES: dict[str, tuple[str, str]] = {
    "corrections_applied": ("{count} corrections are in the books: {numbers}.", "已入账 {count} 项更正：{numbers}。"),
    "correction_undone": ("Correction {number} is out of the books again.", "更正 {number} 已冲回。"),
    "nothing_to_verify": ("No correction waits for the POS.", "没有等待 POS 落实的更正。"),
    "verified_arrived": ("arrived", "已到账"),
    "verified_partly": ("partly", "部分到账"),
    "verified_contradicted": ("contradicted", "与更正相反"),
    "verified_missing": ("missing", "逾期未到"),
    "verified_waiting": ("waiting", "等待中"),
    "odd_receipt_without_movement": ("the receipt is there, its movements are not", "入库单已有，库存流水没有"),
    "odd_movement_without_receipt": ("the movements are there, their receipt is not", "库存流水已有，入库单没有"),
    "odd_cancelled_but_not_reversed": (
        "the receipt is cancelled, but what it put into stock is still there",
        "入库单已作废，但其入库数量尚未冲回",
    ),
    "odd_finding_resolved_otherwise": (
        "a check found the finding gone, though this correction has not come: undo it, or it counts twice",
        "复查时问题已消失，但本更正尚未到账：请撤销，否则会重复计算",
    ),
    "count_left_out": (
        "{product} at {location} is left out ({numbers}): its stock is unknown or below zero, so it cannot be counted.",
        "{location} 的 {product} 未导出（{numbers}）：库存未知或为负，无法盘点。",
    ),
    "files_written": ("Written: {files}", "已写入：{files}"),
    "register_lines": ("register", "更正登记簿"),
    "register_reason": ("by reason", "按原因"),
    "register_person": ("by person", "按人员"),
    "register_location": ("by location", "按门店"),
    "status_submitted": ("waits for a decision", "待审核"),
    "status_approved": ("approved", "已批准"),
    "status_rejected": ("rejected", "已驳回"),
    "status_withdrawn": ("withdrawn", "已撤回"),
    "status_applied": ("in the books", "已入账"),
    "status_verified": ("done", "已落实"),
    "no_proposals": ("There are no proposals here.", "没有更正建议。"),
    "proposal_is_dry": ("{title}: {reason} (nothing is kept yet)", "{title}：{reason}（尚未保存）"),
    "proposal_is_draft": (
        "Proposal {number} is a draft. {title}: {reason}. Hand it over with `workbench submit {number}`.",
        "更正建议 {number} 为草稿。{title}：{reason}。用 `workbench submit {number}` 提交。",
    ),
    "proposal_is_submitted": (
        "Proposal {number} waits for a decision. {title}: {reason}",
        "更正建议 {number} 等待审核。{title}：{reason}",
    ),
    "proposal_is_approved": (
        "Proposal {number} is approved. {title}: {reason}",
        "更正建议 {number} 已批准。{title}：{reason}",
    ),
    "proposal_is_rejected": (
        "Proposal {number} is rejected. {title}: {reason}",
        "更正建议 {number} 已驳回。{title}：{reason}",
    ),
    "proposal_is_withdrawn": (
        "Proposal {number} is withdrawn. {title}: {reason}",
        "更正建议 {number} 已撤回。{title}：{reason}",
    ),
    "proposal_is_applied": (
        "Proposal {number} is in the books. {title}: {reason}",
        "更正建议 {number} 已入账。{title}：{reason}",
    ),
    "proposal_is_verified": (
        "Proposal {number} is done. {title}: {reason}",
        "更正建议 {number} 已完成。{title}：{reason}",
    ),
    "proposal_effect": (
        "Effect on the books: {qty} base units, {amount} at cost.",
        "对账面的影响：数量 {qty}，成本金额 {amount}。",
    ),
    "proposal_two_levels": ("Two people must approve it.", "需要两级审核。"),
    "proposal_waits": ("Proposal {number} waits for a second approval.", "更正建议 {number} 等待第二级审核。"),
    "proposal_approved": ("Proposal {number} is approved.", "更正建议 {number} 已批准。"),
    "proposal_verified": ("Proposal {number} is approved and done.", "更正建议 {number} 已批准并完成。"),
    "proposal_rejected": ("Proposal {number} is rejected.", "更正建议 {number} 已驳回。"),
    "proposal_withdrawn": ("Proposal {number} is withdrawn.", "更正建议 {number} 已撤回。"),
    "decision_approved": ("Approved by {who}, {when}. {note}", "{who} 于 {when} 批准。{note}"),
    "decision_rejected": ("Rejected by {who}, {when}: {note}", "{who} 于 {when} 驳回：{note}"),
    "correction_draft": ("correction {number} is a draft", "更正 {number} 为草稿"),
    "correction_submitted": ("correction {number} waits for a decision", "更正 {number} 待审核"),
    "correction_approved": ("correction {number} is approved", "更正 {number} 已批准，待入账"),
    "correction_applied": ("correction {number} is in the books", "更正 {number} 已入账，待 POS 落实"),
    "correction_verified": ("correction {number} has arrived", "更正 {number} 已落实"),
    "correction_came_to": ("correction {number}: {outcome} {found}", "更正 {number}：{outcome} {found}"),
}
