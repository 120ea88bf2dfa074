"""Prepared faults, each provoked in the lab, named by `diagnose`, and gone once what it prints has been done."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

import pytest

from nornir_smartlic.errors import Refused
from nornir_smartlic.model import Account, Intent, Secret
from nornir_smartlic.operations.causes import Cause, Certainty
from nornir_smartlic.operations.conversation import Configure, converse
from nornir_smartlic.operations.diagnosing import diagnose
from nornir_smartlic.operations.results import TrustResult
from nornir_smartlic.operations.trusting import establish_trust
from smartlic_lab.authority.models import ProductInstance, RegistrationToken
from smartlic_lab.authority.product_instances import remove_instance
from smartlic_lab.authority.tokens import revoke_token
from smartlic_lab.device.specification import DeviceSpec
from smartlic_lab.world import Uplink
from tests.memory import NAME_SERVER, TOKEN, MemoryLab, memory_lab, switch

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OTHER_TOKEN: Final = Secret("YW5vdGhlci10b2tlbi1mb3ItdGVzdHM")
RECEIVER: Final = "smartreceiver.cisco.com"
WAY_OUT: Final = (
    "interface Vlan1",
    " no shutdown",
    " ip address 198.51.100.2 255.255.255.0",
    "exit",
    "ip route 0.0.0.0 0.0.0.0 198.51.100.1",
    "interface GigabitEthernet0/0",
    " vrf forwarding Mgmt-vrf",
    " ip address 203.0.113.2 255.255.255.0",
    " no shutdown",
    "exit",
    "ip route vrf Mgmt-vrf 0.0.0.0 0.0.0.0 203.0.113.1",
)
READY: Final = (
    "license smart transport smart",
    "license smart url default",
    f"ip name-server {NAME_SERVER}",
    "crypto pki trustpoint SLA-TrustPoint",
    " revocation-check none",
    "exit",
)
VALUES: Final = {"ADDRESS": NAME_SERVER, "TOKEN": OTHER_TOKEN.reveal()}
_EXEC: Final = re.compile(r"license smart (?:trust|sync|save|import) ")
_CONFIGURATION: Final = re.compile(r" |(?:no )?(?:license|ip|crypto|call-home|service|ntp) ?")


class Scene:
    """A C9300 that reports, in a world where routes and source addresses count, and what one does to it."""

    def __init__(self, spec: DeviceSpec | None = None, *, trusted: bool = True) -> None:
        self.lab: MemoryLab = memory_lab(spec or switch())
        self.world, self.cssm = self.lab.world, self.lab.cssm
        self.world.connect("sw1", Uplink("Mgmt-vrf", needs_route=True), Uplink(needs_route=True))
        self.door = self.lab.door("sw1")
        self.wanted: Intent | None = None
        self.configure(*WAY_OUT, *READY)
        if trusted:
            self.type(f"license smart trust idtoken {TOKEN.reveal()} all")
        self.world.advance(HOUR)

    def configure(self, *lines: str) -> None:
        self.door.answer(Configure(lines))

    def type(self, *lines: str) -> None:
        for line in lines:
            self.door.type(line)

    def fault(self, target: str, kind: str) -> None:
        self.world.add_fault(target, kind)

    def heal(self) -> None:
        self.world.clear_faults()
        self.cssm.faults.clear()

    def certificate(self, **facts: Any) -> None:
        """Give the receiver another certificate."""
        certificate = self.world.site("cssm").certificate
        assert certificate is not None
        self.site(certificate=replace(certificate, **facts))

    def new_token(self, **limits: Any) -> str:
        return self.cssm.add_token("example.com", "Branches", text=OTHER_TOKEN.reveal(), **limits)

    def replace_token(self) -> None:
        """Another token in place of the one that is good for nothing."""
        with self.cssm.work() as work:
            work.session.query(RegistrationToken).filter_by(text=OTHER_TOKEN.reveal()).one().text = "b2xkLXRva2Vu"
        self.new_token()

    def revoke(self) -> None:
        with self.cssm.work() as work:
            home = work.virtual_account(work.smart_account("example.com"), "Branches")
            revoke_token(work, home, OTHER_TOKEN.reveal())

    def use_elsewhere(self) -> None:
        """Let another device have the only use of the token."""
        self.lab.add(switch("sw2"))
        other = self.lab.door("sw2")
        other.answer(Configure(READY))
        other.type(f"license smart trust idtoken {OTHER_TOKEN.reveal()} all")
        self.world.advance(MINUTE)

    def forget(self) -> None:
        """Remove the device from CSSM."""
        with self.cssm.work() as work:
            remove_instance(work, work.session.query(ProductInstance).one())

    def want(self, virtual_account: str) -> None:
        self.wanted = Intent(smart_account="Example Networks", virtual_account=virtual_account)

    def uplinks(self, **facts: Any) -> None:
        self.world.connect("sw1", Uplink("Mgmt-vrf", **facts), Uplink())

    def site(self, **facts: Any) -> None:
        """Change how the receiver stands in the world."""
        site = self.world.site("cssm")
        self.world._sites[site.address, site.port] = self.world._authorities["cssm"] = replace(site, **facts)

    def mend(self, found: list[Cause], mend: Deed | None) -> None:
        """Do it at the far end, then what is printed, and give it time."""
        assert all(cause.fix for cause in found)
        if mend is not None:
            mend(self)
        for cause in found:
            self.follow(cause)
        self.world.advance(2 * HOUR)

    def causes(self, *, asks: bool = True) -> list[Cause]:
        """What stands, after a report was asked for and has had its time."""
        if asks:
            self.type("license smart sync all")
            self.world.advance(2 * MINUTE)
        found = converse(diagnose(self.wanted), self.door.answer).causes
        return [cause for cause in found if cause.certainty is not Certainty.HISTORY]

    def follow(self, cause: Cause) -> None:
        """Do what the fix says: commands and configuration lines; words are for who stands at the far end."""
        lines = [re.sub("|".join(VALUES), lambda found: VALUES[found[0]], line) for line in cause.fix]
        lines = [line.replace("GATEWAY", "203.0.113.1" if " vrf " in line else "198.51.100.1") for line in lines]
        commands = [line for line in lines if _EXEC.match(line)]
        self.configure(*(line for line in lines if _CONFIGURATION.match(line) and line not in commands))
        self.type(*commands)


Deed = Callable[[Scene], object]


@dataclass(frozen=True)
class Fault:
    """What is done, what must be named then, and what else is done about it where the fix is in words."""

    name: str
    provoke: Deed
    causes: tuple[str, ...]  # all that stand, in order
    mend: Deed | None = None  # at the far end, or by who decides; None: the printed lines do
    trusted: bool = True
    asks: bool = True  # for a report, before the question; else the last one counts
    then: tuple[str, ...] = ()  # what stood behind them
    mend_then: Deed | None = None


def lines(*given: str) -> Deed:
    return lambda scene: scene.configure(*given)


def fault(target: str, kind: str) -> Deed:
    return lambda scene: scene.fault(target, kind)


def each(*deeds: Deed) -> Deed:
    def do(scene: Scene) -> None:
        for deed in deeds:
            deed(scene)

    return do


def token(**limits: Any) -> Deed:
    return lambda scene: scene.new_token(**limits)


def wait(span: timedelta) -> Deed:
    return lambda scene: scene.world.advance(span)


def trust(scene: Scene) -> None:
    scene.type(f"license smart trust idtoken {OTHER_TOKEN.reveal()} all")
    scene.world.advance(MINUTE)


def nothing(scene: Scene) -> None:
    """The scene is the fault."""


OFF = lines("license smart transport off")
SMART = lines("license smart transport smart")
CALL_HOME = lines("license smart transport callhome")
IN_VRF = lines("license smart vrf Mgmt-vrf", f"ip name-server vrf Mgmt-vrf {NAME_SERVER}")
NO_NAMES = lines(f"no ip name-server {NAME_SERVER}")
CHECK_CRL = lines("crypto pki trustpoint SLA-TrustPoint", " revocation-check crl", "exit")
CALL_HOME_URL = "https://tools.cisco.com/its/service/oddce/services/DDCEService"
CSLU_URL = "http://192.0.2.20:8182/cslu/v1/pi"

FAULTS: Final = (
    # the transport and its URL
    Fault("transport off", OFF, ("transport-off",), SMART),
    Fault("transport smart without URL", lines("no license smart url"), ("no-url",)),
    Fault("URL of call-home", lines(f"license smart url smart {CALL_HOME_URL}"), ("wrong-url",)),
    Fault("URL of a CSLU", lines(f"license smart url smart {CSLU_URL}"), ("wrong-url", "no-way")),
    Fault(
        "URL with a typing error",
        lines("license smart url smart https://smartreciever.cisco.com/licservice/license"),
        ("old-url", "name-unresolved"),
    ),
    Fault(
        "call-home profile not active",
        each(CALL_HOME, lines("call-home", " profile CiscoTAC-1", "  no active", "  exit", " exit")),
        ("call-home-off",),
    ),
    Fault(
        "call-home by mail alone",
        each(CALL_HOME, lines("call-home", " profile CiscoTAC-1", "  no destination transport-method http")),
        ("call-home-off",),
    ),
    # names
    Fault("names not looked up", lines("no ip domain lookup"), ("no-lookup",)),
    Fault("no name server", NO_NAMES, ("no-name-server",)),
    Fault("no name server in the VRF", lines("license smart vrf Mgmt-vrf"), ("no-name-server",)),
    Fault("no name server for call-home", each(CALL_HOME, NO_NAMES), ("no-name-server", "no-way")),
    Fault("name server away", fault(NAME_SERVER, "unreachable"), ("name-unresolved",), Scene.heal),
    Fault("name server without the name", fault(RECEIVER, "name-unknown"), ("name-unresolved",), Scene.heal),
    Fault(
        "wrong name server",
        each(NO_NAMES, lines("ip name-server 192.0.2.99")),
        ("name-unresolved",),
        lines("no ip name-server 192.0.2.99", f"ip name-server {NAME_SERVER}"),
    ),
    Fault("cslu without a CSLU in the DNS", lines("license smart transport cslu"), ("name-unresolved",), SMART),
    Fault(
        "name of the proxy unknown",
        lines("license smart proxy address proxy.example.com", "license smart proxy port 3128"),
        ("name-unresolved",),
        lines("no license smart proxy address", "no license smart proxy port"),
    ),
    # the way through the device
    Fault("no default route", lines("no ip route 0.0.0.0 0.0.0.0 198.51.100.1"), ("no-route", "name-unresolved")),
    Fault(
        "no default route in the VRF",
        each(IN_VRF, lines("no ip route vrf Mgmt-vrf 0.0.0.0 0.0.0.0 203.0.113.1")),
        ("no-route", "name-unresolved"),
    ),
    Fault(
        "interface shut down",
        lines("interface Vlan1", " shutdown", "exit"),
        ("no-route", "name-unresolved"),
        lines("interface Vlan1", " no shutdown", "exit"),
    ),
    Fault(
        "source interface that is not there",
        lines("ip http client source-interface Loopback99"),
        ("no-source-interface", "no-way"),
    ),
    Fault(
        "management VRF without source interface",
        each(IN_VRF, lambda scene: scene.uplinks(needs_source_interface=True)),
        ("no-source-interface", "no-way"),
    ),
    Fault(
        "source interface without address",
        lines("interface Loopback7", "exit", "ip http client source-interface Loopback7"),
        ("no-source-address", "no-way"),
    ),
    Fault(
        "source interface in another VRF",
        each(IN_VRF, lines("ip http client source-interface Vlan1")),
        ("vrf-mismatch",),
    ),
    # the way to the far end
    Fault("filter on the way", fault("cssm", "unreachable"), ("no-way",), Scene.heal),
    Fault("nothing listens", fault("cssm", "refusing"), ("no-way",), Scene.heal),
    Fault("answers lost", fault("cssm", "lost-answer"), ("no-way",), Scene.heal),
    Fault("device cut off", fault("sw1", "unreachable"), ("no-way",), Scene.heal),
    Fault(
        "proxy not configured",
        lambda scene: scene.site(proxy_only=True),
        ("no-way",),
        lambda scene: scene.site(proxy_only=False),
    ),
    Fault(
        "proxy refuses",
        lines("license smart proxy address 192.0.2.80", "license smart proxy port 3128"),
        ("proxy",),
        lines("no license smart proxy address", "no license smart proxy port"),
    ),
    Fault("call-home filtered", each(CALL_HOME, fault("cssm", "unreachable")), ("no-way",), Scene.heal),
    # certificates and clock
    Fault("certificate expired", fault("cssm", "certificate-expired"), ("certificate",), Scene.heal),
    Fault("inspecting proxy", fault("cssm", "certificate-untrusted"), ("certificate",), Scene.heal),
    Fault(
        "certificate of another name",
        lambda scene: scene.certificate(names=("other.example.com",)),
        ("certificate",),
        lambda scene: scene.certificate(names=(RECEIVER,)),
    ),
    Fault(
        "receiver by its address",
        lines("license smart url smart https://192.0.2.10/licservice/license"),
        ("server-identity",),
    ),
    Fault(
        "revocation list out of reach",
        each(CHECK_CRL, lambda scene: scene.certificate(crl_host="crl.example.com")),
        ("revocation", "certificate"),
    ),
    Fault(
        "clock set years back", lambda scene: scene.type("clock set 12:00:00 1 January 2016"), ("clock", "certificate")
    ),
    Fault(
        "clock set years back, revocation list checked",
        each(CHECK_CRL, lambda scene: scene.type("clock set 12:00:00 1 January 2016")),
        ("clock", "revocation", "certificate"),
    ),
    # the far end
    Fault("empty answer", fault("cssm", "empty-answer"), ("empty-answer",), Scene.heal),
    Fault("server error", fault("cssm", "server-error"), ("far-end",), Scene.heal),
    Fault("out of service", lambda scene: scene.cssm.faults.add("unavailable"), ("far-end",), Scene.heal),
    Fault("reports refused", lambda scene: scene.cssm.faults.add("fail", count=99), ("refused",), Scene.heal),
    Fault(
        "no acknowledgement",
        each(
            lambda scene: scene.cssm.faults.add("slow-polls"),
            lambda scene: scene.type("license smart sync all"),
            lambda scene: scene.world.advance(3 * DAY),
        ),
        ("no-ack",),
        Scene.heal,
        asks=False,
    ),
    Fault("removed from CSSM", lambda scene: scene.forget(), ("trust-lost",), Scene.new_token),
    Fault(
        "in another account",
        lambda scene: scene.want("Headquarters"),
        ("other-account",),
        lambda scene: scene.want("Branches"),
    ),
    # trust
    Fault("never trusted", nothing, ("no-trust",), Scene.new_token, trusted=False),
    Fault("token unknown", trust, ("token-invalid",), Scene.new_token, trusted=False),
    Fault(
        "token expired",
        each(token(expires_after_days=1), wait(2 * DAY), trust),
        ("token-expired",),
        lambda scene: scene.replace_token(),
        trusted=False,
    ),
    Fault(
        "token revoked",
        each(token(), lambda scene: scene.revoke(), trust),
        ("token-revoked",),
        lambda scene: scene.replace_token(),
        trusted=False,
    ),
    Fault(
        "token used up",
        each(token(max_uses=1), lambda scene: scene.use_elsewhere(), trust),
        ("token-used-up",),
        lambda scene: scene.replace_token(),
        trusted=False,
    ),
    Fault(
        "clock two hours off",
        each(token(), lambda scene: scene.cssm.faults.add("clock-off"), trust),
        ("clock", "no-trust"),
        Scene.heal,
        trusted=False,
    ),
    # doubled
    Fault(
        "no lookup, no URL",
        each(lines("no license smart url"), lines("no ip domain lookup")),
        ("no-url",),
        then=("no-lookup",),
    ),
    Fault("no name server, no trust", each(token(), NO_NAMES, trust), ("no-name-server", "no-trust"), trusted=False),
    Fault(
        "filter, no trust",
        each(token(), fault("cssm", "unreachable"), trust),
        ("no-way", "no-trust"),
        Scene.heal,
        trusted=False,
    ),
    Fault(
        "no name server and no default route in the VRF",
        lines("license smart vrf Mgmt-vrf", "no ip route vrf Mgmt-vrf 0.0.0.0 0.0.0.0 203.0.113.1"),
        ("no-name-server", "no-route"),
    ),
    Fault(
        "wrong URL and filter",
        each(lines(f"license smart url smart {CALL_HOME_URL}"), fault("cssm", "unreachable")),
        ("wrong-url", "no-way"),
        Scene.heal,
    ),
    Fault(
        "inspecting proxy and no lookup",
        each(fault("cssm", "certificate-untrusted"), lines("no ip domain lookup")),
        ("no-lookup",),
        then=("certificate",),
        mend_then=Scene.heal,
    ),
)


@pytest.mark.parametrize("given", FAULTS, ids=lambda given: given.name.replace(" ", "-"))
def test_a_fault_is_named_and_its_fix_mends_it(given: Fault) -> None:
    scene = Scene(trusted=given.trusted)
    given.provoke(scene)
    found = scene.causes(asks=given.asks)
    assert tuple(cause.id for cause in found) == given.causes
    scene.mend(found, given.mend)
    then = scene.causes()
    assert tuple(cause.id for cause in then) == given.then
    if then:
        scene.mend(then, given.mend_then)
        assert scene.causes() == []


@pytest.mark.parametrize(
    ("provoke", "expected"),
    [
        (NO_NAMES, "name-unresolved"),
        (lines("no ip route 0.0.0.0 0.0.0.0 198.51.100.1"), "no-route"),
        (lines("license smart proxy address 192.0.2.80", "license smart proxy port 3128"), "proxy"),
        (fault("cssm", "unreachable"), "no-answer"),
        (fault("cssm", "certificate-untrusted"), "certificate"),
        (each(CHECK_CRL, lambda scene: scene.certificate(crl_host="crl.example.com")), "revocation-list"),
        (fault("cssm", "empty-answer"), "far-end"),
        (lambda scene: scene.cssm.faults.add("clock-off"), "clock"),
        (lambda scene: scene.cssm.faults.add("fail", count=9), "refused-by-cssm"),
        (each(token(max_uses=1), lambda scene: scene.use_elsewhere()), "token-used-up"),
        (each(token(), lambda scene: scene.revoke()), "token-revoked"),
        (each(token(expires_after_days=1), wait(2 * DAY)), "token-expired"),
        (nothing, "token-invalid"),
    ],
)
def test_a_trust_that_fails_is_classed(provoke: Deed, expected: str) -> None:
    scene = Scene(trusted=False)
    provoke(scene)
    with pytest.raises(Refused) as failed:
        converse(establish_trust(OTHER_TOKEN), scene.door.answer)
    assert failed.value.cause == expected


def test_a_trust_that_comes_is_classed_too() -> None:
    scene = Scene(trusted=False)
    first, second = (converse(establish_trust(TOKEN), scene.door.answer).result for _ in range(2))
    assert (first, second) == (TrustResult.INSTALLED, TrustResult.ALREADY_INSTALLED)
    with pytest.raises(Refused) as failed:
        converse(establish_trust(TOKEN, wanted=Account(None, "Headquarters"), force=True), scene.door.answer)
    assert failed.value.cause == TrustResult.OTHER_ACCOUNT.value
