"""A unit of work: one transaction, one instant, one actor. Whatever an authority does for somebody, it does in one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from smartlic_lab.authority.errors import NotAllowed, NotFound
from smartlic_lab.authority.models import Event, Principal, SmartAccount, VirtualAccount
from smartlic_lab.authority.rights import ACCOUNT_WIDE, RIGHTS, Right, Role


@dataclass(frozen=True, slots=True)
class Grant:
    """One role, and where it counts; ``virtual_account_id`` is ``None`` where it counts in the whole account."""

    role: Role
    smart_account_id: int
    virtual_account_id: int | None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something. The operator is Cisco's side, and the owner of the lab: nothing is closed to it."""

    name: str
    principal_id: int | None = None
    grants: tuple[Grant, ...] = ()
    is_operator: bool = False


OPERATOR: Final = Actor("operator", is_operator=True)


def actor_of(principal: Principal) -> Actor:
    """The actor that *principal* is, with the roles that it has now."""
    grants = (Grant(role.role, role.smart_account_id, role.virtual_account_id) for role in principal.roles)
    return Actor(principal.name, principal.id, tuple(grants), principal.is_operator)


@dataclass(frozen=True, slots=True)
class Work:
    """What the functions of this package work in."""

    session: Session
    now: datetime
    actor: Actor = OPERATOR

    @property
    def connection(self) -> Connection:
        """For statements on tables; they see nothing of what the session has not flushed."""
        bind = self.session.bind
        return bind if isinstance(bind, Connection) else self.session.connection()

    def smart_account(self, domain: str) -> SmartAccount:
        """The account of that domain; raises `NotAllowed` where the actor has no role in it, or there is none."""
        account = self.session.scalar(select(SmartAccount).where(SmartAccount.domain == domain))
        if account is not None and self._is_of(account):
            return account
        if self.actor.is_operator:
            raise NotFound(f"there is no smart account {domain}")
        raise NotAllowed(f"no access to smart account {domain}")

    def virtual_account(self, account: SmartAccount, name: str) -> VirtualAccount:
        """The virtual account of that name; raises `NotAllowed` where the actor's roles do not reach it."""
        found = self.session.scalar(
            select(VirtualAccount).where(VirtualAccount.smart_account_id == account.id, VirtualAccount.name == name)
        )
        if found is not None and (self.actor.is_operator or any(self._grants(account, found))):
            return found
        if self._is_over(account):
            raise NotFound(f"there is no virtual account {name!r} in {account.domain}")
        raise NotAllowed(f"no access to virtual account {name!r} of {account.domain}")

    def may(self, right: Right, account: SmartAccount, virtual_account: VirtualAccount | None = None) -> bool:
        """Whether the actor has *right* there; without a virtual account: over the account as a whole."""
        if self.actor.is_operator:
            return True
        if virtual_account is None and right is Right.VIEW_AGREEMENTS:  # agreements are the account's, never a part's
            return any(right in RIGHTS[g.role] for g in self.actor.grants if g.smart_account_id == account.id)
        where = None if right in ACCOUNT_WIDE else virtual_account
        return any(right in RIGHTS[grant.role] for grant in self._grants(account, where))

    def require(self, right: Right, account: SmartAccount, virtual_account: VirtualAccount | None = None) -> None:
        """Raise `NotAllowed` unless `may`."""
        if not self.may(right, account, virtual_account):
            where = account.domain if virtual_account is None else f"{account.domain} / {virtual_account.name}"
            raise NotAllowed(f"{self.actor.name} may not {right.value} in {where}")

    def reachable(self, right: Right, account: SmartAccount) -> list[VirtualAccount]:
        """The virtual accounts of *account* in which the actor has *right*, in order of their ids."""
        every = self.session.scalars(
            select(VirtualAccount).where(VirtualAccount.smart_account_id == account.id).order_by(VirtualAccount.id)
        )
        return [one for one in every if self.may(right, account, one)]

    def log(
        self, account: SmartAccount, kind: str, message: str, virtual_account: VirtualAccount | None = None
    ) -> None:
        """Write a line into the account's event log. *message* holds no secret."""
        self.session.add(
            Event(
                smart_account_id=account.id,
                virtual_account_id=None if virtual_account is None else virtual_account.id,
                at=self.now,
                actor=self.actor.name,
                kind=kind,
                message=message,
            )
        )

    def _grants(self, account: SmartAccount, virtual_account: VirtualAccount | None) -> list[Grant]:
        wanted = {None} if virtual_account is None else {None, virtual_account.id}
        return [
            grant
            for grant in self.actor.grants
            if grant.smart_account_id == account.id and grant.virtual_account_id in wanted
        ]

    def _is_of(self, account: SmartAccount) -> bool:
        return self.actor.is_operator or any(g.smart_account_id == account.id for g in self.actor.grants)

    def _is_over(self, account: SmartAccount) -> bool:
        return self.actor.is_operator or bool(self._grants(account, None))
