"""Authorizations, boot levels, resets and the legacy model, on devices of the lab in memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from nornir_smartlic.errors import IntentError, Refused
from nornir_smartlic.files import parse_authorization_request
from nornir_smartlic.model import AuthorizationStatus, Secret
from nornir_smartlic.operations.authorizing import return_codes
from nornir_smartlic.operations.conversation import Configure, Show, Wait
from nornir_smartlic.tasks import (
    configure_licensing,
    establish_trust,
    factory_reset,
    register_device,
    request_authorization,
    reserve_licenses,
    return_authorization,
    set_boot_level,
)
from smartlic_lab.authority.catalogue import find_license
from smartlic_lab.authority.licenses import add_pool
from smartlic_lab.authority.reservations import reserve
from smartlic_lab.platforms import family
from tests.memory import NAME_SERVER, TOKEN, WANTED, MemoryLab, memory_lab, one, switch


@pytest.fixture
def lab() -> MemoryLab:
    return memory_lab(switch(members=2))


@pytest.fixture
def old() -> MemoryLab:
    return memory_lab(switch(release="16.12"))


def changes(lab: MemoryLab):
    return [request for request in lab.asked if not isinstance(request, Show | Wait)]


def test_an_authorization_that_cssm_does_not_give_is_named_by_its_reason(lab: MemoryLab):
    nornir = lab.nornir({"sw1": WANTED})
    one(nornir.run(configure_licensing))
    one(nornir.run(establish_trust, token=TOKEN))
    with pytest.raises(Refused, match="the authorization code did not come: Insufficient licenses"):
        one(nornir.run(request_authorization, feature="hseck9"))


def buy(lab: MemoryLab, *names: str) -> dict[str, int]:
    """Buy five of each licence of a C9300 that has one of *names* in its name; gives their tags."""
    entitlements = [entitlement for _, entitlement in family("c9300").entitlements]
    lab.cssm.add_licenses(entitlements)
    wanted = [entitlement.tag for entitlement in entitlements if any(name in entitlement.name for name in names)]
    with lab.cssm.work() as work:
        home = work.virtual_account(work.smart_account("example.com"), "Branches")
        for tag in wanted:
            add_pool(work, home, find_license(work, tag), 5)
    return dict.fromkeys(wanted, 1)


def test_an_authorization_is_got_once_for_each_member_and_given_back(lab: MemoryLab):
    buy(lab, "hseck9")
    nornir = lab.nornir({"sw1": WANTED})
    one(nornir.run(configure_licensing))
    one(nornir.run(establish_trust, token=TOKEN))
    assert not one(nornir.run(return_authorization)).changed
    got = one(nornir.run(request_authorization, feature="hseck9")).result
    assert [line.status for line in got.members] == [AuthorizationStatus.SMART_INSTALLED] * 2
    assert not one(nornir.run(request_authorization, feature="hseck9")).changed
    returned = one(nornir.run(return_authorization)).result
    assert len(returned.codes) == 2
    assert one(nornir.run(request_authorization, feature="hseck9", dry_run=True)).changed


def test_an_unknown_feature_is_refused_by_the_device(lab: MemoryLab):
    with pytest.raises(Refused, match="The requested item was not found"):
        one(lab.nornir().run(request_authorization, feature="nonsense"))


def test_an_air_gapped_device_writes_a_request_for_each_member(lab: MemoryLab, tmp_path: Path):
    nornir = lab.nornir({"sw1": {"transport": "off"}})
    one(nornir.run(configure_licensing))
    asked = one(nornir.run(request_authorization, feature="hseck9", directory=tmp_path)).result
    assert asked.request_file == tmp_path / "sw1-hseck9-request.txt"
    request = parse_authorization_request(asked.request_file.read_text())
    assert len(request.members) == 2
    assert not any("smartlic" in name for name in lab.devices["sw1"].list_files())


def test_without_a_folder_the_request_of_an_air_gapped_device_does_not_apply(lab: MemoryLab):
    nornir = lab.nornir({"sw1": {"transport": "off"}})
    one(nornir.run(configure_licensing))
    outcome = one(nornir.run(request_authorization, feature="hseck9")).result
    assert outcome.not_applicable == "transport is off: the request goes by file, which needs a folder here"


def test_what_was_never_authorized_needs_no_return(lab: MemoryLab):
    returned = one(lab.nornir().run(return_authorization))
    assert (returned.changed, changes(lab)) == (False, [])


def test_return_codes_stand_behind_their_udi_or_alone():
    many = (
        "Enter this return code in Cisco Smart Software Manager portal:\n"
        "UDI: PID:C9300-24T,SN:FOC00000001\n    Return code: CxCSzn-hvWoqN-9rnR2M-jsDm78-BTKTkS-6fZ\n"
        "UDI: PID:C9300-24T,SN:FOC00000002\n    Return code: ChWhde-okvz5f-ckFy8a-aSx4AK-Qf1iFZ-WXY\n"
    )
    assert [(str(code.udi), code.code[:6]) for code in return_codes(many)] == [
        ("PID:C9300-24T,SN:FOC00000001", "CxCSzn"),
        ("PID:C9300-24T,SN:FOC00000002", "ChWhde"),
    ]
    alone = "Enter this return code in Cisco Smart Software Manager portal:\nChWhde-okvz5f-ckFy8a-aSx4AK-Qf1\n"
    assert [code.udi for code in return_codes(alone)] == [None]


def test_a_boot_level_is_set_and_waits_for_the_reload(lab: MemoryLab):
    nornir = lab.nornir()
    result = one(nornir.run(set_boot_level, level="network-essentials", addon="dna-essentials"))
    assert result.result.commands == ("license boot level network-essentials addon dna-essentials",)
    again = one(nornir.run(set_boot_level, level="network-essentials", addon="dna-essentials"))
    assert (again.changed, again.result.needs_reload) == (False, True)


def test_a_boot_level_that_is_none_is_refused_before_anything_is_sent(lab: MemoryLab):
    with pytest.raises(IntentError, match=r"boot_level\.addon"):
        one(lab.nornir().run(set_boot_level, level="network-essentials", addon="dna-advantage"))
    assert lab.asked == []


def test_a_boot_level_of_another_platform_is_refused_before_anything_is_sent(lab: MemoryLab):
    with pytest.raises(IntentError, match="'network-premier' on C9300-24T - expected one of network-advantage"):
        one(lab.nornir().run(set_boot_level, level="network-premier", addon="dna-premier"))


def test_a_reset_asks_for_a_reload(lab: MemoryLab):
    planned = one(lab.nornir().run(factory_reset, dry_run=True))
    assert (planned.changed, planned.result.requested, changes(lab)) == (True, False, [])
    assert one(lab.nornir().run(factory_reset)).result.needs_reload


def test_a_legacy_device_registers_once(old: MemoryLab):
    door = old.door("sw1")
    door.answer(
        Configure((f"ip name-server {NAME_SERVER}", "crypto pki trustpoint SLA-TrustPoint", "revocation-check none"))
    )
    nornir = old.nornir()
    registered = one(nornir.run(register_device, token=TOKEN)).result
    assert registered.registration.virtual_account == "Branches"
    old.asked.clear()
    assert not one(nornir.run(register_device, token=TOKEN)).changed
    assert changes(old) == []


def test_a_registration_that_fails_is_named_by_its_reason(old: MemoryLab):
    with pytest.raises(Refused, match="the registration did not come: "):
        one(old.nornir().run(register_device, token=TOKEN))


def test_a_reservation_begins_with_a_request_code(old: MemoryLab):
    nornir = old.nornir()
    first = one(nornir.run(reserve_licenses)).result
    assert first.request_codes[0].startswith("CB-ZC9300")
    assert not first.installed


def test_a_reservation_is_installed_from_the_file_of_cssm(old: MemoryLab, tmp_path: Path):
    quantities = buy(old, "network-advantage")
    nornir = old.nornir()
    (code,) = one(nornir.run(reserve_licenses)).result.request_codes
    with old.cssm.work() as work:
        home = work.virtual_account(work.smart_account("example.com"), "Branches")
        (tmp_path / "slr.txt").write_text(reserve(work, home, code, quantities).authorization_code)
    installed = one(nornir.run(reserve_licenses, authorization=tmp_path / "slr.txt")).result
    assert installed.installed
    assert not one(nornir.run(reserve_licenses)).changed
    assert not any("smartlic" in name for name in old.devices["sw1"].list_files())


def test_a_code_that_is_none_is_refused_and_not_shown(old: MemoryLab):
    nornir = old.nornir()
    one(nornir.run(reserve_licenses))
    code = Secret("not-a-code")
    with pytest.raises(Refused, match="Failed to parse reservation authorization code") as caught:
        one(nornir.run(reserve_licenses, authorization=code))
    assert "not-a-code" not in repr((caught.value, old.asked))


@pytest.mark.parametrize(
    ("task", "arguments"),
    [(register_device, {"token": TOKEN}), (reserve_licenses, {})],
)
def test_legacy_tasks_do_not_apply_to_slp(lab: MemoryLab, task, arguments):
    outcome = one(lab.nornir().run(task, **arguments)).result
    assert outcome.not_applicable.startswith("the device is under Smart Licensing Using Policy")
    assert changes(lab) == []


@pytest.mark.parametrize(
    ("task", "arguments"),
    [(request_authorization, {"feature": "hseck9"}), (return_authorization, {}), (factory_reset, {})],
)
def test_tasks_of_slp_do_not_apply_to_the_legacy_model(old: MemoryLab, task, arguments):
    outcome = one(old.nornir().run(task, **arguments)).result
    assert "starts with 17.3.2" in outcome.not_applicable
    assert changes(old) == []
