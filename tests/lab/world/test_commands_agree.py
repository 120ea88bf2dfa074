"""What one command says of a moment, no other contradicts; and the plugin reads each of them to the last line."""

from __future__ import annotations

import itertools
from dataclasses import fields, is_dataclass
from datetime import timedelta
from typing import Any

import pytest

from nornir_smartlic.model import LicensingState
from nornir_smartlic.parsers import parse
from smartlic_lab.running.lab import Lab

COMMANDS = (
    "show license status",
    "show license all",
    "show license tech support",
    "show license summary",
    "show license usage",
    "show license udi",
    "show license authorization",
    "show license reservation",
    "show license history message",
)
DEVICES = {
    "c9300": ("16.12", "17.3.3", "17.12"),
    "c9400": ("17.9",),
    "c9500": ("17.18",),
    "c9800": ("17.6",),
    "c8300": ("17.15",),
    "csr1000v": ("17.3.1",),
    "isr4000": ("26.1",),
    "c8000v": ("17.9",),
}
MEMBERS = {"c9300": 3, "c9400": 2, "c9500": 2, "c9800": 2}


@pytest.fixture(scope="module")
def lab():
    """Devices of all kinds, and CSSM."""
    devices = [
        {"name": f"{platform}-{at}", "platform": platform, "release": release, "members": MEMBERS.get(platform, 1)}
        | ({"access_points": 4} if platform == "c9800" else {})
        for platform, releases in DEVICES.items()
        for at, release in enumerate(releases)
    ]
    account = {"virtual_accounts": [{"name": "DEFAULT", "tokens": [{"name": "t"}]}]}
    authorities = [{"name": "cssm", "kind": "cssm", "smart_accounts": [account]}]
    return Lab.from_dict({"clock": {"speed": 0}, "authorities": authorities, "devices": devices})


def agree(one: Any, other: Any) -> bool:
    """Whether two values can be of the same moment; what one of them does not print, it does not deny."""
    if one is None or other is None or one == other:
        return True
    if isinstance(one, str) and one.endswith("..."):  # a column of show license summary is narrow
        return isinstance(other, str) and other.startswith(one[:-3])
    if is_dataclass(one) and type(one) is type(other):
        return all(agree(getattr(one, field.name), getattr(other, field.name)) for field in fields(one))
    if isinstance(one, tuple) and isinstance(other, tuple) and one and other:
        return len(one) == len(other) and all(map(agree, one, other))
    return one == () or other == ()


def check(lab: Lab) -> None:
    for name in lab.devices:
        printed: dict[str, LicensingState] = {}
        for command in COMMANDS:
            output = lab.execute(name, command)
            if "% Invalid input" not in output:
                parsed = parse(command, output)
                assert parsed.unparsed == (), f"{name}: {command}"
                printed[command] = parsed.value
        for first, second in itertools.permutations(printed, 2):
            for field in fields(LicensingState):
                one, other = getattr(printed[first], field.name), getattr(printed[second], field.name)
                if not agree(one, other) and not agree(other, one):
                    raise AssertionError(f"{name}: {field.name} in {first} is {one}, in {second} {other}")


def test_commands_agree_through_a_licensing_year(lab: Lab) -> None:
    """Fresh, trusted or registered, acknowledged, overdue, restored."""
    check(lab)
    token = lab.token().reveal()
    for name, device in lab.devices.items():
        if device.release.slp:
            lab.execute(name, "conf t", "license smart transport smart", "license smart url default", "end")
            lab.execute(name, f"license smart trust idtoken {token} all")
        else:
            lab.execute(name, f"license smart register idtoken {token}")
    check(lab)
    lab.advance(timedelta(hours=1))
    check(lab)
    lab.add_fault("cssm", "unreachable")
    lab.advance(timedelta(days=100))
    check(lab)
    lab.clear_faults()
    lab.advance(timedelta(days=5))
    check(lab)
