"""``smartlic reconcile``: its options, and where its result goes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from nornir_smartlic.cli.failures import say
from nornir_smartlic.cli.options import AskPass, Filters, Json, open_hosts
from nornir_smartlic.cli.present import check_writable, format_of, write
from nornir_smartlic.errors import UsageError

if TYPE_CHECKING:
    from nornir_smartlic.outputs import ReconciliationReport

FORMATS: Final = ("table", "json", "csv", "html")


def reconcile(
    context: typer.Context,
    filters: Filters = None,
    as_json: Json = False,
    from_store: Annotated[
        bool, typer.Option("--from-store", help="Count devices as the last audits in the store found them.")
    ] = False,
    ending: Annotated[
        int, typer.Option("--ending", metavar="DAYS", min=0, max=36_500, help="What ends within DAYS is a finding.")
    ] = 90,
    agreements: Annotated[
        list[str] | None,
        typer.Option(
            "--agreement",
            metavar="ID",
            help="A subscription that is an enterprise agreement (true forward); the option again adds one.",
        ),
    ] = None,
    format_name: Annotated[
        str | None, typer.Option("--format", metavar="FORMAT", help="table, json, csv or html.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write the result to FILE.")
    ] = None,
    ask_pass: AskPass = False,
) -> None:
    """Compare what devices count with what CSSM believes and with what was bought: is what is in use what we own?

    With -F, the other devices are counted as CSSM counts them, and none is called orphaned.
    """
    chosen = format_of(format_name, output, as_json=as_json)
    if chosen not in FORMATS:
        raise UsageError(f"reconcile has no format {chosen}: expected one of {', '.join(FORMATS)}")
    check_writable(output)
    from nornir_smartlic.cli.reconciling import reconciled
    from nornir_smartlic.cli.settings import Settings

    settings = Settings.of(context.obj.config)
    nornir = open_hosts(context, filters, ask_pass)
    report = reconciled(
        nornir,
        settings,
        from_store=from_store,
        ending_days=ending,
        agreements=agreements or (),
        is_whole=not filters,
    )
    _finish(report, chosen, output, as_json=as_json)


def _finish(report: ReconciliationReport, format_name: str, output: Path | None, *, as_json: bool) -> None:
    """Write and show *report*, a line for each host that was not read, and end with its exit code."""
    from rich.console import Console

    from nornir_smartlic.outputs import render_reconciliation
    from nornir_smartlic.outputs.reconciliation import reconciliation_tables
    from nornir_smartlic.reconciliation import Kind

    if output is not None:
        write(output, render_reconciliation(report, format_name))
        print(f"written: {output} ({format_name})", file=sys.stderr)
        format_name = "table"
    if as_json:
        format_name = "json"
    console = Console(highlight=False)
    if format_name == "table" and console.is_terminal:
        for part in reconciliation_tables(report):
            console.print(part)
    else:
        sys.stdout.write(render_reconciliation(report, format_name))
        sys.stdout.flush()
    for warning in report.warnings:
        say(f"warning: {warning}")
    for found in report.result.discrepancies:
        if found.kind is Kind.UNREAD:
            say(f"{found.host}: {found.message}")
    raise typer.Exit(int(report.exit_code))
