"""The world of a lab: one clock, the network between things, and whoever wakes up next.

Devices and authorities are plain objects that know neither. The world hands them ``now``, carries a device's request
to the authority that answers at its URL, or fails it with the reason that a real device prints, and runs in order of
time whatever has asked to be woken.
"""

from __future__ import annotations

import heapq
import ipaddress
import itertools
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol
from urllib.parse import parse_qsl, urlsplit

from nornir_smartlic.errors import SmartLicError, UsageError
from smartlic_lab.world.clock import VirtualClock
from smartlic_lab.world.network import NO_ANSWER, Authority, DeliveryFailed, HttpRequest, HttpResponse, Origin, Outcome

_log = logging.getLogger(__name__)

# Source: reference/cli.md section 5. The first and the last two were seen on devices, the others are unverified there.
UNRESOLVED: Final = "Unable to resolve server hostname/domain name"
UNCONNECTED: Final = "Unable to connect to server"
NO_REPLY: Final = "No reply from server"
UNTRUSTED: Final = "Server certificate verification failed"
EMPTY: Final = "Received empty response from server"
FAILED: Final = "Communications failure"

_REASONS: Final = {
    Outcome.REFUSED: UNCONNECTED,
    Outcome.UNREACHABLE: UNCONNECTED,
    Outcome.LOST: NO_REPLY,
    Outcome.NO_ROUTE: UNCONNECTED,
}
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_WAKEUPS_AT_ONE_INSTANT: Final = 1000


class WorldError(SmartLicError):
    """Something in the world is not as it must be: an unknown name, a wakeup that never ends."""


class Participant(Protocol):
    """A device or an authority, as the clock sees it."""

    def tick(self, now: datetime) -> None: ...

    def next_wakeup(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Uplink:
    """A VRF of a device in which packets find a way out; ``None`` is the global table.

    ``needs_source_interface``: the far end answers only to the address of the interface, as from a management VRF.
    ``needs_route``: the configuration of the device must have a route, and the source interface, where one is set, an
    address; else the VRF alone is enough.
    """

    vrf: str | None = None
    needs_source_interface: bool = False
    needs_route: bool = False
    reaches: tuple[ipaddress.IPv4Network, ...] = (ipaddress.IPv4Network("0.0.0.0/0"),)

    def leads_to(self, address: str) -> bool:
        """Whether packets to *address* have a route."""
        target = ipaddress.ip_address(address)
        return any(target in network for network in self.reaches)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Something that answers a ping and is no authority: a gateway, another device."""

    name: str | None = None  # of a device, whose faults count
    ports: frozenset[int] = frozenset()
    answers: Callable[[], bool] = lambda: True


@dataclass(frozen=True, slots=True)
class ServerCertificate:
    """What a server shows in TLS, as far as a device checks it."""

    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    trusted: bool = True  # its chain ends in a root that SLA-TrustPoint holds
    crl_host: str | None = None  # where its revocation list is; None: it names none

    def covers(self, host: str) -> bool:
        """Whether *host* is one of its names, a wildcard for the leftmost label included."""
        host = host.lower()
        return any(name == host or (name[:2] == "*." and host.partition(".")[2] == name[2:]) for name in self.names)


@dataclass(frozen=True, slots=True)
class Site:
    """Where an authority answers: an address and port in the world, and its certificate (``None``: plain HTTP)."""

    authority: Authority
    address: str
    port: int
    certificate: ServerCertificate | None = None
    proxy_only: bool = False  # reached through an HTTP proxy alone


@dataclass(frozen=True, slots=True)
class FaultKind:
    """A way to fail, and what it means for whoever meets it."""

    name: str
    meaning: str
    reason: str  # what the device prints


FAULTS: Final = {
    kind.name: kind
    for kind in (
        FaultKind("unreachable", "packets to it are lost", NO_REPLY),
        FaultKind("refusing", "nothing listens there", UNCONNECTED),
        FaultKind("name-unknown", "its names cannot be resolved; on a name server: it does not answer", UNRESOLVED),
        FaultKind("certificate-expired", "its certificate has expired", UNTRUSTED),
        FaultKind("certificate-untrusted", "its certificate comes from a stranger", UNTRUSTED),
        FaultKind("crl-unreachable", "the revocation list cannot be fetched", UNTRUSTED),
        FaultKind("lost-answer", "it does what it is asked, and the answer is lost", NO_REPLY),
        FaultKind("empty-answer", "its answer is empty", EMPTY),
        FaultKind("server-error", "it answers with HTTP 500", FAILED),
    )
}


@dataclass(slots=True)
class Fault:
    """A fault in force: what fails, how, until when, and for how many requests more (``None``: without end)."""

    target: str  # name of a device or authority, an address, or a host name
    kind: FaultKind
    until: datetime | None = None
    remaining: int | None = None


@dataclass(slots=True)
class _Entry:
    """Something that wakes up, and when it will."""

    participant: Participant
    due: datetime | None = None
    listeners: list[Callable[[], None]] = field(default_factory=list)


class World:
    """Devices, authorities, and what lies between them.

    Threads may share it: who calls a device or an authority directly does so inside `at`, which holds the lock,
    gives the time, and afterwards sees when it wants to be woken.
    """

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.faults: list[Fault] = []
        self.names: dict[str, str] = {}  # what the name servers know: name in lower case -> address
        self.name_servers: set[str] = set()
        self.proxies: set[tuple[str, int]] = set()
        self.neighbours: dict[str, Neighbour] = {}  # by address
        self._lock = threading.RLock()
        self._turn = threading.Lock()  # held while waiting for the lock, so that nobody is overtaken again and again
        self._holder: int | None = None  # the thread that has the lock
        self._advancing = threading.Lock()
        self._entries: dict[str, _Entry] = {}
        self._uplinks: dict[str, tuple[Uplink, ...]] = {}
        self._sites: dict[tuple[str, int], Site] = {}
        self._authorities: dict[str, Site] = {}
        self._heap: list[tuple[datetime, int, str]] = []
        self._count = itertools.count()
        self._instant: datetime | None = None  # of the wakeup or command that is running
        self._at_once = 0  # wakeups in a row that asked for another at the same instant
        self.settled: Callable[[str], None] | None = (
            None  # called with each name that `at` has worked with, still alone
        )
        self.exchanged: set[str] = set()  # devices that have asked an authority; who stores them takes them out
        self._sooner = threading.Condition(self._lock)  # notified when the next wakeup may have moved

    # --- who is there -----------------------------------------------------------------------------------------------

    def connect(self, device: str, *uplinks: Uplink) -> None:
        """Give *device* its ways out; it may send from now on, even while it boots in its constructor."""
        self._uplinks[device] = uplinks

    def add_device(self, name: str, device: Participant) -> None:
        """Let *device*, already connected, follow this world's clock."""
        self._add(name, device)

    def add_site(self, site: Site, *names: str) -> None:
        """Let an authority answer at its address, under *names* in the DNS."""
        place = (site.address, site.port)
        if place in self._sites:
            raise WorldError(f"{site.authority.name}: {self._sites[place].authority.name} has port {site.port}")
        with self._lock:
            self._sites[place] = site
            self._authorities[site.authority.name] = site
            for name in names:
                self.names[name.lower()] = site.address
            self._add(site.authority.name, site.authority)

    def site(self, authority: str) -> Site:
        """Where *authority* answers; raises `WorldError`."""
        if authority not in self._authorities:
            raise WorldError(
                f"no CSSM, CSLU or SSM On-Prem {authority!r} - there are: {', '.join(self._authorities) or 'none'}"
            )
        return self._authorities[authority]

    def _add(self, name: str, participant: Participant) -> None:
        with self._lock:
            if name in self._entries:
                raise WorldError(f"two things are called {name!r}")
            self._entries[name] = entry = _Entry(participant)
            self._schedule(name, entry)

    def listen(self, name: str, listener: Callable[[], None]) -> Callable[[], None]:
        """Call *listener* whenever something may have happened to *name*; gives back what ends it."""
        listeners = self._entries[name].listeners
        listeners.append(listener)
        return lambda: listeners.remove(listener)

    # --- time -------------------------------------------------------------------------------------------------------

    @contextmanager
    def at(self, name: str) -> Iterator[datetime]:
        """Work with the device or authority *name*, alone; the value is the time.

        What has become due before that time is run first, so that an old wakeup never comes after a new command.
        Inside a wakeup or a command, as when a device's request reaches an authority, it is still that instant.
        """
        with self._alone():
            outer = self._instant
            if outer is None:
                now = self.clock.now()
                self._run(now, limit=None)
            else:
                now = outer
            entry = self._entries[name]
            self._instant = now
            try:
                yield now
            finally:
                self._instant = outer
                self._schedule(name, entry)
                if outer is None and self.settled is not None:
                    self.settled(name)
                self._tell(entry)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the lock. Who asks for it comes next, also before a jump of the clock that goes on."""
        me = threading.get_ident()
        if self._holder == me:
            yield
            return
        with self._turn:
            self._lock.acquire()
        self._holder = me
        try:
            yield
        finally:
            self._holder = None
            self._lock.release()

    def advance(self, span: timedelta) -> datetime:
        """Let *span* pass, running what falls due in order of time; gives the new instant.

        Commands of other threads find their place in between.
        """
        if span < timedelta():
            raise UsageError("time does not go backwards: expected a span of zero or more")
        with self._advancing:
            try:
                target = self.clock.now() + span
            except OverflowError:
                raise UsageError("the span goes beyond the calendar") from None
            while True:
                with self._alone():
                    if self._run(target, limit=50):
                        self.clock.move_to(target)
                        self._sooner.notify_all()
                        return self.clock.now()

    def run_due(self) -> None:
        """Run what is due by now."""
        with self._alone():
            self._run(self.clock.now(), limit=None)

    def set_speed(self, speed: float) -> None:
        """Let time pass *speed* times as fast as real time; 0: stand still."""
        with self._lock:
            self.clock.speed = speed
            self._sooner.notify_all()

    def next_wakeup(self) -> datetime | None:
        """When something next wants to be woken."""
        with self._lock:
            while self._heap:
                due, _, name = self._heap[0]
                if self._entries[name].due == due:
                    return due
                heapq.heappop(self._heap)
            return None

    def pump(self, stop: threading.Event, *, patience: float = 0.5) -> None:
        """Run what falls due as time passes, until *stop* is set; for a thread of its own."""
        while not stop.is_set():
            with self._lock:
                due, speed = self.next_wakeup(), self.clock.speed
                wait = patience
                if due is not None and speed:
                    wait = min(patience, (due - self.clock.now()).total_seconds() / speed)
                if wait > 0:
                    self._sooner.wait(wait)
            if not self.clock.speed or stop.is_set():
                continue
            try:
                self.run_due()
            except Exception:  # noqa: BLE001  the pump must outlive a defect in one device, which is asleep from here on
                _log.exception("a wakeup failed")

    def _run(self, until: datetime, *, limit: int | None) -> bool:
        """Run what is due by *until*, at most *limit* wakeups; whether all is done. The lock is held."""
        done = 0
        heap, entries, clock = self._heap, self._entries, self.clock
        while heap and heap[0][0] <= until:
            due, _, name = heapq.heappop(heap)
            entry = entries[name]
            if entry.due != due:
                continue  # it has changed its mind since
            if limit is not None and done >= limit:
                heapq.heappush(heap, (due, next(self._count), name))
                return False
            done += 1
            clock.move_to(due)
            entry.due = None
            self._instant = due
            try:
                entry.participant.tick(due)
            finally:
                self._instant = None
            self._schedule(name, entry)
            self._at_once = self._at_once + 1 if entry.due is not None and entry.due <= due else 0
            if self._at_once > _WAKEUPS_AT_ONE_INSTANT:
                self._at_once, entry.due = 0, None
                raise WorldError(f"{name} wants to be woken at {due:%Y-%m-%d %H:%M:%S} again and again")
            if entry.listeners:
                self._tell(entry)
        return True

    def _schedule(self, name: str, entry: _Entry) -> None:
        due = entry.participant.next_wakeup()
        if due == entry.due:
            return
        entry.due = due
        if due is not None:
            item = (due, next(self._count), name)
            heapq.heappush(self._heap, item)
            if self.clock.speed and self._heap[0] is item:  # else nobody waits for it
                self._sooner.notify_all()

    @staticmethod
    def _tell(entry: _Entry) -> None:
        for listener in tuple(entry.listeners):
            listener()

    # --- faults -----------------------------------------------------------------------------------------------------

    def add_fault(self, target: str, kind: str, *, span: timedelta | None = None, count: int | None = None) -> None:
        """Let *target* fail in the way *kind*, for *span* or for *count* requests; ``None``: until cleared."""
        if kind not in FAULTS:
            raise UsageError(f"no fault {kind!r} - expected one of {', '.join(FAULTS)}")
        known = target in self._entries or target in self.name_servers or target.lower() in self.names
        if not known:
            raise UsageError(
                f"nothing is called {target!r}: expected a device, a CSSM, CSLU or SSM On-Prem, a name server or a name"
            )
        until = None if span is None else self.clock.now() + span
        with self._lock:
            self.faults.append(Fault(target, FAULTS[kind], until, count))

    def clear_faults(self, target: str | None = None) -> int:
        """End the faults of *target*, or all; gives back how many there were."""
        with self._lock:
            gone = [fault for fault in self.faults if target is None or fault.target == target]
            self.faults[:] = [fault for fault in self.faults if fault not in gone]
            return len(gone)

    def _fails(self, kind: str, *targets: str, spend: bool = True) -> bool:
        """Whether a fault of *kind* lies on one of *targets*; asking uses up a counted one, if *spend*."""
        now = self.clock.now()
        for fault in self.faults:
            if fault.kind.name == kind and fault.target in targets:
                if fault.until is not None and fault.until <= now:
                    continue
                if spend and fault.remaining is not None:
                    fault.remaining -= 1
                    if fault.remaining <= 0:
                        self.faults.remove(fault)
                return True
        return False

    # --- the network (world.network.Network) --------------------------------------------------------------------

    def resolve(self, origin: Origin, name: str) -> str | None:
        """The address of *name* for this device, ``None`` where it cannot be resolved."""
        name = name.lower().rstrip(".")
        if _is_address(name):
            return name
        if name in origin.hosts:
            return origin.hosts[name]
        if not origin.domain_lookup or not any(self._answers(origin, server) for server in origin.name_servers):
            return None
        candidates = [name] if "." in name else []
        if origin.domain_name:
            candidates.append(f"{name}.{origin.domain_name.lower()}")
        candidates.append(name)
        for candidate in candidates:
            address = self.names.get(candidate)
            if address is not None and not (self.faults and self._fails("name-unknown", candidate)):
                return address
        return None

    def _answers(self, origin: Origin, server: str) -> bool:
        if server not in self.name_servers or not self._has_route(origin, server):
            return False
        return not (self.faults and (self._fails("name-unknown", server) or self._fails("unreachable", server)))

    def _has_route(self, origin: Origin, address: str) -> bool:
        return any(
            uplink.leads_to(address) and (not uplink.needs_route or _routed(origin, address))
            for uplink in self._uplinks.get(origin.device, ())
            if uplink.vrf == origin.vrf
        )

    def _answer_finds_back(self, origin: Origin) -> bool:
        """Whether the far end's packets come back: where the uplink needs it, a source interface is set."""
        return any(
            not (uplink.needs_source_interface and origin.source_interface is None)
            and not (uplink.needs_route and origin.source_interface is not None and origin.source_address is None)
            for uplink in self._uplinks.get(origin.device, ())
            if uplink.vrf == origin.vrf
        )

    def probe(self, origin: Origin, address: str, port: int | None = None) -> Outcome:
        """What becomes of an echo to *address*, or of a connection to its *port*, by the way that reports go.

        A proxy is not asked, and a counted fault is not used up.
        """
        with self._alone():
            return self._outcome(origin, address, port, spend=False)

    def _outcome(self, origin: Origin, address: str, port: int | None, *, spend: bool) -> Outcome:
        """The one place that decides about packets: of reports, and of what a user tries by hand."""
        if self.faults and self._fails("unreachable", origin.device, spend=spend):
            return Outcome.LOST
        if not self._has_route(origin, address):
            return Outcome.NO_ROUTE
        if not self._answer_finds_back(origin):
            return Outcome.LOST
        sites = [site for (place, _), site in self._sites.items() if place == address]
        neighbour = self.neighbours.get(address)
        if self.faults and self._fails("unreachable", *self._called(address, sites, neighbour), spend=spend):
            return Outcome.LOST
        if neighbour is not None:
            if not neighbour.answers():
                return Outcome.LOST
            return Outcome.ANSWERED if port is None or port in neighbour.ports else Outcome.REFUSED
        here = {place for place, _ in self.proxies} | self.name_servers | set(self.names.values())
        if not sites and address not in here:
            return Outcome.UNREACHABLE
        if port is None:
            return Outcome.LOST if sites and all(site.proxy_only for site in sites) else Outcome.ANSWERED
        if (address, port) in self.proxies:
            return Outcome.ANSWERED
        site = self._sites.get((address, port))
        if site is None or site.proxy_only:
            return Outcome.REFUSED
        refusing = self.faults and self._fails("refusing", site.authority.name, spend=spend)
        return Outcome.REFUSED if refusing else Outcome.ANSWERED

    def _called(self, address: str, sites: list[Site], neighbour: Neighbour | None) -> set[str]:
        """By which names a fault may lie on what is at *address*."""
        found = {address, *(site.authority.name for site in sites)}
        found.update(name for name, place in self.names.items() if place == address)
        return found | {neighbour.name} if neighbour is not None and neighbour.name is not None else found

    def send(self, origin: Origin, url: str, body: bytes, headers: Mapping[str, str] | None = None) -> bytes:
        """POST *body*; raises `DeliveryFailed`."""
        with self._alone():
            target = urlsplit(url)
            host = (target.hostname or "").lower()
            try:
                port = target.port or _DEFAULT_PORTS[target.scheme]
            except (KeyError, ValueError):
                raise DeliveryFailed(UNRESOLVED) from None
            site = self._route(origin, host, port)
            name = site.authority.name
            self.exchanged.add(origin.device)
            if target.scheme == "https":
                self._check_certificate(origin, host, site)
            elif site.certificate is not None:
                raise DeliveryFailed(EMPTY)  # plain HTTP to a TLS port
            request = HttpRequest(
                method="POST",
                path=target.path or "/",
                host=host,
                query=dict(parse_qsl(target.query)),
                headers={"content-type": "application/json", **(headers or {})},
                body=body,
                client=origin.device,
            )
            response = self.serve(name, request)
            if response.status >= 400:
                raise DeliveryFailed(FAILED)
            if not response.body:
                raise DeliveryFailed(EMPTY)
            return response.body

    def _route(self, origin: Origin, host: str, port: int) -> Site:
        """The site that the packets come to; raises `DeliveryFailed`."""
        proxy = origin.proxy if origin.proxy is not None and origin.proxy.address else None
        if proxy is None or proxy.address is None:
            next_hop, next_port = self.resolve(origin, host), port
            address = next_hop
        else:  # the proxy resolves the server's name itself
            next_hop, next_port = self.resolve(origin, proxy.address), proxy.port or 80
            address = host if _is_address(host) else self.names.get(host)
        if next_hop is None:
            cut = self.faults and self._fails("unreachable", origin.device)
            raise DeliveryFailed(NO_REPLY if cut else UNRESOLVED)
        outcome = self._outcome(origin, next_hop, next_port, spend=True)
        if outcome is not Outcome.ANSWERED:
            raise DeliveryFailed(_REASONS[outcome])
        if proxy is not None and (next_hop, next_port) not in self.proxies:
            raise DeliveryFailed(UNCONNECTED)
        site = None if address is None else self._sites.get((address, port))
        if site is None:
            raise DeliveryFailed(UNCONNECTED)
        return site

    def _check_certificate(self, origin: Origin, host: str, site: Site) -> None:
        certificate, name = site.certificate, site.authority.name
        if (
            certificate is None
            or not origin.trustpoint_present
            or not certificate.trusted
            or not certificate.not_before <= origin.clock <= certificate.not_after
            or (origin.server_identity_check and not certificate.covers(host))
        ):
            raise DeliveryFailed(UNTRUSTED)
        if self.faults and (
            self._fails("certificate-expired", name)
            or self._fails("certificate-untrusted", name)
            or (origin.revocation_check and self._fails("crl-unreachable", name))
        ):
            raise DeliveryFailed(UNTRUSTED)
        if origin.revocation_check and certificate.crl_host is not None:
            address = self.resolve(origin, certificate.crl_host)
            if address is None or not self._has_route(origin, address):
                raise DeliveryFailed(UNTRUSTED)

    def admits(self, authority: str, authorization: str) -> bool:
        """Whether *authority* knows who shows this ``Authorization`` header; asked before a large body is read."""
        with self.at(authority) as now:
            return self.site(authority).authority.admits(authorization, now)

    def serve(self, authority: str, request: HttpRequest) -> HttpResponse:
        """Let *authority* answer, whoever carried the request; raises `DeliveryFailed` where it cannot be heard."""
        site = self.site(authority)
        request = site.authority.read(request)  # a large body is read while others have their turn
        with self.at(authority) as now:
            if self.faults:
                if self._fails("unreachable", authority):
                    raise DeliveryFailed(NO_REPLY)
                if self._fails("refusing", authority):
                    raise DeliveryFailed(UNCONNECTED)
                if self._fails("server-error", authority):
                    return HttpResponse(500, b'{"status":"ERROR","statusMessage":"Internal Server Error"}')
            response = site.authority.handle(request, now)
            if response.status == NO_ANSWER.status:
                raise DeliveryFailed(NO_REPLY)
            if self.faults:
                if self._fails("lost-answer", authority):
                    raise DeliveryFailed(NO_REPLY)
                if self._fails("empty-answer", authority):
                    return HttpResponse(response.status)
            return response


def _routed(origin: Origin, address: str) -> bool:
    target = ipaddress.ip_address(address)
    return any(target in network for network in origin.routes)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
