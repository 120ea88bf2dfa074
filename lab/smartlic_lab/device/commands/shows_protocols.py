"""What protocols and services say of themselves: those that do not run say so in their own words.

Source: the lines that Genie's and ntc-templates' parsers name, and the examples of Cisco's command references (IP
routing, HTTP services, PKI, call-home, SIP). Unverified: margins, and each text that says so below.
"""

# ruff: noqa: ARG001  every handler has the same arguments, whether it needs both or not
from __future__ import annotations

from datetime import timedelta
from typing import Final

from smartlic_lab.device import boot, routing
from smartlic_lab.device.commands.registry import Call, Handlers
from smartlic_lab.device.commands.shows_network import known_vrf, routes_of
from smartlic_lab.device.configuration import Section
from smartlic_lab.device.machine import Machine
from smartlic_lab.device.ports import interfaces_of
from smartlic_lab.device.session import Session

handles = Handlers[Session]()


# --- routing --------------------------------------------------------------------------------------------------------


@handles("show_ip_route_summary")
def show_ip_route_summary(session: Session, call: Call) -> str:
    """Networks are those listed by their own class, subnets all others; both count as in ``show ip route``."""
    device, vrf = session.device, known_vrf(session.device, call.argument("vrf"))
    routes = routes_of(device, vrf)
    counts = {"application": (0, 0), "connected": (0, 0), "static": (0, 0)}
    for network, text in routes:
        source = "static" if text.startswith("S") else "connected"
        first = int(network.network_address) >> 24
        whole = network.prefixlen <= (8 if first < 128 else 16 if first < 192 else 24)
        networks, subnets = counts[source]
        counts[source] = (networks + whole, subnets + (not whole))
    text = (
        f"IP routing table name is {vrf or 'default'} (0x{1 if vrf else 0:X})\nIP routing table maximum-paths is 32\n"
    )
    text += "Route Source    Networks    Subnets     Replicates  Overhead    Memory (bytes)\n"
    for source, (networks, subnets) in counts.items():
        number = networks + subnets
        text += f"{source:<16}{networks:<12}{subnets:<12}{0:<12}{number * 96:<12}{number * 312}\n"
    text += f"{'internal':<16}{1 if routes else 0:<48}{'688' if routes else 0}\n"
    networks, subnets = (sum(pair[at] for pair in counts.values()) for at in (0, 1))
    number = networks + subnets
    return f"{text}{'Total':<16}{networks:<12}{subnets:<12}{0:<12}{number * 96:<12}{number * 312}\n"


@handles("show_ip_static_route")
def show_ip_static_route(session: Session, call: Call) -> str:
    device, vrf = session.device, known_vrf(session.device, call.argument("vrf"))
    text = (
        "Codes: M - Manual static, A - AAA download, N - IP NAT, D - DHCP,\n"
        "       G - GPRS, V - Crypto VPN, C - CASA, P - Channel interface processor,\n"
        "       B - BootP, S - Service selection gateway\n"
        "       DN - Default Network, T - Tracking object\n"
        "       L - TL1, E - OER, I - iEdge\n"
        "       D1 - Dot1x Vlan Network, K - MWAM Route\n"
        "       PP - PPP default route, MR - MRIPv6, SS - SSLVPN\n"
        "       H - IPe Host, ID - IPe Domain Broadcast\n"
        "       U - User GPRS, TE - MPLS Traffic-eng, LI - LIIN\n"
        "       IR - ICMP Redirect, Vx - VXLAN static route\n"
        "       LT - Cellular LTE, Ev - L2EVPN static route\n"
        "Codes in []: A - active, N - non-active, B - BFD-tracked, D - Not Tracked, P - permanent,\n"
        "             -T Default Track\n\n"
        "Codes in (): UP - up, DN - Down, AD-DN - Admin-Down, DL - Deleted\n"
        f"Static local RIB for {vrf or 'default'} \n\n"
    )
    active = set(routing.static_routes(device.running, vrf))
    for route in routing.configured_routes(device.running, vrf):
        text += f"M  {route.network} [1/0] via {route.behind} [{'A' if route in active else 'N'}]\n"
    return text


# What a protocol prints while it does not run. Source: IOS XE; unverified but for BGP and OSPF's empty output.
_NOT_RUNNING: Final = {
    "ospf": "", "bgp": "% BGP not active\n\n", "eigrp": "", "isis": "\n", "rip": "", "pim": "",
}  # fmt: skip


@handles("show_routing_protocol")
def show_routing_protocol(session: Session, call: Call) -> str:
    """``show ip ospf|bgp|eigrp ...``: no protocol runs in the lab; with its ``router`` lines it has a process alone."""
    device = session.device
    name = next(word for word in call.match.words if word in _NOT_RUNNING)
    line = next((line for line in device.running.under("router") if line.text.split()[1] == name), None)
    if line is None:
        return _NOT_RUNNING[name]
    number, section = line.text.split()[-1], line.section or Section()
    router_id = _router_id(device, section)
    if name == "bgp" and call.has("summary"):
        table = "BGP table version is 1, main routing table version 1\n"
        return f"BGP router identifier {router_id}, local AS number {number}\n{table}"
    if name == "ospf" and len(call.match.words) == 3:
        return (
            f' Routing Process "ospf {number}" with ID {router_id}\n'
            " Supports only single TOS(TOS0) routes\n Supports opaque LSA\n"
            " Number of areas in this router is 0. 0 normal 0 stub 0 nssa\n"
        )
    return ""


def _router_id(device: Machine, section: Section) -> str:
    """What was configured, or the highest loopback address, or the highest of all."""
    for line in section.lines:
        words = line.text.split()
        if words[0] in ("router-id", "bgp") and words[-2].endswith("router-id"):
            return words[-1]
    views = [view for view in interfaces_of(device) if view.address and view.is_up]
    views = [view for view in views if view.name.startswith("Loopback")] or views
    addresses = [view.address for view in views if view.address]
    return max(addresses, key=lambda text: tuple(map(int, text.split("."))), default="0.0.0.0")  # noqa: S104  no address


@handles("show_ip_protocols")
def show_ip_protocols(session: Session, call: Call) -> str:
    """The pseudo protocol that every IOS XE lists, then those that are configured are said to have no neighbours."""
    text = (
        "*** IP Routing is NSF aware ***\n\n"
        'Routing Protocol is "application"\n'
        "  Sending updates every 0 seconds\n"
        "  Invalid after 0 seconds, hold down 0, flushed after 0\n"
        "  Outgoing update filter list for all interfaces is not set\n"
        "  Incoming update filter list for all interfaces is not set\n"
        "  Maximum path: 32\n"
        "  Routing for Networks:\n"
        "  Routing Information Sources:\n"
        "    Gateway         Distance      Last Update\n"
        "  Distance: (default is 4)\n\n"
    )
    for line in session.device.running.under("router"):
        words, section = line.text.split(), line.section or Section()
        if words[1] == "ospf" and words[-1].isdigit():
            text += f'Routing Protocol is "ospf {words[-1]}"\n'
            text += "  Outgoing update filter list for all interfaces is not set\n"
            text += "  Incoming update filter list for all interfaces is not set\n"
            text += f"  Router ID {_router_id(session.device, section)}\n"
            text += "  Number of areas in this router is 0. 0 normal 0 stub 0 nssa\n  Maximum path: 4\n"
            text += "  Routing for Networks:\n  Routing Information Sources:\n"
            text += "    Gateway         Distance      Last Update\n  Distance: (default is 110)\n\n"
    return text


@handles("show_ip_arp_summary")
def show_ip_arp_summary(session: Session, call: Call) -> str:
    number = sum(view.address is not None and view.is_up for view in interfaces_of(session.device))
    return f"{number} IP ARP entries, with 0 of them incomplete\n"


# --- NTP ------------------------------------------------------------------------------------------------------------


@handles("show_ntp_associations_detail")
def show_ntp_associations_detail(session: Session, call: Call) -> str:
    device = session.device
    synchronised, text = device.clock_source == "NTP", ""
    stamp = f"{device.clock(session.now):%H:%M:%S.000 %Z %a %b %d %Y}"
    if not any(device.running.under("ntp", "server")):
        return "%NTP is not enabled.\n"
    for at, line in enumerate(device.running.under("ntp", "server")):
        words = line.text.split()[2:]
        host = words[2] if words[:1] == ["vrf"] else words[0]
        state = f"{'our_master, ' if at == 0 else ''}sane, valid, stratum 2"
        text += f"{host} configured, ipv4, {state if synchronised else 'insane, invalid, unsynced, stratum 16'}\n"
        reach, span = ("377", "1.40") if synchronised else ("0", "15937.5")
        zero = "00000000.00000000 (00:00:00.000 UTC Mon Jan 1 1900)"
        when = f"EC5D1A1A.5C28F5E8 ({stamp})" if synchronised else zero
        text += (
            f"ref ID {'.GNSS.' if synchronised else '.INIT.'}, time {when}\n"
            "our mode client, peer mode server, our poll intvl 64, peer poll intvl 64\n"
            f"root delay 0.00 msec, root disp 0.00, reach {reach}, sync dist {span}\n"
            "delay 0.00 msec, offset 0.0000 msec, dispersion 0.00, jitter 0.00 msec\n"
            "precision 2**10, version 4\n"
            f"assoc ID {20000 + at}, assoc name {host}, assoc in packets 0, assoc out packets 0, "
            "assoc error packets 0\n"
            f"org time {zero}\nrec time {when}\nxmt time {when}\n"
            "filtdelay =     0.00    0.00    0.00    0.00    0.00    0.00    0.00    0.00\n"
            "filtoffset =    0.00    0.00    0.00    0.00    0.00    0.00    0.00    0.00\n"
            "filterror =     0.00    0.00    0.00    0.00    0.00    0.00    0.00    0.00\n"
            "minpoll = 6, maxpoll = 10\n\n"
        )
    return text


@handles("show_ntp_config")
def show_ntp_config(session: Session, call: Call) -> str:
    return "".join(f" {line.text}\n" for line in session.device.running.under("ntp"))


# --- SSH, HTTP, NETCONF ---------------------------------------------------------------------------------------------


@handles("show_ssh")
def show_ssh(session: Session, call: Call) -> str:
    """The users' connections. Unverified: which algorithms they agreed on."""
    text = "Connection Version Mode Encryption  Hmac         State                 Username\n"
    for other in sorted(session.device.sessions, key=lambda one: one.number):
        if other.kind == "vty":
            for way in ("IN", "OUT"):
                text += f"{other.number:<11}2.0     {way:<4} aes256-ctr  hmac-sha2-256 Session started       "
                text += f"{other.username}\n"
    if text.count("\n") == 1:
        return "%No SSHv2 server connections running.\n"
    return f"{text}%No SSHv1 server connections running.\n"


def _enabled(session: Session, *key: str) -> str:
    return "Enabled" if session.device.running.has(*key) else "Disabled"


@handles("show_ip_http_server")
def show_ip_http_server(session: Session, call: Call) -> str:
    running = session.device.running
    plain = (
        f"HTTP server status: {_enabled(session, 'ip', 'http', 'server')}\n"
        "HTTP server port: 80\nHTTP server active supplementary listener ports: \n"
        f"HTTP server authentication method: {running.value('ip', 'http', 'authentication') or 'enable'}\n"
        "HTTP server auth-retry 0 time-window 0\nHTTP server digest algorithm: md5\nHTTP server access class: 0\n"
        "HTTP server IPv4 access class: None\nHTTP server IPv6 access class: None\nHTTP server base path: \n"
        "HTTP File Upload status: Disabled\nHTTP server upload path: \nHTTP server help root: \n"
        "Maximum number of concurrent server connections allowed: 300\n"
        "Maximum number of secondary server connections allowed: 50\n"
        "Server idle time-out: 180 seconds\nServer life time-out: 180 seconds\n"
        "Server session idle time-out: 600 seconds\nMaximum number of requests allowed on a connection: 25\n"
        "Server linger time : 60 seconds\nHTTP server active session modules: ALL\n"
    )
    newer = session.device.release.version >= (17, 10, 0)
    versions = "TLSv1.3  TLSv1.2" if newer else "TLSv1.2  TLSv1.1"  # unverified: since which release
    secure = (
        "HTTP secure server capability: Present\n"
        f"HTTP secure server status: {_enabled(session, 'ip', 'http', 'secure-server')}\n"
        "HTTP secure server port: 443\n"
        f"HTTP secure server TLS version:  {versions}\n"
        "HTTP secure server client authentication: Disabled\n"
        "HTTP secure server PIV authentication: Disabled\n"
        "HTTP secure server PIV authorization only: Disabled\n"
        f"HTTP secure server trustpoint: {self_signed(running) or ''}\n"
        "HTTP secure server peer validation trustpoint: \n"
        "HTTP secure server ECDHE curve: secp256r1\n"
        "HTTP secure server active session modules: ALL\n"
    )
    return secure if call.has("secure") else plain + secure


def self_signed(running: Section) -> str | None:
    """The trustpoint of the HTTPS server's own certificate, where one stands in the configuration."""
    names = (line.words[3] for line in running.under("crypto", "pki", "trustpoint"))
    return next((name for name in names if name.startswith(boot.SELF_SIGNED)), None)


@handles("show_netconf_yang")
def show_netconf_yang(session: Session, call: Call) -> str:
    device, what = session.device, call.match.words[2]
    if what == "status":
        return f"netconf-yang: {'enabled' if device.serves_netconf else 'disabled'}\nnetconf-yang ssh port: 830\n" + (
            "netconf-yang candidate-datastore: disabled\n"
        )
    if not device.serves_netconf:
        return ""
    if what == "datastores":
        return "Datastore Name             : running\n"
    users = device.netconf_users
    if what == "statistics":
        started = device.booted_at.isoformat(timespec="seconds")
        return (
            f"netconf-start-time  : {started}\nin-rpcs             : 0\nin-bad-rpcs         : 0\n"
            "out-rpc-errors      : 0\nout-notifications   : 0\n"
            f"in-sessions         : {len(users)}\ndropped-sessions    : 0\nin-bad-hellos       : 0\n"
        )
    head = "R: Global-lock on running datastore\nC: Global-lock on candidate datastore\n"
    head += "S: Global-lock on startup datastore\n\n"
    head += f"Number of sessions : {len(users)}\n\n"
    if not users:
        return head
    head += (
        "session-id  transport    username             source-host           global-lock           \n" + "-" * 85 + "\n"
    )
    for identity, (user, source) in users.items():
        head += f"{identity:<11} {'netconf-ssh':<12} {user:<20} {source or '-':<21} None\n"
    return head


# --- PKI ------------------------------------------------------------------------------------------------------------


@handles("show_pki_timers")
def show_pki_timers(session: Session, call: Call) -> str:
    """The clock saves itself hourly. Unverified: which timers a device has that enrols nowhere."""
    since = timedelta(hours=1) - (session.now - session.device.booted_at) % timedelta(hours=1)
    minutes, seconds = divmod(int(since.total_seconds()), 60)
    left = f"{minutes // 60}:{minutes % 60:02}:{seconds:02}.000"
    return f"PKI Timers\n|  {left}\n  |  {left}  SESSION CLEANUP\n\nCS Timers\n|  0.000\n\n"


@handles("show_pki_trustpool")
def show_pki_trustpool(session: Session, call: Call) -> str:
    """Unverified: which CAs are built in; the licensing root is one of them."""
    if call.has("policy"):
        return (
            "Chain validation will stop at the first CA certificate in the pool\n"
            "Trustpool CA certificates will expire 19:48:47 UTC May 30 2038\n"
            "Trustpool policy revocation order: crl\nCertificate matching is disabled\nPolicy Overrides:\n"
        )
    return (
        "CA Certificate\n  Status: Available\n  Certificate Serial Number (hex): 01\n  Certificate Usage: Signature\n"
        "  Issuer: \n    cn=Cisco Licensing Root CA\n    o=Cisco\n"
        "  Subject: \n    cn=Cisco Licensing Root CA\n    o=Cisco\n"
        "  Validity Date: \n    start date: 19:48:47 UTC May 30 2013\n    end   date: 19:48:47 UTC May 30 2038\n"
        f"  Associated Trustpoints: Trustpool{' ' + boot.TRUSTPOINT if _has_sla(session) else ''} \n"
        "  Trustpool: Built-In\n\n"
    )


def _has_sla(session: Session) -> bool:
    return session.device.running.has("crypto", "pki", "trustpoint", boot.TRUSTPOINT)


# --- voice ----------------------------------------------------------------------------------------------------------


@handles("show_sip_ua_status")
def show_sip_ua_status(session: Session, call: Call) -> str:
    """Unverified: how a stop for want of an ACK looks here; that SIP is disabled then is what CUBE's log says."""
    device = session.device
    service = device.running.section("voice", "service", "voip").section("sip")
    stopped = device.calls_stopped or service.has("call", "service", "stop")
    state = "DISABLED" if stopped else "ENABLED"
    return (
        "SIP User Agent Status\n"
        f"SIP User Agent for UDP : {state}\nSIP User Agent for TCP : {state}\n"
        f"SIP User Agent for TLS over TCP : {state}\n"
        "SIP User Agent bind status(signaling): DISABLED \nSIP User Agent bind status(media): DISABLED \n"
        "SIP early-media for 180 responses with SDP: ENABLED\nSIP max-forwards : 70\n"
        "SIP DNS SRV version: 2 (rfc 2782)\nNAT Settings for the SIP-UA\nRole in SDP: NONE\n"
        "Check media source packets: DISABLED\nMaximum duration for a telephone-event in NOTIFYs: 2000 ms\n"
        "SIP support for ISDN SUSPEND/RESUME: ENABLED\nRedirection (3xx) message handling: ENABLED\n"
    )


@handles("show_voice")
def show_voice(session: Session, call: Call) -> str:
    """No call is emulated."""
    if call.has("active"):
        return "No active calls found\n"
    return ""
