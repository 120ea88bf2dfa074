"""Options that several commands have, and how a command begins and ends."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NoReturn

import typer

from nornir_smartlic.cli.failures import say
from nornir_smartlic.cli.present import present, show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nornir.core import Nornir

    from nornir_smartlic.outputs import Listing, Report

FILTER: Final = typer.Option(
    "-F",
    "--filter",
    metavar="KEY=VALUE",
    help="Only hosts that fit: name, group, platform, hostname, or a key of their data; * and ? as in file names. "
    "The same key again adds hosts, another key leaves fewer.",
)
JSON: Final = typer.Option("--json", help="One JSON document on standard output, everything else on standard error.")
ASK_PASS: Final = typer.Option("--ask-pass", help="Ask for the password of the devices.")
DRY_RUN: Final = typer.Option("--dry-run", help="Say what would be done, and do nothing.")

Filters = Annotated[list[str] | None, FILTER]
Json = Annotated[bool, JSON]
AskPass = Annotated[bool, ASK_PASS]
DryRun = Annotated[bool, DRY_RUN]
NoSave = Annotated[bool, typer.Option("--no-save", help="Leave saving the configuration to others.")]


@dataclass(frozen=True, slots=True)
class Globals:
    """What stands before the command: the object of typer's context."""

    config: Path
    door: str | None = None  # None: as the inventory says
    wait: int | None = None  # seconds, for a device that another run is changing; None: as the configuration says
    limits: tuple[str, ...] = ()  # command=300
    host_keys: str | None = None


def open_hosts(context: typer.Context, filters: list[str] | None, ask_pass: bool) -> Nornir:
    """Nornir over the hosts that are meant, what the inventory wants of them checked."""
    return hosts_of(context.obj, filters or (), ask_password=ask_pass)


def hosts_of(given: Globals, filters: Sequence[str], *, ask_password: bool = False) -> Nornir:
    """As `open_hosts`, for those who have no context of a command line.

    Raises:
        UsageError: the configuration or the inventory is wrong, or no host is left.
    """
    from nornir_smartlic.cli.inventory import check_intents, open_nornir
    from nornir_smartlic.tasks.stopping import stop

    stop.forget()  # another command of this process may have been interrupted
    nornir = open_nornir(
        given.config,
        filters,
        ask_password=ask_password,
        door=given.door,
        limits=given.limits,
        host_keys=given.host_keys,
    )
    if given.wait is not None:
        settings = nornir.config.user_defined.get("smartlic") or {}
        nornir.config.user_defined["smartlic"] = {**settings, "wait": given.wait}
    check_intents(nornir)
    return nornir


def finish(report: Report, *, as_json: bool, format_name: str = "table", output: Path | None = None) -> None:
    """Show *report*, a line for each host that failed, and end with its exit code.

    A signal that comes now is too late to stop anything, and what became of the hosts is said all the same.
    """
    from nornir_smartlic.tasks.stopping import stop

    with stop.watched():
        present(report, format_name, output, as_json=as_json)
        for host in report.failed_hosts:
            if host.error is not None:
                say(f"{host.host}: {host.error.message}")
    raise typer.Exit(int(report.exit_code))


def finish_listing(listing: Listing, *, as_json: bool) -> NoReturn:
    """Show *listing* and end with its exit code."""
    show(listing, as_json=as_json)
    raise typer.Exit(int(listing.exit_code))
