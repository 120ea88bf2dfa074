"""What CSSM gives a device: ACK, policy, trust code, authorization code, conversion ACK, account - as files to import.

Element names ``smartLicenseRumAck`` (with ``data``) and ``smartLicensePolicy`` are seen (reference/reports.md sections
2 and 3), ``smartLicenseAuthorization`` and ``smartLicenseAccount`` are unverified, the other two are ours. **The fields
inside were not seen in any source: their format is ours, and stands in this module alone**, so that a real sample can
replace it. They carry what the show outputs prove that such a document must deliver.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, TypeAlias, TypeVar

from nornir_smartlic.errors import FileRejected
from nornir_smartlic.files.envelope import ROOT, compact_json, read_data, read_envelope, render_data, render_envelope
from nornir_smartlic.files.usage import read_sudi, sign, sudi
from nornir_smartlic.model import Policy, PolicyAttributes, PolicyDays, PolicyOrigin, Udi


@dataclass(frozen=True, slots=True)
class Ack:
    """CSSM has these usage reports. One document speaks for the whole device, *udi* is its active member."""

    udi: Udi
    issued: datetime
    report_ids: tuple[int, ...]
    smart_account: str | None = None
    virtual_account: str | None = None
    correlation_id: str | None = None
    signature: str | None = None


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """A policy to install; its ``installed`` time is set by the device. ``udi``: ``None`` is for any device."""

    policy: Policy
    issued: datetime
    udi: Udi | None = None
    signature: str | None = None


@dataclass(frozen=True, slots=True)
class TrustCodeDocument:
    """A trust code for one member. ``trust_id`` is the number that tech support prints as TrustId."""

    udi: Udi
    trust_id: str
    issued: datetime
    expires: datetime
    smart_account: str | None = None
    virtual_account: str | None = None
    signature: str | None = None


@dataclass(frozen=True, slots=True)
class AuthorizedLicense:
    """A licence in an authorization code; ``end`` is ``None`` for a perpetual one."""

    tag: str
    count: int
    license_type: str = "PERPETUAL"  # PERPETUAL | TERM | SUBSCRIPTION
    start: datetime | None = None
    end: datetime | None = None
    subscription_id: str | None = None


@dataclass(frozen=True, slots=True)
class AuthorizationDocument:
    """An authorization code (SLAC) for one member; it replaces the one before. ``kind``: SMART, SPECIFIC, UNIVERSAL."""

    udi: Udi
    code: str
    issued: datetime
    licenses: tuple[AuthorizedLicense, ...]
    kind: str = "SMART"
    signature: str | None = None


@dataclass(frozen=True, slots=True)
class ConversionAck:
    """CSSM has converted the device's old licences (DLC)."""

    udi: Udi
    issued: datetime
    status: str
    signature: str | None = None


@dataclass(frozen=True, slots=True)
class AccountInfo:
    """The accounts that the device belongs to."""

    udi: Udi
    issued: datetime
    smart_account: str
    virtual_account: str
    signature: str | None = None


Document: TypeAlias = Ack | PolicyDocument | TrustCodeDocument | AuthorizationDocument | ConversionAck | AccountInfo
D = TypeVar("D", bound=Document)

ELEMENTS: Final[Mapping[type[Document], str]] = {
    Ack: "smartLicenseRumAck",
    PolicyDocument: "smartLicensePolicy",
    TrustCodeDocument: "smartLicenseTrustCode",
    AuthorizationDocument: "smartLicenseAuthorization",
    ConversionAck: "smartLicenseConversionAck",
    AccountInfo: "smartLicenseAccount",
}


def parse_smart_license(text: str) -> tuple[Document, ...]:
    """The documents in *text*, in order; a single one may be the root itself (reports.md section 3).

    Raises:
        FileRejected: not such a file, an unknown element, or a field that is missing or of the wrong kind.
    """
    root = read_envelope(text)
    elements = root.children if root.name == ROOT else [root]
    if not elements:
        raise FileRejected(f"<{ROOT}> is empty - expected {_known()}")
    documents = []
    for element in elements:
        if element.name not in _READERS:
            raise FileRejected(f"<{element.name}> - expected {_known()}")
        raw = read_data(element)
        if not isinstance(raw, dict):
            raise FileRejected(f"<{element.name}>: a JSON {type(raw).__name__} - expected an object")
        try:
            documents.append(_READERS[element.name](raw))
        except KeyError as error:
            raise FileRejected(f"<{element.name}>: no {error.args[0]}") from None
        except (TypeError, ValueError, AttributeError) as error:
            raise FileRejected(f"<{element.name}>: {str(error).splitlines()[0]}") from None
    return tuple(documents)


def render_smart_license(documents: Iterable[Document]) -> str:
    """The file of *documents*, one element a line."""
    return render_envelope(render_data(ELEMENTS[type(document)], _raw(document)) for document in documents)


def signed(document: D, key: str) -> D:
    """*document* with its signature, made with *key*."""
    return replace(document, signature=_signature(document, key))


def is_signed(document: Document, key: str) -> bool:
    """Whether the signature of *document* was made with *key* over what now stands in it."""
    return document.signature is not None and hmac.compare_digest(document.signature, _signature(document, key))


def _signature(document: Document, key: str) -> str:
    raw = _raw(document)
    raw.pop("signature", None)
    return sign(compact_json([ELEMENTS[type(document)], raw]), key)


# --- writing --------------------------------------------------------------------------------------------------------


def _raw(document: Document) -> dict[str, Any]:
    raw = {key: value for key, value in _fields(document).items() if value is not None}
    raw["timestamp"] = document.issued.isoformat()
    if document.signature is not None:
        raw["signature"] = document.signature
    return raw


def _fields(document: Document) -> dict[str, Any]:
    match document:
        case Ack():
            return {
                "sudi": sudi(document.udi),
                "report_ids": list(document.report_ids),
                "smart_account": document.smart_account,
                "virtual_account": document.virtual_account,
                "correlation_id": document.correlation_id,
            }
        case PolicyDocument():
            return {"sudi": None if document.udi is None else sudi(document.udi), **_raw_policy(document.policy)}
        case TrustCodeDocument():
            return {
                "sudi": sudi(document.udi),
                "trust_id": document.trust_id,
                "expires": document.expires.isoformat(),
                "smart_account": document.smart_account,
                "virtual_account": document.virtual_account,
            }
        case AuthorizationDocument():
            return {
                "sudi": sudi(document.udi),
                "kind": document.kind,
                "code": document.code,
                "licenses": [_raw_license(license_) for license_ in document.licenses],
            }
        case ConversionAck():
            return {"sudi": sudi(document.udi), "status": document.status}
        case AccountInfo():
            return {
                "sudi": sudi(document.udi),
                "smart_account": document.smart_account,
                "virtual_account": document.virtual_account,
            }


_CLASSES: Final = ("perpetual", "subscription", "enforced", "export")
_VALUES: Final = ("first_report", "reporting_frequency", "report_on_change")


def _raw_policy(policy: Policy) -> dict[str, Any]:
    return {
        "name": policy.name,
        "ack_required": {
            "value": policy.ack_required,
            "origin": policy.ack_required_origin and policy.ack_required_origin.value,
        },
        **{
            name: {
                value: {"days": days.days, "origin": days.origin.value}
                for value in _VALUES
                for days in [getattr(getattr(policy, name), value)]
            }
            for name in _CLASSES
        },
    }


def _raw_license(license_: AuthorizedLicense) -> dict[str, Any]:
    return {
        "tag": license_.tag,
        "count": license_.count,
        "type": license_.license_type,
        "start": None if license_.start is None else license_.start.isoformat(),
        "end": None if license_.end is None else license_.end.isoformat(),
        "subscription_id": license_.subscription_id,
    }


# --- reading: each raises KeyError, TypeError or ValueError where a field is not as it should be --------------------


def _instant(raw: object) -> datetime:
    if not isinstance(raw, str):
        raise TypeError("a time that is not text")
    instant = datetime.fromisoformat(raw)
    if instant.tzinfo is None:
        raise ValueError(f"the time {raw} has no offset")
    return instant


def _optional_instant(raw: object) -> datetime | None:
    return None if raw is None else _instant(raw)


def _optional_text(raw: object) -> str | None:
    if raw is not None and not isinstance(raw, str):
        raise TypeError(f"{raw!r} - expected text")
    return raw


def _read_policy(raw: Mapping[str, Any]) -> Policy:
    def attributes(name: str) -> PolicyAttributes:
        return PolicyAttributes(
            **{
                value: PolicyDays(int(raw[name][value]["days"]), PolicyOrigin(raw[name][value]["origin"]))
                for value in _VALUES
            }
        )

    return Policy(
        installed=None,
        name=_optional_text(raw.get("name")),
        ack_required=bool(raw["ack_required"]["value"]),
        ack_required_origin=PolicyOrigin(raw["ack_required"]["origin"]),
        perpetual=attributes("perpetual"),
        subscription=attributes("subscription"),
        enforced=attributes("enforced"),
        export=attributes("export"),
    )


def _read_license(raw: Mapping[str, Any]) -> AuthorizedLicense:
    return AuthorizedLicense(
        tag=str(raw["tag"]),
        count=int(raw["count"]),
        license_type=str(raw["type"]),
        start=_optional_instant(raw.get("start")),
        end=_optional_instant(raw.get("end")),
        subscription_id=_optional_text(raw.get("subscription_id")),
    )


_READERS: Final[Mapping[str, Callable[[Mapping[str, Any]], Document]]] = {
    ELEMENTS[Ack]: lambda raw: Ack(
        udi=read_sudi(raw.get("sudi"), "ACK"),
        issued=_instant(raw["timestamp"]),
        report_ids=tuple(int(number) for number in raw["report_ids"]),
        smart_account=_optional_text(raw.get("smart_account")),
        virtual_account=_optional_text(raw.get("virtual_account")),
        correlation_id=_optional_text(raw.get("correlation_id")),
        signature=_optional_text(raw.get("signature")),
    ),
    ELEMENTS[PolicyDocument]: lambda raw: PolicyDocument(
        policy=_read_policy(raw),
        issued=_instant(raw["timestamp"]),
        udi=None if raw.get("sudi") is None else read_sudi(raw["sudi"], "policy"),
        signature=_optional_text(raw.get("signature")),
    ),
    ELEMENTS[TrustCodeDocument]: lambda raw: TrustCodeDocument(
        udi=read_sudi(raw.get("sudi"), "trust code"),
        trust_id=str(raw["trust_id"]),
        issued=_instant(raw["timestamp"]),
        expires=_instant(raw["expires"]),
        smart_account=_optional_text(raw.get("smart_account")),
        virtual_account=_optional_text(raw.get("virtual_account")),
        signature=_optional_text(raw.get("signature")),
    ),
    ELEMENTS[AuthorizationDocument]: lambda raw: AuthorizationDocument(
        udi=read_sudi(raw.get("sudi"), "authorization code"),
        code=str(raw["code"]),
        issued=_instant(raw["timestamp"]),
        licenses=tuple(_read_license(license_) for license_ in raw["licenses"]),
        kind=str(raw["kind"]),
        signature=_optional_text(raw.get("signature")),
    ),
    ELEMENTS[ConversionAck]: lambda raw: ConversionAck(
        udi=read_sudi(raw.get("sudi"), "conversion ACK"),
        issued=_instant(raw["timestamp"]),
        status=str(raw["status"]),
        signature=_optional_text(raw.get("signature")),
    ),
    ELEMENTS[AccountInfo]: lambda raw: AccountInfo(
        udi=read_sudi(raw.get("sudi"), "account"),
        issued=_instant(raw["timestamp"]),
        smart_account=str(raw["smart_account"]),
        virtual_account=str(raw["virtual_account"]),
        signature=_optional_text(raw.get("signature")),
    ),
}


def _known() -> str:
    return "one of " + ", ".join(sorted(ELEMENTS.values()))
