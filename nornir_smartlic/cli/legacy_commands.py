"""``smartlic legacy``: devices before Smart Licensing Using Policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nornir_smartlic.cli.confirming import Yes, run_confirmed
from nornir_smartlic.cli.options import AskPass, DryRun, Filters, Json, NoSave, finish, open_hosts
from nornir_smartlic.cli.token_options import (
    FromCssm,
    FromOnPrem,
    TokenEnv,
    TokenFile,
    TokenSource,
    TokenStdin,
    Uses,
    run_with,
)

if TYPE_CHECKING:
    from nornir.core import Nornir
    from nornir.core.task import Result, Task

    from nornir_smartlic.cli.commands import WalletFor
    from nornir_smartlic.model import Secret
    from nornir_smartlic.outputs import HostReport, Report

app = typer.Typer(
    help="Devices of the model before Smart Licensing Using Policy.", no_args_is_help=True, rich_markup_mode=None
)
Directory = Annotated[
    Path | None,
    typer.Option("-d", "--directory", metavar="DIRECTORY", help="Where the codes of devices and of CSSM are kept."),
]


@app.callback()
def legacy() -> None:
    """Devices of the model before Smart Licensing Using Policy."""


@app.command("register", short_help="Register devices with an idtoken.")
def register(
    context: typer.Context,
    filters: Filters = None,
    as_json: Json = False,
    token_file: TokenFile = None,
    token_env: TokenEnv = None,
    token_stdin: TokenStdin = False,
    from_cssm: FromCssm = False,
    from_onprem: FromOnPrem = False,
    uses: Uses = None,
    force: Annotated[bool, typer.Option("--force", help="Register devices anew that are registered.")] = False,
    dry_run: DryRun = False,
    ask_pass: AskPass = False,
) -> None:
    """Register devices that are not, and wait for it. A token is never an argument."""
    from nornir_smartlic import tasks
    from nornir_smartlic.cli.commands import with_tokens

    source = TokenSource(token_file, token_env, token_stdin, from_cssm, uses, from_onprem)

    def step(task: Task, token: Secret, dry: bool) -> Result:
        return tasks.register_device(task, token, force=force, dry_run=dry)

    def run(nornir: Nornir, wallet_for: WalletFor) -> Report:
        return with_tokens(nornir, "legacy register", step, _registered, wallet_for, dry_run=dry_run)

    purpose = "smartlic legacy register"
    finish(run_with(source, context, filters, ask_pass, run, purpose=purpose, dry_run=dry_run), as_json=as_json)


def _registered(host: str, result: Result) -> HostReport:
    from nornir_smartlic.operations.results import RegistrationOutcome
    from nornir_smartlic.outputs import HostReport

    outcome: RegistrationOutcome = result.result
    pending = outcome.needed and not outcome.requested
    if outcome.not_applicable is not None:
        summary = f"not applicable: {outcome.not_applicable}"
    elif outcome.requested:
        summary = f"registered after {outcome.waited.total_seconds():.0f} s"
    else:
        summary = "not registered" if pending else "registered already"
    return HostReport(host, summary=summary, changed=result.changed, pending=pending, result=outcome)


@app.command("renew", short_help="Renew the authorization, or the identity, of registered devices.")
def renew(
    context: typer.Context,
    what: Annotated[str, typer.Argument(metavar="auth|id", help="The authorization, or the identity certificate.")],
    filters: Filters = None,
    as_json: Json = False,
    dry_run: DryRun = False,
    ask_pass: AskPass = False,
) -> None:
    """Have CSSM authorize anew what registered devices use (auth), or renew their identity (id), and wait for it.

    Devices do both by themselves, every 30 and every 180 days.
    """
    from nornir_smartlic import tasks
    from nornir_smartlic.cli.running import run
    from nornir_smartlic.errors import UsageError

    if what not in ("auth", "id"):
        raise UsageError(f"legacy renew {what!r}: expected auth or id")

    def task(task: Task) -> Result:
        return tasks.renew_registration(task, identity=what == "id", dry_run=dry_run)

    finish(run(open_hosts(context, filters, ask_pass), "legacy renew", task, _renewed), as_json=as_json)


def _renewed(host: str, result: Result) -> HostReport:
    from nornir_smartlic.operations.results import RenewalOutcome
    from nornir_smartlic.outputs import HostReport

    outcome: RenewalOutcome = result.result
    status = outcome.authorization.status if outcome.authorization is not None else "authorization not known"
    if outcome.not_applicable is not None:
        summary = f"not applicable: {outcome.not_applicable}"
    elif outcome.requested:
        summary = f"renewed after {outcome.waited.total_seconds():.0f} s, {status}"
    else:
        summary = f"registered, {status}"
    pending = outcome.needed and not outcome.requested
    return HostReport(host, summary=summary, changed=result.changed, pending=pending, result=outcome)


@app.command("deregister", short_help="Have devices give their registration up.")
def deregister(
    context: typer.Context,
    filters: Filters = None,
    as_json: Json = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    ask_pass: AskPass = False,
) -> None:
    """Have registered devices give their registration and their licences back to CSSM; they evaluate from then on.

    It is asked whether that is meant: a device whose evaluation period is used up has no licence afterwards.
    """
    from nornir_smartlic import tasks

    def step(task: Task, dry: bool) -> Result:
        return tasks.deregister_device(task, dry_run=dry)

    nornir = open_hosts(context, filters, ask_pass)
    question = "Give up the registration"
    report = run_confirmed(
        nornir, "legacy deregister", step, _deregistered, question=question, dry_run=dry_run, yes=yes
    )
    finish(report, as_json=as_json)


def _deregistered(host: str, result: Result) -> HostReport:
    from nornir_smartlic.operations.results import DeregistrationOutcome
    from nornir_smartlic.outputs import HostReport

    outcome: DeregistrationOutcome = result.result
    before = outcome.registration
    home = f" in {before.smart_account} / {before.virtual_account}" if before and before.virtual_account else ""
    pending = outcome.needed and not outcome.requested
    if outcome.not_applicable is not None:
        summary = f"not applicable: {outcome.not_applicable}"
    elif pending:
        summary = f"registered{home}"
    else:
        summary = f"deregistered, was registered{home}" if outcome.requested else "not registered"
    return HostReport(host, summary=summary, changed=result.changed, pending=pending, result=outcome)


@app.command("reserve", short_help="Reserve licences (SLR, PLR): request codes, then CSSM's authorizations.")
def reserve(
    context: typer.Context,
    filters: Filters = None,
    as_json: Json = False,
    directory: Directory = None,
    universal: Annotated[
        bool, typer.Option("--universal", help="Permanent reservation (PLR): all licences of the product at once.")
    ] = False,
    no_save: NoSave = False,
    dry_run: DryRun = False,
    ask_pass: AskPass = False,
) -> None:
    """Get request codes for CSSM, which are kept as HOST-request.txt in DIRECTORY; run again, they stay the same.

    With the authorization that CSSM gave for it, saved as HOST-authorization.txt there, it is installed; of a stack,
    each member's, in HOST-authorization-1.txt and so on. A device goes into reservation mode for it and does not
    register any more; the mode is saved.
    """
    from nornir_smartlic import tasks
    from nornir_smartlic.cli.running import run

    def task(task: Task) -> Result:
        pattern = f"{escape(task.host.name)}-authorization*.txt"
        given: list[Path | None] = [*sorted(directory.glob(pattern))] if directory is not None else []
        warnings: list[str] = []
        for authorization in given or [None]:
            result = tasks.reserve_licenses(task, authorization, universal, not no_save, dry_run)
            warnings += result.result.warnings
            if dry_run or result.result.installed or result.result.not_applicable is not None:
                break
        result.result = replace(result.result, warnings=tuple(dict.fromkeys(warnings)))
        return result

    def describe(host: str, result: Result) -> HostReport:
        return _reserved(host, result, directory)

    finish(run(open_hosts(context, filters, ask_pass), "legacy reserve", task, describe), as_json=as_json)


def _reserved(host: str, result: Result, directory: Path | None) -> HostReport:
    from nornir_smartlic.operations.results import ReservationOutcome
    from nornir_smartlic.outputs import HostReport

    outcome: ReservationOutcome = result.result
    not_saved = bool(outcome.unsaved) and not outcome.saved
    pending = outcome.needed and (not outcome.installed or (not_saved and not outcome.warnings))
    if outcome.not_applicable is not None:
        summary = f"not applicable: {outcome.not_applicable}"
    elif outcome.installed:
        summary = "reserved" if outcome.requested else "reserved already"
        summary += "".join(f", confirmation code {code}" for code in outcome.confirmation_codes)
    elif outcome.request_codes:
        where = _keep(directory, f"{host}-request.txt", outcome.request_codes)
        summary = f"enter in CSSM: {', '.join(outcome.request_codes)}{where}"
    else:
        summary = "nothing is reserved"
    summary += ", reservation mode is not saved" if not_saved else ""
    return HostReport(
        host,
        summary=summary,
        changed=result.changed,
        pending=pending,
        warnings=outcome.warnings,
        result=outcome,
    )


@app.command("return", short_help="Give reserved licences back.")
def give_back(
    context: typer.Context,
    filters: Filters = None,
    as_json: Json = False,
    directory: Directory = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    ask_pass: AskPass = False,
) -> None:
    """Have devices give reserved licences back; their return codes must be entered in CSSM.

    The codes are kept as HOST-return.txt in DIRECTORY. It is asked whether that is meant. Devices stay in reservation
    mode: 'no license smart reservation' ends it.
    """
    from nornir_smartlic import tasks

    def step(task: Task, dry: bool) -> Result:
        return tasks.return_reservation(task, dry_run=dry)

    def describe(host: str, result: Result) -> HostReport:
        return _returned(host, result, directory)

    nornir = open_hosts(context, filters, ask_pass)
    question = "Give the reserved licences back"
    report = run_confirmed(nornir, "legacy return", step, describe, question=question, dry_run=dry_run, yes=yes)
    finish(report, as_json=as_json)


def _returned(host: str, result: Result, directory: Path | None) -> HostReport:
    from nornir_smartlic.operations.results import ReturnOutcome
    from nornir_smartlic.outputs import HostReport

    outcome: ReturnOutcome = result.result
    pending = outcome.needed and not outcome.requested
    if outcome.not_applicable is not None:
        summary = f"not applicable: {outcome.not_applicable}"
    elif outcome.requested:
        codes = [each.code for each in outcome.codes]
        summary = f"enter in CSSM: {', '.join(codes)}{_keep(directory, f'{host}-return.txt', codes)}"
    else:
        summary = "licences are reserved" if pending else "nothing is reserved"
    return HostReport(host, summary=summary, changed=result.changed, pending=pending, result=outcome)


def _keep(directory: Path | None, name: str, codes: Sequence[str]) -> str:
    """Write *codes* to a file, one a line; says where."""
    from nornir_smartlic.cli.failures import os_error, say
    from nornir_smartlic.cli.present import write
    from nornir_smartlic.errors import StoreError

    if directory is None:
        return ""
    path = directory / name
    try:
        directory.mkdir(parents=True, exist_ok=True)
        write(path, "".join(f"{code}\n" for code in codes))
    except (OSError, StoreError) as error:
        say(f"{name}: not kept: {os_error(error) if isinstance(error, OSError) else error}")
        return ""
    return f", in {path}"
