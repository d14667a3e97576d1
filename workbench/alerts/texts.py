"""What the commands of alerts say, in English and Chinese; what messages say stands in their templates."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    "acknowledged": ("Acknowledged {count} findings.", "已确认 {count} 个问题。"),
    "acknowledged_before": (
        "{count} of them somebody had acknowledged before.",
        "其中 {count} 个此前已有人确认。",
    ),
    "sent": ("{count} messages were sent.", "已发送 {count} 条消息。"),
    "would_send": ("{count} messages would be sent.", "将会发送 {count} 条消息。"),
    "undelivered": (
        "{count} messages reached nobody and are due again at the next sending.",
        "{count} 条消息未能送达，下次发送时会重发。",
    ),
    "nothing_due": ("Nothing is due.", "没有要发送的提醒。"),
    "no_channels": (
        "No channel is set: add one under [alerts.channels] in workbench.toml.",
        "没有设置渠道：请在 workbench.toml 的 [alerts.channels] 中添加。",
    ),
    "no_routes": (
        "No route is set, so nobody is told of anything: add [[alerts.routes]] in workbench.toml.",
        "没有设置路由，不会通知任何人：请在 workbench.toml 中添加 [[alerts.routes]]。",
    ),
    "no_messages": ("No message was sent yet.", "还没有发送过消息。"),
    "to_channel": ("To {channel}: {subject}", "发往 {channel}：{subject}"),
    "kind_digest": ("digest", "汇总"),
    "kind_at_once": ("at once", "即时"),
    "kind_escalation": ("escalation", "升级"),
    "kind_test": ("test", "测试"),
    "outcome_sent": ("sent", "已发送"),
    "outcome_failed": ("failed", "失败"),
    "outcome_interrupted": ("cut off", "中断"),
    "outcome_sending": ("being sent", "发送中"),
}


def said(name: str, language: str, **values: object) -> str:
    """A text with its values."""
    return TEXTS[name][language == "zh"].format(**values)
