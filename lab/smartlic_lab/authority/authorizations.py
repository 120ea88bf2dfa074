"""Authorization codes (SLAC): asked for by UDI, confirmed by the device, returned; each holds licences of a pool.

Source: reference/policy.md section 5, reports.md section 4. The texts of refusals are unverified.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from nornir_smartlic.files import AuthorizationDocument, AuthorizedLicense, signed
from nornir_smartlic.model import Udi
from smartlic_lab.authority.catalogue import license_of_tag
from smartlic_lab.authority.errors import Refusal
from smartlic_lab.authority.licenses import Position, position
from smartlic_lab.authority.models import AuthorizationCode, License, ProductInstance, Term, VirtualAccount
from smartlic_lab.authority.product_instances import find_instance, take_in
from smartlic_lab.authority.rights import Right
from smartlic_lab.authority.work import Work
from smartlic_lab.world.signing import CSSM_KEY, is_return_code

_ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"  # base58; reference/cli.md section 3
MAX_COUNT: Final = 100_000


class AuthorizationRefused(Refusal):
    """No code for this device; the text is the reason that it is given."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """So many of one licence for one member."""

    udi: Udi
    tag: str
    count: int


def authorize(
    work: Work, virtual_account: VirtualAccount, wanted: Sequence[Wanted], *, replace: bool = False
) -> list[AuthorizationDocument]:
    """A code for each member in *wanted*, for what it has already and what it asks for; with *replace* for that alone.

    A member's new code takes the place of the one before, so that asking again changes nothing.
    """
    account = virtual_account.smart_account
    if not wanted:
        raise AuthorizationRefused("nothing is asked for")
    for one in wanted:
        license_ = license_of_tag(work, one.tag)
        if not 1 <= one.count <= MAX_COUNT:
            raise AuthorizationRefused(f"{one.count} is no number of licences")
        if license_.export_restricted and not account.export_controlled_allowed:
            raise AuthorizationRefused("The smart account is not allowed to use export-controlled functionality")
    return [
        _authorize_member(work, virtual_account, udi, [one for one in wanted if one.udi == udi], replace=replace)
        for udi in dict.fromkeys(one.udi for one in wanted)
    ]


def confirm(work: Work, udi: Udi, confirmation_code: str | None) -> None:
    """The member has installed its code; *confirmation_code* confirms the removal of the one before."""
    for code in _installed(work, udi):
        code.confirmed = work.now
        code.confirmation_code = confirmation_code


def return_code(work: Work, udi: Udi, code: str) -> int:
    """The member has given its licences back; gives back how many codes that were. They are free for others."""
    if not is_return_code(udi, code):
        raise AuthorizationRefused(f"The return code is not valid for {udi}")
    if work.session.scalar(select(AuthorizationCode.id).where(AuthorizationCode.return_code == code).limit(1)):
        return 0  # it comes again: what the member holds by now is another code
    returned = _installed(work, udi)
    for one in returned:
        one.returned, one.return_code = work.now, code
        home = work.session.get_one(VirtualAccount, one.virtual_account_id)
        work.log(home.smart_account, "Authorization Returned", f"{udi} returned {one.count} of {one.tag}", home)
    return len(returned)


def return_by_hand(work: Work, virtual_account: VirtualAccount, udi: Udi, code: str) -> None:
    """Enter a return code that a device printed."""
    work.require(Right.MANAGE_LICENSES, virtual_account.smart_account, virtual_account)
    if not any(one.virtual_account_id == virtual_account.id for one in _installed(work, udi)):
        raise AuthorizationRefused(f"{udi} has no authorization code in {virtual_account.name}")
    return_code(work, udi, code)


def has_code(work: Work, udi: Udi) -> bool:
    """Whether that member holds licences by an authorization code."""
    return bool(_installed(work, udi))


def authorization_codes(work: Work, virtual_account: VirtualAccount) -> Sequence[AuthorizationCode]:
    """The codes that are out, oldest first."""
    work.require(Right.MANAGE_LICENSES, virtual_account.smart_account, virtual_account)
    return work.session.scalars(
        select(AuthorizationCode)
        .where(AuthorizationCode.virtual_account_id == virtual_account.id, AuthorizationCode.returned.is_(None))
        .order_by(AuthorizationCode.id)
    ).all()


def code_text() -> str:
    """A new code: groups of six of base58. Source for the form: reference/cli.md section 3; the content is random."""
    text = "".join(secrets.choice(_ALPHABET) for _ in range(51))
    return "-".join(text[at : at + 6] for at in range(0, len(text), 6))


def _authorize_member(
    work: Work, virtual_account: VirtualAccount, udi: Udi, wanted: Iterable[Wanted], *, replace: bool
) -> AuthorizationDocument:
    home, instance = _home(work, virtual_account, udi)
    before = {one.tag: one for one in _installed(work, udi)}
    counts = {} if replace else {tag: one.count for tag, one in before.items()}
    counts.update({one.tag: one.count for one in wanted})
    for old in before.values():
        old.returned = work.now
    work.session.flush()
    text = code_text()
    licenses = []
    for tag, count in counts.items():
        license_ = work.session.get_one(License, tag)
        licenses.append(_take_out(work, home, instance, udi, license_, count, text))
    work.log(home.smart_account, "Authorization Code Issued", f"{udi} was given an authorization code", home)
    return signed(AuthorizationDocument(udi, text, work.now, tuple(licenses)), CSSM_KEY)


def _home(work: Work, virtual_account: VirtualAccount, udi: Udi) -> tuple[VirtualAccount, ProductInstance]:
    """Where the member belongs, and the device that it is part of."""
    instance = find_instance(work, udi)
    if instance is None:
        instance = take_in(work, virtual_account, udi)
    if instance.virtual_account.smart_account_id != virtual_account.smart_account_id:
        raise AuthorizationRefused(f"{udi} belongs to another smart account")
    return instance.virtual_account, instance


def _take_out(
    work: Work, home: VirtualAccount, instance: ProductInstance, udi: Udi, license_: License, count: int, text: str
) -> AuthorizedLicense:
    here = position(work, home, license_)
    if here.balance < count:
        raise AuthorizationRefused(f"Insufficient licenses: {home.name} has {max(here.balance, 0)} {license_.display}")
    work.session.add(
        AuthorizationCode(
            virtual_account_id=home.id,
            product_instance_id=instance.id,
            pid=udi.pid,
            sn=udi.sn,
            tag=license_.tag,
            count=count,
            code=text,
            issued=work.now,
        )
    )
    work.session.flush()
    return licensed(here, count)


def licensed(here: Position, count: int) -> AuthorizedLicense:
    """*count* licences of that position, as a code carries them; a term has its dates."""
    term = next((pool for pool in here.pools if pool.term is Term.TERM), None)
    perpetual = any(pool.term is Term.PERPETUAL for pool in here.pools)
    if term is None or perpetual:
        return AuthorizedLicense(here.license.tag, count)
    return AuthorizedLicense(
        here.license.tag, count, "TERM", start=term.started, end=term.ended, subscription_id=term.subscription_id
    )


def _installed(work: Work, udi: Udi) -> Sequence[AuthorizationCode]:
    return work.session.scalars(
        select(AuthorizationCode).where(
            AuthorizationCode.pid == udi.pid, AuthorizationCode.sn == udi.sn, AuthorizationCode.returned.is_(None)
        )
    ).all()
