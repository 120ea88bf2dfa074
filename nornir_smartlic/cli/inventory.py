"""Nornir, opened from a configuration file: hosts filtered, credentials filled in, its log file kept away."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from nornir_smartlic.cli.failures import debug, first_line
from nornir_smartlic.errors import IntentError, UsageError

if TYPE_CHECKING:
    from nornir.core import Nornir
    from nornir.core.inventory import Host

    from nornir_smartlic.outputs import Listing

USERNAME_VARIABLE: Final = "SMARTLIC_USERNAME"
PASSWORD_VARIABLE: Final = "SMARTLIC_PASSWORD"  # noqa: S105  the name of a variable


@dataclass(frozen=True, slots=True)
class Filter:
    """``-F KEY=VALUE``; the value may have ``*`` and ``?`` as in file names."""

    key: str
    value: str

    @classmethod
    def of(cls, text: str) -> Filter:
        """The filter that *text* is; raises `UsageError`."""
        key, separator, value = text.partition("=")
        if not separator or not key.strip() or not value.strip():
            raise UsageError(
                f"filter {text!r}: expected KEY=VALUE, such as name=sw1, group=branches, platform=cisco_xe"
            )
        return cls(key.strip(), value.strip())

    def fits(self, host: Host) -> bool:
        """Whether *host* is one of those that are meant."""
        return any(fnmatchcase(str(value), self.value) for value in self._values(host))

    def _values(self, host: Host) -> Iterable[Any]:
        if self.key in ("name", "hostname", "platform"):
            return [getattr(host, self.key)]
        if self.key == "group":
            return [group.name for group in host.extended_groups()]
        value: Any = host
        for part in self.key.split("."):
            value = value.get(part) if hasattr(value, "get") else None
        return value if isinstance(value, list | tuple) else [] if value is None else [value]


def open_nornir(
    config: Path,
    filters: Sequence[str] = (),
    *,
    ask_password: bool = False,
    door: str | None = None,
    limits: Sequence[str] = (),
    host_keys: str | None = None,
) -> Nornir:
    """Nornir over the hosts that all *filters* leave; filters of the same key add up.

    *door* is how hosts are reached, whatever the inventory says; with ``asyncssh`` they share one event loop. *limits*
    (``command=300``) and *host_keys* (a file, or ``off``) come before what the inventory says, too.

    Raises:
        UsageError: the configuration or the inventory cannot be read, or no host is left.
    """
    from nornir_smartlic.doors.host_keys import set_host_keys
    from nornir_smartlic.doors.limits import set_limits

    for text in filters:
        Filter.of(text)  # what is wrong in them is said before the inventory is read
    nornir = _load(config)
    if not nornir.inventory.hosts and not filters:
        raise UsageError(f"{config}: the inventory has no hosts")
    chosen = filtered(nornir, filters)
    for host in chosen.inventory.hosts.values():
        set_limits(host, limits)
        if host_keys is not None:
            set_host_keys(host, host_keys)
    _fill_credentials(chosen, ask_password=ask_password)
    chosen = _through(chosen, door) if door is not None else chosen
    register_doors(chosen)
    return chosen


def filtered(nornir: Nornir, filters: Sequence[str]) -> Nornir:
    """The hosts that all *filters* leave; filters of the same key add up. Raises `UsageError` where none is left."""
    parsed = [Filter.of(text) for text in filters]
    if not parsed:
        return nornir
    chosen = nornir.filter(filter_func=lambda host: _is_meant(host, parsed))
    if not chosen.inventory.hosts:
        raise UsageError("no host fits " + " ".join(f"-F {text}" for text in filters))
    return chosen


def register_doors(nornir: Nornir) -> None:
    """Load the connection plugins that these hosts need; Nornir would load all, and netmiko alone takes a second."""
    from importlib.metadata import entry_points

    from nornir.core.plugins.connections import ConnectionPluginRegister

    from nornir_smartlic.doors.choice import door_name

    for name in sorted({door_name(host) for host in nornir.inventory.hosts.values()}):
        if name in ConnectionPluginRegister.available:
            continue
        for entry in entry_points(group="nornir.plugins.connections", name=name):
            with _without("genie"):
                ConnectionPluginRegister.register(name, entry.load())


@contextmanager
def _without(package: str) -> Iterator[None]:
    """Let *package* seem not installed: netmiko imports genie where it finds it, which takes seconds for nothing."""
    if package in sys.modules:
        yield
        return
    sys.modules[package] = None  # type: ignore[assignment]  # what Python takes for "not to be imported"
    try:
        yield
    finally:
        del sys.modules[package]


def _through(nornir: Nornir, door: str) -> Nornir:
    from nornir_smartlic.doors.choice import DATA_KEY
    from nornir_smartlic.fleet import FleetRunner

    for host in nornir.inventory.hosts.values():
        host[DATA_KEY] = door
    return nornir.with_runner(FleetRunner()) if door == "asyncssh" else nornir


def _is_meant(host: Host, filters: Sequence[Filter]) -> bool:
    keys = {each.key for each in filters}
    return all(any(each.fits(host) for each in filters if each.key == key) for key in keys)


def _load(config: Path) -> Nornir:
    """As ``InitNornir``, but for its log file, and for connection plugins: see `register_doors`."""
    if not config.is_file():
        reason = "is a directory" if config.is_dir() else "no such file"
        raise UsageError(f"{config}: {reason} - expected a Nornir configuration file (-c CONFIG)")
    from nornir.core import Nornir
    from nornir.core.configuration import Config
    from nornir.core.state import GlobalState
    from nornir.init_nornir import load_inventory, load_runner

    from nornir_smartlic.fleet import register_plugins

    register_plugins()
    logging.getLogger().addHandler(logging.NullHandler())  # else the last resort prints tracebacks of libraries
    try:
        read = Config.from_file(str(config), logging={"enabled": False})
        with redirect_stdout(sys.stderr):  # plugins print their problems; standard output is for results
            inventory = load_inventory(read)
        return Nornir(inventory=inventory, runner=load_runner(read), config=read, data=GlobalState())
    except SystemExit:  # nornir-nautobot ends the program with 1, which means findings
        raise UsageError(f"{config}: the inventory could not be loaded") from None
    except Exception as error:  # noqa: BLE001  inventory plugins of users raise what they like, and all is configuration
        debug(error)
        raise UsageError(f"{config}: {_configuration_problem(error)}") from None


def _configuration_problem(error: Exception) -> str:
    if isinstance(error, FileNotFoundError) and error.filename:
        return f"{error.filename}: no such file"
    mark = getattr(error, "problem_mark", None)
    if mark is not None:  # of a YAML error: its place, not the text around it, which may hold a password
        return f"{Path(str(mark.name)).name} line {mark.line + 1}: {getattr(error, 'problem', 'not YAML')}"
    return f"{type(error).__name__}: {first_line(error)}"


def _fill_credentials(nornir: Nornir, *, ask_password: bool) -> None:
    """User name and password from the environment where the inventory has none; a prompt overrules both."""
    defaults = nornir.inventory.defaults
    defaults.username = defaults.username or os.environ.get(USERNAME_VARIABLE)
    defaults.password = defaults.password or os.environ.get(PASSWORD_VARIABLE)
    if ask_password:
        import typer

        password = typer.prompt("Password", hide_input=True, err=True)
        for host in nornir.inventory.hosts.values():
            host.password = password


def merged_listing(nornir: Nornir) -> Listing:
    """What the inventory asks of the one host, key by key, and where each is from; what is wrong in it is a warning."""
    from nornir_smartlic.intent import intent_of
    from nornir_smartlic.outputs import ExitCode, Listing
    from nornir_smartlic.tasks.driving import data_of_host

    (host,) = nornir.inventory.hosts.values()
    try:
        merged = data_of_host(host)
    except IntentError as error:
        raise UsageError(f"{host.name}: {error}") from None
    rows = []
    for path, origin in merged.origins.items():
        value: Any = merged.data
        for word in path.split("."):
            value = value[word]
        rows.append({"key": path, "value": value, "origin": origin})
    listing = Listing("inventory", "keys", ("key", "value", "origin"), rows)
    try:
        intent_of(merged.data)
    except IntentError as error:
        return replace(listing, exit_code=ExitCode.USAGE, warnings=(str(error),))
    return listing


def check_intents(nornir: Nornir) -> None:
    """See to it that what the inventory wants of each host makes sense, before anything is sent.

    Raises:
        UsageError: one line for each host whose data is wrong.
    """
    from nornir_smartlic.tasks.driving import intent_of_host

    wrong = []
    for name, host in sorted(nornir.inventory.hosts.items()):
        try:
            intent_of_host(host)
        except IntentError as error:
            wrong.append(f"{name}: {error}")
    if wrong:
        raise UsageError("\n".join(wrong))
