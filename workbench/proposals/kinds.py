"""The kinds of corrections and the reasons given for them. What each does to the books is in `drafting`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workbench.errors import UsageError


@dataclass(frozen=True)
class Kind:
    """A kind of correction. `moves` changes quantities; `field` is what of a document or product is changed."""

    name: str
    title: tuple[str, str]
    moves: bool = False
    field: str = ""
    needs_reason_code: bool = False
    needs_attachment: bool = False


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("adjust_quantity", ("Adjust the quantity", "调整数量"), moves=True),
        Kind("write_off", ("Write off", "报损"), moves=True, needs_reason_code=True),
        Kind("void_receipt", ("Void a duplicated receipt", "作废重复入库单"), moves=True),
        Kind("change_product_code", ("Correct the product code", "更正商品编码"), field="product_code"),
        Kind("change_batch", ("Correct the batch", "更正批号"), field="batch_no"),
        Kind("change_expiry_date", ("Correct the expiry date", "更正有效期"), field="expiry_date"),
        Kind("change_price", ("Correct the price", "更正价格"), field="unit_cost"),
        Kind("reenter_receipt", ("Re-enter a lost receipt", "遗失补录"), moves=True, needs_attachment=True),
        Kind("complete_transfer", ("Complete a transfer", "补齐调拨"), moves=True),
        Kind("dismiss_finding", ("Dismiss the finding", "忽略问题")),
    )
}

REASONS: Mapping[str, tuple[str, str]] = {
    "damaged": ("damaged", "破损"),
    "expired": ("expired", "过期"),
    "spoilage": ("spoiled", "变质"),
    "theft": ("stolen", "被盗"),
    "sample": ("used as a sample", "样品领用"),
    "count_result": ("result of a count", "盘点结果"),
    "entry_error": ("entered wrongly", "录入错误"),
    "duplicate": ("entered twice", "重复录入"),
    "late_document": ("document came late", "单据迟到"),
    "transfer_error": ("error in a transfer", "调拨差错"),
    "supplier_error": ("the supplier's error", "供应商差错"),
    "other": ("other", "其他"),
}


def kind_of(name: str) -> Kind:
    """The kind of that name; UsageError where there is none."""
    if name not in KINDS:
        raise UsageError(f"There is no kind of correction {name!r}: use one of {', '.join(KINDS)}.")
    return KINDS[name]
