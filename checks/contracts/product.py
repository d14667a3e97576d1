"""Product master (商品档案)."""

from workbench.contracts import Choice, Code, Contract, Flag, Money, Qty, Text, Whole, column


class Product(Contract):
    """One row of product."""

    product_code: Code = column("code", "商品编码", "Code the shop uses for the product", key=True)
    product_name: Text = column("text", "商品名称", "Name")
    category: Text = column("text", "类别", "Category the shop files it under")
    brand: Text = column("text", "品牌", "Brand")
    spec: Text = column("text", "规格", "Size or specification as printed")
    unit: Text = column("text", "基本单位", "Base unit in which all quantities are kept")
    shelf_life_days: Whole = column("whole", "保质期(天)", "Shelf life in days")
    is_batch_tracked: Flag = column("flag", "是否批次管理", "Whether batches are kept for it")
    purchase_price: Money = column("money", "采购价", "Usual purchase price per base unit")
    retail_price: Money = column("money", "零售价", "Shelf price per base unit")
    min_stock_qty: Qty = column("qty", "最低库存", "Lowest stock wanted, base units")
    max_stock_qty: Qty = column("qty", "最高库存", "Highest stock wanted, base units")
    status: Choice = column("choice", "状态", "active or discontinued", choices=("active", "discontinued"))

    class Config(Contract.Config):
        metadata = {"title": "Product master", "title_zh": "商品档案"}
