"""Where a device stands, as inventories say it."""

from __future__ import annotations

import pytest
from nornir.core.inventory import Group, Host, ParentGroups

from nornir_smartlic.cli.commands import site_of


@pytest.mark.parametrize(
    ("data", "of_group", "site"),
    [
        ({"site": "Bern"}, {}, "Bern"),
        ({}, {"site": "Bern"}, "Bern"),
        ({"site": {"id": 7, "name": "Bern", "slug": "bern"}}, {}, "Bern"),  # as nornir_netbox gives it
        ({"location": {"slug": "bern"}}, {}, "bern"),
        ({"site": {"id": 7}}, {}, "branches"),
        ({}, {}, "branches"),
    ],
)
def test_the_site_is_in_the_data_of_a_host_or_its_group(data, of_group, site):
    group = Group("branches", data=of_group)
    assert site_of(Host("sw1", groups=ParentGroups([group]), data=data)) == site


def test_a_host_without_site_and_group_has_none():
    assert site_of(Host("sw1")) is None
