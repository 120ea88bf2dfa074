"""The network between things, as a device sees it: a protocol, so that device and authority know no socket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from ipaddress import IPv4Network
from typing import Final, Protocol

from nornir_smartlic.errors import SmartLicError
from nornir_smartlic.model import Proxy


class DeliveryFailed(SmartLicError):
    """Nothing came back; ``reason`` is the text that the device prints behind ``Communications failure with ...``.

    Source: reference/cli.md section 5, reasons: ``Unable to resolve server hostname/domain name``,
    ``Received empty response from server``, ``Communications failure``, ``No reply from server`` (unverified),
    ``Unable to connect to server`` (unverified), ``Server certificate verification failed`` (unverified).
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Outcome(Enum):
    """What becomes of packets, whoever sent them: the Smart Agent, ``ping`` or ``telnet``."""

    ANSWERED = "the far end answers"
    REFUSED = "the far end is there, but nothing listens at the port"
    UNREACHABLE = "a router on the way knows no such host"
    LOST = "no answer comes"
    NO_ROUTE = "the device has no route"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a device's request starts, and with what it finds its way; all of it from its configuration."""

    device: str
    clock: datetime  # the device's own, against which certificates are checked
    vrf: str | None = None
    source_interface: str | None = None
    source_address: str | None = None  # of the source interface; None: it has none, is down, or none is set
    routes: tuple[IPv4Network, ...] = ()  # of this VRF, by the configuration
    domain_lookup: bool = True
    domain_name: str | None = None
    name_servers: tuple[str, ...] = ()  # of this VRF
    hosts: Mapping[str, str] = field(default_factory=dict)  # ip host, of this VRF
    proxy: Proxy | None = None
    revocation_check: bool = True  # the CRL must be reachable too
    server_identity_check: bool = True
    trustpoint_present: bool = True  # SLA-TrustPoint exists


class Network(Protocol):
    """Carries a request to whoever answers at *url*."""

    def send(self, origin: Origin, url: str, body: bytes, headers: Mapping[str, str] | None = None) -> bytes:
        """POST *body*; raises `DeliveryFailed`."""
        ...

    def resolve(self, origin: Origin, name: str) -> str | None:
        """The address of *name* for this device, ``None`` where it cannot be resolved."""
        ...

    def probe(self, origin: Origin, address: str, port: int | None = None) -> Outcome:
        """What becomes of an echo to *address*, or of a connection to its *port*, by the way that reports go.

        A proxy is not asked, and a counted fault is not used up.
        """
        ...


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request to an authority, whoever carried it: the world in memory, or a server."""

    method: str
    path: str  # without the query
    host: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    body: bytes = b""
    client: str = ""  # the device's name in memory, an address over a socket
    content: object | None = field(default=None, compare=False)  # what `Authority.read` made of the body


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """An authority's answer."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


NO_ANSWER: Final = HttpResponse(status=0)
"""What was asked is done, and the answer is lost: whoever carries it closes the connection without a word."""


class Authority(Protocol):
    """CSSM, SSM On-Prem or CSLU: a plain object. ``now`` is handed in, it reads no clock."""

    name: str

    def handle(self, request: HttpRequest, now: datetime) -> HttpResponse:
        """Answer one request. Raises nothing: an error is a response."""
        ...

    def read(self, request: HttpRequest) -> HttpRequest:
        """*request* with its body read, as far as that can be done beside others; raises nothing."""
        ...

    def admits(self, authorization: str, now: datetime) -> bool:
        """Whether that ``Authorization`` header is one that it gave out."""
        ...

    def tick(self, now: datetime) -> None:
        """Do what is due by *now* (process reports, expire tokens, raise alerts)."""
        ...

    def next_wakeup(self) -> datetime | None:
        """When `tick` is next needed; ``None``: not until something comes in."""
        ...
