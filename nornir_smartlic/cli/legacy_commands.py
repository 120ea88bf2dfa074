"""``smartlic legacy``: devices before Smart Licensing Using Policy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nornir_smartlic.cli.options import AskPass, DryRun, Filters, Json, finish, open_hosts

if TYPE_CHECKING:
    from nornir.core.task import Result, Task

    from nornir_smartlic.outputs import HostReport

app = typer.Typer(
    help="Devices of the model before Smart Licensing Using Policy.", no_args_is_help=True, rich_markup_mode=None
)


@app.callback()
def legacy() -> None:
    """Devices of the model before Smart Licensing Using Policy."""


@app.command("register", short_help="Register devices with an idtoken.")
def register(
    context: typer.Context,
    filters: Filters = None,
    as_json: Json = False,
    token_file: Annotated[
        Path | None, typer.Option("--token-file", metavar="FILE", help="A file with a token, as for trust.")
    ] = None,
    token_env: Annotated[
        str | None,
        typer.Option("--token-env", metavar="NAME", help="An environment variable; without any, SMARTLIC_TOKEN."),
    ] = None,
    token_stdin: Annotated[bool, typer.Option("--token-stdin", help="Read the token from standard input.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Register devices anew that are registered.")] = False,
    dry_run: DryRun = False,
    ask_pass: AskPass = False,
) -> None:
    """Register devices that are not, and wait for it. A token is never an argument."""
    from nornir_smartlic import tasks
    from nornir_smartlic.cli.commands import virtual_accounts_of
    from nornir_smartlic.cli.failures import host_error
    from nornir_smartlic.cli.running import run
    from nornir_smartlic.cli.tokens import TokenExhausted, wallet_of
    from nornir_smartlic.model import Secret
    from nornir_smartlic.outputs import HostReport, Report

    wallet = None if dry_run else wallet_of(token_file, token_env, standard_input=token_stdin)
    nornir = open_hosts(context, filters, ask_pass)

    def asking(task: Task) -> Result:
        return tasks.register_device(task, Secret("not-sent-in-a-dry-run"), force=force, dry_run=True)

    report = run(nornir, "legacy register", asking, _registered)
    if wallet is not None:
        accounts, given, denied = virtual_accounts_of(nornir), dict[str, Secret](), list[HostReport]()
        for name in [host.host for host in report.hosts if host.pending]:
            try:
                given[name] = wallet.take(accounts[name])
            except TokenExhausted as error:
                denied.append(HostReport(name, error=host_error(error)))

        def registering(task: Task) -> Result:
            return tasks.register_device(task, given[task.host.name], force=force, dry_run=False)

        chosen = nornir.filter(filter_func=lambda host: host.name in given)
        if given:
            done = run(chosen, "legacy register", registering, _registered, secrets=wallet.secrets())
            denied.extend(done.hosts)
        by_host = {host.host: host for host in (*report.hosts, *denied)}
        interrupted = report.interrupted or (bool(given) and done.interrupted)
        report = Report(report.command, tuple(by_host.values()), created=report.created, interrupted=interrupted)
    finish(report, as_json=as_json)


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
