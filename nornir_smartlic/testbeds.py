"""A pyATS testbed from a Nornir inventory, and hosts from a testbed. Passwords go neither way."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any, Final

from nornir.core.inventory import Inventory

from nornir_smartlic.errors import UsageError
from nornir_smartlic.intent import KEY
from nornir_smartlic.tasks.driving import data_of_host

_OS: Final = "iosxe"
_PLATFORM: Final = "cisco_xe"
_VARIABLE: Final = "%ENV{"  # pyATS takes the value from the environment


def make_testbed(inventory: Inventory, name: str = "nornir") -> dict[str, Any]:
    """The testbed of *inventory*, to be written as YAML: addresses, users, and what is wanted of each device.

    The password is the environment variable ``SMARTLIC_PASSWORD``, the user ``SMARTLIC_USERNAME`` where the inventory
    has none. Host keys are checked by the user's own known hosts.

    Raises:
        IntentError: the ``smart_licensing`` data of a host is no mapping.
    """
    devices = {}
    for host in inventory.hosts.values():
        address = host.hostname or host.name
        user = host.username or f"{_VARIABLE}SMARTLIC_USERNAME}}"
        entry: dict[str, Any] = {
            "os": _OS,
            "type": "device",
            "credentials": {"default": {"username": user, "password": f"{_VARIABLE}SMARTLIC_PASSWORD}}"}},
            "connections": {
                "defaults": {"class": "unicon.Unicon"},
                "cli": {"protocol": "ssh", "ip" if _is_address(address) else "host": address, "port": host.port or 22},
            },
        }
        wanted = data_of_host(host).data
        if wanted:
            entry["custom"] = {KEY: dict(wanted)}
        devices[host.name] = entry
    return {"testbed": {"name": name}, "devices": devices}


def hosts_of(testbed: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The IOS-XE devices of a *testbed*, read from its YAML, as ``hosts.yaml`` of Nornir's SimpleInventory has them.

    A user that pyATS takes from the environment or from a vault is left out, as every password is.

    Raises:
        UsageError: it is no testbed, or a device has no connection over SSH.
    """
    devices = testbed.get("devices")
    if not isinstance(devices, Mapping):
        raise UsageError("no testbed: it has no devices")
    hosts = {}
    for name, device in devices.items():
        if device.get("os") != _OS:
            continue
        connections = device.get("connections") or {}
        ways = [way for way in connections.values() if isinstance(way, Mapping) and way.get("protocol") == "ssh"]
        if not ways or not (address := ways[0].get("ip") or ways[0].get("host")):
            raise UsageError(f"{name}: no connection over ssh with an address")
        host: dict[str, Any] = {"hostname": str(address), "port": ways[0].get("port", 22), "platform": _PLATFORM}
        user = ((device.get("credentials") or {}).get("default") or {}).get("username")
        if isinstance(user, str) and not user.startswith("%"):
            host["username"] = user
        wanted = (device.get("custom") or {}).get(KEY)
        hosts[str(name)] = host if wanted is None else {**host, "data": {KEY: wanted}}
    return hosts


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
