"""Commands that take something away: every host is asked first what it would lose, then the user, then it is done."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from nornir_smartlic.cli.failures import say
from nornir_smartlic.errors import UsageError

if TYPE_CHECKING:
    from nornir.core import Nornir
    from nornir.core.task import Result, Task

    from nornir_smartlic.cli.running import Describe
    from nornir_smartlic.outputs import Report

Yes = Annotated[bool, typer.Option("--yes", help="Do it without asking; where there is no terminal, it is needed.")]
Step = Callable[["Task", bool], "Result"]
"""A task, and whether it is a dry run."""


def run_confirmed(
    nornir: Nornir, command: str, step: Step, describe: Describe, *, question: str, dry_run: bool, yes: bool
) -> Report:
    """*step* on every host on which there is something to do, once the user has agreed to *question*.

    Raises:
        UsageError: there is nobody to ask.
    """
    from nornir_smartlic.cli.running import run

    if not (dry_run or yes or sys.stdin.isatty()):
        raise UsageError(f"{command} takes something away: look with --dry-run, then give --yes")
    asked = run(nornir, command, lambda task: step(task, True), describe)
    names = [host.host for host in asked.hosts if host.pending]
    if dry_run or not names or asked.interrupted:
        return asked
    if not yes:
        for host in asked.hosts:
            if host.pending:
                say(f"{host.host}: {host.summary}")
        if not typer.confirm(f"{question} on {_counted(names)}?", err=True):
            return asked
    chosen = nornir.filter(filter_func=lambda host: host.name in names)
    return joined(asked, run(chosen, command, lambda task: step(task, False), describe))


def joined(asked: Report, done: Report) -> Report:
    """*asked*, with what *done* says of the hosts that it is about."""
    by_host = {host.host: host for host in (*asked.hosts, *done.hosts)}
    return replace(done, hosts=tuple(by_host.values()), interrupted=asked.interrupted or done.interrupted)


def _counted(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{len(names)} devices"
