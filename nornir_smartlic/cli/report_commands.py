"""``smartlic reports``: the options of each step; the steps themselves are in `journey`."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from nornir_smartlic.cli.failures import say
from nornir_smartlic.cli.options import AskPass, DryRun, Filters, Json, finish, finish_listing, open_hosts
from nornir_smartlic.errors import StoreError, UsageError

if TYPE_CHECKING:
    from nornir_smartlic.cli.journey import Journey, Owner, Taken
    from nornir_smartlic.cli.settings import Settings
    from nornir_smartlic.outputs import HostReport, Report
    from nornir_smartlic.store import Shipment

app = typer.Typer(
    help="Carry usage reports to CSSM as files, and its answers back.", no_args_is_help=True, rich_markup_mode=None
)

DIRECTORY: Final = typer.Option(
    "-d", "--directory", metavar="DIRECTORY", help="Where usage reports are kept.", file_okay=False
)
ACCOUNTS: Final = typer.Option(
    "--virtual-account", metavar="NAME", help="Only reports of this virtual account; the option again adds one."
)
Directory = Annotated[Path, DIRECTORY]


@app.command("collect", short_help="Fetch usage reports from the devices.")
def collect(
    context: typer.Context,
    filters: Filters = None,
    as_json: Json = False,
    directory: Directory = Path("reports"),
    dry_run: DryRun = False,
    ask_pass: AskPass = False,
) -> None:
    """Have the devices save their usage reports, and fetch, check and keep the files."""
    from nornir_smartlic.cli import commands
    from nornir_smartlic.cli.journey import Owner

    nornir = open_hosts(context, filters, ask_pass)
    report = commands.collect(nornir, directory, dry_run=dry_run)
    if not dry_run and any(host.changed for host in report.hosts):
        accounts = commands.virtual_accounts_of(nornir)
        owners = {host.host: Owner(host.host, accounts.get(host.host)) for host in report.hosts}
        report = replace(report, hosts=tuple(_taken_in(context, directory, report, owners)))
    finish(report, as_json=as_json)


def _taken_in(
    context: typer.Context, directory: Path, report: Report, owners: Mapping[str, Owner]
) -> Iterator[HostReport]:
    """Each host with its file in the journal; a disk that is full there is the error of the hosts that it hit.

    Their files are kept, and the next ``reports collect`` or ``reports bundle`` takes them in.
    """
    from nornir_smartlic.cli.failures import host_error

    try:
        opened = _journey(context, directory)
        journey = opened.__enter__()
    except StoreError as error:
        yield from (replace(host, error=host.error or host_error(error)) for host in report.hosts)
        return
    try:
        for host in report.hosts:
            path = getattr(host.result, "path", None)
            try:
                if isinstance(path, Path):
                    journey.take_in(path, owners[host.host])
            except StoreError as error:
                unrecorded = StoreError(f"{path} is kept, but not recorded as collected: {error}")
                yield replace(host, error=host_error(unrecorded))
            else:
                yield host
    finally:
        opened.__exit__(None, None, None)


@app.command("bundle", short_help="Put collected reports into a bundle to upload.")
def bundle(
    context: typer.Context,
    as_json: Json = False,
    directory: Directory = Path("reports"),
    accounts: Annotated[list[str] | None, ACCOUNTS] = None,
) -> None:
    """Write a bundle of collected reports for each virtual account, to be uploaded to CSSM by hand.

    A report goes into one bundle only; a bundle whose file is gone is written again, the same.
    """
    with _journey(context, directory) as journey:
        warnings = journey.take_in_folder()
        shipments = journey.bundle(frozenset(accounts) if accounts else None)
        _finish_shipments("reports bundle", shipments, warnings, journey.problems, as_json=as_json)


@app.command("submit", short_help="Hand collected reports to CSSM.")
def submit(
    context: typer.Context,
    as_json: Json = False,
    directory: Directory = Path("reports"),
    accounts: Annotated[list[str] | None, ACCOUNTS] = None,
    by_hand: Annotated[
        bool, typer.Option("--by-hand", help="Nothing is sent: the bundles that are written were uploaded by hand.")
    ] = False,
) -> None:
    """Hand collected reports to CSSM over its API.

    Bundles of which nobody said that they were uploaded are withdrawn, and their reports go this way.

    A report is submitted once; what was interrupted is taken up. With one --virtual-account, files whose virtual
    account is not known are submitted for it.
    """
    if by_hand:
        submitted(context, None, as_json, directory)
    settings = _settings(context)
    with _journey(context, directory) as journey, settings.cssm() as client:
        warnings = journey.take_in_folder()
        account = settings.account(client)
        only = accounts[0] if accounts and len(accounts) == 1 else None
        wanted: frozenset[str | None] | None = frozenset(accounts) if accounts else None
        if only is not None:
            wanted = frozenset((only, None))
        shipments = journey.submit(client, account, default=only, accounts=wanted)
        warnings += tuple(journey.withdrawn)
        _finish_shipments("reports submit", shipments, warnings, journey.problems, as_json=as_json)


@app.command("submitted", short_help="Say that bundles were uploaded by hand.")
def submitted(
    context: typer.Context,
    bundles: Annotated[
        list[Path] | None, typer.Argument(metavar="[BUNDLE...]", help="Bundles; without any, all that are written.")
    ] = None,
    as_json: Json = False,
    directory: Directory = Path("reports"),
    undo: Annotated[bool, typer.Option("--undo", help="These bundles were not uploaded after all.")] = False,
) -> None:
    """Note that bundles were uploaded to CSSM by hand; until then their reports do not count as submitted.

    An acknowledgement of a report says the same.
    """
    with _journey(context, directory) as journey:
        shipments = journey.uploaded(bundles or (), undo=undo)
        _finish_shipments("reports submitted", shipments, (), journey.problems, as_json=as_json)


@app.command("acks", short_help="Get acknowledgements from CSSM, or from files.")
def acks(
    context: typer.Context,
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE...]", help="ACK files or bundles that were downloaded.")
    ] = None,
    as_json: Json = False,
    directory: Directory = Path("reports"),
    wait: Annotated[
        int, typer.Option("--wait", metavar="SECONDS", min=0, help="Ask again until all have come, so long.")
    ] = 0,
) -> None:
    """Get the acknowledgements of what was submitted, or take in files and bundles downloaded from CSSM."""
    with _journey(context, directory) as journey:
        if files:
            _finish_acks(journey.unpack_acks(files), (), as_json=as_json)
        settings = _settings(context)
        with settings.cssm() as client:
            account = settings.account(client)
            taken, waiting = journey.fetch_acks(client, account)
            until = time.monotonic() + wait
            while waiting and time.monotonic() < until:
                pause = min(max(ticket.interval_seconds, 1) for _, ticket in waiting)
                time.sleep(min(pause, max(until - time.monotonic(), 0)))
                more, waiting = journey.fetch_acks(client, account)
                taken += more
            _finish_acks(taken, tuple(shipment for shipment, _ in waiting), as_json=as_json)


@app.command("import", short_help="Bring files from CSSM to the devices.")
def import_(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE...]",
            help="Files or bundles from CSSM, or folders of them; without any, the ACKs that wait for their device.",
        ),
    ] = None,
    filters: Filters = None,
    as_json: Json = False,
    directory: Directory = Path("reports"),
    dry_run: DryRun = False,
    ask_pass: AskPass = False,
) -> None:
    """Bring ACKs, policies, trust codes and authorization codes to the devices that they are for."""
    from nornir_smartlic.cli import commands

    chosen = paths or _waiting_acks(context, directory)
    if not chosen:
        say(f"{directory}: no ACK waits for its device")
        finish(_nothing("reports import"), as_json=as_json)
    files = commands.files_from_cssm(chosen)
    nornir = open_hosts(context, filters, ask_pass)
    report = commands.import_(nornir, files, dry_run=dry_run)
    if (not dry_run and (directory / "journal.db").exists()) or _settings(context).store:
        with _journey(context, directory) as journey:
            journey.journal.mark_imported(_imported(report), datetime.now(UTC))
    finish(report, as_json=as_json)


@app.command("list", short_help="Show where each report is.")
def list_(context: typer.Context, as_json: Json = False, directory: Directory = Path("reports")) -> None:
    """Show the collected files, how far their reports are, and which ACKs wait for their device."""
    from nornir_smartlic.outputs import Listing
    from nornir_smartlic.store import ReportState

    with _journey(context, directory) as journey:
        warnings = journey.take_in_folder()
        waiting: dict[Any, int] = {}
        for ack in journey.journal.acks(only_waiting=True):
            waiting[ack.udi] = waiting.get(ack.udi, 0) + 1
        rows = [
            {
                "file": file.path,
                "udi": str(file.udi),
                "host": file.host,
                "virtual_account": file.virtual_account,
                "collected": file.collected,
                "reports": {state.value: file.reports[state] for state in ReportState if state in file.reports},
                "acks_to_import": waiting.get(file.udi, 0),
            }
            for file in journey.journal.files()
        ]
    columns = ("file", "udi", "host", "virtual_account", "collected", "reports", "acks_to_import")
    finish_listing(Listing("reports list", "files", columns, rows, warnings=warnings), as_json=as_json)


def _settings(context: typer.Context) -> Settings:
    from nornir_smartlic.cli.settings import Settings

    return Settings.of(context.obj.config)


@contextmanager
def _journey(context: typer.Context, directory: Path) -> Iterator[Journey]:
    """The journey over *directory*, its journal in the store that is set, else in the folder."""
    from nornir_smartlic.cli.journey import Journey
    from nornir_smartlic.store import Journal, Store

    place = _settings(context).store
    if place is None and not directory.is_dir():
        raise UsageError(f"{directory}: no such folder: collect reports first, or give -d DIRECTORY")
    with Store(place or directory / "journal.db") as store:
        yield Journey(directory, Journal(store), lambda: datetime.now(UTC))


def _waiting_acks(context: typer.Context, directory: Path) -> list[Path]:
    with _journey(context, directory) as journey:
        return [Path(ack.path) for ack in journey.journal.acks(only_waiting=True)]


def _nothing(command: str) -> Report:
    from nornir_smartlic.outputs import Report

    return Report(command, (), created=datetime.now(UTC).replace(microsecond=0))


def _imported(report: Report) -> list[str]:
    """The paths of the files that a host took, or had."""
    from nornir_smartlic.operations.importing import ALREADY_THERE

    return [
        str(file.path)
        for host in report.hosts
        for file in getattr(host.result, "files", ())
        if getattr(file, "imported", False) or getattr(file, "explanation", None) == ALREADY_THERE
    ]


def _finish_shipments(
    command: str,
    shipments: tuple[Shipment, ...],
    warnings: tuple[str, ...],
    problems: list[str],
    *,
    as_json: bool,
) -> None:
    from nornir_smartlic.outputs import ExitCode, Listing
    from nornir_smartlic.store import SubmissionState

    rows = [
        {
            "virtual_account": shipment.virtual_account,
            "devices": len({file.udi for file in shipment.files}),
            "reports": sum(len(file.numbers) for file in shipment.files),
            "state": shipment.state.value,
            "file": shipment.path,
            "message": shipment.message,
        }
        for shipment in shipments
    ]
    failed = bool(problems) or any(shipment.state is SubmissionState.REFUSED for shipment in shipments)
    columns = ("virtual_account", "devices", "reports", "state", "file", "message")
    code = ExitCode.FAILED if failed else ExitCode.DONE
    finish_listing(Listing(command, "submissions", columns, rows, code, (*warnings, *problems)), as_json=as_json)


def _finish_acks(taken: tuple[Taken, ...], waiting: tuple[Shipment, ...], *, as_json: bool) -> None:
    """A list of what came; exit code 1 while CSSM is still processing some."""
    from nornir_smartlic.outputs import ExitCode, Listing

    rows = [{"udi": str(ack.udi), "file": str(ack.path), "new": ack.is_new, "reports": ack.reports} for ack in taken]
    for shipment in waiting:
        say(f"still in process at CSSM: submission of {shipment.virtual_account}")
    code = ExitCode.FINDINGS if waiting else ExitCode.DONE
    finish_listing(Listing("reports acks", "acks", ("udi", "file", "new", "reports"), rows, code), as_json=as_json)
