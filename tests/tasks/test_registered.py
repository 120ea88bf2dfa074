"""Registered and reserved devices of the lab: renewed, deregistered, returned."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from nornir_smartlic.errors import Refused
from nornir_smartlic.model import RegistrationStatus
from nornir_smartlic.tasks import (
    deregister_device,
    register_device,
    renew_registration,
    reserve_licenses,
    return_reservation,
)
from smartlic_lab.authority.reservations import reserve
from tests.memory import NAME_SERVER, TOKEN, MemoryLab, memory_lab, one, switch
from tests.tasks.test_further_tasks import buy, changes

DAY0 = (f"ip name-server {NAME_SERVER}",)


@pytest.fixture
def lab() -> MemoryLab:
    """A registered switch, an hour later."""
    lab = memory_lab(switch(release="16.12", day0=DAY0))
    buy(lab, "network-advantage", "dna-advantage")
    one(lab.nornir().run(register_device, token=TOKEN))
    lab.world.advance(timedelta(hours=1))
    lab.asked.clear()
    return lab


@pytest.mark.parametrize("identity", [True, False])
def test_what_a_registered_device_has_is_renewed_at_once(lab: MemoryLab, identity: bool):
    now = lab.world.clock.now()
    done = one(lab.nornir().run(renew_registration, identity=identity)).result
    assert done.registration.status is RegistrationStatus.REGISTERED
    attempt = done.registration.last_renewal if identity else done.authorization.last_communication
    assert (attempt.outcome, attempt.time >= now) == ("SUCCEEDED", True)


@pytest.mark.parametrize("identity", [True, False])
def test_a_renewal_that_cssm_is_not_reached_for_is_refused_with_the_reason(lab: MemoryLab, identity: bool):
    lab.world.name_servers.clear()
    with pytest.raises(Refused, match=r"the renewal of the (identity|authorization) did not come: "):
        one(lab.nornir().run(renew_registration, identity=identity))


def test_a_device_gives_its_registration_up_once(lab: MemoryLab):
    nornir = lab.nornir()
    assert one(nornir.run(deregister_device, dry_run=True)).changed
    assert changes(lab) == []
    done = one(nornir.run(deregister_device)).result
    assert done.registration.virtual_account == "Branches"
    lab.asked.clear()
    assert not one(nornir.run(deregister_device)).changed
    assert "not registered" in one(nornir.run(renew_registration)).result.not_applicable
    assert changes(lab) == []


def test_reserved_licences_go_back_with_a_return_code_for_cssm(tmp_path: Path):
    lab = memory_lab(switch(release="16.12"))
    quantities = buy(lab, "network-advantage")
    nornir = lab.nornir()
    assert not one(nornir.run(return_reservation)).changed
    (code,) = one(nornir.run(reserve_licenses)).result.request_codes
    with lab.cssm.work() as work:
        home = work.virtual_account(work.smart_account("example.com"), "Branches")
        (tmp_path / "slr.txt").write_text(reserve(work, home, code, quantities).authorization_code)
    one(nornir.run(reserve_licenses, authorization=tmp_path / "slr.txt"))
    returned = one(nornir.run(return_reservation)).result
    assert [len(each.code) > 20 for each in returned.codes] == [True]
    assert not one(nornir.run(return_reservation)).changed


@pytest.mark.parametrize("task", [renew_registration, deregister_device, return_reservation])
def test_none_of_it_applies_to_slp(task):
    lab = memory_lab(switch())
    outcome = one(lab.nornir().run(task)).result
    assert outcome.not_applicable.startswith("the device is under Smart Licensing Using Policy")
    assert changes(lab) == []
