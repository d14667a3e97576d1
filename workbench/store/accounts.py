"""Who may do what where: accounts with roles and locations. One person may have several; a staff code joins them.

Names and staff codes are compared as people mean them: whatever their width and capitals.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.errors import DecisionRefused, UsageError
from workbench.store.act import Act
from workbench.store.audit import record
from workbench.store.connection import Store

if TYPE_CHECKING:
    import sqlalchemy as sa

# What each role may do. Who administers accounts does not thereby approve: rights that one person should not join.
RIGHTS = {
    "viewer": ("look",),
    "auditor": ("look", "propose"),
    "buyer": ("look", "propose"),
    "supervisor": ("look", "propose", "approve", "apply"),
    "admin": ("look", "administer", "apply"),
}
ROLES = tuple(RIGHTS)


@dataclass(frozen=True)
class Account:
    """An account. No `locations` means all of them."""

    user_name: str
    staff_code: str
    full_name: str
    roles: tuple[str, ...]
    locations: tuple[str, ...]
    is_active: bool = True

    def may(self, action: str, location_code: str = "") -> bool:
        """Whether it may do something at a location (an empty one is any)."""
        here = not self.locations or not location_code or folded(location_code) in map(folded, self.locations)
        return self.is_active and here and any(action in RIGHTS[role] for role in self.roles)

    @property
    def person(self) -> str:
        """Who it is: the same for all accounts of one staff code."""
        return f"staff:{folded(self.staff_code)}" if folded(self.staff_code) else f"account:{folded(self.user_name)}"


def folded(name: str) -> str:
    """A name as it is compared."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def accounts(con: sa.Connection) -> list[Account]:
    """All accounts, by name."""
    import sqlalchemy as sa

    from workbench.store.tables import account as table

    rows = con.execute(sa.select(table).order_by(table.c.account_key)).mappings()
    return [_account(row) for row in rows]


def account_of(con: sa.Connection, user_name: str) -> Account | None:
    """The account of a name, None where there is none."""
    import sqlalchemy as sa

    from workbench.store.tables import account as table

    row = con.execute(sa.select(table).where(table.c.account_key == folded(user_name))).mappings().first()
    return _account(row) if row else None


def require(con: sa.Connection, act: Act, action: str, location_codes: Iterable[str] = ("",)) -> Account:
    """The account of who acts; DecisionRefused where it may not do this at every one of the locations.

    As long as nobody is registered, anybody may propose; to approve, one must be.
    """
    account = account_of(con, act.who)
    if account is None:
        if action in ("look", "propose") and not accounts(con):
            return Account(act.who, "", "", ("auditor",), ())
        raise DecisionRefused(
            f"{act.who} has no account here: an administrator adds it with `workbench account add {act.who} --role …`."
        )
    if not account.is_active:
        raise DecisionRefused(f"The account {account.user_name} is disabled: ask an administrator.")
    for location in sorted(set(location_codes)):
        if not account.may(action, location):
            at = f" at {location}" if account.may(action) and location else ""
            roles = ", ".join(account.roles)
            raise DecisionRefused(f"{account.user_name} ({roles}) may not {action}{at}: ask somebody who may.")
    return account


def add_account(
    store: Store,
    user_name: str,
    staff_code: str,
    full_name: str,
    roles: Sequence[str],
    locations: Sequence[str],
    act: Act,
) -> None:
    """Register an account. The first one may be added by anybody and must be an administrator's, later ones by
    administrators. Raises UsageError for what does not fit, DecisionRefused for who may not.
    """
    from workbench.store.tables import account as table

    _check(user_name, roles)
    with store.writing() as con:
        present = accounts(con)
        if present:
            require(con, act, "administer")
        elif "admin" not in roles:
            raise UsageError("The first account must be an administrator's: add --role admin.")
        if account_of(con, user_name) is not None:
            raise UsageError(f"{user_name} has an account already: `workbench account change` alters it.")
        made = Account(user_name.strip(), staff_code.strip(), full_name.strip(), tuple(roles), tuple(locations))
        con.execute(table.insert().values(account_key=folded(user_name), **_row(made)))
        record(con, act, "account.added", f"account/{folded(user_name)}", None, _row(made))


def change_account(
    store: Store,
    user_name: str,
    act: Act,
    *,
    staff_code: str | None = None,
    full_name: str | None = None,
    roles: Sequence[str] | None = None,
    locations: Sequence[str] | None = None,
    is_active: bool | None = None,
) -> None:
    """Change what is given of an account. Raises UsageError where that would leave nobody to administer."""
    from workbench.store.tables import account as table

    if roles is not None:
        _check(user_name, roles)
    with store.writing() as con:
        require(con, act, "administer")
        before = account_of(con, user_name)
        if before is None:
            raise UsageError(f"There is no account {user_name!r}: `workbench account list` shows them.")
        after = Account(
            before.user_name,
            before.staff_code if staff_code is None else staff_code.strip(),
            before.full_name if full_name is None else full_name.strip(),
            before.roles if roles is None else tuple(roles),
            before.locations if locations is None else tuple(locations),
            before.is_active if is_active is None else is_active,
        )
        others = [a for a in accounts(con) if a.user_name != before.user_name]
        if not any(a.may("administer") for a in [*others, after]):
            raise UsageError(f"{before.user_name} is the last administrator: make somebody else one first.")
        con.execute(table.update().where(table.c.account_key == folded(user_name)).values(**_row(after)))
        record(con, act, "account.changed", f"account/{folded(user_name)}", _row(before), _row(after))


def _check(user_name: str, roles: Sequence[str]) -> None:
    if not folded(user_name):
        raise UsageError("An account needs a name.")
    if not roles:
        raise UsageError(f"An account needs a role: {', '.join(ROLES)}.")
    unknown = [r for r in roles if r not in RIGHTS]
    if unknown:
        raise UsageError(f"There is no role {unknown[0]!r}: use {', '.join(ROLES)}.")


def _account(row: Any) -> Account:
    roles, locations = (tuple(t for t in row[name].split(",") if t) for name in ("roles", "locations"))
    return Account(row["user_name"], row["staff_code"], row["full_name"], roles, locations, bool(row["is_active"]))


def _row(account: Account) -> dict[str, Any]:
    return {
        "user_name": account.user_name,
        "staff_code": account.staff_code,
        "full_name": account.full_name,
        "roles": ",".join(account.roles),
        "locations": ",".join(account.locations),
        "is_active": account.is_active,
    }
