"""``ping`` and ``traceroute``, in one line and as a dialogue.

Source: the questions are those that unicon's services answer (their patterns); the rest is unverified.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace

from smartlic_lab.device import settings
from smartlic_lab.device.commands.registry import Ask, Call, Dialogue, Handlers
from smartlic_lab.device.ports import interfaces_of
from smartlic_lab.device.session import Session

handles = Handlers[Session]()

_ABORT = "Type escape sequence to abort.\n"
_UNKNOWN = "% Unrecognized host or address, or protocol not running.\n\n"
_BAD = "% Bad IP address\n"
_LINE = 70  # marks of a ping per line


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


def _address_of(session: Session, probe: Probe) -> str | None:
    """Names are resolved as licensing resolves them."""
    device, host = session.device, probe.host
    if host.replace(".", "").isdigit():
        return host
    known = settings.hosts(device.running, probe.vrf).get(host.lower())
    if known is not None:
        return known
    origin = settings.origin(device.name, device.running, device.clock(session.now), device.settings().transport)
    return device.network.resolve(origin, host)


def _answers(session: Session, address: str, vrf: str | None) -> bool:
    """The lab has no ICMP: only the device itself answers, in the VRF of the address."""
    if address.startswith("127."):
        return vrf is None
    return any(
        view.address == address and view.is_up and vrf in (view.vrf, None) for view in interfaces_of(session.device)
    )


def _source_address(session: Session, source: str) -> str | None:
    """The address of a source that was given as an interface."""
    return next((view.address for view in interfaces_of(session.device) if source in (view.name, view.address)), None)


def _vrf_missing(session: Session, vrf: str | None) -> bool:
    running = session.device.running
    return vrf is not None and not any(running.has(*kind, vrf) for kind in (("vrf", "definition"), ("ip", "vrf")))


def _pinged(session: Session, probe: Probe) -> str:
    if _vrf_missing(session, probe.vrf):
        return f"% VRF {probe.vrf} does not exist\n"
    address = _address_of(session, probe)
    if address is None:
        return _UNKNOWN
    text = (
        f"{_ABORT}Sending {probe.count}, {probe.size}-byte ICMP Echos to {address}, "
        f"timeout is {probe.timeout_seconds} seconds:\n"
    )
    if probe.source is not None:
        source = _source_address(session, probe.source)
        if source is None:
            return "% Invalid source address- IP address not on any of our up interfaces\n"
        text += f"Packet sent with a source address of {source} \n"
    alive = _answers(session, address, probe.vrf)
    marks = ("!" if alive else ".") * probe.count
    text += "".join(f"{marks[at : at + _LINE]}\n" for at in range(0, len(marks), _LINE))
    rate, tail = (100, ", round-trip min/avg/max = 1/1/1 ms") if alive else (0, "")
    return f"{text}Success rate is {rate} percent ({probe.count if alive else 0}/{probe.count}){tail}\n"


def _traced(session: Session, probe: Probe) -> str:
    if _vrf_missing(session, probe.vrf):
        return f"% VRF {probe.vrf} does not exist\n"
    address = _address_of(session, probe)
    if address is None:
        return _UNKNOWN
    named = probe.host if address == probe.host or probe.numeric else f"{probe.host} ({address})"
    text = f"{_ABORT}Tracing the route to {named}\nVRF info: (vrf in name/id, vrf out name/id)\n"
    if _answers(session, address, probe.vrf):
        return f"{text}  1 {address} 1 msec *  1 msec\n"
    return text + "".join(f" {hop:>2}  *  *  * \n" for hop in range(1, probe.last_hop + 1))


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
    return _traced(session, Probe(host, vrf, last_hop=last, numeric=call.has("numeric")))


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
    yield from _asked("Source address or interface")
    yield from _asked("DSCP Value", "0")
    numeric = yield from _asked("Numeric display", "n")
    yield from _number("Timeout in seconds", 3)
    yield from _number("Probe count", 3)
    yield from _number("Minimum Time to Live", 1)
    last = yield from _number("Maximum Time to Live", 30)
    yield from _number("Port Number", 33434)
    yield Ask("Loose, Strict, Record, Timestamp, Verbose[none]: ")
    wanted = Probe(host, call.argument("vrf"), last_hop=last, numeric=numeric.lower().startswith("y"))
    return _traced(session, wanted)
