"""Users and API clients: who signs in, with what role, and the access tokens that they get for it.

Source: reference/reports.md section 7.1 (grant types), FAQ (roles).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select

from nornir_smartlic.model import Secret
from smartlic_lab.authority.errors import Conflict, NotAllowed, NotFound, NotSignedIn, Refusal
from smartlic_lab.authority.models import (
    AccessToken,
    Principal,
    PrincipalKind,
    RoleAssignment,
    SmartAccount,
    VirtualAccount,
)
from smartlic_lab.authority.rights import Right, Role
from smartlic_lab.authority.work import Actor, Work, actor_of

ACCESS_TOKEN_SECONDS: Final = 3599
"""Source: reference/reports.md section 7.1."""

LOGIN_CODE_SECONDS: Final = 60
"""How long a code of the login page is good. Source: RFC 6749 section 4.1.2: ten minutes at most."""


def add_user(
    work: Work,
    account: SmartAccount,
    name: str,
    role: Role,
    *,
    virtual_account: VirtualAccount | None = None,
    email: str | None = None,
    password: Secret | None = None,
) -> Principal:
    """Give a person a role; somebody who is there already gets one role more."""
    return _add(work, PrincipalKind.USER, account, name, role, virtual_account, email, password)


def add_api_client(
    work: Work,
    account: SmartAccount,
    client_id: str,
    client_secret: Secret,
    role: Role,
    *,
    virtual_account: VirtualAccount | None = None,
) -> Principal:
    """Give a program a role."""
    return _add(work, PrincipalKind.CLIENT, account, client_id, role, virtual_account, None, client_secret)


def add_operator(work: Work, client_id: str, client_secret: Secret) -> Principal:
    """Let a program act as Cisco's side: it may do everything in all accounts (ours)."""
    if not work.actor.is_operator:
        raise NotAllowed("operators are made by the operator")
    if find_principal(work, client_id) is not None:
        raise Conflict(f"there is a user or client {client_id} already")
    principal = Principal(kind=PrincipalKind.OPERATOR, name=client_id, created=work.now)
    _give_secret(principal, client_secret)
    work.session.add(principal)
    work.session.flush()
    return principal


def list_users(work: Work, account: SmartAccount, virtual_account: VirtualAccount | None = None) -> Sequence[Principal]:
    """Everybody with a role in the account, or in one virtual account."""
    work.require(Right.VIEW_USERS, account, virtual_account)
    query = select(Principal).join(RoleAssignment).where(RoleAssignment.smart_account_id == account.id).distinct()
    if virtual_account is not None:
        query = query.where(RoleAssignment.virtual_account_id == virtual_account.id)
    return work.session.scalars(query.order_by(Principal.id)).all()


def remove_role(
    work: Work, account: SmartAccount, name: str, role: Role, virtual_account: VirtualAccount | None = None
) -> None:
    """Take a role away; who has none left cannot reach the account any more."""
    work.require(Right.EDIT_USERS, account, virtual_account)
    principal = find_principal(work, name)
    held = None if principal is None else _assignment(principal, account, role, virtual_account)
    if principal is None or held is None:
        raise NotFound(f"{name} is not a {role.value} there")
    principal.roles.remove(held)
    work.log(account, "User Edited", f"{name} is no longer {role.value}", virtual_account)


def sign_in(work: Work, name: str, secret: Secret) -> Principal:
    """The principal of that name, if the secret is its own; raises `NotSignedIn`."""
    principal = find_principal(work, name)
    if principal is None or not _is_own(principal, secret):
        raise NotSignedIn("the credentials are not valid")
    return principal


def issue_access_token(work: Work, principal: Principal) -> Secret:
    """A bearer token for `ACCESS_TOKEN_SECONDS`."""
    text = secrets.token_urlsafe(24)
    work.session.execute(delete(AccessToken).where(AccessToken.expires <= work.now))
    work.session.add(
        AccessToken(
            digest=_token_digest(text),
            principal_id=principal.id,
            expires=work.now + timedelta(seconds=ACCESS_TOKEN_SECONDS),
        )
    )
    return Secret(text)


def issue_login_code(work: Work, principal: Principal, client_id: str, redirect_uri: str) -> Secret:
    """A code for that client alone, good once and for `LOGIN_CODE_SECONDS`; no access token has its digest."""
    text = secrets.token_urlsafe(24)
    work.session.add(
        AccessToken(
            digest=_login_digest(text, client_id, redirect_uri),
            principal_id=principal.id,
            expires=work.now + timedelta(seconds=LOGIN_CODE_SECONDS),
        )
    )
    return Secret(text)


def principal_of_login_code(work: Work, code: Secret, client_id: str, redirect_uri: str) -> Principal:
    """Who logged in for this code, which is used up with it; raises `NotSignedIn`."""
    found = work.session.get(AccessToken, _login_digest(code.reveal(), client_id, redirect_uri))
    if found is None or found.expires <= work.now:
        raise NotSignedIn("the code is not valid")
    principal = work.session.get_one(Principal, found.principal_id)
    work.session.delete(found)
    return principal


def actor_with(work: Work, access_token: Secret) -> Actor:
    """Who shows this bearer token; raises `NotSignedIn`."""
    found = work.session.get(AccessToken, _token_digest(access_token.reveal()))
    if found is None or found.expires <= work.now:
        raise NotSignedIn("the access token is not valid")
    return actor_of(work.session.get_one(Principal, found.principal_id))


def actor_named(work: Work, name: str) -> Actor:
    """The actor that a user or client is; raises `NotFound`."""
    principal = find_principal(work, name)
    if principal is None:
        raise NotFound(f"there is no user {name}")
    return actor_of(principal)


def _add(
    work: Work,
    kind: PrincipalKind,
    account: SmartAccount,
    name: str,
    role: Role,
    virtual_account: VirtualAccount | None,
    email: str | None,
    secret: Secret | None,
) -> Principal:
    if role.is_over_virtual_account != (virtual_account is not None):
        scope = "one virtual account" if role.is_over_virtual_account else "the whole smart account"
        raise Refusal(f"{role.value} is a role over {scope}")
    work.require(Right.EDIT_USERS, account, virtual_account)
    principal = find_principal(work, name)
    if principal is None:
        principal = Principal(kind=kind, name=name, email=email, created=work.now)
        work.session.add(principal)
    elif principal.kind is not kind:
        raise Conflict(f"{name} is a {principal.kind.value}")
    elif secret is not None and not _is_own(principal, secret):
        raise NotAllowed(f"{name} has a secret of its own already")
    if secret is not None and principal.secret_digest is None:
        _give_secret(principal, secret)
    if _assignment(principal, account, role, virtual_account) is None:
        principal.roles.append(
            RoleAssignment(
                role=role,
                smart_account_id=account.id,
                virtual_account_id=None if virtual_account is None else virtual_account.id,
            )
        )
        work.log(account, "User Edited", f"{name} is now {role.value}", virtual_account)
    work.session.flush()
    return principal


def find_principal(work: Work, name: str) -> Principal | None:
    """The user or client of that name; ``None``: there is none."""
    return work.session.scalar(select(Principal).where(Principal.name == name))


def _is_own(principal: Principal, secret: Secret) -> bool:
    if principal.secret_digest is None:
        return False
    salt, _, digest = principal.secret_digest.partition(":")
    return hmac.compare_digest(digest, _digest(secret, salt))


def _give_secret(principal: Principal, secret: Secret) -> None:
    salt = secrets.token_hex(8)
    principal.secret_digest = f"{salt}:{_digest(secret, salt)}"


def _assignment(
    principal: Principal, account: SmartAccount, role: Role, virtual_account: VirtualAccount | None
) -> RoleAssignment | None:
    wanted = (role, account.id, None if virtual_account is None else virtual_account.id)
    return next(
        (one for one in principal.roles if (one.role, one.smart_account_id, one.virtual_account_id) == wanted), None
    )


def _digest(secret: Secret, salt: str) -> str:
    return hashlib.scrypt(secret.reveal().encode(), salt=salt.encode(), n=4096, r=8, p=1).hex()


def _login_digest(text: str, client_id: str, redirect_uri: str) -> str:
    return _token_digest("\0".join(("login", text, client_id, redirect_uri)))


def _token_digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
