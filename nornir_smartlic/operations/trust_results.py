"""What came of asking for trust, as a closed set: for scripts, which should not compare texts."""

from __future__ import annotations

import re
from enum import Enum
from typing import Final


class TrustResult(Enum):
    """What came of it. What failed is named by what has to be mended; the device's own words stand in the error."""

    INSTALLED = "installed"
    ALREADY_INSTALLED = "already-installed"
    NEEDED = "needed"  # a dry run: a member is without trust code
    NOT_APPLICABLE = "not-applicable"
    NO_TRANSPORT = "no-transport"  # no URL, or one of another transport
    NAME_UNRESOLVED = "name-unresolved"
    NO_ROUTE = "no-route"  # no route, VRF or source address for it
    NO_ANSWER = "no-answer"
    PROXY = "proxy"
    CERTIFICATE = "certificate"
    REVOCATION_LIST = "revocation-list"
    OLD_ROOT = "old-root"
    CLOCK = "clock"
    FAR_END = "far-end"  # it answers with an error, or with nothing
    TOKEN_INVALID = "token-invalid"  # noqa: S105  the name of a result
    TOKEN_EXPIRED = "token-expired"  # noqa: S105  the name of a result
    TOKEN_USED_UP = "token-used-up"  # noqa: S105  the name of a result
    TOKEN_REVOKED = "token-revoked"  # noqa: S105  the name of a result
    OTHER_ACCOUNT = "other-account"
    ON_PREM_TOO_OLD = "on-prem-too-old"
    REFUSED_BY_DEVICE = "refused-by-device"
    REFUSED_BY_CSSM = "refused-by-cssm"  # for a reason that is none of the above


_TEXTS: Final = (
    (re.compile(r"already (?:installed|registered|in progress)", re.I), TrustResult.ALREADY_INSTALLED),
    (re.compile(r"time ?stamp|clock", re.I), TrustResult.CLOCK),
    (re.compile(r"token.*revoked|revoked.*token", re.I), TrustResult.TOKEN_REVOKED),
    (re.compile(r"token.*expired|expired.*token", re.I), TrustResult.TOKEN_EXPIRED),
    (
        re.compile(r"token.*(?:maximum|exceed|used up|no uses)|(?:maximum|exceed).*token", re.I),
        TrustResult.TOKEN_USED_UP,
    ),
    (re.compile(r"token.*(?:not valid|invalid|not found|unknown)|invalid.*token", re.I), TrustResult.TOKEN_INVALID),
    (re.compile(r"down rev", re.I), TrustResult.ON_PREM_TOO_OLD),
)
"""Source: Cisco's guide to Smart Licensing Using Policy on Nexus, "Trust code installation failed": already installed,
timestamp mismatch; agent error 40 (reference/cli.md section 6). Unverified: the wording for tokens."""

_COMMUNICATION: Final = (
    (re.compile(r"resolve", re.I), TrustResult.NAME_UNRESOLVED),
    (re.compile(r"No reply|Unable to connect|Fail to send out Call Home", re.I), TrustResult.NO_ANSWER),
    (re.compile(r"certificate|SSL|TLS"), TrustResult.CERTIFICATE),
    (re.compile(r"empty response|^Communications failure|Server error", re.I), TrustResult.FAR_END),
    (re.compile(r"init failure|disabled in call-home", re.I), TrustResult.NO_TRANSPORT),
)
"""Source: reference/cli.md section 5, the reasons of COMM_FAILED."""

_CAUSES: Final = {
    "no-lookup": TrustResult.NAME_UNRESOLVED,
    "no-name-server": TrustResult.NAME_UNRESOLVED,
    "name-unresolved": TrustResult.NAME_UNRESOLVED,
    "no-vrf": TrustResult.NO_ROUTE,
    "no-source-interface": TrustResult.NO_ROUTE,
    "no-source-address": TrustResult.NO_ROUTE,
    "vrf-mismatch": TrustResult.NO_ROUTE,
    "no-route": TrustResult.NO_ROUTE,
    "no-way": TrustResult.NO_ANSWER,
    "proxy": TrustResult.PROXY,
    "certificate": TrustResult.CERTIFICATE,
    "server-identity": TrustResult.CERTIFICATE,
    "no-trustpoint": TrustResult.CERTIFICATE,
    "revocation": TrustResult.REVOCATION_LIST,
    "old-root": TrustResult.OLD_ROOT,
    "clock": TrustResult.CLOCK,
    "empty-answer": TrustResult.FAR_END,
    "far-end": TrustResult.FAR_END,
    "no-url": TrustResult.NO_TRANSPORT,
    "wrong-url": TrustResult.NO_TRANSPORT,
    "call-home-off": TrustResult.NO_TRANSPORT,
    "on-prem-too-old": TrustResult.ON_PREM_TOO_OLD,
}


def result_of_reason(reason: str) -> TrustResult:
    """What *reason*, the device's words for an answer of CSSM or for its own refusal, means."""
    return next((result for text, result in _TEXTS if text.search(reason)), TrustResult.REFUSED_BY_CSSM)


def result_of_communication(reason: str) -> TrustResult | None:
    """What a failed communication means, as far as its text alone says so; ``None``: it is none that is known."""
    return next((result for text, result in _COMMUNICATION if text.search(reason)), None)


def result_of_cause(identifier: str) -> TrustResult | None:
    """The result for a cause of `diagnose`; ``None``: it does not keep trust away."""
    return _CAUSES.get(identifier)
