"""Inventories of a running lab, each usable at once: for Nornir, pyATS and Ansible.

A password stands in files that only their owner can read, never on a command line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.representer import RoundTripRepresenter

from nornir_smartlic.errors import StoreError, UsageError
from nornir_smartlic.model import Secret
from smartlic_lab.world.certificates import write_private

FORMATS: Final = ("nornir", "pyats", "ansible", "known-hosts")
_PATIENCE: Final = 30  # seconds for a login: a jump of the clock keeps the whole lab busy


@dataclass(frozen=True, slots=True)
class InventoryDevice:
    """A device as its clients see it."""

    name: str
    hostname: str  # of the device: its prompt
    host: str  # where clients connect to
    port: int
    platform: str
    release: str
    door: str
    groups: tuple[str, ...]
    smart_licensing: Mapping[str, Any] | None  # its own; None: that of its groups


@dataclass(frozen=True, slots=True)
class InventoryToken:
    """A token for trust codes of a virtual account."""

    text: Secret
    virtual_account: str
    max_uses: int | None


@dataclass(frozen=True, slots=True)
class InventoryFacts:
    """What an inventory is made of."""

    devices: Sequence[InventoryDevice]
    groups: Mapping[str, Mapping[str, Any]]  # name -> data
    smart_licensing: Mapping[str, Any] | None  # the default of all
    username: str
    password: Secret
    enable_secret: Secret | None
    host_key: str  # "ssh-ed25519 ..."
    tokens: Sequence[InventoryToken] = ()


def inventory_files(form: str, facts: InventoryFacts, path: Path) -> dict[Path, str]:
    """The files of an inventory of the *form* at *path* (nornir: a folder): where each goes, and its text."""
    if form == "nornir":
        return _nornir(facts, path)
    if form == "pyats":
        hosts_file = path.with_name(f"{path.name}.known_hosts")
        return {path: yaml_text(_pyats(facts, hosts_file)), hosts_file: known_hosts(facts)}
    if form == "ansible":
        return {path: yaml_text(_ansible(facts))}
    if form == "known-hosts":
        return {path: known_hosts(facts)}
    raise UsageError(f"no inventory format {form!r} - expected one of {', '.join(FORMATS)}")


def write_inventory(form: str, facts: InventoryFacts, path: Path) -> None:
    """Write the files; raises `StoreError` where that cannot be done."""
    store_files(inventory_files(form, facts, path.absolute()))


def store_files(files: Mapping[Path, str]) -> None:
    """Write *files*, readable for their owner alone; raises `StoreError`."""
    for file, text in files.items():
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            write_private(file, text.encode())
        except OSError as error:
            raise StoreError(f"{file}: {error.strerror}") from error


def known_hosts(facts: InventoryFacts) -> str:
    """The lines of a ``known_hosts`` file.

    The lab has one host key; the lines without a port are for scrapli's ssh2 transport, which looks for the host alone.
    """
    names = [f"[{device.host}]:{device.port}" for device in facts.devices]
    names += dict.fromkeys(device.host for device in facts.devices)
    key = " ".join(facts.host_key.split()[:2])  # scrapli takes no comment behind it
    return "".join(f"{name} {key}\n" for name in names)


def _nornir(facts: InventoryFacts, folder: Path) -> dict[Path, str]:
    hosts_file = folder / "known_hosts"
    config = {
        "inventory": {
            "plugin": "SimpleInventory",
            "options": {
                "host_file": str(folder / "hosts.yaml"),
                "group_file": str(folder / "groups.yaml"),
                "defaults_file": str(folder / "defaults.yaml"),
            },
        },
        "runner": {"plugin": "threaded", "options": {"num_workers": 20}},
        "logging": {"enabled": False},
    }
    secret = None if facts.enable_secret is None else facts.enable_secret.reveal()
    netmiko_extras: dict[str, Any] = {"ssh_strict": True, "alt_host_keys": True, "alt_key_file": str(hosts_file)}
    netmiko_extras |= dict.fromkeys(("conn_timeout", "banner_timeout", "auth_timeout"), _PATIENCE)
    if secret is not None:
        netmiko_extras["secret"] = secret
    scrapli_extras: dict[str, Any] = {
        "auth_strict_key": True,
        "ssh_known_hosts_file": str(hosts_file),
        "transport": "ssh2",
        "timeout_socket": _PATIENCE,
        "timeout_transport": 2 * _PATIENCE,
    }
    if secret is not None:
        scrapli_extras["auth_secondary"] = secret
    asyncssh_extras: dict[str, Any] = {"known_hosts": str(hosts_file)}
    if secret is not None:
        asyncssh_extras["secret"] = secret
    defaults: dict[str, Any] = {
        "username": facts.username,
        "password": facts.password.reveal(),
        "platform": "cisco_xe",
        "connection_options": {
            "netmiko": {"platform": "cisco_xe", "extras": netmiko_extras},
            "scrapli": {"platform": "cisco_iosxe", "extras": scrapli_extras},
            "asyncssh": {"extras": asyncssh_extras},
        },
    }
    if facts.smart_licensing is not None:
        defaults["data"] = {"smart_licensing": dict(facts.smart_licensing)}
    hosts = {}
    for device in facts.devices:
        data: dict[str, Any] = {"model": device.platform, "release": device.release, "smartlic_door": device.door}
        if device.smart_licensing is not None:
            data["smart_licensing"] = dict(device.smart_licensing)
        hosts[device.name] = {
            "hostname": device.host,
            "port": device.port,
            "groups": list(device.groups),
            "data": data,
        }
    files = {
        folder / "config.yaml": yaml_text(config),
        folder / "hosts.yaml": yaml_text(hosts),
        folder / "groups.yaml": yaml_text({name: {"data": dict(data)} for name, data in facts.groups.items()}),
        folder / "defaults.yaml": yaml_text(defaults),
        hosts_file: known_hosts(facts),
    }
    if facts.tokens:
        entries = []
        for token in facts.tokens:
            entry: dict[str, Any] = {"token": token.text.reveal(), "virtual_account": token.virtual_account}
            if token.max_uses is not None:
                entry["uses"] = token.max_uses
            entries.append(entry)
        files[folder / "tokens.yaml"] = yaml_text({"tokens": entries})
    return files


def intent_data(facts: InventoryFacts, device: InventoryDevice) -> Mapping[str, Any] | None:
    """The ``smart_licensing`` data of *device*, inherited as Nornir does: as a whole, the first group wins."""
    if device.smart_licensing is not None:
        return device.smart_licensing
    for group in device.groups:
        data: Mapping[str, Any] | None = facts.groups[group].get("smart_licensing")
        if data is not None:
            return data
    return facts.smart_licensing


def _pyats(facts: InventoryFacts, hosts_file: Path) -> dict[str, Any]:
    credentials: dict[str, Any] = {
        "default": {"username": facts.username, "password": facts.password.reveal()},
    }
    if facts.enable_secret is not None:
        credentials["enable"] = {"password": facts.enable_secret.reveal()}
    devices = {}
    for device in facts.devices:
        entry: dict[str, Any] = {
            "os": "iosxe",
            "platform": "cat9k" if device.platform.startswith("c9") else device.platform,
            "type": "switch" if device.platform.startswith("c9") else "router",
            "alias": device.name,
            "credentials": credentials,
            "connections": {
                "defaults": {"class": "unicon.Unicon"},
                "cli": {
                    "protocol": "ssh",
                    "ip": device.host,
                    "port": device.port,
                    "ssh_options": f"-o StrictHostKeyChecking=yes -o UserKnownHostsFile={hosts_file}",
                    "settings": {"POST_DISCONNECT_WAIT_SEC": 0, "GRACEFUL_DISCONNECT_WAIT_SEC": 0},
                },
            },
        }
        wanted = intent_data(facts, device)
        if wanted is not None:
            entry["custom"] = {"smart_licensing": dict(wanted)}
        devices[device.hostname] = entry
    return {"testbed": {"name": "smartlic-lab"}, "devices": devices}


def _ansible(facts: InventoryFacts) -> dict[str, Any]:
    variables: dict[str, Any] = {
        "ansible_network_os": "cisco.ios.ios",
        "ansible_connection": "ansible.netcommon.network_cli",
        "ansible_user": facts.username,
        "ansible_password": facts.password.reveal(),
        "ansible_host_key_checking": False,
    }
    if facts.enable_secret is not None:
        variables |= {
            "ansible_become": True,
            "ansible_become_method": "enable",
            "ansible_become_password": facts.enable_secret.reveal(),
        }
    hosts: dict[str, Any] = {}
    for device in facts.devices:
        hosts[device.name] = {"ansible_host": device.host, "ansible_port": device.port}
        wanted = intent_data(facts, device)
        if wanted is not None:
            hosts[device.name]["smart_licensing"] = dict(wanted)
    children: dict[str, Any] = {
        name: {"hosts": {device.name: {} for device in facts.devices if name in device.groups}} for name in facts.groups
    }
    devices: dict[str, Any] = {"vars": variables, "hosts": hosts}
    if children:
        devices["children"] = children
    return {"all": {"children": {"lab": devices}}}


# Texts that YAML 1.1, which pyATS and Ansible read, takes for truth values or for numbers to the base of 60.
_OTHERWISE_IN_1_1: Final = re.compile(r"(?i:y|n|yes|no|on|off)|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")


class _Representer(RoundTripRepresenter):
    """Writes out what two places share, instead of anchors, and texts so that every YAML reads a text."""

    def ignore_aliases(self, _data: object) -> bool:
        return True

    def text(self, data: str) -> ScalarNode:
        style = "'" if _OTHERWISE_IN_1_1.fullmatch(data) else None
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)


_Representer.add_representer(str, _Representer.text)


def yaml_text(data: Any) -> str:
    """*data* as YAML."""
    yaml = YAML()
    yaml.Representer = _Representer
    yaml.width = 120
    out = StringIO()
    yaml.dump(data, out)
    return out.getvalue()
