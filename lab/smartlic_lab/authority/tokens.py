"""Registration tokens: what a device shows to be taken into a virtual account.

A token is good for a number of days and, if it says so, for a number of devices: a device that uses it again is
not counted again. Source: reference/reports.md section 7.2 (fields), policy.md section 4 (use).
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import func, select

from smartlic_lab.authority.errors import Conflict, NotFound, Refusal
from smartlic_lab.authority.models import ProductInstance, RegistrationToken, TokenUse, VirtualAccount
from smartlic_lab.authority.rights import Right
from smartlic_lab.authority.work import Work

MAX_DAYS: Final = 9999  # unverified


class TokenRefused(Refusal):
    """The token does not let this device in; the text is the reason that the device is given (texts unverified)."""


def create_token(
    work: Work,
    virtual_account: VirtualAccount,
    *,
    expires_after_days: int = 30,
    max_uses: int | None = None,
    export_controlled: bool = False,
    description: str = "",
    text: str | None = None,
) -> RegistrationToken:
    """Make a token; *text* is for labs that want to know it beforehand, ``max_uses`` ``None``: for any number."""
    account = virtual_account.smart_account
    work.require(Right.MANAGE_LICENSES, account, virtual_account)
    if not 1 <= expires_after_days <= MAX_DAYS:
        raise Refusal(f"a token expires after 1 to {MAX_DAYS} days")
    if max_uses is not None and max_uses < 1:
        raise Refusal("the number of uses of a token is at least 1")
    if export_controlled and not account.export_controlled_allowed:
        raise Conflict(f"{account.domain} may not have export-controlled licences")
    if text is not None:
        taken = select(RegistrationToken.id).where(RegistrationToken.text == text)
        if work.session.scalar(taken) is not None:
            raise Conflict("there is a token with this text already")
    token = RegistrationToken(
        virtual_account=virtual_account,
        text=text or _new_text(),
        description=description,
        created=work.now,
        creator=work.actor.name,
        expires=work.now + timedelta(days=expires_after_days),
        max_uses=max_uses,
        export_controlled=export_controlled,
    )
    work.session.add(token)
    work.session.flush()
    work.log(account, "Token Created", f"token {token.id} was created for {expires_after_days} days", virtual_account)
    return token


def list_tokens(work: Work, virtual_account: VirtualAccount) -> Sequence[RegistrationToken]:
    """The tokens that are still good for something, oldest first."""
    work.require(Right.MANAGE_LICENSES, virtual_account.smart_account, virtual_account)
    return work.session.scalars(
        select(RegistrationToken)
        .where(
            RegistrationToken.virtual_account_id == virtual_account.id,
            RegistrationToken.expires > work.now,
            RegistrationToken.revoked.is_(None),
        )
        .order_by(RegistrationToken.id)
    ).all()


def revoke_token(work: Work, virtual_account: VirtualAccount, text: str) -> None:
    """Let nobody else in with it; who came in stays in. Source: reference/policy.md section 4 (unverified)."""
    work.require(Right.MANAGE_LICENSES, virtual_account.smart_account, virtual_account)
    token = work.session.scalar(
        select(RegistrationToken).where(
            RegistrationToken.virtual_account_id == virtual_account.id, RegistrationToken.text == text
        )
    )
    if token is None:
        raise NotFound("there is no such token in this virtual account")
    token.revoked = token.revoked or work.now
    work.log(virtual_account.smart_account, "Token Revoked", f"token {token.id} was revoked", virtual_account)


def uses_of(work: Work, token: RegistrationToken) -> int:
    """How many devices have used it."""
    return work.session.scalar(select(func.count()).where(TokenUse.token_id == token.id)) or 0


def find_token(work: Work, text: str) -> RegistrationToken:
    """The token with this text, if it is good now; raises `TokenRefused`."""
    token = work.session.scalar(select(RegistrationToken).where(RegistrationToken.text == text).with_for_update())
    if token is None:
        raise TokenRefused("The token is not valid")
    if token.revoked is not None:
        raise TokenRefused("The token has been revoked")
    if token.expires <= work.now:
        raise TokenRefused("The token has expired")
    return token


def use_token(work: Work, token: RegistrationToken, instance: ProductInstance) -> None:
    """Count one use for *instance*, once; raises `TokenRefused` when the uses are used up."""
    if work.session.get(TokenUse, (token.id, instance.id)) is not None:
        return
    if token.max_uses is not None and uses_of(work, token) >= token.max_uses:
        raise TokenRefused("The token has been used the maximum number of times")
    work.session.add(TokenUse(token_id=token.id, product_instance_id=instance.id, at=work.now))


def has_used(work: Work, text: str, instance: ProductInstance) -> bool:
    """Whether *instance* came in with the token of this text."""
    found = select(TokenUse.token_id).join(RegistrationToken, RegistrationToken.id == TokenUse.token_id)
    here = found.where(RegistrationToken.text == text, TokenUse.product_instance_id == instance.id)
    return work.session.scalar(here) is not None


def _new_text() -> str:
    """Long, random, and without a character that a command line would take for something else."""
    return base64.urlsafe_b64encode(secrets.token_bytes(66)).decode().rstrip("=")
