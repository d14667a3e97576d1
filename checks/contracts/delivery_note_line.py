"""Delivery note lines (送货单)."""

from workbench.contracts import Code, Contract, Day, Qty, Whole, column


class DeliveryNoteLine(Contract):
    """One row of delivery_note_line."""

    supplier_code: Code = column("code", "供应商编码", "Supplier", key=True)
    delivery_note_no: Code = column("code", "送货单号", "Number of the delivery note", key=True)
    line_no: Whole = column("whole", "行号", "Line within the note", key=True)
    po_no: Code = column("code", "采购订单号", "Order it answers")
    po_line_no: Whole = column("whole", "采购订单行号", "Line of the order, where the source gives it")
    location_code: Code = column("code", "门店编码", "Where the goods were delivered")
    product_code: Code = column("code", "商品编码", "Product")
    batch_no: Code = column("code", "批号", "Batch")
    delivered_date: Day = column("day", "送货日期", "Day of delivery", required=True)
    delivered_qty: Qty = column(
        "qty", "送货数量", "Quantity the supplier says was delivered, base units", required=True
    )

    class Config(Contract.Config):
        metadata = {"title": "Delivery note lines", "title_zh": "送货单"}
