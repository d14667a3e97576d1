"""Labels and sentences about gates and quarantine, in English and Chinese."""

from __future__ import annotations

GATE_LABELS: dict[str, tuple[str, str]] = {
    "figure": ("figure", "指标"),
    "held": ("in quarantine", "隔离"),
    "flagged": ("flagged", "提醒"),
    "released": ("released", "已放行"),
    "discarded": ("discarded", "已弃用"),
    "judging": ("being judged", "判定中"),
    "held_at": ("since (UTC)", "隔离时间（UTC）"),
    "decided_by": ("decided by", "决定人"),
}

GATE_SENTENCES: dict[str, tuple[str, str]] = {
    "gate_judged": (
        "{count} loads judged: {sound} sound, {warn} flagged, {fail} held in quarantine, {error} that could not be"
        " judged.",
        "判定了 {count} 次载入：{sound} 次正常，{warn} 次提醒，{fail} 次隔离，{error} 次无法判定。",
    ),
    "load_held": (
        "Load {number} ({file}) is in quarantine: {why}. Look at it with `workbench gate --load {number}`; then"
        " `workbench release {number} --reason TEXT`, or `workbench discard {number} --reason TEXT`.",
        "载入 {number}（{file}）已隔离：{why}。用 `workbench gate --load {number}` 查看，"
        "再用 `workbench release {number} --reason 理由` 放行，或用 `workbench discard {number} --reason 理由` 弃用。",
    ),
    "docs_heading": ("Gates of the run of {started} UTC, as of {as_of}", "{started}（UTC）运行的关卡，截至 {as_of}"),
    "docs_not_written": (
        "The site of what was judged cannot be written ({reason}): the one before it stays.",
        "判定结果网页无法写入（{reason}），保留上一次的网页。",
    ),
    "nothing_judged": ("Nothing was judged.", "没有判定任何内容。"),
    "nothing_held": ("Nothing is in quarantine.", "没有被隔离的载入。"),
    "released": (
        "Load {number} ({file}) was released by {who}: {read} rows read, {accepted} accepted, {rejected} rejected,"
        " {known} known.",
        "{who} 已放行载入 {number}（{file}）：读取 {read} 行，接收 {accepted} 行，拒收 {rejected} 行，"
        "已知 {known} 行。",
    ),
    "discarded": (
        "Load {number} ({file}) was discarded by {who}; its original stays in the archive.",
        "{who} 已弃用载入 {number}（{file}）；原始文件仍保留在归档中。",
    ),
}
