"""What a switch says of its ports and VLANs: all of it follows from the configuration and from who has a link.

Source: the lines that Genie's and ntc-templates' parsers name, and the examples in the Layer 2 and VLAN chapters of the
Catalyst 9300 command reference (17.x). Unverified: margins, the limits of SDM templates, what a switch without PoE says
of its power.
"""

# ruff: noqa: ARG001  every handler has the same arguments, whether it needs both or not
from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

from smartlic_lab.device.commands.registry import Call, CommandFailed, Handlers, invalid_behind
from smartlic_lab.device.machine import Machine
from smartlic_lab.device.ports import (
    InterfaceView,
    SwitchPort,
    Vlan,
    contains,
    interfaces_of,
    list_of,
    short_name,
    switch_ports,
    vlans,
)
from smartlic_lab.device.session import Session
from smartlic_lab.device.version import mac_address

handles = Handlers[Session]()

_PER_LINE: Final = 4  # ports in a row of "show vlan"


# --- VLANs ----------------------------------------------------------------------------------------------------------


@handles("show_vlan")
def show_vlan(session: Session, call: Call) -> str:
    device = session.device
    found = vlans(device)
    if call.has("summary"):
        extended = sum(vlan.number > 1005 for vlan in found)
        return (
            f"Number of existing VLANs              : {len(found)}\n"
            f" Number of existing VTP VLANs         : {len(found) - extended}\n"
            f" Number of existing extended VLANS    : {extended}\n\n"
        )
    number, name = call.argument("number"), call.argument("name")
    if number is not None or name is not None:
        found = tuple(vlan for vlan in found if str(vlan.number) == number or vlan.name == name)
        if not found:
            what = f"id {number}" if number is not None else f"name {name}"
            raise CommandFailed(f"VLAN {what} not found in current VLAN database")
    ports = [port for port in switch_ports(device) if port.channel is None and not port.is_trunking]
    text = "\nVLAN Name                             Status    Ports\n"
    text += f"{'-' * 4} {'-' * 32} {'-' * 9} {'-' * 31}\n"
    for vlan in found:
        text += _vlan_rows(vlan, [port.view.short for port in ports if port.access_vlan == vlan.number])
    if call.has("brief"):
        return text
    text += "\nVLAN Type  SAID       MTU   Parent RingNo BridgeNo Stp  BrdgMode Trans1 Trans2\n"
    text += "---- ----- ---------- ----- ------ ------ -------- ---- -------- ------ ------\n"
    for vlan in found:
        stp = {"fdnet": "ieee", "trnet": "ibm"}.get(vlan.media, "-")
        text += f"{vlan.number:<4} {vlan.media:<5} {100000 + vlan.number}     1500  -      -      -        {stp:<4} "
        text += "-        0      0   \n"
    spans = list_of(vlan.number for vlan in found if vlan.remote_span)
    text += f"\nRemote SPAN VLANs\n{'-' * 78}\n{'' if spans == 'none' else spans}\n\n"
    text += "Primary Secondary Type              Ports\n"
    return f"{text}------- --------- ----------------- ------------------------------------------\n\n"


def _vlan_rows(vlan: Vlan, ports: list[str]) -> str:
    rows = [", ".join(ports[at : at + _PER_LINE]) for at in range(0, len(ports), _PER_LINE)] or [""]
    first = f"{vlan.number:<4} {vlan.name:<32} {vlan.status:<9} {rows[0]}\n"
    return first + "".join(f"{' ' * 48}{row}\n" for row in rows[1:])


@handles("show_vtp_status")
def show_vtp_status(session: Session, call: Call) -> str:
    device, running = session.device, session.device.running
    found = vlans(device)
    normal = [vlan for vlan in found if vlan.number <= 1005]
    words = {line.words[1]: line.text.split()[-1] for line in running.under("vtp")}
    mode = words.get("mode", "server").title()
    digest = hashlib.md5(
        "".join(f"{one.number}{one.name}{one.status}" for one in normal).encode(), usedforsecurity=False
    )
    octets = [f"0x{octet:02X}" for octet in digest.digest()]
    updater = next((view for view in interfaces_of(device) if view.name.startswith("Vlan") and view.address), None)
    text = (
        "VTP Version capable             : 1 to 3\n"
        f"VTP version running             : {words.get('version', '1')}\n"
        f"VTP Domain Name                 : {words.get('domain', '')}\n"
        f"VTP Pruning Mode                : {'Enabled' if 'pruning' in words else 'Disabled'}\n"
        "VTP Traps Generation            : Disabled\n"
        f"Device ID                       : {mac_address(device.build.members[0].sn)}\n"
        "Configuration last modified by 0.0.0.0 at 0-0-00 00:00:00\n"
    )
    text += (
        f"Local updater ID is {updater.address} on interface {updater.short} (lowest numbered VLAN interface found)\n"
        if updater is not None
        else "Local updater ID is 0.0.0.0 (no valid interface found)\n"
    )
    return (
        f"{text}\nFeature VLAN:\n--------------\n"
        f"VTP Operating Mode                : {mode}\n"
        "Maximum VLANs supported locally   : 1005\n"
        f"Number of existing VLANs          : {len(normal)}\n"
        f"Number of existing extended VLANs : {len(found) - len(normal)}\n"
        "Configuration Revision            : 0\n"
        f"MD5 digest                        : {' '.join(octets[:8])} \n"
        f"{' ' * 36}{' '.join(octets[8:])} \n\n"
    )


@handles("show_vtp_password")
def show_vtp_password(session: Session, call: Call) -> str:
    password = next((line.text.split()[-1] for line in session.device.running.under("vtp", "password")), None)
    return f"VTP Password: {password}\n" if password else "The VTP password is not configured.\n"


# --- ports ----------------------------------------------------------------------------------------------------------


def _chosen(session: Session, call: Call, views: Iterable[InterfaceView]) -> list[InterfaceView]:
    """All of *views*, or the one that is asked for."""
    wanted = call.argument("interface")
    found = [view for view in views if wanted in (None, view.name)]
    if wanted is not None and not found:
        raise invalid_behind(session.prompt, "show interfaces ")
    return found


def _sockets(session: Session, call: Call) -> list[InterfaceView]:
    device = session.device
    return _chosen(
        session, call, (view for view in interfaces_of(device) if not view.is_virtual and "." not in view.name)
    )


@handles("show_interfaces_status")
def show_interfaces_status(session: Session, call: Call) -> str:
    device = session.device
    ports = {port.view.name: port for port in switch_ports(device)}
    virtual = "virtual" in device.family.traits
    text = "\nPort         Name               Status       Vlan       Duplex  Speed Type\n"
    for view in _sockets(session, call):
        port = ports.get(view.name)
        vlan = "routed" if port is None else "trunk" if port.is_trunking else str(port.access_vlan)
        status = "disabled" if view.shutdown else "connected" if view.is_up else "notconnect"
        duplex, speed = ("a-full", f"a-{_speed(view.name)}") if view.is_up else ("auto", "auto")
        kind = "Virtual" if virtual else "10/100/1000BaseTX" if _speed(view.name) == "1000" else "unknown"
        text += f"{view.short:<12} {(view.description or '')[:18]:<18} {status:<12} "
        text += f"{vlan:<10} {duplex:>6} {speed:>6} {kind}\n"
    return text


def _speed(name: str) -> str:
    """As the column ``Speed`` has it."""
    speeds = {
        "Fast": "100",
        "TenG": "10G",
        "Twen": "25G",
        "Fort": "40G",
        "Hund": "100G",
        "TwoG": "2500",
        "Five": "5000",
    }
    return speeds.get(name[:4], "1000")


@handles("show_interfaces_counters")
def show_interfaces_counters(session: Session, call: Call) -> str:
    """No frame of a neighbour is emulated, so that every counter is 0, as in ``show interfaces``."""
    views = _sockets(session, call)
    tables: tuple[tuple[str, ...], ...]
    if call.has("errors"):
        tables = (
            ("Align-Err", "FCS-Err", "Xmit-Err", "Rcv-Err", "UnderSize", "OutDiscards"),
            ("Single-Col", "Multi-Col", "Late-Col", "Excess-Col", "Carri-Sen", "Runts"),
        )
    else:
        tables = (
            ("InOctets", "InUcastPkts", "InMcastPkts", "InBcastPkts"),
            ("OutOctets", "OutUcastPkts", "OutMcastPkts", "OutBcastPkts"),
        )
    text = ""
    for columns in tables:
        width = 12 if call.has("errors") else 15
        text += "\nPort     " + "".join(f"{column:>{width}}" for column in columns) + " \n"
        text += "".join(f"{view.short:<9}{f'{0:>{width}}' * len(columns)} \n" for view in views)
    return text


@handles("show_interfaces_trunk")
def show_interfaces_trunk(session: Session, call: Call) -> str:
    device = session.device
    shown = {view.name for view in _sockets(session, call)}
    ports = [port for port in switch_ports(device) if port.is_trunking and port.view.name in shown]
    if not ports:
        return "\n"
    active = [vlan.number for vlan in vlans(device) if vlan.is_active and vlan.media == "enet"]
    text = "\nPort           Mode             Encapsulation  Status        Native vlan\n"
    for port in ports:
        text += f"{port.view.short:<14} {'on':<16} {'802.1q':<14} {'trunking':<13} {port.native_vlan}\n"
    tables = {"allowed on trunk": False, "allowed and active in management domain": True}
    tables["in spanning tree forwarding state and not pruned"] = True
    for title, only_active in tables.items():
        text += f"\nPort           Vlans {title}\n"
        for port in ports:
            carried = list_of(one for one in active if contains(port.allowed, one)) if only_active else port.allowed
            text += f"{port.view.short:<14} {carried}\n"
    return text


@handles("show_interfaces_switchport")
def show_interfaces_switchport(session: Session, call: Call) -> str:
    device = session.device
    names = {vlan.number: vlan.name for vlan in vlans(device)}
    ports = {port.view.name: port for port in switch_ports(device)}
    text = ""
    for view in _sockets(session, call):
        port = ports.get(view.name)
        if port is not None:
            text += _switchport(port, names)
        elif call.argument("interface") is not None:
            return f"Name: {view.short}\nSwitchport: Disabled\n"
    return text


def _switchport(port: SwitchPort, names: dict[int, str]) -> str:
    def named(number: int | None) -> str:
        return "none" if number is None else f"{number} ({names.get(number, 'Inactive')})"

    operational = ("trunk" if port.is_trunk else "static access") if port.view.is_up else "down"
    mode = "static access" if port.mode == "access" else port.mode
    encapsulation = "dot1q" if port.is_trunking else "native"
    return (
        f"Name: {port.view.short}\n"
        "Switchport: Enabled\n"
        f"Administrative Mode: {mode}\n"
        f"Operational Mode: {operational}\n"
        "Administrative Trunking Encapsulation: dot1q\n"
        + (f"Operational Trunking Encapsulation: {encapsulation}\n" if port.view.is_up else "")
        + f"Negotiation of Trunking: {'On' if port.negotiates and port.mode != 'access' else 'Off'}\n"
        f"Access Mode VLAN: {named(port.access_vlan)}\n"
        f"Trunking Native Mode VLAN: {named(port.native_vlan)}\n"
        "Administrative Native VLAN tagging: disabled\n"
        f"Voice VLAN: {named(port.voice_vlan)}\n"
        "Administrative private-vlan host-association: none \n"
        "Administrative private-vlan mapping: none \n"
        "Administrative private-vlan trunk native VLAN: none\n"
        "Administrative private-vlan trunk Native VLAN tagging: enabled\n"
        "Administrative private-vlan trunk encapsulation: dot1q\n"
        "Administrative private-vlan trunk normal VLANs: none\n"
        "Administrative private-vlan trunk associations: none\n"
        "Administrative private-vlan trunk mappings: none\n"
        "Operational private-vlan: none\n"
        f"Trunking VLANs Enabled: {'ALL' if port.allowed == '1-4094' else port.allowed}\n"
        "Pruning VLANs Enabled: 2-1001\n"
        "Capture Mode Disabled\n"
        "Capture VLANs Allowed: ALL\n\n"
        "Protected: false\n"
        "Unknown unicast blocked: disabled\n"
        "Unknown multicast blocked: disabled\n"
        "Vepa Enabled: false\n"
        "Appliance trust: none\n\n"
    )


# --- links that belong together -------------------------------------------------------------------------------------

_CHANNEL_FLAGS: Final = (
    "Flags:  D - down        P - bundled in port-channel\n"
    "        I - stand-alone s - suspended\n"
    "        H - Hot-standby (LACP only)\n"
    "        R - Layer3      S - Layer2\n"
    "        U - in use      f - failed to allocate aggregator\n\n"
    "        M - not in use, minimum links not met\n"
    "        u - unsuitable for bundling\n"
    "        w - waiting to be aggregated\n"
    "        d - default port\n\n"
    "        A - formed by Auto LAG\n\n\n"
)


@handles("show_etherchannel_summary")
def show_etherchannel_summary(session: Session, call: Call) -> str:
    """No neighbour bundles with anybody: members are down, and so is what they form."""
    groups: dict[int, list[tuple[str, str]]] = {}
    for line in session.device.running.under("interface"):
        for typed in line.section.under("channel-group") if line.section else ():
            words = typed.text.split()
            if words[1].isdigit():
                groups.setdefault(int(words[1]), []).append((short_name(line.words[1]), words[-1]))
    text = f"{_CHANNEL_FLAGS}Number of channel-groups in use: {len(groups)}\n"
    text += f"Number of aggregators:           {len(groups)}\n\n"
    text += f"Group  Port-channel  Protocol    Ports\n------+-------------+-----------+{'-' * 47}\n"
    for number, members in sorted(groups.items()):
        mode = members[0][1]
        protocol = {"active": "LACP", "passive": "LACP", "auto": "PAgP", "desirable": "PAgP"}.get(mode, "-")
        ports = "   ".join(f"{name}(D)" for name, _ in members)
        text += f"{number:<7}{f'Po{number}(SD)':<15}{protocol:^10}{ports}\n"
    return f"{text}\n"


@handles("show_spanning_tree")
def show_spanning_tree(session: Session, call: Call) -> str:
    """One tree for each active VLAN that a port with a link carries; this switch is the root of them all."""
    device = session.device
    trees = [(vlan, _forwarding(device, vlan)) for vlan in vlans(device) if vlan.is_active]
    trees = [(vlan, ports) for vlan, ports in trees if ports]
    if call.has("summary"):
        return _spanning_tree_summary(trees)
    if not trees:
        return "\nNo spanning tree instances exist.\n\n"
    mac, text = mac_address(device.build.members[0].sn), ""
    if call.has("root"):
        return _spanning_tree_roots(mac, [vlan for vlan, _ in trees])
    for vlan, ports in trees:
        priority = 32768 + vlan.number
        timers = "             Hello Time   2 sec  Max Age 20 sec  Forward Delay 15 sec\n"
        text += (
            f"\nVLAN{vlan.number:04}\n  Spanning tree enabled protocol rstp\n"
            f"  Root ID    Priority    {priority}\n             Address     {mac}\n"
            f"             This bridge is the root\n{timers}\n"
            f"  Bridge ID  Priority    {priority}  (priority 32768 sys-id-ext {vlan.number})\n"
            f"             Address     {mac}\n{timers}             Aging Time  300 sec\n\n"
            "Interface           Role Sts Cost      Prio.Nbr Type\n"
            "------------------- ---- --- --------- -------- --------------------------------\n"
        )
        text += "".join(
            f"{port.view.short:<19} Desg FWD 4         128.{at:<4} P2p \n" for at, port in enumerate(ports, 1)
        )
    return f"{text}\n"


def _spanning_tree_roots(mac: str, found: Iterable[Vlan]) -> str:
    text = "\n                                        Root    Hello Max Fwd\n"
    text += "Vlan                   Root ID          Cost    Time  Age Dly  Root Port\n"
    text += "---------------- -------------------- --------- ----- --- ---  ------------\n"
    return text + "".join(
        f"VLAN{one.number:04}         {32768 + one.number} {mac}         0    2   20  15\n" for one in found
    )


def _forwarding(device: Machine, vlan: Vlan) -> list[SwitchPort]:
    return [
        port
        for port in switch_ports(device)
        if port.view.is_up
        and (contains(port.allowed, vlan.number) if port.is_trunk else port.access_vlan == vlan.number)
    ]


def _spanning_tree_summary(trees: list[tuple[Vlan, list[SwitchPort]]]) -> str:
    roots = ", ".join(f"VLAN{vlan.number:04}" for vlan, _ in trees) or "none"
    text = (
        f"Switch is in rapid-pvst mode\nRoot bridge for: {roots}\n"
        "Extended system ID                      is enabled\n"
        "Portfast Default                        is disabled\n"
        "Portfast Edge BPDU Guard Default        is disabled\n"
        "Portfast Edge BPDU Filter Default       is disabled\n"
        "Loopguard Default                       is disabled\n"
        "PVST Simulation Default                 is enabled but inactive in rapid-pvst mode\n"
        "Bridge Assurance                        is enabled\n"
        "EtherChannel misconfig guard            is enabled\n"
        "Configured Pathcost method used is short\n"
        "UplinkFast                              is disabled\n"
        "BackboneFast                            is disabled\n\n"
        "Name                   Blocking Listening Learning Forwarding STP Active\n"
        "---------------------- -------- --------- -------- ---------- ----------\n"
    )
    for vlan, ports in trees:
        text += f"{f'VLAN{vlan.number:04}':<22} {0:>8} {0:>9} {0:>8} {len(ports):>10} {len(ports):>10}\n"
    total = sum(len(ports) for _, ports in trees)
    rule = "---------------------- -------- --------- -------- ---------- ----------\n"
    name = f"{len(trees)} vlan{'' if len(trees) == 1 else 's'}"
    return f"{text}{rule if trees else ''}{name:<22} {0:>8} {0:>9} {0:>8} {total:>10} {total:>10}\n\n"


# --- what the hardware is set to ------------------------------------------------------------------------------------


@handles("show_sdm_prefer")
def show_sdm_prefer(session: Session, call: Call) -> str:
    """Unverified: the limits, which differ by family and template."""
    typed = session.device.running.value("sdm", "prefer")
    return (
        f"Showing SDM Template Info\n\nThis is the {(typed or 'Access').title()} template.\n"
        "  Number of VLANs:                                     4094\n"
        "  Unicast MAC addresses:                               32768\n"
        "  Overflow Unicast MAC addresses:                      1024\n"
        "  L2 Multicast entries:                                8192\n"
        "  Overflow L2 Multicast entries:                       512\n"
        "  L3 Multicast entries:                                8192\n"
        "  Overflow L3 Multicast entries:                       512\n"
        "  Ipv4/Ipv6 shared unicast routes:                     24576\n"
        "  Overflow shared unicast routes:                      8192\n"
        "  Policy Based Routing ACEs:                           1024\n"
        "  Tunnels:                                             512\n"
        "These numbers are typical for L2 and IPv4 features.\n"
        "Some features such as IPv6, use up double the entry size;\n"
        "so only half as many entries can be created.\n\n"
    )


@handles("show_system_mtu")
def show_system_mtu(session: Session, call: Call) -> str:
    return f"Global Ethernet MTU is {session.device.running.value('system', 'mtu') or 1500} bytes.\n"


_POE_WATTS: Final = 445.0  # what a supply of 715 W leaves: the one that "show environment" shows
_POE_PORTS: Final = ("P", "U", "UX", "UXM", "H")  # the ends of the PIDs of models with PoE


@handles("show_power_inline")
def show_power_inline(session: Session, call: Call) -> str:
    device = session.device
    text = (
        "Module   Available     Used     Remaining\n"
        "          (Watts)     (Watts)    (Watts) \n"
        "------   ---------   --------   ---------\n"
    )
    supplied = set()
    for number, member in device.build.numbered:
        if member.udi.pid.rpartition("-")[2].lstrip("0123456789") in _POE_PORTS:
            supplied.add(str(number))
            text += f"{number:<8} {_POE_WATTS:>9} {0.0:>10} {_POE_WATTS:>11}\n"
        else:
            text += f"{number:<8} {'n/a':>9} {'n/a':>10} {'n/a':>11}\n"
    text += (
        "Interface Admin  Oper       Power   Device              Class Max\n"
        "                            (Watts)                            \n"
        "--------- ------ ---------- ------- ------------------- ----- ----\n"
    )
    for port in switch_ports(device):
        name = port.view.short
        head, _, rest = name.partition("/")
        if head.lstrip("GiTweFo") in supplied and rest.startswith("0/"):
            text += f"{name:<9} {'auto':<6} {'off':<10} {'0.0':<7} {'n/a':<19} {'n/a':<5} 30.0\n"
    return text


# --- neighbours -----------------------------------------------------------------------------------------------------


def _cdp_runs(device: Machine) -> bool:
    """On by default on switches; routers need ``cdp run``."""
    if "switch" in device.family.traits:
        return not device.running.denied("cdp", "run")
    return device.running.has("cdp", "run")


@handles("show_cdp")
def show_cdp(session: Session, call: Call) -> str:
    device = session.device
    if not _cdp_runs(device):
        return "% CDP is not enabled\n"
    timer, holdtime = (
        int(device.running.value("cdp", word) or usual) for word, usual in (("timer", 60), ("holdtime", 180))
    )
    if not call.has("neighbors") and not call.has("interface"):
        return (
            "Global CDP information:\n"
            f"\tSending CDP packets every {timer} seconds\n"
            f"\tSending a holdtime value of {holdtime} seconds\n"
            "\tSending CDPv2 advertisements is  enabled\n"
        )
    if call.has("interface"):
        return "".join(
            f"{view.name} is {view.state}, line protocol is {'up' if view.is_up else 'down'}\n  Encapsulation ARPA\n"
            f"  Sending CDP packets every {timer} seconds\n  Holdtime is {holdtime} seconds\n"
            for view in interfaces_of(device)
            if not view.is_virtual
        )
    if call.has("detail"):
        return "\nTotal cdp entries displayed : 0\n"
    return (
        "Capability Codes: R - Router, T - Trans Bridge, B - Source Route Bridge\n"
        "                  S - Switch, H - Host, I - IGMP, r - Repeater, P - Phone, \n"
        "                  D - Remote, C - CVTA, M - Two-port Mac Relay \n\n"
        "Device ID        Local Intrfce     Holdtme    Capability  Platform  Port ID\n\n"
        "Total cdp entries displayed : 0\n"
    )
