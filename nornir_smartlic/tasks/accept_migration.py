"""The task ``accept_migration``."""

from __future__ import annotations

from collections.abc import Mapping

from nornir.core.task import Result, Task

from nornir_smartlic.operations.migrating import after
from nornir_smartlic.tasks.driving import drive, intent_of_host


def accept_migration(task: Task, before: Mapping[str, int] | None = None, dry_run: bool | None = None) -> Result:
    """Judge what the upgrade made of the host's licensing, and what is missing until it is acknowledged.

    *before* are the licences that were in use before the upgrade, name and count.

    Returns:
        Result: ``result`` the ComplianceReport. Findings do not make the task fail; nothing is changed.
    Raises:
        IntentError: the host's ``smart_licensing`` data is inconsistent.
    """
    del dry_run
    conversation = after(intent_of_host(task.host), host=task.host.name, before=before)
    return Result(host=task.host, result=drive(task, conversation), changed=False)
