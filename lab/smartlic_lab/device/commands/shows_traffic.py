"""What was counted of traffic, which the lab has none of, and IPv6, which it does not speak.

Source: the lines that Genie's parsers name; their margins and order are unverified.
"""

# ruff: noqa: ARG001  every handler has the same arguments, whether it needs both or not
from __future__ import annotations

from typing import Final

from smartlic_lab.device.commands.registry import Call, Handlers
from smartlic_lab.device.ports import interfaces_of
from smartlic_lab.device.session import Session

handles = Handlers[Session]()

# (section, lines); a line that goes on under the one above it begins with a blank.
_COUNTED: Final = (
    (
        "IP statistics",
        (
            "Rcvd:  0 total, 0 local destination", " 0 format errors, 0 checksum errors, 0 bad hop count",
            " 0 unknown protocol, 0 not a gateway", " 0 security failures, 0 bad options, 0 with options",
            "Opts:  0 end, 0 nop, 0 basic security, 0 loose source route",
            " 0 timestamp, 0 extended security, 0 record route",
            " 0 stream ID, 0 strict source route, 0 alert, 0 cipso, 0 ump", " 0 other, 0 ignored",
            "Frags: 0 reassembled, 0 timeouts, 0 couldn't reassemble",
            " 0 fragmented, 0 fragments, 0 couldn't fragment",
            " 0 invalid hole", "Bcast: 0 received, 0 sent", "Mcast: 0 received, 0 sent",
            "Sent:  0 generated, 0 forwarded", "Drop:  0 encapsulation failed, 0 unresolved, 0 no adjacency",
            " 0 no route, 0 unicast RPF, 0 forced drop, 0 unsupported-addr",
            " 0 options denied, 0 source IP address zero",
        ),
    ),
    (
        "ICMP statistics",
        (
            "Rcvd: 0 format errors, 0 checksum errors, 0 redirects, 0 unreachable",
            " 0 echo, 0 echo reply, 0 mask requests, 0 mask replies, 0 quench",
            " 0 parameter, 0 timestamp, 0 timestamp replies, 0 info request, 0 other",
            " 0 irdp solicitations, 0 irdp advertisements", " 0 time exceeded, 0 info replies",
            "Sent: 0 redirects, 0 unreachable, 0 echo, 0 echo reply",
            " 0 mask requests, 0 mask replies, 0 quench, 0 timestamp, 0 timestamp replies",
            " 0 info reply, 0 time exceeded, 0 parameter problem", " 0 irdp solicitations, 0 irdp advertisements",
        ),
    ),
    (
        "TCP statistics",
        ("Rcvd: 0 total, 0 checksum errors, 0 no port", "Sent: 0 total"),
    ),
    (
        "BGP statistics",
        (
            "Rcvd: 0 total, 0 opens, 0 notifications, 0 updates", " 0 keepalives, 0 route-refresh, 0 unrecognized",
            "Sent: 0 total, 0 opens, 0 notifications, 0 updates", " 0 keepalives, 0 route-refresh",
        ),
    ),
    ("EIGRP-IPv4 statistics", ("Rcvd: 0 total", "Sent: 0 total")),
    (
        "PIMv2 statistics: Sent/Received",
        (
            "Total: 0/0, 0 checksum errors, 0 format errors",
            "Registers: 0/0 (0 non-rp, 0 non-sm-group), Register Stops: 0/0,  Hellos: 0/0",
            "Join/Prunes: 0/0, Asserts: 0/0, grafts: 0/0", "Bootstraps: 0/0, Candidate_RP_Advertisements: 0/0",
            "Queue drops: 0", "State-Refresh: 0/0",
        ),
    ),
    (
        "IGMP statistics: Sent/Received",
        (
            "Total: 0/0, Format errors: 0/0, Checksum errors: 0/0",
            "Host Queries: 0/0, Host Reports: 0/0, Host Leaves: 0/0", "DVMRP: 0/0, PIM: 0/0", "Queue drops: 0",
        ),
    ),
    (
        "UDP statistics",
        ("Rcvd: 0 total, 0 checksum errors, 0 no port 0 finput", "Sent: 0 total, 0 forwarded broadcasts"),
    ),
    (
        "OSPF statistics",
        (
            "Last clearing of OSPF traffic counters never", "Rcvd: 0 total, 0 checksum errors",
            " 0 hello, 0 database desc, 0 link state req", " 0 link state updates, 0 link state acks", "Sent: 0 total",
            " 0 hello, 0 database desc, 0 link state req", " 0 link state updates, 0 link state acks",
        ),
    ),
    (
        "ARP statistics",
        (
            "Rcvd: 0 requests, 0 replies, 0 reverse, 0 other", "Sent: 0 requests, 0 replies (0 proxy), 0 reverse",
            "Drop due to input queue full: 0",
        ),
    ),
)  # fmt: skip


@handles("show_ip_traffic")
def show_ip_traffic(session: Session, call: Call) -> str:
    text = ""
    for title, lines in _COUNTED:
        text += title if ":" in title else f"{title}:"
        text += "\n" + "".join(f"  {'       ' if line[0] == ' ' else ''}{line.strip()}\n" for line in lines) + "\n"
    return text


@handles("show_interfaces_accounting")
def show_interfaces_accounting(session: Session, call: Call) -> str:
    text = ""
    for view in interfaces_of(session.device):
        if call.argument("interface") in (None, view.name):
            text += f"{view.name} {view.description or ''}\n" if not view.shutdown else ""
            if view.shutdown:
                text += f"Interface {view.name} is disabled\n\n"
                continue
            text += "                Protocol    Pkts In   Chars In   Pkts Out  Chars Out\n"
            text += "No traffic sent or received on this interface.\n"
    return text


_SUMMARY_HEAD: Final = """\

 *: interface is up
 IHQ: pkts in input hold queue     IQD: pkts dropped from input queue
 OHQ: pkts in output hold queue    OQD: pkts dropped from output queue
 RXBS: rx rate (bits/sec)          RXPS: rx rate (pkts/sec)
 TXBS: tx rate (bits/sec)          TXPS: tx rate (pkts/sec)
 TRTL: throttle count

"""


@handles("show_interfaces_summary")
def show_interfaces_summary(session: Session, call: Call) -> str:
    columns = ("IHQ", "IQD", "OHQ", "OQD", "RXBS", "RXPS", "TXBS", "TXPS", "TRTL")
    text = f"{_SUMMARY_HEAD}  {'Interface':<23}" + "".join(f"{column:>10}" for column in columns) + "\n"
    text += f"{'-' * 115}\n"
    for view in interfaces_of(session.device):
        text += f"{'*' if view.is_up else ' '} {view.name:<23}" + f"{0:>10}" * len(columns) + "\n"
    return text


# What is printed of a feature that nobody uses. The lab has no such neighbours, tunnels or sessions.
_NOTHING_THERE: Final = {
    "standby": "                     P indicates configured to preempt.\n                     |\n"
    "Interface   Grp  Pri P State   Active          Standby         Virtual IP\n",
    "nat": "Total number of translations: 0\n\n",
    "authentication": "No sessions currently exist\n",
    "isakmp": "IPv4 Crypto ISAKMP SA\ndst             src             state          conn-id status\n\n"
    "IPv6 Crypto ISAKMP SA\n\n",
    "session": "Crypto session current status\n\n",
}


@handles("show_nothing_there")
def show_nothing_there(session: Session, call: Call) -> str:
    """HSRP, NAT, 802.1X and IPsec without a session."""
    return next(text for word, text in _NOTHING_THERE.items() if word in call.match.words)


_IPV6_CODES: Final = """\
Codes: C - Connected, L - Local, S - Static, U - Per-user Static route
       B - BGP, R - RIP, H - NHRP, I1 - ISIS L1
       I2 - ISIS L2, IA - ISIS interarea, IS - ISIS summary, D - EIGRP
       EX - EIGRP external, ND - ND Default, NDp - ND Prefix, DCE - Destination
       NDr - Redirect, O - OSPF Intra, OI - OSPF Inter, OE1 - OSPF ext 1
       OE2 - OSPF ext 2, ON1 - OSPF NSSA ext 1, ON2 - OSPF NSSA ext 2
       la - LISP alt, lr - LISP site-registrations, ld - LISP dyn-eid, a - Application
"""


@handles("show_ipv6_route")
def show_ipv6_route(session: Session, call: Call) -> str:
    """The route for multicast that every table has. Unverified: which codes a release explains."""
    vrf = call.argument("vrf") or "default"
    if vrf != "default" and not session.device.running.has("vrf", "definition", vrf):
        return f"% IPv6 routing table {vrf} does not exist\n"
    return f"IPv6 Routing Table - {vrf} - 1 entries\n{_IPV6_CODES}L   FF00::/8 [0/0]\n     via Null0, receive\n"


@handles("show_ipv6_static")
def show_ipv6_static(session: Session, call: Call) -> str:
    return (
        f"IPv6 Static routes Table - {call.argument('vrf') or 'default'}\n"
        "Codes: * - installed in RIB, u/U - Per-user Static route\n       N - ND Static, M - MIPV6 Static, P - DHCP-PD "
        "Static, R - RHI Static\n"
    )


@handles("show_rollback_of_issu")
def show_rollback_of_issu(session: Session, call: Call) -> str:
    return "Rollback: inactive, no ISSU operation is in progress\n"


@handles("show_vlans")
def show_vlans(session: Session, call: Call) -> str:
    """A router's VLANs are those of subinterfaces. Unverified: the text where there are some."""
    text = ""
    for line in session.device.running.under("interface"):
        tag = line.section.value("encapsulation", "dot1Q") if line.section else None
        if tag is not None:
            text += f"\nVirtual LAN ID:  {tag.split()[0]} (IEEE 802.1Q Encapsulation)\n\n"
            text += f"   vLAN Trunk Interface:   {line.words[1]}\n\n"
    return text or "No Virtual LANs configured.\n"
