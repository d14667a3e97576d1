"""Labels and sentences about gates and quarantine, in English and Chinese."""

from __future__ import annotations

GATE_LABELS: dict[str, tuple[str, str]] = {
    "figure": ("figure", "指标"),
    "held": ("held", "隔离"),
}

GATE_SENTENCES: dict[str, tuple[str, str]] = {}
