"""Interfaces, addresses, names, lines and neighbours, as far as clients ask for them."""

# ruff: noqa: ARG001  every handler has the same arguments, whether it needs both or not
from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

from smartlic_lab.device import routing, settings
from smartlic_lab.device.commands.registry import Call, CommandFailed, Handlers
from smartlic_lab.device.configuration import Section
from smartlic_lab.device.machine import Machine
from smartlic_lab.device.ports import interfaces_of, vlans
from smartlic_lab.device.session import Session
from smartlic_lab.device.version import mac_address

handles = Handlers[Session]()


def _prefix(mask: str | None) -> int:
    return sum(int(octet).bit_count() for octet in mask.split(".")) if mask else 0


def known_vrf(device: Machine, name: str | None) -> str | None:
    """*name*, which is a VRF of the device or ``None``; raises `CommandFailed`."""
    if name is not None and not any(device.running.has(*kind, name) for kind in (("vrf", "definition"), ("ip", "vrf"))):
        raise CommandFailed(f"% IP routing table {name} does not exist")
    return name


@handles("show_ip_interface_brief")
def show_ip_interface_brief(session: Session, call: Call) -> str:
    text = "Interface              IP-Address      OK? Method Status                Protocol\n"
    for view in interfaces_of(session.device):
        state = "administratively down" if view.shutdown else "up" if view.is_up else "down"
        method = "NVRAM " if view.address else "unset "
        protocol = "up" if view.is_up else "down"
        text += f"{view.name:<22} {view.address or 'unassigned':<15} YES {method} {state:<21} {protocol:<8}\n"
    return text


@handles("show_ip_interface")
def show_ip_interface(session: Session, call: Call) -> str:
    wanted, text = call.argument("interface"), ""
    for view in interfaces_of(session.device):
        if wanted is not None and view.name != wanted:
            continue
        state = "administratively down" if view.shutdown else "up" if view.is_up else "down"
        text += f"{view.name} is {state}, line protocol is {'up' if view.is_up else 'down'}\n"
        if view.address is None:
            text += "  Internet protocol processing disabled\n"
            continue
        text += (
            f"  Internet address is {view.address}/{_prefix(view.mask)}\n"
            "  Broadcast address is 255.255.255.255\n"
            "  Address determined by non-volatile memory\n"
            "  MTU is 1500 bytes\n"
        )
        if view.vrf:
            text += f'  VPN Routing/Forwarding "{view.vrf}"\n'
    return text


@handles("show_interfaces")
def show_interfaces(session: Session, call: Call) -> str:
    wanted, text = call.argument("interface"), ""
    for view in interfaces_of(session.device):
        if wanted is not None and view.name != wanted:
            continue
        state = "administratively down" if view.shutdown else "up" if view.is_up else "down"
        protocol = "up" if view.is_up else "down"
        speed = 10_000_000 if view.name.startswith("Ten") else 1_000_000
        shown = f"({'connected' if view.is_up else 'notconnect'})" if "switch" in session.device.family.traits else ""
        text += f"{view.name} is {state}, line protocol is {protocol} {shown}".rstrip() + " \n"
        mac = mac_address(f"{session.device.name}/{view.name}")
        kind = "Loopback" if view.name.startswith("Loopback") else "Gigabit Ethernet"
        text += (
            f"  Hardware is {kind}, address is {mac} (bia {mac})\n"
            if kind != "Loopback"
            else "  Hardware is Loopback\n"
        )
        if view.description:
            text += f"  Description: {view.description}\n"
        if view.address:
            text += f"  Internet address is {view.address}/{_prefix(view.mask)}\n"
        text += (
            f"  MTU 1500 bytes, BW {speed} Kbit/sec, DLY 10 usec, \n"
            "     reliability 255/255, txload 1/255, rxload 1/255\n"
            "  Encapsulation ARPA, loopback not set\n"
            "  Keepalive set (10 sec)\n"
            f"  Full-duplex, {speed // 1000}Mb/s, media type is 10/100/1000BaseTX\n"
            "  ARP type: ARPA, ARP Timeout 04:00:00\n"
            "  Last input never, output never, output hang never\n"
            '  Last clearing of "show interface" counters never\n'
            "  Input queue: 0/375/0/0 (size/max/drops/flushes); Total output drops: 0\n"
            "  Queueing strategy: fifo\n"
            "  Output queue: 0/40 (size/max)\n"
            "  5 minute input rate 0 bits/sec, 0 packets/sec\n"
            "  5 minute output rate 0 bits/sec, 0 packets/sec\n"
            "     0 packets input, 0 bytes, 0 no buffer\n"
            "     Received 0 broadcasts (0 multicasts)\n"
            "     0 runts, 0 giants, 0 throttles \n"
            "     0 input errors, 0 CRC, 0 frame, 0 overrun, 0 ignored\n"
            "     0 watchdog, 0 multicast, 0 pause input\n"
            "     0 packets output, 0 bytes, 0 underruns\n"
            "     0 output errors, 0 collisions, 0 interface resets\n"
            "     0 unknown protocol drops\n"
            "     0 babbles, 0 late collision, 0 deferred\n"
            "     0 lost carrier, 0 no carrier, 0 pause output\n"
            "     0 output buffer failures, 0 output buffers swapped out\n"
        )
    return text


@handles("show_interfaces_description")
def show_interfaces_description(session: Session, call: Call) -> str:
    text = "Interface                      Status         Protocol Description\n"
    for view in interfaces_of(session.device):
        status = "admin down" if view.shutdown else "up" if view.is_up else "down"
        text += f"{view.short:<30} {status:<14} {'up' if view.is_up else 'down':<8} {view.description or ''}\n"
    return text


@handles("show_vrf")
def show_vrf(session: Session, call: Call) -> str:
    device, wanted = session.device, call.argument("name")
    text = "  Name                             Default RD            Protocols   Interfaces\n"
    for line in device.running.lines:
        if line.key[:2] not in (("vrf", "definition"), ("ip", "vrf")) or line.section is None:
            continue
        name = line.words[2]
        if wanted is not None and name != wanted:
            continue
        families = [below.words[1] for below in line.section.under("address-family")] or ["ipv4"]
        names = [view.short for view in interfaces_of(device) if view.vrf == name] or [""]
        text += (
            f"  {name:<32} {line.section.value('rd') or '<not set>':<21} {','.join(families):<11} {names[0]}".rstrip()
            + "\n"
        )
        text += "".join(f"{' ' * 69}{other}\n" for other in names[1:])
    return text


@handles("show_hosts")
def show_hosts(session: Session, call: Call) -> str:
    """Those of one VRF: what a report through that VRF is resolved by."""
    configuration, vrf = session.device.running, known_vrf(session.device, call.argument("vrf"))
    known = settings.hosts(configuration, vrf)
    domain = settings.domain_name(configuration, vrf)
    servers = settings.name_servers(configuration, vrf)
    text = f"Default domain is {domain}\n" if domain else "Default domain is not set\n"
    text += f"Name servers are {', '.join(servers) if servers else '255.255.255.255'}\n"
    if call.has("summary"):
        return f"{text}Local cache entries: {len(known)}\nDynamic cache entries: 0\n"
    text += "NAME  TTL  CLASS   TYPE      DATA/ADDRESS\n-----------------------------------------\n"
    for name, address in known.items():
        text += f" {name}      10      IN      A       {address}\n"
    return text


@handles("show_ip_domain")
def show_ip_domain(session: Session, call: Call) -> str:
    domain = session.device.running.value("ip", "domain", "name")
    return f"{domain}\n" if domain else "\n"


@handles("show_ip_name_servers")
def show_ip_name_servers(session: Session, call: Call) -> str:
    servers = settings.name_servers(session.device.running, call.argument("vrf"))
    return "".join(f"{server}\n" for server in servers or ("255.255.255.255",))


_CODES = (
    "Codes: L - local, C - connected, S - static, R - RIP, M - mobile, B - BGP\n"
    "       D - EIGRP, EX - EIGRP external, O - OSPF, IA - OSPF inter area \n"
    "       N1 - OSPF NSSA external type 1, N2 - OSPF NSSA external type 2\n"
    "       E1 - OSPF external type 1, E2 - OSPF external type 2, m - OMP\n"
    "       n - NAT, Ni - NAT inside, No - NAT outside, Nd - NAT DIA\n"
    "       i - IS-IS, su - IS-IS summary, L1 - IS-IS level-1, L2 - IS-IS level-2\n"
    "       ia - IS-IS inter area, * - candidate default, U - per-user static route\n"
    "       H - NHRP, G - NHRP registered, g - NHRP registration summary\n"
    "       o - ODR, P - periodic downloaded static route, l - LISP\n"
    "       a - application route\n"
    "       + - replicated route, % - next hop override, p - overrides from PfR\n"
    "       & - replicated local route overrides by connected\n\n"
)


def routes_of(device: Machine, vrf: str | None) -> list[tuple[IPv4Network, str]]:
    """Each destination with its line, behind the code."""
    found = []
    for view in interfaces_of(device):
        if view.address and view.mask and view.vrf == vrf and view.is_up:
            network = IPv4Network((view.address, view.mask), strict=False)
            if network.prefixlen < 32:
                found.append((network, f"C        {network} is directly connected, {view.name}"))
            code = "L" if network.prefixlen < 32 else "C"
            found.append(
                (IPv4Network(view.address), f"{code}        {view.address}/32 is directly connected, {view.name}")
            )
    for route in routing.static_routes(device.running, vrf):
        code = "S*   " if route.network.prefixlen == 0 else "S    "
        shown = f"is directly connected, {route.behind}" if route.gateway is None else f"[1/0] via {route.behind}"
        found.append((route.network, f"{code}    {route.network} {shown}"))
    return sorted(found, key=lambda route: (route[0].network_address, route[0].prefixlen))


def _class_of(network: IPv4Network) -> IPv4Network:
    """The classful network under whose head a route is listed."""
    first = int(network.network_address) >> 24
    length = 8 if first < 128 else 16 if first < 192 else 24
    return network if network.prefixlen <= length else network.supernet(new_prefix=length)


_ROUTE_CODES = {"connected": "CL", "static": "S", "bgp": "B", "ospf": "O", "eigrp": "D", "isis": "i", "rip": "R"}


def _one_route(routes: list[tuple[IPv4Network, str]], address: IPv4Address, mask: str | None) -> str:
    """The longest prefix that has the address, or that of the mask; default routes do not count as of old."""
    length = None if mask is None else _prefix(mask)
    found = [
        pair for pair in routes if address in pair[0] and length in (None, pair[0].prefixlen) and pair[0].prefixlen
    ]
    if not found:
        return "% Network not in table\n"
    network, text = max(found, key=lambda pair: pair[0].prefixlen)
    known = "static" if text.startswith("S") else "connected"
    distance = 1 if known == "static" else 0
    behind = text.rpartition(" via " if " via " in text else ", ")[2]
    shown = f"{behind}" if known == "static" else f"directly connected, via {behind}"
    return (
        f'Routing entry for {network}\n  Known via "{known}", distance {distance}, metric 0'
        f"{' (connected)' if known == 'connected' else ''}\n"
        f"  Routing Descriptor Blocks:\n  * {shown}\n      Route metric is 0, traffic share count is 1\n"
    )


@handles("show_ip_route")
def show_ip_route(session: Session, call: Call) -> str:
    """Connected and static routes; how they are grouped is unverified."""
    device, vrf = session.device, known_vrf(session.device, call.argument("vrf"))
    routes = routes_of(device, vrf)
    wanted, address = call.match.words[-1], call.argument("address")
    if wanted in _ROUTE_CODES:
        routes = [(network, text) for network, text in routes if text[0] in _ROUTE_CODES[wanted]]
    elif address is not None:
        return _one_route(routes, IPv4Address(address), call.argument("mask"))
    default = next((text.rpartition("via ")[2] for network, text in routes if network.prefixlen == 0), None)
    text = f"\nRouting Table: {vrf}\n" if vrf else ""
    text += f"{_CODES}Gateway of last resort is "
    text += f"{default} to network 0.0.0.0\n\n" if default else "not set\n\n"
    by_class: dict[IPv4Network, list[tuple[IPv4Network, str]]] = {}
    for route in routes:
        by_class.setdefault(_class_of(route[0]), []).append(route)
    for head, below in by_class.items():
        if any(network != head for network, _ in below):
            masks = len({network.prefixlen for network, _ in below})
            number = f"{len(below)} subnet{'s' if len(below) > 1 else ''}"
            first = below[0][0].prefixlen
            text += (
                f"      {head} is variably subnetted, {number}, {masks} masks\n"
                if masks > 1
                else f"      {head.network_address}/{first} is subnetted, {number}\n"
            )
        text += "".join(f"{line}\n" for _, line in below)
    return text


@handles("show_users")
def show_users(session: Session, call: Call) -> str:
    text = "    Line       User       Host(s)              Idle       Location\n"
    for other in sorted(session.device.sessions, key=lambda one: one.number):
        mark = "*" if other is session else " "
        place = f"{mark}{other.number + 1:>3} {other.kind[:3]} {other.number:<4} {other.username:<10} "
        text += f"{place}idle                 00:00:00   {other.source}".rstrip() + "\n"
    return text + "\n  Interface    User               Mode         Idle     Peer Address\n\n"


@handles("show_line")
def show_line(session: Session, call: Call) -> str:
    text = "   Tty Typ     Tx/Rx    A Modem  Roty AccO AccI   Uses   Noise  Overruns   Int\n"
    text += "      0 CTY              -    -      -    -    -      0       0     0/0       -\n"
    for other in sorted(session.device.sessions, key=lambda one: one.number):
        mark = "*" if other is session else " "
        text += f"{mark}{other.number + 1:>6} VTY              -    -      -    -    -      1       0     0/0       -\n"
    return text


@handles("show_vrf_detail")
def show_vrf_detail(session: Session, call: Call) -> str:
    """Source: unverified; NAPALM and Genie read it."""
    device, wanted, text = session.device, call.argument("name"), ""
    definitions = [*device.running.under("vrf", "definition"), *device.running.under("ip", "vrf")]
    for number, line in enumerate(definitions, 1):
        section, name = line.section or Section(), line.words[2]
        if wanted not in (None, name):
            continue
        text += f"VRF {name} (VRF Id = {number}); default RD {section.value('rd') or '<not set>'}; "
        text += "default VPNID <not set>\n  New CLI format, supports multiple address-families\n  Flags: 0x1808\n"
        names = [view.short for view in interfaces_of(device) if view.vrf == name]
        text += f"  Interfaces:\n    {'  '.join(f'{short:<22}' for short in names)}\n" if names else "  No interfaces\n"
        configured = [below.words[1] for below in section.under("address-family")]
        for family in ("ipv4", "ipv6"):
            if family not in configured:
                text += f"Address family {family} unicast not active\n"
                continue
            text += f"Address family {family} unicast (Table ID = 0x{number:X}):\n  Flags: 0x0\n"
            text += "  No Export VPN route-target communities\n  No Import VPN route-target communities\n"
            text += "  No import route-map\n  No global export route-map\n  No export route-map\n"
            text += "  VRF label distribution protocol: not configured\n  VRF label allocation mode: per-prefix\n"
        text += "Address family ipv4 multicast not active\nAddress family ipv6 multicast not active\n\n"
    return text


@handles("show_ipv6_interface")
def show_ipv6_interface(session: Session, call: Call) -> str:
    """The lab speaks IPv4: no interface has an IPv6 address, which the brief form says of each.

    Source: Cisco IOS IPv6 command reference, "show ipv6 interface".
    """
    if not call.has("brief"):
        return ""
    text = ""
    for view in interfaces_of(session.device):
        state = "administratively down/down" if view.shutdown else "up/up" if view.is_up else "down/down"
        text += f"{view.name:<22} [{state}]\n    unassigned\n"
    return text


_CPU_ADDRESSES = (
    *("0100.0ccc.cccc", "0100.0ccc.cccd"),
    *(f"0180.c200.{number:04x}" for number in (*range(0x11), 0x21)),
    "ffff.ffff.ffff",
)


@handles("show_mac_table")
def show_mac_table(session: Session, call: Call) -> str:
    """No neighbour has sent a frame: there are the addresses that every switch takes for itself (unverified)."""
    addresses = () if call.has("dynamic") else _CPU_ADDRESSES
    rows = "".join(f" All    {address}    STATIC      CPU\n" for address in addresses)
    return (
        "          Mac Address Table\n-------------------------------------------\n\n"
        "Vlan    Mac Address       Type        Ports\n----    -----------       --------    -----\n"
        f"{rows}Total Mac Addresses for this criterion: {len(addresses)}\n"
    )


@handles("show_mac_count")
def show_mac_count(session: Session, call: Call) -> str:
    """Unverified: how much a table holds."""
    text = "".join(
        f"\nMac Entries for Vlan {vlan.number}:\n---------------------------\nDynamic Address Count  : 0\n"
        "Static  Address Count  : 0\nTotal Mac Addresses    : 0\n"
        for vlan in vlans(session.device)
        if vlan.is_active
    )
    text += f"\nTotal Dynamic Address Count  : 0\nTotal Static  Address Count  : {len(_CPU_ADDRESSES)}\n"
    return f"{text}Total Mac Address In Use     : {len(_CPU_ADDRESSES)}\nTotal Mac Address Space Available: 32768\n\n"


@handles("show_protocols")
def show_protocols(session: Session, call: Call) -> str:
    text = "Global values:\n  Internet Protocol routing is enabled\n"
    for view in interfaces_of(session.device):
        state = "administratively down" if view.shutdown else "up" if view.is_up else "down"
        text += f"{view.name} is {state}, line protocol is {'up' if view.is_up else 'down'}\n"
        if view.address:
            text += f"  Internet address is {view.address}/{_prefix(view.mask)}\n"
    return text


@handles("show_arp")
def show_arp(session: Session, call: Call) -> str:
    vrf = call.argument("vrf")
    text = "Protocol  Address          Age (min)  Hardware Addr   Type   Interface\n"
    for view in interfaces_of(session.device):
        if view.address and view.is_up and view.vrf == vrf:
            mac = mac_address(f"{session.device.name}/{view.name}")
            text += f"Internet  {view.address:<16}        -   {mac}  ARPA   {view.name}\n"
    return text


_LLDP_HEAD = """\
Capability codes:
    (R) Router, (B) Bridge, (T) Telephone, (C) DOCSIS Cable Device
    (W) WLAN Access Point, (P) Repeater, (S) Station, (O) Other

Device ID           Local Intf     Hold-time  Capability      Port ID"""


@handles("show_lldp")
def show_lldp(session: Session, call: Call) -> str:
    if not session.device.running.has("lldp", "run"):
        return "% LLDP is not enabled\n"
    if call.match.words == ("show", "lldp"):
        timers = {name: session.device.running.value("lldp", name) for name in ("timer", "holdtime", "reinit")}
        return (
            "\nGlobal LLDP Information:\n    Status: ACTIVE\n"
            f"    LLDP advertisements are sent every {timers['timer'] or 30} seconds\n"
            f"    LLDP hold time advertised is {timers['holdtime'] or 120} seconds\n"
            f"    LLDP interface reinitialisation delay is {timers['reinit'] or 2} seconds\n"
        )
    if call.match.words[2:] != ("neighbors",):
        return "\nTotal entries displayed: 0\n"
    return f"{_LLDP_HEAD}\n\nTotal entries displayed: 0\n"


@handles("show_ip_ssh")
def show_ip_ssh(session: Session, call: Call) -> str:
    return (
        "SSH Enabled - version 2.0\n"
        "Authentication methods:publickey,keyboard-interactive,password\n"
        "Authentication timeout: 120 secs; Authentication retries: 3\n"
    )
