"""Licence reservation (SLR, PLR): licences taken out of a pool for one device, by codes that people carry.

Source: FAQ, "Full, offline access - license reservation"; reference/cli.md section 7 (form of a request code). What is
inside an authorization code was never seen: it is the lab's document of kind SPECIFIC or UNIVERSAL.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import select

from nornir_smartlic.files import AuthorizationDocument, render_smart_license, signed
from nornir_smartlic.model import Udi
from smartlic_lab.authority import authorizations, product_instances
from smartlic_lab.authority.authorizations import code_text, licensed
from smartlic_lab.authority.catalogue import license_of_tag
from smartlic_lab.authority.errors import Conflict, NotFound, Refusal
from smartlic_lab.authority.licenses import position
from smartlic_lab.authority.models import (
    License,
    ProductInstance,
    ReservationLine,
    ReservationRow,
    ReservationType,
    VirtualAccount,
)
from smartlic_lab.authority.product_instances import find_instance, take_in
from smartlic_lab.authority.rights import Right
from smartlic_lab.authority.work import Work
from smartlic_lab.world.signing import CSSM_KEY, is_return_code

_LETTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_REQUEST_CODE: Final = re.compile(
    r"(?P<kind>CB|CC)-Z(?P<pid>[^:\s]+):(?P<sn>[^-\s]+)-(?P<nonce>\w{8,10})-(?P<check>\w{2})"
)
_KINDS: Final = {"CB": ReservationType.SPECIFIC, "CC": ReservationType.UNIVERSAL}


def read_request_code(code: str) -> tuple[ReservationType, Udi]:
    """What a device's request code asks for, and the device; raises `Refusal`."""
    found = _REQUEST_CODE.fullmatch(code.strip())
    if found is None:
        raise Refusal("the reservation request code is not valid")
    return _KINDS[found["kind"]], Udi(found["pid"], found["sn"])


def reserve(
    work: Work, virtual_account: VirtualAccount, request_code: str, quantities: Mapping[str, int]
) -> ReservationRow:
    """Reserve licences (by tag) for the device of *request_code*; for a universal reservation *quantities* is empty."""
    work.require(Right.MANAGE_LICENSES, virtual_account.smart_account, virtual_account)
    kind, udi = read_request_code(request_code)
    _check(kind, quantities)
    known = find_instance(work, udi)
    standing = None if known is None else _standing(work, known.id)
    if standing is not None and _is_repeated(standing, virtual_account, request_code, quantities):
        return standing
    if standing is not None:
        raise Conflict(f"{udi} has a reservation already: update it or return it")
    if known is not None and known.virtual_account.smart_account_id != virtual_account.smart_account_id:
        raise Conflict(f"{udi} belongs to another smart account")
    _check_balance(work, virtual_account, quantities)
    instance = take_in(work, virtual_account, udi)
    work.session.flush()
    row = ReservationRow(
        virtual_account_id=virtual_account.id,
        product_instance_id=instance.id,
        kind=kind,
        request_code=request_code.strip(),
        authorization_code=_document(work, virtual_account, udi, kind, quantities),
        created=work.now,
        confirmed=work.now,
        lines=[ReservationLine(tag=tag, quantity=quantity) for tag, quantity in quantities.items()],
    )
    work.session.add(row)
    work.log(virtual_account.smart_account, "Licenses Reserved", f"licences were reserved for {udi}", virtual_account)
    work.session.flush()
    return row


def update_reservation(
    work: Work, virtual_account: VirtualAccount, udi: Udi, quantities: Mapping[str, int]
) -> ReservationRow:
    """Change what is reserved; it is to be confirmed with the code that the device prints for the new one."""
    row = _of(work, virtual_account, udi)
    _check(row.kind, quantities)
    held = {line.tag: line.quantity for line in row.lines}
    _check_balance(work, virtual_account, {tag: n - held.get(tag, 0) for tag, n in quantities.items()})
    row.lines = [
        *(line for line in row.lines if line.tag in quantities),
        *(ReservationLine(tag=tag, quantity=n) for tag, n in quantities.items() if tag not in held),
    ]
    for line in row.lines:
        line.quantity = quantities[line.tag]
    row.authorization_code = _document(work, virtual_account, udi, row.kind, quantities)
    row.updated, row.confirmed = work.now, None
    work.log(virtual_account.smart_account, "Reservation Updated", f"{udi}: the reservation changed", virtual_account)
    work.session.flush()
    return row


def confirm_reservation(work: Work, virtual_account: VirtualAccount, udi: Udi, confirmation_code: str) -> None:
    """Enter the confirmation code of an update: eight hexadecimal digits (reference/cli.md section 3)."""
    row = _of(work, virtual_account, udi)
    if re.fullmatch(r"[0-9a-f]{8}", confirmation_code) is None:
        raise Refusal("the confirmation code is not valid")
    if row.confirmed is not None:
        raise Conflict("there is no update to confirm")
    row.confirmed = work.now


def return_reservation(work: Work, virtual_account: VirtualAccount, udi: Udi, return_code: str) -> None:
    """Enter the return code of the device: what was reserved is free again."""
    if _is_returned(work, virtual_account, udi, return_code):
        return
    row = _of(work, virtual_account, udi)
    if not is_return_code(udi, return_code):
        raise Refusal("the reservation return code is not valid")
    row.returned, row.return_code = work.now, return_code
    work.log(virtual_account.smart_account, "Reservation Returned", f"{udi} returned its licences", virtual_account)


def remove_instance(work: Work, virtual_account: VirtualAccount, udi: Udi, return_code: str | None = None) -> None:
    """Forget a device; *return_code*, which it printed, frees what it holds by a code. One with a reservation needs it.

    Source: reference/cssm-clients.md (removal with ``returnCode``); that it is needed is unverified.
    """
    instance = product_instances.instance_in(work, virtual_account, udi)
    if _standing(work, instance.id) is not None:
        if not return_code:
            raise Conflict(f"{udi} has a reservation - expected the return code that the device prints")
        return_reservation(work, virtual_account, udi, return_code)
    elif return_code and authorizations.has_code(work, udi):
        authorizations.return_by_hand(work, virtual_account, udi, return_code)
    elif return_code:
        raise Refusal(f"{udi} holds no licence that could be returned")
    product_instances.remove_instance(work, instance)


def short_code(authorization_code: str) -> str:
    """The code of a universal reservation as products print and take it: six groups of six.

    Source: reference/cssm-clients.md (the form); how it comes about is ours.
    """
    number = int.from_bytes(hashlib.sha512(authorization_code.encode()).digest(), "big")
    text = ""
    for _ in range(36):
        number, digit = divmod(number, len(_LETTERS))
        text += _LETTERS[digit]
    return "-".join(text[at : at + 6] for at in range(0, 36, 6))


def device_of(work: Work, row: ReservationRow) -> str:
    """The device that the reservation is for."""
    instance = work.session.get_one(ProductInstance, row.product_instance_id)
    return str(Udi(instance.pid, instance.sn))


def reservations(work: Work, virtual_account: VirtualAccount) -> Sequence[ReservationRow]:
    """Those that stand."""
    work.require(Right.MANAGE_LICENSES, virtual_account.smart_account, virtual_account)
    return work.session.scalars(
        select(ReservationRow)
        .where(ReservationRow.virtual_account_id == virtual_account.id, ReservationRow.returned.is_(None))
        .order_by(ReservationRow.id)
    ).all()


def _check(kind: ReservationType, quantities: Mapping[str, int]) -> None:
    if kind is ReservationType.UNIVERSAL and quantities:
        raise Refusal("a universal reservation names no licences")
    if kind is ReservationType.SPECIFIC and not quantities:
        raise Refusal("a specific reservation names its licences")
    if any(quantity < 1 for quantity in quantities.values()):
        raise Refusal("at least one of each licence is reserved")


def _is_repeated(row: ReservationRow, home: VirtualAccount, request_code: str, quantities: Mapping[str, int]) -> bool:
    """Whether this was reserved already, and is asked for again because the answer was lost."""
    asked = (home.id, request_code.strip(), dict(quantities))
    return asked == (row.virtual_account_id, row.request_code, {line.tag: line.quantity for line in row.lines})


def _check_balance(work: Work, virtual_account: VirtualAccount, quantities: Mapping[str, int]) -> None:
    for tag, quantity in quantities.items():
        license_ = work.session.get(License, tag)
        if license_ is None:
            raise NotFound(f"there is no licence {tag!r}")
        if license_.export_restricted and not virtual_account.smart_account.export_controlled_allowed:
            raise Conflict("the smart account may not have export-controlled licences")
        balance = position(work, virtual_account, license_).balance
        if quantity > max(balance, 0):
            raise Conflict(f"insufficient licenses: {virtual_account.name} has {max(balance, 0)} {license_.display}")


def _document(work: Work, home: VirtualAccount, udi: Udi, kind: ReservationType, quantities: Mapping[str, int]) -> str:
    licenses = tuple(
        licensed(position(work, home, license_of_tag(work, tag)), quantity) for tag, quantity in quantities.items()
    )
    document = AuthorizationDocument(udi, code_text(), work.now, licenses, kind=kind.value)
    return render_smart_license([signed(document, CSSM_KEY)])


def _standing(work: Work, instance_id: int) -> ReservationRow | None:
    return work.session.scalar(
        select(ReservationRow).where(
            ReservationRow.product_instance_id == instance_id, ReservationRow.returned.is_(None)
        )
    )


def _is_returned(work: Work, virtual_account: VirtualAccount, udi: Udi, return_code: str) -> bool:
    """Whether this return code was entered already."""
    work.require(Right.MANAGE_LICENSES, virtual_account.smart_account, virtual_account)
    entered = select(ReservationRow.id).join(ProductInstance, ProductInstance.id == ReservationRow.product_instance_id)
    here = entered.where(
        ReservationRow.virtual_account_id == virtual_account.id,
        ReservationRow.return_code == return_code,
        ProductInstance.pid == udi.pid,
        ProductInstance.sn == udi.sn,
    )
    return work.session.scalar(here.limit(1)) is not None


def _of(work: Work, virtual_account: VirtualAccount, udi: Udi) -> ReservationRow:
    work.require(Right.MANAGE_LICENSES, virtual_account.smart_account, virtual_account)
    instance = find_instance(work, udi)
    row = None if instance is None else _standing(work, instance.id)
    if row is None or row.virtual_account_id != virtual_account.id:
        raise NotFound(f"{udi} has no reservation in {virtual_account.name}")
    return row
