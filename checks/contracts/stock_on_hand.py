"""Stock on hand snapshots (库存余额)."""

from workbench.contracts import Code, Contract, Day, Money, Qty, column


class StockOnHand(Contract):
    """One row of stock_on_hand."""

    as_of_date: Day = column("day", "截止日期", "Day at whose end this was the stock", key=True)
    location_code: Code = column("code", "门店编码", "Where", key=True)
    product_code: Code = column("code", "商品编码", "Product", key=True)
    batch_no: Code = column("code", "批号", "Batch", key=True)
    on_hand_qty: Qty = column("qty", "库存数量", "Quantity on hand, base units")
    on_hand_amount: Money = column("money", "库存金额", "Value at cost")

    class Config(Contract.Config):
        metadata = {"title": "Stock on hand snapshots", "title_zh": "库存余额"}
