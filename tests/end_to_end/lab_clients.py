"""What the end-to-end tests share: one small lab, started once, and how clients log in on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from smartlic_lab.running.lab import Lab

TOPOLOGY: Final = {
    "clock": {"speed": 0},
    "credentials": {"username": "admin", "password": "Lab-Passw0rd", "enable_secret": "Lab-En4ble"},
    "devices": [
        {"name": "sw1", "platform": "c9300", "release": "17.12", "members": 2},
        {
            "name": "r1",
            "platform": "c8000v",
            "release": "17.12",
            "day0": [
                "username operator privilege 1 secret 0 Op3rator!",
                "banner login ^Property of example.com # >^",
                "banner motd ^Authorised users only^",
                "banner exec ^No prompt# of ours>^",
                "license smart transport smart",
                "license smart url default",
                "license boot level network-advantage",
            ],
        },
    ],
}
LICENSE_COMMANDS: Final = (
    "show license summary",
    "show license status",
    "show license usage",
    "show license all",
    "show license udi",
    "show version",
)


@dataclass(frozen=True)
class Login:
    """Where a device is, and how one gets in."""

    host: str
    port: int
    username: str
    password: str
    enable: str


def login(lab: Lab, device: str) -> Login:
    host, port = lab.ports[device]
    return Login(host, port, "admin", "Lab-Passw0rd", "Lab-En4ble")
