"""Smart accounts and the virtual accounts nested in them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from smartlic_lab.authority import Conflict, Cssm, accounts, product_instances, tokens
from smartlic_lab.authority.models import Consumption, VirtualAccount
from smartlic_lab.authority.work import Work
from tests.lab.authority.devices import JAN_1, FakeDevice, days


def named(work: Work, name: str) -> VirtualAccount:
    return work.virtual_account(work.smart_account("example.com"), name)


def nest(cssm: Cssm, levels: int, prefix: str = "level") -> None:
    """A chain of virtual accounts, each below the one before."""
    for level in range(1, levels + 1):
        cssm.add_virtual_account("example.com", f"{prefix} {level}", f"{prefix} {level - 1}" if level > 1 else None)


def test_a_default_virtual_account_comes_with_each_smart_account(cssm: Cssm) -> None:
    with cssm.work() as work:
        account = work.smart_account("example.com")
        assert [one.name for one in account.virtual_accounts if one.is_default] == ["DEFAULT"]


def test_virtual_accounts_nest_ten_levels_deep_and_no_deeper(cssm: Cssm) -> None:
    nest(cssm, 10)
    with pytest.raises(Conflict, match="10 levels"):
        cssm.add_virtual_account("example.com", "level 11", "level 10")


def test_a_move_takes_all_that_is_below_along(cssm: Cssm) -> None:
    nest(cssm, 3)
    with cssm.work() as work:
        accounts.move_virtual_account(work, named(work, "level 2"), named(work, "Campus"))
    with cssm.work() as work:
        above = [one.name for one in accounts.ancestors_of(work, named(work, "level 3"))]
    assert above == ["level 2", "Campus"]


def test_a_move_keeps_the_ten_levels_and_makes_no_circle(cssm: Cssm) -> None:
    nest(cssm, 6)
    nest(cssm, 5, "other")
    with cssm.work() as work, pytest.raises(Conflict, match="10 levels"):
        accounts.move_virtual_account(work, named(work, "other 1"), named(work, "level 6"))
    with cssm.work() as work, pytest.raises(Conflict, match="below itself"):
        accounts.move_virtual_account(work, named(work, "level 1"), named(work, "level 6"))
    with cssm.work() as work, pytest.raises(Conflict, match="default"):
        accounts.move_virtual_account(work, named(work, "DEFAULT"), named(work, "Campus"))


def test_names_are_taken_once(cssm: Cssm) -> None:
    with cssm.work() as work:
        accounts.rename_virtual_account(work, named(work, "Campus"), "Head Office")
    with cssm.work() as work, pytest.raises(Conflict, match="exists already"):
        accounts.rename_virtual_account(work, named(work, "Branches"), "Head Office")


@pytest.mark.parametrize("filling", ["a token", "a virtual account", "a device"])
def test_only_empty_virtual_accounts_are_deleted(cssm: Cssm, filling: str) -> None:
    if filling == "a virtual account":
        cssm.add_virtual_account("example.com", "Below", "Branches")
    else:
        token = cssm.add_token("example.com", "Branches")
        if filling == "a device":
            FakeDevice(cssm).trust(token)
    with cssm.work() as work, pytest.raises(Conflict, match="is not empty"):
        accounts.delete_virtual_account(work, named(work, "Branches"))
    with cssm.work() as work:
        accounts.delete_virtual_account(work, named(work, "Campus"))
    with cssm.work() as work, pytest.raises(Conflict, match="default"):
        accounts.delete_virtual_account(work, named(work, "DEFAULT"))


def test_the_history_of_a_deleted_virtual_account_stays_with_the_one_above(cssm: Cssm) -> None:
    token = cssm.add_token("example.com", "Branches")
    device = FakeDevice(cssm)
    device.trust(token)
    device.push(JAN_1 + days(1))
    cssm.tick(JAN_1 + days(2))
    with cssm.work() as work:
        instance = product_instances.find_instance(work, device.udi)
        assert instance is not None
        product_instances.remove_instance(work, instance)
        tokens.revoke_token(work, named(work, "Branches"), token)
        accounts.delete_virtual_account(work, named(work, "Branches"))
    with cssm.work() as work:
        homes = work.session.scalars(select(Consumption.virtual_account_id)).all()
        assert homes == [named(work, "DEFAULT").id]


def test_a_limited_use_account_has_its_default_virtual_account_only(cssm: Cssm) -> None:
    cssm.add_smart_account("example.org", limited_use=True)
    with pytest.raises(Conflict, match="limited-use"):
        cssm.add_virtual_account("example.org", "Second")
