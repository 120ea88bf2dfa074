"""``smartlic migrate``: plan, check and accept the way of devices to Smart Licensing Using Policy; all of it reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nornir_smartlic.cli.options import AskPass, Filters, Json, finish, open_hosts
from nornir_smartlic.cli.present import check_writable, format_of
from nornir_smartlic.errors import UsageError

if TYPE_CHECKING:
    from nornir.core.task import Result, Task

    from nornir_smartlic.outputs import HostReport

app = typer.Typer(
    help="Around an upgrade to Smart Licensing Using Policy; nothing is changed.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Release = Annotated[
    str | None, typer.Option("--release", metavar="RELEASE", help="The release of the upgrade, such as 17.12.4.")
]
Format = Annotated[
    str | None,
    typer.Option("--format", metavar="FORMAT", help="table, json, csv, junit, sarif, html, markdown or prometheus."),
]
Output = Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write the report to FILE.")]


@app.command("plan", short_help="What the upgrade makes of each device, and what is done around it.")
def plan(
    context: typer.Context,
    filters: Filters = None,
    release: Release = None,
    as_json: Json = False,
    ask_pass: AskPass = False,
) -> None:
    """Say of each device what it follows now, what persists, with which transport it wakes up, and what is to be done.

    Keep the JSON: after the upgrade, ``smartlic migrate after --before FILE`` compares the licences with it.
    """
    from nornir_smartlic import tasks
    from nornir_smartlic.cli.running import run

    def task(task: Task) -> Result:
        return tasks.plan_migration(task, target=release)

    finish(run(open_hosts(context, filters, ask_pass), "migrate plan", task, _planned), as_json=as_json)


def _planned(host: str, result: Result) -> HostReport:
    from nornir_smartlic.operations.results import MigrationOutcome
    from nornir_smartlic.outputs import HostReport

    outcome: MigrationOutcome = result.result
    plan = outcome.plan
    if plan is None or plan.not_applicable is not None or plan.transport_after is None:
        return HostReport(host, summary=f"not applicable: {outcome.not_applicable}", result=outcome)
    summary = f"{plan.origin.value} on {plan.release}, wakes up with transport {plan.transport_after.keyword}"
    if plan.becomes is not None:
        summary += f", as {plan.becomes}"
    diff = str(plan).replace("name=HOST", f"name={host}")
    return HostReport(host, summary=summary, diff=diff, warnings=plan.warnings, pending=True, result=outcome)


@app.command("check", short_help="Whether the devices are ready for the upgrade.")
def check(
    context: typer.Context,
    filters: Filters = None,
    release: Release = None,
    space: Annotated[
        int,
        typer.Option("--flash-mb", metavar="MB", min=1, help="The space that the image and its expansion take."),
    ] = 2048,
    as_json: Json = False,
    format_name: Format = None,
    output: Output = None,
    ask_pass: AskPass = False,
) -> None:
    """Judge the readiness: release, FN72578, name server, root certificates, free flash, what is not saved, clock."""
    from nornir_smartlic import tasks
    from nornir_smartlic.cli.running import run
    from nornir_smartlic.migration import UpgradeTarget

    chosen = format_of(format_name, output, as_json=as_json)
    check_writable(output)
    target = UpgradeTarget(release, space)

    def task(task: Task) -> Result:
        return tasks.check_upgrade(task, target=target)

    report = run(open_hosts(context, filters, ask_pass), "migrate check", task, _judged)
    finish(report, as_json=as_json, format_name=chosen, output=output)


@app.command("after", short_help="What came of the upgrade, and what is missing.")
def after(
    context: typer.Context,
    filters: Filters = None,
    before: Annotated[
        Path | None,
        typer.Option("--before", metavar="FILE", help="What 'migrate plan --json' printed before the upgrade."),
    ] = None,
    as_json: Json = False,
    format_name: Format = None,
    output: Output = None,
    ask_pass: AskPass = False,
) -> None:
    """Judge devices after the upgrade: model, transport, trust, acknowledgement, licences, leftovers."""
    from nornir_smartlic import tasks
    from nornir_smartlic.cli.running import run

    chosen = format_of(format_name, output, as_json=as_json)
    check_writable(output)
    known = _licenses_of(before) if before is not None else {}

    def task(task: Task) -> Result:
        return tasks.accept_migration(task, before=known.get(task.host.name))

    report = run(open_hosts(context, filters, ask_pass), "migrate after", task, _judged)
    finish(report, as_json=as_json, format_name=chosen, output=output)


def _judged(host: str, result: Result) -> HostReport:
    from nornir_smartlic.cli.commands import unparsed
    from nornir_smartlic.operations.results import ComplianceReport
    from nornir_smartlic.outputs import DeviceFacts, HostReport

    outcome: ComplianceReport = result.result
    device = DeviceFacts.of(outcome.reading)
    return HostReport(host, warnings=unparsed(outcome.reading), device=device, findings=outcome.findings)


def _licenses_of(path: Path) -> Mapping[str, Mapping[str, int]]:
    """The licences of each host in the document of ``migrate plan --json``; raises `UsageError`."""
    try:
        data: Any = json.loads(path.read_text())
        hosts: list[Any] = data["hosts"] if data["command"] == "migrate plan" else [None]
        return {
            host["host"]: {str(name): int(count) for name, count in host["result"]["licenses"]}
            for host in hosts
            if host["result"] is not None
        }
    except OSError as error:
        raise UsageError(f"--before {path}: {error.strerror or error}") from None
    except (ValueError, KeyError, TypeError):
        raise UsageError(f"--before {path}: not what 'smartlic migrate plan --json' prints") from None
