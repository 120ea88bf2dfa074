"""Migrations, with agent, device and CSSM all real: each is driven until CSSM has authorized or acknowledged again.

Source: reference/policy.md section 6 and corrections-2026-11.md (upgrade and downgrade).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from smartlic_lab.agent.events import ReservationInstalled
from smartlic_lab.authority import Cslu
from smartlic_lab.authority.catalogue import find_license
from smartlic_lab.authority.licenses import position
from smartlic_lab.authority.reservations import reserve
from smartlic_lab.device import Device, DeviceSpec, MemberSpec
from smartlic_lab.platforms import release
from smartlic_lab.world import Site
from tests.memory import JAN_1, NAME_SERVER, PASSWORD, TOKEN, MemoryLab, memory_lab

HOUR = timedelta(hours=1)
STANDALONE = {"platform": "c9300"}
STACK = {"platform": "c9300", "members": (MemberSpec("C9300-24T"),) * 3}
HA = {"platform": "c9400", "members": (MemberSpec("C9407R"),) * 2}
ROUTER = {"platform": "c8300", "day0": ("license boot level network-advantage addon dna-advantage",)}
CSR = {"platform": "csr1000v", "day0": ("license boot level ax",)}
SHAPES = {"standalone": STANDALONE, "stack": STACK, "ha": HA, "router": ROUTER, "csr": CSR}

_WAY = (f"ip name-server {NAME_SERVER}", "ip domain name example.com")
_SMART = ("license smart transport smart", "license smart url default")
_OLD_SMART = ("license smart transport smart", "license smart url https://smartreceiver.cisco.com/licservice/license")
OLD_TRANSPORTS = ("smart", "callhome")
_NO_CRL = ("crypto pki trustpoint SLA-TrustPoint", "revocation-check none")


@dataclass
class Journey:
    """One device on its way through releases, in a lab with CSSM and CSLU."""

    lab: MemoryLab
    device: Device

    @property
    def now(self):
        return self.lab.world.clock.now()

    @property
    def state(self):
        return self.device.agent.state(self.now)

    def type(self, *lines: str) -> str:
        with self.lab.world.at(self.device.name) as now:
            session = self.device.open_session(now, username="admin", privilege=15)
            session.terminal_length = 0
            output = "".join(session.execute(line, now).output for line in lines)
            session.close()
        return output

    def configure(self, *lines: str) -> None:
        printed = self.type("configure terminal", *lines, "end", "write memory")
        assert "% Invalid" not in printed, printed

    def pass_time(self, span: timedelta) -> Journey:
        self.lab.world.advance(span)
        return self

    def boot_into(self, name: str) -> Journey:
        with self.lab.world.at(self.device.name) as now:
            self.device.reload(now, into=release(name))
        return self.pass_time(HOUR)

    @property
    def transport(self) -> str:
        return self.state.transport.type.keyword

    def story(self) -> str:
        """What a person would look at when it goes wrong."""
        return self.type("show license status") + "\n".join(str(message) for message in self.device.log.messages())


def journey(name: str, shape: str = "standalone", quantity: int = 10) -> Journey:
    """A booted device of *shape* on release *name*; CSSM has *quantity* of each of its licences."""
    lab = memory_lab()
    lab.cssm.add_api_client("example.com", "cslu", "correct horse")
    cslu = Cslu(
        "cslu",
        now=JAN_1,
        forward=lab.cssm.handle,
        domain="example.com",
        virtual_account="Branches",
        client_id="cslu",
        client_secret="correct horse",
    )
    lab.world.add_site(Site(cslu, "192.0.2.20", 8182), "cslu-local", "cslu-local.example.com")
    device = lab.add(DeviceSpec("sw1", password=PASSWORD, release=name, **SHAPES[shape]))
    found = Journey(lab, device)
    entitlements = [licence for _, licence in device.family.entitlements]
    lab.cssm.add_licenses(entitlements)
    for licence in entitlements if quantity else ():
        lab.cssm.add_pool("example.com", "Branches", licence.tag, quantity)
    found.configure(*_WAY)
    found.configure(*_NO_CRL)
    return found


def registered(name: str, shape: str = "standalone", transport: str = "smart") -> Journey:
    found = journey(name, shape)
    found.configure(*(_OLD_SMART if transport == "smart" else ("license smart transport callhome",)))
    found.type(f"license smart register idtoken {TOKEN.reveal()}")
    found.pass_time(HOUR)
    assert authorized(found)
    return found


def trusted(name: str, shape: str = "standalone", transport: str = "smart") -> Journey:
    found = journey(name, shape)
    if transport == "smart":
        found.configure(*_SMART)
    elif transport == "callhome":
        found.configure("license smart transport callhome")
    if transport != "cslu":
        found.type(f"license smart trust idtoken {TOKEN.reveal()} all")
    found.pass_time(HOUR)
    assert acknowledged(found), found.story()
    return found


def reserve_licences(found: Journey, quantities: dict[str, int]) -> None:
    """A person carries the codes between device and CSSM."""
    request = found.type("license smart reservation request local").splitlines()[-1]
    with found.lab.cssm.work() as work:
        home = work.virtual_account(work.smart_account("example.com"), "Branches")
        code = reserve(work, home, request, quantities).authorization_code
    with found.lab.world.at("sw1") as now:
        found.device.feed(ReservationInstalled(code), now)


def authorized(found: Journey) -> bool:
    """Registered, and CSSM has answered for what is in use."""
    state = found.state
    return state.registration.status.value == "REGISTERED" and state.authorization_state.status == "AUTHORIZED"


def acknowledged(found: Journey, since=None) -> bool:
    """CSSM has acknowledged a report (after *since*)."""
    last = found.state.usage_reporting.last_ack
    return last is not None and (since is None or last > since)


# Every shape over every transport, and every release with each of both.
UPGRADES = [
    *(("16.12", shape, transport, "17.12") for shape in ("standalone", "stack", "ha") for transport in OLD_TRANSPORTS),
    *(("16.12", "standalone", "smart", into) for into in ("17.3.3", "17.6", "17.9", "17.15", "17.18", "26.1")),
    *(("16.12", "stack", "callhome", into) for into in ("17.3.3", "17.6", "26.1")),
    *(("16.12", "ha", "smart", into) for into in ("17.3.3", "26.1")),
    ("16.9.6", "standalone", "smart", "17.12"),
    ("16.9.6", "stack", "callhome", "17.3.3"),
    ("16.9.6", "ha", "callhome", "26.1"),
    ("17.3.1", "standalone", "callhome", "17.3.3"),
    ("17.3.1", "stack", "smart", "26.1"),
]


@pytest.mark.parametrize(("before", "shape", "transport", "into"), UPGRADES)
def test_a_registered_device_is_trusted_and_acknowledged_after_its_upgrade(before, shape, transport, into):
    found = registered(before, shape, transport)
    found.boot_into(into)
    assert found.transport == transport
    assert acknowledged(found), found.story()
    assert all(code.installed for code in found.state.trust_codes)


@pytest.mark.parametrize(
    ("lines", "after"), [(_OLD_SMART, "off"), (("license smart transport callhome",), "cslu"), ((), "cslu")]
)
@pytest.mark.parametrize(("shape", "into"), [("standalone", "17.3.3"), ("stack", "17.12"), ("ha", "26.1")])
def test_the_transport_of_a_device_that_evaluated_follows_from_the_one_before(lines, after, shape, into):
    found = journey("16.12", shape)
    found.configure(*lines)
    found.pass_time(HOUR).boot_into(into)
    assert found.transport == after
    if after == "off":  # reports go by file
        found.configure("license smart transport cslu")
        found.pass_time(HOUR)
    assert acknowledged(found), found.story()


@pytest.mark.parametrize(
    ("before", "shape", "lines", "into"),
    [
        ("16.12", "standalone", _OLD_SMART, "17.12"),
        ("16.12", "standalone", ("license smart transport callhome",), "17.3.3"),
        ("16.12", "stack", _OLD_SMART, "26.1"),
        ("16.12", "ha", ("license smart transport callhome",), "17.6"),
        ("16.9.6", "standalone", (), "17.12"),
    ],
)
def test_a_reservation_persists_and_nothing_is_reported(before, shape, lines, into):
    found = journey(before, shape)
    found.configure(*lines, "license smart reservation")
    reserve_licences(found, {used.tag: used.count for used in found.state.usage})
    assert found.state.authorization_state.status == "AUTHORIZED - RESERVED"
    found.boot_into(into).pass_time(timedelta(days=100))
    assert found.transport == "off"
    assert found.state.usage_reporting.next_ack_deadline is None
    assert found.state.authorizations.members[0].status.value == "SPECIFIC INSTALLED"
    found.boot_into(before)
    assert found.state.registration.status.value.startswith("REGISTERED - SPECIFIC")
    assert found.state.authorization_state.status == "AUTHORIZED - RESERVED"


def test_a_shortage_of_one_licence_leaves_the_others_authorized():
    found = registered("16.12")
    with found.lab.cssm.work() as work:
        home = work.virtual_account(work.smart_account("example.com"), "Branches")
        dna = next(used for used in found.state.usage if used.name.startswith("dna"))
        pools = position(work, home, find_license(work, dna.tag)).pools
        pools[0].quantity = 0
    found.type("license smart renew auth")
    assert found.state.authorization_state.status == "OUT OF COMPLIANCE"
    assert {used.name: used.status.value for used in found.state.usage} == {
        "network-advantage": "AUTHORIZED",
        "dna-advantage": "OUT OF COMPLIANCE",
    }


def test_a_reservation_from_a_pool_with_a_term_shows_its_type_and_dates():
    found = journey("16.12", quantity=0)
    dna = next(used for used in found.state.usage if used.name.startswith("dna"))
    ends = found.now + timedelta(days=1000)
    found.lab.cssm.add_pool("example.com", "Branches", dna.tag, 1, ended=ends, subscription_id="Sub-1")
    found.configure("license smart reservation")
    reserve_licences(found, {dna.tag: 1})
    (term,) = found.state.reservation.licenses[0].terms
    assert (term.license_type, term.end, term.subscription_id) == ("TERM", ends, "Sub-1")
    assert "Sep 27" in found.type("show license reservation")


@pytest.mark.parametrize(("before", "transport"), [("17.3.3", "smart"), ("17.12", "callhome"), ("26.1", "cslu")])
@pytest.mark.parametrize("into", ["17.3.1", "16.12", "16.9.6"])
def test_a_standalone_device_registers_by_itself_after_a_downgrade_and_is_trusted_again(before, transport, into):
    found = trusted(before, transport=transport)
    if transport == "cslu":  # a release before 17.3.2 has no such transport; its default is call-home
        found.configure("license smart transport callhome")
    found.boot_into(into)
    assert authorized(found), found.story()
    since = found.now
    found.boot_into(before)
    assert acknowledged(found, since), found.story()


@pytest.mark.parametrize("before", ["16.12", "16.9.6", "17.3.1"])
@pytest.mark.parametrize("shape", ["standalone", "stack", "ha"])
def test_what_is_left_of_the_evaluation_is_there_after_the_way_back(before, shape):
    found = journey(before, shape)
    found.configure(*_OLD_SMART)  # it comes to SLP with transport off, where nobody gives it a trust code
    found.pass_time(timedelta(days=30))
    left = found.state.authorization_state.evaluation_remaining
    found.boot_into("17.12").pass_time(timedelta(days=50))
    found.boot_into(before)
    state = found.state.authorization_state
    assert state.status == "EVAL MODE"
    assert left - 2 * HOUR < state.evaluation_remaining <= left


@pytest.mark.parametrize(
    ("shape", "into"), [("stack", "16.12"), ("ha", "16.12"), ("stack", "16.9.6"), ("ha", "17.3.1")]
)
def test_members_that_went_back_are_registered_by_a_token_for_all(shape, into):
    found = trusted("17.12", shape)
    found.boot_into(into)
    assert found.state.registration.status.value == "UNREGISTERED"
    found.type(f"license smart register idtoken {TOKEN.reveal()} all")
    found.pass_time(HOUR)
    assert authorized(found), found.story()
    with found.lab.world.at("sw1") as now:
        found.device.switch_over(now)
    found.type("license smart renew auth")
    assert authorized(found), found.story()


@pytest.mark.parametrize(("before", "transport"), [("17.3.3", "cslu"), ("17.6", "callhome"), ("17.12", "smart")])
@pytest.mark.parametrize("shape", ["standalone", "stack", "ha"])
def test_a_device_between_two_releases_of_the_policy_goes_on_reporting(before, transport, shape):
    found = trusted(before, shape, transport)
    for into in ("26.1", before):
        since = found.now
        found.boot_into(into)
        found.type("license smart sync all")
        found.pass_time(HOUR)
        assert acknowledged(found, since), found.story()


def test_a_slac_can_be_returned_when_nothing_that_needs_it_is_configured_any_more():
    found = journey("17.12", "router")
    found.configure(*_SMART)
    found.type(f"license smart trust idtoken {TOKEN.reveal()} local")
    found.pass_time(HOUR).type("license smart authorization request add hseck9 local")
    found.pass_time(HOUR)
    returning = "license smart authorization return local online"
    found.configure("platform hardware throughput crypto 1G")
    assert "not supported" in found.type(returning), "configured for the next reload"
    found.boot_into("17.12").configure("platform hardware throughput crypto 250M")
    assert "not supported" in found.type(returning), "in use until the next reload"
    found.boot_into("17.12")
    assert "Return code" in found.type(returning)


def test_a_csr1000v_stays_with_registration_on_every_17_3():
    """Source: Cisco documents 217046 and 217897."""
    found = journey("17.3.1", "csr")
    found.configure("license smart transport callhome")
    found.type(f"license smart register idtoken {TOKEN.reveal()}")
    found.pass_time(HOUR).boot_into("17.3.3")
    assert authorized(found), found.story()
    assert "Registration:" in found.type("show license all")
    assert "% Invalid input" in found.type("license smart sync all")
    restarted = Device(found.device.spec, found.lab.world, now=found.now, state=found.device.stored())
    assert not restarted.release.slp
