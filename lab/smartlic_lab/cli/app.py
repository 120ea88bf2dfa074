"""The commands of ``smartlic-lab``; each only translates."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from smartlic_lab.cli import lifecycle
from smartlic_lab.cli.cssm import cssm
from smartlic_lab.running.control import Control

app = typer.Typer(
    help="Emulated IOS-XE devices, CSSM, CSLU and SSM On-Prem, on a virtual clock.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
clock = typer.Typer(help="The lab's time.", no_args_is_help=True)
fault = typer.Typer(help="Let things fail.", no_args_is_help=True)
app.add_typer(clock, name="clock")
app.add_typer(fault, name="fault")
device = typer.Typer(help="What a person does at the rack.", no_args_is_help=True)
app.add_typer(device, name="device")
portal = typer.Typer(help="What a person does on CSSM's portal.", no_args_is_help=True)
app.add_typer(portal, name="portal")
app.add_typer(cssm, name="cssm")

NameOption = Annotated[str, typer.Option("--name", help="Which lab; several can run side by side.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
TopologyArgument = Annotated[str, typer.Argument(help="A topology file, or the name of one that comes with the lab.")]
StateOption = Annotated[Path | None, typer.Option("--state", help="Keep what devices and CSSM know in this folder.")]
AddressOption = Annotated[str, typer.Option("--address", help="Where servers listen.")]
HostOption = Annotated[
    str | None, typer.Option("--host", help="The name or address that clients use, if another than that.")
]


@app.command()
def up(
    topology: TopologyArgument = "default",
    detach: Annotated[bool, typer.Option("--detach", help="Leave it running in the background.")] = False,
    name: NameOption = "default",
    state: StateOption = None,
    address: AddressOption = "127.0.0.1",
    host: HostOption = None,
    speed: Annotated[float | None, typer.Option("--speed", help="Virtual seconds per second.")] = None,
    first_port: Annotated[
        int | None,
        typer.Option("--first-port", min=1024, max=65535, help="SSH ports from this one on, not chosen free."),
    ] = None,
) -> None:
    """Start a lab and run it until it is ended (Ctrl-C, SIGTERM, or ``smartlic-lab down``)."""
    wanted = lifecycle.Wanted(topology, name, state, address, host, speed, first_port)
    if detach:
        lifecycle.start_detached(wanted)
    else:
        lifecycle.run(wanted)


@app.command()
def down(name: NameOption = "default") -> None:
    """End a running lab."""
    Control.find(name).end()
    typer.echo(f"lab {name} has ended", err=True)


@app.command()
def status(name: NameOption = "default", as_json: JsonOption = False) -> None:
    """Show devices, CSSM, CSLU, On-Prem and clock of a running lab; with --json also its tokens and client secrets."""
    found = Control.find(name).ask("GET", "/status")
    if as_json:
        typer.echo(json.dumps(found, indent=2))
    else:
        lifecycle.print_status(found)


@app.command()
def inventory(
    form: Annotated[str, typer.Option("--format", help="nornir (a folder), pyats, ansible or known-hosts (a file).")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Where to write it.")],
    name: NameOption = "default",
    host: HostOption = None,
) -> None:
    """Write an inventory of a running lab, usable at once; only its owner can read it."""
    from smartlic_lab.running.inventory import store_files

    asked = {"format": form, "path": str(output.absolute()), "host": host}
    found = Control.find(name).ask("POST", "/inventory", asked)
    store_files({Path(path): text for path, text in found["files"].items()})


@clock.command("show")
def clock_show(name: NameOption = "default", as_json: JsonOption = False) -> None:
    """Show the lab's time and how fast it passes."""
    _print_clock(Control.find(name).ask("GET", "/status")["clock"], as_json)


@clock.command("advance")
def clock_advance(span: str, name: NameOption = "default", as_json: JsonOption = False) -> None:
    """Let time pass at once: 30d, 12h, 90m, 1d12h."""
    _print_clock(Control.find(name).ask("POST", "/clock", {"advance": span}), as_json)


@clock.command("speed")
def clock_speed(speed: float, name: NameOption = "default", as_json: JsonOption = False) -> None:
    """Let time pass SPEED times as fast as real time; 0: stand still."""
    _print_clock(Control.find(name).ask("POST", "/clock", {"speed": speed}), as_json)


def _print_clock(found: dict[str, Any], as_json: bool) -> None:
    typer.echo(json.dumps(found) if as_json else f"{found['now']}  speed {found['speed']:g}")


@fault.command("add")
def fault_add(
    target: str,
    kind: str,
    span: Annotated[str | None, typer.Option("--for", help="For how long: 7d.")] = None,
    count: Annotated[int | None, typer.Option("--count", min=1, help="For how many requests.")] = None,
    name: NameOption = "default",
) -> None:
    """Let TARGET (a device, a CSSM, CSLU or SSM On-Prem, a name server, a host name) fail in the way KIND."""
    asked = {"target": target, "kind": kind, "span": span, "count": count}
    _print_faults(Control.find(name).ask("POST", "/faults", asked)["faults"])


@fault.command("list")
def fault_list(name: NameOption = "default", as_json: JsonOption = False) -> None:
    """Show the faults in force."""
    found = Control.find(name).ask("GET", "/faults")["faults"]
    if as_json:
        typer.echo(json.dumps(found))
    else:
        _print_faults(found)


@fault.command("clear")
def fault_clear(target: Annotated[str | None, typer.Argument()] = None, name: NameOption = "default") -> None:
    """End the faults of TARGET, or all."""
    found = Control.find(name).ask("DELETE", "/faults", {"target": target})
    typer.echo(f"{found['cleared']} cleared")


def _print_faults(found: list[dict[str, Any]]) -> None:
    for one in found:
        until = f" until {one['until']}" if one["until"] else ""
        left = f" for {one['remaining']} more" if one["remaining"] is not None else ""
        typer.echo(f"{one['target']}: {one['kind']}{until}{left}")


DeviceArgument = Annotated[str, typer.Argument(metavar="NAME", help="A device of the lab.")]


@device.command("join")
def device_join(
    which: DeviceArgument,
    pid: Annotated[str | None, typer.Option("--pid", help="Its model; without it the usual one of the family.")] = None,
    sn: Annotated[str | None, typer.Option("--sn", help="Its serial number; without it one is made.")] = None,
    name: NameOption = "default",
    as_json: JsonOption = False,
) -> None:
    """A member joins the stack, chassis or pair."""
    _act(name, which, "join", as_json, pid=pid, sn=sn)


@device.command("leave")
def device_leave(
    which: DeviceArgument,
    sn: Annotated[str, typer.Argument(metavar="SN", help="The serial number of the member.")],
    name: NameOption = "default",
    as_json: JsonOption = False,
) -> None:
    """A member leaves; where it was the active one, the standby takes over."""
    _act(name, which, "leave", as_json, sn=sn)


@device.command("switchover")
def device_switchover(which: DeviceArgument, name: NameOption = "default", as_json: JsonOption = False) -> None:
    """The standby becomes active; sessions end."""
    _act(name, which, "switchover", as_json)


@device.command("access-points")
def device_access_points(
    which: DeviceArgument,
    count: Annotated[int, typer.Argument(metavar="COUNT", min=0, help="How many are joined from now on.")],
    name: NameOption = "default",
    as_json: JsonOption = False,
) -> None:
    """Access points join a wireless controller, or leave it."""
    _act(name, which, "access-points", as_json, count=count)


@device.command("reload")
def device_reload(
    which: DeviceArgument,
    release: Annotated[str | None, typer.Option("--release", help="Boot the image of another release.")] = None,
    name: NameOption = "default",
    as_json: JsonOption = False,
) -> None:
    """Reload; what was not saved is lost. The device boots for a while of the lab's time."""
    _act(name, which, "reload", as_json, release=release)


def _act(lab: str, which: str, action: str, as_json: bool, **details: str | int | None) -> None:
    found = Control.find(lab).ask("POST", "/device", {"name": which, "action": action, **details})
    if as_json:
        typer.echo(json.dumps(found))
        return
    state = "up" if found["is_up"] else "boots"
    aps = f", {found['access_points']} access points" if found["access_points"] else ""
    typer.echo(f"{found['name']}: {state}, {found['release']}{aps}; {'; '.join(found['members'])}")


@portal.command("upload")
def portal_upload(
    files: Annotated[list[Path], typer.Argument(help="Usage files, or bundles of them.")],
    virtual_account: Annotated[str, typer.Option("--virtual-account", help="Whose devices they come from.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder for acknowledgements.")] = Path("acks"),
    name: NameOption = "default",
) -> None:
    """Upload usage files on the page Usage Data Files, and download the acknowledgements."""
    from smartlic_lab.cli.portal import upload

    upload(Control.find(name), files, virtual_account, output)


@app.command()
def console(device: str, name: NameOption = "default") -> None:
    """Log in on DEVICE."""
    from smartlic_lab.cli.console import connect

    connect(Control.find(name).ask("GET", "/status"), device)


@app.command()
def roundtrip(
    files: list[Path],
    command: Annotated[
        str | None, typer.Option("--command", help="What printed it, if the text does not tell.")
    ] = None,
    as_device: Annotated[
        bool, typer.Option("--as-device", help="As a live device of that release and product prints it.")
    ] = False,
    release: Annotated[
        str | None, typer.Option("--release", help="With --as-device: of this release, such as 17.12.")
    ] = None,
    platform: Annotated[
        str | None, typer.Option("--platform", help="With --as-device: of this product, such as c9300.")
    ] = None,
) -> None:
    """Parse saved outputs and show where the lab's rendering of them differs; exit code 0: nowhere."""
    from smartlic_lab.cli.roundtrip import compare

    raise typer.Exit(compare(files, command, live=as_device, release=release, platform=platform))


@app.command()
def serve(
    what: Annotated[str, typer.Argument(help="cssm, cslu, onprem, or a device as PLATFORM:RELEASE.")],
    topology: Annotated[
        str, typer.Argument(help="A topology whose servers of that kind are run, with their accounts.")
    ] = "",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Where it listens; 0: chosen free.")] = 0,
    name: NameOption = "serve",
    state: StateOption = None,
    address: AddressOption = "127.0.0.1",
    host: HostOption = None,
    speed: Annotated[float, typer.Option("--speed", help="Virtual seconds per second.")] = 1.0,
    database: Annotated[
        str | None,
        typer.Option(
            "--database",
            envvar="SMARTLIC_LAB_DATABASE",
            show_envvar=True,
            help="Of cssm: an SQLAlchemy URL (postgresql+psycopg://HOST/NAME); the password goes into PGPASSWORD.",
        ),
    ] = None,
    mail_spool: Annotated[Path | None, typer.Option("--mail-spool", help="Of cssm: write mails into a folder.")] = None,
    smtp: Annotated[str | None, typer.Option("--smtp", help="Of cssm: send mails to HOST[:PORT].")] = None,
    rate_limit: Annotated[
        str | None, typer.Option("--rate-limit", help="Of cssm: CALLS/SECONDS of one API client, 429 above that.")
    ] = None,
) -> None:
    """Run one device, CSSM, CSLU or SSM On-Prem in the foreground; the lab's clock starts at the real time."""
    cssm = lifecycle.cssm_keys(database, mail_spool, smtp, rate_limit)
    lifecycle.serve_one(what, port, lifecycle.Wanted(topology, name, state, address, host, speed), cssm)


@app.command()
def demo(
    topology: TopologyArgument = "default",
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Where reports and inventory are left.")] = None,
) -> None:
    """The main job on the default lab, as a user would do it: each step shown, exit code 0 if all did what they say."""
    from smartlic_lab.cli.demo import run_demo

    raise typer.Exit(run_demo(topology, output))
