"""Supplier invoice lines (账单/发票)."""

from workbench.contracts import Code, Contract, Day, Money, Qty, Whole, column


class InvoiceLine(Contract):
    """One row of invoice_line."""

    supplier_code: Code = column("code", "供应商编码", "Supplier", key=True)
    invoice_no: Code = column("code", "发票号", "Number of the invoice", key=True)
    line_no: Whole = column("whole", "行号", "Line within the invoice", key=True)
    po_no: Code = column("code", "采购订单号", "Order it bills")
    po_line_no: Whole = column("whole", "采购订单行号", "Line of the order, where the source gives it")
    receipt_no: Code = column("code", "入库单号", "Receipt it bills")
    product_code: Code = column("code", "商品编码", "Product")
    invoiced_date: Day = column("day", "开票日期", "Date of the invoice", required=True)
    invoiced_qty: Qty = column("qty", "开票数量", "Quantity billed, base units")
    unit_price: Money = column("money", "单价", "Price per base unit")
    invoiced_amount: Money = column("money", "金额", "Amount of the line")

    class Config(Contract.Config):
        metadata = {"title": "Supplier invoice lines", "title_zh": "账单/发票"}
