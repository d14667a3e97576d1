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
}
