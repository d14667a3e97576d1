"""Synchronisation and log-in events (同步/操作日志)."""

from workbench.contracts import Choice, Code, Contract, Moment, Text, column


class SyncEvent(Contract):
    """One row of sync_event."""

    event_id: Code = column("code", "事件编号", "Number of the event", key=True)
    location_code: Code = column("code", "门店编码", "Where")
    device_id: Code = column("code", "设备号", "Device")
    occurred_at: Moment = column("moment", "发生时间", "When, local clock")
    event_type: Choice = column(
        "choice", "事件类型", "What happened", choices=("submit_failed", "sync_delayed", "offline_upload", "login")
    )
    staff_code: Code = column("code", "员工编码", "Who")
    document_no: Code = column("code", "单据号", "Document concerned")
    detail: Text = column("text", "详情", "Anything else the device said")

    class Config(Contract.Config):
        metadata = {"title": "Synchronisation and log-in events", "title_zh": "同步/操作日志"}
