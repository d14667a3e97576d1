"""Barcodes of products (条码)."""

from workbench.contracts import Code, Contract, Qty, column


class ProductBarcode(Contract):
    """One row of product_barcode."""

    barcode: Code = column("barcode", "条码", "Barcode as scanned; of a GS1 element string its GTIN", key=True)
    product_code: Code = column("code", "商品编码", "Product it stands for", key=True)
    pack_qty: Qty = column("qty", "包装数量", "Base units in what carries this barcode")

    class Config(Contract.Config):
        metadata = {"title": "Barcodes of products", "title_zh": "条码"}
