"""Stock levels wanted (库存上下限)."""

from workbench.contracts import Code, Contract, Qty, column


class StockLevel(Contract):
    """One row of stock_level."""

    location_code: Code = column("code", "门店编码", "Where", key=True)
    product_code: Code = column("code", "商品编码", "Product", key=True)
    min_stock_qty: Qty = column("qty", "最低库存", "Lowest stock wanted, base units")
    max_stock_qty: Qty = column("qty", "最高库存", "Highest stock wanted, base units")

    class Config(Contract.Config):
        metadata = {"title": "Stock levels wanted", "title_zh": "库存上下限"}
