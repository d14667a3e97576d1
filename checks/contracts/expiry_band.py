"""The shop's own near-expiry bands (临期标准)."""

from workbench.contracts import Contract, Whole, column


class ExpiryBand(Contract):
    """One row of expiry_band."""

    min_shelf_life_days: Whole = column(
        "whole", "保质期起(天)", "Shortest shelf life the band holds for; it reaches to the next band", key=True, ge=0
    )
    warn_days: Whole = column(
        "whole", "临期天数", "Days before expiry from which goods are near it", required=True, ge=0
    )
    removal_days: Whole = column("whole", "下架天数", "Days before expiry on which goods leave the shelf", ge=0)

    class Config(Contract.Config):
        metadata = {"title": "Near-expiry bands", "title_zh": "临期标准"}
