"""Request files that a device writes for CSSM: for trust codes and for authorization codes.

Source: reference/reports.md sections 4 and 5. The authorization request has the fields that a client of it reads; the
inside of a trust request was not seen: its element is ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from nornir_smartlic.errors import FileRejected
from nornir_smartlic.files.envelope import Element, names_of, read_data, read_envelope, render_data, render_envelope
from nornir_smartlic.files.usage import (
    SYSTEM_INFO_ELEMENT,
    SystemInfo,
    parse_system_info,
    read_sudi,
    render_system_info,
    sudi,
)
from nornir_smartlic.model import Udi

AUTHORIZATION_REQUEST_ELEMENT: Final = "smartLicenseAuthRequest"
TRUST_REQUEST_ELEMENT: Final = "smartLicenseTrustRequest"  # ours


@dataclass(frozen=True, slots=True)
class TrustRequestFile:
    """``license smart save trust-request``: asks for a trust code for each member."""

    system_info: SystemInfo
    members: tuple[Udi, ...]


@dataclass(frozen=True, slots=True)
class RequestedKey:
    """So many of one licence."""

    tag: str
    count: int


@dataclass(frozen=True, slots=True)
class MemberAuthorizationRequest:
    """What one member asks for, and the codes it already knows; ``remove_code``: it gives a licence back."""

    udi: Udi
    keys: tuple[RequestedKey, ...]
    confirm_code: str | None = None
    remove_code: str | None = None


@dataclass(frozen=True, slots=True)
class AuthorizationRequestFile:
    """``license smart authorization request save`` and ``... return ... offline``."""

    system_info: SystemInfo
    members: tuple[MemberAuthorizationRequest, ...]


def parse_trust_request(text: str) -> TrustRequestFile:
    """The trust request in *text*; raises `FileRejected`."""
    return trust_request_of(read_envelope(text))


def trust_request_of(root: Element) -> TrustRequestFile:
    """The same of a file that is parsed already; raises `FileRejected`."""
    system_info, raw = _read(root, TRUST_REQUEST_ELEMENT)
    return TrustRequestFile(
        system_info,
        tuple(read_sudi(member.get("sudi"), f"<{TRUST_REQUEST_ELEMENT}>") for member in raw),
    )


def render_trust_request(request: TrustRequestFile) -> str:
    """The file of *request*."""
    members = [{"sudi": sudi(udi)} for udi in request.members]
    return render_envelope([render_system_info(request.system_info), render_data(TRUST_REQUEST_ELEMENT, members)])


def parse_authorization_request(text: str) -> AuthorizationRequestFile:
    """The authorization request in *text*; raises `FileRejected`."""
    return authorization_request_of(read_envelope(text))


def authorization_request_of(root: Element) -> AuthorizationRequestFile:
    """The same of a file that is parsed already; raises `FileRejected`."""
    system_info, raw = _read(root, AUTHORIZATION_REQUEST_ELEMENT)
    return AuthorizationRequestFile(system_info, tuple(_member(member) for member in raw))


def render_authorization_request(request: AuthorizationRequestFile) -> str:
    """The file of *request*."""
    members: list[dict[str, Any]] = []
    for member in request.members:
        raw: dict[str, Any] = {
            "sudi": sudi(member.udi),
            "keys": [{"entitlement": key.tag, "count": str(key.count)} for key in member.keys],
        }
        if member.confirm_code is not None:
            raw["confirm_code"] = member.confirm_code
        if member.remove_code is not None:
            raw["remove_code"] = member.remove_code
        members.append(raw)
    return render_envelope(
        [render_system_info(request.system_info), render_data(AUTHORIZATION_REQUEST_ELEMENT, members)]
    )


def _member(raw: dict[str, Any]) -> MemberAuthorizationRequest:
    where = f"<{AUTHORIZATION_REQUEST_ELEMENT}>"
    keys = raw.get("keys", [])
    try:
        return MemberAuthorizationRequest(
            read_sudi(raw.get("sudi"), where),
            tuple(RequestedKey(str(key["entitlement"]), int(key["count"])) for key in keys),
            raw.get("confirm_code"),
            raw.get("remove_code"),
        )
    except (KeyError, TypeError, ValueError):
        raise FileRejected(f"{where}: a key without entitlement and count") from None


def _read(root: Element, name: str) -> tuple[SystemInfo, list[dict[str, Any]]]:
    info, element = root.child(SYSTEM_INFO_ELEMENT), root.child(name)
    if info is None or element is None:
        raise FileRejected(f"<{root.name}> with {names_of(root)} - expected {SYSTEM_INFO_ELEMENT} and {name}")
    raw = read_data(element)
    if not isinstance(raw, list) or not raw or not all(isinstance(member, dict) for member in raw):
        raise FileRejected(f"<{name}>: expected a list of members")
    return parse_system_info(info), raw
