"""What a user tries by hand goes the way of the reports: device, agent, network and CSSM are the lab's own."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from smartlic_lab.running.lab import Lab

HOST = "smartreceiver.cisco.com"
DIRECT = ("license smart transport smart", "license smart url default")
OVER_MANAGEMENT = (*DIRECT, "license smart vrf Mgmt-vrf")
HOME = ("service call-home", "call-home", " contact-email-addr sch-smart-licensing@cisco.com", ' profile "CiscoTAC-1"')
HOME = (*HOME, "  active", "  destination transport-method http", "  no destination transport-method email")
ROUTER = {"platform": "c8000v", "day0": [*DIRECT, "license boot level network-advantage addon dna-advantage"]}
SWITCH = {"platform": "c9300", "day0": [*OVER_MANAGEMENT]}
WIRELESS = {"platform": "c9800", "day0": [*DIRECT]}
LEGACY = {"platform": "c9300", "release": "16.12", "day0": [*HOME]}
DEVICES = {"router": ROUTER, "switch": SWITCH, "wireless": WIRELESS, "legacy": LEGACY}

WAYS = {  # what is done to a device and its network: lines of configuration, faults; {interface} is the uplink
    "as it is": ((), ()),
    "its link is cut": ((), (("d1", "unreachable"),)),
    "the far end is down": ((), (("cssm", "unreachable"),)),
    "nothing listens there": ((), (("cssm", "refusing"),)),
    "the name is unknown": ((), ((HOST, "name-unknown"), ("tools.cisco.com", "name-unknown"))),
    "its name server is silent": ((), (("192.0.2.53", "name-unknown"),)),
    "it has no name server": (("no ip name-server{vrf} 192.0.2.53",), ()),
    "it does not look names up": (("no ip domain lookup",), ()),
    "it has no route": (("no ip route{vrf} 0.0.0.0 0.0.0.0 198.18.0.1",), ()),
    "its gateway is in another network": (
        ("no ip route{vrf} 0.0.0.0 0.0.0.0 198.18.0.1", "ip route{vrf} 0.0.0.0 0.0.0.0 203.0.113.1"),
        (),
    ),
    "its interface is shut": (("interface {interface}", "shutdown"), ()),
    "its interface has no address": (("interface {interface}", "no ip address"), ()),
}


def lab_of(kind: str, way: str = "as it is", **more: object) -> Lab:
    """A lab whose device ``d1`` boots, and to which is done what *way* says."""
    lab = Lab.from_dict({"clock": {"speed": 0}, "devices": [{"name": "d1", **DEVICES[kind]}], **more}, serve=False)
    lab.advance(timedelta(minutes=10))
    lines, faults = WAYS[way]
    for target, what in faults:
        lab.add_fault(target, what)
    vrf = "" if kind in ("router", "wireless") else " vrf Mgmt-vrf"
    interface = "GigabitEthernet0/0" if vrf else "GigabitEthernet1"
    done = [line.format(vrf=vrf, interface=interface) for line in lines]
    assert "%" not in lab.execute("d1", "configure terminal", *done, "end")
    return lab


def report_arrives(lab: Lab, kind: str) -> bool:
    """Whether the Smart Agent gets through to CSSM: it is trusted, or registered."""
    register = "register idtoken" if kind == "legacy" else "trust idtoken"
    lab.execute("d1", f"license smart {register} {lab.token().reveal()}{'' if kind == 'legacy' else ' all'}")
    lab.advance(timedelta(minutes=5))
    with lab.world.at("d1") as now:
        state = lab.devices["d1"].agent.state(now)
    if kind == "legacy":
        return state.registration is not None and state.registration.smart_account is not None
    return bool(state.trust_codes)


def host_of(kind: str) -> str:
    return "tools.cisco.com" if kind == "legacy" else HOST


def pinged(lab: Lab, kind: str) -> str:
    vrf = "" if kind in ("router", "wireless") else "vrf Mgmt-vrf "
    return lab.execute("d1", f"ping {vrf}{host_of(kind)}")


def telnetted(lab: Lab, kind: str, host: str | None = None) -> str:
    vrf = "" if kind in ("router", "wireless") else " /vrf Mgmt-vrf"
    return lab.execute("d1", f"telnet {host or host_of(kind)} 443{vrf}")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", DEVICES)
def test_a_report_arrives_where_a_connection_opens_and_nowhere_else(kind, way):
    with lab_of(kind, way) as lab:
        opens, answers = " Open\n" in telnetted(lab, kind), "percent (5/5)" in pinged(lab, kind)
        assert report_arrives(lab, kind) is opens
        assert answers is (opens or way == "nothing listens there")
        assert opens is (way == "as it is")


TEXTS = [
    (
        "as it is",
        "ping vrf Mgmt-vrf {host}",
        r"Translating \"{host}\"...domain server \(192.0.2.53\) \[OK\]\n\nType escape",
    ),
    ("as it is", "ping vrf Mgmt-vrf {host} source Gi0/0", "Packet sent with a source address of 198.18.1.0 \n!!!!!\n"),
    ("as it is", "ping vrf Mgmt-vrf {host} source Vlan1", "% Invalid source address"),
    ("as it is", "ping vrf Mgmt-vrf 203.0.113.9", "U.U.U\nSuccess rate is 0 percent"),
    ("as it is", "ping vrf nowhere 192.0.2.10", "% VRF nowhere does not exist"),
    ("as it is", "ping {host}", r"\(255.255.255.255\)\n% Unrecognized host or address"),
    ("as it is", "ping 192.0.2.10", r"\.{5}\nSuccess rate"),
    ("as it is", "telnet 192.0.2.10 443 /vrf Mgmt-vrf", r"Trying 192.0.2.10, 443 \.\.\. Open\n"),
    ("as it is", "telnet {host} https /vrf Mgmt-vrf", r"Trying {host} \(192.0.2.10, 443\)\.\.\. Open\n"),
    ("as it is", "telnet 192.0.2.10 8443 /vrf Mgmt-vrf", "% Connection refused by remote host"),
    ("as it is", "telnet 192.0.2.10 443", "% Destination unreachable; gateway or host down"),
    ("as it is", "telnet 192.0.2.10 443 /vrf nowhere", "% VRF nowhere does not exist"),
    ("as it is", "traceroute vrf Mgmt-vrf 192.0.2.10", r"1 198.18.0.1 1 msec .*\n +2 192.0.2.10 1 msec"),
    ("as it is", "show hosts vrf Mgmt-vrf", "Default domain is example.com\nName servers are 192.0.2.53\n"),
    ("as it is", "show hosts", "Name servers are 255.255.255.255\n"),
    ("as it is", "show ip http client all", "HTTP client source interface: GigabitEthernet0/0"),
    ("the far end is down", "traceroute vrf Mgmt-vrf 192.0.2.10", r"1 198.18.0.1 .*\n +2 +\* +\* "),
    ("the far end is down", "ping vrf Mgmt-vrf 192.0.2.10", r"\.{5}\nSuccess rate is 0 percent \(0/5\)"),
    (
        "the far end is down",
        "telnet 192.0.2.10 443 /vrf Mgmt-vrf",
        "% Connection timed out; remote host not responding",
    ),
    ("its link is cut", "traceroute vrf Mgmt-vrf 192.0.2.10", r" 1 +\* +\* "),
    (
        "it does not look names up",
        "telnet {host} 443 /vrf Mgmt-vrf",
        'Translating "{host}"\n% Unknown command or computer',
    ),
    ("its interface is shut", "ping vrf Mgmt-vrf 192.0.2.10", "^% VRF Mgmt-vrf does not have a usable source address"),
    ("it has no route", "show ip route vrf Mgmt-vrf", "Gateway of last resort is not set"),
    ("its gateway is in another network", "show ip route vrf Mgmt-vrf", "Gateway of last resort is not set"),
]


@pytest.mark.parametrize("way", sorted({way for way, _, _ in TEXTS}))
def test_each_failure_has_its_words(way):
    with lab_of("switch", way) as lab:
        for _, command, expected in (one for one in TEXTS if one[0] == way):
            shown = lab.execute("d1", command.format(host=HOST))
            assert re.search(expected.replace("{host}", HOST), shown), (command, shown)


def test_a_report_goes_through_a_proxy_where_a_connection_by_hand_does_not():
    proxy = ["license smart proxy address 192.0.2.80", "license smart proxy port 8080", "no ip domain lookup"]
    devices = [
        {
            "name": "d1",
            **ROUTER,
            "day0": [*ROUTER["day0"], *proxy, "crypto pki trustpoint SLA-TrustPoint", " revocation-check none"],
        }
    ]
    with Lab.from_dict({"clock": {"speed": 0}, "devices": devices, "proxies": ["192.0.2.80:8080"]}, serve=False) as lab:
        assert "% Unknown command or computer name" in telnetted(lab, "router")
        assert " Open\n" in lab.execute("d1", "telnet 192.0.2.80 8080")
        assert report_arrives(lab, "router")


def test_a_fault_of_one_request_is_not_used_up_by_a_ping():
    with lab_of("router") as lab:
        lab.add_fault("cssm", "unreachable", count=1)
        assert "percent (0/5)" in pinged(lab, "router")
        assert "percent (0/5)" in pinged(lab, "router")
        assert report_arrives(lab, "router")
        assert "percent (5/5)" in pinged(lab, "router")


def test_devices_of_a_lab_answer_each_other_while_they_are_up():
    with lab_of("switch") as lab:
        lab.execute(
            "d1", "configure terminal", "interface GigabitEthernet0/0", "ip address 198.18.9.9 255.254.0.0", "end"
        )
        assert "percent (5/5)" in lab.execute("d1", "ping vrf Mgmt-vrf 198.18.9.9")
        assert "percent (0/5)" in lab.execute("d1", "ping vrf Mgmt-vrf 198.18.1.0")


# --- call-home ------------------------------------------------------------------------------------------------------


def counted(lab: Lab) -> dict[str, list[int]]:
    """Success, failed, in queue and dropped of each kind of licensing message."""
    shown = lab.execute("d1", "show call-home smart-licensing statistics")
    rows = re.findall(r"^([A-Z_]+) +(\d+) +(\d+) +(\d+) +(\d+) ", shown, re.MULTILINE)
    return {name: [int(number) for number in numbers] for name, *numbers in rows}


def totals(lab: Lab) -> dict[str, tuple[int, ...]]:
    """Total, by email and by HTTP of ``show call-home statistics``."""
    shown = lab.execute("d1", "show call-home statistics")
    rows = re.findall(r"^Total (\S+) +(\d+) +(\d+) +(\d+)$", shown, re.MULTILINE)
    return {name: tuple(int(number) for number in numbers) for name, *numbers in rows}


def logged(lab: Lab, mnemonic: str) -> list[str]:
    lines = lab.execute("d1", "show logging").splitlines()
    return [line.split(": %", 1)[1] for line in lines if f"-{mnemonic}: " in line]


def test_call_home_counts_and_logs_what_the_agent_sent_over_it():
    with lab_of("legacy") as lab:
        assert report_arrives(lab, "legacy")
        assert counted(lab)["REGISTRATION"] == [1, 0, 0, 0]
        lab.add_fault("cssm", "unreachable")
        lab.execute("d1", "license smart renew auth")
        assert counted(lab)["ENTITLEMENT"] == [1, 0, 1, 0]  # the far end may still answer
        assert totals(lab)["In-Queue"] == (1, 0, 1)
        lab.advance(timedelta(minutes=5))
        sent, failed, waiting, dropped = counted(lab)["ENTITLEMENT"]
        assert (sent, waiting, dropped) == (1, 0, 0)
        assert failed > 1
        assert totals(lab)["Success"] == (2, 0, 2)
        assert totals(lab)["Failed"] == (failed, 0, failed)
        lines = logged(lab, "SL_MESSAGE_FAILED")
        renewals = logged(lab, "AUTH_RENEW_FAILED")
    assert len(lines) == failed == len(renewals)
    assert " (CSSM) : Communication message send error for udi PID:C9300-24T,SN:" in renewals[0]
    assert lines[0] == (
        "CALL_HOME-5-SL_MESSAGE_FAILED: Fail to send out Smart Licensing message to: "
        "https://tools.cisco.com/its/service/oddce/services/DDCEService (ERR 207 : Connection time out)"
    )


def test_the_log_of_a_registered_device_says_what_its_registration_allows():
    with lab_of("legacy") as lab:
        assert report_arrives(lab, "legacy")
        assert "Export-Controlled Functionality: ALLOWED" in lab.execute("d1", "show license status")
        said = [line.rpartition(" ")[0].rpartition(" ")[2] for line in logged(lab, "EXPORT_CONTROLLED")]
        assert said == ["not", "not", "is"]
        lab.execute("d1", "write memory")
        lab.execute("d1", "reload", "")
        lab.advance(timedelta(minutes=10))
        assert all(line.endswith(" is allowed") for line in logged(lab, "EXPORT_CONTROLLED"))
        assert logged(lab, "EXPORT_CONTROLLED")


def test_call_home_drops_what_its_inactive_profile_does_not_take():
    with lab_of("legacy") as lab:
        lab.execute("d1", "configure terminal", "call-home", "profile CiscoTAC-1", "no active", "end")
        assert not report_arrives(lab, "legacy")
        sent, failed, waiting, dropped = counted(lab)["REGISTRATION"]
        assert (sent, failed, waiting) == (0, 0, 0)
        assert dropped > 0
        assert not logged(lab, "SL_MESSAGE_FAILED")
        assert "Smart licensing messages: disabled\n    Profile: CiscoTAC-1 (status: INACTIVE)" in lab.execute(
            "d1", "show call-home"
        )
        assert "Smart-license messages: disabled" in lab.execute("d1", "show call-home smart-licensing")
        assert "Profile status: INACTIVE" in lab.execute("d1", "show call-home profile CiscoTAC-1")
        assert "is not active" in lab.execute("d1", "call-home test profile CiscoTAC-1")


@pytest.mark.parametrize("way", WAYS)
def test_a_test_of_call_home_arrives_where_a_report_does(way):
    with lab_of("legacy", way) as lab:
        assert "Please wait" in lab.execute("d1", "call-home test profile CiscoTAC-1")
        failures = logged(lab, "HTTP_REQUEST_FAILED")
        arrived = totals(lab)["Success"] == (1, 0, 1)
        assert totals(lab)["Failed"] == ((0, 0, 0) if arrived else (1, 0, 1))
        assert bool(failures) is not arrived
        assert report_arrives(lab, "legacy") is arrived


def test_a_profile_that_writes_by_email_needs_a_mail_server():
    day0 = (*HOME, " profile noc", "  active", "  destination address email noc@example.com")
    mail = (" mail-server 192.0.2.10 priority 2", " mail-server 192.0.2.25 priority 1")
    with lab_of("legacy") as lab:
        lab.execute("d1", "configure terminal", *day0, " exit", *mail, "end")
        shown = lab.execute("d1", "show call-home mail-server status")
        assert "Mail-server[1]: Address: 192.0.2.25 Priority: 1  Secure: none [Not Available]" in shown
        assert "Email address(es): noc@example.com" in lab.execute("d1", "show call-home profile noc")
        assert "Profile Name: noc" in lab.execute("d1", "show call-home profile all")
        lab.execute("d1", "call-home test profile noc")
        assert totals(lab)["Failed"] == (1, 1, 0)
        assert logged(lab, "SMTP_SEND_FAILED")
