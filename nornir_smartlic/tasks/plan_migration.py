"""The task ``plan_migration``."""

from __future__ import annotations

from nornir.core.task import Result, Task

from nornir_smartlic.operations.migrating import plan
from nornir_smartlic.tasks.driving import drive, intent_of_host


def plan_migration(task: Task, target: str | None = None, dry_run: bool | None = None) -> Result:
    """Say what an upgrade to the release *target* makes of the host's licensing, and what is to be done around it.

    Returns:
        Result: ``result`` the MigrationOutcome. Nothing is changed, *dry_run* makes no difference.
    Raises:
        IntentError: the host's ``smart_licensing`` data is inconsistent.
    """
    del dry_run
    outcome = drive(task, plan(intent_of_host(task.host), target=target))
    return Result(host=task.host, result=outcome, changed=False)
