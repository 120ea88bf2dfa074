"""What inventory tools ask of features that a device does not use: the head of a table without a row, or its own words.

Which of them print nothing at all is in the command table, as the handler ``nothing``. A feature that the configuration
has is emulated no further: it has no neighbour, session or translation here either.

Source: the heads that Genie's and ntc-templates' parsers name and the examples of Cisco's command references (IP
addressing, IP multicast, security, Layer 2, FHRP, SLA). Unverified: margins, and what a release prints of none.
"""

# ruff: noqa: ARG001  every handler has the same arguments, whether it needs both or not
from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from smartlic_lab.device.commands.registry import Call, CommandFailed, Handlers
from smartlic_lab.device.commands.shows_network import routes_of
from smartlic_lab.device.configuration import Section
from smartlic_lab.device.ports import interfaces_of
from smartlic_lab.device.session import Session
from smartlic_lab.device.version import mac_address

handles = Handlers[Session]()

_SESSION_CODES: Final = """\
Crypto session current status

Code: C - IKE Configuration mode, D - Dead Peer Detection
K - Keepalives, N - NAT-traversal, T - cTCP encapsulation
X - IKE Extended Authentication, F - IKE Fragmentation
R - IKE Auto Reconnect, U - IKE Dynamic Route Update
S - SIP VPN

"""
_DMVPN_CODES: Final = """\
Legend: Attrb --> S - Static, D - Dynamic, I - Incomplete
        N - NATed, L - Local, X - No Socket
        T1 - Route Installed, T2 - Nexthop-override, B - BGP
        C - CTS Capable, I2 - Temporary
        # Ent --> Number of NHRP entries with same NBMA peer
        NHS Status: E --> Expecting Replies, R --> Responding, W --> Waiting
        UpDn Time --> Up or Down Time for a Tunnel
==========================================================================

"""
_SLA_HEAD: Final = """\
IPSLAs Latest Operation Summary
Codes: * active, ^ inactive, ~ pending
All Stats are in milliseconds. Stats with u are in microseconds

ID           Type        Destination       Stats       Return      Last
                                          (ms)       Code        Run
-----------------------------------------------------------------------
"""
_SNOOPING_OFF: Final = """\
Switch DHCP snooping is disabled
Switch DHCP gleaning is disabled
DHCP snooping is configured on following VLANs:
none
DHCP snooping is operational on following VLANs:
none
Proxy bridge is configured on following VLANs:
none
Proxy bridge is operational on following VLANs:
none
DHCP snooping is configured on the following L3 Interfaces:

Insertion of option 82 is enabled
   circuit-id default format: vlan-mod-port
   remote-id: {mac} (MAC)
Option 82 on untrusted port is not allowed
Verification of hwaddr field is enabled
Verification of giaddr field is enabled
DHCP snooping trust/rate is configured on the following Interfaces:

Interface                  Trusted    Allow option    Rate limit (pps)
-----------------------    -------    ------------    ----------------
"""
_BINDINGS: Final = """\
MacAddress          IpAddress        Lease(sec)  Type           VLAN  Interface
------------------  ---------------  ----------  -------------  ----  --------------------
Total number of bindings: 0

"""
_SECURE_PORT: Final = """\
Port Security              : Disabled
Port Status                : Secure-down
Violation Mode             : Shutdown
Aging Time                 : 0 mins
Aging Type                 : Absolute
SecureStatic Address Aging : Disabled
Maximum MAC Addresses      : 1
Total MAC Addresses        : 0
Configured MAC Addresses   : 0
Sticky MAC Addresses       : 0
Last Source Address:Vlan   : 0000.0000.0000:0
Security Violation Count   : 0

"""
_NO_ADDRESS_SECURE: Final = (
    "Total Addresses in System (excluding one mac per port)     : 0\n"
    "Max Addresses limit in System (excluding one mac per port) : 4096\n"
)
_PIM_HEAD: Final = """\
PIM Neighbor Table
Mode: B - Bidir Capable, DR - Designated Router, N - Default DR Priority,
      P - Proxy Capable, S - State Refresh Capable, G - GenID Capable,
      L - DR Load-balancing Capable
Neighbor          Interface                Uptime/Expires    Ver   DR
Address                                                            Prio/Mode
"""
_NAT_COUNTERS: Final = """\
Total active translations: 0 (0 static, 0 dynamic; 0 extended)
Outside interfaces:
Inside interfaces:
Hits: 0  Misses: 0
Reserved port setting disabled provisioned no
Expired translations: 0
Dynamic mappings:
"""
_IDLE: Final = {
    "access-session": "No sessions currently exist\n",
    "adjacency": "Protocol Interface                 Address\n",
    "ap cdp neighbors": "Number of neighbors: 0\n\n",
    "cdp traffic": "CDP counters :\n        Total packets output: 0, Input: 0\n"
    "        Hdr syntax: 0, Chksum error: 0, Encaps failed: 0\n        No memory: 0, Invalid packet: 0,\n"
    "        CDP version 1 advertisements output: 0, Input: 0\n"
    "        CDP version 2 advertisements output: 0, Input: 0\n",
    "crypto map": "No crypto maps found.\n",
    "crypto session detail": _SESSION_CODES,
    "device-tracking database": "Binding Table has 0 entries, 0 dynamic (limit 200000)\n",
    "dmvpn": _DMVPN_CODES,
    "dot1x all": "Sysauthcontrol              Disabled\nDot1x Protocol Version            3\n\n",
    "interfaces status err-disabled": "",
    "ip dhcp binding": "Bindings from all pools not associated with VRF:\n"
    "IP address      Client-ID/ \t\tLease expiration \tType       State      Interface\n"
    "\t\tHardware address/\n\t\tUser name\n",
    "ip dhcp conflict": "IP address        Detection method   Detection time          VRF\n",
    "ip dhcp snooping": _SNOOPING_OFF,
    "ip dhcp snooping binding": _BINDINGS,
    "ip igmp groups": "IGMP Connected Group Membership\n"
    "Group Address    Interface                Uptime    Expires   Last Reporter   Group Accounted\n",
    "ip mroute": "IP Multicast Forwarding is not enabled.\n",
    "ip nat statistics": _NAT_COUNTERS,
    "ip pim neighbor": _PIM_HEAD,
    "ip policy": "Interface      Route map\n",
    "ip sla summary": _SLA_HEAD,
    "ip source binding": _BINDINGS,
    "monitor": "No SPAN configuration is present in the system.\n\n",
    "mpls interfaces": "Interface              IP            Tunnel   BGP Static Operational\n",
    "port-security": "Secure Port  MaxSecureAddr  CurrentAddr  SecurityViolation  Security Action\n"
    "                (Count)       (Count)          (Count)\n" + "-" * 75 + "\n" + "-" * 75 + "\n" + _NO_ADDRESS_SECURE,
    "port-security address": "               Secure Mac Address Table\n" + "-" * 77 + "\n"
    "Vlan    Mac Address       Type                          Ports   Remaining Age\n"
    "                                                                   (mins)    \n"
    "----    -----------       ----                          -----   -------------\n"
    + "-" * 77 + "\n" + _NO_ADDRESS_SECURE,
    "port-security interface": _SECURE_PORT,
    "redundancy config-sync failures mcl": "\nMismatched Command List\n-----------------------\n\nThe list is Empty\n",
    "spanning-tree blockedports": "\nName                 Blocked Interfaces List\n"
    "-------------------- ------------------------------------\n\n"
    "Number of blocked ports (segments) in the system : 0\n\n",
    "spanning-tree inconsistentports": "\nName                 Interface                Inconsistency\n"
    "-------------------- ------------------------ ------------------\n\n"
    "Number of inconsistent ports (segments) in the system : 0\n\n",
    "spanning-tree mst configuration": "Name      []\nRevision  0     Instances configured 1\n\n"
    "Instance  Vlans mapped\n" + f"{'-' * 8}  {'-' * 69}\n0         1-4094\n{'-' * 79}\n",
    "storm-control": "Key: U - Unicast, B - Broadcast, M - Multicast\n"
    "Interface  Filter State   Upper        Lower        Current      Action     Type\n"
    "---------  -------------  -----------  -----------  ----------   ---------  ----\n",
    "vlan internal usage": "\nVLAN Usage\n---- --------------------\n\n",
    "vrrp brief": "Interface          Grp Pri Time  Own Pre State   Master addr     Group addr\n",
    "wireless tag policy summary": "\nNumber of Policy Tags: 1\n\nPolicy Tag Name                  Description\n"
    + "-" * 72 + "\ndefault-policy-tag               default policy-tag\n\n",
    "wlan summary": "\nNumber of WLANs: 0\n\n"
    "ID   Profile Name                     SSID                             Status 2.4GHz/5GHz Security\n"
    + "-" * 100 + "\n",
}  # fmt: skip


@handles("show_idle")
def show_idle(session: Session, call: Call) -> str:
    """The text of the longest key that the command begins with."""
    words = call.match.words[1:]
    for end in range(len(words), 0, -1):
        text = _IDLE.get(" ".join(words[:end]))
        if text is not None:
            return text.replace("{mac}", mac_address(session.device.build.members[0].sn))
    raise CommandFailed("% Unavailable command")


# --- what the configuration has, in other words -----------------------------------------------------------------------


def _sections(session: Session, *key: str) -> Iterator[tuple[list[str], Section]]:
    """The words behind *key*, and the section, of each such line."""
    for line in session.device.running.under(*key):
        yield line.text.split()[len(key) :], line.section or Section()


@handles("show_route_map")
def show_route_map(session: Session, call: Call) -> str:
    wanted, text = call.argument("name"), ""
    for words, section in _sections(session, "route-map"):
        name, action, number = [*words, "permit", "10"][:1] + (words[1:3] if len(words) > 2 else ["permit", "10"])
        if wanted in (None, name):
            clauses = {"match": "", "set": ""}
            for line in section.lines:
                verb, _, rest = line.text.partition(" ")
                if verb in clauses:
                    clauses[verb] += f"    {rest} \n"
            text += f"route-map {name}, {action}, sequence {number}\n  Match clauses:\n{clauses['match']}"
            text += f"  Set clauses:\n{clauses['set']}  Policy routing matches: 0 packets, 0 bytes\n"
    return text


@handles("show_ip_prefix_list")
def show_ip_prefix_list(session: Session, call: Call) -> str:
    found: dict[str, list[str]] = {}
    for words, _ in _sections(session, "ip", "prefix-list"):
        if words[0] in ("sequence-number",) or "description" in words[1:2]:
            continue
        entries = found.setdefault(words[0], [])
        rest = words[1:] if words[1:2] == ["seq"] else ["seq", str(len(entries) * 5 + 5), *words[1:]]
        entries.append(f"   {' '.join(rest)}\n")
    wanted = call.argument("name")
    if wanted is not None and wanted not in found:
        raise CommandFailed(f"%Can't find a prefix-list with name {wanted}")
    shown = {name: entries for name, entries in found.items() if wanted in (None, name)}
    return "".join(f"ip prefix-list {name}: {len(rows)} entries\n{''.join(rows)}" for name, rows in shown.items())


@handles("show_class_map")
def show_class_map(session: Session, call: Call) -> str:
    text = " Class Map match-any class-default (id 0)\n   Match any \n\n"
    for at, (words, section) in enumerate(_sections(session, "class-map"), 1):
        kind, name = words if len(words) == 2 else ("match-all", words[-1])
        text += f" Class Map {kind} {name} (id {at})\n"
        text += "".join(f"   {line.text[:1].upper()}{line.text[1:]}\n" for line in section.lines) + "\n"
    return text


@handles("show_policy_map")
def show_policy_map(session: Session, call: Call) -> str:
    text = ""
    for words, section in _sections(session, "policy-map"):
        text += f"  Policy Map {words[-1]}\n"
        for line in section.lines:
            text += f"    {line.text[:1].upper()}{line.text[1:]}\n"
            text += "".join(f"      {inner.text}\n" for inner in (line.section or Section()).lines)
        text += "\n"
    return text


@handles("show_object_group")
def show_object_group(session: Session, call: Call) -> str:
    text = ""
    for words, section in _sections(session, "object-group"):
        text += f"{words[0].capitalize()} object group {words[-1]}\n"
        text += "".join(f" {line.text}\n" for line in section.lines) + "\n"
    return text


@handles("show_ipv6_access_list")
def show_ipv6_access_list(session: Session, call: Call) -> str:
    text = ""
    for words, section in _sections(session, "ipv6", "access-list"):
        text += f"IPv6 access list {words[0]}\n"
        for at, line in enumerate(section.lines, 1):
            text += f"    {line.text} sequence {at * 10}\n"
    return text


@handles("show_banner")
def show_banner(session: Session, call: Call) -> str:
    line = next(iter(session.device.running.under("banner", call.match.words[2])), None)
    if line is None:
        return ""
    text = " ".join(line.text.split(" ")[2:])
    return text.removeprefix("^C").removesuffix("^C").strip("\n") + "\n"


# --- interfaces and routes in other words ----------------------------------------------------------------------------


@handles("show_ip_vrf_interfaces")
def show_ip_vrf_interfaces(session: Session, call: Call) -> str:
    text = f"{'Interface':<22} {'IP-Address':<15} {'VRF':<32} Protocol\n"
    for view in interfaces_of(session.device):
        if view.vrf and call.argument("name") in (None, view.vrf):
            state = "up" if view.is_up else "down"
            text += f"{view.short:<22} {view.address or 'unassigned':<15} {view.vrf:<32} {state:<8}\n"
    return text


@handles("show_ip_cef")
def show_ip_cef(session: Session, call: Call) -> str:
    """The routes, with what each device drops or takes for itself. Unverified: whether those stand in this order."""
    vrf = call.argument("vrf")
    rows = {(0, 8): ("0.0.0.0/8", "drop", ""), (0, 32): ("0.0.0.0/32", "receive", "")}
    for first, length, what in ((127, 8, "drop"), (224, 4, "drop"), (224, 24, "receive"), (240, 4, "drop")):
        rows[first << 24, length] = (f"{first}.0.0.0/{length}", what, "")
    rows[2**32 - 1, 32] = ("255.255.255.255/32", "receive", "")
    rows[0, 0] = ("0.0.0.0/0", "no route", "")
    for network, text in routes_of(session.device, vrf):
        behind = text.rpartition(" via ")[2] if " via " in text else "attached"
        interface = text.rpartition(", ")[2] if behind == "attached" else ""
        if text[0] == "L" or (text[0] == "C" and network.prefixlen == 32):
            behind = "receive"
        rows[int(network.network_address), network.prefixlen] = (str(network), behind, interface)
    text = "Prefix               Next Hop             Interface\n"
    for _, (prefix, behind, interface) in sorted(rows.items()):
        text += f"{prefix:<20} {behind:<20} {interface}".rstrip() + "\n"
    return text


@handles("show_snmp_engine")
def show_snmp_engine(session: Session, call: Call) -> str:
    mac = mac_address(session.device.build.members[0].sn).replace(".", "").upper()
    return f"Local SNMP engineID: 800000090300{mac}\nRemote Engine ID          IP-addr    Port\n"


@handles("show_snmp_ifindex")
def show_snmp_ifindex(session: Session, call: Call) -> str:
    views = interfaces_of(session.device)
    return "".join(f"{view.name}: Ifindex = {at}\n" for at, view in enumerate(views, 1))


@handles("show_stack_ports")
def show_stack_ports(session: Session, call: Call) -> str:
    """A ring of all members, as in ``show switch detail``."""
    text = "Switch#    Port1       Port2   \n----------------------------\n"
    state = "OK" if len(session.device.build.members) > 1 else "DOWN"
    return text + "".join(f"  {number}         {state:<12}{state}\n" for number, _ in session.device.build.numbered)
