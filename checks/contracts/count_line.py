"""Stocktake lines (盘点单)."""

from workbench.contracts import Choice, Code, Contract, Moment, Money, Qty, Whole, column


class CountLine(Contract):
    """One row of count_line."""

    location_code: Code = column("code", "门店编码", "Where was counted", key=True)
    count_no: Code = column("code", "盘点单号", "Number of the stocktake", key=True)
    line_no: Whole = column("whole", "行号", "Line within the stocktake", key=True)
    product_code: Code = column("code", "商品编码", "Product")
    batch_no: Code = column("code", "批号", "Batch")
    counted_at: Moment = column("moment", "盘点时间", "Moment of counting, local clock", required=True)
    book_qty: Qty = column("qty", "账面数量", "Book quantity the POS states")
    counted_qty: Qty = column("qty", "实盘数量", "Quantity counted", required=True, ge=0)
    counted_by: Code = column("code", "盘点人", "Who counted")
    recounted_qty: Qty = column("qty", "复盘数量", "Quantity of the recount")
    recounted_by: Code = column("code", "复盘人", "Who recounted")
    unit_cost: Money = column("money", "成本单价", "Cost per base unit")
    round_no: Whole = column("whole", "轮次", "Round of counting; the last decides")
    status: Choice = column("choice", "状态", "State of the stocktake", choices=("open", "approved", "cancelled"))
    approved_by: Code = column("code", "审核人", "Who approved it")

    class Config(Contract.Config):
        metadata = {"title": "Stocktake lines", "title_zh": "盘点单"}
