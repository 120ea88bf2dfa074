"""``smartlic boot-level`` and ``smartlic factory-reset``: what counts from the next reload on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nornir_smartlic.cli.confirming import Yes, run_confirmed
from nornir_smartlic.cli.options import AskPass, DryRun, Filters, Json, NoSave, finish, open_hosts

if TYPE_CHECKING:
    from nornir.core.task import Result, Task

    from nornir_smartlic.outputs import HostReport


def boot_level(
    context: typer.Context,
    level: Annotated[str, typer.Argument(metavar="LEVEL", help="Such as network-advantage.")],
    addon: Annotated[str | None, typer.Option("--addon", metavar="ADDON", help="Such as dna-advantage.")] = None,
    filters: Filters = None,
    as_json: Json = False,
    no_save: NoSave = False,
    dry_run: DryRun = False,
    ask_pass: AskPass = False,
) -> None:
    """Set the licence level of the next boot, and save it; the reload is left to you.

    The inventory can ask for it too, with the key boot_level.
    """
    from nornir_smartlic import tasks
    from nornir_smartlic.cli.commands import changed_or_planned
    from nornir_smartlic.cli.running import run

    def task(task: Task) -> Result:
        return tasks.set_boot_level(task, level, addon, save=not no_save, dry_run=dry_run)

    nornir = open_hosts(context, filters, ask_pass)
    finish(run(nornir, "boot-level", task, changed_or_planned(is_done=not dry_run)), as_json=as_json)


def factory_reset(
    context: typer.Context,
    filters: Filters = None,
    as_json: Json = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    ask_pass: AskPass = False,
) -> None:
    """Forget trust, policy, authorization codes and usage reports at the next reload, which is left to you.

    What each device loses is said first, and it is asked whether that is meant. Collect usage reports before.
    """
    from nornir_smartlic import tasks

    def step(task: Task, dry: bool) -> Result:
        return tasks.factory_reset(task, dry_run=dry)

    nornir = open_hosts(context, filters, ask_pass)
    question = "Forget it all"
    report = run_confirmed(nornir, "factory-reset", step, _reset, question=question, dry_run=dry_run, yes=yes)
    finish(report, as_json=as_json)


def _reset(host: str, result: Result) -> HostReport:
    from nornir_smartlic.operations.results import ResetOutcome
    from nornir_smartlic.outputs import HostReport

    outcome: ResetOutcome = result.result
    lost = ", ".join(outcome.lost) or "nothing that it has now"
    pending = outcome.not_applicable is None and not outcome.requested
    if outcome.not_applicable is not None:
        summary = f"not applicable: {outcome.not_applicable}"
    elif pending:
        summary = f"would lose: {lost}"
    else:
        summary = f"loses at its next reload: {lost}"
    return HostReport(host, summary=summary, changed=result.changed, pending=pending, result=outcome)
