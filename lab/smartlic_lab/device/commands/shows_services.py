"""What clients ask of services beside licensing: NTP, SNMP, TCP, access lists, LLDP, LACP.

Source: the lines that Genie's, ntc-templates' and cisco.ios's parsers name; margins and the rest are unverified.
"""

# ruff: noqa: ARG001  every handler has the same arguments, whether it needs both or not
from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from smartlic_lab.device.commands.registry import Call, Handlers
from smartlic_lab.device.configuration import Section
from smartlic_lab.device.ports import interfaces_of
from smartlic_lab.device.session import Session
from smartlic_lab.device.version import mac_address

handles = Handlers[Session]()


_NO_SNMP: Final = "%SNMP agent not enabled\n"


# --- NTP ------------------------------------------------------------------------------------------------------------


def _ntp_servers(session: Session) -> list[str]:
    """The hosts of ``ntp server [vrf NAME] HOST ...``."""
    found = []
    for line in session.device.running.under("ntp", "server"):
        words = line.text.split()[2:]
        found.append(words[2] if words[:1] == ["vrf"] else words[0])
    return found


@handles("show_ntp_status")
def show_ntp_status(session: Session, call: Call) -> str:
    device = session.device
    servers = _ntp_servers(session)
    synchronised = device.clock_source == "NTP"
    if not servers and not synchronised:
        return "%NTP is not enabled.\n"
    up = int((session.now - device.booted_at).total_seconds() * 100)
    stamp = f"{device.clock(session.now):%H:%M:%S.000 %Z %a %b %d %Y}"
    head = (
        f"Clock is synchronized, stratum 3, reference is {servers[0] if servers else '127.127.1.1':<16}"
        if synchronised
        else "Clock is unsynchronized, stratum 16, no reference clock"
    )
    state = "'CTRL' (Normal Controlled Loop)" if synchronised else "'NSET' (Never set)"
    last = "last update was 12 sec ago." if synchronised else "never updated."
    return (
        f"{head}\n"
        "nominal freq is 250.0000 Hz, actual freq is 250.0000 Hz, precision is 2**10\n"
        f"ntp uptime is {up} (1/100 of seconds), resolution is 4000\n"
        f"reference time is {'EC5D1A1A.5C28F5E8' if synchronised else '00000000.00000000'} ({stamp})\n"
        f"clock offset is {'0.1000' if synchronised else '0.0000'} msec, root delay is 1.00 msec\n"
        "root dispersion is 4.00 msec, peer dispersion is 1.00 msec\n"
        f"loopfilter state is {state}, drift is 0.000000000 s/s\n"
        f"system poll interval is 64, {last}\n"
    )


@handles("show_ntp_associations")
def show_ntp_associations(session: Session, call: Call) -> str:
    servers = _ntp_servers(session)
    if not servers:
        return "%NTP is not enabled.\n"
    text = "\n  address         ref clock       st   when   poll reach  delay  offset   disp\n"
    synchronised = session.device.clock_source == "NTP"
    for number, host in enumerate(servers):
        if not synchronised:
            text += f" ~{host:<15} .INIT.          16      -     64     0  0.000   0.000 15937.\n"
        else:
            text += (
                f"{'+' if number else '*'}~{host:<15} .GNSS.           2     12     64   377  1.000   0.100  1.000\n"
            )
    return text + " * sys.peer, # selected, + candidate, - outlyer, x falseticker, ~ configured\n"


# --- SNMP -----------------------------------------------------------------------------------------------------------


def _snmp(session: Session, *key: str) -> Iterator[list[str]]:
    """The words of each line of ``snmp-server``, or of those that go on with *key*."""
    for line in session.device.running.under("snmp-server"):
        words = line.text.split()
        if tuple(words[1 : 1 + len(key)]) == key and len(words) > 1 + len(key):
            yield words


@handles("show_snmp")
def show_snmp(session: Session, call: Call) -> str:
    serial = session.device.build.members[0].sn
    if call.has("chassis"):
        return f"{serial}\n"
    if not any(_snmp(session)):
        return _NO_SNMP
    counted = "".join(f"    {text}\n" for text in _SNMP_COUNTERS["input"])
    sent = "".join(f"    {text}\n" for text in _SNMP_COUNTERS["output"])
    return f"Chassis: {serial}\n0 SNMP packets input\n{counted}0 SNMP packets output\n{sent}"


_SNMP_COUNTERS: Final = {
    "input": (
        "0 Bad SNMP version errors", "0 Unknown community name", "0 Illegal operation for community name supplied",
        "0 Encoding errors", "0 Number of requested variables", "0 Number of altered variables", "0 Get-request PDUs",
        "0 Get-next PDUs", "0 Set-request PDUs", "0 Input queue packet drops (Maximum queue size 1000)",
    ),
    "output": (
        "0 Too big errors (Maximum packet size 1500)", "0 No such name errors", "0 Bad values errors",
        "0 General errors", "0 Response PDUs", "0 Trap PDUs",
    ),
}  # fmt: skip


@handles("show_snmp_part")
def show_snmp_part(session: Session, call: Call) -> str:
    """``show snmp user``, ``community``, ``group``, ``host``, ``contact``, ``location``."""
    if not any(_snmp(session)):
        return _NO_SNMP
    kind = call.match.words[2]
    if kind in ("contact", "location"):
        return f"{session.device.running.value('snmp-server', kind) or ''}\n"
    if kind == "community":
        return "".join(
            f"\nCommunity name: {words[2]}\nCommunity Index: {words[2]}\nCommunity SecurityName: {words[2]}\n"
            "storage-type: nonvolatile\t active\n\n"
            for words in _snmp(session, "community")
        )
    if kind == "user":
        return "".join(
            f"\nUser name: {words[2]}\nEngine ID: 800000090300{mac_address(words[2]).replace('.', '').upper()}\n"
            f"storage-type: nonvolatile\t active\nAuthentication Protocol: None\nPrivacy Protocol: None\n"
            f"Group-name: {words[3]}\n"
            for words in _snmp(session, "user")
            if len(words) > 3
        )
    if kind == "host":
        return "".join(
            f"Notification host: {words[2]}\tudp-port: 162\ttype: trap\nuser: {words[-1]}\tsecurity model: v2c\n\n"
            for words in _snmp(session, "host")
        )
    return "".join(_snmp_group(words) for words in _snmp(session, "group"))


def _snmp_group(words: list[str]) -> str:
    """``snmp-server group NAME v3 priv``: v3 has its level behind it."""
    model = " ".join(words[3:5]) if words[3:4] == ["v3"] else " ".join(words[3:4])
    return (
        f"groupname: {words[2]:<33}security model:{model} \n"
        f"contextname: {'<no context specified>':<31}storage-type: nonvolatile\n"
        f"readview : {'v1default':<33}writeview: <no writeview specified>        \n"
        "notifyview: <no notifyview specified>       \nrow status: active\n\n"
    )


# --- the rest -------------------------------------------------------------------------------------------------------


@handles("show_tcp_brief")
def show_tcp_brief(session: Session, call: Call) -> str:
    """One connection to port 22 for each user."""
    device = session.device
    own = next((view.address for view in interfaces_of(device) if view.address and view.is_up), "0.0.0.0")  # noqa: S104  what a device without an address prints
    text = f"{'TCB':<10}{'Local Address':<27}{'Foreign Address':<27} (state)\n"
    for other in sorted(device.sessions, key=lambda one: one.number):
        if other.source:
            far = f"{other.source}.{50000 + other.number}"
            text += f"{0x7F6A12340000 + other.number * 0x1A8:X}  {f'{own}.22':<27}{far:<27} ESTAB\n"
    return text


@handles("show_access_lists")
def show_access_lists(session: Session, call: Call) -> str:
    running, wanted, text = session.device.running, call.argument("name"), ""
    for line in running.under("ip", "access-list"):
        if wanted not in (None, line.words[3]):
            continue
        entries = [one.text for one in (line.section or Section()).lines if one.words[0] != "remark"]
        text += f"{line.words[2].title()} IP access list {line.words[3]}\n{_numbered(entries)}"
    numbered: dict[str, list[str]] = {}
    for line in running.under("access-list"):
        number, _, entry = line.text.removeprefix("access-list ").partition(" ")
        numbered.setdefault(number, []).append(entry)
    for name, entries in numbered.items():
        if wanted in (None, name):
            kind = "Standard" if name.isdigit() and (int(name) < 100 or 1300 <= int(name) < 2000) else "Extended"
            text += f"{kind} IP access list {name}\n{_numbered(entries)}"
    return text


def _numbered(entries: list[str]) -> str:
    """Entries with their numbers, ten apart where none was typed."""
    text, last = "", 0
    for entry in entries:
        number, _, rest = entry.partition(" ")
        last, shown = (int(number), rest) if number.isdigit() else (last + 10, entry)
        text += f"    {last} {shown}\n"
    return text


@handles("show_lldp_interface")
def show_lldp_interface(session: Session, call: Call) -> str:
    if not session.device.running.has("lldp", "run"):
        return "% LLDP is not enabled\n"
    return "".join(
        f"\n{view.name}:\n    Tx: enabled\n    Rx: enabled\n    Tx state: IDLE\n    Rx state: WAIT FOR FRAME\n"
        for view in interfaces_of(session.device)
        if not view.name.startswith(("Vlan", "Loopback", "Tunnel", "Port-channel"))
    )


@handles("show_lldp_traffic")
def show_lldp_traffic(session: Session, call: Call) -> str:
    """No frame is emulated, so nothing was counted."""
    if not session.device.running.has("lldp", "run"):
        return "% LLDP is not enabled\n"
    counted = (
        "frames out", "entries aged", "frames in", "frames received in error", "frames discarded", "TLVs discarded",
        "TLVs unrecognized",
    )  # fmt: skip
    return "\nLLDP traffic statistics:\n" + "".join(f"    Total {what}: 0\n" for what in counted)


@handles("show_mac_aging")
def show_mac_aging(session: Session, call: Call) -> str:
    """Unverified: the margins."""
    seconds = session.device.running.value("mac", "address-table", "aging-time") or "300"
    return f"Global Aging Time:  {seconds.split()[0]}\nVlan    Aging Time\n----    ----------\n"


@handles("show_errdisable")
def show_errdisable(session: Session, call: Call) -> str:
    """Unverified: which causes a release lists, and whether they are all."""
    causes = (
        "arp-inspection", "bpduguard", "channel-misconfig", "dhcp-rate-limit", "link-flap", "loopback",
        "mac-limit", "pagp-flap", "psecure-violation", "security-violation", "storm-control", "udld", "vmps",
    )  # fmt: skip
    running = session.device.running
    enabled = {line.words[3] for line in running.under("errdisable", "recovery", "cause") if len(line.words) > 3}
    text = "ErrDisable Reason            Timer Status\n-----------------            --------------\n"
    for cause in causes:
        text += f"{cause:<29}{'Enabled' if enabled & {cause, 'all'} else 'Disabled'}\n"
    seconds = running.value("errdisable", "recovery", "interval") or "300"
    return f"{text}\nTimer interval: {seconds} seconds\n\nInterfaces that will be enabled at the next timeout:\n\n"


@handles("show_issu")
def show_issu(session: Session, call: Call) -> str:
    """The lab upgrades by ``install`` and a reload. Unverified: the text."""
    return "No ISSU operation is in progress\n"


@handles("show_lacp_system")
def show_lacp_system(session: Session, call: Call) -> str:
    return f"32768, {mac_address(session.device.build.members[0].sn)}\n"
