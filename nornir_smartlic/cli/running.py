"""A task run over all hosts, with progress on a terminal, turned into the report of the command."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from nornir_smartlic.cli.failures import host_error
from nornir_smartlic.tasks.stopping import stop

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nornir.core import Nornir
    from nornir.core.inventory import Host
    from nornir.core.task import AggregatedResult, MultiResult, Result, Task
    from rich.progress import Progress

    from nornir_smartlic.model import Secret
    from nornir_smartlic.outputs import HostReport, Report

Describe = Callable[[str, "Result"], "HostReport"]
"""From a host's name and the result of its task to its part of the report."""


def run(
    nornir: Nornir,
    command: str,
    task: Callable[[Task], Result],
    describe: Describe,
    *,
    secrets: Sequence[Secret] = (),
) -> Report:
    """Run *task* on every host; an error of one host is its part of the report and no other's concern."""
    from nornir_smartlic.outputs import Report

    with _progress(command, len(nornir.inventory.hosts)) as processor, stop.watched():
        watched = nornir.with_processors([processor]) if processor is not None else nornir
        results: AggregatedResult = watched.run(task=task, name=command, on_failed=True)
        nornir.close_connections(on_good=True, on_failed=True)
        hosts = tuple(_host_report(name, results[name], describe, secrets) for name in results)
    if stop.is_asked:
        hosts = tuple(replace(host, progress=_progress_of(results, host)) for host in hosts)
    return Report(command, hosts, created=datetime.now(UTC).replace(microsecond=0), interrupted=stop.is_asked)


def _progress_of(results: AggregatedResult, host: HostReport) -> str:
    """How far a run was with *host* when it was interrupted."""
    from nornir_smartlic.errors import Interrupted

    error = _root(results[host.host])
    if not isinstance(error, Interrupted):
        return "done"
    return "in flight" if error.tried else "untouched"


def _host_report(name: str, results: MultiResult, describe: Describe, secrets: Sequence[Secret]) -> HostReport:
    from nornir_smartlic.outputs import HostReport

    error = _root(results)
    if error is None:
        return describe(name, results[0])
    why = host_error(error)
    message, shown, line = why.message, why.command, why.line
    for secret in secrets:  # what a device echoed, should a door ever let it through
        message = secret.hide_in(message)
        shown, line = (None if text is None else secret.hide_in(text) for text in (shown, line))
    return HostReport(name, error=replace(why, message=message, command=shown, line=line))


def _root(results: MultiResult) -> BaseException | None:
    """The exception that made the task fail; of a subtask, the subtask's own."""
    from nornir.core.exceptions import NornirSubTaskError

    failures = [result.exception for result in results if result.exception is not None]
    own = [error for error in failures if not isinstance(error, NornirSubTaskError)]
    return own[-1] if own else failures[0] if failures else None


@dataclass
class HostsDone:
    """A Nornir processor that moves a progress bar."""

    progress: Progress
    bar: Any
    running: set[str] = field(default_factory=set)

    def task_started(self, task: Task) -> None: ...

    def task_completed(self, task: Task, result: AggregatedResult) -> None: ...

    def task_instance_started(self, task: Task, host: Host) -> None:  # noqa: ARG002  Nornir's protocol
        self.running.add(host.name)
        self._show()

    def task_instance_completed(self, task: Task, host: Host, result: MultiResult) -> None:  # noqa: ARG002
        self.running.discard(host.name)
        self.progress.advance(self.bar)
        self._show()

    def subtask_instance_started(self, task: Task, host: Host) -> None: ...

    def subtask_instance_completed(self, task: Task, host: Host, result: MultiResult) -> None: ...

    def _show(self) -> None:
        names = sorted(self.running)
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        self.progress.update(self.bar, hosts=", ".join(names[:3]) + more)


@contextmanager
def _progress(command: str, count: int) -> Iterator[HostsDone | None]:
    """A bar on standard error, only where that is a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[hosts]}", style="dim", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield HostsDone(progress, progress.add_task(command, total=count, hosts=""))
