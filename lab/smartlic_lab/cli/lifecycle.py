"""Starting labs in the foreground and in the background, and showing them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from nornir_smartlic.errors import UsageError
from smartlic_lab.running.control import Control, NoLab, command_line, lab_folder

if TYPE_CHECKING:
    from smartlic_lab.running.lab import Lab
    from smartlic_lab.running.topology import Topology

_READY = "ready"


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a lab is to be started."""

    topology: str
    name: str
    state: Path | None
    address: str
    host: str | None
    speed: float | None
    first_port: int | None = None


def run(wanted: Wanted, topology: Topology | None = None) -> None:
    """Run a lab until it is ended."""
    from smartlic_lab.running.control_server import ControlServer  # these take a second to import
    from smartlic_lab.running.lab import Lab
    from smartlic_lab.running.topology import find_topology, load_topology

    _refuse_second(wanted.name)
    topology = topology or load_topology(find_topology(wanted.topology))
    if wanted.speed is not None:
        topology = topology.model_copy(update={"clock": topology.clock.model_copy(update={"speed": wanted.speed})})
    if wanted.first_port is not None:
        topology = topology.with_ports_from(wanted.first_port)
    lab = Lab(
        topology,
        folder=(wanted.state or lab_folder(wanted.name)).absolute(),
        keep=wanted.state is not None,
        address=wanted.address,
        host=wanted.host,
    )
    control = ControlServer(lab, wanted.name)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: control.ended.set())
    with lab:
        try:
            control.start()
            _say_ready(lab, wanted)
            control.ended.wait()
        finally:
            control.forget()


def _refuse_second(name: str) -> None:
    try:
        running = Control.find(name)
    except NoLab:
        return
    raise UsageError(f"lab {name!r} already runs (process {running.pid}) - end it with {command_line('down', name)}")


def _say_ready(lab: Lab, wanted: Wanted) -> None:
    descriptor = os.environ.pop("SMARTLIC_LAB_READY_FD", None)
    if descriptor is not None:
        with os.fdopen(int(descriptor), "w") as pipe:
            pipe.write(_READY)
    else:
        print_status(lab.status())
        typer.echo(f"lab {wanted.name} runs; end it with Ctrl-C or {command_line('down', wanted.name)}", err=True)


def start_detached(wanted: Wanted) -> None:
    """Start a lab in a process of its own and come back when it is ready, or with the reason why it is not."""
    _refuse_second(wanted.name)
    command = [sys.executable, "-m", "smartlic_lab.cli", "up", wanted.topology, "--name", wanted.name]
    command += ["--address", wanted.address]
    if wanted.state is not None:
        command += ["--state", str(wanted.state.absolute())]
    if wanted.host is not None:
        command += ["--host", wanted.host]
    if wanted.speed is not None:
        command += ["--speed", str(wanted.speed)]
    if wanted.first_port is not None:
        command += ["--first-port", str(wanted.first_port)]
    folder = lab_folder(wanted.name)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    log_file = folder / "lab.log"
    reading, writing = os.pipe()
    with log_file.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  our own module, with checked arguments
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=(writing,),
            env={**os.environ, "SMARTLIC_LAB_READY_FD": str(writing)},
        )
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()  # until it is ready, or has ended
    if said != _READY:
        process.wait()
        raise UsageError(_reason(log_file))
    ending = command_line("down", wanted.name)
    typer.echo(f"lab {wanted.name} runs (process {process.pid}); end it with {ending}", err=True)


def _reason(log_file: Path) -> str:
    lines = [line.removeprefix("smartlic-lab: ") for line in log_file.read_text(errors="replace").splitlines()]
    if any(line.startswith("Traceback") for line in lines):
        return f"the lab did not start: {lines[-1]} (see {log_file})"
    return "\n".join(lines) or "the lab did not start"


def serve_one(what: str, port: int, wanted: Wanted, cssm: Mapping[str, Any]) -> None:
    """Run one authority or one device, at the real time; *cssm* has keys of a topology's CSSM.

    Of a topology, which is not the empty text, the authorities of that kind are run, and the CSSM behind them.
    """
    from smartlic_lab.running.topology import check_topology

    if cssm and what != "cssm":
        raise UsageError(f"{', '.join(cssm)} given for {what} - expected only for cssm")
    if wanted.topology:
        run(wanted, _authorities_of(what, port, wanted, cssm))
        return
    now = datetime.now(UTC).isoformat()
    data: dict[str, Any] = {"clock": {"start": now, "speed": wanted.speed or 1.0}}
    if what == "cssm":
        token = {"name": "default"}
        account = {"virtual_accounts": [{"name": "DEFAULT", "tokens": [token]}]}
        data["authorities"] = [{"name": "cssm", "kind": "cssm", "port": port, "smart_accounts": [account], **cssm}]
    elif what in ("cslu", "onprem"):
        cssm = {"name": "cssm", "kind": "cssm", "smart_accounts": [{}]}
        data["authorities"] = [cssm, {"name": what, "kind": what, "port": port}]
    else:
        platform, _, release = what.partition(":")
        entry: dict[str, Any] = {"name": platform, "platform": platform, "port": port}
        if release:
            entry["release"] = release
        data["devices"] = [entry]
    run(wanted, check_topology(data, what))


def _authorities_of(what: str, port: int, wanted: Wanted, cssm: Mapping[str, Any]) -> Topology:
    """The topology without its devices, and with the authorities alone that are asked for and what they need."""
    from smartlic_lab.running.topology import Authority, Clock, find_topology, load_topology

    if what not in ("cssm", "cslu", "onprem"):
        raise UsageError(f"serve {what} {wanted.topology} - expected cssm, cslu or onprem before a topology")
    whole = load_topology(find_topology(wanted.topology))
    chosen = [one for one in whole.authorities if one.kind == what]
    if not chosen:
        raise UsageError(f"{wanted.topology}: there is no {what} in it")
    needed = {one.upstream for one in chosen if one.kind != "cssm"}
    first = chosen[0]
    keys = {**first.model_dump(exclude_unset=True), **({"port": port} if port else {}), **cssm}
    chosen[0] = Authority.model_validate(keys)
    behind = [one for one in whole.authorities if one.kind == "cssm" and one.name in needed]
    names = {one.name for one in (*behind, *chosen)}
    return whole.model_copy(
        update={
            "clock": Clock(start=datetime.now(UTC), speed=wanted.speed or 1.0),
            "authorities": (*behind, *chosen),
            "devices": (),
            "faults": tuple(fault for fault in whole.faults if fault.target in names),
        }
    )


def cssm_keys(database: str | None, spool: Path | None, smtp: str | None, rate_limit: str | None) -> dict[str, Any]:
    """Options of ``serve cssm`` as keys of a topology; those that are not given are not there."""
    keys: dict[str, Any] = {}
    if database is not None:
        keys["database"] = database
    if spool is not None or smtp is not None:
        keys["mail"] = {"spool": spool and spool.absolute(), "smtp": smtp}
    if rate_limit is not None:
        found = re.fullmatch(r"([0-9]+)/([0-9]+)", rate_limit)
        if found is None:
            raise UsageError(f"--rate-limit {rate_limit!r} - expected CALLS/SECONDS, such as 100/60")
        keys["rate_limit"] = {"calls": int(found[1]), "seconds": int(found[2])}
    return keys


def print_status(found: dict[str, Any]) -> None:
    """Devices and authorities as tables."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    devices = Table("device", "platform", "release", "address", "port", "state")
    for one in found["devices"]:
        state = "up" if one["is_up"] else "boots"
        devices.add_row(one["name"], one["platform"], one["release"], one["host"], str(one["port"]), state)
    console.print(devices)
    authorities = Table("server", "kind", "URL")
    for one in found["authorities"]:
        authorities.add_row(one["name"], one["kind"], one["url"])
    console.print(authorities)
    console.print(f"time {found['clock']['now']}  speed {found['clock']['speed']:g}")
    if found["devices"]:
        first = found["devices"][0]
        console.print(f"user {first['username']}, password in {first['credentials']['password_file']}", soft_wrap=True)
