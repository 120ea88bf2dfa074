"""``ping``, ``traceroute`` and ``telnet``: what packets do is what the network does with those of the Smart Agent.

Source: the questions are those that unicon's services answer (their patterns); ``Trying ...`` and what follows it are
in https://notes.networklessons.com/troubleshooting-using-telnet-to-test-transport-layer-ports, ``Translating ...`` in
Cisco's document 46253. Unverified: what no comment names.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from ipaddress import IPv4Address
from typing import Final

from smartlic_lab.device import routing
from smartlic_lab.device.commands.registry import Ask, Call, Dialogue, Handlers
from smartlic_lab.device.ports import interfaces_of
from smartlic_lab.device.session import Session
from smartlic_lab.world.network import Origin, Outcome

handles = Handlers[Session]()

_ABORT = "Type escape sequence to abort.\n"
_UNKNOWN = "% Unrecognized host or address, or protocol not running.\n\n"
_BAD = "% Bad IP address\n"
_BAD_SOURCE = "% Invalid source address- IP address not on any of our up interfaces\n"
_LINE = 70  # marks of a ping per line
_MARKS: Final = {Outcome.ANSWERED: "!", Outcome.REFUSED: "!", Outcome.UNREACHABLE: "U."}  # what answers not: "."
_PORTS: Final = {"www": 80, "http": 80, "https": 443, "ssh": 22, "smtp": 25, "domain": 53}
_CONNECTED: Final = {
    Outcome.ANSWERED: "Open\n",
    Outcome.REFUSED: "\n% Connection refused by remote host\n\n",
    Outcome.LOST: "\n% Connection timed out; remote host not responding\n\n",
    Outcome.NO_ROUTE: "\n% Destination unreachable; gateway or host down\n\n",
    Outcome.UNREACHABLE: "\n% Destination unreachable; gateway or host down\n\n",
}


@dataclass(frozen=True, slots=True)
class Probe:
    """What is asked of a ping or a traceroute."""

    host: str
    vrf: str | None = None
    source: str | None = None
    count: int = 5
    size: int = 100
    timeout_seconds: int = 2
    last_hop: int = 30
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class _Resolved:
    """A host that was named: its address, ``None`` where there is none, and what the terminal shows of the search."""

    address: str | None
    shown: str = ""


def _is_address(text: str) -> bool:
    try:
        IPv4Address(text)
    except ValueError:
        return False
    return True


def _resolved(session: Session, origin: Origin, host: str) -> _Resolved:
    """Names are resolved as those of licensing URLs are."""
    network = session.device.network
    if _is_address(host):
        return _Resolved(host)
    if host.lower() in origin.hosts:
        return _Resolved(origin.hosts[host.lower()])
    address = network.resolve(origin, host)
    asked = "...domain server " + " ".join(f"({one})" for one in origin.name_servers or ("255.255.255.255",))
    found = "" if address is None else " [OK]\n"
    return _Resolved(address, f'Translating "{host}"{asked if origin.domain_lookup else ""}{found}\n')


def _outcome(session: Session, origin: Origin, address: str, port: int | None = None) -> Outcome:
    """What becomes of packets; the device itself answers at its addresses."""
    if address.startswith("127.") and origin.vrf is None:
        return Outcome.ANSWERED if port is None else Outcome.REFUSED
    if any(one.address == address for one in routing.connected(session.device.running, origin.vrf)):
        return Outcome.ANSWERED if port in (None, 22) else Outcome.REFUSED
    return session.device.network.probe(origin, address, port)


def _origin(session: Session, vrf: str | None, source: str | None) -> Origin:
    device = session.device
    views = interfaces_of(device)
    named = next((view.name for view in views if source in (view.name, view.address)), source) if source else None
    return routing.packet_origin(device.name, device.running, device.clock(session.now), vrf, named)


def _vrf_missing(session: Session, vrf: str | None) -> bool:
    running = session.device.running
    return vrf is not None and not any(running.has(*kind, vrf) for kind in (("vrf", "definition"), ("ip", "vrf")))


def _pinged(session: Session, probe: Probe) -> str:
    if _vrf_missing(session, probe.vrf):
        return f"% VRF {probe.vrf} does not exist\n"
    origin = _origin(session, probe.vrf, probe.source)
    found = _resolved(session, origin, probe.host)
    if found.address is None:
        return found.shown + _UNKNOWN
    if probe.source is not None and origin.source_address is None:
        return found.shown + _BAD_SOURCE
    if probe.vrf is not None and origin.source_address is None:  # Source: public test suites look for these words
        return f"{found.shown}% VRF {probe.vrf} does not have a usable source address\n"
    text = (
        f"{found.shown}{_ABORT}Sending {probe.count}, {probe.size}-byte ICMP Echos to {found.address}, "
        f"timeout is {probe.timeout_seconds} seconds:\n"
    )
    if probe.source is not None:
        text += f"Packet sent with a source address of {origin.source_address} \n"
    mark = _MARKS.get(_outcome(session, origin, found.address), ".")
    marks = (mark * probe.count)[: probe.count]
    text += "".join(f"{marks[at : at + _LINE]}\n" for at in range(0, len(marks), _LINE))
    alive = mark == "!"
    rate, tail = (100, ", round-trip min/avg/max = 1/1/1 ms") if alive else (0, "")
    return f"{text}Success rate is {rate} percent ({probe.count if alive else 0}/{probe.count}){tail}\n"


def _traced(session: Session, probe: Probe) -> str:
    """One router at most is between a device and what it reaches; that of its static route."""
    if _vrf_missing(session, probe.vrf):
        return f"% VRF {probe.vrf} does not exist\n"
    origin = _origin(session, probe.vrf, probe.source)
    found = _resolved(session, origin, probe.host)
    address = found.address
    if address is None:
        return found.shown + _UNKNOWN
    if probe.source is not None and origin.source_address is None:
        return found.shown + _BAD_SOURCE
    named = probe.host if address == probe.host or probe.numeric else f"{probe.host} ({address})"
    text = f"{found.shown}{_ABORT}Tracing the route to {named}\nVRF info: (vrf in name/id, vrf out name/id)\n"
    outcome, hops = _outcome(session, origin, address), 0
    gateway = routing.gateway_to(session.device.running, probe.vrf, address)
    if gateway is not None and _outcome(session, origin, gateway) is Outcome.ANSWERED:
        hops = 1
        text += f"  1 {gateway} {'!H  *  !H' if outcome is Outcome.UNREACHABLE else '1 msec 1 msec 1 msec'}\n"
    if outcome is Outcome.ANSWERED:
        return f"{text}  {hops + 1} {address} 1 msec *  1 msec\n"
    if outcome is Outcome.UNREACHABLE and hops:
        return text
    return text + "".join(f" {hop:>2}  *  *  * \n" for hop in range(hops + 1, probe.last_hop + 1))


@handles("telnet")
def telnet(session: Session, call: Call) -> str:
    """A connection that opens is closed by the far end at once. Unverified: a server waits for a request first."""
    host, vrf, source = call.required("host"), call.argument("vrf"), call.argument("source")
    if _vrf_missing(session, vrf):
        return f"% VRF {vrf} does not exist\n"
    origin = _origin(session, vrf, source)
    found = _resolved(session, origin, host)
    if found.address is None:
        return f"{found.shown}% Unknown command or computer name, or unable to find computer address\n"
    if source is not None and origin.source_address is None:
        return found.shown + _BAD_SOURCE
    word, number = next((one for one in _PORTS if call.has(one)), None), call.argument("port")
    port = _PORTS[word] if word is not None else int(number or 23)
    place = found.address if port == 23 else f"{found.address}, {port}"
    shown = f"Trying {place} ... " if found.address == host else f"Trying {host} ({place})... "
    outcome = _outcome(session, origin, found.address, port)
    closed = f"\n[Connection to {host} closed by foreign host]\n" if outcome is Outcome.ANSWERED else ""
    return f"{found.shown}{shown}{_CONNECTED[outcome]}{closed}"


@handles("ping")
def ping(session: Session, call: Call) -> str:
    asked = Probe(call.required("host"), call.argument("vrf"), call.argument("source"))
    return _pinged(
        session,
        replace(
            asked,
            count=int(call.argument("count") or asked.count),
            size=int(call.argument("bytes") or asked.size),
            timeout_seconds=int(call.argument("seconds") or asked.timeout_seconds),
        ),
    )


@handles("traceroute")
def traceroute(session: Session, call: Call) -> str:
    last = int(call.argument("last") or 30)
    host, vrf = call.required("host"), call.argument("vrf")
    return _traced(session, Probe(host, vrf, call.argument("source"), last_hop=last, numeric=call.has("numeric")))


# --- as a dialogue --------------------------------------------------------------------------------------------------


def _asked(question: str, usual: str = "", before: str = "") -> Generator[Ask, str, str]:
    """The answer to ``question [usual]:``; *usual* where it is only Enter."""
    shown = f"{question} [{usual}]: " if usual else f"{question}: "
    answer = yield Ask(shown, before)
    return answer.strip() or usual


def _number(question: str, usual: int) -> Generator[Ask, str, int]:
    answer = yield from _asked(question, str(usual))
    return int(answer) if answer.isdigit() else usual


def _target() -> Generator[Ask, str, str | None]:
    """``None`` where the user names no host, or another protocol."""
    protocol = yield from _asked("Protocol", "ip")
    if protocol.lower() != "ip":
        return None
    return (yield from _asked("Target IP address")) or None


@handles("ping_asking")
def ping_asking(session: Session, call: Call) -> Dialogue:
    host = yield from _target()
    if host is None:
        return _BAD
    count = yield from _number("Repeat count", 5)
    size = yield from _number("Datagram size", 100)
    seconds = yield from _number("Timeout in seconds", 2)
    source = ""
    extended = yield from _asked("Extended commands", "n")
    if extended.lower().startswith("y"):
        yield from _asked("Ingress ping", "n")
        source = yield from _asked("Source address or interface")
        yield from _asked("DSCP Value", "0")
        yield from _asked("Type of service", "0")
        yield from _asked("Set DF bit in IP header?", "no")
        yield from _asked("Validate reply data?", "no")
        yield from _asked("Data pattern", "0x0000ABCD")
        yield Ask("Loose, Strict, Record, Timestamp, Verbose[none]: ")
    yield from _asked("Sweep range of sizes", "n")
    return _pinged(session, Probe(host, call.argument("vrf"), source or None, count, size, seconds))


@handles("traceroute_asking")
def traceroute_asking(session: Session, call: Call) -> Dialogue:
    host = yield from _target()
    if host is None:
        return _BAD
    yield from _asked("Ingress traceroute", "n")
    source = yield from _asked("Source address or interface")
    yield from _asked("DSCP Value", "0")
    numeric = yield from _asked("Numeric display", "n")
    yield from _number("Timeout in seconds", 3)
    yield from _number("Probe count", 3)
    yield from _number("Minimum Time to Live", 1)
    last = yield from _number("Maximum Time to Live", 30)
    yield from _number("Port Number", 33434)
    yield Ask("Loose, Strict, Record, Timestamp, Verbose[none]: ")
    wanted = Probe(host, call.argument("vrf"), source or None, last_hop=last, numeric=numeric.lower().startswith("y"))
    return _traced(session, wanted)
