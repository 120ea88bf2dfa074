"""Nornir processors for runbooks: ``nornir.with_processors([AuditLog("audit.jsonl")]).run(...)``."""

from __future__ import annotations

import getpass
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, TextIO

from nornir_smartlic.compliance import Finding
from nornir_smartlic.model import Secret
from nornir_smartlic.operations.results import ComplianceReport

if TYPE_CHECKING:
    from nornir.core.inventory import Host
    from nornir.core.task import AggregatedResult, MultiResult, Task

    from nornir_smartlic.sources import Outcome, Source


class _Quiet:
    """A processor that does nothing; those below say what they listen to."""

    def task_started(self, task: Task) -> None: ...

    def task_completed(self, task: Task, result: AggregatedResult) -> None: ...

    def task_instance_started(self, task: Task, host: Host) -> None: ...

    def task_instance_completed(self, task: Task, host: Host, result: MultiResult) -> None: ...

    def subtask_instance_started(self, task: Task, host: Host) -> None: ...

    def subtask_instance_completed(self, task: Task, host: Host, result: MultiResult) -> None: ...


class AuditLog(_Quiet):
    """A line of JSON for each host of each task: who, when, what, whether it changed, the diff, the error.

    The file is readable for its owner alone, and lines are added to what is there. *secrets*, and those among the
    arguments of the task, are hidden in texts; other arguments are not written.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        who: str | None = None,
        secrets: Iterable[Secret] = (),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._path = Path(path)
        self._who = who or getpass.getuser()
        self._secrets = tuple(secrets)
        self._now = now
        self._lock = Lock()

    def task_instance_completed(self, task: Task, host: Host, result: MultiResult) -> None:
        outcome = result[0]
        given: Mapping[str, Any] = task.params
        hidden = (*self._secrets, *(value for value in given.values() if isinstance(value, Secret)))
        error = next((each.exception for each in reversed(result) if each.exception is not None), None)
        record = {
            "time": self._now().isoformat(),
            "who": self._who,
            "task": task.name,
            "host": host.name,
            "dry_run": task.is_dry_run(given.get("dry_run")),
            "changed": outcome.changed,
            "failed": outcome.failed,
            "diff": _masked(outcome.diff or "", hidden),
            "error": None if error is None else _masked(_first_line(error), hidden),
        }
        line = json.dumps(record) + "\n"
        with self._lock:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(line)


class ProgressLines(_Quiet):
    """A line for each host that is done, on standard error or *stream*: ``sync_usage: 3 of 10, sw1 failed``."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream
        self._done, self._of = 0, 0
        self._lock = Lock()

    def task_started(self, task: Task) -> None:
        self._done, self._of = 0, len(task.nornir.inventory.hosts)

    def task_instance_completed(self, task: Task, host: Host, result: MultiResult) -> None:
        how = "failed" if result.failed else "changed" if result.changed else "done"
        with self._lock:
            self._done += 1
            print(f"{task.name}: {self._done} of {self._of}, {host.name} {how}", file=self._stream or sys.stderr)


class VerdictCollector(_Quiet):
    """Collects what ``verify_compliance`` and the checks around an upgrade found, host by host."""

    def __init__(self) -> None:
        self._findings: dict[str, tuple[Finding, ...]] = {}
        self._unread: set[str] = set()
        self._lock = Lock()

    def task_instance_completed(self, task: Task, host: Host, result: MultiResult) -> None:  # noqa: ARG002
        outcome: Any = result[0].result
        with self._lock:
            if result.failed:
                self._unread.add(host.name)
            elif isinstance(outcome, ComplianceReport):
                self._findings[host.name] = self._findings.get(host.name, ()) + outcome.findings

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All of them, in order of the hosts' names."""
        return tuple(finding for name in sorted(self._findings) for finding in self._findings[name])

    @property
    def unread(self) -> tuple[str, ...]:
        """Hosts for which a task failed: nothing is known of them."""
        return tuple(sorted(self._unread))

    @property
    def is_compliant(self) -> bool:
        """Whether hosts were judged, none is unread, and no verdict is a finding."""
        return bool(self._findings) and not self._unread and not any(one.verdict.is_finding for one in self.findings)


class WriteBack(_Quiet):
    """Writes each verdict of ``verify_compliance`` to the record of its host; hosts that failed are ``unread``."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._outcomes: dict[str, Outcome] = {}
        self._lock = Lock()

    def task_instance_completed(self, task: Task, host: Host, result: MultiResult) -> None:  # noqa: ARG002
        outcome: Any = result[0].result
        if not result.failed and not isinstance(outcome, ComplianceReport):
            return
        with self._lock:  # one connection, and one request at a time
            if result.failed:
                error = next((each.exception for each in reversed(result) if each.exception is not None), None)
                why = _first_line(error) if error is not None else "the task failed"
                self._outcomes[host.name] = self._source.write(host, (), unread=why)
            else:
                self._outcomes[host.name] = self._source.write(host, outcome.findings)

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What became of each host, in order of their names."""
        return tuple(self._outcomes[name] for name in sorted(self._outcomes))


def _masked(text: str, secrets: Sequence[Secret]) -> str:
    for secret in secrets:
        text = secret.hide_in(text)
    return text


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
