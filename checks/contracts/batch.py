"""Batch master (批次档案)."""

from workbench.contracts import Code, Contract, Day, column


class Batch(Contract):
    """One row of batch."""

    product_code: Code = column("code", "商品编码", "Product", key=True)
    batch_no: Code = column("code", "批号", "Batch", key=True)
    produced_date: Day = column("day", "生产日期", "Day of production")
    expiry_date: Day = column("day", "有效期至", "Last day the goods are good")

    class Config(Contract.Config):
        metadata = {"title": "Batch master", "title_zh": "批次档案"}
