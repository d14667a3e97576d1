"""Goods receipt lines (入库单)."""

from workbench.contracts import Choice, Code, Contract, Day, Moment, Money, Qty, Text, Whole, column


class ReceiptLine(Contract):
    """One row of receipt_line."""

    location_code: Code = column("code", "门店编码", "Where the goods entered the book", key=True)
    receipt_no: Code = column("code", "入库单号", "Number of the receipt, unique within its location", key=True)
    line_no: Whole = column("whole", "行号", "Line within the receipt", key=True)
    receipt_type: Choice = column(
        "choice", "入库类型", "normal, late_entry (补单) or return", choices=("normal", "late_entry", "return")
    )
    po_no: Code = column("code", "采购订单号", "Order the goods were received against")
    po_line_no: Whole = column("whole", "采购订单行号", "Line of the order, where the source gives it")
    delivery_note_no: Code = column("code", "送货单号", "Delivery note of the supplier")
    supplier_code: Code = column("code", "供应商编码", "Supplier")
    product_code: Code = column("code", "商品编码", "Product")
    barcode: Code = column(
        "barcode",
        "条码",
        "Barcode as scanned; of a GS1 element string its GTIN",
        carries={"batch": "batch_no", "produced": "produced_date", "expiry": "expiry_date"},
    )
    batch_no: Code = column("code", "批号", "Batch")
    produced_date: Day = column("day", "生产日期", "Day of production")
    expiry_date: Day = column("day", "有效期至", "Last day the goods are good")
    received_qty: Qty = column("qty", "实收数量", "What arrived, rejected goods included, base units", required=True)
    rejected_qty: Qty = column("qty", "拒收数量", "Of these, rejected")
    unit_cost: Money = column("money", "成本单价", "Cost per base unit")
    line_amount: Money = column("money", "金额", "Amount of the line")
    received_at: Moment = column("moment", "入库时间", "When the goods arrived, local clock", required=True)
    recorded_at: Moment = column("moment", "录入时间", "When the system learnt of it")
    created_by: Code = column("code", "经办人", "Who entered it")
    submitted_at: Moment = column("moment", "提交时间", "When it was submitted")
    approved_by: Code = column("code", "审核人", "Who approved it")
    approved_at: Moment = column("moment", "审核时间", "When it was approved")
    status: Choice = column(
        "choice", "状态", "State of the receipt", choices=("draft", "pending", "approved", "rejected", "cancelled")
    )
    attachment: Text = column("text", "附件", "Scan or photo kept with it")
    note: Text = column("text", "备注", "Remark")

    class Config(Contract.Config):
        metadata = {"title": "Goods receipt lines", "title_zh": "入库单"}
