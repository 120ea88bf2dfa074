from __future__ import annotations

from collections.abc import Iterator

import pytest

from smartlic_lab.running.lab import Lab

TOPOLOGY = {
    "clock": {"speed": 0},
    "credentials": {"username": "admin", "password": "Lab-Passw0rd"},
    "devices": [
        {
            "name": "sw1",
            "release": "17.12",
            "members": 2,
            "day0": ["netconf-yang", "username reader privilege 1 secret 0 R3ader!"],
        },
        {"name": "old", "release": "16.12", "day0": ["netconf-yang"]},
        {"name": "shut", "platform": "c8000v", "release": "17.15"},
    ],
}


@pytest.fixture(scope="package")
def netconf_lab() -> Iterator[Lab]:
    """Two devices with ``netconf-yang`` and one without."""
    with Lab.from_dict(TOPOLOGY) as lab:
        yield lab
