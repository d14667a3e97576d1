"""Stock movements (stock card) (库存变化记录)."""

import pandera.polars as pa
import polars as pl
from pandera.polars import PolarsData

from workbench.contracts import Choice, Code, Contract, Moment, Money, Qty, Text, Whole, column

ADDS = ("opening", "receipt", "sale_return", "transfer_in", "count_gain")
# A sale may have either sign: a voided sale is a sale with the opposite one.
SUBTRACTS = ("purchase_return", "transfer_out", "count_loss", "write_off", "consumption")


class StockMovement(Contract):
    """One row of stock_movement."""

    location_code: Code = column("code", "门店编码", "Where stock changed", key=True)
    movement_id: Code = column("code", "变动编号", "Number of the movement, unique within its location", key=True)
    occurred_at: Moment = column("moment", "发生时间", "When stock changed, local clock", required=True)
    recorded_at: Moment = column("moment", "录入时间", "When the system learnt of it")
    product_code: Code = column("code", "商品编码", "Product")
    batch_no: Code = column("code", "批号", "Batch")
    movement_type: Choice = column(
        "choice",
        "变动类型",
        "Why stock changed",
        required=True,
        choices=(
            "opening",
            "receipt",
            "sale",
            "sale_return",
            "purchase_return",
            "transfer_in",
            "transfer_out",
            "adjustment",
            "count_gain",
            "count_loss",
            "write_off",
            "consumption",
        ),
    )
    moved_qty: Qty = column("qty", "变动数量", "Signed change, base units", required=True)
    unit_cost: Money = column("money", "成本单价", "Cost per base unit")
    sale_amount: Money = column("money", "销售金额", "Amount of a sale")
    document_no: Code = column("code", "单据号", "Document behind it")
    document_line_no: Whole = column("whole", "单据行号", "Line of the document")
    counter_location_code: Code = column("code", "对方门店", "Other end of a transfer")
    operator: Code = column("code", "操作人", "Who did it")
    reason: Text = column("text", "原因", "Reason given")
    reported_balance_qty: Qty = column("qty", "结存数量", "Balance the POS shows after the movement")
    device_id: Code = column("code", "设备号", "Device that sent it")
    device_seq: Whole = column("whole", "设备流水号", "Sequence number on that device")

    class Config(Contract.Config):
        metadata = {"title": "Stock movements (stock card)", "title_zh": "库存变化记录"}

    @pa.check("moved_qty", name="sign_contradicts_type", error="sign_contradicts_type")
    def sign_agrees_with_type(cls, data: PolarsData) -> pl.LazyFrame:
        """A receipt cannot take away and a loss cannot add; zero is accepted."""
        kind, qty = pl.col("movement_type"), pl.col(data.key)
        wrong = (kind.is_in(ADDS) & (qty < 0)) | (kind.is_in(SUBTRACTS) & (qty > 0))
        return data.lazyframe.select(~wrong.fill_null(False))
