"""``smartlic inventory --from ansible``: an inventory of Ansible as the files of one of Nornir.

Ansible itself reads it (``ansible-inventory --list --export``): its plugins, its vault and its rules are its own.
"""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from nornir_smartlic.cli.failures import os_error
from nornir_smartlic.errors import UsageError
from nornir_smartlic.intent import KEY
from nornir_smartlic.outputs import Listing
from nornir_smartlic.outputs.texts import clean_line

SECONDS: Final = 120  # a dynamic inventory asks somebody
LARGEST: Final = 256 * 2**20  # characters of its answer
PLATFORM: Final = "cisco_xe"
_IOS: Final = frozenset({"ios", "cisco.ios.ios", "cisco.ios", "cisco_ios", "cisco_xe", "iosxe", "cisco.iosxe"})
_TAKEN: Final = {"ansible_host": "hostname", "ansible_port": "port", "ansible_user": "username"}
_FILES: Final = ("config.yaml", "hosts.yaml", "groups.yaml", "defaults.yaml")


@dataclass
class Taken:
    """What is taken of an Ansible inventory, as the files of Nornir's SimpleInventory have it."""

    hosts: dict[str, dict[str, Any]] = field(default_factory=dict)
    groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    defaults: dict[str, Any] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()  # hosts that are no IOS-XE devices

    def listing(self) -> Listing:
        """The hosts, one a row."""
        rows = [
            {"host": name, "hostname": host.get("hostname"), "port": host.get("port"), "groups": host["groups"]}
            for name, host in self.hosts.items()
        ]
        warnings = (f"left out, no Cisco IOS by ansible_network_os: {', '.join(self.left_out)}",)
        columns = ("host", "hostname", "port", "groups")
        return Listing("inventory", "hosts", columns, rows, warnings=warnings if self.left_out else ())

    def write(self, folder: Path) -> None:
        """The four files in *folder*; none is replaced.

        Raises:
            UsageError: one is there already, or the folder cannot be made.
            StoreError: one could not be written.
        """
        from nornir_smartlic.cli.present import write

        there = [name for name in _FILES if (folder / name).exists()]
        if there:
            raise UsageError(f"{folder}: {', '.join(there)} there already: name another folder")
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"-o {os_error(error)}") from None
        options = {
            f"{name}_file": str((folder / f"{plural}.yaml").resolve())
            for name, plural in (("host", "hosts"), ("group", "groups"), ("defaults", "defaults"))
        }
        config = {"inventory": {"plugin": "SimpleInventory", "options": options}}
        for name, data in zip(_FILES, (config, self.hosts, self.groups, self.defaults), strict=True):
            write(folder / name, _yaml(data))


def taken_of(inventory: Path) -> Taken:
    """The IOS-XE devices of the Ansible inventory *inventory*: names, addresses, users, groups, ``smart_licensing``.

    Passwords and all other variables stay where they are.

    Raises:
        UsageError: Ansible is not there, cannot read it, or a value that is needed is a template.
    """
    return _taken(_exported(inventory))


def _exported(inventory: Path) -> Mapping[str, Any]:
    if not inventory.exists():
        raise UsageError(f"{inventory}: no such file")
    program = shutil.which("ansible-inventory")
    if program is None:
        raise UsageError("ansible-inventory is not there: install ansible-core, or activate its environment")
    command = [program, "-i", str(inventory), "--list", "--export"]
    try:
        done = subprocess.run(  # noqa: S603  no shell, and the path is one argument
            command, capture_output=True, text=True, timeout=SECONDS, check=False, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        raise UsageError(f"{inventory}: ansible-inventory was not done within {SECONDS} s") from None
    except OSError as error:
        raise UsageError(f"ansible-inventory: {os_error(error)}") from None
    if done.returncode != 0:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        reason = next((line for line in lines if line.startswith(("ERROR", "[ERROR]"))), lines[-1] if lines else "?")
        raise UsageError(f"{inventory}: ansible-inventory: {clean_line(reason)[:300]}")
    if len(done.stdout) > LARGEST:
        raise UsageError(f"{inventory}: more than {LARGEST // 2**20} MB")
    try:
        data = json.loads(done.stdout)
    except ValueError:
        raise UsageError(f"{inventory}: ansible-inventory gave no JSON") from None
    if not isinstance(data, Mapping):
        raise UsageError(f"{inventory}: ansible-inventory gave no JSON object")
    return data


def _taken(data: Mapping[str, Any]) -> Taken:
    """*data* is what ``ansible-inventory --list --export`` prints."""
    variables = data.get("_meta", {}).get("hostvars", {})
    parents: dict[str, list[str]] = {}
    members: dict[str, list[str]] = {}
    for name, group in data.items():
        if name == "_meta":
            continue
        for child in group.get("children", ()):
            parents.setdefault(child, []).append(name)
        for host in group.get("hosts", ()):
            members.setdefault(host, []).append(name)
    taken = Taken(defaults=_element("all", data.get("all", {}).get("vars", {})))
    left_out = []
    for name in sorted({*variables, *members}):
        found = _sorted(members.get(name, ()))
        above = [variables.get(name, {}), *_above(found, parents, data)]
        system = next((each["ansible_network_os"] for each in above if "ansible_network_os" in each), None)
        if str(system).lower() not in _IOS:
            left_out.append(name)
            continue
        taken.hosts[name] = {
            "hostname": name,
            "platform": PLATFORM,
            **_element(name, variables.get(name, {})),
            "groups": found,
        }
    wanted = {group for host in taken.hosts.values() for group in host["groups"]}
    while wanted:
        group = wanted.pop()
        upper = _sorted(parents.get(group, ()))
        taken.groups[group] = {**_element(group, data.get(group, {}).get("vars", {})), "groups": upper}
        wanted |= {each for each in upper if each not in taken.groups}
    taken.groups = dict(sorted(taken.groups.items()))
    taken.left_out = tuple(left_out)
    return taken


def _sorted(groups: Any) -> list[str]:
    """The nearest first: of groups of one depth Ansible lets the last one count, Nornir the first."""
    return sorted((each for each in groups if each not in ("all", "ungrouped")), reverse=True)


def _above(groups: list[str], parents: Mapping[str, list[str]], data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The variables of *groups*, then of the groups above them, and of all at last."""
    seen: set[str] = set()
    while groups:
        yield from (data.get(group, {}).get("vars", {}) for group in groups)
        seen.update(groups)
        groups = [each for group in groups for each in _sorted(parents.get(group, ())) if each not in seen]
    yield data.get("all", {}).get("vars", {})


def _element(name: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """What Nornir has of a host or a group, out of its *variables*; raises `UsageError` for a template."""
    found: dict[str, Any] = {}
    for variable, key in _TAKEN.items():
        if variables.get(variable) is not None:
            value = variables[variable]
            _no_template(f"{name}: {variable}", value)
            found[key] = _port(name, value) if key == "port" else str(value)
    if KEY in variables:
        _no_template(f"{name}: {KEY}", variables[KEY])
        found["data"] = {KEY: variables[KEY]}
    return found


def _port(name: str, value: Any) -> int:
    if not str(value).isdecimal() or not 0 < int(value) < 65_536:
        raise UsageError(f"{name}: ansible_port: {value!r}: expected 1 to 65535")
    return int(value)


def _no_template(where: str, value: Any) -> None:
    text = json.dumps(value)
    if "{{" in text or "{%" in text or "__ansible_vault" in text:
        raise UsageError(f"{where}: is a template or from a vault, which only a play resolves: write the value itself")


def _yaml(data: Any) -> str:
    from ruamel.yaml import YAML

    writer = YAML()
    writer.default_flow_style = False
    text = io.StringIO()
    writer.dump(data, text)
    return "---\n" + text.getvalue()
