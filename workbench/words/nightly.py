"""Sentences about the nightly run, its replay and its page, in English and Chinese."""

from __future__ import annotations

NIGHTLY_SENTENCES: dict[str, tuple[str, str]] = {
    "replay_same": (
        "Run {run} made again from snapshot {snapshot} as of {as_of}: the same {then} findings, each says the same.",
        "第 {run} 次运行（快照 {snapshot}，截至 {as_of}）已重做：{then} 个问题全部一致。",
    ),
    "replay_different": (
        "Run {run} made again from snapshot {snapshot} as of {as_of}: {then} findings then, {now} now, {count} differ.",
        "第 {run} 次运行（快照 {snapshot}，截至 {as_of}）已重做：当时 {then} 个问题，现在 {now} 个，{count} 个不一致。",
    ),
    "replay_versions": ("Other versions than then: {versions}", "与当时不同的版本：{versions}"),
    "left_no_room": (
        "{file} stays in the inbox: there was no room for it on the disk.",
        "{file} 留在收件目录：磁盘空间不足。",
    ),
    "anomaly_silent": (
        "{rule}: suddenly finds nothing; {before} before, usually {usual}. Is its data still coming?",
        "{rule}：突然没有问题；上次 {before} 个，通常 {usual} 个。数据是否仍在正常传入？",
    ),
    "anomaly_stopped": (
        "{rule}: could not be asked this time; usually {usual} findings stand open.",
        "{rule}：本次无法检查；通常有 {usual} 个未解决的问题。",
    ),
    "anomaly_more": (
        "{rule}: {count} findings stand open, {before} before: a jump that its history does not explain.",
        "{rule}：现有 {count} 个未解决的问题，上次 {before} 个，增幅异常。",
    ),
    "anomaly_fewer": (
        "{rule}: {count} findings stand open, {before} before: a drop that its history does not explain.",
        "{rule}：现有 {count} 个未解决的问题，上次 {before} 个，降幅异常。",
    ),
    "page_title": ("Run {run} as of {as_of}", "第 {run} 次运行，截至 {as_of}"),
    "page_sub": (
        "began {started} UTC, checked in {seconds} s, snapshots {before} to {after}",
        "开始于 {started}（UTC），检查用时 {seconds} 秒，快照 {before} 至 {after}",
    ),
    "page_status_pass": ("nothing found", "未发现问题"),
    "page_status_fail": ("findings", "有问题"),
    "page_status_error": ("a rule failed to run", "有规则无法运行"),
    "page_new": ("new", "新问题"),
    "page_reopened": ("came back", "重新出现"),
    "page_still_open": ("still open", "仍未解决"),
    "page_resolved": ("resolved", "已解决"),
    "page_at_risk": ("{currency} at risk", "涉及金额（{currency}）"),
    "page_suppressed": ("suppressed", "已搁置"),
    "page_more": (
        "and {count} more: `workbench findings` lists them all",
        "另有 {count} 个：用 `workbench findings` 查看",
    ),
    "page_ages": ("Open findings by age", "未解决问题的存续时间"),
    "page_age_week": ("up to 7 days", "7 天以内"),
    "page_age_month": ("8 to 30 days", "8–30 天"),
    "page_age_quarter": ("31 to 90 days", "31–90 天"),
    "page_age_older": ("over 90 days", "90 天以上"),
    "page_runs": ("Over the last runs", "近几次运行"),
    "page_run": ("run", "运行"),
    "page_rules": ("By rule", "按规则"),
    "page_trend": ("trend", "趋势"),
    "page_quiet": ("{count} more rules found nothing.", "另有 {count} 条规则未发现问题。"),
    "page_files": ("Files", "文件"),
    "page_corrections": ("Corrections that the POS is to follow", "等待 POS 落实的更正"),
    "page_steps": ("Seconds by step", "各步骤用时（秒）"),
    "page_written": ("The page of this run is {path}.", "本次运行的页面：{path}。"),
    "page_failed": ("The page of this run cannot be written: {reason}", "无法写入本次运行的页面：{reason}"),
}
