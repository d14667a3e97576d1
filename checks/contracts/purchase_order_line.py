"""Purchase order lines (采购订单)."""

from workbench.contracts import Choice, Code, Contract, Day, Money, Qty, Whole, column


class PurchaseOrderLine(Contract):
    """One row of purchase_order_line."""

    po_no: Code = column("code", "采购订单号", "Number of the order", key=True)
    line_no: Whole = column("whole", "行号", "Line within the order", key=True)
    supplier_code: Code = column("code", "供应商编码", "Supplier")
    location_code: Code = column("code", "门店编码", "Where the goods are to go")
    product_code: Code = column("code", "商品编码", "Product")
    ordered_date: Day = column("day", "订货日期", "Day of the order", required=True)
    expected_date: Day = column("day", "预计到货日期", "Day the goods are due")
    ordered_qty: Qty = column("qty", "订货数量", "Quantity ordered, base units", required=True)
    pack_qty: Qty = column("qty", "包装数量", "Base units per pack ordered")
    unit_price: Money = column("money", "单价", "Price per base unit")
    created_by: Code = column("code", "制单人", "Who entered it")
    approved_by: Code = column("code", "审核人", "Who approved it")
    status: Choice = column(
        "choice",
        "状态",
        "State of the order",
        choices=("draft", "pending", "approved", "rejected", "closed", "cancelled"),
    )

    class Config(Contract.Config):
        metadata = {"title": "Purchase order lines", "title_zh": "采购订单"}
