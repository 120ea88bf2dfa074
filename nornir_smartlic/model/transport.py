"""How a device reaches CSSM, and what it keeps to itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from urllib.parse import urlsplit

from nornir_smartlic.model.seldom import seldom


class TransportType(Enum):
    """``Type:`` in the transport section; the value is the device's spelling, mixed case included.

    Source: reference/outputs.md section 2; ``Automatic`` is unverified.
    """

    CSLU = "cslu"
    SMART = "Smart"
    CALLHOME = "Callhome"
    OFF = "Transport Off"
    AUTOMATIC = "Automatic"

    @property
    def keyword(self) -> str:
        """The keyword of ``license smart transport``."""
        return {"Transport Off": "off"}.get(self.value, self.value.lower())

    @classmethod
    def of_url(cls, url: str) -> TransportType | None:
        """Whose path *url* has; ``None``: it does not tell.

        Source: reference/reports.md section 6, transport endpoints.
        """
        path = urlsplit(url).path.lower()
        if "/cslu/" in path:
            return cls.CSLU
        if "/oddce/" in path or path.startswith("/transportgateway"):
            return cls.CALLHOME
        if path.startswith(("/licservice", "/smarttransport")):
            return cls.SMART
        return None


@dataclass(frozen=True, slots=True)
class Proxy:
    """An HTTP proxy of ``license smart proxy``. Passwords are not printed by devices and have no field."""

    address: str | None
    port: int | None
    username: str | None = None


@dataclass(frozen=True, slots=True)
class Transport:
    """The ``Transport:`` section."""

    type: TransportType | None  # None: a word that is not known, which is left unparsed
    url: str | None = None  # smart only
    cslu_address: str | None = None  # cslu only; None: <empty>, found by the name cslu-local
    proxy: Proxy | None = None  # None: Not Configured
    vrf: str | None = None  # None: Not Configured or <empty>
    server_identity_check: bool | None = None  # None: not printed, it is in tech support only
    ip_mode: str | None = None  # tech support of agent 6.3
    trust_point: str | None = None  # tech support of agent 6.3
    registration_url: str | None = seldom(None)  # legacy smart transport, as the next; unverified
    utility_url: str | None = seldom(None)


@dataclass(frozen=True, slots=True)
class DataPrivacy:
    """The ``Data Privacy:`` section; a privacy that is on keeps the datum out of reports."""

    sending_hostname: bool
    callhome_hostname_privacy: bool
    hostname_privacy: bool
    version_privacy: bool
