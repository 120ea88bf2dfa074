"""Licence reservation (SLR, PLR): request codes, installation, return. Before 17.3.2; what is installed survives it.

Source: reference/cli.md section 7, license-smart-reservation/c9300-slr-request-return.txt. The installed code is an
authorization document of the kind SPECIFIC or UNIVERSAL (ours; the exported XML of real codes is unverified).
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final

from nornir_smartlic.errors import FileRejected, IllegalEvent
from nornir_smartlic.files import AuthorizationDocument, parse_smart_license
from nornir_smartlic.model import Udi
from smartlic_lab.agent import installation, legacy
from smartlic_lab.agent.authorization import NOTHING_INSTALLED
from smartlic_lab.agent.core import Core
from smartlic_lab.agent.events import (
    Print,
    ReservationCancelled,
    ReservationInstalled,
    ReservationRequested,
    ReservationReturned,
    Scope,
)
from smartlic_lab.agent.registration import ReservationRequest

ALREADY_REGISTERED: Final = "Already registered"
NOT_RESERVATION_MODE: Final = "not in license reservation mode"  # agent error 78
NO_RESERVATION: Final = "No license reservation is in progress"  # agent error 75
MISMATCH: Final = "The reservation authorization code does not match the reservation request code"  # agent error 77
ALREADY_INSTALLED: Final = "The reservation authorization code is already installed"  # agent error 100
NOT_PARSED: Final = "Failed to parse reservation authorization code"  # agent error 101
_BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def request(core: Core, event: ReservationRequested, now: datetime) -> None:
    """``license smart reservation request {all|local|universal}``."""
    _require_mode(core)
    udis = _scoped(core, event.scope)
    if core.store.legacy.is_registered or any(_has_code(core, udi) for udi in udis):
        raise IllegalEvent(ALREADY_REGISTERED)
    printed = ["Enter this request code in the Cisco Smart Software Manager portal:"]
    for udi in udis:
        code = request_code(udi, now, universal=event.universal)
        core.store.legacy.reservations[str(udi)] = ReservationRequest(code, event.universal)
        printed += [code] if len(udis) == 1 else [f"UDI: {udi}", f"    Request code: {code}"]
    core.do(Print("\n".join([*printed, ""])))


def install(core: Core, event: ReservationInstalled, now: datetime) -> None:
    """``license smart reservation install``."""
    _require_mode(core)
    reservations = core.store.legacy.reservations
    try:
        documents = parse_smart_license(event.code)
    except FileRejected as rejected:
        raise IllegalEvent(NOT_PARSED) from rejected
    codes = [one for one in documents if isinstance(one, AuthorizationDocument) and one.kind != "SMART"]
    if not codes or len(codes) != len(documents):
        raise IllegalEvent(NOT_PARSED)
    for document in codes:
        if _has_code(core, document.udi):
            raise IllegalEvent(ALREADY_INSTALLED)
        if str(document.udi) not in reservations:
            raise IllegalEvent(MISMATCH if reservations else NO_RESERVATION)
    installation.read_documents(core, event.code)  # signed by CSSM
    for document in codes:
        installation.install(core, document, now)
        reservations.pop(str(document.udi), None)  # a file may hold two codes for one device
    legacy.evaluate(core, now)
    core.do(Print("Reservation install successful\n"))  # unverified


def give_back(core: Core, event: ReservationReturned, now: datetime) -> None:
    """``license smart reservation return``, confirmed."""
    udis = [udi for udi in _scoped(core, event.scope) if _has_code(core, udi)]
    if not udis:
        raise IllegalEvent(NOTHING_INSTALLED)
    printed = ["Enter this return code in Cisco Smart Software Manager portal:"]
    for udi in udis:
        code = core.store.authorizations.of(udi).give_back(udi, now)
        printed += [code] if len(udis) == 1 else [f"UDI: {udi}", f"    Return code: {code}"]
    core.do(Print("\n".join([*printed, ""])))
    legacy.evaluate(core, now)


def cancel(core: Core, _event: ReservationCancelled, _now: datetime) -> None:
    """``license smart reservation cancel``."""
    if not core.store.legacy.reservations:
        raise IllegalEvent(NO_RESERVATION)
    core.store.legacy.reservations.clear()


def request_code(udi: Udi, now: datetime, *, universal: bool) -> str:
    """``CB-Z<PID>:<SN>-<9 of base58>-<2 hex>``; CC, for universal, is unverified. The content is ours."""
    digest = hashlib.sha256(f"{udi} {now.isoformat()}".encode()).digest()
    number = int.from_bytes(digest[:16], "big")
    text = ""
    for _ in range(9):
        number, digit = divmod(number, 58)
        text += _BASE58[digit]
    return f"{'CC' if universal else 'CB'}-Z{udi.pid}:{udi.sn}-{text}-{digest[-1]:02x}"


def _require_mode(core: Core) -> None:
    if not core.settings.reservation:
        raise IllegalEvent(NOT_RESERVATION_MODE)


def _has_code(core: Core, udi: Udi) -> bool:
    member = core.store.authorizations.members.get(str(udi))
    return member is not None and member.is_reservation


def _scoped(core: Core, scope: Scope) -> tuple[Udi, ...]:
    return core.udis if scope is Scope.ALL else core.udis[:1]
