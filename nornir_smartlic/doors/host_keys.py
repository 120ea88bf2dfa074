"""Whether a host is who it says: its key is looked up in known hosts, over every door.

The host data ``smartlic_host_keys`` is the path of a known_hosts file, or ``off``; without it, ``~/.ssh/known_hosts``.
Options for keys that the inventory gives to netmiko, scrapli or asyncssh itself are left as they are.
"""

from __future__ import annotations

import logging
import shlex
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from nornir.core.inventory import Host

from nornir_smartlic.errors import HostKeyRejected, UsageError

KEY: Final = "smartlic_host_keys"
DEFAULT: Final = "~/.ssh/known_hosts"
SSH_PORT: Final = 22
_FIRST: Final = "smartlic_host_keys_first"  # set by a command line
_LIBRARIES: Final = frozenset(
    {
        *("ssh_strict", "system_host_keys", "alt_host_keys", "alt_key_file"),  # netmiko
        *("auth_strict_key", "ssh_known_hosts_file"),  # scrapli
        "known_hosts",  # asyncssh
    }
)
_log: Final = logging.getLogger("nornir_smartlic")
_lock: Final = threading.Lock()
_warned: Final[set[str]] = set()


def set_host_keys(host: Host, wanted: str) -> None:
    """Let *host* be checked against *wanted*, a file or ``off``, whatever its data and connection options say.

    Raises:
        UsageError: there is no such file.
    """
    host.data[KEY] = wanted
    host.data[_FIRST] = True
    known_hosts_of(host)


def _options(host: Host, extras: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in extras.items() if not (host.get(_FIRST) and name in _LIBRARIES)}


def known_hosts_of(host: Host) -> Path | None:
    """The file with the keys of hosts; ``None``: they are not checked.

    Raises:
        UsageError: the setting is something else, or names a file that is not there.
    """
    wanted = host.get(KEY)
    if wanted is False or wanted == "off":  # YAML reads off as false
        return None
    if wanted is not None and not isinstance(wanted, str):
        raise UsageError(f"{host.name}: {KEY}: {wanted!r} - expected the path of a known_hosts file, or off")
    path = Path(wanted or DEFAULT).expanduser()
    if wanted and not path.is_file():
        raise UsageError(f"{host.name}: {KEY}: there is no file {path}")
    return path


def netmiko_options(host: Host, extras: Mapping[str, Any]) -> dict[str, Any]:
    """*extras* with what makes netmiko check, unless they say something about it."""
    extras = _options(host, extras)
    strict = extras.get("ssh_strict")
    if strict is None:
        if "system_host_keys" in extras or "alt_host_keys" in extras:
            return {**extras, "ssh_strict": True}
        path = known_hosts_of(host)
        if path is not None:
            return {**extras, "ssh_strict": True, "alt_host_keys": True, "alt_key_file": str(path)}
    if not strict:
        _warn(host)
    return dict(extras)


def scrapli_options(host: Host, extras: Mapping[str, Any]) -> dict[str, Any]:
    """*extras* with what makes scrapli check, unless they say something about it."""
    extras = _options(host, extras)
    strict = extras.get("auth_strict_key")
    options = dict(extras)
    if strict is None and "ssh_known_hosts_file" not in extras:
        path = known_hosts_of(host)
        strict = path is not None
        options |= {"auth_strict_key": True, "ssh_known_hosts_file": str(path)} if path else {"auth_strict_key": False}
    if strict is False:
        _warn(host)
    return options


def asyncssh_options(host: Host, extras: Mapping[str, Any]) -> dict[str, Any]:
    """*extras* with what makes asyncssh check, unless they say something about it."""
    options = _options(host, extras)
    if "known_hosts" not in options:
        path = known_hosts_of(host)
        options["known_hosts"] = str(path) if path else None
    if options["known_hosts"] is None:
        _warn(host)
    return options


def rejected(
    host: str, address: str, port: int, path: str | Path | None, *, changed: bool, by_name_alone: bool = False
) -> HostKeyRejected:
    """The error of a host whose key is unknown or another one; *by_name_alone*: looked up without its port."""
    file = str(path or DEFAULT)
    name = address if port == SSH_PORT or by_name_alone else f"[{address}]:{port}"
    differs = "is another one than" if changed else "is not"
    scan = f"ssh-keyscan -p {port} {address}"
    if by_name_alone and port != SSH_PORT:
        scan += r" | sed 's/^\[\(.*\)\]:[0-9]*/\1/'"  # scrapli looks for the name without a port
    add = f"{scan} >> {shlex.quote(file) if not file.startswith('~') else file}"
    how = f"add it with: {add}"
    if changed:
        how = f"if the device was replaced: ssh-keygen -R {shlex.quote(name)} -f {file}; {add}"
    return HostKeyRejected(f"the host key of {name} {differs} in {file} - {how}", host=host)


def _warn(host: Host) -> None:
    """One line for each process: the password goes to whoever answers."""
    with _lock:
        if _warned:
            return
        _warned.add(host.name)
    _log.warning(
        "%s: host keys are not checked (%s: off, or options of its connection); "
        "whoever is on the way can read passwords and answer for the device",
        host.name,
        KEY,
    )
