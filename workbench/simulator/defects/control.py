"""Defects of authorisation: who may do what, and whether documents are complete, in order and on time."""

from __future__ import annotations

import polars as pl

from workbench.simulator.chain import Chain
from workbench.simulator.defects.tools import Planters, Row, add, opening, put, sales, simple_receipts
from workbench.simulator.plan import DAY, HOUR, MINUTE


def _heads(chain: Chain) -> pl.DataFrame:
    """One row per approved ordinary receipt that is not among the first, before which nothing is known of a place."""
    rows = chain.receipts.filter(pl.col("received") > 10 * DAY)
    rows = rows.filter((pl.col("status") == "approved") & (pl.col("type") == "normal") & (pl.col("qty") > 0))
    return rows.sort("receipt", "line").unique("receipt", keep="first", maintain_order=True).drop_nulls("product")


def _pick_heads(chain: Chain, number: int) -> list[Row]:
    """Receipts whose papers nothing else has touched; their goods do not matter."""
    free = _heads(chain).filter(~pl.col("receipt").is_in([i for kind, i in chain.used_documents if kind == "receipt"]))
    taken = [i for kind, i in chain.used_documents if kind == "order"]
    free = free.filter(~pl.col("order").fill_null(-1).is_in(taken))
    rows = free[chain.rng.permutation(free.height)[:number]].to_dicts()
    for row in rows:
        chain.used_documents |= {("receipt", row["receipt"]), ("order", row["order"])}
    return rows


def _about(row: Row) -> Row:
    return {"place": row["place"], "document": ("receipt", row["receipt"])}


def _of(row: Row) -> pl.Expr:
    here: pl.Expr = pl.col("receipt") == row["receipt"]
    return here


def self_approved(chain: Chain, number: int) -> None:
    """Entered and approved by one and the same."""
    for row in _pick_heads(chain, number):
        chain.receipts = put(chain.receipts, _of(row), approved_by=row["created_by"])
        chain.expect("receipt_self_approved", "Approved by who entered it", "自录自审", **_about(row))


def posted_without_approval(chain: Chain, number: int) -> None:
    """On the stock card although nobody approved it."""
    for turn, row in enumerate(_pick_heads(chain, number)):
        chain.receipts = put(chain.receipts, _of(row), approved_by=None, approved=None)
        if turn % 2 == 0:
            chain.receipts = put(chain.receipts, _of(row), status="pending")
        chain.expect("receipt_posted_without_approval", "Posted, not approved", "未审核已入账", **_about(row))


def unauthorised_staff(chain: Chain, number: int) -> None:
    """Entered by a cashier, by somebody who has left, by another store's clerk, or by nobody who is known."""
    people = chain.master.people
    chain.receipts = chain.receipts.with_columns(pl.lit(None, pl.String).alias("created_text"))
    for turn, row in enumerate([r for r in _pick_heads(chain, 3 * number) if r["place"] > 0][:number]):
        place, kind = row["place"], turn % 4
        other = place % chain.plan.stores + 1
        if kind == 3 or (kind == 2 and other == place):
            chain.receipts = put(chain.receipts, _of(row), created_text=f"X{900 + turn}")
        else:
            team = (people.of("cashier")[place - 1], people.of("former")[place], people.of("clerk")[other])[kind]
            chain.receipts = put(chain.receipts, _of(row), created_by=int(team[0]))
        chain.expect("receipt_by_unauthorised_staff", "Not for them to enter", "无权限人员录入", **_about(row))


def late_without_attachment(chain: Chain, number: int) -> None:
    """A late entry without the paper it was made from."""
    late = chain.receipts.filter((pl.col("type") == "late_entry") & (pl.col("status") == "approved"))
    for row in chain.pick(late.unique("receipt", maintain_order=True), number, "receipt", is_paper=True):
        chain.receipts = put(chain.receipts, _of(row), attachment="")
        chain.expect("late_entry_without_attachment", "No photo of the note", "补单缺少附件", **_about(row))


def changed_after_approval(chain: Chain, number: int) -> None:
    """A receipt changed after it was approved, and nobody approved the change."""
    for turn, row in enumerate(_pick_heads(chain, number)):
        by = row["created_by"] if turn % 2 else None
        _change(chain, row, by=by, reason="typo")
        chain.expect(
            "document_changed_after_approval",
            "Changed after approval",
            "审核后修改",
            document=("receipt", row["receipt"]),
        )


def change_without_reason(chain: Chain, number: int) -> None:
    """A change that says nothing about why."""
    for row in _pick_heads(chain, number):
        _change(chain, row, by=int(chain.master.people.of("manager")[row["place"], 1]), reason="")
        chain.expect("document_change_without_reason", "No reason", "修改无原因", document=("receipt", row["receipt"]))


def _change(chain: Chain, row: Row, by: int | None, reason: str) -> None:
    add(
        chain,
        "change",
        receipt=row["receipt"],
        line=row["line"],
        old=row["cost"],
        changed_by=row["created_by"],
        moment=row["approved"] + 5 * HOUR,
        reason=reason,
        approved_by=by,
    )


def number_gap(chain: Chain, number: int) -> None:
    """Numbers that no document has."""
    middle = _heads(chain).filter((pl.col("received") // DAY).is_between(20, chain.plan.days - 20))
    for turn, row in enumerate(chain.pick(middle, number, "receipt", is_paper=True)):
        add(chain, "leap", kind="receipt", id=row["receipt"], missing=1 + turn % 3)
        where = ("after receipt", row["receipt"])
        chain.expect("document_number_gap", "A number is missing", "单号缺失", place=row["place"], document=where)


def number_out_of_order(chain: Chain, number: int) -> None:
    """Two receipts more than a day apart whose numbers are the wrong way round."""
    heads = chain.receipts.sort("line").group_by("receipt").agg(pl.col("place", "recorded", "type").first())
    heads = heads.sort("place", "recorded", "receipt").with_columns(
        pl.col("receipt").shift(-1).over("place").alias("second"),
        pl.col("recorded").shift(-1).over("place").alias("next_at"),
        pl.col("type").shift(-1).over("place").alias("next_type"),
    )
    used = {i for kind, i in chain.used_documents if kind == "receipt"} | {
        row["id"] for row in chain.extra.get("leap", [])
    }
    far = (
        (pl.col("next_at") - pl.col("recorded") > 25 * HOUR)
        & (pl.col("type") == "normal")
        & (pl.col("next_type") == "normal")
    )
    rows = heads.filter(far).filter(~pl.col("receipt").is_in(list(used)) & ~pl.col("second").is_in(list(used)))
    taken: set[int] = set()
    for position in chain.rng.permutation(rows.height):
        row = rows.row(int(position), named=True)
        pair = {row["receipt"], row["second"]}
        if len(taken) >= 2 * number or pair & taken:
            continue
        taken |= pair
        add(chain, "swap", kind="receipt", first=row["receipt"], second=row["second"])
        chain.expect(
            "document_number_out_of_order", "Entered before the number before it", "单号顺序颠倒", **_about(row)
        )
    chain.used_documents |= {("receipt", i) for i in taken}


def dated_in_future(chain: Chain, number: int) -> None:
    """Dated days after it was entered."""
    early = (chain.plan.days - 8) * DAY
    for lines in simple_receipts(chain, 12, number, is_paper=True):
        row = lines[0]
        if row["received"] < early:
            chain.receipts = put(chain.receipts, _of(row), received=row["received"] + 3 * DAY)
            chain.expect(
                "document_dated_in_future", "Dated three days after its entry", "单据日期晚于录入", **_about(row)
            )


def _losses(chain: Chain) -> pl.DataFrame:
    """Write-offs, own use and adjustments, one line per document so that a finding says which."""
    rows = chain.moves.filter(
        (pl.col("doc_kind") == "loss") & (pl.col("doc") < 90_000) & (pl.col("moment") < (chain.plan.days - 12) * DAY)
    )
    return rows.filter(pl.len().over("place", "doc") == 1)


def _here(row: Row) -> pl.Expr:
    here: pl.Expr = (pl.col("place") == row["place"]) & (pl.col("doc_kind") == "loss") & (pl.col("doc") == row["doc"])
    return here


def _at(row: Row) -> Row:
    return {"place": row["place"], "document": ("loss", row["doc"]), "product": row["product"]}


def _month(chain: Chain, moment: pl.Expr) -> pl.Expr:
    return (pl.lit(chain.plan.start).cast(pl.Date) + pl.duration(days=moment // DAY)).dt.strftime("%Y%m")


def backdated(chain: Chain, number: int) -> None:
    """Entered days later, in another month than it is dated: a closed month is changed."""
    other = _month(chain, pl.col("moment")) != _month(chain, pl.col("moment") + 9 * DAY)
    for row in chain.pick(_losses(chain).filter(other), number):
        chain.mark(_here(row), recorded=row["moment"] + 9 * DAY)
        chain.expect("movement_backdated", "Entered nine days later", "九天后补录到上月", **_at(row))


def recorded_late(chain: Chain, number: int) -> None:
    """Entered a day and a half later, in the same month."""
    same = _month(chain, pl.col("moment")) == _month(chain, pl.col("moment") + 2 * DAY)
    for row in chain.pick(_losses(chain).filter(same), number):
        chain.mark(_here(row), recorded=row["moment"] + 36 * HOUR)
        chain.expect("movement_recorded_late", "Entered a day and a half later", "一天半后才录入", **_at(row))


def without_reason(chain: Chain, number: int) -> None:
    """A write-off or adjustment that says nothing about why."""
    rows = _losses(chain).filter(pl.col("kind").is_in(["write_off", "adjustment"]))
    for row in chain.pick(rows, number):
        chain.mark(_here(row), reason="none")
        chain.expect("adjustment_without_reason", "No reason", "缺少原因", **_at(row))


def without_operator(chain: Chain, number: int) -> None:
    """A movement of nobody's."""
    for row in chain.pick(_losses(chain), number):
        chain.mark(_here(row), operator=-1)
        chain.expect("movement_without_operator", "Nobody did it", "缺少操作人", **_at(row))


def below_limit(chain: Chain, number: int) -> None:
    """Somebody adjusts away goods worth just less than what needs another's approval."""
    goods = chain.master.goods
    units = 49_900 // goods.cost
    fits = (units * goods.cost > 46_000) & ~goods.is_tracked
    for place, product in chain.spare(number, fits):
        qty, clerk = int(units[product]), int(chain.master.people.of("clerk")[place, 2])
        days = [10 + 7 * i for i in range(min(14, (chain.plan.days - 14) // 7))]
        chain.post(opening(place, product, -1, qty * len(days)), "adjustment_below_approval_limit", is_real=True)
        rows = pl.DataFrame(
            {
                "place": place,
                "product": product,
                "lot": -1,
                "kind": "adjustment",
                "qty": -qty,
                "moment": [day * DAY + 20 * HOUR for day in days],
                "doc_kind": "loss",
                "doc": [95_000 + i for i in range(len(days))],
                "line": 1,
                "operator": clerk,
                "reason": "correction",
            }
        )
        chain.post(rows, "adjustment_below_approval_limit", is_real=True)
        chain.expect("adjustment_below_approval_limit", "Always just below 500", "总是略低于 500", place=place)


def reversed_adjustment(chain: Chain, number: int) -> None:
    """Written up and, three days later, down again under another number."""
    for turn, (place, product) in enumerate(chain.spare(number, ~chain.master.goods.is_tracked)):
        cause, last = "adjustment_reversed", chain.plan.days - 1
        days = list(range(max(1, last - 60), last, 5))
        day, clerk = last // 2 + turn, int(chain.master.people.of("clerk")[place, turn % 3])
        chain.post(opening(place, product, -1, len(days) + 4), cause, is_real=True)
        chain.post(sales(chain, place, product, -1, days), cause, is_real=True)
        both = pl.DataFrame(
            {
                "place": place,
                "product": product,
                "lot": -1,
                "kind": "adjustment",
                "qty": [3, -3],
                "moment": [day * DAY + 20 * HOUR, (day + 3) * DAY + 20 * HOUR],
                "doc_kind": "loss",
                "doc": [96_000 + 2 * turn, 96_001 + 2 * turn],
                "line": 1,
                "operator": clerk,
                "reason": "correction",
            }
        )
        chain.post(both, cause, is_real=True)
        chain.expect(
            cause, "Up and down again", "先增后减", place=place, product=product, document=("loss", 96_001 + 2 * turn)
        )


def account_shared(chain: Chain, number: int) -> None:
    """One account in use at two stores within minutes."""
    for turn in range(number if chain.plan.stores > 1 else 0):
        day = 20 + 11 * turn
        person = int(chain.master.people.of("clerk")[1 + turn % chain.plan.stores, 0])
        other = int((chain.master.people.place[person]) % chain.plan.stores) + 1
        add(chain, "login", person=person, place=other, moment=day * DAY + 7 * HOUR + 6 * MINUTE)
        chain.expect("staff_account_shared", "Two stores within minutes", "同一账号几分钟内在两店登录", day=day)


PLANTERS: Planters = {
    "receipt_self_approved": (self_approved, 3),
    "receipt_posted_without_approval": (posted_without_approval, 4),
    "receipt_by_unauthorised_staff": (unauthorised_staff, 4),
    "late_entry_without_attachment": (late_without_attachment, 2),
    "document_changed_after_approval": (changed_after_approval, 4),
    "document_change_without_reason": (change_without_reason, 2),
    "document_dated_in_future": (dated_in_future, 2),
    "document_number_gap": (number_gap, 3),
    "document_number_out_of_order": (number_out_of_order, 2),
    "movement_backdated": (backdated, 2),
    "movement_recorded_late": (recorded_late, 3),
    "adjustment_without_reason": (without_reason, 3),
    "movement_without_operator": (without_operator, 3),
    "adjustment_below_approval_limit": (below_limit, 1),
    "adjustment_reversed": (reversed_adjustment, 2),
    "staff_account_shared": (account_shared, 2),
}
