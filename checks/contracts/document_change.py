"""Changes to documents (修正日志)."""

from workbench.contracts import Code, Contract, Moment, Text, Whole, column


class DocumentChange(Contract):
    """One row of document_change."""

    change_id: Code = column("code", "变更编号", "Number of the change", key=True)
    document_type: Text = column("text", "单据类型", "Kind of document")
    document_no: Code = column("code", "单据号", "Document changed")
    document_line_no: Whole = column("whole", "单据行号", "Line changed")
    field: Text = column("text", "字段", "What was changed")
    old_value: Text = column("text", "原值", "Value before")
    new_value: Text = column("text", "新值", "Value after")
    changed_by: Code = column("code", "修改人", "Who changed it")
    changed_at: Moment = column("moment", "修改时间", "When, local clock")
    reason: Text = column("text", "原因", "Reason given")
    approved_by: Code = column("code", "审核人", "Who approved the change")

    class Config(Contract.Config):
        metadata = {"title": "Changes to documents", "title_zh": "修正日志"}
