"""Stores and warehouses (门店/仓库)."""

from workbench.contracts import Choice, Code, Contract, Text, column


class Location(Contract):
    """One row of location."""

    location_code: Code = column("code", "门店编码", "Code of the store or warehouse", key=True)
    location_name: Text = column("text", "门店名称", "Name")
    location_type: Choice = column(
        "choice", "类型", "store, warehouse or transit", choices=("store", "warehouse", "transit")
    )
    region: Text = column("text", "区域", "Region")

    class Config(Contract.Config):
        metadata = {"title": "Stores and warehouses", "title_zh": "门店/仓库"}
