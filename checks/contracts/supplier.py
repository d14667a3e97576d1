"""Supplier master (供应商)."""

from workbench.contracts import Code, Contract, Ratio, Text, Whole, column


class Supplier(Contract):
    """One row of supplier."""

    supplier_code: Code = column("code", "供应商编码", "Code of the supplier", key=True)
    supplier_name: Text = column("text", "供应商名称", "Name")
    tax_id: Code = column("code", "税号", "Tax number")
    lead_time_days: Whole = column("whole", "交货周期(天)", "Days from order to delivery")
    min_residual_life: Ratio = column(
        "ratio", "最低剩余保质期比例", "Share of shelf life promised to remain at receipt (0 to 1)"
    )

    class Config(Contract.Config):
        metadata = {"title": "Supplier master", "title_zh": "供应商"}
